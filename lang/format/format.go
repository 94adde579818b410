package format

import (
	"strings"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

const indentBlanks = 2

// Source returns the formatted text. Formatting twice gives what formatting once
// gave. A text that is or would become larger than syntax.MaxFileBytes is returned
// as it is.
func Source(text string) string {
	if syntax.Unread(text) {
		return text
	}
	lines := cut(text)
	indent(lines)
	space(lines)
	align(lines)
	alignComments(lines)
	if out, ok := print(lines, len(text)+len(text)/16); ok {
		return out
	}
	return text
}

// item is a token, a comment or a `;`.
type item struct {
	syntax.Token
	text    string
	comment bool
	blanks  int // in front of it in the author's line
	column  int // in the author's line, in runes
	gap     int // blanks to print in front of it
	first   bool
}

// line is one line of the author with something on it.
type line struct {
	items  []item
	empty  bool // a blank line stands before it
	indent int  // in levels
	closed bool // each bracket opened on it is closed on it, and none other
	rows   int  // line breaks inside its tokens
	author int  // where the author's line ends so far, in runes
}

func (l *line) code() []item {
	if n := len(l.items); l.items[n-1].comment {
		return l.items[:n-1]
	}
	return l.items
}

// cut splits the text into the author's lines.
func cut(text string) []*line {
	tokens, _ := syntax.Lex(source.New("", text))
	lines := &rows{}
	lines.items = make([]item, 0, len(tokens.Tokens)+len(tokens.Comments)+len(tokens.Semicolons))
	lines.lines = make([]line, 0, strings.Count(text, "\n")+1)
	end := 0
	tokens.Comments = append(tokens.Comments, syntax.Comment{Place: syntax.Place{At: tokens.Source.Span(len(text)+1, len(text)+1)}})
	comment, semicolon := 0, 0
	for i := 0; i < len(tokens.Tokens); {
		t := tokens.Tokens[i]
		it := item{Token: t, text: tokens.Raw(t)}
		if t.Literal == syntax.MoneyLiteral {
			it.text = syntax.MoneyText(it.text)
		}
		at := int(t.Start)
		if c := tokens.Comments[comment]; c.At.Start() < at || t.Kind == syntax.EOF && c.Text != "" {
			it = item{text: c.Text, comment: true}
			at = c.At.Start()
		}
		if semicolon < len(tokens.Semicolons) && tokens.Semicolons[semicolon] < at {
			at = tokens.Semicolons[semicolon]
			it = item{text: ";"}
			it.Kind = syntax.Garbage
			semicolon++
		} else if it.comment {
			comment++
		} else if i++; t.Kind == syntax.EOF {
			break
		}
		lines.add(it, text, end, at)
		end = at + len(it.text)
		if it.Literal == syntax.MoneyLiteral {
			end = int(it.End)
		}
	}
	all := make([]*line, len(lines.lines))
	for i := range all {
		all[i] = &lines.lines[i]
	}
	return all
}

// rows are the lines so far. Their items stand one behind the other in one list
// that was made long enough for all.
type rows struct {
	items []item
	lines []line
	first int // item of the last line
}

// add puts an item that begins at an offset on the last line, or on a new one.
func (r *rows) add(it item, text string, end, at int) {
	between := text[end:at]
	breaks := strings.Count(between, "\n")
	it.blanks = len(between)
	it.column = utf8.RuneCountInString(between[strings.LastIndexByte(between, '\n')+1:])
	if breaks > 0 || len(r.lines) == 0 {
		it.first = true
		r.first = len(r.items)
		r.lines = append(r.lines, line{empty: breaks > 1 && len(r.lines) > 0})
	} else {
		it.column += r.lines[len(r.lines)-1].author
	}
	l := &r.lines[len(r.lines)-1]
	l.author = it.column + utf8.RuneCountInString(it.text[strings.LastIndexByte(it.text, '\n')+1:])
	r.items = append(r.items, it)
	l.items = r.items[r.first:]
	if it.Kind != syntax.Word && it.Kind != syntax.Punct {
		l.rows += strings.Count(it.text, "\n")
	}
}

// opened is a bracket still open: the indentation of the line it stands on.
type opened struct{ indent int }

// indent sets the indentation of each line, and whether it is closed.
func indent(lines []*line) {
	var open []opened
	var before *item
	for _, l := range lines {
		if declares(l) {
			open, before = open[:0], nil
		}
		base := 0
		if len(open) > 0 {
			base = min(open[len(open)-1].indent+1, syntax.MaxNesting)
		}
		for i := 0; i < len(l.items) && closes(l.items[i]) && len(open) > 0; i++ {
			base = open[len(open)-1].indent
			open = open[:len(open)-1]
		}
		leading := leadingClosers(l)
		l.indent = base
		if leading == 0 && continues(before, l.items[0], len(open) == 0) {
			l.indent++
		}
		open = track(l, open, base, leading)
		if code := l.code(); len(code) > 0 {
			before = &code[len(code)-1]
			if before.text == ">" && !compares(code) {
				before = nil
			}
		}
	}
}

// compares says whether the `>` at the end of a line compares with what stands on the next one,
// rather than the end of a type that the line, or one before it, begins.
func compares(code []item) bool {
	generic := 0
	for i := range code[:len(code)-1] {
		switch {
		case code[i].Kind != syntax.Punct || i == 0:
		case code[i].text == "<" && isGeneric(&code[i-1]):
			generic++
		case code[i].text == ">":
			generic = max(0, generic-1)
		}
	}
	return generic == 0 && len(code) > 1
}

// declares says whether the parser would begin a declaration at this line.
func declares(l *line) bool {
	first := l.items[0]
	if first.comment || first.column != 0 || len(l.items) < 2 || !declKeywords[first.text] {
		return false
	}
	return l.items[1].Kind == syntax.Word || l.items[1].Kind == syntax.String
}

var declKeywords = setOf(syntax.DeclKeywords()...)

func setOf(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[w] = true
	}
	return set
}

func leadingClosers(l *line) int {
	n := 0
	for n < len(l.items) && closes(l.items[n]) {
		n++
	}
	return n
}

// track follows the brackets of a line behind its leading closers.
func track(l *line, open []opened, base, leading int) []opened {
	l.closed = leading == 0
	floor := len(open)
	for _, it := range l.items[leading:] {
		switch {
		case opens(it):
			open = append(open, opened{base})
		case closes(it):
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
			if len(open) < floor {
				floor, l.closed = len(open), false
			}
		}
	}
	if len(open) != floor || l.rows > 0 {
		l.closed = false
	}
	return open
}

func opens(it item) bool {
	return it.Kind == syntax.Punct && !it.comment && (it.text == "{" || it.text == "(" || it.text == "[")
}

func closes(it item) bool {
	return it.Kind == syntax.Punct && !it.comment && (it.text == "}" || it.text == ")" || it.text == "]")
}

// A `?` at the end of a line ends a type more often than it carries on; what a `>` does
// compares knows.
var (
	carriesOn  = setOf("+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "??", "=", "->", "=>", "..")
	joinsLines = setOf("because", "raises", "->")
)

// continues says whether a line carries on what the item before left unfinished.
func continues(before *item, first item, top bool) bool {
	if before == nil || first.comment {
		return false
	}
	if joinsLines[first.text] && first.Kind != syntax.String {
		return true
	}
	return before.Kind == syntax.Punct && (carriesOn[before.text] || top && before.text == ",")
}

const blanks = "                                                                "

// print writes the lines; size is about how many bytes that makes. More than
// syntax.MaxFileBytes are not ok: deep brackets make much out of little.
func print(lines []*line, size int) (out string, ok bool) {
	var b strings.Builder
	b.Grow(size)
	for _, l := range lines {
		if l.empty {
			b.WriteByte('\n')
		}
		for i, it := range l.items {
			n := it.gap
			if i == 0 {
				n = l.indent * indentBlanks
			}
			for ; n > len(blanks); n -= len(blanks) {
				b.WriteString(blanks)
			}
			b.WriteString(blanks[:n])
			b.WriteString(it.text)
		}
		if last := l.items[len(l.items)-1].text; last[len(last)-1] != '\n' { // a string that never ends has it
			b.WriteByte('\n')
		}
		if b.Len() > syntax.MaxFileBytes {
			return "", false
		}
	}
	return b.String(), true
}
