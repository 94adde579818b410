package deployment

import (
	"errors"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/engine"
)

// unkept finds what a plan declares about the node that runs it, and that no node
// keeps yet. Test blocks run without it.
func unkept(p *plan.Plan) []engine.Unsupported {
	var parts []engine.Unsupported
	note := func(is bool, at plan.Place, what string) {
		if is {
			parts = append(parts, engine.Unsupported{What: what, At: at})
		}
	}
	for _, e := range p.Endpoints {
		for _, b := range e.Bindings {
			note(b.Limit != nil, b.At, "the limit of a binding")
			note(b.Auth != nil, b.At, "the auth of a binding")
		}
	}
	for _, f := range p.Failovers {
		note(f.Hedge != nil, plan.Place(f.Name), "the hedge of a failover")
	}
	for i := range p.Channels {
		c := &p.Channels[i]
		note(c.RetainNs > 0, c.At, "the retain of a channel")
		note(c.Encrypt != plan.Text{}, c.At, "the encrypt of a channel")
	}
	for _, x := range p.SLAs {
		if x.OnBreach != nil {
			note(true, x.OnBreach.Body[0].At, "the on breach of an sla")
		}
	}
	for i := range p.Patterns {
		note(true, p.Patterns[i].At, "pattern")
	}
	for i := range p.Windows {
		note(true, p.Windows[i].At, "window")
	}
	for i := range p.Schedules {
		note(true, p.Schedules[i].At, "schedule")
	}
	for _, t := range p.Tenants {
		note(true, t.At, "tenant")
	}
	for _, x := range p.Partners {
		note(len(x.Imports) == 0, x.At, "partner") // the engine names those that import
	}
	for _, m := range p.Migrations {
		note(true, m.At, "migrate")
	}
	for _, r := range p.Rollouts {
		note(true, r.At, "rollout")
	}
	return parts
}

// runnable refuses a plan with everything in it that would be passed over in
// silence; err is what the engine says about it.
func runnable(p *plan.Plan, err error) error {
	parts := unkept(p)
	var unsupported *engine.UnsupportedError
	switch {
	case errors.As(err, &unsupported):
		parts = append(slices.Clip(unsupported.Parts), parts...)
	case err != nil:
		return err
	}
	if len(parts) == 0 {
		return nil
	}
	return &engine.UnsupportedError{Parts: parts}
}
