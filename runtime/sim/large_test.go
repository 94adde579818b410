package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/sim"
)

const waiting = `package p
event Go { text: string }
process P(id: string) -> string {
  key: id
  select {
    on Go as g { return g.text }
  }
}
`

// TestALargeEventReachesEverybodyInEveryStorm: 30 instances each write 600 kB
// because of one event, which no commit could hold at once. All come to an end,
// whoever dies on the way.
func TestALargeEventReachesEverybodyInEveryStorm(t *testing.T) {
	r, err := compiler.Compile(fstest.MapFS{"p.cob": {Data: []byte(waiting)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("the process does not compile: %v %v", err, r)
	}
	program, err := engine.Link(r.Plan, r.Digest)
	if err != nil {
		t.Fatal(err)
	}
	load := &sim.Load{Programs: []*engine.Program{program}}
	for n := range 30 {
		id := fmt.Sprint("k", n)
		load.Starts = append(load.Starts, sim.Start{Process: "p.P", Key: id, Input: map[string]any{"id": id}})
	}
	load.Events = []sim.Event{{Type: "p.Go", ID: "e", Payload: map[string]any{"text": strings.Repeat("x", 600_000)}}}
	for seed := range uint64(6) {
		r := sim.Run(sim.Options{Seed: seed, Load: load, Shards: 1})
		if r.Failure != nil {
			report(t, r)
			return
		}
		if r.Figures.Instances != 30 {
			t.Fatalf("seed %d: %+v", seed, r.Figures)
		}
	}
}
