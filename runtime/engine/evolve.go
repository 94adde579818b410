package engine

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// EvolveError says that an event does not fit the state: the journal is not the
// one that made this state, or a plan is missing.
type EvolveError struct {
	Event  record.Event
	Reason string
	// Panicked says that this program tripped over it, so that the instance that it
	// is about can be set aside.
	Panicked bool
}

func (e *EvolveError) Error() string {
	return fmt.Sprintf("the event %T does not fit the shard's state: %s", e.Event, e.Reason)
}

// Evolve applies one event. It evaluates nothing and chooses nothing: whatever
// the event's effect needs stands in it. Errors: *EvolveError, and then the state
// is of no use any more.
func (s *State) Evolve(ev record.Event) (err error) {
	// An event that names a step of the wrong kind trips over a nil somewhere.
	defer func() {
		if p := recover(); p != nil {
			err = &EvolveError{Event: ev, Reason: toldOf(p), Panicked: true}
		}
	}()
	s.lull(0)
	if len(s.aside) > 0 && s.keepAside(ev) {
		return nil
	}
	if s.plant != nil {
		s.passing(StageEvolve, s.keyOf(ev))
	}
	if reason := s.apply(ev); reason != "" {
		return &EvolveError{Event: ev, Reason: reason}
	}
	return nil
}

// apply gives the reason why ev does not fit, or "".
func (s *State) apply(ev record.Event) string {
	if s.reporting {
		s.follow(ev)
	}
	switch e := ev.(type) {
	case record.PlanActivated:
		s.active[e.Package] = e.Digest
		s.endRollouts(e.Package)
		return ""
	case record.RolloutSet:
		s.rolloutSet(&e)
		return ""
	case record.InstanceMigrated:
		return s.instanceMigrated(&e)
	case record.MigrationFailed:
		if s.instances[e.Instance] == nil {
			return "there is no instance " + e.Instance
		}
		return ""
	case record.InstanceStarted:
		return s.instanceStarted(&e)
	case record.MessageSkipped:
		s.positions[e.Route] = e.Position
		return ""
	case record.EventKept:
		s.eventKept(&e)
		return ""
	case record.EventHanded:
		k := s.kept.byID[eventName{e.Type, e.ID}]
		if k == nil {
			return "the event " + e.ID + " is not kept"
		}
		s.kept.part(k, e.Next, e.At)
		return ""
	case record.Requested:
		return s.noteRequest(&e)
	case record.Indexed:
		return s.indexed(&e)
	case record.Forgotten:
		return s.forgotten(&e)
	case record.EventExpired:
		s.kept.expire(eventName{e.Type, e.ID})
		return ""
	case record.InstancePoisoned:
		return s.instancePoisoned(&e)
	case record.InstanceTerminated:
		return s.instanceTerminated(&e)
	case record.MessageTaken:
		return s.messageTaken(&e)
	case record.MessagePassed:
		s.receive(e.Receiver, e.Position, e.Low)
		return ""
	case record.PartBegan:
		return s.partBegan(&e)
	case record.CellOpened, record.CellMarked, record.CellGathered, record.CellEmptied, record.CellHeld, record.CellReleased, record.CellClosed:
		return s.applyCell(ev)
	}
	return s.applyInstance(ev)
}

func (s *State) applyInstance(ev record.Event) string {
	switch e := ev.(type) {
	case record.StepPassed:
		x, a, why := s.locate(e.Instance, e.Parent)
		if why != "" {
			return why
		}
		return s.stepPassed(x, a, &e)
	case record.StepEntered:
		x, a, why := s.locate(e.Instance, e.Parent)
		if why != "" {
			return why
		}
		return s.stepEntered(x, a, &e)
	case record.BranchEntered:
		x, a, why := s.locate(e.Instance, e.Parent)
		if why != "" {
			return why
		}
		return s.branchEntered(x, a, &e)
	case record.Reported:
		x, a, why := s.locate(e.Instance, e.Parent)
		if why != "" {
			return why
		}
		return s.reported(x, a, &e)
	case record.Told:
		x, a, why := s.locate(e.Instance, e.Parent)
		if why != "" {
			return why
		}
		return s.told(x, a, &e)
	case record.Continued:
		return s.continued(&e)
	case record.TaskNudged:
		x, a, why := s.locate(e.Instance, e.Activation)
		if why != "" {
			return why
		}
		s.taskNudged(x, a, &e)
		return ""
	case record.LoopAdvanced:
		x, a, why := s.locate(e.Instance, e.Activation)
		if why != "" {
			return why
		}
		if x.flow.steps[a.step].kind == plan.Split {
			a.round, a.inflight, a.more().base = e.Round, false, a.attempt
			return ""
		}
		a.round, a.next = e.Round, 0
		x.steps++
		x.set(a, x.flow.steps[a.step].slot, e.Value, x.flow.steps[a.step].kind == plan.For)
		return ""
	case record.StepLeft:
		x, a, why := s.locate(e.Instance, e.Activation)
		if why != "" {
			return why
		}
		s.stepLeft(x, a, &e)
		return ""
	case record.FaultPassed, record.UndoStarted, record.FaultRaised, record.CompensationStarted, record.Returned, record.InstanceEnded, record.IncidentResolved, record.SettlementOwed, record.DeadLetterOwed:
		return s.applyWhole(ev)
	case record.StepSkipped, record.InstanceReset, record.WentBack, record.Operated, record.GivenUp:
		return s.applyVerb(ev)
	case record.WorkBegun, record.WorkEnded, record.ChildStarted, record.ChildRecalled, record.HandleTaken, record.WatcherAdded:
		return s.applyChild(ev)
	}
	return s.applyWaiting(ev)
}

// applyWaiting applies what happens to an activation that waits.
func (s *State) applyWaiting(ev record.Event) string {
	name, id := aimed(ev)
	if id == none {
		name, id = aimedRegion(ev)
	}
	x, a, why := s.locate(name, id)
	if why != "" {
		return why
	}
	switch e := ev.(type) {
	case record.AttemptStarted:
		s.attemptStarted(x, a, &e)
	case record.AttemptFailed:
		s.attemptFailed(x, a, &e)
	case record.TimerSet:
		s.setDue(x, a, e.Due)
	case record.TimerFired:
		s.unwait(x, a)
		s.runBlock(x, a, e.Block)
		x.timeOver(a)
	case record.TaskClaimed:
		a.more().by = e.By
	case record.TaskCompleted:
		x.completed(a, e.By, 0)
	case record.TaskAnswered:
		x.completed(a, e.By, e.Form)
	case record.TaskReleased:
		a.more().by = ""
	case record.TaskDelegated:
		a.more().by = e.To
	case record.EventTaken:
		return s.eventTaken(x, a, &e)
	case record.FaultCaught:
		s.faultCaught(x, a, &e)
	case record.SettlementClosed:
		s.settlementClosed(x, a, &e)
	case record.IncidentOpened:
		s.incidentOpened(x, a, &e)
	default:
		return s.applyRegion(x, a, ev)
	}
	return ""
}

// aimed is the activation that an event is about.
func aimed(ev record.Event) (instance string, activation uint32) {
	switch e := ev.(type) {
	case record.AttemptStarted:
		return e.Instance, e.Activation
	case record.AttemptFailed:
		return e.Instance, e.Activation
	case record.TimerSet:
		return e.Instance, e.Activation
	case record.TimerFired:
		return e.Instance, e.Activation
	case record.TaskClaimed:
		return e.Instance, e.Activation
	case record.TaskCompleted:
		return e.Instance, e.Activation
	case record.TaskAnswered:
		return e.Instance, e.Activation
	case record.TaskReleased:
		return e.Instance, e.Activation
	case record.TaskDelegated:
		return e.Instance, e.Activation
	case record.EventTaken:
		return e.Instance, e.Activation
	case record.FaultCaught:
		return e.Instance, e.Activation
	case record.SettlementClosed:
		return e.Instance, e.Activation
	case record.IncidentOpened:
		return e.Instance, e.Activation
	}
	return "", none
}

func (s *State) locate(instance string, activation uint32) (*instance, *activation, string) {
	x := s.get(instance)
	if x == nil {
		return nil, nil, "there is no instance " + instance
	}
	a := x.find(activation)
	if a == nil {
		return nil, nil, fmt.Sprintf("the instance %s has no activation %d", instance, activation)
	}
	return x, a, ""
}

func (s *State) instanceStarted(e *record.InstanceStarted) string {
	p := s.programs[e.Plan]
	if p == nil {
		return "the plan " + e.Plan + " is not here"
	}
	f := p.flows[e.Process]
	if f == nil {
		return "the plan has no process or route " + e.Process
	}
	if s.instances[e.Instance] != nil || s.ended.known(e.Instance) {
		return "the instance " + e.Instance + " exists"
	}
	x := &instance{id: e.Instance, flow: f, body: &body{key: e.Key, started: e.At, channel: e.Channel, position: e.Position, depth: e.Depth}}
	x.vars = make([]types.Value, len(f.vars))
	for name, v := range e.Vars {
		if slot, ok := f.slots[name]; ok {
			x.vars[slot] = v
		}
	}
	x.acts = []*activation{{parent: none, step: none, since: e.At}}
	x.alive = 1
	s.instances[e.Instance] = x
	s.awake = append(s.awake, x)
	if f.route != nil && e.Channel != "" {
		s.positions[f.name] = e.Position
	}
	return ""
}

func (s *State) stepPassed(x *instance, a *activation, e *record.StepPassed) string {
	if int(e.Step) >= len(x.flow.steps) {
		return "its flow has no such step"
	}
	a.next++
	x.steps++
	st := &x.flow.steps[e.Step]
	x.set(a, st.slot, e.Value, e.Bound)
	x.remember(st, e.Step, "", a)
	return ""
}

// remember notes a completed step that can be undone. What a compensation itself
// does is not undone.
func (x *instance) remember(st *step, index uint32, cloud string, a *activation) {
	if st.comp < 0 || x.scope(a) != nil {
		return
	}
	x.done = append(x.done, doneStep{step: index, cloud: cloud, vals: capture(x.variables(a), st.reads), scope: x.unitAround(a, index)})
}

func capture(vars []types.Value, reads []int32) []types.Value {
	vals := make([]types.Value, len(reads))
	for i, slot := range reads {
		vals[i] = vars[slot]
	}
	return vals
}

// release are the variables of a compensation.
func (f *flow) release(st *step, vals []types.Value) []types.Value {
	vars := make([]types.Value, len(f.vars))
	for i, slot := range st.reads {
		if i < len(vals) {
			vars[slot] = vals[i]
		}
	}
	return vars
}

// Activations count up, so a parent always has a lower number than its children.
const usedBefore = "its activation's number was used before"

func (s *State) add(x *instance, a *activation) {
	x.acts = append(x.acts, a)
	x.alive++
	x.last = max(x.last, a.id)
	if a.parent != none {
		if p := x.find(a.parent); p != nil {
			p.children++
		}
	}
}

func (s *State) stepEntered(x *instance, parent *activation, e *record.StepEntered) string {
	if int(e.Step) >= len(x.flow.steps) {
		return "its flow has no such step"
	}
	if e.Activation <= x.last {
		return usedBefore
	}
	st := &x.flow.steps[e.Step]
	if int(e.Block) > len(st.blocks) {
		return "its step has no such block"
	}
	a := &activation{id: e.Activation, parent: parent.id, step: e.Step, block: none, role: roleStep, since: e.At, items: e.Items}
	parent.next++
	x.steps++
	s.add(x, a)
	if e.Block > 0 {
		a.block = st.blocks[e.Block-1]
	}
	switch st.kind {
	case plan.Machine:
		a.round = 1
	case plan.For:
		if len(e.Items) > 0 {
			x.set(a, st.slot, e.Items[0], true)
		}
	case plan.Select:
		if !a.frame() {
			s.await(x, a)
		}
	case plan.Task:
		s.tasks[taskRef{x.id, a.id}] = struct{}{}
	}
	if e.Due != 0 {
		s.setDue(x, a, e.Due)
	}
	return ""
}

// await puts a select into the wait index. Its items are the values that the
// arms' fields have to have.
func (s *State) await(x *instance, a *activation) {
	on := x.arms(a).on
	if len(on) == 0 {
		return
	}
	for i := range on {
		if on[i].event == "" {
			continue
		}
		k := awaited(&on[i], a.items, i)
		s.waiting.add(k, waiter{x, a.id, uint32(i), a.since})
		if on[i].channel && s.deciding {
			s.awaiting = append(s.awaiting, k)
		}
	}
}

func awaited(arm *onArm, items []types.Value, i int) waitKey {
	k := waitKey{armPath: arm.armPath}
	if arm.equals != nil && i < len(items) {
		k.value = correlation(items[i])
	}
	return k
}

// unwait ends all waiting of an activation.
func (s *State) unwait(x *instance, a *activation) {
	s.setDue(x, a, 0)
	if a.role == roleStep && !a.frame() {
		switch x.flow.steps[a.step].kind {
		case plan.Select, plan.Machine:
			on := x.arms(a).on
			for i := range on {
				if on[i].event == "" {
					continue
				}
				s.waiting.remove(awaited(&on[i], a.items, i), x, a.id)
			}
		case plan.Task:
			delete(s.tasks, taskRef{x.id, a.id})
		}
	}
	a.inflight = false
	s.unstick(x, a)
}

func (s *State) unstick(x *instance, a *activation) {
	if !a.stuck {
		return
	}
	a.stuck = false
	a.x.incident = ""
	if x.stuck--; x.stuck == 0 {
		s.stuck--
	}
}

// runBlock makes an activation a frame; block is one more than the step's block.
func (s *State) runBlock(x *instance, a *activation, blockOfStep uint32) {
	st := &x.flow.steps[a.step]
	if blockOfStep > 0 && int(blockOfStep) <= len(st.blocks) {
		a.block = st.blocks[blockOfStep-1]
	}
	a.next, a.items = 0, nil
}

func (s *State) branchEntered(x *instance, parent *activation, e *record.BranchEntered) string {
	st := &x.flow.steps[parent.step]
	if e.Block == 0 || int(e.Block) > len(st.blocks) {
		return "its step has no such branch"
	}
	if e.Activation <= x.last {
		return usedBefore
	}
	a := &activation{id: e.Activation, parent: parent.id, step: parent.step, block: st.blocks[e.Block-1], role: roleBranch, since: parent.since}
	s.add(x, a)
	return x.branchBegun(parent, a, st, e.Block-1)
}

func (s *State) stepLeft(x *instance, a *activation, e *record.StepLeft) {
	if a.step != none && a.role == roleStep {
		st := &x.flow.steps[a.step]
		x.set(a, st.slot, e.Value, e.Bound)
		switch st.kind {
		case plan.Await:
			x.hadResult(a, 0)
		case plan.Scope:
			x.unitOver(a, st)
		}
		if completes(st, a) {
			x.remember(st, a.step, e.Cloud, a)
		}
		if st.kind == plan.Each && st.join.Keep && x.runsOn(a) {
			x.cutOff(a)
			return
		}
		if st.kind == plan.Parallel && st.join.Keep {
			s.detach(x, a)
		}
	}
	if a.role == roleBranch && !a.detached {
		if p := x.find(a.parent); p != nil {
			p.round++
			x.won(p, a)
		}
	}
	s.remove(x, a)
	s.bury(x, e.At)
}

// completes says whether leaving the activation means that its step was done:
// not where a handler or an else ran instead.
func completes(st *step, a *activation) bool {
	switch st.kind {
	case plan.Call, plan.Task, plan.Await, plan.Child:
		return !a.frame()
	case plan.Scope:
		return a.block == st.blocks[0]
	}
	return true
}

// detach lets the branches of a parallel step run on without it.
func (s *State) detach(x *instance, parent *activation) {
	for _, a := range x.acts {
		if !a.dead && a.role == roleBranch && a.parent == parent.id {
			x.cutOff(a)
		}
	}
}

// remove ends an activation and all under it.
func (s *State) remove(x *instance, a *activation) {
	under := a.children > 0
	s.kill(x, a)
	if under {
		// Children come after their parents, so one walk finds them all.
		for i := x.place(a.id) + 1; i < len(x.acts); i++ {
			c := x.acts[i]
			if c.dead || c.parent == none {
				continue
			}
			if p := x.place(c.parent); p < len(x.acts) && x.acts[p].id == c.parent && x.acts[p].dead {
				s.kill(x, c)
			}
		}
	}
	x.pack()
}

func (s *State) kill(x *instance, a *activation) {
	s.unwait(x, a)
	a.dead = true
	a.x, a.items = nil, nil
	if a.role == roleWork {
		x.works--
	}
	x.alive--
	if a.parent != none {
		if p := x.find(a.parent); p != nil {
			p.children--
		}
	}
}

// pack puts dead activations away: those at the end always, the others when
// they are more than half.
func (x *instance) pack() {
	n := len(x.acts)
	for n > 0 && x.acts[n-1].dead {
		x.acts[n-1] = nil
		n--
	}
	x.acts = x.acts[:n]
	if n < 8 && x.alive > 0 || x.alive*2 >= n {
		return
	}
	kept := make([]*activation, 0, x.alive+1)
	for _, a := range x.acts {
		if !a.dead {
			kept = append(kept, a)
		}
	}
	x.acts = kept
}
