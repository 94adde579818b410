package check

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// Declared is what the declarations of a package say to each other: everything
// but what stands in the bodies of processes, routes, patterns, windows, schedules
// and tests. A body depends on nothing else.
type Declared struct {
	c     *checker
	told  []diag.Diagnostic
	notes resolve.Notes
	used  []int32 // symbols, by number
	// surveyed are the last answers of the policies' survey, and the question.
	surveyed struct {
		called []labelSet
		told   []diag.Diagnostic
	}
	heads [][]head // of each file
	every []syntax.Decl
	// bodies are those of every that can be checked; nil when that has to be looked at.
	bodies []syntax.Decl
}

// Body is what checking one body gave.
type Body struct {
	Decl     syntax.Decl // a process, a route, a pattern, a window, a schedule or a test
	told     []diag.Diagnostic
	unread   []diag.Diagnostic
	notes    resolve.Notes
	used     []int32    // symbols, by number
	called   []labelSet // what its calls send
	process  *Process
	route    *Route
	pattern  *plan.Pattern
	window   *plan.Window
	schedule *Schedule
	tests    []plan.Test
	settings []plan.Setting
	looked   bool
	line     int // at which its places were noted
}

// Facts are what is known about the statements of the body.
func (b *Body) Facts() *Facts {
	switch {
	case b.process != nil:
		return b.process.Facts
	case b.route != nil:
		return b.route.Facts
	case b.schedule != nil:
		return b.schedule.Facts
	}
	return nil
}

// Notes are what is known about the names of the body.
func (b *Body) Notes() *resolve.Notes { return &b.notes }

// Declare checks the declarations of a resolved package that reaches the imported
// ones. Those that need nothing of each other are checked with each; nil means one
// after the other. What is found is the same.
func Declare(m *module.Module, info *resolve.Info, each Each, imported ...*Program) *Declared {
	if each == nil {
		each = InTurn
	}
	c := &checker{pkg: m.Package, each: each, unread: unreadOf(m), setting: map[string]bool{}, rulings: &rulings{known: map[ruling]plan.Candidate{}},
		Program: &Program{Module: m, Info: info, Imports: imported, samples: map[syntax.Expr]*expression.Tree{}, heads: map[string]*Process{}}}
	for _, pass := range []func(){c.declareLabels, c.declareTypes, c.declareClouds, c.declareSettingsOnly,
		c.declarePolicies, c.declareConnectors, c.declareEndpoints, c.declareChannels, c.declareProcesses, c.declareTenants, c.declarePartners,
		c.declareMigrations, c.declareRollouts, c.declareBreaches, c.checkSamples} {
		pass()
	}
	c.sort()
	for _, f := range m.Files {
		if slices.ContainsFunc(f.Decls, func(x syntax.Decl) bool { _, test := x.(*syntax.TestDecl); return test }) {
			c.guarded() // once, and not in each test
			break
		}
	}
	return &Declared{c: c, told: c.ds.Sorted(), notes: info.Notes, used: info.Used(), heads: headsOf(m), every: c.everyBody()}
}

// Bodies are the processes, the routes, the patterns, the windows and the schedules
// by name, and the tests in the order of the text: those without mistakes of syntax.
func (d *Declared) Bodies() []syntax.Decl {
	if d.bodies == nil {
		d.bodies = make([]syntax.Decl, 0, len(d.every))
		for _, x := range d.every {
			if !x.Head().Broken {
				d.bodies = append(d.bodies, x)
			}
		}
	}
	return d.bodies
}

// everyBody gives the Bodies and those with mistakes of syntax among them.
func (c *checker) everyBody() []syntax.Decl {
	var out []syntax.Decl
	for _, kind := range []resolve.Kind{resolve.Process, resolve.Route, resolve.Pattern, resolve.Window, resolve.Schedule} {
		for _, s := range c.Info.Of(kind) {
			out = append(out, s.Decl)
		}
	}
	for _, file := range c.Module.Files {
		for _, x := range file.Decls {
			if t, ok := x.(*syntax.TestDecl); ok {
				out = append(out, t)
			}
		}
	}
	return out
}

// Body checks one of the Bodies. Several may be checked at the same time. A test
// asks flows for the steps that it names; nil knows none.
func (d *Declared) Body(decl syntax.Decl, flows Flows) *Body {
	at := decl.Span()
	c := d.c.apart(at.End() - at.Start())
	c.flows, c.later, c.once = flows, letsOf(decl), onceOf(decl)
	b := &Body{Decl: decl, line: at.From().Line}
	switch decl := decl.(type) {
	case *syntax.ProcessDecl:
		p := *c.heads[c.qualified(decl.Name.Text)]
		p.Decl, p.Facts = decl, &c.Facts
		c.settled(func(grown map[source.Span]labelSet) bool { return c.processBody(&p, grown) })
		c.migrate(&p)
		b.process = &p
	case *syntax.RouteDecl:
		r := &Route{Decl: decl, Name: c.qualified(decl.Name.Text), Facts: &c.Facts}
		c.settled(func(grown map[source.Span]labelSet) bool { return c.routeBody(decl, r, grown) })
		b.route = r
	case *syntax.PatternDecl:
		b.pattern = c.pattern(decl)
	case *syntax.WindowDecl:
		b.window = c.window(decl)
	case *syntax.ScheduleDecl:
		s := &Schedule{Decl: decl, Facts: &c.Facts}
		c.settled(func(grown map[source.Span]labelSet) bool { return c.schedule(decl, s, grown) })
		b.schedule = s
	case *syntax.TestDecl:
		c.test(decl)
	}
	b.told = gathered(c.ds.Sorted(), unknownVariable)
	b.notes, b.unread, b.used = c.Info.Notes, c.Info.Unread(), c.Info.Used()
	b.looked = c.looked
	b.tests, b.settings = c.Tests, c.Settings
	for _, call := range c.Calls {
		b.called = append(b.called, c.labels.of(call.Labels))
	}
	slices.Sort(b.called)
	b.called = slices.Compact(b.called)
	return b
}

// Sound says whether neither the declarations nor the bodies have a mistake.
func (d *Declared) Sound(bodies []*Body) bool {
	wrong := func(ds []diag.Diagnostic) bool {
		return slices.ContainsFunc(ds, func(x diag.Diagnostic) bool { return x.Severity == diag.Error })
	}
	return !d.c.broken() && !d.c.lost() && !wrong(d.told) && !slices.ContainsFunc(bodies, func(b *Body) bool { return wrong(b.told) })
}

// Program puts the declarations and the bodies, in the order of Bodies, together.
// Its Info has no Notes of them.
func (d *Declared) Program(bodies []*Body) *Program {
	c := *d.c
	program := *c.Program
	c.Program, c.setting = &program, maps.Clone(c.setting)
	program.Settings = slices.Clip(program.Settings)
	for _, b := range bodies {
		for _, s := range b.settings {
			c.need(s)
		}
		program.Tests = append(program.Tests, b.tests...)
		if b.process != nil {
			program.Processes = append(program.Processes, b.process)
		}
		if b.route != nil {
			program.Routes = append(program.Routes, b.route)
		}
		if b.pattern != nil {
			program.Patterns = append(program.Patterns, *b.pattern)
		}
		if b.window != nil {
			program.Windows = append(program.Windows, *b.window)
		}
		if b.schedule != nil {
			program.Schedules = append(program.Schedules, b.schedule)
		}
	}
	slices.SortStableFunc(program.Settings, func(a, b plan.Setting) int { return cmp.Compare(a.Name, b.Name) })
	return &program
}

// Notes are what is known about the names of the declarations and the bodies.
func (d *Declared) Notes(bodies []*Body) resolve.Notes {
	uses := len(d.notes.Uses)
	for _, b := range bodies {
		uses += len(b.notes.Uses)
	}
	all := resolve.Notes{Uses: make([]resolve.Use, 0, uses)}
	all.Add(&d.notes)
	for _, b := range bodies {
		all.Add(&b.notes)
	}
	return all
}

// Diagnostics are all that is wrong, by place.
func (d *Declared) Diagnostics(bodies []*Body) []diag.Diagnostic {
	c := *d.c
	c.ds = diag.List{}
	c.ds.Add(d.told...)
	titles := map[string]bool{}
	used, called := [][]int32{d.used}, []labelSet{0}
	for _, b := range bodies {
		c.ds.Add(b.told...)
		used, called = append(used, b.used), append(called, b.called...)
		for _, t := range b.tests {
			if titles[t.Name] {
				c.errorf(resolve.CodeDuplicate, b.Decl.(*syntax.TestDecl).Title.Span(), "two tests have this title")
			}
			titles[t.Name] = true
		}
	}
	slices.Sort(called)
	c.ds.Add(d.survey(slices.Compact(called))...)
	if !c.ds.HasErrors() && !c.broken() {
		// What seems unused may be what a mistake was meant to use.
		c.ds.Add(c.Info.Unneeded(used...)...)
		c.ds.Add(d.notes.Unread()...)
		for _, b := range bodies {
			c.ds.Add(b.unread...)
		}
	}
	found := c.ds.Sorted()
	if c.ds.HasErrors() || c.broken() {
		found = slices.DeleteFunc(found, func(d diag.Diagnostic) bool {
			return d.Code == CodeNeverRaised || d.Code == CodeNeverCaught || d.Code == CodeUnreachable && strings.HasPrefix(d.Message, "no goto")
		})
	}
	return shared(gathered(found, missingEverywhere))
}

// survey asks the policies about these sets of labels, unless it just has.
func (d *Declared) survey(called []labelSet) []diag.Diagnostic {
	if d.surveyed.called == nil || !slices.Equal(called, d.surveyed.called) {
		c := *d.c
		c.ds = diag.List{}
		c.surveyPolicies(called)
		d.surveyed.called, d.surveyed.told = called, c.ds.Sorted()
	}
	return d.surveyed.told
}
