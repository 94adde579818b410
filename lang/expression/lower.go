package expression

import (
	"fmt"

	"github.com/cob-lang/cob/lang/types"
)

// Operations take values and give one. They are the whole meaning of the
// language; both engines only arrange them.
type (
	operation1 = func(types.Value) (types.Value, error)
	operation2 = func(a, b types.Value) (types.Value, error)
	operation  = func([]types.Value) (types.Value, error)
)

// runner is an operation of some arity, or a loop by its name.
type runner struct {
	one  operation1
	two  operation2
	many operation
	loop string
}

func one(f operation1) func(*Tree) (runner, error) {
	return func(*Tree) (runner, error) { return runner{one: f}, nil }
}

func two(f operation2) func(*Tree) (runner, error) {
	return func(*Tree) (runner, error) { return runner{two: f}, nil }
}

func many(f operation) func(*Tree) (runner, error) {
	return func(*Tree) (runner, error) { return runner{many: f}, nil }
}

func looping(name string) func(*Tree) (runner, error) {
	return func(*Tree) (runner, error) { return runner{loop: name}, nil }
}

// form is the kind of a lowered node.
type form uint8

const (
	constant form = iota // value
	variable             // name
	apply                // run over args
	both                 // args[0] && args[1]
	either               // args[0] || args[1]
	choose               // args[0] ? args[1] : args[2]
	orElse               // args[0] ?? args[1]
	loop                 // run.loop over args[0], its item in name, its body args[1]
)

// lowered is a node that both engines run.
type lowered struct {
	form  form
	value types.Value
	name  string
	run   runner
	args  []*lowered
	at    string
}

// lowering turns a tree into lowered nodes.
type lowering struct {
	u     *types.Universe
	nodes int
	loops bool
}

// CompileError says what part of a tree cannot be compiled. A checked tree
// gives one only for a pattern that is none, and for a tree of more than
// MaxNodes.
type CompileError struct {
	At     string
	Detail string
}

func (e *CompileError) Error() string {
	if e.At == "" {
		return e.Detail
	}
	return e.At + ": " + e.Detail
}

func refuse(t *Tree, format string, args ...any) error {
	return &CompileError{t.At, fmt.Sprintf(format, args...)}
}

// arity is how many arguments each operator takes; -1 is any number.
var arity = map[Op]int{
	Literal: 0, Var: 0, Field: 1, OptField: 1, Index: 2, Slice: 3, ListOf: -1, RecordOf: -1, Lambda: 1, Call: -1,
	And: 2, Or: 2, Not: 1, Cond: 3, Coalesce: 2, Eq: 2, Ne: 2, Lt: 2, Le: 2, Gt: 2, Ge: 2, In: 2, Range: 2,
	Add: 2, Sub: 2, Mul: 2, Div: 2, Rem: 2, Neg: 1, Concat: -1, Widen: 1,
}

var unary = map[Op]operation1{Not: not, Neg: neg}

var binary = map[Op]operation2{
	Eq: equal, Ne: unequal, Lt: ordering(less), Le: ordering(lessEqual), Gt: ordering(more), Ge: ordering(moreEqual),
	In: among, Range: numbers, Add: add, Sub: sub, Mul: mul, Div: div, Rem: rem,
}

var branches = map[Op]form{And: both, Or: either, Cond: choose}

// tree lowers one node. Where soft, a missing key or field is null: to the left
// of ??.
func (l *lowering) tree(t *Tree, soft bool) (*lowered, error) {
	if l.nodes++; l.nodes > MaxNodes {
		return nil, refuse(t, "an expression of more than %d parts; name parts of it with let", MaxNodes)
	}
	n, known := arity[t.Op]
	if !known {
		return nil, refuse(t, "the operator %q is not known", t.Op)
	}
	if n >= 0 && n != len(t.Args) {
		return nil, refuse(t, "%s takes %d arguments, not %d", t.Op, n, len(t.Args))
	}
	switch t.Op {
	case Literal:
		v, err := literal(t)
		if err != nil {
			return nil, err
		}
		return &lowered{form: constant, value: v}, nil
	case Var:
		return &lowered{form: variable, name: t.Name}, nil
	case Lambda:
		return nil, refuse(t, "a lambda stands only as an argument of a function")
	case Call:
		return l.call(t)
	case Coalesce:
		return l.coalesce(t)
	case In:
		if t.Args[1].Op == Range {
			return l.inRange(t)
		}
	}
	args, err := l.all(t.Args, soft && chains(t.Op))
	if err != nil {
		return nil, err
	}
	if f, ok := branches[t.Op]; ok {
		return &lowered{form: f, args: args, at: t.At}, nil
	}
	return &lowered{form: apply, run: l.operation(t, soft), args: args, at: t.At}, nil
}

// chains says whether softness reaches through the operator.
func chains(op Op) bool { return op == Field || op == OptField || op == Index }

func (l *lowering) all(trees []Tree, soft bool) ([]*lowered, error) {
	args := make([]*lowered, len(trees))
	for i := range trees {
		// Only the base of a chain is soft, never what is between brackets.
		n, err := l.tree(&trees[i], soft && i == 0)
		if err != nil {
			return nil, err
		}
		args[i] = n
	}
	return args, nil
}

func (l *lowering) operation(t *Tree, soft bool) runner {
	if f, ok := unary[t.Op]; ok {
		return runner{one: f}
	}
	if f, ok := binary[t.Op]; ok {
		return runner{two: f}
	}
	switch t.Op {
	case Field:
		return runner{one: field(t.Name, soft, admitsNull(t.Type))}
	case OptField:
		return runner{one: field(t.Name, true, true)}
	case Index:
		return runner{two: index(soft)}
	case Slice:
		return runner{many: slice}
	case ListOf:
		return runner{many: list}
	case RecordOf:
		return runner{many: record(t.Keys, l.optional(t))}
	case Widen:
		to := t.Type
		return runner{one: func(v types.Value) (types.Value, error) { return widen(v, to), nil }}
	}
	return runner{many: concat}
}

// optional says which keys of a record literal leave no trace when they are
// null.
func (l *lowering) optional(t *Tree) []bool {
	fields, isRecord := l.u.FieldsOf(t.Type)
	optional := make([]bool, len(t.Keys))
	for i, k := range t.Keys {
		for _, f := range fields {
			if f.Name == k {
				optional[i] = f.Type.Kind == types.Optional
			}
		}
		if !isRecord && i < len(t.Args) {
			optional[i] = t.Args[i].Type.Kind == types.Optional
		}
	}
	return optional
}

func (l *lowering) coalesce(t *Tree) (*lowered, error) {
	left, err := l.tree(&t.Args[0], true)
	if err != nil {
		return nil, err
	}
	right, err := l.tree(&t.Args[1], false)
	if err != nil {
		return nil, err
	}
	return &lowered{form: orElse, args: []*lowered{left, right}, at: t.At}, nil
}

func (l *lowering) inRange(t *Tree) (*lowered, error) {
	r := &t.Args[1]
	if len(r.Args) != 2 {
		return nil, refuse(r, "a range has two ends, not %d", len(r.Args))
	}
	args, err := l.all([]Tree{t.Args[0], r.Args[0], r.Args[1]}, false)
	if err != nil {
		return nil, err
	}
	return &lowered{form: apply, run: runner{many: between}, args: args, at: t.At}, nil
}

func (l *lowering) call(t *Tree) (*lowered, error) {
	f, ok := Lookup(t.Name)
	if !ok {
		return nil, refuse(t, "there is no function %s", t.Name)
	}
	if len(t.Args) < f.Min || len(t.Args) > f.Max {
		return nil, refuse(t, "%s takes %s, not %d", f.Name, count(f.Min, f.Max), len(t.Args))
	}
	run, err := f.make(t)
	if err != nil {
		return nil, refuse(t, "%s", placed(err, "").Detail)
	}
	if run.loop == "" {
		args, err := l.all(t.Args, false)
		if err != nil {
			return nil, err
		}
		return &lowered{form: apply, run: run, args: args, at: t.At}, nil
	}
	return l.looped(t, run)
}

func (l *lowering) looped(t *Tree, run runner) (*lowered, error) {
	lambda := &t.Args[1]
	if lambda.Op != Lambda || len(lambda.Args) != 1 {
		return nil, refuse(lambda, "%s wants a lambda here", t.Name)
	}
	l.loops = true
	over, err := l.tree(&t.Args[0], false)
	if err != nil {
		return nil, err
	}
	body, err := l.tree(&lambda.Args[0], false)
	if err != nil {
		return nil, err
	}
	return &lowered{form: loop, run: run, name: lambda.Name, args: []*lowered{over, body}, at: t.At}, nil
}

// literal reads the canonical text of a literal by its type.
func literal(t *Tree) (types.Value, error) {
	v, err := ParseLiteral(t.Text, t.Type)
	if err != nil {
		return nil, refuse(t, "%v", err)
	}
	return v, nil
}
