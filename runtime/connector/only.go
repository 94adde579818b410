package connector

import "github.com/cob-lang/cob/compiler/plan"

// Only is a plan whose endpoints have no bindings but those in some clouds: what is to
// be bound where the others are out of reach. It shares everything else with p.
func Only(p *plan.Plan, in func(cloud string) bool) *plan.Plan {
	part := *p
	part.Endpoints = make([]plan.Endpoint, len(p.Endpoints))
	for i, e := range p.Endpoints {
		var bindings []plan.Binding
		for _, b := range e.Bindings {
			if in(b.Cloud) {
				bindings = append(bindings, b)
			}
		}
		e.Bindings = bindings
		part.Endpoints[i] = e
	}
	return &part
}
