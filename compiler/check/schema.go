package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// Schema is what the declaration of a connector says: which settings an endpoint of
// it has, what its operations ask with, and what comes in through it.
type Schema struct {
	Name string // as in plans: "mqtt", "acme.erp"
	Doc  string
	At   source.Span // of the name
	// Settings by the kind of block: endpoint, binding, operation, receive.
	Parts map[string][]Setting
	Verbs []Verb // in the order of the text
	Code  *Setting
}

// title is what the connector is called where it stands: without its package.
func (s *Schema) title() string { return s.Name[strings.LastIndexByte(s.Name, '.')+1:] }

// Verb is one kind of request.
type Verb struct {
	Name string
	Doc  string
	// Target is what stands in quotes behind the verb; its name is "" where nothing
	// does.
	Target Target
	// Result is what comes back: Void where nothing does, JSON where any type may.
	Result     types.Type
	Idempotent bool // unless the operation says otherwise
	Rows       []Setting
}

// Target is what stands in quotes behind a verb.
type Target struct{ Name, Doc string }

// Verb is the verb of that name, or nil.
func (s *Schema) Verb(name string) *Verb {
	if s == nil {
		return nil
	}
	for i := range s.Verbs {
		if s.Verbs[i].Name == name {
			return &s.Verbs[i]
		}
	}
	return nil
}

// verbNames are the names of all verbs, in the order of the text.
func (s *Schema) verbNames() []string {
	var out []string
	for i := range s.Verbs {
		out = append(out, s.Verbs[i].Name)
	}
	return out
}

// partKinds are the kinds of blocks that a connector gives settings to.
var partKinds = []string{"endpoint", "binding", "operation", "receive"}

// schemaReader makes a Schema of a declaration. What is wrong with that is reported
// where it is declared; where it is used it is left out.
type schemaReader struct {
	enum   func(*syntax.Path) *syntax.EnumDecl
	report func(diag.Diagnostic)
}

func (r *schemaReader) schema(name string, d *syntax.ConnectorDecl) *Schema {
	s := &Schema{Name: name, Doc: d.Doc, At: d.Name.At, Parts: map[string][]Setting{}}
	if d.Body == nil {
		return s
	}
	for _, p := range d.Body.Parts {
		kind := p.Kind.Text
		switch _, twice := s.Parts[kind]; {
		case !slices.Contains(partKinds, kind):
			r.unknownPart(p)
		case twice:
			r.report(diag.Errorf(CodeSchemaPart, p.Kind.At, "the settings of %s are declared twice", article(kind)))
		default:
			s.Parts[kind] = r.rows(p.Fields, kind == "operation", commonRows(kind))
		}
	}
	for _, v := range d.Body.Verbs {
		if s.Verb(v.Name.Text) != nil {
			r.report(diag.Errorf(CodeSchemaPart, v.Name.At, "the verb %s is declared twice", v.Name.Text))
			continue
		}
		s.Verbs = append(s.Verbs, r.verb(s, v))
	}
	for i, e := range d.Body.Codes {
		if i > 0 {
			r.report(diag.Errorf(CodeSchemaPart, e.Name.At, "a connector has one kind of error code"))
			continue
		}
		row, ok := r.row(&syntax.Field{Place: e.Place, Doc: e.Doc, Name: e.Name, Type: e.Type, Where: e.Where}, false)
		if ok {
			s.Code = &row
		}
	}
	return s
}

func (r *schemaReader) unknownPart(p *syntax.SchemaPart) {
	d := diag.Errorf(CodeSchemaPart, p.Kind.At, "a connector has no part %s", p.Kind.Text)
	if near := diag.Suggest(p.Kind.Text, partKinds); near != "" {
		r.report(d.WithWord(p.Kind.At, p.Kind.Text, near))
		return
	}
	r.report(d.WithHelp("it has %s, and verb and error", strings.Join(partKinds, ", ")))
}

func (r *schemaReader) verb(s *Schema, v *syntax.SchemaVerb) Verb {
	out := Verb{Name: v.Name.Text, Doc: v.Doc, Result: types.Of(types.Void), Idempotent: v.Idempotent,
		Rows: r.rows(v.Fields, true, slices.Concat(operationSettings, s.Parts["operation"]))}
	if v.Result != nil {
		out.Result, _ = r.typeOf(v.Result)
	}
	if v.Target != nil {
		switch list := v.Target.List; {
		case len(list) != 1:
			r.report(diag.Errorf(CodeSchemaPart, v.Target.Span(), "one text stands behind a verb").WithHelp("write verb %s(name: string); all else is a setting", v.Name.Text))
		default:
			out.Target = Target{list[0].Name.Text, list[0].Doc}
			if t, _ := r.typeOf(list[0].Type); t.Kind != types.String {
				r.report(diag.Errorf(CodeSchemaType, list[0].Type.Span(), "what stands behind a verb is a string"))
			}
		}
	}
	return out
}

// commonRows are the settings that every connector has, by the kind of block.
func commonRows(kind string) []Setting {
	switch kind {
	case "binding":
		return bindingSettings
	case "operation":
		return operationSettings
	}
	return nil
}

// rows are the settings that fields declare beside those that are there anyhow. Those of
// requests are expressions.
func (r *schemaReader) rows(fields *syntax.Fields, request bool, there []Setting) []Setting {
	if fields == nil {
		return nil
	}
	out := make([]Setting, 0, len(fields.List))
	for _, f := range fields.List {
		if rowNamed(out, f.Name.Text) != nil {
			r.report(diag.Errorf(CodeSettingTwice, f.Name.At, "the setting %s is declared twice", f.Name.Text))
			continue
		}
		if rowNamed(there, f.Name.Text) != nil {
			r.report(diag.Errorf(CodeSettingTwice, f.Name.At, "there is a setting %s already, of every connector or of every operation of this one", f.Name.Text))
			continue
		}
		if row, ok := r.row(f, request); ok {
			out = append(out, row)
		}
	}
	return out
}

func rowNamed(rows []Setting, name string) *Setting {
	for i := range rows {
		if rows[i].Name == name {
			return &rows[i]
		}
	}
	return nil
}

// row is the setting that a field declares.
func (r *schemaReader) row(f *syntax.Field, request bool) (Setting, bool) {
	row := Setting{Name: f.Name.Text, Doc: strings.Join(strings.Fields(f.Doc), " "), Required: true, where: f.Where}
	t, words := r.typeOf(f.Type)
	if t.Kind == types.Invalid {
		return row, false
	}
	if t.Kind == types.Optional {
		t, row.Required, row.Default = *t.Elem, false, "none"
	}
	for _, a := range f.Annotations {
		if a.Name.String() != "default" || len(a.Args) != 1 {
			r.report(diag.Errorf(CodeAnnotation, a.Span(), "a setting has no annotation but its default").WithHelp("write @default(value)"))
			continue
		}
		row.Required, row.fallback, row.Default = false, a.Args[0], a.Args[0].Span().Text()
	}
	row.Type = t
	row.Form = formOf(t, words, f, request)
	if low, _ := endsOf(f); low != nil {
		r.ends(f, t)
		row.where = nil // the form has it
	}
	return row, true
}

// formOf is what may stand behind the colon of a setting of that type.
func formOf(t types.Type, words []string, f *syntax.Field, request bool) string {
	bounds := boundsOf(f)
	kind := string(t.Kind)
	switch {
	case len(words) > 0:
		return "<one of " + strings.Join(words, " ") + ">"
	case t.Kind == types.Secret:
		return "<secret>"
	case request || t.Kind == types.List || t.Kind == types.Map || t.Kind == types.Record || t.Kind == types.JSON:
		return "<value " + wordsFor(t) + bounds + ">"
	case t.Kind == types.String:
		return "<text>"
	case t.Kind == types.Int && strings.Contains(bounds, "B"):
		kind = "size"
	case t.Kind == types.Decimal && strings.Contains(bounds, "%"):
		kind = "ratio"
	case t.Kind == types.Decimal || t.Kind == types.Float || t.Kind == types.Timestamp || t.Kind == types.Bytes:
		kind = "value " + kind
	}
	return "<" + kind + bounds + ">"
}

// boundsOf is " 1..9" where a field is conditioned by a range with constant ends, and
// where it is at least something " 1.."; else it is empty.
func boundsOf(f *syntax.Field) string {
	low, high := endsOf(f)
	switch {
	case low == nil:
		return ""
	case high == nil:
		return " " + low.Raw + ".."
	}
	return " " + low.Raw + ".." + high.Raw
}

// endsOf are the ends of the range that the condition of a field is: both are nil where
// it is none, the high one where it is open.
func endsOf(f *syntax.Field) (low, high *syntax.Literal) {
	e, ok := f.Where.(*syntax.BinaryExpr)
	if !ok {
		return nil, nil
	}
	if id, ok := e.X.(*syntax.Ident); !ok || id.Name != f.Name.Text {
		return nil, nil
	}
	if low, ok := e.Y.(*syntax.Literal); ok && e.Op == ">=" {
		return low, nil
	}
	r, ok := e.Y.(*syntax.RangeExpr)
	if !ok || e.Op != "in" {
		return nil, nil
	}
	low, ok1 := r.Low.(*syntax.Literal)
	high, ok2 := r.High.(*syntax.Literal)
	if !ok1 || !ok2 {
		return nil, nil
	}
	return low, high
}

// ends reports a range whose ends are no values of the setting.
func (r *schemaReader) ends(f *syntax.Field, t types.Type) {
	low, high := endsOf(f)
	for _, end := range []*syntax.Literal{low, high} {
		if end == nil {
			continue
		}
		if kind, _, _ := canonical(end); kind != t.Kind && !(kind == types.Int && (t.Kind == types.Decimal || t.Kind == types.Float)) {
			r.report(diag.Errorf(CodeSchemaType, end.Span(), "%s is %s, and this end of its range is none", f.Name.Text, article(string(t.Kind))))
		}
	}
}

// wordsFor is a type in a form, which has no brackets of its own.
func wordsFor(t types.Type) string {
	switch t.Kind {
	case types.List:
		return "list of " + wordsFor(*t.Elem)
	case types.Map:
		return "map of " + wordsFor(*t.Elem)
	case types.Optional:
		return wordsFor(*t.Elem)
	}
	return string(t.Kind)
}

// settingKinds are the types that a setting may have besides lists, maps and records.
var settingKinds = map[string]types.Kind{"bool": types.Bool, "int": types.Int, "float": types.Float, "decimal": types.Decimal, "money": types.Money,
	"string": types.String, "bytes": types.Bytes, "timestamp": types.Timestamp, "duration": types.Duration, "json": types.JSON, "secret": types.Secret}

// typeOf is the type of a setting. An enum is a string that is one of its words.
func (r *schemaReader) typeOf(t syntax.Type) (out types.Type, words []string) {
	switch t := t.(type) {
	case *syntax.OptionalType:
		elem, words := r.typeOf(t.Elem)
		if elem.Kind == types.Invalid || elem.Kind == types.Optional {
			return elem, words
		}
		return types.OptionalOf(elem), words
	case *syntax.ListType:
		elem, _ := r.typeOf(t.Elem)
		return wrap(types.List, elem), nil
	case *syntax.RecordType:
		var fields []types.Field
		for _, f := range t.Fields.List {
			elem, _ := r.typeOf(f.Type)
			if elem.Kind == types.Invalid {
				return elem, nil
			}
			fields = append(fields, types.Field{Name: f.Name.Text, Type: elem, Doc: f.Doc})
		}
		return types.RecordOf(fields...), nil
	case *syntax.NamedType:
		return r.named(t)
	}
	return types.Type{}, nil
}

func (r *schemaReader) named(t *syntax.NamedType) (types.Type, []string) {
	name := t.Name.Parts[0].Text
	if len(t.Name.Parts) == 1 {
		if k, ok := settingKinds[name]; ok && len(t.Args) == 0 {
			return types.Of(k), nil
		}
		if name == "map" && len(t.Args) == 1 {
			elem, _ := r.typeOf(t.Args[0])
			return wrap(types.Map, elem), nil
		}
	}
	if d := r.enum(t.Name); d != nil && d.Members != nil {
		var words []string
		for _, m := range d.Members.List {
			words = append(words, m.Name.Text)
		}
		return types.Of(types.String), words
	}
	r.report(diag.Errorf(CodeSchemaType, t.Span(), "a setting cannot be %s", article(fmt.Sprint(t.Name))).
		WithHelp("it is bool, int, decimal, money, string, bytes, timestamp, duration, json, secret, an enum of this package, or a list, map or record of those"))
	return types.Type{}, nil
}

// declareConnectors reads the connectors of the package.
func (c *checker) declareConnectors() {
	for _, d := range decls[*syntax.ConnectorDecl](c, resolve.Connector) {
		r := schemaReader{enum: c.ownEnum, report: c.report}
		if Standard(d.Name.Text) != nil && c.pkg != d.Name.Text {
			c.report(diag.Errorf(CodeSchemaName, d.Name.At, "%s is a connector that every package has", d.Name.Text).WithHelp("give this one another name"))
		}
		s := r.schema(c.qualified(d.Name.Text), d)
		c.Connectors = append(c.Connectors, s)
		c.conditions(s)
	}
}

// ownEnum is the enum of the package that a path names.
func (c *checker) ownEnum(p *syntax.Path) *syntax.EnumDecl {
	if s := c.Info.Lookup(p.Parts[0].Text); s != nil && s.Kind == resolve.Enum && len(p.Parts) == 1 {
		c.Info.Use(s, p.Parts[0].At)
		d, _ := s.Decl.(*syntax.EnumDecl)
		return d
	}
	return nil
}

// conditions checks what stands behind the where of settings, and their defaults,
// once, where the connector is declared.
func (c *checker) conditions(s *Schema) {
	var all [][]Setting
	for _, kind := range partKinds {
		all = append(all, s.Parts[kind])
	}
	for i := range s.Verbs {
		all = append(all, s.Verbs[i].Rows)
	}
	for _, rows := range all {
		for i := range rows {
			row := &rows[i]
			if row.where != nil && c.refinement(row.Name, row.Name, row.where.Span(), row.Type, row.where).text == "" {
				row.where = nil
			}
			if row.fallback != nil {
				at := written(row.Name, row.fallback)
				if v, ok := c.read(row, at); ok {
					c.option(resolve.NewScope(), row, at, v, true)
				}
			}
		}
	}
}
