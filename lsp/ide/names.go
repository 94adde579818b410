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

// key is equal for two names that mean the same. The zero key is that of what has
// no declaration.
type key struct {
	owner string      // the qualified name of a declaration
	part  string      // of it, "" for the declaration itself
	at    source.Span // of a variable
}

func (t *target) key() key {
	switch {
	case t.symbol != nil:
		return key{owner: t.symbol.Full}
	case t.variable != nil:
		return key{at: t.variable.At}
	case t.of != "":
		return key{owner: t.of, part: t.name}
	}
	return key{}
}

// names is what is known about the names of a package.
type names struct {
	result  *compiler.Checked
	program *check.Program // without the notes of its bodies
	errors  int            // how many the package has, repaired
	trees   map[string]*syntax.File
	memory  *Memory
	guessed map[string][]ref // in broken declarations, by path
	sorted  map[string][]ref // by path and place, when first needed
}

// Memory is what is known about the names of a package from one Snapshot to the
// next: nothing is found again that stands in a body that has not changed. The
// zero Memory is empty and ready.
type Memory struct {
	declared *check.Declared
	heads    map[string][]noted // outside of bodies, by path
	bodies   map[*check.Body][]noted
}

// noted is a ref whose place moves with the text around it.
type noted struct {
	at source.Span
	target
	decl bool
}

func (x *noted) ref() ref { return ref{placeOf(x.at), x.target, x.decl} }

func nothing() *names {
	return &names{program: &check.Program{Info: &resolve.Info{}}, memory: &Memory{}}
}

func namesOf(r *compiler.Checked, m *Memory) *names {
	n := &names{result: r, program: r.Outline(), errors: len(failures(r.Diagnostics)), trees: map[string]*syntax.File{},
		memory: m, guessed: map[string][]ref{}, sorted: map[string][]ref{}}
	m.follow(r)
	for _, f := range r.Files {
		n.trees[f.Source.Path] = f
		for _, d := range f.Decls {
			if d.Head().Broken {
				n.guess(d)
			}
		}
	}
	return n
}

// follow forgets what is no longer so.
func (m *Memory) follow(r *compiler.Checked) {
	bodies := r.Bodies()
	if m.declared != r.Declared() {
		m.declared, m.heads, m.bodies = r.Declared(), nil, nil
	}
	if m.bodies == nil || len(m.bodies) > 2*len(bodies)+spareBodies {
		kept := make(map[*check.Body][]noted, len(bodies))
		for _, b := range bodies {
			if list, ok := m.bodies[b]; ok {
				kept[b] = list
			}
		}
		m.bodies = kept
	}
}

// spareBodies is how many bodies of earlier texts are kept at least before they are forgotten.
const spareBodies = 256

// of are the names in a body.
func (m *Memory) of(b *check.Body) []noted {
	list, ok := m.bodies[b]
	if !ok {
		list = fromNotes(nil, b.Notes())
		m.bodies[b] = list
	}
	return list
}

// declarations are the names outside of bodies, by path.
func (n *names) declarations() map[string][]noted {
	if n.memory.heads != nil || n.result == nil {
		return n.memory.heads
	}
	var all []noted
	for _, s := range n.program.Info.Symbols {
		all = note(all, s.At, target{symbol: s, name: s.Name}, true)
		eachPart(s, func(name syntax.Name, _ syntax.Node) {
			all = note(all, name.At, target{of: s.Full, name: name.Text}, true)
		})
	}
	notes := n.memory.declared.Notes(nil)
	all = fromNotes(all, &notes)
	n.memory.heads = map[string][]noted{}
	for _, x := range all {
		n.memory.heads[x.at.Path()] = append(n.memory.heads[x.at.Path()], x)
	}
	return n.memory.heads
}

func fromNotes(list []noted, notes *resolve.Notes) []noted {
	list = slices.Grow(list, len(notes.Variables)+len(notes.Uses))
	for _, v := range notes.Variables {
		if v.At.Known() {
			list = note(list, v.At, target{variable: v, name: v.Name}, true)
		}
	}
	for i := range notes.Uses {
		u := &notes.Uses[i]
		list = note(list, u.At, target{symbol: u.Symbol, variable: u.Variable, of: u.Of, shape: u.Shape, name: u.At.Text()}, false)
	}
	return list
}

func note(list []noted, at source.Span, t target, decl bool) []noted {
	if !at.Known() || at.Start() == at.End() {
		return list
	}
	return append(list, noted{at, t, decl})
}

// in are the bodies in a file.
func (n *names) in(path string) []*check.Body {
	var out []*check.Body
	if n.result == nil {
		return nil
	}
	for _, b := range n.result.Bodies() {
		if b.Decl.Span().Path() == path {
			out = append(out, b)
		}
	}
	return out
}

// notes are what checking noted about the names of the declarations and of the
// bodies in a file.
func (n *names) notes(path string) resolve.Notes {
	all := n.result.Declared().Notes(nil)
	for _, b := range n.in(path) {
		all.Add(b.Notes())
	}
	return all
}

// refs are the names in a file, sorted by place.
func (n *names) refs(path string) []ref {
	if list, ok := n.sorted[path]; ok || n.result == nil {
		return list
	}
	var list []ref
	for _, x := range n.declarations()[path] {
		list = append(list, x.ref())
	}
	for _, b := range n.in(path) {
		for _, x := range n.memory.of(b) {
			list = append(list, x.ref())
		}
	}
	list = append(list, n.guessed[path]...)
	slices.SortStableFunc(list, func(a, b ref) int { return cmp.Or(comparePlaces(a.Place, b.Place), declFirst(a, b)) })
	list = slices.CompactFunc(list, func(a, b ref) bool { return a.Place == b.Place && a.key() == b.key() })
	n.sorted[path] = list
	return list
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

// eachPart calls a function with the fields, values, cases and operations of a
// declaration.
func eachPart(s *resolve.Symbol, do func(name syntax.Name, node syntax.Node)) {
	part := func(name syntax.Name, node syntax.Node) {
		if name.Given() {
			do(name, node)
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

// part is where a part of a declaration stands, nil when it has none of that name.
func (n *names) part(of, name string) syntax.Node {
	var found syntax.Node
	if s := n.owner(of); s != nil {
		eachPart(s, func(part syntax.Name, node syntax.Node) {
			if part.Text == name {
				found = node
			}
		})
	}
	return found
}

// guess takes the names in a declaration that could not be mended for those of
// declarations.
func (n *names) guess(d syntax.Decl) {
	note := func(name syntax.Name) {
		if s := n.program.Info.Lookup(name.Text); s != nil && name.Given() {
			n.suppose(name, target{symbol: s, name: s.Name})
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
	known := n.refs(was.Path)
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
				n.likely(name, d.Span(), known)
			}
			return true
		})
	}
	delete(n.sorted, was.Path)
}

// likely takes a name for that of the last variable above it, or of a declaration.
func (n *names) likely(name syntax.Name, within source.Span, known []ref) {
	var found *resolve.Variable
	for i := range known {
		x := &known[i]
		if x.decl && x.variable != nil && x.name == name.Text && within.Start() <= x.Start && x.Start < name.At.Start() {
			found = x.variable
		}
	}
	if found != nil {
		n.suppose(name, target{variable: found, name: name.Text})
	} else if s := n.program.Info.Lookup(name.Text); s != nil {
		n.suppose(name, target{symbol: s, name: s.Name})
	}
}

func (n *names) suppose(name syntax.Name, t target) {
	p := placeOf(name.At)
	n.guessed[p.Path] = append(n.guessed[p.Path], ref{p, t, false})
}

// at are the names at an offset, those that end there last.
func (n *names) at(path string, offset int) []ref {
	var out []ref
	list := n.refs(path)
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
func (n *names) all(k key) []ref {
	if k == (key{}) || n.result == nil {
		return nil
	}
	var out []ref
	take := func(list []noted) {
		for i := range list {
			if list[i].key() == k {
				out = append(out, list[i].ref())
			}
		}
	}
	for _, list := range n.declarations() {
		take(list)
	}
	for _, b := range n.result.Bodies() {
		if k.owner != "" || b.Decl.Span().Path() == k.at.Path() {
			take(n.memory.of(b))
		}
	}
	for _, list := range n.guessed {
		for _, r := range list {
			if r.key() == k {
				out = append(out, r)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b ref) int { return cmp.Or(comparePlaces(a.Place, b.Place), declFirst(a, b)) })
	return slices.CompactFunc(out, func(a, b ref) bool { return a.Place == b.Place })
}

// declaration is where a thing is declared, and whether that is known.
func (n *names) declaration(t *target) (Place, bool) {
	switch {
	case t.symbol != nil:
		return placeOf(t.symbol.At), t.symbol.At.Known()
	case t.variable != nil:
		return placeOf(t.variable.At), t.variable.At.Known()
	}
	switch d := n.part(t.of, t.name).(type) {
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
	pkg, name, _ := strings.Cut(full, ".")
	if pkg == n.program.Module.Package {
		return named(n.program.Info, full, name)
	}
	for _, imported := range n.program.Imports {
		if imported.Module.Package == pkg {
			return named(imported.Info, full, name)
		}
	}
	return nil
}

// named is the declaration of a package with that name, not an import.
func named(info *resolve.Info, full, name string) *resolve.Symbol {
	if s := info.Lookup(name); s != nil && s.Full == full {
		return s
	}
	return nil
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

// bodies are the facts about what has been checked in a file.
func (n *names) bodies(path string) []*check.Facts {
	out := []*check.Facts{&n.program.Facts}
	for _, b := range n.in(path) {
		if f := b.Facts(); f != nil {
			out = append(out, f)
		}
	}
	return out
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
