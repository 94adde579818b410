package lower

import (
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/syntax"
)

// breaches gives slas what they do when they are broken; from is the way to their
// package where it was imported.
func breaches(p *check.Program, list []plan.SLA, from string) []plan.SLA {
	list = slices.Clone(list)
	for i := range list {
		for _, b := range p.Breaches {
			if b.SLA != list[i].Name || len(b.Body.Stmts) == 0 {
				continue
			}
			f := &flow{Program: p.Within(b.Facts), from: from, names: map[string]int{}, regions: map[syntax.Node]string{}}
			list[i].OnBreach = &plan.Flow{Body: f.steps(b.Body.Stmts)}
			f.settle()
		}
	}
	return list
}

// StepIDs are the ids of all steps of a process, in the order of the text. The
// program has no errors.
func StepIDs(p *check.Program, x *check.Process) []string {
	var ids []string
	plan.Walk(process(p, x, "").Flow.Body, func(s *plan.Step) { ids = append(ids, s.ID) })
	return ids
}

// elsewhere are the processes and channels that run at a partner: their contracts
// are all that the plan has of them.
func elsewhere(root *check.Program) map[string]bool {
	out := map[string]bool{}
	for i := range root.Partners {
		for _, s := range root.Partners[i].Imports {
			out[s.Name] = true
		}
	}
	return out
}

// runsElsewhere says whether a symbol is one of them.
func (r *reached) runsElsewhere(s *resolve.Symbol) bool {
	return (s.Kind == resolve.Process || s.Kind == resolve.Channel) && r.away[s.Full]
}
