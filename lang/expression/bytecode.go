package expression

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"sync"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"github.com/cob-lang/cob/lang/types"
)

// meterName is the variable that carries the meter through the bytecode. No
// variable of a program can have it.
const meterName = "$meter"

// meter counts the work of one evaluation.
type meter struct{ left int }

func (m *meter) charge(units int) error {
	if m.left -= units; m.left < 0 {
		return fail(TooMuch, "more than %d units of work in one expression", MaxWork)
	}
	return nil
}

// size is what reading or making a value costs.
func size(v types.Value) int {
	switch x := v.(type) {
	case []types.Value:
		return len(x)
	case map[string]types.Value:
		return len(x)
	case string:
		return len(x) / 64
	}
	return 0
}

// bytecode is a tree compiled by expr.
type bytecode struct{ program *vm.Program }

// assembly builds expr's AST. Every operation becomes a function of its own
// that knows its place, so that a failure does; names begin with $ or hold a #,
// so that they cannot meet those of the program.
type assembly struct {
	functions conf.FunctionsTable
	scope     []binding
	metered   bool // inside a lambda
}

type binding struct{ name, slot string }

var (
	boolType = reflect.TypeFor[bool]()
	listType = reflect.TypeFor[[]any]()
	anyType  = reflect.TypeFor[types.Value]()
)

func assemble(n *lowered) (*bytecode, error) {
	a := &assembly{functions: conf.FunctionsTable{}}
	root := a.node(n, anyType)
	config := &conf.Config{ShortCircuit: true, Functions: a.functions}
	config.WithEnv(map[string]any{})
	program, err := compiler.Compile(&parser.Tree{Node: root}, config)
	if err != nil {
		return nil, fmt.Errorf("compiling an expression to bytecode: %w", err)
	}
	return &bytecode{program}, nil
}

// machines are kept between evaluations for their stacks.
var machines = sync.Pool{New: func() any {
	// Memory is bounded by the meter; the machine's own budget must never be the
	// first to end an evaluation, for it has no code and no place.
	return &vm.VM{MemoryBudget: 8 * MaxWork}
}}

// run evaluates over env, of which it copies the variables in reads.
func (b *bytecode) run(env map[string]types.Value, reads []string) (types.Value, error) {
	scope := make(map[string]any, len(reads)+1)
	for _, name := range reads {
		scope[name] = env[name]
	}
	scope[meterName] = &meter{MaxWork}
	machine := machines.Get().(*vm.VM)
	v, err := machine.Run(b.program, scope)
	machines.Put(machine)
	if err != nil {
		return nil, unwrapped(err)
	}
	return v, nil
}

// unwrapped finds the Failure in what the machine reports.
func unwrapped(err error) error {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	return fail(WrongType, "the environment does not fit the expression: %v", err)
}

func (a *assembly) node(n *lowered, t reflect.Type) ast.Node {
	node := a.form(n)
	node.SetType(t)
	return node
}

func (a *assembly) form(n *lowered) ast.Node {
	switch n.form {
	case constant:
		if n.value == nil {
			return &ast.NilNode{}
		}
		return &ast.ConstantNode{Value: n.value}
	case variable:
		return &ast.IdentifierNode{Value: a.resolve(n.name)}
	case both:
		return &ast.BinaryNode{Operator: "&&", Left: a.condition(n.args[0], n.at), Right: a.condition(n.args[1], n.at)}
	case either:
		return &ast.BinaryNode{Operator: "||", Left: a.condition(n.args[0], n.at), Right: a.condition(n.args[1], n.at)}
	case choose:
		return &ast.ConditionalNode{Ternary: true, Cond: a.condition(n.args[0], n.at), Exp1: a.node(n.args[1], anyType), Exp2: a.node(n.args[2], anyType)}
	case orElse:
		return a.orElse(n)
	case loop:
		return a.loop(n)
	}
	args := make([]ast.Node, len(n.args))
	for i, arg := range n.args {
		args[i] = a.node(arg, anyType)
	}
	return a.call(n.run, n.at, args...)
}

func (a *assembly) resolve(name string) string {
	for i := len(a.scope) - 1; i >= 0; i-- {
		if a.scope[i].name == name {
			return a.scope[i].slot
		}
	}
	return name
}

// bind makes a fresh slot for a variable. An empty name is none of the
// program's.
func (a *assembly) bind(name string) string {
	slot := "$" + strconv.Itoa(len(a.functions)) + "#" + strconv.Itoa(len(a.scope))
	a.scope = append(a.scope, binding{name, slot})
	return slot
}

func (a *assembly) unbind() { a.scope = a.scope[:len(a.scope)-1] }

// condition makes sure that a machine that wants a bool has one.
func (a *assembly) condition(n *lowered, at string) ast.Node {
	node := a.call(runner{one: func(v types.Value) (types.Value, error) {
		b, err := condition(v)
		return b, err
	}}, at, a.node(n, anyType))
	node.SetType(boolType)
	return node
}

// orElse keeps the left side in a slot. The machine's own ?? takes an empty
// list for null.
func (a *assembly) orElse(n *lowered) ast.Node {
	value := a.node(n.args[0], anyType)
	slot := a.bind("")
	there := a.call(runner{one: func(v types.Value) (types.Value, error) { return v != nil, nil }}, n.at, &ast.IdentifierNode{Value: slot})
	there.SetType(boolType)
	choice := &ast.ConditionalNode{Ternary: true, Cond: there, Exp1: &ast.IdentifierNode{Value: slot}, Exp2: a.node(n.args[1], anyType)}
	a.unbind()
	return &ast.VariableDeclaratorNode{Name: slot, Value: value, Expr: choice}
}

// loop builds a loop of the machine's. Sorting and grouping map the items to
// their keys first.
func (a *assembly) loop(n *lowered) ast.Node {
	list := a.call(runner{one: checkedItems}, n.at, a.node(n.args[0], anyType))
	var combine operation2
	switch n.run.loop {
	case "sort_by":
		combine = sortBy
	case "group_by":
		combine = groupBy
	case "index_by":
		combine = indexBy
	default:
		return a.rounds(n, n.run.loop, list)
	}
	slot := a.bind("")
	again := &ast.IdentifierNode{Value: slot}
	again.SetType(listType)
	keys := a.rounds(n, "map", again)
	a.unbind()
	return &ast.VariableDeclaratorNode{Name: slot, Value: list,
		Expr: a.call(runner{two: combine}, n.at, &ast.IdentifierNode{Value: slot}, keys)}
}

func (a *assembly) rounds(n *lowered, name string, list ast.Node) ast.Node {
	list.SetType(listType)
	outer := a.metered
	a.metered = true
	tick := &ast.CallNode{Callee: a.function(func(args ...any) (any, error) {
		if err := args[0].(*meter).charge(1); err != nil {
			return nil, placed(err, n.at)
		}
		return args[1], nil
	}), Arguments: []ast.Node{&ast.IdentifierNode{Value: meterName}, &ast.PointerNode{}}}
	slot := a.bind(n.name)
	body := a.condition(n.args[1], n.at)
	if name == "map" {
		body = a.node(n.args[1], anyType)
	}
	a.unbind()
	a.metered = outer
	loop := ast.Node(&ast.BuiltinNode{Name: name, Arguments: []ast.Node{list,
		&ast.PredicateNode{Node: &ast.VariableDeclaratorNode{Name: slot, Value: tick, Expr: body}}}})
	if name == "count" {
		loop = a.call(runner{one: func(v types.Value) (types.Value, error) { return int64(v.(int)), nil }}, n.at, loop)
	}
	return loop
}

func checkedItems(v types.Value) (types.Value, error) {
	list, err := items(v)
	if err != nil {
		return nil, err
	}
	if len(list) > MaxItems {
		return nil, tooMany()
	}
	return list, nil
}

func (a *assembly) function(f func(args ...any) (any, error)) *ast.IdentifierNode {
	name := "$" + strconv.Itoa(len(a.functions))
	a.functions[name] = &builtin.Function{Name: name, Func: f}
	return &ast.IdentifierNode{Value: name}
}

// call builds the call of an operation. In a lambda it is charged for what it
// reads and makes.
func (a *assembly) call(run runner, at string, args ...ast.Node) ast.Node {
	if !a.metered {
		return &ast.CallNode{Callee: a.function(func(args ...any) (any, error) {
			v, err := run.over(args)
			if err != nil {
				return nil, placed(err, at)
			}
			return v, nil
		}), Arguments: args}
	}
	return &ast.CallNode{Callee: a.function(func(args ...any) (any, error) {
		v, err := run.charged(args[0].(*meter), args[1:])
		if err != nil {
			return nil, placed(err, at)
		}
		return v, nil
	}), Arguments: append([]ast.Node{&ast.IdentifierNode{Value: meterName}}, args...)}
}

func (r runner) over(args []types.Value) (types.Value, error) {
	switch {
	case r.one != nil:
		return r.one(args[0])
	case r.two != nil:
		return r.two(args[0], args[1])
	}
	return r.many(args)
}

func (r runner) charged(m *meter, args []types.Value) (types.Value, error) {
	units := 0
	for _, v := range args {
		units += size(v)
	}
	if err := m.charge(units); err != nil {
		return nil, err
	}
	v, err := r.over(args)
	if err != nil {
		return nil, err
	}
	return v, m.charge(size(v))
}
