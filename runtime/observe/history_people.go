package observe

import "github.com/cob-lang/cob/runtime/record"

// tellPeople tells what people did with tasks.
func (t *Teller) tellPeople(e record.Event) {
	id := t.instance.ID
	switch e := e.(type) {
	case record.TaskAnswered:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "task completed", Detail: "by " + e.By}))
		}
	case record.TaskReleased:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "task released", Detail: "by " + e.By + reason(e.Reason)}))
		}
	case record.TaskDelegated:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "task delegated", Detail: "by " + e.By + " to " + e.To + reason(e.Reason)}))
		}
	}
}

func reason(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}
