package ide

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
)

// TokenTypes and TokenModifiers are the legend of Tokens.
var (
	TokenTypes = []string{"keyword", "type", "enumMember", "function", "method", "variable", "parameter", "property",
		"string", "number", "comment", "decorator", "namespace", "event", "class"}
	TokenModifiers = []string{"declaration", "readonly", "defaultLibrary", "documentation"}
)

// Modifiers of a Token, as bits in the order of TokenModifiers.
const (
	Declared uint32 = 1 << iota
	Fixed
	Builtin
	Documentation
)

// Token says what a piece of text is. It lies on one line, except strings.
type Token struct {
	Place
	Type      string
	Modifiers uint32
}

// Tokens classifies the text of a file, in the order of the text.
func (s *Snapshot) Tokens(path string) []Token {
	src := s.Source(path)
	if src == nil {
		return nil
	}
	n := s.names()
	roles := n.roles(path)
	lexed, _ := syntax.Lex(src)
	var out []Token
	for _, c := range lexed.Comments {
		t := Token{placeOf(c.At), "comment", 0}
		if len(c.Text) > 2 && c.Text[:3] == "///" {
			t.Modifiers = Documentation
		}
		out = append(out, t)
	}
	refs := n.refs(path)
	for _, x := range lexed.Tokens {
		t := Token{Place: Place{path, int(x.Start), int(x.End)}}
		switch x.Kind {
		case syntax.String:
			out = append(out, pieces(t.Place, refs)...)
		case syntax.Number:
			t.Type = "number"
		case syntax.Word:
			t.classify(lexed.Raw(x), refs, roles)
		}
		if t.Type != "" {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b Token) int { return comparePlaces(a.Place, b.Place) })
	return out
}

// pieces are the parts of a string: its text, and the names that are interpolated
// in it.
func pieces(p Place, refs []ref) []Token {
	var out []Token
	text := func(start, end int) {
		if start < end {
			out = append(out, Token{Place{p.Path, start, end}, "string", 0})
		}
	}
	i, _ := slices.BinarySearchFunc(refs, p.Start, func(r ref, start int) int { return cmp.Compare(r.Start, start) })
	at := p.Start
	for ; i < len(refs) && refs[i].End <= p.End; i++ {
		if refs[i].Start < at {
			continue
		}
		text(at, refs[i].Start)
		kind, m := tokenOf(&refs[i])
		out = append(out, Token{refs[i].Place, kind, m})
		at = refs[i].End
	}
	text(at, p.End)
	return out
}

func (t *Token) classify(text string, refs []ref, roles map[int]Token) {
	i, found := slices.BinarySearchFunc(refs, t.Start, func(r ref, start int) int { return cmp.Compare(r.Start, start) })
	if found && refs[i].End == t.End {
		t.Type, t.Modifiers = tokenOf(&refs[i])
		return
	}
	if role, ok := roles[t.Start]; ok {
		t.Type, t.Modifiers = role.Type, role.Modifiers
		return
	}
	if theGrammar().keywords[text] {
		t.Type = "keyword"
	}
}

func tokenOf(r *ref) (string, uint32) {
	var m uint32
	if r.decl {
		m = Declared
	}
	switch {
	case r.variable != nil && r.variable.Fixed == "a parameter":
		return "parameter", m | Fixed
	case r.variable != nil && r.variable.Fixed != "":
		return "variable", m | Fixed
	case r.variable != nil:
		return "variable", m
	case r.symbol == nil:
		return "property", m
	}
	switch r.symbol.Kind {
	case resolve.Type, resolve.Enum, resolve.Union, resolve.Fault:
		return "type", m
	case resolve.Event:
		return "event", m
	case resolve.Label:
		return "decorator", m
	case resolve.Process, resolve.Route:
		return "function", m
	case resolve.Contract:
		return "namespace", m
	}
	return "class", m
}

// roles are the words of a file that mean something by where they stand, by
// offset.
func (n *names) roles(path string) map[int]Token {
	out := map[int]Token{}
	tree := n.trees[path]
	if tree == nil {
		return out
	}
	set := func(name syntax.Name, kind string, m uint32) {
		if name.Given() {
			out[name.At.Start()] = Token{Type: kind, Modifiers: m}
		}
	}
	syntax.Inspect(tree, func(x syntax.Node) bool {
		switch x := x.(type) {
		case *syntax.Setting:
			set(x.Name, "property", 0)
		case *syntax.Field:
			set(x.Name, "property", Declared)
		case *syntax.FieldInit:
			set(x.Name, "property", 0)
		case *syntax.Request:
			set(x.Verb, "keyword", 0)
		case *syntax.SchemaPart:
			set(x.Kind, "keyword", 0)
		case *syntax.SchemaVerb:
			set(x.Name, "function", Declared)
		case *syntax.SchemaCode:
			set(x.Name, "property", Declared)
		case *syntax.MemberExpr:
			set(x.Name, "property", 0)
		case *syntax.TaskStmt:
			set(x.Name, "function", Declared)
		case *syntax.Annotation:
			if x.Name != nil {
				set(x.Name.Last(), "decorator", Builtin)
			}
		case *syntax.NamedType:
			if len(x.Name.Parts) == 1 {
				set(x.Name.Parts[0], "type", Builtin)
			}
		case *syntax.CallExpr:
			if name := called(x); name.Given() {
				if _, ok := expression.Lookup(name.Text); ok {
					set(name, "function", Builtin)
				}
			}
		}
		return true
	})
	return out
}

func called(x *syntax.CallExpr) syntax.Name {
	switch f := x.Func.(type) {
	case *syntax.Ident:
		return syntax.Name{Text: f.Name, At: f.Span()}
	case *syntax.MemberExpr:
		return f.Name
	}
	return syntax.Name{}
}
