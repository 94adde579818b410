package engine

import (
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// A gate is a step that waits for another of its instance: a critical section
// that is held, a milestone that was not reached, rounds of an earlier time that
// were kept.

// lingers says whether what an earlier time of p's step left running has not
// ended.
func (x *instance) lingers(p *activation) bool {
	if !x.flow.gated || !x.flow.steps[p.step].join.Keep {
		return false
	}
	for _, o := range x.acts {
		if !o.dead && o.detached && o.step == p.step && o != p {
			return true
		}
	}
	return false
}

// admit lets the first step go on that waits at a gate which is open, and says
// whether there was one.
func (d *decider) admit(x *instance) bool {
	if x.phase == finished {
		return false
	}
	for _, a := range x.acts {
		if a.dead || a.stuck || a.role != roleStep || a.detached || a.exit() != nil || a.step == none {
			continue
		}
		st := &x.flow.steps[a.step]
		switch st.kind {
		case plan.Parallel, plan.Each:
			if st.join.Keep && a.children == 0 && a.next == 0 && a.round == 0 && !x.lingers(a) {
				d.spread(x, a)
				return true
			}
		case plan.Critical:
			if !a.frame() && !x.held(st.plan.Name, a) {
				d.enterBlock(x, a, 0)
				return true
			}
		case plan.During:
			if d.admitDuring(x, a, st) {
				return true
			}
		}
	}
	return false
}

// execCritical enters a section, or waits behind those who wait for it.
func (d *decider) execCritical(x *instance, a *activation, index uint32, st *step) {
	e := record.StepEntered{Step: index, Block: 1}
	for _, o := range x.acts {
		if !o.dead && x.isCritical(o, st.plan.Name) {
			e.Block = 0
		}
	}
	if !d.room(x, a, index, 1) {
		return
	}
	if w := d.enter(x, a, e); w.frame() {
		d.wake(w)
	}
}

func (x *instance) isCritical(a *activation, name string) bool {
	if a.role != roleStep {
		return false
	}
	st := &x.flow.steps[a.step]
	return st.kind == plan.Critical && st.plan.Name == name
}

// held says whether another activation is in a section, or is being closed there.
func (x *instance) held(name string, but *activation) bool {
	for _, o := range x.acts {
		if !o.dead && o != but && x.isCritical(o, name) && (o.frame() || o.exit() != nil) {
			return true
		}
	}
	return false
}

// holdsMark says whether a milestone holds: the block that it stands in runs and
// has come past it.
func (x *instance) holdsMark(m *mark) bool {
	for _, a := range x.acts {
		if a.dead || !a.frame() {
			continue
		}
		for _, p := range m.places {
			if a.block == p.block && a.next > p.position {
				return true
			}
		}
	}
	return false
}

func (x *instance) reached(m *mark) bool { return x.values()[m.slot] != nil }

// execDuring runs its block while a milestone holds, and else once it is over.
func (d *decider) execDuring(x *instance, a *activation, index uint32, st *step) {
	m := x.flow.marks[st.plan.Name]
	switch {
	case x.holdsMark(m):
		d.into(x, a, index, true, 1)
	case x.reached(m):
		d.into(x, a, index, st.region.late >= 0, 2)
	case d.room(x, a, index, 1):
		d.enter(x, a, record.StepEntered{Step: index})
	}
}

// admitDuring lets a during go on whose milestone was reached or is over, and says
// whether it did.
func (d *decider) admitDuring(x *instance, a *activation, st *step) bool {
	m := x.flow.marks[st.plan.Name]
	holds := x.holdsMark(m)
	switch {
	case !a.frame() && holds:
		d.enterBlock(x, a, 0)
	case !a.frame() && x.reached(m) && st.region.late >= 0:
		d.enterBlock(x, a, st.region.late)
	case !a.frame() && x.reached(m):
		d.leave(x, a)
	case a.frame() && a.block == st.blocks[0] && !holds:
		d.stop(x, a, record.Stopped{Exit: record.ExitMissed, Step: a.step})
	default:
		return false
	}
	return true
}
