package engine

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

func (s *State) attemptStarted(x *instance, a *activation, e *record.AttemptStarted) {
	s.setDue(x, a, 0)
	a.attempt, a.inflight = e.Attempt, true
	if e.Cloud == "" {
		return
	}
	m := a.more()
	m.cloud, m.adopted = e.Cloud, false
	for i := range m.tried {
		if m.tried[i].cloud == e.Cloud {
			m.tried[i].times++
			return
		}
	}
	m.tried = append(m.tried, tried{e.Cloud, 1})
}

func (s *State) attemptFailed(x *instance, a *activation, e *record.AttemptFailed) {
	a.inflight = false
	m := a.more()
	m.outcome, m.detail = e.Outcome, e.Detail
	m.adopted = false
	if e.Outcome == record.Unknown && a.role != roleSettlement && m.cloud != "" {
		i := slices.IndexFunc(m.doubts, func(d doubt) bool { return d.cloud == m.cloud })
		if i < 0 {
			m.doubts = append(m.doubts, doubt{m.cloud, e.Attempt})
		}
	}
	if e.Outcome == record.Raised || e.Outcome == record.Rejected {
		// The same key was answered now, so the earlier attempt did nothing either.
		m.doubts = slices.DeleteFunc(m.doubts, func(d doubt) bool { return d.cloud == m.cloud })
	}
	s.setDue(x, a, e.Retry)
}

func (s *State) eventKept(e *record.EventKept) {
	s.kept.last++
	s.kept.add(&keptEvent{number: s.kept.last, eventName: eventName{e.Type, e.ID}, payload: e.Payload, instance: e.Instance, until: e.Until})
}

func (s *State) eventTaken(x *instance, a *activation, e *record.EventTaken) string {
	sel := x.arms(a)
	if sel == nil || int(e.Arm) >= len(sel.on) {
		return "its step has no such arm"
	}
	payload := e.Payload
	if k := s.kept.byID[eventName{sel.on[e.Arm].event, e.ID}]; k != nil {
		if payload == nil {
			payload = k.payload
		}
		if k.takenBy == nil {
			k.takenBy = map[string]struct{}{}
		}
		k.takenBy[x.id] = struct{}{}
		if k.instance != "" {
			s.kept.hollow(k)
		}
	}
	s.unwait(x, a)
	x.set(a, sel.on[e.Arm].slot, payload, true)
	s.runBlock(x, a, uint32(sel.first)+e.Arm+1)
	return ""
}

func (s *State) faultCaught(x *instance, a *activation, e *record.FaultCaught) {
	s.unwait(x, a)
	st := &x.flow.steps[a.step]
	if st.region != nil {
		s.caughtAround(x, a, st, e)
		return
	}
	if st.kind == plan.Await {
		x.hadResult(a, 0)
	}
	for _, c := range st.catch {
		if c.block+1 == int32(e.Block) {
			x.set(a, c.slot, e.Fields, true)
		}
	}
	s.runBlock(x, a, e.Block)
}

func (s *State) incidentOpened(x *instance, a *activation, e *record.IncidentOpened) {
	s.setDue(x, a, 0)
	a.inflight = false
	a.more().incident = e.Detail
	if a.stuck {
		return
	}
	a.stuck = true
	if x.stuck++; x.stuck == 1 {
		s.stuck++
		s.noteTrouble(x)
	}
}

// applyWhole applies what happens to an instance as a whole.
func (s *State) applyWhole(ev record.Event) string {
	var name string
	switch e := ev.(type) {
	case record.FaultRaised:
		name = e.Instance
	case record.FaultPassed:
		name = e.Instance
	case record.UndoStarted:
		name = e.Instance
	case record.CompensationStarted:
		name = e.Instance
	case record.Returned:
		name = e.Instance
	case record.InstanceEnded:
		name = e.Instance
	case record.IncidentResolved:
		name = e.Instance
	case record.SettlementOwed:
		name = e.Instance
	case record.DeadLetterOwed:
		name = e.Instance
	}
	x := s.get(name)
	if x == nil {
		return "there is no instance " + name
	}
	switch e := ev.(type) {
	case record.FaultRaised:
		s.giveUp(x, ending{at: e.At, step: e.Step, fault: e.Fault, fields: e.Fields, detail: e.Detail, cancelled: e.Cancelled})
	case record.FaultPassed:
		return s.faultPassed(x, &e)
	case record.UndoStarted:
		return s.undoStarted(x, &e)
	case record.CompensationStarted:
		return s.compensationStarted(x, &e)
	case record.Returned:
		due := record.Instant(0)
		if root := x.root(); root != nil {
			due = root.due
		}
		s.endForward(x, true)
		x.phase, x.result = returned, e.Result
		s.passDeadline(x, due)
	case record.InstanceEnded:
		s.endForward(x, false)
		s.instanceEnded(x, &e)
	case record.IncidentResolved:
		s.incidentResolved(x)
	case record.SettlementOwed:
		return s.settlementOwed(x, &e)
	case record.DeadLetterOwed:
		if e.Activation <= x.last {
			return usedBefore
		}
		s.add(x, &activation{id: e.Activation, parent: none, step: none, block: none, role: roleLetter, since: e.At})
	}
	return ""
}

// endForward ends the activations of the flow; settlements and what undoes them
// stay, and on demand branches that were kept.
func (s *State) endForward(x *instance, keep bool) {
	for i := 0; i < len(x.acts); {
		a := x.acts[i]
		if a.forward() && (a.role == roleRoot || !keep) {
			s.remove(x, a)
			i = 0
			continue
		}
		i++
	}
}

func (s *State) compensationStarted(x *instance, e *record.CompensationStarted) string {
	x.unpack()
	last := len(x.done) - 1
	if last < 0 || x.done[last].step != e.Step {
		return "the step is not the last that was completed"
	}
	if e.Activation <= x.last {
		return usedBefore
	}
	s.undoes(x, last, none, e.Activation, e.At)
	return ""
}

// undoes begins the compensation of a completed step, for the instance or under the
// activation of a scope.
func (s *State) undoes(x *instance, i int, parent, id uint32, at record.Instant) {
	d := x.done[i]
	x.done = slices.Delete(x.done, i, i+1)
	st := &x.flow.steps[d.step]
	s.add(x, &activation{
		id: id, parent: parent, step: d.step, block: st.blocks[st.comp], role: roleUndo, since: at,
		x: &extra{cloud: d.cloud, vars: x.flow.release(st, d.vals)},
	})
}

func (s *State) settlementOwed(x *instance, e *record.SettlementOwed) string {
	if int(e.Step) >= len(x.flow.steps) {
		return "its flow has no such step"
	}
	if e.Activation <= x.last {
		return usedBefore
	}
	of := x.find(e.Of)
	if of == nil {
		return "its step does not wait"
	}
	items := e.Args
	if items == nil {
		items = x.arguments(of)
	}
	var earlier []doubt
	if of.x != nil {
		for _, d := range of.x.doubts {
			if d.cloud == e.Cloud {
				earlier = append(earlier, d)
			}
		}
		of.x.doubts = slices.DeleteFunc(of.x.doubts, func(d doubt) bool { return d.cloud == e.Cloud })
	}
	vars := make([]types.Value, len(x.flow.vars))
	st, now := &x.flow.steps[x.flow.undo(e.Step)], x.variables(of)
	for _, slot := range st.reads {
		if slot != st.slot {
			vars[slot] = now[slot]
		}
	}
	a := &activation{
		id: e.Activation, parent: none, step: e.Step, block: none, role: roleSettlement, since: e.At, items: items,
		attempt: e.Attempt, inflight: e.Due == 0,
		x: &extra{cloud: e.Cloud, vars: vars, of: e.Of, ofTry: e.Attempt, base: e.Attempt, adopted: e.Due == 0, doubts: earlier},
	}
	s.add(x, a)
	s.setDue(x, a, e.Due)
	return ""
}

func (s *State) settlementClosed(x *instance, a *activation, e *record.SettlementClosed) {
	x.settled = append(x.settled, closedSettlement{a.id, a.step, a.x.cloud, a.since, e.Outcome, e.Detail})
	if !e.Undo {
		s.remove(x, a)
		s.bury(x, e.At)
		return
	}
	s.unwait(x, a)
	a.step = x.flow.undo(a.step)
	st := &x.flow.steps[a.step]
	a.role, a.block, a.next, a.items, a.attempt = roleUndo, st.blocks[st.comp], 0, nil, 0
	if st.slot >= 0 {
		a.x.vars[st.slot] = e.Value
	}
}

func (s *State) incidentResolved(x *instance) {
	s.unpoison(x)
	for _, a := range x.acts {
		if !a.dead && a.stuck {
			s.unstick(x, a)
			a.more().base = a.attempt
		}
	}
}

func (s *State) instanceEnded(x *instance, e *record.InstanceEnded) {
	s.noteEnd(x, e.At, e.State)
	cancelled := e.State == record.Cancelled
	step := none
	if x.over != nil {
		step = x.over.step
	}
	x.over = &ending{at: e.At, state: e.State, step: step, fault: e.Fault, fields: e.Fields, detail: e.Detail, cancelled: cancelled}
	x.unpack()
	x.phase, x.result, x.done = finished, e.Result, nil
	s.partOver(x)
	if e.State != record.Completed {
		x.result = nil
	}
	s.bury(x, e.At)
}

// bury turns an instance that is over, with nothing left to settle, into a
// tombstone.
func (s *State) bury(x *instance, now record.Instant) {
	if x.phase != finished || x.alive > 0 {
		return
	}
	delete(s.instances, x.id)
	t := tombstone{
		id: x.id, key: x.key, origin: origin{x.flow.name, x.flow.program.digest, x.flow.route != nil},
		started: x.started, result: x.result, end: *x.over, settled: x.settled, answered: x.answered,
		keep: x.flow.keeps(x.over.state), search: x.search, requests: x.requests,
	}
	s.ended.add(&t)
	s.makeRoom(t.route, now)
}
