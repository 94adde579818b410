package engine

import (
	"fmt"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// MaxLeft bounds the completed steps that an instance names after it was
// terminated, as what nobody undid; of more only the number is told.
const MaxLeft = 100

// decideVerb decides what operators say.
func (d *decider) decideVerb(cmd record.Command) record.Reply {
	switch c := cmd.(type) {
	case record.TerminateInstance:
		return d.terminateInstance(&c)
	case record.SkipStep:
		return d.skipStep(&c)
	case record.ResumeInstance:
		return d.resumeInstance(&c)
	case record.ResetInstance:
		return d.resetInstance(&c)
	case record.MigrateInstance:
		return d.migrateInstance(&c)
	case record.SetRollout:
		return d.setRollout(&c)
	}
	return d.unknown(cmd)
}

// signed is who and why, for a person.
func signed(by, reason string) string {
	if by == "" {
		by = "somebody"
	}
	return "by " + by + because(reason)
}

func (d *decider) terminateInstance(c *record.TerminateInstance) record.Reply {
	if no := tooLong("name of the person", c.By); no != nil {
		return record.Reply{Rejected: no}
	}
	e := record.InstanceTerminated{At: d.now, Instance: c.Instance, Bare: c.Bare, By: c.By, Reason: clip(c.Reason)}
	if d.s.aside[c.Instance] != nil {
		e.Bare = true
		d.emit(e)
		return record.Reply{Instance: c.Instance}
	}
	x, over, no := d.living(c.Instance)
	if x == nil {
		if over != nil && over.end.state == record.Cancelled {
			return record.Reply{Instance: c.Instance, Existing: true}
		}
		return no
	}
	if !c.Bare && x.onlyTells() {
		if x.over.cancelled {
			return record.Reply{Instance: x.id, Existing: true}
		}
		return reject(record.WrongState, "the instance %s is over: it is %s", x.id, x.over.state)
	}
	d.requested(x, c.Request)
	d.emit(e)
	if !c.Bare {
		d.run(x)
	}
	return record.Reply{Instance: c.Instance}
}

// onlyTells says that an instance is over but for telling those who watch it, which a
// terminate leaves as it is.
func (x *instance) onlyTells() bool {
	return x.phase == finished && x.poison == nil && !slices.ContainsFunc(x.acts, func(a *activation) bool { return !a.dead && a.role != roleTell })
}

// terminated is how an instance ends that a person ends.
func terminated(e *record.InstanceTerminated) ending {
	return ending{at: e.At, state: record.Cancelled, step: none, detail: clip("terminated " + signed(e.By, e.Reason)), cancelled: true}
}

func (s *State) instanceTerminated(e *record.InstanceTerminated) string {
	if a := s.aside[e.Instance]; a != nil {
		delete(s.aside, e.Instance)
		s.ended.add(&tombstone{id: a.id, key: a.key, origin: s.originOf(a), started: a.started, end: terminated(e)})
		s.makeRoom(s.originOf(a).route, e.At)
		return ""
	}
	x := s.get(e.Instance)
	if x == nil {
		return "there is no instance " + e.Instance
	}
	if x.phase != finished {
		s.noteEnd(x, e.At, record.Cancelled)
	}
	if e.Bare {
		s.removeWhole(x)
		s.ended.add(&tombstone{
			id: x.id, key: x.key, origin: origin{x.flow.name, x.flow.program.digest, x.flow.route != nil}, started: x.started, end: terminated(e), requests: x.requests,
		})
		s.makeRoom(x.flow.route != nil, e.At)
		return ""
	}
	s.unpoison(x)
	x.unpack()
	x.settled = append(x.settled, x.leaves(e.At)...)
	if x.phase != finished {
		end := terminated(e)
		x.phase, x.over, x.result, x.done = finished, &end, nil, nil
	}
	for _, a := range slices.Backward(slices.Clone(x.acts)) {
		if !a.dead && a.role != roleTell {
			s.kill(x, a)
		}
	}
	x.pack()
	s.bury(x, e.At)
	return ""
}

// leaves are the doubts that stay where an instance is terminated: what is under
// way, what is not found out, and what was done and is not undone.
func (x *instance) leaves(at record.Instant) []closedSettlement {
	var out []closedSettlement
	leave := func(a *activation, cloud string, outcome record.Outcome, detail string) {
		out = append(out, closedSettlement{a.id, a.step, cloud, a.since, outcome, detail})
	}
	for _, a := range x.acts {
		if a.dead || a.step == none && a.role != roleLetter {
			continue
		}
		switch a.role {
		case roleSettlement:
			leave(a, a.x.cloud, record.Unknown, "it was not found out before the instance was terminated")
			continue
		case roleUndo:
			leave(a, a.x.cloud, record.Unknown, "it was being undone when the instance was terminated")
			continue
		case roleRecall, roleTell:
			continue
		}
		if a.x != nil {
			for _, o := range a.x.doubts {
				if !a.inflight || o.cloud != a.x.cloud {
					leave(a, o.cloud, record.Unknown, "it may have been done before the instance was terminated")
				}
			}
			if a.x.child != "" && a.x.result == nil {
				leave(a, "", record.Unknown, "the instance "+a.x.child+" that it started goes on")
				continue
			}
			if r := a.x.result; r != nil && r.fault == "" && !r.taken && x.flow.steps[a.step].undoer >= 0 {
				leave(a, a.x.cloud, record.Succeeded, "it was done, nobody asked for its result, and it is not undone")
			}
		}
		if a.inflight {
			cloud := ""
			if a.x != nil {
				cloud = a.x.cloud
			}
			leave(a, cloud, record.Unknown, "it was under way when the instance was terminated")
		}
	}
	for i, done := range slices.Backward(x.done) {
		if n := len(x.done) - 1 - i; n == MaxLeft {
			out = append(out, closedSettlement{0, done.step, "", at, record.Succeeded, fmt.Sprintf("this and %d steps before it were done, and are not undone", i)})
			break
		}
		out = append(out, closedSettlement{0, done.step, done.cloud, at, record.Succeeded, "it was done, and is not undone"})
	}
	return out
}

func (d *decider) resumeInstance(c *record.ResumeInstance) record.Reply {
	x, _, no := d.living(c.Instance)
	if x == nil {
		return no
	}
	if x.stuck == 0 {
		return reject(record.WrongState, "the instance %s has no incident, so there is nothing to go on behind", x.id)
	}
	if no := tooLong("name of the person", c.By); no != nil {
		return record.Reply{Rejected: no}
	}
	var stuck []*activation
	told := ""
	for _, a := range x.acts {
		if a.dead || !a.stuck {
			continue
		}
		why := x.unpassable(a)
		switch {
		case why != "" && a.role == roleTell:
			told = why
		case why != "":
			return reject(record.WrongState, "%s", why)
		default:
			stuck = append(stuck, a)
		}
	}
	if len(stuck) == 0 {
		return reject(record.WrongState, "%s", told)
	}
	d.requested(x, c.Request)
	d.emit(record.Operated{At: d.now, Instance: x.id, Verb: "resume", By: c.By, Reason: clip(c.Reason)})
	for _, a := range stuck {
		if !a.dead && a.stuck {
			d.passBy(x, a, c)
		}
	}
	d.run(x)
	return record.Reply{Instance: x.id}
}

// unpassable says why an instance cannot go on behind an incident without doing
// what stands there, "" where it can.
func (x *instance) unpassable(a *activation) string {
	switch {
	case a.role == roleSettlement, a.role == roleLetter, a.role == roleRecall, a.role == roleWork:
		return ""
	case a.role == roleTell: // who waits for it would wait for ever
		return fmt.Sprintf("the instance %s has to tell %s, which waits for it, how it ended. Retry tells it again; once %s is over nobody has to be told", x.id, a.x.watch.by.Instance, a.x.watch.by.Instance)
	case x.inClosing(a):
		return ""
	case a.role == roleStep && !a.frame() && x.flow.steps[a.step].isEffect() && x.flow.steps[a.step].slot < 0:
		return ""
	}
	w := x.wait(a)
	return fmt.Sprintf("the instance %s cannot go on behind %s (%s): what follows needs it. Retry does it again, skip takes it as done with a value, cancel and terminate end the instance", x.id, w.Step, w.At)
}

func (st *step) isEffect() bool {
	switch st.kind {
	case plan.Call, plan.Start, plan.Send, plan.Publish, plan.Child, plan.Tap, plan.Slip:
		return true
	}
	return false
}

// passBy gives up what an incident stands at, and goes on behind it.
func (d *decider) passBy(x *instance, a *activation, c *record.ResumeInstance) {
	who := signed(c.By, clip(c.Reason))
	switch {
	case a.role == roleSettlement:
		d.close(x, a, record.Unknown, clip("given up "+who), false, nil)
	case a.role == roleLetter:
		d.emit(record.StepLeft{At: d.now, Instance: x.id, Activation: a.id})
		d.end(x)
	case a.role == roleRecall:
		d.emit(record.StepLeft{At: d.now, Instance: x.id, Activation: a.id})
	case a.role == roleWork:
		d.workEnded(x, a, record.WorkEnded{Fault: Unavailable, Fields: reasonOf("given up " + who), Detail: clip("given up " + who)})
	case x.inClosing(a):
		d.giveUpClosing(x, x.closer(a))
	default:
		d.skipped(x, a, record.StepSkipped{Step: a.step, By: c.By, Reason: clip(c.Reason)})
	}
}

// closer is the compensation, or what runs a block that closes something, that a
// stands in.
func (x *instance) closer(a *activation) *activation {
	for o := a; o != nil; o = x.above(o) {
		if o.role == roleUndo || x.closing(o) {
			return o
		}
	}
	return a
}

// giveUpClosing ends a block that closes something, where it stands.
func (d *decider) giveUpClosing(x *instance, u *activation) {
	undo, chain, unit := u.role == roleUndo, u.role == roleUndo && u.x.of == 0, x.above(u)
	if !undo {
		d.abandonUnder(x, u, false)
	}
	d.emit(record.GivenUp{At: d.now, Instance: x.id, Activation: u.id})
	switch {
	case undo && unit != nil:
		d.undoUnit(x, unit)
	case chain:
		d.undo(x)
	case undo:
	case u.role == roleStep && x.flow.steps[u.step].kind == plan.Scope:
		d.undoUnit(x, u)
	case u.exit() != nil:
		d.after(x, u)
	default:
		d.leave(x, u)
	}
}

// applyVerb applies what operators did.
func (s *State) applyVerb(ev record.Event) string {
	switch e := ev.(type) {
	case record.Operated:
		if s.instances[e.Instance] == nil {
			return "there is no instance " + e.Instance
		}
	case record.GivenUp:
		x, a, why := s.locate(e.Instance, e.Activation)
		if why != "" {
			return why
		}
		s.givenUp(x, a, e.At)
	case record.StepSkipped:
		x, a, why := s.locate(e.Instance, e.Activation)
		if why != "" {
			return why
		}
		return s.stepSkipped(x, a, &e)
	case record.InstanceReset:
		return s.instanceReset(&e)
	case record.WentBack:
		return s.wentBack(&e)
	}
	return ""
}

func (s *State) givenUp(x *instance, u *activation, at record.Instant) {
	if u.role == roleUndo {
		x.settled = append(x.settled, closedSettlement{u.id, u.step, u.x.cloud, u.since, record.Unknown, "undoing it was given up"})
		s.remove(x, u)
		s.bury(x, at)
		return
	}
	for _, a := range slices.Backward(slices.Clone(x.acts)) {
		if !a.dead && a != u && x.inside(a, u) {
			s.kill(x, a)
		}
	}
	s.unstick(x, u)
	u.block, u.next = none, 0
	x.pack()
}
