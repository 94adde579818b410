package engine

import "github.com/cob-lang/cob/compiler/plan"

// refuseDeclarations notes what a plan declares beside its flows and that nothing
// here acts upon.
func refuseDeclarations(p *plan.Plan, note func(is bool, at plan.Place, what string)) {
	for _, e := range p.Endpoints {
		for _, b := range e.Bindings {
			note(b.Limit != nil, b.At, "the limit of a binding")
			note(b.Auth != nil, b.At, "the auth of a binding")
		}
	}
	for i := range p.Channels {
		c := &p.Channels[i]
		note(c.Invalid != "", c.At, "the invalid of a channel")
		note(c.RetainNs > 0, c.At, "the retain of a channel")
		note(c.ExpiresNs > 0, c.At, "the expires of a channel")
		note(c.Priority != nil, c.At, "the priority of a channel")
		note(c.Dedupe != nil, c.At, "the dedupe_by of a channel")
		note(c.Encrypt != plan.Text{}, c.At, "the encrypt of a channel")
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
		note(true, x.At, "partner")
	}
	for _, m := range p.Migrations {
		note(true, m.At, "migrate")
	}
	for _, r := range p.Rollouts {
		note(true, r.At, "rollout")
	}
}
