package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

func asked(id string) record.Request { return record.Request{ID: id, Of: 7} }

// stumbling is a loop whose every round has an incident at the same place.
func stumbling() *plan.Plan {
	broken := op(expression.Div, intT, num("1"), num("0"))
	return one(each(numbers("1", "2", "3"), let("x", intT, broken)), give(str("done")))
}

func (w *world) skipHere(r record.Request) record.Command {
	w.t.Helper()
	t, err := w.state.Skippable(w.inst, "", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return record.SkipStep{Instance: w.inst, Activation: t.Activation, Step: t.Step, Value: int64(1), By: "olga", Request: r}
}

// twice holds that a command does something, and nothing when it comes again.
func (w *world) twice(cmd record.Command) {
	w.t.Helper()
	if events, _, reply := w.do(cmd); reply.Rejected != nil || len(events) == 0 {
		w.t.Fatalf("%T did nothing: %+v", cmd, reply)
	}
	w.never(cmd)
}

// never holds that a command that was done is answered so and does nothing.
func (w *world) never(cmd record.Command) {
	w.t.Helper()
	if events, effects, reply := w.do(cmd); reply.Rejected != nil || !reply.Existing || reply.Instance != w.inst || len(events)+len(effects) > 0 {
		w.t.Fatalf("%T came again: %+v %v", cmd, reply, events)
	}
}

// TestASkipThatComesTwiceSkipsOneRound: the next round stands at the same step of the
// same block, so only its request tells a skip that came twice from another one.
func TestASkipThatComesTwiceSkipsOneRound(t *testing.T) {
	w := newWorld(t, stumbling(), storyLimits())
	w.run("start k1 1")
	first := w.skipHere(asked("r1"))
	w.twice(first)
	second := w.skipHere(asked("r2"))
	if a, b := first.(record.SkipStep), second.(record.SkipStep); a.Activation != b.Activation || a.Step != b.Step {
		t.Fatalf("%+v and %+v are at different places, so this shows nothing", a, b)
	}
	w.twice(second)
	w.twice(w.skipHere(asked("r3")))
	if d, _ := w.state.Instance(w.inst); d.State != record.Completed {
		t.Fatalf("it is %s", d.State)
	}
	w.never(first) // its end does not forget
	w.never(second)
}

// TestVerbsThatComeTwice: every verb is done once, also where it could be done again
// when it comes the second time.
func TestVerbsThatComeTwice(t *testing.T) {
	for name, do := range map[string]func(w *world){
		"retry": func(w *world) {
			w.twice(record.RetryInstance{Instance: w.inst, By: "olga", Request: asked("r")})
		},
		"back": func(w *world) {
			target, err := w.state.Resettable(w.inst, "for")
			if err != nil {
				t.Fatal(err)
			}
			w.twice(record.ResetInstance{Instance: w.inst, Step: target.Step, By: "olga", Request: asked("r")})
		},
		"cancel": func(w *world) {
			w.twice(record.CancelInstance{Instance: w.inst, By: "olga", Request: asked("r")})
		},
		"terminate": func(w *world) {
			w.twice(record.TerminateInstance{Instance: w.inst, By: "olga", Request: asked("r")})
		},
		"bare": func(w *world) {
			w.twice(record.TerminateInstance{Instance: w.inst, Bare: true, By: "olga", Request: asked("r")})
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, stumbling(), storyLimits())
			w.run("start k1 1")
			do(w)
		})
	}
	t.Run("resume", func(t *testing.T) {
		w := newWorld(t, plans["saga"](), storyLimits())
		for _, line := range []string{"start k1 20", `answer 1 1 succeeded {"id":"h1"}`, `answer 2 1 succeeded {"id":"c1"}`, "answer 4 1 rejected no"} {
			w.run(line)
		}
		w.twice(record.ResumeInstance{Instance: w.inst, By: "olga", Request: asked("r")})
	})
}

// TestWhatPeopleSayTwice: a claim that arrives again after the task was given back does
// not take it again, and so on.
func TestWhatPeopleSayTwice(t *testing.T) {
	w, tasks := signing(t)
	at := tasks["first"]
	claim := func(by, r string) record.Command {
		return record.ClaimTask{Instance: at.Instance, Activation: at.Activation, By: by, Groups: managers, Request: asked(r)}
	}
	release := func(by, r string) record.Command {
		return record.ReleaseTask{Instance: at.Instance, Activation: at.Activation, By: by, Groups: managers, Request: asked(r)}
	}
	delegate := func(by, to, r string) record.Command {
		return record.DelegateTask{Instance: at.Instance, Activation: at.Activation, By: by, To: to, Groups: managers, Request: asked(r)}
	}
	has := func(want string) {
		t.Helper()
		if task, _ := w.state.Task(at.Instance, at.Activation); task.ClaimedBy != want {
			t.Fatalf("%q has it, want %q", task.ClaimedBy, want)
		}
	}
	said := []record.Command{claim("ann", "1"), release("ann", "2"), claim("ann", "3"), delegate("ann", "bob", "4"), delegate("bob", "ann", "5"), release("ann", "6")}
	for i, cmd := range said {
		w.do(cmd)
		for _, before := range said[:i+1] {
			w.never(before)
		}
	}
	has("")
	w.do(claim("bob", "7"))
	w.do(claim("bob", "8")) // he has it already, which is what he wants
	w.do(release("bob", "9"))
	w.never(claim("bob", "8"))
	has("")
}

// TestRequestsThatAreRememberedAreBounded: by their number, and by a time that none is
// forgotten in.
func TestRequestsThatAreRememberedAreBounded(t *testing.T) {
	w, tasks := signing(t)
	at := tasks["first"]
	claim := func(i int) record.Command {
		return record.ClaimTask{Instance: at.Instance, Activation: at.Activation, By: "ann", Groups: managers, Request: asked(fmt.Sprint(i))}
	}
	for i := range engine.MaxRequests {
		if code := w.code(claim(i)); code == string(record.Busy) {
			t.Fatalf("request %d is one too many", i)
		}
	}
	if code := w.code(claim(engine.MaxRequests)); code != string(record.Busy) {
		t.Fatalf("request %d of a moment: %q", engine.MaxRequests, code)
	}
	w.never(claim(0))
	w.now += record.Instant(engine.KeepRequests) - 1
	if code := w.code(claim(engine.MaxRequests)); code != string(record.Busy) {
		t.Fatalf("one more too early: %q", code)
	}
	w.now++
	if _, _, r := w.do(claim(engine.MaxRequests)); r.Rejected != nil {
		t.Fatalf("one more at its time: %v", r.Rejected)
	}
	w.never(claim(1))
	if events, _, r := w.do(claim(0)); r.Rejected != nil || len(events) == 0 {
		t.Errorf("the first one is not forgotten: %+v", r)
	}
}

// TestAnIDOfARequestIsUsedForOneThing, and is as long as a key at most.
func TestAnIDOfARequestIsUsedForOneThing(t *testing.T) {
	w := newWorld(t, stumbling(), storyLimits())
	w.run("start k1 1")
	w.twice(record.RetryInstance{Instance: w.inst, Request: asked("r")})
	for _, c := range []struct {
		request record.Request
		want    record.Code
	}{
		{record.Request{ID: "r", Of: 8}, record.Reused},
		{record.Request{ID: strings.Repeat("x", engine.MaxKey+1), Of: 8}, record.Invalid},
		{record.Request{ID: strings.Repeat("x", engine.MaxKey), Of: 8}, ""},
	} {
		if code := w.code(record.CancelInstance{Instance: w.inst, Request: c.request}); code != string(c.want) {
			t.Errorf("an ID of %d bytes: %q, want %q", len(c.request.ID), code, c.want)
		}
	}
}

// TestARequestThatWasRefusedMayComeAgain: nothing was done, so nothing is remembered.
func TestARequestThatWasRefusedMayComeAgain(t *testing.T) {
	w := newWorld(t, plans["order"](), storyLimits())
	w.run("start k1 1")
	retry := record.RetryInstance{Instance: w.inst, By: "olga", Request: asked("r")}
	if code := w.code(retry); code != string(record.WrongState) {
		t.Fatalf("a retry without an incident: %q", code)
	}
	w.do(record.PoisonInstance{Instance: w.inst, Command: "TimerDue"})
	w.twice(retry)
}

// TestAnInstanceThatBeginsAgainRemembersItsRequests: to whoever told it something it is
// the same instance.
func TestAnInstanceThatBeginsAgainRemembersItsRequests(t *testing.T) {
	w := newWorld(t, plans["again"](), storyLimits())
	w.run("start k1 2")
	retry := record.RetryInstance{Instance: w.inst, Request: asked("r")}
	w.do(record.PoisonInstance{Instance: w.inst, Command: "TimerDue"})
	w.do(retry)
	events, _, _ := w.do(record.AttemptEnded{Instance: w.inst, Activation: 1, Attempt: 1, Outcome: record.Succeeded, Value: map[string]types.Value{"id": "h2"}})
	if !slices.ContainsFunc(events, func(e record.Event) bool { _, again := e.(record.Continued); return again }) {
		t.Fatalf("it does not begin again, so this shows nothing: %v", events)
	}
	w.never(retry)
}

// TestAnEventThatComesAfterItsTime is remembered all the same: by a clock that is ahead it
// is late, and it comes again when the clock is right.
func TestAnEventThatComesAfterItsTime(t *testing.T) {
	w := newWorld(t, one(whereOnly()), storyLimits())
	w.run("start k1 1")
	late := record.DeliverEvent{Type: "p.Shipped", ID: "e", Until: w.now - 1, Payload: map[string]types.Value{"order": "k1", "carrier": "dhl"}}
	if events, _, reply := w.do(late); reply.Matched != 1 || len(events) == 0 {
		t.Fatalf("who waits does not get it: %+v", reply)
	}
	w.run("start k2 1")
	for _, later := range []struct {
		after record.Instant
		known bool
	}{{0, true}, {record.Instant(engine.KeepTaken) - 1, true}, {record.Instant(engine.KeepTaken), false}} {
		now := w.now
		w.tick(now + later.after)
		if _, _, reply := w.do(late); reply.Existing != later.known {
			t.Errorf("after %d: %+v", later.after, reply)
		}
		w.now = now
	}
}
