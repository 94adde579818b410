package lint

import (
	"slices"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// lost remarks an assignment whose value nobody can read: the next statement that
// has to do with the variable, in the same block, sets it again, or there is none. Variables that
// a compensation, a branch or anything else that does not stand in line reads are
// left alone.
func (p *pass) lost(d *syntax.ProcessDecl) {
	aside := map[string]bool{}
	outOfLine(d.Body, false, aside)
	syntax.Inspect(d.Body, func(n syntax.Node) bool {
		if b, ok := n.(*syntax.Block); ok {
			for i, st := range b.Stmts {
				if a, ok := st.(*syntax.AssignStmt); ok && a.Action == nil && p.Targets[a] != nil && !aside[a.Target.String()] {
					p.setAgain(a, b.Stmts[i+1:], b == d.Body)
				}
			}
		}
		_, value := n.(syntax.Expr)
		return !value
	})
}

// setAgain looks for the assignment that makes another one useless. Whole says that
// nothing comes behind the rest.
func (p *pass) setAgain(a *syntax.AssignStmt, rest []syntax.Stmt, whole bool) {
	v := p.Targets[a]
	if whole && v.Used && !slices.ContainsFunc(rest, func(st syntax.Stmt) bool { return mentions(st, v) }) {
		p.report(diag.Warningf(CodeLost, a.Span(), "nobody reads %s behind this", v.Name).WithHelp("leave it out, or use the new value").
			WithFix(a.Span().Alone(), "").AsDraft())
		return
	}
	for _, st := range rest {
		next, ok := st.(*syntax.AssignStmt)
		switch {
		case ok && p.Targets[next] == v && !mentions(next.Value, v) && (next.Action == nil || !mentions(next.Action, v)):
			p.report(diag.Warningf(CodeLost, a.Span(), "%s is set again before anybody reads this", v.Name).
				WithNote(next.Span(), "here").WithHelp("leave one of the two out").
				WithFix(a.Span().Alone(), "").AsDraft())
			return
		case mentions(st, v) || leavesFlow(st):
			return
		}
	}
}

// mentions says whether something reads or sets a variable, or one of its name.
func mentions(n syntax.Node, v *resolve.Variable) bool {
	found := false
	look := func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Ident:
			found = found || n.Name == v.Name
		case *syntax.AssignStmt:
			found = found || n.Target.String() == v.Name
		}
		return !found
	}
	switch n := n.(type) {
	case nil:
	case syntax.Expr:
		if n != nil {
			syntax.Inspect(n, look)
		}
	default:
		syntax.Inspect(n, look)
	}
	return found
}

// outOfLine notes the names that are read or set where another statement may be under
// way, or where a block may be broken off.
func outOfLine(n syntax.Node, aside bool, to map[string]bool) {
	switch n := n.(type) {
	case *syntax.Ident:
		if aside {
			to[n.Name] = true
		}
	case *syntax.AssignStmt:
		if aside {
			to[n.Target.String()] = true
		}
	case *syntax.CompensateClause, *syntax.OnClause, *syntax.CatchClause, *syntax.WithinClause, *syntax.ElseClause, *syntax.Branch,
		*syntax.MachineStmt, *syntax.DuringStmt:
		aside = true
	case *syntax.ForStmt:
		aside = aside || n.Parallel
	case *syntax.TryStmt:
		aside = aside || n.Finally != nil
	case *syntax.ScopeStmt:
		aside = true
	}
	syntax.Children(n, func(c syntax.Node) { outOfLine(c, aside, to) })
}
