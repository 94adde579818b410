package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

func (f *flow) selects(s *resolve.Scope, st *syntax.SelectStmt) bool {
	if f.timed && len(st.Arms.Afters) == 0 && st.Arms.Else == nil {
		f.report(diag.Errorf(CodeUnbounded, st.Span(), "this may wait for ever, and the sla promises completion").
			WithHelp("add an arm: after 7d { ... }"))
	}
	if len(st.Arms.Ons)+len(st.Arms.Afters) == 0 {
		f.errorf(CodeNoArms, st.Span(), "this select waits for nothing")
		return false
	}
	if st.Arms.Else != nil && len(st.Arms.Afters) > 0 {
		f.report(diag.Warningf(CodeUnreachable, st.Arms.Afters[0].Span(), "this is never reached: the else runs at once").WithNote(st.Arms.Else.Span(), "here"))
	}
	if f.noOccasion(s, st) {
		return false
	}
	k, ends := f.fork(), true
	for _, on := range st.Arms.Ons {
		ends = f.along(k, func() bool { return f.on(s, on) }) && ends
	}
	for _, a := range st.Arms.Afters {
		f.duration(a.Delay)
		ends = f.along(k, func() bool { return f.body(s, a.Body, a.Goto) }) && ends
	}
	if st.Arms.Else != nil {
		ends = f.along(k, func() bool { return f.block(s, st.Arms.Else) }) && ends
		f.looksInto(st)
	}
	f.meet(k, false)
	return ends
}

// noOccasion reports an arm alone, `on failure { ... }`, whose word names nothing and is
// like nothing that could be waited for: more likely an occasion is meant.
func (f *flow) noOccasion(s *resolve.Scope, st *syntax.SelectStmt) bool {
	if len(st.Arms.Ons) != 1 || st.Arms.Ons[0].Span().Start() != st.Arms.At.Start() {
		return false // between the braces of a select
	}
	on := st.Arms.Ons[0]
	first := on.Source.Parts[0]
	if len(on.Source.Parts) > 1 || on.As.Given() || on.Where != nil || s.Find(first.Text) != nil || f.Info.Lookup(first.Text) != nil {
		return false
	}
	var names []string
	for _, kind := range []resolve.Kind{resolve.Event, resolve.Channel} {
		for _, x := range f.Info.Of(kind) {
			names = append(names, x.Name)
		}
	}
	if diag.Suggest(first.Text, names) != "" {
		return false
	}
	f.report(diag.Errorf(CodeOn, first.At, "there is no on %s, and nothing of that name to wait for", first.Text).
		WithHelp("a process has on cancel { ... } and on breach { ... }, a scope has on cancel { ... }; faults are caught by catch"))
	return true
}

// looksInto refuses an else beside an arm that takes messages: who never waits is
// never offered one.
func (f *flow) looksInto(st *syntax.SelectStmt) {
	for _, on := range st.Arms.Ons {
		if sym := f.Names[on]; f.Receives[on] != nil || sym != nil && sym.Kind == resolve.Channel {
			waits := st.Arms.Else.Span()
			word := waits.Led("else")
			f.report(diag.Errorf(CodeLookInto, on.Source.Span(), "messages of %s are offered to those that wait, and this select never waits", on.Source).
				WithNote(waits, "because of this else").WithHelp("wait a little instead: after 1s { ... }").
				WithFix(word.First(waits.Start()-word.Start()), "after 1s ").AsDraft())
		}
	}
}

// on checks an arm that waits for an event, a message or a handle.
func (f *flow) on(s *resolve.Scope, on *syntax.OnArm) bool {
	inner := s.Inner()
	t, labels := f.comes(s, on)
	if on.As.Given() {
		if t.Kind == types.Void {
			f.errorf(CodeNoValue, on.As.At, "%s gives nothing back", on.Source)
			t = types.Type{}
		}
		f.declareIn(inner, on, &resolve.Variable{Name: on.As.Text, At: on.As.At, Type: t, Labels: labels, Fixed: "what was waited for"})
	}
	if on.Where != nil {
		f.tree(on.Where, f.value(inner, on.Where, types.Of(types.Bool)))
	}
	mark := f.know.mark()
	defer func() { f.know.forget(mark) }()
	if on.Where != nil {
		f.learn(inner, on.Where, true)
	}
	return f.body(inner, on.Body, on.Goto)
}

// comes finds what an arm waits for, and says of which type it is.
func (f *flow) comes(s *resolve.Scope, on *syntax.OnArm) (types.Type, labelSet) {
	first := on.Source.Parts[0]
	if v := s.Find(first.Text); v != nil && len(on.Source.Parts) == 1 {
		t := f.value(s, &syntax.Ident{Place: syntax.Place{At: first.At}, Name: first.Text}, none)
		f.Handles[on] = &t.Tree
		if t.Type.Kind == types.Handle {
			for _, fault := range f.begun[v].raises {
				f.raise(fault, first, first.Text+" raises")
			}
			if on.Transient {
				f.errorf(CodeWait, on.Source.Span(), "a handle keeps its result, so waiting for it cannot be transient")
			}
			return *t.Type.Elem, t.labels
		}
		if !t.invalid() {
			f.report(diag.Errorf(CodeWait, on.Source.Span(), "%s is %s, and only an event, a channel, a receive or a handle can be waited for", first.Text, f.show(t.Type)).
				WithNote(v.At, "declared here"))
		}
		return types.Type{}, 0
	}
	if f.incoming(on.Source) {
		if r := f.received(on.Source); r != nil {
			f.Receives[on] = r
			return r.Type, 0
		}
		return types.Type{}, 0
	}
	sym := f.only(on.Source, "event", resolve.Event, resolve.Channel)
	if sym == nil {
		return types.Type{}, 0
	}
	f.Names[on] = sym
	if sym.Kind == resolve.Event {
		return f.declared(sym), 0
	}
	if ch := f.Channel(sym.Full); ch != nil {
		return ch.Type, f.passed(sym.Full)
	}
	return types.Type{}, 0
}

// incoming says whether a path begins with an endpoint, which receives something.
func (c *checker) incoming(p *syntax.Path) bool {
	sym := c.Info.Lookup(p.Parts[0].Text)
	return len(p.Parts) > 1 && sym != nil && sym.Kind == resolve.Endpoint
}

// received finds what `endpoint.name` receives.
func (c *checker) received(p *syntax.Path) *Received {
	sym := c.symbol(p.Parts[0], "endpoint", resolve.Endpoint)
	if sym == nil || len(p.Parts) != 2 {
		return nil
	}
	e := c.endpoint(sym.Full)
	if e == nil {
		return nil
	}
	var names []string
	for i := range e.Receives {
		if e.Receives[i].Name == p.Parts[1].Text {
			return &Received{Name: e.Name + "." + e.Receives[i].Name, Type: e.Receives[i].Type}
		}
		names = append(names, e.Receives[i].Name)
	}
	slices.Sort(names)
	c.report(resolve.Unknown(p.Parts[1].At, "receive of "+sym.Name, p.Parts[1].Text, names))
	return nil
}

// Received is what an endpoint receives: "shop.ward.readings".
type Received struct {
	Name string
	Type types.Type
}
