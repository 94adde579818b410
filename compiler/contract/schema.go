package contract

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/types"
)

// schemas turns JSON Schema, in the forms that OpenAPI 3.0 and 3.1, AsyncAPI and
// draft 2020-12 give it, into types.
type schemas struct {
	*reader
	names  map[*node]string // qualified names of the schemas that are definitions
	open   map[*node]bool   // schemas being written out, against circles
	facts  map[*node]*facts
	alias  map[*node]types.Type // what a named schema that is no definition stands for
	looked map[*node]bool       // those of which was told what is not kept
}

func newSchemas(r *reader) *schemas {
	return &schemas{reader: r, names: map[*node]string{}, open: map[*node]bool{}, facts: map[*node]*facts{}, alias: map[*node]types.Type{}, looked: map[*node]bool{}}
}

// facts is what is known of a schema and of what it is all of.
type facts struct {
	keys     []*node // of the properties, in order
	schemas  []*node // of the properties
	place    map[string]int
	required map[string]bool
	parts    []*node // the schema and those of allOf, references resolved
	open     bool
}

// factsOf gathers the properties of a schema and of everything in its allOf.
func (s *schemas) factsOf(n *node) *facts {
	if f := s.facts[n]; f != nil {
		return f
	}
	f := &facts{required: map[string]bool{}, place: map[string]int{}, open: true}
	s.facts[n] = f
	f.parts = append(f.parts, n)
	for _, part := range n.get("allOf").list() {
		s.part(part.at())
		target, _ := s.resolve(part)
		if target == nil {
			continue
		}
		g := s.factsOf(target)
		if g.open {
			s.report(part.at(), "this schema is all of itself")
			continue
		}
		for i, key := range g.keys {
			f.add(key, g.schemas[i])
		}
		for name := range g.required {
			f.required[name] = true
		}
		s.counted(part.at(), len(g.parts))
		f.parts = append(f.parts, g.parts...)
	}
	n.get("properties").each(f.add)
	for _, name := range n.get("required").list() {
		f.required[name.str()] = true
	}
	s.alternate(f)
	f.open = false
	return f
}

func (f *facts) add(key, schema *node) {
	if i, ok := f.place[key.text]; ok {
		f.schemas[i] = schema
		return
	}
	f.place[key.text] = len(f.keys)
	f.keys, f.schemas = append(f.keys, key), append(f.schemas, schema)
}

// typeNames are the names after type, null left out.
func typeNames(n *node) []string {
	t := n.get("type")
	if name := t.str(); name != "" && name != "null" {
		return []string{name}
	}
	var out []string
	for _, item := range t.list() {
		if name := item.str(); name != "" && name != "null" {
			out = append(out, name)
		}
	}
	return out
}

func isType(n *node, name string) bool { return slices.Contains(typeNames(n), name) }

// isNullable says whether null fits beside what the schema says otherwise.
func isNullable(n *node) bool {
	if n.get("nullable").isTrue() || n.get("type").str() == "null" || n.get("type") != nil && n.get("type").shape == null {
		return true
	}
	for _, item := range n.get("type").list() {
		if item.str() == "null" || item.shape == null {
			return true
		}
	}
	return slices.ContainsFunc(n.get("enum").list(), func(v *node) bool { return v.shape == null })
}

// enumValues are the texts of an enum of texts; ok is false where it is none.
func enumValues(n *node) (values []string, ok bool) {
	if names := typeNames(n); len(names) > 1 || len(names) == 1 && names[0] != "string" {
		return nil, false
	}
	for _, v := range n.get("enum").list() {
		switch {
		case v.shape == null:
		case v.shape == text || isType(n, "string"):
			if !slices.Contains(values, v.text) {
				values = append(values, v.text)
			}
		default:
			return nil, false
		}
		if len(values) > MaxEnum {
			break
		}
	}
	return values, len(values) > 0
}

func (s *schemas) isRecord(n *node) bool { return len(s.factsOf(n).keys) > 0 }

// isMoney says whether a schema is an object of exactly amount and currency, as texts.
func (s *schemas) isMoney(n *node) bool {
	f := s.factsOf(n)
	if len(f.keys) != 2 || len(f.parts) > 1 {
		return false
	}
	amount, currency := n.get("properties").get("amount"), n.get("properties").get("currency")
	if amount == nil || currency == nil {
		return false
	}
	amount, _ = s.resolve(amount)
	currency, _ = s.resolve(currency)
	return isType(amount, "string") && isType(currency, "string")
}

// wrapped is the one schema that a schema only wraps, to say something about it,
// or nil.
func (s *schemas) wrapped(n *node) *node {
	for _, key := range []string{"allOf", "oneOf", "anyOf"} {
		parts := n.get(key).list()
		if n.get("properties") != nil || n.get("discriminator") != nil {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(parts), isNullSchema)
		if len(rest) == 1 && (key != "allOf" || len(parts) == 1) {
			return rest[0]
		}
	}
	return nil
}

func isNullSchema(n *node) bool {
	return n.get("type").str() == "null" || n.get("type") != nil && n.get("type").shape == null
}

// alternatives are the schemas of oneOf or anyOf, those of null left out.
func alternatives(n *node) (parts []*node, orNull bool) {
	parts = n.get("oneOf").list()
	if parts == nil {
		parts = n.get("anyOf").list()
	}
	rest := slices.DeleteFunc(slices.Clone(parts), isNullSchema)
	return rest, len(rest) < len(parts)
}

// declares makes a definition of a schema that is an enum, a union or a record,
// under its name; ok is false where it is something else.
func (s *schemas) declares(n *node, name string) (t types.Type, ok bool) {
	if full := s.names[n]; full != "" {
		return types.Ref(full), true
	}
	d := types.Definition{Doc: n.get("description").str()}
	values, isEnum := enumValues(n)
	switch {
	case isEnum:
		if len(values) > MaxEnum {
			return types.Type{}, false
		}
		d.Kind, d.Values = types.EnumDefinition, values
	case s.wrapped(n) != nil || s.isMoney(n):
		return types.Type{}, false
	case s.unionTag(n) != "":
		d.Kind, d.Tag = types.UnionDefinition, s.unionTag(n)
	case s.isRecord(n):
		d.Kind = types.RecordDefinition
	default:
		return types.Type{}, false
	}
	d.Name = s.qualified(s.unused(name))
	s.names[n] = d.Name
	s.Declared[d.Name] = n.at()
	for _, part := range s.said(n) {
		s.kept(part)
	}
	switch d.Kind {
	case types.RecordDefinition:
		d.Fields = s.fields(n, name, d.Name)
	case types.UnionDefinition:
		d.Fields = s.cases(n, name, d.Tag)
	}
	s.Types = append(s.Types, d)
	return types.Ref(d.Name), true
}

// fields are the fields of a record. of is the qualified name of the definition
// that they make up, whose refinements are kept; it is empty for a record
// without a name.
func (s *schemas) fields(n *node, hint, of string) []types.Field {
	f := s.factsOf(n)
	var out fields
	for i, key := range f.keys {
		t := s.typeOf(f.schemas[i], hint+"_"+key.text)
		bare := t
		if !f.required[key.text] {
			t = types.OptionalOf(t)
		}
		x := out.named(key.text, t)
		if target, _ := s.resolve(f.schemas[i]); target != nil {
			x.Doc = target.get("description").str()
			if of != "" {
				x.Refined = s.refine(of, x, bare, s.said(target))
				s.below(owned{of, x.Name, &s.Refinements}, x.Type, f.schemas[i], nil)
			}
		}
		out.add(x)
	}
	return out.list
}

// typeOf is the type of the values that fit a schema. The hint names what has to
// be declared for it and has no name of its own.
func (s *schemas) typeOf(n *node, hint string) types.Type {
	s.part(n.at())
	target, name := s.resolve(n)
	if target == nil {
		return types.Of(types.JSON)
	}
	orNull := isNullable(target) || n.get("nullable").isTrue()
	s.aside(n)
	s.extended(target)
	for _, part := range s.said(target) {
		s.kept(part)
	}
	if name != "" {
		hint = name
	}
	t := s.typeOfTarget(target, hint, name != "")
	if orNull && t.Kind != types.JSON {
		return types.OptionalOf(t)
	}
	return t
}

func (s *schemas) typeOfTarget(n *node, hint string, named bool) types.Type {
	if full := s.names[n]; full != "" {
		return types.Ref(full)
	}
	_, isEnum := enumValues(n)
	if named || isEnum || s.unionTag(n) != "" {
		if t, ok := s.declares(n, hint); ok {
			return t
		}
	}
	if t, ok := s.alias[n]; ok {
		return t
	}
	if s.open[n] {
		if s.isRecord(n) {
			t, _ := s.declares(n, hint) // an anchor that repeats itself further down
			return t
		}
		s.report(n.at(), "this schema contains itself without being an object")
		return types.Of(types.JSON)
	}
	if len(s.open) >= MaxNesting {
		s.fail(CodeBounds, n.at(), "schemas that are no objects nest more than %d deep", MaxNesting)
	}
	s.open[n] = true
	t := s.plain(n, hint)
	delete(s.open, n)
	if named {
		s.alias[n] = t
	}
	return t
}

// plain is the type of a schema that is written out where it is used.
func (s *schemas) plain(n *node, hint string) types.Type {
	if w := s.wrapped(n); w != nil {
		t := s.typeOf(w, hint)
		if _, orNull := alternatives(n); orNull && t.Kind != types.JSON {
			return types.OptionalOf(t)
		}
		return t
	}
	if n.shape != object {
		return types.Of(types.JSON) // true and false are schemas too
	}
	if n.get("$dynamicRef") != nil {
		return s.json(n.get("$dynamicRef").at(), "what $dynamicRef means depends on who uses the schema")
	}
	switch {
	case s.isMoney(n):
		return types.Of(types.Money)
	case s.isRecord(n):
		return types.RecordOf(s.fields(n, hint, "")...)
	}
	if parts, orNull := alternatives(n); len(parts) > 1 {
		return s.oneOf(n, parts, orNull, hint)
	}
	names := typeNames(n)
	if len(names) == 0 {
		return s.untyped(n, hint)
	}
	if len(names) > 1 {
		if len(names) == 2 && slices.Contains(names, "integer") && slices.Contains(names, "number") {
			return types.Of(types.Decimal)
		}
		return s.json(n.get("type").at(), "a value that is %s has no type in COB", strings.Join(names, " or "))
	}
	return s.typed(n, names[0], hint)
}

// untyped is the type of a schema without type, by what else it says.
func (s *schemas) untyped(n *node, hint string) types.Type {
	for _, part := range s.factsOf(n).parts[1:] {
		if len(typeNames(part)) == 1 {
			return s.typeOf(part, hint)
		}
	}
	switch {
	case n.get("items") != nil:
		return s.typed(n, "array", hint)
	case n.get("additionalProperties") != nil || n.get("patternProperties") != nil:
		return s.typed(n, "object", hint)
	}
	if c := n.get("const"); c != nil {
		switch c.shape {
		case text:
			return types.Of(types.String)
		case boolean:
			return types.Of(types.Bool)
		}
	}
	return types.Of(types.JSON)
}

func (s *schemas) typed(n *node, name, hint string) types.Type {
	switch name {
	case "array":
		if tuple := n.get("prefixItems"); tuple != nil {
			return types.ListOf(s.json(tuple.at(), "items that differ by their position have no type in COB"))
		}
		items := n.get("items")
		if items == nil {
			return types.ListOf(types.Of(types.JSON))
		}
		return types.ListOf(s.typeOf(items, hint+"_item"))
	case "object":
		return s.mapping(n, hint)
	case "boolean":
		return types.Of(types.Bool)
	case "integer":
		return types.Of(types.Int)
	case "number":
		if f := n.get("format").str(); f == "float" || f == "double" {
			return types.Of(types.Float)
		}
		return types.Of(types.Decimal)
	case "string":
		return s.stringType(n)
	case "file":
		return types.Of(types.Bytes)
	}
	return s.json(n.get("type").at(), "no type is called %s in JSON Schema", name)
}

// mapping is the type of an object without properties.
func (s *schemas) mapping(n *node, hint string) types.Type {
	values := n.get("additionalProperties")
	if patterns := n.get("patternProperties"); patterns != nil && (values == nil || values.shape == boolean) {
		if len(patterns.items) == 1 {
			values = patterns.items[0]
		} else {
			return s.json(patterns.at(), "entries that differ by their name have no type in COB")
		}
	}
	switch {
	case values == nil || values.shape == boolean && !values.isTrue():
		return types.Of(types.JSON)
	case values.shape == object:
		return types.MapOf(s.typeOf(values, hint+"_value"))
	}
	return types.MapOf(types.Of(types.JSON))
}

func (s *schemas) stringType(n *node) types.Type {
	if e := n.get("enum"); e != nil && len(e.items) > MaxEnum {
		s.left(e.at(), "this enum has more than %d values and is read as string", MaxEnum)
		return types.Of(types.String)
	}
	switch n.get("format").str() {
	case "decimal":
		return types.Of(types.Decimal)
	case "date-time":
		return types.Of(types.Timestamp)
	case "duration":
		return types.Of(types.Duration)
	case "byte", "binary":
		return types.Of(types.Bytes)
	}
	if n.get("contentEncoding").str() == "base64" {
		return types.Of(types.Bytes)
	}
	return types.Of(types.String)
}
