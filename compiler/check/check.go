package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// Program is a package about which everything is known that can be known
// before it runs. The slices of declarations are sorted by name.
type Program struct {
	// Imports are the programs of all packages that this one reaches by imports,
	// each behind those that it imports itself.
	Imports  []*Program
	Module   *module.Module
	Info     *resolve.Info
	Universe *types.Universe

	Types       []types.Definition
	Refinements []plan.Refinement
	Labels      []plan.Label
	Settings    []plan.Setting
	Clouds      []plan.Cloud
	Endpoints   []plan.Endpoint
	Connectors  []*Schema
	Failovers   []plan.Failover
	SLAs        []plan.SLA
	Policies    []plan.Policy
	Roles       []plan.Role
	Channels    []plan.Channel
	DeadLetters map[string]bool // channels that take the dead letters of others
	Processes   []*Process
	Routes      []*Route
	Patterns    []plan.Pattern
	Windows     []plan.Window
	Schedules   []*Schedule
	Tests       []plan.Test
	Tenants     []plan.Tenant
	Partners    []plan.Partner
	Rollouts    []plan.Rollout // by process
	Breaches    []*Breach      // by sla

	// Aliases are what the declarations type X = T stand for, by qualified name.
	Aliases map[string]types.Type
	// rules are the policies that decide and samples the values that can be used,
	// for the packages that import this one.
	rules   map[string]*ruled
	offered map[string][]plan.Refinement // of the declarations type X = T, by qualified name
	heads   map[string]*Process          // what stands before the bodies of the processes, by qualified name
	samples map[syntax.Expr]*expression.Tree
	// Facts are those of one body, in what Within gives.
	Facts
}

// Facts are what is known about the statements and expressions of a body.
type Facts struct {
	// Trees are the typed expressions that stand in statements.
	Trees map[syntax.Expr]*expression.Tree
	// Variables are those that a statement or an arm declares.
	Variables map[syntax.Node]*resolve.Variable
	// Calls are what the call statements ask for.
	Calls map[*syntax.CallStmt]*Call
	// Targets are the variables that assignments set.
	Targets map[*syntax.AssignStmt]*resolve.Variable
	// Names are the declarations that statements refer to, by the place where
	// they do.
	Names map[syntax.Node]*resolve.Symbol
	// Forms are the results of tasks.
	Forms map[*syntax.TaskStmt]types.Type
	// Asked is what tasks say besides.
	Asked map[*syntax.TaskStmt]*Asked
	// Joins say how many branches each parallel needs; 0 is all.
	Joins map[syntax.Stmt]plan.Join
	// Handles and Receives are what arms wait for that is no event and no channel.
	Handles  map[*syntax.OnArm]*expression.Tree
	Receives map[*syntax.OnArm]*Received
	// Parts are what only some kinds of statements have.
	Parts map[syntax.Stmt]*Part
	// Bindings are the values that arms of a match give to their variables.
	Bindings map[*syntax.MatchArm]*expression.Tree
}

func newFacts() Facts {
	return Facts{
		Trees:     map[syntax.Expr]*expression.Tree{},
		Variables: map[syntax.Node]*resolve.Variable{},
		Calls:     map[*syntax.CallStmt]*Call{},
		Targets:   map[*syntax.AssignStmt]*resolve.Variable{},
		Names:     map[syntax.Node]*resolve.Symbol{},
		Forms:     map[*syntax.TaskStmt]types.Type{},
		Asked:     map[*syntax.TaskStmt]*Asked{},
		Joins:     map[syntax.Stmt]plan.Join{},
		Handles:   map[*syntax.OnArm]*expression.Tree{},
		Receives:  map[*syntax.OnArm]*Received{},
		Parts:     map[syntax.Stmt]*Part{},
		Bindings:  map[*syntax.MatchArm]*expression.Tree{},
	}
}

// Within is the program as one body knows it.
func (p *Program) Within(f *Facts) *Program {
	view := *p
	view.Facts = *f
	return &view
}

// LabelNames are the names of a variable's labels, sorted.
func (p *Program) LabelNames(v *resolve.Variable) []string {
	var out []string
	for i := range p.Labels {
		if v.Labels&(1<<i) != 0 {
			out = append(out, p.Labels[i].Name)
		}
	}
	return out
}

// Process is a checked process.
type Process struct {
	Decl     *syntax.ProcessDecl
	Name     string // qualified
	Params   []types.Field
	Result   types.Type
	Raises   []string
	Key      *expression.Tree
	SLA      string
	Failover string
	Policy   string
	// What its settings say about its instances; see plan.Process.
	DeadlineNs, RetainNs, FaultNs int64
	Search                        []plan.NamedTree
	Replicate                     string
	Migrations                    []plan.Migration // by digest
	Facts                         *Facts           // of its body
}

// Route is a checked route.
type Route struct {
	Decl *syntax.RouteDecl
	Name string // qualified
	From string // qualified channel; "" where it reads a Receive or an Event
	Var  string

	Receive, Event string // see plan.Route
	Policy         string
	Facts          *Facts // of its body
}

// Call is a checked call.
type Call struct {
	Endpoint   *plan.Endpoint
	Operation  *plan.Operation
	Args       []expression.Tree
	Labels     []string
	Failover   string
	Policy     string
	Candidates []plan.Candidate
	// TimeoutNs, Retry and Key are set where the call says so itself.
	TimeoutNs int64
	Retry     *plan.Retry
	Key       *expression.Tree
}

type checker struct {
	*Program
	each     Each
	ds       diag.List
	pkg      string
	labels   lattice
	rejected map[string][]int // the channels, in Channels, whose messages go to a channel when they fail for good
	types    typeTable
	facts    []types.Field // of a cloud, as policies see them
	setting  map[string]bool
	rulings  *rulings
	policies map[string]*ruled
	// migrations are those of each process, in the order of the text.
	migrations map[string][]*syntax.MigrateDecl
	inTest     bool
	// sampling says, while samples are read, which ones are read now (true) and which
	// have been (false); it is nil at every other time.
	sampling map[*syntax.SampleDecl]bool
	flows    Flows // for a test
	looked   bool  // the test asked for them
	unread   unread
	later    map[string]source.Span // the variables that the body declares
	// soft is how many ?? stand around, to whose left a missing key is an absent value.
	soft int
	know narrowing
	once once // of the body being checked
	// gathered is the aggregate of a route behind which the statement stands that is being
	// checked: of what was known before it, nothing goes on.
	gathered source.Span
	// fielded are the variables that stand for fields of a message, and folding is
	// the window whose result is being checked; see stream.go.
	fielded map[*resolve.Variable]types.Type
	folding *folding
	guards  *expression.Checker // of the refinements, when first needed
}

// broken says whether a declaration has mistakes of syntax in it.
func (c *checker) broken() bool {
	return slices.ContainsFunc(c.Module.Files, func(f *syntax.File) bool { return f.Broken })
}

// maxPlaces is how many places a gathered diagnostic names.
const maxPlaces = 5

// gathered makes one diagnostic of those that say of the same name, in several
// places, that nothing declares it: the missing declaration, or the missing field, is
// one mistake.
func gathered(ds []diag.Diagnostic, one func(d *diag.Diagnostic) bool) []diag.Diagnostic {
	first := map[string]int{}
	out := ds[:0]
	for _, d := range ds {
		if !one(&d) {
			out = append(out, d)
			continue
		}
		i, seen := first[d.Message]
		if !seen {
			first[d.Message] = len(out)
			out = append(out, d)
			continue
		}
		if len(out[i].Secondary) < maxPlaces {
			out[i] = out[i].WithNote(d.Primary, "here too")
		} else {
			out[i].Also = append(out[i].Also, diag.Label{Span: d.Primary, Text: d.Message})
		}
		for _, e := range d.Fixes {
			out[i] = out[i].WithFix(e.Span, e.Text)
		}
		out[i].Draft = out[i].Draft || d.Draft
	}
	return out
}

// missingEverywhere says whether a diagnostic is about a name that is missing for the
// whole package.
func missingEverywhere(d *diag.Diagnostic) bool {
	return d.Code == resolve.CodeUnknown && !unknownVariable(d) || d.Code == CodeField && strings.Contains(d.Message, " has no field ")
}

func (c *checker) sort() {
	c.Types = slices.Clone(c.Types) // the universe refers to the others
	slices.SortFunc(c.Types, func(a, b types.Definition) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortStableFunc(c.Refinements, func(a, b plan.Refinement) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Field, b.Field))
	})
}

func (c *checker) report(d diag.Diagnostic) {
	if !c.unread.echo(&d) {
		c.ds.Add(d)
	}
}

func (c *checker) errorf(code diag.Code, at source.Span, format string, args ...any) {
	c.report(diag.Errorf(code, at, format, args...))
}

// qualified is the name of a declaration of this package in a plan.
func (c *checker) qualified(name string) string { return c.pkg + "." + name }

func (c *checker) place(s source.Span) plan.Place { return plan.Place(c.Module.Place(s)) }

// at is a place inside a file, for failures of expressions.
func at(s source.Span) string {
	return s.From().String()
}

// decls gives the declarations of one kind that can be checked, by name: not
// those with mistakes of syntax in them, about which enough has been said.
func decls[T syntax.Decl](c *checker, kind resolve.Kind) []T {
	var out []T
	for _, s := range c.Info.Of(kind) {
		if d, ok := s.Decl.(T); ok && !s.Decl.Head().Broken {
			out = append(out, d)
		}
	}
	return out
}

// article puts a or an before a word.
func article(word string) string {
	if word != "" && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// symbol finds a declaration of one of the kinds and notes its use. What is
// wrong has been reported when it is nil.
func (c *checker) symbol(n syntax.Name, what string, kinds ...resolve.Kind) *resolve.Symbol {
	if !n.Given() {
		return nil
	}
	s := c.Info.Lookup(n.Text)
	if s == nil {
		c.Info.Miss(n.At, nil, kinds...)
		c.report(resolve.Unknown(n.At, what, n.Text, c.Info.Near(n.Text, kinds...)))
		return nil
	}
	c.Info.Use(s, n.At)
	if !slices.Contains(kinds, s.Kind) {
		c.wrongKind(n, s, what)
		return nil
	}
	return s
}
