package deployment

import (
	"fmt"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/failover"
)

// unmirrored finds the processes that want a second cloud where there is none.
func unmirrored(p *plan.Plan) (parts []Reason) {
	for i := range p.Processes {
		if d := &p.Processes[i]; d.Replicate != "" {
			parts = append(parts, Reason{d.At, fmt.Sprintf("%s says replicate: %s, and this node has no mirror in another cloud", d.Name, d.Replicate),
				"start the node with --mirror, or leave replicate out"})
		}
	}
	return parts
}

// Promises are what the processes of the plan say of their journals.
func (d *Deployment) Promises() []failover.Promise {
	var all []failover.Promise
	for i := range d.Plan.Processes {
		p := failover.Promise{Replicate: d.Plan.Processes[i].Replicate}
		if sla := d.slas[d.Plan.Processes[i].Name]; sla != nil && sla.RPONs != nil {
			rpo := time.Duration(*sla.RPONs)
			p.RPO = &rpo
		}
		all = append(all, p)
	}
	return all
}
