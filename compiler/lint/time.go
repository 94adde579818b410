package lint

import (
	"time"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// limit is a time after which something is given up.
type limit struct {
	after time.Duration // 0 for never
	at    source.Span
	what  string
}

// tooLong remarks waits that are longer than the time there is for them.
func (p *pass) tooLong(d *syntax.ProcessDecl) {
	var l limit
	if x := p.process(p.Module.Package + "." + d.Name.Text); x != nil && x.Decl == d {
		if s := d.Body.Find("deadline"); s != nil {
			l = limit{time.Duration(x.DeadlineNs), s.Span(), "the deadline of the process"}
		}
		if s := d.Body.Find("sla"); s != nil {
			p.longerThanPromised(d, x.SLA, s)
		}
	}
	p.waits(d.Body, l)
}

// waits looks at what stands in a block, and in the blocks of its statements. What
// runs beside something that may end it, in a race or a branch that is not waited
// for, may be as long as it likes.
func (p *pass) waits(b *syntax.Block, l limit) {
	if b == nil {
		return
	}
	for _, st := range b.Stmts {
		p.waitsIn(st, l)
	}
}

func (p *pass) waitsIn(st syntax.Stmt, l limit) {
	switch st := st.(type) {
	case *syntax.WaitStmt:
		p.longer(st.For, l, "what follows is never reached")
	case *syntax.SelectStmt:
		p.selects(st, l)
	case *syntax.TaskStmt:
		p.longer(st.Body.Find("due").Expr(), l, "its else is never reached")
	case *syntax.LetStmt:
		if a, ok := st.Action.(*syntax.TaskStmt); ok {
			p.waitsIn(a, l)
		}
	case *syntax.ScopeStmt:
		for _, c := range st.Body.Clauses {
			if w, ok := c.(*syntax.WithinClause); ok {
				p.longer(w.Limit, l, "this one never passes")
				if own, ok := check.DurationOf(w.Limit); ok && (l.after == 0 || own < l.after) {
					l = limit{own, w.Limit.Span(), "the time of the scope " + st.Name.Text}
				}
			}
		}
		p.waits(st.Body, l)
	case *syntax.IfStmt:
		p.waits(st.Then, l)
		for _, e := range st.ElseIfs {
			p.waits(e.Then, l)
		}
		p.waits(st.Else, l)
	case *syntax.MatchStmt:
		for _, arm := range st.Arms.List {
			p.waits(arm.Body, l)
		}
	case *syntax.ForStmt:
		if st.Join == nil {
			p.waits(st.Body, l)
		}
	case *syntax.WhileStmt:
		p.waits(st.Body, l)
	case *syntax.TryStmt:
		p.waits(st.Body, l)
	case *syntax.CriticalStmt:
		p.waits(st.Body, l)
	case *syntax.ParallelStmt:
		if st.Join == nil && st.Branches != nil {
			for _, br := range st.Branches.List {
				p.waits(br.Body, l)
			}
		}
	}
}

func (p *pass) selects(st *syntax.SelectStmt, l limit) {
	if st.Arms == nil {
		return
	}
	for _, a := range st.Arms.Afters {
		p.longer(a.Delay, l, "this arm is never reached")
		p.waits(a.Body, l)
	}
	for _, on := range st.Arms.Ons {
		p.waits(on.Body, l)
	}
}

// longer remarks a duration that is longer than a limit.
func (p *pass) longer(e syntax.Expr, l limit, so string) {
	if e == nil || l.after == 0 {
		return
	}
	if d, ok := check.DurationOf(e); ok && d > l.after {
		p.report(diag.Warningf(CodeTooLong, e.Span(), "%s is over after %s, so %s", l.what, types.FormatDuration(l.after), so).
			WithNote(l.at, "set here").WithHelp("wait for less, or allow more time"))
	}
}

// longerThanPromised remarks a wait on the way of every instance that alone is
// longer than the sla promises for the whole.
func (p *pass) longerThanPromised(d *syntax.ProcessDecl, sla string, s *syntax.Setting) {
	within := p.Promise(sla)
	for _, st := range d.Body.Stmts {
		if w, ok := st.(*syntax.WaitStmt); ok {
			p.longer(w.For, limit{within, s.Span(), "what the sla promises"}, "no instance keeps it")
		}
	}
}
