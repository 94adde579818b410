package sim

import (
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
)

// What the random load says to others and hears from them.

// choice waits for a bell or a time, or looks whether there was one.
func (k *sketch) choice(depth int) plan.Step {
	s := plan.Step{ID: k.id("select"), Kind: plan.Select, Select: &plan.SelectStep{
		On: []plan.OnArm{{Event: "lab.Bell", Var: k.id("bell"), Path: []string{"n"}, Equals: ref(variable("n", intType)), Block: k.block(depth + 1)}},
	}}
	s.Select.On[0].Transient = k.random.chance(200)
	if k.random.chance(200) {
		s.Select.Else = &plan.Block{Steps: k.block(depth + 1).Steps}
		return s
	}
	for range 1 + k.random.below(2) {
		s.Select.After = append(s.Select.After, plan.AfterArm{DelayNs: int64(k.random.between(second, minute)), Block: k.block(depth + 1)})
	}
	return s
}

// asked is work with handlers, and now and then with settings of its own.
func (k *sketch) asked(depth int) plan.Step {
	s := k.work()
	s.Call.Catch = []plan.Catch{{Fault: faultBroken, Var: k.id("caught"), Block: k.block(depth + 1)}}
	if k.random.chance(500) {
		fault := engine.Unavailable
		if k.random.chance(500) {
			fault = ""
		}
		s.Call.Catch = append(s.Call.Catch, plan.Catch{Fault: fault, Block: k.block(depth + 1)})
	}
	if k.random.chance(300) {
		s.Call.TimeoutNs = int64(k.random.between(100*millisecond, 4*second))
		s.Call.Retry = &plan.Retry{Tries: 1 + k.random.below(4), BackoffMinNs: int64(10 * millisecond)}
	}
	return s
}

// ring publishes a bell that some other instance may wait for, or this one. Nobody waits for one
// that is rung in answer to any number of others: two that do so would answer each other for ever.
func (k *sketch) ring() plan.Step {
	if k.stays > 0 {
		return plan.Step{ID: k.id("publish"), Kind: plan.Publish, Type: types.Ref("lab.Bell"), Expr: ref(recordOf(types.Ref("lab.Bell"), []string{"n"}, literal("-1", intType)))}
	}
	next := operator(expression.Rem, intType, operator(expression.Add, intType, variable("n", intType), literal("1", intType)), literal("4", intType))
	return plan.Step{ID: k.id("publish"), Kind: plan.Publish, Type: types.Ref("lab.Bell"), Expr: ref(recordOf(types.Ref("lab.Bell"), []string{"n"}, next))}
}

// inThree is the key of a process that several instances call at once.
func inThree() *tree {
	third := operator(expression.Rem, intType, variable("n", intType), literal("3", intType))
	return ref(operator(expression.Concat, textType, literal("of-", textType), third))
}

// child calls a process, and may handle its fault.
func (k *sketch) child(depth int) plan.Step {
	if len(k.callable) == 0 {
		return k.leaf()
	}
	name := k.id("child")
	s := plan.Step{ID: name, Kind: plan.Child, Var: name, Type: intType, Start: &plan.StartStep{
		Process: k.callable[k.random.below(len(k.callable))], Args: []tree{variable("n", intType)},
	}}
	if k.random.chance(600) {
		s.Await = &plan.AwaitStep{Catch: []plan.Catch{{Fault: "", Block: k.block(depth + 1)}}}
	}
	return s
}

// begun begins work or a child, does something else, and awaits it or not.
func (k *sketch) begun(depth int) plan.Step {
	begin := k.work()
	undo := begin.Compensate
	undo.Steps[len(undo.Steps)-1].Call.SameCloudAs = ""
	result, t := begin.Var, idType
	begin.Compensate, begin.Kind = nil, plan.Begin
	if len(k.callable) > 0 && k.random.chance(400) {
		begin, undo, t = k.child(maxDepth), nil, intType
		begin.Kind, begin.Await = plan.Start, nil
		result = begin.Var
	}
	handle := k.id("handle")
	begin.ID, begin.Var, begin.Type = handle, handle, types.HandleOf(t)
	await := plan.Step{ID: result, Kind: plan.Await, Var: result, Type: t, Expr: ref(variable(handle, begin.Type)), Await: &plan.AwaitStep{}, Compensate: undo}
	if undo != nil {
		await.Compensate.Reads = []string{result}
	}
	if k.random.chance(300) {
		await.Await.Catch = []plan.Catch{{Fault: "", Block: k.block(depth + 1)}}
	}
	steps := append([]plan.Step{begin}, k.block(depth+1).Steps...)
	switch {
	case k.random.chance(200):
		looks := plan.Step{ID: k.id("if"), Kind: plan.If, Expr: k.coin(), Blocks: []plan.Block{{Steps: []plan.Step{await}}}}
		steps = append(steps, looks)
	case k.random.chance(200):
		steps = append(steps, plan.Step{ID: k.id("select"), Kind: plan.Select, Select: &plan.SelectStep{
			On:    []plan.OnArm{{Handle: await.Expr, Block: plan.Block{Steps: []plan.Step{await}}}},
			After: []plan.AfterArm{{DelayNs: int64(k.random.between(millisecond, 9*second)), Block: k.block(depth + 1)}},
		}})
	default:
		steps = append(steps, await)
	}
	return plan.Step{ID: k.id("match"), Kind: plan.Match, Arms: []*tree{nil}, Blocks: []plan.Block{{Steps: steps}}}
}

// again begins the instance again two or three times, and then as another process.
func (k *sketch) again() plan.Step {
	n := variable("n", intType)
	few := operator(expression.Lt, boolType, n, literal("20", intType))
	next := func(process string, arg tree) plan.Block {
		return plan.Block{Steps: []plan.Step{{ID: k.id("continue"), Kind: plan.Continue, Start: &plan.StartStep{Process: process, Args: []tree{arg}}}}}
	}
	return plan.Step{ID: k.id("if"), Kind: plan.If, Expr: &few, Blocks: []plan.Block{
		next("lab.Again", operator(expression.Add, intType, n, literal("9", intType))), next("lab.Own", n),
	}}
}
