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

// wide is a process with a loop over order.id, a list, whose rounds run at once.
func wide(body ...plan.Step) *plan.Plan {
	items := of(types.ListOf(intT), "order", "id")
	return one(let("sum", intT, num("0")), rounds(items, plan.Join{}, nil, append(body, let("sum", intT, plus(ref("sum", intT), ref("n", intT))))...), give(ref("sum", intT)))
}

func fan(n int) map[string]types.Value {
	items := make([]types.Value, n)
	for i := range items {
		items[i] = int64(1)
	}
	return map[string]types.Value{"order": map[string]types.Value{"id": items, "total": int64(1)}}
}

// TestAFanOutOfTenThousand: a loop of 10,000 rounds with a call each needs no more
// places than an instance has, comes to its end, and takes as many events per round
// as one of 100.
func TestAFanOutOfTenThousand(t *testing.T) {
	perRound := map[int]int{}
	for _, n := range []int{100, 10_000} {
		w := newWorld(t, wide(ask("got", "catalog.get", str("p-1"))), engine.DefaultLimits())
		w.careful = false
		w.inst = record.InstanceID("p.P", "k1")
		_, effects, _ := w.do(record.StartInstance{Process: "p.P", Key: "k1", Input: fan(n)})
		most := 0
		for len(effects) > 0 {
			most = max(most, len(effects))
			target := effects[0].Of()
			_, more, _ := w.do(record.AttemptEnded{Instance: target.Instance, Activation: target.Activation, Attempt: target.Attempt, Outcome: record.Succeeded, Value: int64(1)})
			effects = append(effects[1:], more...)
			w.out.Reset()
		}
		if d, _ := w.state.Instance(w.inst); d.State != record.Completed || d.Result != int64(n) {
			t.Fatalf("%d rounds: %s with %v, incident %q", n, d.State, d.Result, w.incident())
		}
		if want := min(n, engine.DefaultLimits().Activations/8); most > want+1 {
			t.Errorf("%d rounds: %d calls at a time, want about %d", n, most, want)
		}
		perRound[n] = len(w.journal) * 10 / n
	}
	if perRound[10_000] > perRound[100] {
		t.Errorf("tenths of events per round: %v", perRound)
	}
}

// TestRoundsWithinRounds: loops within each other share the places, and all rounds
// are run.
func TestRoundsWithinRounds(t *testing.T) {
	inner := rounds(numbers("1", "2", "3", "4"), plan.Join{}, nil, pause("wait", 1e9), let("sum", intT, plus(ref("sum", intT), num("1"))))
	inner.ID, inner.Var = "inner", "m"
	w := newWorld(t, wide(inner), engine.DefaultLimits())
	w.careful = false
	w.inst = record.InstanceID("p.P", "k1")
	w.do(record.StartInstance{Process: "p.P", Key: "k1", Input: fan(1000)})
	for w.incident() == "" && w.state.Counts().Instances > 0 {
		w.tick(w.now + 1e9)
	}
	if d, _ := w.state.Instance(w.inst); d.Result != int64(5000) {
		t.Fatalf("%v, incident %q", d.Result, w.incident())
	}
}

// TestRoundsThatFindNoRoom: what has no room is an incident at the loop, and goes on
// when there is room.
func TestRoundsThatFindNoRoom(t *testing.T) {
	l := storyLimits()
	l.Activations = 4
	w := newWorld(t, wide(parallel(0, false, steps(pause("a", 1e9)), steps(pause("b", 1e9)))), l)
	w.inst = record.InstanceID("p.P", "k1")
	w.do(record.StartInstance{Process: "p.P", Key: "k1", Input: fan(2)})
	if !strings.Contains(w.incident(), "the limit is 4") {
		t.Fatalf("incident %q", w.incident())
	}
}

// TestAMachineAtItsLimit: as many states as it may enter are entered, and the next
// is an incident that names it.
func TestAMachineAtItsLimit(t *testing.T) {
	for limit := 1; limit < 4; limit++ {
		step := plan.Step{ID: "m", Kind: plan.Machine, Machine: &plan.MachineStep{Limit: limit, States: []plan.State{
			{Name: "a", After: []plan.AfterArm{{DelayNs: 1e9, Block: plan.Block{Steps: steps(going("a"))}}}},
		}}}
		w := newWorld(t, one(step), storyLimits())
		w.run("start k1 1")
		w.tick(w.now + record.Instant(limit-1)*1e9)
		if w.incident() != "" {
			t.Errorf("limit %d: %s after %d states", limit, w.incident(), limit)
		}
		w.tick(w.now + 1e9)
		if want := fmt.Sprintf("has entered %d states, its limit", limit); !strings.Contains(w.incident(), want) {
			t.Errorf("limit %d: incident %q", limit, w.incident())
		}
	}
}

// TestAFaultIsWrittenTwice: however many blocks hold a fault back, its fields are
// written when it is raised and when the instance ends.
func TestAFaultIsWrittenTwice(t *testing.T) {
	inner := steps(failing("Late", rec(types.Ref("p.Late"), "order", id())))
	for i := range 10 {
		s := try(inner, []plan.Step{}, taking("p.Declined", ""))
		s.ID = fmt.Sprint("try", i)
		if i%2 == 0 {
			s = scope(fmt.Sprint("scope", i), inner, nil)
		}
		inner = steps(s)
	}
	w := newWorld(t, one(inner...), storyLimits())
	text := strings.Repeat("x", 10_000)
	w.inst = record.InstanceID("p.P", "k1")
	events, _, _ := w.do(record.StartInstance{Process: "p.P", Key: "k1", Input: map[string]types.Value{"order": map[string]types.Value{"id": text, "total": int64(1)}}})
	if d, _ := w.state.Instance(w.inst); d.Fault != "p.Late" || d.Fields["order"] != text {
		t.Fatalf("%s with %.100v", d.State, d.Fields)
	}
	if size := record.Weight(events); size > 3*len(text)+10_000 {
		t.Errorf("%d bytes of events for an input and a fault of %d bytes", size, len(text))
	}
}

// TestAKeptBranchIsBoundAsItStands: a call of a branch that is kept in the very
// command that made it leaves as it would leave again after a restart.
func TestAKeptBranchIsBoundAsItStands(t *testing.T) {
	p := one(parallel(1, true, steps(ask("", "catalog.get", id())), nil))
	p.Processes[0].DeadlineNs = 30e9
	w := newWorld(t, p, storyLimits())
	w.inst = record.InstanceID("p.P", "k1")
	_, effects, _ := w.do(record.StartInstance{Process: "p.P", Key: "k1", Input: fan(1)})
	pending := w.state.Pending()
	if len(effects) != 1 || len(pending) != 1 || fmt.Sprint(engine.Again(effects[0])) != fmt.Sprint(pending[0]) {
		t.Errorf("%v left and %v is pending", effects, pending)
	}
}
