package check

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// recognizer is what is known while the steps of a pattern are checked.
type recognizer struct {
	*checker
	decl    *syntax.PatternDecl
	out     *plan.Pattern
	sources []*watched
	base    *resolve.Scope // the keys
	scope   *resolve.Scope // those, and what earlier stages found
	found   []*resolve.Variable
	begins  []*syntax.PatternStep // of each stage
}

// pattern checks a pattern, and gives what stands in the plan about it.
func (c *checker) pattern(d *syntax.PatternDecl) *plan.Pattern {
	out := &plan.Pattern{Name: c.qualified(d.Name.Text), Doc: d.Doc, Matches: defaultMatches, At: c.place(d.Name.At)}
	told := c.ds.Len()
	scope, span := streamScope("pattern")
	out.Var = span.Plan
	m := &recognizer{checker: c, decl: d, out: out, base: scope, sources: c.watches(d.Over)}
	if len(m.sources) < len(d.Over) {
		scope.Unsure()
	}
	out.Keys = c.partition(scope, m.sources)
	b := c.settings("a pattern", patternSettings, d.Body.Settings, d.Name.At)
	out.Clock = c.clock(scope, b, m.sources)
	if v, ok := b.first("skip"); ok {
		out.Alone = v.text == "overlapping"
	}
	if v, ok := b.first("matches"); ok {
		out.Matches = v.int
	}
	if d.Within != nil {
		out.WithinNs, _ = c.span(d.Within)
	}
	m.scope = scope.Inner()
	m.steps(d.Body.Steps)
	if !c.ds.HasErrorsFrom(told) {
		m.bounded()
	}
	for _, w := range m.sources {
		out.Sources = append(out.Sources, w.Stream)
	}
	m.scope.Offer(span)
	out.Emit = c.emits(m.scope, "pattern", d.Name, d.Body.Emits, m.sources)
	return out
}

// defaultMatches is how many matches of a partition are under way where a pattern
// does not say so.
const defaultMatches = 100

// steps checks the steps, stage by stage.
func (m *recognizer) steps(list []*syntax.PatternStep) {
	if len(list) == 0 {
		m.report(diag.Errorf(CodeSteps, m.decl.Name.At, "the pattern %s looks for nothing", m.decl.Name.Text).WithHelp("begin it with: every name = Type where ..."))
		return
	}
	if len(list) > plan.MaxElements {
		m.errorf(CodeLimit, list[plan.MaxElements].Span(), "a pattern has at most %d steps and this one has %d", plan.MaxElements, len(list))
		return
	}
	var stages [][]*syntax.PatternStep
	var guards []*syntax.PatternStep
	for i, st := range list {
		word := st.How.Text
		switch {
		case word == "without":
			guards = append(guards, st)
		case len(stages) == 0 && word != "first" && word != "every":
			m.report(diag.Errorf(CodeSteps, st.How.At, "a pattern begins with first or every").
				WithHelp("every: each message that fits begins a match; first: one match at a time").WithFix(st.How.At, "every").AsDraft())
			stages = append(stages, list[i:i+1])
		case len(stages) > 0 && (word == "first" || word == "every"):
			m.report(diag.Errorf(CodeSteps, st.How.At, "%s begins a pattern, and this one has begun", word).
				WithNote(list[0].How.At, "here").WithHelp("a later step is then, next, and or or").WithFix(st.How.At, "then").AsDraft())
			stages = append(stages, list[i:i+1])
		case word == "and" || word == "or":
			stages[len(stages)-1] = append(slices.Clip(stages[len(stages)-1]), st)
		default:
			stages = append(stages, list[i:i+1])
		}
	}
	m.out.Every = len(stages) > 0 && stages[0][0].How.Text == "every"
	if len(stages) == 0 {
		m.report(diag.Errorf(CodeSteps, list[0].Span(), "this guards a match that nothing begins").WithHelp("begin the pattern with: every name = Type where ..."))
		return
	}
	for i, stage := range stages {
		m.stage(stage, i == len(stages)-1)
		if i == 0 {
			m.guards(guards)
		}
	}
}

// stage checks one stage: its first step, and those that are joined to it.
func (m *recognizer) stage(list []*syntax.PatternStep, last bool) {
	out := plan.Stage{Next: list[0].How.Text == "next"}
	before := m.scope
	alternatives := [][]*syntax.PatternStep{{list[0]}}
	for _, st := range list[1:] {
		if st.How.Text == "or" {
			alternatives = append(alternatives, nil)
		}
		n := len(alternatives) - 1
		alternatives[n] = append(alternatives[n], st)
		if st.Within != nil {
			m.report(diag.Errorf(CodeSteps, st.Within.Span(), "how long a step may take stands with its first line").WithNote(list[0].Span(), "here"))
		}
	}
	if w := list[0].Within; w != nil {
		out.WithinNs, _ = m.span(w)
	}
	known := m.scope.Inner()
	for _, steps := range alternatives {
		var a plan.Alternative
		for _, st := range steps {
			if el, ok := m.element(before, known, st, len(alternatives) > 1); ok {
				m.repeated(st, &el, last, len(list) == 1)
				a.Elements = append(a.Elements, el)
			}
		}
		m.begun(steps, a)
		out.Alternatives = append(out.Alternatives, a)
	}
	m.scope = known
	m.begins = append(m.begins, list[0])
	m.out.Stages = append(m.out.Stages, out)
}

// begun checks that something begins a match, and that what does not come is
// measured by something.
func (m *recognizer) begun(steps []*syntax.PatternStep, a plan.Alternative) {
	if len(a.Elements) < len(steps) {
		return // something is wrong with one of them
	}
	comes := slices.ContainsFunc(a.Elements, func(e plan.Element) bool { return !e.Not })
	if !comes && len(m.out.Stages) == 0 {
		m.report(diag.Errorf(CodeAbsence, steps[0].Source.Span(), "what does not come begins no match").
			WithHelp("begin with the last message that came: every last = ..., then not ... for 5m"))
		return
	}
	if !comes && !slices.ContainsFunc(steps, func(st *syntax.PatternStep) bool { return st.For != nil }) {
		m.report(diag.Errorf(CodeAbsence, steps[0].Source.Span(), "nothing says how long this does not come").
			WithHelp("add for 5m, or however long").WithFix(steps[0].Span().After(), " for 5m").AsDraft())
	}
}

// element checks one step; it reads what is in before, and is known in known.
func (m *recognizer) element(before, known *resolve.Scope, st *syntax.PatternStep, optional bool) (plan.Element, bool) {
	src := st.Source
	el := plan.Element{Not: src.Not.Given() || st.How.Text == "without", Min: 1, Max: 1, At: m.place(st.Span())}
	about := m.from(src.What, &el)
	if about == nil {
		m.quietStep(st)
		return el, false
	}
	if el.Not {
		m.absence(st, &el)
	} else if st.For != nil {
		m.report(diag.Errorf(CodeAbsence, st.For.Span(), "for says how long something does not come").
			WithHelp("write then not ... for, or within for how long the step may take"))
	}
	el.List = st.Times != nil
	var v *resolve.Variable
	if src.As.Given() && !el.Not {
		v = m.named(known, st, about, el.List)
		el.Var = v.Plan
	}
	m.where(before, st, about, v, &el, optional)
	if v != nil && optional && !el.List && v.Type.Kind != types.Invalid && v.Type.Kind != types.Optional {
		v.Type = types.OptionalOf(v.Type)
	}
	return el, true
}

// where checks the condition of a step. It sees the fields of the message, what
// earlier stages found, and what this step has found so far.
func (m *recognizer) where(before *resolve.Scope, st *syntax.PatternStep, about *watched, v *resolve.Variable, el *plan.Element, optional bool) {
	if st.Where == nil {
		return
	}
	seen := before.Inner()
	if v != nil {
		own := *v
		if !el.List {
			own.Plan = plan.MessageVar // the message itself
		}
		seen.Offer(&own)
	}
	inner := m.about(seen, about)
	if t := m.value(inner, st.Where, types.Of(types.Bool)); !t.invalid() {
		el.Where = &t.Tree
	}
	if v == nil || el.List || optional {
		return
	}
	// What the condition says of the message holds for what the step has found.
	for _, f := range m.follows(inner, st.Where, true, nil) {
		if _, field := m.fielded[f.of]; field {
			m.know.facts = append(m.know.facts, fact{v, "." + f.of.Name + f.path, 0})
		}
	}
}

// named makes what a step finds known to later ones.
func (m *recognizer) named(known *resolve.Scope, st *syntax.PatternStep, about *watched, list bool) *resolve.Variable {
	as := st.Source.As
	v := &resolve.Variable{Name: as.Text, At: as.At, Type: about.Type, Labels: about.labels, Fixed: "what a step found", Used: true}
	if list && v.Type.Kind != types.Invalid {
		v.Type = types.ListOf(v.Type)
	}
	for _, w := range m.sources {
		if types.FieldNamed(m.messageFields(w.Type), as.Text) != nil {
			m.report(diag.Errorf(CodeStepAs, as.At, "%s is a field of what %s brings, and would be hidden by it", as.Text, w.path).WithHelp("give what the step finds another name"))
			known.Offer(v)
			return v
		}
	}
	if as.Text == plan.MessageVar || as.Text == "pattern" {
		m.report(diag.Errorf(CodeStepAs, as.At, "%s has a meaning of its own in a pattern", as.Text).WithHelp("give what the step finds another name"))
		known.Offer(v)
		return v
	}
	m.Info.Variables = append(m.Info.Variables, v)
	for _, other := range m.found {
		if other.Name == v.Name {
			m.report(diag.Errorf(resolve.CodeDuplicate, as.At, "%s is declared twice", as.Text).WithNote(other.At, "first declared here"))
		}
	}
	m.found = append(m.found, v)
	known.Offer(v)
	return v
}

// from finds of which sources a step takes its messages: the one that it names, or
// all those with messages of the type that it names.
func (m *recognizer) from(p *syntax.Path, el *plan.Element) *watched {
	for i, w := range m.sources {
		if w.path.String() == p.String() {
			m.watch(p) // notes the use
			el.Sources = []int{i}
			return w
		}
	}
	if len(m.sources) < len(m.decl.Over) {
		return nil // one of them is not known
	}
	if sym := m.Info.Lookup(p.Parts[0].Text); sym != nil && (sym.Kind == resolve.Channel || sym.Kind == resolve.Endpoint) {
		m.Info.Use(sym, p.Parts[0].At)
		m.report(diag.Errorf(CodeStepSource, p.Span(), "the pattern does not watch %s", p).WithNote(m.decl.Over[0].Span(), "%s", sourcesAre(m.sources)).
			WithHelp("add it: over %s, %s", m.decl.Over[0].Span().Text(), p))
		return nil
	}
	t := m.reference(p)
	if t.Kind == types.Invalid {
		return nil
	}
	var found *watched
	for i, w := range m.sources {
		if w.Type.Equal(t) {
			el.Sources = append(el.Sources, i)
			if found == nil {
				found = w
			}
		}
	}
	if found == nil {
		var have []string
		for _, w := range m.sources {
			have = append(have, m.show(w.Type)+" of "+w.path.String())
		}
		m.report(diag.Errorf(CodeStepSource, p.Span(), "no source of the pattern has messages of the type %s", m.show(t)).
			WithNote(m.decl.Over[0].Span(), "%s", sourcesAre(m.sources)).WithHelp("there is %s", strings.Join(have, ", ")))
		return nil
	}
	if len(el.Sources) > 1 {
		both := *found
		for _, i := range el.Sources {
			both.labels |= m.sources[i].labels
		}
		return &both
	}
	return found
}

// quietStep looks at what a step with an unknown source says, for the names in it.
func (m *recognizer) quietStep(st *syntax.PatternStep) {
	if as := st.Source.As; as.Given() && !st.Source.Not.Given() {
		v := &resolve.Variable{Name: as.Text, At: as.At, Fixed: "what a step found", Used: true}
		m.scope.Offer(v)
	}
}

// absence checks a step that something does not come.
func (m *recognizer) absence(st *syntax.PatternStep, el *plan.Element) {
	el.Min, el.Max = 0, 0
	if as := st.Source.As; as.Given() {
		m.errorf(CodeAbsence, as.At, "what does not come has no name")
	}
	if st.Times != nil {
		m.errorf(CodeAbsence, st.Times.Span(), "what does not come does not come several times")
	}
	if st.For != nil {
		el.ForNs, _ = m.span(st.For)
	}
}

// guards checks what may not come while a match is under way. What the first stage
// finds is known to it where that is one message, or a list of them.
func (m *recognizer) guards(list []*syntax.PatternStep) {
	for _, st := range list {
		if st.Within != nil {
			m.report(diag.Errorf(CodeAbsence, st.Within.Span(), "a guard holds as long as the match").WithHelp("write for %s, and the match is complete no sooner", st.Within.Span().Text()))
		}
		if st.Source.Not.Given() {
			m.report(diag.Errorf(CodeAbsence, st.Source.Not.At, "without says already that this does not come").WithFix(st.Source.Not.At, ""))
		}
		scope := m.scope
		if first := m.out.Stages[0]; len(first.Alternatives) != 1 || len(first.Alternatives[0].Elements) != 1 {
			scope = m.base
		}
		if el, ok := m.element(scope, m.base.Inner(), st, false); ok {
			m.out.Without = append(m.out.Without, el)
		}
	}
}

// repeated checks how many messages a step collects.
func (m *recognizer) repeated(st *syntax.PatternStep, el *plan.Element, last, alone bool) {
	if st.Times == nil || el.Not {
		return
	}
	low, high := st.Times, st.Times
	r, isRange := st.Times.(*syntax.RangeExpr)
	if isRange {
		low, high = r.Low, r.High
	}
	n, ok1 := wholeNumber(low)
	k, ok2 := wholeNumber(high)
	least := 0
	if len(m.out.Stages) == 0 {
		least = 1
	}
	switch {
	case !ok1 || !ok2:
		m.report(diag.Errorf(CodeTimes, st.Times.Span(), "a number of messages is wanted here").WithHelp("write times 3 or times 3..5"))
		return
	case k < 1 || k > plan.MaxTimes || n > k:
		m.errorf(CodeTimes, st.Times.Span(), "a step collects from %d to %d messages", max(least, 1), plan.MaxTimes)
		return
	case n < least:
		m.report(diag.Errorf(CodeTimes, low.Span(), "no message at all begins no match").WithHelp("a first step collects at least one: times 1..%d", k))
		return
	case n < k && last:
		m.report(diag.Errorf(CodeTimes, st.Times.Span(), "nothing follows that would end the repetition, so it is complete with the least").
			WithHelp("write times %d, or a step behind it", max(n, 1)).WithFix(st.Times.Span(), strconv.Itoa(max(n, 1))))
		return
	case n < k && !alone:
		m.report(diag.Errorf(CodeTimes, st.Times.Span(), "nothing tells which step beside this one ends the repetition").
			WithHelp("write times %d, or make a step of its own of it", max(n, 1)))
		return
	}
	el.Min, el.Max = n, k
}

// wholeNumber is the value of an int literal; larger than any limit where it has
// too many digits.
func wholeNumber(e syntax.Expr) (int, bool) {
	lit, ok := e.(*syntax.Literal)
	if !ok || lit.Kind != syntax.IntLiteral {
		return 0, false
	}
	_, text, bad := canonical(lit)
	if bad != "" {
		return math.MaxInt, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// bounded checks that a match ends, one way or the other.
func (m *recognizer) bounded() {
	for i := range m.out.Stages {
		st := &m.out.Stages[i]
		if len(st.Alternatives) == 0 || slices.ContainsFunc(st.Alternatives, func(a plan.Alternative) bool { return len(a.Elements) == 0 }) {
			return // a source that is wrong, which has been said
		}
	}
	var sure int64 // how long a match takes at least
	for i := range m.out.Stages {
		st := &m.out.Stages[i]
		sure += takes(st)
		if m.openEnded(i) {
			return
		}
		if st.WithinNs > 0 && takes(st) >= st.WithinNs {
			m.hopeless(m.begins[i].Within)
			return
		}
		if m.out.WithinNs == 0 && st.WithinNs == 0 && !ends(st, i == 0) {
			d := diag.Errorf(CodeEndless, m.begins[i].Span(), "a match may wait here for ever")
			last := m.decl.Over[len(m.decl.Over)-1].Span()
			m.report(d.WithHelp("say how long a match may take, within 5m behind the sources, or how long this step may").WithFix(last.After(), " within 5m").AsDraft())
			return
		}
	}
	for i := range m.out.Without {
		sure = max(sure, m.out.Without[i].ForNs)
	}
	if m.out.WithinNs > 0 && sure >= m.out.WithinNs {
		m.hopeless(m.decl.Within)
	}
}

// openEnded reports a range of messages that no message could end.
func (m *recognizer) openEnded(i int) bool {
	e := m.out.Stages[i].Alternatives[0].Elements[0]
	if e.Min == e.Max || i+1 == len(m.out.Stages) {
		return false
	}
	for _, a := range m.out.Stages[i+1].Alternatives {
		if !slices.ContainsFunc(a.Elements, func(e plan.Element) bool { return !e.Not }) {
			times := m.begins[i].Times.Span()
			m.report(diag.Errorf(CodeTimes, times, "what does not come ends no repetition").WithNote(m.begins[i+1].Span(), "no message is wanted here").
				WithHelp("write times %d, or a message that ends it", max(e.Min, 1)).WithFix(times, strconv.Itoa(max(e.Min, 1))))
			return true
		}
	}
	return false
}

func (m *recognizer) hopeless(within syntax.Expr) {
	m.report(diag.Errorf(CodeNoMatch, within.Span(), "no match is ever complete within %s, because what may not come is waited for at least as long", within.Span().Text()).
		WithHelp("make this longer than everything behind for"))
}

// takes is how long a stage takes at least: what does not come is waited for.
func takes(st *plan.Stage) int64 {
	least := int64(math.MaxInt64)
	for _, a := range st.Alternatives {
		var longest int64
		for _, e := range a.Elements {
			longest = max(longest, e.ForNs)
		}
		least = min(least, longest)
	}
	return least
}

// ends says whether a stage needs no bound: one message completes the first, and
// of what does not come only its time is waited for.
func ends(st *plan.Stage, first bool) bool {
	for _, a := range st.Alternatives {
		if first && (len(a.Elements) != 1 || a.Elements[0].Min != 1 || a.Elements[0].Max != 1) {
			return false
		}
		if !first && slices.ContainsFunc(a.Elements, func(e plan.Element) bool { return !e.Not }) {
			return false
		}
	}
	return true
}
