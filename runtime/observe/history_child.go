package observe

import "github.com/cob-lang/cob/runtime/record"

// tellBegun tells of what was begun, and of children.
func (t *Teller) tellBegun(e record.Event) {
	id := t.instance.ID
	switch e := e.(type) {
	case record.WorkBegun:
		if e.Instance == id {
			t.steps[e.Activation] = e.Step
			t.add(e.At, t.at(e.Step, Entry{What: "begun"}))
		}
	case record.WorkEnded:
		if e.Instance == id {
			what := "ended"
			if e.Fault != "" {
				what = "ended with the fault " + e.Fault
			}
			t.add(e.At, t.of(e.Activation, Entry{What: what, Cloud: e.Cloud, Detail: e.Detail}))
		}
	case record.ChildStarted:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "child started", Detail: e.Child}))
		}
	case record.ChildRecalled:
		if e.Instance == id {
			t.steps[e.Activation] = e.Step
			t.add(e.At, t.at(e.Step, Entry{What: "child withdrawn", Detail: record.InstanceID(e.Process, e.Key)}))
		}
	case record.TaskNudged:
		if e.Instance == id {
			what := "reminded"
			if e.Escalated {
				what = "escalated"
			}
			t.add(e.At, t.of(e.Activation, Entry{What: what}))
		}
	case record.Told:
		if e.Instance == id {
			what := "progress"
			if e.Telling == record.TellAudit {
				what = "audit"
			}
			text := e.Text
			if t.Shown != nil {
				text = t.Shown(t.instance.Process, t.plans.Step(t.instance.Plan, t.instance.Process, e.Step), text)
			}
			t.add(e.At, t.at(e.Step, Entry{What: what, Detail: text}))
		}
	case record.Continued:
		if e.Instance == id {
			t.instance.Process, t.steps = e.Process, map[uint32]uint32{}
			t.add(e.At, Entry{What: "continued", Detail: "as " + e.Process})
		}
	case record.HandleTaken:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "result taken"}))
		}
	case record.WatcherAdded:
		if e.Instance == id {
			t.add(e.At, Entry{What: "waited for", Detail: "by " + e.Watcher})
		}
	}
}
