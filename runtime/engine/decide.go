package engine

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
)

// The faults that the engine itself raises. Their fields are endpoint, operation
// and reason; Invalid and Overdue have only reason.
const (
	// Unavailable: all tries are used up.
	Unavailable = "std.Unavailable"
	// Refusal: the target will never do it.
	Refusal = "std.Rejected"
	// Denied: a policy allows no cloud, or the process may not be started.
	Denied = "std.Denied"
	// Invalid: a message does not fit the type of its channel.
	Invalid = "std.Invalid"
	// Overdue: the deadline of the process is over.
	Overdue = "std.Overdue"
)

// Decide gives the events that follow from cmd, with the state as it is after
// them, and the effects that may leave once the events are durable. It runs the
// instances concerned until every thread of theirs waits. A command that comes
// twice, late or for nobody gives no events. If the events cannot be made
// durable, the state is of no use any more.
func (s *State) Decide(cmd record.Command, facts Facts) ([]record.Event, []Effect, record.Reply) {
	if facts.Health == nil {
		facts.Health = placement.AllUnknown{}
	}
	d := decider{s: s, facts: facts, now: facts.Now}
	return d.all(cmd)
}

// all decides the command, and drops what nobody waits for any more.
func (d *decider) all(cmd record.Command) ([]record.Event, []Effect, record.Reply) {
	s := d.s
	s.lull(d.now)
	s.deciding = true
	defer func() { s.deciding = false }()
	reply := d.decide(cmd)
	d.effects = slices.DeleteFunc(d.effects, func(e Effect) bool { return !s.underWay(e.Of()) })
	s.boundAgain(d.effects)
	d.effects = append(d.effects, s.nowAwaited()...)
	return d.events, d.effects, reply
}

// underWay says whether somebody still waits for the attempt.
func (s *State) underWay(t Target) bool {
	x := s.get(t.Instance)
	if x == nil {
		return false
	}
	a := x.find(t.Activation)
	if a == nil {
		a = x.adopter(t.Activation, t.Attempt)
	}
	return a != nil && a.inflight
}

// decider is one decision.
type decider struct {
	s       *State
	facts   Facts
	now     record.Instant
	events  []record.Event
	effects []Effect
	ready   []*activation          // of the instance that runs
	steps   int                    // that it ran
	written int                    // bytes of its events
	values  int                    // bytes of the values of the step that runs
	total   int                    // bytes of all events
	begun   bool                   // the first event was about to be applied
	about   string                 // the instance that runs
	halt    *record.PoisonInstance // what is to be left alone instead of run
	turning *cell                  // whose messages go on one after the other
}

func (d *decider) emit(ev record.Event) {
	d.begun = true
	if reason := d.s.apply(ev); reason != "" {
		panic(fmt.Sprintf("engine: decided %T which does not fit: %s", ev, reason))
	}
	if d.events == nil {
		d.events = make([]record.Event, 0, 12)
	}
	d.events = append(d.events, ev)
	size := record.WeightOfEvent(ev)
	d.written += size
	d.total += size
}

func reject(code record.Code, format string, args ...any) record.Reply {
	return record.Reply{Rejected: &record.Rejection{Code: code, Detail: fmt.Sprintf(format, args...)}}
}

func (d *decider) decide(cmd record.Command) record.Reply {
	if reply, known := d.again(cmd); known {
		return reply
	}
	if no, barred := d.barred(cmd); barred {
		return no
	}
	switch c := cmd.(type) {
	case record.StartInstance:
		return d.startInstance(&c)
	case record.DeliverMessage:
		return d.deliverMessage(&c)
	case record.DeliverEvent:
		return d.deliverEvent(&c)
	case record.AttemptEnded:
		return d.attemptEnded(&c)
	case record.TimerDue:
		return d.timerDue(&c)
	case record.ClaimTask:
		return d.claimTask(&c)
	case record.ReleaseTask:
		return d.releaseTask(&c)
	case record.DelegateTask:
		return d.delegateTask(&c)
	case record.CompleteTask:
		return d.completeTask(&c)
	case record.CancelInstance:
		return d.cancelInstance(&c)
	case record.RetryInstance:
		return d.retryInstance(&c)
	case record.ChildEnded:
		return d.childEnded(&c)
	case record.RecallChild:
		return d.dropChild(&c)
	case record.ActivatePlan:
		return d.activatePlan(&c)
	case record.PoisonInstance:
		return d.poisonInstance(&c)
	case record.TakeSurplus:
		return d.takeSurplus(&c)
	case record.OfferMessage:
		return d.offerMessage(&c)
	case record.StartPart:
		return d.startPart(&c)
	}
	return d.decideVerb(cmd)
}

func (d *decider) unknown(cmd record.Command) record.Reply {
	return reject(record.Invalid, "this program does not know the command %T: use a newer cob", cmd)
}

func (d *decider) activatePlan(c *record.ActivatePlan) record.Reply {
	if !d.s.HasProgram(c.Digest) {
		return reject(record.UnknownPlan, "the plan %s of %s is not stored here: deploy it first", c.Digest, c.Package)
	}
	if no := tooLong("package's name", c.Package); no != nil {
		return record.Reply{Rejected: no}
	}
	for i := range c.Rollouts {
		if no := d.s.unready(&c.Rollouts[i]); no != nil {
			return record.Reply{Rejected: no}
		}
	}
	before := len(d.events)
	if d.s.active[c.Package] != c.Digest {
		d.emit(record.PlanActivated{At: d.now, Package: c.Package, Digest: c.Digest})
	}
	d.onlyRollouts(c)
	return record.Reply{Existing: len(d.events) == before}
}

// flowNamed finds the process or route in a plan of its package.
func (d *decider) flowNamed(name, digest string) (*flow, *record.Rejection) {
	if digest == "" {
		digest = d.s.active[packageOf(name)]
		if digest == "" {
			return nil, &record.Rejection{Code: record.NotFound, Detail: fmt.Sprintf("no plan of the package %q is active here, so there is no %s: run or deploy the package", packageOf(name), name)}
		}
	}
	p := d.s.programs[digest]
	if p == nil {
		return nil, &record.Rejection{Code: record.UnknownPlan, Detail: fmt.Sprintf("the plan %s is not stored here: deploy it first", digest)}
	}
	f := p.flows[name]
	if f == nil {
		return nil, &record.Rejection{Code: record.NotFound, Detail: fmt.Sprintf("the plan %.12s has no %s", digest, name)}
	}
	return f, nil
}

// known says whether an instance exists or did.
func (s *State) known(id string) bool {
	return s.instances[id] != nil || s.ended.known(id) || s.aside[id] != nil
}

func (d *decider) full() bool { return len(d.s.instances) >= d.s.limits.Instances }

func (d *decider) startInstance(c *record.StartInstance) record.Reply {
	id := record.InstanceID(c.Process, c.Key)
	if d.s.known(id) {
		if c.Watch != (record.Watch{}) {
			return d.watched(id, c.Watch)
		}
		return record.Reply{Instance: id, Existing: true}
	}
	if c.Plan == "" || c.Plan == d.s.active[packageOf(c.Process)] {
		c.Plan = cmp.Or(d.s.planFor(c.Process, c.Input), c.Plan)
	}
	f, no := d.flowNamed(c.Process, c.Plan)
	switch {
	case no != nil:
		return record.Reply{Rejected: no}
	case f.process == nil && f.route.Event != "" && c.Key != "" && !d.full():
		return d.startOfEvent(c, f)
	case f.process == nil && f.route.Event == "":
		return reject(record.NotFound, "%s is a route: it is started by the messages of its channel", c.Process)
	case c.Key == "":
		return reject(record.Invalid, "an instance of %s needs a key", c.Process)
	case len(c.Key) > MaxKey:
		return reject(record.Invalid, "the key of %s has %d bytes; at most %d are allowed", c.Process, len(c.Key), MaxKey)
	case c.Depth > MaxGenerations:
		return reject(record.Invalid, "%d instances would wait for this one of %s, one for the other, and the limit is %d: where it calls itself again and again, let it begin again with continue with, or start it and do not wait", c.Depth, c.Process, MaxGenerations)
	case d.full():
		return reject(record.Busy, "this shard holds %d instances, its limit: try again later", d.s.limits.Instances)
	case d.overcrowded():
		return reject(record.Busy, "this shard remembers %d instances that ended within %v, its limit, and must not forget their keys yet: try again later, or spread the work over more shards", d.s.ended.processes.n, d.s.limits.KeepEnded)
	}
	for i := range f.process.Params {
		p := &f.process.Params[i]
		if _, ok := c.Input[p.Name]; !ok && p.Type.Kind != types.Optional {
			return reject(record.Invalid, "%s: missing (want %s)", p.Name, p.Type)
		}
	}
	input := onlyParams(f, c.Input)
	if why := d.s.limits.tooMuch(input); why != "" {
		return reject(record.Invalid, "the input of %s %s", c.Process, why)
	}
	if why := f.program.unfit(f.process, input); why != "" {
		return reject(record.Invalid, "the input of %s does not fit: %s", c.Process, why)
	}
	d.emit(record.InstanceStarted{At: d.now, Instance: id, Process: c.Process, Plan: f.program.digest, Key: c.Key, Vars: input, Depth: c.Depth})
	if values := f.index(input); values != nil {
		d.emit(record.Indexed{Instance: id, Values: values})
	}
	x := d.s.get(id)
	if c.Watch != (record.Watch{}) {
		d.addWatcher(x, c.Watch, true, record.Reply{})
	}
	if due := earlier(f.ownDeadline(d.now), c.Deadline); due != 0 {
		d.emit(record.TimerSet{Instance: id, Due: due})
	}
	d.wake(x.acts[0])
	d.run(x)
	return record.Reply{Instance: id}
}

// onlyParams is the input without what the process does not take.
func onlyParams(f *flow, input map[string]types.Value) map[string]types.Value {
	known := 0
	for i := range f.process.Params {
		if _, ok := input[f.process.Params[i].Name]; ok {
			known++
		}
	}
	if known == len(input) {
		return input
	}
	out := make(map[string]types.Value, known)
	for i := range f.process.Params {
		name := f.process.Params[i].Name
		if v, ok := input[name]; ok {
			out[name] = v
		}
	}
	return out
}

func (d *decider) deliverMessage(c *record.DeliverMessage) record.Reply {
	if c.Position <= d.s.positions[c.Route] {
		return record.Reply{Existing: true}
	}
	if c.After != d.s.positions[c.Route] {
		return reject(record.WrongState, "message %d of %s comes after %d, and this shard has taken %d: begin again there", c.Position, c.Channel, c.After, d.s.positions[c.Route])
	}
	f, no := d.flowNamed(c.Route, "")
	switch {
	case no != nil:
		return record.Reply{Rejected: no}
	case f.route == nil:
		return reject(record.NotFound, "%s is a process, which reads no channel", c.Route)
	case f.route.From != c.Channel:
		return reject(record.Invalid, "the route %s reads %s, not %s", c.Route, f.route.From, c.Channel)
	}
	if no := tooLong("ID of message", c.Message); no != nil {
		return record.Reply{Rejected: no}
	}
	key := c.Message
	if key == "" {
		key = fmt.Sprintf("%s@%d", c.Channel, c.Position)
	}
	id := record.InstanceID(c.Route, key)
	if d.s.known(id) {
		d.emit(record.MessageSkipped{Route: c.Route, Channel: c.Channel, Position: c.Position})
		return record.Reply{Instance: id, Existing: true}
	}
	if d.full() {
		return reject(record.Busy, "this shard holds %d instances, its limit: try again later", d.s.limits.Instances)
	}
	// What is too large to be held goes to the dead letters without its text.
	if why := d.s.limits.tooMuch(c.Payload); why != "" {
		c.Payload, c.Problem = nil, fmt.Sprintf("message %d of %s %s", c.Position, c.Channel, why)
	}
	d.emit(record.InstanceStarted{
		At: d.now, Instance: id, Process: c.Route, Plan: f.program.digest, Key: key,
		Vars: map[string]types.Value{f.route.Var: c.Payload}, Channel: c.Channel, Position: c.Position,
	})
	x := d.s.get(id)
	if c.Problem = clip(c.Problem); c.Problem != "" {
		d.fault(x, none, Invalid, map[string]types.Value{"reason": c.Problem}, c.Problem, false)
	} else {
		d.wake(x.acts[0])
	}
	d.run(x)
	return record.Reply{Instance: id}
}

// wake puts an activation among those that may go on.
func (d *decider) wake(a *activation) { d.ready = append(d.ready, a) }

// run lets everything that may go on do so, until every thread waits.
func (d *decider) run(x *instance) {
	d.about = x.id
	if d.halt != nil && d.halt.Instance == x.id {
		d.ready = d.ready[:0]
		d.emit(record.InstancePoisoned{At: d.now, Instance: x.id, Command: d.halt.Command, Detail: clip(d.halt.Detail)})
		return
	}
	d.s.passing(StageDecide, x.key)
	d.steps, d.written = 0, 0
	d.drain(x)
	for x.flow.gated && d.admit(x) || d.goOnLater(x) {
		d.drain(x)
	}
	d.ready = d.ready[:0]
	d.tell(x)
	if k := d.s.cells[x.cell]; k != nil && k.due == 0 && k.busy == "" && x.phase == finished {
		d.turn(k)
	}
}

// drain lets what is ready go on, and what that makes ready.
func (d *decider) drain(x *instance) {
	for i := 0; i < len(d.ready); i++ {
		d.advance(x, d.ready[i])
	}
	d.ready = d.ready[:0]
}

// advance runs one block until it waits, is over, or cannot go on.
func (d *decider) advance(x *instance, a *activation) {
	for !a.dead && !a.stuck && a.children == 0 && a.frame() {
		if !d.within(x, a) {
			return
		}
		steps := x.flow.blocks[a.block].steps
		if int(a.next) < len(steps) {
			d.exec(x, a, steps[a.next])
		} else {
			d.finish(x, a)
		}
	}
}

// within counts steps against the limits.
func (d *decider) within(x *instance, a *activation) bool {
	d.steps++
	d.values = 0
	limits := &d.s.limits
	if d.steps > limits.StepsPerCommand {
		d.incident(x, a, a.step, fmt.Sprintf("ran %d steps without ever waiting, the limit: is a loop endless? Retry goes on with as many, cancel ends it", limits.StepsPerCommand))
		return false
	}
	if d.written > limits.BytesPerCommand || d.total > 2*limits.BytesPerCommand {
		advice := "keep large data outside and pass its address"
		if x.flow.continues {
			advice = "does it begin again without end (continue with)? Then let it wait; else " + advice
		}
		d.incident(x, a, a.step, fmt.Sprintf("wrote more than %d bytes without ever waiting, the limit: %s. Retry goes on with as many, cancel ends it", limits.BytesPerCommand, advice))
		return false
	}
	if int(x.steps) >= limits.StepsPerInstance {
		d.incident(x, a, a.step, fmt.Sprintf("has run %d steps in its life, the limit: cancel it", limits.StepsPerInstance))
		return false
	}
	return true
}

// room says whether n more activations fit; if not, an incident is open.
func (d *decider) room(x *instance, a *activation, step uint32, n int) bool {
	if x.alive+n <= d.s.limits.Activations {
		return true
	}
	d.incident(x, a, step, fmt.Sprintf("needs %d activations at one time and the limit is %d: split the work into several instances", x.alive+n, d.s.limits.Activations))
	return false
}

func (d *decider) incident(x *instance, a *activation, step uint32, detail string) {
	where := x.flow.stepID(step)
	if step == none {
		where = x.flow.name
	}
	if at := x.flow.at(step); at != "" {
		where += " at " + at
	}
	d.emit(record.IncidentOpened{At: d.now, Instance: x.id, Activation: a.id, Step: step, Detail: clip(where + ": " + detail)})
}

func (d *decider) eval(x *instance, a *activation, e *expr) (types.Value, error) {
	return e.eval(d.s.env, x.variables(a), d.now, "", nil)
}

// value evaluates an expression of a step in the frame a; where that fails, an
// incident is open and ok is false.
func (d *decider) value(x *instance, a *activation, step uint32, e *expr) (v types.Value, ok bool) {
	v, err := d.eval(x, a, e)
	if err != nil {
		d.incident(x, a, step, err.Error())
		return nil, false
	}
	size, depth := record.Measure(v)
	d.values += size
	switch most := d.s.limits.BytesPerCommand; {
	case depth > MaxDepth:
		d.incident(x, a, step, fmt.Sprintf("gives a value that nests deeper than %d levels, the limit: make it flatter or pass it as text", MaxDepth))
		return nil, false
	case size > most:
		d.incident(x, a, step, fmt.Sprintf("gives a value of about %d bytes and the limit is %d: keep large data outside and pass its address", size, most))
		return nil, false
	case d.values > most:
		d.incident(x, a, step, fmt.Sprintf("has values of about %d bytes together and the limit is %d: keep large data outside and pass its address", d.values, most))
		return nil, false
	}
	return v, true
}

func (d *decider) truth(x *instance, a *activation, step uint32, e *expr) (holds, ok bool) {
	v, ok := d.value(x, a, step, e)
	if !ok {
		return false, false
	}
	holds, isBool := v.(bool)
	if !isBool {
		d.incident(x, a, step, "the condition is "+types.Describe(v)+", not a bool")
	}
	return holds, isBool
}

// finish handles the end of a block.
func (d *decider) finish(x *instance, a *activation) {
	switch a.role {
	case roleRoot:
		if x.closing(a) {
			d.after(x, a)
		} else {
			d.complete(x, a, none, nil)
		}
		return
	case roleUndo:
		d.undone(x, a)
		return
	case roleBranch:
		d.finishBranch(x, a)
		return
	}
	st := &x.flow.steps[a.step]
	switch st.kind {
	case plan.For:
		if next := a.round + 1; int(next) < len(a.items) {
			d.emit(record.LoopAdvanced{Instance: x.id, Activation: a.id, Round: next, Value: a.items[next]})
			return
		}
	case plan.While:
		again, ok := d.truth(x, a, a.step, st.expr)
		if !ok {
			return
		}
		if again {
			d.emit(record.LoopAdvanced{Instance: x.id, Activation: a.id, Round: a.round + 1})
			return
		}
	case plan.Try, plan.Scope, plan.Machine:
		d.finishRegion(x, a, st)
		return
	}
	d.leave(x, a)
}

// leave ends a step whose block is over.
func (d *decider) leave(x *instance, a *activation) {
	parent := x.above(a)
	d.emit(record.StepLeft{At: d.now, Instance: x.id, Activation: a.id})
	d.wake(parent)
}

func (d *decider) finishBranch(x *instance, a *activation) {
	parent := x.find(a.parent)
	d.emit(record.StepLeft{At: d.now, Instance: x.id, Activation: a.id})
	if parent == nil { // it ran on after the join
		d.endReturned(x)
		return
	}
	d.branchOver(x, parent, true)
}

// inside says whether o is p or below it.
func (x *instance) inside(o, p *activation) bool {
	for o != nil && o != p {
		if o.parent == none {
			return false
		}
		o = x.find(o.parent)
	}
	return o == p
}

// complete ends the flow with its result. Branches that were kept run on first.
func (d *decider) complete(x *instance, a *activation, step uint32, result types.Value) {
	top := x.top(a)
	if x.holds(top, true) {
		d.stop(x, top, record.Stopped{Exit: record.ExitReturn, Step: step, Value: result})
		return
	}
	if top.detached {
		d.abandon(x, func(o *activation) bool { return x.inside(o, top) })
		d.emit(record.StepLeft{At: d.now, Instance: x.id, Activation: top.id})
		if x.phase == returned {
			d.endReturned(x)
			return
		}
	}
	d.abandon(x, func(o *activation) bool { return x.top(o).role == roleRoot })
	if x.detached() {
		d.emit(record.Returned{At: d.now, Instance: x.id, Step: step, Result: result})
		return
	}
	d.dropAllWork(x)
	d.emit(record.InstanceEnded{At: d.now, Instance: x.id, State: record.Completed, Result: result})
}

func (d *decider) endReturned(x *instance) {
	if x.phase == returned && !x.detached() {
		d.dropAllWork(x)
		d.emit(record.InstanceEnded{At: d.now, Instance: x.id, State: record.Completed, Result: x.result})
	}
}

// top is the activation at the root of a's tree.
func (x *instance) top(a *activation) *activation {
	for a.parent != none {
		up := x.find(a.parent)
		if up == nil {
			return a
		}
		a = up
	}
	return a
}

func (x *instance) detached() bool {
	for _, a := range x.acts {
		if !a.dead && a.detached {
			return true
		}
	}
	return false
}
