package contract

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/types"
)

// openAPI reads documents of OpenAPI 3.0 and 3.1.
type openAPI struct {
	*schemas
	root    *node
	answers []answer
}

// answer is one answer of an operation that says that it failed.
type answer struct {
	operation int    // in Operations
	status    int    // 400 to 499
	component string // the name of the component that it is, or ""
	body      types.Type
	at        source.Span
}

func readOpenAPI(r *reader, name string) {
	d := r.document(name, r.o.Use)
	version := d.root.get("openapi")
	if !strings.HasPrefix(version.str(), "3.0") && !strings.HasPrefix(version.str(), "3.1") {
		r.noVersion(d, version, "openapi", "OpenAPI 3.0 or 3.1")
	}
	a := &openAPI{schemas: newSchemas(r), root: d.root}
	r.Connector = "http"
	a.components(d.root.get("components").get("schemas"))
	d.root.get("paths").each(a.path)
	a.faults()
	a.one()
}

// noVersion gives a document up that is not of the kind that the author says.
func (r *reader) noVersion(d *document, version *node, key, want string) {
	if version == nil {
		for _, other := range []string{"openapi", "asyncapi", "swagger", "$schema"} {
			if n := d.root.get(other); n != nil && other != key {
				r.fail(CodeContract, n.at(), "%s is no %s document: it says %s: %q", d.name, want, other, n.str())
			}
		}
		r.fail(CodeContract, span(d.file, d.root.start, d.root.start), "%s is no %s document: it does not say %s", d.name, want, key)
	}
	r.failWith(diag.Errorf(CodeContract, version.at(), "%s is no %s document", d.name, want).
		WithLabel("it says %s: %q", key, version.str()))
}

// components declares the named schemas of a document, in order.
func (s *schemas) components(list *node) {
	list.each(func(key, schema *node) {
		s.part(key.at())
		target, name := s.resolve(schema)
		if target == nil || name != "" && target.doc == schema.doc {
			return // a name for another schema, which has its own
		}
		s.declares(target, definitionName(key.text, target))
	})
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

func (a *openAPI) path(key, item *node) {
	a.part(key.at())
	target, _ := a.resolve(item)
	for _, m := range methods {
		if op := target.get(m); op != nil {
			a.operation(m, key, target, op)
		}
	}
}

// madeUp is the name of an operation that has none: "get /pets/{id}" is get_pets_id.
func madeUp(method, path string) string {
	words := strings.FieldsFunc(path, func(c rune) bool { return strings.ContainsRune("/{}-.", c) })
	return identifier(strings.Join(append([]string{method}, words...), "_"))
}

func (a *openAPI) operation(method string, key, item, op *node) {
	out := Operation{Name: identifier(op.get("operationId").str()), Doc: cmp.Or(op.get("summary").str(), op.get("description").str()),
		HTTP: &HTTP{Method: strings.ToUpper(method), Path: key.text}}
	at := cmp.Or(op.get("operationId"), op)
	if op.get("operationId").str() == "" {
		out.Name, at = madeUp(method, key.text), key
	}
	if !a.params(&out, key, slices.Concat(item.get("parameters").list(), op.get("parameters").list())) || !a.body(&out, op) || !a.result(&out, op) {
		return
	}
	a.Declared[out.Name] = at.at()
	a.Operations = append(a.Operations, out)
	a.failures(op)
}

// params adds the parameters: those of the path in its order, then query and
// headers. It says whether the operation can be asked with them.
func (a *openAPI) params(out *Operation, path *node, list []*node) bool {
	byPlace := map[string][]Param{}
	seen := map[[2]string]int{}
	schemas := map[[2]string]*node{}
	for _, ref := range list {
		p, _ := a.resolve(ref)
		name, in := p.get("name").str(), p.get("in").str()
		if name == "" {
			continue
		}
		required := p.get("required").isTrue() || in == "path"
		schema := p.get("schema")
		if schema == nil {
			schema = firstJSON(p.get("content"))
		}
		t := types.Of(types.String)
		if schema != nil {
			t = a.typeOf(schema, out.Name+"_"+name)
		}
		schemas[[2]string{in, name}] = schema
		if !a.inPlace(in, p) || !a.inText(t) {
			if !required {
				a.left(p.at(), "COB cannot send the %s parameter %s of %s, which is optional: it is left out", in, name, out.Name)
				continue
			}
			a.left(p.at(), "%s requires the %s parameter %s, which COB cannot send: the operation is left out", out.Name, in, name)
			return false
		}
		if in == "header" && slices.Contains([]string{"accept", "content-type", "authorization", "idempotency-key"}, strings.ToLower(name)) {
			continue // what they say is the connector's
		}
		if !required {
			t = types.OptionalOf(t)
		}
		x := Param{Field: types.Field{Name: identifier(name), Type: t, Doc: p.get("description").str()}, In: in}
		if t.Kind == types.List || t.Kind == types.Optional && t.Elem.Kind == types.List {
			x.Between = between(in, p)
		}
		if x.Name != name {
			x.Wire = name
		}
		// A parameter of the operation replaces that of the path.
		if i, ok := seen[[2]string{in, name}]; ok {
			byPlace[in][i] = x
			continue
		}
		seen[[2]string{in, name}] = len(byPlace[in])
		byPlace[in] = append(byPlace[in], x)
	}
	slices.SortStableFunc(byPlace["path"], func(x, y Param) int {
		return cmp.Compare(strings.Index(path.text, "{"+x.WireName()+"}"), strings.Index(path.text, "{"+y.WireName()+"}"))
	})
	for _, x := range slices.Concat(byPlace["path"], byPlace["query"], byPlace["header"]) {
		out.Params = append(out.Params, distinct(x, out.Params))
		if schema := schemas[[2]string{x.In, x.WireName()}]; schema != nil {
			a.ofParam(out, out.Params[len(out.Params)-1].Field, schema)
		}
	}
	return a.holes(out, path)
}

// inPlace says whether a parameter stands where, and in a style in which, one can be
// sent.
func (a *openAPI) inPlace(in string, p *node) bool {
	style := p.get("style").str()
	switch in {
	case "path", "header":
		return style == "" || style == "simple"
	case "query":
		return style != "deepObject"
	}
	return false
}

// between is what stands between the items of a list: nothing where each of them is
// a parameter of its own, which only a query can have.
func between(in string, p *node) string {
	if in != "query" {
		return ","
	}
	style, explode := p.get("style").str(), p.get("explode")
	switch {
	case explode.isTrue() || explode == nil && (style == "" || style == "form"):
		return ""
	case style == "spaceDelimited":
		return " "
	case style == "pipeDelimited":
		return "|"
	}
	return ","
}

// inText says whether values of t can stand in a path, a query or a header.
func (a *openAPI) inText(t types.Type) bool {
	switch t.Kind {
	case types.Optional:
		return a.inText(*t.Elem)
	case types.List:
		return t.Elem.Kind != types.List && a.inText(*t.Elem)
	case types.Map, types.Record, types.JSON, types.Money:
		return false
	case types.Named:
		for i := range a.Types {
			if a.Types[i].Name == t.Name {
				return a.Types[i].Kind == types.EnumDefinition
			}
		}
		return false
	}
	return true
}

// holes says whether every {name} of the path has its parameter.
func (a *openAPI) holes(out *Operation, path *node) bool {
	for _, part := range strings.Split(path.text, "{")[1:] {
		name, _, ok := strings.Cut(part, "}")
		if !ok || !slices.ContainsFunc(out.Params, func(p Param) bool { return p.In == "path" && p.WireName() == name }) {
			a.left(path.at(), "no parameter of %s is called %s, which its path names: the operation is left out", out.Name, name)
			return false
		}
	}
	return true
}

// distinct gives a parameter a name that none of the others has.
func distinct(p Param, others []Param) Param {
	taken := func(name string) bool {
		return slices.ContainsFunc(others, func(o Param) bool { return o.Name == name })
	}
	if !taken(p.Name) {
		return p
	}
	wire := p.WireName()
	p.Name = identifier(p.In + "_" + p.Name)
	for taken(p.Name) {
		p.Name += "_"
	}
	p.Wire = wire
	return p
}

func (a *openAPI) body(out *Operation, op *node) bool {
	b, _ := a.resolve(op.get("requestBody"))
	if b == nil {
		return true
	}
	required := b.get("required").isTrue()
	schema := firstJSON(b.get("content"))
	if schema == nil {
		if !required {
			if !hollow(b.get("content")) {
				a.left(b.at(), "COB cannot send the body of %s, which is no JSON and optional: it is left out", out.Name)
			}
			return true
		}
		a.left(b.at(), "%s takes a body that is no JSON: the operation is left out", out.Name)
		return false
	}
	t := a.typeOf(schema, out.Name+"_body")
	if !required {
		t = types.OptionalOf(t)
	}
	out.Params = append(out.Params, distinct(Param{Field: types.Field{Name: "body", Type: t, Doc: b.get("description").str()}, In: "body"}, out.Params))
	a.ofParam(out, out.Params[len(out.Params)-1].Field, schema)
	return true
}

// hollow says that nothing is described that a body could hold.
func hollow(content *node) bool {
	full := false
	content.each(func(_, media *node) {
		schema := media.get("schema")
		properties := schema.get("properties")
		full = full || schema != nil && (schema.get("type").str() != "object" || properties != nil && len(properties.items) > 0)
	})
	return !full
}

// result is the type of the 2xx answers with a body: json where they differ, optional where
// another answer has none.
func (a *openAPI) result(out *Operation, op *node) bool {
	out.Result = types.Of(types.Void)
	responses := op.get("responses")
	var statuses []string
	bare := false // an answer without a body says that it is done, too
	responses.each(func(key, _ *node) { statuses = append(statuses, key.text) })
	slices.Sort(statuses)
	for _, status := range statuses {
		answer, _ := a.resolve(responses.get(status))
		content := answer.get("content")
		if !strings.HasPrefix(status, "2") || content == nil || len(content.items) == 0 {
			bare = bare || answer != nil && (status == "204" || status == "205")
			continue
		}
		schema := firstJSON(content)
		if schema == nil {
			a.left(content.at(), "%s answers %s with something that is no JSON: the operation is left out", out.Name, status)
			return false
		}
		if t := a.typeOf(schema, out.Name+"_result"); out.Result.Kind == types.Void {
			out.Result = t
			a.ofResult(out, schema)
		} else if !t.Equal(out.Result) {
			out.Result, out.Refinements = a.json(answer.at(), "%s answers %s with another type than before", out.Name, status), a.ofParams(out)
			break
		}
	}
	if out.Result.Kind != types.Void && out.Result.Kind != types.JSON && bare {
		out.Result = types.OptionalOf(out.Result)
	}
	return true
}

// ofParams are the refinements of an operation without those of its result.
func (a *openAPI) ofParams(out *Operation) []expression.Refinement {
	return slices.DeleteFunc(out.Refinements, func(r expression.Refinement) bool { return r.Field == "" })
}

// firstJSON is the schema of the first media type that is JSON, or nil. One
// without a schema is any JSON.
func firstJSON(content *node) *node {
	var found *node
	content.each(func(key, media *node) {
		base, _, _ := strings.Cut(key.text, ";")
		base = strings.TrimSpace(base)
		if found != nil || base != "application/json" && !strings.HasSuffix(base, "+json") && base != "*/*" && base != "application/*" {
			return
		}
		if found = media.get("schema"); found == nil {
			found = &node{doc: media.doc, shape: boolean, text: "true", start: media.start, end: media.start}
		}
	})
	return found
}
