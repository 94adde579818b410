package sim_test

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
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

// number is what an environment variable says, from least on, or what else.
func number(t *testing.T, name string, least, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n < least {
		t.Fatalf("%s is %q: want a number from %d", name, text, least)
	}
	return n
}

// quickSeeds is how many worlds every test run lives, shortSeeds a short one, which
// is that of the race detector.
const (
	quickSeeds = 500
	shortSeeds = 50
)

// TestEveryPromiseHoldsInEveryWorld lives COB_SIM_SEEDS worlds from COB_SIM_FROM
// on, on all processors.
func TestEveryPromiseHoldsInEveryWorld(t *testing.T) {
	from, n := number(t, "COB_SIM_FROM", 0, 0), number(t, "COB_SIM_SEEDS", 1, quickSeeds)
	if testing.Short() {
		n = min(n, shortSeeds)
	}
	total := live(t, from, n, func(seed uint64) sim.Options { return sim.Options{Seed: seed} })
	t.Logf("%d seeds from %d: %+v", n, from, total)
	if never := total.Never(); n >= quickSeeds && len(never) > 0 {
		t.Errorf("in %d worlds there was not one of %v", n, never)
	}
}

// live lives n worlds from a seed on, several at a time, and adds up what
// happened in them. It reports the lowest seed that broke a promise.
func live(t *testing.T, from, n uint64, options func(seed uint64) sim.Options) sim.Figures {
	t.Helper()
	var (
		lock   sync.Mutex
		next   = from
		broken *sim.Result
		total  sim.Figures
		all    sync.WaitGroup
	)
	// take hands out some neighbouring seeds at a time, which share what they can.
	const portion = 8
	take := func() (lo, hi uint64) {
		lock.Lock()
		defer lock.Unlock()
		if broken != nil {
			return from + n, from + n
		}
		lo = next
		next = min(from+n, (next/portion+1)*portion)
		return lo, next
	}
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for lo, hi := take(); lo < hi; lo, hi = take() {
				for seed := lo; seed < hi; seed++ {
					r := sim.Run(options(seed))
					lock.Lock()
					total.Add(r.Figures)
					if r.Failure != nil && (broken == nil || seed < broken.Seed) {
						broken = &r
					}
					lock.Unlock()
				}
			}
		})
	}
	all.Wait()
	if broken != nil {
		report(t, *broken)
		t.FailNow()
	}
	return total
}

// TestOneSeed runs the seed of COB_SIM_SEED with its trace; without it, seed 1.
func TestOneSeed(t *testing.T) {
	seed := number(t, "COB_SIM_SEED", 0, 1)
	r := sim.Run(sim.Options{Seed: seed, Trace: true})
	if r.Failure != nil {
		report(t, r)
		return
	}
	if len(r.Trace) == 0 {
		t.Error("a run leaves a trace where one is wanted")
	}
}

// Seeds that once found a bug, and which. A seed's world is another one since the
// simulation has more faults, so these are kept as worlds like any other.
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
		{331146, "an instance with an incident met a bug, was cancelled, and what had the incident was never tried again"},
		{32282, "who could not be told of an end was given up, and waited for ever"},
		{42830, "an instance that began again forgot what nobody had undone"},
		{391737, "the same, in what closes an instance"},
		{209753, "an event that came after its time was taken, not remembered, and taken again"},
		{221179, "an event that came to a clock an hour ahead was not remembered, and taken again when the clock was set right"},
		{1006741, "made-up machines answered each other's events for ever"},
		{12744, "an instance that begins again was held to what it did in a scope that it had undone"},
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
