package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// head is what other declarations know of one: all of it, or what stands before its body.
type head struct {
	decl   syntax.Decl
	at     source.Span
	broken bool
	line   int
}

func headsOf(m *module.Module) [][]head {
	all := make([][]head, len(m.Files))
	for i, f := range m.Files {
		for _, d := range f.Decls {
			all[i] = append(all[i], headOf(d))
		}
	}
	return all
}

func headOf(d syntax.Decl) head {
	h := d.Head()
	return head{d, d.Span(), h.Broken && !h.BrokenBody, d.Span().From().Line}
}

// same says whether nothing has changed for other declarations.
func (h *head) same(d syntax.Decl) bool {
	now := d.Head()
	if h.broken != (now.Broken && !now.BrokenBody) {
		return false
	}
	if h.decl == d {
		return true
	}
	switch d.(type) {
	case *syntax.ProcessDecl, *syntax.RouteDecl, *syntax.PatternDecl, *syntax.WindowDecl, *syntax.ScheduleDecl, *syntax.TestDecl:
		return now.BrokenBody == now.Broken && h.at.Beside(d.Span())
	}
	return false
}

// Again says whether the package still declares the same, so that only bodies
// differ, and takes it over. The module comes from the same syntax.Trees and module.Contracts as before.
func (d *Declared) Again(m *module.Module) bool {
	old := d.c.Module
	if m.Package != old.Package || len(m.Files) != len(old.Files) || !slices.Equal(m.Contracts, old.Contracts) {
		return false
	}
	for i, f := range m.Files {
		if f == old.Files[i] {
			continue
		}
		if f.Source.Path != old.Files[i].Source.Path || len(f.Decls) != len(d.heads[i]) {
			return false
		}
		for k, x := range f.Decls {
			if !d.heads[i][k].same(x) {
				return false
			}
		}
	}
	for i, f := range m.Files {
		if f == old.Files[i] {
			continue
		}
		for k, x := range f.Decls {
			h := &d.heads[i][k]
			if s := d.c.Info.Lookup(x.DeclName().Text); s != nil && s.Decl == h.decl {
				s.Decl = x
			}
			if h.decl != x {
				if i := slices.Index(d.every, h.decl); i >= 0 {
					d.every[i] = x
				}
			}
			h.decl, h.at = x, x.Span()
		}
		d.bodies = nil
	}
	program := *d.c.Program
	program.Module = m
	d.c.Program = &program
	return true
}

// Stands says whether every declaration begins at the line at which it did when
// the declarations were checked: the places that a plan names are text.
func (d *Declared) Stands() bool {
	for i, f := range d.c.Module.Files {
		for k, x := range f.Decls {
			if d.heads[i][k].line != x.Span().From().Line {
				return false
			}
		}
	}
	return true
}

// Stands says whether the body begins at the line at which it did when it was checked.
func (b *Body) Stands() bool { return b.line == b.Decl.Span().From().Line }
