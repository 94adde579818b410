package lint

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// route remarks what becomes of the messages of a route.
func (p *pass) route(d *syntax.RouteDecl) {
	i, ok := slices.BinarySearchFunc(p.Routes, p.Module.Package+"."+d.Name.Text, func(r *check.Route, n string) int { return cmp.Compare(r.Name, n) })
	if !ok || p.Routes[i].Decl != d || len(d.Body.Stmts) == 0 {
		return
	}
	r := p.Routes[i]
	from, ok := d.Body.Stmts[0].(*syntax.FromStmt)
	if !ok {
		return
	}
	if ch := p.channel(r.From); ch != nil && ch.DeadLetter == "" && !p.DeadLetters[ch.Name] {
		p.report(p.lettered(diag.Warningf(CodeNoDead, from.Source.Span(), "nobody is told of what %s cannot deal with: %s has no dead letter", d.Name.Text, from.Source).
			WithHelp("channel %s: %s of ... { dead_letter: rejected }", from.Source, ch.Kind), from))
	}
	p.comesToNothing(d)
	conditional := false
	for _, st := range d.Body.Stmts[1:] {
		conditional = conditional || holdsBack(st)
		p.ownChannel(r, st, conditional)
		p.startsWithoutKey(st)
	}
}

// lettered adds to d a draft of a channel for the dead letters of the one that is read.
func (p *pass) lettered(d diag.Diagnostic, from *syntax.FromStmt) diag.Diagnostic {
	s := p.Names[from]
	if s == nil || p.Info.Lookup(s.Name) != s {
		return d
	}
	ch, ok := s.Decl.(*syntax.ChannelDecl)
	name := s.Name + "_rejected"
	if !ok || ch.Settings != nil || p.Info.Lookup(name) != nil {
		return d
	}
	return d.WithFix(ch.Span().After(), " { dead_letter: "+name+" }\n\nchannel "+name+": queue of json").AsDraft()
}

// ownChannel remarks a message that goes back to where it came from.
func (p *pass) ownChannel(r *check.Route, st syntax.Stmt, conditional bool) {
	if conditional || p.Names[st] == nil || p.Names[st].Full != readBy(r) {
		return
	}
	switch st.(type) {
	case *syntax.SendStmt, *syntax.ToStmt, *syntax.TapStmt:
		p.report(diag.Warningf(CodeOwnChannel, st.Span(), "every message goes back to the channel it came from, without end").
			WithHelp("send it elsewhere, or under a condition"))
	case *syntax.PublishStmt:
		p.report(diag.Warningf(CodeOwnChannel, st.Span(), "every event is answered with another one of its kind, without end").
			WithHelp("publish another event, or this one under a condition"))
	}
}

// startsWithoutKey remarks that a message which arrives twice starts two instances.
func (p *pass) startsWithoutKey(st syntax.Stmt) {
	start, ok := st.(*syntax.StartStmt)
	if !ok || p.Names[st] == nil {
		return
	}
	if x := p.process(p.Names[st].Full); x != nil && x.Key == nil {
		p.report(p.withKey(diag.Warningf(CodeNoKey, start.Target.Span(), "%s has no key, so what is sent twice is done twice", start.Target).
			WithHelp("say in %s what names the case: key: order.id", start.Target), x))
	}
}

// withKey adds to d a draft of the key of a process: its first parameter that is a text, or
// the first text in its first parameter that is a record.
func (p *pass) withKey(d diag.Diagnostic, x *check.Process) diag.Diagnostic {
	body := x.Decl.Body.Span()
	if !strings.HasPrefix(x.Name, p.Module.Package+".") || !strings.HasPrefix(body.Text(), "{") {
		return d
	}
	var key string
	for _, param := range x.Params {
		if param.Type.Kind == types.String {
			key = param.Name
			break
		}
		fields, _ := p.Universe.FieldsOf(param.Type)
		if i := slices.IndexFunc(fields, func(f types.Field) bool { return f.Type.Kind == types.String }); i >= 0 && key == "" {
			key = param.Name + "." + fields[i].Name
		}
	}
	if key == "" {
		return d
	}
	return d.WithFix(body.First(1).After(), "\n  key: "+key+"\n").AsDraft()
}

func (p *pass) channel(name string) *plan.Channel {
	i, ok := slices.BinarySearchFunc(p.Channels, name, func(c plan.Channel, n string) int { return cmp.Compare(c.Name, n) })
	if !ok {
		return nil
	}
	return &p.Channels[i]
}

// deadLetters remarks dead letters that go round in a circle. Each channel is come to
// once: a way that leads to where another one was has been looked at.
func (p *pass) deadLetters() {
	walk := map[*plan.Channel]int{}
	for i := range p.Channels {
		ch := &p.Channels[i]
		for ch != nil && walk[ch] == 0 {
			walk[ch] = i + 1
			ch = p.channel(ch.DeadLetter)
		}
		if ch != nil && walk[ch] == i+1 {
			p.circle(ch)
		}
	}
}

// circle reports a circle at its channel that comes first by name.
func (p *pass) circle(of *plan.Channel) {
	first := of
	for ch := p.channel(of.DeadLetter); ch != of; ch = p.channel(ch.DeadLetter) {
		if ch.Name < first.Name {
			first = ch
		}
	}
	chain := []string{short(first.Name)}
	for ch := p.channel(first.DeadLetter); ch != first; ch = p.channel(ch.DeadLetter) {
		chain = append(chain, short(ch.Name))
	}
	chain = append(chain, short(first.Name))
	if s := p.Info.Lookup(short(first.Name)); s != nil {
		p.report(diag.Warningf(CodeDeadCircle, s.At, "the dead letters go round in a circle: %s", strings.Join(chain, " to ")).
			WithHelp("let the last channel have none: its messages wait there for a person"))
	}
}

func short(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// arms remarks what a select waits for too generously, or twice.
func (p *pass) arms(st *syntax.SelectStmt) {
	if st.Arms == nil {
		return
	}
	type awaited struct {
		what  *resolve.Symbol
		where string
	}
	first := map[awaited]*syntax.OnArm{}
	for _, on := range st.Arms.Ons {
		if p.Names[on] == nil {
			continue
		}
		p.anyEvent(on)
		waits := awaited{what: p.Names[on]}
		if on.Where != nil {
			waits.where = on.Where.Span().Text()
		}
		before := first[waits]
		if before == nil {
			first[waits] = on
			continue
		}
		p.report(diag.Warningf(CodeTwoArms, on.Source.Span(), "another arm waits for the same, so this one is never reached").
			WithNote(before.Source.Span(), "this one").WithFix(on.Span().Alone(), "").AsDraft())
	}
}

// anyEvent remarks an arm that takes the event of any case for its own. An event
// without fields belongs to nobody.
func (p *pass) anyEvent(on *syntax.OnArm) {
	d := p.Universe.Lookup(p.Names[on].Full)
	if d == nil || len(d.Fields) == 0 {
		return
	}
	if on.Where == nil {
		p.report(diag.Warningf(CodeAnyEvent, on.Source.Span(), "every %s wakes every instance that waits here, whoever it is about", on.Source).
			WithHelp("say which one is meant: on %s as %s where %s.%s == ...", on.Source, initial(on), initial(on), d.Fields[0].Name))
		return
	}
	t := p.Trees[on.Where]
	if t != nil && !correlates(t, variable(p, on)) {
		p.report(diag.Warningf(CodeAnyEvent, on.Where.Span(), "nothing here compares a field of the event with what the instance knows, so it may be about another case").
			WithHelp("compare with ==: where %s.%s == ...", initial(on), d.Fields[0].Name))
	}
}

func variable(p *pass, on *syntax.OnArm) string {
	if v := p.Variables[on]; v != nil {
		return v.Plan
	}
	return ""
}

func initial(on *syntax.OnArm) string {
	if on.As.Given() {
		return on.As.Text
	}
	return strings.ToLower(on.Source.Last().Text[:1])
}

// correlates says whether a condition holds only where a value of the event
// equals one of the instance.
func correlates(t *expression.Tree, event string) bool {
	switch t.Op {
	case expression.And:
		return slices.ContainsFunc(t.Args, func(a expression.Tree) bool { return correlates(&a, event) })
	case expression.Eq:
		left, right := expression.Reads(&t.Args[0]), expression.Reads(&t.Args[1])
		if t.Args[1].Type.Kind == types.Null {
			return false
		}
		return slices.Contains(left, event) != slices.Contains(right, event) && len(left) > 0 && len(right) > 0
	}
	return false
}
