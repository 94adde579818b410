package sim_test

import (
	"fmt"
	"testing"

	"github.com/cob-lang/cob/runtime/sim"
)

// leaseSeeds is how many of these worlds every test run lives.
const leaseSeeds = 100

// TestNodesShareShardsInEveryWorld lives COB_SIM_SEEDS worlds from COB_SIM_FROM on, in
// which several nodes share the shards by lease.
func TestNodesShareShardsInEveryWorld(t *testing.T) {
	from, n := number(t, "COB_SIM_FROM", 0, 0), number(t, "COB_SIM_SEEDS", 1, leaseSeeds)
	if testing.Short() {
		n = min(n, leaseSeeds/5)
	}
	var total sim.LeaseFigures
	for seed := from; seed < from+n; seed++ {
		r := sim.RunLeases(seed, "")
		if r.Failure != nil {
			t.Fatalf("seed %d: %s: %s", seed, r.Failure.Promise, r.Failure.Detail)
		}
		f := r.Figures
		total.TakeOvers += f.TakeOvers
		total.Fenced += f.Fenced
		total.Stale += f.Stale
		total.Lapsed += f.Lapsed
		total.Pauses += f.Pauses
		total.Crashes += f.Crashes
		total.Handed += f.Handed
		total.Effects += f.Effects
	}
	t.Logf("%d seeds from %d: %+v", n, from, total)
	if n >= leaseSeeds && (total.Stale == 0 || total.Lapsed == 0 || total.Handed == 0 || total.Pauses == 0 || total.Crashes == 0) {
		t.Errorf("something never happened: %+v", total)
	}
}

func TestEveryPlantedLeaseBugIsFound(t *testing.T) {
	for _, bug := range sim.LeaseBugs() {
		t.Run(string(bug), func(t *testing.T) {
			for seed := range uint64(within) {
				if r := sim.RunLeases(seed, bug); r.Failure != nil {
					t.Logf("found by seed %d: %s: %s", seed, r.Failure.Promise, r.Failure.Detail)
					return
				}
			}
			t.Errorf("%d seeds do not find it", within)
		})
	}
}

func TestTheSameSeedSharesTheSame(t *testing.T) {
	for seed := range uint64(5) {
		if one, two := fmt.Sprint(sim.RunLeases(seed, "")), fmt.Sprint(sim.RunLeases(seed, "")); one != two {
			t.Errorf("seed %d: %s and %s", seed, one, two)
		}
	}
}
