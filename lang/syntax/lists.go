package syntax

import (
	"slices"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/cob-lang/cob/lang/diag"
)

// The productions below are hand-written. The grammar generator calls their Parse
// methods; participle.NextMatch means that none begins here. A production that has
// begun always succeeds: it reports what is wrong with its entries and goes on.

// Parse reads a name. A line break before it means there is none, unless an
// operator or a comma ends the line before.
func (n *Name) Parse(lex *lexer.PeekingLexer) error {
	s := reading(lex)
	if !s.atWord() || s.continues() {
		return participle.NextMatch
	}
	*n = s.name()
	s.resume(lex)
	return nil
}

// Parse reads a dotted name.
func (p *Path) Parse(lex *lexer.PeekingLexer) error {
	s := reading(lex)
	if !s.atWord() || s.continues() {
		return participle.NextMatch
	}
	p.read(s)
	s.resume(lex)
	return nil
}

// continues says whether a line break behind a keyword stands before the next
// token. The first token of a production has no keyword before it.
func (s *session) continues() bool {
	return s.pos != s.begin && s.tok().Newline && s.pos > 0 && s.tokens[s.pos-1].Kind != Punct
}

// Parse reads a string.
func (x *StringExpr) Parse(lex *lexer.PeekingLexer) error {
	s := reading(lex)
	if s.tok().Kind != String {
		return participle.NextMatch
	}
	*x = *s.stringExpr()
	s.resume(lex)
	return nil
}

func parseExpr(lex *lexer.PeekingLexer) (Expr, error) {
	s := reading(lex)
	if !s.startsExpr() || s.continues() {
		return nil, participle.NextMatch
	}
	x := s.expr()
	s.resume(lex)
	return x, nil
}

func parseType(lex *lexer.PeekingLexer) (Type, error) {
	s := reading(lex)
	if !s.startsType() || s.continues() {
		return nil, participle.NextMatch
	}
	t := s.typ()
	s.resume(lex)
	return t, nil
}

// opens says whether a braced production begins here. Where its `{` is missing
// although the next line is indented as a body, that is reported and one does.
func (s *session) opens() bool {
	if s.at("{") {
		return true
	}
	if !s.uneven || s.pos == 0 || s.pos >= s.end {
		return false
	}
	body := s.pos
	if !s.tok().Newline {
		body++ // something else stands where the brace should
	}
	if body >= s.end || !s.tokens[body].Newline || s.is(s.tokens[body], "}") || s.indent(body) <= s.indent(s.pos-1) {
		return false
	}
	s.expected(s.pos, "`{`")
	s.pos = body
	return true
}

// open runs a braced production where one begins.
func open(lex *lexer.PeekingLexer, read func(*session)) error {
	s := reading(lex)
	if !s.opens() {
		return participle.NextMatch
	}
	s.lex = lex
	read(s)
	s.resume(lex)
	return nil
}

// Parse reads `{ name: T, ... }`.
func (f *Fields) Parse(lex *lexer.PeekingLexer) error { return open(lex, f.read) }

func (f *Fields) read(s *session) {
	start := s.pos
	s.braced(true, func() {
		if x := s.field(); x != nil {
			f.List = append(f.List, x)
		}
	})
	f.At = s.since(start)
}

// Parse reads `{ member, ... }`.
func (m *EnumMembers) Parse(lex *lexer.PeekingLexer) error {
	return open(lex, func(s *session) {
		start := s.pos
		s.braced(true, func() {
			if !s.atWord() {
				s.wants("a name")
				return
			}
			first := s.pos
			x := &EnumMember{Doc: s.doc(first), Name: s.name()}
			x.At = s.since(first)
			m.List = append(m.List, x)
		})
		m.At = s.since(start)
	})
}

// read reads `(name: T, ...)`. The reader stands at the parenthesis.
func (p *Params) read(s *session) {
	start := s.pos
	s.enclosed(")", func() {
		if x := s.field(); x != nil {
			p.List = append(p.List, x)
		}
	})
	p.At = s.since(start)
}

// Parse reads `(expr, ...)`.
func (a *Args) Parse(lex *lexer.PeekingLexer) error {
	s := reading(lex)
	if !s.at("(") || s.broken() {
		return participle.NextMatch
	}
	a.read(s)
	s.resume(lex)
	return nil
}

func (a *Args) read(s *session) {
	start := s.pos
	s.enclosed(")", func() {
		if s.atWord() && s.is(s.peek(1), ":") {
			s.report(diag.Errorf(CodeUnexpected, s.span(s.pos, s.pos+2), "an argument has no name")).Help =
				"arguments stand in the order of the parameters"
			for s.pos += 2; s.startsExpr(); {
				a.List = append(a.List, s.expr())
				if !s.at(",") || !s.is(s.peek(2), ":") {
					return
				}
				s.pos += 3
			}
			return
		}
		a.List = append(a.List, s.expr())
	})
	a.At = s.since(start)
}

// Parse reads `{ name: phrase, ... }`.
func (x *Settings) Parse(lex *lexer.PeekingLexer) error { return open(lex, x.read) }

func (x *Settings) read(s *session) {
	start := s.pos
	s.braced(true, func() { x.List = s.settingInto(x.List) })
	x.At = s.since(start)
}

// settingInto reads one setting, or reports that none begins here.
func (s *session) settingInto(list []*Setting) []*Setting {
	if !s.atWord() {
		s.wants("the name of a setting")
		return list
	}
	return append(list, s.setting())
}

// setting reads `name: phrase, phrase`. The reader stands at a word.
func (s *session) setting() *Setting {
	start := s.pos
	x := s.nodes.settings.take()
	x.Doc, x.Name = s.doc(start), s.name()
	if s.expect(":") {
		x.Phrases = append(s.nodes.rows.row(), s.phrase())
		for s.at(",") && !s.settingEnds() {
			s.pos++
			x.Phrases = append(x.Phrases, s.phrase())
		}
	}
	x.At = s.since(start)
	return x
}

// settingEnds says whether the comma at the reader separates entries and not
// phrases: another setting or a clause follows, or nothing does.
func (s *session) settingEnds() bool {
	next, after := s.peek(1), s.peek(2)
	if next.Kind != Word {
		return next.Newline || s.is(next, "}")
	}
	if s.is(next, "on") {
		return s.is(s.peek(3), "{") // `retain: 90d, on fault 730d` goes on
	}
	return s.is(after, ":") || s.isClause(next, after) || s.isRequestEntry(next, after) || s.isAction(next, after)
}

// isAction says whether these two tokens begin what a schedule does, or a step of
// a pattern or what it emits.
func (s *session) isAction(first, next Token) bool {
	switch word := s.raw(first); word {
	case "start", "send", "publish", "emit":
		return next.Kind == Word
	default:
		return next.Kind == Word && slices.Contains(patternWords, word)
	}
}

// isRequestEntry says whether these two tokens begin what an operation holds
// besides settings: `error 409` or `get "/path"`.
func (s *session) isRequestEntry(first, next Token) bool {
	switch next.Kind {
	case Number:
		return s.raw(first) == "error"
	case String:
		return s.requests
	case Punct:
		return s.requests && s.is(next, "{")
	}
	return false
}

// phrase reads a row of terms up to a comma, a line break or a bracket.
func (s *session) phrase() *Phrase {
	start := s.pos
	p := s.nodes.phrases.take()
	p.Terms = s.terms()
	p.At = s.since(start)
	return p
}

// terms reads a row of expressions. The first may use the operator `in`; behind
// it `in` is a word.
func (s *session) terms() []Expr {
	words := s.words
	out := s.nodes.terms.row()
	if !s.startsExpr() {
		out = append(out, s.noExpr())
	}
	for last := -1; s.startsExpr() && s.pos > last && (len(out) == 0 || !s.broken()); {
		last = s.pos
		s.words = len(out) > 0
		if s.words && s.at("in") {
			start := s.pos
			s.pos++
			out = append(out, &Ident{Place{s.since(start)}, "in"})
			continue
		}
		s.termWord(&out)
	}
	s.words = words
	return out
}

// termWord reads one term; a lower-case word in front of `{`, or of `[` behind a
// blank, is a word and not the beginning of a record or an index.
func (s *session) termWord(out *[]Expr) {
	if s.clock() {
		start := s.pos
		s.pos += 3
		at := s.since(start)
		*out = append(*out, s.literal(start, ClockLiteral, at.Text()))
		return
	}
	words := s.words
	next := s.peek(1)
	if s.at("returns") && (s.is(next, "(") || s.is(next, "-")) {
		start := s.pos
		s.pos++
		*out = append(*out, &Ident{Place{s.since(start)}, "returns"}) // what a test says comes back, and not a call
		return
	}
	if s.atWord() && (s.is(next, "{") || s.is(next, "[")) {
		s.words = true
	}
	*out = append(*out, s.expr())
	s.words = words
}

// clock says whether a time of the day follows, such as 02:30 or 9:00.
func (s *session) clock() bool {
	hour, colon, minute := s.tok(), s.peek(1), s.peek(2)
	return hour.Kind == Number && minute.Kind == Number && s.is(colon, ":") && hour.End == colon.Start && colon.End == minute.Start &&
		hour.End-hour.Start <= 2 && minute.End-minute.Start == 2 && hour.Literal == IntLiteral && minute.Literal == IntLiteral
}

// Parse reads `{ branch a { } branch b { } }`.
func (b *Branches) Parse(lex *lexer.PeekingLexer) error {
	return open(lex, func(s *session) {
		start := s.pos
		s.braced(false, func() {
			if !s.at("branch") {
				s.wants("`branch`")
				return
			}
			if x, ok := s.produce(productions().branch).(*Branch); ok {
				b.List = append(b.List, x)
			}
		})
		b.At = s.since(start)
	})
}

// Parse reads what follows `join`.
func (j *Join) Parse(lex *lexer.PeekingLexer) error {
	s := reading(lex)
	if !s.startsExpr() || s.broken() {
		return participle.NextMatch
	}
	j.read(s)
	s.resume(lex)
	return nil
}

func (j *Join) read(s *session) {
	start := s.pos
	if s.at("when") && s.peek(1).Kind != EOF && !s.peek(1).Newline {
		s.pos++
		j.When = s.expr()
	} else {
		j.Count = s.binary(bindRange)
	}
	if (s.at("cancel") || s.at("keep")) && !s.broken() {
		j.Rest = s.name()
	}
	j.At = s.since(start)
}

// read reads `{ on E { } after D { } else { } }`.
func (a *SelectArms) read(s *session) {
	start := s.pos
	s.braced(false, func() { a.arm(s) })
	a.At = s.since(start)
}

// alone reads the arm of a select that is written without it, `on E { }`.
func (a *SelectArms) alone(s *session) {
	start := s.pos
	a.arm(s)
	a.At = s.since(start)
}

func (a *SelectArms) arm(s *session) {
	switch {
	case s.at("on"):
		if x, ok := s.produce(productions().onArm).(*OnArm); ok {
			a.Ons = append(a.Ons, x)
		}
	case s.at("after"):
		if x, ok := s.produce(productions().afterArm).(*AfterArm); ok {
			a.Afters = append(a.Afters, x)
		}
	case s.at("else"):
		if x, ok := s.produce(productions().clauses["else"]).(*ElseClause); ok {
			a.Else = x.Body
		}
	default:
		s.wants("`on`, `after` or `else`")
	}
}

// Parse reads `{ pattern => statement, else => { } }`.
func (m *MatchArms) Parse(lex *lexer.PeekingLexer) error {
	return open(lex, func(s *session) {
		start := s.pos
		s.braced(true, func() {
			if x := s.matchArm(); x != nil {
				m.List = append(m.List, x)
			}
		})
		m.At = s.since(start)
	})
}

func (s *session) matchArm() *MatchArm {
	start := s.pos
	arm := &MatchArm{}
	if !s.at("else") || !s.is(s.peek(1), "=>") {
		s.plain = true
		arm.Pattern = s.expr()
		s.plain = false
		if s.accept("as") && s.atWord() {
			arm.As = s.name()
		}
	} else {
		s.pos++
	}
	if !s.expect("=>") {
		arm.At = s.since(start)
		return arm
	}
	first := s.pos
	arm.Body = &Block{Place: Place{s.span(first, first)}}
	if s.at("{") {
		s.block = statements | s.block&routing
		arm.Body.read(s)
	} else if st := s.statement(statements | s.block&routing); st != nil {
		arm.Body.Stmts = []Stmt{st}
		arm.Body.At = s.since(first)
	}
	arm.At = s.since(start)
	return arm
}

// Parse reads `catch F as f { } catch { }`.
func (c *Catches) Parse(lex *lexer.PeekingLexer) error {
	s := reading(lex)
	if !s.at("catch") {
		return participle.NextMatch
	}
	start := s.pos
	s.lex = lex
	for s.at("catch") {
		s.block = statements | s.block&routing
		if x, ok := s.produce(productions().clauses["catch"]).(*CatchClause); ok {
			c.List = append(c.List, x)
		}
	}
	c.At = s.since(start)
	s.resume(lex)
	return nil
}

// outOfPlace reports a construct that exists, but not here.
func (s *session) outOfPlace(what, where string) {
	s.report(diag.Errorf(CodeOutOfPlace, s.span(s.pos, s.pos+1), "%s has no place here", what)).Help = where
}
