package placement_test

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/placement"
	"pgregory.net/rapid"
)

type view map[string]placement.Health

func (v view) Of(_, cloud string) placement.Health { return v[cloud] }

// The payments of the small program: virginia is cheapest, paris next.
var bindings = []plan.Binding{
	{Cloud: "paris", CostPerCall: "0.002 EUR", Availability: "0.995", Latency: plan.Quantile{Ratio: "0.99", WithinNs: 120e6}},
	{Cloud: "finland", CostPerCall: "0.010 EUR", Availability: "0.9995", Latency: plan.Quantile{Ratio: "0.99", WithinNs: 300e6}},
	{Cloud: "virginia", CostPerCall: "0.001 EUR", Availability: "0.9999", Latency: plan.Quantile{Ratio: "0.99", WithinNs: 400e6}},
	{Cloud: "silent"},
}

func candidates(t interface{ Fatal(...any) }, list []plan.Binding) []placement.Candidate {
	var out []placement.Candidate
	for _, b := range list {
		c, err := placement.FromBinding(b)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

func clouds(list []placement.Ordered) string {
	var out []string
	for _, o := range list {
		out = append(out, o.Cloud)
	}
	return strings.Join(out, " ")
}

func TestChoose(t *testing.T) {
	sick := placement.Health{Status: placement.Unhealthy}
	for _, c := range []struct {
		prefer plan.Preference
		health view
		want   string
		why    string // of the first
	}{
		{plan.Cheapest, nil, "virginia paris finland silent", "cheapest of virginia, paris, finland, silent"},
		{plan.Fastest, nil, "paris finland virginia silent", "fastest of paris, finland, virginia, silent"},
		{plan.MostAvailable, nil, "virginia finland paris silent", "most available of virginia, finland, paris, silent"},
		{plan.Listed, nil, "paris finland virginia silent", "first listed of paris, finland, virginia, silent"},
		{plan.Cheapest, view{"virginia": sick}, "paris finland silent virginia", "cheapest of paris, finland, silent; 1 unhealthy"},
		{plan.Cheapest, view{"virginia": sick, "paris": sick}, "finland silent virginia paris", "cheapest of finland, silent; 2 unhealthy"},
		{plan.Listed, view{"virginia": sick, "paris": sick, "finland": sick, "silent": sick}, "paris finland virginia silent", "first listed of paris, finland, virginia, silent; all are unhealthy"},
		{plan.Fastest, view{"virginia": {P95Ns: 1e6}}, "virginia paris finland silent", "fastest of virginia, paris, finland, silent"},
		{plan.Fastest, view{"paris": {P95Ns: 1e9}}, "finland virginia paris silent", "fastest of finland, virginia, paris, silent"},
		{plan.Cheapest, view{"paris": {P95Ns: 1}}, "virginia paris finland silent", "cheapest of virginia, paris, finland, silent"},
	} {
		got := placement.Choose("p.payments", candidates(t, bindings), c.prefer, c.health, placement.Lot{})
		if clouds(got) != c.want || got[0].Why != c.why {
			t.Errorf("%s with %v: %s (%s), want %s (%s)", c.prefer, c.health, clouds(got), got[0].Why, c.want, c.why)
		}
	}
}

func TestMoneyOfTwoCurrenciesHasNoOrder(t *testing.T) {
	list := candidates(t, []plan.Binding{{Cloud: "a", CostPerCall: "9 EUR"}, {Cloud: "b", CostPerCall: "1 USD"}})
	if got := clouds(placement.Choose("p.x", list, plan.Cheapest, nil, placement.Lot{})); got != "a b" {
		t.Errorf("%s, want the author's order", got)
	}
}

func TestPromisesThatAreNoNumbers(t *testing.T) {
	for _, b := range []plan.Binding{{Cloud: "a", CostPerCall: "cheap"}, {Cloud: "a", Availability: "often"}} {
		if _, err := placement.FromBinding(b); err == nil {
			t.Errorf("%+v was believed", b)
		}
	}
}

// Whatever is known of health, every candidate stands once in the order, and no
// unhealthy one before one that is not, and none that is shut before one that is open.
func TestNobodyIsDropped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		health := view{}
		for _, b := range bindings {
			health[b.Cloud] = placement.Health{Status: placement.Status(rapid.IntRange(0, 2).Draw(t, "status")), P95Ns: rapid.Int64Range(0, 1e9).Draw(t, "latency"), Shut: rapid.Bool().Draw(t, "shut"), Trial: rapid.Bool().Draw(t, "trial")}
		}
		prefer := rapid.SampledFrom([]plan.Preference{plan.Cheapest, plan.Fastest, plan.MostAvailable, plan.Listed, plan.Weighted, plan.Sticky}).Draw(t, "prefer")
		got := placement.NewOrder("p.payments", candidates(t, bindings), prefer).Choose(health, placement.Lot{})
		seen, worst := map[string]bool{}, 0
		for _, o := range got {
			class, h := 0, health[o.Cloud]
			if h.Status == placement.Unhealthy && !h.Trial {
				class = 1
				if h.Shut {
					class = 2
				}
			}
			if seen[o.Cloud] || class < worst || o.Why == "" {
				t.Fatalf("%v under %v", got, health)
			}
			seen[o.Cloud], worst = true, class
		}
		if len(seen) != len(bindings) {
			t.Fatalf("%v", got)
		}
	})
}

func BenchmarkChoose(b *testing.B) {
	order := placement.NewOrder("p.payments", candidates(b, bindings), plan.Cheapest)
	health := view{"paris": {Status: placement.Healthy}}
	b.ReportAllocs()
	for b.Loop() {
		order.Choose(health, placement.Lot{})
	}
}
