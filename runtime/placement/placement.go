package placement

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
)

// Status is what is known of an endpoint in a cloud.
type Status uint8

// The states of health.
const (
	Unknown   Status = iota // nothing was heard of it yet
	Healthy                 // it answered lately
	Unhealthy               // it failed too often lately
)

func (s Status) String() string {
	return [...]string{"unknown", "healthy", "unhealthy"}[s]
}

// Health is what is known of one endpoint in one cloud.
type Health struct {
	Status Status
	// Back says that an Unhealthy one answers again, though not for long enough to
	// be preferred: what can only be asked there may be asked.
	Back bool
	// Shut says that its breaker is open: a call would be turned away here.
	Shut bool
	// Trial says that an Unhealthy one takes a few calls as if it were not, to find
	// out whether it is.
	Trial bool
	// P95Ns is the time in which 95% of the latest calls answered; 0 where too few
	// were measured.
	P95Ns int64
	// Of is how many of the latest calls count, 0 where they are too few, and Failed
	// how many of those failed.
	Of, Failed uint32
	// Why says in plain words why Status is what it is.
	Why string
}

// View is a picture of health that does not change while it is looked at.
type View interface {
	// Of is the health of the endpoint (qualified) in the cloud.
	Of(endpoint, cloud string) Health
}

// AllUnknown is the View of somebody who has heard nothing.
type AllUnknown struct{}

// Of says that nothing is known.
func (AllUnknown) Of(string, string) Health { return Health{} }

// Candidate is a cloud where the endpoint can legally be had, with what its
// owner promises there.
type Candidate struct {
	Cloud string
	// Cost of one call; Priced says that there is one.
	Cost   types.Amount
	Priced bool
	// LatencyNs is the promised time of a call; 0 where nothing is promised.
	LatencyNs int64
	// Availability is a ratio, 0 where nothing is promised.
	Availability types.Exact
	// Weight is its share under plan.Weighted and plan.Sticky.
	Weight int64

	latency   plan.Quantile // as promised
	available string        // the same
}

// FromBinding reads the promises of a binding. Errors: a price or an
// availability that is no number.
func FromBinding(b plan.Binding) (Candidate, error) {
	c := Candidate{Cloud: b.Cloud, LatencyNs: b.Latency.WithinNs, Weight: 1, latency: b.Latency, available: b.Availability}
	if b.Weight != nil {
		c.Weight = *b.Weight
	}
	var err error
	if b.CostPerCall != "" {
		if c.Cost, err = types.ParseAmount(b.CostPerCall); err != nil {
			return c, fmt.Errorf("%s: the cost of a call in %s: %w", b.At, b.Cloud, err)
		}
		c.Priced = true
	}
	if b.Availability != "" {
		if c.Availability, err = types.ParseExact(b.Availability); err != nil {
			return c, fmt.Errorf("%s: the availability in %s: %w", b.At, b.Cloud, err)
		}
	}
	return c, nil
}

// Ordered is a candidate in its place.
type Ordered struct {
	Cloud string
	// Why says why it stands here: "cheapest of paris, finland".
	Why string
}

// Order is the order of an endpoint's candidates under one preference. What does
// not depend on health is worked out once. It is never changed after it was made.
type Order struct {
	endpoint   string
	prefer     plan.Preference
	candidates []Candidate // best first by promises
	healthy    []Ordered   // the answer where nothing is unhealthy; nil where lots are drawn
}

// NewOrder prepares the order of the candidates of an endpoint (qualified).
func NewOrder(endpoint string, candidates []Candidate, prefer plan.Preference) *Order {
	o := &Order{endpoint: endpoint, prefer: prefer, candidates: slices.Clone(candidates)}
	slices.SortStableFunc(o.candidates, func(a, b Candidate) int { return compare(a, b, prefer) })
	if len(o.candidates) < 2 || !drawn(prefer) {
		o.healthy = o.explain(o.candidates, len(o.candidates))
	}
	return o
}

// Choose orders candidates at once, for callers that ask only once.
func Choose(endpoint string, candidates []Candidate, prefer plan.Preference, health View, lot Lot) []Ordered {
	return NewOrder(endpoint, candidates, prefer).Choose(health, lot)
}

// Choose is the order under the given health, best first. It must not be
// changed. It holds every candidate.
func (o *Order) Choose(health View, lot Lot) []Ordered {
	if o.healthy != nil && (len(o.candidates) < 2 || health == nil || !o.concerned(health)) {
		return o.healthy
	}
	all, up := o.reorder(health, lot)
	return o.explain(all, up)
}

// concerned says whether the health of a candidate could change the order.
func (o *Order) concerned(health View) bool {
	for i := range o.candidates {
		h := health.Of(o.endpoint, o.candidates[i].Cloud)
		if h.Status == Unhealthy || o.prefer == plan.Fastest && h.P95Ns > 0 || o.prefer == plan.MostAvailable && h.Of > 0 {
			return true
		}
	}
	return false
}

// reorder puts what is measured over what is promised, and behind all others what
// is unhealthy; first up candidates are not.
func (o *Order) reorder(health View, lot Lot) (all []Candidate, up int) {
	all = slices.Clone(o.candidates)
	if health != nil {
		for i := range all {
			all[i].measured(health.Of(o.endpoint, all[i].Cloud))
		}
	}
	if drawn(o.prefer) {
		lot.draw(o.endpoint, all, o.prefer)
	} else {
		slices.SortStableFunc(all, func(a, b Candidate) int { return compare(a, b, o.prefer) })
	}
	if health == nil {
		return all, len(all)
	}
	class := func(c Candidate) int {
		switch h := health.Of(o.endpoint, c.Cloud); {
		case h.Status != Unhealthy || h.Trial:
			return 0
		case h.Shut:
			return 2
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b Candidate) int { return class(a) - class(b) })
	for up < len(all) && class(all[up]) == 0 {
		up++
	}
	return all, up
}

// measured takes what real calls say for what is promised: times as they are, and
// the availability where it is lower.
func (c *Candidate) measured(h Health) {
	if h.P95Ns > 0 {
		c.LatencyNs = h.P95Ns
	}
	if h.Of == 0 {
		return
	}
	got, err := types.ExactInt(int64(h.Of - h.Failed)).Div(types.ExactInt(int64(h.Of)))
	if err == nil && (c.Availability.Sign() == 0 || got.Cmp(c.Availability) < 0) {
		c.Availability = got
	}
}

// explain gives the reasons; the first up of the candidates are not unhealthy.
func (o *Order) explain(all []Candidate, up int) []Ordered {
	out := make([]Ordered, len(all))
	for i := range all {
		why := o.reason(all, i, up)
		if i >= up {
			why = "unhealthy, so after all others"
			if up == 0 {
				why = o.reason(all, i, len(all)) + "; all are unhealthy"
			}
		}
		out[i] = Ordered{Cloud: all[i].Cloud, Why: why}
	}
	return out
}

// words say what the first of an order is.
var words = map[plan.Preference]string{
	plan.Cheapest: "cheapest", plan.Fastest: "fastest", plan.MostAvailable: "most available",
	plan.Weighted: "drawn by weight", plan.Sticky: "drawn for the key",
}

func (o *Order) reason(all []Candidate, i, up int) string {
	if len(all) == 1 {
		return "the only one"
	}
	if i == 0 {
		word := words[o.prefer]
		if word == "" {
			word = "first listed"
		}
		names := make([]string, 0, up)
		for _, c := range all[:up] {
			names = append(names, c.Cloud)
		}
		why := word + " of " + strings.Join(names, ", ")
		if down := len(all) - up; down > 0 && up > 0 {
			why += "; " + strconv.Itoa(down) + " unhealthy"
		}
		return why
	}
	return "choice " + strconv.Itoa(i+1)
}

// compare orders by promises: what promises nothing comes after what does. Money
// of two currencies has no order, so the author's order stays.
func compare(a, b Candidate, prefer plan.Preference) int {
	switch prefer {
	case plan.Cheapest:
		if a.Priced && b.Priced {
			if c, err := a.Cost.Cmp(b.Cost); err == nil {
				return c
			}
			return 0
		}
		return known(a.Priced, b.Priced)
	case plan.Fastest:
		if a.LatencyNs > 0 && b.LatencyNs > 0 {
			switch {
			case a.LatencyNs < b.LatencyNs:
				return -1
			case a.LatencyNs > b.LatencyNs:
				return 1
			}
			return 0
		}
		return known(a.LatencyNs > 0, b.LatencyNs > 0)
	case plan.MostAvailable:
		return b.Availability.Cmp(a.Availability)
	}
	return 0
}

func known(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}
