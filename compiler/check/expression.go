package check

import (
	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
	"strings"
)

// typed is a checked expression. labels are those its value has beside the ones
// that its type says.
type typed struct {
	expression.Tree
	labels labelSet
}

var none = types.Type{}

// lost is the type that is wanted where a mistake that has been told hides it.
var lost = types.Type{Name: "?"}

// wanted is the type that a place was declared with.
func wanted(t types.Type) types.Type {
	if t.Kind == types.Invalid {
		return lost
	}
	return t
}

func (t *typed) invalid() bool { return t.Type.Kind == types.Invalid }

// all are the labels of everything in the value.
func (c *checker) all(t *typed) labelSet { return t.labels | c.deep(t.Type) }

// value checks an expression of which a type is wanted, and gives it in that
// type. A want of none takes any value.
func (c *checker) value(s *resolve.Scope, e syntax.Expr, want types.Type) typed {
	return c.valueFor(s, e, want, "")
}

// valueFor is value for a parameter, which is named where the value does not fit it.
func (c *checker) valueFor(s *resolve.Scope, e syntax.Expr, want types.Type, param string) typed {
	t := c.expr(s, e, want)
	if want.Kind != types.Invalid {
		return c.fitOf(t, want, e.Span(), param)
	}
	return c.anyValue(t, e)
}

// anyValue takes a value of any type, but it has to be one.
func (c *checker) anyValue(t typed, e syntax.Expr) typed {
	if t.Type.Kind == types.Void {
		c.errorf(CodeNoValue, e.Span(), "there is no value here")
		t.Type = none
	}
	return t
}

// condition checks an expression that has to be true or false.
func (c *checker) condition(s *resolve.Scope, e syntax.Expr) expression.Tree {
	t := c.value(s, e, types.Of(types.Bool))
	return t.Tree
}

// fit gives t as a value of type want, or reports that it is none.
func (c *checker) fit(t typed, want types.Type, at source.Span) typed {
	return c.fitOf(t, want, at, "")
}

// fitOf is fit for a parameter, which is named where the value does not fit it.
func (c *checker) fitOf(t typed, want types.Type, at source.Span, param string) typed {
	if t.invalid() || want.Kind == types.Invalid {
		return t
	}
	if t.Type.Equal(want) {
		t.labels |= c.shed(t.Type, want)
		return t
	}
	if !c.Universe.Assignable(t.Type, want) {
		d := c.mismatch(t.Type, want, at)
		if d.Code == CodeMismatch && d.Help == "" {
			d = c.converted(d, &t, want, at)
		}
		if param != "" {
			d.Message = "the parameter " + param + ": " + d.Message
		}
		c.report(c.blame(d, &t))
		return typed{}
	}
	target := want
	if target.Kind == types.Optional {
		target = *target.Elem
	}
	if t.Type.Kind == types.Int && (target.Kind == types.Decimal || target.Kind == types.Float) {
		t.Tree = widen(t.Tree, target)
		return t
	}
	// What a record's fields were labelled with must not be lost with their names.
	t.labels |= c.shed(t.Type, want)
	return t
}

func widen(t expression.Tree, to types.Type) expression.Tree {
	if t.Type.Equal(to) {
		return t
	}
	if t.Op == expression.Literal && t.Type.Kind == types.Int {
		t.Type = to
		return t
	}
	if to.Kind == types.Optional {
		to = *to.Elem
		if t.Type.Kind == types.Optional {
			to = types.OptionalOf(to)
		}
	}
	return expression.Tree{Op: expression.Widen, Type: to, Args: []expression.Tree{t}}
}

func (c *checker) mismatch(have, want types.Type, at source.Span) diag.Diagnostic {
	if have.Kind == types.Optional && c.Universe.Assignable(*have.Elem, want) {
		return c.otherwise(diag.Errorf(CodeAbsent, at, "this may be absent, and %s is wanted", c.show(want)).
			WithLabel("this is %s", c.show(have)).
			WithHelp("say what holds when it is absent: ... ?? other"), at, have, "", "")
	}
	d := diag.Errorf(CodeMismatch, at, "%s is wanted and this is %s", c.show(want), c.show(have))
	if want.Kind == types.List && c.Universe.Assignable(have, *want.Elem) {
		return d.WithHelp("a list of one is written [%s]", at.Text()).WithFix(at.Before(), "[").WithFix(at.After(), "]")
	}
	if missing := c.missing(have, want); missing != "" {
		return d.WithHelp("the field %s is missing", missing)
	}
	return d
}

// missing is a field of want that have lacks, when both are records.
func (c *checker) missing(have, want types.Type) string {
	wants, ok := c.Universe.FieldsOf(want)
	if !ok {
		return ""
	}
	haves, ok := c.Universe.FieldsOf(have)
	if !ok {
		return ""
	}
	for _, w := range wants {
		if w.Type.Kind != types.Optional && types.FieldNamed(haves, w.Name) == nil {
			return w.Name
		}
	}
	return ""
}

// show is a type as the author of this package writes it.
func (c *checker) show(t types.Type) string {
	switch t.Kind {
	case types.Named:
		if len(t.Name) > len(c.pkg) && t.Name[:len(c.pkg)] == c.pkg && t.Name[len(c.pkg)] == '.' {
			return t.Name[len(c.pkg)+1:]
		}
		return t.Name
	case types.List:
		return "[" + c.show(*t.Elem) + "]"
	case types.Map:
		return "map<" + c.show(*t.Elem) + ">"
	case types.Optional:
		return c.show(*t.Elem) + "?"
	}
	return t.String()
}

// expr checks an expression. want guides record literals, empty lists and
// numbers; the result need not have it.
func (c *checker) expr(s *resolve.Scope, e syntax.Expr, want types.Type) typed {
	switch e := e.(type) {
	case *syntax.Ident:
		return c.ident(s, e, want)
	case *syntax.Literal:
		return c.literal(e, want)
	case *syntax.StringExpr:
		return c.text(s, e)
	case *syntax.MemberExpr:
		return c.member(s, e)
	case *syntax.IndexExpr:
		return c.index(s, e)
	case *syntax.SliceExpr:
		return c.slice(s, e)
	case *syntax.CallExpr:
		return c.function(s, e, want)
	case *syntax.RecordExpr:
		return c.record(s, e, want)
	case *syntax.ListExpr:
		return c.list(s, e, want)
	case *syntax.CondExpr:
		return c.cond(s, e, want)
	case *syntax.BinaryExpr:
		return c.binary(s, e, want)
	case *syntax.UnaryExpr:
		return c.unary(s, e, want)
	case *syntax.RangeExpr:
		c.report(diag.Errorf(CodeOperator, e.Span(), "a range is no value").WithHelp("it stands behind in"))
	case *syntax.LambdaExpr:
		c.report(diag.Errorf(CodeOperator, e.Span(), "a lambda is no value").WithHelp("it is an argument of a function such as map or filter"))
	}
	return typed{}
}

func (c *checker) ident(s *resolve.Scope, e *syntax.Ident, want types.Type) typed {
	if v := s.Find(e.Name); v != nil {
		if of, ok := c.fielded[v]; ok {
			return c.bare(s, e, v, of)
		}
		c.Info.Read(v, e.Span())
		if c.gone(v) {
			c.report(c.leftBehind(v, e))
			return typed{}
		}
		return typed{expression.Tree{Op: expression.Var, Type: c.narrowed(s, e, v.Type), Name: v.Plan}, v.Labels}
	}
	if e.Name == "now" {
		return typed{Tree: expression.Tree{Op: expression.Var, Type: types.Of(types.Timestamp), Name: "now"}}
	}
	if sym := c.Info.Lookup(e.Name); sym != nil {
		c.Info.Use(sym, e.Span())
		if sym.Kind == resolve.Sample {
			return c.sample(sym, e.Span())
		}
		d := diag.Errorf(CodeKind, e.Span(), "%s is %s, and a value is wanted here", e.Name, article(string(sym.Kind))).WithNote(sym.At, "declared here")
		if sym.Kind == resolve.Enum {
			d = d.WithHelp("write %s.value", e.Name)
		}
		c.report(d)
		return typed{}
	}
	c.Info.Miss(e.Span(), s, resolve.Enum, resolve.Sample)
	if c.folding != nil && c.folding.varies(e) {
		return typed{}
	}
	if s.Sure() {
		c.report(c.unknownVariable(s, e, want))
	}
	return typed{}
}

func (c *checker) sample(sym *resolve.Symbol, at source.Span) typed {
	if !c.inTest && c.sampling == nil {
		c.report(diag.Errorf(CodeKind, at, "the sample %s may only be used in tests and in other samples", sym.Name).WithNote(sym.At, "declared here"))
		return typed{}
	}
	d := sym.Decl.(*syntax.SampleDecl)
	if c.sampling != nil && c.Info.Lookup(sym.Name) == sym {
		if c.sampling[d] {
			c.errorf(CodeSample, at, "the sample %s is made of itself", sym.Name)
			return typed{}
		}
		c.readSample(d)
	}
	if tree, ok := c.samples[d.Value]; ok {
		return typed{Tree: *tree}
	}
	for _, p := range c.Imports {
		if tree, ok := p.samples[d.Value]; ok {
			return typed{Tree: *tree}
		}
	}
	return typed{}
}

// text is a string, with or without interpolation.
func (c *checker) text(s *resolve.Scope, e *syntax.StringExpr) typed {
	str := types.Of(types.String)
	if plain, ok := e.Plain(); ok {
		return typed{Tree: expression.Tree{Op: expression.Literal, Type: str, Text: plain}}
	}
	out := typed{Tree: expression.Tree{Op: expression.Concat, Type: str, Args: make([]expression.Tree, 0, len(e.Parts))}}
	for _, p := range e.Parts {
		if p.Expr == nil {
			if p.Text != "" {
				out.Args = append(out.Args, expression.Tree{Op: expression.Literal, Type: str, Text: p.Text})
			}
			continue
		}
		part := c.value(s, p.Expr, none)
		if !part.invalid() && !c.printable(part.Type) {
			c.noText(p.Expr, part.Type)
			part = typed{}
		}
		out.labels |= c.all(&part)
		if part.invalid() {
			part.Tree = expression.Tree{Op: expression.Literal, Type: str}
		}
		out.Args = append(out.Args, part.Tree)
	}
	return out
}

func (c *checker) printable(t types.Type) bool {
	switch t.Kind {
	case types.Bool, types.Int, types.Float, types.Decimal, types.Money, types.String, types.Timestamp, types.Duration, types.JSON:
		return true
	case types.Named:
		d := c.Universe.Lookup(t.Name)
		return d != nil && d.Kind == types.EnumDefinition
	}
	return false
}

func (c *checker) member(s *resolve.Scope, e *syntax.MemberExpr) typed {
	if t, ok := c.enumValue(s, e); ok {
		return t
	}
	x := c.expr(s, e.X, none)
	if x.invalid() || !e.Name.Given() {
		return typed{}
	}
	op, of := expression.Field, x.Type
	if of.Kind == types.Optional {
		if !e.Optional {
			c.report(diag.Errorf(CodeAbsent, e.Span(), "%s may be absent", e.X.Span().Text()).
				WithLabel("this is %s", c.show(of)).
				WithHelp("write ?.%s, which is absent where the record is", e.Name.Text).
				WithFix(e.X.Span().After(), "?"))
			return typed{}
		}
		op, of = expression.OptField, *of.Elem
	} else if e.Optional {
		c.certainlyThere(s, e, of)
	}
	c.Info.Part(of, e.Name.At)
	t, labels, ok := c.fieldType(of, e.Name)
	if !ok {
		return typed{}
	}
	if op == expression.OptField {
		t = types.OptionalOf(t)
	}
	t = c.narrowed(s, e, t)
	return typed{expression.Tree{Op: op, Type: t, Name: e.Name.Text, Args: []expression.Tree{x.Tree}}, x.labels | labels}
}

// fieldType is the type of a field and the labels put on it.
func (c *checker) fieldType(of types.Type, name syntax.Name) (types.Type, labelSet, bool) {
	if of.Kind == types.JSON {
		return of, 0, true
	}
	if d := c.union(of); d != nil {
		// Which case a value has is known only when it is there.
		if f, ok := d.Field(name.Text); ok {
			c.Info.Part(of, name.At)
			return types.OptionalOf(f.Type), c.labels.of(f.Labels), true
		}
		c.report(unknownField(c.show(of), name, d.Fields))
		return none, 0, false
	}
	fields, ok := c.Universe.FieldsOf(of)
	if !ok {
		d := diag.Errorf(CodeField, name.At, "%s has no fields", c.show(of))
		if of.Kind == types.Map {
			d = d.WithHelp("write [%q] for a key of a map", name.Text)
		}
		if name.Text == "length" || name.Text == "size" || name.Text == "count" {
			d = d.WithHelp("how many there are says len(...)")
		}
		c.report(d)
		return none, 0, false
	}
	if f := types.FieldNamed(fields, name.Text); f != nil {
		return f.Type, c.labels.of(f.Labels), true
	}
	c.report(unknownField(c.show(of), name, fields))
	return none, 0, false
}

func unknownField(of string, name syntax.Name, fields []types.Field) diag.Diagnostic {
	var names []string
	for _, f := range fields[:min(len(fields), diag.MaxGuesses)] {
		names = append(names, f.Name)
	}
	d := diag.Errorf(CodeField, name.At, "%s has no field %s", of, name.Text)
	if near := diag.Suggest(name.Text, names); near != "" {
		return d.WithGuess(name.At, name.Text, near)
	}
	if len(names) == 0 {
		return d
	}
	return d.WithHelp("it has %s", strings.Join(shown(names), ", "))
}

// enumValue reads `Status.open`, where Status is an enum of the package.
func (c *checker) enumValue(s *resolve.Scope, e *syntax.MemberExpr) (typed, bool) {
	if len(c.Module.Imports)+len(c.Module.Contracts) > 0 {
		if p := pathOf(e); p != nil && s.Find(p.Parts[0].Text) == nil {
			if t, ok := c.importedMember(e); ok {
				return t, true
			}
		}
	}
	id, ok := e.X.(*syntax.Ident)
	if !ok || s.Find(id.Name) != nil {
		return typed{}, false
	}
	sym := c.Info.Lookup(id.Name)
	if sym == nil || sym.Kind != resolve.Enum {
		return typed{}, false
	}
	c.Info.Use(sym, id.Span())
	return c.enumMember(sym, e.Name), true
}

// enumMember is a value of an enum.
func (c *checker) enumMember(sym *resolve.Symbol, name syntax.Name) typed {
	t := types.Ref(sym.Full)
	d := c.Universe.Lookup(t.Name)
	if d == nil || !name.Given() {
		return typed{}
	}
	c.Info.Part(t, name.At)
	value, ok := contract.Value(d, name.Text)
	if !ok {
		c.report(resolve.Unknown(name.At, "value of "+sym.Name, name.Text, contract.Spellings(d)))
		return typed{}
	}
	return typed{Tree: expression.Tree{Op: expression.Literal, Type: t, Text: value}}
}

func (c *checker) index(s *resolve.Scope, e *syntax.IndexExpr) typed {
	x, i := c.expr(s, e.X, none), c.value(s, e.Index, none)
	if x.invalid() || i.invalid() {
		return typed{}
	}
	var t, key types.Type
	switch x.Type.Kind {
	case types.List:
		t, key = *x.Type.Elem, types.Of(types.Int)
	case types.Map:
		t, key = *x.Type.Elem, types.Of(types.String)
	case types.JSON:
		t, key = x.Type, i.Type
	default:
		c.errorf(CodeOperator, e.Span(), "%s has no [ ]", c.show(x.Type))
		return typed{}
	}
	i = c.fit(i, key, e.Index.Span())
	if i.invalid() {
		return typed{}
	}
	out := typed{expression.Tree{Op: expression.Index, Type: t, Args: []expression.Tree{x.Tree, i.Tree}, At: at(e.Span())}, x.labels | c.all(&i)}
	if c.soft > 0 {
		return out
	}
	if c.beyond(e, &x, &i) || c.behindEnd(e, &x, &i) {
		return typed{}
	}
	return c.computed(out, e.Span())
}

func (c *checker) slice(s *resolve.Scope, e *syntax.SliceExpr) typed {
	x := c.expr(s, e.X, none)
	null := expression.Tree{Op: expression.Literal, Type: types.Of(types.Null)}
	bounds := []expression.Tree{null, null}
	labels := x.labels
	for i, b := range []syntax.Expr{e.Low, e.High} {
		if b != nil {
			t := c.value(s, b, types.Of(types.Int))
			bounds[i] = t.Tree
			labels |= c.all(&t)
		}
	}
	if x.invalid() || bounds[0].Type.Kind == types.Invalid || bounds[1].Type.Kind == types.Invalid {
		return typed{}
	}
	if x.Type.Kind != types.List && x.Type.Kind != types.String {
		c.errorf(CodeOperator, e.Span(), "%s cannot be sliced", c.show(x.Type))
		return typed{}
	}
	if c.backwards(e, &x, bounds) {
		return typed{}
	}
	out := typed{expression.Tree{Op: expression.Slice, Type: x.Type, Args: []expression.Tree{x.Tree, bounds[0], bounds[1]}, At: at(e.Span())}, labels}
	return c.computed(out, e.Span())
}
