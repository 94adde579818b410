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

// ring publishes a bell that some other instance may wait for, or this one.
func (k *sketch) ring() plan.Step {
	next := operator(expression.Rem, intType, operator(expression.Add, intType, variable("n", intType), literal("1", intType)), literal("4", intType))
	return plan.Step{ID: k.id("publish"), Kind: plan.Publish, Type: types.Ref("lab.Bell"), Expr: ref(recordOf(types.Ref("lab.Bell"), []string{"n"}, next))}
}
