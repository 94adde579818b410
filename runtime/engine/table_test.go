package engine_test

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// Every kind of activation against every command that may reach it. A letter of
// the table is what the command does: ! acts, . changes nothing, x is rejected.
//
//	A the answer of the attempt under way    D the timer at its time
//	a that of the attempt before             d another time that was never set
//	n that of an attempt to come             e the timer before its time
//	g an outcome that does not exist         c claim   t complete
//	r retry    s the same start again        k cancel
const columns = "AanDdgectrsk"

var table = []struct {
	name, plan, script string
	act, attempt       uint32 // 99: none
	want               string
}{
	{"call in flight", "charge", "start k1 20", 1, 1, "!....x.xxx.!"},
	{"call between two tries", "charge", "start k1 20\nanswer 1 1 unknown cut", 1, 1, "...!...xxx.!"},
	{"start in flight", "send", "start k1 20\nanswer 1 1 succeeded null", 2, 1, "!....x.xxx.!"},
	{"send in flight", "send", "start k1 20", 1, 1, "!....x.xxx.!"},
	{"task", "order", "start k1 5000\nanswer 1 1 succeeded {\"id\":\"h1\"}", 3, 0, "...!...!!x.!"},
	{"task of somebody else", "order", "start k1 5000\nanswer 1 1 succeeded {\"id\":\"h1\"}\nclaim 3 bob", 3, 0, "...!...xxx.!"},
	{"select", "order", "start k1 20\nanswer 1 1 succeeded {\"id\":\"h1\"}\nanswer 2 1 succeeded {\"id\":\"c1\"}", 3, 0, "...!...xxx.!"},
	{"wait", "wait", "start k1 20", 1, 0, "...!...xxx.!"},
	{"settlement of an attempt in flight", "charge", "start k1 20\ncancel ann", 1, 1, "!....x.xxx.."},
	{"settlement that waits", "charge", "start k1 20\nanswer 1 1 unknown cut\ncancel ann", 2, 1, "...!...xxx.."},
	{"settlement that asks", "charge", "start k1 20\nanswer 1 1 unknown cut\ncancel ann\ntick 1s", 2, 2, "!....x.xxx.."},
	{"compensating call", "order", "start k1 20\nanswer 1 1 succeeded {\"id\":\"h1\"}\nanswer 2 1 raised p.Declined {}", 4, 1, "!....x.xxx.x"},
	{"compensating call with an incident", "order", "start k1 20\nanswer 1 1 succeeded {\"id\":\"h1\"}\nanswer 2 1 raised p.Declined {}\nanswer 4 1 rejected no", 4, 1, ".......xx!.x"},
	{"incident in the flow", "overflow", "start k1 0", 0, 0, ".......xx!.!"},
	{"dead letter in flight", "route", "broken m1 1", 1, 1, "!....x.xxx.x"},
	{"completed", "match", "start k1 5", 1, 1, ".......xxx.x"},
	{"cancelled", "wait", "start k1 5\ncancel ann", 1, 1, ".......xxx.."},
	{"child that starts", "child", "start k1 20", 1, 1, "!....x.xxx.!"},
	{"child that runs", "child", "start k1 20\nanswer 1 1 succeeded null", 1, 1, ".......xxx.!"},
	{"call that was begun", "handles", "start k1 20", 1, 1, "!....x.xxx.!"},
	{"result of what was begun", "handles", "start k1 20\nanswer 1 1 succeeded {\"id\":\"c1\"}", 1, 1, ".......xxx.!"},
	{"await", "on_handle", "start k1 20", 2, 0, "...!...xxx.!"},
	{"child that is withdrawn", "child", "start k1 20\ncancel ann", 2, 1, "!....x.xxx.."},
	{"publish in flight", "publish", "start k1 20", 1, 1, "!....x.xxx.!"},
	{"nothing", "match", "tick 1s", 1, 1, "xxx..x.xxx!x"},
}

func TestEveryActivationAgainstEveryCommand(t *testing.T) {
	for _, row := range table {
		t.Run(row.name, func(t *testing.T) {
			if len(row.want) != len(columns) {
				t.Fatalf("%d letters for %d commands", len(row.want), len(columns))
			}
			got := []byte{}
			for _, column := range columns {
				w := newWorld(t, plans[row.plan](), storyLimits())
				for _, line := range strings.Split(row.script, "\n") {
					w.run(line)
				}
				if w.inst == "" {
					w.inst = record.InstanceID("p.P", "k1")
				}
				got = append(got, w.try(column, row.act, row.attempt))
			}
			if string(got) != row.want {
				t.Errorf("\n     %s\ngot  %s\nwant %s", columns, got, row.want)
			}
		})
	}
}

func (w *world) try(column rune, act, attempt uint32) byte {
	answer := record.AttemptEnded{Instance: w.inst, Activation: act, Attempt: attempt, Outcome: record.Succeeded, Value: map[string]types.Value{"id": "x"}}
	var due record.Instant
	if v, ok := w.state.Instance(w.inst); ok {
		for _, x := range v.Waits {
			if x.Activation == act {
				due = x.Due
			}
		}
	}
	timer := record.TimerDue{Instance: w.inst, Activation: act, Due: due}
	var cmd record.Command
	switch column {
	case 'A':
		cmd = answer
	case 'a':
		answer.Attempt--
		cmd = answer
	case 'n':
		answer.Attempt++
		cmd = answer
	case 'g':
		answer.Outcome = "perhaps"
		cmd = answer
	case 'D':
		w.now = max(w.now, due)
		cmd = timer
	case 'd':
		w.now = max(w.now, due+5)
		timer.Due = due + 1
		cmd = timer
	case 'e':
		w.now = min(w.now, due-1)
		cmd = timer
	case 'c':
		cmd = record.ClaimTask{Instance: w.inst, Activation: act, By: "ann", Groups: managers}
	case 't':
		cmd = record.CompleteTask{Instance: w.inst, Activation: act, By: "ann", Groups: managers, Form: map[string]types.Value{"approved": true}}
	case 'r':
		cmd = record.RetryInstance{Instance: w.inst, By: "ann"}
	case 's':
		if w.position > 0 {
			cmd = record.DeliverMessage{Route: "p.in", Channel: "p.intake", Position: w.position, Message: "m1"}
			break
		}
		cmd = record.StartInstance{Process: "p.P", Key: "k1", Input: map[string]types.Value{"order": map[string]types.Value{"id": "k1", "total": int64(20)}}}
	case 'k':
		cmd = record.CancelInstance{Instance: w.inst, By: "ann"}
	}
	events, _, reply := w.do(cmd)
	switch {
	case reply.Rejected != nil:
		return 'x'
	case len(events) > 0:
		return '!'
	}
	return '.'
}
