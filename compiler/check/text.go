package check

import (
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// supplied reads env.NAME and secret.name.
func supplied(e syntax.Expr) (plan.Text, bool) {
	m, ok := e.(*syntax.MemberExpr)
	if !ok || !m.Name.Given() {
		return plan.Text{}, false
	}
	id, ok := m.X.(*syntax.Ident)
	if !ok || id.Name != "env" && id.Name != "secret" {
		return plan.Text{}, false
	}
	return plan.Text{Setting: m.Name.Text, Secret: id.Name == "secret"}, true
}

// textTerm is a string, or a value that the environment supplies: env.NAME,
// secret.name.
func (c *checker) textTerm(row *Setting, e syntax.Expr) (value, bool) {
	if source, ok := supplied(e); ok {
		c.needs(source.Setting, source.Secret, e.Span())
		return value{source: source}, true
	}
	if s, ok := e.(*syntax.StringExpr); ok {
		if text, ok := s.Plain(); ok {
			return value{source: plan.Text{Literal: text}}, true
		}
	}
	d := diag.Errorf(CodeSettingValue, e.Span(), "%s wants a text", row.Name).WithHelp(`write "text", env.NAME or secret.name`)
	if id, ok := e.(*syntax.Ident); ok && id.Name == strings.ToUpper(id.Name) {
		d = d.WithHelp("a value of the environment is written env.%s", id.Name).WithFix(e.Span().Before(), "env.")
	}
	c.report(d)
	return value{}, false
}

// valueTerm is an expression that is checked where its names are known. The bounds of a
// literal are known here.
func (c *checker) valueTerm(row *Setting, t *term, e syntax.Expr) (value, bool) {
	v := value{expr: e}
	lit, ok := e.(*syntax.Literal)
	if !ok || !t.bounded {
		return v, true
	}
	kind, text, bad := canonical(lit)
	if bad != "" || kind != row.Type.Kind && !(kind == types.Int && row.Type.Kind == types.Decimal) {
		return v, true // which its type says
	}
	measured := value{text: text}
	switch lit.Kind {
	case syntax.IntLiteral, syntax.SizeLiteral:
		measured.int, _ = strconv.ParseInt(text, 10, 64)
	case syntax.DurationLiteral:
		measured.low, _ = parseDuration(lit.Raw)
	}
	return v, c.bounded(row, t, e, measured.measure(lit.Kind))
}
