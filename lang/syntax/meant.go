package syntax

import (
	"strings"

	"github.com/cob-lang/cob/lang/diag"
)

// meant adds to a diagnostic what was most likely meant by a token in this place, and
// says whether anything was.
func (s *session) meant(d *diag.Diagnostic, text string) bool {
	missing := func(what string) bool { return strings.HasPrefix(d.Message, "expected "+what) }
	before := func(n int, word string) bool { return s.pos >= n && s.is(s.tokens[s.pos-n], word) }
	switch {
	case missing("`:`") && text == "{":
		d.Help = "a setting has a colon: " + s.raw(s.tokens[s.pos-1]) + ": { ... }"
		d.Fixes = []diag.Edit{{Span: s.span(s.pos-1, s.pos).After(), Text: ":"}}
	case text == "=" && before(1, ":"):
		d.Help = "a value stands behind `=`"
		d.Fixes = []diag.Edit{{Span: s.span(s.pos-1, s.pos+1), Text: "="}}
	case missing("`=`") && before(2, "let") && text == ",":
		d.Help = "one `let` declares one variable"
	case missing("`=`") && before(2, "let") && s.atWord():
		d.Help = "the type stands behind the name: let " + text + ": " + s.raw(s.tokens[s.pos-1]) + " = ..."
	case missing("`in`") && (text == "of" || text == ":"):
		d.Help = "write `in`"
		d.Fixes = []diag.Edit{{Span: d.Primary, Text: "in"}}
	case missing("`in`") && text == ",":
		d.Help = "a loop has one variable; one over numbers is `for i in 0..9 { ... }`"
	case missing("`in`") && before(1, "each"):
		d.Help = "leave out `each`"
	case missing("a name") && before(1, "for"):
		d.Help = "a loop goes over a list, `for item in list { ... }`, or over numbers, `for i in 0..9 { ... }`"
	case missing("`=>`") && (text == ":" || text == "->"):
		d.Help = "write `=>`"
		d.Fixes = []diag.Edit{{Span: d.Primary, Text: "=>"}}
	case missing("`=>`") && text == ",":
		d.Help = "each value has an arm of its own"
	case missing("`=>`") && before(1, "case"):
		d.Help = foreign["case"]
	case missing("a name, found a string"):
		d.Help = "a name stands without quotes"
	case missing("`branch`"):
		d.Help = "a branch has a name and a block: branch a { ... }"
	case missing("`on`, `after`"):
		d.Help = "a select has arms: on Event as e { ... }, after 1h { ... }, else { ... }"
	case missing("`goto` or `{`") && (text == "=>" || text == "->" || text == ":"):
		d.Help = "an arm has a block: on Event as e { ... }"
	case missing("`{`") && before(1, "parallel"):
		d.Help = "how many branches have to end stands behind them: parallel { ... } join 2"
	case d.Code == CodeSeparator && (text == "catch" || text == "compensate"):
		d.Help = "what is caught stands in the block of the call, { catch Fault as f { ... } }, or behind a `try { ... }`"
	case d.Code == CodeSeparator && text == "in" && before(2, ":") && s.pos > 2:
		name := s.raw(s.tokens[s.pos-3])
		d.Help = "a condition begins with `where`: " + name + ": " + s.raw(s.tokens[s.pos-1]) + " where " + name + " in ..."
		d.Fixes = []diag.Edit{{Span: d.Primary.Before(), Text: "where " + name + " "}}
	case d.Code == CodeSeparator && text == "where" && before(2, "await"):
		d.Help = "`await` waits for a handle; an event is taken by `select { on Event as e where ... { ... } }`"
	case missing("`(`") && before(2, "process") && text == "{":
		d.Help = "a process without parameters has an empty list of them"
		d.Fixes = []diag.Edit{{Span: s.span(s.pos-1, s.pos).After(), Text: "()"}}
	case (missing("`{`") || d.Code == CodeNoStatement) && headerWords[text]:
		d.Help = "it is a setting, and has a colon, in the body of the process: " + text + ": ..."
	case d.Code == CodeSeparator && before(1, "new"):
		d.Help = foreign["new"]
	default:
		return false
	}
	return true
}

// headerWords are settings of a process that many write in its first line, or without
// their colon.
var headerWords = map[string]bool{"key": true, "sla": true, "policy": true, "failover": true, "deadline": true, "replicate": true, "search": true, "retain": true}

// asValue reports a statement that stands where a value is wanted, passes it, and says
// whether there was one.
func (s *session) asValue() bool {
	if !s.atWord() || s.continues() || s.peek(1).Newline {
		return false
	}
	word, next := s.raw(s.tok()), s.peek(1)
	p := productions().statements[word]
	if p != nil && p.routing {
		return s.wordAsValue(word)
	}
	if p == nil || next.Kind != Word && next.Kind != String && !(s.is(next, "{") && givesNothing[word]) {
		return false
	}
	d := s.report(diag.Errorf(CodeNoExpr, s.span(s.pos, s.pos+1), "`%s` is a statement and no value", word))
	switch {
	case p.action:
		d.Help = "give what it brings a name first: let x = " + word + " ..."
	case givesNothing[word]:
		d.Help = "declare the variable in front of it, and set it in there"
	default:
		d.Help = "it gives nothing back: write it without a variable"
	}
	s.pos++
	s.skip(false)
	return true
}

// givesNothing are the statements that begin with a brace and that people take for values.
var givesNothing = map[string]bool{"parallel": true, "race": true, "interleave": true, "select": true, "match": true, "machine": true, "try": true}
