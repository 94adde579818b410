package check

import (
	"strconv"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

func (c *checker) checkSamples() {
	for _, d := range decls[*syntax.SampleDecl](c, resolve.Sample) {
		r, ok := d.Value.(*syntax.RecordExpr)
		if !ok || r.Type == nil {
			c.Info.Lookup(d.Name.Text).Excused = true
			c.report(diag.Errorf(CodeSample, d.Value.Span(), "a sample is a record with a type").WithHelp("write sample %s: Type { ... }", d.Name.Text))
			continue
		}
		t := c.value(resolve.NewScope(), d.Value, none)
		if !t.invalid() && len(t.Args) > 0 && c.constant(t.Tree, d.Value) {
			tree := t.Tree
			c.samples[d.Value] = &tree
			c.obeys(&tree, t.Type, d.Value)
		}
	}
}

func (c *checker) test(d *syntax.TestDecl) {
	c.inTest = true
	name, _ := d.Title.Plain()
	out := plan.Test{Name: name, At: c.place(d.Title.Span())}
	for _, s := range d.Body.Settings {
		c.report(unknownSetting("a test", nil, s))
	}
	started := false
	for _, s := range d.Body.Steps {
		started = started || s.Kind.Text == "when"
		switch s.Kind.Text {
		case "given":
			c.given(&out, s)
		case "when":
			c.when(&out, s)
		case "then":
			c.then(&out, s, started)
		}
	}
	if !started && len(d.Body.Steps) > 0 {
		c.report(diag.Errorf(CodeTest, d.Title.Span(), "this test does nothing").WithHelp("add: when Process(arguments)"))
	}
	c.Tests = append(c.Tests, out)
}

func (c *checker) badStep(s *syntax.TestStep, help string) {
	c.report(diag.Errorf(CodeTest, s.Span(), "this %s is not understood", s.Kind.Text).WithHelp("%s", help))
}

const givenHelp = "given endpoint.operation returns value | raises Fault { ... }"

func (c *checker) given(t *plan.Test, s *syntax.TestStep) {
	if len(s.Terms) != 3 {
		c.badStep(s, givenHelp)
		return
	}
	e, op := c.mocked(s.Terms[0])
	if op == nil {
		return
	}
	g := plan.Given{Endpoint: e.Name, Operation: op.Name, At: c.place(s.Span())}
	switch s.Word(1) {
	case "returns":
		if op.Result.Kind == types.Void {
			c.errorf(CodeNoValue, s.Terms[2].Span(), "%s gives nothing back", op.Name)
			return
		}
		if g.Returns = c.fixed(s.Terms[2], op.Result); g.Returns != nil {
			c.obeys(g.Returns, op.Result, s.Terms[2])
		}
	case "raises":
		g.Raises, g.Fields = c.faultValue(s.Terms[2])
		if g.Raises != "" && !contains(op.Raises, g.Raises) {
			c.errorf(CodeTest, s.Terms[2].Span(), "%s never raises %s", op.Name, c.short(g.Raises))
			return
		}
		c.raisable(&g, s.Terms[2])
	default:
		c.badStep(s, givenHelp)
		return
	}
	t.Given = append(t.Given, g)
}

// raisable checks that a fault which an endpoint is said to raise has its fields.
func (c *checker) raisable(g *plan.Given, e syntax.Expr) {
	d := c.Universe.Lookup(g.Raises)
	switch {
	case d == nil:
	case g.Fields != nil:
		c.obeys(g.Fields, types.Ref(g.Raises), e)
	default:
		if _, ok := e.(*syntax.Ident); ok {
			c.complete(resolve.NewScope(), &syntax.RecordExpr{Place: syntax.Place{At: e.Span()}, Type: &syntax.Path{Place: syntax.Place{At: e.Span()}}}, types.Ref(g.Raises), d.Fields)
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// mocked is the operation that `endpoint.operation` names.
func (c *checker) mocked(e syntax.Expr) (*plan.Endpoint, *plan.Operation) {
	if p := pathOf(e); p != nil && len(p.Parts) > 1 {
		sym, rest := c.declaration(p, "endpoint", resolve.Endpoint)
		if sym == nil {
			return nil, nil
		}
		end, op, _ := c.operationOf(sym, p, rest)
		return end, op
	}
	c.errorf(CodeTest, e.Span(), "an operation is wanted here, such as payments.charge")
	return nil, nil
}

// fixed is a value of a test: it is known before anything runs.
func (c *checker) fixed(e syntax.Expr, want types.Type) *expression.Tree {
	t := c.value(resolve.NewScope(), e, want)
	if t.invalid() || !c.constant(t.Tree, e) {
		return nil
	}
	return &t.Tree
}

func (c *checker) faultValue(e syntax.Expr) (string, *expression.Tree) {
	name, fields := faultParts(e)
	if name == nil {
		c.errorf(CodeFault, e.Span(), "a fault is wanted here, such as Declined { reason: \"no funds\" }")
		return "", nil
	}
	sym := c.only(name, "fault", resolve.Fault)
	if sym == nil {
		return "", nil
	}
	q := sym.Full
	if fields == nil {
		if d := c.Universe.Lookup(q); d == nil || len(d.Fields) == 0 {
			return q, nil
		}
		return q, nil
	}
	return q, c.fixed(e, none)
}

func (c *checker) when(t *plan.Test, s *syntax.TestStep) {
	const help = "when Process(arguments)"
	if len(s.Terms) != 1 {
		c.badStep(s, help)
		return
	}
	call, ok := s.Terms[0].(*syntax.CallExpr)
	if !ok {
		c.badStep(s, help)
		return
	}
	id := pathOf(call.Func)
	if id == nil {
		c.badStep(s, help)
		return
	}
	sym := c.only(id, "process", resolve.Process)
	if sym == nil {
		return
	}
	p := c.signature(sym.Full)
	if p == nil {
		return
	}
	w := plan.When{Process: p.Name, At: c.place(s.Span())}
	args := c.arguments(resolve.NewScope(), id, &syntax.Args{List: call.Args}, p.Params)
	for i, a := range args {
		if a.invalid() || !c.constant(a.Tree, call.Args[i]) {
			return
		}
		c.obeysAs(p.Name, p.Params[i], &a.Tree, call.Args[i])
		w.Args = append(w.Args, a.Tree)
	}
	t.When = append(t.When, w)
}

const thenHelp = "then returns value | fails Fault | called endpoint.operation(arguments) [once | 2 times] | never called endpoint.operation"

func (c *checker) then(t *plan.Test, s *syntax.TestStep, started bool) {
	out := plan.Then{At: c.place(s.Span())}
	ok := false
	switch {
	case s.Word(0) == "returns" && len(s.Terms) == 2:
		ok = c.thenReturns(t, &out, s.Terms[1], started)
	case s.Word(0) == "fails" && len(s.Terms) == 2:
		out.Kind = "fails"
		out.Fault, out.Expr = c.faultValue(s.Terms[1])
		ok = out.Fault != ""
	case s.Word(0) == "called" && len(s.Terms) >= 2:
		out.Kind = "called"
		ok = c.called(&out, s.Terms[1]) && c.times(&out, s, s.Terms[2:])
	case s.Word(0) == "never" && s.Word(1) == "called" && len(s.Terms) == 3:
		out.Kind = "never_called"
		ok = c.called(&out, s.Terms[2])
	default:
		c.badStep(s, thenHelp)
	}
	if ok {
		t.Then = append(t.Then, out)
	}
}

func (c *checker) thenReturns(t *plan.Test, out *plan.Then, e syntax.Expr, started bool) bool {
	out.Kind = "returns"
	if len(t.When) == 0 {
		if !started {
			c.errorf(CodeTest, e.Span(), "nothing was started yet")
		}
		return false // otherwise what is wrong with when has been said
	}
	p := c.signature(t.When[len(t.When)-1].Process)
	if p.Result.Kind == types.Void {
		c.errorf(CodeNoValue, e.Span(), "%s gives nothing back", c.short(p.Name))
		return false
	}
	out.Type = p.Result
	out.Expr = c.fixed(e, p.Result)
	return out.Expr != nil
}

func (c *checker) called(out *plan.Then, e syntax.Expr) bool {
	call, with := e.(*syntax.CallExpr)
	target := e
	if with {
		target = call.Func
	}
	end, op := c.mocked(target)
	if op == nil {
		return false
	}
	out.Endpoint, out.Operation, out.WithArgs = end.Name, op.Name, with
	if !with {
		return true
	}
	args := c.arguments(resolve.NewScope(), target, &syntax.Args{List: call.Args}, op.Params)
	for i, a := range args {
		if a.invalid() || !c.constant(a.Tree, call.Args[i]) {
			return false
		}
		out.Args = append(out.Args, a.Tree)
	}
	return len(args) == len(call.Args)
}

func (c *checker) times(out *plan.Then, s *syntax.TestStep, rest []syntax.Expr) bool {
	word := func(i int) string {
		if id, ok := rest[i].(*syntax.Ident); ok {
			return id.Name
		}
		return ""
	}
	switch {
	case len(rest) == 0:
		return true
	case len(rest) == 1 && word(0) == "once":
		out.Times = 1
		return true
	case len(rest) == 2 && (word(1) == "times" || word(1) == "time"):
		if lit, ok := rest[0].(*syntax.Literal); ok && lit.Kind == syntax.IntLiteral {
			out.Times, _ = strconv.Atoi(lit.Raw)
			if out.Times > 0 {
				return true
			}
		}
	}
	c.badStep(s, thenHelp)
	return false
}
