package sim

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
)

// The words that plans in Go are written in.

var (
	textType = types.Of(types.String)
	intType  = types.Of(types.Int)
	boolType = types.Of(types.Bool)
)

type tree = expression.Tree

func variable(name string, t types.Type) tree {
	return tree{Op: expression.Var, Name: name, Type: t}
}

func fieldOf(x tree, name string, t types.Type) tree {
	return tree{Op: expression.Field, Name: name, Type: t, Args: []tree{x}}
}

func literal(text string, t types.Type) tree {
	return tree{Op: expression.Literal, Text: text, Type: t}
}

func operator(op expression.Op, t types.Type, args ...tree) tree {
	return tree{Op: op, Type: t, Args: args}
}

func recordOf(t types.Type, keys []string, args ...tree) tree {
	return tree{Op: expression.RecordOf, Type: t, Keys: keys, Args: args}
}

func ref(x tree) *tree { return &x }

// link encodes and links a plan that was written in Go.
func link(p *plan.Plan) *engine.Program {
	p.Format = plan.Format
	text, err := plan.Encode(p)
	if err != nil {
		panic(err)
	}
	program, err := engine.Link(p, plan.Digest(text))
	if err != nil {
		panic(fmt.Sprintf("a plan of the simulation: %v", err))
	}
	return program
}

// at everywhere lists the candidates of an endpoint in the given clouds.
func everywhere(clouds []string) []plan.Candidate {
	var all []plan.Candidate
	for _, c := range clouds {
		all = append(all, plan.Candidate{Cloud: c, Verdict: plan.Allow})
	}
	return all
}

func bindings(clouds []string) []plan.Binding {
	var all []plan.Binding
	for i, c := range clouds {
		all = append(all, plan.Binding{Cloud: c, CostPerCall: fmt.Sprintf("0.00%d EUR", i+1), Availability: "0.99"})
	}
	return all
}

var continuity = plan.Failover{
	Name: "shop.continuity", Prefer: plan.Cheapest, Tries: 3, EachNs: int64(2 * second),
	BackoffMinNs: int64(100 * millisecond), BackoffMaxNs: int64(second),
}
