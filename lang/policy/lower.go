package policy

import (
	"fmt"
	"time"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// UnsupportedError says that a condition uses what CEL does not have.
type UnsupportedError struct {
	Rule     int
	Operator string // as the author knows it: "round", "[:]", "decimal"
	At       string // "line:col"
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s: %s cannot be used in the condition of a policy", e.At, e.Operator)
}

// nothing is the source that CEL's checker asks for places. There is no text.
type nothing struct{ common.Source }

// lowering builds the AST of one condition.
type lowering struct {
	ast.ExprFactory
	rule int
	last int64
}

func (l *lowering) id() int64 { l.last++; return l.last }

func (l *lowering) unsupported(t *expression.Tree, operator string) error {
	return &UnsupportedError{l.rule, operator, t.At}
}

// functions are CEL's names of operators that need nothing but a name.
var functions = map[expression.Op]string{
	expression.And: operators.LogicalAnd, expression.Or: operators.LogicalOr, expression.Not: operators.LogicalNot,
	expression.Eq: operators.Equals, expression.Ne: operators.NotEquals,
	expression.Lt: operators.Less, expression.Le: operators.LessEquals, expression.Gt: operators.Greater, expression.Ge: operators.GreaterEquals,
	expression.Add: operators.Add, expression.Sub: operators.Subtract, expression.Mul: operators.Multiply,
	expression.Div: operators.Divide, expression.Rem: operators.Modulo, expression.Neg: operators.Negate,
	expression.Index: operators.Index,
}

// signs are the author's names of what is refused.
var signs = map[expression.Op]string{
	expression.Slice: "a slice [:]", expression.Range: "a range ..", expression.Lambda: "a lambda", expression.Div: "/", expression.Mul: "*",
	expression.Coalesce: "?? after anything but a field", expression.RecordOf: "a record literal", expression.Rem: "%",
	expression.Add: "+", expression.Sub: "-", expression.Neg: "-",
}

// node lowers one node.
func (l *lowering) node(t *expression.Tree) (ast.Expr, error) {
	if kind := t.Type.Kind; kind == types.Decimal || kind == types.Money || kind == types.Bytes {
		return nil, l.unsupported(t, "the type "+string(kind))
	}
	switch t.Op {
	case expression.Literal:
		return l.literal(t)
	case expression.Var:
		return l.NewIdent(l.id(), t.Name), nil
	case expression.Field, expression.OptField:
		return l.field(t)
	case expression.Cond:
		return l.cond(t)
	case expression.Coalesce:
		return l.coalesce(t)
	case expression.In:
		return l.in(t)
	case expression.ListOf:
		items, err := l.all(t.Args)
		return l.NewList(l.id(), items, nil), err
	case expression.Call:
		return l.call(t)
	case expression.Concat:
		return l.concat(t)
	case expression.Widen:
		return l.convert(&t.Args[0], overloads.TypeConvertDouble)
	}
	name, ok := functions[t.Op]
	if !ok || arithmetic(t.Op) && !computes(t) {
		return nil, l.unsupported(t, sign(t.Op))
	}
	args, err := l.all(t.Args)
	if err != nil {
		return nil, err
	}
	return l.NewCall(l.id(), name, args...), nil
}

func sign(op expression.Op) string {
	if s, ok := signs[op]; ok {
		return s
	}
	return string(op)
}

func arithmetic(op expression.Op) bool {
	switch op {
	case expression.Add, expression.Sub, expression.Mul, expression.Div, expression.Rem, expression.Neg:
		return true
	}
	return false
}

// computes says whether CEL's arithmetic means the same as ours for the types.
// A float overflows into an infinity in CEL, and durations do not scale.
func computes(t *expression.Tree) bool {
	switch t.Type.Kind {
	case types.Int:
		return true
	case types.Duration, types.Timestamp:
		return t.Op == expression.Add || t.Op == expression.Sub
	case types.String, types.List:
		return t.Op == expression.Add
	}
	return false
}

func (l *lowering) all(trees []expression.Tree) ([]ast.Expr, error) {
	out := make([]ast.Expr, len(trees))
	for i := range trees {
		e, err := l.node(&trees[i])
		if err != nil {
			return nil, err
		}
		out[i] = e
	}
	return out, nil
}

func (l *lowering) literal(t *expression.Tree) (ast.Expr, error) {
	v, err := expression.ParseLiteral(t.Text, t.Type)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.At, err)
	}
	var lit ref.Val
	switch x := v.(type) {
	case nil:
		lit = celtypes.NullValue
	case bool:
		lit = celtypes.Bool(x)
	case int64:
		lit = celtypes.Int(x)
	case float64:
		lit = celtypes.Double(x)
	case string:
		lit = celtypes.String(x)
	case time.Time:
		// CEL has no literals for times, only conversions.
		text := l.NewLiteral(l.id(), celtypes.String(x.UTC().Format(time.RFC3339Nano)))
		return l.NewCall(l.id(), overloads.TypeConvertTimestamp, text), nil
	case time.Duration:
		text := l.NewLiteral(l.id(), celtypes.String(x.String()))
		return l.NewCall(l.id(), overloads.TypeConvertDuration, text), nil
	default:
		return nil, l.unsupported(t, "a literal of type "+t.Type.String())
	}
	return l.NewLiteral(l.id(), lit), nil
}

// field reads a field; one that may be absent is null where it is.
func (l *lowering) field(t *expression.Tree) (ast.Expr, error) {
	read, err := l.selection(t)
	if err != nil || !mayBeNull(t.Type) {
		return read, err
	}
	there, err := l.present(t)
	if err != nil {
		return nil, err
	}
	return l.NewCall(l.id(), operators.Conditional, there, read, l.NewLiteral(l.id(), celtypes.NullValue)), nil
}

func mayBeNull(t types.Type) bool {
	return t.Kind == types.Optional || t.Kind == types.JSON
}

func (l *lowering) selection(t *expression.Tree) (ast.Expr, error) {
	base, err := l.base(t)
	if err != nil {
		return nil, err
	}
	return l.NewSelect(l.id(), base, t.Name), nil
}

// base lowers what a field is read from, plainly: the test for presence asks
// for the whole path at once.
func (l *lowering) base(t *expression.Tree) (ast.Expr, error) {
	b := &t.Args[0]
	if b.Op == expression.Field || b.Op == expression.OptField {
		return l.selection(b)
	}
	return l.node(b)
}

// present tests that a field is there, and every optional one before it.
func (l *lowering) present(t *expression.Tree) (ast.Expr, error) {
	base, err := l.base(t)
	if err != nil {
		return nil, err
	}
	test := l.NewPresenceTest(l.id(), base, t.Name)
	b := &t.Args[0]
	if (b.Op == expression.Field || b.Op == expression.OptField) && mayBeNull(b.Type) {
		before, err := l.present(b)
		if err != nil {
			return nil, err
		}
		return l.NewCall(l.id(), operators.LogicalAnd, before, test), nil
	}
	return test, nil
}

// cond gives a boolean choice as and and or, which partial evaluation sees
// through.
func (l *lowering) cond(t *expression.Tree) (ast.Expr, error) {
	if t.Type.Kind != types.Bool {
		args, err := l.all(t.Args)
		if err != nil {
			return nil, err
		}
		return l.NewCall(l.id(), operators.Conditional, args...), nil
	}
	args, err := l.all([]expression.Tree{t.Args[0], t.Args[1], t.Args[0], t.Args[2]})
	if err != nil {
		return nil, err
	}
	yes := l.NewCall(l.id(), operators.LogicalAnd, args[0], args[1])
	no := l.NewCall(l.id(), operators.LogicalAnd, l.NewCall(l.id(), operators.LogicalNot, args[2]), args[3])
	return l.NewCall(l.id(), operators.LogicalOr, yes, no), nil
}

func (l *lowering) coalesce(t *expression.Tree) (ast.Expr, error) {
	left := &t.Args[0]
	if left.Op != expression.Field && left.Op != expression.OptField {
		return nil, l.unsupported(t, sign(t.Op))
	}
	there, err := l.present(left)
	if err != nil {
		return nil, err
	}
	read, err := l.selection(left)
	if err != nil {
		return nil, err
	}
	other, err := l.node(&t.Args[1])
	if err != nil {
		return nil, err
	}
	return l.NewCall(l.id(), operators.Conditional, there, read, other), nil
}

// in is CEL's in for lists and maps, contains for texts, and two comparisons for
// ranges.
func (l *lowering) in(t *expression.Tree) (ast.Expr, error) {
	item, where := &t.Args[0], &t.Args[1]
	if where.Op == expression.Range {
		args, err := l.all([]expression.Tree{where.Args[0], *item, *item, where.Args[1]})
		if err != nil {
			return nil, err
		}
		return l.NewCall(l.id(), operators.LogicalAnd,
			l.NewCall(l.id(), operators.LessEquals, args[0], args[1]),
			l.NewCall(l.id(), operators.LessEquals, args[2], args[3])), nil
	}
	args, err := l.all(t.Args)
	if err != nil {
		return nil, err
	}
	if where.Type.Kind == types.String {
		return l.NewMemberCall(l.id(), overloads.Contains, args[1], args[0]), nil
	}
	return l.NewCall(l.id(), operators.In, args...), nil
}

func (l *lowering) convert(t *expression.Tree, to string) (ast.Expr, error) {
	e, err := l.node(t)
	if err != nil {
		return nil, err
	}
	return l.NewCall(l.id(), to, e), nil
}

// concat joins texts and ints; other values have another text in CEL than here.
func (l *lowering) concat(t *expression.Tree) (ast.Expr, error) {
	var joined ast.Expr = l.NewLiteral(l.id(), celtypes.String(""))
	for i := range t.Args {
		part := &t.Args[i]
		var e ast.Expr
		var err error
		switch part.Type.Kind {
		case types.String:
			e, err = l.node(part)
		case types.Int:
			e, err = l.convert(part, overloads.TypeConvertString)
		default:
			err = l.unsupported(part, "${} of "+part.Type.String())
		}
		if err != nil {
			return nil, err
		}
		joined = l.NewCall(l.id(), operators.Add, joined, e)
	}
	return joined, nil
}
