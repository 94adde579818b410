package syntax

import "github.com/cob-lang/cob/lang/source"

// Node is anything with a place in the text. Nodes are pointers, except Name.
type Node interface {
	Span() source.Span
}

// Place is the span every node embeds.
type Place struct {
	At source.Span
}

// Span returns where the node stands.
func (p *Place) Span() source.Span { return p.At }

func (p *Place) setSpan(s source.Span) { p.At = s }

// File is one parsed file. It is always there, however broken the text.
type File struct {
	Place
	Source   *source.File
	Package  *PackageDecl // nil when the text has none
	Broken   bool         // a declaration is
	Decls    []Decl       // every declaration in the order of the text, the package clause included
	Comments []Comment    // every comment in the order of the text, documentation included
}

// Comment is one `//` comment with its slashes and without its line ending.
type Comment struct {
	Place
	Text string
}

// Name is an identifier where it is written. The zero Name was not written.
type Name struct {
	Text string
	At   source.Span
}

// Span returns where the name stands.
func (n Name) Span() source.Span { return n.At }

// Given says whether the name was written.
func (n Name) Given() bool { return n.Text != "" }

// Path is a dotted name: `order`, `customers.Customer`, `catalog.getProduct`.
type Path struct {
	Place
	Parts []Name // never empty
}

// String returns the dotted text.
func (p *Path) String() string {
	if p == nil {
		return ""
	}
	s := ""
	for i, part := range p.Parts {
		if i > 0 {
			s += "."
		}
		s += part.Text
	}
	return s
}

// Last returns the last part, which is the thing's own name.
func (p *Path) Last() Name { return p.Parts[len(p.Parts)-1] }

// Decl is a declaration: a construct that begins in column 1.
type Decl interface {
	Node
	// DeclName returns the declared name; the zero Name when there is none.
	DeclName() Name
	// Head returns what every declaration has.
	Head() *DeclHead
}

// DeclHead is what every declaration has.
type DeclHead struct {
	Place
	Doc string // text of the `///` comments before it, without the slashes
	// Broken says that a diagnostic of this room lies inside the declaration.
	// Only inside broken declarations may a required child be nil.
	Broken bool
	// BrokenBody says that all of that lies in the body of a process, a route, a
	// test, a pattern, a window or a schedule: what stands before it is whole.
	BrokenBody bool
}

// Head returns the head itself.
func (h *DeclHead) Head() *DeclHead { return h }

// DeclName returns the zero Name; declarations that have one hide this method.
func (h *DeclHead) DeclName() Name { return Name{} }

// Type is a type as written.
type Type interface {
	Node
	typeNode()
}

// NamedType is `int`, `Order`, `customers.Customer`, `map<T>`, `handle<T>`.
type NamedType struct {
	Place
	Name *Path
	Args []Type
}

// ListType is `[T]`.
type ListType struct {
	Place
	Elem Type
}

// OptionalType is `T?`.
type OptionalType struct {
	Place
	Elem Type
}

// RecordType is `{ id: string, note: string? }`.
type RecordType struct {
	Place
	Fields *Fields
}

func (*NamedType) typeNode()    {}
func (*ListType) typeNode()     {}
func (*OptionalType) typeNode() {}
func (*RecordType) typeNode()   {}

// Fields is the braced list of fields of a type, fault, event or record type.
type Fields struct {
	Place
	List []*Field
}

// Field is `name: T where condition @label @json("wire-name")`. Parameters are
// Fields too.
type Field struct {
	Place
	Doc         string
	Name        Name
	Type        Type
	Where       Expr // nil when there is none
	Annotations []*Annotation
}

// Annotation is `@personal` or `@json("wire-name")`.
type Annotation struct {
	Place
	Name *Path // nil inside broken declarations
	Args []Expr
}

// Params is the parenthesised list of parameters.
type Params struct {
	Place
	List []*Field
}

// Args is the parenthesised list of arguments.
type Args struct {
	Place
	List []Expr
}

// Settings is a braced list of settings and nothing else.
type Settings struct {
	Place
	List []*Setting
}

// Find returns the first setting of that name, or nil. A nil Settings has none.
func (s *Settings) Find(name string) *Setting {
	if s == nil {
		return nil
	}
	return findSetting(s.List, name)
}

func findSetting(list []*Setting, name string) *Setting {
	for _, x := range list {
		if x.Name.Text == name {
			return x
		}
	}
	return nil
}

// Setting is `name: phrase, phrase`. What the phrases mean is decided by the
// table of settings of the checker, not here: `tries: 3, 2s each, backoff 100ms..1s`
// has three phrases, of one, two and two terms.
type Setting struct {
	Place
	Doc     string
	Name    Name
	Phrases []*Phrase
}

// Expr returns the value of a setting that is a single expression, else nil.
func (s *Setting) Expr() Expr {
	if s == nil || len(s.Phrases) != 1 || len(s.Phrases[0].Terms) != 1 {
		return nil
	}
	return s.Phrases[0].Terms[0]
}

// Phrase is a row of terms. A word is an *Ident; `99% within 80ms` is a Literal,
// an Ident and a Literal. Only a term that stands alone may use the operator `in`.
type Phrase struct {
	Place
	Terms []Expr
}

// Word returns the text of the i-th term when it is a bare word, else "".
func (p *Phrase) Word(i int) string {
	if i < 0 || i >= len(p.Terms) {
		return ""
	}
	if id, ok := p.Terms[i].(*Ident); ok {
		return id.Name
	}
	return ""
}
