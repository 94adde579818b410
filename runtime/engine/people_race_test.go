package engine_test

import (
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// racing is a process with a task that has an hour, and is escalated after half of it.
func racing() *plan.Plan {
	ask := approve()
	ask.Task.Args, ask.Task.Shows = nil, nil
	ask.Task.DueNs, ask.Task.EscalateNs, ask.Task.EscalateTo = 3600e9, 1800e9, "p.boss"
	ask.Task.Else = &plan.Block{Steps: steps(give(str("late")))}
	p := one(ask, give(str("done")))
	p.Roles = append(p.Roles, plan.Role{Name: "p.boss", Groups: []string{"bosses"}})
	return p
}

// TestAnAnswerAndTheEndOfItsTime: an answer and the due time of a task meet, in both
// orders, whoever has the task. Whichever is decided first counts, and only it; a
// timer that was on its way already changes nothing.
func TestAnAnswerAndTheEndOfItsTime(t *testing.T) {
	const half, end = record.Instant(1800e9), record.Instant(3600e9)
	for name, c := range map[string]struct {
		before func(w *world, x engine.Task) // what people did up to then
		by     string
		groups []string
	}{
		"nobody has it": {func(*world, engine.Task) {}, "ann", managers},
		"claimed": {func(w *world, x engine.Task) {
			w.do(record.ClaimTask{Instance: x.Instance, Activation: x.Activation, By: "ann", Groups: managers})
		}, "ann", managers},
		"given back": {func(w *world, x engine.Task) {
			w.do(record.ClaimTask{Instance: x.Instance, Activation: x.Activation, By: "bob", Groups: managers})
			w.do(record.ReleaseTask{Instance: x.Instance, Activation: x.Activation, By: "bob", Groups: managers})
		}, "ann", managers},
		"handed on": {func(w *world, x engine.Task) {
			w.do(record.DelegateTask{Instance: x.Instance, Activation: x.Activation, By: "ann", To: "bob", Groups: managers})
		}, "bob", managers},
		"escalated": {func(w *world, x engine.Task) { w.tick(w.now + half) }, "zoe", []string{"bosses"}},
	} {
		for _, answerFirst := range []bool{true, false} {
			w := newWorld(t, racing(), storyLimits())
			w.run("start k1 20")
			begun := w.now
			x := w.state.Tasks()[0]
			c.before(w, x)
			w.tick(begun + end - 1)
			w.now = begun + end
			due := w.state.Due(w.now, 1)
			if len(due) != 1 {
				t.Fatalf("%s: %d timers are due at the end of the time", name, len(due))
			}
			done, ring := complete(x, c.by, true, c.groups...), func() string { return w.code(due[0]) }
			if answerFirst {
				want(t, w.code(done), "", name+": the answer in time")
				want(t, ring(), "again", name+": the timer behind it")
			} else {
				want(t, ring(), "", name+": the timer")
				want(t, w.code(done), string(record.WrongState), name+": the answer behind it")
				want(t, ring(), "again", name+": the timer once more")
			}
			result := map[bool]string{true: "done", false: "late"}[answerFirst]
			if d, _ := w.state.Instance(w.inst); d.State != record.Completed || d.Result != result {
				t.Errorf("%s, answer first %t: %s with %v", name, answerFirst, d.State, d.Result)
			}
		}
	}
}

// TestAnAnswerAndItsEscalation: a task that is escalated is still done by whoever
// could do it before, and is escalated once, also where the timer comes late.
func TestAnAnswerAndItsEscalation(t *testing.T) {
	for _, answerFirst := range []bool{true, false} {
		w := newWorld(t, racing(), storyLimits())
		w.run("start k1 20")
		x := w.state.Tasks()[0]
		w.now += 1800e9
		due := w.state.Due(w.now, 1)
		if len(due) != 1 {
			t.Fatalf("%d timers are due", len(due))
		}
		done := complete(x, "ann", true, managers...)
		if answerFirst {
			want(t, w.code(done), "", "the answer")
			want(t, w.code(due[0]), "again", "the escalation behind it")
		} else {
			want(t, w.code(due[0]), "", "the escalation")
			want(t, w.code(due[0]), "again", "the escalation once more")
			want(t, w.code(done), "", "the answer of who could do it before")
		}
		if d, _ := w.state.Instance(w.inst); d.Result != "done" {
			t.Errorf("answer first %t: %s with %v", answerFirst, d.State, d.Result)
		}
	}
}
