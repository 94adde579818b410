package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// Breach is what an sla does when one of its objectives is broken.
type Breach struct {
	SLA   string // qualified
	Body  *syntax.Block
	Facts *Facts
}

// declareBreaches checks what slas do when they are broken. It comes late, because
// it sends, publishes and starts.
func (c *checker) declareBreaches() {
	for _, d := range decls[*syntax.SLADecl](c, resolve.SLA) {
		for _, cl := range d.Body.Clauses {
			if on, ok := cl.(*syntax.OnClause); ok && on.What.Text == "breach" && on.Body != nil {
				c.breach(d, on)
			}
		}
	}
}

func (c *checker) breach(d *syntax.SLADecl, on *syntax.OnClause) {
	b := &Breach{SLA: c.qualified(d.Name.Text), Body: on.Body}
	if slices.ContainsFunc(c.Breaches, func(o *Breach) bool { return o.SLA == b.SLA }) {
		c.errorf(resolve.CodeDuplicate, on.What.At, "the sla %s says twice what happens on breach", d.Name.Text)
		return
	}
	if !c.atOnce(on.Body) {
		return
	}
	facts := newFacts()
	b.Facts = &facts
	outer := c.Program.Facts
	c.Program.Facts = facts
	c.settled(func(grown map[source.Span]labelSet) bool {
		scope := resolve.NewScope()
		for _, f := range plan.BreachFacts() {
			c.declare(scope, &resolve.Variable{Name: f.Name, Type: f.Type, Fixed: "a fact"})
		}
		f := &flow{checker: c, name: d.Name.Text, result: types.Of(types.Void), raised: map[string]bool{},
			ids: map[string]syntax.Name{}, grown: grown, regions: regionsOf(on.Body)}
		f.block(scope, on.Body)
		return f.more
	})
	c.Program.Facts = outer
	c.objectives(on.Body)
	c.Breaches = append(c.Breaches, b)
}

// atOnce reports the statements that something which ends in the commit in which
// it begins cannot have.
func (c *checker) atOnce(b *syntax.Block) bool {
	good := true
	syntax.Inspect(b, func(n syntax.Node) bool {
		st, ok := n.(syntax.Stmt)
		if !ok || endsAtOnce(st) {
			return true
		}
		good = false
		if a := actionOf(st); a != nil {
			st = a
		}
		word, _, _ := strings.Cut(st.Span().Text(), " ")
		if id := st.ExplicitID(); id.Given() {
			word = "this"
		}
		if _, starts := st.(*syntax.StartStmt); starts {
			c.report(diag.Errorf(CodeBreach, st.Span(), "a handle is of no use in the on breach of an sla, which waits for nothing").WithHelp("write start alone"))
			return false
		}
		c.report(diag.Errorf(CodeBreach, st.Span(), "%s cannot stand in the on breach of an sla, which waits for nothing and is no instance", word).
			WithHelp("start a process that does it: start P(...)"))
		return false
	})
	return good
}

// actionOf is what stands behind the = of a statement and is no value, or nil.
func actionOf(st syntax.Stmt) syntax.Action {
	switch st := st.(type) {
	case *syntax.LetStmt:
		return st.Action
	case *syntax.AssignStmt:
		return st.Action
	}
	return nil
}

func endsAtOnce(st syntax.Stmt) bool {
	switch st := st.(type) {
	case *syntax.LetStmt, *syntax.AssignStmt:
		return actionOf(st) == nil
	case *syntax.ForStmt:
		return !st.Parallel
	case *syntax.IfStmt, *syntax.MatchStmt, *syntax.SendStmt, *syntax.PublishStmt, *syntax.StartStmt, *syntax.SpawnStmt, *syntax.AuditStmt:
		return true
	}
	return false
}

// objectives reports a comparison of the variable objective with a text that it
// never is.
func (c *checker) objectives(b *syntax.Block) {
	syntax.Inspect(b, func(n syntax.Node) bool {
		e, ok := n.(*syntax.BinaryExpr)
		if !ok || e.Op != "==" && e.Op != "!=" {
			return true
		}
		for _, side := range [][2]syntax.Expr{{e.X, e.Y}, {e.Y, e.X}} {
			id, ok := side[0].(*syntax.Ident)
			text, is := side[1].(*syntax.StringExpr)
			if !ok || !is || id.Name != "objective" {
				continue
			}
			if name, plain := text.Plain(); plain && !slices.Contains(plan.Objectives(), name) {
				d := resolve.Unknown(text.Span(), "objective", name, plan.Objectives())
				d.Code, d.Draft = CodeObjective, true
				for i := range d.Fixes { // the name stands in quotes
					d.Fixes[i].Text = strconv.Quote(d.Fixes[i].Text)
				}
				c.report(d)
			}
		}
		return true
	})
}

// replicated reports a process that promises what only a second copy of its
// journal can keep.
func (c *checker) replicated(p *Process, at source.Span) {
	s := c.promise(p.SLA)
	if s == nil || s.RPONs == nil && s.RTONs == 0 {
		return
	}
	switch {
	case p.Replicate == "":
		c.report(diag.Errorf(CodeReplicate, at, "the sla %s promises what happens when a cloud is lost, and the journal is in one cloud", c.short(p.SLA)).
			WithHelp("add replicate: async, or replicate: sync where nothing may be lost"))
	case p.Replicate == "async" && s.RPONs != nil && *s.RPONs == 0:
		c.report(diag.Errorf(CodeReplicate, at, "the sla %s promises that nothing is lost, and what is replicated later may be", c.short(p.SLA)).
			WithHelp("write replicate: sync").WithFix(p.Decl.Body.Find("replicate").Span(), "replicate: sync").AsDraft())
	}
}

// promise is the sla of that qualified name, or nil.
func (c *checker) promise(name string) *plan.SLA {
	for _, p := range c.everywhere() {
		for i := range p.SLAs {
			if p.SLAs[i].Name == name {
				return &p.SLAs[i]
			}
		}
	}
	return nil
}

// replicates is what the failover of that qualified name says about journals.
func (c *checker) replicates(failover string) string {
	if f := c.failoverNamed(failover); f != nil {
		return f.Replicate
	}
	return ""
}
