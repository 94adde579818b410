package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// MaxAnswered is how many completed tasks an instance remembers, so that the same
// answer that comes again gets the same reply.
const MaxAnswered = 32

// answered is a task that was completed.
type answered struct {
	activation, step uint32
	flow             string // that the step is in
	by               string
	form             uint64 // digest of the answer, 0 where it is not known
}

// formDigest names an answer. It is never 0.
func formDigest(form types.Value) uint64 {
	sum := sha256.Sum256(record.AppendValue(nil, form))
	return max(binary.BigEndian.Uint64(sum[:8]), 1)
}

// completed notes who answered a task.
func (x *instance) completed(a *activation, by string, form uint64) {
	a.more().by = by
	if by != "" && !slices.Contains(x.people, by) {
		x.people = append(x.people, by)
	}
	if len(x.answered) == MaxAnswered {
		x.answered = slices.Delete(x.answered, 0, 1)
	}
	x.answered = append(x.answered, answered{a.id, a.step, x.flow.name, by, form})
}

func (a *activation) claimedBy() string {
	if a.x == nil {
		return ""
	}
	return a.x.by
}

// asksAt says whether a person is asked at the activation.
func (x *instance) asksAt(a *activation) bool {
	return a != nil && a.role == roleStep && !a.frame() && x.flow.steps[a.step].kind == plan.Task
}

// task finds a task that waits for somebody.
func (d *decider) task(instance string, activation uint32) (*instance, *activation, record.Reply) {
	x, _, no := d.living(instance)
	if x == nil {
		return nil, nil, no
	}
	a := x.find(activation)
	if !x.asksAt(a) {
		return nil, nil, closedTask(x.answered, instance, activation)
	}
	return x, a, record.Reply{}
}

// closedTask refuses to act on a task that is not open.
func closedTask(list []answered, instance string, activation uint32) record.Reply {
	if t := answerTo(list, activation); t != nil {
		return reject(record.WrongState, "the task was completed by %s", t.by)
	}
	return reject(record.NotFound, "the instance %s has no open task %d: it was done, or its time was over", instance, activation)
}

func answerTo(list []answered, activation uint32) *answered {
	i := slices.IndexFunc(list, func(t answered) bool { return t.activation == activation })
	if i < 0 {
		return nil
	}
	return &list[i]
}

// actor finds an open task and refuses whoever may not do it.
func (d *decider) actor(instance string, activation uint32, who Person) (*instance, *activation, record.Reply) {
	if no := tooLong("name of the person", who.ID); no != nil {
		return nil, nil, record.Reply{Rejected: no}
	}
	x, a, no := d.task(instance, activation)
	if x == nil {
		return nil, nil, no
	}
	if no := x.forbids(a, who); no != nil {
		return nil, nil, record.Reply{Rejected: no}
	}
	return x, a, record.Reply{}
}

func taken(by string) record.Reply { return reject(record.AlreadyTaken, "the task is taken by %s", by) }

func (d *decider) claimTask(c *record.ClaimTask) record.Reply {
	x, a, no := d.actor(c.Instance, c.Activation, Person{c.By, c.Groups})
	switch {
	case x == nil:
		return no
	case a.claimedBy() == c.By:
		d.requested(x, c.Request)
		return record.Reply{Instance: x.id, Existing: true}
	case a.claimedBy() != "":
		return taken(a.claimedBy())
	}
	d.requested(x, c.Request)
	d.emit(record.TaskClaimed{At: d.now, Instance: x.id, Activation: a.id, By: c.By})
	return record.Reply{Instance: x.id}
}

func (d *decider) releaseTask(c *record.ReleaseTask) record.Reply {
	x, a, no := d.actor(c.Instance, c.Activation, Person{c.By, c.Groups})
	switch {
	case x == nil:
		return no
	case a.claimedBy() == "":
		d.requested(x, c.Request)
		return record.Reply{Instance: x.id, Existing: true}
	case a.claimedBy() != c.By && !c.Force:
		return reject(record.AlreadyTaken, "the task is taken by %s: %s can give it back, and with force you can take it away", a.claimedBy(), a.claimedBy())
	}
	d.requested(x, c.Request)
	d.emit(record.TaskReleased{At: d.now, Instance: x.id, Activation: a.id, By: c.By, Reason: clip(c.Reason)})
	return record.Reply{Instance: x.id}
}

func (d *decider) delegateTask(c *record.DelegateTask) record.Reply {
	if no := tooLong("name of the person", c.To); no != nil {
		return record.Reply{Rejected: no}
	}
	x, a, no := d.actor(c.Instance, c.Activation, Person{c.By, c.Groups})
	switch {
	case x == nil:
		return no
	case c.To == "":
		return reject(record.Invalid, "a task is delegated to somebody")
	case a.claimedBy() == c.To:
		d.requested(x, c.Request)
		return record.Reply{Instance: x.id, Existing: true}
	case a.claimedBy() != "" && a.claimedBy() != c.By:
		return taken(a.claimedBy())
	}
	d.requested(x, c.Request)
	d.emit(record.TaskDelegated{At: d.now, Instance: x.id, Activation: a.id, By: c.By, To: c.To, Reason: clip(c.Reason)})
	return record.Reply{Instance: x.id}
}

func (d *decider) completeTask(c *record.CompleteTask) record.Reply {
	if again, known := d.answeredBefore(c); known {
		return again
	}
	x, a, no := d.actor(c.Instance, c.Activation, Person{c.By, c.Groups})
	switch {
	case x == nil:
		return no
	case a.claimedBy() != "" && a.claimedBy() != c.By:
		return taken(a.claimedBy())
	}
	if why := d.s.limits.tooMuch(c.Form); why != "" {
		return reject(record.Invalid, "the form of %s %s", x.flow.steps[a.step].id, why)
	}
	st := &x.flow.steps[a.step]
	d.emit(record.TaskAnswered{At: d.now, Instance: x.id, Activation: a.id, By: c.By, Form: formDigest(c.Form)})
	parent := x.find(a.parent)
	e := record.StepLeft{At: d.now, Instance: x.id, Activation: a.id, TookNs: int64(d.now - a.since)}
	if st.slot >= 0 {
		e.Bound, e.Value = true, c.Form
	}
	d.emit(e)
	d.wake(parent)
	d.run(x)
	return record.Reply{Instance: x.id}
}

// answeredBefore is the reply to an answer to a task that was completed: the same
// one where the same person gives the same answer again.
func (d *decider) answeredBefore(c *record.CompleteTask) (reply record.Reply, known bool) {
	t := answerTo(d.s.answeredBy(c.Instance), c.Activation)
	switch {
	case t == nil:
		return record.Reply{}, false
	case t.by != c.By:
		return reject(record.AlreadyTaken, "the task was completed by %s", t.by), true
	case t.form != formDigest(c.Form):
		return reject(record.WrongState, "you have completed the task with another answer"), true
	}
	return record.Reply{Instance: c.Instance, Existing: true}, true
}

// answeredBy are the completed tasks that are remembered of an instance.
func (s *State) answeredBy(instance string) []answered {
	if x := peek(s.instances[instance]); x != nil {
		return x.answered
	}
	if t := s.ended.find(instance); t != nil {
		return t.answered
	}
	return nil
}

// Answered is the form that a completed task had, and the digest of its plan; ok is
// false where it is not remembered, or its plan is not here any more.
func (s *State) Answered(instance string, activation uint32) (form types.Type, digest string, ok bool) {
	t := answerTo(s.answeredBy(instance), activation)
	if t == nil {
		return types.Type{}, "", false
	}
	if x := s.instances[instance]; x != nil {
		digest = x.flow.program.digest
	} else {
		digest = s.ended.find(instance).plan
	}
	p := s.programs[digest]
	if p == nil {
		return types.Type{}, "", false
	}
	st := p.Step(t.flow, t.step)
	if st == nil {
		return types.Type{}, "", false
	}
	return st.Type, digest, true
}
