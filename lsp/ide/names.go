package ide

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// target is what a name means: exactly one of symbol, variable, of and shape is
// set.
type target struct {
	symbol   *resolve.Symbol
	variable *resolve.Variable
	of       string // the name is a part of this declaration
	shape    *types.Type
	name     string
}

// ref is one place where a name stands.
type ref struct {
	Place
	target
	decl bool // the name is declared here
}

// key is equal for two names that mean the same, "" for what has no declaration.
func (t *target) key() string {
	switch {
	case t.symbol != nil:
		return "symbol " + t.symbol.Full
	case t.variable != nil && t.variable.At.Known():
		return "variable " + t.variable.At.String()
	case t.of != "":
		return "part " + t.of + "." + t.name
	}
	return ""
}

// names is what is known about the names of a package.
type names struct {
	program  *check.Program
	errors   int // how many the package has, repaired
	trees    map[string]*syntax.File
	refs     map[string][]ref           // by path, sorted by place
	imported map[string]*resolve.Symbol // declarations of other packages, by qualified name
	parts    map[string]syntax.Node     // where parts are declared, by key
}

func namesOf(r *compiler.Checked) *names {
	program := r.Program()
	n := &names{program: program, errors: len(failures(r.Diagnostics)), trees: map[string]*syntax.File{}, refs: map[string][]ref{}, parts: map[string]syntax.Node{},
		imported: map[string]*resolve.Symbol{}}
	info := program.Info
	for _, s := range info.Symbols {
		n.add(s.At, target{symbol: s, name: s.Name}, true)
		n.declareParts(s, true)
	}
	for _, imported := range program.Imports {
		for _, s := range imported.Info.Symbols {
			if s.Kind != resolve.Package {
				n.imported[s.Full] = s
				n.declareParts(s, false)
			}
		}
	}
	for _, v := range info.Variables {
		if v.At.Known() {
			n.add(v.At, target{variable: v, name: v.Name}, true)
		}
	}
	for _, u := range info.Uses {
		t := target{symbol: u.Symbol, variable: u.Variable, of: u.Of, shape: u.Shape, name: u.At.Text()}
		n.add(u.At, t, false)
	}
	for _, f := range r.Files {
		n.trees[f.Source.Path] = f
		for _, d := range f.Decls {
			if d.Head().Broken {
				n.guess(d)
			}
		}
	}
	for path, list := range n.refs {
		slices.SortStableFunc(list, func(a, b ref) int { return cmp.Or(comparePlaces(a.Place, b.Place), declFirst(a, b)) })
		n.refs[path] = slices.CompactFunc(list, func(a, b ref) bool { return a.Place == b.Place && a.key() == b.key() })
	}
	return n
}

func declFirst(a, b ref) int {
	switch {
	case a.decl == b.decl:
		return 0
	case a.decl:
		return -1
	}
	return 1
}

func (n *names) add(at source.Span, t target, decl bool) {
	if !at.Known() || at.Start() == at.End() {
		return
	}
	p := placeOf(at)
	n.refs[p.Path] = append(n.refs[p.Path], ref{p, t, decl})
}

// declareParts notes where the fields, values, cases and operations of a
// declaration stand.
func (n *names) declareParts(s *resolve.Symbol, own bool) {
	part := func(name syntax.Name, node syntax.Node) {
		if name.Given() {
			t := target{of: s.Full, name: name.Text}
			if own {
				n.add(name.At, t, true)
			}
			n.parts[t.key()] = node
		}
	}
	fields := func(list *syntax.Fields) {
		if list != nil {
			for _, f := range list.List {
				part(f.Name, f)
			}
		}
	}
	switch d := s.Decl.(type) {
	case *syntax.TypeDecl:
		fields(d.Fields)
	case *syntax.FaultDecl:
		fields(d.Fields)
	case *syntax.EventDecl:
		fields(d.Fields)
	case *syntax.UnionDecl:
		fields(d.Cases)
	case *syntax.EnumDecl:
		if d.Members != nil {
			for _, m := range d.Members.List {
				part(m.Name, m)
			}
		}
	case *syntax.EndpointDecl:
		if d.Body != nil {
			for _, o := range d.Body.Operations {
				part(o.Name, o)
			}
			for _, r := range d.Body.Receives {
				part(r.Name, r)
			}
		}
	}
}

// guess takes the names in a declaration that could not be mended for those of
// declarations.
func (n *names) guess(d syntax.Decl) {
	note := func(name syntax.Name) {
		if s := n.program.Info.Lookup(name.Text); s != nil && name.Given() {
			n.add(name.At, target{symbol: s, name: s.Name}, false)
		}
	}
	syntax.Inspect(d, func(x syntax.Node) bool {
		switch x := x.(type) {
		case *syntax.Path:
			note(x.Parts[0])
		case *syntax.Ident:
			note(syntax.Name{Text: x.Name, At: x.Span()})
		case *syntax.Annotation:
			if x.Name != nil {
				note(x.Name.Parts[0])
			}
		}
		return true
	})
}

// lost takes the names that were blanked to mend a text for what they probably
// mean: a variable of that name that is declared above in the same declaration,
// or a declaration.
func (n *names) lost(was *source.File, mended string) {
	tree, _ := syntax.Parse(source.New(was.Path, was.Text))
	for _, d := range tree.Decls {
		if !d.Head().Broken {
			continue
		}
		syntax.Inspect(d, func(x syntax.Node) bool {
			var name syntax.Name
			switch x := x.(type) {
			case *syntax.Path:
				name = x.Parts[0]
			case *syntax.Ident:
				name = syntax.Name{Text: x.Name, At: x.Span()}
			}
			if at := name.At; name.Given() && mended[at.Start():at.End()] != name.Text {
				n.suppose(name, d.Span())
			}
			return true
		})
	}
	slices.SortStableFunc(n.refs[was.Path], func(a, b ref) int { return cmp.Or(comparePlaces(a.Place, b.Place), declFirst(a, b)) })
}

func (n *names) suppose(name syntax.Name, within source.Span) {
	var found *resolve.Variable
	for _, v := range n.program.Info.Variables {
		at := v.At
		if v.Name == name.Text && at.Path() == within.Path() && within.Start() <= at.Start() && at.Start() < name.At.Start() {
			found = v
		}
	}
	if found != nil {
		n.add(name.At, target{variable: found, name: name.Text}, false)
	} else if s := n.program.Info.Lookup(name.Text); s != nil {
		n.add(name.At, target{symbol: s, name: s.Name}, false)
	}
}

// at are the names at an offset, those that end there last.
func (n *names) at(path string, offset int) []ref {
	var out []ref
	list := n.refs[path]
	i, _ := slices.BinarySearchFunc(list, offset, func(r ref, o int) int { return cmp.Compare(r.End, o) })
	for ; i < len(list) && list[i].Start <= offset; i++ {
		if list[i].Contains(offset) {
			out = append(out, list[i])
		}
	}
	slices.SortStableFunc(out, func(a, b ref) int {
		return cmp.Compare(boolInt(a.End == offset), boolInt(b.End == offset))
	})
	return out
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// all are the places where the same thing is named, by path and place.
func (n *names) all(key string) []ref {
	var out []ref
	if key == "" {
		return nil
	}
	for _, list := range n.refs {
		for _, r := range list {
			if r.key() == key {
				out = append(out, r)
			}
		}
	}
	slices.SortFunc(out, func(a, b ref) int { return comparePlaces(a.Place, b.Place) })
	return out
}

// declaration is where a thing is declared, and whether that is known.
func (n *names) declaration(t *target) (Place, bool) {
	switch {
	case t.symbol != nil:
		return placeOf(t.symbol.At), t.symbol.At.Known()
	case t.variable != nil:
		return placeOf(t.variable.At), t.variable.At.Known()
	}
	switch d := n.parts[t.key()].(type) {
	case *syntax.Field:
		return placeOf(d.Name.At), true
	case *syntax.EnumMember:
		return placeOf(d.Name.At), true
	case *syntax.Operation:
		return placeOf(d.Name.At), true
	case *syntax.Receive:
		return placeOf(d.Name.At), true
	}
	if s := n.owner(t.of); s != nil { // an operation of a contract: the use that brings it in
		if e, ok := s.Decl.(*syntax.EndpointDecl); ok && e.Kind != nil {
			if c := n.program.Info.Lookup(e.Kind.Parts[0].Text); c != nil {
				s = c
			}
		}
		return placeOf(s.At), true
	}
	return Place{}, false
}

// owner is the declaration of a qualified name, or nil.
func (n *names) owner(full string) *resolve.Symbol {
	if full == "" {
		return nil
	}
	s := n.program.Info.Lookup(strings.TrimPrefix(full, n.program.Module.Package+"."))
	if s == nil || s.Full != full {
		return n.imported[full]
	}
	return s
}

// within are the nodes of a file around an offset, outermost first.
func (n *names) within(path string, offset int) []syntax.Node {
	tree := n.trees[path]
	if tree == nil {
		return nil
	}
	return around(tree, offset)
}

func around(tree *syntax.File, offset int) []syntax.Node {
	var out []syntax.Node
	syntax.Inspect(tree, func(x syntax.Node) bool {
		in := x.Span().Contains(offset)
		if in {
			out = append(out, x)
		}
		return in
	})
	return out
}

// bodies are the facts about everything that has been checked.
func (n *names) bodies() []*check.Facts {
	out := []*check.Facts{&n.program.Facts}
	for _, p := range n.program.Processes {
		out = append(out, p.Facts)
	}
	for _, r := range n.program.Routes {
		out = append(out, r.Facts)
	}
	return slices.DeleteFunc(out, func(f *check.Facts) bool { return f == nil })
}

// show is a type as the author of the package writes it.
func (n *names) show(t types.Type) string {
	text := t.String()
	if n.program.Module != nil && n.program.Module.Package != "" {
		text = unqualified(text, n.program.Module.Package+".")
	}
	return text
}

// unqualified takes a prefix off all names of a text.
func unqualified(text, prefix string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		if strings.HasPrefix(text[i:], prefix) && (i == 0 || !nameByte(text[i-1])) {
			i += len(prefix)
			continue
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

func nameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
