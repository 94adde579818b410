package lint

import (
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
)

// while remarks a loop that can only run never, or for ever.
func (p *pass) while(st *syntax.WhileStmt) {
	if v, ok := p.constant(st.Cond); ok {
		switch {
		case v == false:
			p.condition(st.Cond)
		case !leaves(st.Body):
			p.report(diag.Warningf(CodeStill, st.Cond.Span(), "nothing in this loop ends it").
				WithHelp("end it with return or fail, or let the condition depend on a variable that the loop sets"))
		}
		return
	}
	tree := p.Trees[st.Cond]
	if tree == nil || leaves(st.Body) {
		return
	}
	reads := expression.Reads(tree)
	if slices.Contains(reads, "now") {
		return
	}
	changes := false
	syntax.Inspect(st.Body, func(n syntax.Node) bool {
		if a, ok := n.(*syntax.AssignStmt); ok {
			v := p.Targets[a]
			changes = changes || v == nil || slices.Contains(reads, v.Plan)
		}
		return !changes
	})
	if !changes {
		p.report(diag.Warningf(CodeStill, st.Cond.Span(), "the loop changes nothing that this reads: it runs never, or for ever").
			WithHelp("assign in the loop to what the condition reads"))
	}
}

// leaves says whether a block can be left from within.
func leaves(b *syntax.Block) bool {
	found := false
	syntax.Inspect(b, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.ReturnStmt, *syntax.FailStmt:
			found = true
		case *syntax.CallStmt:
			found = found || len(n.Body.Catches()) == 0 // a fault of it may leave
		}
		return !found
	})
	return found
}

// noTime remarks a wait of no length.
func (p *pass) noTime(e syntax.Expr, message string) {
	if e == nil {
		return
	}
	if d, ok := check.DurationOf(e); ok && d == 0 {
		p.report(diag.Warningf(CodeNoTime, e.Span(), "%s", message).
			WithHelp("name a duration, such as 5m, or leave it out").WithFix(e.Span(), "5m").AsDraft())
	}
}
