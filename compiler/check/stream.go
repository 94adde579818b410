package check

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// What patterns and windows have in common: the sources that they watch, the
// partitions, the clock, and what they emit. In an expression about a message its
// fields stand bare, as in `where heart_rate > 120`.

// watched is a source of a pattern or a window.
type watched struct {
	plan.Stream
	path   *syntax.Path
	labels labelSet
	by     syntax.Expr // its own or that of a later source; nil: there is one partition
	shared bool        // by is written behind another source
}

// watches finds the sources. Those about which something has been reported are
// left out.
func (c *checker) watches(list []*syntax.StreamSource) []*watched {
	if len(list) > plan.MaxSources {
		c.errorf(CodeLimit, list[plan.MaxSources].Span(), "a pattern watches at most %d sources and this one %d", plan.MaxSources, len(list))
		list = list[:plan.MaxSources]
	}
	var out []*watched
	var by syntax.Expr
	for i := len(list) - 1; i >= 0; i-- {
		x := list[i]
		if x.By != nil {
			by = x.By
		}
		w := c.watch(x.What)
		if w == nil {
			continue
		}
		w.by, w.shared = by, x.By == nil
		out = append(out, w)
	}
	slices.Reverse(out)
	for i, w := range out {
		for _, first := range out[:i] {
			if w.name() == first.name() {
				c.report(diag.Errorf(CodeStepSource, w.path.Span(), "%s is watched already", w.path).WithNote(first.path.Span(), "here"))
			}
		}
	}
	return out
}

func (w *watched) name() string { return w.Channel + w.Event + w.Receive }

func (c *checker) watch(p *syntax.Path) *watched {
	w := &watched{path: p}
	w.At = c.place(p.Span())
	if c.incoming(p) {
		in := c.received(p)
		if in == nil {
			return nil
		}
		w.Receive, w.Type = in.Name, in.Type
		return w
	}
	sym := c.only(p, "channel", resolve.Channel, resolve.Event)
	switch {
	case sym == nil:
		return nil
	case sym.Kind == resolve.Event:
		w.Event, w.Type = sym.Full, c.declared(sym)
	default:
		ch := c.Channel(sym.Full)
		if ch == nil {
			return nil
		}
		w.Channel, w.Type, w.labels = sym.Full, ch.Type, c.passed(sym.Full)
		w.Labels = c.labels.list(w.labels)
	}
	return w
}

// messageFields are the fields of a message that stand bare.
func (c *checker) messageFields(t types.Type) []types.Field {
	if d := c.union(t); d != nil {
		fields := slices.Clone(d.Fields)
		for i := range fields {
			fields[i].Type = types.OptionalOf(fields[i].Type)
		}
		return fields
	}
	fields, _ := c.Universe.FieldsOf(t)
	return fields
}

// about is a scope inside s for expressions about a message of w.
func (c *checker) about(s *resolve.Scope, w *watched) *resolve.Scope {
	whole := s.Inner()
	whole.Offer(&resolve.Variable{Name: plan.MessageVar, Plan: plan.MessageVar, Type: w.Type, Labels: w.labels, Fixed: "the message", Used: true})
	inner := whole.Inner()
	if w.Type.Kind == types.Invalid {
		inner.Unsure() // the fields are what could not be read
	}
	for _, f := range c.messageFields(w.Type) {
		v := &resolve.Variable{Name: f.Name, Plan: plan.MessageVar, Type: f.Type, Labels: w.labels | c.labels.of(f.Labels), Fixed: "a field of the message", Used: true}
		c.fielded[v] = w.Type
		inner.Offer(v)
	}
	return inner
}

// bare is a field of the message, which stands without one.
func (c *checker) bare(s *resolve.Scope, e *syntax.Ident, v *resolve.Variable, of types.Type) typed {
	c.Info.Part(of, e.Span())
	message := expression.Tree{Op: expression.Var, Type: of, Name: plan.MessageVar}
	return typed{expression.Tree{Op: expression.Field, Type: c.narrowed(s, e, v.Type), Name: e.Name, Args: []expression.Tree{message}}, v.Labels}
}

// streamScope is the outermost scope of a pattern or a window, and the variable
// with the times of what it found, which only what is emitted knows.
func streamScope(keyword string) (*resolve.Scope, *resolve.Variable) {
	s := resolve.NewScope()
	s.Inner().Offer(&resolve.Variable{Name: plan.MessageVar}) // takes the name of the plan
	span := []types.Field{{Name: "start", Type: types.Of(types.Timestamp)}, {Name: "end", Type: types.Of(types.Timestamp)}}
	v := &resolve.Variable{Name: keyword, Type: types.Type{Kind: types.Record, Fields: span}, Fixed: "when it began and ended", Used: true}
	s.Inner().Offer(v)
	return s, v
}

// key is one key of the partitions.
type key struct {
	names  []syntax.Name // under which the author knows it: the fields that it is
	typ    types.Type
	labels labelSet
}

// partition checks what tells partitions apart, and offers the keys in the scope.
func (c *checker) partition(s *resolve.Scope, list []*watched) []types.Field {
	var keys []key
	for i, w := range list {
		items := keyItems(w.by)
		if i == 0 {
			keys = make([]key, len(items))
		}
		for k := range min(len(items), len(keys)) {
			if n := keyName(items[k]); n.Given() {
				keys[k].names = append(keys[k].names, n)
			}
		}
	}
	for _, w := range list {
		items := keyItems(w.by)
		if len(items) != len(keys) {
			c.report(diag.Errorf(CodePartition, w.path.Span(), "%s is told apart by %s, and %s by %s", w.path, counted(len(items), "key"), list[0].path, counted(len(keys), "key")).
				WithHelp("every source needs as many keys: over %s by ..., %s by ...", list[0].path, w.path))
			break
		}
		if !c.keysOf(s, w, items, keys, list[0]) {
			break
		}
	}
	return c.offerKeys(s, keys)
}

// keysOf checks the keys of one source, and says whether it has them all.
func (c *checker) keysOf(s *resolve.Scope, w *watched, items []syntax.Expr, keys []key, first *watched) bool {
	about := c.about(s, w)
	for i, e := range items {
		id, ok := e.(*syntax.Ident)
		if ok && w.shared && about.Find(id.Name) == nil {
			c.report(diag.Errorf(CodePartition, w.path.Span(), "%s has no field %s, which tells the partitions apart", w.path, id.Name).
				WithNote(e.Span(), "this is for every source that has no by of its own").WithHelp("say by what %s is told apart: %s by ...", w.path, w.path))
			return false
		}
		t := c.value(about, e, none)
		if t.invalid() {
			return false
		}
		k := &keys[i]
		switch {
		case !c.printable(t.Type) || t.Type.Kind == types.JSON:
			c.errorf(CodeMismatch, spanOf(e), "%s has no text form for a key", c.show(t.Type))
			return false
		case k.typ.Kind == types.Invalid:
			k.typ = t.Type
		case !k.typ.Equal(t.Type):
			c.report(diag.Errorf(CodePartition, spanOf(e), "for %s this is %s, and for %s it is %s", w.path, c.show(t.Type), first.path, c.show(k.typ)))
			k.typ = none // which of them is meant is not known
			return false
		}
		k.labels |= t.labels
		w.Key = append(w.Key, t.Tree)
	}
	return true
}

// offerKeys makes the keys known under their names.
func (c *checker) offerKeys(s *resolve.Scope, keys []key) []types.Field {
	var out []types.Field
	of := map[string]int{}
	for i, k := range keys {
		v := &resolve.Variable{Name: "key", Type: k.typ, Labels: k.labels}
		if len(k.names) > 0 {
			v.Name = k.names[0].Text
		}
		s.Inner().Offer(v)
		out = append(out, types.Field{Name: v.Plan, Type: k.typ, Labels: c.labels.list(k.labels)})
		for _, n := range k.names {
			if other, ok := of[n.Text]; ok {
				if other != i {
					c.report(diag.Errorf(CodePartition, n.At, "two keys are called %s", n.Text).WithHelp("a key has the name of its field; leave one of them out"))
				}
				continue
			}
			of[n.Text] = i
			s.Offer(&resolve.Variable{Name: n.Text, Plan: v.Plan, At: n.At, Type: k.typ, Labels: k.labels, Fixed: "the key of the partition", Used: true})
		}
	}
	return out
}

// keyItems are the keys that stand behind by.
func keyItems(by syntax.Expr) []syntax.Expr {
	if l, ok := by.(*syntax.ListExpr); ok {
		return l.Items
	}
	if by == nil {
		return nil
	}
	return []syntax.Expr{by}
}

// keyName is the name of the field that a key is.
func keyName(e syntax.Expr) syntax.Name {
	switch e := e.(type) {
	case *syntax.Ident:
		return syntax.Name{Text: e.Name, At: e.Span()}
	case *syntax.MemberExpr:
		return e.Name
	}
	return syntax.Name{}
}

// counted is a number with its word: "1 key", "2 keys".
func counted(n int, word string) string {
	switch n {
	case 0:
		return "no " + word
	case 1:
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

// clock reads how time is dealt with, and sets when the messages of the sources
// happened.
func (c *checker) clock(s *resolve.Scope, b block, list []*watched) plan.Clock {
	k := plan.Clock{Partitions: defaultPartitions}
	if v, ok := b.get("time"); ok {
		c.eventTimes(s, v[0], list)
	}
	if v, ok := b.first("lateness"); ok {
		k.LatenessNs = int64(v.low)
		if b.at("time") == nil && v.low > 0 {
			c.report(diag.Errorf(CodeEventTime, b.span("lateness"), "messages are in the order in which they were accepted, so none comes late").
				WithHelp("say when a message happened, time: at, or leave lateness out"))
		}
	}
	if v, ok := b.first("late"); ok {
		k.Late = v.symbol.Full
		c.takesLate(v.symbol, b.span("late"), list)
		if b.at("time") == nil {
			c.report(diag.Errorf(CodeEventTime, b.span("late"), "messages are in the order in which they were accepted, so none comes late").
				WithHelp("say when a message happened, time: at, or leave late out"))
		}
	}
	if v, ok := b.first("partitions"); ok {
		k.Partitions = v.int
	}
	return k
}

// takesLate checks that a channel takes the messages of every source.
func (c *checker) takesLate(sym *resolve.Symbol, at source.Span, list []*watched) {
	ch := c.Channel(sym.Full)
	for _, w := range list {
		if ch != nil && !c.Universe.Assignable(w.Type, ch.Type) && ch.Type.Kind != types.JSON {
			c.report(c.mismatch(w.Type, ch.Type, at).WithNote(w.path.Span(), "what comes late from here goes to %s", sym.Name))
			return
		}
	}
}

// eventTimes checks when the messages of each source happened: `at` for all of them, or
// `taken of readings, raised of alarms`.
func (c *checker) eventTimes(s *resolve.Scope, given []value, list []*watched) {
	of := map[*watched]syntax.Expr{}
	for _, v := range given {
		found := false
		for _, w := range list {
			if v.path == nil || v.path.String() == w.path.String() {
				of[w], found = v.expr, true
			}
		}
		if !found && v.path != nil && len(list) > 0 {
			c.report(diag.Errorf(CodeEventTime, v.path.Span(), "%s is no source of this", v.path).WithHelp("%s", sourcesAre(list)))
			return
		}
	}
	for _, w := range list {
		e := of[w]
		if e == nil {
			c.report(diag.Errorf(CodeEventTime, w.path.Span(), "nothing says when a message of %s happened", w.path).WithHelp("add it to time: ... of %s", w.path))
			return
		}
		about := c.about(s, w)
		if id, ok := e.(*syntax.Ident); ok && len(list) > 1 && about.Find(id.Name) == nil {
			c.report(diag.Errorf(CodeEventTime, e.Span(), "%s has no field %s", w.path, id.Name).
				WithHelp("say it for each source: time: %s of %s, ... of %s", id.Name, list[0].path, w.path))
			return
		}
		t := c.value(about, e, types.Of(types.Timestamp))
		if t.invalid() {
			return
		}
		w.Time = &t.Tree
	}
}

// sourcesAre names what is watched.
func sourcesAre(list []*watched) string {
	var names []string
	for _, w := range list {
		names = append(names, w.path.String())
	}
	return "it watches " + strings.Join(names, ", ")
}

// span is how long something lasts: a duration within the limits.
func (c *checker) span(e syntax.Expr) (int64, bool) {
	d, ok := DurationOf(e)
	switch {
	case !ok:
		c.errorf(CodeDuration, spanOf(e), "a duration is wanted here, such as 5m")
	case d <= 0 || int64(d) > plan.MaxSpanNs:
		c.errorf(CodeLimit, spanOf(e), "this is more than nothing and at most %dd", plan.MaxSpanNs/int64(24*time.Hour))
		return 0, false
	}
	return int64(d), ok
}

// emits checks what comes of a pattern or a window; s knows what it found.
func (c *checker) emits(s *resolve.Scope, what string, name syntax.Name, list []*syntax.EmitClause, sources []*watched) plan.Emit {
	var out plan.Emit
	if len(list) == 0 {
		c.report(diag.Errorf(CodeEmit, name.At, "nothing comes of the %s %s", what, name.Text).WithHelp("end it with: emit Event { ... }, or emit { ... } to channel"))
		return out
	}
	if len(list) > 1 {
		c.report(diag.Errorf(CodeEmit, list[1].Span(), "a %s emits once", what).WithNote(list[0].Span(), "here already"))
	}
	e := list[0]
	out.At = c.place(e.Span())
	mark := c.know.mark()
	defer c.know.forget(mark)
	if e.When != nil {
		if t := c.value(s, e.When, types.Of(types.Bool)); !t.invalid() {
			out.When = &t.Tree
		}
		c.learn(s, e.When, true)
	}
	if e.To != nil {
		c.emitsTo(s, e, &out)
	} else {
		c.publishes(s, e, &out, what)
	}
	for _, w := range sources {
		if w.Channel != "" && w.Channel == out.Channel || w.Event != "" && w.Event == out.Event {
			c.report(diag.Errorf(CodeFeedback, e.Span(), "the %s emits what it watches, and would answer itself for ever", what).WithNote(w.path.Span(), "watched here"))
		}
	}
	return out
}

// emitsTo checks what is sent to a channel.
func (c *checker) emitsTo(s *resolve.Scope, e *syntax.EmitClause, out *plan.Emit) {
	want := none
	sym := c.only(e.To, "channel", resolve.Channel)
	if sym != nil {
		out.Channel = sym.Full
		if ch := c.Channel(sym.Full); ch != nil {
			want = ch.Type
		}
	}
	t := c.value(s, e.Value, want)
	out.Value = t.Tree
	if sym != nil {
		c.keeps(&t, 0, spanOf(e.Value), "the channel "+sym.Name)
	}
}

// publishes checks that what is emitted is an event, because nobody would hear of
// anything else.
func (c *checker) publishes(s *resolve.Scope, e *syntax.EmitClause, out *plan.Emit, what string) {
	t := c.value(s, e.Value, none)
	if t.invalid() {
		return
	}
	out.Value = t.Tree
	d := c.Universe.Lookup(t.Type.Name)
	if t.Type.Kind == types.Named && d != nil && d.Kind == types.EventDefinition {
		out.Event = d.Name
		c.keeps(&t, 0, spanOf(e.Value), "the event "+c.show(t.Type))
		return
	}
	report := diag.Errorf(CodeEmit, spanOf(e.Value), "this is %s and no event, so nobody hears of it", c.show(t.Type)).
		WithHelp("emit an event, or say where it goes: emit ... to channel")
	var fit []string
	for i := range c.Channels {
		if ch := &c.Channels[i]; ch.Type.Kind != types.JSON && c.Universe.Assignable(t.Type, ch.Type) {
			fit = append(fit, strings.TrimPrefix(ch.Name, c.pkg+"."))
		}
	}
	if len(fit) == 1 {
		report = report.WithHelp("say where it goes: emit ... to %s", fit[0]).WithFix(spanOf(e.Value).After(), " to "+fit[0]).AsDraft()
	}
	c.report(report)
}

// readTimes reads `at`, or `taken of readings, raised of alarms`.
func readTimes(s *syntax.Setting) ([]value, bool) {
	var out []value
	for _, p := range s.Phrases {
		v := value{expr: p.Terms[0]}
		switch {
		case len(p.Terms) == 1 && len(s.Phrases) == 1:
		case len(p.Terms) == 3 && p.Word(1) == "of" && pathOf(p.Terms[2]) != nil:
			v.path = pathOf(p.Terms[2])
		default:
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}
