package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// function checks the call of a standard function, written len(xs) or xs.len().
func (c *checker) function(s *resolve.Scope, e *syntax.CallExpr, want types.Type) typed {
	name, args := calledName(e)
	if c.folding != nil {
		if t, ok := c.fold(e, name, args); ok {
			return t
		}
	}
	if !name.Given() {
		c.errorf(CodeFunction, e.Func.Span(), "only functions of the standard library can be called here")
		return typed{}
	}
	f, ok := expression.Lookup(name.Text)
	if !ok || c.calledEndpoint(s, e) != nil {
		c.report(c.noFunction(s, e, name))
		return typed{}
	}
	out := typed{Tree: expression.Tree{Op: expression.Call, Name: f.Name, At: at(e.Span()), Args: make([]expression.Tree, 0, len(args))}}
	argTypes := make([]types.Type, 0, len(args))
	var kept labelSet
	bad := false
	for i, a := range args {
		v := c.argument(s, f, i, a, argTypes)
		bad = bad || v.invalid()
		if v.Type.Kind != types.Lambda {
			kept |= v.labels
		}
		if f.Inside(i) {
			out.labels |= c.all(&v)
		}
		argTypes = append(argTypes, v.Type)
		out.Args = append(out.Args, v.Tree)
	}
	t, wrong := f.Result(c.Universe, argTypes)
	if wrong != nil {
		span := e.Span()
		if wrong.Index >= 0 && wrong.Index < len(args) {
			span = args[wrong.Index].Span()
		}
		if d, ok := c.absentArgument(f, argTypes, wrong.Index, span); ok {
			c.report(d)
			return typed{}
		}
		c.report(c.blame(diag.Errorf(CodeArgument, span, "%s", wrong.Message), argumentsOf(&out, wrong.Index)...))
		return typed{}
	}
	if bad {
		return typed{}
	}
	out.Type = t
	if t.Kind == types.Map {
		kept |= out.labels // the type of a map says nothing of its keys
	}
	out.labels = out.labels&^c.deep(t) | kept
	if out = c.compiles(out, e.Span()); out.invalid() {
		return out
	}
	return c.computed(out, e.Span())
}

// argumentsOf is the argument of a call by its number, if it has it.
func argumentsOf(call *typed, i int) []*typed {
	if i < 0 || i >= len(call.Args) {
		return nil
	}
	return []*typed{{Tree: call.Args[i]}}
}

// absentArgument says of an argument that would fit if it were always there that
// it may be absent.
func (c *checker) absentArgument(f *expression.Function, args []types.Type, i int, at source.Span) (diag.Diagnostic, bool) {
	if i < 0 || args[i].Kind != types.Optional {
		return diag.Diagnostic{}, false
	}
	there := slices.Clone(args)
	there[i] = *args[i].Elem
	if _, wrong := f.Result(c.Universe, there); wrong != nil && wrong.Index <= i {
		return diag.Diagnostic{}, false
	}
	d := diag.Errorf(CodeAbsent, at, "this may be absent, and %s wants a value here", f.Name).
		WithLabel("this is %s", c.show(args[i])).
		WithHelp("say what holds when it is absent, ... ?? other, or ask first: if ... != null { }")
	return c.otherwise(d, at, args[i], "", ""), true
}

func calledName(e *syntax.CallExpr) (syntax.Name, []syntax.Expr) {
	switch f := e.Func.(type) {
	case *syntax.Ident:
		return syntax.Name{Text: f.Name, At: f.Span()}, e.Args
	case *syntax.MemberExpr:
		return f.Name, append([]syntax.Expr{f.X}, e.Args...)
	}
	return syntax.Name{}, nil
}

// calledEndpoint is the endpoint whose operation is called as if it were a function,
// or nil.
func (c *checker) calledEndpoint(s *resolve.Scope, e *syntax.CallExpr) *resolve.Symbol {
	m, ok := e.Func.(*syntax.MemberExpr)
	if !ok {
		return nil
	}
	x, ok := m.X.(*syntax.Ident)
	if !ok || s.Find(x.Name) != nil {
		return nil
	}
	if sym := c.Info.Lookup(x.Name); sym != nil && sym.Kind == resolve.Endpoint {
		return sym
	}
	return nil
}

func (c *checker) noFunction(s *resolve.Scope, e *syntax.CallExpr, name syntax.Name) diag.Diagnostic {
	d := diag.Errorf(CodeFunction, name.At, "no function is called %s", name.Text)
	if end := c.calledEndpoint(s, e); end != nil {
		c.Info.Use(end, e.Func.Span().First(len(end.Name)))
		return diag.Errorf(CodeFunction, name.At, "%s.%s is an operation, and functions alone stand in expressions", end.Name, name.Text).
			WithHelp("an operation is invoked with call: let x = call %s.%s(...)", end.Name, name.Text).WithFix(e.Span().Before(), "call ")
	}
	if _, ok := expression.Lookup(foreignFunctions[name.Text]); ok {
		return meant(d, name.At, name.Text, foreignFunctions)
	}
	if near := diag.Suggest(name.Text, expression.Names()); near != "" {
		return d.WithWord(name.At, name.Text, near)
	}
	if sym := c.Info.Lookup(name.Text); sym != nil && sym.Kind == resolve.Process {
		return d.WithHelp("%s is a process: write start %s(...)", name.Text, name.Text)
	}
	return d
}

func (c *checker) argument(s *resolve.Scope, f *expression.Function, i int, a syntax.Expr, before []types.Type) typed {
	lambda, ok := a.(*syntax.LambdaExpr)
	if !ok {
		if r, bare := a.(*syntax.RecordExpr); bare && r.Type == nil && i == 1 && before[0].Kind == types.Map {
			return c.value(s, a, before[0]) // the other one of two maps
		}
		return c.value(s, a, none)
	}
	param, wanted := f.LambdaParam(i, before)
	if !wanted {
		c.errorf(CodeArgument, a.Span(), "%s wants a value here: %s", f.Name, f.Form)
		return typed{}
	}
	return c.lambda(s, lambda, param)
}

func (c *checker) lambda(s *resolve.Scope, e *syntax.LambdaExpr, param types.Type) typed {
	inner := s.Inner()
	name, at := "it", source.Span{}
	if !e.Short {
		if len(e.Params) != 1 {
			c.errorf(CodeArgument, e.Span(), "a lambda has one parameter here")
			return typed{}
		}
		name, at = e.Params[0].Text, e.Params[0].At
	}
	v := &resolve.Variable{Name: name, At: at, Type: param, Fixed: "the parameter of a lambda"}
	c.declare(inner, v)
	body := c.value(inner, e.Body, none)
	if body.invalid() {
		return typed{}
	}
	return typed{expression.Tree{Op: expression.Lambda, Type: types.LambdaOf(body.Type), Name: v.Plan, Args: []expression.Tree{body.Tree}}, body.labels}
}
