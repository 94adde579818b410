package health

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/record"
)

// Table is a Tracker for many goroutines: signs are taken under a lock, views
// are read without one.
type Table struct {
	mu      sync.Mutex
	tracker *Tracker
	view    atomic.Pointer[View]
	wake    chan struct{}
}

// NewTable watches the given bindings.
func NewTable(watches []Watch) *Table {
	t := &Table{tracker: NewTracker(watches), wake: make(chan struct{}, 1)}
	t.view.Store(t.tracker.View())
	return t
}

// View is the present picture of health.
func (t *Table) View() *View { return t.view.Load() }

// Observe takes a sign. See Tracker.Observe.
func (t *Table) Observe(s Sign) {
	if s.Says == connector.Silent {
		return
	}
	t.mu.Lock()
	t.tracker.Observe(s)
	changed := t.show()
	t.mu.Unlock()
	if changed {
		t.stir()
	}
}

// Called takes what the reply to a real call says.
func (t *Table) Called(q connector.Request, r connector.Reply, at record.Instant) {
	t.Observe(Sign{Endpoint: q.Endpoint, Cloud: q.Cloud, At: at, Says: r.Sign, TookNs: r.TookNs, Detail: r.Detail})
}

// Replace sets which bindings are watched. See Tracker.Replace.
func (t *Table) Replace(watches []Watch) {
	t.mu.Lock()
	t.tracker.Replace(watches)
	t.show()
	t.mu.Unlock()
	t.stir()
}

// Entries is what is known of every binding.
func (t *Table) Entries() []Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tracker.Entries()
}

// show makes the tracker's view the one that everybody reads.
func (t *Table) show() (changed bool) {
	v := t.tracker.View()
	return t.view.Swap(v) != v
}

func (t *Table) stir() {
	select {
	case t.wake <- struct{}{}:
	default: // it will look anyway
	}
}

func (t *Table) due(now record.Instant) []Watch {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tracker.Due(now)
}

func (t *Table) nextDue() (record.Instant, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tracker.NextDue()
}

// ProbeTimeoutNs bounds one probe, in nanoseconds.
const ProbeTimeoutNs = int64(2 * time.Second)

// Probe is how a binding is asked; a connector's Sink has one.
type Probe func(ctx context.Context, endpoint, cloud string, timeoutNs int64) connector.Reply

// Run probes what is unhealthy, until ctx ends. Bindings are probed side by
// side; the next probe of one waits for the last one of it.
func (t *Table) Run(ctx context.Context, probe Probe) {
	var busy sync.Map
	var running sync.WaitGroup
	defer running.Wait()
	for {
		for _, w := range t.due(record.Instant(time.Now().UnixNano())) {
			k := key{w.Endpoint, w.Cloud}
			if _, already := busy.LoadOrStore(k, true); already {
				continue
			}
			running.Go(func() {
				defer busy.Delete(k)
				r := probe(ctx, w.Endpoint, w.Cloud, ProbeTimeoutNs)
				if ctx.Err() == nil {
					t.Observe(Sign{Endpoint: w.Endpoint, Cloud: w.Cloud, At: record.Instant(time.Now().UnixNano()), Says: r.Sign, Detail: r.Detail, Probe: true})
				}
			})
		}
		if !t.sleep(ctx) {
			return
		}
	}
}

// sleep waits for the next probe or for news; false says that ctx has ended.
func (t *Table) sleep(ctx context.Context) bool {
	var timeout <-chan time.Time
	if at, ok := t.nextDue(); ok {
		timer := time.NewTimer(time.Until(time.Unix(0, int64(at))))
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-timeout:
	case <-t.wake:
	}
	return true
}
