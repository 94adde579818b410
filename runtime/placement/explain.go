package placement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
)

// Explain is the order under the given health with a reason for every place, for
// people: what the preference says about the candidate, and what health does. Where
// lots are drawn it is the order of the weights.
func (o *Order) Explain(health View) []Ordered {
	if drawn(o.prefer) {
		byWeight := &Order{endpoint: o.endpoint, prefer: plan.Listed, candidates: slices.Clone(o.candidates)}
		slices.SortStableFunc(byWeight.candidates, func(a, b Candidate) int { return cmp.Compare(b.Weight, a.Weight) })
		all, _ := byWeight.reorder(health, Lot{})
		return o.tell(all, health)
	}
	all, _ := o.reorder(health, Lot{})
	return o.tell(all, health)
}

func (o *Order) tell(all []Candidate, health View) []Ordered {
	out := make([]Ordered, len(all))
	for i := range all {
		var h Health
		if health != nil {
			h = health.Of(o.endpoint, all[i].Cloud)
		}
		parts := []string{o.fact(&all[i], h)}
		switch {
		case h.Status != Unhealthy:
		case h.Trial:
			parts = append(parts, "on trial: "+h.Why)
		case h.Shut:
			parts = append(parts, "breaker open: "+h.Why)
		default:
			parts = append(parts, "unhealthy: "+h.Why)
		}
		out[i] = Ordered{Cloud: all[i].Cloud, Why: strings.Join(parts, "; ")}
	}
	return out
}

// fact is what the preference looks at.
func (o *Order) fact(c *Candidate, h Health) string {
	switch o.prefer {
	case plan.Cheapest:
		if !c.Priced {
			return "no price is known"
		}
		return c.Cost.String() + " per call"
	case plan.Fastest:
		switch {
		case h.P95Ns > 0:
			return "95% within " + short(h.P95Ns) + ", measured"
		case c.LatencyNs > 0:
			return percent(c.latency.Ratio) + " within " + short(c.LatencyNs) + ", promised"
		}
		return "no time is promised or measured"
	case plan.MostAvailable:
		switch {
		case h.Of > 0 && (h.Failed > 0 || c.available == ""):
			return fmt.Sprintf("%d of the latest %d calls failed", h.Failed, h.Of)
		case c.available != "":
			return percent(c.available) + " available, promised"
		}
		return "no availability is promised or measured"
	case plan.Weighted, plan.Sticky:
		sum := int64(0)
		for i := range o.candidates {
			sum += o.candidates[i].Weight
		}
		by := ""
		if o.prefer == plan.Sticky {
			by = " of the keys"
		}
		return fmt.Sprintf("drawn for %d in %d%s", c.Weight, sum, by)
	}
	for i := range o.candidates {
		if o.candidates[i].Cloud == c.Cloud {
			return fmt.Sprintf("listed as number %d", i+1)
		}
	}
	return "listed"
}

func percent(ratio string) string {
	x, err := types.ParseExact(ratio)
	if err != nil {
		return ratio
	}
	if p, err := x.Mul(types.ExactInt(100)); err == nil {
		text := p.String()
		if strings.Contains(text, ".") {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		return text + "%"
	}
	return ratio
}

// short is a time without what nobody reads: three digits or so.
func short(ns int64) string {
	d := time.Duration(ns)
	switch {
	case d >= time.Second:
		d = d.Round(10 * time.Millisecond)
	case d >= time.Millisecond:
		d = d.Round(100 * time.Microsecond)
	}
	return d.String()
}
