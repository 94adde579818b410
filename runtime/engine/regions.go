package engine

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// execRegion runs a step that stands around others, or speaks of one that does.
func (d *decider) execRegion(x *instance, a *activation, index uint32, st *step) {
	switch st.kind {
	case plan.Each:
		d.execEach(x, a, index, st)
	case plan.Try, plan.Machine:
		d.into(x, a, index, true, 1)
	case plan.Scope:
		if !d.room(x, a, index, 1) {
			return
		}
		e := record.StepEntered{Step: index, Block: 1}
		if st.region.withinNs > 0 {
			e.Due = d.now + record.Instant(st.region.withinNs)
		}
		d.wake(d.enter(x, a, e))
	case plan.Interleave:
		if len(st.region.order) == 0 {
			d.pass(x, a, index)
		} else if d.room(x, a, index, 2) {
			d.spread(x, d.enter(x, a, record.StepEntered{Step: index}))
		}
	case plan.Critical:
		d.execCritical(x, a, index, st)
	case plan.Milestone:
		d.emit(record.StepPassed{Instance: x.id, Parent: a.id, Step: index, Bound: true, Value: true})
	case plan.During:
		d.execDuring(x, a, index, st)
	case plan.Goto:
		d.execGoto(x, a, index, st)
	case plan.Cancel:
		d.execCancel(x, a, index, st)
	case plan.End:
		d.execEnd(x, a, index, st)
	}
}

// finishRegion handles the end of a block of a try, a scope or a machine.
func (d *decider) finishRegion(x *instance, a *activation, st *step) {
	closing := x.closing(a)
	switch {
	case st.kind == plan.Machine:
		d.stateOver(x, a, st)
	case st.kind == plan.Scope && closing:
		d.undoUnit(x, a)
	case st.kind == plan.Try && !closing && st.region.finally >= 0:
		d.enterBlock(x, a, st.region.finally)
	case closing && a.exit() != nil:
		d.after(x, a)
	default:
		d.leave(x, a)
	}
}

// regionDue handles a timer of a process, a scope or a machine, and says whether it
// was one.
func (d *decider) regionDue(x *instance, a *activation) bool {
	if a.role == roleRoot || a.detached {
		why := "took longer than who started it could wait"
		if x.flow.deadlineNs > 0 {
			why = fmt.Sprintf("took longer than its deadline of %s", spoken(x.flow.deadlineNs))
		}
		d.fault(x, none, Overdue, reasonOf(why), why, false)
		return true
	}
	if a.role != roleStep {
		return false
	}
	switch st := &x.flow.steps[a.step]; st.kind {
	case plan.Scope:
		d.stop(x, a, record.Stopped{Exit: record.ExitLate, Step: a.step})
	case plan.Machine:
		d.stateDue(x, a, st)
	default:
		return false
	}
	return true
}

// passDeadline lets the deadline of an instance whose flow has returned hold for the
// branches that were kept.
func (s *State) passDeadline(x *instance, due record.Instant) {
	if due == 0 {
		return
	}
	for _, a := range x.acts {
		if !a.dead && a.detached {
			s.setDue(x, a, due)
		}
	}
}

// resumeRegion lets an activation go on after its incident was resolved, and says
// whether that is all.
func (d *decider) resumeRegion(x *instance, a *activation) bool {
	if a.role != roleStep || a.exit() != nil {
		if a.exit() != nil {
			d.after(x, a)
			return true
		}
		return false
	}
	switch st := &x.flow.steps[a.step]; st.kind {
	case plan.Parallel, plan.Each, plan.Race, plan.Interleave:
		d.branchOver(x, a, false)
	case plan.Machine:
		d.awaitArms(x, a, st)
	default:
		return false
	}
	return true
}
