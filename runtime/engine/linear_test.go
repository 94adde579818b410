package engine_test

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// inTurn is a loop over order.id, a list, whose rounds run one after the other.
func inTurn(body ...plan.Step) plan.Step {
	items := of(types.ListOf(intT), "order", "id")
	return plan.Step{ID: "for", Kind: plan.For, Var: "n", Type: intT, Expr: &items, Blocks: blocksFrom(body)}
}

func atOnce(body ...plan.Step) plan.Step {
	return rounds(of(types.ListOf(intT), "order", "id"), plan.Join{}, nil, body...)
}

// undone is a call whose compensation needs nothing of its own.
func undone() plan.Step {
	return undo(ask("held", "warehouse.hold", str("x")), steps(ask("", "warehouse.release", of(stringT, "held", "id"))), "held")
}

// long are processes whose instances take as many steps as their input has items.
var long = map[string]func(n int) *plan.Plan{
	"rounds in turn":  func(int) *plan.Plan { return one(inTurn(ask("got", "catalog.get", str("p-1"))), give(num("1"))) },
	"rounds at once":  func(int) *plan.Plan { return one(atOnce(ask("got", "catalog.get", str("p-1"))), give(num("1"))) },
	"spawns in turn":  func(int) *plan.Plan { return spawning(inTurn) },
	"spawns at once":  func(int) *plan.Plan { return spawning(atOnce) },
	"sends at once":   func(int) *plan.Plan { return one(atOnce(sending("intake", num("1"))), give(num("1"))) },
	"undone in turn":  func(int) *plan.Plan { return one(inTurn(undone()), failing("Declined", reason("no"))) },
	"undone at once":  func(int) *plan.Plan { return one(atOnce(undone()), failing("Declined", reason("no"))) },
	"steps of a body": func(n int) *plan.Plan { return one(append(calls(n), give(num("1")))...) },
	"waits in turn":   func(int) *plan.Plan { return one(inTurn(pause("wait", 1e9)), give(num("1"))) },
}

func spawning(loop func(...plan.Step) plan.Step) *plan.Plan {
	start := starting()
	start.Start.Process, start.Start.Args = "p.Q", []tree{rec(orderT, "id", str("x"), "total", num("1"))}
	p := one(loop(start), give(num("1")))
	p.Processes = append(p.Processes, process("Q", jsonT, give(num("1"))))
	return p
}

func calls(n int) (body []plan.Step) {
	for i := range n {
		body = append(body, ask(fmt.Sprint("got", i), "catalog.get", str("p-1")))
	}
	return body
}

// work is what an instance came to.
type work struct{ events, bytes, allocs, snapshot int }

// whole lets one instance run from its start to its end: every effect succeeds, every
// timer fires.
func whole(t tester, prog *engine.Program, n int) (w work) {
	s := newState(t, engine.DefaultLimits(), prog)
	s.PackFrom(engine.DefaultAwake)
	now := dawn
	var effects []engine.Effect
	var buf []byte
	do := func(cmd record.Command) record.Reply {
		events, more, reply := s.Decide(cmd, engine.Facts{Now: now})
		w.events += len(events)
		buf = record.AppendEvents(buf[:0], events)
		w.bytes += len(buf)
		effects = append(effects, more...)
		return reply
	}
	do(record.ActivatePlan{Package: "p", Digest: prog.Digest()})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do(record.StartInstance{Process: "p.P", Key: "k1", Input: fan(n)})
	for commands := 0; s.Counts().Instances > 0; commands++ {
		if commands == n/2 {
			w.snapshot = len(s.Snapshot(nil))
		}
		if len(effects) > 0 {
			target := effects[0].Of()
			effects = effects[1:]
			do(record.AttemptEnded{Instance: target.Instance, Activation: target.Activation, Attempt: target.Attempt, Outcome: record.Succeeded, Value: map[string]types.Value{"id": "x"}})
			continue
		}
		next, ok := s.NextDue()
		if !ok {
			d, _ := s.Instance(record.InstanceID("p.P", "k1"))
			t.Fatalf("nothing happens any more: %s, %+v", d.State, d.Waits)
		}
		now = max(now, next)
		for _, due := range s.Due(now, 1000) {
			do(due)
		}
	}
	runtime.ReadMemStats(&after)
	w.allocs = int(after.Mallocs - before.Mallocs)
	return w
}

// TestWorkIsLinearInTheSteps: an instance of 10,000 steps takes four times the events,
// the bytes of the journal and the allocations of one of 2,500.
func TestWorkIsLinearInTheSteps(t *testing.T) {
	const few, many = 2500, 10_000
	for name, make := range long {
		t.Run(name, func(t *testing.T) {
			var got [2]work
			for i, n := range []int{few, many} {
				prog, err := engine.Link(make(n), "digest")
				if err != nil {
					t.Fatal(err)
				}
				got[i] = whole(t, prog, n)
			}
			a, b := got[0], got[1]
			for what, of := range map[string][2]int{
				"events": {a.events, b.events}, "bytes of the journal": {a.bytes, b.bytes},
				"allocations": {a.allocs, b.allocs}, "bytes of a snapshot": {a.snapshot, b.snapshot},
			} {
				if of[0] == 0 || of[1]*10 > of[0]*44 {
					t.Errorf("%s: %d with %d steps, %d with %d", what, of[0], few, of[1], many)
				}
			}
		})
	}
}

// BenchmarkLong is the time per step of long instances; it has to be the same for
// all lengths.
func BenchmarkLong(b *testing.B) {
	for _, name := range slices.Sorted(maps.Keys(long)) {
		for _, n := range []int{2500, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				prog, err := engine.Link(long[name](n), "digest")
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					whole(benchTester{b}, prog, n)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/step")
			})
		}
	}
}
