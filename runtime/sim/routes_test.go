package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/sim"
)

const routing = `package p

type Line  { order: string, sku: string, qty: int }
type Order { id: string, lines: [Line] }
type Item  { who: string, n: int }
type Job   { id: string, size: int }

channel lost: queue of json
channel orders: queue of Order { dead_letter: lost }
channel lines: queue of Line { dead_letter: lost }
channel totals: queue of { order: string, qty: int }
channel items: queue of Item { dead_letter: lost }
channel ordered: queue of Item
channel calls: queue of Item { dead_letter: lost }
channel paced: queue of Item
channel jobs: queue of Job { dead_letter: lost }
channel done: queue of string
channel heard: queue of string

event Happened { id: string }

route split_orders {
  from orders as order
  split order.lines as line
  dedupe by line.order + "/" + line.sku within 1d
  to lines
}

route total_lines {
  from lines as line
  aggregate by line.order as group until len(group) == 4 within 30s emit { order: group[0].order, qty: sum(group.map(x => x.qty)) } as total
  to totals
}

route in_order {
  from items as item
  resequence by item.n per item.who within 2h
  to ordered
}

route pace {
  from calls as item
  throttle 2/s by item.who
  delay 1s
  sample 100%
  to paced
}

route hear {
  from Happened as h
  to heard(h.id)
}

process Work(name: string, most: int) -> string {
  key: name
  let all = ""
  let n = 0
  while n < most {
    select {
      on jobs as j where j.size < 10 {
        all = all + j.id + " "
        n = n + 1
      }
      after 1s { }
    }
  }
  send done(name)
  return all
}

process Own(id: string) -> int {
  key: id
  wait 3s
  select {
    on jobs as j where j.id == id { return j.size }
  }
}
`

// routingLoad is orders whose lines come twice, items out of order, and messages
// that several instances want.
func routingLoad(program *engine.Program) *sim.Load {
	l := &sim.Load{Programs: []*engine.Program{program}, Behave: func(sim.Ask) sim.Answer { return sim.Answer{} }}
	for i := range 6 {
		id := fmt.Sprint("o", i)
		var lines []any
		for j := range 6 {
			line := map[string]any{"order": id, "sku": fmt.Sprint("s", j), "qty": int64(1)}
			lines = append(lines, line, line)
		}
		l.Messages = append(l.Messages, sim.Message{Channel: "p.orders", ID: id, Payload: map[string]any{"id": id, "lines": lines}})
	}
	for i := range 10 {
		n := int64((i*7)%10 + 1)
		item := map[string]any{"who": "a", "n": n}
		l.Messages = append(l.Messages,
			sim.Message{Channel: "p.items", ID: fmt.Sprint("i", i), Payload: item},
			sim.Message{Channel: "p.calls", ID: fmt.Sprint("c", i), Payload: item},
			sim.Message{Channel: "p.jobs", ID: fmt.Sprint("j", i), Payload: map[string]any{"id": fmt.Sprint("j", i), "size": int64(i)}})
		l.Events = append(l.Events, sim.Event{Type: "p.Happened", ID: fmt.Sprint("e", i), Payload: map[string]any{"id": fmt.Sprint("e", i)}})
	}
	for i := range 5 {
		name := fmt.Sprint("w", i)
		l.Starts = append(l.Starts,
			sim.Start{Process: "p.Work", Key: name, Input: map[string]any{"name": name, "most": int64(2)}},
			sim.Start{Process: "p.Own", Key: fmt.Sprint("j", i), Input: map[string]any{"id": fmt.Sprint("j", i)}})
	}
	l.Judge = judgeRouting
	return l
}

func judgeRouting(s sim.Story) string {
	if n := len(s.Channels["p.lost"]); n > 0 {
		return fmt.Sprintf("%d dead letters, the first: %v", n, s.Channels["p.lost"][0].Payload)
	}
	totals := map[string]int64{}
	for _, m := range s.Channels["p.totals"] {
		total := m.Payload.(map[string]any)
		totals[total["order"].(string)] += total["qty"].(int64)
	}
	for i := range 6 {
		if id := fmt.Sprint("o", i); totals[id] != 6 {
			return fmt.Sprintf("the order %s has %d lines in its groups, want 6", id, totals[id])
		}
	}
	for i, m := range s.Channels["p.ordered"] {
		if n := m.Payload.(map[string]any)["n"].(int64); n != int64(i+1) {
			return fmt.Sprintf("number %d is in place %d", n, i+1)
		}
	}
	for channel, want := range map[string]int{"p.ordered": 10, "p.paced": 10, "p.heard": 10, "p.done": 5} {
		if got := len(s.Channels[channel]); got != want {
			return fmt.Sprintf("%s has %d messages, want %d", channel, got, want)
		}
	}
	var taken []string
	for i := range 5 {
		all, _ := s.Results[fmt.Sprint("p.Work w", i)].(string)
		taken = append(taken, strings.Fields(all)...)
		if size := s.Results[fmt.Sprint("p.Own j", i)]; size != int64(i) {
			return fmt.Sprintf("the instance j%d has taken %v", i, size)
		}
	}
	slices.Sort(taken)
	if want := "j0 j1 j2 j3 j4 j5 j6 j7 j8 j9"; strings.Join(taken, " ") != want {
		return fmt.Sprintf("taken: %v", taken)
	}
	return ""
}

func routingProgram(t *testing.T) *engine.Program {
	t.Helper()
	r, err := compiler.Compile(fstest.MapFS{"p.cob": {Data: []byte(routing)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("%v %+v", err, r)
	}
	program, err := engine.Link(r.Plan, r.Digest)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// TestRoutesAndReceiversKeepTheirPromisesInEveryStorm: nothing is lost, nothing is done
// twice, what has an order keeps it.
func TestRoutesAndReceiversKeepTheirPromisesInEveryStorm(t *testing.T) {
	load := routingLoad(routingProgram(t))
	total := live(t, number(t, "COB_SIM_FROM", 0, 0), max(1, number(t, "COB_SIM_SEEDS", 1, quickSeeds)/8), func(seed uint64) sim.Options {
		return sim.Options{Seed: seed, Load: load}
	})
	t.Logf("%+v", total)
	if n := total.Ended[record.Faulted] + total.Ended[record.Cancelled]; n > 0 || total.Crashes == 0 {
		t.Errorf("%d instances failed, %d workers crashed", n, total.Crashes)
	}
}
