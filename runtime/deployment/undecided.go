package deployment

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
)

// undecided refuses a plan with a rule about a decision that no node asks yet:
// what its author forbids would be done all the same.
func undecided(p *plan.Plan) error {
	for _, policy := range p.Policies {
		for _, rule := range policy.Rules {
			if rule.Point != "call" {
				return fmt.Errorf("the plan of %s cannot run here: %s: a rule of %s is about %s, and this node decides about call alone",
					p.Package, rule.At, policy.Name, rule.Point)
			}
		}
	}
	return nil
}
