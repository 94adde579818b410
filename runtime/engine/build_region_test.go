package engine_test

import (
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// Statements that stand around others, for the stories and the random plans.

func rounds(items tree, join plan.Join, width *tree, body ...plan.Step) plan.Step {
	return plan.Step{ID: "each", Kind: plan.Each, Var: "n", Expr: &items, Each: &plan.EachStep{Width: width}, Join: &join, Blocks: blocksFrom(body)}
}

func numbers(list_ ...string) tree {
	var items []tree
	for _, n := range list_ {
		items = append(items, num(n))
	}
	return list(intT, items...)
}

func race(branches ...[]plan.Step) plan.Step {
	s := plan.Step{ID: "race", Kind: plan.Race, Blocks: blocksFrom(branches...)}
	return namedBlocks(s)
}

func namedBlocks(s plan.Step) plan.Step {
	for i := range s.Blocks {
		s.Blocks[i].Name = string(rune('a' + i))
	}
	return s
}

func try(body []plan.Step, finally []plan.Step, catches ...plan.Catch) plan.Step {
	s := plan.Step{ID: "try", Kind: plan.Try, Blocks: blocksFrom(body), Try: &plan.TryStep{Catch: catches}}
	if finally != nil {
		s.Try.Finally = &plan.Block{Steps: finally}
	}
	return s
}

func taking(fault, name string, body ...plan.Step) plan.Catch {
	return plan.Catch{Fault: fault, Var: name, Block: plan.Block{Steps: body}}
}

func scope(id string, body []plan.Step, set func(*plan.ScopeStep)) plan.Step {
	s := plan.Step{ID: id, Kind: plan.Scope, Blocks: blocksFrom(body), Scope: &plan.ScopeStep{}}
	if set != nil {
		set(s.Scope)
	}
	return s
}

func critical(name string, body ...plan.Step) plan.Step {
	return plan.Step{ID: "critical " + name, Kind: plan.Critical, Name: name, Blocks: blocksFrom(body)}
}

func milestone(name string) plan.Step {
	return plan.Step{ID: "milestone " + name, Kind: plan.Milestone, Name: name}
}

func during(name string, blocks ...[]plan.Step) plan.Step {
	return plan.Step{ID: "during " + name, Kind: plan.During, Name: name, Blocks: blocksFrom(blocks...)}
}

func cancelling(name string) plan.Step {
	return plan.Step{ID: "cancel " + name, Kind: plan.Cancel, Name: name}
}

func ending(e tree) plan.Step { return plan.Step{ID: "end", Kind: plan.End, Expr: &e} }

func going(state string) plan.Step {
	return plan.Step{ID: "goto " + state, Kind: plan.Goto, Name: state}
}

func plus(a, b tree) tree { return op(expression.Add, intT, a, b) }

func noting(name string, n string) plan.Step { return let(name, intT, num(n)) }

func step(id string, s plan.Step) plan.Step {
	s.ID = id
	return s
}

// holdAs and chargeAs are undone calls whose answer goes to a variable of its own.
func holdAs(name string) plan.Step {
	return undo(ask(name, "warehouse.hold", id()), steps(ask("", "warehouse.release", of(stringT, name, "id"))), name)
}

func chargeAs(name string) plan.Step {
	return undo(ask(name, "payments.charge", id(), total()), steps(ask("", "payments.refund", of(stringT, name, "id"))), name)
}

func pingAs(id string) plan.Step { return step(id, ask("", "payments.ping")) }

// of the order's machine: asked, then shipped or asked again, then late.
func dialog() plan.Step {
	right := id()
	return plan.Step{ID: "dialog", Kind: plan.Machine, Machine: &plan.MachineStep{Limit: 4, States: []plan.State{
		{Name: "asked", Enter: plan.Block{Steps: steps(step("mail", ask("", "payments.ping")))},
			On: []plan.OnArm{{Event: "p.Shipped", Var: "s", Path: []string{"order"}, Equals: &right, ByKey: true, Block: plan.Block{Steps: steps(going("done"))}}},
			After: []plan.AfterArm{
				{DelayNs: 3600e9, Block: plan.Block{Steps: steps(noting("late", "1"))}},
				{DelayNs: 7200e9, Block: plan.Block{Steps: steps(step("goto asked", going("asked")))}},
			}},
		{Name: "done", Enter: plan.Block{Steps: steps(noting("answered", "1"))}},
	}}}
}

func init() {
	two := num("2")
	grown := op(expression.Gt, boolT, ref("sum", intT), num("2"))
	late := failing("Late", rec(types.Ref("p.Late"), "order", id()))
	declined := failing("Declined", reason("no"))
	for name, build := range map[string]func() *plan.Plan{
		"each": func() *plan.Plan {
			return one(let("sum", intT, num("0")), rounds(numbers("1", "2", "3"), plan.Join{}, &two, step("wait", pause("wait", 1e9)), let("sum", intT, plus(ref("sum", intT), ref("n", intT)))), give(ref("sum", intT)))
		},
		"each_when": func() *plan.Plan {
			return one(let("sum", intT, num("0")), rounds(numbers("1", "2", "3", "4"), plan.Join{When: &grown}, nil, ask("got", "catalog.get", id()), let("sum", intT, plus(ref("sum", intT), ref("n", intT)))), give(ref("sum", intT)))
		},
		"each_count": func() *plan.Plan {
			return one(rounds(numbers("1", "2", "3"), plan.Join{Count: &two}, nil, holdAs("h")), pause("wait", 60e9), give(num("1")))
		},
		"each_none": func() *plan.Plan {
			none := num("0")
			return one(rounds(numbers("1", "2"), plan.Join{Count: &none, Keep: true}, &two, pause("wait", 5e9)), give(num("1")))
		},
		"each_keep": func() *plan.Plan {
			width := num("1")
			return one(let("sum", intT, num("0")), each(numbers("7", "8"), step("each", plan.Step{Kind: plan.Each, Var: "k", Expr: ptr(numbers("1", "2")), Each: &plan.EachStep{Width: &width}, Join: &plan.Join{Need: 1, Keep: true},
				Blocks: blocksFrom(steps(pause("wait", 1e9), let("sum", intT, plus(ref("sum", intT), ref("k", intT)))))})), give(ref("sum", intT)))
		},
		"each_fails": func() *plan.Plan {
			two := op(expression.Eq, boolT, ref("n", intT), num("2"))
			return one(rounds(numbers("1", "2"), plan.Join{}, nil, holdAs("h"), when("if", two, steps(declined))), give(num("1")))
		},
		"width_of_zero": func() *plan.Plan {
			w := num("0")
			return one(rounds(numbers("1", "2"), plan.Join{}, &w, pause("wait", 1e9)), give(num("1")))
		},
		"try": func() *plan.Plan {
			return one(let("r", intT, num("0")), try(steps(charge(), parallel(0, false, steps(hold()), steps(declined))), steps(pingAs("tell")),
				taking("p.Late", "l", noting("r", "1")), taking("p.Declined", "f", let("why", stringT, of(stringT, "f", "reason")))), pause("wait", 60e9), give(ref("why", stringT)))
		},
		"try_passes": func() *plan.Plan {
			inner := try(steps(hold(), declined), steps(pingAs("first")))
			return one(try(steps(inner), steps(step("second", pause("second", 1e9))), taking("p.Late", "")), give(num("1")))
		},
		"try_every": func() *plan.Plan {
			return one(try(steps(ask("", "catalog.get", id())), nil, taking("", "", noting("r", "7"))), give(ref("r", intT)))
		},
		"try_returns": func() *plan.Plan {
			return one(try(steps(try(steps(give(str("early"))), steps(pingAs("first")))), steps(pingAs("second"))), give(num("1")))
		},
		"finally_is_stuck": func() *plan.Plan {
			return one(try(steps(declined), steps(pingAs("tell"))), give(num("1")))
		},
		"scope": func() *plan.Plan {
			return one(scope("reserve", steps(holdAs("h"), chargeAs("c"), declined), func(s *plan.ScopeStep) {
				s.Catch = []plan.Catch{taking("p.Declined", "f", let("why", stringT, of(stringT, "f", "reason")))}
			}), give(ref("why", stringT)))
		},
		"scope_nested": func() *plan.Plan {
			inner := step("inner", scope("inner", steps(holdAs("h"), declined), nil))
			return one(scope("outer", steps(chargeAs("c"), inner), func(s *plan.ScopeStep) {
				s.Catch = []plan.Catch{taking("", "", noting("r", "1"))}
			}), give(ref("r", intT)))
		},
		"scope_compensates": func() *plan.Plan {
			done := undo(scope("reserve", steps(holdAs("h"), noting("own", "5")), nil), steps(step("undo", ask("", "payments.refund", of(stringT, "h", "id")))), "h")
			open := scope("open", steps(holdAs("g")), nil)
			return one(done, open, pause("wait", 60e9), declined)
		},
		"scope_withdrawn": func() *plan.Plan {
			s := scope("reserve", steps(holdAs("h"), pause("wait", 3600e9)), func(s *plan.ScopeStep) { s.OnCancel = &plan.Block{Steps: steps(pingAs("tell"))} })
			return one(parallel(1, false, steps(s), steps(pause("short", 1e9))), give(num("1")))
		},
		"scope_within": func() *plan.Plan {
			s := scope("reserve", steps(holdAs("h"), chargeAs("c")), func(s *plan.ScopeStep) {
				s.WithinNs, s.OnCancel, s.Late = 3600e9, &plan.Block{Steps: steps(pingAs("tell"))}, &plan.Block{Steps: steps(noting("r", "9"))}
			})
			return one(s, give(num("1")))
		},
		"scope_late_fails": func() *plan.Plan {
			s := scope("reserve", steps(holdAs("h"), pause("wait", 7200e9)), func(s *plan.ScopeStep) { s.WithinNs, s.Late = 3600e9, &plan.Block{Steps: steps(late)} })
			return one(chargeAs("c"), s, give(num("1")))
		},
		"race": func() *plan.Plan {
			return one(let("r", jsonT, num("0")), race(steps(step("one", ask("r", "catalog.get", id()))), steps(step("two", ask("r", "warehouse.hold", id())))), give(ref("r", jsonT)))
		},
		"race_fails": func() *plan.Plan {
			return one(race(steps(charge(), declined), steps(pause("wait", 1e9), late)), give(num("1")))
		},
		"cancel": func() *plan.Plan {
			p := namedBlocks(parallel(0, false, steps(scope("reserve", steps(holdAs("h"), pause("wait", 3600e9)), nil), noting("r", "3")), steps(pause("short", 1e9), cancelling("reserve"))))
			return one(p, give(ref("r", intT)))
		},
		"cancel_nothing": func() *plan.Plan {
			return one(step("s", scope("s", steps(noting("r", "1")), nil)), cancelling("s"), give(ref("r", intT)))
		},
		"cancel_branch": func() *plan.Plan {
			p := namedBlocks(parallel(0, false, steps(charge(), pause("wait", 3600e9)), steps(pause("short", 1e9), cancelling("parallel/a"))))
			return one(p, pause("after", 1e9), give(num("1")))
		},
		"cancel_itself": func() *plan.Plan {
			return one(step("s", scope("s", steps(cancelling("s")), nil)), holdAs("h"), cancelling(""))
		},
		"end": func() *plan.Plan {
			return one(hold(), parallel(0, false, steps(charge()), steps(pause("short", 1e9), try(steps(ending(str("ended"))), steps(pingAs("tell"))))), give(num("1")))
		},
		"machine":      func() *plan.Plan { return one(dialog(), give(ref("answered", intT))) },
		"machine_left": func() *plan.Plan { return one(dialog(), give(num("1"))) },
		"critical": func() *plan.Plan {
			return one(parallel(0, false, steps(critical("account", pause("first", 2e9))), steps(step("critical account#2", critical("account", pause("second", 2e9)))), steps(pause("third", 1e9), cancelling("critical account"))), give(num("1")))
		},
		"during": func() *plan.Plan {
			change := during("open", steps(holdAs("h"), pause("long", 3600e9)), steps(noting("missed", "1")))
			return one(parallel(0, false, steps(pause("before", 1e9), when("if", yes("true"), steps(milestone("open"), pause("while", 2e9))), noting("over", "1")), steps(change), steps(pause("late", 9e9), step("during#2", during("open", steps(), steps(noting("missed2", "1")))))), give(ref("missed2", intT)))
		},
		"interleave": func() *plan.Plan {
			s := namedBlocks(plan.Step{ID: "interleave", Kind: plan.Interleave, Blocks: blocksFrom(steps(pause("one", 1e9)), steps(pause("two", 1e9)), steps(pause("three", 1e9)))})
			s.Blocks[0].After = []string{"c"}
			return one(s, give(num("1")))
		},
		"deadline": func() *plan.Plan {
			p := one(holdAs("h"), pause("wait", 7200e9), give(num("1")))
			p.Processes[0].DeadlineNs, p.Processes[0].OnCancel = 3600e9, &plan.Block{Steps: steps(pingAs("tell"))}
			return p
		},
	} {
		plans[name] = build
	}
}

func ptr(t tree) *tree { return &t }
