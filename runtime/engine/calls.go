package engine

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/placement"
)

// Placed is where the calls of an operation may go, and from which processes and
// routes: calls that are placed alike are one.
type Placed struct {
	Endpoint  string // qualified
	Operation string
	Failover  string   // qualified, "" for the default
	Callers   []string // qualified processes and routes
	Order     *placement.Order
	// Never are the clouds where the policy forbids it, with the reason.
	Never []placement.Ordered
}

// Placements are those of all calls of the plan, by endpoint and operation, then in
// the order of the plan.
func (p *Program) Placements() []Placed {
	var out []Placed
	add := func(flow string) {
		f := p.flows[flow]
		if f == nil {
			return
		}
		for i := range f.steps {
			if c := f.steps[i].call; c != nil && c.order != nil {
				out = c.placed(out, flow, f.steps[i].plan.Call.Failover)
			}
		}
	}
	for i := range p.plan.Processes {
		add(p.plan.Processes[i].Name)
	}
	for i := range p.plan.Routes {
		add(p.plan.Routes[i].Name)
	}
	slices.SortStableFunc(out, func(a, b Placed) int {
		return cmp.Or(cmp.Compare(a.Endpoint, b.Endpoint), cmp.Compare(a.Operation, b.Operation))
	})
	return out
}

func (c *call) placed(list []Placed, flow, failover string) []Placed {
	i := slices.IndexFunc(list, func(p Placed) bool {
		return p.Endpoint == c.endpoint.Name && p.Operation == c.operation.Name && p.Failover == failover && slices.Equal(p.Never, c.never)
	})
	if i < 0 {
		return append(list, Placed{Endpoint: c.endpoint.Name, Operation: c.operation.Name, Failover: failover,
			Callers: []string{flow}, Order: c.order, Never: c.never})
	}
	if !slices.Contains(list[i].Callers, flow) {
		list[i].Callers = append(list[i].Callers, flow)
	}
	return list
}

// forbidden is a cloud that the policy of a call rules out.
func (p *Program) forbidden(c *plan.CallStep, cand plan.Candidate) placement.Ordered {
	why := "the policy " + p.short(c.Policy) + " denies it"
	if cand.Because != "" {
		why += ": " + cand.Because
	}
	return placement.Ordered{Cloud: cand.Cloud, Why: why}
}
