package resolve

import (
	"strings"

	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// Exported says whether other packages may use the declaration: all but those
// whose names begin with _.
func (s *Symbol) Exported() bool { return !strings.HasPrefix(s.Name, "_") && s.Kind != Package }

// imports declares the names of the imported packages. Two files may import the
// same package: an import holds for the whole package.
func (i *Info) imports(imported []*Info) []diag.Diagnostic {
	var ds []diag.Diagnostic
	from := map[string]*Info{} // by directory: what is known may be older than this module
	for _, other := range imported {
		from[other.Module.Dir] = other
	}
	modules := map[string]*module.Import{}
	for _, m := range i.Module.Imports {
		if m.Name == "" {
			continue // what is wrong with it has been said
		}
		s := &Symbol{Name: m.Name, Full: m.Name, Kind: Package, Decl: m.Decl, At: m.At}
		if m.Module != nil {
			s.Full, s.Package = m.Module.Package, from[m.Module.Dir]
		}
		first := i.byName[s.Name]
		switch known := modules[s.Name]; {
		case known != nil && known.Module == m.Module && known.At.File() != m.At.File():
			continue
		case known != nil && known.Module == m.Module:
			ds = append(ds, diag.Errorf(CodeDuplicate, m.Decl.Span(), "%s is imported twice", s.Name).
				WithNote(known.At, "first imported here").WithFix(m.Decl.Span(), ""))
			continue
		case first != nil:
			ds = append(ds, diag.Errorf(CodeDuplicate, m.At, "%s is declared twice", s.Name).
				WithNote(first.At, "the other one is here, its kind is %s", first.Kind).
				WithHelp("give the import another name: %s as name", m.Decl.Path.Span().Text()))
			continue
		}
		modules[s.Name] = m
		i.byName[s.Name] = s
		i.Symbols = append(i.Symbols, s)
	}
	return ds
}

// Exports are the names of the given kinds that a package offers to others, by
// name; of all kinds when none is given.
func (i *Info) Exports(kinds ...Kind) []string {
	var out []string
	for _, n := range i.Names(kinds...) {
		if i.byName[n].Exported() {
			out = append(out, n)
		}
	}
	return out
}

// Member finds what a name behind the name of an import means. When it is nil,
// the diagnostic says why; an import that could not be read has been reported
// already, so that there is none.
func (s *Symbol) Member(name string, at source.Span, what string, kinds ...Kind) (*Symbol, *diag.Diagnostic) {
	if s.Package == nil {
		return nil, nil
	}
	t := s.Package.Lookup(name)
	switch {
	case t == nil || t.Kind == Package:
		d := Unknown(at, what+" of "+s.Name, name, s.Package.Exports(kinds...))
		return nil, &d
	case !t.Exported():
		d := diag.Errorf(CodePrivate, at, "%s belongs to the package %s alone: its name begins with _", name, s.Full).
			WithNote(t.At, "declared here")
		return nil, &d
	}
	return t, nil
}

// library says whether a package is there for others: it offers nothing that runs
// by itself, so that what it exports need not be used in it.
func (i *Info) library() bool {
	for _, s := range i.Symbols {
		if (s.Kind == Process || s.Kind == Route) && s.Exported() {
			return false
		}
	}
	return true
}

func (i *Info) unusedImports(needed []bool) []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, m := range i.Module.Imports {
		if s := i.byName[m.Name]; s != nil && s.Kind == Package && !needed[s.number] && m.Module != nil {
			ds = append(ds, diag.Warningf(CodeUnusedImport, m.Decl.Span(), "the import %s is never used", m.Name).
				WithHelp("leave it out").WithFix(m.Decl.Span(), ""))
		}
	}
	return ds
}
