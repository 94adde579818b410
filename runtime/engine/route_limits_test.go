package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// routed is a plan whose route reads the intake, has the word, and sends on.
func routed(word plan.Step) *plan.Plan {
	p := base()
	body := steps(word, sending("rejected", ref("order", orderT)))
	if word.Kind == plan.Aggregate {
		body[1] = sending("rejected", ref("sum", intT))
	}
	p.Routes = []plan.Route{{Name: "p.in", From: "p.intake", Var: "order", Flow: plan.Flow{Body: body}}}
	return p
}

// word is a step that keeps something for the id of an order.
func word(kind plan.Kind, withinNs int64) plan.Step {
	key, number := id(), total()
	s := plan.Step{ID: string(kind), Kind: kind, Expr: &key, Stream: &plan.StreamStep{WithinNs: withinNs}}
	switch kind {
	case plan.Resequence:
		s.Expr, s.Stream.Per = &number, &key
	case plan.Throttle:
		s.Expr, s.Stream.Per, s.Stream.Rate = nil, &key, 1
	case plan.Aggregate:
		group := types.ListOf(orderT)
		count := num("7")
		message := ref("order", orderT)
		s.Var, s.Type, s.Stream.Group, s.Stream.GroupType, s.Stream.Message, s.Stream.Emit = "sum", intT, "group", group, &message, &count
	}
	return s
}

func worldOf(t *testing.T, step plan.Step, set func(*engine.Limits)) *world {
	l := storyLimits()
	if set != nil {
		set(&l)
	}
	return newWorld(t, routed(step), l)
}

// part is the n-th message of a key, handed on to the first step of the route.
func part(key string, n int, ballast string) record.StartPart {
	order := map[string]types.Value{"id": key, "total": int64(n), "ballast": ballast}
	cell := record.InstanceID("p.in/word", key)
	return record.StartPart{Route: "p.in", Plan: "plan-1", Part: record.PartID(cell, fmt.Sprint(n)), Key: fmt.Sprint(key, n), Cell: cell, CellKey: key,
		Vars: map[string]types.Value{"order": order}, Number: int64(n)}
}

// gathered is the n-th message of a group.
func gathered(key string, n int, ballast string) record.StartPart {
	c := part(key, n, ballast)
	c.Vars, c.Value = nil, c.Vars["order"]
	return c
}

// takes says whether a command is taken, and why not.
func (w *world) takes(cmd record.Command) (bool, record.Code, string) {
	_, _, reply := w.do(cmd)
	if reply.Rejected != nil {
		return false, reply.Rejected.Code, reply.Rejected.Detail
	}
	return true, "", ""
}

func TestCellsLimit(t *testing.T) {
	w := worldOf(t, word(plan.Dedupe, 60e9), func(l *engine.Limits) { l.Cells = 2 })
	for _, key := range []string{"a", "b"} {
		if ok, _, why := w.takes(part(key, 1, "")); !ok {
			t.Fatal(why)
		}
	}
	if ok, code, _ := w.takes(part("c", 1, "")); ok || code != record.Busy {
		t.Fatalf("the third of two keys: %v %s", ok, code)
	}
	if ok, _, why := w.takes(part("a", 2, "")); !ok {
		t.Fatalf("a key that is kept needs no room: %s", why)
	}
	w.tick(w.now + 60e9)
	if ok, _, why := w.takes(part("c", 1, "")); !ok {
		t.Fatalf("there is room again: %s", why)
	}
}

func TestDedupeKnowsAKeyForItsTime(t *testing.T) {
	w := worldOf(t, word(plan.Dedupe, 60e9), nil)
	begun := func(n int) bool {
		w.do(part("a", n, ""))
		_, ok := w.state.Instance(part("a", n, "").Part)
		return ok
	}
	if !begun(1) || begun(2) || !begun(1) {
		t.Fatal("the first goes on, the second does not, and the first handed on again is the first")
	}
	w.tick(w.now + 60e9 - 1)
	if begun(3) {
		t.Fatal("a nanosecond too early")
	}
	w.tick(w.now + 1)
	if !begun(4) {
		t.Fatal("the time is over")
	}
}

func TestGroupLimits(t *testing.T) {
	w := worldOf(t, word(plan.Aggregate, 1e9), nil)
	w.careful = false
	for n := range engine.MaxGroup {
		if ok, _, why := w.takes(gathered("a", n, "")); !ok {
			t.Fatalf("%d: %s", n, why)
		}
	}
	if ok, code, why := w.takes(gathered("a", engine.MaxGroup, "")); ok || code != record.Invalid || !strings.Contains(why, "10000") {
		t.Fatalf("one more than fits: %v %s", code, why)
	}
	if n := w.state.Holding(); n != 1 {
		t.Fatalf("%d groups", n)
	}
	w.tick(w.now + 1e9)
	if ok, _, why := w.takes(gathered("a", engine.MaxGroup, "")); !ok || w.state.Counts().Instances != 1 {
		t.Fatalf("the next group begins: %s; %+v", why, w.state.Counts())
	}
	large := worldOf(t, word(plan.Aggregate, 1e9), func(l *engine.Limits) { l.BytesPerCommand = 4096 })
	large.do(gathered("a", 1, strings.Repeat("x", 2100)))
	if ok, code, _ := large.takes(gathered("a", 2, strings.Repeat("x", 2100))); ok || code != record.Invalid {
		t.Fatalf("a group of more bytes than fit: %s", code)
	}
	if ok, _, why := large.takes(gathered("a", 3, strings.Repeat("x", 1900))); !ok {
		t.Fatalf("what fits: %s", why)
	}
}

// TestAGroupRemembersWhatItHad: a message that is handed on again is not
// gathered twice, also where its group is gone.
func TestAGroupRemembersWhatItHad(t *testing.T) {
	w := worldOf(t, word(plan.Aggregate, 1), nil)
	w.careful = false
	n := 0
	for range engine.MaxAsked / engine.MaxGroup {
		for range engine.MaxGroup {
			if ok, _, why := w.takes(gathered("a", n, "")); !ok {
				t.Fatalf("%d: %s", n, why)
			}
			n++
		}
		w.tick(w.now + 1)
	}
	if _, _, reply := w.do(gathered("a", 5, "")); !reply.Existing {
		t.Fatalf("the sixth again: %+v", reply)
	}
	if ok, code, _ := w.takes(gathered("a", n, "")); ok || code != record.Busy {
		t.Fatalf("one more in a minute than is remembered: %s", code)
	}
	w.tick(w.now + engine.RememberAtLeast)
	if ok, _, why := w.takes(gathered("a", n, "")); !ok {
		t.Fatalf("a minute later: %s", why)
	}
	if _, _, reply := w.do(gathered("a", n-1, "")); !reply.Existing {
		t.Fatalf("the one before again: %+v", reply)
	}
	w.tick(w.now + 1)
	w.tick(w.now + engine.RememberAsked)
	if _, _, reply := w.do(gathered("a", n, "")); reply.Existing {
		t.Fatal("ten minutes later it is another message")
	}
}

// TestAGroupKnowsItsOwnHoweverLongItGathers: a message that is handed on again after an
// hour is in the group once, and known for ten minutes after the group went on.
func TestAGroupKnowsItsOwnHoweverLongItGathers(t *testing.T) {
	const hour = record.Instant(3600e9)
	w := worldOf(t, word(plan.Aggregate, int64(hour)), nil)
	again := func(n int) bool {
		_, _, reply := w.do(gathered("a", n, ""))
		return reply.Existing
	}
	if again(1) {
		t.Fatal("the first is new")
	}
	w.tick(w.now + hour - 1)
	if again(2) || !again(1) {
		t.Fatal("an hour later the first is known, and the second is new")
	}
	w.tick(w.now + 1)
	if n := w.state.Counts().Instances; n != 1 || w.state.Holding() != 0 {
		t.Fatalf("%d groups went on, %d wait", n, w.state.Holding())
	}
	w.tick(w.now + engine.RememberAsked - 1)
	if !again(1) || !again(2) {
		t.Fatal("both are known for ten minutes after their group went on")
	}
	w.tick(w.now + 1)
	if again(1) {
		t.Fatal("after that they are forgotten")
	}
}

func TestSequenceLimits(t *testing.T) {
	w := worldOf(t, word(plan.Resequence, 60e9), nil)
	w.careful = false
	for n := range engine.MaxWaiting {
		if ok, _, why := w.takes(part("a", n+2, "")); !ok {
			t.Fatalf("%d: %s", n, why)
		}
	}
	if ok, code, _ := w.takes(part("a", engine.MaxWaiting+2, "")); ok || code != record.Busy {
		t.Fatalf("one more than may wait: %s", code)
	}
	if _, _, reply := w.do(part("a", 2, "")); !reply.Existing {
		t.Fatalf("one that waits, again: %+v", reply)
	}
	large := worldOf(t, word(plan.Resequence, 60e9), nil)
	large.careful = false
	ballast := strings.Repeat("x", 1<<20-200)
	for n := range engine.MaxWaitingBytes >> 20 {
		if ok, _, why := large.takes(part("a", n+2, ballast)); !ok {
			t.Fatalf("%d MiB: %s", n, why)
		}
	}
	if ok, code, _ := large.takes(part("a", 100, ballast)); ok || code != record.Busy {
		t.Fatalf("more bytes than may wait: %s", code)
	}
}

// TestOneAfterTheOther: the next number begins when the one before has ended, and a
// sequence in which nothing comes for a day is forgotten.
func TestOneAfterTheOther(t *testing.T) {
	w := worldOf(t, word(plan.Resequence, 60e9), nil)
	begun := func(n int) bool {
		_, ok := w.state.Instance(part("a", n, "").Part)
		return ok
	}
	w.do(part("a", 2, ""))
	w.do(part("a", 1, ""))
	if !begun(1) || begun(2) {
		t.Fatal("the first has its turn, and nobody else")
	}
	w.do(record.AttemptEnded{Instance: part("a", 1, "").Part, Activation: 1, Attempt: 1, Outcome: record.Succeeded})
	if !begun(2) {
		t.Fatal("the first is through")
	}
	w.do(record.AttemptEnded{Instance: part("a", 2, "").Part, Activation: 1, Attempt: 1, Outcome: record.Succeeded})
	if ok, code, why := w.takes(part("a", 0, "")); ok || code != record.WrongState || !strings.Contains(why, "3 is next") {
		t.Fatalf("what comes too late: %s %s", code, why)
	}
	w.tick(w.now + engine.KeepSequence)
	w.do(part("a", 0, ""))
	if !begun(0) {
		t.Fatal("a sequence that was forgotten begins again")
	}
}

func TestThrottleGivesTimesInTurn(t *testing.T) {
	w := worldOf(t, word(plan.Throttle, 1e9), nil)
	for n := range 3 {
		w.do(part("a", n, ""))
	}
	for n := range 3 {
		v, ok := w.state.Instance(part("a", n, "").Part)
		if !ok || len(v.Waits) != 1 || n > 0 && v.Waits[0].Due != dawn+record.Instant(n)*1e9 {
			t.Fatalf("message %d waits for %+v", n, v.Waits)
		}
	}
}

// TestASplitLeavesInParts: a hundred at a time, and its end is the end of the last.
func TestASplitLeavesInParts(t *testing.T) {
	const items = 2*engine.MaxHandedOn + 1
	list := expression.Tree{Op: expression.ListOf, Type: types.ListOf(intT)}
	for range items {
		list.Args = append(list.Args, num("7"))
	}
	w := newWorld(t, routed(plan.Step{ID: "split", Kind: plan.Split, Expr: &list, Var: "item", Type: intT}), storyLimits())
	order := map[string]types.Value{"id": "a", "total": int64(1)}
	_, effects, reply := w.do(record.DeliverMessage{Route: "p.in", Channel: "p.intake", Position: 1, Message: "m", Payload: order})
	seen := map[string]bool{}
	for attempt := uint32(1); attempt <= 3; attempt++ {
		hand, is := effects[0].(engine.Hand)
		if want := min(engine.MaxHandedOn, items-len(seen)); !is || len(hand.Parts) != want {
			t.Fatalf("%d parts leave, want %d", len(hand.Parts), want)
		}
		for _, p := range hand.Parts {
			seen[p.Part] = true
		}
		_, effects, _ = w.do(record.AttemptEnded{Instance: reply.Instance, Activation: hand.Activation, Attempt: attempt, Outcome: record.Succeeded})
	}
	if v, _ := w.state.Instance(reply.Instance); v.State != record.Completed || len(seen) != items {
		t.Fatalf("%d of %d left, and it is %s", len(seen), items, v.State)
	}
}

// TestAReceiverLooksSoFarAhead: not further, and what was taken is remembered until
// everything before it was.
func TestAReceiverLooksSoFarAhead(t *testing.T) {
	w := newWorld(t, one(plan.Step{ID: "select", Kind: plan.Select, Select: &plan.SelectStep{On: []plan.OnArm{
		{Channel: "p.intake", Var: "m", Block: plan.Block{Steps: steps(give(of(stringT, "m", "id")))}},
	}}}), storyLimits())
	receivers := w.prog.Receivers()
	if len(receivers) != 1 || receivers[0].Channel != "p.intake" {
		t.Fatalf("%+v", receivers)
	}
	offer := func(position, low uint64) record.OfferMessage {
		return record.OfferMessage{Receiver: receivers[0].Name, Position: position, Low: low, Message: fmt.Sprint(position),
			Payload: map[string]types.Value{"id": fmt.Sprint(position), "total": int64(1)}}
	}
	if _, _, reply := w.do(offer(1, 0)); reply.Matched != 0 {
		t.Fatal("nobody waits")
	}
	w.run("start k1 1")
	if ok, code, _ := w.takes(offer(engine.MaxAhead+1, 0)); ok || code != record.Invalid {
		t.Fatalf("too far ahead: %s", code)
	}
	if _, _, reply := w.do(offer(engine.MaxAhead, 0)); reply.Matched != 1 || reply.Instance != w.inst {
		t.Fatalf("as far as it looks: %+v", reply)
	}
	if _, _, reply := w.do(offer(engine.MaxAhead, 0)); reply.Matched != 1 || !reply.Existing {
		t.Fatalf("the same again: %+v", reply)
	}
	if v, _ := w.state.Instance(w.inst); v.Result != fmt.Sprint(engine.MaxAhead) {
		t.Fatalf("it has taken %v", v.Result)
	}
	w.run("start k2 1")
	w.do(offer(engine.MaxAhead+2, engine.MaxAhead))
	if low, taken := w.state.Received(receivers[0].Name); low != engine.MaxAhead || len(taken) != 1 || taken[0] != engine.MaxAhead+2 {
		t.Fatalf("up to %d, and %v", low, taken)
	}
	w.do(record.OfferMessage{Receiver: receivers[0].Name, Position: engine.MaxAhead + 1, Low: engine.MaxAhead, Passed: true})
	if got := w.state.Position(receivers[0].Name); got != engine.MaxAhead+2 {
		t.Fatalf("the last one is at %d", got)
	}
}
