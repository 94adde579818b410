package check

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// Setting is one row of a table of settings: what an author may write between
// the braces of a construct. The rows are data, for checking, hover and
// completion alike.
type Setting struct {
	Name string
	// Form is what may stand behind the colon: phrases separated by ", ", each a
	// row of words and of values in < >. A ? behind a phrase makes it optional.
	//
	//	<int 1..100> <size> <ratio> <money> <bool> <text> <duration 1ms..1h>
	//	<durations 1ms..1h> (low..high) <expression> <one of a b c> <name kind>
	//	<calendar> <times> (both have phrases of their own and stand alone)
	//	<names kind kind> (a list) <rate 1..1000> (how many) <secret> <block a b c>
	//	<value type> (an expression of that type)
	//
	// Bounds are inclusive.
	Form     string
	Default  string // what holds when it is not given, in words
	Required bool
	Doc      string

	// Of a connector's settings: what its declaration says of them besides.
	Type     types.Type
	where    syntax.Expr
	fallback syntax.Expr // the default, as it is written there
}

// value is what was read for one < > of a form.
type value struct {
	int    int64 // also sizes
	low    time.Duration
	high   time.Duration // of durations; equal to low otherwise
	text   string        // a ratio as 0.9995, money as "0.05 EUR", a word
	source plan.Text     // of text
	expr   syntax.Expr
	symbol *resolve.Symbol
	path   *syntax.Path       // of times: the source, nil for all
	days   []plan.CalendarDay // of a calendar; low is its interval and text its zone
	named  []named            // of a list of names
	inner  *block             // of a word with settings of its own; text is the word
}

// values are what was read for a setting: for each phrase of its form the values
// in it, nil where the phrase was left out.
type values [][]value

// has says whether the phrase was given.
func (v values) has(phrase int) bool { return phrase < len(v) && v[phrase] != nil }

// block is a checked block of settings: what was given for each row of a table.
type block struct {
	table []Setting
	given []given
}

type given struct {
	at     *syntax.Setting // nil when it was not given
	values values          // nil when something is wrong with them
}

func (b block) row(name string) int {
	for i := range b.table {
		if b.table[i].Name == name {
			return i
		}
	}
	return -1
}

// at is where the author gave a setting of the table, or nil.
func (b block) at(name string) *syntax.Setting {
	if i := b.row(name); i >= 0 {
		return b.given[i].at
	}
	return nil
}

func (b block) get(name string) (values, bool) {
	if i := b.row(name); i >= 0 {
		return b.given[i].values, b.given[i].values != nil
	}
	return nil, false
}

// first is the first value of the first phrase of a setting.
func (b block) first(name string) (value, bool) {
	if v, _ := b.get(name); v.has(0) && len(v[0]) > 0 {
		return v[0][0], true
	}
	return value{}, false
}

func (b block) span(name string) source.Span {
	if s := b.at(name); s != nil {
		return s.Span()
	}
	return source.Span{}
}

// settings checks a block against a table.
func (c *checker) settings(of string, table []Setting, list []*syntax.Setting, at source.Span) block {
	b := block{table, make([]given, len(table))}
	unknown := false // it may be meant for one that is missing
	for _, s := range list {
		i := b.row(s.Name.Text)
		if i < 0 {
			unknown = true
			c.report(unknownSetting(of, table, s))
			continue
		}
		if first := b.given[i].at; first != nil {
			c.report(diag.Errorf(CodeSettingTwice, s.Name.At, "%s is set twice", s.Name.Text).WithNote(first.Name.At, "first set here").
				WithFix(s.Span().Listed(), "").AsDraft())
			continue
		}
		b.given[i].at = s
		if c.unmarked(b, s) {
			continue
		}
		if v, ok := c.read(&table[i], s); ok {
			b.given[i].values = v
		}
	}
	for i := range table {
		if row := &table[i]; row.Required && b.given[i].at == nil && !unknown {
			c.report(diag.Errorf(CodeSettingMissing, at, "%s needs the setting %s", of, row.Name).
				WithHelp("%s: %s. %s", row.Name, row.Form, row.Doc))
		}
	}
	return b
}

// unmarked reports a setting with braces that lacks its colon, so that it was read as the
// rest of the setting before it: `store: 10GiB, price { ... }`.
func (c *checker) unmarked(b block, s *syntax.Setting) bool {
	for _, p := range s.Phrases[1:] {
		if len(p.Terms) != 2 {
			continue
		}
		name, bare := p.Terms[0].(*syntax.Ident)
		_, braced := p.Terms[1].(*syntax.RecordExpr)
		if bare && braced && b.row(name.Name) >= 0 {
			c.report(diag.Errorf(CodeSettingValue, name.Span(), "%s is a setting, and has a colon", name.Name).
				WithHelp("write %s: { ... }", name.Name).WithFix(name.Span().After(), ":"))
			return true
		}
	}
	return false
}

func unknownSetting(of string, table []Setting, s *syntax.Setting) diag.Diagnostic {
	var names []string
	for _, row := range table {
		names = append(names, row.Name)
	}
	d := diag.Errorf(CodeSetting, s.Name.At, "%s has no setting %s", of, s.Name.Text)
	if near := diag.Suggest(s.Name.Text, names); near != "" {
		return d.WithWord(s.Name.At, s.Name.Text, near)
	}
	if len(names) > 0 {
		d = d.WithHelp("it has %s", strings.Join(names, ", "))
	}
	return d
}

// read matches the phrases of a setting with those of its form.
func (c *checker) read(row *Setting, s *syntax.Setting) (values, bool) {
	switch row.Form {
	case "<calendar>":
		v, ok := c.calendar(row, s)
		return values{{v}}, ok
	case "<times>":
		v, ok := readTimes(s)
		if !ok {
			c.report(diag.Errorf(CodeSettingValue, s.Span(), "%s is one expression, or one for each source", row.Name).
				WithHelp("write %s: at, or %s: taken of readings, raised of alarms", row.Name, row.Name))
		}
		return values{v}, ok
	}
	forms := forms(row.Form)
	out := make(values, len(forms))
	for _, p := range s.Phrases {
		i := 0
		p = joined(forms, p)
		for i < len(forms) && !forms[i].admits(p) {
			i++
		}
		if i == len(forms) || out[i] != nil {
			c.report(wrongPhrase(row, p))
			return nil, false
		}
		v, ok := c.phrase(row, &forms[i], p)
		if !ok {
			return nil, false
		}
		out[i] = v
	}
	for i, f := range forms {
		if out[i] == nil && !f.optional {
			c.report(wrongSetting(row, s.Span()))
			return nil, false
		}
	}
	return out, true
}

func wrongSetting(row *Setting, at source.Span) diag.Diagnostic {
	return diag.Errorf(CodeSettingValue, at, "%s is written %s: %s", row.Name, row.Name, row.Form).WithHelp("%s", row.Doc)
}

// wrongPhrase is wrongSetting with what would make a phrase right, where one term
// is all that is wrong with it.
func wrongPhrase(row *Setting, p *syntax.Phrase) diag.Diagnostic {
	d := wrongSetting(row, p.Span())
	for _, f := range forms(row.Form) {
		at := f.misfit(p)
		if at < 0 {
			continue
		}
		term, span := &f.terms[at], p.Terms[at].Span()
		lit, isLiteral := p.Terms[at].(*syntax.Literal)
		number := isLiteral && (lit.Kind == syntax.IntLiteral || lit.Kind == syntax.DecimalLiteral)
		switch {
		case term.word != "" && !isLiteral:
			return d.WithHelp("did you mean %s?", term.word).WithFix(span, term.word)
		case term.kind == "ratio" && number:
			return d.WithHelp("a ratio has a sign: %s%%", lit.Raw).WithFix(span.After(), "%")
		case term.kind == "duration" && number:
			return d.WithHelp("a duration has a unit: %s", lit.Raw+"s")
		case term.kind == "money" && number:
			return d.WithHelp("an amount has a currency: %s EUR", lit.Raw)
		}
	}
	return d
}

// misfit is the index of the one term of a phrase that does not fit, or -1 where
// there is none or more than one.
func (f *form) misfit(p *syntax.Phrase) int {
	if len(p.Terms) != len(f.terms) {
		return -1
	}
	found := -1
	for i := range f.terms {
		one := form{terms: f.terms[i : i+1]}
		if one.admits(&syntax.Phrase{Terms: p.Terms[i : i+1]}) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

// form is one phrase of a Setting's Form, split into terms.
type form struct {
	terms    []term
	optional bool
}

// term is a word, or a value in < >.
type term struct {
	word      string // "" for a value
	kind      string // "duration" of <duration 1ms..1h>
	rest      string // "1ms..1h"
	low, high types.Exact
	bounded   bool // has a lower end
	open      bool // has no upper end
}

// parsedForms are the forms of all tables, parsed once: they are constants.
var parsedForms = parseForms(Tables())

func parseForms(tables []Table) map[string][]form {
	out := map[string][]form{}
	for _, t := range tables {
		for _, row := range t.Rows {
			out[row.Form] = parseForm(row.Form)
		}
	}
	return out
}

func forms(text string) []form {
	if f, ok := parsedForms[text]; ok {
		return f
	}
	return parseForm(text) // of a connector
}

func parseForm(text string) []form {
	var out []form
	for _, p := range strings.Split(text, ", ") {
		f := form{}
		p, f.optional = strings.CutSuffix(p, "?")
		for p != "" {
			end := strings.IndexByte(p, ' ')
			if p[0] == '<' {
				end = strings.IndexByte(p, '>') + 1
			}
			if end < 0 || end >= len(p) {
				end = len(p)
			}
			f.terms = append(f.terms, parseTerm(p[:end]))
			p = strings.TrimPrefix(p[end:], " ")
		}
		out = append(out, f)
	}
	return out
}

func parseTerm(text string) term {
	if text[0] != '<' {
		return term{word: text}
	}
	t := term{}
	t.kind, t.rest, _ = strings.Cut(strings.Trim(text, "<>"), " ")
	if t.kind == "value" { // its type stands before its bounds
		t.rest = t.rest[strings.LastIndexByte(t.rest, ' ')+1:]
	}
	low, high, ok := strings.Cut(t.rest, "..")
	if ok {
		t.low, t.high, t.bounded, t.open = boundOf(low), boundOf(high), true, high == ""
	}
	return t
}

// admits says whether a phrase has the shape of the form: as many terms, the
// same words, and literals of the right kind.
func (f *form) admits(p *syntax.Phrase) bool {
	if len(p.Terms) != len(f.terms) {
		return false
	}
	for i := range f.terms {
		want := &f.terms[i]
		if want.word != "" {
			if p.Word(i) != want.word {
				return false
			}
			continue
		}
		if kind, ok := termKinds[want.kind]; ok {
			lit, is := p.Terms[i].(*syntax.Literal)
			if !is || !slices.Contains(kind, lit.Kind) {
				return false
			}
		}
	}
	return true
}

var termKinds = map[string][]syntax.LiteralKind{
	"int": {syntax.IntLiteral}, "duration": {syntax.DurationLiteral}, "ratio": {syntax.RatioLiteral},
	"money": {syntax.MoneyLiteral}, "size": {syntax.SizeLiteral, syntax.IntLiteral}, "bool": {syntax.BoolLiteral},
	"rate": {syntax.RateLiteral},
}

func (c *checker) phrase(row *Setting, f *form, p *syntax.Phrase) ([]value, bool) {
	out := make([]value, 0, len(f.terms))
	for i := range f.terms {
		t := &f.terms[i]
		if t.word != "" {
			continue
		}
		v, ok := c.term(row, t, p.Terms[i])
		if !ok {
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}

func (c *checker) term(row *Setting, t *term, e syntax.Expr) (value, bool) {
	switch t.kind {
	case "expression":
		return value{expr: e}, true
	case "value":
		return c.valueTerm(row, t, e)
	case "text":
		return c.textTerm(row, e)
	case "secret":
		return c.secretTerm(row, e)
	case "rate":
		return c.rateTerm(row, t, e)
	case "names":
		return c.namesTerm(row, t, e)
	case "block":
		return c.blockTerm(row, t, e)
	case "name":
		path := pathOf(e)
		if path == nil {
			c.report(wrongSetting(row, e.Span()))
			return value{}, false
		}
		s := c.only(path, t.rest, resolve.Kind(t.rest))
		return value{symbol: s}, s != nil
	case "one":
		words := strings.Fields(strings.TrimPrefix(t.rest, "of "))
		if id, ok := e.(*syntax.Ident); ok {
			if slices.Contains(words, id.Name) {
				return value{text: id.Name}, true
			}
			if near := diag.Suggest(id.Name, words); near != "" {
				c.report(wrongSetting(row, e.Span()).WithWord(e.Span(), id.Name, near))
				return value{}, false
			}
		}
		c.report(wrongSetting(row, e.Span()))
		return value{}, false
	case "durations":
		r, ok := e.(*syntax.RangeExpr)
		if !ok {
			c.report(wrongSetting(row, e.Span()))
			return value{}, false
		}
		low, ok1 := c.literalTerm(row, t.of("duration"), r.Low)
		high, ok2 := c.literalTerm(row, t.of("duration"), r.High)
		if ok1 && ok2 && low.low > high.low {
			c.errorf(CodeBounds, e.Span(), "%s: the lower end is above the upper end", row.Name)
			return value{}, false
		}
		return value{low: low.low, high: high.low}, ok1 && ok2
	}
	return c.literalTerm(row, t, e)
}

// of is the term with another kind and the same bounds.
func (t *term) of(kind string) *term {
	other := *t
	other.kind = kind
	return &other
}

func (c *checker) literalTerm(row *Setting, t *term, e syntax.Expr) (value, bool) {
	lit, ok := e.(*syntax.Literal)
	if !ok || !slices.Contains(termKinds[t.kind], lit.Kind) {
		c.report(wrongSetting(row, spanOf(e)))
		return value{}, false
	}
	_, text, bad := canonical(lit)
	if bad != "" {
		c.errorf(CodeLiteral, e.Span(), "%s", bad)
		return value{}, false
	}
	if lit.Kind == syntax.MoneyLiteral && !c.currency(lit) {
		return value{}, false
	}
	v := value{text: text, expr: e}
	switch lit.Kind {
	case syntax.IntLiteral, syntax.SizeLiteral:
		v.int, _ = strconv.ParseInt(text, 10, 64)
	case syntax.DurationLiteral:
		v.low, _ = parseDuration(lit.Raw)
		v.high = v.low
	}
	return v, !t.bounded || c.bounded(row, t, e, v.measure(lit.Kind))
}

// measure is the value of a literal as bounds compare it.
func (v *value) measure(kind syntax.LiteralKind) types.Exact {
	switch kind {
	case syntax.DurationLiteral:
		return types.ExactInt(int64(v.low))
	case syntax.RatioLiteral:
		x, _ := types.ParseExact(v.text)
		return x
	case syntax.MoneyLiteral:
		a, _ := types.ParseAmount(v.text)
		return a.Value
	}
	return types.ExactInt(v.int)
}

// bounded reports a value outside of its bounds.
func (c *checker) bounded(row *Setting, t *term, e syntax.Expr, measure types.Exact) bool {
	if measure.Cmp(t.low) >= 0 && (t.open || measure.Cmp(t.high) <= 0) {
		return true
	}
	low, high, _ := strings.Cut(t.rest, "..")
	limit := "from " + low + " to " + high
	if t.open {
		limit = "at least " + low
	}
	near := low
	if measure.Cmp(t.low) >= 0 {
		near = high
	}
	c.report(diag.Errorf(CodeBounds, e.Span(), "%s has to be %s", row.Name, limit).WithHelp("%s", row.Doc).
		WithFix(e.Span(), near).AsDraft())
	return false
}

func boundOf(text string) types.Exact {
	if d, ok := parseDuration(text); ok {
		return types.ExactInt(int64(d))
	}
	if n, ok := parseSize(text); ok {
		return types.ExactInt(n)
	}
	if r, ok := parseRatio(text); ok {
		return ratioOr(text, r)
	}
	return types.ExactInt(0)
}

// ratioOr keeps plain numbers plain: only 50% is a ratio.
func ratioOr(text string, r types.Exact) types.Exact {
	if strings.HasSuffix(text, "%") {
		return r
	}
	n, _ := types.ParseExact(text)
	return n
}

// needs notes that the environment has to supply a value.
func (c *checker) needs(name string, secret bool, at source.Span) {
	c.need(plan.Setting{Name: name, Secret: secret, At: c.place(at)})
}

func (c *checker) need(s plan.Setting) {
	key := s.Name
	if s.Secret {
		key = "secret." + key
	}
	if !c.setting[key] {
		c.setting[key] = true
		c.Settings = append(c.Settings, s)
	}
}
