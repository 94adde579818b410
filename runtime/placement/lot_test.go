package placement_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/placement"
	"pgregory.net/rapid"
)

func weighted(t interface{ Fatal(...any) }, weights ...int64) []placement.Candidate {
	list := make([]plan.Binding, len(weights))
	for i := range weights {
		list[i] = plan.Binding{Cloud: string(rune('a' + i)), Weight: &weights[i]}
	}
	return candidates(t, list)
}

// Lots depend on nothing but their parts, so the shares are the same in every run.
func TestCallsAreDrawnByWeight(t *testing.T) {
	const draws = 20000
	order := placement.NewOrder("p.x", weighted(t, 5, 0, 3, 2), plan.Weighted)
	first := map[string]int{}
	for i := range draws {
		got := order.Choose(nil, placement.Lot{Instance: fmt.Sprint("instance", i/4), Call: uint32(i % 4)})
		first[got[0].Cloud]++
		if got[3].Cloud != "b" || got[0].Why != "drawn by weight of "+strings.ReplaceAll(clouds(got), " ", ", ") {
			t.Fatalf("%v", got)
		}
	}
	for cloud, share := range map[string]float64{"a": 0.5, "c": 0.3, "d": 0.2} {
		if got := float64(first[cloud]) / draws; math.Abs(got-share) > 0.01 {
			t.Errorf("%s was drawn for %.3f of the calls; want %.3f", cloud, got, share)
		}
	}
}

// Who is kept together stays together: one order for a key, whoever calls; and
// where a cloud goes down, or a binding is taken away, only its keys move.
func TestKeysStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := weighted(t, 1, 2, 3, 4)
		order := placement.NewOrder("p.x", all, plan.Sticky)
		key := rapid.String().Draw(t, "key")
		lot := placement.Lot{Instance: "i1", Call: 1, Key: key}
		before := order.Choose(nil, lot)
		other := order.Choose(placement.AllUnknown{}, placement.Lot{Instance: "i2", Call: 7, Key: key})
		if clouds(before) != clouds(other) || !strings.HasPrefix(before[0].Why, "drawn for the key of ") {
			t.Fatalf("%v for one call, %v for another of the same key", before, other)
		}
		gone := rapid.IntRange(0, len(all)-1).Draw(t, "gone")
		want := strings.ReplaceAll(clouds(before)+" ", all[gone].Cloud+" ", "")
		down := order.Choose(view{all[gone].Cloud: {Status: placement.Unhealthy}}, lot)
		if clouds(down) != want+all[gone].Cloud {
			t.Fatalf("%s before, %s with %s down", clouds(before), clouds(down), all[gone].Cloud)
		}
		rest := append(all[:gone:gone], all[gone+1:]...)
		if got := clouds(placement.Choose("p.x", rest, plan.Sticky, nil, lot)); got+" " != want {
			t.Fatalf("%s before, %s without %s", clouds(before), got, all[gone].Cloud)
		}
	})
}

func TestExplain(t *testing.T) {
	lost := placement.Health{Status: placement.Unhealthy, Why: "3 failures within 10s; the last: connection refused"}
	shut, trial := lost, lost
	shut.Shut, trial.Trial = true, true
	for _, c := range []struct {
		prefer plan.Preference
		health view
		want   string
	}{
		{plan.Cheapest, nil, "virginia: 0.001 EUR per call | paris: 0.002 EUR per call | finland: 0.010 EUR per call | silent: no price is known"},
		{plan.Cheapest, view{"virginia": lost}, "paris: 0.002 EUR per call | finland: 0.010 EUR per call | silent: no price is known | " +
			"virginia: 0.001 EUR per call; unhealthy: 3 failures within 10s; the last: connection refused"},
		{plan.Cheapest, view{"virginia": shut, "silent": lost}, "paris: 0.002 EUR per call | finland: 0.010 EUR per call | " +
			"silent: no price is known; unhealthy: 3 failures within 10s; the last: connection refused | " +
			"virginia: 0.001 EUR per call; breaker open: 3 failures within 10s; the last: connection refused"},
		{plan.Cheapest, view{"virginia": trial}, "virginia: 0.001 EUR per call; on trial: 3 failures within 10s; the last: connection refused | " +
			"paris: 0.002 EUR per call | finland: 0.010 EUR per call | silent: no price is known"},
		{plan.Fastest, view{"paris": {P95Ns: 350_123_456}}, "finland: 99% within 300ms, promised | paris: 95% within 350.1ms, measured | " +
			"virginia: 99% within 400ms, promised | silent: no time is promised or measured"},
		{plan.MostAvailable, view{"virginia": {Of: 50, Failed: 1}, "silent": {Of: 20}, "finland": {Of: 100}},
			"silent: 0 of the latest 20 calls failed | finland: 99.95% available, promised | paris: 99.5% available, promised | virginia: 1 of the latest 50 calls failed"},
		{plan.Listed, nil, "paris: listed as number 1 | finland: listed as number 2 | virginia: listed as number 3 | silent: listed as number 4"},
		{plan.Weighted, nil, "paris: drawn for 1 in 4 | finland: drawn for 1 in 4 | virginia: drawn for 1 in 4 | silent: drawn for 1 in 4"},
		{plan.Sticky, view{"paris": lost}, "finland: drawn for 1 in 4 of the keys | virginia: drawn for 1 in 4 of the keys | silent: drawn for 1 in 4 of the keys | " +
			"paris: drawn for 1 in 4 of the keys; unhealthy: 3 failures within 10s; the last: connection refused"},
	} {
		var parts []string
		for _, o := range placement.NewOrder("p.payments", candidates(t, bindings), c.prefer).Explain(c.health) {
			parts = append(parts, o.Cloud+": "+o.Why)
		}
		if got := strings.Join(parts, " | "); got != c.want {
			t.Errorf("%s with %v:\n%s\nwant\n%s", c.prefer, c.health, got, c.want)
		}
	}
}
