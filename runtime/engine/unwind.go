package engine

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// What becomes of a fault at the next place outwards that concerns it.
type reach uint8

const (
	reachWhole reach = iota // it leaves the flow
	reachStop               // something there takes it, or has to be closed before it goes on
	reachNever              // nothing there may fail
)

// reaches finds the next place at a or outwards that concerns a fault, and which
// block of it takes the fault: one more than its number, 0 for none.
func (x *instance) reaches(a *activation, fault string) (at *activation, block uint32, how reach) {
	for o := a; o != nil; o = x.above(o) {
		if o.role == roleUndo || x.closing(o) {
			return o, 0, reachNever
		}
		if o.role == roleBranch && o.parent != none && x.flow.steps[o.step].kind == plan.Race {
			return o, 0, reachStop
		}
		if o.role != roleStep || !o.frame() {
			continue
		}
		st := &x.flow.steps[o.step]
		if st.kind != plan.Try && st.kind != plan.Scope {
			continue
		}
		if o.block == st.blocks[0] {
			if block := takes(st.region.catches, fault); block > 0 {
				return o, block, reachStop
			}
			if st.kind == plan.Scope {
				return o, 0, reachStop
			}
		}
		if st.region.finally >= 0 {
			return o, 0, reachStop
		}
	}
	return nil, 0, reachWhole
}

// takes is one more than the block that handles a fault, 0 where none does.
func takes(catches []caught, fault string) uint32 {
	for _, c := range catches {
		if c.fault == fault || c.fault == "" {
			return uint32(c.block) + 1
		}
	}
	return 0
}

// mayRaise says whether a fault from a is taken somewhere, or leaves the flow,
// before it comes to what must not fail. A race is taken to have no other branch left.
func (x *instance) mayRaise(a *activation, fault string) bool {
	for {
		at, block, how := x.reaches(a, fault)
		if how != reachStop || block > 0 {
			return how != reachNever
		}
		if a = x.above(at); a == nil {
			return true
		}
	}
}

// raiseFrom lets a fault go outwards from a, a call that gave up or the frame of a
// fail.
func (d *decider) raiseFrom(x *instance, a *activation, step uint32, fault string, fields map[string]types.Value, detail string) {
	if !x.mayRaise(a, fault) {
		what := "what closes a block"
		if x.scope(a) != nil {
			what = "a compensation"
		}
		d.incident(x, a, step, what+" cannot raise a fault, and this one raised "+fault+because(detail))
		return
	}
	at, block, how := x.reaches(a, fault)
	if how == reachWhole {
		d.fault(x, step, fault, fields, detail, false)
		return
	}
	d.stop(x, at, record.Stopped{Exit: record.ExitFault, Block: block, Step: step, Fault: fault, Fields: fields, Detail: detail})
}

// stop ends what r holds, and goes on as the event says when that is over.
func (d *decider) stop(x *instance, r *activation, e record.Stopped) {
	d.abandonUnder(x, r, leaves(e.Exit))
	e.At, e.Instance, e.Activation = d.now, x.id, r.id
	d.emit(e)
	d.shutUnder(x, r)
}

// shutUnder goes on with what was stopped at r and under it, the innermost first.
func (d *decider) shutUnder(x *instance, r *activation) {
	var held []*activation
	for _, o := range x.acts {
		if !o.dead && o.exit() != nil && !o.stuck && x.inside(o, r) {
			held = append(held, o)
		}
	}
	for _, o := range slices.Backward(held) {
		d.shut(x, o)
	}
}

// abandonUnder turns what calls that will end with r may have done into
// settlements.
func (d *decider) abandonUnder(x *instance, r *activation, leaving bool) {
	over, _ := x.under(r, leaving)
	gone := map[uint32]bool{r.id: true}
	for _, o := range over {
		gone[o.id] = true
	}
	d.abandon(x, func(o *activation) bool { return gone[o.id] })
}

// abandonAll does so for all that runs forward.
func (d *decider) abandonAll(x *instance, leaving bool) {
	if !x.flow.closes {
		d.abandon(x, func(o *activation) bool { return x.top(o).forward() })
		return
	}
	for _, a := range slices.Clone(x.acts) {
		if a.forward() {
			d.abandonUnder(x, a, leaving)
		}
	}
}

// unwind goes on with an instance whose flow has ended: what is open is closed,
// then everything is undone.
func (d *decider) unwind(x *instance) {
	if !x.runsForward() {
		d.undo(x)
		return
	}
	for _, a := range slices.Clone(x.acts) {
		if a.forward() {
			d.shutUnder(x, a)
		}
	}
}

func (x *instance) runsForward() bool {
	return slices.ContainsFunc(x.acts, func(a *activation) bool { return a.forward() })
}

// shut goes on with an activation that was stopped, when nothing is left under
// it.
func (d *decider) shut(x *instance, a *activation) {
	if a.dead || a.children > 0 || a.frame() || a.exit() == nil {
		return
	}
	e := a.exit()
	if a.role == roleRoot && x.phase == undoing && x.flow.onCancel != none && x.over.withdrawn() {
		d.enterBlock(x, a, 0)
		return
	}
	if a.role != roleStep {
		d.after(x, a)
		return
	}
	st := &x.flow.steps[a.step]
	caught := e.kind == record.ExitFault && e.block > 0
	withdrawn := e.kind == record.ExitWithdrawn || e.kind == record.ExitLate
	switch {
	case st.kind == plan.Try && st.region.finally >= 0 && !caught:
		d.enterBlock(x, a, st.region.finally)
	case st.kind == plan.Scope && withdrawn && st.region.onCancel >= 0:
		d.enterBlock(x, a, st.region.onCancel)
	case st.kind == plan.Scope:
		d.undoUnit(x, a)
	default:
		d.after(x, a)
	}
}

func (d *decider) enterBlock(x *instance, a *activation, block int32) {
	d.emit(record.BlockEntered{At: d.now, Instance: x.id, Activation: a.id, Block: uint32(block) + 1})
	d.wake(a)
}

// undoUnit begins the next compensation of a scope, or goes on after the last.
func (d *decider) undoUnit(x *instance, a *activation) {
	if a.role == roleRoot { // which goes back, or was withdrawn on its way
		d.shut(x, a)
		return
	}
	i := x.lastOf(a.id)
	if i < 0 {
		d.after(x, a)
		return
	}
	d.emit(record.UndoStarted{At: d.now, Instance: x.id, Activation: x.last + 1, Scope: a.id, Step: x.done[i].step})
	d.wake(x.acts[len(x.acts)-1])
}

// undone ends a compensation and begins the next.
func (d *decider) undone(x *instance, a *activation) {
	chain, unit := a.x.of == 0, x.above(a)
	d.emit(record.StepLeft{At: d.now, Instance: x.id, Activation: a.id})
	switch {
	case unit != nil:
		d.undoUnit(x, unit)
	case chain:
		d.undo(x)
	}
}

// after does what follows when a stopped activation is closed.
func (d *decider) after(x *instance, a *activation) {
	e := a.exit()
	if a.parent == none && x.phase == undoing {
		d.withdraw(x, a)
		return
	}
	switch e.kind {
	case record.ExitFault:
		if e.block == 0 {
			d.passOn(x, a, e)
			return
		}
		d.emit(record.FaultCaught{At: d.now, Instance: x.id, Activation: a.id, Block: e.block, Fault: e.fault})
		d.wake(a)
	case record.ExitLate, record.ExitMissed:
		if late := x.flow.steps[a.step].region.late; late >= 0 {
			d.enterBlock(x, a, late)
		} else {
			d.withdraw(x, a)
		}
	case record.ExitJoined:
		d.leave(x, a)
	case record.ExitReturn:
		d.complete(x, a, e.step, e.value)
	case record.ExitContinue:
		d.beginAgain(x, a, e.step, e.value)
	case record.ExitState:
		d.enterState(x, a, e.block)
	case record.ExitBack:
		d.goBack(x, a, e)
	default:
		d.withdraw(x, a)
	}
}

// passOn lets a fault that was held back at a go on outwards. The last branch of a
// race fails for all of them.
func (d *decider) passOn(x *instance, a *activation, e *exit) {
	up := x.above(a)
	if a.role == roleBranch && up.children > 1 {
		d.withdraw(x, a)
		return
	}
	at, block, how := x.reaches(up, e.fault)
	switch how {
	case reachNever:
		d.incident(x, a, e.step, "what closes a block, or undoes it, cannot raise a fault, and this one raised "+e.fault+because(e.detail))
	case reachWhole:
		d.abandonAll(x, false)
		d.emit(record.FaultPassed{At: d.now, Instance: x.id, From: a.id, Whole: true, Fault: e.fault})
		d.unwind(x)
	default:
		d.abandonUnder(x, at, false)
		d.emit(record.FaultPassed{At: d.now, Instance: x.id, From: a.id, To: at.id, Block: block, Fault: e.fault})
		d.shutUnder(x, at)
	}
}

// withdraw ends an activation that has not completed, and goes on behind it.
func (d *decider) withdraw(x *instance, a *activation) {
	up, ending := x.above(a), a.exit() != nil && a.exit().kind == record.ExitEnd
	branch := a.role == roleBranch
	d.emit(record.StepWithdrawn{At: d.now, Instance: x.id, Activation: a.id})
	switch {
	case up != nil && up.exit() != nil:
		d.shut(x, up)
	case up != nil && branch:
		d.branchOver(x, up, false)
	case up != nil:
		d.wake(up)
	case x.phase == undoing:
		if !x.runsForward() {
			d.undo(x)
		}
	case ending:
		if !x.runsForward() {
			d.dropAllWork(x)
			d.emit(record.InstanceEnded{At: d.now, Instance: x.id, State: record.Completed, Result: x.result})
		}
	default:
		d.endReturned(x)
	}
}

// execCancel withdraws what a cancel names, wherever it runs.
func (d *decider) execCancel(x *instance, a *activation, index uint32, st *step) {
	d.pass(x, a, index)
	name := st.plan.Name
	if name == "" {
		d.fault(x, index, "", nil, "by the process itself, at "+st.id, true)
		return
	}
	var targets []*activation
	for _, o := range x.acts {
		if !o.dead && x.named(o) == name {
			targets = append(targets, o)
		}
	}
	for _, o := range targets {
		if o.dead || x.phase >= undoing {
			continue
		}
		if o.exit() == nil && !x.closing(o) && !x.holds(o, false) && !x.open(o, false) {
			d.abandonUnder(x, o, false)
			d.withdraw(x, o)
			continue
		}
		d.stop(x, o, record.Stopped{Exit: record.ExitWithdrawn, Step: index})
	}
}

// named is what a cancel calls an activation by: the id of its step, with the
// branch behind it where it is one.
func (x *instance) named(a *activation) string {
	switch {
	case a.role == roleBranch && a.frame():
		return x.flow.steps[a.step].id + "/" + x.flow.blocks[a.block].name
	case a.role == roleStep:
		return x.flow.steps[a.step].id
	}
	return ""
}

// execEnd completes the instance, whatever else runs.
func (d *decider) execEnd(x *instance, a *activation, index uint32, st *step) {
	var v types.Value
	if st.expr != nil {
		var ok bool
		if v, ok = d.value(x, a, index, st.expr); !ok {
			return
		}
	}
	d.pass(x, a, index)
	if x.phase == returned {
		v = x.result
	}
	d.abandonAll(x, true)
	open := false
	for _, o := range x.acts {
		open = open || o.forward() && x.holds(o, true)
	}
	if !open {
		d.dropAllWork(x)
		d.emit(record.InstanceEnded{At: d.now, Instance: x.id, State: record.Completed, Result: v})
		return
	}
	var tops []*activation
	for _, o := range x.acts {
		if o.forward() {
			tops = append(tops, o)
		}
	}
	for _, o := range tops {
		d.emit(record.Stopped{At: d.now, Instance: x.id, Activation: o.id, Exit: record.ExitEnd, Step: index, Value: v})
		v = nil
	}
	for _, o := range tops {
		d.shutUnder(x, o)
	}
}
