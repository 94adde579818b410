package check

import (
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// hedging is what the failover of a whole flow does for its calls.
type hedging struct {
	some    bool        // a call may be sent twice
	never   source.Span // the first that may not, nowhere without one
	because string
}

// onlyOnce says why a call is never sent twice, "" where it may be.
func (f *flow) onlyOnce(st *syntax.CallStmt, call *Call) string {
	switch {
	case !call.Operation.Idempotent:
		return call.Operation.Name + " is not idempotent"
	case st.Body.Compensate() != nil:
		return call.Operation.Name + " is undone by its compensation, and what was done twice would be undone once"
	}
	return ""
}

// hedges reports a failover with hedge that a call names itself and that can do nothing
// for it, and notes what one of the whole flow does. own is where the call names it.
func (f *flow) hedges(used *plan.Failover, own source.Span, st *syntax.CallStmt, call *Call) {
	why := f.onlyOnce(st, call)
	switch {
	case used.Hedge == nil || f.in.compensation:
	case own.Known() && !call.Operation.Idempotent:
		f.report(diag.Errorf(CodeHedged, own, "%s, and the failover %s may send a call twice", why, f.short(used.Name)).
			WithHelp("say idempotent: true in the operation, if doing it twice is doing it once; or name a failover without hedge here"))
	case own.Known() && why != "":
		f.report(diag.Warningf(CodeIdleHedge, own, "%s: the hedge of the failover %s does nothing here", why, f.short(used.Name)).
			WithHelp("name a failover without hedge here"))
	case own.Known():
	case why == "":
		f.hedge.some = true
	case !f.hedge.never.Known():
		f.hedge.never, f.hedge.because = st.Target.Span(), why
	}
}

// idleHedge reports a failover with hedge that can do nothing for any call of a flow.
func (f *flow) idleHedge(of string, settings []*syntax.Setting) {
	if f.hedge.some || !f.hedge.never.Known() {
		return
	}
	for _, s := range settings {
		if s.Name.Text == "failover" {
			f.report(diag.Warningf(CodeIdleHedge, s.Span(), "no call of %s is ever sent twice: the hedge of the failover %s does nothing here", of, f.short(f.failover)).
				WithNote(f.hedge.never, "%s", f.hedge.because).
				WithHelp("say idempotent: true in an operation, if doing it twice is doing it once; or name a failover without hedge"))
		}
	}
}
