package engine

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// machine looks up the states of a machine.
func (l *linker) machine(p *plan.Step, r *region) {
	if p.Machine == nil || len(p.Machine.States) == 0 {
		l.fail(p.At, "the machine %s has no states", p.ID)
		return
	}
	next := uint32(len(p.Blocks))
	for i := range p.Machine.States {
		from := &p.Machine.States[i]
		s := state{name: from.Name, enter: next}
		next++
		s.sel = l.selection(&plan.Step{At: p.At, Select: &plan.SelectStep{On: from.On}})
		s.sel.first = int32(next)
		next += uint32(len(from.On))
		for j := range from.After {
			s.afters = append(s.afters, after{from.After[j].DelayNs, next})
			next++
		}
		slices.SortStableFunc(s.afters, func(a, b after) int { return cmp.Compare(a.ns, b.ns) })
		r.states = append(r.states, s)
	}
}

// target is the number of the state that a goto names.
func (l *linker) target(p *plan.Step) uint32 {
	if len(l.machines) == 0 {
		l.fail(p.At, "goes to the state %s, and no machine is around it", p.Name)
		return 0
	}
	states := l.machines[len(l.machines)-1].Machine.States
	i := slices.IndexFunc(states, func(s plan.State) bool { return s.Name == p.Name })
	if i < 0 {
		l.fail(p.At, "goes to the state %s, which its machine does not have", p.Name)
		return 0
	}
	return uint32(i)
}

// stateOf is the state that a machine is in.
func (x *instance) stateOf(a *activation) *state {
	n := uint32(0)
	if a.x != nil {
		n = a.x.state
	}
	return &x.flow.steps[a.step].region.states[n]
}

// arms are what a select, or the state of a machine, waits for; nil where a waits
// for no arms.
func (x *instance) arms(a *activation) *selection {
	switch st := &x.flow.steps[a.step]; st.kind {
	case plan.Select:
		return st.sel
	case plan.Machine:
		return x.stateOf(a).sel
	}
	return nil
}

func (s *State) stateEntered(x *instance, a *activation, e *record.StateEntered) string {
	st := &x.flow.steps[a.step]
	if st.kind != plan.Machine || int(e.State) >= len(st.region.states) {
		return "its machine has no such state"
	}
	s.stop(x, a, &exit{kind: record.ExitState})
	a.x.exit = nil
	a.x.state, a.x.fired = e.State, 0
	a.round++
	a.since = e.At
	a.block, a.next = st.blocks[st.region.states[e.State].enter], 0
	return ""
}

func (s *State) armsAwaited(x *instance, a *activation, e *record.ArmsAwaited) {
	a.block, a.next, a.items = none, 0, e.Items
	a.more()
	s.await(x, a)
	s.setDue(x, a, e.Due)
}

// stateOver is the end of a block of a machine: of the statements of a state, or of
// an arm.
func (d *decider) stateOver(x *instance, a *activation, st *step) {
	s := x.stateOf(a)
	if len(s.sel.on)+len(s.afters) == 0 {
		d.leave(x, a)
		return
	}
	d.awaitArms(x, a, st)
}

// awaitArms lets a machine wait for the arms of its state.
func (d *decider) awaitArms(x *instance, a *activation, st *step) {
	s := x.stateOf(a)
	items, ok := d.awaitedBy(x, a, a.step, s.sel)
	if !ok {
		return
	}
	e := record.ArmsAwaited{At: d.now, Instance: x.id, Activation: a.id, Items: items}
	if n := int(a.firedTimes()); n < len(s.afters) {
		e.Due = max(a.since+record.Instant(s.afters[n].ns), d.now)
	}
	d.emit(e)
	if d.takeHandle(x, a) {
		return
	}
	d.takeKept(x, a)
	if a.due != 0 && a.due <= d.now && !a.frame() && !a.stuck {
		d.stateDue(x, a, st)
	}
}

func (a *activation) firedTimes() uint32 {
	if a.x == nil {
		return 0
	}
	return a.x.fired
}

// stateDue runs the next of the times of a state.
func (d *decider) stateDue(x *instance, a *activation, st *step) {
	s := x.stateOf(a)
	block := s.afters[min(int(a.firedTimes()), len(s.afters)-1)].block
	d.emit(record.TimerFired{At: d.now, Instance: x.id, Activation: a.id, Block: block + 1})
	d.wake(a)
}

// execGoto goes on in another state of the machine around it.
func (d *decider) execGoto(x *instance, a *activation, index uint32, st *step) {
	m := a
	for m.role != roleStep || x.flow.steps[m.step].kind != plan.Machine {
		if m = x.above(m); m == nil {
			d.incident(x, a, index, "no machine runs around it")
			return
		}
	}
	machine := &x.flow.steps[m.step]
	if limit := machine.plan.Machine.Limit; int(m.round) >= limit {
		d.incident(x, a, index, fmt.Sprintf("the machine %s has entered %d states, its limit: is it going round in a circle? cancel ends it", machine.id, limit))
		return
	}
	d.pass(x, a, index)
	if x.holds(m, true) {
		d.stop(x, m, record.Stopped{Exit: record.ExitState, Block: st.region.target, Step: index})
		return
	}
	d.abandonUnder(x, m, true)
	d.enterState(x, m, st.region.target)
}

func (d *decider) enterState(x *instance, m *activation, state uint32) {
	d.emit(record.StateEntered{At: d.now, Instance: x.id, Activation: m.id, State: state})
	d.wake(m)
}

// spoken is a time as people write it.
func spoken(ns int64) string { return time.Duration(ns).String() }

func reasonOf(text string) map[string]types.Value { return map[string]types.Value{"reason": text} }

// timeOver notes that a time of a machine's state has fired.
func (x *instance) timeOver(a *activation) {
	if x.flow.steps[a.step].kind == plan.Machine {
		a.more().fired++
	}
}
