package syntax

import "github.com/cob-lang/cob/lang/diag"

// startsType says whether a type can begin with the next token.
func (s *session) startsType() bool { return s.atWord() || s.at("[") || s.at("{") }

// typ reads a type, or returns nil and reports that there is none.
func (s *session) typ() Type {
	if !s.startsType() || s.tok().Newline && !s.loose {
		s.expected(s.pos, "a type")
		return nil
	}
	if !s.enter() {
		s.leave()
		return nil
	}
	defer s.leave()
	start := s.pos
	var t Type
	switch {
	case s.at("["):
		list := &ListType{}
		n := 0
		s.enclosed("]", func() {
			if n++; n == 2 {
				s.expected(s.pos, "`]`")
			}
			if t := s.typ(); n == 1 {
				list.Elem = t
			}
		})
		if n == 0 {
			s.expected(s.pos-1, "a type")
		}
		list.At = s.since(start)
		t = list
	case s.at("{"):
		f := &Fields{}
		f.read(s)
		t = &RecordType{Place{s.since(start)}, f}
	default:
		t = s.namedType()
		if s.at("[") && !s.broken() {
			t = s.foreignType(t)
		}
	}
	if s.at("?") && !s.broken() {
		s.pos++
		t = &OptionalType{Place{s.since(start)}, t}
	}
	return t
}

// foreignType reads `T[]` and `map[K]V`, reports how they are written here, and gives
// what was meant. The reader stands at the bracket behind the name.
func (s *session) foreignType(named Type) Type {
	start, name := s.pos-1, named.Span().Text()
	var written string
	var meant Type
	switch {
	case s.is(s.peek(1), "]"):
		s.pos += 2
		written, meant = "["+name+"]", &ListType{Place{named.Span()}, named}
	case name == "map" && s.peek(1).Kind == Word && s.is(s.peek(2), "]") && s.peek(3).Kind == Word && !s.peek(3).Newline:
		s.pos += 3
		value := s.namedType()
		n := named.(*NamedType)
		n.Args = []Type{value}
		written, meant = "map<"+value.Span().Text()+">", n
	default:
		return named
	}
	at := s.since(start)
	d := s.report(diag.Errorf(CodeSeparator, at, "`%s` is no type", at.Text()))
	d.Help = "write `" + written + "`"
	d.Fixes = []diag.Edit{{Span: at, Text: written}}
	return meant
}

func (s *session) namedType() Type {
	start := s.pos
	n := s.nodes.types.take()
	n.Name = s.nodes.paths.take()
	n.Name.read(s)
	if s.at("<") && !s.broken() {
		s.enclosed(">", func() {
			if t := s.typ(); t != nil {
				n.Args = append(n.Args, t)
			}
		})
	}
	n.At = s.since(start)
	return n
}

// read reads a dotted name. The reader stands at a word.
func (p *Path) read(s *session) {
	start := s.pos
	p.Parts = append(s.nodes.names.row(), s.name())
	for s.at(".") && s.peek(1).Kind == Word && !s.broken() {
		s.pos++
		p.Parts = append(p.Parts, s.name())
	}
	p.At = s.since(start)
}

// field reads `name: T where condition @label`, or reports and returns nil.
func (s *session) field() *Field {
	start := s.pos
	if !s.atWord() {
		s.wants("a name")
		return nil
	}
	f := s.nodes.fields.take()
	f.Doc, f.Name = s.doc(start), s.name()
	if s.expect(":") {
		f.Type = s.typ()
	}
	for f.Type != nil {
		switch {
		case f.Where == nil && s.at("where"):
			s.pos++
			f.Where = s.expr()
			continue
		case s.at("@"):
			f.Annotations = append(f.Annotations, s.annotation())
			continue
		}
		break
	}
	f.At = s.since(start)
	return f
}

func (s *session) annotation() *Annotation {
	start := s.pos
	s.pos++
	a := &Annotation{}
	if !s.atWord() {
		s.expected(s.pos, "the name of a label behind the `@`")
		a.At = s.since(start)
		return a
	}
	a.Name = s.nodes.paths.take()
	a.Name.read(s)
	if s.at("(") && !s.broken() {
		s.enclosed(")", func() { a.Args = append(a.Args, s.expr()) })
	}
	a.At = s.since(start)
	return a
}
