package deployment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
)

// decides are the decisions that a node makes.
var decides = []string{"call", "complete", "view"}

// undecided refuses a plan with a rule about a decision that no node asks yet:
// what its author forbids would be done all the same.
func undecided(p *plan.Plan) error {
	for _, policy := range p.Policies {
		for _, rule := range policy.Rules {
			if !slices.Contains(decides, rule.Point) {
				return fmt.Errorf("the plan of %s cannot run here: %s: a rule of %s is about %s, and this node decides about %s alone",
					p.Package, rule.At, policy.Name, rule.Point, strings.Join(decides, ", "))
			}
		}
	}
	return nil
}
