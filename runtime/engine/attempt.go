package engine

import (
	"fmt"
	"hash/fnv"
	"strconv"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
)

// How effects that must not be given up are repeated.
const (
	// PersistentBackoffMin and PersistentBackoffMax bound the pause before a
	// compensation, a start or a send is tried again.
	PersistentBackoffMin = record.Instant(100e6)
	PersistentBackoffMax = record.Instant(30e9)
	// SettlementBackoffMax bounds the pause before a cloud is asked again what it
	// did.
	SettlementBackoffMax = record.Instant(300e9)
	// SettlementPauseMin is the shortest pause while the cloud is known to be
	// down; the longest is PersistentBackoffMax.
	SettlementPauseMin = record.Instant(1e9)
)

// letterStep stands for the step in the key of a dead letter.
const letterStep = "dead_letter"

func textOf(v types.Value) string {
	if v == nil {
		return ""
	}
	return expression.Text(v)
}

// persistent says whether an effect must not be given up.
func (x *instance) persistent(a *activation) bool {
	if a.role != roleStep && a.role != roleWork || x.inClosing(a) {
		return true
	}
	st := &x.flow.steps[a.step]
	return st.call == nil || st.kind == plan.Report
}

// tries is how often an effect is attempted before something else happens.
func (d *decider) tries(x *instance, a *activation) uint32 {
	if x.persistent(a) {
		return uint32(d.s.limits.Attempts)
	}
	return uint32(max(1, x.flow.steps[a.step].call.failover.Tries))
}

func (a *activation) triesUsed() uint32 {
	if a.x == nil {
		return a.attempt
	}
	return a.attempt - a.x.base
}

// attempt lets an effect leave once more. w is what it is made of, where that is
// known already.
func (d *decider) attempt(x *instance, a *activation, w *wish) {
	if w == nil {
		again, err := d.s.again(x, a)
		if err != nil {
			d.incident(x, a, a.step, err.Error())
			return
		}
		w = &again
	}
	cloud, why := "", ""
	if c := x.callOf(a); c != nil {
		var no string
		if cloud, why, no = d.choose(x, a, c); no != "" {
			d.noCloud(x, a, no)
			return
		}
	}
	d.emit(record.AttemptStarted{At: d.now, Instance: x.id, Activation: a.id, Attempt: a.attempt + 1, Cloud: cloud, Why: why})
	d.effects = append(d.effects, effectOf(x, a, w))
}

func (x *instance) callOf(a *activation) *call {
	if a.step == none {
		return nil
	}
	return x.flow.steps[a.step].call
}

// choose finds the cloud for the next attempt: where the work was done that a
// compensation undoes, else the one that was asked least often, in the order of
// the preference. no says why there is none.
func (d *decider) choose(x *instance, a *activation, c *call) (cloud, why, no string) {
	if a.role == roleSettlement {
		return a.x.cloud, "to find out what was done there", ""
	}
	if u := x.scope(a); u != nil && u.x.cloud != "" && c.sameCloud != "" && x.flow.steps[u.step].id == c.sameCloud {
		return u.x.cloud, "where " + c.sameCloud + " was done", ""
	}
	if u := x.scope(a); u != nil && u.x.cloud != "" && x.flow.steps[u.step].undoes == c.endpoint.Name {
		return u.x.cloud, "where it was done", ""
	}
	if c.candidates == 0 {
		return "", "", "the policy allows no cloud for it"
	}
	best, least := -1, uint32(0)
	order := c.order.Choose(d.facts.Health, x.lot(a))
	for i := range order {
		if n := a.timesTried(order[i].Cloud); best < 0 || n < least {
			best, least = i, n
		}
	}
	return order[best].Cloud, order[best].Why, ""
}

func (a *activation) timesTried(cloud string) uint32 {
	if a.x == nil {
		return 0
	}
	for i := range a.x.tried {
		if a.x.tried[i].cloud == cloud {
			return a.x.tried[i].times
		}
	}
	return 0
}

// fresh says whether a call has a legal candidate that was never asked.
func (d *decider) fresh(x *instance, a *activation, c *call) bool {
	cloud, _, no := d.choose(x, a, c)
	return no == "" && (a.role == roleStep || a.role == roleWork) && a.timesTried(cloud) == 0
}

func (d *decider) noCloud(x *instance, a *activation, why string) {
	if x.persistent(a) {
		d.incident(x, a, a.step, why)
		return
	}
	d.technical(x, a, Denied, why)
}

// technical raises a fault of the engine at a call, start or send.
func (d *decider) technical(x *instance, a *activation, fault, reason string) {
	st := &x.flow.steps[a.step]
	fields := map[string]types.Value{"reason": reason}
	switch st.kind {
	case plan.Call, plan.Begin:
		fields["endpoint"], fields["operation"] = st.call.endpoint.Name, st.call.operation.Name
	case plan.Start, plan.Child:
		fields["endpoint"], fields["operation"] = st.plan.Start.Process, "start"
	case plan.Send:
		fields["endpoint"], fields["operation"] = st.plan.Send.Channel, "send"
	case plan.Dedupe, plan.Split, plan.Aggregate, plan.Resequence, plan.Throttle, plan.Sample, plan.Slip:
		fields["endpoint"], fields["operation"] = x.flow.name, st.id
	case plan.Publish:
		fields["endpoint"], fields["operation"] = st.plan.Type.Name, "publish"
	}
	d.raise(x, a, a.step, fault, fields, reason)
}

// effectOf is the effect of the attempt that is under way.
func effectOf(x *instance, a *activation, w *wish) Effect {
	t := Target{Instance: x.id, Activation: a.id, Attempt: a.attempt, Key: w.key}
	named := a.id
	settlement := a.role == roleSettlement
	if settlement {
		named = a.x.of
		if a.x.adopted {
			t.Activation, t.Attempt = a.x.of, a.x.ofTry
		}
	}
	switch a.role {
	case roleTell:
		t.Key = effectKey(x.id, "end", named)
		return Tell{Target: t, News: record.ChildEnded{Watch: a.x.watch.by, Child: x.id, Ending: *x.ending()}}
	case roleRecall:
		process, _ := a.items[0].(string)
		key, _ := a.items[1].(string)
		t.Key = effectKey(x.id, "recall", named)
		return Recall{Target: t, Order: record.RecallChild{Process: process, Key: key, By: record.Watch{Instance: x.id, Activation: a.x.of}}}
	case roleLetter:
		t.Key = effectKey(x.id, letterStep, named)
		return Send{Target: t, Plan: x.flow.program.digest, Channel: x.flow.deadLetter(), Payload: w.load}
	}
	st := &x.flow.steps[a.step]
	if t.Key == "" || st.call == nil {
		t.Key = effectKey(x.id, st.id, named)
	} else {
		t.Key = x.anew(t.Key, st, named)
	}
	switch st.kind {
	case plan.Start, plan.Child:
		process, business := x.wanting(a, w)
		e := Start{Target: t, Process: process, Plan: x.flow.program.carries(process), Business: business, Input: w.args}
		if st.awaits || a.role == roleWork {
			e.Deadline = x.until(a)
			e.Watch, e.Depth = record.Watch{Instance: x.id, Activation: a.id}, x.depth+1
		}
		return e
	case plan.Slip:
		return Send{Target: t, Plan: x.flow.program.digest, Channel: w.channel, Payload: w.load}
	case plan.Dedupe, plan.Split, plan.Aggregate, plan.Resequence, plan.Throttle, plan.Sample:
		return x.handed(a, t, w)
	case plan.Send, plan.Tap:
		return Send{Target: t, Plan: x.flow.program.digest, Channel: st.plan.Send.Channel, Payload: w.load}
	case plan.Publish:
		payload, _ := w.load.(map[string]types.Value)
		return Publish{Target: t, Plan: x.flow.program.digest, Event: st.plan.Type.Name, Payload: payload}
	}
	until := record.Instant(0)
	if !settlement {
		until = x.until(a)
	}
	e := Call{
		Until: until, Target: t, Plan: x.flow.program.digest, Endpoint: st.call.endpoint.Name, Operation: st.call.operation.Name,
		Cloud: a.x.cloud, Args: w.args, TimeoutNs: st.call.timeoutNs, Settlement: settlement && !a.x.adopted, Persistent: x.persistent(a),
	}
	if h := st.call.failover.Hedge; h != nil && !e.Persistent && st.call.operation.Idempotent && !st.undoable() {
		e.Hedge = h
		for _, o := range st.call.order.Choose(nil, x.lot(a)) {
			if o.Cloud != e.Cloud {
				e.Elsewhere = append(e.Elsewhere, o.Cloud)
			}
		}
	}
	return e
}

// lot is what a preference draws with for a call.
func (x *instance) lot(a *activation) placement.Lot {
	return placement.Lot{Instance: x.id, Call: a.id, Key: x.key}
}

func effectKey(instance, step string, activation uint32) string {
	b := make([]byte, 0, len(instance)+len(step)+12)
	b = append(append(append(b, instance...), '/'), step...)
	return string(strconv.AppendUint(append(b, '#'), uint64(activation), 10))
}

// backoff is the pause before the next attempt: twice as long each time between
// min and max, and 50 to 100 percent of that, depending on nothing but the
// effect.
func backoff(x *instance, a *activation, shortest, longest record.Instant, n uint32) record.Instant {
	shortest = max(shortest, 1)
	wait := longest
	if n = max(n, 1); n < 40 && shortest<<(n-1) > 0 && shortest<<(n-1) < longest {
		wait = shortest << (n - 1)
	}
	h := fnv.New32a()
	var num [8]byte
	for i := range 4 {
		num[i], num[4+i] = byte(a.id>>(8*i)), byte(a.attempt>>(8*i))
	}
	h.Write([]byte(x.id))
	h.Write(num[:])
	part := record.Instant(500 + h.Sum32()%501)
	return max(1, wait/1000*part+wait%1000*part/1000)
}

func (d *decider) attemptEnded(c *record.AttemptEnded) record.Reply {
	x := d.s.get(c.Instance)
	if x == nil {
		if d.s.ended.known(c.Instance) {
			return record.Reply{Instance: c.Instance, Existing: true}
		}
		return reject(record.NotFound, "there is no instance %s here", c.Instance)
	}
	a := x.find(c.Activation)
	if a == nil {
		a = x.adopter(c.Activation, c.Attempt)
	} else if a.attempt != c.Attempt || a.role == roleSettlement && a.x.adopted {
		a = nil
	}
	if a == nil || !a.inflight || a.frame() {
		return record.Reply{Instance: c.Instance, Existing: true}
	}
	if !validOutcome(c.Outcome) {
		return reject(record.Invalid, "the outcome %q of an attempt is none that is known", c.Outcome)
	}
	c.Detail = clip(c.Detail)
	switch why := d.unusable(x, a, c); {
	case why != "":
		d.refuseAnswer(x, a, c, why)
	case a.role == roleSettlement:
		d.settlementAnswer(x, a, c)
	default:
		d.answer(x, a, c)
	}
	d.run(x)
	return record.Reply{Instance: c.Instance}
}

// unusable says why an answer cannot be held, "" where it can. What no step reads
// is left out of it before.
func (d *decider) unusable(x *instance, a *activation, c *record.AttemptEnded) string {
	if a.step == none || x.flow.steps[a.step].slot < 0 {
		c.Value = nil
	}
	if a.role != roleStep && a.role != roleWork {
		c.Fields = nil
	}
	switch {
	case c.Outcome == record.Succeeded:
		if why := d.s.limits.tooMuch(c.Value); why != "" {
			return "was done, but the answer " + why
		}
	case c.Outcome == record.Raised && len(c.Fault) > MaxKey:
		return clip("raised a fault whose name is too long: " + c.Fault)
	case c.Outcome == record.Raised:
		if why := d.s.limits.tooMuch(c.Fields); why != "" {
			return "raised " + c.Fault + ", which " + why
		}
	}
	return ""
}

// refuseAnswer asks a person about an answer that cannot be held. What was done
// stays in doubt, so that it is settled when the step is given up.
func (d *decider) refuseAnswer(x *instance, a *activation, c *record.AttemptEnded, why string) {
	if c.Outcome == record.Succeeded {
		c.Outcome = record.Unknown
	}
	c.Detail = clip(why)
	d.failed(x, a, c, 0)
	d.incident(x, a, a.step, why)
}

func validOutcome(o record.Outcome) bool {
	switch o {
	case record.Succeeded, record.Raised, record.Refused, record.Unknown, record.Rejected:
		return true
	}
	return false
}

// adopter is the settlement that waits for the attempt of a step that is gone.
func (x *instance) adopter(of, attempt uint32) *activation {
	for _, a := range x.acts {
		if !a.dead && a.role == roleSettlement && a.x.adopted && a.x.of == of && a.x.ofTry == attempt {
			return a
		}
	}
	return nil
}

func (d *decider) failed(x *instance, a *activation, c *record.AttemptEnded, retry record.Instant) {
	detail := c.Detail
	if detail == "" {
		detail = clip(c.Fault)
	}
	d.emit(record.AttemptFailed{At: d.now, Instance: x.id, Activation: a.id, Attempt: a.attempt, Outcome: c.Outcome, Detail: detail, TookNs: c.TookNs, Retry: retry})
}

// answer handles the end of an attempt of a step's own effect.
func (d *decider) answer(x *instance, a *activation, c *record.AttemptEnded) {
	if c.Outcome != record.Succeeded && a.role == roleStep && x.flow.steps[a.step].kind == plan.Tap {
		d.failed(x, a, c, 0) // the copy is lost, and nobody waits for it
		d.leave(x, a)
		return
	}
	switch c.Outcome {
	case record.Succeeded:
		d.succeeded(x, a, c)
	case record.Raised:
		d.failed(x, a, c, 0)
		if a.role != roleStep && a.role != roleWork || x.flow.steps[a.step].kind == plan.Report {
			d.incident(x, a, a.step, "was answered with the fault "+c.Fault)
			return
		}
		d.raise(x, a, a.step, c.Fault, c.Fields, c.Detail)
	case record.Rejected:
		d.failed(x, a, c, 0)
		if a.role != roleStep && a.role != roleWork || x.scope(a) != nil || x.flow.steps[a.step].kind == plan.Report {
			d.incident(x, a, a.step, "was rejected: "+c.Detail)
			return
		}
		d.technical(x, a, Refusal, c.Detail)
	default:
		d.tryOn(x, a, c)
	}
}

func (d *decider) succeeded(x *instance, a *activation, c *record.AttemptEnded) {
	switch a.role {
	case roleLetter:
		d.emit(record.StepLeft{At: d.now, Instance: x.id, Activation: a.id, TookNs: c.TookNs})
		d.end(x)
		return
	case roleTell, roleRecall:
		d.emit(record.StepLeft{At: d.now, Instance: x.id, Activation: a.id, TookNs: c.TookNs})
		return
	}
	st := &x.flow.steps[a.step]
	switch {
	case st.start != nil && (st.awaits || a.role == roleWork):
		d.childStarted(x, a, c.TookNs)
		return
	case st.word != nil && st.kind != plan.Slip:
		d.handedOn(x, a, st)
		return
	case a.role == roleWork:
		d.workEnded(x, a, record.WorkEnded{Value: c.Value, Cloud: doneAt(a, c), TookNs: c.TookNs})
		return
	}
	e := record.StepLeft{At: d.now, Instance: x.id, Activation: a.id, TookNs: c.TookNs}
	if st.call != nil {
		e.Cloud = doneAt(a, c)
		d.settle(x, a, e.Cloud, false)
	}
	if st.slot >= 0 {
		e.Bound, e.Value = true, c.Value
	}
	parent := x.find(a.parent)
	d.emit(e)
	d.wake(parent)
}

// doneAt is the cloud that did it.
func doneAt(a *activation, c *record.AttemptEnded) string {
	if c.Cloud != "" {
		return c.Cloud
	}
	return a.x.cloud
}

// tryOn handles an attempt after which another one may follow.
func (d *decider) tryOn(x *instance, a *activation, c *record.AttemptEnded) {
	used, budget := a.triesUsed(), d.tries(x, a)
	if used >= budget {
		d.failed(x, a, c, 0)
		why := fmt.Sprintf("gave no usable answer in %d tries; the last: %s", used, c.Detail)
		if x.persistent(a) {
			d.incident(x, a, a.step, why)
			return
		}
		d.technical(x, a, Unavailable, why)
		return
	}
	shortest, longest := PersistentBackoffMin, PersistentBackoffMax
	st := x.callOf(a)
	if st != nil {
		shortest = record.Instant(st.failover.BackoffMinNs)
		if !x.persistent(a) {
			longest = max(shortest, record.Instant(st.failover.BackoffMaxNs))
		}
	}
	if st != nil && c.Outcome == record.Refused && d.fresh(x, a, st) {
		d.failed(x, a, c, d.now)
		d.attempt(x, a, nil)
		return
	}
	d.failed(x, a, c, d.now+backoff(x, a, shortest, longest, used))
}

// Pending are all effects that are under way, by instance and activation: what
// has to leave again after a restart. What cannot be made again is in Unmade.
func (s *State) Pending() []Effect {
	var out []Effect
	s.eachUnderWay(func(x *instance, a *activation) {
		if e, err := s.remake(x, a); err == nil {
			out = append(out, e)
		}
	})
	return out
}

// Unmade are the attempts under way that Pending cannot make again, as the
// outcomes that Decide is to be told: the step then tries once more, and where
// it cannot, a person is asked. An effect was evaluated before it first left,
// from the same values, so there are none unless this program has changed since.
func (s *State) Unmade() []record.AttemptEnded {
	var out []record.AttemptEnded
	s.eachUnderWay(func(x *instance, a *activation) {
		_, err := s.remake(x, a)
		if err == nil {
			return
		}
		c := record.AttemptEnded{Instance: x.id, Activation: a.id, Attempt: a.attempt, Outcome: record.Unknown, Detail: "cannot be sent again: " + err.Error()}
		if a.role == roleSettlement && a.x.adopted {
			c.Activation, c.Attempt = a.x.of, a.x.ofTry
		}
		out = append(out, c)
	})
	return out
}

func (s *State) eachUnderWay(do func(*instance, *activation)) {
	for _, id := range s.ids() {
		x := s.instances[id]
		if x.body == nil { // nothing is under way
			continue
		}
		for _, a := range x.acts {
			if !a.dead && a.inflight {
				do(x, a)
			}
		}
	}
}

// remake makes the effect of an attempt under way again. A journal of another
// program may hold what this one trips over, so a panic is an error here.
func (s *State) remake(x *instance, a *activation) (e Effect, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	w, err := s.again(x, a)
	if err != nil {
		return nil, err
	}
	return again(effectOf(x, a, &w)), nil
}

// again marks an effect that may have left before.
func again(e Effect) Effect {
	switch e := e.(type) {
	case Call:
		e.Again = true
		return e
	case Start:
		e.Again = true
		return e
	case Send:
		e.Again = true
		return e
	case Publish:
		e.Again = true
		return e
	case Tell:
		e.Again = true
		return e
	case Recall:
		e.Again = true
		return e
	case Hand:
		e.Again = true
		return e
	}
	return e
}
