package engine

import (
	"fmt"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// linkRefinements makes the conditions ready that processes have for what they take.
func (p *Program) linkRefinements() error {
	checker, err := expression.NewChecker(p.universe, p.plan.Refinements)
	if err != nil {
		return &LinkError{Flow: "a refinement", Reason: err.Error()}
	}
	p.refinements = checker
	return nil
}

// unfit says where the input of a process breaks a refinement, "" where it does not.
// What comes from outside was checked on the way in; what another process passes on
// was made in a flow, where values have no types of their own.
func (p *Program) unfit(process *plan.Process, input map[string]types.Value) string {
	problems := p.refinements.CheckAs(process.Name, input, types.RecordOf(process.Params...))
	if len(problems) == 0 {
		return ""
	}
	parts := make([]string, len(problems))
	for i, x := range problems {
		parts[i] = fmt.Sprintf("%s %s", x.Path, x.Message)
	}
	return strings.Join(parts, "; ")
}
