package syntax

import (
	"strings"

	"github.com/cob-lang/cob/lang/diag"
)

// foreign are words of other languages, and how the same is written here.
var foreign = map[string]string{
	"elif": "write `else if`", "elsif": "write `else if`", "elseif": "write `else if`",
	"throw": "a process fails with a fault: `fail Declined { reason: \"no funds\" }`",
	"raise": "a process fails with a fault: `fail Declined { reason: \"no funds\" }`",
	"var":   "a variable begins with `let`", "const": "a variable begins with `let`",
	"and": "write `&&`", "or": "write `||`", "not": "write `!`",
	"break":    "a loop ends with its list or its condition: filter the list, or set a variable that the condition of `while` reads",
	"continue": "put what the other rounds do into an `if`",
	"switch":   "write `match`", "case": "an arm of `match` is `value => statement`",
	"foreach": "write `for item in list`", "def": "write `process`", "function": "write `process`", "func": "write `process`",
	"exit": endsWith, "stop": endsWith, "terminate": endsWith, "quit": endsWith,
	"do": loops, "repeat": loops, "loop": loops, "until": loops,
	"fork": "write `parallel { branch a { ... } branch b { ... } }`", "async": "write `parallel { branch a { ... } branch b { ... } }`",
	"sleep": "write `wait 5m`", "pause": "write `wait 5m`",
	"lock": sections, "synchronized": sections, "mutex": sections,
	"transaction": "write `scope name { ... }`, whose steps are undone by what stands in their `compensate`",
	"finally":     "it stands behind a `try { ... }`", "except": "write `catch`",
	"rollback": "what was done is undone when a fault leaves the process: write `fail`, or `cancel` and the name of a scope",
	"retry":    "a call is tried again by itself: call endpoint.operation(...) { retry: ... }",
	"log":      tells, "print": tells, "console": tells, "println": tells,
	"emit": "an event is published, `publish Event { ... }`, and a message is sent, `send channel(message)`",
	"set":  "a variable is set with `name = value`", "compensate": "it has a block, `compensate { ... }`, and stands in a call or a scope",
	"new":      "leave it out: a record is written with its name and its fields, Receipt { order: order.id }",
	"then":     "the statements of a body stand in braces: { ... }",
	"distinct": "write `dedupe by key within 10m`", "wiretap": "write `tap`", "respond": "write `reply`",
	"forward": "a message is sent: `send channel(message)`, in a route `to channel`", "sort": "write `resequence by number within 10s`",
	"unclaim": "a ticket is cashed by `let value = await ticket`",
	"import":  "a directory is a package, its files need no import; contracts begin with `use`",
}

const (
	endsWith = "a process ends with `return` or `fail`; `end` stops its branches too"
	loops    = "a loop is `for item in list { ... }` or `while condition { ... }`"
	sections = "write `critical name { ... }`: one instance after the other is in it"
	tells    = "`progress` tells how far an instance is, `audit` writes what has to be known later"
)

// replaced are foreign words for which another word stands.
var replaced = map[string]string{
	"elif": "else if", "elsif": "else if", "elseif": "else if", "throw": "fail", "raise": "fail", "var": "let", "const": "let",
	"and": "&&", "or": "||", "sleep": "wait", "except": "catch",
	"wiretap": "tap", "respond": "reply",
}

// wayOut adds to a diagnostic what an author who comes from another language
// most likely meant.
func (s *session) wayOut(d *diag.Diagnostic) {
	if d.Help != "" || d.Primary.Start() >= d.Primary.End() {
		return
	}
	text := d.Primary.Text()
	before := strings.TrimRight(s.file.Text[:d.Primary.Start()], " ")
	switch {
	case d.Code == CodeNoDecl && (text == "const" || text == "let" || text == "var"):
		d.Help = "outside of a body there are no values: a limit is a condition of a type, type Percent = int where value in 0..100, and any other value is a `let` of the process that reads it"
	case s.meantInRoute(d, text):
	case foreign[text] != "":
		d.Help = foreign[text]
		if word := replaced[text]; word != "" && d.Code != CodeNoDecl {
			d.Fixes = []diag.Edit{{Span: d.Primary, Text: word}}
		}
	case s.meant(d, text):
	case text == "=" && strings.Contains(d.Message, "`{`, found"):
		d.Help = "compare with `==`"
		d.Fixes = []diag.Edit{{Span: d.Primary, Text: "=="}}
	case text == "{" && d.Code == CodeSeparator && strings.HasSuffix(before, ")"):
		d.Help = "an operation is invoked with `call`: let x = call endpoint.operation(...) { ... }"
	case strings.HasSuffix(before, " not"):
		d.Help = foreign["not"]
	case s.lacksBraces(d):
		d.Help = "the statements of a body stand in braces: { ... }"
		d.Fixes = []diag.Edit{{Span: d.Primary.Before(), Text: "{ "}, {Span: s.span(s.pos, s.lineEnd()).After(), Text: " }"}}
	case d.Code == CodeSeparator && len(text) == 3 && text == strings.ToUpper(text) && s.atWord():
		d.Help = "an amount is a literal such as 10 " + text + "; a number becomes one by multiplying: x * 1 " + text
		d.Fixes = []diag.Edit{{Span: d.Primary.Before(), Text: "* 1 "}}
	case s.clocksChange(d, text):
	case s.lacksAs():
		d.Help = "a name is given with `as`"
		d.Fixes = []diag.Edit{{Span: d.Primary.Before(), Text: "as "}}
	case d.Code == CodeSeparator && s.atWord() && s.is(s.peek(1), ":"):
		s.comma(d, s.pos)
	case d.Code == CodeSeparator && text == ":" && s.pos > 1 && s.tokens[s.pos-1].Kind == Word:
		s.comma(d, s.pos-1)
	default:
		s.wordForm(d)
	}
}

// lacksBraces says whether the reader stands at a statement where a body should
// begin, on the line of its owner.
func (s *session) lacksBraces(d *diag.Diagnostic) bool {
	return d.Code == CodeUnexpected && strings.Contains(d.Message, "`{`, found ") && s.atWord() && !s.tok().Newline &&
		productions().statements[s.raw(s.tok())] != nil
}

// clocksChange completes the report of a setting of a schedule that is written as it is
// said, `on dst gap: shift`, and says whether it is one.
func (s *session) clocksChange(d *diag.Diagnostic, text string) bool {
	name := s.pos // of `gap`
	if text == ":" {
		name--
	}
	if name < 2 || !s.is(s.tokens[name-2], "on") || !s.is(s.tokens[name-1], "dst") || !s.is(s.tokens[name], "gap") && !s.is(s.tokens[name], "fold") {
		return false
	}
	one := "dst_" + s.raw(s.tokens[name])
	d.Help = "a setting has one name: " + one
	d.Fixes = []diag.Edit{{Span: s.span(name-2, name+1), Text: one}}
	return true
}

// lineEnd is the index behind the last token of the entry that the reader is in.
func (s *session) lineEnd() int {
	here := s.pos
	defer func() { s.pos = here }()
	s.pos++
	s.skip(false)
	return s.pos
}

// comma completes the report of an entry that begins at a token without a comma
// in front of it.
func (s *session) comma(d *diag.Diagnostic, entry int) {
	d.Help = "a comma stands between two entries on one line"
	d.Fixes = []diag.Edit{{Span: s.span(entry-1, entry).After(), Text: ","}}
}

// lacksAs says whether the reader stands at a name for what `on`, `from`, `catch`
// or `split` has just named.
func (s *session) lacksAs() bool {
	i := s.pos - 1
	if i < 1 || !s.atWord() || s.tok().Newline || s.tokens[i].Kind != Word {
		return false
	}
	for i > 2 && s.is(s.tokens[i-1], ".") && s.tokens[i-2].Kind == Word {
		i -= 2
	}
	switch s.raw(s.tokens[i-1]) {
	case "on", "from", "catch", "split":
		return true
	}
	return false
}
