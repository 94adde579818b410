package check

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

var rolloutSettings = []Setting{
	{Name: "new", Form: "<ratio 0%..100%> by <expression>", Required: true, Doc: "which share of the new instances runs on this plan, and what decides: equal values go the same way"},
	{Name: "promote", Form: "after <duration 1m..365d> when <expression>", Default: "a person promotes", Doc: "when all new instances run on this plan: after this time, if this holds"},
	{Name: "else", Form: "roll back", Default: "the share stays until a person decides", Doc: "what happens when it does not hold: new instances run on the older plan again"},
}

// declareRollouts reads how the versions of processes replace each other. It comes
// behind the processes, whose parameters it reads.
func (c *checker) declareRollouts() {
	known := map[string]*syntax.RolloutDecl{}
	for _, file := range c.Module.Files {
		for _, x := range file.Decls {
			d, ok := x.(*syntax.RolloutDecl)
			if !ok || d.Broken {
				continue
			}
			s := c.ownProcess(d.Process)
			b := c.settings("a rollout", rolloutSettings, list(d.Settings), d.Process.Span())
			if s == nil {
				continue
			}
			c.rollout(d, s, b)
			if first := known[s.Full]; first != nil {
				c.report(diag.Errorf(CodeRollout, d.Process.Span(), "%s has two rollouts", s.Name).WithNote(first.Process.Span(), "the first one"))
				continue
			}
			known[s.Full] = d
		}
	}
	slices.SortFunc(c.Rollouts, func(a, b plan.Rollout) int { return cmp.Compare(a.Process, b.Process) })
}

func (c *checker) rollout(d *syntax.RolloutDecl, s *resolve.Symbol, b block) {
	out := plan.Rollout{Process: s.Full, At: c.place(d.Process.Span())}
	p := c.heads[s.Full]
	if p == nil {
		return // what is wrong with it has been said
	}
	if v, ok := b.get("new"); ok {
		scope := resolve.NewScope()
		c.enters(scope, p)
		out.Share = v[0][0].text
		e := v[0][1].expr
		if t := c.value(scope, e, none); !t.invalid() && !c.printable(t.Type) {
			c.errorf(CodeMismatch, spanOf(e), "%s has no text form, and cannot decide which way an instance goes", c.show(t.Type))
		} else {
			out.By = t.Tree
		}
	}
	if v, ok := b.get("promote"); ok {
		out.PromoteAfterNs = int64(v[0][0].low)
		scope := resolve.NewScope()
		for _, f := range append(plan.RolloutMeasures(), types.Field{Name: "old", Type: types.RecordOf(plan.RolloutMeasures()...)}) {
			c.declare(scope, &resolve.Variable{Name: f.Name, Type: f.Type, Fixed: "a measure"})
		}
		if t := c.value(scope, v[0][1].expr, types.Of(types.Bool)); !t.invalid() {
			out.Promote = &t.Tree
		}
	}
	if _, ok := b.get("else"); ok {
		out.RollBack = true
		if b.at("promote") == nil {
			c.report(diag.Errorf(CodeSettingMissing, b.span("else"), "the else of the rollout never comes without promote").
				WithHelp("add promote: after 1h when fault_rate < 1%%"))
		}
	}
	c.Rollouts = append(c.Rollouts, out)
}
