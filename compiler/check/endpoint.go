package check

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

func (c *checker) declareEndpoints() {
	all := decls[*syntax.EndpointDecl](c, resolve.Endpoint)
	made := make([]plan.Endpoint, len(all))
	sideBySide(c, all, func(x *checker, i int) { made[i] = x.declareEndpoint(all[i]) })
	c.Endpoints = append(c.Endpoints, made...)
}

func (c *checker) declareEndpoint(d *syntax.EndpointDecl) plan.Endpoint {
	e := plan.Endpoint{Name: c.qualified(d.Name.Text), Connector: "http"}
	schema := c.connector(d, &e)
	if d.Body != nil {
		c.endpointBody(&e, schema, d)
	}
	if d.Body == nil || len(d.Body.Bindings) == 0 {
		c.report(diag.Errorf(CodeNoBinding, d.Name.At, "the endpoint %s can be had nowhere", d.Name.Text).
			WithHelp("say where: on CLOUD { url: env.NAME }"))
	}
	slices.SortFunc(e.Operations, func(a, b plan.Operation) int { return cmp.Compare(a.Name, b.Name) })
	return e
}

func (c *checker) endpointBody(e *plan.Endpoint, schema *Schema, d *syntax.EndpointDecl) {
	if schema != nil {
		c.endpointSettings(e, schema, d)
	}
	receives := d.Body.Receives
	if n := len(receives); n > MaxMembers {
		c.tooMany(receives[MaxMembers].Name.At, "receives", n)
		receives = receives[:MaxMembers]
	}
	for _, r := range receives {
		c.receive(e, schema, r)
	}
	slices.SortFunc(e.Receives, func(a, b plan.Receive) int { return cmp.Compare(a.Name, b.Name) })
	operations := d.Body.Operations
	if n := len(operations); n > MaxMembers {
		c.tooMany(operations[MaxMembers].Name.At, "operations", n)
		operations = operations[:MaxMembers]
	}
	for _, op := range operations {
		if schema != nil {
			c.operation(e, schema, op)
		}
	}
	bindings := d.Body.Bindings
	if n := len(bindings); n > MaxMembers {
		c.tooMany(bindings[MaxMembers].Span(), "places of an endpoint", n)
		bindings = bindings[:MaxMembers]
	}
	for _, b := range bindings {
		c.binding(e, schema, b)
	}
}

func (c *checker) endpointSettings(e *plan.Endpoint, schema *Schema, d *syntax.EndpointDecl) {
	rows := schema.Parts["endpoint"]
	if len(rows) == 0 {
		for _, s := range d.Body.Settings {
			c.report(unknownSetting("an endpoint of "+schema.title(), nil, s).WithHelp("settings of a place stand in on CLOUD { }, those of an operation with it"))
		}
		return
	}
	b := c.settings("an endpoint of "+schema.title(), rows, d.Body.Settings, d.Name.At)
	e.Options = c.options(resolve.NewScope(), rows, b, true)
}

// receive declares what comes in through an endpoint.
func (c *checker) receive(e *plan.Endpoint, schema *Schema, r *syntax.Receive) {
	if i := slices.IndexFunc(e.Receives, func(o plan.Receive) bool { return o.Name == r.Name.Text }); i >= 0 {
		c.errorf(resolve.CodeDuplicate, r.Name.At, "the endpoint receives %s twice", r.Name.Text)
		return
	}
	out := plan.Receive{Name: r.Name.Text, Type: c.typeOf(r.Type), Options: []plan.Option{}, At: c.place(r.Name.At)}
	c.results(e.Name+"."+out.Name+expression.Brings, r.Type, out.Type)
	if rows, ok := c.receives(schema, r); ok {
		b := c.settings("a receive of "+schema.title(), rows, list(r.Settings), r.Name.At)
		out.Options = append(out.Options, c.options(resolve.NewScope(), rows, b, true)...)
		c.topicFrom(schema, r.Settings)
	}
	e.Receives = append(e.Receives, out)
}

// receives are the settings of what comes in; not ok when nothing does, which has
// been reported.
func (c *checker) receives(schema *Schema, r *syntax.Receive) ([]Setting, bool) {
	if schema == nil {
		return nil, false
	}
	rows, ok := schema.Parts["receive"]
	if !ok {
		c.report(diag.Errorf(CodeNoReceive, r.Name.At, "nothing comes in through %s", schema.title()).
			WithHelp("%s only asks; see the documentation of the connector", schema.title()))
	}
	return rows, ok
}

func (c *checker) binding(e *plan.Endpoint, schema *Schema, b *syntax.Binding) {
	s := c.only(b.Cloud, "cloud", resolve.Cloud)
	var rows []Setting
	given, of := list(b.Settings), "a binding"
	if schema != nil {
		rows, of = schema.Parts["binding"], "a binding of "+schema.title()
	} else { // what else there is nobody knows
		given = slices.DeleteFunc(slices.Clone(given), func(s *syntax.Setting) bool { return rowNamed(bindingSettings, s.Name.Text) == nil })
	}
	bl := c.settings(of, slices.Concat(bindingSettings, rows), given, b.Cloud.Span())
	if s == nil {
		return
	}
	if slices.ContainsFunc(e.Bindings, func(o plan.Binding) bool { return o.Cloud == s.Name }) {
		c.errorf(resolve.CodeDuplicate, b.Cloud.Span(), "the endpoint is bound to %s twice", s.Name)
		return
	}
	out := plan.Binding{Cloud: s.Name, At: c.place(b.Cloud.Span())}
	for _, o := range c.options(resolve.NewScope(), rows, bl, true) {
		if o.Name == "url" {
			out.URL = o.Text
			continue
		}
		out.Options = append(out.Options, o)
	}
	if _, given := bl.first("url"); given && e.Connector == "http" { // what an address looks like is the connector's
		c.address(out.URL, bl)
	}
	if v, ok := bl.first("availability"); ok {
		out.Availability = v.text
	}
	if v, ok := bl.get("latency"); ok {
		out.Latency = plan.Quantile{Ratio: v[0][0].text, WithinNs: int64(v[0][1].low)}
	}
	if v, ok := bl.first("cost"); ok {
		out.CostPerCall = v.text
	}
	if v, ok := bl.first("weight"); ok {
		out.Weight = &v.int
	}
	out.Limit, out.Auth = limit(bl), c.auth(bl)
	c.oneCurrency(e, &out, bl)
	e.Bindings = append(e.Bindings, out)
}

// address reports a url that is written out and that nothing can be called at.
func (c *checker) address(text plan.Text, bl block) {
	if text.Setting != "" {
		return // the environment supplies it
	}
	problem := ""
	u, err := url.Parse(strings.TrimSpace(text.Literal))
	switch {
	case err != nil:
		problem = "this is no URL"
	case u.Scheme != "http" && u.Scheme != "https":
		problem = "this URL does not begin with http:// or https://"
	case u.Hostname() == "":
		problem = "this URL has no host"
	case u.RawQuery != "" || u.Fragment != "":
		problem = "this URL has a query or fragment, which an address must not have"
	default:
		return
	}
	c.report(diag.Errorf(CodeSettingValue, bl.span("url"), "%s", problem).
		WithHelp(`write the address of the service, such as "https://payments.example.com", or env.NAME`))
}

// oneCurrency reports a cost that cannot be compared with that of another place.
func (c *checker) oneCurrency(e *plan.Endpoint, b *plan.Binding, bl block) {
	_, currency, _ := strings.Cut(b.CostPerCall, " ")
	for _, o := range e.Bindings {
		if _, other, ok := strings.Cut(o.CostPerCall, " "); ok && currency != "" && other != currency {
			c.report(diag.Errorf(CodeBounds, bl.span("cost"), "the cost is in %s here and in %s in %s: nothing says which is cheaper", currency, other, o.Cloud).
				WithHelp("give all places of an endpoint one currency"))
			return
		}
	}
}

// faults are the qualified names of faults after raises, sorted.
func (c *checker) faults(paths []*syntax.Path) []string {
	var out []string
	for _, p := range paths {
		if s := c.only(p, "fault", resolve.Fault); s != nil {
			out = append(out, s.Full)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (c *checker) endpoint(name string) *plan.Endpoint {
	for _, p := range c.everywhere() {
		i, ok := slices.BinarySearchFunc(p.Endpoints, name, func(e plan.Endpoint, n string) int { return cmp.Compare(e.Name, n) })
		if ok {
			return &p.Endpoints[i]
		}
	}
	return nil
}

// resultOf is the type after ->, Void where there is none.
func (c *checker) resultOf(t syntax.Type) types.Type {
	if t == nil {
		return types.Of(types.Void)
	}
	return c.typeOf(t)
}
