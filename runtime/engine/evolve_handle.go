package engine

import (
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// applyChild applies what happens to work that was begun, and to children.
func (s *State) applyChild(ev record.Event) string {
	switch e := ev.(type) {
	case record.WorkBegun:
		x, a, why := s.locate(e.Instance, e.Parent)
		if why != "" {
			return why
		}
		return s.workBegun(x, a, &e)
	case record.WorkEnded:
		x, a, why := s.locate(e.Instance, e.Activation)
		if why != "" {
			return why
		}
		s.unwait(x, a)
		m := a.more()
		m.result = &outcome{value: e.Value, fault: e.Fault, fields: e.Fields, detail: e.Detail}
		m.cloud, m.doubts, m.tried, a.items = e.Cloud, nil, nil, nil
		return ""
	case record.ChildStarted:
		x, a, why := s.locate(e.Instance, e.Activation)
		if why != "" {
			return why
		}
		a.inflight = false
		s.setDue(x, a, 0)
		a.more().child, a.x.outcome = e.Child, ""
		return ""
	case record.HandleTaken:
		x, a, why := s.locate(e.Instance, e.Activation)
		if why != "" {
			return why
		}
		return s.handleTaken(x, a, &e)
	case record.ChildRecalled:
		return s.childRecalled(&e)
	case record.WatcherAdded:
		return s.watcherAdded(&e)
	}
	return "this program does not know it"
}

func (s *State) workBegun(x *instance, frame *activation, e *record.WorkBegun) string {
	if int(e.Step) >= len(x.flow.steps) {
		return "its flow has no such step"
	}
	if e.Activation <= x.last {
		return usedBefore
	}
	frame.next++
	x.steps++
	owner := frame
	for owner.role == roleStep && owner.parent != none && x.flow.steps[owner.step].kind != plan.Scope {
		owner = x.find(owner.parent)
	}
	x.forgetTaken()
	s.add(x, &activation{
		id: e.Activation, parent: none, step: e.Step, block: none, role: roleWork, since: e.At, items: e.Items,
		x: &extra{of: owner.id},
	})
	x.works++
	x.set(frame, x.flow.steps[e.Step].slot, x.handle(e.Activation), true)
	return ""
}

// forgetTaken keeps the results that somebody has had few.
func (x *instance) forgetTaken() {
	if x.works < MaxTaken {
		return
	}
	taken, oldest := 0, (*activation)(nil)
	for _, a := range x.acts {
		if !a.dead && a.role == roleWork && a.x.result != nil && a.x.result.taken {
			if taken++; oldest == nil {
				oldest = a
			}
		}
	}
	if taken >= MaxTaken {
		oldest.dead, oldest.x, oldest.items = true, nil, nil
		x.alive--
		x.works--
		x.pack()
	}
}

// hadResult notes that the await, or the arm, of an activation has had its result.
func (x *instance) hadResult(a *activation, arm int) {
	if arm < len(a.items) {
		if w := x.work(a.items[arm]); w != nil && w.x.result != nil {
			w.x.result.taken = true
		}
	}
}

func (s *State) handleTaken(x *instance, a *activation, e *record.HandleTaken) string {
	sel := x.arms(a)
	if sel == nil || int(e.Arm) >= len(sel.on) {
		return "its step has no such arm"
	}
	x.hadResult(a, int(e.Arm))
	s.unwait(x, a)
	x.set(a, sel.on[e.Arm].slot, e.Value, true)
	s.runBlock(x, a, uint32(sel.first)+e.Arm+1)
	return ""
}
