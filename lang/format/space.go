package format

import (
	"strings"

	"github.com/cob-lang/cob/lang/syntax"
)

// space sets the blanks between the tokens of each line: one or none.
func space(lines []*line) {
	p := &pen{}
	for _, l := range lines {
		for i := range l.items {
			it := &l.items[i]
			if i == 0 {
				p.pass(nil, it)
				continue
			}
			before := &l.items[i-1]
			if p.apart(before, it) || merges(before, it) {
				it.gap = 1
			}
			p.pass(before, it)
		}
	}
}

// pen is what has to be remembered to space the next token.
type pen struct {
	brackets []byte // open ones
	generic  int    // open `<` of a type
	choices  int    // `?` of conditionals whose `:` is still to come
	unary    bool   // the token before is an operator in front of its operand
	optional bool   // the token before is the `?` of a type
	clock    bool   // the token before is the `:` of a time of the day, or its like
	member   bool   // the token before is a name behind a dot, whatever else the word means
}

// pass remembers a token that has been spaced.
func (p *pen) pass(before, it *item) {
	wasUnary := p.unary
	p.unary, p.optional, p.clock = false, false, false
	p.member = it.Kind == syntax.Word && before != nil && before.Kind == syntax.Punct && (before.text == "." || before.text == "?.")
	if it.Kind != syntax.Punct || it.comment {
		return
	}
	switch it.text {
	case "{", "(", "[":
		p.brackets = append(p.brackets, it.text[0])
	case "}", ")", "]":
		if n := len(p.brackets); n > 0 {
			p.brackets = p.brackets[:n-1]
		}
	case "<":
		if isGeneric(before) {
			p.generic++
		}
	case ">":
		p.generic = max(0, p.generic-1)
	case "!":
		p.unary = true
	case "-":
		p.unary = !endsOperand(before) || wasUnary
	case "?":
		if chooses(before, it) {
			p.choices++
		} else {
			p.optional = true
		}
	case ":":
		p.choices = max(0, p.choices-1)
		p.clock = before != nil && before.Kind == syntax.Number && it.blanks == 0
	}
	if it.first {
		p.choices = 0
	}
}

// chooses says whether a `?` is that of a conditional: the one of a type stands right
// behind its name or bracket, never behind a literal or a call.
func chooses(before, it *item) bool {
	if it.blanks > 0 {
		return true
	}
	return before != nil && !before.comment && (before.Kind == syntax.String || before.Kind == syntax.Number || before.Kind == syntax.Punct && before.text == ")")
}

func (p *pen) innermost() byte {
	if len(p.brackets) == 0 {
		return 0
	}
	return p.brackets[len(p.brackets)-1]
}

// keywords are followed by an operand, not by the arguments of a call.
var keywords = setOf("in", "if", "return", "when", "where", "while", "match", "else", "until", "within", "after", "by", "filter",
	"fail", "await", "split", "returns", "raises", "and", "or", "every", "of", "per", "with", "wait", "parallel")

// functions are keywords that are functions in an expression; where they have no
// blank behind them that is what they are.
var functions = setOf("filter", "join", "split")

func endsOperand(it *item) bool {
	if it == nil || it.comment {
		return false
	}
	switch it.Kind {
	case syntax.Word:
		return !keywords[it.text]
	case syntax.Number, syntax.String, syntax.Garbage:
		return true
	}
	return it.text == ")" || it.text == "]" || it.text == "}"
}

func isGeneric(before *item) bool {
	return before != nil && before.Kind == syntax.Word && (before.text == "map" || before.text == "handle")
}

// apart says whether a blank stands between two tokens of a line.
func (p *pen) apart(a, b *item) bool {
	if a.comment || b.comment {
		return true
	}
	if a.Kind == syntax.Garbage || b.Kind == syntax.Garbage {
		return b.blanks > 0
	}
	if b.Kind == syntax.Punct {
		if apart, known := p.before(a, b); known {
			return apart
		}
	}
	if a.Kind == syntax.Punct {
		if p.clock && b.Kind == syntax.Number {
			return b.blanks > 0
		}
		return p.behind(a)
	}
	return true
}

// before says whether a blank stands before an operator or bracket; not known
// means that what stands before it decides.
func (p *pen) before(a, b *item) (apart, known bool) {
	switch b.text {
	case ",", ")", "]", "..", "?.":
		return false, true
	case ":":
		return p.choices > 0 && b.blanks > 0, true
	case ".":
		if endsOperand(a) || a.Kind == syntax.Word {
			return b.blanks > 0 && a.Kind == syntax.Word && keywords[a.text], true
		}
	case "(", "[":
		if a.Kind == syntax.Word && functions[a.text] && b.text == "(" {
			return b.blanks > 0 && !p.member, true
		}
		if a.Kind == syntax.Word {
			return keywords[a.text] && !p.member || b.text == "[" && b.blanks > 0, true
		}
		if a.text == ")" || a.text == "]" {
			return false, true
		}
	case "<":
		if isGeneric(a) {
			return false, true
		}
	case ">":
		if p.generic > 0 {
			return false, true
		}
	case "?":
		return chooses(a, b), true
	case "{", "}":
		return a.text != "(" && a.text != "[" || a.Kind != syntax.Punct, true
	}
	return false, false
}

// behind says whether a blank stands behind an operator or bracket.
func (p *pen) behind(a *item) bool {
	switch a.text {
	case "(", "[", ".", "?.", "..", "@":
		return false
	case "!", "-":
		return !p.unary
	case "<":
		return p.generic == 0
	case ":":
		return p.innermost() != '[' || a.gap > 0
	}
	return true
}

// merges says whether two tokens would read as something else without a blank.
func merges(a, b *item) bool {
	if a.comment || b.comment {
		return true
	}
	if a.Kind != syntax.Punct && b.Kind != syntax.Punct {
		return a.Kind != syntax.Garbage && b.Kind != syntax.Garbage || b.blanks > 0
	}
	if a.Kind == syntax.Number {
		return b.text == "." || b.text == "%" || b.text == "/"
	}
	if a.Kind == syntax.Punct && b.Kind == syntax.Punct {
		pair := a.text[len(a.text)-1:] + b.text[:1]
		return pair == "//" || strings.Contains("=> -> == != <= >= && || ?? ?. ..", pair)
	}
	return false
}
