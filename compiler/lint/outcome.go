package lint

import (
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// decided remarks a condition of a statement that comes out the same way whatever
// the values in it are, or a part of it that does.
func (p *pass) decided(e syntax.Expr) {
	if t := p.Trees[e]; t != nil && t.Type.Kind == types.Bool {
		p.outcome(e, t)
	}
}

// outcome looks at a condition and, where it can come out both ways, at its parts.
func (p *pass) outcome(e syntax.Expr, t *expression.Tree) {
	if len(expression.Reads(t)) == 0 {
		return // a constant is told as such
	}
	o, why := check.OutcomeOf(t, p.Universe), ""
	if !o.Decided() {
		given, texts := p.Promised(p.owner, t)
		if len(given) > 0 {
			o, why = check.OutcomeOf(t, p.Universe, given...), strings.Join(texts, " and ")
		}
	}
	if o.Decided() && !p.toldOfItself(e) {
		d := diag.Warningf(CodeDecided, e.Span(), "this is %s", always(o))
		if why != "" {
			d = d.WithHelp("the refinement %s says so already", why)
		}
		p.report(d)
		return
	}
	switch e := e.(type) {
	case *syntax.BinaryExpr:
		if (e.Op == "&&" || e.Op == "||") && len(t.Args) == 2 {
			p.outcome(e.X, &t.Args[0])
			p.outcome(e.Y, &t.Args[1])
		}
	case *syntax.UnaryExpr:
		if e.Op == "!" && len(t.Args) == 1 {
			p.outcome(e.X, &t.Args[0])
		}
	}
}

// toldOfItself says whether a comparison of something with itself has been told.
func (p *pass) toldOfItself(e syntax.Expr) bool {
	b, ok := e.(*syntax.BinaryExpr)
	return ok && same(b.X, b.Y)
}

func always(o check.Outcome) string {
	if o.True {
		return "always true"
	}
	return "never true"
}

// answered remarks an else if that what was asked before has answered: its block is
// never reached. One that always holds may be there to be read.
func (p *pass) answered(before []syntax.Expr, e syntax.Expr) {
	t := p.Trees[e]
	if t == nil || len(before) >= check.MaxAsked || !check.OutcomeOf(t, p.Universe).True {
		return
	}
	var given []check.Given
	for _, b := range before {
		if same(b, e) || p.Trees[b] == nil {
			return // told already
		}
		given = append(given, check.Given{Cond: *p.Trees[b]})
	}
	if o := check.OutcomeOf(t, p.Universe, given...); !o.True {
		p.report(diag.Warningf(CodeDecided, e.Span(), "this is never true here: what was asked before takes all of it").
			WithNote(before[0].Span(), "asked here"))
	}
}

// matches remarks arms of a match that never take anything, and arms that all do
// the same.
func (p *pass) matches(st *syntax.MatchStmt) {
	var asked []syntax.Expr
	for _, arm := range st.Arms.List {
		t := p.Trees[arm.Pattern]
		if arm.Pattern == nil || t == nil {
			continue
		}
		if st.Subject == nil {
			p.answered(asked, arm.Pattern)
			asked = append(asked, arm.Pattern)
			continue
		}
		given, texts := p.Promised(p.owner, t)
		if len(given) > 0 && !check.OutcomeOf(t, p.Universe, given...).True {
			p.report(diag.Warningf(CodeDecided, arm.Pattern.Span(), "this arm never takes anything").
				WithHelp("the refinement %s says so already", strings.Join(texts, " and ")))
		}
	}
	list := st.Arms.List
	for _, arm := range list {
		if len(list) < 2 || arm.As.Given() || len(arm.Body.Stmts) == 0 || !same(arm.Body, list[0].Body) {
			return
		}
	}
	p.report(diag.Warningf(CodeSameBlocks, st.Span().First(len("match")), "whatever this is, the same is done").
		WithNote(list[len(list)-1].Body.Span(), "here too").
		WithHelp("leave the question out, or let the arms differ"))
}
