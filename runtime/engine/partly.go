package engine

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
)

// LinkPartly makes a plan quick to run although this engine cannot run all of it,
// for whoever tells apart what is reached from what is only there, as tests do. What
// it cannot run IsAbsent. A flow that comes to such a step has an incident
// there that says so, and goes no further; a route that reads no channel never
// begins. Errors: *LinkError, joined where there are several.
func LinkPartly(p *plan.Plan, digest string) (*Program, error) {
	return link(p, digest, unsupported(p))
}

// IsAbsent says whether something that is declared at a place cannot be run.
func (p *Program) IsAbsent(what string, at plan.Place) bool {
	return slices.Contains(p.absent, Unsupported{what, at})
}

// Absent says why a step of a process or a route cannot be run, "" where it can or
// where there is no such step.
func (p *Program) Absent(name string, index uint32) string {
	if f := p.flows[name]; f != nil && int(index) < len(f.steps) {
		return f.steps[index].absent
	}
	return ""
}

// absentIn is what of a step this engine cannot run, "" where it can run it.
func absentIn(s *plan.Step) string {
	what := ""
	refuseStep(s, func(is bool, _ plan.Place, name string) {
		if is && what == "" {
			what = name
		}
	})
	return what
}

// runnable is the beginning of a route's body, up to the first step that this engine
// cannot run: what follows reads what that step would have bound.
func (p *Program) runnable(body []plan.Step) []plan.Step {
	if len(p.absent) == 0 {
		return body
	}
	for i := range body {
		if absentIn(&body[i]) != "" {
			return body[:i+1]
		}
	}
	return body
}
