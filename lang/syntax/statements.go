package syntax

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/cob-lang/cob/lang/diag"
)

// blockKind says what a block may hold.
type blockKind uint8

const (
	statements blockKind = 1 << iota
	settings
	compensating // compensate, catch
	handling     // on
	limiting     // within
	elsing       // else
	routing      // from, filter and the other words of routes
	arming       // on, after
)

const (
	processBody = statements | settings | handling
	routeBody   = statements | settings | handling | routing
	loopBody    = statements | settings
	scopeBody   = statements | settings | compensating | handling | limiting
	callBody    = settings | compensating | elsing
	taskBody    = settings | compensating | handling | elsing
	stateBody   = statements | arming
	slaBody     = settings | handling
	doing       = statements | settings // of a schedule
)

// Parse reads `{ ... }` with whatever its owner allows in it.
func (b *Block) Parse(lex *lexer.PeekingLexer) error { return open(lex, b.read) }

func (b *Block) read(s *session) {
	start, kind := s.pos, s.block
	s.braced(kind&statements == 0 || kind&settings != 0, func() { b.entry(s, kind) })
	b.At = s.since(start)
}

func (b *Block) entry(s *session, kind blockKind) {
	first, next := s.tok(), s.peek(1)
	switch {
	case first.Kind == Word && s.is(next, ":") && (kind&statements == 0 || !s.explicitID()):
		if kind&settings == 0 {
			s.outOfPlace("a setting", "settings belong to processes, routes, scopes, loops, calls and tasks")
		}
		b.Settings = append(b.Settings, s.setting())
	case kind&arming != 0 && (s.at("on") || s.at("after")) && next.Kind != EOF && !next.Newline:
		b.arm(s)
	case s.isClause(first, next) && (kind&statements == 0 || !s.awaits()):
		b.clause(s, kind)
	case kind&statements == 0:
		s.wants("a setting, or a clause such as `compensate`")
	default:
		if st := s.statement(kind & (statements | routing)); st != nil {
			b.Stmts = append(b.Stmts, st)
		}
	}
}

// arm reads an arm of a state.
func (b *Block) arm(s *session) {
	p := productions().onArm
	if s.at("after") {
		p = productions().afterArm
	}
	if c, ok := s.produce(p).(Clause); ok {
		b.Clauses = append(b.Clauses, c)
	}
}

// explicitID says whether `name:` at the reader names a statement.
func (s *session) explicitID() bool {
	key, after := s.peek(2), s.peek(3)
	if key.Kind != Word || key.Newline {
		return false
	}
	if after.Newline || s.is(after, "}") {
		return s.is(key, "end") || s.is(key, "return")
	}
	if _, ok := productions().statements[s.raw(key)]; !ok {
		return false
	}
	return after.Kind == Word || after.Kind == String || after.Kind == Number || s.is(after, "{")
}

// awaits says whether the reader stands at an `on` that waits for something, and is
// not what a process or a scope does when it is cancelled or breaks its promise.
func (s *session) awaits() bool {
	handler := (s.is(s.peek(1), "cancel") || s.is(s.peek(1), "breach")) && s.is(s.peek(2), "{")
	return s.at("on") && !handler
}

// isClause says whether these two tokens begin a clause.
func (s *session) isClause(first, next Token) bool {
	if first.Kind != Word {
		return false
	}
	switch s.raw(first) {
	case "compensate", "else":
		return s.is(next, "{")
	case "catch":
		return next.Kind == Word || s.is(next, "{")
	case "on":
		return next.Kind == Word
	case "within":
		return next.Kind == Number || next.Kind == Word
	}
	return false
}

func (b *Block) clause(s *session, kind blockKind) {
	word := s.raw(s.tok())
	need, where := compensating, "it belongs to a call or a scope"
	switch word {
	case "on":
		need, where = handling, "it belongs to a process or a scope"
	case "within":
		need, where = limiting, "it belongs to a scope"
	case "else":
		need, where = elsing, "it belongs behind an `if`, or into a task or a select"
	}
	if kind&need == 0 {
		s.outOfPlace("`"+word+"`", where)
	}
	if c, ok := s.produce(productions().clauses[word]).(Clause); ok {
		b.Clauses = append(b.Clauses, c)
	}
}

// statement reads one statement, or reports and returns nil.
func (s *session) statement(kind blockKind) Stmt {
	start := s.pos
	var id Name
	if s.atWord() && s.is(s.peek(1), ":") && s.explicitID() {
		id = s.name()
		s.pos++
	}
	p := s.statementProduction(kind)
	if p == nil {
		return nil
	}
	st, ok := s.produce(p).(Stmt)
	if !ok {
		return nil
	}
	if id.Given() {
		st.setID(id)
	}
	if s.tokens[start].Comments > 0 {
		st.setDoc(s.doc(start))
	}
	return st
}

func (s *session) statementProduction(kind blockKind) *production {
	t := s.tok()
	if t.Kind != Word {
		s.noStatement()
		return nil
	}
	next := s.peek(1)
	if s.at("let") && s.is(next, "=") {
		return productions().statements["let"] // without its name
	}
	if s.is(next, "=") || s.is(next, ".") && !next.Newline && !s.at("return") {
		if s.assigns() {
			return productions().assign
		}
		s.noStatement()
		return nil
	}
	word := s.raw(t)
	p := productions().statements[word]
	if p == nil {
		s.noStatement()
		return nil
	}
	if word == "continue" && !s.is(next, "with") {
		s.noStatement()
		return nil
	}
	if p.routing && kind&routing == 0 {
		s.outOfPlace("`"+word+"`", "it belongs to a route")
	}
	return p
}

// assigns says whether a dotted name and `=` follow.
func (s *session) assigns() bool {
	i := 1
	for s.is(s.peek(i), ".") && s.peek(i+1).Kind == Word {
		i += 2
	}
	return s.is(s.peek(i), "=")
}

// noStatement reports that no statement begins here, and guesses what was meant.
func (s *session) noStatement() {
	t := s.tok()
	at := s.span(s.pos, s.pos+1)
	if t.Kind == Punct && strings.ContainsAny(s.raw(t)[:1], "+-*/%&|?.<>=") {
		d := s.report(diag.Errorf(CodeOperatorLine, at, "a line cannot begin with `%s`", s.raw(t)))
		d.Help = "end the line before with the operator, or put the expression into parentheses"
		if next := s.peek(1); s.pos > 0 && t.Newline && next.Kind != EOF && !next.Newline && strings.ContainsAny(s.raw(t)[:1], "+-*/%&|") {
			d.Fixes = []diag.Edit{{Span: s.span(s.pos-1, s.pos).After(), Text: " " + s.raw(t)}, {Span: s.bytes(int(t.Start), int(next.Start))}}
		}
		return
	}
	d := s.report(diag.Errorf(CodeNoStatement, at, "no statement begins with %s", s.found(s.pos)))
	if t.Kind != Word || s.counts(d) {
		return
	}
	if next := s.peek(1); d.Help == "" && (s.is(next, ".") || s.is(next, "(")) && productions().statements[s.raw(t)] == nil {
		d.Help = "write `call` before the invocation of an operation"
		d.Fixes = []diag.Edit{{Span: at.Before(), Text: "call "}}
		d.Draft = !s.invokes()
		return
	}
	s.suggest(d, statementKeywords()...)
}

// counts completes the report of `x += 1` and `x++`, and says whether it is one of them.
func (s *session) counts(d *diag.Diagnostic) bool {
	name, sign, next := s.raw(s.tok()), s.peek(1), s.peek(2)
	if sign.Kind != Punct || sign.End != next.Start || !strings.Contains("+-*/%", s.raw(sign)) {
		return false
	}
	op := s.span(s.pos+1, s.pos+3)
	switch text := s.raw(sign); {
	case s.is(next, "="):
		d.Fixes = []diag.Edit{{Span: op, Text: "= " + name + " " + text}}
	case s.is(next, text) && (text == "+" || text == "-"):
		d.Fixes = []diag.Edit{{Span: op, Text: " = " + name + " " + text + " 1"}}
	default:
		return false
	}
	d.Help = "an assignment is written out: " + name + " = " + name + " " + s.raw(sign) + " 1"
	return true
}

// invokes says whether endpoint.operation( stands at the reader.
func (s *session) invokes() bool {
	return s.is(s.peek(1), ".") && s.peek(2).Kind == Word && s.is(s.peek(3), "(")
}

func statementKeywords() []string {
	out := make([]string, 0, len(productions().statements))
	for word := range productions().statements {
		out = append(out, word)
	}
	slices.Sort(out)
	return out
}

func parseAction(lex *lexer.PeekingLexer) (Action, error) {
	s := reading(lex)
	s.lex = lex
	a := s.action()
	if a == nil {
		return nil, participle.NextMatch
	}
	s.resume(lex)
	return a, nil
}

// action reads a statement that can stand on the right of `=`, or returns nil where
// none begins.
func (s *session) action() Action {
	next := s.peek(1)
	if !s.atWord() || next.Newline || next.Kind != Word {
		return nil
	}
	p := productions().statements[s.raw(s.tok())]
	if p == nil || !p.action {
		return nil
	}
	a, _ := s.produce(p).(Action)
	return a
}
