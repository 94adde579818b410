package check

import (
	"slices"
	"strings"
	"time"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// whole is the value of a constant int.
func (c *checker) whole(t *expression.Tree) (int64, bool) {
	if t.Type.Kind != types.Int || !isConstant(t) {
		return 0, false
	}
	n, ok := c.valueOf(t).(int64)
	return n, ok
}

// width reports a loop that runs no round at a time.
func (c *checker) width(t *typed, e syntax.Expr) {
	if n, ok := c.whole(&t.Tree); ok && n < 1 {
		c.report(diag.Errorf(CodeWidth, e.Span(), "%d rounds at a time would never end", n).
			WithHelp("write parallel 1 for one after the other, or parallel alone for all at once").
			WithFix(e.Span(), "1").AsDraft())
	}
}

// countable reports a loop over a constant range without a number in it, or with
// more than a list may have.
func (c *checker) countable(t *typed, e *syntax.RangeExpr) {
	if t.invalid() {
		return
	}
	low, okLow := c.whole(&t.Args[0])
	high, okHigh := c.whole(&t.Args[1])
	switch {
	case !okLow || !okHigh:
	case low > high:
		c.report(diag.Errorf(CodeRounds, e.Span(), "there is nothing from %d to %d, so this loop never runs", low, high).
			WithHelp("a range begins with its smaller end; to count down, write for i in %d..%d and use %d - i", high, low, low+high))
	case uint64(high)-uint64(low) >= expression.MaxItems:
		c.report(diag.Errorf(CodeRounds, e.Span(), "a loop has at most %d rounds, and these are more", expression.MaxItems).
			WithHelp("let a process do a part and go on with: continue with P(next)"))
	}
}

// beyond reports a constant index that no list has. Of a list that is a constant too
// it is told that there is no value.
func (c *checker) beyond(e *syntax.IndexExpr, x, i *typed) bool {
	if n, ok := c.whole(&i.Tree); ok && n < 0 && x.Type.Kind == types.List && !isConstant(&x.Tree) {
		c.report(diag.Errorf(CodeCut, e.Index.Span(), "no list has an item %d: nothing counts from the end", n).
			WithHelp("the last item is xs[len(xs) - 1]"))
		return true
	}
	return false
}

// backwards is beyond for the bounds of a slice.
func (c *checker) backwards(e *syntax.SliceExpr, x *typed, bounds []expression.Tree) bool {
	if isConstant(&x.Tree) {
		return false
	}
	low, okLow := c.whole(&bounds[0])
	high, okHigh := c.whole(&bounds[1])
	switch {
	case okLow && low < 0, okHigh && high < 0:
		c.report(diag.Errorf(CodeCut, e.Span(), "a slice has no bound below 0: nothing counts from the end").
			WithHelp("the last two items are xs[len(xs) - 2:]"))
	case okLow && okHigh && low > high:
		c.report(diag.Errorf(CodeCut, e.Span(), "a slice from %d to %d ends before it begins", low, high).
			WithFix(e.Low.Span(), e.High.Span().Text()).WithFix(e.High.Span(), e.Low.Span().Text()).AsDraft())
	default:
		return false
	}
	return true
}

// ahead reports a wait that is over before it begins in every run.
func (c *checker) ahead(t *typed, e syntax.Expr) {
	if t.invalid() || !isConstant(&t.Tree) {
		return
	}
	d, ok := c.valueOf(&t.Tree).(time.Duration)
	if !ok || d >= 0 {
		return
	}
	found := diag.Errorf(CodeNegative, e.Span(), "this waits for %s, which is over before it begins", types.FormatDuration(d))
	if minus, ok := e.(*syntax.UnaryExpr); ok {
		found = found.WithHelp("a wait leads ahead").WithFix(e.Span(), minus.X.Span().Text()).AsDraft()
	}
	c.report(found)
}

// shares reports a sample of none or of more than there are.
func (c *checker) shares(lit *syntax.Literal, r types.Exact) {
	if r.Sign() <= 0 {
		c.report(diag.Errorf(CodeShare, lit.Span(), "a sample of %s lets nothing through", lit.Raw).WithHelp("write how many of them are wanted, such as 5%%, or leave the route out"))
	} else if r.Cmp(types.ExactInt(1)) > 0 {
		c.report(diag.Errorf(CodeShare, lit.Span(), "a sample of %s would be more than there is", lit.Raw).WithHelp("all of them are 100%%, which needs no sample").
			WithFix(lit.Span(), "100%").AsDraft())
	}
}

// neverAbsent warns about ?? behind what is always there.
func (c *checker) neverAbsent(s *resolve.Scope, e *syntax.BinaryExpr, x *typed) {
	if x.invalid() || !gives(x.Type) || !c.plainlyThere(s, e.X, &x.Tree) {
		return
	}
	c.report(diag.Warningf(CodeNeverThere, e.OpSpan.Join(e.Y.Span()), "%s is never absent: it is %s", e.X.Span().Text(), c.show(x.Type)).
		WithHelp("leave the ?? out").WithFix(e.Span(), alone(e.X)))
}

// certainlyThere warns about ?. behind what is always there.
func (c *checker) certainlyThere(s *resolve.Scope, e *syntax.MemberExpr, of types.Type) {
	if !gives(of) || c.known(s, e.X) {
		return
	}
	rest := e.Span().Last(e.Span().End() - e.X.Span().End())
	c.report(diag.Warningf(CodeNeverThere, e.Span(), "%s is never absent: it is %s", e.X.Span().Text(), c.show(of)).
		WithHelp("write .%s", e.Name.Text).WithFix(rest, strings.Replace(rest.Text(), "?.", ".", 1)))
}

// alone is the text of an operand that may stand wherever the operation stood.
func alone(e syntax.Expr) string {
	switch e.(type) {
	case *syntax.BinaryExpr, *syntax.CondExpr, *syntax.LambdaExpr:
		return "(" + e.Span().Text() + ")"
	}
	return e.Span().Text()
}

// plainlyThere says that an expression reads nothing that may be missing: an item
// of a list or a key of a map, to which ?? answers too.
func (c *checker) plainlyThere(s *resolve.Scope, e syntax.Expr, t *expression.Tree) bool {
	plain := true
	t.Walk(func(t *expression.Tree) bool {
		switch t.Op {
		case expression.Index, expression.Slice, expression.Call, expression.Lambda:
			plain = false
		}
		return plain
	})
	return plain && !c.known(s, e)
}

// known says that a condition has shown that a value is there, or something that it
// was read through: asking again is no mistake.
func (c *checker) known(s *resolve.Scope, e syntax.Expr) bool {
	found := false
	syntax.Inspect(e, func(n syntax.Node) bool {
		if x, ok := n.(syntax.Expr); ok {
			v, path, ok := reached(s, x)
			found = found || ok && slices.ContainsFunc(c.know.facts, func(f fact) bool { return f.of == v && f.path == path })
		}
		return !found
	})
	return found
}

// itself reports a process that starts or calls itself under its own key: there is
// an instance of that key, the one that asks.
func (f *flow) itself(st syntax.Stmt, target *syntax.Path, args *syntax.Args) {
	if f.process == nil || f.process.Key == nil || f.Names[st] == nil || f.Names[st].Full != f.process.Name || args == nil {
		return
	}
	reads := expression.Reads(f.process.Key)
	for i, p := range f.process.Params {
		if !slices.Contains(reads, p.Name) {
			continue
		}
		if i >= len(args.List) {
			return
		}
		if id, ok := args.List[i].(*syntax.Ident); !ok || id.Name != p.Name {
			return
		}
	}
	if len(reads) == 0 {
		return // a remark says that all instances are one
	}
	what, help := "waits for its own end", "give it another key, or leave out what it waits for"
	if _, ok := st.(*syntax.CallStmt); !ok {
		what, help = "finds itself: nothing is started", "give it another key; to begin again write continue with "+target.String()+"(...)"
	}
	f.report(anew(diag.Errorf(CodeItself, target.Span(), "%s has the key of this instance here, so it %s", target, what).WithHelp("%s", help), st))
}

// beginsOnly reports a process that does nothing but begin again, at once and
// without end.
func (f *flow) beginsOnly(d *syntax.ProcessDecl) {
	var again *syntax.ContinueStmt
	quick := true
	syntax.Inspect(d.Body, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.ContinueStmt:
			if f.Names[n] != nil && f.Names[n].Full == f.qualified(f.name) {
				again = n
			} else {
				quick = false
			}
		case *syntax.WaitStmt, *syntax.SelectStmt, *syntax.TaskStmt, *syntax.CallStmt, *syntax.AwaitStmt, *syntax.MachineStmt, *syntax.CancelStmt,
			*syntax.ReturnStmt, *syntax.FailStmt, *syntax.EndStmt, *syntax.WhileStmt:
			quick = false
		}
		return quick
	})
	if again == nil || !quick || !goesOn(d.Body) {
		return
	}
	f.report(diag.Errorf(CodeBeginsOn, again.Span(), "%s begins again at once, whatever happens, without end", f.name).
		WithHelp("wait before it, or go on under a condition: if n > 0 { continue with %s(...) }", f.name))
}

// goesOn says that a block always ends with continue with.
func goesOn(b *syntax.Block) bool {
	if b == nil || len(b.Stmts) == 0 {
		return false
	}
	switch st := b.Stmts[len(b.Stmts)-1].(type) {
	case *syntax.ContinueStmt:
		return true
	case *syntax.IfStmt:
		return goesOn(st.Then) && goesOn(st.Else) && !slices.ContainsFunc(st.ElseIfs, func(e *syntax.ElseIf) bool { return !goesOn(e.Then) })
	case *syntax.MatchStmt:
		return st.Subject != nil && !slices.ContainsFunc(st.Arms.List, func(a *syntax.MatchArm) bool { return !goesOn(a.Body) })
	case *syntax.ScopeStmt:
		return len(st.Body.Clauses) == 0 && goesOn(st.Body)
	}
	return false
}
