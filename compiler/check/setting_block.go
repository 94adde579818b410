package check

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// named is one name of a list.
type named struct {
	symbol *resolve.Symbol
	at     source.Span
}

// secretTerm is a value that stands nowhere but in the secrets of the node.
func (c *checker) secretTerm(row *Setting, e syntax.Expr) (value, bool) {
	if p := pathOf(e); p != nil && len(p.Parts) == 2 && p.Parts[0].Text == "secret" {
		return c.textTerm(row, e)
	}
	d := diag.Errorf(CodeCredential, spanOf(e), "%s wants a secret, and this is none", row.Name).WithHelp("write secret.NAME; the node finds its value in its secrets")
	if p := pathOf(e); p != nil && len(p.Parts) == 2 && p.Parts[0].Text == "env" {
		d = d.WithHelp("what is in the environment can be read by everybody on the machine: write secret.%s", strings.ToLower(p.Parts[1].Text)).
			WithFix(e.Span(), "secret."+strings.ToLower(p.Parts[1].Text))
	} else if e != nil {
		d = d.WithFix(e.Span(), "secret."+row.Name).AsDraft()
	}
	c.report(d)
	return value{}, false
}

// rateTerm is 100/s: how many, in int, and in which time, in low.
func (c *checker) rateTerm(row *Setting, t *term, e syntax.Expr) (value, bool) {
	n, per, ok := rateOf(e.(*syntax.Literal))
	if !ok {
		c.errorf(CodeLiteral, e.Span(), "a rate is a whole number of 64 bits")
		return value{}, false
	}
	return value{int: n, low: per, high: per}, c.bounded(row, t, e, types.ExactInt(n))
}

// namesTerm is a list of names of declarations, each of them once.
func (c *checker) namesTerm(row *Setting, t *term, e syntax.Expr) (value, bool) {
	list, ok := e.(*syntax.ListExpr)
	if !ok {
		d := wrongSetting(row, spanOf(e))
		if pathOf(e) != nil {
			d = d.WithHelp("a list of one is written [%s]", e.Span().Text()).WithFix(e.Span().Before(), "[").WithFix(e.Span().After(), "]")
		}
		c.report(d)
		return value{}, false
	}
	kinds := strings.Fields(t.rest)
	all := make([]resolve.Kind, len(kinds))
	for i, k := range kinds {
		all[i] = resolve.Kind(k)
	}
	var out value
	for _, item := range list.Items {
		p := pathOf(item)
		if p == nil {
			c.report(wrongSetting(row, spanOf(item)))
			continue
		}
		s := c.only(p, strings.Join(kinds, " or "), all...)
		if s == nil {
			continue
		}
		if i := slices.IndexFunc(out.named, func(n named) bool { return n.symbol == s }); i >= 0 {
			c.report(diag.Errorf(resolve.CodeDuplicate, p.Span(), "%s is listed twice", p).WithNote(out.named[i].at, "the first time"))
			continue
		}
		out.named = append(out.named, named{s, p.Span()})
	}
	return out, true
}

// joined is a phrase in which a word and the settings in braces behind it, which
// are read as two terms, are one; of other forms it is the phrase.
func joined(forms []form, p *syntax.Phrase) *syntax.Phrase {
	if len(p.Terms) != 2 || len(forms[0].terms) != 1 || forms[0].terms[0].kind != "block" {
		return p
	}
	word, settings := pathOf(p.Terms[0]), p.Terms[1]
	r, ok := settings.(*syntax.RecordExpr)
	if !ok || r.Type != nil || word == nil {
		return p
	}
	one := &syntax.RecordExpr{Place: p.Place, Type: word, Fields: r.Fields}
	return &syntax.Phrase{Place: p.Place, Terms: []syntax.Expr{one}}
}

// blockTerm is a word with settings of its own: basic { user: env.USER }. Their
// table has the name of both: "basic auth". Without words there are only settings.
func (c *checker) blockTerm(row *Setting, t *term, e syntax.Expr) (value, bool) {
	words := strings.Fields(t.rest)
	var out value
	var fields []*syntax.FieldInit
	at := spanOf(e)
	switch x := e.(type) {
	case *syntax.Ident:
		out.text = x.Name
	case *syntax.RecordExpr:
		fields = x.Fields
		if x.Type != nil {
			out.text, at = x.Type.String(), x.Type.Span()
		}
	}
	if out.text == "" && len(words) > 0 || !slices.Contains(words, out.text) && len(words)+len(out.text) > 0 {
		d := wrongSetting(row, at)
		if near := diag.Suggest(out.text, words); near != "" && out.text != "" {
			d = d.WithWord(at, out.text, near)
		}
		c.report(d)
		return value{}, false
	}
	b := c.settings(article(row.Name), TableOf(row.Name, out.text), settingsOf(fields), at)
	out.inner = &b
	return out, true
}

// TableOf are the settings that a setting has in braces behind a word, or behind
// its colon where the word is "".
func TableOf(setting, word string) []Setting {
	name := strings.TrimSpace(word + " " + setting)
	for _, t := range innerTables() {
		if t.Of == name {
			return t.Rows
		}
	}
	return nil
}

// settingsOf reads the fields of a record as settings.
func settingsOf(fields []*syntax.FieldInit) []*syntax.Setting {
	var out []*syntax.Setting
	for _, f := range fields {
		s := &syntax.Setting{Place: f.Place, Name: f.Name}
		if f.Value != nil {
			s.Phrases = []*syntax.Phrase{{Place: syntax.Place{At: f.Value.Span()}, Terms: []syntax.Expr{f.Value}}}
		}
		out = append(out, s)
	}
	return out
}

// limit is a rate with what may be left out behind it: burst, at once and waiting.
func limit(b block) *plan.Limit {
	v, ok := b.get("limit")
	if !ok {
		return nil
	}
	out := &plan.Limit{Count: v[0][0].int, PerNs: int64(v[0][0].low)}
	if v.has(1) {
		out.Burst = v[1][0].int
	}
	if v.has(2) {
		out.AtOnce = v[2][0].int
	}
	if v.has(3) {
		out.Waiting = &v[3][0].int
	}
	return out
}
