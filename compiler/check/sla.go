package check

import (
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

func (c *checker) sla(d *syntax.SLADecl) plan.SLA {
	s := plan.SLA{Name: c.qualified(d.Name.Text)}
	b := c.settings("an sla", slaSettings, d.Body.Settings, d.Name.At)
	for _, cl := range d.Body.Clauses {
		if on, ok := cl.(*syntax.OnClause); ok && on.What.Text != "breach" {
			c.report(diag.Errorf(CodeOn, on.What.At, "an sla has no on %s", on.What.Text).WithHelp("it has on breach { ... }"))
		}
	}
	if v, ok := b.get("completion"); ok {
		s.Completion = plan.Quantile{Ratio: v[0][0].text, WithinNs: int64(v[0][1].low)}
	}
	if v, ok := b.get("availability"); ok {
		s.Availability, s.WindowNs = v[0][0].text, int64(v[0][1].low)
	}
	if v, ok := b.first("cost"); ok {
		s.CostAtMost = v.text
	}
	if v, ok := b.first("rpo"); ok {
		ns := int64(v.low)
		s.RPONs = &ns
	}
	if v, ok := b.first("rto"); ok {
		s.RTONs = int64(v.low)
	}
	return s
}

// promises says whether the sla of that qualified name promises completion.
func (c *checker) promises(sla string) bool { return c.Promise(sla) > 0 }

// Promise is the time within which the sla of that qualified name promises
// completion, 0 where it promises none.
func (p *Program) Promise(sla string) time.Duration {
	for _, x := range p.everywhere() {
		for i := range x.SLAs {
			if x.SLAs[i].Name == sla {
				return time.Duration(x.SLAs[i].Completion.WithinNs)
			}
		}
	}
	return 0
}
