package sim

import (
	"errors"
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// next is when something happens next.
func (a *agenda) next() (nanos, bool) {
	if len(a.heap) == 0 {
		return 0, false
	}
	return a.heap[0].at, true
}

// due says whether something happens now.
func (a *agenda) due() bool {
	at, ok := a.next()
	return ok && at <= a.now
}

// refused tells what a command came to that nobody waits for: a rejection, which
// is an answer too, or an error, which ends the test.
func refused(err error) error {
	var no *record.Rejection
	if errors.As(err, &no) {
		return nil
	}
	return err
}

// effect carries out what an instance wants of the world.
func (b *bench) effect(e engine.Effect) error {
	t := e.Of()
	switch e := e.(type) {
	case engine.Call:
		return b.call(e)
	case engine.Start:
		return b.starts(e)
	case engine.Send:
		if err := b.sends(e.Channel, e.Key, e.Payload, short(b.flows[t.Instance])); err != nil {
			return err
		}
	case engine.Publish:
		if !b.seen[e.Key] {
			b.seen[e.Key] = true
			b.publishes(e.Event, e.Payload, short(b.flows[t.Instance]))
		}
		if err := b.deliver(e.Event, e.Key, e.Payload); err != nil {
			return err
		}
	case engine.Tell:
		if err := refused(b.decide(e.News)); err != nil {
			return err
		}
	case engine.Recall:
		if err := refused(b.decide(e.Order)); err != nil {
			return err
		}
	case engine.Hand:
		return b.hands(e)
	case engine.Await:
		return b.offers(e.Receiver)
	default:
		b.fail("an effect that this program can carry out in a test", fmt.Sprintf("%T: use a newer cob", e))
	}
	return b.ended(t, record.AttemptEnded{Outcome: record.Succeeded})
}

// ended tells an instance how an attempt of it ended.
func (b *bench) ended(t engine.Target, c record.AttemptEnded) error {
	c.Instance, c.Activation, c.Attempt = t.Instance, t.Activation, t.Attempt
	return refused(b.decide(c))
}

// starts starts an instance for another one.
func (b *bench) starts(e engine.Start) error {
	if r := b.mocked(e); r != nil {
		return b.pretends(e, r)
	}
	c := record.AttemptEnded{Outcome: record.Succeeded}
	reply, err := b.ask(record.StartInstance{Process: e.Process, Plan: e.Plan, Key: e.Business, Input: e.Input, Watch: e.Watch, Deadline: e.Deadline, Depth: e.Depth})
	var no *record.Rejection
	if errors.As(err, &no) {
		c = record.AttemptEnded{Outcome: record.Rejected, Detail: no.Detail}
		b.trace("%s was not started: %s", short(e.Process), no.Detail)
	} else if err != nil {
		return err
	}
	if reply.Ended != nil {
		return refused(b.decide(record.ChildEnded{Watch: e.Watch, Child: reply.Instance, Ending: *reply.Ended}))
	}
	return b.ended(e.Target, c)
}

// publishes notes an event; who heard of it is the engine's affair.
func (b *bench) publishes(event string, payload map[string]types.Value, by string) {
	b.events = append(b.events, happened{name: event, value: payload})
	b.unheard(event)
	b.trace("%s published %s %s", by, short(event), show(payload))
}

// deliver hands an event to all who wait for it.
func (b *bench) deliver(event, id string, payload map[string]types.Value) error {
	for _, r := range b.program.Plan().Routes {
		if r.Event != event {
			continue
		}
		start := record.StartInstance{Process: r.Name, Key: id, Input: map[string]types.Value{r.Var: payload}}
		if err := refused(b.decide(start)); err != nil {
			return err
		}
	}
	return refused(b.decide(record.DeliverEvent{Type: event, ID: id, Payload: payload, Until: b.clock() + record.Instant(hour)}))
}

// sends puts a message into a channel, once, and hands it to the routes that read
// the channel.
func (b *bench) sends(channel, id string, payload types.Value, by string) error {
	if b.seen[id] {
		return nil
	}
	b.seen[id] = true
	problem := b.unfit(channel, payload)
	if to, letter := b.invalid(channel, payload, problem); to != "" {
		return b.sends(to, id+" "+to, letter, by)
	}
	if b.repeats(channel, payload) {
		return nil
	}
	b.ordered(channel)
	b.lengths[channel]++
	b.messages = append(b.messages, happened{name: channel, value: payload})
	b.trace("%s sent %s to %s", by, show(payload), short(channel))
	for _, r := range b.program.Plan().Routes {
		if r.From != channel {
			continue
		}
		err := b.decide(record.DeliverMessage{Route: r.Name, Channel: channel, Position: b.lengths[channel], After: b.after[r.Name], Message: id,
			Payload: payload, Problem: problem})
		if err != nil {
			return fmt.Errorf("the route %s: %w", short(r.Name), err)
		}
		b.after[r.Name] = b.lengths[channel]
	}
	return b.lies(channel, id, payload, problem)
}

// unfit says why a message does not obey the type of its channel, "" where it
// does.
func (b *bench) unfit(channel string, payload types.Value) string {
	for _, c := range b.program.Plan().Channels {
		if c.Name == channel {
			if found := b.checker.CheckAs(c.Name, payload, c.Type); len(found) > 0 {
				return found.Error()
			}
		}
	}
	return ""
}

// crash lets the process that owns the shard die, and another one go on from the
// journal: effects under way leave again, answers that were on their way are lost.
func (b *bench) crash() error {
	whole, want := b.core.Payload() == nil, b.core.State().Digest()
	if b.plant == ForgetfulDisk {
		b.store.LoseTail(1)
	}
	if err := b.recover(); err != nil {
		return fmt.Errorf("going on from the journal: %w", err)
	}
	b.trace("the node crashed, and another one went on")
	if whole && b.core.State().Digest() != want {
		b.fail("the journal to hold everything", "what was recovered is not what was there before the crash")
	}
	b.later = agenda{now: b.now}
	b.childrenAgain()
	b.expiriesAgain()
	b.effects = append(b.core.State().Pending(), b.offersAgain()...)
	for _, c := range b.core.State().Unmade() {
		if err := refused(b.decide(c)); err != nil {
			return err
		}
	}
	return nil
}

// dies says whether the world is to crash around the commit of these events.
func (b *bench) dies(events []record.Event) (before, after bool) {
	if b.planned.Commit == b.result.Commits+1 {
		before, after = b.planned.Before, !b.planned.Before
		b.planned = Crash{}
	}
	if len(b.armed) == 0 {
		return before, after
	}
	flows, plans := map[string]string{}, map[string]string{}
	for _, e := range events {
		if s, ok := e.(record.InstanceStarted); ok {
			flows[s.Instance], plans[s.Instance] = s.Process, s.Plan
		}
		instance, index, ok := entered(e)
		if !ok {
			continue
		}
		flow, digest := flows[instance], plans[instance]
		if flow == "" {
			flow, digest = b.flows[instance], b.plans[instance]
		}
		for i, w := range b.armed {
			if s := b.ofDigest(digest).Step(flow, index); s != nil && flow == w.Step.Flow && s.ID == w.Step.Step {
				b.armed = append(b.armed[:i:i], b.armed[i+1:]...)
				return before || w.Before, after || !w.Before
			}
		}
	}
	return before, after
}

// entered is the step that an event says was reached.
func entered(e record.Event) (instance string, step uint32, ok bool) {
	switch e := e.(type) {
	case record.StepPassed:
		return e.Instance, e.Step, true
	case record.StepEntered:
		return e.Instance, e.Step, true
	case record.WorkBegun:
		return e.Instance, e.Step, true
	case record.Told:
		return e.Instance, e.Step, true
	case record.Reported:
		return e.Instance, e.Step, true
	}
	return left(e)
}

// left is the step with which an instance leaves its flow, or a part of it: a
// return, a fail, an end, or whatever raised a fault.
func left(e record.Event) (instance string, step uint32, ok bool) {
	switch e := e.(type) {
	case record.Returned:
		return e.Instance, e.Step, true
	case record.FaultRaised:
		return e.Instance, e.Step, !e.Cancelled
	case record.Stopped:
		switch e.Exit {
		case record.ExitFault, record.ExitReturn, record.ExitEnd, record.ExitState:
			return e.Instance, e.Step, true
		}
	}
	return "", 0, false
}

// told is what a test's world has seen.
type told struct {
	walked
	flows     map[string]string // instances: their process or route
	plans     map[string]string // and the digests of their plans
	calls     []made
	events    []happened
	messages  []happened
	begun     []happened
	undone    []plan.StepName
	texts     []said
	reports   []happened             // by name: their documents
	parts     map[string]uint32      // messages that were handed on: by which word
	opened    map[plan.StepName]bool // tasks
	leaving   map[string]bool        // steps that leave their flow and have been counted
	last      string                 // the instance that the last when started
	instances []string               // in the order of their start
}

// said is a text that an instance told.
type said struct {
	what record.Telling
	text string
}

// happened is an event, a message or a start.
type happened struct {
	name  string
	value types.Value
}

// made is one call that was made.
type made struct {
	endpoint, operation, cloud string
	args                       []types.Value
}

// note remembers what is durable now.
func (b *bench) note(events []record.Event) {
	for _, e := range events {
		b.noteStep(e)
		b.noteWay(e)
		b.noteReport(e)
		switch e := e.(type) {
		case record.InstanceStarted:
			b.flows[e.Instance], b.plans[e.Instance] = e.Process, e.Plan
			b.instances = append(b.instances, e.Instance)
			b.begun = append(b.begun, happened{e.Process, e.Vars})
		case record.PartBegan:
			b.parts[e.Instance] = e.Step
		case record.CompensationStarted:
			b.noteUndo(e.Instance, e.Step)
		case record.UndoStarted:
			b.noteUndo(e.Instance, e.Step)
		case record.Continued:
			b.trace("%s goes on as %s", short(b.flows[e.Instance]), short(e.Process))
			b.flows[e.Instance] = e.Process
			b.began[e.Process]++
		case record.Told:
			b.texts = append(b.texts, said{e.Telling, e.Text})
			b.trace("%s says: %s", short(b.flows[e.Instance]), e.Text)
		case record.IncidentOpened:
			b.trace("%s waits for a person: %s", short(b.flows[e.Instance]), e.Detail)
			b.cannotRun(e)
		case record.InstanceEnded:
			b.noteEnd(e)
		}
	}
}

func (b *bench) noteUndo(instance string, index uint32) {
	flow := b.flows[instance]
	if s := b.on(instance).Step(flow, index); s != nil {
		b.undone = append(b.undone, plan.StepName{Flow: flow, Step: s.ID})
		b.trace("%s undoes %s", short(flow), s.ID)
	}
}

// noteStep counts a step that was reached. One that raises a fault was counted
// when it was entered, but for fail; one that leaves through something that has to
// be closed first is told again at the end.
func (b *bench) noteStep(e record.Event) {
	instance, index, ok := entered(e)
	if !ok {
		return
	}
	flow := b.flows[instance]
	s := b.on(instance).Step(flow, index)
	if s == nil {
		return
	}
	if _, _, leaves := left(e); leaves {
		switch s.Kind {
		case plan.Fail, plan.End:
		default:
			return
		}
		exit := fmt.Sprint(instance, index)
		if _, begins := e.(record.Stopped); begins {
			b.leaving[exit] = true
		} else if b.leaving[exit] {
			delete(b.leaving, exit)
			return
		}
	}
	name := plan.StepName{Flow: flow, Step: s.ID}
	if at, part := b.parts[instance]; part && at == index {
		return // it was counted where the message was handed on
	}
	b.result.Ran[name]++
	if s.Kind == plan.Task {
		b.opened[name] = true
		b.trace("%s asks for %s", short(flow), s.Task.Name)
	}
}

func (b *bench) noteEnd(e record.InstanceEnded) {
	flow := b.flows[e.Instance]
	switch e.State {
	case record.Faulted:
		b.result.Raised[flow] = append(b.result.Raised[flow], e.Fault)
		b.trace("%s failed with %s %s", short(flow), short(e.Fault), show(e.Fields))
	case record.Cancelled:
		b.trace("%s was cancelled", short(flow))
	default:
		text := "ended"
		if e.Result != nil {
			text = "returned " + show(e.Result)
		}
		b.trace("%s %s", short(flow), text)
	}
}

// The longest trace that a result has, in lines, and how many of them are the
// last ones.
const (
	MaxTraceLines = 60
	lastLines     = 20
)

// shortened leaves out the middle of a long trace.
func shortened(lines []string) []string {
	if len(lines) <= MaxTraceLines {
		return lines
	}
	first := MaxTraceLines - lastLines - 1
	left := fmt.Sprintf("... %d more ...", len(lines)-MaxTraceLines+1)
	return append(append(lines[:first:first], left), lines[len(lines)-lastLines:]...)
}

func (b *bench) trace(format string, args ...any) {
	b.result.Trace = append(b.result.Trace, b.now.String()+"  "+fmt.Sprintf(format, args...))
}
