package compiler

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/lower"
	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// unit is what a workspace remembers of one package.
type unit struct {
	declared *check.Declared
	resolved []diag.Diagnostic // names declared twice
	imports  []*unit           // all packages that it reaches, each behind those that it imports
	seen     []*check.Declared // what those declared when this package was checked
	named    []string          // what its imports were called
	files    []*syntax.File
	changed  bool // in the last check, or something that it reaches
	known    map[syntax.Decl]*check.Body
	order    []syntax.Decl // that the bodies are of
	bodies   []*check.Body
	made     *check.Program // what whole gives, declared and bodies; nil when not yet made
}

// checkUnit checks what has changed in a package and says all that is wrong with it. The
// packages that it imports have been checked.
func (w *Workspace) checkUnit(u *unit, m *module.Module, units map[string]*unit, exact bool) []diag.Diagnostic {
	var imports []*unit
	var seen []*check.Declared
	for _, x := range m.Order() {
		if x != m {
			imports, seen = append(imports, units[x.Dir]), append(seen, units[x.Dir].declared)
		}
	}
	var named []string
	for _, i := range m.Imports {
		named = append(named, i.Name)
	}
	u.changed = !slices.Equal(m.Files, u.files) || slices.ContainsFunc(imports, func(x *unit) bool { return x.changed })
	same := u.declared != nil && slices.Equal(seen, u.seen) && slices.Equal(named, u.named)
	u.imports, u.seen, u.named, u.files = imports, seen, named, m.Files
	if !same || !u.declared.Again(m) || exact && !u.declared.Stands() {
		var infos []*resolve.Info
		var programs []*check.Program
		for _, x := range imports {
			p := x.whole()
			infos, programs = append(infos, p.Info), append(programs, p)
		}
		info, found := resolve.Resolve(m, infos...)
		u.declared, u.resolved = check.Declare(m, info, w.options.Each, programs...), found
		u.known, u.order, u.changed = nil, nil, true
	}
	w.checkBodies(u, exact)
	if u.changed {
		u.made = nil
	}
	return slices.Concat(u.resolved, u.declared.Diagnostics(u.bodies))
}

// checkBodies gives the bodies in their order, and checks those that are not
// known. Tests come last, because they may name what stands in the others.
func (w *Workspace) checkBodies(u *unit, exact bool) {
	decls := u.declared.Bodies()
	bodies := make([]*check.Body, len(decls))
	var todo, tests []int
	for i, d := range decls {
		var b *check.Body
		if i < len(u.order) && u.order[i] == d {
			b = u.bodies[i]
		} else {
			b = u.known[d]
		}
		_, test := d.(*syntax.TestDecl)
		switch stale := b == nil || exact && !b.Stands(); {
		case test && (stale || b.Looked() && u.changed):
			tests = append(tests, i)
		case stale:
			todo = append(todo, i)
		}
		bodies[i] = b
	}
	w.each(len(todo), func(n int) { bodies[todo[n]] = u.declared.Body(decls[todo[n]], nil) })
	if len(tests) > 0 {
		flows := w.flowsOf(u, decls, bodies)
		w.each(len(tests), func(n int) { bodies[tests[n]] = u.declared.Body(decls[tests[n]], flows) })
		todo = append(todo, tests...)
	}
	u.changed = u.changed || len(todo) > 0
	if u.known == nil || len(u.known) > 2*len(decls)+spareBodies {
		u.known = make(map[syntax.Decl]*check.Body, len(decls))
		for i, d := range decls {
			u.known[d] = bodies[i]
		}
	}
	for _, i := range todo {
		u.known[decls[i]] = bodies[i]
	}
	u.order, u.bodies = decls, bodies
}

// flowsOf tells tests the steps of processes and routes; nil where there are
// mistakes, because what is wrong has no steps.
func (w *Workspace) flowsOf(u *unit, decls []syntax.Decl, bodies []*check.Body) check.Flows {
	var flows []*check.Body
	for i, d := range decls {
		if _, test := d.(*syntax.TestDecl); !test {
			flows = append(flows, bodies[i])
		}
	}
	if w.wrong || anyError(u.resolved) || !u.declared.Sound(flows) {
		return nil
	}
	program := u.programOf(flows)
	return func(name string) ([]plan.Step, bool) { return lower.Steps(program, name) }
}

func anyError(ds []diag.Diagnostic) bool {
	return slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })
}

// spareBodies is how many bodies of earlier texts are kept at least before they are forgotten.
const spareBodies = 256

// program is what the checker knows, without the notes about names of the bodies.
func (u *unit) program() *check.Program { return u.programOf(u.bodies) }

// programOf is program with these bodies.
func (u *unit) programOf(bodies []*check.Body) *check.Program {
	p := u.declared.Program(bodies)
	p.Imports = nil
	for _, x := range u.imports {
		p.Imports = append(p.Imports, x.whole())
	}
	return p
}

// whole is what the checker knows.
func (u *unit) whole() *check.Program {
	if u.made == nil {
		p := u.program()
		info := *p.Info
		info.Notes = u.declared.Notes(u.bodies)
		p.Info = &info
		u.made = p
	}
	return u.made
}

// imported leaves out what is no news about a package that another one imports.
func imported(ds []diag.Diagnostic) []diag.Diagnostic { return slices.DeleteFunc(ds, Unneeded) }

// Unneeded says whether a diagnostic is about a declaration that its own package
// offers to others and does not use.
func Unneeded(d diag.Diagnostic) bool {
	return d.Code == resolve.CodeUnneeded && !strings.HasPrefix(d.Primary.Text(), "_")
}
