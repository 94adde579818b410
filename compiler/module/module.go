package module

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// MaxFiles bounds the .cob files of one package.
const MaxFiles = 10_000

// The codes of this room; their pages are in the table of compiler/check.
const (
	CodePackage  diag.Code = "COB2007"
	CodeImport   diag.Code = "COB2008"
	CodeCycle    diag.Code = "COB2009"
	CodeSameName diag.Code = "COB2010"
	CodePath     diag.Code = "COB2011"
	CodeUnread   diag.Code = "COB2014"
)

// Options of Load.
type Options struct {
	// Prefix stands before the path of every file in diagnostics, such as
	// "examples/orders/"; plans do not contain it. The files of a package that is
	// imported are named from there: "examples/customers/".
	Prefix string
	// Overlay replaces the text of files by their path in the file system: what
	// an editor holds and has not saved.
	Overlay map[string]string
	// Std holds the packages of the standard library: "retry/retry.cob".
	Std fs.FS
	// Trees remembers what was parsed before; nil means that nothing was.
	Trees *syntax.Trees
	// Contracts remembers the contracts that were read before; nil means none.
	Contracts Contracts
}

// Contracts are those that have been read, by the declaration that uses them. They
// are forgotten, by clear, when a file changes that may be part of one.
type Contracts map[*syntax.UseDecl]contractRead

type contractRead struct {
	contract *Contract
	qualify  string
	told     []diag.Diagnostic
}

// Module is one package: its files, the contracts they use and the packages
// they import.
type Module struct {
	Package string // "" when no file names it
	// Dir is the package's directory in its file system, or its path in the
	// standard library, such as "std/retry".
	Dir       string
	Prefix    string         // what stands before the names of its files in diagnostics
	Files     []*syntax.File // by path
	Contracts []*Contract    // by name, then place
	Imports   []*Import      // by file, in the order of the text
	// Partial says that a file could not be read, or only its begin: what others call
	// unknown may be declared there.
	Partial bool
}

// Contract is a foreign file brought in with `use`, and what it says.
type Contract struct {
	*contract.Contract
	Name string // as the package calls it
	Path string // relative to the package
	Use  *syntax.UseDecl
}

// Place is where a span stands, as a plan says it: without the Prefix.
func (m *Module) Place(s source.Span) string {
	return strings.TrimPrefix(s.Path(), m.Prefix) + ":" + s.From().String()
}

// Load reads the package in dir and all that it imports, each once. The Module
// is there however broken the files are. Errors: the directory is not there; one
// without .cob files is *EmptyError. What is wrong with an import, and that a file or
// the directory cannot be read, is a diagnostic.
func Load(fsys fs.FS, dir string, o Options) (*Module, []diag.Diagnostic, error) {
	if o.Trees == nil {
		o.Trees = &syntax.Trees{}
	}
	l := &loader{fsys: fsys, options: o, root: dir, modules: map[string]*Module{}}
	m, err := l.load(dir)
	if err != nil {
		return nil, nil, err
	}
	l.oneName(m)
	return m, l.ds, nil
}

// one reads one package without what it imports.
func (l *loader) one(m *Module, fsys fs.FS, dir string) error {
	names, err := list(fsys, dir)
	var failed *fs.PathError
	if m.Dir == l.root && errors.As(err, &failed) && !errors.Is(err, fs.ErrNotExist) {
		l.unread(m, path.Clean(m.Prefix+"."), "directory", err)
		return nil
	}
	if err != nil {
		return err
	}
	o := l.options
	o.Prefix = m.Prefix
	if m.Std() {
		o.Overlay = nil // its paths are those of another file system
	}
	for _, name := range names {
		text, err := read(fsys, name, o)
		if err != nil {
			l.unread(m, o.Prefix+path.Base(name), "file", err)
			continue
		}
		m.Partial = m.Partial || syntax.Unread(text)
		file, found := l.options.Trees.Parse(o.Prefix+path.Base(name), text)
		m.Files = append(m.Files, file)
		l.ds = append(l.ds, found...)
	}
	l.ds = append(l.ds, m.name()...)
	l.ds = append(l.ds, m.contracts(fsys, dir, o)...)
	return nil
}

// unread tells of a file or directory of a package that cannot be read.
func (l *loader) unread(m *Module, name, what string, err error) {
	m.Partial = true
	why := err.Error()
	var failed *fs.PathError
	if errors.As(err, &failed) {
		why = failed.Err.Error()
	}
	d := diag.Errorf(CodeUnread, source.New(name, "").Span(0, 0), "this %s cannot be read: %s", what, why)
	switch {
	case errors.Is(err, fs.ErrPermission):
		d = d.WithHelp("let the one who runs cob read it, or move it out of the package")
	case errors.Is(err, fs.ErrNotExist):
		d = d.WithHelp("a link leads nowhere, or somebody took it away meanwhile: check again, or remove the link")
	default:
		d = d.WithHelp("a package holds files and links to files: move what is none out of it")
	}
	l.ds = append(l.ds, d)
}

// EmptyError says that a directory holds no .cob file.
type EmptyError struct{ Dir string }

func (e *EmptyError) Error() string {
	return fmt.Sprintf("%s holds no .cob file: name a directory that is a package", e.Dir)
}

// isSource says whether an entry of a directory is a file of its package. Hidden files
// are what editors keep beside those that they change. A name that is the ending alone
// is what an editor's unsaved document has.
func isSource(e fs.DirEntry) bool {
	stem, ok := strings.CutSuffix(e.Name(), ".cob")
	return ok && !strings.HasPrefix(stem, ".") && !e.IsDir()
}

func list(fsys fs.FS, dir string) ([]string, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("reading the package: %w", err)
	}
	var names []string
	for _, e := range entries {
		if isSource(e) {
			names = append(names, path.Join(dir, e.Name()))
		}
	}
	if len(names) == 0 {
		return nil, &EmptyError{dir}
	}
	if len(names) > MaxFiles {
		return nil, fmt.Errorf("reading the package: %s holds %d .cob files and at most %d make a package: split it", dir, len(names), MaxFiles)
	}
	slices.Sort(names)
	return names, nil
}

func read(fsys fs.FS, name string, o Options) (string, error) {
	if text, ok := o.Overlay[name]; ok {
		return text, nil
	}
	text, err := fs.ReadFile(fsys, name)
	return string(text), err
}

// name takes the package's name from what most files state, the first one where as
// many state another, and reports the files that differ.
func (m *Module) name() []diag.Diagnostic {
	var ds []diag.Diagnostic
	first := map[string]*syntax.PackageDecl{}
	stated := map[string]int{}
	for _, f := range m.Files {
		switch {
		case syntax.Unread(f.Source.Text): // nobody has looked into it
		case f.Package != nil && f.Package.Broken: // which name is meant has been asked
		case f.Package == nil || !f.Package.Name.Given():
			ds = append(ds, diag.Errorf(CodePackage, f.Source.Span(0, 0), "the file does not say which package it belongs to").
				WithHelp("begin it with `package name`"))
		default:
			name := f.Package.Name.Text
			if stated[name]++; first[name] == nil {
				first[name] = f.Package
			}
			if stated[name] > stated[m.Package] {
				m.Package = name
			}
		}
	}
	for _, f := range m.Files {
		if m.Package == "" && f.Package != nil {
			m.Package = f.Package.Name.Text // the best there is
		}
		if f.Package == nil || f.Package.Broken || !f.Package.Name.Given() || f.Package.Name.Text == m.Package {
			continue
		}
		at := f.Package.Name.At
		ds = append(ds, diag.Errorf(CodePackage, at, "this file says package %s, another one of the same directory says %s", at.Text(), m.Package).
			WithNote(first[m.Package].Name.At, "package %s is named here", m.Package).
			WithFix(at, m.Package))
	}
	return ds
}

func (m *Module) contracts(fsys fs.FS, dir string, o Options) []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, f := range m.Files {
		for _, d := range f.Decls {
			if d, ok := d.(*syntax.UseDecl); ok {
				if c, found := m.contract(fsys, dir, o, d); c != nil {
					m.Contracts = append(m.Contracts, c)
					ds = append(ds, found...)
				}
			}
		}
	}
	slices.SortStableFunc(m.Contracts, func(a, b *Contract) int { return cmp.Compare(a.Name, b.Name) })
	return ds
}

func (m *Module) contract(fsys fs.FS, dir string, o Options, use *syntax.UseDecl) (*Contract, []diag.Diagnostic) {
	file, ok := use.File.Plain()
	if !ok || !use.As.Given() {
		return nil, nil
	}
	if known, ok := o.Contracts[use]; ok && known.qualify == m.Package {
		return known.contract, known.told
	}
	c := &Contract{Name: use.As.Text, Path: file, Use: use}
	var ds []diag.Diagnostic
	c.Contract, ds = contract.Read(contract.Kind(use.Kind.Text), fsys, file, contract.Options{Dir: dir, Prefix: o.Prefix, Overlay: o.Overlay,
		Qualify: m.Package + "." + c.Name, Use: use.File.Span()})
	if o.Contracts != nil {
		o.Contracts[use] = contractRead{c, m.Package, ds}
	}
	return c, ds
}
