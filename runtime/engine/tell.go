package engine

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// execTell says something about the instance.
func (d *decider) execTell(x *instance, a *activation, index uint32, st *step) {
	v, ok := d.value(x, a, index, st.expr)
	if !ok {
		return
	}
	e := record.Told{At: d.now, Instance: x.id, Parent: a.id, Step: index, Telling: record.TellProgress, Text: textOf(v)}
	if st.kind == plan.Audit {
		e.Telling = record.TellAudit
	} else {
		e.Text = clip(e.Text)
	}
	d.emit(e)
}

func (s *State) told(x *instance, a *activation, e *record.Told) string {
	if int(e.Step) >= len(x.flow.steps) {
		return "its flow has no such step"
	}
	a.next++
	x.steps++
	if e.Telling == record.TellProgress {
		x.progress = e.Text
	}
	return ""
}

// execContinue begins the instance again as another process, or the same one. What
// has to be closed before is closed first.
func (d *decider) execContinue(x *instance, a *activation, index uint32, st *step) {
	values, ok := d.valuesOf(x, a, index, st.start.args)
	if !ok {
		return
	}
	if why := x.flow.program.unfit(st.start.target, st.inputOf(values)); why != "" {
		d.incident(x, a, index, "the input of "+st.start.target.Name+" does not fit: "+why)
		return
	}
	top := x.top(a)
	if x.holds(top, true) {
		d.stop(x, top, record.Stopped{Exit: record.ExitContinue, Step: index, Value: values})
		return
	}
	d.beginAgain(x, a, index, values)
}

// beginAgain lets the instance begin again. Where an outcome of the old flow is open,
// or a branch was kept, it waits for that first.
func (d *decider) beginAgain(x *instance, a *activation, index uint32, v types.Value) {
	values, _ := v.([]types.Value)
	d.dropAllWork(x)
	if x.owes() {
		d.emit(record.StepEntered{At: d.now, Instance: x.id, Activation: x.last + 1, Parent: a.id, Step: index, Items: values})
		return
	}
	d.goOn(x, index, values)
}

// owes says whether something is open that belongs to the flow as it is.
func (x *instance) owes() bool {
	return slices.ContainsFunc(x.acts, func(a *activation) bool {
		return !a.dead && (a.role == roleSettlement || a.role == roleUndo || a.role == roleRecall || a.detached)
	})
}

// goOn is the beginning of the instance as what the step says.
func (d *decider) goOn(x *instance, index uint32, values []types.Value) {
	st := &x.flow.steps[index]
	vars := st.inputOf(values)
	due := record.Instant(0)
	if root := x.root(); root != nil && x.flow.deadlineNs == 0 {
		due = root.due // that of a parent
	}
	d.emit(record.Continued{At: d.now, Instance: x.id, Activation: x.last + 1, Process: st.start.target.Name, Vars: vars})
	if found := x.flow.index(vars); found != nil || x.search != nil {
		d.emit(record.Indexed{Instance: x.id, Values: found})
	}
	root := x.root()
	if due = earlier(due, x.flow.ownDeadline(d.now)); due != 0 {
		d.emit(record.TimerSet{Instance: x.id, Activation: root.id, Due: due})
	}
	d.wake(root)
}

// inputOf are the arguments of a step that starts something, by the names of the
// parameters.
func (st *step) inputOf(values []types.Value) map[string]types.Value {
	vars := make(map[string]types.Value, len(values))
	for i, p := range st.start.target.Params {
		if values[i] != nil || p.Type.Kind != types.Optional {
			vars[p.Name] = values[i]
		}
	}
	return vars
}

// earlier is the first of two times, of which 0 is never.
func earlier(a, b record.Instant) record.Instant {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// ownDeadline is when an instance is overdue that begins now, 0 for never.
func (f *flow) ownDeadline(now record.Instant) record.Instant {
	if f.deadlineNs <= 0 {
		return 0
	}
	return now + record.Instant(f.deadlineNs)
}

// root is the activation of the body of the flow, nil where that is over.
func (x *instance) root() *activation {
	for _, a := range x.acts {
		if !a.dead && a.role == roleRoot {
			return a
		}
	}
	return nil
}

// until is when what stands at a has to be over, 0 for never: the deadline of the
// instance, and the times of the scopes around it.
func (x *instance) until(a *activation) record.Instant {
	if x.scope(a) != nil {
		return 0
	}
	if a.role == roleWork {
		if a = x.owner(a); a == nil {
			return 0
		}
	}
	var due record.Instant
	for o := x.above(a); o != nil; o = x.above(o) {
		if o.role == roleRoot || o.detached || o.role == roleStep && x.flow.steps[o.step].kind == plan.Scope {
			due = earlier(due, o.due)
		}
	}
	return due
}

// goOnLater goes on with an instance that waited to begin again.
func (d *decider) goOnLater(x *instance) bool {
	if !x.flow.continues || x.phase != forward || x.owes() {
		return false
	}
	for _, a := range x.acts {
		if !a.dead && a.role == roleStep && !a.frame() && x.flow.steps[a.step].kind == plan.Continue {
			d.goOn(x, a.step, a.items)
			return true
		}
	}
	return false
}

func (s *State) continued(e *record.Continued) string {
	x := s.get(e.Instance)
	if x == nil {
		return "there is no instance " + e.Instance
	}
	f := x.flow.program.flows[e.Process]
	switch {
	case f == nil:
		return "the plan has no process " + e.Process
	case e.Activation <= x.last:
		return usedBefore
	}
	x.unpack()
	s.endForward(x, false)
	x.leaveStanding(f)
	x.flow, x.steps, x.done, x.result, x.progress, x.people, x.path = f, 0, nil, nil, "", nil, nil
	x.vars = make([]types.Value, len(f.vars))
	for name, v := range e.Vars {
		if slot, ok := f.slots[name]; ok {
			x.vars[slot] = v
		}
	}
	s.add(x, &activation{id: e.Activation, parent: none, step: none, since: e.At})
	return ""
}

// leaveStanding keeps of an instance that begins again what its history must not
// lose: what somebody gave up and nobody undid. Its steps have no place in another
// flow, so there the text says which they were.
func (x *instance) leaveStanding(next *flow) {
	var out []closedSettlement
	for _, c := range x.settled {
		if c.outcome != record.Unknown {
			continue
		}
		if next != x.flow && c.step != none {
			c.detail, c.step = clip(x.flow.stepID(c.step)+" of "+x.flow.name+": "+c.detail), none
		}
		out = append(out, c)
	}
	x.settled = out
}

// boundAgain gives effects their bounds as they are after the decision: a branch
// that was kept meanwhile is not held by what stood around it.
func (s *State) boundAgain(effects []Effect) {
	for i, e := range effects {
		x := s.get(e.Of().Instance)
		if x == nil {
			continue
		}
		a := x.find(e.Of().Activation)
		switch e := e.(type) {
		case Call:
			if a != nil && a.role != roleSettlement {
				e.Until = x.until(a)
				effects[i] = e
			}
		case Start:
			if a != nil && e.Deadline != 0 {
				e.Deadline = x.until(a)
				effects[i] = e
			}
		}
	}
}
