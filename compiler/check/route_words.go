package check

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// gone says whether a variable was left behind by an aggregate, which hands on
// nothing but what it emits.
func (c *checker) gone(v *resolve.Variable) bool {
	return c.gathered.Known() && v.At.Known() && v.At.Start() < c.gathered.Start()
}

// leftBehind is the diagnostic of a variable that is gone.
func (c *checker) leftBehind(v *resolve.Variable, e *syntax.Ident) diag.Diagnostic {
	return diag.Errorf(CodeGathered, e.Span(), "%s is not known behind the aggregate: what it emits goes on, and nothing else", e.Name).
		WithNote(v.At, "declared here").WithNote(c.gathered.First(len("aggregate")), "and left behind here").
		WithHelp("emit what is needed, of the first of the group for example: emit { ..., id: group[0].id }")
}

// messageWith is the variable that holds the message of a route, where the message has
// such a field, or nil.
func (c *checker) messageWith(s *resolve.Scope, field string) *resolve.Variable {
	for _, v := range s.Visible(diag.MaxGuesses) {
		if v.Fixed != theMessage || c.gone(v) {
			continue
		}
		fields, _ := c.Universe.FieldsOf(v.Type)
		if slices.ContainsFunc(fields, func(f types.Field) bool { return f.Name == field }) {
			return v
		}
	}
	return nil
}

// withoutWords are the settings of a route without those that are words of routes with a
// colon behind them, which are reported.
func (c *checker) withoutWords(list []*syntax.Setting) []*syntax.Setting {
	words := syntax.AllKeywords().Routing
	return slices.DeleteFunc(slices.Clone(list), func(s *syntax.Setting) bool {
		if _, found := slices.BinarySearch(words, s.Name.Text); !found {
			return false
		}
		d := diag.Errorf(CodeSetting, s.Name.At, "%s is a word of routes and no setting", s.Name.Text).WithHelp("leave the colon out")
		if colon := strings.Index(s.Span().Text(), ":"); colon >= 0 {
			d = d.WithFix(s.Span().First(colon+1).Last(1), "").AsDraft()
		}
		c.report(d)
		return true
	})
}

// insteadOf reports an operator that stands where a word should, such as
// `dedupe by id in 10m`, and says whether it does.
func (f *flow) insteadOf(e syntax.Expr, word, op string) bool {
	b, ok := e.(*syntax.BinaryExpr)
	if !ok || b.Op != op {
		return false
	}
	if lit, isLiteral := b.Y.(*syntax.Literal); isLiteral == (word == "as") || isLiteral && lit.Kind != syntax.DurationLiteral {
		return false
	}
	d := diag.Errorf(CodeStream, b.OpSpan, "`%s` has no meaning here", op)
	if _, named := b.X.(*syntax.Ident); named && word == "as" {
		d = d.WithHelp("write %s as %s", b.Y.Span().Text(), b.X.Span().Text()).WithFix(b.Span(), b.Y.Span().Text()+" as "+b.X.Span().Text())
	} else {
		d = d.WithHelp("write `%s`", word).WithFix(b.OpSpan, word)
	}
	f.report(d)
	return true
}

// something checks a value that a word keeps or hands on: null says nothing of its type.
func (f *flow) something(s *resolve.Scope, e syntax.Expr) typed {
	t := f.value(s, e, none)
	if t.Type.Kind == types.Null {
		f.report(diag.Errorf(CodeNoType, spanOf(e), "null is nothing that could go on").WithHelp("write a value, or leave the line out"))
		return typed{}
	}
	return t
}

// noFault reports a reply that is a fault: whoever asked would take it for an answer.
func (f *flow) noFault(st *syntax.ReplyStmt, t *typed) {
	if t.Type.Kind != types.Named {
		return
	}
	if d := f.Universe.Lookup(t.Type.Name); d != nil && d.Kind == types.FaultDefinition {
		f.report(diag.Errorf(CodeKind, spanOf(st.Value), "%s is a fault, and a reply is a value", f.show(t.Type)).
			WithHelp("fail %s sends the message to the dead letter; an answer that says no is a value of a type", spanOf(st.Value).Text()))
		*t = typed{}
	}
}

// listed reports what is wrong with the channels of a slip: one that stands twice, and
// a constant list that names another one. Only so many of them are known.
func (f *flow) listed(list *typed, st *syntax.SlipStmt, targets int) {
	known := map[string]bool{}
	for i, p := range st.Targets {
		if slices.ContainsFunc(st.Targets[:i], func(q *syntax.Path) bool { return q.String() == p.String() }) {
			f.errorf(resolve.CodeDuplicate, p.Span(), "%s stands twice behind to", p)
		}
		known[p.Last().Text] = true
	}
	if list.invalid() || !isConstant(&list.Tree) || targets < len(st.Targets) {
		return
	}
	names, ok := f.valueOf(&list.Tree).([]types.Value)
	if ok && len(names) == 0 {
		f.report(diag.Errorf(CodeNotListed, spanOf(st.List), "a slip without names sends nothing").WithHelp("name the channels in the message, such as order.stations"))
	}
	for _, v := range names {
		if name, _ := v.(string); !known[name[strings.LastIndexByte(name, '.')+1:]] {
			f.report(diag.Errorf(CodeNotListed, spanOf(st.List), "%q is none of the channels behind to", name).WithHelp("add it there: a slip sends to no other"))
			return
		}
	}
}

// idle reports names that words of a route give and nobody uses: the word does nothing
// then.
func (f *flow) idle(list []syntax.Stmt) {
	for _, st := range list {
		var as syntax.Name
		switch st := st.(type) {
		case *syntax.ClaimStmt:
			as = st.As
		case *syntax.WrapStmt:
			as = st.As
		case *syntax.UnwrapStmt:
			as = st.As
		}
		if v := f.Variables[st]; as.Given() && v != nil && !v.Used && v.Type.Kind != types.Invalid && !strings.HasPrefix(v.Name, "_") {
			f.report(diag.Warningf(resolve.CodeUnused, v.At, "%s is never used", v.Name).WithHelp("leave the line out, or begin the name with _"))
		}
	}
}
