package check

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// everywhere are the programs in which a qualified name may be declared: this
// package and all that it reaches.
func (p *Program) everywhere() []*Program { return append([]*Program{p}, p.Imports...) }

// Signature is the process of that qualified name, or nil.
func (p *Program) Signature(name string) *Process {
	for _, p := range p.everywhere() {
		if i, ok := slices.BinarySearchFunc(p.Processes, name, func(x *Process, n string) int { return cmp.Compare(x.Name, n) }); ok {
			return p.Processes[i]
		}
	}
	return nil
}

// signature is what is said before the body of the process of that qualified name,
// or nil. A body with mistakes in it, here or elsewhere, takes nothing from it.
func (c *checker) signature(name string) *Process {
	for _, p := range c.everywhere() {
		if x := p.heads[name]; x != nil {
			return x
		}
	}
	return nil
}

// Channel is the channel of that qualified name, or nil.
func (p *Program) Channel(name string) *plan.Channel {
	for _, p := range p.everywhere() {
		i, ok := slices.BinarySearchFunc(p.Channels, name, func(c plan.Channel, n string) int { return cmp.Compare(c.Name, n) })
		if ok {
			return &p.Channels[i]
		}
	}
	return nil
}

// groupsOf are the groups that have a role, by its qualified name.
func (p *Program) groupsOf(role string) []string {
	for _, p := range p.everywhere() {
		if i, ok := slices.BinarySearchFunc(p.Roles, role, func(x plan.Role, n string) int { return cmp.Compare(x.Name, n) }); ok {
			return p.Roles[i].Groups
		}
	}
	return nil
}

// declaration finds what a path names: one of this package, or behind
// the name of an import one of that package. What the path has behind it is the
// rest. What is wrong has been reported when the symbol is nil.
func (c *checker) declaration(p *syntax.Path, what string, kinds ...resolve.Kind) (sym *resolve.Symbol, rest []syntax.Name) {
	if p == nil || len(p.Parts) == 0 || !p.Parts[0].Given() {
		return nil, nil
	}
	first := p.Parts[0]
	s := c.Info.Lookup(first.Text)
	if s == nil && len(p.Parts) > 1 && c.lost() {
		return nil, nil
	}
	if s != nil && s.Kind == resolve.Contract && len(p.Parts) > 1 && !slices.Contains(kinds, resolve.Contract) {
		return c.contractPart(s, p, what, kinds)
	}
	if s == nil || s.Kind != resolve.Package || len(p.Parts) == 1 {
		return c.symbol(first, what, kinds...), p.Parts[1:]
	}
	c.Info.Use(s, first.At)
	name := p.Parts[1]
	sym, problem := s.Member(name.Text, name.At, what, kinds...)
	if problem != nil {
		c.report(*problem)
	}
	if sym == nil {
		c.Info.Missing = append(c.Info.Missing, resolve.Missing{At: name.At, Kinds: kinds, Package: s.Package})
		return nil, nil
	}
	c.Info.Use(sym, name.At)
	if !slices.Contains(kinds, sym.Kind) {
		c.wrongKind(name, sym, what)
		return nil, nil
	}
	return sym, p.Parts[2:]
}

// fullName is the qualified name of what a path names.
func (c *checker) fullName(p *syntax.Path) string {
	if s := c.Info.Lookup(p.Parts[0].Text); s != nil && s.Kind == resolve.Package && len(p.Parts) > 1 {
		return s.Full + "." + p.Last().Text
	}
	return c.qualified(p.String())
}

// only is declaration for a path that has nothing behind the declaration.
func (c *checker) only(p *syntax.Path, what string, kinds ...resolve.Kind) *resolve.Symbol {
	if p != nil && len(p.Parts) == 2 && what == "fault" && p.Parts[0].Text == "std" && c.Info.Lookup("std") == nil {
		if !slices.Contains(technical, p.Parts[1].Text) {
			c.report(resolve.Unknown(p.Parts[1].At, "fault of std", p.Parts[1].Text, technical))
			return nil
		}
		c.report(diag.Errorf(CodeFault, p.Span(), "%s comes of calls that nobody answers, and no declaration names it", p).
			WithHelp("write catch { ... }, without a name: it takes this fault, and every other one that no catch before it takes"))
		return nil
	}
	if p != nil && len(p.Parts) > 1 && c.Info.Lookup(p.Parts[0].Text) == nil && !c.lost() {
		c.report(resolve.Unknown(p.Parts[0].At, "import", p.Parts[0].Text, c.Info.Near(p.Parts[0].Text, resolve.Package)))
		return nil
	}
	sym, rest := c.declaration(p, what, kinds...)
	if sym != nil && len(rest) > 0 {
		c.report(diag.Errorf(CodeKind, p.Span(), "%s is %s, and has no part %s that could stand here", sym.Name, article(string(sym.Kind)), rest[0].Text).
			WithNote(sym.At, "declared here"))
		return nil
	}
	return sym
}

// lost says whether a package that is imported could not be read: a name that
// nothing declares may then be meant for it, and enough has been said.
func (c *checker) lost() bool {
	return slices.ContainsFunc(c.Module.Imports, func(i *module.Import) bool { return i.Module == nil })
}

func (c *checker) wrongKind(n syntax.Name, s *resolve.Symbol, what string) {
	if s.Twice {
		return
	}
	c.report(diag.Errorf(CodeKind, n.At, "%s is %s, and %s is wanted here", n.Text, article(string(s.Kind)), article(what)).
		WithNote(s.At, "declared here"))
}

// pathOf reads an expression that is nothing but names and dots; nil when it is
// more.
func pathOf(e syntax.Expr) *syntax.Path {
	switch e := e.(type) {
	case *syntax.Ident:
		return &syntax.Path{Place: syntax.Place{At: e.Span()}, Parts: []syntax.Name{{Text: e.Name, At: e.Span()}}}
	case *syntax.MemberExpr:
		if p := pathOf(e.X); p != nil && !e.Optional && e.Name.Given() {
			return &syntax.Path{Place: syntax.Place{At: e.Span()}, Parts: append(p.Parts, e.Name)}
		}
	}
	return nil
}

// importedTypes are the definitions of all packages that this one reaches.
func (c *checker) importedTypes() []types.Definition {
	var out []types.Definition
	for _, p := range c.Imports {
		out = append(out, p.Types...)
	}
	return out
}

// importedAliases are what `type X = T` stands for in other packages.
func (c *checker) importedAliases() map[string]types.Type {
	out := map[string]types.Type{}
	for _, p := range c.Imports {
		for name, t := range p.Aliases {
			out[name] = t
		}
	}
	return out
}

// allRefinements are those of this package and of all that it reaches.
func (c *checker) allRefinements() []plan.Refinement {
	var out []plan.Refinement
	for _, p := range c.everywhere() {
		out = append(out, p.Refinements...)
	}
	return out
}

// offerGuards keeps the conditions that come with each type X = T for the packages
// that import this one.
func (c *checker) offerGuards() {
	c.Program.offered = map[string][]plan.Refinement{}
	own := c.Refinements
	for _, s := range c.Info.Of(resolve.Type) {
		d, ok := s.Decl.(*syntax.TypeDecl)
		if !ok || d.Alias == nil || !s.Exported() {
			continue
		}
		c.Refinements = nil
		g := guarding{checker: c}
		g.add(nil, c.types.tests[s.Name])
		said := c.ds
		g.below(d.Alias, c.types.aliases[s.Full], nil)
		c.ds = said // where the type is used it is said again
		if len(c.Refinements) > 0 {
			c.Program.offered[s.Full] = c.Refinements
		}
	}
	c.Refinements = own
}

// importedGuards are the conditions that come with a type X = T of another package.
func (c *checker) importedGuards(p *syntax.Path) []plan.Refinement {
	s := c.Info.Lookup(p.Parts[0].Text)
	if s == nil || s.Kind != resolve.Package || s.Package == nil || len(p.Parts) != 2 {
		return nil
	}
	t := s.Package.Lookup(p.Parts[1].Text)
	if t == nil {
		return nil
	}
	for _, other := range c.Imports {
		if list := other.offered[t.Full]; len(list) > 0 {
			return list
		}
	}
	return nil
}

// importedLabels gives the labels of other packages to this one. A label has one
// meaning in a whole program, and its name is that meaning: two packages that
// declare it speak of the same one, which implies what either says.
func (c *checker) importedLabels() {
	for _, p := range c.Imports {
		for _, l := range p.Labels {
			i := slices.IndexFunc(c.Labels, func(o plan.Label) bool { return o.Name == l.Name })
			if i < 0 {
				c.Labels = append(c.Labels, plan.Label{Name: l.Name, Is: slices.Clone(l.Is)})
				continue
			}
			c.Labels[i].Is = append(c.Labels[i].Is, l.Is...)
			slices.Sort(c.Labels[i].Is)
			c.Labels[i].Is = slices.Compact(c.Labels[i].Is)
		}
	}
	slices.SortFunc(c.Labels, func(a, b plan.Label) int { return cmp.Compare(a.Name, b.Name) })
	if len(c.Labels) > MaxLabels {
		c.errorf(CodeLimit, c.Module.Imports[0].At, "a program may have at most %d labels, and this package and those that it imports have %d", MaxLabels, len(c.Labels))
		c.Labels = c.Labels[:MaxLabels]
	}
}

// cloudsEverywhere are the clouds of this package and of all that it reaches.
func (p *Program) cloudsEverywhere() []plan.Cloud {
	var out []plan.Cloud
	for _, x := range p.everywhere() {
		out = append(out, x.Clouds...)
	}
	return out
}

// cloudTwice reports a cloud that an imported package declares too: a cloud is a
// place, and a place has one description.
func (c *checker) cloudTwice(d *syntax.CloudDecl) {
	for _, p := range c.Imports {
		if s := p.Info.Lookup(d.Name.Text); s != nil && s.Kind == resolve.Cloud {
			c.report(diag.Errorf(resolve.CodeDuplicate, d.Name.At, "the package %s declares the cloud %s too", p.Module.Package, s.Name).
				WithNote(s.At, "declared here").
				WithHelp("leave this one out and write on %s.%s", p.Module.Package, s.Name))
			return
		}
	}
}

// cloudNamed is where a cloud is declared, in this package or where the first
// import brings it in.
func (c *checker) cloudNamed(name string) source.Span {
	if s := c.Info.Lookup(name); s != nil && s.Kind == resolve.Cloud || len(c.Module.Imports) == 0 {
		return s.At
	}
	return c.Module.Imports[0].At
}

// wellKnown are the attributes of clouds that a policy may read where no cloud
// is in sight, because the packages that import it have them: any may be absent.
func wellKnown() []types.Field {
	text := types.Of(types.String)
	return []types.Field{{Name: "jurisdiction", Type: types.OptionalOf(text)}, {Name: "failure_domain", Type: types.OptionalOf(text)},
		{Name: "certifications", Type: types.OptionalOf(types.ListOf(text))}}
}

// ruledBy finds a policy that decides, wherever it is declared.
func (c *checker) ruledBy(name string) *ruled {
	if r := c.policies[name]; r != nil || name == "" {
		return r
	}
	for _, p := range c.Imports {
		if r := p.rules[name]; r != nil {
			return r
		}
	}
	return nil
}

// importedMember reads `customers.Status.open` and samples of other packages.
func (c *checker) importedMember(e *syntax.MemberExpr) (t typed, ok bool) {
	p := pathOf(e)
	if p == nil {
		return typed{}, false
	}
	s := c.Info.Lookup(p.Parts[0].Text)
	if s == nil || s.Kind != resolve.Package && s.Kind != resolve.Contract {
		return typed{}, false
	}
	if len(p.Parts) > 3 {
		return typed{}, false
	}
	sym, rest := c.declaration(p, "value", resolve.Enum, resolve.Sample)
	switch {
	case sym == nil:
	case sym.Kind == resolve.Sample && len(rest) == 0:
		return c.sample(sym, e.Span()), true
	case sym.Kind == resolve.Sample:
		return typed{}, false
	case len(rest) == 1:
		return c.enumMember(sym, rest[0]), true
	default:
		c.report(diag.Errorf(CodeKind, e.Span(), "%s is an enum, and a value is wanted here", p).WithHelp("write %s.value", p))
	}
	return typed{}, true
}
