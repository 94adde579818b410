package check

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// bound is the variable that takes the result of a call.
type bound struct {
	node     syntax.Node
	variable *resolve.Variable
	typed    bool // the author wrote its type
	assign   bool // it exists already
}

// answer is what comes of a call or of something awaited: the faults it may
// raise, and the block in which they are handled and it is undone.
type answer struct {
	at     syntax.Name // where a fault that nobody handles is shown
	what   string
	body   *syntax.Block
	raises []string
	known  bool // raises are all there are
}

// raised are the faults that a block with a catch is asked about.
func (a answer) raised() map[string]bool {
	if len(a.body.Catches()) == 0 {
		return nil
	}
	out := make(map[string]bool, len(a.raises))
	for _, fault := range a.raises {
		out[fault] = true
	}
	return out
}

// call checks one invocation of an operation, or the call of a process.
func (f *flow) call(s *resolve.Scope, st *syntax.CallStmt, to *bound) {
	if f.namesProcess(st.Target) {
		f.child(s, st, to)
		return
	}
	e, op, name := f.target(st.Target)
	if op == nil {
		f.argsQuietly(s, st.Args)
		f.answered(s, answer{body: st.Body}, to)
		return
	}
	call := f.invocation(s, st, e, op)
	f.takes(st.Target.Span(), st.Target.String(), op.Result, to)
	f.answered(s, answer{name, st.Target.String(), st.Body, op.Raises, true}, to)
	if !op.Idempotent && st.Body.Compensate() == nil && !f.in.compensation && !f.route {
		f.open = append(f.open, st)
	}
	f.Calls[st] = call
}

// invocation checks the arguments, settings and candidates of one invocation.
func (f *flow) invocation(s *resolve.Scope, st *syntax.CallStmt, e *plan.Endpoint, op *plan.Operation) *Call {
	args := f.arguments(s, st.Target, st.Args, op.Params)
	f.lawfulArgs(e.Name+"."+op.Name+expression.Takes, st.Args, op.Params, args)
	call := &Call{Endpoint: e, Operation: op, Failover: f.failover, Policy: f.policy}
	var labels labelSet
	call.Args = slices.Grow(call.Args, len(args))
	for i := range args {
		labels |= f.all(&args[i])
		call.Args = append(call.Args, args[i].Tree)
	}
	call.Labels = f.labels.list(f.labels.closed(labels))
	own := f.callSettings(s, st, call)
	f.candidates(st.Target.Span(), call)
	f.fits(st, own, call)
	return call
}

// target finds the operation that a path names.
func (f *flow) target(p *syntax.Path) (*plan.Endpoint, *plan.Operation, syntax.Name) {
	sym, rest := f.declaration(p, "endpoint", resolve.Endpoint)
	if sym == nil {
		return nil, nil, p.Parts[0]
	}
	return f.operationOf(sym, p, rest)
}

// operationOf finds the operation that rest names, what a path has behind the
// endpoint.
func (c *checker) operationOf(sym *resolve.Symbol, p *syntax.Path, rest []syntax.Name) (*plan.Endpoint, *plan.Operation, syntax.Name) {
	e := c.endpoint(sym.Full)
	if e == nil {
		return nil, nil, p.Last()
	}
	if len(p.Parts) == 2 {
		c.Info.PartOf(sym, p.Parts[1].At)
	}
	var names []string
	for i := range e.Operations {
		if len(rest) == 1 && e.Operations[i].Name == rest[0].Text {
			return e, &e.Operations[i], rest[0]
		}
		names = append(names, e.Operations[i].Name)
	}
	if len(names) == 0 {
		return nil, nil, p.Last() // what is wrong with the endpoint has been said
	}
	if len(rest) == 0 {
		c.report(diag.Errorf(CodeKind, p.Span(), "%s is an endpoint, and one of its operations is wanted here", sym.Name).
			WithHelp("write %s.%s", sym.Name, names[0]))
		return nil, nil, p.Last()
	}
	c.report(resolve.Unknown(p.Last().At, "operation of "+sym.Name, p.Last().Text, names))
	return nil, nil, p.Last()
}

// callSettings reads what a call says itself; own is where it names its failover.
func (f *flow) callSettings(s *resolve.Scope, st *syntax.CallStmt, call *Call) (own source.Span) {
	if st.Body == nil {
		return own
	}
	b := f.settings("a call", callSettings, st.Body.Settings, st.Target.Span())
	if v, ok := b.first("failover"); ok {
		call.Failover = v.symbol.Full
	}
	if v, ok := b.first("policy"); ok {
		call.Policy = v.symbol.Full
	}
	if v, ok := b.first("timeout"); ok {
		call.TimeoutNs = int64(v.low)
	}
	if v, ok := b.get("retry"); ok {
		call.Retry = &plan.Retry{Tries: int(v[0][0].int)}
		if v.has(1) {
			call.Retry.BackoffMinNs, call.Retry.BackoffMaxNs = int64(v[1][0].low), int64(v[1][0].high)
		}
	}
	if v, ok := b.first("idempotency_key"); ok {
		if t := f.value(s, v.expr, types.Of(types.String)); !t.invalid() {
			call.Key = &t.Tree
		}
	}
	return b.span("failover")
}

// takes fits a result to the variable that takes it.
func (f *flow) takes(at source.Span, what string, have types.Type, to *bound) {
	if to == nil {
		return
	}
	if have.Kind == types.Void {
		d := diag.Errorf(CodeNoValue, at, "%s gives nothing back", what)
		if let, ok := to.node.(*syntax.LetStmt); ok && let.Action != nil {
			d = d.WithHelp("leave out let %s =", let.Name.Text).WithFix(let.Span().First(let.Action.Span().Start()-let.Span().Start()), "")
			d.Draft = !strings.HasPrefix(let.Name.Text, "_") // something may want it
		}
		f.report(d)
		return
	}
	if !to.typed {
		to.variable.Type = have
		return
	}
	want := to.variable.Type
	if !f.Universe.Assignable(have, want) {
		f.report(f.mismatch(have, want, at))
	}
	f.grow(to.variable, f.shed(have, want))
}

// answered checks compensate and catch. The variable of the call is there in
// compensate, and not in catch. What is not caught is raised.
func (f *flow) answered(s *resolve.Scope, a answer, to *bound) {
	var caught map[string]bool
	if a.body != nil {
		if len(a.body.Stmts) > 0 {
			f.errorf(CodePlace, a.body.Stmts[0].Span(), "a call holds settings, catch and compensate")
		}
		k, raised := f.fork(), a.raised()
		caught = make(map[string]bool, len(raised))
		for _, cl := range a.body.Catches() {
			f.along(k, func() bool {
				faults, ends := f.catch(s, cl, to, a, raised)
				for _, fault := range faults {
					caught[fault] = true
				}
				return ends
			})
		}
		f.meet(k, true)
	}
	if to != nil && !to.assign {
		f.declareIn(s, to.node, to.variable)
	}
	if a.body != nil {
		for _, cl := range a.body.Clauses {
			switch cl := cl.(type) {
			case *syntax.CompensateClause:
				f.compensation(s, cl.Body)
			case *syntax.CatchClause:
			default:
				f.report(diag.Errorf(CodePlace, cl.Span(), "this block has no meaning in a call").WithHelp("a call has catch and compensate"))
			}
		}
	}
	for _, fault := range a.raises {
		if !caught[fault] {
			f.raise(fault, a.at, a.what+" raises")
		}
	}
}

// catch checks a handler; it gives the faults that are caught.
func (f *flow) catch(s *resolve.Scope, cl *syntax.CatchClause, to *bound, a answer, raised map[string]bool) (caught []string, ends bool) {
	inner := s.Inner()
	v := &resolve.Variable{Name: cl.As.Text, At: cl.As.At, Fixed: aFault}
	if cl.Fault == nil {
		caught = a.raises
	} else if sym := f.fault(cl); sym != nil {
		v.Type = f.declared(sym)
		caught = append(caught, sym.Full)
		if a.known && !raised[sym.Full] {
			at := cl.Span()
			if len(a.body.Settings) == 0 && len(a.body.Clauses) == 1 {
				at = a.body.Span()
			}
			f.report(diag.Warningf(CodeNeverCaught, cl.Fault.Span(), "%s never raises %s", a.what, sym.Name).WithFix(at.Alone(), "").AsDraft())
		}
	}
	if cl.As.Given() {
		f.declareIn(inner, cl, v)
	}
	if ends = f.block(inner, cl.Body); !ends && to != nil && !to.assign {
		f.report(diag.Errorf(CodeUnassigned, cl.Body.Span(), "%s has no value when this block ends, and what follows may need it", to.variable.Name).
			WithHelp("end the block with return or fail"))
	}
	return caught, ends
}

// short is a qualified name without the package.
func (c *checker) short(name string) string { return strings.TrimPrefix(name, c.pkg+".") }
