package syntax

import (
	"slices"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// patternWords begin the steps of a pattern.
var patternWords = []string{"first", "every", "then", "next", "and", "or", "without"}

// stepParts are the words behind the source of a step.
var stepParts = []string{"where", "times", "for", "within"}

// Parse reads `{ setting, step, emit }`.
func (b *StreamBody) Parse(lex *lexer.PeekingLexer) error {
	return open(lex, func(s *session) {
		start := s.pos
		s.braced(true, func() { b.entry(s) })
		b.At = s.since(start)
	})
}

func (b *StreamBody) entry(s *session) {
	switch {
	case s.is(s.peek(1), ":"):
		b.Settings = s.settingInto(b.Settings)
	case s.at("emit"):
		if x, ok := s.produce(productions().emit).(*EmitClause); ok {
			b.Emits = append(b.Emits, x)
		}
	case s.atWord() && slices.Contains(patternWords, s.raw(s.tok())):
		if x, ok := s.produce(productions().patternStep).(*PatternStep); ok {
			b.Steps = append(b.Steps, x)
		}
	default:
		words := append([]string{"emit"}, patternWords...)
		s.suggest(s.wants("a setting, a step of a pattern such as `then`, or `emit`"), words...)
	}
}

// Parse reads `readings` or `readings by patient`.
func (x *StreamSource) Parse(lex *lexer.PeekingLexer) error {
	s := reading(lex)
	if !s.atWord() || s.continues() {
		return participle.NextMatch
	}
	start := s.pos
	x.What = &Path{Place: Place{s.span(s.pos, s.pos)}}
	x.What.read(s)
	if s.at("by") && !s.tok().Newline {
		s.pos++
		x.By = s.expr()
	}
	x.At = s.since(start)
	s.resume(lex)
	return nil
}

// Parse reads one of patternWords.
func (w *StepWord) Parse(lex *lexer.PeekingLexer) error {
	s := reading(lex)
	if !s.atWord() || !slices.Contains(patternWords, s.raw(s.tok())) {
		return participle.NextMatch
	}
	w.Name = s.name()
	s.resume(lex)
	return nil
}

// Parse reads `name = Type`, `Type` or `not Type`.
func (p *PatternSource) Parse(lex *lexer.PeekingLexer) error {
	s := reading(lex)
	if !s.atWord() || s.continues() {
		return participle.NextMatch
	}
	start := s.pos
	if next := s.peek(1); s.at("not") && next.Kind == Word && !next.Newline && !slices.Contains(stepParts, s.raw(next)) {
		p.Not = s.name()
	}
	if s.is(s.peek(1), "=") {
		p.As = s.name()
		s.pos++
	}
	p.What = &Path{Place: Place{s.span(s.pos, s.pos)}}
	if s.atWord() && !s.broken() {
		p.What.read(s)
	} else {
		s.expected(s.pos, "a name")
		p.What = nil
	}
	p.At = s.since(start)
	s.resume(lex)
	return nil
}

// Parse reads `{ state a { } state b { } }`.
func (b *MachineBody) Parse(lex *lexer.PeekingLexer) error {
	return open(lex, func(s *session) {
		start := s.pos
		s.braced(false, func() { b.entry(s) })
		b.At = s.since(start)
	})
}

func (b *MachineBody) entry(s *session) {
	first := s.pos
	switch {
	case s.is(s.peek(1), ":"):
		b.Settings = s.settingInto(b.Settings)
	case s.at("state"):
		if x, ok := s.produce(productions().state).(*State); ok {
			x.Doc = s.doc(first)
			b.States = append(b.States, x)
		}
	default:
		s.suggest(s.wants("`state` or a setting"), "state")
	}
}

// Parse reads `{ charge -> authorize, total = order.total }`.
func (b *MigrateBody) Parse(lex *lexer.PeekingLexer) error {
	return open(lex, func(s *session) {
		start := s.pos
		s.braced(true, func() { b.entry(s) })
		b.At = s.since(start)
	})
}

func (b *MigrateBody) entry(s *session) {
	switch {
	case s.atWord() && s.is(s.peek(1), "="):
		if x, ok := s.produce(productions().migrateSet).(*MigrateSet); ok {
			b.Sets = append(b.Sets, x)
		}
	case s.atWord() || s.tok().Kind == String:
		if x, ok := s.produce(productions().migrateMove).(*MigrateMove); ok {
			b.Moves = append(b.Moves, x)
		}
	default:
		s.wants("`step -> step` or `variable = value`")
	}
}

// Parse reads the id of a step.
func (r *StepRef) Parse(lex *lexer.PeekingLexer) error {
	s := reading(lex)
	start := s.pos
	switch {
	case s.tok().Kind == String:
		r.Text, _ = s.stringExpr().Plain()
	case s.atWord() && !s.continues():
		p := &Path{}
		p.read(s)
		r.Text = p.String()
	default:
		return participle.NextMatch
	}
	r.At = s.since(start)
	s.resume(lex)
	return nil
}
