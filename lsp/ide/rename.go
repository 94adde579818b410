package ide

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// RefusedError says why a name cannot be changed.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

func refused(format string, args ...any) error {
	return &RefusedError{fmt.Sprintf(format, args...)}
}

// Renamable is the place of the name at an offset, if it can be renamed.
// Errors: *RefusedError.
func (s *Snapshot) Renamable(path string, offset int) (Place, error) {
	n := s.names()
	for _, r := range n.at(path, offset) {
		all := n.all(r.key())
		if len(all) == 0 {
			continue
		}
		if x, ok := s.Subject(path, offset); ok && x.key == r.key() && x.Std {
			return r.Place, refused("%s belongs to the standard library", r.name)
		}
		if !slices.ContainsFunc(all, func(x ref) bool { return x.decl }) && !n.written(r.key()) {
			return r.Place, refused("%s is declared in no .cob file: it is renamed where it is declared", r.name)
		}
		return r.Place, nil
	}
	return Place{}, refused("there is no name here that a package declares")
}

// written says whether the declaration of a name stands in a text of COB.
func (n *names) written(k key) bool {
	return n.part(k.owner, k.part) != nil || k.part == "" && n.owner(k.owner) != nil
}

// Rename gives the edits that call the thing at an offset by another name,
// everywhere in the package. It is refused where the new name is none, or where any name of the
// package would mean something else afterwards. Errors: *RefusedError.
func (s *Snapshot) Rename(path string, offset int, name string) ([]Edit, error) {
	p, err := s.Renamable(path, offset)
	if err != nil {
		return nil, err
	}
	if err := NewName(name); err != nil {
		return nil, err
	}
	n := s.names()
	var edits []Edit
	var x Subject
	for _, r := range n.at(path, offset) {
		if r.Place != p || edits != nil {
			continue
		}
		if name == r.name {
			return nil, nil
		}
		x.key = r.key()
		for _, o := range n.all(x.key) {
			edits = append(edits, n.renaming(&o, name))
		}
	}
	return edits, s.Survives(edits, nil, x, name)
}

// NewName says why a text cannot be the name of anything. Errors: *RefusedError.
func NewName(name string) error {
	if !isName(name) {
		return refused("%q is no name: it begins with a letter or _ and goes on with letters, digits and _", name)
	}
	return nil
}

// Survives says why the package does not mean the same after edits that give a
// subject another name. The others are the edited texts of other packages, by path.
// Errors: *RefusedError.
func (s *Snapshot) Survives(edits []Edit, others map[string]string, x Subject, name string) error {
	n := s.names()
	before, errors := n.meanings(func(k key) key { return k }), n.errors
	texts := maps.Clone(others)
	if texts == nil {
		texts = map[string]string{}
	}
	for p, f := range s.files {
		text := f.source.Text
		if len(f.broken) > 0 {
			text, _ = repair(p, text)
		}
		texts[p] = Apply(text, p, edits)
	}
	after := s.replaced(texts)
	if after == nil {
		return refused("the package cannot be read")
	}
	if found := failures(after.Diagnostics); len(found) > errors {
		return refused("with this name the package would be wrong: %s", found[0].Message)
	}
	if !slices.Equal(before, namesOf(after, s.memory).meanings(func(k key) key { return x.was(k, name) })) {
		return refused("%s is taken: another name of the package would mean something else", name)
	}
	return nil
}

// renaming is the edit of one place. A field that is given by a variable of its
// own name, { order }, is written out.
func (n *names) renaming(o *ref, name string) Edit {
	text := name
	for _, other := range n.refs(o.Path) {
		if other.Place != o.Place || other.key() == o.key() {
			continue
		}
		if o.of != "" || o.shape != nil {
			text = name + ": " + o.name
		} else {
			text = o.name + ": " + name
		}
	}
	return Edit{o.Place, text}
}

// meanings says of each name in the package, in the order of the text, which
// declaration it means, so that two texts can be compared whatever the names are.
// What other packages declare goes by its key, or by what was its key.
func (n *names) meanings(was func(key) key) []string {
	var paths []string
	for p := range n.trees {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	number := map[key]int{}
	for _, p := range paths {
		for _, r := range n.refs(p) {
			if k := r.key(); r.decl && number[k] == 0 {
				number[k] = len(number) + 1
			}
		}
	}
	var out []string
	for _, p := range paths {
		for _, r := range n.refs(p) {
			meaning := fmt.Sprint(p, " ", number[r.key()])
			if k := r.key(); number[k] == 0 && k != (key{}) {
				k = was(k)
				meaning += k.owner + "." + k.part
			} else if number[k] == 0 {
				meaning += r.name
			}
			out = append(out, meaning)
		}
	}
	return out
}

func failures(ds []diag.Diagnostic) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, d := range ds {
		if d.Severity == diag.Error {
			out = append(out, d)
		}
	}
	return out
}

// isName says whether a text can be declared.
func isName(s string) bool {
	words := lexed(s)
	switch s {
	case "true", "false", "null":
		return false
	}
	return len(words) == 2 && words[0] == s && nameByte(s[0]) && (s[0] < '0' || s[0] > '9') && !slices.Contains(syntax.DeclKeywords(), s)
}

// Apply gives the text of a file with the edits that concern it applied. Edits
// do not overlap.
func Apply(text, path string, edits []Edit) string {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b Edit) int { return comparePlaces(b.Place, a.Place) })
	for _, e := range edits {
		if e.Path == path {
			text = text[:e.Start] + e.Text + text[e.End:]
		}
	}
	return text
}
