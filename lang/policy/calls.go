package policy

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// members are the functions that CEL has as methods of their first argument.
var members = map[string]string{
	"starts_with": overloads.StartsWith, "ends_with": overloads.EndsWith, "matches": overloads.Matches,
}

// call lowers the functions that CEL has; the others are refused by name.
func (l *lowering) call(t *expression.Tree) (ast.Expr, error) {
	f, ok := expression.Lookup(t.Name)
	if !ok || len(t.Args) < f.Min || len(t.Args) > f.Max {
		return nil, l.unsupported(t, t.Name)
	}
	switch t.Name {
	case "any", "all":
		return l.quantifier(t)
	case "contains":
		return l.contains(t)
	}
	args, err := l.all(t.Args)
	if name, ok := members[t.Name]; ok && err == nil {
		return l.NewMemberCall(l.id(), name, args[0], args[1]), nil
	}
	switch t.Name {
	case "len":
		if err == nil {
			return l.NewCall(l.id(), overloads.Size, args...), nil
		}
	case "has":
		if err == nil {
			return l.NewCall(l.id(), operators.In, args[1], args[0]), nil
		}
	default:
		err = l.unsupported(t, t.Name)
	}
	return nil, err
}

func (l *lowering) contains(t *expression.Tree) (ast.Expr, error) {
	args, err := l.all(t.Args)
	if err != nil {
		return nil, err
	}
	if t.Args[0].Type.Kind == types.String {
		return l.NewMemberCall(l.id(), overloads.Contains, args[0], args[1]), nil
	}
	return l.NewCall(l.id(), operators.In, args[1], args[0]), nil
}

// quantifier builds what CEL's macros exists and all stand for: a loop that ends
// as soon as the answer is known.
func (l *lowering) quantifier(t *expression.Tree) (ast.Expr, error) {
	lambda := &t.Args[1]
	if lambda.Op != expression.Lambda || len(lambda.Args) != 1 {
		return nil, l.unsupported(t, t.Name+" without a lambda")
	}
	over, err := l.node(&t.Args[0])
	if err != nil {
		return nil, err
	}
	body, err := l.node(&lambda.Args[0])
	if err != nil {
		return nil, err
	}
	start, join := celtypes.True, operators.LogicalAnd
	goOn := func() ast.Expr { return l.NewAccuIdent(l.id()) }
	if t.Name == "any" {
		start, join = celtypes.False, operators.LogicalOr
		goOn = func() ast.Expr { return l.NewCall(l.id(), operators.LogicalNot, l.NewAccuIdent(l.id())) }
	}
	return l.NewComprehension(l.id(), over, lambda.Name, l.AccuIdentName(),
		l.NewLiteral(l.id(), start),
		l.NewCall(l.id(), operators.NotStrictlyFalse, goOn()),
		l.NewCall(l.id(), join, l.NewAccuIdent(l.id()), body),
		l.NewAccuIdent(l.id())), nil
}
