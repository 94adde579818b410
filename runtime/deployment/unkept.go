package deployment

import (
	"fmt"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
)

// unkept finds what a plan declares about the node that runs it, and that no node
// keeps yet. Test blocks run without it.
func unkept(p *plan.Plan) []Reason {
	var parts []Reason
	note := func(is bool, at plan.Place, what string, of ...any) {
		if is {
			parts = append(parts, Reason{at, fmt.Sprintf("no node keeps "+what+" yet", of...), notYet})
		}
	}
	for _, e := range p.Endpoints {
		for _, b := range e.Bindings {
			if b.Auth != nil {
				note(true, b.At, "the auth %s of %s on %s", b.Auth.Kind, e.Name, b.Cloud)
			}
		}
	}
	for i := range p.Channels {
		c := &p.Channels[i]
		note(c.RetainNs > 0, c.At, "the retain %s of the channel %s", types.FormatDuration(time.Duration(c.RetainNs)), c.Name)
		note(c.Encrypt != plan.Text{}, c.At, "the encrypt of the channel %s", c.Name)
	}
	for _, x := range p.SLAs {
		if x.OnBreach != nil {
			note(true, x.OnBreach.Body[0].At, "the on breach of the sla %s", x.Name)
		}
	}
	for i := range p.Patterns {
		note(true, p.Patterns[i].At, "the pattern %s", p.Patterns[i].Name)
	}
	for i := range p.Windows {
		note(true, p.Windows[i].At, "the window %s", p.Windows[i].Name)
	}
	for i := range p.Schedules {
		note(true, p.Schedules[i].At, "the schedule %s", p.Schedules[i].Name)
	}
	for _, t := range p.Tenants {
		note(true, t.At, "what is allotted to the tenant %s", t.Name)
	}
	for _, x := range p.Partners {
		note(len(x.Imports) == 0, x.At, "what is exported to the partner %s", x.Name) // the engine names those that import
	}
	return parts
}
