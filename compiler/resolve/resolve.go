package resolve

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// The codes of this room; their pages are in the table of compiler/check.
const (
	CodeUnknown      diag.Code = "COB2001"
	CodeDuplicate    diag.Code = "COB2002"
	CodeShadow       diag.Code = "COB2003"
	CodeUnused       diag.Code = "COB2004"
	CodeUnneeded     diag.Code = "COB2005"
	CodeUnusedImport diag.Code = "COB2012"
	CodePrivate      diag.Code = "COB2013"
)

// Kind is what a symbol declares, in the author's word.
type Kind string

// The kinds of symbols.
const (
	Package   Kind = "package" // that was imported
	Contract  Kind = "contract"
	Label     Kind = "label"
	Type      Kind = "type"
	Enum      Kind = "enum"
	Union     Kind = "union"
	Fault     Kind = "fault"
	Event     Kind = "event"
	Cloud     Kind = "cloud"
	Connector Kind = "connector"
	Endpoint  Kind = "endpoint"
	Failover  Kind = "failover"
	SLA       Kind = "sla"
	Policy    Kind = "policy"
	Role      Kind = "role"
	Process   Kind = "process"
	Channel   Kind = "channel"
	Route     Kind = "route"
	Sample    Kind = "sample"
	Pattern   Kind = "pattern"
	Window    Kind = "window"
	Schedule  Kind = "schedule"
	Tenant    Kind = "tenant"
	Partner   Kind = "partner"
)

// Symbol is a declaration of the package.
type Symbol struct {
	Name     string
	Full     string // qualified by the package: "orders.Fulfil"
	Kind     Kind
	Decl     syntax.Decl
	At       source.Span      // of the name
	Contract *module.Contract // of a use
	Package  *Info            // of an import; nil when it could not be read
	Excused  bool             // enough has been said about it: nobody has to use it
	Twice    bool             // another declaration has its name: which of them is meant is not known
	number   int              // its place among the symbols
}

// Variable is a name inside a process, a route or an expression.
type Variable struct {
	Name string
	// Plan is the name that is unique in the flow: a second variable of the same
	// name is name#2.
	Plan string
	At   source.Span
	Type types.Type
	// Labels are those the value has beside the ones its type says, as bits in
	// the order of the package's labels.
	Labels uint64
	// Fixed says why the variable cannot be assigned; "" when it can.
	Fixed string
	Used  bool
}

// Use is one place where a name is used. Exactly one of Symbol, Variable, Of and
// Shape is set.
type Use struct {
	At       source.Span
	Symbol   *Symbol
	Variable *Variable
	// Of is the qualified name of what the name is a part of: the field of a
	// type, the value of an enum, the case of a union, the operation of an
	// endpoint, the type of a contract. It is noted also where there is no such part.
	Of string
	// Shape is the type that has the name as a field, where it has no name itself.
	Shape *types.Type
}

// Missing is a place where a name stands that nothing declares, and what could
// be named there: a variable of Scope, or a declaration of one of Kinds. Where a
// value may stand Scope is set, and Kinds are those a value can begin with.
type Missing struct {
	At    source.Span
	Scope *Scope
	Kinds []Kind
	// Package is the imported package that declares it, nil for this one.
	Package *Info
}

// Notes are what checking found out about names.
type Notes struct {
	Variables []*Variable
	Uses      []Use // in the order of checking
	// Missing are the names that nothing declares, in the order of checking: what
	// an editor completes while it is being typed.
	Missing []Missing
}

// Info is what is known about the names of a package.
type Info struct {
	Module  *module.Module
	Symbols []*Symbol // by name
	Notes
	byName map[string]*Symbol
}

// Apart knows the same declarations and notes what it finds for itself, so that
// bodies can be checked side by side. Of the bytes of the body it guesses how much that will be.
func (i *Info) Apart(bytes int) *Info {
	return &Info{Module: i.Module, Symbols: i.Symbols, byName: i.byName, Notes: Notes{Uses: make([]Use, 0, bytes/bytesPerUse)}}
}

// Add appends notes.
func (n *Notes) Add(more *Notes) {
	n.Variables = append(n.Variables, more.Variables...)
	n.Uses = append(n.Uses, more.Uses...)
	n.Missing = append(n.Missing, more.Missing...)
}

// Lookup finds a declaration, or nil.
func (i *Info) Lookup(name string) *Symbol { return i.byName[name] }

// Of are the symbols of one kind, by name.
func (i *Info) Of(kind Kind) []*Symbol {
	var out []*Symbol
	for _, s := range i.Symbols {
		if s.Kind == kind {
			out = append(out, s)
		}
	}
	return out
}

// Names are the names of all symbols of the given kinds, by name; of all kinds
// when none is given.
func (i *Info) Names(kinds ...Kind) []string {
	var out []string
	for _, s := range i.Symbols {
		if len(kinds) == 0 || slices.Contains(kinds, s.Kind) {
			out = append(out, s.Name)
		}
	}
	return out
}

// Near are the names of symbols of the given kinds that a misspelt name may mean, by
// name: all of them, or of very many those that stand around it in the alphabet.
func (i *Info) Near(name string, kinds ...Kind) []string {
	if len(i.Symbols) <= diag.MaxGuesses/2 {
		return i.Names(kinds...)
	}
	at, _ := slices.BinarySearchFunc(i.Symbols, name, func(s *Symbol, name string) int { return cmp.Compare(s.Name, name) })
	var before, behind []string
	for n := at - 1; n >= max(0, at-maxLooked) && len(before) < diag.MaxGuesses/4; n-- {
		if slices.Contains(kinds, i.Symbols[n].Kind) {
			before = append(before, i.Symbols[n].Name)
		}
	}
	for n := at; n < min(len(i.Symbols), at+maxLooked) && len(behind) < diag.MaxGuesses/4; n++ {
		if slices.Contains(kinds, i.Symbols[n].Kind) {
			behind = append(behind, i.Symbols[n].Name)
		}
	}
	slices.Reverse(before)
	return append(before, behind...)
}

// maxLooked is how many symbols of a large package are looked at on either side of
// a misspelt name.
const maxLooked = 2000

// Use notes that the symbol is used at a place.
func (i *Info) Use(s *Symbol, at source.Span) {
	i.Uses = append(i.Uses, Use{At: at, Symbol: s})
}

// Part notes that a name at a place means a part of a type.
func (i *Info) Part(of types.Type, at source.Span) {
	if of.Kind == types.Named {
		i.Uses = append(i.Uses, Use{At: at, Of: of.Name})
		return
	}
	i.Uses = append(i.Uses, Use{At: at, Shape: &of})
}

// PartOf notes that a name at a place means a part of a declaration: an
// operation of an endpoint, a type of a contract.
func (i *Info) PartOf(s *Symbol, at source.Span) {
	i.Uses = append(i.Uses, Use{At: at, Of: s.Full})
}

// Miss notes a name that nothing declares. The scope is nil where no variable may
// stand.
func (i *Info) Miss(at source.Span, s *Scope, kinds ...Kind) {
	i.Missing = append(i.Missing, Missing{At: at, Scope: s, Kinds: kinds})
}

// bytesPerUse is in how many bytes of a text one name is used, about.
const bytesPerUse = 20

// Resolve collects the declarations of a package and the names of its imports.
// What is known about the imported packages is among imported.
func Resolve(m *module.Module, imported ...*Info) (*Info, []diag.Diagnostic) {
	decls := 0
	for _, f := range m.Files {
		decls += len(f.Decls)
	}
	i := &Info{Module: m, byName: make(map[string]*Symbol, decls), Symbols: make([]*Symbol, 0, decls)}
	var ds []diag.Diagnostic
	for _, f := range m.Files {
		for _, d := range f.Decls {
			s := symbol(m, d)
			if s == nil {
				continue
			}
			if first := i.byName[s.Name]; first != nil {
				first.Twice = true
				ds = append(ds, diag.Errorf(CodeDuplicate, s.At, "%s is declared twice", s.Name).
					WithNote(first.At, "first declared here, its kind is %s", first.Kind))
				continue
			}
			i.byName[s.Name] = s
			i.Symbols = append(i.Symbols, s)
		}
	}
	ds = append(ds, i.imports(imported)...)
	slices.SortFunc(i.Symbols, func(a, b *Symbol) int { return cmp.Compare(a.Name, b.Name) })
	for n, s := range i.Symbols {
		s.number = n
	}
	return i, ds
}

func symbol(m *module.Module, d syntax.Decl) *Symbol {
	n := d.DeclName()
	kind := kindOf(d)
	if !n.Given() || kind == "" {
		return nil
	}
	s := &Symbol{Name: n.Text, Full: m.Package + "." + n.Text, Kind: kind, Decl: d, At: n.At}
	if kind == Contract {
		for _, c := range m.Contracts {
			if syntax.Decl(c.Use) == d {
				s.Contract = c
			}
		}
	}
	return s
}

func kindOf(d syntax.Decl) Kind {
	switch d.(type) {
	case *syntax.ImportDecl:
		return "" // module says what it is called
	case *syntax.UseDecl:
		return Contract
	case *syntax.LabelDecl:
		return Label
	case *syntax.TypeDecl:
		return Type
	case *syntax.EnumDecl:
		return Enum
	case *syntax.UnionDecl:
		return Union
	case *syntax.FaultDecl:
		return Fault
	case *syntax.EventDecl:
		return Event
	case *syntax.CloudDecl:
		return Cloud
	case *syntax.ConnectorDecl:
		return Connector
	case *syntax.EndpointDecl:
		return Endpoint
	case *syntax.FailoverDecl:
		return Failover
	case *syntax.SLADecl:
		return SLA
	case *syntax.PolicyDecl:
		return Policy
	case *syntax.RoleDecl:
		return Role
	case *syntax.ProcessDecl:
		return Process
	case *syntax.ChannelDecl:
		return Channel
	case *syntax.RouteDecl:
		return Route
	case *syntax.SampleDecl:
		return Sample
	case *syntax.PatternDecl:
		return Pattern
	case *syntax.WindowDecl:
		return Window
	case *syntax.ScheduleDecl:
		return Schedule
	case *syntax.TenantDecl:
		return Tenant
	case *syntax.PartnerDecl:
		return Partner
	}
	return ""
}

// declarations are what stands behind the names of short declarations.
var declarations = map[string]string{
	string(Label): " ", string(Fault): " { reason: string }", string(Event): " { id: string }", string(Cloud): " { jurisdiction: \"FR\" }",
	string(Role): " { groups: [\"people\"] }", string(Channel): ": queue of json",
}

// Unknown is the diagnostic of a name that nothing declares, with the most
// similar of the candidates.
func Unknown(at source.Span, what, name string, candidates []string) diag.Diagnostic {
	d := diag.Errorf(CodeUnknown, at, "no %s is called %s", what, name)
	if s := diag.Suggest(name, candidates); s != "" {
		return d.WithGuess(at, name, s)
	}
	switch {
	case len(candidates) == 0 && declarations[what] != "":
		d = d.WithHelp("declare it: %s", strings.TrimSpace(what+" "+name+declarations[what]))
	case len(candidates) > 0 && len(candidates) <= 8:
		d = d.WithHelp("there is %s", strings.Join(candidates, ", "))
	}
	return d
}

// Used are the package's own symbols that the notes use, by their number, each of
// them once.
func (i *Info) Used() []int32 {
	var out []int32
	seen := make([]uint64, len(i.Symbols)/64+1)
	for n := range i.Uses {
		s := i.Uses[n].Symbol
		if s == nil || s.number >= len(i.Symbols) || i.Symbols[s.number] != s { // not one of another package
			continue
		}
		if word, bit := s.number/64, uint64(1)<<(s.number%64); seen[word]&bit == 0 {
			seen[word] |= bit
			out = append(out, int32(s.number))
		}
	}
	return out
}

// Unread are warnings about variables set by let that nobody reads.
func (n *Notes) Unread() []diag.Diagnostic {
	unread := map[*Variable]int{} // the places in ds
	var ds []diag.Diagnostic
	for _, v := range n.Variables {
		if !v.Used && v.Fixed == "" && !strings.HasPrefix(v.Name, "_") {
			unread[v] = len(ds)
			ds = append(ds, diag.Warningf(CodeUnused, v.At, "%s is never used", v.Name).
				WithHelp("leave out the let, or begin the name with _").WithFix(v.At.Before(), "_").AsDraft())
		}
	}
	if len(ds) == 0 {
		return nil
	}
	for i := range n.Uses {
		if k, ok := unread[n.Uses[i].Variable]; ok && n.Uses[i].Variable != nil { // it is set there
			ds[k].Fixes = append(ds[k].Fixes, diag.Edit{Span: n.Uses[i].At.Before(), Text: "_"})
		}
	}
	return ds
}

// Unneeded are warnings about declarations that are not among the used ones, and
// that nothing outside of the package can use either.
func (i *Info) Unneeded(used ...[]int32) []diag.Diagnostic {
	needed := make([]bool, len(i.Symbols))
	for _, list := range used {
		for _, n := range list {
			needed[n] = true
		}
	}
	ds := i.unusedImports(needed)
	library := i.library()
	for n, s := range i.Symbols {
		if needed[n] {
			continue
		}
		switch s.Kind { // before anything of the declaration is touched: most of what nobody names are processes
		case Contract, Type, Enum, Union, Fault, Label, SLA, Policy, Failover, Role, Sample:
			if !s.Excused && !s.Decl.Head().Broken && !(library && s.Exported()) {
				ds = append(ds, diag.Warningf(CodeUnneeded, s.At, "the %s %s is never used", s.Kind, s.Name).
					WithFix(s.Decl.Span().Alone(), "").AsDraft())
			}
		}
	}
	return ds
}
