package check

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// match checks the arms, and that one of them takes every value there can be. A
// match without a subject is a row of conditions, of which none need hold.
func (f *flow) match(s *resolve.Scope, st *syntax.MatchStmt) bool {
	m := matching{flow: f, st: st}
	if st.Subject != nil {
		m.subject = f.value(s, st.Subject, none)
		f.tree(st.Subject, m.subject)
	}
	k, mark := f.fork(), f.know.mark()
	ends := true
	arms := st.Arms.List
	if n := len(arms); n > MaxMembers {
		f.tooMany(arms[MaxMembers].Span(), "arms", n)
		arms, m.unclear = arms[:MaxMembers], true
	}
	for _, arm := range arms {
		inner, before := s.Inner(), f.know.mark()
		m.arm(inner, arm)
		m.narrows(s, arm)
		ends = f.along(k, func() bool { return f.block(inner, arm.Body) }) && ends
		f.know.forget(before)
		if st.Subject == nil && arm.Pattern != nil {
			f.learn(s, arm.Pattern, false)
		}
	}
	f.know.forget(mark)
	total := m.total()
	f.meet(k, !total)
	return ends && total
}

// matching is what the arms of one match have taken so far.
type matching struct {
	*flow
	st      *syntax.MatchStmt
	subject typed
	last    *syntax.MatchArm // the else
	null    *syntax.MatchArm
	names   []taken // of an enum, a union or a bool
	values  []taken
	ranges  []interval
	unclear bool // a pattern had a mistake: nothing is said about what is missing
}

// taken is a value or a case and the arm that takes it.
type taken struct {
	value types.Value
	arm   *syntax.MatchArm
}

// interval is a row of whole numbers, both ends included, that an arm takes.
type interval struct {
	low, high int64
	arm       *syntax.MatchArm
}

// arm checks the pattern of an arm and declares what it binds.
func (m *matching) arm(s *resolve.Scope, arm *syntax.MatchArm) {
	if m.last != nil {
		m.never(arm, m.last)
	}
	bound := typed{Tree: m.subject.Tree, labels: m.subject.labels}
	bound.Type = present(bound.Type)
	switch {
	case arm.Pattern == nil:
		m.otherwise(arm)
		return
	case m.st.Subject == nil:
		m.tree(arm.Pattern, m.value(s, arm.Pattern, types.Of(types.Bool)))
	case m.union(present(m.subject.Type)) != nil && !isNull(arm.Pattern):
		bound = m.unionCase(arm)
	case m.subject.invalid():
		names := s.Inner()
		names.Unsure() // of the values of a type that is not known
		m.pattern(names, arm)
	default:
		m.pattern(s, arm)
	}
	if !arm.As.Given() {
		return
	}
	if m.st.Subject == nil || isNull(arm.Pattern) {
		m.report(diag.Errorf(CodePattern, arm.As.At, "this arm has no value that %s could name", arm.As.Text))
	}
	v := &resolve.Variable{Name: arm.As.Text, At: arm.As.At, Type: bound.Type, Labels: bound.labels, Fixed: "what an arm of match takes"}
	m.declareIn(s, arm, v)
	if !bound.invalid() {
		m.Bindings[arm] = &bound.Tree
	}
}

// narrows learns what an arm says about its subject, or its condition.
func (m *matching) narrows(s *resolve.Scope, arm *syntax.MatchArm) {
	switch {
	case m.st.Subject == nil && arm.Pattern != nil:
		m.learn(s, arm.Pattern, true)
	case m.st.Subject == nil || isNull(arm.Pattern):
	case arm.Pattern == nil && m.null == nil:
	case arm.Pattern == nil || m.pure(arm.Pattern):
		m.know.facts = m.isThere(s, m.st.Subject, m.know.facts)
	}
}

// pure says that a pattern is never null: it may be an expression.
func (m *matching) pure(e syntax.Expr) bool {
	if _, ok := e.(*syntax.RangeExpr); ok || isGiven(e) {
		return true
	}
	d := m.definition(present(m.subject.Type))
	return d != nil && d.Kind == types.UnionDefinition || m.Trees[e] != nil && m.Trees[e].Args[1].Op == expression.Literal
}

// present is t without its optional.
func present(t types.Type) types.Type {
	if t.Kind == types.Optional {
		return *t.Elem
	}
	return t
}

func isNull(e syntax.Expr) bool {
	lit, ok := e.(*syntax.Literal)
	return ok && lit.Kind == syntax.NullLiteral
}

// never warns about an arm whose values the arms before it take.
func (m *matching) never(arm, by *syntax.MatchArm) {
	at := arm.Span()
	if arm.Pattern != nil {
		at = arm.Pattern.Span()
	}
	m.report(diag.Warningf(CodeUnreachable, at, "this arm is never reached").WithNote(m.head(by), "what it would take is taken here"))
}

// head is the place of an arm without its body.
func (m *matching) head(arm *syntax.MatchArm) source.Span {
	if arm.Pattern != nil {
		return arm.Pattern.Span()
	}
	return arm.Span().First(len("else"))
}

func (m *matching) otherwise(arm *syntax.MatchArm) {
	if m.last == nil && m.st.Subject != nil && !m.unclear && !m.subject.invalid() && len(m.forgotten()) == 0 {
		m.report(diag.Warningf(CodeUnreachable, arm.Span().First(len("else")), "this else is never reached: the arms before it take every value"))
	}
	if m.last == nil {
		m.last = arm
	}
}

// unionCase is the condition that a union has a case, and the value it has
// there.
func (m *matching) unionCase(arm *syntax.MatchArm) typed {
	t := present(m.subject.Type)
	d := m.union(t)
	name, ok := m.caseName(arm.Pattern, d)
	if !ok {
		m.unclear = true
		return typed{}
	}
	field, found := d.Field(name.Text)
	if !found {
		m.unclear = true
		var names []string
		for i := range d.Fields {
			names = append(names, d.Fields[i].Name)
		}
		m.report(resolve.Unknown(name.At, "case of "+m.show(t), name.Text, names))
		return typed{}
	}
	m.takeName(name.Text, arm)
	text := expression.Tree{Op: expression.Literal, Type: types.Of(types.String), Text: name.Text}
	subject := m.subject.Tree
	cond := expression.Tree{Op: expression.In, Type: types.Of(types.Bool), Args: []expression.Tree{text, subject}}
	if m.subject.Type.Kind == types.Optional {
		there := expression.Tree{Op: expression.Ne, Type: cond.Type, Args: []expression.Tree{subject, {Op: expression.Literal, Type: types.Of(types.Null)}}}
		cond = expression.Tree{Op: expression.And, Type: cond.Type, Args: []expression.Tree{there, cond}}
	}
	m.Trees[arm.Pattern] = &cond
	return typed{expression.Tree{Op: expression.Field, Type: field.Type, Name: field.Name, Args: []expression.Tree{subject}, At: at(name.At)},
		m.subject.labels | m.labels.of(field.Labels)}
}

// caseName reads `card` or `Payment.card`.
func (m *matching) caseName(e syntax.Expr, d *types.Definition) (syntax.Name, bool) {
	switch e := e.(type) {
	case *syntax.Ident:
		return syntax.Name{Text: e.Name, At: e.Span()}, true
	case *syntax.MemberExpr:
		if id, ok := e.X.(*syntax.Ident); ok {
			if sym := m.Info.Lookup(id.Name); sym != nil && sym.Full == d.Name {
				m.Info.Use(sym, id.Span())
				return e.Name, e.Name.Given()
			}
		}
	}
	m.report(diag.Errorf(CodePattern, e.Span(), "the name of a case of %s is wanted here", m.show(types.Ref(d.Name))).
		WithHelp("write %s as x => ...", d.Fields[0].Name))
	return syntax.Name{}, false
}

// pattern checks a pattern that equals the subject, or a range that holds it.
func (m *matching) pattern(s *resolve.Scope, arm *syntax.MatchArm) {
	var p typed
	op := expression.Eq
	if r, ok := arm.Pattern.(*syntax.RangeExpr); ok {
		op, p = expression.In, m.between(s, r)
	} else if v, ok := m.enumPattern(s, arm.Pattern); ok {
		p = v
	} else {
		p = m.expr(s, arm.Pattern, m.subject.Type)
	}
	if m.subject.invalid() || p.invalid() {
		m.unclear = true
		return
	}
	of := m.subject.Type
	if op == expression.In {
		of = present(of)
	}
	o, ok := expression.Operator(m.Universe, op, of, p.Type)
	if !ok {
		m.unclear = true
		if p.Type.Kind == types.Null {
			m.report(diag.Errorf(CodeNeverNull, arm.Pattern.Span(), "this is never null: it is %s", m.show(of)))
		} else {
			m.report(m.mismatch(p.Type, present(of), arm.Pattern.Span()))
		}
		return
	}
	m.take(arm, op, &p)
	cond := expression.Tree{Op: op, Type: o.Result, Args: []expression.Tree{widen(m.subject.Tree, o.Left), widen(p.Tree, o.Right)}}
	if op == expression.In && m.subject.Type.Kind == types.Optional {
		there := expression.Tree{Op: expression.Ne, Type: o.Result, Args: []expression.Tree{m.subject.Tree, {Op: expression.Literal, Type: types.Of(types.Null)}}}
		cond = expression.Tree{Op: expression.And, Type: o.Result, Args: []expression.Tree{there, cond}}
	}
	m.Trees[arm.Pattern] = &cond
}

// enumPattern reads the bare name of a value of the subject's enum.
func (m *matching) enumPattern(s *resolve.Scope, e syntax.Expr) (typed, bool) {
	id, ok := e.(*syntax.Ident)
	t := present(m.subject.Type)
	if !ok || t.Kind != types.Named || s.Find(id.Name) != nil {
		return typed{}, false
	}
	d := m.Universe.Lookup(t.Name)
	if d == nil || d.Kind != types.EnumDefinition {
		return typed{}, false
	}
	value, ok := contract.Value(d, id.Name)
	if !ok {
		unknown := resolve.Unknown(id.Span(), "value of "+m.show(t), id.Name, contract.Spellings(d))
		if id.Name == "default" || id.Name == "_" {
			unknown = unknown.WithHelp("the last arm of all is else => ...").WithFix(id.Span(), "else")
		}
		m.report(unknown)
		return typed{}, true
	}
	return typed{Tree: expression.Tree{Op: expression.Literal, Type: t, Text: value}}, true
}

// take notes what a pattern takes, where that is known before anything runs.
func (m *matching) take(arm *syntax.MatchArm, op expression.Op, p *typed) {
	if op == expression.In {
		m.takeRange(arm, p)
		return
	}
	if p.Type.Kind == types.Null {
		if m.null != nil {
			m.never(arm, m.null)
		}
		m.null = arm
		return
	}
	if !isConstant(&p.Tree) {
		return
	}
	v, ok, err := expression.Constant(&p.Tree, m.Universe)
	if !ok || err != nil {
		return
	}
	if p.Type.Kind == types.Named || p.Type.Kind == types.Bool {
		m.takeName(v, arm)
		return
	}
	if n, ok := v.(int64); ok {
		m.takeInterval(interval{n, n, arm})
		return
	}
	if i := slices.IndexFunc(m.values, func(t taken) bool { return types.Equal(t.value, v) }); i >= 0 {
		m.never(arm, m.values[i].arm)
		return
	}
	m.values = append(m.values, taken{v, arm})
}

func (m *matching) takeName(v types.Value, arm *syntax.MatchArm) {
	if i := slices.IndexFunc(m.names, func(t taken) bool { return t.value == v }); i >= 0 {
		m.never(arm, m.names[i].arm)
		return
	}
	m.names = append(m.names, taken{v, arm})
}

// takeRange notes a range with constant ends.
func (m *matching) takeRange(arm *syntax.MatchArm, p *typed) {
	ends := [2]int64{}
	for i := range ends {
		v, ok, err := expression.Constant(&p.Args[i], m.Universe)
		n, whole := v.(int64)
		if !ok || err != nil || !whole {
			return
		}
		ends[i] = n
	}
	if ends[0] > ends[1] {
		m.report(diag.Warningf(CodeUnreachable, arm.Pattern.Span(), "this arm is never reached: the range ends before it begins"))
		return
	}
	m.takeInterval(interval{ends[0], ends[1], arm})
}

// takeInterval keeps the intervals that were taken, and warns where nothing of a
// new one is left.
func (m *matching) takeInterval(new interval) {
	if by := covering(m.ranges, new.low, new.high); by != nil {
		m.never(new.arm, by)
		return
	}
	m.ranges = append(m.ranges, new)
}

// covering is the arm with which the last number from low to high is taken; nil
// where one of them is not.
func covering(ranges []interval, low, high int64) *syntax.MatchArm {
	sorted := slices.Clone(ranges)
	slices.SortStableFunc(sorted, func(a, b interval) int { return cmp.Compare(a.low, b.low) })
	for _, r := range sorted {
		switch {
		case r.low > low:
			return nil
		case r.high >= high:
			return r.arm
		case r.high >= low:
			low = r.high + 1
		}
	}
	return nil
}

// total says whether one arm takes every value, and reports the values that none
// does.
func (m *matching) total() bool {
	if m.last != nil {
		return true
	}
	if m.st.Subject == nil {
		return m.unclear
	}
	missing := m.forgotten()
	if m.unclear || m.subject.invalid() || len(missing) == 0 {
		return true
	}
	d := diag.Errorf(CodeForgotten, m.st.Subject.Span(), "no arm takes %s", strings.Join(shown(missing), ", "))
	if missing[0] == "else" {
		d.Message = "no arm takes the other values of " + m.show(present(m.subject.Type))
	}
	m.report(m.withArms(d.WithHelp("add an arm for what is missing, or else => { ... }"), missing))
	return true
}

// maxShown is how many missing cases a diagnostic names.
const maxShown = 5

func shown(names []string) []string {
	if len(names) <= maxShown {
		return names
	}
	return append(slices.Clone(names[:maxShown-1]), "and others")
}

// forgotten are the patterns that would take what no arm takes: "else" where
// they cannot be listed.
func (m *matching) forgotten() []string {
	t := present(m.subject.Type)
	var all []string
	open := false
	switch d := m.definition(t); {
	case t.Kind == types.Bool:
		all = []string{"true", "false"}
	case d != nil && d.Kind == types.EnumDefinition:
		all = d.Values
	case d != nil && d.Kind == types.UnionDefinition:
		for i := range d.Fields {
			all = append(all, d.Fields[i].Name)
		}
	default:
		open = t.Kind != types.Int || covering(m.ranges, math.MinInt64, math.MaxInt64) == nil
	}
	if open {
		return []string{"else"}
	}
	var out []string
	for _, name := range all {
		if !slices.ContainsFunc(m.names, func(t taken) bool { return t.value == name || t.value == (name == "true") }) {
			out = append(out, name)
		}
	}
	if m.subject.Type.Kind == types.Optional && m.null == nil {
		out = append(out, "null")
	}
	return out
}

func (m *matching) definition(t types.Type) *types.Definition {
	if t.Kind != types.Named {
		return nil
	}
	return m.Universe.Lookup(t.Name)
}

// withArms adds arms that do nothing, as they did before, behind the last one. What
// they should do is for the author to say.
func (m *matching) withArms(d diag.Diagnostic, missing []string) diag.Diagnostic {
	list := m.st.Arms.List
	if len(list) == 0 {
		return d
	}
	last := list[len(list)-1].Span()
	between := "\n" + strings.Repeat(" ", last.From().Column-1)
	if last.From().Line == m.st.Arms.Span().From().Line {
		between = ", "
	}
	var text strings.Builder
	for _, name := range missing {
		text.WriteString(between + name + " => { }")
	}
	return d.WithFix(last.After(), text.String()).AsDraft()
}
