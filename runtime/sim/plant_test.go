package sim_test

import (
	"testing"

	"github.com/cob-lang/cob/runtime/sim"
)

// within is how many seeds it may take to find each planted bug. A simulation
// that finds nothing here proves nothing elsewhere.
const within = 400

func TestEveryPlantedBugIsFound(t *testing.T) {
	for _, bug := range sim.Bugs() {
		t.Run(string(bug), func(t *testing.T) {
			for seed := range uint64(within) {
				if r := sim.Run(sim.Options{Seed: seed, Plant: bug}); r.Failure != nil {
					t.Logf("found by seed %d: %s: %.200s", seed, r.Failure.Promise, r.Failure.Detail)
					if len(r.Trace) == 0 {
						t.Error("a failure has no trace")
					}
					return
				}
			}
			t.Errorf("%d seeds do not find it", within)
		})
	}
}

func TestTheSameSeedIsTheSameRun(t *testing.T) {
	for seed := range uint64(5) {
		one := sim.Run(sim.Options{Seed: seed, Trace: true})
		two := sim.Run(sim.Options{Seed: seed, Trace: true})
		if len(one.Trace) != len(two.Trace) {
			t.Fatalf("seed %d: %d lines and %d lines", seed, len(one.Trace), len(two.Trace))
		}
		for i := range one.Trace {
			if one.Trace[i] != two.Trace[i] {
				t.Fatalf("seed %d: line %d differs:\n%s\n%s", seed, i, one.Trace[i], two.Trace[i])
			}
		}
	}
}
