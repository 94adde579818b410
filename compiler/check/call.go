package check

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
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

// call checks one invocation of an operation.
func (f *flow) call(s *resolve.Scope, st *syntax.CallStmt, to *bound) {
	e, op, name := f.target(st.Target)
	if op == nil {
		f.argsQuietly(s, st.Args)
		f.callBlocks(s, st, to, nil)
		return
	}
	args := f.arguments(s, st.Target, st.Args, op.Params)
	call := &Call{Endpoint: e, Operation: op, Failover: f.failover, Policy: f.policy}
	var labels labelSet
	call.Args = slices.Grow(call.Args, len(args))
	for i := range args {
		labels |= f.all(&args[i])
		call.Args = append(call.Args, args[i].Tree)
	}
	call.Labels = f.labels.list(f.labels.closed(labels))
	f.callSettings(st, call)
	f.takes(st, op, to)
	caught := f.callBlocks(s, st, to, op)
	for _, fault := range op.Raises {
		if !slices.Contains(caught, fault) {
			f.raise(fault, name, st.Target.String()+" raises")
		}
	}
	if !op.Idempotent && st.Body.Compensate() == nil && !f.in.compensation && !f.route {
		f.open = append(f.open, st)
	}
	f.candidates(st, call)
	f.Calls[st] = call
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

func (f *flow) callSettings(st *syntax.CallStmt, call *Call) {
	if st.Body == nil {
		return
	}
	b := f.settings("a call", callSettings, st.Body.Settings, st.Target.Span())
	if v, ok := b.first("failover"); ok {
		call.Failover = v.symbol.Full
	}
	if v, ok := b.first("policy"); ok {
		call.Policy = v.symbol.Full
	}
}

// takes fits the result of a call to the variable that takes it.
func (f *flow) takes(st *syntax.CallStmt, op *plan.Operation, to *bound) {
	if to == nil {
		return
	}
	if op.Result.Kind == types.Void {
		f.errorf(CodeNoValue, st.Target.Span(), "%s gives nothing back", st.Target)
		return
	}
	if !to.typed {
		to.variable.Type = op.Result
		return
	}
	have, want := op.Result, to.variable.Type
	if !f.Universe.Assignable(have, want) {
		f.report(f.mismatch(have, want, st.Target.Span()))
	}
	f.grow(to.variable, f.shed(have, want))
}

// callBlocks checks compensate and catch. The variable of the call is there in
// compensate, and not in catch; it gives the faults that are caught.
func (f *flow) callBlocks(s *resolve.Scope, st *syntax.CallStmt, to *bound, op *plan.Operation) []string {
	var caught []string
	if st.Body != nil {
		if len(st.Body.Stmts) > 0 {
			f.errorf(CodePlace, st.Body.Stmts[0].Span(), "a call holds settings, catch and compensate")
		}
		k := f.fork()
		for _, cl := range st.Body.Catches() {
			f.along(k, func() bool {
				faults, ends := f.catch(s, cl, to, op)
				caught = append(caught, faults...)
				return ends
			})
		}
		f.meet(k, true)
	}
	if to != nil && !to.assign {
		f.declareIn(s, to.node, to.variable)
	}
	if st.Body == nil {
		return caught
	}
	for _, cl := range st.Body.Clauses {
		switch cl := cl.(type) {
		case *syntax.CompensateClause:
			if f.in.compensation {
				f.errorf(CodePlace, cl.Span(), "a compensation is not compensated")
				continue
			}
			outer := f.in
			f.in.compensation = true
			f.block(s, cl.Body)
			f.in = outer
		case *syntax.CatchClause:
		default:
			f.notYet(cl, "this block of a call")
		}
	}
	return caught
}

func (f *flow) catch(s *resolve.Scope, cl *syntax.CatchClause, to *bound, op *plan.Operation) (caught []string, ends bool) {
	if cl.Fault == nil {
		f.notYet(cl, "catching every fault")
		return nil, false
	}
	inner := s.Inner()
	v := &resolve.Variable{Name: cl.As.Text, At: cl.As.At, Fixed: "a fault"}
	if sym := f.only(cl.Fault, "fault", resolve.Fault); sym != nil {
		fault := sym.Full
		f.Names[cl] = sym
		v.Type = types.Ref(fault)
		caught = append(caught, fault)
		if op != nil && !slices.Contains(op.Raises, fault) {
			f.report(diag.Warningf(CodeNeverCaught, cl.Fault.Span(), "%s never raises %s", op.Name, sym.Name))
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
