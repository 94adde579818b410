package check

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// computed reports an expression that is the same in every run and has no value
// in any, such as a division by zero.
func (c *checker) computed(t typed, at source.Span) typed {
	if t.invalid() || !isConstant(&t.Tree) {
		return t
	}
	_, ok, err := expression.Constant(&t.Tree, c.Universe)
	if !ok || err == nil {
		return t
	}
	c.report(diag.Errorf(CodeFails, at, "this has no value in any run: %s", detail(err)))
	return typed{}
}

// isConstant says that an expression reads nothing but what it binds itself.
func isConstant(t *expression.Tree) bool { return closed(t, nil) }

func closed(t *expression.Tree, bound []string) bool {
	switch t.Op {
	case "":
		return false
	case expression.Var:
		return slices.Contains(bound, t.Name)
	case expression.Lambda:
		bound = append(slices.Clip(bound), t.Name)
	}
	return !slices.ContainsFunc(t.Args, func(a expression.Tree) bool { return !closed(&a, bound) })
}

// detail is what went wrong, without the place, which the diagnostic has.
func detail(err error) string {
	var failure *expression.Failure
	if errors.As(err, &failure) {
		return failure.Detail
	}
	var refused *expression.CompileError
	if errors.As(err, &refused) {
		return refused.Detail
	}
	return err.Error()
}

// compiles reports a call with a literal that can never work, such as a pattern
// that is none.
func (c *checker) compiles(t typed, at source.Span) typed {
	if t.Name != "matches" || t.Args[1].Op != expression.Literal {
		return t
	}
	if _, err := expression.Compile(t.Tree, c.Universe); err != nil {
		c.report(diag.Errorf(CodeFails, at, "this has no value in any run: %s", detail(err)))
		return typed{}
	}
	return t
}

// sound reports a refinement that is no statement about its field.
func (c *checker) sound(r *plan.Refinement, at source.Span) bool {
	if slices.Contains(expression.Reads(&r.Test), "now") {
		c.report(diag.Errorf(CodeRefinement, at, "a refinement reads its own field alone: what holds today may not hold tomorrow").
			WithHelp("compare with now where the value is used"))
		return false
	}
	if v, ok, err := expression.Constant(&r.Test, c.Universe); ok && err == nil && v == false {
		c.errorf(CodeRefinement, at, "no value of %s can satisfy this", r.Field)
		return false
	}
	switch o := OutcomeOf(&r.Test, c.Universe); {
	case !o.True:
		c.errorf(CodeRefinement, at, "no value of %s can satisfy this", r.Field)
		return false
	case !o.False && !isConstant(&r.Test):
		c.report(diag.Warningf(CodeAllowsAll, at, "every value of %s satisfies this", r.Field).WithHelp("leave it out, or say what is not allowed").
			WithFix(at.Led("where").Alone(), "").AsDraft())
	}
	return true
}

// obeys reports the places in a constant, a value of type t, where a refinement
// does not hold. What stands behind a name has been checked where it was given
// its value.
func (c *checker) obeys(tree *expression.Tree, t types.Type, e syntax.Expr) {
	if guards, v := c.guarded(), c.valueOf(tree); guards != nil && v != nil {
		c.unfit(guards.Check(v, t), e)
	}
}

// obeysAs is obeys for an argument, with what the parameter's own condition says.
func (c *checker) obeysAs(owner string, param types.Field, tree *expression.Tree, e syntax.Expr) {
	if guards, v := c.guarded(), c.valueOf(tree); guards != nil && v != nil {
		found := guards.CheckAs(owner, map[string]types.Value{param.Name: v}, types.RecordOf(param))
		for i := range found {
			found[i].Path = strings.TrimPrefix(strings.TrimPrefix(found[i].Path, param.Name), ".")
		}
		c.unfit(found, e)
	}
}

// lawfulArgs reports constant arguments that do not obey what a process or an
// operation says of its parameters.
func (c *checker) lawfulArgs(owner string, given *syntax.Args, params []types.Field, args []typed) {
	for i := range args {
		if args[i].invalid() || !isConstant(&args[i].Tree) || !c.mayBreak(owner, params[i]) {
			continue
		}
		c.obeysAs(owner, params[i], &args[i].Tree, given.List[i])
	}
}

// mayBreak says whether there may be a refinement of a parameter or of something in it.
func (c *checker) mayBreak(owner string, param types.Field) bool {
	return len(c.refinementsOf(types.Ref(owner), param.Name)) > 0 || c.holdsRecord(param.Type)
}

func (c *checker) holdsRecord(t types.Type) bool {
	if t.Kind == types.Named {
		d := c.Universe.Lookup(t.Name)
		return d != nil && d.Kind != types.EnumDefinition
	}
	return t.Elem != nil && c.holdsRecord(*t.Elem) || slices.ContainsFunc(t.Fields, func(f types.Field) bool { return c.holdsRecord(f.Type) })
}

// valueOf is the value of a constant, nil where there is none.
func (c *checker) valueOf(tree *expression.Tree) types.Value {
	v, ok, err := expression.Constant(tree, c.Universe)
	if !ok || err != nil {
		return nil
	}
	return v
}

// unfit reports what the refinements say of a value that is written in the text.
func (c *checker) unfit(problems types.Problems, e syntax.Expr) {
	for _, p := range problems {
		at := within(e, p.Path)
		if _, named := at.(*syntax.Ident); named {
			continue
		}
		what := p.Path
		if what == "" {
			what = "this"
		}
		c.errorf(CodeRefinement, at.Span(), "%s %s", what, p.Message)
	}
}

// guarded makes the refinements ready, or gives nil when one of them is wrong.
func (c *checker) guarded() *expression.Checker {
	if c.guards == nil {
		if guards, err := expression.NewChecker(c.Universe, c.allRefinements()); err == nil {
			c.guards = guards
		}
	}
	return c.guards
}

// within is the expression at a path such as lines[2].qty, as deep as it is
// written out.
func within(e syntax.Expr, path string) syntax.Expr {
	for path != "" {
		switch x := e.(type) {
		case *syntax.RecordExpr:
			path = strings.TrimPrefix(path, ".")
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			i := slices.IndexFunc(x.Fields, func(f *syntax.FieldInit) bool { return f.Name.Text == path[:end] })
			if i < 0 {
				return e
			}
			e, path = x.Fields[i].Value, path[end:]
		case *syntax.ListExpr:
			number, rest, _ := strings.Cut(strings.TrimPrefix(path, "["), "]")
			i, err := strconv.Atoi(number)
			if err != nil || i >= len(x.Items) {
				return e
			}
			e, path = x.Items[i], rest
		default:
			return e
		}
	}
	return e
}
