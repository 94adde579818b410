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
	if s.Says == connector.Silent && !s.Probe && s.Trial == 0 {
		return
	}
	t.mu.Lock()
	t.tracker.Observe(s)
	changed := t.show()
	t.mu.Unlock()
	if changed || s.Probe {
		t.stir()
	}
}

// Admit asks whether a call may leave. See Tracker.Admit.
func (t *Table) Admit(endpoint, cloud string) Admission {
	if h := t.View().Of(endpoint, cloud); !h.Shut {
		return Admission{}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.tracker.Admit(endpoint, cloud)
	t.show()
	return a
}

// Called takes what the reply to a real call says, with what let it leave.
func (t *Table) Called(q connector.Request, r connector.Reply, a Admission, at record.Instant) {
	t.Observe(Sign{Endpoint: q.Endpoint, Cloud: q.Cloud, At: at, Says: r.Sign, TookNs: r.TookNs, Detail: r.Detail, Trial: a.Trial})
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

func (t *Table) due(now record.Instant) []Asked {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tracker.Due(now)
}

func (t *Table) nextDue() (record.Instant, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tracker.NextDue()
}

// Probe is how a binding is asked; a connector's Sink has one.
type Probe func(ctx context.Context, endpoint, cloud string, timeoutNs int64) connector.Reply

// Run probes what is due, until ctx ends. Bindings are probed side by
// side; the next probe of one waits for the last one of it.
func (t *Table) Run(ctx context.Context, probe Probe) {
	var busy sync.Map
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		for _, w := range t.due(record.Instant(time.Now().UnixNano())) {
			k := key{w.Endpoint, w.Cloud}
			if _, already := busy.LoadOrStore(k, true); already {
				continue
			}
			running.Go(func() {
				defer busy.Delete(k)
				r := probe(ctx, w.Endpoint, w.Cloud, w.TimeoutNs)
				if ctx.Err() == nil {
					t.Observe(Sign{Endpoint: w.Endpoint, Cloud: w.Cloud, At: record.Instant(time.Now().UnixNano()), Says: r.Sign, TookNs: r.TookNs, Detail: r.Detail, Probe: true})
				}
			})
		}
		t.sleep(ctx)
	}
}

// sleep waits for the next probe, for news, or for the end of ctx.
func (t *Table) sleep(ctx context.Context) {
	var timeout <-chan time.Time
	if at, ok := t.nextDue(); ok {
		timer := time.NewTimer(time.Until(time.Unix(0, int64(at))))
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-ctx.Done():
	case <-timeout:
	case <-t.wake:
	}
}
