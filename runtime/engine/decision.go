package engine

import "github.com/cob-lang/cob/compiler/plan"

// decision decides at run time what the compiler could not.
type decision struct{ because map[string]string }

func newDecision(p *plan.Plan, policy string, labels []string, open map[string]bool) (*decision, error) {
	return &decision{}, nil
}

// refuses says why a cloud is not allowed, "" where it is.
func (d *decision) refuses(cloud string) string { return d.because[cloud] }
