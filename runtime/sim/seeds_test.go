package sim_test

import (
	"errors"
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

// Seeds that once found a bug, and which.
func TestSeedsThatFoundBugs(t *testing.T) {
	for _, c := range []struct {
		seed uint64
		bug  string
	}{
		{19, "an attempt that left again after a take-over was refused, and what its first copy had done was forgotten"},
		{22, "a call cancelled in flight was refused, and what an earlier attempt at that cloud may have done was forgotten"},
		{60, "the same, with another attempt in between"},
		{312, "a refused append put a fenced owner of the in-memory journal behind its rival, and the next append was taken"},
		{1252, "the same, found by an attempt that was made twice"},
	} {
		if r := sim.Run(sim.Options{Seed: c.seed}); r.Failure != nil {
			t.Errorf("again: %s", c.bug)
			report(t, r)
		}
	}
}

func TestOptionsHaveBounds(t *testing.T) {
	for _, c := range []struct {
		options sim.Options
		field   string
	}{
		{sim.Options{Shards: sim.MaxShards}, ""},
		{sim.Options{Shards: sim.MaxShards + 1}, "Shards"},
		{sim.Options{Shards: -1}, "Shards"},
		{sim.Options{Workers: sim.MaxWorkers}, ""},
		{sim.Options{Workers: sim.MaxWorkers + 1}, "Workers"},
		{sim.Options{Load: &sim.Load{Starts: make([]sim.Start, sim.MaxOrders+1)}}, "Load.Starts"},
	} {
		err := c.options.Validate()
		var bound *sim.OptionError
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%+v: %v", c.options, err)
		case c.field != "" && (!errors.As(err, &bound) || bound.Field != c.field):
			t.Errorf("%+v: %v, want a bound of %s", c.options, err, c.field)
		}
	}
}

// A calm world shows that the load itself is sound: every order is fulfilled or
// fails for its own reasons, at the first attempt.
func TestACalmWorldHasNoDoubts(t *testing.T) {
	for seed := range uint64(20) {
		r := sim.Run(sim.Options{Seed: seed, Storm: -1})
		if r.Failure != nil {
			report(t, r)
			return
		}
		if f := r.Figures; f.Unknown != 0 || f.Crashes != 0 || f.TakeOvers != 3 || f.Instances == 0 {
			t.Errorf("seed %d: %+v", seed, f)
		}
	}
}
