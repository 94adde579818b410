package lower

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// reached are the declarations of other packages that a program comes to from
// what its own package declares. A declaration comes to all that is named in it.
type reached struct {
	root    *check.Program
	from    map[*resolve.Symbol]*check.Program
	symbols []*resolve.Symbol                               // by qualified name
	named   map[*check.Program]map[string][]*resolve.Symbol // by the name of the declaration
	away    map[string]bool                                 // what runs at a partner
}

func reachedBy(root *check.Program) *reached {
	r := &reached{root: root, from: map[*resolve.Symbol]*check.Program{}, named: map[*check.Program]map[string][]*resolve.Symbol{}, away: elsewhere(root)}
	if len(root.Imports) == 0 {
		return r
	}
	owner := map[*resolve.Symbol]*check.Program{}
	for _, p := range root.Imports {
		for _, s := range p.Info.Symbols {
			owner[s] = p
		}
	}
	var todo []*resolve.Symbol
	add := func(s *resolve.Symbol) {
		if p := owner[s]; p != nil && r.from[s] == nil && s.Kind != resolve.Package && !r.runsElsewhere(s) {
			r.from[s] = p
			r.symbols = append(r.symbols, s)
			todo = append(todo, s)
		}
	}
	for _, u := range root.Info.Uses {
		add(u.Symbol)
	}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, other := range r.namedIn(r.from[s], s.Name) {
			add(other)
		}
	}
	slices.SortFunc(r.symbols, func(a, b *resolve.Symbol) int { return cmp.Compare(a.Full, b.Full) })
	return r
}

// namedIn are the declarations that are named inside of one.
func (r *reached) namedIn(p *check.Program, name string) []*resolve.Symbol {
	if r.named[p] == nil {
		r.named[p] = map[string][]*resolve.Symbol{}
		for _, u := range p.Info.Uses {
			if u.Symbol == nil {
				continue
			}
			if d := declAt(p, u.At); d != nil {
				in := d.DeclName().Text
				r.named[p][in] = append(r.named[p][in], u.Symbol)
			}
		}
	}
	return r.named[p][name]
}

// declAt is the declaration that a place lies in.
func declAt(p *check.Program, at source.Span) syntax.Decl {
	for _, f := range p.Module.Files {
		if f.Source != at.File() {
			continue
		}
		i, _ := slices.BinarySearchFunc(f.Decls, at.Start()+1, func(d syntax.Decl, offset int) int { return cmp.Compare(d.Span().Start(), offset) })
		if i > 0 {
			return f.Decls[i-1]
		}
	}
	return nil
}

// processes are those of other packages that were reached.
func (r *reached) processes() []*check.Process {
	var out []*check.Process
	for _, s := range r.symbols {
		if s.Kind == resolve.Process {
			out = append(out, r.from[s].Signature(s.Full))
		}
	}
	return out
}

// place puts the way to an imported package before a place in it.
func (r *reached) place(p *check.Program, at plan.Place) plan.Place {
	return plan.Place(path.Join(p.Module.From(r.root.Module), string(at)))
}

// take adds what was reached to a plan.
func (r *reached) take(out *plan.Plan) {
	for _, s := range r.symbols {
		p := r.from[s]
		switch s.Kind {
		case resolve.Cloud:
			out.Clouds = append(out.Clouds, named(p.Clouds, s.Name, func(c *plan.Cloud) string { return c.Name })...)
		case resolve.Endpoint:
			r.endpoint(out, p, s.Full)
		case resolve.Failover:
			out.Failovers = append(out.Failovers, named(p.Failovers, s.Full, func(f *plan.Failover) string { return f.Name })...)
		case resolve.SLA:
			out.SLAs = append(out.SLAs, breaches(p, named(p.SLAs, s.Full, func(x *plan.SLA) string { return x.Name }), p.Module.From(r.root.Module))...)
		case resolve.Role:
			out.Roles = append(out.Roles, named(p.Roles, s.Full, func(x *plan.Role) string { return x.Name })...)
		case resolve.Policy:
			for _, x := range named(p.Policies, s.Full, func(x *plan.Policy) string { return x.Name }) {
				x.Rules = slices.Clone(x.Rules)
				for i := range x.Rules {
					x.Rules[i].At = r.place(p, x.Rules[i].At)
				}
				out.Policies = append(out.Policies, x)
			}
		case resolve.Channel:
			for _, x := range named(p.Channels, s.Full, func(x *plan.Channel) string { return x.Name }) {
				x.At = r.place(p, x.At)
				r.setting(out, x.Encrypt, x.At)
				out.Channels = append(out.Channels, x)
			}
		case resolve.Process:
			for _, x := range p.Processes {
				if x.Name == s.Full {
					out.Processes = append(out.Processes, process(p, x, p.Module.From(r.root.Module)))
				}
			}
		case resolve.Contract:
			if c := s.Contract; c != nil {
				for _, f := range c.Files {
					out.Contracts = append(out.Contracts, plan.Contract{Path: r.path(p, f.Path), Kind: string(c.Kind), Digest: f.Digest})
				}
			}
		}
	}
	r.order(out)
}

// path is that of a contract, as seen from the package that is compiled.
func (r *reached) path(p *check.Program, file string) string {
	return path.Join(p.Module.From(r.root.Module), file)
}

func named[T any](list []T, name string, of func(*T) string) []T {
	for i := range list {
		if of(&list[i]) == name {
			return []T{list[i]}
		}
	}
	return nil
}

// endpoint adds an endpoint with what the environment has to supply for it.
func (r *reached) endpoint(out *plan.Plan, p *check.Program, name string) {
	for _, e := range named(p.Endpoints, name, func(e *plan.Endpoint) string { return e.Name }) {
		e.Bindings = slices.Clone(e.Bindings)
		if e.Contract != "" {
			e.Contract = r.path(p, e.Contract)
		}
		for i := range e.Bindings {
			b := &e.Bindings[i]
			b.At = r.place(p, b.At)
			r.setting(out, b.URL, b.At)
			r.options(out, b.Options, b.At)
			if b.Auth != nil {
				for _, part := range b.Auth.Parts {
					r.setting(out, part.Text, b.At)
				}
			}
		}
		if len(e.Bindings) > 0 {
			r.options(out, e.Options, e.Bindings[0].At)
		}
		e.Receives = slices.Clone(e.Receives)
		for i := range e.Receives {
			e.Receives[i].At = r.place(p, e.Receives[i].At)
			r.options(out, e.Receives[i].Options, e.Receives[i].At)
		}
		out.Endpoints = append(out.Endpoints, e)
	}
}

func (r *reached) options(out *plan.Plan, list []plan.Option, at plan.Place) {
	for _, o := range list {
		r.setting(out, o.Text, at)
	}
}

func (r *reached) setting(out *plan.Plan, t plan.Text, at plan.Place) {
	if t.Setting == "" || slices.ContainsFunc(out.Settings, func(s plan.Setting) bool { return s.Name == t.Setting && s.Secret == t.Secret }) {
		return
	}
	out.Settings = append(out.Settings, plan.Setting{Name: t.Setting, Secret: t.Secret, At: at})
}

func (r *reached) order(out *plan.Plan) {
	slices.SortFunc(out.Clouds, func(a, b plan.Cloud) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Endpoints, func(a, b plan.Endpoint) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Failovers, func(a, b plan.Failover) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.SLAs, func(a, b plan.SLA) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Roles, func(a, b plan.Role) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Policies, func(a, b plan.Policy) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Channels, func(a, b plan.Channel) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Processes, func(a, b plan.Process) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Settings, func(a, b plan.Setting) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Contracts, func(a, b plan.Contract) int { return cmp.Compare(a.Path, b.Path) })
	out.Contracts = slices.Compact(out.Contracts)
}

// types visits the declared types that were reached.
func (r *reached) types(visit func(types.Type)) {
	for _, s := range r.symbols {
		switch s.Kind {
		case resolve.Type, resolve.Enum, resolve.Union, resolve.Fault, resolve.Event:
			visit(types.Ref(s.Full))
		}
	}
}

// refinements are those of what is in the plan, wherever it is declared: of types,
// of the messages of channels and receives, and of the results of operations.
func (r *reached) refinements(out *plan.Plan) []plan.Refinement {
	there := map[string]bool{}
	for i := range out.Types {
		there[out.Types[i].Name] = true
	}
	for i := range out.Channels {
		there[out.Channels[i].Name] = true
	}
	for i := range out.Processes {
		there[out.Processes[i].Name] = true // conditions on parameters
	}
	for _, x := range out.Partners {
		for i := range x.Imports {
			there[x.Imports[i].Name] = true
		}
	}
	for _, e := range out.Endpoints {
		for i := range e.Operations {
			there[e.Name+"."+e.Operations[i].Name] = true
		}
		for i := range e.Receives {
			there[e.Name+"."+e.Receives[i].Name+expression.Brings] = true
		}
	}
	var list []plan.Refinement
	for _, p := range append([]*check.Program{r.root}, r.root.Imports...) {
		for _, x := range p.Refinements {
			if there[x.Type] {
				list = append(list, x)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b plan.Refinement) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Field, b.Field))
	})
	return list
}

// standard is the digest of the packages of the standard library that a program
// imports; "" when it imports none.
func standard(root *check.Program) string {
	h := sha256.New()
	any := false
	for _, p := range root.Imports {
		if !p.Module.Std() {
			continue
		}
		for _, f := range p.Module.Files {
			any = true
			h.Write([]byte(f.Source.Path + "\x00" + f.Source.Text + "\x00"))
		}
	}
	if !any {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
