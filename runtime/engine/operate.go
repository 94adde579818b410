package engine

import (
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// living finds an instance that is not over. Where it is, over says how.
func (d *decider) living(id string) (x *instance, over *tombstone, no record.Reply) {
	if x = d.s.get(id); x != nil {
		return x, nil, record.Reply{}
	}
	if over = d.s.ended.find(id); over != nil {
		return nil, over, reject(record.WrongState, "the instance %s is over: it is %s", id, over.end.state)
	}
	return nil, nil, record.Reply{Rejected: &record.Rejection{Code: record.NotFound, Detail: NoInstance(id)}}
}

// NoInstance says that an instance is not known to its shard (any more).
func NoInstance(id string) string { return "there is no instance " + id + " here" }

func (d *decider) cancelInstance(c *record.CancelInstance) record.Reply {
	x, over, no := d.living(c.Instance)
	if x == nil {
		if over != nil && over.end.state == record.Cancelled {
			return record.Reply{Instance: c.Instance, Existing: true}
		}
		return no
	}
	switch {
	case x.phase >= undoing && x.over.cancelled:
		return record.Reply{Instance: x.id, Existing: true}
	case x.phase == undoing:
		return reject(record.WrongState, "the instance %s already undoes what it did%s; resume gives up what has an incident, terminate ends it at once", x.id, x.over.after())
	case x.phase == finished:
		return reject(record.WrongState, "the instance %s is over: it is %s", x.id, x.over.state)
	}
	if no := tooLong("name of the person", c.By); no != nil {
		return record.Reply{Rejected: no}
	}
	d.requested(x, c.Request)
	detail := c.Reason
	if c.By != "" {
		detail = "by " + c.By + because(c.Reason)
	}
	poisoned := x.poison != nil
	var again []*activation
	if poisoned {
		again = d.lift(x, c.By)
	}
	d.fault(x, none, "", nil, clip(detail), true)
	d.tryAgain(x, again)
	d.run(x)
	if poisoned {
		d.sendAgain(x)
	}
	return record.Reply{Instance: x.id}
}

// after is the fault that it ended with, for a person.
func (o *ending) after() string {
	if o.fault == "" {
		return ""
	}
	return ", after the fault " + o.fault
}

func (d *decider) retryInstance(c *record.RetryInstance) record.Reply {
	x, _, no := d.living(c.Instance)
	if x == nil {
		return no
	}
	poisoned := x.poison != nil
	if x.stuck == 0 && !poisoned {
		return reject(record.WrongState, "the instance %s has no incident, so there is nothing to retry", x.id)
	}
	if no := tooLong("name of the person", c.By); no != nil {
		return record.Reply{Rejected: no}
	}
	d.requested(x, c.Request)
	if c.Reason != "" {
		d.emit(record.Operated{At: d.now, Instance: x.id, Verb: "retry", By: c.By, Reason: clip(c.Reason)})
	}
	again := d.lift(x, c.By)
	if poisoned {
		d.wakeLifted(x)
	}
	d.tryAgain(x, again)
	d.run(x)
	if poisoned {
		d.sendAgain(x)
	}
	return record.Reply{Instance: x.id}
}

// resume lets an activation go on after its incident was resolved.
func (d *decider) resume(x *instance, a *activation) {
	if a.frame() {
		d.wake(a)
		return
	}
	if d.resumeRegion(x, a) {
		return
	}
	if a.role != roleStep {
		d.attempt(x, a, nil)
		return
	}
	switch st := &x.flow.steps[a.step]; st.kind {
	case plan.Call, plan.Start, plan.Send, plan.Publish, plan.Child, plan.Report, plan.Tap, plan.Slip,
		plan.Dedupe, plan.Split, plan.Aggregate, plan.Resequence, plan.Throttle, plan.Sample:
		d.attempt(x, a, nil)
	case plan.Await:
		if w := x.work(a.items[0]); w != nil && w.x.result != nil {
			d.receive(x, a, w)
		}
	case plan.Select:
		d.s.awaitAgain(x, a)
		if st.sel.hasAfter {
			due := a.since + record.Instant(st.sel.afterNs)
			d.emit(record.TimerSet{Instance: x.id, Activation: a.id, Due: max(due, d.now)})
		}
		if !d.takeHandle(x, a) {
			d.takeKept(x, a)
		}
	}
}
