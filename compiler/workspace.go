package compiler

import (
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/lint"
	"github.com/cob-lang/cob/compiler/lower"
	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/stdlib"
)

// Workspace checks and compiles a package and what it imports again and again, as
// an editor does. It remembers by content: a declaration whose text has not changed is not parsed again;
// while only bodies of processes, routes and tests change nothing but those is
// checked again. What it gives is what Compile gives for the same files. What it
// gave before is no longer right after the next call. Not for use by several goroutines at once.
type Workspace struct {
	options Options
	files   files
	trees   syntax.Trees
	read    module.Contracts

	units   map[string]*unit   // by the directory of the package
	remarks map[string]remarks // of lint, by path
	linted  *check.Declared    // what the remarks are about
	circles lint.Circles
	wrong   bool // an error was found in this check so far
}

// NewWorkspace prepares a workspace for the package that the options name. Nothing
// is read before it is needed. Errors: options that cannot be used.
func NewWorkspace(fsys fs.FS, o Options) (*Workspace, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o.Dir == "" {
		o.Dir = "."
	}
	w := &Workspace{options: o, files: files{fsys: fsys, texts: map[string]string{}, lists: map[string][]fs.DirEntry{}},
		trees: syntax.Trees{Each: o.Each}, read: module.Contracts{}, units: map[string]*unit{}}
	for name, text := range o.Overlay {
		w.files.texts[name] = text
	}
	return w, nil
}

// Turn goes on to another package of the same file system: its directory, and what
// stands before the paths of its files. What is known of the packages that both
// import stays known.
func (w *Workspace) Turn(dir, prefix string) { w.options.Dir, w.options.Prefix = dir, prefix }

// Edit gives a file, by its path in the file system, the text that an editor holds.
func (w *Workspace) Edit(name, text string) {
	w.files.texts[name] = text
	w.changed(name)
}

func (w *Workspace) changed(name string) {
	if path.Ext(name) != ".cob" {
		clear(w.read)
	}
}

// Reread says that files have changed on the disk: they and the lists of their directories are read
// again. Without names everything is; an edited file is then what the disk says.
func (w *Workspace) Reread(names ...string) {
	if len(names) == 0 {
		clear(w.files.texts)
		clear(w.files.lists)
		clear(w.read)
	}
	for _, name := range names {
		delete(w.files.texts, name)
		for dir := path.Dir(name); ; dir = path.Dir(dir) { // a directory may have come with it
			delete(w.files.lists, dir)
			if dir == "." || dir == "/" {
				break
			}
		}
		w.changed(name)
	}
}

// Checked is what is known after checking.
type Checked struct {
	Diagnostics []diag.Diagnostic // by place
	Files       []*syntax.File    // by path

	unit *unit
	// flows says that what is no test has no error.
	flows bool
}

// Failed says whether one of the diagnostics is an error.
func (c *Checked) Failed() bool {
	return anyError(c.Diagnostics)
}

// Program is what the checker knows, also of a package with errors. Places in
// the texts of expressions may be those of an earlier check.
func (c *Checked) Program() *check.Program { return c.unit.whole() }

// Outline is the Program without the notes about names of its bodies, which is
// quickly made.
func (c *Checked) Outline() *check.Program {
	if c.unit.made != nil {
		return c.unit.made
	}
	return c.unit.program()
}

// Declared is what the declarations of the package say, and the same one as
// before while they say the same.
func (c *Checked) Declared() *check.Declared { return c.unit.declared }

// Bodies are the checked bodies, in the order of Declared. One that has not changed
// is the same as before.
func (c *Checked) Bodies() []*check.Body { return c.unit.bodies }

// Check gives what is wrong with the package as it is now. Errors: as of Compile.
func (w *Workspace) Check() (*Checked, error) { return w.check(false) }

// Compile makes the plan as well.
func (w *Workspace) Compile() (*Result, error) {
	c, err := w.check(true)
	if err != nil {
		return nil, err
	}
	r := &Result{Diagnostics: c.Diagnostics, Files: c.Files, Program: c.Program()}
	for _, p := range append(r.Program.Imports, r.Program) {
		if !p.Module.Std() {
			r.Dirs = append(r.Dirs, p.Module.Dir)
		}
	}
	if !c.flows {
		return r, nil
	}
	var suite *plan.Suite
	if r.Plan, suite = lower.Lower(r.Program, w.options.Each); c.Failed() {
		return r, nil
	}
	r.Suite = suite
	if r.Encoded, err = plan.Encode(r.Plan); err != nil {
		return nil, err
	}
	r.Digest = plan.Digest(r.Encoded)
	return r, nil
}

// check checks what has changed. When it is to be exact, also what moved counts
// as changed, because a plan names lines.
func (w *Workspace) check(exact bool) (*Checked, error) {
	m, ds, err := module.Load(&w.files, w.options.Dir, module.Options{Prefix: w.options.Prefix, Overlay: w.files.texts, Std: stdlib.Files,
		Trees: &w.trees, Contracts: w.read})
	if err != nil {
		return nil, err
	}
	w.wrong = anyError(ds)
	order := m.Order()
	units := make(map[string]*unit, len(order))
	for _, x := range order {
		u := w.units[x.Dir]
		if u == nil {
			u = &unit{}
		}
		units[x.Dir] = u
		found := w.checkUnit(u, x, units, exact)
		if x.Partial {
			found = slices.DeleteFunc(found, mayStandElsewhere)
		}
		w.wrong = w.wrong || anyError(found)
		if x != m {
			found = imported(found)
		}
		ds = append(ds, found...)
	}
	maps.Copy(w.units, units)
	c := &Checked{Files: m.Files, Diagnostics: ds, unit: units[m.Dir]}
	if c.flows = !errorOutsideTests(m, c.Diagnostics); c.flows {
		found := migrations(c.unit)
		c.Diagnostics, c.flows = append(c.Diagnostics, found...), !anyError(found)
	}
	if !c.Failed() {
		c.Diagnostics = append(c.Diagnostics, w.lint(m, c.unit)...)
	}
	diag.Sort(c.Diagnostics)
	return c, nil
}

// errorOutsideTests says whether an error lies in anything but a test block of a
// package or of one that it imports.
func errorOutsideTests(m *module.Module, ds []diag.Diagnostic) bool {
	for _, d := range ds {
		if d.Severity == diag.Error && !inTest(m, d.Primary) {
			return true
		}
	}
	return false
}

func inTest(m *module.Module, at source.Span) bool {
	for _, x := range m.Order() {
		for _, f := range x.Files {
			if f.Source != at.File() {
				continue
			}
			return slices.ContainsFunc(f.Decls, func(d syntax.Decl) bool {
				_, test := d.(*syntax.TestDecl)
				return test && d.Span().Start() <= at.Start() && at.End() <= d.Span().End()
			})
		}
	}
	return false
}

// mayStandElsewhere says whether a diagnostic follows from a file that could not be
// read: what it declares is unknown, what it uses seems unused.
func mayStandElsewhere(d diag.Diagnostic) bool {
	switch d.Code {
	case resolve.CodeUnknown, resolve.CodeUnneeded, resolve.CodeUnusedImport, check.CodeFunction:
		return true
	}
	return false
}

func (w *Workspace) each(n int, do func(int)) {
	if w.options.Each != nil && n > 1 {
		w.options.Each(n, do)
		return
	}
	for i := range n {
		do(i)
	}
}

// remarks are those of lint about one file.
type remarks struct {
	file  *syntax.File
	decls []syntax.Decl
	of    [][]diag.Diagnostic // of each declaration
	all   []diag.Diagnostic
}

// lint gives the remarks about a package without errors.
func (w *Workspace) lint(m *module.Module, u *unit) []diag.Diagnostic {
	program := u.program()
	if w.linted != u.declared {
		w.linted, w.remarks, w.circles = u.declared, nil, lint.Circles{}
	}
	ds := lint.Package(program, &w.circles)
	var todo []*syntax.File
	for _, f := range m.Files {
		if w.remarks[f.Source.Path].file != f {
			todo = append(todo, f)
		}
	}
	found := make([]remarks, len(todo))
	w.each(len(todo), func(n int) { found[n] = w.lintFile(program, u, todo[n]) })
	if w.remarks == nil {
		w.remarks = make(map[string]remarks, len(m.Files))
	}
	for n, f := range todo {
		w.remarks[f.Source.Path] = found[n]
	}
	for _, f := range m.Files {
		ds = append(ds, w.remarks[f.Source.Path].all...)
	}
	return ds
}

// lintFile reads the declarations of a file that it has not read before.
func (w *Workspace) lintFile(p *check.Program, u *unit, f *syntax.File) remarks {
	old, now := w.remarks[f.Source.Path], remarks{file: f}
	for _, d := range f.Decls {
		var found []diag.Diagnostic
		if i := slices.Index(old.decls, d); i >= 0 {
			found = old.of[i]
		} else if b := u.known[d]; b != nil {
			found = lint.Declaration(p, d, b.Facts())
		} else {
			found = lint.Declaration(p, d, nil)
		}
		now.decls, now.of, now.all = append(now.decls, d), append(now.of, found), append(now.all, found...)
	}
	return now
}
