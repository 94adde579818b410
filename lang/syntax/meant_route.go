package syntax

import (
	"strings"

	"github.com/cob-lang/cob/lang/diag"
)

// wordForms shows how each word of routes is written.
var wordForms = map[string]string{
	"from":       "from orders as order",
	"filter":     "filter order.total > 0 EUR",
	"dedupe":     "dedupe by order.id within 10m",
	"enrich":     "enrich price = call stock.price(order.sku)",
	"split":      "split order.lines as line",
	"aggregate":  "aggregate by line.sku as group until len(group) == 10 within 10m emit { n: len(group) } as counted",
	"resequence": "resequence by reading.number per reading.patient within 10s",
	"throttle":   "throttle 100/s by order.customer.id",
	"delay":      "delay 5m",
	"sample":     "sample 5% by order.customer.id",
	"tap":        "tap copies",
	"detour":     "detour when order.total > 10 EUR { ... }",
	"claim":      "claim order.scan as ticket",
	"wrap":       "wrap { body: order } as envelope",
	"unwrap":     "unwrap envelope.body as order",
	"slip":       "slip order.stations to press, paint, pack",
	"to":         "to archive",
	"reply":      "reply { id: order.id }",
}

// slipOf is what was meant by a token that a word of a route does not have there.
type slipOf struct {
	help string
	by   string // stands for the token; "" is no fix
}

// slipsOf are the tokens at which a word of a route stops being understood, and what
// was most likely meant.
var slipsOf = map[string]map[string]slipOf{
	"from": {
		"where": {help: "which messages go on says the next line: filter order.total > 0 EUR"},
		"when":  {help: "which messages go on says the next line: filter order.total > 0 EUR"},
		"{":     {help: "what becomes of messages that fail says the channel: channel orders: queue of Order { dead_letter: rejected }"},
		"->":    {help: "the message gets its name with `as`", by: "as"},
		"=>":    {help: "the message gets its name with `as`", by: "as"},
	},
	"filter": {
		"=":     {help: "compare with `==`", by: "=="},
		"where": {help: "the condition is about the message; of a list it asks any(order.lines, l => l.qty > 1)"},
		"else":  {help: "what does not pass is done with; to send it elsewhere write detour when ... { ... } or match { condition => ..., else => ... }"},
	},
	"dedupe":     {"for": {help: "write `within`", by: "within"}},
	"split":      {"into": {help: "write `as`", by: "as"}, "to": {help: "write `as`", by: "as"}, "by": {help: "the items of a list are told apart by nothing: write split order.lines as line, and aggregate by behind it"}},
	"aggregate":  {"until": {help: "`until` stands in front of `within`"}, "size": {help: "write until len(group) == 10"}, "every": {help: "write `within`", by: "within"}, "for": {help: "write `within`", by: "within"}},
	"resequence": {"by": {help: "one sequence for each key says `per`", by: "per"}, "per": {help: "`per` stands in front of `within`"}},
	"throttle":   {"per": {help: "a rate is written 100/s; for each key apart says `by`", by: "by"}, "burst": {help: "there are no bursts: the times are given out one after the other"}},
	"sample":     {"per": {help: "for each key apart says `by`", by: "by"}, "of": {help: "a part of the messages is a ratio, sample 10%; one in a time is sample 1m"}},
	"tap":        {"as": {help: "the copy has no name here: it is the message of the channel"}},
	"detour": {
		"if": {help: "write `when`", by: "when"}, "=>": {help: "what is done stands in a block: detour when ... { ... }"},
		",": {help: "write `&&` between two conditions", by: " &&"}, "else": {help: "a message goes on behind the block; two ways are a match { condition => ..., else => ... }"},
	},
	"claim": {"=": {help: "the ticket gets its name with `as`", by: "as"}},
	"wrap":  {"into": {help: "write `as`", by: "as"}},
	"slip":  {"via": {help: "write `to`", by: "to"}, "(": {help: "the channels stand without a message: each gets the message itself"}},
	"to": {
		"when": {help: "a condition stands in front: detour when order.total > 10 EUR { to archive }"}, "if": {help: "a condition stands in front: detour when order.total > 10 EUR { to archive }"},
		"{": {help: "what is sent stands in parentheses, to archive(order); an event is published: publish Shipped { ... }"},
	},
	"reply": {"to": {help: "who asked gets it, by the return address of the message"}},
}

// wordsNeeded are the words within a word of a route, as a diagnostic names them.
var wordsNeeded = map[string]bool{"`by`": true, "`when`": true, "`as`": true, "`to`": true, "`=`": true}

// wordHere is the word of a route that the reader is in, "" where it is in none.
func (s *session) wordHere() string {
	first := s.pos
	for first > 0 && first < len(s.tokens) && !s.tokens[first].Newline {
		first--
	}
	if s.pos > 0 && s.pos < len(s.tokens) && s.tokens[s.pos].Newline {
		for first = s.pos - 1; first > 0 && !s.tokens[first].Newline; first-- {
		}
	}
	for _, i := range []int{s.begin, first} {
		if i < 0 || i >= len(s.tokens) || i > s.pos || s.tokens[i].Kind != Word {
			continue
		}
		if word := s.raw(s.tokens[i]); wordForms[word] != "" && s.line(i) == s.line(max(s.pos-1, i)) {
			return word
		}
	}
	return ""
}

// meantInRoute adds to a diagnostic what was most likely meant in a word of a route,
// and says whether anything was.
func (s *session) meantInRoute(d *diag.Diagnostic, text string) bool {
	word := s.wordHere()
	if word == "" {
		return false
	}
	before := ""
	if s.pos > 0 {
		before = s.raw(s.tokens[s.pos-1])
	}
	slip, known := slipsOf[word][text]
	switch {
	case d.Code == CodeNoStatement && before == "," && (word == "from" || word == "to" || word == "tap"):
		d.Help = "it names one channel; for another one write `" + word + "` in a line or a route of its own"
	case d.Code == CodeNoStatement && before == ",":
		d.Help = "a key is one value: \"${order.id}/${order.customer.id}\""
	case d.Code != CodeSeparator && d.Code != CodeUnexpected:
		return false
	case word == "throttle" && text == "per" && isUnit(s.raw(s.peek(1))):
		d.Help = "a rate is written 100/" + s.raw(s.peek(1))
	case known && (d.Code == CodeSeparator || !strings.HasPrefix(d.Message, "expected a name")):
		d.Help = slip.help
		if slip.by != "" {
			d.Fixes = []diag.Edit{{Span: d.Primary, Text: slip.by}}
		}
	case (before == "when" || before == "if" || before == "by" || before == "for") && d.Code == CodeSeparator && s.pos-2 >= 0 && s.is(s.tokens[s.pos-2], word):
		d.Help = "leave out `" + before + "`: " + wordForms[word]
		d.Fixes = []diag.Edit{{Span: s.span(s.pos-1, s.pos+1), Text: text}}
	case text == "{" && word != "detour" && d.Code == CodeSeparator:
		d.Help = "it has no block: what goes on there is done by the lines below it"
	default:
		return false
	}
	return true
}

func isUnit(text string) bool { return text == "s" || text == "m" || text == "h" || text == "d" }

// wordForm adds to a diagnostic how the word of a route is written that the reader is in.
func (s *session) wordForm(d *diag.Diagnostic) {
	word := s.wordHere()
	if word == "" || d.Code != CodeSeparator && d.Code != CodeUnexpected && d.Code != CodeNoExpr {
		return
	}
	d.Help = "write " + wordForms[word]
	missing, _, _ := strings.Cut(strings.TrimPrefix(d.Message, "expected "), ",")
	if d.Code == CodeUnexpected && wordsNeeded[missing] && s.atWord() && !s.tok().Newline && s.raw(s.tok()) != "within" {
		d.Fixes = []diag.Edit{{Span: d.Primary.Before(), Text: strings.Trim(missing, "`") + " "}}
		d.Draft = true
	}
}

// wordAsValue is asValue for a word of a route. Such words may name variables too, so it
// is one only behind a `=` and in front of what no expression goes on with.
func (s *session) wordAsValue(word string) bool {
	next := s.peek(1)
	if s.pos == 0 || !s.is(s.tokens[s.pos-1], "=") || s.is(next, "in") || next.Kind != Word && next.Kind != Number && next.Kind != String {
		return false
	}
	d := s.report(diag.Errorf(CodeNoExpr, s.span(s.pos, s.pos+1), "`%s` is a word of routes and no value", word))
	d.Help = "it stands alone: " + wordForms[word]
	s.pos++
	s.skip(false)
	return true
}
