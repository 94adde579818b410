package ide

import (
	"cmp"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// Place is a byte range of a file, by the path that diagnostics name.
type Place struct {
	Path       string
	Start, End int
}

func placeOf(s source.Span) Place { return Place{s.Path(), s.Start(), s.End()} }

// Contains says whether an offset lies in the place or at its end, which is what
// a cursor means.
func (p Place) Contains(offset int) bool { return p.Start <= offset && offset <= p.End }

func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}

// Edit replaces the text of a place.
type Edit struct {
	Place
	Text string
}

// Compile compiles the package with some texts replaced, by the path that spans
// name. It may make what an earlier call gave unusable; nil is a package that
// cannot be read.
type Compile func(replaced map[string]string) *compiler.Checked

// Snapshot is a package at one moment. Its methods may be called one at a time,
// in any order.
type Snapshot struct {
	compile Compile
	result  *compiler.Checked // nil after another compile may have spoiled it
	files   map[string]*file
	known   *names // of the repaired package, when first needed
	memory  *Memory
}

// file is what of a file outlives the next compile.
type file struct {
	source *source.File
	broken []Place // declarations that are not checked
}

// New returns the snapshot of a package, which remembers what it finds; nil when it
// cannot be read.
func New(compile Compile, memory *Memory) *Snapshot {
	r := compile(nil)
	if r == nil {
		return nil
	}
	s := &Snapshot{compile: compile, result: r, files: map[string]*file{}, memory: memory}
	for _, f := range r.Files {
		if syntax.Unread(f.Source.Text) {
			continue // it is not parsed either
		}
		kept := &file{source: f.Source}
		for _, d := range f.Decls {
			if d.Head().Broken {
				kept.broken = append(kept.broken, placeOf(d.Span()))
			}
		}
		s.files[f.Source.Path] = kept
	}
	return s
}

// Source is a file of the package, or nil.
func (s *Snapshot) Source(path string) *source.File {
	if f := s.files[path]; f != nil {
		return f.source
	}
	return nil
}

// Result is the compiled package, as its texts are.
func (s *Snapshot) Result() *compiler.Checked {
	if s.result == nil {
		s.known = nil
		s.result = s.compile(nil)
	}
	return s.result
}

// replaced compiles other texts. What was known before is unusable from now on.
func (s *Snapshot) replaced(texts map[string]string) *compiler.Checked {
	s.result, s.known = nil, nil
	return s.compile(texts)
}

// names are the names of the package, repaired where it is broken.
func (s *Snapshot) names() *names {
	if s.known != nil {
		return s.known
	}
	texts := map[string]string{}
	for path, f := range s.files {
		if len(f.broken) == 0 {
			continue
		}
		if text, ok := repair(path, f.source.Text); ok {
			texts[path] = text
		}
	}
	r := s.result
	if len(texts) > 0 || r == nil {
		r = s.replaced(texts)
	}
	if r == nil {
		return nothing()
	}
	s.known = namesOf(r, s.memory)
	for path, mended := range texts {
		s.known.lost(s.files[path].source, mended)
	}
	if len(texts) == 0 {
		s.result = r
	}
	return s.known
}
