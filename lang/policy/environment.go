package policy

import (
	"fmt"
	"slices"
	"sync"

	"cel.dev/cel-go/checker"
	"cel.dev/cel-go/common/containers"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/stdlib"
	celtypes "cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"

	"github.com/cob-lang/cob/lang/types"
)

// environment is the part of CEL that every policy shares. It is built once,
// when the first policy is compiled: the standard library is by far the most of
// it, so only the functions that the lowering uses are declared.
type environment struct {
	base        *checker.Env
	container   *containers.Container
	registry    *celtypes.Registry
	interpreter interpreter.Interpreter
}

var shared = sync.OnceValues(newEnvironment)

// used are the CEL functions that the lowering can give.
var used = []string{
	operators.Conditional, operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.NotStrictlyFalse,
	operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
	operators.In, operators.Index, operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Modulo, operators.Negate,
	overloads.Size, overloads.Contains, overloads.StartsWith, overloads.EndsWith, overloads.Matches,
	overloads.TypeConvertString, overloads.TypeConvertDouble, overloads.TypeConvertTimestamp, overloads.TypeConvertDuration,
}

func newEnvironment() (*environment, error) {
	e := &environment{container: containers.DefaultContainer, registry: celtypes.NewEmptyRegistry()}
	var err error
	if e.base, err = checker.NewEnv(e.container, e.registry); err != nil {
		return nil, fmt.Errorf("preparing CEL: %w", err)
	}
	var functions []*decls.FunctionDecl
	for _, f := range stdlib.Functions() {
		if slices.Contains(used, f.Name()) {
			functions = append(functions, f)
		}
	}
	if err := e.base.AddFunctions(functions...); err != nil {
		return nil, fmt.Errorf("preparing CEL: %w", err)
	}
	dispatcher := interpreter.NewDispatcher()
	for _, f := range functions {
		bindings, err := f.Bindings()
		if err != nil {
			return nil, fmt.Errorf("preparing CEL: %w", err)
		}
		if err := dispatcher.Add(bindings...); err != nil {
			return nil, fmt.Errorf("preparing CEL: %w", err)
		}
	}
	attributes := interpreter.NewPartialAttributeFactory(e.container, e.registry, e.registry)
	e.interpreter = interpreter.NewInterpreter(dispatcher, e.container, e.registry, e.registry, attributes)
	return e, nil
}

// declare makes a checker that knows the facts.
func (e *environment) declare(u *types.Universe, facts []types.Field) (*checker.Env, error) {
	env, err := checker.NewEnv(e.container, e.registry, checker.ValidatedDeclarations(e.base))
	if err != nil {
		return nil, fmt.Errorf("preparing CEL: %w", err)
	}
	for _, f := range facts {
		if err := env.AddIdents(decls.NewVariable(f.Name, celType(u, f.Type))); err != nil {
			return nil, fmt.Errorf("declaring the fact %s: %w", f.Name, err)
		}
	}
	return env, nil
}

// celType is the type that CEL knows a value by. Our checker has typed the
// condition already, so records are maps of anything.
func celType(u *types.Universe, t types.Type) *celtypes.Type {
	switch t.Kind {
	case types.Bool:
		return celtypes.BoolType
	case types.Int:
		return celtypes.IntType
	case types.Float:
		return celtypes.DoubleType
	case types.String:
		return celtypes.StringType
	case types.Timestamp:
		return celtypes.TimestampType
	case types.Duration:
		return celtypes.DurationType
	case types.List:
		return celtypes.NewListType(celType(u, *t.Elem))
	case types.Map:
		return celtypes.NewMapType(celtypes.StringType, celType(u, *t.Elem))
	}
	if _, ok := u.FieldsOf(t); ok {
		return celtypes.NewMapType(celtypes.StringType, celtypes.DynType)
	}
	return celtypes.DynType
}
