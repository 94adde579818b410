package engine

import (
	"fmt"
	"slices"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// topOf is which statement of the body a step belongs to, -1 for none: steps are
// numbered parents first.
func (f *flow) topOf(index uint32) int {
	body := f.blocks[0].steps
	at, exact := slices.BinarySearch(body, index)
	if exact {
		return at
	}
	return at - 1
}

// ResetTarget is a step that an instance can go back to.
type ResetTarget struct {
	Step uint32
	Plan string
	// Vars are the types of the variables that can be set.
	Vars map[string]types.Type
}

// Resettable finds the step that an instance is to go back to, by its ID.
func (s *State) Resettable(instance, name string) (ResetTarget, error) {
	d := decider{s: s}
	x, _, no := d.living(instance)
	if x == nil {
		return ResetTarget{}, no.Rejected
	}
	t := ResetTarget{Step: none, Plan: x.flow.program.digest, Vars: map[string]types.Type{}}
	for i := range x.flow.steps {
		if x.flow.steps[i].id == name {
			t.Step = uint32(i)
			break
		}
	}
	if t.Step == none {
		return t, &record.Rejection{Code: record.NotFound, Detail: fmt.Sprintf("%s has no step %q", x.flow.name, name)}
	}
	if why := x.unresettable(t.Step); why != "" {
		return t, &record.Rejection{Code: record.WrongState, Detail: why}
	}
	for _, v := range x.flow.vars {
		if v.typ.Kind != types.Invalid {
			t.Vars[v.name] = v.typ
		}
	}
	return t, nil
}

// unresettable says why an instance cannot go back to a step, "" where it can.
func (x *instance) unresettable(index uint32) string {
	root := x.root()
	switch {
	case x.phase == undoing:
		return "the instance " + x.id + " undoes what it did, so it cannot go back"
	case x.phase != forward || root == nil:
		return "the instance " + x.id + " has its result, so it cannot go back"
	case root.exit() != nil || x.closing(root):
		return "the instance " + x.id + " closes what it began, so it cannot go back now"
	case x.detached():
		return "branches that were kept still run in the instance " + x.id + ", so it cannot go back"
	case len(x.flow.marks) > 0:
		return x.flow.name + " has milestones, which cannot be un-reached: an instance of it cannot go back"
	}
	st := &x.flow.steps[index]
	at := x.flow.topOf(index)
	if at < 0 || x.flow.blocks[0].steps[at] != index {
		around := "another step"
		if at >= 0 {
			around = x.flow.steps[x.flow.blocks[0].steps[at]].id
		}
		return fmt.Sprintf("%s stands inside %s: an instance goes back to a statement of the body of %s, such as %s itself", st.id, around, x.flow.name, around)
	}
	here := int(root.next)
	if root.children > 0 {
		here--
	}
	if at > here {
		return fmt.Sprintf("the instance %s has not come to %s yet, so it cannot go back to it", x.id, st.id)
	}
	return ""
}

func (d *decider) resetInstance(c *record.ResetInstance) record.Reply {
	x, _, no := d.living(c.Instance)
	if x == nil {
		return no
	}
	if no := tooLong("name of the person", c.By); no != nil {
		return record.Reply{Rejected: no}
	}
	if int(c.Step) >= len(x.flow.steps) {
		return reject(record.NotFound, "%s has no such step", x.flow.name)
	}
	if why := x.unresettable(c.Step); why != "" {
		return reject(record.WrongState, "%s", why)
	}
	for _, name := range sortedKeys(c.Set) {
		if _, ok := x.flow.slots[name]; !ok {
			return reject(record.NotFound, "%s has no variable %q", x.flow.name, name)
		}
	}
	if why := d.s.limits.tooMuch(c.Set); why != "" {
		return reject(record.Invalid, "what is set %s", why)
	}
	d.requested(x, c.Request)
	poisoned := x.poison != nil
	var again []*activation
	if poisoned {
		again = d.lift(x, c.By)
	}
	root, from := x.root(), x.flow.topOf(c.Step)
	over, _ := x.under(root, false)
	gone := map[uint32]bool{}
	for _, o := range over {
		gone[o.id] = true
	}
	d.abandon(x, func(o *activation) bool { return gone[o.id] })
	for _, a := range slices.Clone(x.acts) {
		if !a.dead && a.role == roleWork && x.flow.topOf(a.step) >= from {
			d.dropWork(x, a)
		}
	}
	d.emit(record.InstanceReset{At: d.now, Instance: x.id, Step: c.Step, Set: c.Set, By: c.By, Reason: clip(c.Reason)})
	d.shutUnder(x, root)
	d.tryAgain(x, again)
	d.run(x)
	if poisoned {
		d.sendAgain(x)
	}
	return record.Reply{Instance: x.id}
}

// goBack undoes the next step that completed behind the one to go back to, or is
// there.
func (d *decider) goBack(x *instance, root *activation, e *exit) {
	if i := x.lastOf(0); i >= 0 && x.flow.topOf(x.done[i].step) >= x.flow.topOf(e.step) {
		d.emit(record.UndoStarted{At: d.now, Instance: x.id, Activation: x.last + 1, Scope: root.id, Step: x.done[i].step})
		d.wake(x.acts[len(x.acts)-1])
		return
	}
	d.emit(record.WentBack{At: d.now, Instance: x.id, Anew: true})
	d.wake(root)
}

func (s *State) instanceReset(e *record.InstanceReset) string {
	x := s.get(e.Instance)
	if x == nil {
		return "there is no instance " + e.Instance
	}
	root := x.root()
	if root == nil || int(e.Step) >= len(x.flow.steps) {
		return "it cannot go back there"
	}
	due := root.due // of the whole, which goes on
	var set types.Value
	if e.Set != nil {
		set = e.Set
	}
	s.stop(x, root, &exit{kind: record.ExitBack, step: e.Step, value: set})
	s.setDue(x, root, due)
	return ""
}

// anew is the key that a step declares, as it goes out from an activation. Where the
// instance has gone back, what was undone meanwhile is told apart from what is done
// again: a service that honours keys would else answer what it did before. What nothing
// undoes has its key for ever, and is not done twice.
func (x *instance) anew(key string, st *step, activation uint32) string {
	n, _ := slices.BinarySearch(x.backs, activation)
	if n == 0 || !st.undone && !st.undoable() {
		return key
	}
	return fmt.Sprintf("%s~%d", key, n)
}

func (s *State) wentBack(e *record.WentBack) string {
	x := s.get(e.Instance)
	if x == nil {
		return "there is no instance " + e.Instance
	}
	root := x.root()
	if root == nil || root.exit() == nil || root.exit().kind != record.ExitBack {
		return "it is not on its way back"
	}
	back := root.x.exit
	root.x.exit = nil
	root.block, root.next = 0, uint32(x.flow.topOf(back.step))
	x.steps++
	if e.Anew {
		x.backs = append(x.backs, x.last)
	}
	set, _ := back.value.(map[string]types.Value)
	for name, v := range set {
		if slot, ok := x.flow.slots[name]; ok {
			x.values()[slot] = v
		}
	}
	return ""
}
