package check

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// declareClouds reads the attributes of all clouds, and from them makes the
// record that policies see: an attribute that a cloud lacks may be absent.
func (c *checker) declareClouds() {
	all := decls[*syntax.CloudDecl](c, resolve.Cloud)
	for _, d := range all {
		c.cloudTwice(d)
		cloud := plan.Cloud{Name: d.Name.Text}
		if d.Settings != nil {
			for _, s := range d.Settings.List {
				if a, ok := c.attribute(s); ok && !c.attributeTwice(cloud, s) {
					cloud.Attributes = append(cloud.Attributes, a)
				}
			}
		}
		slices.SortFunc(cloud.Attributes, func(a, b plan.Attribute) int { return cmp.Compare(a.Name, b.Name) })
		c.Clouds = append(c.Clouds, cloud)
	}
	c.facts = []types.Field{{Name: "name", Type: types.Of(types.String)}}
	clouds := c.cloudsEverywhere()
	for _, cloud := range clouds {
		for _, a := range cloud.Attributes {
			c.fact(a, clouds)
		}
	}
	if len(clouds) == 0 {
		c.facts = append(c.facts, wellKnown()...)
	}
}

func (c *checker) attributeTwice(cloud plan.Cloud, s *syntax.Setting) bool {
	if slices.ContainsFunc(cloud.Attributes, func(a plan.Attribute) bool { return a.Name == s.Name.Text }) {
		c.errorf(CodeSettingTwice, s.Name.At, "%s is set twice", s.Name.Text)
		return true
	}
	return false
}

func (c *checker) attribute(s *syntax.Setting) (plan.Attribute, bool) {
	e := s.Expr()
	if e == nil {
		c.errorf(CodeSettingValue, s.Span(), "an attribute of a cloud is one value")
		return plan.Attribute{}, false
	}
	if id, ok := e.(*syntax.Ident); ok && id.Name != "now" && c.Info.Lookup(id.Name) == nil {
		c.report(unquoted(id))
		return plan.Attribute{}, false
	}
	t := c.value(resolve.NewScope(), e, none)
	if t.invalid() {
		return plan.Attribute{}, false
	}
	return plan.Attribute{Name: s.Name.Text, Value: t.Tree}, c.constant(t.Tree, e)
}

// constant reports an expression that is not the same for every run.
func (c *checker) constant(t expression.Tree, e syntax.Expr) bool {
	ok := true
	t.Walk(func(n *expression.Tree) bool {
		ok = ok && n.Op != expression.Var
		return ok
	})
	if !ok {
		c.errorf(CodeConstant, e.Span(), "a value is wanted here that is known before anything runs")
	}
	return ok
}

func (c *checker) fact(a plan.Attribute, clouds []plan.Cloud) {
	if types.FieldNamed(c.facts, a.Name) != nil {
		return
	}
	f := types.Field{Name: a.Name, Type: a.Value.Type}
	have := 0
	for _, other := range clouds {
		for _, b := range other.Attributes {
			if b.Name != a.Name {
				continue
			}
			have++
			if !b.Value.Type.Equal(a.Value.Type) {
				c.errorf(CodeMismatch, c.cloudNamed(other.Name), "the attribute %s is %s here and %s for another cloud", a.Name, c.show(b.Value.Type), c.show(a.Value.Type))
			}
		}
	}
	if have < len(clouds) {
		f.Type = types.OptionalOf(f.Type)
	}
	c.facts = append(c.facts, f)
}

// declareSettingsOnly reads the declarations that are nothing but settings.
func (c *checker) declareSettingsOnly() {
	for _, d := range decls[*syntax.FailoverDecl](c, resolve.Failover) {
		c.Failovers = append(c.Failovers, c.failover(d))
	}
	for _, d := range decls[*syntax.SLADecl](c, resolve.SLA) {
		c.SLAs = append(c.SLAs, c.sla(d))
	}
	for _, d := range decls[*syntax.RoleDecl](c, resolve.Role) {
		c.Roles = append(c.Roles, c.role(d))
	}
}

func list(s *syntax.Settings) []*syntax.Setting {
	if s == nil {
		return nil
	}
	return s.List
}

func (c *checker) role(d *syntax.RoleDecl) plan.Role {
	r := plan.Role{Name: c.qualified(d.Name.Text)}
	b := c.settings("a role", roleSettings, list(d.Settings), d.Name.At)
	if v, ok := b.first("groups"); ok {
		t := c.value(resolve.NewScope(), v.expr, types.ListOf(types.Of(types.String)))
		for _, g := range t.Args {
			if g.Op != expression.Literal {
				c.errorf(CodeConstant, v.expr.Span(), "the groups of a role are plain strings")
				break
			}
			r.Groups = append(r.Groups, g.Text)
		}
	}
	slices.Sort(r.Groups)
	return r
}
