package policy

import (
	"strings"

	"cel.dev/cel-go/interpreter"
)

// partially makes facts of which some are unknown.
func partially(known Facts, unknown []string) (interpreter.PartialActivation, error) {
	patterns := make([]*interpreter.AttributePattern, len(unknown))
	for i, path := range unknown {
		names := strings.Split(path, ".")
		patterns[i] = interpreter.NewAttributePattern(names[0])
		for _, field := range names[1:] {
			patterns[i].QualString(field)
		}
	}
	if known == nil {
		known = Facts{}
	}
	return interpreter.NewPartialActivation(known, patterns...)
}

// Reach is what one rule's condition says over a set of facts: how often it
// holds, does not hold, needs unknown facts, or has no answer.
type Reach struct{ Holds, HoldsNot, Undecided, NoAnswer int }

// Always says that the condition holds for all facts: a deny that always holds
// forbids the point altogether.
func (r Reach) Always() bool { return r.Holds > 0 && r.HoldsNot+r.Undecided+r.NoAnswer == 0 }

// Never says that the condition holds for none: the rule can go.
func (r Reach) Never() bool { return r.HoldsNot > 0 && r.Holds+r.Undecided+r.NoAnswer == 0 }

// Survey asks every rule about every one of the given facts (all clouds with all
// sets of labels, say), and gives one Reach per rule. Names in unknown are as
// for Residual.
func (p *Program) Survey(all []Facts, unknown []string) []Reach {
	reach := make([]Reach, len(p.rules))
	for _, known := range all {
		facts, err := partially(known, unknown)
		for i := range p.rules {
			said := failed
			if err == nil {
				said, _ = p.rules[i].ask(facts)
			}
			switch said {
			case yes:
				reach[i].Holds++
			case no:
				reach[i].HoldsNot++
			case unsure:
				reach[i].Undecided++
			case failed:
				reach[i].NoAnswer++
			}
		}
	}
	return reach
}
