package engine_test

import (
	"maps"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// The plans of the stories about what instances say to others and hear from them.

func init() {
	maps.Copy(plans, map[string]func() *plan.Plan{
		"settings":    settings,
		"else":        func() *plan.Plan { return one(pause("wait", 1e9), orElse(), give(str("nothing there"))) },
		"else_fails":  func() *plan.Plan { return one(pause("wait", 1e9), orElseFailing()) },
		"transient":   func() *plan.Plan { return one(pause("wait", 1e9), transient()) },
		"publish":     func() *plan.Plan { return one(publishing(), give(str("told"))) },
		"catch_every": func() *plan.Plan { return one(catching(hold(), "", "", give(str("whatever it was")))) },
	})
}

// settings is a call that says itself what its operation and failover say
// otherwise.
func settings() *plan.Plan {
	key := op(expression.Concat, stringT, str("own-"), id())
	s := catching(ask("charge", "payments.charge", id(), total()), "", "", give(str("given up")))
	s.Call.TimeoutNs, s.Call.Retry, s.Call.Key = 700e6, &plan.Retry{Tries: 2, BackoffMinNs: 50e6}, &key
	s.Compensate = &plan.Block{Reads: []string{"charge"}, Steps: steps(ask("", "payments.refund", of(stringT, "charge", "id")))}
	s.Compensate.Steps[0].Call.SameCloudAs = "charge"
	return one(s, give(str("charged")))
}

func orElse() plan.Step {
	s := whereOnly()
	s.Select.Else = &plan.Block{Steps: steps(let("n", intT, num("1")))}
	return s
}

// orElseFailing has a condition that cannot be asked of every event.
func orElseFailing() plan.Step {
	s := orElse()
	cond := op(expression.Eq, boolT, op(expression.Div, intT, num("1"), op(expression.Sub, intT, total(), num("1"))), num("1"))
	s.Select.On[0].Where = &cond
	return s
}

func transient() plan.Step {
	s := whereOnly()
	s.Select.On[0].Transient = true
	s.Select.After = []plan.AfterArm{
		{DelayNs: 9e9, Block: plan.Block{Steps: steps(give(str("never")))}},
		{DelayNs: 5e9, Block: plan.Block{Steps: steps(give(str("the shorter one")))}},
	}
	return s
}

func publishing() plan.Step {
	e := rec(types.Ref("p.Shipped"), "order", id(), "carrier", str("dhl"))
	return plan.Step{ID: "publish", Kind: plan.Publish, Type: types.Ref("p.Shipped"), Expr: &e}
}
