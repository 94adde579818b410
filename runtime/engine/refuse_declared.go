package engine

import "github.com/cob-lang/cob/compiler/plan"

// refuseDeclarations notes what a plan declares beside its flows, that would change
// what they do, and that nothing here acts upon. What only a node could keep is
// refused where plans are made ready for one.
func refuseDeclarations(p *plan.Plan, note func(is bool, at plan.Place, what string)) {
	for i := range p.Channels {
		c := &p.Channels[i]
		note(c.Priority != nil, c.At, Priority)
	}
	for _, x := range p.Partners {
		note(len(x.Imports) > 0, x.At, "what runs at a partner")
	}
}
