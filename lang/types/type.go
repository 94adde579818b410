package types

import (
	"slices"
	"sort"
	"strings"
)

// Kind says which family a Type belongs to. The text form is what plans and
// messages use.
type Kind string

// The kinds of types. Named refers to a Definition by its qualified name.
const (
	Invalid   Kind = ""
	Bool      Kind = "bool"
	Int       Kind = "int"       // 64-bit signed
	Float     Kind = "float"     // IEEE 754 double
	Decimal   Kind = "decimal"   // exact, 34 significant digits
	Money     Kind = "money"     // exact amount with an ISO 4217 code
	String    Kind = "string"    // UTF-8
	Bytes     Kind = "bytes"     // base64 in JSON
	Timestamp Kind = "timestamp" // UTC, nanoseconds, RFC 3339 in JSON
	Duration  Kind = "duration"  // nanoseconds, ISO 8601 in JSON
	JSON      Kind = "json"      // any JSON value
	Null      Kind = "null"      // the type of null alone
	Void      Kind = "void"      // what an operation without result gives
	Secret    Kind = "secret"    // usable only in connector settings
	List      Kind = "list"
	Map       Kind = "map" // string keys
	Optional  Kind = "optional"
	Record    Kind = "record" // a record type without a name
	Named     Kind = "named"
	Lambda    Kind = "lambda" // only as an argument of a function
	Handle    Kind = "handle" // something under way that will give its Elem; has no JSON form
)

// Type is the shape of a value. It is a small tree without cycles: recursion
// goes through Named. A Type is never changed after it was made.
type Type struct {
	Kind Kind `json:"kind,omitempty"`
	// Name is the qualified name ("orders.Order") of a Named type.
	Name string `json:"name,omitempty"`
	// Elem is the element of a List, Map or Optional, and what a Handle will give.
	Elem *Type `json:"elem,omitempty"`
	// Fields are the fields of a Record, in the author's order.
	Fields []Field `json:"fields,omitempty"`
}

// Field is one field of a record, or one parameter.
type Field struct {
	Name string `json:"name"`
	// Wire is the name in JSON where it differs from Name (@json).
	Wire string `json:"wire,omitempty"`
	Type Type   `json:"type"`
	// Labels are the labels the author put on the field, sorted.
	Labels []string `json:"labels,omitempty"`
	// Refined says that a refinement (where) guards this field.
	Refined bool   `json:"refined,omitempty"`
	Doc     string `json:"doc,omitempty"`
}

// WireName is the field's name in JSON.
func (f Field) WireName() string {
	if f.Wire != "" {
		return f.Wire
	}
	return f.Name
}

// DefinitionKind says what a Definition declares.
type DefinitionKind string

// The kinds of definitions.
const (
	RecordDefinition DefinitionKind = "record"
	EnumDefinition   DefinitionKind = "enum"
	UnionDefinition  DefinitionKind = "union"
	FaultDefinition  DefinitionKind = "fault"
	EventDefinition  DefinitionKind = "event"
)

// Definition is a declared type.
type Definition struct {
	Name string         `json:"name"` // qualified
	Kind DefinitionKind `json:"kind"`
	// Fields of a record, fault or event; the cases of a union, one field each.
	Fields []Field `json:"fields,omitempty"`
	// Tag is the property that tells the cases of a union apart where it comes
	// from a contract: {"kind": "card", ...} instead of {"card": {...}}. The wire
	// name of a case is the property's value.
	Tag string `json:"tag,omitempty"`
	// Values of an enum.
	Values []string `json:"values,omitempty"`
	Doc    string   `json:"doc,omitempty"`
}

// Field finds a field by its name in the language.
func (d *Definition) Field(name string) (Field, bool) {
	if f := FieldNamed(d.Fields, name); f != nil {
		return *f, true
	}
	return Field{}, false
}

// Universe finds definitions by their qualified names. It is built once and
// then only read.
type Universe struct{ definitions map[string]*Definition }

// NewUniverse makes a Universe of definitions. A later definition of the same
// name replaces an earlier one; the checker reports the clash.
func NewUniverse(definitions []Definition) *Universe {
	u := &Universe{definitions: make(map[string]*Definition, len(definitions))}
	for i := range definitions {
		u.definitions[definitions[i].Name] = &definitions[i]
	}
	return u
}

// Lookup finds a definition, or nil.
func (u *Universe) Lookup(name string) *Definition {
	if u == nil {
		return nil
	}
	return u.definitions[name]
}

// Names are the qualified names of all definitions, sorted.
func (u *Universe) Names() []string {
	names := make([]string, 0, len(u.definitions))
	for name := range u.definitions {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// FieldsOf are the fields of a record type, with or without a name; ok is
// false where t is no record.
func (u *Universe) FieldsOf(t Type) (fields []Field, ok bool) {
	switch t.Kind {
	case Record:
		return t.Fields, true
	case Named:
		if d := u.Lookup(t.Name); d != nil {
			switch d.Kind {
			case RecordDefinition, FaultDefinition, EventDefinition:
				return d.Fields, true
			}
		}
	}
	return nil, false
}

// Of is the type of the given kind, for kinds without parts.
func Of(k Kind) Type { return Type{Kind: k} }

// ListOf is [elem].
func ListOf(elem Type) Type { return Type{Kind: List, Elem: &elem} }

// MapOf is map<elem>.
func MapOf(elem Type) Type { return Type{Kind: Map, Elem: &elem} }

// OptionalOf is elem?. An optional of an optional is the same optional.
func OptionalOf(elem Type) Type {
	if elem.Kind == Optional {
		return elem
	}
	return Type{Kind: Optional, Elem: &elem}
}

// HandleOf is handle<elem>; of Void it gives nothing.
func HandleOf(elem Type) Type { return Type{Kind: Handle, Elem: &elem} }

// Ref is the declared type of the given qualified name.
func Ref(name string) Type { return Type{Kind: Named, Name: name} }

// LambdaOf is a lambda that gives result: the type of an argument while a call
// is typed.
func LambdaOf(result Type) Type { return Type{Kind: Lambda, Elem: &result} }

// RecordOf is a record type without a name.
func RecordOf(fields ...Field) Type { return Type{Kind: Record, Fields: fields} }

// String is the type as an author would write it.
func (t Type) String() string {
	switch t.Kind {
	case Invalid:
		return "unknown"
	case Named:
		return t.Name
	case List:
		return "[" + t.Elem.String() + "]"
	case Map:
		return "map<" + t.Elem.String() + ">"
	case Optional:
		return t.Elem.String() + "?"
	case Handle:
		if t.Elem.Kind == Void {
			return "handle"
		}
		return "handle<" + t.Elem.String() + ">"
	case Record:
		var b strings.Builder
		b.WriteString("{ ")
		for i, f := range t.Fields {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(f.Name + ": " + f.Type.String())
		}
		b.WriteString(" }")
		return b.String()
	}
	return string(t.Kind)
}

// Equal says whether a and b are the same type. Records without a name are
// equal when their fields are, in any order.
func (t Type) Equal(o Type) bool {
	if t.Kind != o.Kind || t.Name != o.Name || len(t.Fields) != len(o.Fields) {
		return false
	}
	if (t.Elem == nil) != (o.Elem == nil) || t.Elem != nil && !t.Elem.Equal(*o.Elem) {
		return false
	}
	for i := range t.Fields {
		g := FieldNamed(o.Fields, t.Fields[i].Name)
		if g == nil || !t.Fields[i].Type.Equal(g.Type) {
			return false
		}
	}
	return true
}

// FieldNamed is the field of that name in the language, in the given list, or nil.
func FieldNamed(fields []Field, name string) *Field {
	for i := range fields {
		if fields[i].Name == name {
			return &fields[i]
		}
	}
	return nil
}

// Assignable says whether a value of type from may stand where to is wanted:
// the same type, a wider number (int to decimal or float), an absent or present
// value for an optional, a JSON-able value for json, or a record whose fields
// cover those of to.
func (u *Universe) Assignable(from, to Type) bool { return u.assignable(from, to, nil) }

// pair is a question about two declared types that is being answered. Asked
// again inside its own answer, it is a yes: nothing there says no.
type pair struct{ from, to string }

func (u *Universe) assignable(from, to Type, open []pair) bool {
	if from.Kind == Invalid || to.Kind == Invalid || from.Equal(to) {
		return true
	}
	switch to.Kind {
	case Optional:
		if from.Kind == Null {
			return true
		}
		if from.Kind == Optional {
			return u.assignable(*from.Elem, *to.Elem, open)
		}
		return u.assignable(from, *to.Elem, open)
	case JSON:
		return from.Kind != Secret && from.Kind != Lambda && from.Kind != Void && from.Kind != Handle
	case Decimal, Float:
		return from.Kind == Int
	case List, Map:
		return from.Kind == to.Kind && u.assignable(*from.Elem, *to.Elem, open)
	}
	target, ok := u.FieldsOf(to)
	if !ok {
		return false
	}
	source, ok := u.FieldsOf(from)
	if !ok {
		return false
	}
	if from.Kind == Named && to.Kind == Named {
		asked := pair{from.Name, to.Name}
		if slices.Contains(open, asked) {
			return true
		}
		open = append(slices.Clip(open), asked)
	}
	return u.covers(source, target, open)
}

func (u *Universe) covers(source, target []Field, open []pair) bool {
	for i := range target {
		want := &target[i]
		have := FieldNamed(source, want.Name)
		if have == nil {
			if want.Type.Kind == Optional {
				continue
			}
			return false
		}
		if !u.assignable(have.Type, want.Type, open) {
			return false
		}
	}
	return true
}
