package syntax

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/cob-lang/cob/lang/diag"
)

// read reads what an endpoint has between its braces.
func (b *EndpointBody) read(s *session) {
	start := s.pos
	s.braced(true, func() { b.entry(s) })
	b.At = s.since(start)
}

func (b *EndpointBody) entry(s *session) {
	first := s.pos
	switch next := s.peek(1); {
	case s.is(next, ":"):
		b.Settings = s.settingInto(b.Settings)
	case s.at("operation"):
		if x, ok := s.produce(productions().operation).(*Operation); ok {
			x.Doc = s.doc(first)
			b.Operations = append(b.Operations, x)
		}
	case s.at("receive"):
		if x, ok := s.produce(productions().receive).(*Receive); ok {
			x.Doc = s.doc(first)
			b.Receives = append(b.Receives, x)
		}
	case s.at("on"):
		if x, ok := s.produce(productions().binding).(*Binding); ok {
			x.Doc = s.doc(first)
			b.Bindings = append(b.Bindings, x)
		}
	default:
		s.suggest(s.wants("`operation`, `receive`, `on` or a setting"), "operation", "receive", "on")
	}
}

// read reads how an operation is carried out.
func (b *OperationBody) read(s *session) {
	start := s.pos
	s.requests = true
	s.braced(true, func() { b.entry(s) })
	s.requests = false
	b.At = s.since(start)
}

func (b *OperationBody) entry(s *session) {
	next := s.peek(1)
	switch {
	case s.is(next, ":"):
		b.Settings = s.settingInto(b.Settings)
	case s.at("error"):
		if x, ok := s.produce(productions().mapping).(*ErrorMapping); ok {
			b.Errors = append(b.Errors, x)
		}
	case s.atRequest():
		if b.Request != nil {
			s.report(diag.Errorf(CodeOutOfPlace, s.span(s.pos, s.pos+1), "an operation sends one request, this is the second")).Secondary =
				[]diag.Label{{Span: b.Request.At, Text: "the first"}}
		}
		r := s.request()
		if b.Request == nil {
			b.Request = r
		}
	default:
		s.suggest(s.wants("a request such as `get \"/path\"`, `error`, or a setting"), "error", "get", "post", "put", "patch", "delete")
	}
}

// verbs begin the requests of http, without which they are a mistake in any position.
var verbs = []string{"get", "post", "put", "patch", "delete", "head", "options"}

// atRequest says whether a request begins here: a verb of http, or any word with a
// text or with braces behind it, because which verbs there are the connector says.
func (s *session) atRequest() bool {
	next := s.peek(1)
	return s.atWord() && (slices.Contains(verbs, s.raw(s.tok())) || next.Kind == String && !next.Newline || s.is(next, "{") && !next.Newline)
}

// request reads `post "/charges" { body: lines }` or `send { to: address }`. The
// reader stands at the verb.
func (s *session) request() *Request {
	start := s.pos
	bare := !slices.Contains(verbs, s.raw(s.tok()))
	r := &Request{Verb: s.name()}
	if s.tok().Kind == String && !s.broken() {
		r.Target = s.stringExpr()
	} else if !bare {
		s.expected(s.pos, "a path in quotes")
		r.Target = s.bad()
	}
	if s.at("{") && !s.broken() {
		s.braced(true, func() { r.Settings = s.settingInto(r.Settings) })
	}
	r.At = s.since(start)
	return r
}

// Parse reads the rules of a policy.
func (b *PolicyBody) Parse(lex *lexer.PeekingLexer) error {
	return open(lex, func(s *session) {
		start := s.pos
		s.braced(false, func() { b.entry(s) })
		b.At = s.since(start)
	})
}

func (b *PolicyBody) entry(s *session) {
	first := s.pos
	switch {
	case s.is(s.peek(1), ":"):
		b.Settings = s.settingInto(b.Settings)
	case s.at("allow") || s.at("deny"):
		if x, ok := s.produce(productions().rule).(*PolicyRule); ok {
			x.Doc = s.doc(first)
			b.Rules = append(b.Rules, x)
		}
	default:
		s.suggest(s.wants("`allow`, `deny` or a setting"), "allow", "deny")
	}
}

// Parse reads the steps of a test.
func (b *TestBody) Parse(lex *lexer.PeekingLexer) error {
	return open(lex, func(s *session) {
		start := s.pos
		s.braced(false, func() { b.entry(s) })
		b.At = s.since(start)
	})
}

func (b *TestBody) entry(s *session) {
	start := s.pos
	switch {
	case s.is(s.peek(1), ":"):
		b.Settings = s.settingInto(b.Settings)
	case s.at("given") || s.at("when") || s.at("then"):
		step := &TestStep{Kind: s.name()}
		step.Terms = s.terms()
		for s.at(",") {
			s.pos++
			step.Terms = append(step.Terms, s.terms()...)
		}
		step.At = s.since(start)
		b.Steps = append(b.Steps, step)
	default:
		s.suggest(s.wants("`given`, `when` or `then`"), "given", "when", "then")
	}
}

// suggest adds the nearest of the words that would do.
func (s *session) suggest(d *diag.Diagnostic, words ...string) {
	if !s.atWord() || d.Help != "" {
		return
	}
	if better := diag.Suggest(s.raw(s.tok()), words); better != "" {
		*d = d.WithWord(s.span(s.pos, s.pos+1), s.raw(s.tok()), better)
		d.Help = "did you mean `" + better + "`?"
	}
}
