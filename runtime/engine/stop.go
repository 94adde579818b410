package engine

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// exit is what follows when all that a stopped activation holds has ended.
type exit struct {
	kind   record.Exit
	block  uint32 // as in record.Stopped
	step   uint32
	fault  string
	fields map[string]types.Value
	detail string
	value  types.Value
}

// leaves says whether what is stopped for e completes what holds it, so that
// scopes are not undone.
func leaves(e record.Exit) bool {
	return e == record.ExitReturn || e == record.ExitEnd || e == record.ExitContinue || e == record.ExitState
}

func (a *activation) exit() *exit {
	if a.x == nil {
		return nil
	}
	return a.x.exit
}

// forward says whether a is the top of a part of the flow that runs: its body, or
// what was kept when it went on.
func (a *activation) forward() bool {
	return !a.dead && a.parent == none && (a.role == roleRoot || a.detached)
}

// closing says whether a itself runs a block that has to end before anything else
// happens there.
func (x *instance) closing(a *activation) bool {
	switch {
	case !a.frame() || !x.flow.closes:
		return false
	case a.role == roleRoot:
		return a.block == x.flow.onCancel
	case a.role != roleStep:
		return false
	}
	st := &x.flow.steps[a.step]
	r := st.region
	return r != nil && (r.finally >= 0 && a.block == st.blocks[r.finally] || r.onCancel >= 0 && a.block == st.blocks[r.onCancel])
}

// inClosing says whether a stands in such a block, or in a compensation.
func (x *instance) inClosing(a *activation) bool {
	if x.scope(a) != nil {
		return true
	}
	for o := a; o != nil && x.flow.closes; o = x.above(o) {
		if x.closing(o) {
			return true
		}
	}
	return false
}

// open says whether a has to be closed when it is stopped: a try with a finally
// block, and a scope, unless what holds it completes.
func (x *instance) open(a *activation, leaving bool) bool {
	if a.role != roleStep {
		return false
	}
	st := &x.flow.steps[a.step]
	switch st.kind {
	case plan.Try:
		return st.region.finally >= 0
	case plan.Scope:
		return !leaving && a.block == st.blocks[0]
	}
	return false
}

// carries says whether what stays under a needs a to stay too: for its variables,
// or because a section is held until it ends.
func (x *instance) carries(a *activation) bool {
	return a.layer() != nil || a.role == roleStep && x.flow.steps[a.step].kind == plan.Critical
}

// How an activation under a stopped one fares.
const (
	apart   uint8 = iota // it is not under it
	ends                 // it ends
	closes               // it has to be closed
	guarded              // it is being closed already
	within               // it belongs to what is guarded
)

// under tells what ends when r is stopped from what stays until it is closed, both
// in the order of their numbers. Where nothing needs to be closed in the whole flow,
// it looks at nothing.
func (x *instance) under(r *activation, leaving bool) (over, stays []*activation) {
	from := x.place(r.id)
	marks := make([]uint8, len(x.acts)-from)
	mark := func(id uint32) *uint8 {
		if i := x.place(id); id != none && i >= from && i < len(x.acts) && x.acts[i].id == id {
			return &marks[i-from]
		}
		return new(uint8)
	}
	marks[0] = ends
	if r.exit() != nil || x.closing(r) {
		marks[0] = within
	}
	for i, a := range x.acts[from+1:] {
		switch up := *mark(a.parent); {
		case a.dead || up == apart:
		case up == guarded || up == within:
			marks[i+1] = within
		case a.exit() != nil || x.closing(a):
			marks[i+1] = guarded
		case x.open(a, leaving):
			marks[i+1] = closes
		default:
			marks[i+1] = ends
		}
	}
	holds := make([]bool, len(marks))
	for i := len(marks) - 1; i > 0; i-- {
		a := x.acts[from+i]
		if marks[i] == ends && holds[i] && x.carries(a) {
			marks[i] = closes
		}
		if marks[i] >= closes || marks[i] == ends && holds[i] {
			holds[x.place(a.parent)-from] = true
		}
	}
	for i := 1; i < len(marks); i++ {
		switch marks[i] {
		case ends:
			over = append(over, x.acts[from+i])
		case closes, guarded:
			stays = append(stays, x.acts[from+i])
		}
	}
	return over, stays
}

// holds says whether something under r has to be closed when r is stopped.
func (x *instance) holds(r *activation, leaving bool) bool {
	if !x.flow.closes || r.children == 0 {
		return false
	}
	_, stays := x.under(r, leaving)
	return len(stays) > 0
}

// stop ends what is under r, but for what has to be closed first.
func (s *State) stop(x *instance, r *activation, e *exit) {
	over, stays := x.under(r, leaves(e.kind))
	for i := len(over) - 1; i >= 0; i-- {
		if o := over[i]; o.role == roleStep && x.flow.steps[o.step].kind == plan.Scope {
			x.handOver(o.id, x.unitAround(o, o.step))
		}
	}
	ending := map[uint32]uint32{}
	for _, o := range over {
		ending[o.id] = o.parent
	}
	for _, o := range stays {
		up := o.parent
		for next, gone := ending[up]; gone; next, gone = ending[up] {
			up = next
		}
		if up != o.parent {
			x.find(o.parent).children--
			x.find(up).children++
			o.parent = up
		}
	}
	for _, o := range over {
		s.kill(x, o)
	}
	for _, o := range stays {
		s.halt(x, o, &exit{kind: record.ExitWithdrawn})
	}
	s.halt(x, r, e)
	x.pack()
}

// halt notes what follows at an activation. What is being closed goes on.
func (s *State) halt(x *instance, a *activation, e *exit) {
	busy := a.exit() != nil || x.closing(a)
	if !busy {
		s.unwait(x, a)
		a.block, a.next = none, 0
		if a.role == roleStep && x.flow.steps[a.step].kind == plan.Each {
			a.next = uint32(len(a.items)) // no round begins any more
		}
	}
	a.more().exit = e
}

// unitAround is the activation of the scope that a step at a is undone with, 0
// for the instance. Where a is the activation of the step itself, it is not in it.
func (x *instance) unitAround(a *activation, index uint32) uint32 {
	if !x.flow.closes {
		return 0
	}
	o := a
	if a.role == roleStep && a.step == index {
		o = x.above(a)
	}
	for ; o != nil && o.role != roleUndo; o = x.above(o) {
		if o.role != roleStep {
			continue
		}
		st := &x.flow.steps[o.step]
		if st.kind == plan.Scope && (o.block == st.blocks[0] || o.block == none && o.exit() != nil) {
			return o.id
		}
	}
	return 0
}

// handOver lets the completed steps of a scope be undone with another one.
func (x *instance) handOver(scope, to uint32) {
	for i := range x.done {
		if x.done[i].scope == scope {
			x.done[i].scope = to
		}
	}
}

// unitOver ends a scope: where it has completed and has no compensation of its own,
// its steps are undone with what is around it.
func (x *instance) unitOver(a *activation, st *step) {
	if !completes(st, a) {
		return
	}
	if st.comp < 0 || x.scope(a) != nil {
		x.handOver(a.id, x.unitAround(a, a.step))
		return
	}
	x.unpack()
	x.done = slices.DeleteFunc(x.done, func(d doneStep) bool { return d.scope == a.id })
}

// lastOf is the place of the last completed step of a scope, -1 for none.
func (x *instance) lastOf(scope uint32) int {
	for i := len(x.done) - 1; i >= 0; i-- {
		if x.done[i].scope == scope {
			return i
		}
	}
	return -1
}

// giveUp ends the flow: what has to be closed first stays.
func (s *State) giveUp(x *instance, over ending) {
	x.phase, x.over = undoing, &over
	for _, a := range slices.Clone(x.acts) {
		if !a.forward() {
			continue
		}
		onCancel := a.role == roleRoot && x.flow.onCancel != none && over.withdrawn()
		if onCancel || x.holds(a, false) || a.exit() != nil && a.children > 0 || x.closing(a) {
			s.stop(x, a, &exit{kind: record.ExitWithdrawn})
			if a.role == roleRoot || a.detached {
				s.setDue(x, a, 0) // its deadline held for going forward
			}
			continue
		}
		s.remove(x, a)
	}
}

// withdrawn says whether nothing that the flow did ended it.
func (o *ending) withdrawn() bool { return o.cancelled || o.fault == Overdue }

func aimedRegion(ev record.Event) (instance string, activation uint32) {
	switch e := ev.(type) {
	case record.Stopped:
		return e.Instance, e.Activation
	case record.StepWithdrawn:
		return e.Instance, e.Activation
	case record.BlockEntered:
		return e.Instance, e.Activation
	case record.RoundsPlanned:
		return e.Instance, e.Activation
	case record.StateEntered:
		return e.Instance, e.Activation
	case record.ArmsAwaited:
		return e.Instance, e.Activation
	}
	return "", none
}

// applyRegion applies what happens to an activation that stands around others.
func (s *State) applyRegion(x *instance, a *activation, ev record.Event) string {
	switch e := ev.(type) {
	case record.Stopped:
		s.stop(x, a, &exit{e.Exit, e.Block, e.Step, e.Fault, e.Fields, e.Detail, e.Value})
		if e.Exit == record.ExitEnd && x.phase == forward && e.Value != nil {
			x.result = e.Value
		}
	case record.StepWithdrawn:
		if p := x.above(a); p != nil && a.role == roleBranch {
			p.round++
		}
		s.remove(x, a)
		s.bury(x, e.At)
	case record.BlockEntered:
		return s.blockEntered(x, a, &e)
	case record.RoundsPlanned:
		a.more().width, a.more().need = e.Width, e.Need
	case record.StateEntered:
		return s.stateEntered(x, a, &e)
	case record.ArmsAwaited:
		s.armsAwaited(x, a, &e)
	default:
		return "this program does not know it"
	}
	return ""
}

func (s *State) blockEntered(x *instance, a *activation, e *record.BlockEntered) string {
	if a.role == roleRoot {
		a.block, a.next = x.flow.onCancel, 0
		return ""
	}
	st := &x.flow.steps[a.step]
	if e.Block == 0 || int(e.Block) > len(st.blocks) {
		return "its step has no such block"
	}
	s.unwait(x, a)
	a.block, a.next = st.blocks[e.Block-1], 0
	if a.exit() != nil && !x.closing(a) {
		a.x.exit = nil
	}
	return ""
}

// caughtAround lets the handler of a try or a scope run with the fault that was
// held back.
func (s *State) caughtAround(x *instance, a *activation, st *step, e *record.FaultCaught) {
	fields := e.Fields
	if held := a.exit(); held != nil {
		fields = held.fields
		a.x.exit = nil
	}
	for _, c := range st.region.catches {
		if c.block+1 == int32(e.Block) {
			a.block, a.next = st.blocks[c.block], 0
			x.set(a, c.slot, fields, true)
		}
	}
}

func (s *State) faultPassed(x *instance, e *record.FaultPassed) string {
	from := x.find(e.From)
	if from == nil || from.exit() == nil {
		return "no fault is held back there"
	}
	held := *from.exit()
	s.remove(x, from)
	if e.Whole {
		s.giveUp(x, ending{at: e.At, step: held.step, fault: held.fault, fields: held.fields, detail: held.detail})
		return ""
	}
	to := x.find(e.To)
	if to == nil {
		return "nothing takes the fault"
	}
	held.block = e.Block
	s.stop(x, to, &held)
	return ""
}

func (s *State) undoStarted(x *instance, e *record.UndoStarted) string {
	x.unpack()
	scope := x.find(e.Scope)
	unit := e.Scope
	if scope != nil && scope.role == roleRoot {
		unit = 0
	}
	i := x.lastOf(unit)
	if i < 0 || x.done[i].step != e.Step || scope == nil {
		return "the step is not the last that was completed in the scope"
	}
	if e.Activation <= x.last {
		return usedBefore
	}
	scope.block = none
	s.undoes(x, i, scope.id, e.Activation, e.At)
	return ""
}
