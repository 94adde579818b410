package sim

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// The orders load is the process of a shop: prices are looked up, stock is held,
// a person may have to approve, a card is charged in one of two clouds, and the
// goods are shipped or not.

var (
	lineType     = types.RecordOf(types.Field{Name: "sku", Type: textType}, types.Field{Name: "price", Type: intType})
	orderType    = types.RecordOf(types.Field{Name: "id", Type: textType}, types.Field{Name: "lines", Type: types.ListOf(lineType)}, types.Field{Name: "total", Type: intType})
	productType  = types.RecordOf(types.Field{Name: "price", Type: intType})
	idType       = types.RecordOf(types.Field{Name: "id", Type: textType})
	decisionType = types.RecordOf(types.Field{Name: "approved", Type: boolType})
)

func ordersPlan(version int) *plan.Plan {
	two := []string{"paris", "finland"}
	reason := []types.Field{{Name: "reason", Type: textType}}
	return &plan.Plan{
		Roles:   []plan.Role{{Name: "shop.manager", Groups: []string{"managers"}}},
		Package: "shop",
		Types: []types.Definition{
			{Name: "shop.Declined", Kind: types.FaultDefinition, Fields: reason},
			{Name: "shop.Late", Kind: types.FaultDefinition, Fields: reason},
			{Name: "shop.OutOfStock", Kind: types.FaultDefinition, Fields: reason},
			{Name: "shop.Shipped", Kind: types.EventDefinition, Fields: []types.Field{{Name: "order", Type: textType}, {Name: "carrier", Type: textType}}},
		},
		Endpoints: []plan.Endpoint{
			{Name: "shop.catalog", Operations: []plan.Operation{
				{Name: "get", Params: []types.Field{{Name: "sku", Type: textType}}, Result: productType, Idempotent: true},
			}, Bindings: bindings(two)},
			{Name: "shop.payments", Operations: []plan.Operation{
				{Name: "charge", Params: []types.Field{{Name: "order", Type: textType}, {Name: "amount", Type: intType}}, Result: idType,
					Raises: []string{"shop.Declined"}, Key: ref(variable("order", textType))},
				{Name: "refund", Params: []types.Field{{Name: "id", Type: textType}}, Result: types.Of(types.Void), Idempotent: true},
			}, Bindings: bindings(two)},
			{Name: "shop.warehouse", Operations: []plan.Operation{
				{Name: "hold", Params: []types.Field{{Name: "order", Type: textType}}, Result: idType, Raises: []string{"shop.OutOfStock"}},
				{Name: "release", Params: []types.Field{{Name: "id", Type: textType}}, Result: types.Of(types.Void), Idempotent: true},
			}, Bindings: bindings(two[:1])},
		},
		Failovers: []plan.Failover{continuity},
		Channels: []plan.Channel{
			{Name: "shop.intake", Kind: "queue", Type: orderType, DeadLetter: "shop.rejected"},
			{Name: "shop.rejected", Kind: "queue", Type: types.Of(types.JSON)},
		},
		Processes: []plan.Process{{
			Name: "shop.Fulfil", Params: []types.Field{{Name: "order", Type: orderType}}, Result: textType,
			Key: ref(fieldOf(variable("order", orderType), "id", textType)), Flow: plan.Flow{Body: fulfil(version)},
		}},
		Routes: []plan.Route{{Name: "shop.orders_in", From: "shop.intake", Var: "order", Flow: plan.Flow{Body: []plan.Step{
			{ID: "filter#1", Kind: plan.Filter, Expr: ref(operator(expression.Gt, boolType, orderField("total", intType), literal("0", intType)))},
			{ID: "start#1", Kind: plan.Start, Start: &plan.StartStep{Process: "shop.Fulfil", Args: []tree{variable("order", orderType)}}},
		}}}},
	}
}

func orderField(name string, t types.Type) tree {
	return fieldOf(variable("order", orderType), name, t)
}

func ask(endpoint, operation string, clouds []string, sameAs string, args ...tree) *plan.CallStep {
	return &plan.CallStep{
		Endpoint: "shop." + endpoint, Operation: operation, Args: args, Failover: continuity.Name,
		Candidates: everywhere(clouds), SameCloudAs: sameAs,
	}
}

// named gives a call a key of its own, that of the order, and its own patience.
func named(c *plan.CallStep) *plan.CallStep {
	c.Key = ref(operator(expression.Concat, textType, literal("hold-", textType), orderField("id", textType)))
	c.Retry = &plan.Retry{Tries: 4, BackoffMinNs: int64(50 * millisecond), BackoffMaxNs: int64(500 * millisecond)}
	return c
}

func failing(id, fault, reason string) plan.Step {
	return plan.Step{ID: id, Kind: plan.Fail, Type: types.Ref(fault), Expr: ref(recordOf(types.Ref(fault), []string{"reason"}, literal(reason, textType)))}
}

func undoing(read string, steps ...plan.Step) *plan.Block {
	return &plan.Block{Steps: steps, Reads: []string{read}}
}

// fulfil is the body of the process. The second version notes something first.
func fulfil(version int) []plan.Step {
	two := []string{"paris", "finland"}
	line, product := variable("line", lineType), variable("product", productType)
	id := func(of string) tree { return fieldOf(variable(of, idType), "id", textType) }
	body := []plan.Step{
		{ID: "for#1", Kind: plan.For, Var: "line", Expr: ref(orderField("lines", types.ListOf(lineType))), Blocks: []plan.Block{{Steps: []plan.Step{
			{ID: "product", Kind: plan.Call, Var: "product", Type: productType, Call: ask("catalog", "get", two, "", fieldOf(line, "sku", textType))},
			{ID: "if#1", Kind: plan.If, Expr: ref(operator(expression.Ne, boolType, fieldOf(product, "price", intType), fieldOf(line, "price", intType))),
				Blocks: []plan.Block{{Steps: []plan.Step{failing("fail#1", "shop.Declined", "the price has changed")}}}},
		}}}},
		{ID: "held", Kind: plan.Call, Var: "held", Type: idType, Call: named(ask("warehouse", "hold", two[:1], "", orderField("id", textType))),
			Compensate: undoing("held", plan.Step{ID: "release#1", Kind: plan.Call, Call: ask("warehouse", "release", two[:1], "held", id("held"))})},
		{ID: "if#2", Kind: plan.If, Expr: ref(operator(expression.Gt, boolType, orderField("total", intType), literal("1000", intType))), Blocks: []plan.Block{{Steps: []plan.Step{
			{ID: "decision", Kind: plan.Task, Var: "decision", Type: decisionType, Expr: ref(variable("order", orderType)),
				Task: &plan.TaskStep{Name: "approve", Role: "shop.manager", DueNs: int64(2 * day), Else: &plan.Block{Steps: []plan.Step{failing("fail#2", "shop.Declined", "nobody decided")}}}},
			{ID: "if#3", Kind: plan.If, Expr: ref(operator(expression.Not, boolType, fieldOf(variable("decision", decisionType), "approved", boolType))),
				Blocks: []plan.Block{{Steps: []plan.Step{failing("fail#3", "shop.Declined", "not approved")}}}},
		}}}},
		{ID: "charge", Kind: plan.Call, Var: "charge", Type: idType, Call: ask("payments", "charge", two, "", orderField("id", textType), orderField("total", intType)),
			Compensate: undoing("charge", plan.Step{ID: "refund#1", Kind: plan.Call, Call: ask("payments", "refund", two, "charge", id("charge"))})},
		{ID: "select#1", Kind: plan.Select, Select: &plan.SelectStep{
			On: []plan.OnArm{{Event: "shop.Shipped", Var: "s", Path: []string{"order"}, Equals: ref(orderField("id", textType)), ByKey: true,
				Block: plan.Block{Steps: []plan.Step{{ID: "return#1", Kind: plan.Return, Expr: ref(fieldOf(variable("s", types.Ref("shop.Shipped")), "carrier", textType))}}}}},
			After: []plan.AfterArm{{DelayNs: int64(7 * day), Block: plan.Block{Steps: []plan.Step{failing("fail#4", "shop.Late", "not shipped")}}}},
		}},
	}
	if version > 1 {
		note := plan.Step{ID: "note", Kind: plan.Let, Var: "note", Type: textType, Expr: ref(literal("newer", textType))}
		body = append([]plan.Step{note}, body...)
	}
	return body
}

func order(n int, total int64, lines int) map[string]any {
	list := make([]any, lines)
	for i := range list {
		list[i] = map[string]any{"sku": fmt.Sprintf("p-%d", i), "price": int64(10)}
	}
	return map[string]any{"id": fmt.Sprintf("o-%d", n), "lines": list, "total": total}
}

// ordersLoad is some orders, made of a seed.
func ordersLoad(seed uint64) *Load {
	r := random{mix(seed, "orders")}
	l := &Load{Programs: []*engine.Program{orderPrograms[0]}, Behave: shop(seed), Answer: approve(seed), Operated: true, Jumps: true}
	if r.chance(400) {
		l.Programs = append(l.Programs, orderPrograms[1])
	}
	for n := range 4 + r.below(10) {
		total := int64(10 + r.below(600))
		if r.chance(200) {
			total += 1000
		}
		o := order(n, total, 1+r.below(2))
		id := o["id"].(string)
		if r.chance(600) {
			l.Starts = append(l.Starts, Start{Process: "shop.Fulfil", Key: id, Input: map[string]any{"order": o}, Cancelled: r.chance(150)})
		} else {
			l.Messages = append(l.Messages, Message{Channel: "shop.intake", ID: "m-" + id, Payload: o})
			if r.chance(200) {
				l.Messages = append(l.Messages, Message{Channel: "shop.intake", ID: "again-" + id, Payload: o})
			}
		}
		if r.chance(850) {
			l.Events = append(l.Events, Event{Type: "shop.Shipped", ID: "shipped-" + id, Payload: map[string]any{"order": id, "carrier": "post"},
				Instance: record.InstanceID("shop.Fulfil", id)})
		}
	}
	for n := range r.below(3) {
		l.Messages = append(l.Messages,
			Message{Channel: "shop.intake", ID: fmt.Sprintf("bad-%d", n), Payload: "nonsense", Problem: "no order"},
			Message{Channel: "shop.intake", ID: fmt.Sprintf("free-%d", n), Payload: order(1000+n, 0, 1)})
	}
	return l
}

var orderPrograms = [2]*engine.Program{link(ordersPlan(1)), link(ordersPlan(2))}

// shop are the services of the orders load.
func shop(seed uint64) func(Ask) Answer {
	return func(a Ask) Answer {
		text := func(name string) string { s, _ := a.Args[name].(string); return s }
		luck := func(of string) uint64 { return mix(seed, a.Operation+" "+of+" "+a.Cloud) % 1000 }
		unit := a.Endpoint + "/" + a.Cloud + "/" + a.Key
		switch a.Operation {
		case "get":
			price := int64(10)
			if luck(a.Key) < 40 {
				price = 11
			}
			return Answer{Value: map[string]any{"price": price}}
		case "hold":
			if luck(text("order")) < 80 {
				return Answer{Fault: "shop.OutOfStock", Fields: map[string]any{"reason": "none left"}}
			}
			return Answer{Value: map[string]any{"id": unit}, Unit: unit}
		case "charge":
			switch l := luck(text("order")); {
			case l < 100:
				return Answer{Fault: "shop.Declined", Fields: map[string]any{"reason": "no funds"}}
			case l < 130:
				return Answer{Reject: true}
			}
			return Answer{Value: map[string]any{"id": unit}, Unit: unit}
		}
		return Answer{Undoes: text("id")}
	}
}

// approve is what managers decide.
func approve(seed uint64) func(engine.Task) (any, bool) {
	return func(t engine.Task) (any, bool) {
		luck := mix(seed, t.Instance) % 10
		return map[string]any{"approved": luck > 1}, luck > 0
	}
}
