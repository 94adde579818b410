package check

import (
	"reflect"
	"strconv"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

var operators = map[string]expression.Op{
	"+": expression.Add, "-": expression.Sub, "*": expression.Mul, "/": expression.Div, "%": expression.Rem,
	"==": expression.Eq, "!=": expression.Ne, "<": expression.Lt, "<=": expression.Le, ">": expression.Gt, ">=": expression.Ge,
	"&&": expression.And, "||": expression.Or, "??": expression.Coalesce, "in": expression.In,
}

func (c *checker) binary(s *resolve.Scope, e *syntax.BinaryExpr, want types.Type) typed {
	op := operators[e.Op]
	hint := none
	if op == expression.Coalesce {
		hint = want
	}
	if op == expression.Coalesce {
		c.soft++
	}
	outer := c.know.compared
	if isNull(e.Y) {
		c.know.compared = e.X
	}
	x := c.expr(s, e.X, hint)
	if op == expression.Coalesce {
		c.soft--
	}
	mark := c.know.mark()
	switch {
	case isNull(e.X):
		c.know.compared = e.Y
	case op == expression.And, op == expression.Or:
		c.learn(s, e.X, op == expression.And)
	}
	var y typed
	if r, ok := e.Y.(*syntax.RangeExpr); ok && op == expression.In {
		y = c.between(s, r)
	} else {
		y = c.expr(s, e.Y, c.hint(op, x.Type))
	}
	c.know.forget(mark)
	c.know.compared = outer
	if x.Type.Kind == types.Void || y.Type.Kind == types.Void {
		c.errorf(CodeNoValue, e.Span(), "there is no value here")
		return typed{}
	}
	o, ok := expression.Operator(c.Universe, op, x.Type, y.Type)
	if !ok {
		c.report(c.blame(c.badOperands(e, &x, &y), &x, &y))
		return typed{}
	}
	if x.invalid() || y.invalid() {
		return typed{Tree: expression.Tree{Type: o.Result}}
	}
	if op == expression.Coalesce {
		c.neverAbsent(s, e, &x)
	}
	out := typed{expression.Tree{Op: op, Type: o.Result, At: c.mayFail(op, e),
		Args: []expression.Tree{widen(x.Tree, o.Left), widen(y.Tree, o.Right)}}, c.all(&x) | c.all(&y)}
	if out.At == "" {
		return out
	}
	if (op == expression.Div || op == expression.Rem) && !isConstant(&x.Tree) && c.isZero(&y.Tree) {
		c.errorf(CodeFails, e.Y.Span(), "this has no value in any run: division by zero")
		return typed{}
	}
	return c.computed(out, e.Span())
}

// isZero says that a value is 0 in every run, of whatever kind of number.
func (c *checker) isZero(t *expression.Tree) bool {
	if t.Op == expression.Sub && reflect.DeepEqual(t.Args[0], t.Args[1]) {
		return true // whatever it is
	}
	if !isConstant(t) {
		return false
	}
	v, ok, err := expression.Constant(t, c.Universe)
	return ok && err == nil && types.Equal(v, int64(0))
}

// mayFail is the place of an operator that can fail, "" for the others.
func (c *checker) mayFail(op expression.Op, e *syntax.BinaryExpr) string {
	switch op {
	case expression.And, expression.Or, expression.Eq, expression.Ne, expression.Coalesce, expression.In:
		return ""
	}
	return at(e.OpSpan)
}

// hint is what an operator wants to its right, for literals.
func (c *checker) hint(op expression.Op, left types.Type) types.Type {
	switch op {
	case expression.Eq, expression.Ne, expression.Lt, expression.Le, expression.Gt, expression.Ge, expression.Coalesce:
		return left
	case expression.In:
		if left.Kind != types.Invalid {
			return types.ListOf(left)
		}
	}
	return none
}

func (c *checker) badOperands(e *syntax.BinaryExpr, x, y *typed) diag.Diagnostic {
	d := diag.Errorf(CodeOperator, e.OpSpan, "%s %s %s has no meaning", c.show(x.Type), e.Op, c.show(y.Type)).
		WithNote(e.X.Span(), "this is %s", c.show(x.Type)).
		WithNote(e.Y.Span(), "this is %s", c.show(y.Type))
	if (x.Type.Kind == types.Null) != (y.Type.Kind == types.Null) && (e.Op == "==" || e.Op == "!=") {
		given := x
		if x.Type.Kind == types.Null {
			given = y
		}
		return diag.Errorf(CodeNeverNull, e.Span(), "this is never null: it is %s", c.show(given.Type)).
			WithHelp("it is %v in every run", e.Op == "!=").WithFix(e.Span(), strconv.FormatBool(e.Op == "!=")).AsDraft()
	}
	if x.Type.Kind == types.Optional || y.Type.Kind == types.Optional {
		d.Code = CodeAbsent
		d = d.WithHelp("say what holds when it is absent: ... ?? other")
		return c.otherwise(c.otherwise(d, e.X.Span(), x.Type, "(", ")"), e.Y.Span(), y.Type, "(", ")")
	}
	if isPlainNumber(x.Type) && y.Type.Kind == types.Money || x.Type.Kind == types.Money && isPlainNumber(y.Type) {
		return amount(d, e)
	}
	for _, side := range []struct {
		enum, text *typed
		at         syntax.Expr
	}{{x, y, e.Y}, {y, x, e.X}} {
		if side.enum.Type.Kind == types.Named && side.text.Type.Kind == types.String && side.text.Op == expression.Literal {
			return c.enumNamed(d, side.text.Text, side.enum.Type, side.at.Span())
		}
	}
	if e.Op == "+" && (x.Type.Kind == types.String) != (y.Type.Kind == types.String) {
		return d.WithHelp(`put the value into the text: "... ${value}"`)
	}
	return d
}

// amount is the way out where a number meets money.
func amount(d diag.Diagnostic, e *syntax.BinaryExpr) diag.Diagnostic {
	for _, side := range []syntax.Expr{e.X, e.Y} {
		if lit, ok := side.(*syntax.Literal); ok && (lit.Kind == syntax.IntLiteral || lit.Kind == syntax.DecimalLiteral) {
			return d.WithHelp("an amount has a currency: write %s EUR", lit.Raw).WithFix(lit.Span().After(), " EUR").AsDraft()
		}
	}
	return d.WithHelp("an amount has a currency, such as 100 EUR")
}

func isPlainNumber(t types.Type) bool { return t.Kind == types.Int || t.Kind == types.Decimal }

// between is the right side of `x in low..high`.
func (c *checker) between(s *resolve.Scope, r *syntax.RangeExpr) typed {
	low, high := c.value(s, r.Low, types.Of(types.Int)), c.value(s, r.High, types.Of(types.Int))
	if low.invalid() || high.invalid() {
		return typed{}
	}
	return typed{expression.Tree{Op: expression.Range, Type: types.ListOf(types.Of(types.Int)),
		Args: []expression.Tree{low.Tree, high.Tree}}, low.labels | high.labels}
}

func (c *checker) unary(s *resolve.Scope, e *syntax.UnaryExpr, want types.Type) typed {
	x := c.expr(s, e.X, want)
	if x.invalid() {
		return typed{}
	}
	if e.Op == "!" {
		if x.Type.Kind != types.Bool {
			c.report(c.mismatch(x.Type, types.Of(types.Bool), e.X.Span()))
			return typed{Tree: expression.Tree{Type: types.Of(types.Bool)}}
		}
		return typed{expression.Tree{Op: expression.Not, Type: x.Type, Args: []expression.Tree{x.Tree}}, x.labels}
	}
	switch x.Type.Kind {
	case types.Int, types.Decimal, types.Float, types.Money, types.Duration:
		return c.computed(typed{expression.Tree{Op: expression.Neg, Type: x.Type, Args: []expression.Tree{x.Tree}, At: at(e.Span())}, x.labels}, e.Span())
	}
	c.errorf(CodeOperator, e.Span(), "%s has no minus", c.show(x.Type))
	return typed{}
}

func (c *checker) cond(s *resolve.Scope, e *syntax.CondExpr, want types.Type) typed {
	test := c.value(s, e.Cond, types.Of(types.Bool))
	side := func(of syntax.Expr, holds bool) typed {
		mark := c.know.mark()
		c.learn(s, e.Cond, holds)
		x := c.expr(s, of, want)
		c.know.forget(mark)
		if want.Kind == types.Invalid {
			want = x.Type
		}
		return x
	}
	var x, y typed
	if isEmptyList(e.Then) || isEmptyRecord(e.Then) { // the other side says what it is of
		y = side(e.Else, false)
		x = side(e.Then, true)
	} else {
		x = side(e.Then, true)
		y = side(e.Else, false)
	}
	if test.invalid() || x.invalid() || y.invalid() {
		return typed{}
	}
	t, ok := c.common(x.Type, y.Type)
	if !ok {
		d := diag.Errorf(CodeOperator, e.Span(), "the two sides have no type in common").
			WithNote(e.Then.Span(), "this is %s", c.show(x.Type)).WithNote(e.Else.Span(), "this is %s", c.show(y.Type))
		if x.Type.Kind == types.Record && y.Type.Kind == types.Record {
			d = d.WithHelp("say which type both are of, let x: T = ..., with the fields that may be missing optional; for a map, let x: map<string> = ...")
		}
		c.report(d)
		return typed{}
	}
	x, y = c.fit(x, t, e.Then.Span()), c.fit(y, t, e.Else.Span())
	return typed{expression.Tree{Op: expression.Cond, Type: t, Args: []expression.Tree{test.Tree, x.Tree, y.Tree}},
		c.all(&test) | x.labels | y.labels}
}

func isEmptyRecord(e syntax.Expr) bool {
	r, ok := e.(*syntax.RecordExpr)
	return ok && r.Type == nil && len(r.Fields) == 0
}

// common is a type that values of both types have.
func (c *checker) common(a, b types.Type) (types.Type, bool) {
	switch {
	case a.Kind == types.Null && b.Kind != types.Null:
		return types.OptionalOf(b), true
	case b.Kind == types.Null && a.Kind != types.Null:
		return types.OptionalOf(a), true
	case c.Universe.Assignable(b, a):
		return a, true
	case c.Universe.Assignable(a, b):
		return b, true
	case a.Kind == types.Optional && c.Universe.Assignable(*a.Elem, b), b.Kind == types.Optional && c.Universe.Assignable(*b.Elem, a):
		if a.Kind == types.Optional {
			return types.OptionalOf(b), true
		}
		return types.OptionalOf(a), true
	}
	return none, false
}
