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
	"pgregory.net/rapid"
)

func nested(levels int) types.Value {
	var v types.Value = "x"
	for range levels {
		v = []types.Value{v}
	}
	return v
}

// showing is a task that shows the order's id n times.
func showing(n int) plan.Step {
	s := approve()
	s.Task.Args, s.Task.Shows = nil, nil
	for i := range n {
		s.Task.Args = append(s.Task.Args, id())
		s.Task.Shows = append(s.Task.Shows, fmt.Sprint("text", i))
	}
	return s
}

// asking calls an endpoint in many branches at once.
func asking(branches int) plan.Step {
	var bodies [][]plan.Step
	for i := range branches {
		c := charge()
		c.ID, c.Var = fmt.Sprint("c", i), fmt.Sprint("c", i)
		c.Compensate = &plan.Block{Reads: []string{"order"}, Steps: steps(ask("", "payments.refund", id()))}
		bodies = append(bodies, steps(c))
	}
	return parallel(0, false, bodies...)
}

var heavy = map[string]func() *plan.Plan{
	"task": func() *plan.Plan { return one(showing(8), give(ref("decision", jsonT))) },
	"wide": func() *plan.Plan { return one(asking(30), give(num("1"))) },
	"fail": func() *plan.Plan { return one(hold(), failing("Late", rec(types.Ref("p.Late"), "order", id()))) },
	"lets": func() *plan.Plan {
		return one(let("a", stringT, id()), let("b", stringT, id()), let("c", stringT, id()), give(id()))
	},
	"late": func() *plan.Plan {
		return one(charge(), let("a", stringT, id()), failing("Late", rec(types.Ref("p.Late"), "order", id())))
	},
	"keeps": func() *plan.Plan { return one(parallel(1, true, steps(pause("a", 1e9)), steps(charge())), give(id())) },
	"event": func() *plan.Plan { return one(whereOnly()) },
}

// largeness are sizes around what may enter.
func largeness(t *rapid.T, most int) string {
	n := rapid.SampledFrom([]int{1, most / 9, most / 3, most/2 - 300, most - 300, most - 60, most, 2 * most}).Draw(t, "size")
	return strings.Repeat("x", n)
}

func (c *chaos) large(most int) {
	text := func() string { return largeness(c.t, most) }
	pending := c.state.Pending()
	switch kind := rapid.IntRange(0, 9).Draw(c.t, "move"); {
	case kind <= 3 && len(pending) > 0:
		a := c.answer(rapid.SampledFrom(pending).Draw(c.t, "effect"), rapid.SampledFrom([]record.Outcome{record.Succeeded, record.Raised, record.Unknown, record.Unknown, record.Refused, record.Rejected}).Draw(c.t, "outcome"))
		a.Detail = text()
		if a.Outcome == record.Succeeded {
			a.Value = map[string]types.Value{"id": text()}
		}
		if a.Outcome == record.Raised {
			a.Fields = map[string]types.Value{"reason": text()}
		}
		c.send(a)
	case kind == 4:
		c.now += 4e9
		for _, due := range c.state.Due(c.now, 5) {
			c.send(due)
		}
	case kind == 5:
		c.send(record.DeliverEvent{Type: "p.Shipped", ID: fmt.Sprint("e", len(c.sent)), Until: c.now + record.Instant(rapid.IntRange(0, 1).Draw(c.t, "kept"))*5e9,
			Payload: map[string]types.Value{"order": text(), "carrier": "dhl"}})
	case kind == 6:
		for _, task := range c.state.Tasks() {
			c.send(record.CompleteTask{Instance: task.Instance, Activation: task.Activation, By: "ann", Groups: managers, Form: map[string]types.Value{"approved": true, "why": text()}})
			break
		}
	case kind == 7:
		if all := c.state.Instances(nil); len(all) > 0 {
			v := rapid.SampledFrom(all).Draw(c.t, "instance")
			c.send(record.RetryInstance{Instance: v.Instance, By: text()})
			c.send(record.CancelInstance{Instance: v.Instance, By: "ann", Reason: text()})
		}
	case kind == 8:
		if len(c.prog.Plan().Routes) > 0 {
			c.position++
			c.send(record.DeliverMessage{Route: "p.in", Channel: "p.intake", Position: c.position, After: c.position - 1, Message: fmt.Sprint("m", c.position),
				Payload: map[string]types.Value{"id": text(), "total": int64(1)}})
		}
	default:
		c.send(record.StartInstance{Process: "p.P", Key: fmt.Sprint("k", len(c.sent)), Input: map[string]types.Value{"order": map[string]types.Value{"id": text(), "total": int64(20)}}})
	}
}

// TestNoCommandOutgrowsACommit: whatever comes in, and whatever a plan makes of
// it, the events of one command stay within four times what may enter.
func TestNoCommandOutgrowsACommit(t *testing.T) {
	names := []string{"order", "catch", "charge", "saga", "any", "escape", "call", "send", "route", "failing_route",
		"scope", "scope_within", "scope_nested", "try", "try_passes", "race", "race_fails", "each_count", "machine", "end", "deadline"}
	all := map[string]func() *plan.Plan{}
	for _, name := range names {
		all[name] = plans[name]
	}
	for name, p := range heavy {
		all[name] = p
		names = append(names, name)
	}
	slices.Sort(names)
	const most, slack = 64 << 10, 24 << 10 // of 31 branches at once
	rapid.Check(t, func(t *rapid.T) {
		limits := storyLimits()
		limits.BytesPerCommand, limits.StepsPerCommand = most, 1000
		w := newWorld(t, all[rapid.SampledFrom(names).Draw(t, "plan")](), limits)
		w.careful = false
		c := &chaos{world: w, t: t, keys: map[string]string{}}
		for range rapid.IntRange(1, 25).Draw(t, "moves") {
			before := len(c.journal)
			sent := len(c.sent)
			c.large(most)
			if len(c.sent) != sent+1 {
				continue // several commands: the next lines look at one
			}
			if size := record.Weight(c.journal[before:]); size > 4*most+slack {
				t.Fatalf("%T gives %d bytes of events", c.sent[sent], size)
			}
		}
		w.careful = true
		w.shadow = newState(t, limits, w.prog)
		w.check([32]byte{}, append([]record.Event{record.PlanActivated{At: dawn, Package: "p", Digest: "plan-1"}}, c.journal[1:]...), record.Reply{})
	})
}

// TestALargeInstanceGivenUpAtOnce is the most that slack is needed for: as many
// calls under way as an instance may have.
func TestALargeInstanceGivenUpAtOnce(t *testing.T) {
	w := newWorld(t, one(asking(900), give(num("1"))), engine.DefaultLimits())
	w.careful = false
	big := map[string]types.Value{"order": map[string]types.Value{"id": strings.Repeat("x", 500), "total": int64(1)}}
	w.inst = record.InstanceID("p.P", "k1")
	w.do(record.StartInstance{Process: "p.P", Key: "k1", Input: big})
	w.state.Instance(w.inst)
	if w.incident() == "" && len(w.state.Pending()) != 900 {
		t.Fatalf("%d calls are under way", len(w.state.Pending()))
	}
	events, _, _ := w.do(record.CancelInstance{Instance: w.inst, By: "ann"})
	if size := record.Weight(events); size > engine.MaxCommandBytes {
		t.Fatalf("giving up %d calls gives %d bytes", len(w.state.Pending()), size)
	}
}

func TestWhatEntersIsBounded(t *testing.T) {
	const most = 4096
	order := func(v types.Value) map[string]types.Value {
		return map[string]types.Value{"order": map[string]types.Value{"id": v, "total": int64(1)}}
	}
	for name, v := range map[string]types.Value{"levels": nested(engine.MaxDepth), "bytes": strings.Repeat("x", most)} {
		set := func(l *engine.Limits) { l.BytesPerCommand = most }
		w := limited(t, "order", set)
		refused := func(what string, r record.Reply) {
			t.Helper()
			if r.Rejected == nil || r.Rejected.Code != record.Invalid || !strings.Contains(r.Rejected.Detail, "limit") {
				t.Errorf("%s: %s: %+v", name, what, r.Rejected)
			}
		}
		_, _, r := w.do(record.StartInstance{Process: "p.P", Key: "k", Input: order(v)})
		refused("input", r)
		_, _, r = w.do(record.DeliverEvent{Type: "p.Shipped", ID: "e", Payload: map[string]types.Value{"order": v}})
		refused("event", r)
		w.run("start k1 5000")
		w.run(`answer 1 1 succeeded {"id":"h1"}`)
		_, _, r = w.do(record.CompleteTask{Instance: w.inst, Activation: 3, By: "ann", Groups: managers, Form: []types.Value{v}})
		refused("form", r)

		w = limited(t, "route", set)
		w.do(record.DeliverMessage{Route: "p.in", Channel: "p.intake", Position: 1, Message: "m", Payload: order(v)})
		effects := w.state.Pending()
		if len(effects) != 1 {
			t.Fatalf("%s: the message is not a dead letter: %s", name, w.out.String())
		}
		letter := fmt.Sprint(effects[0].(engine.Send).Payload)
		if !strings.Contains(letter, "limit") || len(letter) > 1000 {
			t.Errorf("%s: the dead letter is %.300s", name, letter)
		}
	}
	for _, n := range []int{engine.MaxKey, engine.MaxKey + 1} {
		w := limited(t, "wait", func(*engine.Limits) {})
		_, _, r := w.do(record.StartInstance{Process: "p.P", Key: strings.Repeat("k", n), Input: order("x")})
		if fits := n <= engine.MaxKey; fits != (r.Rejected == nil) {
			t.Errorf("a key of %d bytes: %+v", n, r.Rejected)
		}
	}
}

// TestAnAnswerThatCannotBeHeld: what was done stays in doubt until somebody
// decides, and is settled when the step is given up.
func TestAnAnswerThatCannotBeHeld(t *testing.T) {
	for name, v := range map[string]types.Value{"levels": nested(engine.MaxDepth + 1), "bytes": strings.Repeat("x", 5000)} {
		w := limited(t, "charge", func(l *engine.Limits) { l.BytesPerCommand = 4096 })
		w.run("start k1 20")
		w.do(record.AttemptEnded{Instance: w.inst, Activation: 1, Attempt: 1, Outcome: record.Succeeded, Value: v})
		if !strings.Contains(w.incident(), "was done, but the answer") || !strings.Contains(w.incident(), "limit") {
			t.Fatalf("%s: incident %q", name, w.incident())
		}
		w.run("cancel ann")
		if d, _ := w.state.Instance(w.inst); d.Settlements != 1 {
			t.Errorf("%s: %d settlements are open after the cancel", name, d.Settlements)
		}
	}
	w := limited(t, "catch", func(l *engine.Limits) { l.BytesPerCommand = 4096 })
	w.run("start k1 20")
	w.do(record.AttemptEnded{Instance: w.inst, Activation: 1, Attempt: 1, Outcome: record.Raised, Fault: "p.Declined",
		Fields: map[string]types.Value{"reason": strings.Repeat("x", 5000)}})
	if !strings.Contains(w.incident(), "raised p.Declined, which takes about") {
		t.Fatalf("incident %q", w.incident())
	}
}

// TestNestingGrowsToTheLimitOnly: a process that starts itself with more levels
// each time cannot make a record that nobody reads again.
func TestNestingGrowsToTheLimitOnly(t *testing.T) {
	for levels := engine.MaxDepth - 3; levels < engine.MaxDepth+2; levels++ {
		wrap := list(jsonT, of(jsonT, "order", "id"))
		w := newWorld(t, one(let("a", types.ListOf(jsonT), wrap), pause("wait", 3600e9), give(ref("a", types.ListOf(jsonT)))), storyLimits())
		w.inst = record.InstanceID("p.P", "k")
		_, _, r := w.do(record.StartInstance{Process: "p.P", Key: "k", Input: map[string]types.Value{"order": map[string]types.Value{"id": nested(levels), "total": int64(1)}}})
		// The parameter and the record around it are two levels, the list is one.
		if enters, fits := levels+2 <= engine.MaxDepth, levels+1 <= engine.MaxDepth; enters != (r.Rejected == nil) || enters && fits != (w.incident() == "") {
			t.Errorf("%d levels: %+v, incident %q", levels, r.Rejected, w.incident())
		}
	}
	deepest := func(n int) *plan.Plan {
		e := id()
		for range n {
			e = tree{Op: expression.ListOf, Type: jsonT, Args: []tree{e}}
		}
		return one(let("a", jsonT, e), pause("wait", 3600e9), give(num("1")))
	}
	for n, fits := range map[int]bool{engine.MaxDepth: true, engine.MaxDepth + 1: false} {
		w := newWorld(t, deepest(n), storyLimits())
		w.run("start k1 1")
		if fits != (w.incident() == "") {
			t.Errorf("a computed value of %d levels: incident %q", n, w.incident())
		}
	}
}

// TestALargeEventReachesAllInParts: instances that each write much are served by
// several commands, and nobody is served twice or left out.
func TestALargeEventReachesAllInParts(t *testing.T) {
	w := newWorld(t, one(whereOnly()), storyLimits())
	const n = 40
	for i := range n {
		w.run(fmt.Sprintf("start k%d 1", i))
	}
	big := strings.Repeat("x", 300_000)
	_, _, reply := w.do(record.DeliverEvent{Type: "p.Shipped", ID: "e", Payload: map[string]types.Value{"order": big, "carrier": "dhl"}})
	if reply.Matched == 0 || reply.Matched == n {
		t.Fatalf("%d instances took it with the first command", reply.Matched)
	}
	commands := 0
	for w.state.Counts().Instances > 0 {
		next, ok := w.state.NextDue()
		if !ok || next > w.now {
			t.Fatalf("%d instances are left and nothing is due", w.state.Counts().Instances)
		}
		for _, due := range w.state.Due(w.now, 10) {
			events, _, _ := w.do(due)
			if size := record.Weight(events); size > engine.MaxCommandBytes {
				t.Fatalf("one command gives %d bytes", size)
			}
		}
		if commands++; commands > n {
			t.Fatal("it never ends")
		}
	}
	if ended := w.state.Counts().Ended; ended != n {
		t.Fatalf("%d of %d ended", ended, n)
	}
	w.tick(w.now + record.Instant(engine.KeepTaken) - 1)
	if _, _, again := w.do(record.DeliverEvent{Type: "p.Shipped", ID: "e", Payload: map[string]types.Value{"order": big, "carrier": "dhl"}}); !again.Existing {
		t.Fatalf("the event is not known again: %+v", again)
	}
	w.tick(w.now + 1)
	if w.state.Counts().Kept != 0 {
		t.Fatal("the event is still kept")
	}
}
