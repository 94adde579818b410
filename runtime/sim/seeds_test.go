package sim_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/cob-lang/cob/runtime/sim"
)

func report(t *testing.T, r sim.Result) {
	t.Helper()
	const shown = 400
	lines := r.Trace
	if len(lines) > shown && os.Getenv("COB_SIM_TRACE") == "" {
		t.Logf("the last %d of %d lines; all with COB_SIM_TRACE=1", shown, len(lines))
		lines = lines[len(lines)-shown:]
	}
	t.Logf("%s", strings.Join(lines, "\n"))
	t.Error(r.Failure)
}

// seeds is how many seeds to run: COB_SIM_SEEDS, or what is quick.
func seeds(t *testing.T, quick int) int {
	t.Helper()
	text := os.Getenv("COB_SIM_SEEDS")
	if text == "" {
		return quick
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("COB_SIM_SEEDS is %q: want a count from 1", text)
	}
	return n
}

func TestEveryPromiseHoldsInEveryWorld(t *testing.T) {
	var total sim.Figures
	n := seeds(t, 300)
	for seed := range uint64(n) {
		r := sim.Run(sim.Options{Seed: seed})
		if r.Failure != nil {
			report(t, r)
			return
		}
		total.Steps += r.Figures.Steps
		total.Virtual += r.Figures.Virtual
		total.Commits += r.Figures.Commits
		total.Crashes += r.Figures.Crashes
		total.TakeOvers += r.Figures.TakeOvers
		total.Ambiguous += r.Figures.Ambiguous
		total.Instances += r.Figures.Instances
		total.Effects += r.Figures.Effects
		total.Unknown += r.Figures.Unknown
		total.Settlements += r.Figures.Settlements
		total.Snapshots += r.Figures.Snapshots
		total.Incidents += r.Figures.Incidents
	}
	t.Logf("%d seeds: %+v", n, total)
}

// TestOneSeed runs the seed of COB_SIM_SEED with its trace; without it, seed 1.
func TestOneSeed(t *testing.T) {
	seed := uint64(1)
	if text := os.Getenv("COB_SIM_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("COB_SIM_SEED is %q: want a number", text)
		}
	}
	r := sim.Run(sim.Options{Seed: seed, Trace: true})
	if r.Failure != nil {
		report(t, r)
		return
	}
	if len(r.Trace) == 0 {
		t.Error("a run leaves a trace where one is wanted")
	}
}
