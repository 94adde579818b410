package observe

import "github.com/cob-lang/cob/runtime/record"

// tellRegion tells what happens to blocks that stand around others.
func (t *Teller) tellRegion(e record.Event) {
	id := t.instance.ID
	switch e := e.(type) {
	case record.BranchEntered:
		if step, known := t.steps[e.Parent]; known && e.Instance == id {
			t.steps[e.Activation] = step
		}
	case record.Stopped:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: stopped(&e), Detail: e.Detail}))
		}
	case record.FaultPassed:
		if e.Instance == id {
			t.add(e.At, t.of(e.From, Entry{What: "fault " + e.Fault + " goes on outwards"}))
		}
	case record.StepWithdrawn:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "withdrawn"}))
		}
	case record.BlockEntered:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "goes on"}))
		}
	case record.UndoStarted:
		if e.Instance == id {
			t.steps[e.Activation] = e.Step
			t.add(e.At, t.at(e.Step, Entry{What: "compensating"}))
		}
	case record.StateEntered:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "state", Detail: t.state(e.Activation, e.State)}))
		}
	case record.ArmsAwaited:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "waits"}))
		}
	}
}

// state is the name of a state of a machine.
func (t *Teller) state(activation, number uint32) string {
	s := t.plans.Step(t.instance.Plan, t.instance.Process, t.steps[activation])
	if s == nil || s.Machine == nil || int(number) >= len(s.Machine.States) {
		return ""
	}
	return s.Machine.States[number].Name
}

func stopped(e *record.Stopped) string {
	switch e.Exit {
	case record.ExitFault:
		return "fault " + e.Fault
	case record.ExitLate:
		return "took too long"
	case record.ExitMissed:
		return "its milestone is over"
	case record.ExitJoined:
		return "enough branches have ended"
	case record.ExitReturn, record.ExitEnd, record.ExitState:
		return "is left"
	}
	return "is withdrawn"
}
