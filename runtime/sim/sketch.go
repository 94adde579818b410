package sim

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
)

// The random load runs processes that nobody would write: blocks of every kind
// within each other, with work that can be undone everywhere.

const (
	faultBroken = "lab.Broken"
	maxDepth    = 3
	labClouds   = 3
)

// sketch draws one flow.
type sketch struct {
	random random
	steps  int
	clouds []string
	// calls counts the calls that can be undone, so that each has its own
	// variable.
	calls int
	// callable are the processes that may be called.
	callable []string
	// stays counts the arms around what is drawn that leave a machine in its state.
	stays int
}

func (k *sketch) id(kind string) string {
	k.steps++
	return fmt.Sprintf("%s#%d", kind, k.steps)
}

func (k *sketch) block(depth int) plan.Block {
	var b plan.Block
	for range 1 + k.random.below(3) {
		b.Steps = append(b.Steps, k.step(depth))
	}
	return b
}

func (k *sketch) blocks(n, depth int) []plan.Block {
	var all []plan.Block
	for range n {
		all = append(all, k.block(depth))
	}
	return all
}

// coin is a condition that depends on the instance's number.
func (k *sketch) coin() *tree {
	side := literal(fmt.Sprint(k.random.below(3)), intType)
	rest := operator(expression.Rem, intType, variable("n", intType), literal("3", intType))
	return ref(operator(expression.Eq, boolType, rest, side))
}

func (k *sketch) step(depth int) plan.Step {
	if depth >= maxDepth || k.steps > 40 {
		return k.leaf()
	}
	switch k.random.below(20) {
	case 14, 15, 16, 17, 18, 19:
		return k.region(depth)
	case 12:
		return k.begun(depth)
	case 13:
		return k.child(depth)
	case 0:
		return plan.Step{ID: k.id("if"), Kind: plan.If, Expr: k.coin(), Blocks: k.blocks(1+k.random.below(2), depth+1)}
	case 1:
		items := []tree{literal("1", intType), literal("2", intType)}
		name := k.id("for")
		return plan.Step{ID: name, Kind: plan.For, Var: "item " + name, Type: intType,
			Expr: ref(operator(expression.ListOf, types.ListOf(intType), items...)), Blocks: k.blocks(1, depth+1)}
	case 2, 3:
		s := plan.Step{ID: k.id("parallel"), Kind: plan.Parallel, Blocks: k.blocks(2+k.random.below(2), depth+1), Join: &plan.Join{}}
		s.Join.Need = k.random.below(len(s.Blocks))
		s.Join.Keep = k.random.chance(300)
		return s
	case 4:
		return plan.Step{ID: k.id("match"), Kind: plan.Match, Arms: []*tree{k.coin(), nil}, Blocks: k.blocks(2, depth+1)}
	case 5:
		return k.choice(depth)
	case 6:
		return k.asked(depth)
	}
	return k.leaf()
}

func (k *sketch) leaf() plan.Step {
	switch k.random.below(20) {
	case 0, 1:
		return plan.Step{ID: k.id("wait"), Kind: plan.Wait, Wait: &plan.WaitStep{DelayNs: int64(k.random.between(millisecond, 20*second))}}
	case 2:
		return plan.Step{ID: k.id("let"), Kind: plan.Let, Var: k.id("let"), Type: intType, Expr: ref(variable("n", intType))}
	case 3:
		return plan.Step{ID: k.id("send"), Kind: plan.Send, Send: &plan.SendStep{Channel: "lab.notes"}, Expr: ref(variable("n", intType))}
	case 6:
		return k.ring()
	case 7:
		kind := plan.Progress
		if k.random.chance(500) {
			kind = plan.Audit
		}
		return plan.Step{ID: k.id(string(kind)), Kind: kind, Expr: ref(literal("so far", textType))}
	case 4:
		if k.random.chance(300) {
			return plan.Step{ID: k.id("fail"), Kind: plan.Fail, Type: types.Ref(faultBroken), Expr: ref(recordOf(types.Ref(faultBroken), nil))}
		}
	case 5:
		s := plan.Step{ID: k.id("task"), Kind: plan.Task, Var: k.id("form"), Type: decisionType, Task: &plan.TaskStep{Name: "look", Role: "lab.anybody"}}
		if k.random.chance(300) {
			s.Task.RemindNs, s.Task.EscalateNs, s.Task.EscalateTo = int64(k.random.between(second, hour)), int64(k.random.between(second, hour)), "lab.somebody"
		}
		if k.random.chance(500) {
			s.Task.DueNs, s.Task.Else = int64(k.random.between(second, hour)), &plan.Block{Steps: []plan.Step{k.work()}}
		}
		return s
	}
	return k.work()
}

// work is a call that can be undone, by one step or two.
func (k *sketch) work() plan.Step {
	k.calls++
	name := fmt.Sprintf("work%d", k.calls)
	k.steps++
	call := func(operation, sameAs string, arg tree) *plan.CallStep {
		return &plan.CallStep{Endpoint: "lab.bench", Operation: operation, Args: []tree{arg}, Failover: continuity.Name, Candidates: everywhere(k.clouds), SameCloudAs: sameAs}
	}
	undo := plan.Step{ID: k.id("undo"), Kind: plan.Call, Call: call("undo", name, fieldOf(variable(name, idType), "id", textType))}
	steps := []plan.Step{undo}
	if k.random.chance(200) {
		steps = append([]plan.Step{{ID: k.id("wait"), Kind: plan.Wait, Wait: &plan.WaitStep{DelayNs: int64(second)}}}, steps...)
	}
	return plan.Step{ID: name, Kind: plan.Call, Var: name, Type: idType, Call: call("do", "", variable("n", intType)), Compensate: undoing(name, steps...)}
}

// labPlan is a package with one process that a seed draws.
func labPlan(seed uint64) *plan.Plan {
	k := &sketch{random: random{mix(seed, "lab")}}
	k.clouds = []string{"paris", "finland", "virginia"}[:1+k.random.below(labClouds)]
	own, shared := k.block(maxDepth-1), k.block(maxDepth-1)
	again := append(k.block(maxDepth-1).Steps, k.again())
	k.callable = []string{"lab.Own", "lab.Shared", "lab.Again"}
	body := k.block(0).Steps
	body = append(body, k.block(0).Steps...)
	if k.random.chance(250) {
		body = append(body, plan.Step{ID: k.id("fail"), Kind: plan.Fail, Type: types.Ref(faultBroken), Expr: ref(recordOf(types.Ref(faultBroken), nil))})
	} else if k.random.chance(500) {
		body = append(body, plan.Step{ID: k.id("return"), Kind: plan.Return, Expr: ref(variable("n", intType))})
	}
	n := []types.Field{{Name: "n", Type: intType}}
	try := plan.Process{Name: "lab.Try", Params: n, Result: intType, Flow: plan.Flow{Body: body}}
	k.bounded(&try)
	return &plan.Plan{
		Roles:   []plan.Role{{Name: "lab.anybody", Groups: []string{"everybody"}}},
		Package: "lab",
		Types: []types.Definition{
			{Name: faultBroken, Kind: types.FaultDefinition},
			{Name: "lab.Bell", Kind: types.EventDefinition, Fields: n},
		},
		Endpoints: []plan.Endpoint{{Name: "lab.bench", Operations: []plan.Operation{
			{Name: "do", Params: n, Result: idType, Raises: []string{faultBroken}},
			{Name: "tell", Params: n, Result: types.Of(types.Void), Idempotent: true},
			{Name: "undo", Params: []types.Field{{Name: "id", Type: textType}}, Result: types.Of(types.Void), Idempotent: true},
		}, Bindings: bindings(k.clouds)}},
		Failovers: []plan.Failover{continuity},
		Channels:  []plan.Channel{{Name: "lab.notes", Kind: "queue", Type: intType}},
		Processes: []plan.Process{
			try,
			{Name: "lab.Own", Params: n, Result: intType, Flow: plan.Flow{Body: own.Steps}},
			{Name: "lab.Again", Params: n, Result: intType, DeadlineNs: int64(day), Flow: plan.Flow{Body: again}},
			{Name: "lab.Shared", Params: n, Result: intType, Key: inThree(), Flow: plan.Flow{Body: shared.Steps}},
		},
	}
}

// randomLoad is some instances of a process that the seed draws.
func randomLoad(seed uint64) *Load {
	r := random{mix(seed, "random")}
	l := &Load{Programs: labPrograms(seed), Answer: look, Operated: true, Jumps: true}
	for n := range 3 + r.below(6) {
		l.Starts = append(l.Starts, Start{Process: "lab.Try", Key: fmt.Sprintf("k-%d", n), Input: map[string]any{"n": int64(n)}, Cancelled: r.chance(250)})
		for b := range r.below(3) {
			l.Events = append(l.Events, Event{Type: "lab.Bell", ID: fmt.Sprintf("bell-%d-%d", n, b), Payload: map[string]any{"n": int64(n)}})
		}
	}
	l.Behave = func(a Ask) Answer {
		if a.Operation == "undo" {
			id, _ := a.Args["id"].(string)
			return Answer{Undoes: id}
		}
		if a.Operation == "tell" {
			return Answer{}
		}
		unit := a.Cloud + "/" + a.Key
		switch luck := mix(seed, unit) % 1000; {
		case luck < 40:
			return Answer{Fault: faultBroken}
		case luck < 55:
			return Answer{Reject: true}
		}
		return Answer{Value: map[string]any{"id": unit}, Unit: unit}
	}
	return l
}

// look is what anybody answers.
func look(engine.Task) (any, bool) { return map[string]any{"approved": true}, true }
