package policy

import (
	"fmt"
	"math"

	"cel.dev/cel-go/checker"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"

	"github.com/cob-lang/cob/lang/types"
)

// Bounds of a rule's static cost.
const (
	// MaxCost is the greatest cost of one rule, in CEL's units.
	MaxCost = 10_000
	// AssumedItems is how many items a list or a map of the facts is taken to
	// have when the cost is computed.
	AssumedItems = 100
	// AssumedText is how many code points a text of the facts is taken to have.
	AssumedText = 100
)

// CostError refuses a rule that would take too long.
type CostError struct {
	Rule int
	At   string
	Cost uint64 // math.MaxUint64 where there is no bound
}

func (e *CostError) Error() string {
	found := fmt.Sprint("costs up to ", e.Cost)
	if e.Cost == math.MaxUint64 {
		found = "has no bound on its cost"
	}
	return fmt.Sprintf("%s: rule %d %s; at most %d (each item looked at costs 1, and lists of facts count as %d items)",
		e.At, e.Rule+1, found, MaxCost, AssumedItems)
}

// Compile makes a Program of rules whose conditions read the given facts, one
// field for each variable. Errors: *UnsupportedError for what CEL lacks,
// *CostError for a rule over MaxCost, and a condition that is no bool.
func Compile(rules []Rule, u *types.Universe, facts []types.Field) (*Program, error) {
	if len(rules) == 0 {
		return &Program{}, nil
	}
	e, err := shared()
	if err != nil {
		return nil, err
	}
	env, err := e.declare(u, facts)
	if err != nil {
		return nil, err
	}
	p := &Program{rules: make([]rule, 0, len(rules))}
	for i, r := range rules {
		c, err := e.compile(r, i, env)
		if err != nil {
			return nil, err
		}
		p.rules = append(p.rules, c)
	}
	return p, nil
}

func (e *environment) compile(r Rule, number int, env *checker.Env) (rule, error) {
	if r.Effect != Allow && r.Effect != Deny {
		return rule{}, fmt.Errorf("%s: rule %d: the effect %q is neither allow nor deny", r.At, number+1, r.Effect)
	}
	if kind := r.When.Type.Kind; kind != types.Bool {
		return rule{}, fmt.Errorf("%s: rule %d: the condition is %s instead of bool", r.At, number+1, r.When.Type)
	}
	l := &lowering{ExprFactory: ast.NewExprFactory(), rule: number}
	root, err := l.node(&r.When)
	if err != nil {
		return rule{}, err
	}
	checked, wrong := checker.Check(ast.NewAST(root, ast.NewSourceInfo(nil)), nothing{}, env)
	if len(wrong.GetErrors()) > 0 {
		return rule{}, fmt.Errorf("%s: rule %d: %s", r.At, number+1, wrong.GetErrors()[0].Message)
	}
	estimate, err := cost.Cost(checked, sizes{})
	if err != nil {
		return rule{}, fmt.Errorf("%s: bounding the cost of rule %d: %w", r.At, number+1, err)
	}
	if estimate.Max > MaxCost {
		return rule{}, &CostError{number, r.At, estimate.Max}
	}
	run, err := e.interpreter.NewInterpretable(checked, interpreter.Optimize(), interpreter.CompileRegexConstants(interpreter.MatchesRegexOptimization))
	if err != nil {
		return rule{}, fmt.Errorf("%s: planning rule %d: %w", r.At, number+1, err)
	}
	return rule{r, estimate.Max, run}, nil
}

// sizes bounds what the facts hold, for the cost.
type sizes struct{}

func (sizes) EstimateSize(node cost.AstNode) *cost.SizeEstimate {
	if len(node.Path()) == 0 && node.Type().Kind() != celtypes.DynKind {
		return nil
	}
	n := uint64(AssumedItems)
	if node.Type().Kind() == celtypes.StringKind {
		n = AssumedText
	}
	return &cost.SizeEstimate{Min: 0, Max: n}
}

func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}
