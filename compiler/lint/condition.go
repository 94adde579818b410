package lint

import (
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
)

// condition remarks one that is the same in every run.
func (p *pass) condition(e syntax.Expr) {
	if v, ok := p.constant(e); ok {
		p.report(diag.Warningf(CodeConstant, e.Span(), "this is %v in every run", v).
			WithHelp("ask about something that differs from run to run, or leave the question out"))
	}
}

// constant is the value of an expression in a statement that reads nothing.
func (p *pass) constant(e syntax.Expr) (any, bool) {
	if e == nil || p.Trees[e] == nil {
		return nil, false
	}
	v, ok, err := expression.Constant(p.Trees[e], p.Universe)
	return v, ok && err == nil
}

// ifs remarks what a chain of if and else asks or does twice.
func (p *pass) ifs(st *syntax.IfStmt) {
	p.empty(st.Then, "block")
	asked, first := []syntax.Expr{st.Cond}, map[string]syntax.Expr{st.Cond.Span().Text(): st.Cond}
	blocks := []*syntax.Block{st.Then}
	for _, e := range st.ElseIfs {
		p.condition(e.Cond)
		if before, again := first[e.Cond.Span().Text()]; again {
			p.report(diag.Warningf(CodeRepeated, e.Cond.Span(), "this has been asked before, so the block is never reached").
				WithNote(before.Span(), "asked here"))
		} else {
			first[e.Cond.Span().Text()] = e.Cond
			p.answered(asked, e.Cond)
		}
		asked, blocks = append(asked, e.Cond), append(blocks, e.Then)
	}
	if st.Else == nil {
		return
	}
	p.empty(st.Else, "block")
	blocks = append(blocks, st.Else)
	for _, b := range blocks[1:] {
		if len(b.Stmts) == 0 || !same(b, blocks[0]) {
			return
		}
	}
	p.report(diag.Warningf(CodeSameBlocks, st.Cond.Span(), "whatever this is, the same is done").
		WithNote(st.Else.Span(), "here too").
		WithHelp("leave the question out, or let the blocks differ"))
}

// empty remarks a block that does nothing.
func (p *pass) empty(b *syntax.Block, what string) {
	if b != nil && len(b.Stmts) == 0 {
		p.report(diag.Warningf(CodeEmpty, b.Span(), "this %s does nothing", what).
			WithHelp("say what is to be done, or leave it out"))
	}
}

// withItself remarks `a == a` and its like.
func (p *pass) withItself(e *syntax.BinaryExpr) {
	if !same(e.X, e.Y) || literal(e.X) {
		return
	}
	what := ""
	switch e.Op {
	case "==", "<=", ">=":
		what = "this is always true: both sides are the same"
	case "!=", "<", ">":
		what = "this is always false: both sides are the same"
	case "&&", "||", "??":
		what = "both sides are the same, so one is enough"
	case "-":
		what = "this is always nothing: both sides are the same"
	default:
		return
	}
	p.report(diag.Warningf(CodeWithItself, e.Span(), "%s", what))
}

func literal(e syntax.Expr) bool {
	_, ok := e.(*syntax.Literal)
	return ok
}

// withLiteral remarks `open == true`, which is `open`.
func (p *pass) withLiteral(e *syntax.BinaryExpr) {
	if e.Op != "==" && e.Op != "!=" {
		return
	}
	value, other := e.Y, e.X
	if !boolean(value) {
		value, other = e.X, e.Y
	}
	if !boolean(value) || boolean(other) || mayBeAbsent(other) {
		return
	}
	text := grouped(other)
	if (value.(*syntax.Literal).Raw == "true") != (e.Op == "==") {
		text = negated(other)
	}
	p.report(diag.Warningf(CodeBoolLiteral, e.Span(), "a condition needs no comparison with %s", value.Span().Text()).
		WithHelp("write `%s`", text).WithFix(e.Span(), text))
}

// mayBeAbsent says whether a value may be neither true nor false: then the
// comparison means something. What is not sure counts as yes: only of an operator
// is it plain from the text.
func mayBeAbsent(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.BinaryExpr:
		return e.Op == "??"
	case *syntax.UnaryExpr:
		return false
	}
	return true
}

// grouped is the text of an expression that may stand wherever an operand may.
func grouped(e syntax.Expr) string {
	switch e.(type) {
	case *syntax.BinaryExpr, *syntax.CondExpr, *syntax.LambdaExpr:
		return "(" + e.Span().Text() + ")"
	}
	return e.Span().Text()
}

func boolean(e syntax.Expr) bool {
	l, ok := e.(*syntax.Literal)
	return ok && l.Kind == syntax.BoolLiteral
}

// negated is the text of the opposite.
func negated(e syntax.Expr) string {
	return "!" + grouped(e)
}

// opposites are the comparisons whose negation is a comparison. Those of order are
// not here: of two that cannot be ordered both may be false.
var opposites = map[string]string{"==": "!=", "!=": "=="}

// negation remarks `!!a` and `!(a == b)`.
func (p *pass) negation(e *syntax.UnaryExpr) {
	if e.Op != "!" {
		return
	}
	switch x := e.X.(type) {
	case *syntax.UnaryExpr:
		if x.Op == "!" {
			p.report(diag.Warningf(CodeNegation, e.Span(), "two negations are none").WithFix(e.Span(), grouped(x.X)))
		}
	case *syntax.BinaryExpr:
		if op := opposites[x.Op]; op != "" {
			text := x.X.Span().Text() + " " + op + " " + x.Y.Span().Text()
			p.report(diag.Warningf(CodeNegation, e.Span(), "the negation of `%s` is `%s`", x.Op, op).
				WithHelp("write `%s`", text).WithFix(e.Span(), text))
		}
	}
}

// choice remarks `c ? true : false`, and a choice between the same.
func (p *pass) choice(e *syntax.CondExpr) {
	switch {
	case boolean(e.Then) && boolean(e.Else) && !same(e.Then, e.Else):
		text := e.Cond.Span().Text()
		if e.Then.(*syntax.Literal).Raw == "false" {
			text = negated(e.Cond)
		}
		p.report(diag.Warningf(CodeChoice, e.Span(), "this is the condition itself").
			WithHelp("write `%s`", text).WithFix(e.Span(), text))
	case same(e.Then, e.Else):
		p.report(diag.Warningf(CodeChoice, e.Span(), "whatever the condition is, the value is the same"))
	}
}

// toItself remarks `x = x`.
func (p *pass) toItself(st *syntax.AssignStmt) {
	if st.Value != nil && same(st.Target, st.Value) {
		p.report(diag.Warningf(CodeSelf, st.Span(), "%s already is what is assigned to it", st.Target).
			WithHelp("leave it out, or assign something else").WithFix(st.Span().Alone(), "").AsDraft())
	}
}
