package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

func (c *checker) routeBody(d *syntax.RouteDecl, r *Route, grown map[source.Span]labelSet) (more bool) {
	for _, cl := range d.Body.Clauses {
		c.report(diag.Errorf(CodePlace, cl.Span(), "this block has no meaning in a route").WithHelp("what fails goes to the dead letter of the channel"))
	}
	c.gathered = source.Span{}
	scope := resolve.NewScope()
	f := &flow{checker: c, route: true, name: d.Name.Text, raised: map[string]bool{}, ids: map[string]syntax.Name{}, grown: grown, regions: regionsOf(d.Body)}
	b := c.settings("a route", routeSettings, c.withoutWords(d.Body.Settings), d.Name.At)
	if v, ok := b.first("failover"); ok {
		f.failover = v.symbol.Full
		c.sticks(f.failover, "the route "+d.Name.Text, nil, b.span("failover"))
	}
	if v, ok := b.first("policy"); ok {
		f.policy, r.Policy = v.symbol.Full, v.symbol.Full
	}
	list := d.Body.Stmts
	switch i := slices.IndexFunc(list, isFrom); i {
	case -1:
		if d.Body.Find("from") != nil {
			break // that it is no setting has been said
		}
		c.report(c.sourced(diag.Errorf(CodeNoFrom, d.Name.At, "the route %s does not say where its messages come from", d.Name.Text).
			WithHelp("begin it with: from CHANNEL as message"), d.Body))
	default:
		from := list[i].(*syntax.FromStmt)
		if i > 0 {
			c.report(diag.Errorf(CodePlace, from.Span(), "from stands first in a route").
				WithNote(list[0].Span(), "in front of this").WithHelp("what stands before it has no message yet"))
		}
		f.from(scope, r, from)
		list = slices.Delete(slices.Clone(list), i, i+1)
	}
	f.statements(scope.Inner(), list)
	f.idle(list)
	f.idleHedge("the route "+d.Name.Text, d.Body.Settings)
	return f.more
}

func isFrom(st syntax.Stmt) bool {
	_, ok := st.(*syntax.FromStmt)
	return ok
}

// from declares the variable that holds the message.
func (f *flow) from(scope *resolve.Scope, r *Route, from *syntax.FromStmt) {
	v := &resolve.Variable{Name: from.As.Text, At: from.As.At, Fixed: theMessage}
	if !from.As.Given() {
		v.Name, v.At = "message", from.Span()
	}
	if f.incoming(from.Source) {
		if in := f.received(from.Source); in != nil {
			r.Receive, v.Type = in.Name, in.Type
		}
	} else if sym := f.only(from.Source, "channel", resolve.Channel, resolve.Event); sym != nil && sym.Kind == resolve.Event {
		r.Event, v.Type = sym.Full, f.declared(sym)
	} else if sym != nil {
		r.From = sym.Full
		if ch := f.Channel(r.From); ch != nil {
			v.Type, v.Labels = ch.Type, f.passed(r.From)
		}
	}
	f.declareIn(scope, from, v)
	f.in.message = v
	r.Var = v.Plan
}
