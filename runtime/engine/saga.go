package engine

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
)

// raise lets a fault go from the activation a (a call, or the frame of a fail)
// to whoever handles it.
func (d *decider) raise(x *instance, a *activation, step uint32, fault string, fields map[string]types.Value, detail string) {
	if a.role == roleWork {
		d.workEnded(x, a, record.WorkEnded{Fault: fault, Fields: fields, Detail: detail})
		return
	}
	if a.role == roleStep && !a.frame() {
		catch := x.flow.steps[a.step].catch
		for i := range catch {
			if catch[i].fault == fault || catch[i].fault == "" {
				if x.callOf(a) != nil && x.scope(a) == nil {
					d.settle(x, a, "", true)
				}
				d.emit(record.FaultCaught{At: d.now, Instance: x.id, Activation: a.id, Block: uint32(catch[i].block) + 1, Fault: fault, Fields: fields})
				d.wake(a)
				return
			}
		}
	}
	d.raiseFrom(x, a, step, fault, fields, detail)
}

func because(detail string) string {
	if detail == "" {
		return ""
	}
	return ": " + detail
}

// fault ends the flow and begins to undo it.
func (d *decider) fault(x *instance, step uint32, fault string, fields map[string]types.Value, detail string, cancelled bool) {
	d.abandonAll(x, false)
	d.emit(record.FaultRaised{At: d.now, Instance: x.id, Step: step, Fault: fault, Fields: fields, Cancelled: cancelled, Detail: detail})
	d.unwind(x)
}

// undo begins the next compensation, or ends the instance after the last.
func (d *decider) undo(x *instance) {
	if n := len(x.done); n > 0 {
		d.emit(record.CompensationStarted{At: d.now, Instance: x.id, Activation: x.last + 1, Step: x.done[n-1].step})
		d.wake(x.acts[len(x.acts)-1])
		return
	}
	if x.flow.deadLetter() != "" && !x.over.cancelled {
		d.emit(record.DeadLetterOwed{At: d.now, Instance: x.id, Activation: x.last + 1})
		d.attempt(x, x.acts[len(x.acts)-1], nil)
		return
	}
	d.end(x)
}

// end is the end of an instance that was undone.
func (d *decider) end(x *instance) {
	state := record.Faulted
	if x.over.cancelled {
		state = record.Cancelled
	}
	o := x.over
	d.dropAllWork(x)
	d.emit(record.InstanceEnded{At: d.now, Instance: x.id, State: state, Fault: o.fault, Fields: o.fields, Detail: o.detail})
}

// deadLetter is the channel for messages that a route cannot handle, "" for
// none.
func (f *flow) deadLetter() string {
	if f.route == nil || f.route.From == "" {
		return ""
	}
	return f.program.channels[f.route.From].DeadLetter
}

// letterOf is what the dead letters get: reason, path and the message as JSON.
func letterOf(x *instance) types.Value {
	reason := x.over.fault
	if text, ok := x.over.fields["reason"].(string); ok && text != "" {
		reason += ": " + text
	} else if x.over.detail != "" {
		reason += ": " + x.over.detail
	}
	path := []types.Value{x.flow.name}
	if x.over.step != none {
		path = append(path, x.flow.stepID(x.over.step))
	}
	slot := x.letterSlot()
	message := x.values()[slot]
	if x.over.fault != Invalid {
		if plainJSON, err := types.ReadJSON(x.flow.program.universe.EncodeJSON(nil, message, x.flow.vars[slot].typ)); err == nil {
			message = plainJSON
		}
	}
	return map[string]types.Value{"reason": reason, "path": path, "message": message}
}

// abandon turns what the calls among the chosen activations may have done into
// settlements, before the activations end.
func (d *decider) abandon(x *instance, chosen func(*activation) bool) {
	for _, a := range slices.Clone(x.acts) {
		if !a.dead && a.role == roleStep && !a.frame() && x.callOf(a) != nil && x.scope(a) == nil && chosen(a) {
			d.settle(x, a, "", true)
		}
	}
	d.giveUpWork(x, chosen)
}

// settle turns the unknown outcomes of a call that is decided into settlements:
// all of them where it was given up, else those at other clouds than the one
// that did it. Not before: while the call still tries, it may come back to a
// cloud in doubt, and nobody must undo there what it then takes for done.
func (d *decider) settle(x *instance, a *activation, did string, givenUp bool) {
	st := &x.flow.steps[a.step]
	if a.x == nil || st.call.operation.Idempotent && (!st.undoable() || !givenUp) {
		return
	}
	for _, o := range slices.Clone(a.x.doubts) {
		if o.cloud == did || givenUp && a.inflight && o.cloud == a.x.cloud {
			continue
		}
		pause := backoff(x, a, record.Instant(st.call.failover.BackoffMinNs), SettlementBackoffMax, 1)
		d.owe(x, a, st, o, d.now+pause)
	}
	if givenUp && a.inflight && !d.recall(x, a) {
		d.owe(x, a, st, doubt{a.x.cloud, a.attempt}, 0)
	}
}

// recall takes back an attempt that this very decision made, so that it never
// leaves.
func (d *decider) recall(x *instance, a *activation) bool {
	for i, e := range d.effects {
		if t := e.Of(); t.Instance == x.id && t.Activation == a.id && t.Attempt == a.attempt {
			d.effects = slices.Delete(d.effects, i, i+1)
			return true
		}
	}
	return false
}

// owe opens a settlement. Where nothing could undo what may have been done, the
// cloud is not asked again, for asking might do it: the doubt is written down.
func (d *decider) owe(x *instance, a *activation, st *step, o doubt, due record.Instant) {
	var args []types.Value
	asked := st.undoable() || due == 0
	if asked && len(st.call.exprs) > 0 && x.arguments(a) == nil {
		var err error
		if args, err = d.s.ingredients(x, a, st); err != nil {
			d.incident(x, a, a.step, err.Error())
			return
		}
	}
	d.emit(record.SettlementOwed{
		At: d.now, Instance: x.id, Activation: x.last + 1, Of: a.id, Step: a.step, Attempt: o.attempt,
		Cloud: o.cloud, Args: args, Due: due,
	})
	if !asked {
		settlement := x.acts[len(x.acts)-1]
		d.close(x, settlement, record.Unknown, "it may have been done at "+o.cloud+" too; nothing undoes it, so it was not asked again", false, nil)
	}
}

// arguments are those of a call where the state holds them: at its activation,
// or at an earlier settlement of it.
func (x *instance) arguments(a *activation) []types.Value {
	if a.items != nil {
		return a.items
	}
	for _, o := range x.acts {
		if !o.dead && o.role == roleSettlement && o.x.of == a.id && o.items != nil {
			return o.items
		}
	}
	return nil
}

func (d *decider) close(x *instance, a *activation, outcome record.Outcome, detail string, undo bool, v types.Value) {
	d.emit(record.SettlementClosed{At: d.now, Instance: x.id, Activation: a.id, Outcome: outcome, Detail: detail, Undo: undo, Value: v})
}

// settlementAnswer handles what a cloud says about an attempt in doubt.
func (d *decider) settlementAnswer(x *instance, a *activation, c *record.AttemptEnded) {
	st := &x.flow.steps[a.step]
	cloud := a.x.cloud
	switch {
	case c.Outcome == record.Succeeded && st.undoable():
		d.close(x, a, record.Succeeded, "it was done at "+cloud+" and is undone there", true, c.Value)
		d.wake(a)
	case c.Outcome == record.Succeeded:
		d.close(x, a, record.Succeeded, "it was done at "+cloud+", and nothing undoes it", false, nil)
	case c.Outcome == record.Raised:
		d.close(x, a, record.Raised, "nothing was done at "+cloud+": it raised "+c.Fault, false, nil)
	case c.Outcome == record.Rejected:
		d.close(x, a, record.Rejected, "nothing was done at "+cloud+": it rejected the request", false, nil)
	case c.Outcome == record.Refused && a.x.adopted && len(a.x.doubts) == 0:
		// An earlier attempt there whose outcome is unknown may have done it all the
		// same; then the cloud is asked again.
		d.close(x, a, record.Refused, "nothing was done at "+cloud+": it never took the request", false, nil)
	case !st.undoable():
		d.close(x, a, record.Unknown, "it may have been done at "+cloud+"; nothing undoes it, so it was not asked again", false, nil)
	case a.triesUsed() >= uint32(d.s.limits.Attempts):
		d.failed(x, a, c, 0)
		d.incident(x, a, a.step, "cannot find out what was done at "+cloud+" by asking it again: "+c.Detail)
	default:
		pause := backoff(x, a, record.Instant(st.call.failover.BackoffMinNs), SettlementBackoffMax, a.triesUsed()+1)
		d.failed(x, a, c, d.now+pause)
	}
}

func (d *decider) timerDue(c *record.TimerDue) record.Reply {
	if c.Instance == "" {
		if len(d.s.kept.parted) > 0 {
			d.handOn()
		} else {
			d.expire()
			d.forgetOld()
		}
		return record.Reply{}
	}
	if k := d.s.cells[c.Instance]; k != nil && k.due != 0 && k.due == c.Due && c.Due <= d.now {
		d.cellDue(k)
		return record.Reply{Instance: c.Instance}
	}
	x := d.s.get(c.Instance)
	if x == nil {
		return record.Reply{Instance: c.Instance, Existing: true}
	}
	a := x.find(c.Activation)
	if a == nil || a.due == 0 || a.due != c.Due || c.Due > d.now {
		return record.Reply{Instance: c.Instance, Existing: true}
	}
	if d.regionDue(x, a) {
		d.run(x)
		return record.Reply{Instance: c.Instance}
	}
	if a.role != roleStep {
		d.askAgain(x, a)
		d.run(x)
		return record.Reply{Instance: c.Instance}
	}
	st := &x.flow.steps[a.step]
	switch st.kind {
	case plan.Wait, plan.Delay:
		d.leave(x, a)
	case plan.Throttle:
		if x.part == a.step+1 {
			d.leave(x, a)
		} else {
			d.attempt(x, a, nil)
		}
	case plan.Select:
		d.emit(record.TimerFired{At: d.now, Instance: x.id, Activation: a.id, Block: uint32(st.sel.afterArm) + 1})
		d.wake(a)
	case plan.Task:
		d.taskDue(x, a, st)
	default:
		d.attempt(x, a, nil)
	}
	d.run(x)
	return record.Reply{Instance: c.Instance}
}

// askAgain asks a cloud what it did, or puts that off while the cloud is down.
func (d *decider) askAgain(x *instance, a *activation) {
	if a.role == roleSettlement {
		c := x.callOf(a)
		if h := d.facts.Health.Of(c.endpoint.Name, a.x.cloud); h.Status == placement.Unhealthy && !h.Back {
			// The longer it has been down, the less often it is looked at.
			pause := min(max((d.now-a.since)/4, SettlementPauseMin), PersistentBackoffMax)
			d.emit(record.TimerSet{Instance: x.id, Activation: a.id, Due: d.now + pause})
			return
		}
	}
	d.attempt(x, a, nil)
}

// MaxExpired bounds the kept events that one command forgets, and so the size of
// its commit. The timer stays due while there are more.
const MaxExpired = 1000

func (d *decider) expire() {
	for range MaxExpired {
		if d.s.kept.soonest() != 0 && d.s.kept.soonest() <= d.now {
			d.emit(record.EventExpired{Type: d.s.kept.age[0].typ, ID: d.s.kept.age[0].id})
		}
	}
}
