package engine_test

import (
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// The plans that the stories run, built by hand, so that these tests depend on
// no compiler.

type tree = expression.Tree

var (
	boolT, intT, stringT, jsonT = types.Of(types.Bool), types.Of(types.Int), types.Of(types.String), types.Of(types.JSON)
)

func num(text string) tree { return tree{Op: expression.Literal, Type: intT, Text: text} }
func str(text string) tree { return tree{Op: expression.Literal, Type: stringT, Text: text} }
func yes(text string) tree { return tree{Op: expression.Literal, Type: boolT, Text: text} }
func ref(name string, t types.Type) tree {
	return tree{Op: expression.Var, Type: t, Name: name}
}

// of reads a path: of(intT, "order", "total"). Everything before the last is a
// record.
func of(t types.Type, path ...string) tree {
	if len(path) == 1 {
		return ref(path[0], t)
	}
	inner := of(fieldsOf(path[len(path)-1], t), path[:len(path)-1]...)
	return tree{Op: expression.Field, Type: t, Name: path[len(path)-1], Args: []tree{inner}}
}

func fieldsOf(name string, t types.Type) types.Type {
	return types.RecordOf(types.Field{Name: name, Type: t})
}

func op(o expression.Op, t types.Type, args ...tree) tree { return tree{Op: o, Type: t, Args: args} }

func rec(t types.Type, pairs ...any) tree {
	out := tree{Op: expression.RecordOf, Type: t}
	for i := 0; i < len(pairs); i += 2 {
		out.Keys = append(out.Keys, pairs[i].(string))
		out.Args = append(out.Args, pairs[i+1].(tree))
	}
	return out
}

func list(elem types.Type, items ...tree) tree {
	return tree{Op: expression.ListOf, Type: types.ListOf(elem), Args: items}
}

func let(name string, t types.Type, e tree) plan.Step {
	return plan.Step{ID: name, Kind: plan.Let, Var: name, Type: t, Expr: &e}
}

func give(e tree) plan.Step { return plan.Step{ID: "return", Kind: plan.Return, Expr: &e} }

func failing(fault string, e tree) plan.Step {
	return plan.Step{ID: "fail", Kind: plan.Fail, Type: types.Ref("p." + fault), Expr: &e}
}

func when(id string, cond tree, blocks ...[]plan.Step) plan.Step {
	return plan.Step{ID: id, Kind: plan.If, Expr: &cond, Blocks: blocksFrom(blocks...)}
}

func blocksFrom(bodies ...[]plan.Step) []plan.Block {
	var out []plan.Block
	for _, b := range bodies {
		out = append(out, plan.Block{Steps: b})
	}
	return out
}

func steps(s ...plan.Step) []plan.Step { return s }

// ask is a call of endpoint.operation; the answer goes to the variable name.
func ask(name, target string, args ...tree) plan.Step {
	endpoint, operation, _ := strings.Cut(target, ".")
	c := &plan.CallStep{Endpoint: "p." + endpoint, Operation: operation, Args: args, Failover: "p.continuity"}
	clouds := []string{"paris"}
	if endpoint == "payments" || endpoint == "catalog" {
		clouds = []string{"paris", "finland", "virginia"}
	}
	for _, cloud := range clouds {
		verdict := plan.Allow
		if cloud == "virginia" {
			verdict = plan.Deny
		}
		c.Candidates = append(c.Candidates, plan.Candidate{Cloud: cloud, Verdict: verdict})
	}
	id := name
	if id == "" {
		id = target
	}
	return plan.Step{ID: id, Kind: plan.Call, Var: name, Type: jsonT, Call: c}
}

// undo adds a compensation that reads some variables.
func undo(s plan.Step, body []plan.Step, reads ...string) plan.Step {
	for i := range body {
		if body[i].Call != nil && s.Call != nil && body[i].Call.Endpoint == s.Call.Endpoint {
			body[i].Call.SameCloudAs = s.ID
		}
	}
	s.Compensate = &plan.Block{Steps: body, Reads: reads}
	return s
}

func catching(s plan.Step, fault, name string, body ...plan.Step) plan.Step {
	s.Call.Catch = append(s.Call.Catch, plan.Catch{Fault: fault, Var: name, Block: plan.Block{Steps: body}})
	return s
}

func operation(name string, idempotent bool, key *tree, params ...types.Field) plan.Operation {
	return plan.Operation{Name: name, Params: params, Result: jsonT, Idempotent: idempotent, Key: key, TimeoutNs: 2e9}
}

func param(name string, t types.Type) types.Field { return types.Field{Name: name, Type: t} }

// base is a plan with the endpoints, faults and channels that all stories use.
func base() *plan.Plan {
	order := ref("order", stringT)
	bind := func(cloud, cost string) plan.Binding { return plan.Binding{Cloud: cloud, CostPerCall: cost} }
	return &plan.Plan{
		Roles:  []plan.Role{{Name: "p.manager", Groups: managers}},
		Format: plan.Format, Package: "p", Clouds: []plan.Cloud{{Name: "paris"}, {Name: "finland"}, {Name: "virginia"}},
		Types: []types.Definition{
			{Name: "p.Declined", Kind: types.FaultDefinition, Fields: []types.Field{param("reason", stringT)}},
			{Name: "p.Late", Kind: types.FaultDefinition, Fields: []types.Field{param("order", stringT)}},
			{Name: "p.Shipped", Kind: types.EventDefinition, Fields: []types.Field{param("order", stringT), param("carrier", stringT)}},
		},
		Endpoints: []plan.Endpoint{
			{Name: "p.catalog", Operations: []plan.Operation{operation("get", true, nil, param("sku", stringT))}, Bindings: []plan.Binding{bind("paris", ""), bind("finland", ""), bind("virginia", "")}},
			{Name: "p.payments", Operations: []plan.Operation{
				operation("charge", false, &order, param("order", stringT), param("amount", intT)),
				operation("refund", true, nil, param("id", stringT)),
				operation("ping", false, nil),
			}, Bindings: []plan.Binding{bind("paris", "0.002 EUR"), bind("finland", "0.010 EUR"), bind("virginia", "0.001 EUR")}},
			{Name: "p.warehouse", Operations: []plan.Operation{
				operation("hold", false, nil, param("order", stringT)), operation("release", true, nil, param("id", stringT)),
			}, Bindings: []plan.Binding{bind("paris", "")}},
		},
		Failovers: []plan.Failover{{Name: "p.continuity", Prefer: plan.Cheapest, Tries: 3, EachNs: 2e9, BackoffMinNs: 100e6, BackoffMaxNs: 1e9}},
		Channels: []plan.Channel{
			{Name: "p.intake", Kind: "queue", Type: orderT, DeadLetter: "p.rejected"},
			{Name: "p.rejected", Kind: "queue", Type: jsonT},
		},
	}
}

var orderT = types.RecordOf(param("id", stringT), param("total", intT))

func process(name string, result types.Type, body ...plan.Step) plan.Process {
	return plan.Process{Name: "p." + name, Params: []types.Field{param("order", orderT)}, Result: result, Flow: plan.Flow{Body: body}}
}

func id() tree    { return of(stringT, "order", "id") }
func total() tree { return of(intT, "order", "total") }

func one(body ...plan.Step) *plan.Plan {
	p := base()
	p.Processes = []plan.Process{process("P", jsonT, body...)}
	return p
}

func reason(text string) tree { return rec(types.Ref("p.Declined"), "reason", str(text)) }

func parallel(need int, keep bool, branches ...[]plan.Step) plan.Step {
	return plan.Step{ID: "parallel", Kind: plan.Parallel, Blocks: blocksFrom(branches...), Join: &plan.Join{Need: need, Keep: keep}}
}

func pause(id string, ns int64) plan.Step {
	return plan.Step{ID: id, Kind: plan.Wait, Wait: &plan.WaitStep{DelayNs: ns}}
}

func hold() plan.Step {
	return undo(ask("held", "warehouse.hold", id()), steps(ask("", "warehouse.release", of(stringT, "held", "id"))), "held")
}

func charge() plan.Step {
	return undo(ask("charge", "payments.charge", id(), total()), steps(ask("", "payments.refund", of(stringT, "charge", "id"))), "charge")
}

func shipped() plan.Step {
	late := failing("Late", rec(types.Ref("p.Late"), "order", id()))
	right := id()
	return plan.Step{ID: "select", Kind: plan.Select, Select: &plan.SelectStep{
		On: []plan.OnArm{{Event: "p.Shipped", Var: "s", Path: []string{"order"}, Equals: &right, ByKey: true,
			Block: plan.Block{Steps: steps(give(of(stringT, "s", "carrier")))}}},
		After: []plan.AfterArm{{DelayNs: 7 * 24 * 3600e9, Block: plan.Block{Steps: steps(late)}}},
	}}
}

func approve() plan.Step {
	return plan.Step{ID: "decision", Kind: plan.Task, Var: "decision", Type: jsonT, Task: &plan.TaskStep{
		Name: "approve", Role: "p.manager", Args: []expression.Tree{ref("order", orderT)}, Shows: []string{"order"}, DueNs: 2 * 24 * 3600e9, Else: &plan.Block{Steps: steps(failing("Declined", reason("nobody decided in time")))},
	}}
}

func route(body ...plan.Step) *plan.Plan {
	p := base()
	p.Processes = []plan.Process{process("P", jsonT, give(num("1")))}
	key := id()
	p.Processes[0].Key = &key
	p.Routes = []plan.Route{{Name: "p.in", From: "p.intake", Var: "order", Flow: plan.Flow{Body: body}}}
	return p
}

func starting() plan.Step {
	return plan.Step{ID: "start", Kind: plan.Start, Start: &plan.StartStep{Process: "p.P", Args: []tree{ref("order", orderT)}}}
}

func sending(channel string, e tree) plan.Step {
	return plan.Step{ID: "send", Kind: plan.Send, Expr: &e, Send: &plan.SendStep{Channel: "p." + channel}}
}

func filtering() plan.Step {
	cond := op(expression.Gt, boolT, total(), num("0"))
	return plan.Step{ID: "filter", Kind: plan.Filter, Expr: &cond}
}

func endless() plan.Step {
	cond := yes("true")
	return plan.Step{ID: "while", Kind: plan.While, Expr: &cond, Blocks: blocksFrom(nil)}
}

func counting(n string) []plan.Step {
	cond := op(expression.Lt, boolT, ref("i", intT), num(n))
	return steps(let("i", intT, num("0")), plan.Step{ID: "while", Kind: plan.While, Expr: &cond,
		Blocks: blocksFrom(steps(let("i", intT, op(expression.Add, intT, ref("i", intT), num("1")))))})
}

func each(items tree, body ...plan.Step) plan.Step {
	return plan.Step{ID: "for", Kind: plan.For, Var: "n", Expr: &items, Blocks: blocksFrom(body)}
}

func matching() plan.Step {
	small, big := op(expression.Lt, boolT, total(), num("10")), op(expression.Lt, boolT, total(), num("100"))
	return plan.Step{ID: "match", Kind: plan.Match, Arms: []*tree{&small, &big, nil},
		Blocks: blocksFrom(steps(give(str("small"))), steps(give(str("big"))), steps(give(str("huge"))))}
}

func whereOnly() plan.Step {
	cond := op(expression.Eq, boolT, of(stringT, "s", "carrier"), str("dhl"))
	return plan.Step{ID: "select", Kind: plan.Select, Select: &plan.SelectStep{On: []plan.OnArm{
		{Event: "p.Shipped", Var: "s", Where: &cond, Block: plan.Block{Steps: steps(give(of(stringT, "s", "order")))}},
	}}}
}

func untilNoon() plan.Step {
	at := tree{Op: expression.Literal, Type: types.Of(types.Timestamp), Text: "2026-11-21T12:00:00Z"}
	return plan.Step{ID: "wait", Kind: plan.Wait, Wait: &plan.WaitStep{Until: &at}}
}

// managers are the groups of who does the tasks of tests.
var managers = []string{"managers"}

var plans = map[string]func() *plan.Plan{
	"order": func() *plan.Plan {
		big := op(expression.Gt, boolT, total(), num("1000"))
		refused := op(expression.Not, boolT, of(boolT, "decision", "approved"))
		return one(hold(), when("if", big, steps(approve(), when("if#2", refused, steps(failing("Declined", reason("the manager said no")))))), charge(), shipped())
	},
	"five": func() *plan.Plan {
		add := op(expression.Add, intT, ref("a", intT), num("1"))
		return one(let("a", intT, total()), let("b", intT, add), let("c", intT, add), let("d", intT, add), let("e", intT, add), give(ref("e", intT)))
	},
	"call":   func() *plan.Plan { return one(ask("product", "catalog.get", id()), give(ref("product", jsonT))) },
	"ping":   func() *plan.Plan { return one(ask("pong", "payments.ping"), give(ref("pong", jsonT))) },
	"charge": func() *plan.Plan { return one(charge(), give(ref("charge", jsonT))) },
	"wait":   func() *plan.Plan { return one(pause("wait", 5e9), untilNoon(), give(str("done"))) },
	"while":  func() *plan.Plan { return one(append(counting("3"), give(ref("i", intT)))...) },
	"for": func() *plan.Plan {
		return one(each(list(intT, num("1"), num("2")), pause("wait", 1e9)), each(list(intT), pause("wait#2", 1e9)), give(ref("n", intT)))
	},
	"match":    func() *plan.Plan { return one(matching()) },
	"where":    func() *plan.Plan { return one(whereOnly()) },
	"endless":  func() *plan.Plan { return one(endless()) },
	"overflow": func() *plan.Plan { return one(let("a", intT, op(expression.Div, intT, num("1"), total()))) },
	"catch": func() *plan.Plan {
		c := catching(ask("charge", "payments.charge", id(), total()), "p.Declined", "f", give(of(stringT, "f", "reason")))
		return one(catching(c, "std.Unavailable", "u", give(str("later"))), give(str("charged")))
	},
	"all": func() *plan.Plan {
		return one(parallel(0, false, steps(ask("a", "catalog.get", id())), steps(pause("wait", 1e9))), give(str("both")))
	},
	"any": func() *plan.Plan {
		return one(parallel(1, false, steps(hold()), steps(charge()), steps(pause("wait", 1e9))), pause("wait#2", 60e9), give(str("first")))
	},
	"keep": func() *plan.Plan {
		return one(parallel(1, true, steps(pause("short", 1e9)), steps(pause("long", 9e9))), give(str("kept")))
	},
	"escape": func() *plan.Plan {
		return one(parallel(0, false, steps(charge()), steps(pause("wait", 1e9), give(str("out")))))
	},
	"send": func() *plan.Plan {
		return one(sending("rejected", ref("order", orderT)), starting(), give(str("sent")))
	},
	"route": func() *plan.Plan {
		return route(filtering(), starting())
	},
	"failing_route": func() *plan.Plan { return route(hold(), failing("Declined", reason("never mind"))) },
	"saga": func() *plan.Plan {
		return one(hold(), charge(), failing("Declined", reason("changed my mind")))
	},
}
