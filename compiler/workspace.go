package compiler

import (
	"io/fs"
	"path"
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/lint"
	"github.com/cob-lang/cob/compiler/lower"
	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// Workspace checks and compiles a package again and again, as an editor does. It
// remembers by content: a declaration whose text has not changed is not parsed again;
// while only bodies of processes, routes and tests change nothing but those is
// checked again. What it gives is what Compile gives for the same files. What it
// gave before is no longer right after the next call. Not for use by several goroutines at once.
type Workspace struct {
	options Options
	files   files
	trees   syntax.Trees
	read    module.Contracts

	declared *check.Declared
	resolved []diag.Diagnostic // names declared twice
	bodies   map[syntax.Decl]*check.Body
	remarks  map[syntax.Decl][]diag.Diagnostic // of lint
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
		trees: syntax.Trees{Each: o.Each}, read: module.Contracts{}}
	for name, text := range o.Overlay {
		w.files.texts[name] = text
	}
	return w, nil
}

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
		delete(w.files.lists, path.Dir(name))
		w.changed(name)
	}
}

// Checked is what is known after checking.
type Checked struct {
	Diagnostics []diag.Diagnostic // by place
	Files       []*syntax.File    // by path

	declared *check.Declared
	bodies   []*check.Body
}

// Failed says whether one of the diagnostics is an error.
func (c *Checked) Failed() bool {
	return slices.ContainsFunc(c.Diagnostics, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
}

// Program is what the checker knows, also of a package with errors. Places in
// the texts of expressions may be those of an earlier check.
func (c *Checked) Program() *check.Program {
	p := c.declared.Program(c.bodies)
	info := *p.Info
	info.Notes = c.declared.Notes(c.bodies)
	p.Info = &info
	return p
}

// Check gives what is wrong with the package as it is now. Errors: as of Compile.
func (w *Workspace) Check() (*Checked, error) { return w.check(false) }

// Compile makes the plan as well.
func (w *Workspace) Compile() (*Result, error) {
	c, err := w.check(true)
	if err != nil {
		return nil, err
	}
	r := &Result{Diagnostics: c.Diagnostics, Files: c.Files, Program: c.Program()}
	if c.Failed() {
		return r, nil
	}
	r.Plan, r.Suite = lower.Lower(r.Program)
	if r.Encoded, err = plan.Encode(r.Plan); err != nil {
		return nil, err
	}
	r.Digest = plan.Digest(r.Encoded)
	return r, nil
}

// check checks what has changed. When it is to be exact, also what moved counts
// as changed, because a plan names lines.
func (w *Workspace) check(exact bool) (*Checked, error) {
	m, ds, err := module.Load(&w.files, w.options.Dir, module.Options{Prefix: w.options.Prefix, Overlay: w.files.texts, Trees: &w.trees, Contracts: w.read})
	if err != nil {
		return nil, err
	}
	if w.declared == nil || !w.declared.Again(m) || exact && !w.declared.Stands() {
		info, found := resolve.Resolve(m)
		w.declared, w.resolved = check.Declare(m, info), found
		w.bodies, w.remarks = nil, nil
	}
	bodies := w.checkBodies(exact)
	c := &Checked{Files: m.Files, declared: w.declared, bodies: bodies}
	c.Diagnostics = slices.Concat(ds, w.resolved, w.declared.Diagnostics(bodies))
	if !c.Failed() {
		c.Diagnostics = append(c.Diagnostics, w.lint(m, bodies)...)
	}
	diag.Sort(c.Diagnostics)
	return c, nil
}

// checkBodies gives the bodies in their order, and checks those that are not known.
func (w *Workspace) checkBodies(exact bool) []*check.Body {
	decls := w.declared.Bodies()
	bodies := make([]*check.Body, len(decls))
	known := make(map[syntax.Decl]*check.Body, len(decls))
	var todo []int
	for i, d := range decls {
		b := w.bodies[d]
		if b == nil || exact && !b.Stands() {
			todo = append(todo, i)
		}
		bodies[i] = b
	}
	w.each(len(todo), func(n int) { bodies[todo[n]] = w.declared.Body(decls[todo[n]]) })
	for i, d := range decls {
		known[d] = bodies[i]
	}
	w.bodies = known
	return bodies
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

// lint gives the remarks about a package without errors.
func (w *Workspace) lint(m *module.Module, bodies []*check.Body) []diag.Diagnostic {
	program := w.declared.Program(bodies)
	ds := lint.Package(program)
	var todo []syntax.Decl
	known := make(map[syntax.Decl][]diag.Diagnostic, len(w.remarks))
	for _, f := range m.Files {
		for _, d := range f.Decls {
			if found, ok := w.remarks[d]; ok {
				known[d] = found
			} else {
				todo = append(todo, d)
			}
		}
	}
	found := make([][]diag.Diagnostic, len(todo))
	w.each(len(todo), func(n int) {
		var facts *check.Facts
		if b := w.bodies[todo[n]]; b != nil {
			facts = b.Facts()
		}
		found[n] = lint.Declaration(program, todo[n], facts)
	})
	for n, d := range todo {
		known[d] = found[n]
	}
	for _, f := range m.Files {
		for _, d := range f.Decls {
			ds = append(ds, known[d]...)
		}
	}
	w.remarks = known
	return ds
}
