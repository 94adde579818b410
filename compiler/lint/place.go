package lint

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// failureDomains remarks an endpoint all of whose clouds fail together.
func (p *pass) failureDomains(d *syntax.EndpointDecl) {
	e := p.endpoint(d)
	if e == nil || len(e.Bindings) < 2 {
		return
	}
	domain := ""
	for i, b := range e.Bindings {
		its := p.attribute(b.Cloud, "failure_domain")
		if its == "" || i > 0 && its != domain {
			return
		}
		domain = its
	}
	p.report(diag.Warningf(CodeOneDomain, d.Name.At, "all clouds of %s are of the failure domain %s: when one of them fails the others do too", d.Name.Text, domain).
		WithHelp("bind it in a cloud of another failure_domain"))
}

// attribute is the text of one fact about a cloud, or "".
func (p *pass) attribute(cloud, name string) string {
	qualified := "." + cloud
	for _, c := range p.Clouds {
		if c.Name != cloud && !strings.HasSuffix(c.Name, qualified) {
			continue
		}
		for _, a := range c.Attributes {
			if a.Name == name && a.Value.Op == expression.Literal {
				return a.Value.Text
			}
		}
	}
	return ""
}

// labelsInURL remarks labelled data in an address: every proxy and every log on
// the way keeps addresses.
func (p *pass) labelsInURL(o *syntax.Operation, op *plan.Operation) {
	if op.HTTP == nil {
		return
	}
	var trees []*expression.Tree
	for _, part := range op.HTTP.Path {
		trees = append(trees, part.Expr)
	}
	for i := range op.HTTP.Query {
		trees = append(trees, &op.HTTP.Query[i].Expr)
	}
	var found []string
	for _, t := range trees {
		t.Walk(func(t *expression.Tree) bool {
			found = append(found, p.labelsOf(t, op.Params)...)
			return true
		})
	}
	if len(found) == 0 {
		return
	}
	slices.Sort(found)
	p.report(diag.Warningf(CodeLabelInURL, o.Body.Request.Target.Span(), "%s data stands in the address, which proxies and logs on the way keep", strings.Join(slices.Compact(found), ", ")).
		WithHelp("send it in the body, or address the case by a number"))
}

// labelsOf are the labels that a field or a parameter is declared with.
func (p *pass) labelsOf(t *expression.Tree, params []types.Field) []string {
	switch t.Op {
	case expression.Var:
		return labelsIn(params, t.Name)
	case expression.Field, expression.OptField:
		of := t.Args[0].Type
		if of.Kind == types.Optional {
			of = *of.Elem
		}
		if of.Kind == types.Record {
			return labelsIn(of.Fields, t.Name)
		}
		if of.Kind == types.Named {
			if d := p.Universe.Lookup(of.Name); d != nil {
				return labelsIn(d.Fields, t.Name)
			}
		}
	}
	return nil
}

func labelsIn(fields []types.Field, name string) []string {
	for _, f := range fields {
		if f.Name == name {
			return f.Labels
		}
	}
	return nil
}

// sameRules remarks a rule that another one of its policy says already.
func (p *pass) sameRules(d *syntax.PolicyDecl) {
	for i, r := range d.Body.Rules {
		for _, before := range d.Body.Rules[:i] {
			if r.Effect.Text == before.Effect.Text && slices.EqualFunc(r.Points, before.Points, sameName) && sameCondition(r.When, before.When) {
				p.report(diag.Warningf(CodeSameRule, r.Span(), "this rule is there already").WithNote(before.Span(), "here").WithFix(r.Span().Alone(), "").AsDraft())
				break
			}
		}
	}
}

func sameName(a, b syntax.Name) bool { return a.Text == b.Text }

func sameCondition(a, b syntax.Expr) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return same(a, b)
}

// nobody remarks a role that nobody has.
func (p *pass) nobody(d *syntax.RoleDecl) {
	i, ok := slices.BinarySearchFunc(p.Roles, p.Module.Package+"."+d.Name.Text, func(r plan.Role, n string) int { return cmp.Compare(r.Name, n) })
	if ok && len(p.Roles[i].Groups) == 0 {
		p.report(diag.Warningf(CodeNobody, d.Name.At, "no group has the role %s, so nobody can do what needs it", d.Name.Text).
			WithHelp("name the groups whose members have it: role %s { groups: [\"%ss\"] }", d.Name.Text, d.Name.Text))
	}
}
