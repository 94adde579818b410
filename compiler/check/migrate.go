package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// A digest is so many hexadecimal digits; its first ones are enough where they
// name one plan.
const (
	digestDigits    = 64
	minDigestDigits = 8
)

// declareMigrations checks what migrations say by themselves. What they set is
// checked with the body of the process, whose variables it knows; that there is
// such a step, when the steps have names.
func (c *checker) declareMigrations() {
	c.migrations = map[string][]*syntax.MigrateDecl{}
	known := map[string]*syntax.MigrateDecl{}
	for _, file := range c.Module.Files {
		for _, x := range file.Decls {
			d, ok := x.(*syntax.MigrateDecl)
			if !ok || d.Broken {
				continue
			}
			digest := c.digest(d.From)
			c.moves(d)
			s := c.ownProcess(d.Process)
			if s == nil {
				continue
			}
			key := s.Full + " " + digest
			if first := known[key]; first != nil {
				c.report(diag.Errorf(resolve.CodeDuplicate, d.Process.Span(), "the way of %s from that plan is said twice", s.Name).WithNote(first.Process.Span(), "first said here"))
				continue
			}
			known[key] = d
			c.migrations[s.Full] = append(c.migrations[s.Full], d)
		}
	}
}

// ownProcess is a process of this package that a migration or a rollout is about.
func (c *checker) ownProcess(p *syntax.Path) *resolve.Symbol {
	s := c.only(p, "process", resolve.Process)
	if s != nil && !c.own(s) {
		c.report(diag.Errorf(CodeKind, p.Span(), "%s is declared by another package, whose plans are told apart there", p).
			WithHelp("say it in the package that declares the process"))
		return nil
	}
	return s
}

// digest checks the name of an older plan.
func (c *checker) digest(e *syntax.StringExpr) string {
	text, ok := c.plainText(e, "the digest of the older plan")
	if !ok {
		return ""
	}
	hex := strings.Trim(text, "0123456789abcdef") == ""
	if !hex || len(text) < minDigestDigits || len(text) > digestDigits {
		c.report(diag.Errorf(CodeDigest, e.Span(), "this names no plan: a digest has %d hexadecimal digits, of which the first %d or more are enough", digestDigits, minDigestDigits).
			WithHelp("cob build prints the digest, and a node lists those that instances run on"))
	}
	return text
}

// moves reports a step of the older plan that leads to two places, and a value
// that is set twice.
func (c *checker) moves(d *syntax.MigrateDecl) {
	seen := map[string]*syntax.StepRef{}
	for _, m := range d.Body.Moves {
		if first := seen[m.From.Text]; first != nil {
			c.report(diag.Errorf(CodeMovedTwice, m.From.Span(), "who waits at %s cannot go on in two places", m.From.Text).WithNote(first.Span(), "first moved here"))
		}
		seen[m.From.Text] = m.From
	}
	set := map[string]syntax.Name{}
	for _, s := range d.Body.Sets {
		if first, twice := set[s.Name.Text]; twice {
			c.report(diag.Errorf(CodeMovedTwice, s.Name.At, "%s gets two values", s.Name.Text).WithNote(first.At, "the first one"))
		}
		set[s.Name.Text] = s.Name
	}
}

// migrate reads the migrations of a process whose body has been checked.
func (c *checker) migrate(p *Process) {
	for _, d := range c.migrations[p.Name] {
		from, _ := d.From.Plain()
		m := plan.Migration{Process: p.Name, From: from, At: c.place(d.Process.Span())}
		for _, x := range d.Body.Moves {
			m.Moves = append(m.Moves, plan.Move{From: x.From.Text, To: x.To.Text})
		}
		slices.SortFunc(m.Moves, func(a, b plan.Move) int { return cmp.Compare(a.From, b.From) })
		variables := c.Info.Variables
		for i, x := range d.Body.Sets {
			if !slices.ContainsFunc(d.Body.Sets[:i], func(o *syntax.MigrateSet) bool { return o.Name.Text == x.Name.Text }) {
				c.newValue(p, x, variables, &m)
			}
		}
		p.Migrations = append(p.Migrations, m)
	}
	slices.SortFunc(p.Migrations, func(a, b plan.Migration) int { return cmp.Compare(a.From, b.From) })
}

// newValue checks the value of something that instances of the older plan do not
// have: it is computed from the parameters, which they all have.
func (c *checker) newValue(p *Process, x *syntax.MigrateSet, variables []*resolve.Variable, m *plan.Migration) {
	scope := resolve.NewScope()
	c.enters(scope, p)
	i := slices.IndexFunc(variables, func(v *resolve.Variable) bool {
		return v.Plan == x.Name.Text && (v.Fixed == "" || v.Fixed == "a parameter")
	})
	if i < 0 {
		var names []string
		for _, v := range variables {
			if v.Fixed == "" && v.Plan == v.Name {
				names = append(names, v.Name)
			}
		}
		d := resolve.Unknown(x.Name.At, "variable of "+p.Decl.Name.Text, x.Name.Text, names)
		d.Code = CodeNewValue
		c.report(d)
		c.expr(scope, x.Value, none)
		return
	}
	v := variables[i]
	c.Info.Uses = append(c.Info.Uses, resolve.Use{At: x.Name.At, Variable: v})
	t := c.value(scope, x.Value, v.Type)
	if t.invalid() {
		return
	}
	c.keeps(&t, v.Labels, spanOf(x.Value), v.Name)
	m.Sets = append(m.Sets, plan.NamedTree{Name: v.Plan, Expr: t.Tree})
}
