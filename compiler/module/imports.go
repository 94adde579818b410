package module

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// MaxPackages bounds the packages of one program: the one that is compiled and
// all that it imports.
const MaxPackages = 1_000

// StdPath is what the paths of the standard library begin with.
const StdPath = "std/"

// Import is one import of a package.
type Import struct {
	Decl *syntax.ImportDecl
	// Name is what the importing package calls it: the name after `as`, else the
	// one that the imported package gives itself.
	Name string
	At   source.Span // of the name after `as`, else of the path
	// Module is the imported package; nil where it could not be read, which has
	// been said.
	Module *Module
}

// Std says whether the package is one of the standard library.
func (m *Module) Std() bool { return strings.HasPrefix(m.Dir, StdPath) }

// Order gives the packages of a program, every one behind those that it
// imports: the root comes last. The order is the same for the same files.
func (m *Module) Order() []*Module {
	var out []*Module
	seen := map[*Module]bool{}
	var visit func(*Module)
	visit = func(m *Module) {
		if m == nil || seen[m] {
			return
		}
		seen[m] = true
		for _, i := range m.Imports {
			visit(i.Module)
		}
		out = append(out, m)
	}
	visit(m)
	return out
}

// loader reads the packages of a program.
type loader struct {
	fsys    fs.FS
	options Options
	root    string             // directory of the package that is compiled
	modules map[string]*Module // by Dir; nil for those that cannot be read
	open    []step             // the way from the root to the package being read
	ds      []diag.Diagnostic
}

// step is one import on the way to a package.
type step struct {
	dir  string
	decl *syntax.ImportDecl // by which the next package is reached
}

// load reads the package in a directory and what it imports.
func (l *loader) load(dir string) (*Module, error) {
	m := &Module{Dir: dir, Prefix: l.prefix(dir)}
	fsys, at := l.place(dir)
	if err := l.one(m, fsys, at); err != nil {
		return nil, err
	}
	l.modules[dir] = m
	// A link to a directory above would never end; oneName tells of it.
	endless := slices.ContainsFunc(l.open, func(s step) bool { return m.Package != "" && l.name(s.dir) == m.Package })
	for _, f := range m.Files {
		for _, d := range f.Decls {
			if d, ok := d.(*syntax.ImportDecl); ok && endless {
				m.Imports = append(m.Imports, &Import{Decl: d, Name: d.As.Text, At: d.Span()})
			} else if ok {
				l.follow(m, d)
			}
		}
	}
	return m, nil
}

// place is where the files of a package are.
func (l *loader) place(dir string) (fs.FS, string) {
	if name, ok := strings.CutPrefix(dir, StdPath); ok && l.options.Std != nil {
		return l.options.Std, name
	}
	return l.fsys, dir
}

// prefix is what stands before the names of a package's files in diagnostics:
// the way from the package that is compiled.
func (l *loader) prefix(dir string) string {
	switch {
	case dir == l.root:
		return l.options.Prefix
	case strings.HasPrefix(dir, StdPath):
		return dir + "/"
	}
	if p := path.Join(l.options.Prefix, relative(l.root, dir)); p != "." {
		return p + "/"
	}
	return ""
}

// relative is the way from one directory to another of the same file system.
func relative(from, to string) string {
	a, b := parts(from), parts(to)
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	return path.Join(strings.Repeat("../", len(a)-same), strings.Join(b[same:], "/"))
}

func parts(dir string) []string {
	if dir == "." {
		return nil
	}
	return strings.Split(dir, "/")
}

// From is the way to the package from another one, as an import would say it:
// "../customers", "std/retry"; "" for the package itself.
func (m *Module) From(other *Module) string {
	switch {
	case m.Dir == other.Dir:
		return ""
	case m.Std():
		return m.Dir
	}
	r := relative(other.Dir, m.Dir)
	if !strings.HasPrefix(r, "../") && r != ".." {
		r = "./" + r
	}
	return r
}

// follow reads what an import names and notes it in the importing package.
func (l *loader) follow(m *Module, d *syntax.ImportDecl) {
	if d.Broken || d.Path == nil {
		return
	}
	i := &Import{Decl: d, Name: d.As.Text, At: d.As.At}
	if !d.As.Given() {
		i.At = d.Path.Span()
	}
	if dir, ok := l.target(m, d); ok {
		l.open = append(l.open, step{m.Dir, d})
		i.Module = l.imported(dir, d)
		l.open = l.open[:len(l.open)-1]
		if i.Name == "" {
			i.Name = l.name(dir)
		}
	}
	if i.Name == "" {
		i.Name = lastName(d)
	}
	m.Imports = append(m.Imports, i)
}

// lastName is what the author of a path that leads nowhere most likely calls it.
func lastName(d *syntax.ImportDecl) string {
	p, _ := d.Path.Plain()
	return path.Base(p)
}

// imported gives the package in a directory, read before or now; nil when it
// cannot be had.
func (l *loader) imported(dir string, d *syntax.ImportDecl) *Module {
	if i := slices.IndexFunc(l.open, func(s step) bool { return s.dir == dir }); i >= 0 {
		l.cycle(l.open[i:])
		return nil
	}
	if m, known := l.modules[dir]; known {
		return m
	}
	if len(l.modules) >= MaxPackages {
		l.ds = append(l.ds, diag.Errorf(CodeImport, d.Path.Span(), "a program has at most %d packages", MaxPackages))
		return nil
	}
	m, err := l.load(dir)
	if err != nil {
		l.modules[dir] = nil
		l.ds = append(l.ds, l.nowhere(dir, d, err))
		return nil
	}
	return m
}

// cycle reports imports that lead back to where they came from, with the whole
// way round.
func (l *loader) cycle(way []step) {
	last := way[len(way)-1]
	names := make([]string, 0, len(way)+1)
	for _, s := range way {
		names = append(names, l.name(s.dir))
	}
	names = append(names, l.name(way[0].dir))
	d := diag.Errorf(CodeCycle, last.decl.Path.Span(), "packages import each other in a circle: %s", strings.Join(names, " -> "))
	if len(way) == 1 {
		d.Message = fmt.Sprintf("the package %s imports itself", names[0])
	}
	for i, s := range way[:len(way)-1] {
		d = d.WithNote(s.decl.Path.Span(), "%s imports %s here", names[i], names[i+1])
	}
	l.ds = append(l.ds, d.WithHelp("put what both need into a third package that imports neither"))
}

// name is what a package that has been read is called.
func (l *loader) name(dir string) string {
	if m := l.modules[dir]; m != nil && m.Package != "" {
		return m.Package
	}
	return path.Base(dir)
}

// target is the directory that an import names, or a diagnostic.
func (l *loader) target(m *Module, d *syntax.ImportDecl) (string, bool) {
	at := d.Path.Span()
	p, ok := d.Path.Plain()
	switch {
	case !ok:
		l.ds = append(l.ds, diag.Errorf(CodePath, at, "the path of an import is a plain text").WithHelp("packages are known before anything runs"))
		return "", false
	case strings.HasPrefix(p, StdPath):
		if std := path.Clean(p); l.options.Std != nil && std == p && fs.ValidPath(p) {
			return p, true
		}
		l.ds = append(l.ds, diag.Errorf(CodePath, at, "%s is no path in the standard library", p).WithHelp(`write "std/NAME"`))
		return "", false
	case p != "." && p != ".." && !strings.HasPrefix(p, "./") && !strings.HasPrefix(p, "../"):
		l.ds = append(l.ds, l.elsewhere(m, d, p))
		return "", false
	case strings.ContainsAny(p, "\\\x00"):
		l.ds = append(l.ds, diag.Errorf(CodePath, at, "the parts of a path are separated by /"))
		return "", false
	}
	if m.Std() {
		l.ds = append(l.ds, diag.Errorf(CodePath, at, "a package of the standard library imports others by their path there").WithHelp(`write "std/NAME"`))
		return "", false
	}
	dir := path.Join(m.Dir, p)
	if dir == ".." || strings.HasPrefix(dir, "../") {
		l.ds = append(l.ds, diag.Errorf(CodePath, at, "%s leads out of the workspace", p).
			WithHelp("the workspace is the repository: the nearest directory above that holds .git or cob.work; put the package in there"))
		return "", false
	}
	return dir, true
}

// elsewhere reports a path that begins with a name: paths are relative, so that
// nothing has to be configured to find a package.
func (l *loader) elsewhere(m *Module, d *syntax.ImportDecl, p string) diag.Diagnostic {
	bad := diag.Errorf(CodePath, d.Path.Span(), "%q is no path of a package", p).
		WithHelp(`a path begins with "./" or "../", or with "std/" for the standard library`)
	for _, guess := range []string{"./" + p, "../" + p, StdPath + p} {
		if !fs.ValidPath(p) {
			break
		}
		dir := path.Join(m.Dir, guess)
		if strings.HasPrefix(guess, StdPath) {
			dir = guess
		}
		if fsys, at := l.place(dir); fs.ValidPath(at) && hasPackage(fsys, at) {
			return bad.WithHelp("did you mean %q?", guess).WithFix(d.Path.Span(), fmt.Sprintf("%q", guess))
		}
	}
	return bad
}

func hasPackage(fsys fs.FS, dir string) bool {
	_, err := list(fsys, dir)
	return err == nil
}

// nowhere reports an import of a directory that cannot be read as a package.
func (l *loader) nowhere(dir string, decl *syntax.ImportDecl, err error) diag.Diagnostic {
	p, _ := decl.Path.Plain()
	d := diag.Errorf(CodeImport, decl.Path.Span(), "there is no package %s", p)
	var empty *EmptyError
	switch {
	case errors.As(err, &empty):
		d = d.WithLabel("this directory holds no .cob file")
	case errors.Is(err, fs.ErrNotExist):
		d = d.WithLabel("no such directory")
	case errors.Is(err, fs.ErrPermission):
		d.Message = fmt.Sprintf("the package %s cannot be read", p)
		return d.WithLabel("permission denied").WithHelp("let the one who runs cob read the directory and its files")
	default:
		d.Message = fmt.Sprintf("the package %s cannot be read", p)
		var failed *fs.PathError
		if errors.As(err, &failed) {
			err = failed.Err // the name has been said
		}
		return d.WithLabel("%v", err)
	}
	if near := diag.Suggest(path.Base(dir), l.siblings(dir)); near != "" {
		written := strings.TrimSuffix(p, path.Base(p)) + near
		return d.WithGuess(decl.Path.Span(), strconv.Quote(p), strconv.Quote(written))
	}
	if names := l.siblings(dir); len(names) > 0 && len(names) <= maxListed {
		return d.WithHelp("beside it there is %s", strings.Join(names, ", "))
	}
	return d.WithHelp("a package is a directory that holds .cob files; the path is relative to the directory of this file")
}

// maxListed is how many packages a diagnostic lists.
const maxListed = 20

// siblings are the packages beside a directory, by name.
func (l *loader) siblings(dir string) []string {
	fsys, at := l.place(dir)
	entries, err := fs.ReadDir(fsys, path.Dir(at))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if other := path.Join(path.Dir(at), e.Name()); e.IsDir() && other != at && hasPackage(fsys, other) {
			names = append(names, e.Name())
		}
	}
	return names
}

// oneName reports packages of a program that have the same name: in a plan a
// declaration is known by the name of its package and its own.
func (l *loader) oneName(root *Module) {
	first := map[string]*Module{}
	for _, m := range slices.Backward(root.Order()) {
		if m.Package == "" {
			continue
		}
		other := first[m.Package]
		if other == nil {
			first[m.Package] = m
			continue
		}
		if m.Std() {
			m, other = other, m
		}
		l.ds = append(l.ds, diag.Errorf(CodeSameName, m.named(), "two packages of this program are named %s", m.Package).
			WithNote(other.named(), "the other one").
			WithHelp("a name in a plan begins with that of its package: give one of the two another name"))
	}
}

// named is where the package says its name.
func (m *Module) named() source.Span {
	for _, f := range m.Files {
		if f.Package != nil && f.Package.Name.Given() {
			return f.Package.Name.At
		}
	}
	return source.Span{}
}
