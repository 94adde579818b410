package check

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// Flows gives the steps of a process or a route, by qualified name, as the plan
// has them; false where there is none, or while something is wrong with the
// program. A test may name steps, which have their names only in the plan.
type Flows func(name string) ([]plan.Step, bool)

// Looked says whether the body, a test, asked what stands in other bodies: then
// it has to be checked again when they change.
func (b *Body) Looked() bool { return b.looked }

// steps gives the steps of a process or a route, in a fixed order with those of
// blocks, and notes that the test depends on them.
func (t *tester) steps(flow string) ([]*plan.Step, bool) {
	t.looked = true
	if t.flows == nil {
		return nil, false
	}
	list, ok := t.flows(flow)
	if !ok {
		return nil, false
	}
	var out []*plan.Step
	plan.Walk(list, func(s *plan.Step) { out = append(out, s) })
	return out, true
}

// everyFlow are the names of the package's processes and routes, the process that
// the test has started first.
func (t *tester) everyFlow() []string {
	var out []string
	if t.process != "" {
		out = append(out, t.process)
	}
	for _, kind := range []resolve.Kind{resolve.Process, resolve.Route} {
		for _, s := range t.Info.Of(kind) {
			if s.Full != t.process {
				out = append(out, s.Full)
			}
		}
	}
	return out
}

// designation is a name in a test: of a step, of a task. flow is the process or route
// that stands before it, "" where none does.
type designation struct {
	at         source.Span
	flow, name string
}

// name reads the name of a step or of a task, perhaps behind that of its process.
func (p *phrase) name(what string) (designation, bool) {
	e := p.next(what)
	if e == nil {
		return designation{}, false
	}
	n := designation{at: e.Span()}
	path := pathOf(e)
	if text, ok := e.(*syntax.StringExpr); ok {
		if plain, ok := text.Plain(); ok && plain != "" {
			path = &syntax.Path{Place: syntax.Place{At: n.at}}
			for _, part := range strings.Split(plain, ".") {
				path.Parts = append(path.Parts, syntax.Name{Text: part, At: n.at})
			}
		}
	}
	if path == nil {
		p.wrong(n.at, "%s is wanted here", what)
		return n, false
	}
	parts := path.Parts
	owner := p.Info.Lookup(parts[0].Text)
	if owner != nil && owner.Kind == resolve.Package && len(parts) > 2 {
		if owner, _ = owner.Member(parts[1].Text, parts[1].At, "process", resolve.Process); owner != nil {
			p.Info.Use(p.Info.Lookup(parts[0].Text), parts[0].At)
			parts = parts[1:]
		}
	}
	if owner != nil && (owner.Kind == resolve.Process || owner.Kind == resolve.Route) && len(parts) > 1 {
		if _, text := e.(*syntax.StringExpr); !text {
			p.Info.Use(owner, parts[0].At)
		}
		n.flow, parts = owner.Full, parts[1:]
	}
	n.name = join(parts)
	return n, true
}

func join(parts []syntax.Name) string {
	var texts []string
	for _, p := range parts {
		texts = append(texts, p.Text)
	}
	return strings.Join(texts, ".")
}

// find looks for the step that a name means: in the process before it, else in
// the one that the test has started, else in all of the package.
func (p *phrase) find(n designation, what string, code diag.Code, fits func(*plan.Step) string) (*plan.Step, *plan.StepName, bool) {
	flows := p.everyFlow()
	if n.flow != "" {
		flows = []string{n.flow}
	}
	var candidates []string
	var found *plan.Step
	var name *plan.StepName
	for _, flow := range flows {
		steps, ok := p.steps(flow)
		if !ok {
			return nil, nil, false
		}
		for _, s := range steps {
			called := fits(s)
			if called == "" {
				continue
			}
			if called != n.name && len(candidates) >= diag.MaxGuesses {
				continue
			}
			if called != n.name {
				candidates = append(candidates, called)
				continue
			}
			if name == nil {
				found, name = s, &plan.StepName{Flow: flow, Step: s.ID}
			} else if name.Flow != flow {
				p.report(diag.Errorf(code, n.at, "%s and %s both have a %s %s", p.short(name.Flow), p.short(flow), what, n.name).
					WithHelp("say which one: %s.%s", p.short(name.Flow), n.name))
				return nil, nil, false
			}
		}
		if name != nil && flow == p.process {
			break
		}
	}
	if name == nil {
		p.missing(n, what, code, candidates)
		return nil, nil, false
	}
	return found, name, true
}

// missing says that nothing has the name.
func (p *phrase) missing(n designation, what string, code diag.Code, candidates []string) {
	owner := "no process here has"
	switch {
	case n.flow != "":
		owner = p.short(n.flow) + " does not have"
	case p.process != "":
		owner = "neither " + p.short(p.process) + " nor another process here has"
	}
	d := diag.Errorf(code, n.at, "%s a %s %s", owner, what, n.name)
	slices.Sort(candidates)
	candidates = slices.Compact(candidates)
	if better := diag.Suggest(n.name, candidates); better != "" {
		d = d.WithHelp("did you mean %s?", better)
		if !strings.HasSuffix(n.at.Text(), n.name) {
			p.report(d)
			return
		}
		to := strings.TrimSuffix(n.at.Text(), n.name) + better
		if strings.ContainsAny(better, "# ") {
			to = `"` + to + `"`
		}
		d = d.WithFix(n.at, to).AsDraft()
	} else if len(candidates) > 0 && len(candidates) <= maxPlaces {
		d = d.WithHelp("there is %s", strings.Join(candidates, ", "))
	}
	p.report(d)
}

// stepName reads the name of a step.
func (p *phrase) stepName() (*plan.StepName, bool) {
	n, ok := p.name("a step")
	if !ok {
		return nil, false
	}
	_, name, ok := p.find(n, "step", CodeTestStep, func(s *plan.Step) string { return s.ID })
	return name, ok
}

// stepNames reads the rest of the line as names of steps.
func (p *phrase) stepNames(t *plan.Then) bool {
	if !p.left() {
		return p.next("a step") != nil
	}
	for p.left() {
		s, ok := p.stepName()
		if !ok {
			return false
		}
		t.Steps = append(t.Steps, *s)
	}
	return true
}

// task reads the name of a task; form is the type of what a person fills in,
// Invalid where the task has none.
func (p *phrase) task(name *string, step **plan.StepName) (form types.Type, ok bool) {
	n, ok := p.name("a task")
	if !ok {
		return none, false
	}
	s, at, ok := p.find(n, "task", CodeTestTask, func(s *plan.Step) string {
		if s.Kind == plan.Task {
			return s.Task.Name
		}
		return ""
	})
	if !ok {
		return none, false
	}
	*name, *step = n.name, at
	return s.Type, true
}

// reportNamed says whether a process makes a report of this name.
func (p *phrase) reportNamed(name string) bool {
	_, _, ok := p.find(designation{at: p.step.Terms[p.at-1].Span(), name: name}, "report", CodeTestStep, func(s *plan.Step) string {
		if s.Kind == plan.Report {
			return s.Name
		}
		return ""
	})
	return ok
}
