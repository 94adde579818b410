package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// SkipTarget is a step that can be taken as done.
type SkipTarget struct {
	Activation, Step uint32
	ID               string // of the step
	Plan             string
	// Wants says that it takes a value of Type.
	Wants bool
	Type  types.Type
}

// skippable finds what a step's place can be skipped as: the step itself where it
// waits, or the next one of a block that has an incident there. why says why not,
// "" where it can.
func (x *instance) skippable(a *activation) (t SkipTarget, why string) {
	index := a.step
	if a.frame() {
		steps := x.flow.blocks[a.block].steps
		if int(a.next) >= len(steps) {
			return t, "it is at the end of a block, where no step is left to skip"
		}
		index = steps[a.next]
	}
	if index == none {
		return t, "it is no step"
	}
	st := &x.flow.steps[index]
	t = SkipTarget{Activation: a.id, Step: index, ID: st.id, Plan: x.flow.program.digest}
	waits := st.isEffect()
	switch st.kind {
	case plan.Fail, plan.Return, plan.Goto, plan.Continue, plan.End, plan.Filter, plan.Cancel,
		plan.Dedupe, plan.Split, plan.Aggregate, plan.Resequence, plan.Throttle, plan.Sample:
		return t, fmt.Sprintf("it is a %s, which decides how the flow goes on", st.kind)
	case plan.Begin:
		return t, "it gives a handle, which nobody can make up"
	case plan.Start:
		if st.slot >= 0 {
			return t, "it gives a handle, which nobody can make up"
		}
	case plan.Await, plan.Task, plan.Wait, plan.Select:
		waits = true
	}
	if !a.frame() && (a.role != roleStep || !waits || a.exit() != nil) {
		return t, fmt.Sprintf("it is a %s around other steps: skip what waits in it", st.kind)
	}
	switch st.kind {
	case plan.Let, plan.Call, plan.Child, plan.Await, plan.Task:
		t.Wants = st.slot >= 0
	}
	if t.Wants {
		t.Type = x.flow.vars[st.slot].typ
	}
	return t, ""
}

// Skippable finds the one step of an instance that is meant: by its ID, by its
// activation, or, with neither, the one that has an incident or waits.
func (s *State) Skippable(instance, name string, activation uint32) (SkipTarget, error) {
	d := decider{s: s}
	x, _, no := d.living(instance)
	if x == nil {
		return SkipTarget{}, no.Rejected
	}
	var found, stuck []SkipTarget
	refused, passed := "", false
	for _, a := range x.acts {
		if a.dead || activation != 0 && a.id != activation || !a.stuck && (a.frame() || a.quiet() || a.exit() != nil) {
			continue
		}
		t, why := x.skippable(a)
		switch {
		case name != "" && t.ID != name:
		case why != "":
			refused = fmt.Sprintf("the step %s cannot be skipped: %s", t.ID, why)
		default:
			if found = append(found, t); a.stuck {
				stuck = append(stuck, t)
			}
		}
	}
	if len(found) > 1 && len(stuck) > 0 {
		found = stuck
	}
	if name != "" && len(found) == 0 && refused == "" {
		passed = slices.ContainsFunc(x.flow.steps, func(st step) bool { return st.id == name })
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		var names []string
		for _, t := range found {
			names = append(names, fmt.Sprintf("%s@%d", t.ID, t.Activation))
		}
		return SkipTarget{}, &record.Rejection{Code: record.Invalid, Detail: fmt.Sprintf("the instance %s waits at %s: say which", instance, strings.Join(names, ", "))}
	case refused != "":
		return SkipTarget{}, &record.Rejection{Code: record.WrongState, Detail: refused}
	case passed:
		return SkipTarget{}, &record.Rejection{Code: record.WrongState, Detail: fmt.Sprintf("the instance %s does not wait at %s now", instance, name)}
	case name != "":
		return SkipTarget{}, &record.Rejection{Code: record.NotFound, Detail: fmt.Sprintf("%s has no step %q; cob show %s names those it waits at", x.flow.name, name, instance)}
	}
	return SkipTarget{}, &record.Rejection{Code: record.WrongState, Detail: fmt.Sprintf("the instance %s waits at no step that can be skipped", instance)}
}

func (d *decider) skipStep(c *record.SkipStep) record.Reply {
	x, _, no := d.living(c.Instance)
	if x == nil {
		return no
	}
	if no := tooLong("name of the person", c.By); no != nil {
		return record.Reply{Rejected: no}
	}
	a := x.find(c.Activation)
	if a == nil || a.frame() && !a.stuck {
		return reject(record.WrongState, "the instance %s does not wait there any more", x.id)
	}
	t, why := x.skippable(a)
	switch {
	case why != "":
		return reject(record.WrongState, "the step %s cannot be skipped: %s", t.ID, why)
	case t.Step != c.Step:
		return reject(record.WrongState, "the instance %s is at %s by now", x.id, t.ID)
	case !t.Wants && c.Value != nil:
		return reject(record.Invalid, "the step %s gives no value: skip it without one", t.ID)
	case t.Wants && c.Value == nil && t.Type.Kind != types.Optional:
		return reject(record.Invalid, "the step %s gives %s, which what follows reads: skip it with a value", t.ID, t.Type)
	}
	if why := d.s.limits.tooMuch(c.Value); why != "" {
		return reject(record.Invalid, "the value %s", why)
	}
	d.requested(x, c.Request)
	st := &x.flow.steps[t.Step]
	e := record.StepSkipped{Step: t.Step, Bound: t.Wants, Value: c.Value, By: c.By, Reason: clip(c.Reason)}
	if st.comp >= 0 && !c.Undone {
		e.Undoable, e.Cloud = true, x.cloudOf(a)
	}
	if !a.frame() && x.scope(a) == nil {
		switch {
		case st.call != nil:
			d.settle(x, a, e.Cloud, !e.Undoable && st.comp >= 0)
		case st.kind == plan.Child && c.Undone:
			d.recallChild(x, a)
		}
	}
	d.skipped(x, a, e)
	d.run(x)
	return record.Reply{Instance: x.id}
}

// cloudOf is where a step was done that somebody says was done: where its outcome
// is in doubt, else where it was tried last.
func (x *instance) cloudOf(a *activation) string {
	if a.frame() || a.x == nil {
		return ""
	}
	if x.flow.steps[a.step].kind == plan.Await {
		if w := x.work(a.items[0]); w != nil && w.x.result != nil {
			return w.x.cloud
		}
		return ""
	}
	if len(a.x.doubts) > 0 {
		return a.x.doubts[0].cloud
	}
	return a.x.cloud
}

// skipped goes on behind a step that was taken as done.
func (d *decider) skipped(x *instance, a *activation, e record.StepSkipped) {
	behind := a
	if !a.frame() {
		behind = x.above(a)
	}
	e.At, e.Instance, e.Activation = d.now, x.id, a.id
	d.emit(e)
	d.wake(behind)
}

func (s *State) stepSkipped(x *instance, a *activation, e *record.StepSkipped) string {
	t, why := x.skippable(a)
	if why != "" || t.Step != e.Step {
		return "it does not wait at that step"
	}
	st := &x.flow.steps[e.Step]
	if a.frame() {
		s.unstick(x, a)
		a.next++
		x.steps++
	}
	x.set(a, st.slot, e.Value, e.Bound)
	if e.Undoable {
		x.remember(st, e.Step, e.Cloud, a)
	}
	if !a.frame() {
		s.remove(x, a)
	}
	return ""
}
