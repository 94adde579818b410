package check

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// operation checks one operation of an endpoint.
func (c *checker) operation(e *plan.Endpoint, schema *Schema, op *syntax.Operation) {
	if slices.ContainsFunc(e.Operations, func(o plan.Operation) bool { return o.Name == op.Name.Text }) {
		c.errorf(resolve.CodeDuplicate, op.Name.At, "the operation %s is declared twice", op.Name.Text)
		return
	}
	out := plan.Operation{Name: op.Name.Text, Result: c.resultOf(op.Result), Raises: c.faults(op.Raises)}
	scope := resolve.NewScope()
	if op.Params != nil {
		out.Params = c.parameters(scope, op.Params.List)
	}
	if op.Body == nil || op.Body.Request == nil {
		c.report(c.noRequest(schema, op))
	} else if verb := c.verb(schema, op.Body.Request); verb != nil {
		said := c.ds.Len()
		if schema.Name == "http" {
			c.request(scope, schema, verb, &out, op)
		} else {
			c.generic(scope, schema, verb, &out, op)
		}
		if c.ds.Len() == said {
			c.unsent(scope, out.Params)
		}
	}
	c.results(e.Name+"."+out.Name, op.Result, out.Result)
	e.Operations = append(e.Operations, out)
}

// unsent warns about parameters that the request of an operation does not read.
func (c *checker) unsent(scope *resolve.Scope, params []types.Field) {
	for i := range params {
		if v := scope.Find(params[i].Name); v != nil && !v.Used && !strings.HasPrefix(v.Name, "_") {
			c.report(diag.Warningf(resolve.CodeUnused, v.At, "the parameter %s is never sent", v.Name).
				WithHelp("put it into the path, the query, a header or the body"))
		}
	}
}

// parameters checks parameters and declares them in a scope.
func (c *checker) parameters(scope *resolve.Scope, list []*syntax.Field) []types.Field {
	fields := c.members("parameter", list)
	for k := range fields {
		f := &fields[k]
		i := slices.IndexFunc(list, func(p *syntax.Field) bool { return p.Name.Text == f.Name })
		if list[i].Where != nil {
			c.report(diag.Errorf(CodeUnguarded, list[i].Where.Span(), "what is sent is not checked, only what comes in").
				WithHelp("put the condition on the field or the parameter where the value enters").
				WithFix(list[i].Where.Span().Led("where").Alone(), "").AsDraft())
		}
		c.declare(scope, &resolve.Variable{Name: f.Name, At: list[i].Name.At, Type: f.Type, Labels: c.labels.of(f.Labels), Fixed: "a parameter"})
	}
	return fields
}

func (c *checker) request(scope *resolve.Scope, schema *Schema, verb *Verb, out *plan.Operation, op *syntax.Operation) {
	r := op.Body.Request
	h := &plan.HTTP{Method: strings.ToUpper(verb.Name), Path: c.path(scope, r.Target)}
	out.HTTP = h
	out.Idempotent = verb.Idempotent
	rows := slices.Concat(schema.Parts["operation"], verb.Rows)
	b := c.settings("an operation", slices.Concat(operationSettings, rows), slices.Concat(r.Settings, op.Body.Settings), op.Name.At)
	if v, ok := b.first("body"); ok {
		t := c.value(scope, v.expr, none)
		if !t.invalid() && c.sendable(t.Type, v.expr) {
			h.Body = &t.Tree
		}
	}
	h.Query = c.named(scope, b, "query")
	h.Headers = c.named(scope, b, "headers")
	rows = slices.DeleteFunc(rows, func(s Setting) bool { return slices.Contains(formed, s.Name) })
	h.Options = c.options(scope, rows, b, false)
	c.ownSettings(scope, out, b)
	c.paged(out, b)
	for _, m := range op.Body.Errors {
		c.errorMapping(scope, schema, out, h, m)
	}
}

// formed are the settings of operations over HTTP that have a form of their own in a plan.
var formed = []string{"body", "query", "headers"}

// paged checks an operation that reads a list page by page.
func (c *checker) paged(out *plan.Operation, b block) {
	for _, name := range []string{"items", "next", "page", "max_pages"} {
		if at := b.at(name); at != nil && b.at("pages") == nil {
			c.report(diag.Errorf(CodePages, at.Span(), "%s says something about pages, and nothing says how they are asked for", name).
				WithHelp("pages: link, cursor, number or offset"))
			return
		}
	}
	pages, ok := b.first("pages")
	if !ok {
		return
	}
	at := b.at("pages").Span()
	switch {
	case !out.Idempotent:
		c.report(diag.Errorf(CodePages, at, "each page is a request of its own, and this one does something").
			WithHelp("a list is read with get; where this changes nothing, say so: idempotent: true"))
	case out.Result.Kind != types.List && out.Result.Kind != types.Invalid:
		c.report(diag.Errorf(CodePages, at, "the items of all pages are a list, and the operation gives %s", c.shown(out.Result)).
			WithHelp("let it give a list: -> [Item]"))
	case pages.text == "cursor" && b.at("next") == nil:
		c.report(diag.Errorf(CodePages, at, "nothing says which field of the answer holds the cursor of the next page").
			WithHelp(`next: "cursor"`))
	}
}

// shown is a type in words, also that of nothing.
func (c *checker) shown(t types.Type) string {
	if t.Kind == types.Void {
		return "nothing"
	}
	return c.show(t)
}

// ownSettings are those of operations that concern the runtime, whatever the
// connector.
func (c *checker) ownSettings(scope *resolve.Scope, out *plan.Operation, b block) {
	if v, ok := b.first("idempotent"); ok {
		out.Idempotent = v.text == "true"
	}
	if v, ok := b.first("idempotency_key"); ok {
		t := c.value(scope, v.expr, types.Of(types.String))
		if !t.invalid() {
			out.Key = &t.Tree
		}
	}
	if v, ok := b.first("timeout"); ok {
		out.TimeoutNs = int64(v.low)
	}
}

// verb is the verb of a request; nil when it has been reported that there is none.
func (c *checker) verb(schema *Schema, r *syntax.Request) *Verb {
	if v := schema.Verb(r.Verb.Text); v != nil {
		return v
	}
	names := schema.verbNames()
	if len(names) == 0 {
		c.report(noVerbs(schema, r.Verb.At))
		return nil
	}
	d := diag.Errorf(CodeVerb, r.Verb.At, "%s has no verb %s", schema.title(), r.Verb.Text)
	if near := diag.Suggest(r.Verb.Text, names); near != "" {
		d = d.WithWord(r.Verb.At, r.Verb.Text, near)
	} else {
		d = d.WithHelp("it has %s", strings.Join(names, ", "))
	}
	c.report(d)
	return nil
}

func noVerbs(schema *Schema, at source.Span) diag.Diagnostic {
	return diag.Errorf(CodeNoOperations, at, "the operations of %s are those of a contract", schema.title()).
		WithHelp("use the contract and make the endpoint of it; see the documentation of the connector %s", schema.title())
}

// noRequest reports an operation that does not say what it does, with the verbs that
// it could do.
func (c *checker) noRequest(schema *Schema, op *syntax.Operation) diag.Diagnostic {
	if len(schema.Verbs) == 0 {
		return noVerbs(schema, op.Name.At)
	}
	v := &schema.Verbs[0]
	example := v.Name
	switch {
	case schema.Name == "http":
		example = `get "/path"`
	case v.Target.Name != "":
		example += ` "` + v.Target.Name + `"`
	default:
		example += " { ... }"
	}
	return diag.Errorf(CodeNoRequest, op.Name.At, "the operation %s does not say what is asked", op.Name.Text).
		WithHelp(`write the request: { %s }`, example)
}

func (c *checker) sendable(t types.Type, e syntax.Expr) bool {
	if c.Universe.Assignable(t, types.Of(types.JSON)) {
		return true
	}
	c.errorf(CodeMismatch, e.Span(), "%s cannot be sent", c.show(t))
	return false
}

// braced is how other languages write a parameter in a path.
var braced = regexp.MustCompile(`\{[A-Za-z_][A-Za-z0-9_]*\}`)

// path splits "/holds/${id}" into its parts.
func (c *checker) path(scope *resolve.Scope, e syntax.Expr) []plan.PathPart {
	s, ok := e.(*syntax.StringExpr)
	if !ok {
		c.errorf(CodePath, spanOf(e), "the path of a request is a string")
		return nil
	}
	var out []plan.PathPart
	for i, p := range s.Parts {
		if p.Expr == nil {
			if i == 0 && !strings.HasPrefix(p.Text, "/") {
				c.report(diag.Errorf(CodePath, s.Span(), "a path begins with /").WithHelp("the rest of the address is the url of the binding").
					WithFix(s.Span().First(1).After(), "/").AsDraft())
			}
			if strings.ContainsAny(p.Text, "?#") {
				c.report(diag.Errorf(CodePath, s.Span(), "a path holds no query").WithHelp("write it as a setting: query: { name: value }"))
			}
			if hole := braced.FindString(p.Text); hole != "" {
				c.report(diag.Errorf(CodePath, s.Span(), "%s is plain text in this path", hole).WithHelp("write $%s, which puts the value there", hole).
					WithFix(s.Span().First(strings.Index(s.Span().Text(), hole)).After(), "$"))
			}
			out = append(out, plan.PathPart{Text: p.Text})
			continue
		}
		t := c.value(scope, p.Expr, none)
		if t.invalid() {
			continue
		}
		if !c.printable(t.Type) {
			c.errorf(CodePath, p.Expr.Span(), "%s has no text form for a path", c.show(t.Type))
			continue
		}
		out = append(out, plan.PathPart{Expr: &t.Tree})
	}
	return out
}

// named are the fields of a record setting, by name.
func (c *checker) named(scope *resolve.Scope, b block, setting string) []plan.NamedTree {
	v, ok := b.first(setting)
	if !ok {
		return nil
	}
	r, ok := v.expr.(*syntax.RecordExpr)
	if !ok || r.Type != nil {
		c.errorf(CodeSettingValue, v.expr.Span(), "%s is a record: { name: value }", setting)
		return nil
	}
	var out []plan.NamedTree
	for _, f := range r.Fields {
		t := c.value(scope, f.Value, none)
		bare := t.Type
		if bare.Kind == types.Optional {
			bare = *bare.Elem
		}
		if t.invalid() {
			continue
		}
		if !c.printable(bare) {
			c.errorf(CodeMismatch, f.Value.Span(), "%s has no text form for a %s", c.show(t.Type), setting)
			continue
		}
		out = append(out, plan.NamedTree{Name: f.Name.Text, Expr: t.Tree})
	}
	slices.SortStableFunc(out, func(a, b plan.NamedTree) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// errorMapping checks `error 409: OutOfStock { sku: response.sku }`, which reads
// the response and the operation's parameters. What the
// response holds is only known when it is there, so its fields are json here and
// are fitted to the fault by the connector.
func (c *checker) errorMapping(outer *resolve.Scope, schema *Schema, out *plan.Operation, h *plan.HTTP, m *syntax.ErrorMapping) {
	code, ok := c.code(schema, m)
	if !ok {
		return
	}
	status, _ := strconv.Atoi(code)
	if slices.ContainsFunc(h.Errors, func(e plan.HTTPError) bool { return e.Status == status }) {
		c.errorf(CodeErrorMapping, m.Status.Span(), "the status %d is mapped twice", status)
		return
	}
	if fault, fields, ok := c.mapping(outer, out, m); ok {
		h.Errors = append(h.Errors, plan.HTTPError{Status: status, Fault: fault, Fields: fields})
		slices.SortFunc(h.Errors, func(a, b plan.HTTPError) int { return a.Status - b.Status })
	}
}

// mapping is the fault that an error becomes.
func (c *checker) mapping(outer *resolve.Scope, out *plan.Operation, m *syntax.ErrorMapping) (string, expression.Tree, bool) {
	name, fields := faultParts(m.Fault)
	if name == nil {
		c.errorf(CodeErrorMapping, spanOf(m.Fault), "a fault is wanted here, such as Declined { reason: response.reason }")
		return "", expression.Tree{}, false
	}
	s := c.only(name, "fault", resolve.Fault)
	if s == nil {
		return "", expression.Tree{}, false
	}
	if !slices.Contains(out.Raises, s.Full) {
		c.report(diag.Errorf(CodeErrorMapping, name.Span(), "the operation %s does not say that it raises %s", out.Name, name).
			WithHelp("add raises %s to the operation", name))
	}
	tree, ok := c.mappedFields(outer, s.Full, name, fields, m.Fault)
	return s.Full, tree, ok
}

// faultParts reads `F`, `F { ... }` and both with the name of an import before
// them; nil when it is neither.
func faultParts(e syntax.Expr) (*syntax.Path, []*syntax.FieldInit) {
	if r, ok := e.(*syntax.RecordExpr); ok {
		return r.Type, r.Fields
	}
	return pathOf(e), nil
}

func (c *checker) mappedFields(outer *resolve.Scope, fault string, name *syntax.Path, inits []*syntax.FieldInit, e syntax.Expr) (expression.Tree, bool) {
	scope := outer.Inner()
	c.declare(scope, &resolve.Variable{Name: "response", Type: types.Of(types.JSON), Fixed: "the response"})
	d := c.Universe.Lookup(fault)
	out := expression.Tree{Op: expression.RecordOf, Type: types.Type{Kind: types.Record}}
	for _, init := range inits {
		c.Info.Part(types.Ref(fault), init.Name.At)
		f, ok := d.Field(init.Name.Text)
		if !ok {
			c.report(unknownField(name.String(), init.Name, d.Fields))
			return out, false
		}
		t := c.expr(scope, init.Value, f.Type)
		if t.Type.Kind != types.JSON {
			t = c.fit(t, f.Type, init.Value.Span())
		}
		if t.invalid() || c.twice(out.Keys, init) {
			return out, false
		}
		c.keeps(&t, c.labels.of(f.Labels), init.Value.Span(), "the field "+f.Name)
		out.Keys = append(out.Keys, f.Name)
		out.Args = append(out.Args, t.Tree)
		out.Type.Fields = append(out.Type.Fields, types.Field{Name: f.Name, Type: t.Type})
	}
	r, ok := e.(*syntax.RecordExpr)
	if !ok {
		r = &syntax.RecordExpr{Place: syntax.Place{At: name.Span()}}
	}
	return out, c.complete(resolve.NewScope(), r, types.Ref(fault), d.Fields)
}
