package check

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// withFields adds the missing fields to a record: with the variable of that name
// where one fits, or else with the empty value of the type, for the author to
// replace, which makes the fix a draft. A type without one has no fix.
func (c *checker) withFields(d diag.Diagnostic, s *resolve.Scope, e *syntax.RecordExpr, missing []*types.Field) diag.Diagnostic {
	var parts []string
	draft := false
	for _, f := range missing {
		v := s.Find(f.Name)
		if v == nil || !c.Universe.Assignable(c.narrowed(s, &syntax.Ident{Name: f.Name}, v.Type), f.Type) {
			empty, ok := c.empty(f.Type, 0)
			if !ok || f.Refined {
				return d
			}
			parts = append(parts, f.Name+": "+empty)
			draft = true
			continue
		}
		parts = append(parts, f.Name+": "+f.Name)
	}
	if draft {
		d = d.AsDraft()
	}
	text := strings.Join(parts, ", ")
	if n := len(e.Fields); n > 0 {
		return d.WithFix(e.Fields[n-1].Span().After(), ", "+text)
	}
	whole := e.Span()
	if !strings.HasSuffix(whole.Text(), "}") {
		return d.WithFix(whole.After(), " { "+text+" }")
	}
	open := strings.LastIndexByte(whole.Text(), '{')
	return d.WithFix(whole.Last(len(whole.Text())-open), "{ "+text+" }")
}

// maxEmpty bounds how deep records are written out that nobody has filled in.
const maxEmpty = 3

// empty is a value of a type as an author writes it: nothing, none, the first.
func (c *checker) empty(t types.Type, depth int) (string, bool) {
	switch t.Kind {
	case types.Bool:
		return "false", true
	case types.Int, types.Float, types.Decimal:
		return "0", true
	case types.Money:
		return "0 EUR", true
	case types.String:
		return `""`, true
	case types.Duration:
		return "0s", true
	case types.JSON, types.Optional:
		return "null", true
	case types.List:
		return "[]", true
	case types.Map:
		return "{ }", true
	case types.Named:
		if d := c.Universe.Lookup(t.Name); d != nil && d.Kind == types.EnumDefinition && len(d.Values) > 0 {
			return c.show(t) + "." + d.Values[0], true
		}
	}
	fields, ok := c.Universe.FieldsOf(t)
	if !ok || depth == maxEmpty {
		return "", false
	}
	var parts []string
	for i := range fields {
		if fields[i].Type.Kind == types.Optional {
			continue
		}
		value, ok := c.empty(fields[i].Type, depth+1)
		if !ok || fields[i].Refined {
			return "", false
		}
		parts = append(parts, fields[i].Name+": "+value)
	}
	if len(parts) == 0 {
		return "{ }", true
	}
	return "{ " + strings.Join(parts, ", ") + " }", true
}

// converted adds to a mismatch how a value of the wanted type is made of the one
// that is there. What may lose something, or fail, is said and not done.
func (c *checker) converted(d diag.Diagnostic, t *typed, want types.Type, at source.Span) diag.Diagnostic {
	want = present(want)
	around := func(f string) diag.Diagnostic {
		return d.WithHelp("write %s(...)", f).WithFix(at.Before(), f+"(").WithFix(at.After(), ")")
	}
	have := t.Type.Kind
	switch {
	case want.Kind == types.String && c.printable(t.Type):
		return around("string")
	case want.Kind == types.Decimal && have == types.Float:
		return around("decimal")
	case want.Kind == types.Float && have == types.Decimal:
		return around("float")
	case want.Kind == types.Int && (have == types.Decimal || have == types.Float):
		return d.WithHelp("int(...) drops the fraction, int(round(...)) rounds")
	case (want.Kind == types.Int || want.Kind == types.Decimal || want.Kind == types.Float) && (have == types.String || have == types.JSON):
		return d.WithHelp("%s(...) reads a number, and fails where there is none", want.Kind)
	case want.Kind == types.Timestamp && have == types.String, want.Kind == types.Duration && have == types.String:
		return d.WithHelp("%s(...) reads one, and fails where there is none", want.Kind)
	case want.Kind == types.Bytes && have == types.String:
		return d.WithHelp("bytes(...) gives the UTF-8 of a text, from_base64(...) what base64 says")
	case want.Kind == types.String && have == types.Bytes:
		return d.WithHelp("base64(...) writes bytes as text, text(...) reads UTF-8")
	case want.Kind == types.Duration && isPlainNumber(t.Type) && t.Op == expression.Literal:
		return d.WithHelp("a duration has a unit: %ss, %sm, %sh or %sd", at.Text(), at.Text(), at.Text(), at.Text())
	case want.Kind == types.Bool && t.Type.Kind == types.Optional:
		return d.WithHelp("whether it is there says %s != null", at.Text())
	case want.Kind == types.Bool && t.Type.Kind == types.Int:
		return d.WithHelp("a number is compared: %s > 0", at.Text())
	case want.Kind == types.Money && isPlainNumber(t.Type):
		return c.priced(d, t, at)
	case want.Kind == types.Named && have == types.String && t.Op == expression.Literal:
		return c.enumNamed(d, t.Text, want, at)
	}
	return d
}

// priced is the way out where a number stands for an amount.
func (c *checker) priced(d diag.Diagnostic, t *typed, at source.Span) diag.Diagnostic {
	if t.Op == expression.Literal {
		return d.WithHelp("an amount has a currency: write %s EUR", at.Text())
	}
	return d.WithHelp(`an amount has a currency: money(..., "EUR")`)
}

// enumNamed is the way out where a text stands for a value of an enum.
func (c *checker) enumNamed(d diag.Diagnostic, text string, want types.Type, at source.Span) diag.Diagnostic {
	e := c.Universe.Lookup(want.Name)
	if e == nil || e.Kind != types.EnumDefinition {
		return d
	}
	near := text
	if !slices.Contains(e.Values, text) {
		near = diag.Suggest(text, e.Values)
	}
	if near != "" {
		value := c.show(want) + "." + near
		return d.WithHelp("write %s", value).WithFix(at, value)
	}
	return d.WithHelp("write one of %s.%s", c.show(want), strings.Join(shown(e.Values), ", "))
}
