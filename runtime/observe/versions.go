package observe

import (
	"fmt"

	"github.com/cob-lang/cob/runtime/record"
)

// migrated folds that an instance goes on with another plan.
func (v *View) migrated(x *entry, e record.InstanceMigrated) {
	x.kind = v.kindOf(x.process, e.Plan)
	for _, gone := range e.Gone {
		x.forget(gone)
	}
}

// tellVersion tells from which plan an instance went on with which.
func (t *Teller) tellVersion(e record.Event) {
	switch e := e.(type) {
	case record.InstanceMigrated:
		was := t.instance.Plan
		t.instance.Plan = e.Plan
		for _, p := range e.Places {
			t.steps[p.Activation] = p.Step
		}
		t.add(e.At, Entry{What: "migrated", Detail: fmt.Sprintf("from the plan %.12s to %.12s %s", was, e.Plan, by(e.By, e.Reason))})
	case record.MigrationFailed:
		t.add(e.At, Entry{What: "not migrated", Detail: fmt.Sprintf("to the plan %.12s: %s", e.Plan, e.Detail)})
	}
}

// migrated goes on with the steps of another plan. A stage whose step has another name
// there is counted only.
func (r *Reporter) migrated(e record.InstanceMigrated) {
	older := r.instance.Plan
	newer := map[string]uint32{}
	for i := uint32(0); ; i++ {
		s := r.plans.Step(e.Plan, r.instance.Process, i)
		if s == nil {
			break
		}
		newer[s.ID] = i
	}
	r.path.Move(func(step uint32) (to uint32, ok bool) {
		if s := r.plans.Step(older, r.instance.Process, step); s != nil {
			to, ok = newer[s.ID]
		}
		return to, ok
	})
	r.instance.Plan = e.Plan
	for _, p := range e.Places {
		r.steps[p.Activation] = p.Step
	}
	for _, gone := range e.Gone {
		delete(r.steps, gone)
	}
	for name, v := range e.Set {
		r.vars[name] = v
	}
}
