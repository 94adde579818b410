package check

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// generic checks a request in the words of its connector.
func (c *checker) generic(scope *resolve.Scope, schema *Schema, verb *Verb, out *plan.Operation, op *syntax.Operation) {
	r := op.Body.Request
	out.Request = &plan.Request{Verb: verb.Name, Target: c.target(scope, verb, r)}
	c.topicTo(schema, verb, r)
	out.Idempotent = verb.Idempotent
	rows := slices.Concat(schema.Parts["operation"], verb.Rows)
	b := c.settings("an operation that does "+verb.Name, slices.Concat(operationSettings, rows), slices.Concat(r.Settings, op.Body.Settings), op.Name.At)
	c.ownSettings(scope, out, b)
	out.Request.Options = c.options(scope, rows, b, false)
	for _, m := range op.Body.Errors {
		c.codeMapping(scope, schema, out, m)
	}
	if !c.comesBack(verb.Result, out.Result) {
		d := diag.Errorf(CodeVerbResult, op.Name.At, "%s gives back %s, and the operation says %s", verb.Name, c.show(verb.Result), c.show(out.Result))
		if verb.Result.Kind == types.Void {
			d = diag.Errorf(CodeVerbResult, op.Result.Span(), "nothing comes back from %s", verb.Name).
				WithHelp("leave out -> %s", op.Result.Span().Text()).WithFix(op.Result.Span().Led("->").Alone(), "").AsDraft()
		}
		c.report(d)
	}
}

// comesBack says whether what a verb gives can be what an operation says. What is
// json there is read as whatever type is wanted.
func (c *checker) comesBack(from, want types.Type) bool {
	switch {
	case want.Kind == types.Void || want.Kind == types.Invalid || from.Kind == types.JSON || from.Kind == types.Invalid:
		return true
	case want.Kind == types.Optional && from.Kind != types.Optional:
		return c.comesBack(from, *want.Elem)
	case from.Kind == types.List && want.Kind == types.List:
		return c.comesBack(*from.Elem, *want.Elem)
	}
	return c.Universe.Assignable(from, want)
}

// target splits the text behind a verb into its parts.
func (c *checker) target(scope *resolve.Scope, verb *Verb, r *syntax.Request) []plan.PathPart {
	switch {
	case r.Target == nil && verb.Target.Name == "":
		return nil
	case r.Target == nil:
		c.report(diag.Errorf(CodeTarget, r.Verb.At, "%s wants the %s", verb.Name, verb.Target.Name).
			WithHelp(`write it in quotes: %s "%s"`, verb.Name, verb.Target.Name))
		return nil
	case verb.Target.Name == "":
		c.report(diag.Errorf(CodeTarget, r.Target.Span(), "no text stands behind %s", verb.Name).WithHelp("its settings stand in { }"))
		return nil
	}
	s, ok := r.Target.(*syntax.StringExpr)
	if !ok {
		return nil // a mistake of syntax
	}
	var out []plan.PathPart
	for _, p := range s.Parts {
		if p.Expr == nil {
			out = append(out, plan.PathPart{Text: p.Text})
			continue
		}
		t := c.value(scope, p.Expr, none)
		switch {
		case t.invalid():
		case !c.printable(t.Type):
			c.errorf(CodeTarget, p.Expr.Span(), "%s has no text form for a %s", c.show(t.Type), verb.Target.Name)
		default:
			out = append(out, plan.PathPart{Expr: &t.Tree})
		}
	}
	return out
}

// options are the settings of a connector that a block gives, and the defaults of
// those that it leaves out, by name.
func (c *checker) options(scope *resolve.Scope, rows []Setting, b block, constant bool) []plan.Option {
	var out []plan.Option
	for i := range rows {
		row := &rows[i]
		at, v := b.at(row.Name), values(nil)
		switch {
		case at != nil:
			v, _ = b.get(row.Name)
		case row.fallback != nil:
			at = written(row.Name, row.fallback)
			v, _ = c.read(row, at)
		}
		if v == nil {
			continue
		}
		if o, ok := c.option(scope, row, at, v, constant); ok {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b plan.Option) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// written is the setting that would have been written with that value.
func written(name string, e syntax.Expr) *syntax.Setting {
	at := syntax.Place{At: e.Span()}
	return &syntax.Setting{Place: at, Name: syntax.Name{Text: name, At: at.At}, Phrases: []*syntax.Phrase{{Place: at, Terms: []syntax.Expr{e}}}}
}

// option is one setting of a connector as a plan has it.
func (c *checker) option(scope *resolve.Scope, row *Setting, at *syntax.Setting, v values, constant bool) (plan.Option, bool) {
	out := plan.Option{Name: row.Name}
	given := v[0][0]
	switch kind := forms(row.Form)[0].terms[0].kind; kind {
	case "text", "secret":
		out.Text = given.source
		return out, given.source.Setting != "" || c.holds(row, at, given.source.Literal)
	case "one":
		out.Value = &expression.Tree{Op: expression.Literal, Type: types.Of(types.String), Text: given.text}
		return out, true
	}
	var t typed
	if row.Type.Kind == types.JSON {
		if t = c.value(scope, given.expr, none); !t.invalid() && !c.sendable(t.Type, given.expr) {
			return out, false
		}
	} else {
		t = c.value(scope, given.expr, row.Type)
	}
	if t.invalid() || constant && !c.constant(t.Tree, given.expr) {
		return out, false
	}
	out.Value = &t.Tree
	if isConstant(&t.Tree) {
		if value := c.valueOf(&t.Tree); value != nil {
			return out, c.within(row, given.expr, value) && c.holds(row, at, value)
		}
	}
	return out, true
}

// within reports a computed constant outside of the bounds of its setting; those of a
// literal have been checked where it was read.
func (c *checker) within(row *Setting, e syntax.Expr, v types.Value) bool {
	t := &forms(row.Form)[0].terms[0]
	if _, literal := e.(*syntax.Literal); literal || !t.bounded {
		return true
	}
	switch v := v.(type) {
	case int64:
		return c.bounded(row, t, e, types.ExactInt(v))
	case time.Duration:
		return c.bounded(row, t, e, types.ExactInt(int64(v)))
	case types.Exact:
		return c.bounded(row, t, e, v)
	}
	return true
}

// holds reports a constant that the condition of a setting does not hold for.
func (c *checker) holds(row *Setting, at *syntax.Setting, v types.Value) bool {
	if row.where == nil {
		return true
	}
	probe, program := *c, *c.Program
	program.Info = c.Info.Apart(0)
	probe.Program, probe.ds = &program, diag.List{}
	scope := resolve.NewScope()
	probe.declare(scope, &resolve.Variable{Name: row.Name, At: row.where.Span(), Type: row.Type, Fixed: "a setting"})
	test := probe.condition(scope, row.where)
	if test.Type.Kind == types.Invalid {
		return true // that is said where the connector is declared
	}
	run, err := expression.Compile(test, c.Universe)
	if err != nil {
		return true
	}
	if held, err := run.Eval(map[string]types.Value{row.Name: v}); err != nil || held != true {
		c.report(diag.Errorf(CodeBounds, at.Span(), "%s does not hold for this", row.where.Span().Text()).WithHelp("%s", row.Doc))
		return false
	}
	return true
}

// codeMapping checks `error 1005: Full { at: id }` in the codes of a connector.
func (c *checker) codeMapping(scope *resolve.Scope, schema *Schema, out *plan.Operation, m *syntax.ErrorMapping) {
	if schema.Code == nil {
		c.report(diag.Errorf(CodeErrorMapping, m.Span(), "%s has no codes of errors", schema.title()).WithHelp("what goes wrong there is a technical failure; catch it where the call is"))
		return
	}
	code, ok := c.code(schema, m)
	if !ok {
		return
	}
	if slices.ContainsFunc(out.Request.Errors, func(e plan.CodeError) bool { return e.Code == code }) {
		c.errorf(CodeErrorMapping, m.Status.Span(), "the %s %s is mapped twice", schema.Code.Name, code)
		return
	}
	if fault, fields, ok := c.mapping(scope, out, m); ok {
		out.Request.Errors = append(out.Request.Errors, plan.CodeError{Code: code, Fault: fault, Fields: fields})
		slices.SortFunc(out.Request.Errors, func(a, b plan.CodeError) int { return strings.Compare(a.Code, b.Code) })
	}
}

// code is the code of an error as a plan has it: its text.
func (c *checker) code(schema *Schema, m *syntax.ErrorMapping) (string, bool) {
	if m.Status == nil {
		return "", false
	}
	quiet := *c
	quiet.ds = diag.List{}
	at := written(schema.Code.Name, m.Status)
	v, ok := quiet.read(schema.Code, at)
	if ok {
		var o plan.Option
		if o, ok = quiet.option(resolve.NewScope(), schema.Code, at, v, true); ok && o.Value != nil {
			return o.Value.Text, true
		}
		if ok && o.Text.Setting == "" {
			return o.Text.Literal, true
		}
	}
	c.report(diag.Errorf(CodeErrorMapping, m.Status.Span(), "this is no %s of %s: %s", schema.Code.Name, schema.title(), schema.Code.Form).WithHelp("%s", schema.Code.Doc))
	return "", false
}
