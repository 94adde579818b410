package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// filling is a text with which what is made around it takes exactly so many bytes.
func filling(t *testing.T, bytes int, around func(text string) types.Value) string {
	t.Helper()
	n := bytes
	for range 10 {
		size, _ := record.Measure(around(strings.Repeat("x", n)))
		if size == bytes {
			return strings.Repeat("x", n)
		}
		n -= size - bytes
	}
	t.Fatalf("nothing takes exactly %d bytes", bytes)
	return ""
}

// TestAPayloadOfExactlyTheLimit: whatever comes in is taken with as many bytes as the
// limit says, and with one more it is refused, or an incident, or a dead letter, with
// its place, its size, the limit and a way out.
func TestAPayloadOfExactlyTheLimit(t *testing.T) {
	const most = 4096
	order := func(text string) types.Value { return map[string]types.Value{"id": text, "total": int64(5000)} }
	input := func(text string) types.Value { return map[string]types.Value{"order": order(text)} }
	plain := func(text string) types.Value { return text }
	set := func(l *engine.Limits) { l.BytesPerCommand = most }
	refusal := func(w *world, cmd record.Command) string {
		if _, _, r := w.do(cmd); r.Rejected != nil {
			return r.Rejected.Detail
		}
		return ""
	}
	for what, c := range map[string]struct {
		around func(string) types.Value
		enters func(text string) (trouble string)
		place  string
	}{
		"input": {input, func(text string) string {
			return refusal(limited(t, "wait", set), record.StartInstance{Process: "p.P", Key: "k", Input: input(text).(map[string]types.Value)})
		}, "the input of p.P"},
		"event": {input, func(text string) string {
			return refusal(limited(t, "order", set), record.DeliverEvent{Type: "p.Shipped", ID: "e1", Payload: input(text).(map[string]types.Value)})
		}, `the event p.Shipped "e1"`},
		"form": {plain, func(text string) string {
			w := limited(t, "order", set)
			w.run("start k1 5000")
			w.run(`answer 1 1 succeeded {"id":"h1"}`)
			return refusal(w, record.CompleteTask{Instance: w.inst, Activation: 3, By: "ann", Groups: managers, Form: text})
		}, "the form of decision"},
		"answer": {plain, func(text string) string {
			w := limited(t, "call", set)
			w.run("start k1 1")
			w.do(record.AttemptEnded{Instance: w.inst, Activation: 1, Attempt: 1, Outcome: record.Succeeded, Value: text})
			return w.incident()
		}, "product: was done, but the answer"},
		"message of a route": {order, func(text string) string {
			w := limited(t, "route", set)
			w.do(record.DeliverMessage{Route: "p.in", Channel: "p.intake", Position: 7, Message: "m", Payload: order(text)})
			if letter, ok := w.state.Pending()[0].(engine.Send); ok {
				return fmt.Sprint(letter.Payload)
			}
			return ""
		}, "message 7 of p.intake"},
		"message of a select": {order, func(text string) string {
			w := newWorld(t, one(plan.Step{ID: "select", Kind: plan.Select, Select: &plan.SelectStep{On: []plan.OnArm{
				{Channel: "p.intake", Var: "m", Block: plan.Block{Steps: steps(pause("wait", 1e9))}},
			}}}), limited(t, "wait", set).limits)
			w.run("start k1 1")
			return refusal(w, record.OfferMessage{Receiver: w.prog.Receivers()[0].Name, Position: 7, Message: "m", Payload: order(text)})
		}, "message 7 of "},
	} {
		text := filling(t, most, c.around)
		if trouble := c.enters(text); trouble != "" {
			t.Errorf("%s of %d bytes: %s", what, most, trouble)
		}
		trouble := c.enters(text + "x")
		for _, part := range []string{c.place, fmt.Sprint(most + 1), fmt.Sprint(most), "keep large data outside"} {
			if !strings.Contains(trouble, part) {
				t.Errorf("%s of %d bytes: %q does not say %q", what, most+1, trouble, part)
			}
		}
	}
}

// remembering begins and awaits one piece of work, then as many others as order.id has
// items, then awaits the first one again.
func remembering() *plan.Plan {
	other := beginning()
	other.ID, other.Var = "g", "g"
	return family(beginning(), awaiting("held", "h"), inTurn(other, awaiting("got", "g")), named(awaiting("again", "h"), "again"), give(of(stringT, "again", "id")))
}

// TestResultsThatAreRememberedAreBounded: a result is there for a second await as long
// as no more than MaxTaken were awaited; after that the await says why it is not.
func TestResultsThatAreRememberedAreBounded(t *testing.T) {
	for _, others := range []int{engine.MaxTaken - 1, engine.MaxTaken} {
		w := newWorld(t, remembering(), engine.DefaultLimits())
		w.careful = false
		w.inst = record.InstanceID("p.P", "k1")
		_, effects, _ := w.do(record.StartInstance{Process: "p.P", Key: "k1", Input: fan(others)})
		for len(effects) > 0 {
			at := effects[0].Of()
			_, more, _ := w.do(record.AttemptEnded{Instance: at.Instance, Activation: at.Activation, Attempt: at.Attempt, Outcome: record.Succeeded, Value: map[string]types.Value{"id": "x"}})
			effects = append(effects[1:], more...)
		}
		d, _ := w.state.Instance(w.inst)
		if awaited := others + 1; awaited == engine.MaxTaken && (d.State != record.Completed || d.Result != "x") {
			t.Errorf("%d results: %s with %v, %q", awaited, d.State, d.Result, w.incident())
		} else if awaited > engine.MaxTaken && !strings.Contains(w.incident(), "again: ") || awaited > engine.MaxTaken && !strings.Contains(w.incident(), "64") {
			t.Errorf("%d results: %s, %q", awaited, d.State, w.incident())
		}
	}
}

// TestAProcessThatStartsItselfWithoutEnd ends at the limit of the shard's instances,
// which is named where it stands; the others go on.
func TestAProcessThatStartsItselfWithoutEnd(t *testing.T) {
	self := starting()
	self.ID, self.Kind, self.Var, self.Type = "again", plan.Child, "got", jsonT
	l := storyLimits()
	l.Instances = 20
	w := newWorld(t, one(self, give(num("1"))), l)
	w.careful = false
	_, effects, _ := w.do(record.StartInstance{Process: "p.P", Key: "k0", Input: fan(1)})
	refused := ""
	for depth := 1; refused == "" && depth < 100; depth++ {
		start := effects[0].(engine.Start)
		at := start.Of()
		_, more, r := w.do(record.StartInstance{Process: start.Process, Key: fmt.Sprint("k", depth), Input: start.Input, Watch: start.Watch})
		outcome := record.AttemptEnded{Instance: at.Instance, Activation: at.Activation, Attempt: at.Attempt, Outcome: record.Succeeded}
		if r.Rejected != nil {
			refused = r.Rejected.Detail
			outcome.Outcome, outcome.Detail = record.Refused, refused
		}
		w.do(outcome)
		effects = more
	}
	if c := w.state.Counts(); c.Instances != l.Instances || !strings.Contains(refused, "holds 20 instances, its limit") {
		t.Fatalf("%d instances, %q", c.Instances, refused)
	}
}

// TestProcessesCallEachOtherToACertainDepth: how deep an instance is travels with each
// call of a process, through snapshots too, and the one beyond the limit is not made: its
// caller is told, and fails.
func TestProcessesCallEachOtherToACertainDepth(t *testing.T) {
	self := starting()
	self.ID, self.Kind, self.Var, self.Type = "again", plan.Child, "got", jsonT
	w := newWorld(t, one(self, give(num("1"))), storyLimits())
	first := uint32(engine.MaxGenerations - 2)
	start := record.StartInstance{Process: "p.P", Key: "k0", Input: fan(1), Depth: first}
	for depth := first; ; depth++ {
		_, effects, reply := w.do(start)
		if depth > engine.MaxGenerations {
			if reply.Rejected == nil || reply.Rejected.Code != record.Invalid || !strings.Contains(reply.Rejected.Detail, fmt.Sprint(engine.MaxGenerations)) {
				t.Fatalf("at the depth %d: %+v", depth, reply)
			}
			break
		}
		if reply.Rejected != nil || len(effects) != 1 {
			t.Fatalf("at the depth %d: %+v", depth, reply)
		}
		e := effects[0].(engine.Start)
		if e.Depth != depth+1 {
			t.Fatalf("what an instance at the depth %d calls is at %d", depth, e.Depth)
		}
		start = record.StartInstance{Process: e.Process, Key: fmt.Sprint("k", depth), Input: e.Input, Watch: e.Watch, Depth: e.Depth}
	}
	w.do(record.AttemptEnded{Instance: start.Watch.Instance, Activation: start.Watch.Activation, Attempt: 1, Outcome: record.Rejected, Detail: "too deep"})
	if d, _ := w.state.Instance(start.Watch.Instance); d.State != record.Faulted || d.Fault != engine.Refusal {
		t.Errorf("who called it is %s with %q", d.State, d.Fault)
	}
}
