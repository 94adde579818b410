package engine

import (
	"slices"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// Gone is the fault of a call of a process whose instance was cancelled.
const Gone = "std.Cancelled"

// watch is who waits for the end of an instance.
type watch struct {
	by     record.Watch
	parent bool // it started the instance
}

// watched says whether an instance that is asked for, and exists, tells the watcher
// when it ends, or gives how it ended.
func (d *decider) watched(id string, w record.Watch) record.Reply {
	reply := record.Reply{Instance: id, Existing: true}
	if t := d.s.ended.find(id); t != nil {
		reply.Ended = t.ending()
		return reply
	}
	x := d.s.get(id)
	if x.phase == finished {
		reply.Ended = x.ending()
		return reply
	}
	return d.addWatcher(x, w, false, reply)
}

func (d *decider) addWatcher(x *instance, w record.Watch, parent bool, reply record.Reply) record.Reply {
	switch {
	case w.Instance == x.id:
		return reject(record.Invalid, "the instance %s waits for its own end: give what it calls another key", x.id)
	case x.watcher(w) != nil:
		return reply
	case x.alive >= d.s.limits.Activations:
		return reject(record.Busy, "the instance %s has %d activations, its limit, so nobody else can wait for its end", x.id, x.alive)
	}
	d.emit(record.WatcherAdded{At: d.now, Instance: x.id, Activation: x.last + 1, Watcher: w.Instance, Of: w.Activation, Parent: parent})
	return reply
}

// watcher is the activation that will tell w of the end.
func (x *instance) watcher(w record.Watch) *activation {
	for _, a := range x.acts {
		if !a.dead && a.role == roleTell && a.x.watch.by == w {
			return a
		}
	}
	return nil
}

func (x *instance) ending() *record.Ending {
	return &record.Ending{State: x.over.state, Result: x.result, Fault: x.over.fault, Fields: x.over.fields, Detail: x.over.detail}
}

func (t *tombstone) ending() *record.Ending {
	return &record.Ending{State: t.end.state, Result: t.result, Fault: t.end.fault, Fields: t.end.fields, Detail: t.end.detail}
}

// tell lets the news of the end leave for all who wait for it.
func (d *decider) tell(x *instance) {
	if x.phase != finished || x.alive == 0 {
		return
	}
	for _, a := range slices.Clone(x.acts) {
		if !a.dead && a.role == roleTell && a.attempt == 0 && !a.stuck {
			d.attempt(x, a, nil)
		}
	}
}

// childStarted notes that the instance exists that a call waits for.
func (d *decider) childStarted(x *instance, a *activation, took int64) {
	id, err := d.s.childOf(x, a)
	if err != nil {
		d.incident(x, a, a.step, err.Error())
		return
	}
	d.emit(record.ChildStarted{At: d.now, Instance: x.id, Activation: a.id, Child: id, TookNs: took})
}

// childOf is the instance that an activation starts.
func (s *State) childOf(x *instance, a *activation) (string, error) {
	w, err := s.again(x, a)
	if err != nil {
		return "", err
	}
	process, key := x.wanting(a, &w)
	return record.InstanceID(process, key), nil
}

// wanting are the process and the key of what an activation starts.
func (x *instance) wanting(a *activation, w *wish) (process, key string) {
	st := &x.flow.steps[a.step]
	if key = w.key; key == "" {
		key = effectKey(x.id, st.id, a.id)
	}
	return st.plan.Start.Process, key
}

// childEnded takes the news of the end of a child.
func (d *decider) childEnded(c *record.ChildEnded) record.Reply {
	x := d.s.get(c.Instance)
	if x == nil {
		return record.Reply{Instance: c.Instance, Existing: true} // it waits no more
	}
	a := x.find(c.Activation)
	if a == nil || !x.waitsForChild(a) {
		return record.Reply{Instance: c.Instance, Existing: true}
	}
	if id, err := d.s.childOf(x, a); err != nil || id != c.Child {
		return record.Reply{Instance: c.Instance, Existing: true}
	}
	d.childOver(x, a, c)
	d.run(x)
	return record.Reply{Instance: c.Instance}
}

func (x *instance) waitsForChild(a *activation) bool {
	if a.frame() || a.step == none || x.flow.steps[a.step].start == nil {
		return false
	}
	return a.role == roleStep && x.flow.steps[a.step].awaits || a.role == roleWork && a.x.result == nil
}

func (d *decider) childOver(x *instance, a *activation, c *record.ChildEnded) {
	c.Detail = clip(c.Detail)
	st := &x.flow.steps[a.step]
	if why := d.s.limits.tooMuch([]types.Value{c.Result, c.Fields}); why != "" {
		d.incident(x, a, a.step, "the result of "+st.plan.Start.Process+" "+why)
		return
	}
	if c.State != record.Completed {
		// It is over, so nobody has to withdraw it.
		d.failed(x, a, &record.AttemptEnded{Outcome: record.Raised, Fault: c.Fault, Detail: c.Detail}, 0)
	}
	switch c.State {
	case record.Completed:
	case record.Cancelled:
		reason := c.Detail
		if reason == "" {
			reason = "it was cancelled"
		}
		fields := map[string]types.Value{"endpoint": st.plan.Start.Process, "operation": "call", "reason": reason}
		d.raise(x, a, a.step, Gone, fields, reason)
		return
	default:
		d.raise(x, a, a.step, c.Fault, c.Fields, c.Detail)
		return
	}
	if a.role == roleWork {
		d.workEnded(x, a, record.WorkEnded{Value: c.Result, TookNs: int64(d.now - a.since)})
		return
	}
	e := record.StepLeft{At: d.now, Instance: x.id, Activation: a.id, TookNs: int64(d.now - a.since)}
	if st.slot >= 0 {
		e.Bound, e.Value = true, c.Result
	}
	parent := x.find(a.parent)
	d.emit(e)
	d.wake(parent)
}

// recallChild lets a child know that it is not wanted any more.
func (d *decider) recallChild(x *instance, a *activation) {
	switch {
	case a.attempt == 0, a.inflight && d.recall(x, a) && a.attempt == 1:
		return // it never left
	case !a.inflight && a.x != nil && (a.x.outcome == record.Raised || a.x.outcome == record.Rejected):
		return // it is over, or never began
	}
	w, err := d.s.again(x, a)
	if err != nil {
		return // what cannot be started has no child
	}
	process, key := x.wanting(a, &w)
	d.emit(record.ChildRecalled{At: d.now, Instance: x.id, Activation: x.last + 1, Of: a.id, Step: a.step, Process: process, Key: key})
	d.attempt(x, x.acts[len(x.acts)-1], nil)
}

// dropChild ends an instance that its parent does not want any more.
func (d *decider) dropChild(c *record.RecallChild) record.Reply {
	id := record.InstanceID(c.Process, c.Key)
	if d.s.ended.known(id) {
		return record.Reply{Instance: id, Existing: true}
	}
	x := d.s.get(id)
	if x == nil {
		return d.neverBegins(c, id)
	}
	t := x.watcher(c.By)
	if t == nil {
		return record.Reply{Instance: id, Existing: true}
	}
	mine := t.x.watch.parent
	d.emit(record.StepLeft{At: d.now, Instance: id, Activation: t.id})
	if mine && x.phase < undoing {
		d.fault(x, none, "", nil, "with the instance "+c.By.Instance+" that started it", true)
	}
	d.run(x)
	return record.Reply{Instance: id}
}

// neverBegins remembers a child that was withdrawn before its start arrived as one
// that was cancelled, so that the start finds it so.
func (d *decider) neverBegins(c *record.RecallChild, id string) record.Reply {
	f, no := d.flowNamed(c.Process, "")
	switch {
	case no != nil:
		return record.Reply{Rejected: no}
	case d.full(), d.overcrowded():
		return reject(record.Busy, "this shard has no room for one more instance: try again later")
	}
	d.emit(record.InstanceStarted{At: d.now, Instance: id, Process: c.Process, Plan: f.program.digest, Key: c.Key})
	d.emit(record.InstanceEnded{At: d.now, Instance: id, State: record.Cancelled, Detail: "withdrawn before it began, with the instance " + c.By.Instance})
	return record.Reply{Instance: id}
}

// watcherAdded and childRecalled apply the events of those names.
func (s *State) watcherAdded(e *record.WatcherAdded) string {
	x := s.get(e.Instance)
	switch {
	case x == nil:
		return "there is no instance " + e.Instance
	case e.Activation <= x.last:
		return usedBefore
	}
	s.add(x, &activation{
		id: e.Activation, parent: none, step: none, block: none, role: roleTell, since: e.At,
		x: &extra{watch: &watch{record.Watch{Instance: e.Watcher, Activation: e.Of}, e.Parent}},
	})
	return ""
}

func (s *State) childRecalled(e *record.ChildRecalled) string {
	x := s.get(e.Instance)
	switch {
	case x == nil:
		return "there is no instance " + e.Instance
	case e.Activation <= x.last:
		return usedBefore
	}
	s.add(x, &activation{
		id: e.Activation, parent: none, step: e.Step, block: none, role: roleRecall, since: e.At,
		items: []types.Value{e.Process, e.Key}, x: &extra{of: e.Of},
	})
	return ""
}
