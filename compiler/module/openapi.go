package module

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/types"
)

// openAPI turns one document into types and operations.
type openAPI struct {
	contract *Contract
	prefix   string // of qualified names, "orders.catalog_api."
	file     *source.File
	schemas  openapi3.Schemas
	records  map[string]bool // component schemas that are definitions
	open     map[string]bool // component schemas being expanded, against cycles
	ds       []diag.Diagnostic
}

func readOpenAPI(c *Contract, pkg string, file *source.File) []diag.Diagnostic {
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	doc, err := loader.LoadFromData([]byte(file.Text))
	if err != nil {
		return []diag.Diagnostic{notOpenAPI(c, file, err)}
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.0") && !strings.HasPrefix(doc.OpenAPI, "3.1") {
		return []diag.Diagnostic{diag.Errorf(CodeContract, c.Use.File.Span(), "%s is no OpenAPI 3.0 or 3.1 document", c.Path).
			WithLabel("it says openapi: %q", doc.OpenAPI)}
	}
	r := &openAPI{contract: c, prefix: pkg + "." + c.Name + ".", file: file, records: map[string]bool{}, open: map[string]bool{}}
	if doc.Components != nil {
		r.schemas = doc.Components.Schemas
	}
	r.definitions()
	if doc.Paths != nil {
		for _, p := range sortedKeys(doc.Paths.Map()) {
			r.path(p, doc.Paths.Value(p))
		}
	}
	r.sort()
	return r.ds
}

func (r *openAPI) sort() {
	ops := r.contract.Operations
	slices.SortStableFunc(ops, func(a, b Operation) int { return cmp.Compare(a.Name, b.Name) })
	for i := 1; i < len(ops); i++ {
		if ops[i].Name == ops[i-1].Name {
			r.ds = append(r.ds, diag.Errorf(CodeContract, r.contract.Use.File.Span(), "%s has two operations named %s", r.contract.Path, ops[i].Name))
		}
	}
}

var yamlLine = regexp.MustCompile(`yaml: line (\d+):(?: column (\d+):)? *(.*)`)

func notOpenAPI(c *Contract, file *source.File, err error) diag.Diagnostic {
	text := err.Error()
	if _, after, ok := strings.Cut(text, "yaml error: "); ok {
		text = after
	}
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line, _ := strconv.Atoi(m[1])
		return diag.Errorf(CodeContract, lineSpan(file, line, 1), "%s is no valid YAML: %s", c.Path, m[3]).
			WithNote(c.Use.File.Span(), "used here")
	}
	return diag.Errorf(CodeContract, c.Use.File.Span(), "%s is no OpenAPI document", c.Path).WithLabel("%s", text)
}

// lineSpan is the text of a line from a column on.
func lineSpan(file *source.File, line, column int) source.Span {
	start := file.Lines.Offset(source.Position{Line: line, Column: column})
	end := file.Lines.Offset(source.Position{Line: line, Column: 1}) + len(file.Lines.Line(line))
	return file.Span(start, max(start, end))
}

func (r *openAPI) at(o *openapi3.Origin) source.Span {
	if o == nil || o.Key == nil {
		return r.contract.Use.File.Span()
	}
	return lineSpan(r.file, o.Key.Line, o.Key.Column)
}

func (r *openAPI) report(o *openapi3.Origin, format string, args ...any) {
	r.ds = append(r.ds, diag.Errorf(CodeSchema, r.at(o), format, args...).
		WithNote(r.contract.Use.File.Span(), "the contract is used here"))
}

// definitions makes a type of every component schema that is a record or an
// enum; the others are written out where they are used.
func (r *openAPI) definitions() {
	names := sortedKeys(r.schemas)
	for _, name := range names {
		if s := r.schemas[name].Value; s != nil && (isEnum(s) || isRecord(s) && !isMoney(s)) {
			r.records[name] = true
		}
	}
	for _, name := range names {
		if !r.records[name] {
			continue
		}
		s := r.schemas[name].Value
		d := types.Definition{Name: r.prefix + identifier(name), Doc: s.Description}
		if isEnum(s) {
			d.Kind = types.EnumDefinition
			for _, v := range s.Enum {
				d.Values = append(d.Values, fmt.Sprint(v))
			}
		} else {
			d.Kind = types.RecordDefinition
			d.Fields = r.fields(s)
		}
		r.contract.Types = append(r.contract.Types, d)
	}
	slices.SortFunc(r.contract.Types, func(a, b types.Definition) int { return cmp.Compare(a.Name, b.Name) })
}

func isEnum(s *openapi3.Schema) bool { return len(s.Enum) > 0 && isType(s, "string") }

func isRecord(s *openapi3.Schema) bool {
	return len(s.Properties) > 0 || len(s.AllOf) > 0 && len(s.Properties) == 0 && s.Type == nil || len(s.AllOf) > 0
}

func isType(s *openapi3.Schema, name string) bool {
	return s.Type != nil && slices.Contains(s.Type.Slice(), name)
}

// isMoney says whether s is an object of exactly amount and currency.
func isMoney(s *openapi3.Schema) bool {
	if len(s.Properties) != 2 || len(s.AllOf) > 0 {
		return false
	}
	amount, currency := s.Properties["amount"], s.Properties["currency"]
	return amount != nil && currency != nil && amount.Value != nil && currency.Value != nil &&
		(isType(amount.Value, "string") || isType(amount.Value, "number")) && isType(currency.Value, "string")
}

func (r *openAPI) fields(s *openapi3.Schema) []types.Field {
	var out []types.Field
	for _, part := range s.AllOf {
		if part.Value != nil {
			out = append(out, r.fields(part.Value)...)
		}
	}
	for _, name := range r.order(s) {
		t := r.typeOf(s.Properties[name])
		if !slices.Contains(s.Required, name) {
			t = types.OptionalOf(t)
		}
		f := types.Field{Name: identifier(name), Type: t}
		if f.Name != name {
			f.Wire = name
		}
		if v := s.Properties[name].Value; v != nil {
			f.Doc = v.Description
		}
		out = append(out, f)
	}
	return out
}

// order gives the properties in the order of the document where it is known.
func (r *openAPI) order(s *openapi3.Schema) []string {
	names := sortedKeys(s.Properties)
	line := func(name string) int {
		if o := s.Properties[name].Origin; o != nil && o.Key != nil {
			return o.Key.Line
		}
		if v := s.Properties[name].Value; s.Properties[name].Ref == "" && v != nil && v.Origin != nil && v.Origin.Key != nil {
			return v.Origin.Key.Line
		}
		return 0
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(line(a), line(b)) })
	return names
}

func (r *openAPI) typeOf(ref *openapi3.SchemaRef) types.Type {
	if ref == nil || ref.Value == nil {
		return types.Of(types.JSON)
	}
	if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok {
		if r.records[name] {
			return nullable(ref.Value, types.Ref(r.prefix+identifier(name)))
		}
		if r.open[name] {
			r.report(ref.Value.Origin, "the schema %s contains itself without being an object", name)
			return types.Of(types.JSON)
		}
		r.open[name] = true
		defer delete(r.open, name)
	}
	return nullable(ref.Value, r.plain(ref.Value))
}

func nullable(s *openapi3.Schema, t types.Type) types.Type {
	if s.Nullable || isType(s, "null") {
		return types.OptionalOf(t)
	}
	return t
}

func (r *openAPI) plain(s *openapi3.Schema) types.Type {
	switch {
	case isMoney(s):
		return types.Of(types.Money)
	case isRecord(s):
		return types.RecordOf(r.fields(s)...)
	case isType(s, "array"):
		return types.ListOf(r.typeOf(s.Items))
	case isType(s, "object"):
		if s.AdditionalProperties.Schema != nil {
			return types.MapOf(r.typeOf(s.AdditionalProperties.Schema))
		}
		return types.Of(types.JSON)
	case isType(s, "boolean"):
		return types.Of(types.Bool)
	case isType(s, "integer"):
		return types.Of(types.Int)
	case isType(s, "number"):
		if s.Format == "float" || s.Format == "double" {
			return types.Of(types.Float)
		}
		return types.Of(types.Decimal)
	case isType(s, "string"):
		return stringType(s.Format)
	}
	return types.Of(types.JSON)
}

func stringType(format string) types.Type {
	switch format {
	case "decimal":
		return types.Of(types.Decimal)
	case "date-time":
		return types.Of(types.Timestamp)
	case "duration":
		return types.Of(types.Duration)
	case "byte", "binary":
		return types.Of(types.Bytes)
	}
	return types.Of(types.String)
}

func (r *openAPI) path(p string, item *openapi3.PathItem) {
	ops := item.Operations()
	for _, method := range sortedKeys(ops) {
		op := ops[method]
		if op.OperationID == "" {
			r.report(op.Origin, "%s %s has no operationId, so it has no name in COB", method, p)
			continue
		}
		out := Operation{Name: identifier(op.OperationID), Doc: op.Summary, Method: strings.ToUpper(method), Path: p}
		r.params(&out, p, slices.Concat(item.Parameters, op.Parameters))
		r.body(&out, op)
		out.Result = r.result(op)
		r.contract.Operations = append(r.contract.Operations, out)
	}
}

// params adds the parameters: those of the path in its order, then the query.
func (r *openAPI) params(out *Operation, p string, list openapi3.Parameters) {
	var path, query []Param
	for _, ref := range list {
		v := ref.Value
		if v == nil {
			continue
		}
		f := types.Field{Name: identifier(v.Name), Type: r.typeOf(v.Schema), Doc: v.Description}
		if f.Name != v.Name {
			f.Wire = v.Name
		}
		switch v.In {
		case "path":
			path = append(path, Param{f, "path"})
		case "query":
			if !v.Required {
				f.Type = types.OptionalOf(f.Type)
			}
			query = append(query, Param{f, "query"})
		default:
			if v.Required {
				r.report(v.Origin, "%s requires the %s parameter %s, which COB cannot send yet", out.Name, v.In, v.Name)
			}
		}
	}
	slices.SortStableFunc(path, func(a, b Param) int {
		return cmp.Compare(strings.Index(p, "{"+a.WireName()+"}"), strings.Index(p, "{"+b.WireName()+"}"))
	})
	out.Params = append(path, query...)
}

func (r *openAPI) body(out *Operation, op *openapi3.Operation) {
	if op.RequestBody == nil || op.RequestBody.Value == nil {
		return
	}
	b := op.RequestBody.Value
	schema, ok := jsonSchema(b.Content)
	if !ok {
		r.report(b.Origin, "%s takes a body that is no application/json", out.Name)
		return
	}
	t := r.typeOf(schema)
	if !b.Required {
		t = types.OptionalOf(t)
	}
	out.Params = append(out.Params, Param{types.Field{Name: "body", Type: t, Doc: b.Description}, "body"})
}

// result is the type of the first 2xx response with a body.
func (r *openAPI) result(op *openapi3.Operation) types.Type {
	if op.Responses == nil {
		return types.Of(types.Void)
	}
	for _, status := range sortedKeys(op.Responses.Map()) {
		ref := op.Responses.Value(status)
		if !strings.HasPrefix(status, "2") || ref == nil || ref.Value == nil || len(ref.Value.Content) == 0 {
			continue
		}
		schema, ok := jsonSchema(ref.Value.Content)
		if !ok {
			r.report(ref.Value.Origin, "%s answers %s with something that is no application/json", op.OperationID, status)
			continue
		}
		return r.typeOf(schema)
	}
	return types.Of(types.Void)
}

func jsonSchema(c openapi3.Content) (*openapi3.SchemaRef, bool) {
	for _, media := range sortedKeys(c) {
		base, _, _ := strings.Cut(media, ";")
		if base == "application/json" || strings.HasSuffix(base, "+json") {
			return c[media].Schema, true
		}
	}
	return nil, false
}

// identifier is a foreign name as a name of the language.
func identifier(name string) string {
	var b strings.Builder
	for i, c := range name {
		switch {
		case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z', i > 0 && c >= '0' && c <= '9':
			b.WriteRune(c)
		default:
			b.WriteByte('_')
		}
	}
	return b.String()
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
