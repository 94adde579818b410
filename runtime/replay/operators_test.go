package replay_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/replay"
)

// operated runs an order on which an operator acts after an hour with its clerk, or
// after two when it has been charged, and goes on for a month.
func operated(t *testing.T, agrees bool, act func(l *life)) []record.Event {
	t.Helper()
	p := link(t, shop)
	state, err := engine.NewState(engine.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	state.AddProgram(p)
	l := &life{t: t, state: state, now: 1_700_000_000e9, id: record.InstanceID("shop.Order", "o-1")}
	l.do(record.ActivatePlan{Package: "shop", Digest: p.Digest()})
	l.do(record.StartInstance{Process: "shop.Order", Key: "o-1", Input: map[string]types.Value{"order": "o-1", "amount": int64(5), "name": "Ada"}})
	l.settle(time.Hour)
	if agrees {
		l.agree()
	}
	act(l)
	l.settle(30 * 24 * time.Hour)
	return l.events
}

// agree lets the clerk agree.
func (l *life) agree() {
	l.t.Helper()
	x := l.state.Tasks()[0]
	l.do(record.CompleteTask{Instance: x.Instance, Activation: x.Activation, By: "eve", Groups: x.Groups, Form: map[string]types.Value{"ok": true, "note": "fine"}})
	l.settle(time.Hour)
}

func (l *life) skip(step string, value types.Value, undone bool) {
	l.t.Helper()
	to, err := l.state.Skippable(l.id, step, 0)
	if err != nil {
		l.t.Fatal(err)
	}
	l.do(record.SkipStep{Instance: l.id, Activation: to.Activation, Step: to.Step, Value: value, Undone: undone, By: "olga", Reason: "by hand"})
}

func (l *life) back(step string, set map[string]types.Value) {
	l.t.Helper()
	to, err := l.state.Resettable(l.id, step)
	if err != nil {
		l.t.Fatal(err)
	}
	l.do(record.ResetInstance{Instance: l.id, Step: to.Step, Set: set, By: "olga", Reason: "too much"})
}

func TestWhatOperatorsDidIsReplayed(t *testing.T) {
	for name, c := range map[string]struct {
		agrees bool
		act    func(l *life)
		end    string
		// changed is a change of the source, and what then differs.
		from, to, differs string
	}{
		"a task is skipped with an answer": {false, func(l *life) { l.skip("decision", map[string]types.Value{"ok": true, "note": ""}, false) }, "faulted",
			"task approve(name)", "task agree(name)", ""},
		"the skipped step is gone": {false, func(l *life) { l.skip("decision", map[string]types.Value{"ok": true, "note": ""}, false) }, "faulted",
			"let decision: Decision = task approve(name) { role: clerk }", "let decision = Decision { ok: true, note: \"\" }", "olga said skip, and could not"},
		"a wait is skipped": {true, func(l *life) { l.skip("wait", nil, false) }, "faulted", "wait 1d", "wait 2d", ""},
		"it goes back with another amount": {true, func(l *life) { l.back("charge", map[string]types.Value{"amount": int64(7)}) }, "faulted",
			"charge(order, amount)", "charge(order, amount * 2)", `charge: shop.payments.charge was called with {"amount":7,"order":"o-1"} and would be with {"amount":14,"order":"o-1"}`},
		"it goes back twice": {true, func(l *life) {
			l.back("charge", nil)
			l.settle(time.Hour)
			l.back("held", nil)
			l.settle(time.Hour)
			l.agree()
		}, "faulted", "refund(charge.id)", `refund(charge.id + "!")`, `"c-1!"`},
		"it goes on behind a compensation that cannot be done": {true, func(l *life) {
			l.stuck = true
			l.do(record.CancelInstance{Instance: l.id, By: "olga"})
			l.settle(time.Hour)
			l.do(record.ResumeInstance{Instance: l.id, By: "olga", Reason: "refunded by hand"})
		}, "cancelled", "release(held.id)", `release("x")`, `with {"id":"x"}`},
		"a compensation is tried again until it can be done": {true, func(l *life) {
			l.stuck = true
			l.back("charge", nil)
			l.settle(time.Hour)
			l.do(record.RetryInstance{Instance: l.id, By: "olga"})
			l.settle(time.Hour)
			l.stuck = false
			l.do(record.RetryInstance{Instance: l.id, By: "olga"})
		}, "faulted", "release(held.id)", `release("x")`, `with {"id":"x"}`},
		"it is terminated": {true, func(l *life) { l.do(record.TerminateInstance{Instance: l.id, By: "olga"}) }, "cancelled", "wait 1d", "wait 1h", ""},
		"it is cancelled":  {true, func(l *life) { l.do(record.CancelInstance{Instance: l.id, By: "olga"}) }, "faulted|cancelled", "release(held.id)", `release("x")`, `with {"id":"x"}`},
	} {
		r := recorded(t, operated(t, c.agrees, c.act), nil)
		if r.Partial != "" || r.End == nil || !strings.Contains(c.end, r.End.State) {
			t.Errorf("%s: %q, %+v", name, r.Partial, r.End)
			continue
		}
		if found := replay.Replay(link(t, shop), r); len(found) > 0 {
			t.Errorf("%s: with the same source there is %v", name, found)
		}
		text := strings.Replace(shop, c.from, c.to, 1)
		if text == shop {
			t.Fatalf("%q is not in the source", c.from)
		}
		found := fmt.Sprint(replay.Replay(link(t, text), r))
		if c.differs == "" && found != "[]" || !strings.Contains(found, c.differs) {
			t.Errorf("%s: with %s it says %s, want %q", name, c.to, found, c.differs)
		}
	}
}
