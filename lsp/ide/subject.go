package ide

import (
	"strings"

	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// Subject is what a name means to more packages than one: a declaration that others
// may import, or a part of it.
type Subject struct {
	key  key
	Name string
	Dir  string // of the package that declares it, as module.Module has it
	Std  bool   // that package is of the standard library
}

// Subject is what the name at an offset means beyond its package. A variable, an
// import and what is private mean nothing there.
func (s *Snapshot) Subject(path string, offset int) (Subject, bool) {
	n := s.names()
	for _, r := range n.at(path, offset) {
		owner := n.owner(r.key().owner)
		if r.symbol != nil {
			owner = r.symbol
		}
		if owner == nil || !owner.Exported() {
			continue
		}
		if m := n.home(owner); m != nil {
			return Subject{r.key(), r.name, m.Dir, m.Std()}, true
		}
	}
	return Subject{}, false
}

// home is the package that has a declaration, among those of the program.
func (n *names) home(s *resolve.Symbol) *module.Module {
	pkg, _, _ := strings.Cut(s.Full, ".")
	if n.program.Module.Package == pkg {
		return n.program.Module
	}
	for _, imported := range n.program.Imports {
		if imported.Module.Package == pkg {
			return imported.Module
		}
	}
	return nil
}

// knows says whether the package is, or reaches, the one that declares a subject.
func (n *names) knows(x Subject) bool {
	if n.program.Module == nil {
		return false
	}
	if n.program.Module.Dir == x.Dir {
		return true
	}
	for _, imported := range n.program.Imports {
		if imported.Module.Dir == x.Dir {
			return true
		}
	}
	return false
}

// Mentions are the places of the package where a subject is named; the
// declaration is one of them when it is asked for.
func (s *Snapshot) Mentions(x Subject, declaration bool) []Place {
	n := s.names()
	if !n.knows(x) {
		return nil
	}
	var out []Place
	for _, o := range n.all(x.key) {
		if declaration || !o.decl {
			out = append(out, o.Place)
		}
	}
	return out
}

// Renaming gives the edits of the package that call a subject by another name.
func (s *Snapshot) Renaming(x Subject, name string) []Edit {
	n := s.names()
	if !n.knows(x) {
		return nil
	}
	var edits []Edit
	for _, o := range n.all(x.key) {
		edits = append(edits, n.renaming(&o, name))
	}
	return edits
}

// was is what a name meant before a subject got another name.
func (x Subject) was(k key, name string) key {
	if x.key.owner == "" {
		return k
	}
	old, now := x.key.owner, x.key.owner
	if x.key.part != "" {
		if k == (key{owner: x.key.owner, part: name}) {
			return x.key
		}
		old, now = old+"."+x.key.part, now+"."+name
	} else {
		now = now[:strings.LastIndexByte(now, '.')+1] + name
	}
	if k.owner == now || strings.HasPrefix(k.owner, now+".") {
		k.owner = old + k.owner[len(now):]
	}
	return k
}

// Imports are the paths that a text imports, in its order.
func Imports(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "import ") {
			continue // parsing everything would take long, and imports stand in column 1
		}
		tree, _ := syntax.Parse(source.New("", line))
		for _, d := range tree.Decls {
			if d, ok := d.(*syntax.ImportDecl); ok && d.Path != nil {
				if p, ok := d.Path.Plain(); ok {
					out = append(out, p)
				}
			}
		}
	}
	return out
}
