package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// valueName is what the condition of a type that is no record calls its value.
const valueName = "value"

// tested is a condition behind where, checked. It has no test where something is
// wrong with it.
type tested struct {
	test expression.Tree
	text string
}

// aliasRefinements checks the conditions of types that are no records, used or
// not.
func (c *checker) aliasRefinements() {
	for _, s := range c.Info.Of(resolve.Type) {
		if d, ok := s.Decl.(*syntax.TypeDecl); ok && d.Alias != nil && d.Where != nil && !d.Broken {
			c.types.tests[s.Name] = c.refinement(valueName, s.Name, s.At, c.types.aliases[s.Full], d.Where)
		}
	}
}

// refinement checks a condition about one variable.
func (c *checker) refinement(variable, of string, declared source.Span, t types.Type, where syntax.Expr) tested {
	scope := resolve.NewScope()
	v := c.declare(scope, &resolve.Variable{Name: variable, At: declared, Type: present(t), Fixed: "what is refined"})
	cond := c.condition(scope, where)
	if cond.Type.Kind == types.Invalid || t.Kind == types.Invalid {
		v.Used = true // enough has been said
		return tested{}
	}
	r := plan.Refinement{Field: of, Test: cond, Text: where.Span().Text()}
	if !c.sound(&r, where.Span()) {
		v.Used = true
		return tested{}
	}
	return tested{cond, r.Text}
}

// refinements adds the conditions on the fields of a declaration, and on what is
// in them.
func (c *checker) refinements(of string, list []*syntax.Field, fields []types.Field) {
	for _, f := range list {
		field := types.FieldNamed(fields, f.Name.Text)
		if field == nil {
			continue
		}
		g := guarding{c, of, field.Name}
		if f.Where != nil {
			g.add(nil, c.refinement(f.Name.Text, f.Name.Text, f.Name.At, field.Type, f.Where))
		}
		g.below(f.Type, field.Type, nil)
	}
}

// guarding collects the refinements of one field, or of one channel's messages or
// operation's results.
type guarding struct {
	*checker
	of, field string
}

func (g *guarding) add(within []string, t tested) {
	if t.text != "" {
		g.Refinements = append(g.Refinements, plan.Refinement{Type: g.of, Field: g.field, Within: slices.Clone(within), Test: t.test, Text: t.text})
	}
}

// below adds the conditions of the types that a type is written with: of a named
// one that is no record, and of the fields of a record without a name. Records
// with a name have their own.
func (g *guarding) below(t syntax.Type, is types.Type, within []string) {
	is = present(is)
	switch t := t.(type) {
	case *syntax.OptionalType:
		g.below(t.Elem, is, within)
	case *syntax.ListType:
		if is.Kind == types.List {
			g.below(t.Elem, *is.Elem, append(slices.Clip(within), expression.EachItem))
		}
	case *syntax.RecordType:
		for _, f := range t.Fields.List {
			field := types.FieldNamed(is.Fields, f.Name.Text)
			if field == nil {
				continue
			}
			inside := append(slices.Clip(within), "."+f.Name.Text)
			if f.Where != nil {
				g.add(inside, g.refinement(f.Name.Text, f.Name.Text, f.Name.At, field.Type, f.Where))
			}
			g.below(f.Type, field.Type, inside)
		}
	case *syntax.NamedType:
		g.named(t, is, within)
	}
}

func (g *guarding) named(t *syntax.NamedType, is types.Type, within []string) {
	if is.Kind == types.Invalid {
		return
	}
	if len(t.Name.Parts) > 1 {
		for _, r := range g.importedGuards(t.Name) {
			r.Type, r.Field, r.Within = g.of, g.field, slices.Concat(within, r.Within)
			g.Refinements = append(g.Refinements, r)
		}
		return
	}
	name := t.Name.Parts[0].Text
	if is.Kind == types.Map && len(t.Args) == 1 && name == "map" {
		g.below(t.Args[0], *is.Elem, append(slices.Clip(within), expression.EachValue))
		return
	}
	s := g.Info.Lookup(name)
	if s == nil || s.Kind != resolve.Type {
		return
	}
	if d, ok := s.Decl.(*syntax.TypeDecl); ok && d.Alias != nil {
		g.add(within, g.types.tests[name])
		g.below(d.Alias, is, within)
	}
}

// results adds the conditions of the type of what enters as a whole: the messages
// of a channel or a receive, the results of an operation.
func (c *checker) results(of string, t syntax.Type, is types.Type) {
	if t != nil {
		g := guarding{c, of, ""}
		g.below(t, is, nil)
	}
}

// unguarded reports a form whose type has conditions that nobody would check: a
// form is a record of its own.
func (c *checker) unguarded(t syntax.Type, is types.Type) {
	if t == nil {
		return
	}
	probe := *c
	program := *c.Program
	program.Refinements = nil
	probe.Program = &program
	probe.ds = diag.List{}
	g := guarding{&probe, "", ""}
	if g.below(t, is, nil); len(program.Refinements) > 0 {
		c.report(diag.Errorf(CodeUnguarded, t.Span(), "the condition %q would not be checked here", program.Refinements[0].Text).
			WithHelp("make the form a record, type Form { ... }, with the condition on its field"))
	}
}
