package health

import (
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
)

// Cut says of a binding that nothing reaches it from here, whatever its service does.
type Cut struct{ Endpoint, Cloud, Why string }

// cut is since when a binding is cut off, and why.
type cut struct {
	why   string
	since record.Instant
}

// Cut says which bindings are cut off, and that no others are. Such a one counts as
// unhealthy and is not probed; what is known of it is kept for when it is reached
// again.
func (t *Tracker) Cut(cuts []Cut, at record.Instant) {
	old := t.cuts
	t.cuts = make(map[key]cut, len(cuts))
	for _, c := range cuts {
		k := key{c.Endpoint, c.Cloud}
		one := cut{c.Why, at}
		if before, was := old[k]; was {
			one.since = before.since
		}
		t.cuts[k] = one
	}
	changed := false
	for k, b := range t.bindings {
		if now := t.cuts[k]; now != b.cut {
			b.cut, changed = now, true
		}
	}
	if changed {
		t.publish()
	}
}

// overlaid is the health of a binding where it is cut off.
func (c cut) overlaid(h placement.Health) placement.Health {
	if c.why == "" {
		return h
	}
	return placement.Health{Status: unhealthy, Why: c.why, P95Ns: h.P95Ns, Of: h.Of, Failed: h.Failed}
}

// Cut says which bindings are cut off. See Tracker.Cut.
func (t *Table) Cut(cuts []Cut, at record.Instant) {
	t.mu.Lock()
	t.tracker.Cut(cuts, at)
	changed := t.show()
	t.mu.Unlock()
	if changed {
		t.stir()
	}
}
