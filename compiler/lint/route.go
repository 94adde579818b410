package lint

import (
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// comesToNothing remarks a route whose last words prepare a message for nobody.
func (p *pass) comesToNothing(d *syntax.RouteDecl) {
	list := d.Body.Stmts
	last := list[len(list)-1]
	what := "nothing is done with what comes out of this"
	switch last.(type) {
	case *syntax.FromStmt:
		what = "this route takes messages and does nothing with them"
	case *syntax.FilterStmt, *syntax.DedupeStmt, *syntax.SplitStmt, *syntax.AggregateStmt, *syntax.ResequenceStmt,
		*syntax.ThrottleStmt, *syntax.DelayStmt, *syntax.SampleStmt, *syntax.WrapStmt, *syntax.UnwrapStmt:
	default:
		return
	}
	p.report(diag.Warningf(CodeNothing, last.Span(), "%s", what).WithFix(last.Span().Alone(), "").AsDraft().
		WithHelp("say behind it what is to be done: to another channel, start a process, call an operation"))
}

// oneForAll remarks what should tell messages apart and is the same for all.
func (p *pass) oneForAll(e syntax.Expr, message, help string) {
	if _, ok := p.constant(e); ok {
		p.report(diag.Warningf(CodeOneForAll, e.Span(), "%s", message).WithHelp("%s", help))
	}
}

// neverFull remarks a number of messages that no group has, so that only its time ends
// it.
func (p *pass) neverFull(st *syntax.AggregateStmt) {
	b, ok := st.Until.(*syntax.BinaryExpr)
	if !ok {
		return
	}
	size, ok := b.X.(*syntax.CallExpr)
	lit, isLiteral := b.Y.(*syntax.Literal)
	if !ok || !isLiteral || lit.Kind != syntax.IntLiteral || len(size.Args) != 1 || size.Func.Span().Text() != "len" || size.Args[0].Span().Text() != st.As.Text {
		return
	}
	least, err := strconv.ParseInt(strings.ReplaceAll(lit.Raw, "_", ""), 10, 64)
	switch b.Op {
	case ">":
		least++
	case "==", ">=":
	default:
		return
	}
	switch {
	case err != nil:
	case least > plan.MaxGroup:
		p.report(diag.Warningf(CodeNeverFull, st.Until.Span(), "a group has at most %d messages, so this never holds", plan.MaxGroup).
			WithHelp("gather fewer, or keep what is summed up of them: an aggregate behind an aggregate"))
	case least < 1 && b.Op == "==":
		p.report(diag.Warningf(CodeNeverFull, st.Until.Span(), "a group begins with its first message, so this never holds").
			WithHelp("write how many messages are wanted: len(%s) == 10", st.As.Text))
	case least <= 1:
		p.report(diag.Warningf(CodeNeverFull, st.Until.Span(), "the first message of a group completes it, so nothing is gathered").
			WithHelp("write how many messages are wanted: len(%s) == 10", st.As.Text))
	}
}
