package sim_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/sim"
)

func amount(t *testing.T, text string) types.Amount {
	t.Helper()
	a, err := types.ParseAmount(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// exampleLoad is the orders example as its author wrote it: some orders by hand,
// some through the channel, some for a manager, some that never ship.
func exampleLoad(t *testing.T, program *engine.Program) *sim.Load {
	t.Helper()
	price, large := amount(t, "20.00 EUR"), amount(t, "2000.00 EUR")
	l := &sim.Load{Programs: []*engine.Program{program}}
	for n := range 12 {
		id := fmt.Sprintf("o-%d", n)
		order := map[string]any{
			"id": id, "total": price,
			"customer": map[string]any{"id": "c-1", "name": "Ada", "email": "ada@example.org"},
			"lines":    []any{map[string]any{"sku": "p-1", "qty": int64(1), "price": price}},
		}
		if n%5 == 0 {
			order["total"] = large
		}
		if n%3 == 0 {
			l.Messages = append(l.Messages, sim.Message{Channel: "orders.intake", ID: "m-" + id, Payload: order})
		} else {
			l.Starts = append(l.Starts, sim.Start{Process: "orders.Fulfil", Key: id, Input: map[string]any{"order": order}, Cancelled: n == 4})
		}
		if n%4 != 1 {
			l.Events = append(l.Events, sim.Event{Type: "orders.Shipped", ID: "s-" + id, Payload: map[string]any{"order": id, "carrier": "post"},
				Instance: record.InstanceID("orders.Fulfil", id)})
		}
	}
	l.Answer = func(task engine.Task) (any, bool) {
		return map[string]any{"approved": task.Key != "o-5", "note": "seen"}, true
	}
	l.Behave = func(a sim.Ask) sim.Answer {
		id := a.Operation + "/" + a.Cloud + "/" + a.Key
		undone, _ := a.Args["id"].(string)
		switch {
		case a.Operation == "getProduct":
			return sim.Answer{Value: map[string]any{"sku": a.Args["sku"], "price": price}}
		case a.Operation == "charge" && a.Key == "o-7":
			return sim.Answer{Fault: "orders.Declined", Fields: map[string]any{"reason": "no funds"}}
		case a.Operation == "charge":
			return sim.Answer{Value: map[string]any{"id": id, "amount": a.Args["amount"]}, Unit: id}
		case a.Operation == "hold":
			return sim.Answer{Value: map[string]any{"id": id}, Unit: id}
		}
		return sim.Answer{Undoes: undone}
	}
	return l
}

func TestTheOrdersExampleKeepsItsPromisesInEveryStorm(t *testing.T) {
	r, err := compiler.Compile(os.DirFS("../../examples/orders"), compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("the example does not compile: %v", err)
	}
	program, err := engine.Link(r.Plan, r.Digest)
	if err != nil {
		t.Fatal(err)
	}
	load := exampleLoad(t, program)
	ended := live(t, number(t, "COB_SIM_FROM", 0, 0), max(1, number(t, "COB_SIM_SEEDS", 1, quickSeeds)/8), func(seed uint64) sim.Options {
		return sim.Options{Seed: seed, Load: load}
	}).Ended
	t.Logf("ended: %v", ended)
	for _, state := range []record.State{record.Completed, record.Faulted, record.Cancelled} {
		if ended[state] == 0 {
			t.Errorf("no order ever came to be %s", state)
		}
	}
}

func BenchmarkWorlds(b *testing.B) {
	steps := 0
	for seed := uint64(0); b.Loop(); seed++ {
		steps += sim.Run(sim.Options{Seed: seed % 1000}).Figures.Steps
	}
	b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "steps/s")
}
