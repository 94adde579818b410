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
		"settings":   settings,
		"else":       func() *plan.Plan { return one(pause("wait", 1e9), orElse(), give(str("nothing there"))) },
		"else_fails": func() *plan.Plan { return one(pause("wait", 1e9), orElseFailing()) },
		"transient":  func() *plan.Plan { return one(pause("wait", 1e9), transient()) },
		"publish":    func() *plan.Plan { return one(publishing(), give(str("told"))) },
		"child":      func() *plan.Plan { return family(calling("c"), give(ref("c", stringT))) },
		"child_caught": func() *plan.Plan {
			s := calling("c")
			s.Await = &plan.AwaitStep{Catch: []plan.Catch{{Fault: "p.Declined", Var: "f", Block: plan.Block{Steps: steps(give(of(stringT, "f", "reason")))}}}}
			return family(s, give(ref("c", stringT)))
		},
		"child_undone": func() *plan.Plan {
			s := undo(calling("c"), steps(sending("rejected", ref("c", stringT))), "c")
			return family(s, pause("wait", 5e9), failing("Declined", reason("too late")))
		},
		"handles": func() *plan.Plan {
			return family(beginning(), starting2(), pause("wait", 1e9), awaiting("held", "h"), awaiting("c", "k"), failing("Declined", reason("undone")))
		},
		"await_twice": func() *plan.Plan {
			return family(beginning(), awaiting("held", "h"), pause("wait", 1e9), named(awaiting("again", "h"), "again"), give(of(stringT, "again", "id")))
		},
		"nobody_awaits": func() *plan.Plan {
			s := when("if", op(expression.Gt, boolT, total(), num("100")), steps(awaiting("held", "h")))
			return family(beginning(), pause("wait", 1e9), s, give(str("left alone")))
		},
		"on_handle": func() *plan.Plan {
			return family(beginning(), onHandle("h", stringT), give(str("never")))
		},
		"branches": func() *plan.Plan {
			return family(parallel(1, false, steps(starting2(), pause("long", 9e9), awaiting("c", "k")), steps(pause("short", 1e9))), give(str("first")))
		},
		"again": func() *plan.Plan {
			more := op(expression.Gt, boolT, total(), num("0"))
			next := rec(orderT, "id", id(), "total", op(expression.Sub, intT, total(), num("1")))
			return one(telling(plan.Progress, total()), hold(), telling(plan.Audit, id()), when("if", more, steps(continuing("P", next))), pause("wait", 1e9), failing("Declined", reason("the last")))
		},
		"other": func() *plan.Plan {
			p := family(charge(), continuing("Q", ref("order", orderT)))
			p.Processes[1].DeadlineNs = 60e9
			return p
		},
		"deadline_child": func() *plan.Plan {
			p := family(calling("c"), give(ref("c", stringT)))
			p.Processes[0].DeadlineNs = 10e9
			return p
		},
		"nudged": func() *plan.Plan {
			s := approve()
			s.Task.DueNs, s.Task.RemindNs, s.Task.EscalateNs, s.Task.EscalateTo = 5*3600e9, 2*3600e9, 3*3600e9, "p.boss"
			return one(s, give(str("done")))
		},
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

// family is a plan with a second process, p.Q, that the first one may call.
func family(body ...plan.Step) *plan.Plan {
	p := one(body...)
	key := id()
	q := process("Q", stringT, ask("held", "warehouse.hold", id()), give(of(stringT, "held", "id")))
	q.Key = &key
	p.Processes = append(p.Processes, q)
	return p
}

func calling(name string) plan.Step {
	return plan.Step{ID: name, Kind: plan.Child, Var: name, Type: stringT, Start: &plan.StartStep{Process: "p.Q", Args: []tree{ref("order", orderT)}}}
}

// beginning begins a call whose handle is h, starting2 a child whose handle is k.
func beginning() plan.Step {
	s := ask("h", "payments.charge", id(), total())
	s.Kind, s.Type = plan.Begin, types.HandleOf(jsonT)
	return s
}

func starting2() plan.Step {
	s := calling("k")
	s.Kind, s.Type = plan.Start, types.HandleOf(stringT)
	return s
}

// awaiting awaits a handle; what is begun with h is undone by a refund.
func awaiting(name, handle string) plan.Step {
	h := ref(handle, types.HandleOf(jsonT))
	s := plan.Step{ID: name, Kind: plan.Await, Var: name, Type: jsonT, Expr: &h, Await: &plan.AwaitStep{}}
	if handle == "h" {
		s.Compensate = &plan.Block{Reads: []string{name}, Steps: steps(ask("", "payments.refund", of(stringT, name, "id")))}
	}
	return s
}

func onHandle(handle string, t types.Type) plan.Step {
	h := ref(handle, types.HandleOf(t))
	return plan.Step{ID: "select", Kind: plan.Select, Select: &plan.SelectStep{
		On:    []plan.OnArm{{Handle: &h, Var: "r", Block: plan.Block{Steps: steps(give(of(stringT, "r", "id")))}}},
		After: []plan.AfterArm{{DelayNs: 5e9, Block: plan.Block{Steps: steps(give(str("too slow")))}}},
	}}
}

func telling(kind plan.Kind, about tree) plan.Step {
	text := op(expression.Concat, stringT, str("about "), about)
	return plan.Step{ID: string(kind), Kind: kind, Expr: &text}
}

func continuing(process string, args ...tree) plan.Step {
	return plan.Step{ID: "continue", Kind: plan.Continue, Start: &plan.StartStep{Process: "p." + process, Args: args}}
}
