package traffic

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
)

// MaxWaiting is how many calls wait at a gate where its limit does not say.
const MaxWaiting = 10_000

// ErrFull says that too many calls wait already.
var ErrFull = errors.New("too many calls wait for their turn")

// Gate lets the calls of one binding out as its limit says.
type Gate struct {
	limit plan.Limit

	mu      sync.Mutex
	rate    *rate
	running int64
	waiting list.List // of chan struct{}, closed when its turn has come
	timer   *time.Timer
}

// NewGate makes the gate of a limit.
func NewGate(l plan.Limit) *Gate { return &Gate{limit: l, rate: newRate(l)} }

// Enter waits for a turn. Whoever entered has to Leave. Errors: ErrFull; the end of
// ctx.
func (g *Gate) Enter(ctx context.Context) error {
	g.mu.Lock()
	if g.waiting.Len() == 0 && g.free() {
		if now := time.Now().UnixNano(); g.rate.at(now) <= now {
			g.goes(now)
			g.mu.Unlock()
			return nil
		}
	}
	if int64(g.waiting.Len()) >= g.most() {
		g.mu.Unlock()
		return ErrFull
	}
	turn := make(chan struct{})
	mine := g.waiting.PushBack(turn)
	g.next()
	g.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-turn: // it came at the same moment, and is given back
		g.running--
	default:
		g.waiting.Remove(mine)
	}
	g.next()
	return ctx.Err()
}

// Leave ends a call that entered.
func (g *Gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running--
	g.next()
}

func (g *Gate) most() int64 {
	if g.limit.Waiting != nil {
		return *g.limit.Waiting
	}
	return MaxWaiting
}

func (g *Gate) free() bool { return g.limit.AtOnce == 0 || g.running < g.limit.AtOnce }

func (g *Gate) goes(now int64) {
	g.rate.take(now)
	g.running++
}

// next lets those go whose turn it is, in their order, and comes back when the rate
// allows the next one. g is locked.
func (g *Gate) next() {
	for first := g.waiting.Front(); first != nil && g.free(); first = g.waiting.Front() {
		now := time.Now().UnixNano()
		if at := g.rate.at(now); at > now {
			g.later(time.Duration(at - now))
			return
		}
		g.goes(now)
		close(g.waiting.Remove(first).(chan struct{}))
	}
}

func (g *Gate) later(d time.Duration) {
	if g.timer != nil {
		g.timer.Stop()
	}
	g.timer = time.AfterFunc(d, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.next()
	})
}

// Gates are those of a node, by binding.
type Gates struct {
	mu    sync.RWMutex
	gates map[binding]*Gate
}

type binding struct{ endpoint, cloud string }

// Replace makes the limits of plans those that hold. A gate whose limit is the same
// stays, with all who wait there. Of two limits for one binding the first one counts.
func (g *Gates) Replace(plans []*plan.Plan) {
	gates := map[binding]*Gate{}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range plans {
		for _, e := range p.Endpoints {
			for _, b := range e.Bindings {
				k := binding{e.Name, b.Cloud}
				if b.Limit == nil || gates[k] != nil {
					continue
				}
				gates[k] = NewGate(*b.Limit)
				if old := g.gates[k]; old != nil && same(old.limit, *b.Limit) {
					gates[k] = old
				}
			}
		}
	}
	g.gates = gates
}

func same(a, b plan.Limit) bool {
	if (a.Waiting == nil) != (b.Waiting == nil) || a.Waiting != nil && *a.Waiting != *b.Waiting {
		return false
	}
	a.Waiting, b.Waiting = nil, nil
	return a == b
}

// Of is the gate of a binding, nil where nothing limits it.
func (g *Gates) Of(endpoint, cloud string) *Gate {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.gates[binding{endpoint, cloud}]
}
