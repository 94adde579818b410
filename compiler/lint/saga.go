package lint

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// compensations remarks what may go wrong while something is undone.
func (p *pass) compensations(body *syntax.Block) {
	syntax.Inspect(body, func(n syntax.Node) bool {
		c, ok := n.(*syntax.CompensateClause)
		if !ok {
			return true
		}
		syntax.Inspect(c.Body, func(n syntax.Node) bool {
			if st, ok := n.(*syntax.CallStmt); ok && p.Calls[st] != nil {
				p.undo[st] = true
				p.undoing(st, p.Calls[st])
			}
			return true
		})
		return false
	})
}

// undoing remarks one call of a compensation.
func (p *pass) undoing(st *syntax.CallStmt, call *check.Call) {
	op := call.Operation
	var loose []string
	for _, fault := range op.Raises {
		short := fault[strings.LastIndexByte(fault, '.')+1:]
		caught := slices.ContainsFunc(st.Body.Catches(), func(c *syntax.CatchClause) bool {
			return c.Fault == nil || c.Fault.Last().Text == short
		})
		if !caught {
			loose = append(loose, short)
		}
	}
	if len(loose) > 0 {
		p.report(extended(diag.Warningf(CodeUndoFails, st.Target.Span(), "when %s raises %s, what was to be undone stays done and waits for a person", st.Target, strings.Join(loose, " or ")).
			WithHelp("handle it, { catch %s { ... } }: often it means that there is nothing left to undo", loose[0]),
			st, "catch "+loose[0]+" { }"))
	}
	if !op.Idempotent && op.Key == nil && st.Body.Find("idempotency_key") == nil {
		p.report(keyed(diag.Warningf(CodeUndoTwice, st.Target.Span(), "a compensation is tried until it succeeds, and %s does not say that it may be done twice", st.Target).
			WithHelp("give the operation idempotent: true, or it or this call the idempotency_key under which its service recognises the same wish"), st))
	}
}

// doneTwice remarks a call that is tried again although nothing says that its
// target recognises the second time, and that nothing would undo.
func (p *pass) doneTwice(st *syntax.CallStmt) {
	call := p.Calls[st]
	if call == nil || call.Operation.Idempotent || call.Operation.Key != nil || st.Body.Find("idempotency_key") != nil || st.Body.Compensate() != nil || p.undo[st] {
		return
	}
	i := slices.IndexFunc(p.Failovers, func(f plan.Failover) bool { return f.Name == call.Failover })
	if i < 0 || p.Failovers[i].Tries < 2 {
		return
	}
	p.report(keyed(diag.Warningf(CodeDoneTwice, st.Target.Span(), "%s is tried up to %d times, and an answer that is lost makes it happen twice", st.Target, p.Failovers[i].Tries).
		WithHelp("give the operation an idempotency_key, or idempotent: true, or say how it is undone: { compensate { ... } }"), st))
}

// extended adds to d a draft that puts an entry into the block of a call.
func extended(d diag.Diagnostic, st *syntax.CallStmt, entry string) diag.Diagnostic {
	e := syntax.Extended(st.Span(), st.Body, entry)
	return d.WithFix(e.Span, e.Text).AsDraft()
}

// keyed adds to d the first name among the arguments of a call, as its key.
func keyed(d diag.Diagnostic, st *syntax.CallStmt) diag.Diagnostic {
	if st.Args == nil {
		return d
	}
	for _, a := range st.Args.List {
		if id, ok := a.(*syntax.Ident); ok {
			return extended(d, st, `idempotency_key: "${`+id.Name+`}"`)
		}
	}
	return d
}

// undoneBySame remarks a compensation that does what it should undo.
func (p *pass) undoneBySame(st *syntax.CallStmt) {
	undo := st.Body.Compensate()
	if undo == nil {
		return
	}
	for _, x := range undo.Stmts {
		again, ok := x.(*syntax.CallStmt)
		if ok && again.Target.String() == st.Target.String() && st.Args != nil && again.Args != nil && same(st.Args, again.Args) {
			p.report(diag.Warningf(CodeUndoAgain, again.Target.Span(), "this does once more what it should undo").
				WithNote(st.Target.Span(), "this is to be undone"))
		}
	}
}
