package deployment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
)

// decides are the decisions that a node makes.
var decides = []string{"call", "complete", "view"}

// undecided finds rules about decisions that no node asks yet: what their author
// forbids would be done all the same.
func undecided(p *plan.Plan) []Reason {
	var parts []Reason
	for _, policy := range p.Policies {
		for _, rule := range policy.Rules {
			if !slices.Contains(decides, rule.Point) {
				parts = append(parts, Reason{rule.At,
					fmt.Sprintf("a rule of %s is about %s, and this node decides about %s alone", policy.Name, rule.Point, strings.Join(decides, ", ")), notYet})
			}
		}
	}
	return parts
}
