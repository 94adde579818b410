package lower

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// Lower gives the plan and the tests of a program that has no errors. The processes
// are lowered with each; nil means one after the other. The result is the same.
func Lower(p *check.Program, each check.Each) (*plan.Plan, *plan.Suite) {
	if each == nil {
		each = check.InTurn
	}
	out := &plan.Plan{Format: plan.Format, Package: p.Module.Package, Std: standard(p),
		Labels: p.Labels, Settings: p.Settings, Clouds: p.Clouds,
		Failovers: p.Failovers, SLAs: p.SLAs, Policies: p.Policies, Roles: p.Roles, Channels: p.Channels,
		Tenants: p.Tenants, Partners: p.Partners, Rollouts: p.Rollouts}
	out.SLAs = breaches(p, out.SLAs, "")
	for _, c := range p.Module.Contracts {
		for _, f := range c.Files {
			out.Contracts = append(out.Contracts, plan.Contract{Path: f.Path, Kind: string(c.Kind), Digest: f.Digest})
		}
	}
	slices.SortFunc(out.Contracts, func(a, b plan.Contract) int { return cmp.Compare(a.Path, b.Path) })
	out.Contracts = slices.Compact(out.Contracts)
	if n := len(p.Processes); n > 0 {
		out.Processes = make([]plan.Process, n)
		each(n, func(i int) { out.Processes[i] = process(p, p.Processes[i], "") })
	}
	for _, x := range p.Processes {
		out.Migrations = append(out.Migrations, x.Migrations...)
	}
	for _, x := range p.Routes {
		out.Routes = append(out.Routes, route(p, x))
	}
	out.Patterns, out.Windows = p.Patterns, p.Windows
	for _, x := range p.Schedules {
		out.Schedules = append(out.Schedules, schedule(p, x))
	}
	suite := &plan.Suite{Tests: p.Tests}
	out.Endpoints = slices.Clone(p.Endpoints)
	r := reachedBy(p)
	if len(r.symbols) > 0 {
		// The plan has slices of its own: those of the program stay as they are.
		clip(out)
		r.take(out)
	}
	out.Endpoints = endpoints(r, out.Endpoints, suite)
	out.Types = used(p, r, out)
	out.Refinements = r.refinements(out)
	out.Wires = r.wires(out)
	return out, suite
}

// Steps gives the steps of a process or a route, by qualified name, with those
// that run when it is cancelled or breaks its sla; false where there is none. The
// program has no errors.
func Steps(p *check.Program, name string) ([]plan.Step, bool) {
	for _, x := range p.Imports {
		if strings.HasPrefix(name, x.Module.Package+".") {
			return Steps(x, name)
		}
	}
	for _, x := range p.Processes {
		if x.Name != name {
			continue
		}
		out := process(p, x, "")
		steps := out.Flow.Body
		for _, b := range []*plan.Block{out.OnCancel, out.OnBreach} {
			if b != nil {
				steps = append(steps, b.Steps...)
			}
		}
		return steps, true
	}
	for _, x := range p.Routes {
		if x.Name == name {
			return route(p, x).Flow.Body, true
		}
	}
	return nil, false
}

// process lowers a process; from is the way to its package where it was imported.
func process(p *check.Program, x *check.Process, from string) plan.Process {
	f := &flow{Program: p.Within(x.Facts), from: from, names: map[string]int{}, regions: map[syntax.Node]string{}, key: x.Key}
	out := plan.Process{Name: x.Name, Doc: x.Decl.Doc, Params: x.Params, Result: x.Result, Raises: x.Raises,
		Key: x.Key, SLA: x.SLA, Policy: x.Policy, DeadlineNs: x.DeadlineNs, Search: x.Search, RetainNs: x.RetainNs, FaultNs: x.FaultNs, Replicate: x.Replicate,
		Flow: plan.Flow{Body: f.steps(x.Decl.Body.Stmts)}, At: f.place(x.Decl.Name.At)}
	for _, cl := range x.Decl.Body.Clauses {
		on, ok := cl.(*syntax.OnClause)
		if !ok {
			continue
		}
		b := f.block(on.Body)
		if on.What.Text == "cancel" {
			out.OnCancel = &b
		} else {
			out.OnBreach = &b
		}
	}
	f.settle()
	return out
}

func route(p *check.Program, x *check.Route) plan.Route {
	f := &flow{Program: p.Within(x.Facts), names: map[string]int{}, regions: map[syntax.Node]string{}, message: x.Var}
	from := f.Variables[x.Decl.Body.Stmts[0]] // the first statement is from
	f.carries = from.Type
	out := plan.Route{Name: x.Name, From: x.From, Receive: x.Receive, Event: x.Event, Var: x.Var, Labels: p.LabelNames(from), Policy: x.Policy, At: f.place(x.Decl.Name.At),
		Flow: plan.Flow{Body: f.steps(x.Decl.Body.Stmts[1:])}}
	f.settle()
	return out
}

func schedule(p *check.Program, x *check.Schedule) plan.Schedule {
	f := &flow{Program: p.Within(x.Facts), names: map[string]int{}, regions: map[syntax.Node]string{}}
	out := x.Plan
	out.Flow = plan.Flow{Body: f.steps(x.Decl.Body.Stmts)}
	f.settle()
	return out
}

// endpoints leaves out the operations of contracts that nobody calls: a foreign
// contract may have hundreds, and the plan would change with each of them.
func endpoints(r *reached, list []plan.Endpoint, suite *plan.Suite) []plan.Endpoint {
	called := map[string]bool{}
	note := func(f *check.Facts) {
		for _, c := range f.Calls {
			called[c.Endpoint.Name+"."+c.Operation.Name] = true
		}
	}
	for _, x := range r.root.Processes {
		note(x.Facts)
	}
	for _, x := range r.root.Routes {
		note(x.Facts)
	}
	for _, x := range r.processes() {
		note(x.Facts)
	}
	for i := range suite.Tests {
		for _, o := range suite.Tests[i].Operations() {
			called[o.Endpoint+"."+o.Operation] = true
		}
	}
	out := slices.Clone(list)
	for i := range out {
		if out[i].Contract == "" {
			continue
		}
		name := out[i].Name
		out[i].Operations = slices.DeleteFunc(slices.Clone(out[i].Operations), func(o plan.Operation) bool {
			return !called[name+"."+o.Name]
		})
	}
	return out
}

// clip lets what is added to the lists of a plan go to lists of its own.
func clip(out *plan.Plan) {
	out.Settings, out.Clouds, out.Failovers = slices.Clone(out.Settings), slices.Clone(out.Clouds), slices.Clone(out.Failovers)
	out.SLAs, out.Policies = slices.Clone(out.SLAs), slices.Clone(out.Policies)
	out.Roles, out.Channels = slices.Clone(out.Roles), slices.Clone(out.Channels)
}

// used are the definitions of the package, which others may import, and those of
// contracts that something in the plan reaches.
func used(p *check.Program, reached *reached, out *plan.Plan) []types.Definition {
	r := reach{program: p, seen: map[string]bool{}}
	own := p.Module.Package + "."
	for i := range p.Types {
		if !strings.Contains(strings.TrimPrefix(p.Types[i].Name, own), ".") {
			r.visit(types.Ref(p.Types[i].Name))
		}
	}
	reached.types(r.visit)
	for _, e := range out.Endpoints {
		for _, o := range e.Operations {
			r.fields(o.Params)
			r.visit(o.Result)
			r.names(o.Raises)
		}
		for _, x := range e.Receives {
			r.visit(x.Type)
		}
	}
	for _, c := range out.Channels {
		r.visit(c.Type)
	}
	for _, x := range out.Processes {
		r.fields(x.Params)
		r.visit(x.Result)
		r.names(x.Raises)
		plan.Walk(x.Flow.Body, func(s *plan.Step) { r.visit(s.Type) })
	}
	for _, x := range out.Routes {
		plan.Walk(x.Flow.Body, func(s *plan.Step) { r.visit(s.Type) })
	}
	for _, x := range out.SLAs {
		if x.OnBreach != nil {
			plan.Walk(x.OnBreach.Body, func(s *plan.Step) { r.visit(s.Type) })
		}
	}
	for _, x := range out.Partners {
		for _, s := range x.Imports {
			r.fields(s.Params)
			r.visit(s.Result)
			r.names(s.Raises)
		}
	}
	list := slices.Grow([]types.Definition(nil), len(r.seen))
	for _, x := range append([]*check.Program{p}, p.Imports...) {
		for i := range x.Types {
			if r.seen[x.Types[i].Name] {
				list = append(list, x.Types[i])
			}
		}
	}
	slices.SortFunc(list, func(a, b types.Definition) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

type reach struct {
	program *check.Program
	seen    map[string]bool
}

func (r *reach) fields(fields []types.Field) {
	for i := range fields {
		r.visit(fields[i].Type)
	}
}

func (r *reach) names(faults []string) {
	for _, name := range faults {
		r.visit(types.Ref(name))
	}
}

func (r *reach) visit(t types.Type) {
	r.fields(t.Fields)
	if t.Elem != nil {
		r.visit(*t.Elem)
	}
	if t.Kind != types.Named || r.seen[t.Name] {
		return
	}
	r.seen[t.Name] = true
	if d := r.program.Universe.Lookup(t.Name); d != nil {
		r.fields(d.Fields)
	}
}

// same says whether two trees are the same expression, wherever they stand.
func same(a, b *expression.Tree) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Op != b.Op || a.Name != b.Name || a.Text != b.Text || !a.Type.Equal(b.Type) || len(a.Args) != len(b.Args) || !slices.Equal(a.Keys, b.Keys) {
		return false
	}
	for i := range a.Args {
		if !same(&a.Args[i], &b.Args[i]) {
			return false
		}
	}
	return true
}
