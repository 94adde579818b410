package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// Tokens is the text of a file cut up. Tokens ends with one EOF token. Every byte
// that is in no token and no comment is blank, or is one of the Semicolons.
type Tokens struct {
	Source     *source.File
	Tokens     []Token
	Comments   []Comment
	Semicolons []int // offsets of each `;`, which count as line breaks
}

// Raw returns the text of a token.
func (t *Tokens) Raw(tok Token) string { return t.Source.Text[tok.Start:tok.End] }

// Lex cuts a text into tokens. It never fails; what is no token is Garbage with a
// diagnostic.
func Lex(file *source.File) (*Tokens, []diag.Diagnostic) {
	l := scanner{region: source.NewRegion(file, 0), text: file.Text, end: len(file.Text)}
	l.tokens = make([]Token, 0, len(file.Text)/3+8)
	l.run()
	l.unprintable()
	return &Tokens{Source: file, Tokens: l.tokens, Comments: l.comments, Semicolons: l.semicolons}, l.problems
}

type scanner struct {
	region   *source.Region
	text     string
	pos, end int // what is left to cut is text[pos:end]
	newline  bool
	tokens   []Token
	comments []Comment
	problems []diag.Diagnostic

	semicolons []int
	// missing is how far the text has been searched for a mark in vain.
	missing map[string]int
}

const byteOrderMark = "\uFEFF"

// Classes of bytes.
const (
	isLetter = 1 << iota
	isDigit
)

var class = classes()

func classes() (t [256]uint8) {
	for c := range t {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
			t[c] = isLetter
		case c >= '0' && c <= '9':
			t[c] = isDigit
		}
	}
	return t
}

func (l *scanner) run() {
	for l.pos < l.end {
		c := l.text[l.pos]
		switch {
		case c == ' ' || c == '\t' || c == '\r':
			l.pos++
		case c == '\n':
			l.newline = true
			l.pos++
		case class[c] == isLetter:
			l.word()
		case class[c] == isDigit:
			l.number()
		case c == '"':
			l.string()
		case c == '/' && l.byteAt(l.pos+1) == '/':
			l.comment()
		case c == '/' && l.byteAt(l.pos+1) == '*':
			l.foreignComment()
		case c == '\'' || strings.HasPrefix(l.text[l.pos:l.end], "“"):
			l.foreignString()
		case c == ';':
			l.report(CodeSemicolon, l.pos, l.pos+1, "a `;` is never needed")
			l.problems[len(l.problems)-1].Fixes = []diag.Edit{l.lineBreak()}
			l.semicolons = append(l.semicolons, l.pos)
			l.newline = true
			l.pos++
		case strings.HasPrefix(l.text[l.pos:l.end], byteOrderMark):
			l.pos += len(byteOrderMark) // blank, wherever an editor or a merge left it
		default:
			l.punct()
		}
	}
	l.emit(EOF, l.end, l.end)
}

func (l *scanner) byteAt(i int) byte {
	if i >= l.end {
		return 0
	}
	return l.text[i]
}

func (l *scanner) span(start, end int) source.Span {
	return l.region.Span(start, end)
}

func (l *scanner) report(code diag.Code, start, end int, format string, args ...any) {
	l.problems = append(l.problems, diag.Errorf(code, l.span(start, end), format, args...))
}

func (l *scanner) emit(kind Kind, start, end int) {
	l.tokens = append(l.tokens, Token{
		Kind: kind, Newline: l.newline, Comments: int32(len(l.comments)), Start: int32(start), End: int32(end),
	})
	l.newline = false
	l.pos = end
}

// lineBreak is what stands for the semicolon at the scanner: nothing where its line
// ends anyway, and a new line where a statement follows.
func (l *scanner) lineBreak() diag.Edit {
	end := l.blanks(l.pos + 1)
	if c := l.byteAt(end); c == 0 || c == '\n' || c == '}' || c == ';' || c == '/' {
		return diag.Edit{Span: l.span(l.pos, l.pos+1)}
	}
	return diag.Edit{Span: l.span(l.pos, end), Text: "\n"}
}

func (l *scanner) word() {
	i := l.pos + 1
	for i < l.end && class[l.text[i]] != 0 {
		i++
	}
	l.emit(Word, l.pos, i)
}

func (l *scanner) comment() {
	end := l.end
	if n := strings.IndexByte(l.text[l.pos:l.end], '\n'); n >= 0 {
		end = l.pos + n
	}
	text := strings.TrimRight(l.text[l.pos:end], " \t\r")
	at := l.span(l.pos, l.pos+len(text))
	l.comments = append(l.comments, Comment{Place: Place{At: at}, Text: text})
	l.pos = end
}

// puncts lists the operators of two bytes; they are tried before those of one.
const puncts = "=> -> == != <= >= && || ?? ?. .."

func (l *scanner) punct() {
	c := l.text[l.pos]
	if l.pos+1 < l.end {
		d := l.text[l.pos+1]
		for i := 0; i < len(puncts); i += 3 {
			if puncts[i] == c && puncts[i+1] == d {
				l.emit(Punct, l.pos, l.pos+2)
				return
			}
		}
	}
	if strings.IndexByte("{}()[]<>+-*/%!?:,.=@", c) >= 0 {
		l.emit(Punct, l.pos, l.pos+1)
		return
	}
	l.garbage()
}

// garbage takes the longest run of bytes that begin nothing, so that one mistake
// gives one diagnostic.
func (l *scanner) garbage() {
	start, i := l.pos, l.pos
	for i < l.end && class[l.text[i]] == 0 && strings.IndexByte(" \t\r\n\"{}()[]<>+-*/%!?:,.=@;", l.text[i]) < 0 {
		_, size := utf8.DecodeRuneInString(l.text[i:l.end])
		i += size
	}
	bad := l.text[start:i]
	switch {
	case bad == "&":
		l.report(CodeGarbage, start, i, "`&` begins nothing; and is written `&&`")
	case bad == "|":
		l.report(CodeGarbage, start, i, "`|` begins nothing; or is written `||`")
	case !utf8.ValidString(bad):
		l.report(CodeGarbage, start, i, "these bytes are not UTF-8")
	default:
		l.report(CodeGarbage, start, i, "%q begins nothing", bad)
		l.currencySign(bad)
		l.foreignLetter(bad)
	}
	l.emit(Garbage, start, i)
}

// unprintable reports the first byte in a comment or a string that is no text. What
// stands elsewhere is garbage and has been reported.
func (l *scanner) unprintable() {
	if utf8.ValidString(l.text) && strings.IndexByte(l.text, 0) < 0 {
		return
	}
	told := 0
	for at, r := range l.text {
		size := 1
		what := "this byte is not UTF-8"
		switch {
		case r == 0:
			what = "a NUL byte is no text"
		case r != utf8.RuneError:
			continue
		default:
			if _, size = utf8.DecodeRuneInString(l.text[at:]); size > 1 {
				continue // U+FFFD itself
			}
		}
		for told < len(l.problems) && l.problems[told].Primary.End() <= at {
			told++
		}
		if told == len(l.problems) || l.problems[told].Code != CodeGarbage || l.problems[told].Primary.Start() > at {
			l.report(CodeGarbage, at, at+size, "%s", what)
			l.problems[len(l.problems)-1].Help = "save the file as UTF-8"
			return
		}
	}
}

// currencySigns are the codes of what people write with a sign.
var currencySigns = map[string]string{"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}

// currencySign completes the report of a sign that may stand for a currency.
func (l *scanner) currencySign(sign string) {
	code := currencySigns[sign]
	if code == "" {
		return
	}
	d := &l.problems[len(l.problems)-1]
	d.Help = "an amount is written 10 " + code
	if before := strings.TrimRight(l.text[:l.pos], " \t"); before != "" && class[before[len(before)-1]] == isDigit {
		d.Fixes = []diag.Edit{{Span: l.span(len(before), l.pos+len(sign)), Text: " " + code}}
	}
}

// foreignLetter says what names are made of, where letters stand in one that are none
// of theirs.
func (l *scanner) foreignLetter(bad string) {
	if c, _ := utf8.DecodeRuneInString(bad); unicode.IsLetter(c) {
		l.problems[len(l.problems)-1].Help = "a name is made of a to z, A to Z, 0 to 9 and _; other letters stand in strings and comments"
	}
}

// foreignString takes text between quotes that are none in this language.
func (l *scanner) foreignString() {
	start := l.pos
	open, closing := "'", "'"
	if l.text[start] != '\'' {
		open, closing = "“", "”"
	}
	end := start + len(open)
	inner, ok := l.until(end, closing, true)
	if ok {
		end += len(inner) + len(closing)
	}
	l.report(CodeGarbage, start, end, "`%s` begins nothing; strings stand in double quotes", open)
	if d := &l.problems[len(l.problems)-1]; ok && !strings.ContainsAny(inner, `"\`) {
		d.Fixes = []diag.Edit{{Span: d.Primary, Text: `"` + inner + `"`}}
	}
	l.emit(Garbage, start, end)
}

// until returns the text from i up to a mark, which may have to stand on the same
// line. What is not there is searched for once, however often it is asked for.
func (l *scanner) until(i int, mark string, sameLine bool) (inner string, ok bool) {
	if i < l.missing[mark] {
		return "", false
	}
	end := i
	for ; end < l.end && (!sameLine || l.text[end] != '\n'); end++ {
		if strings.HasPrefix(l.text[end:l.end], mark) {
			return l.text[i:end], true
		}
	}
	if l.missing == nil {
		l.missing = map[string]int{}
	}
	l.missing[mark] = end
	return "", false
}

// foreignComment takes a comment as other languages have it.
func (l *scanner) foreignComment() {
	start, end := l.pos, l.end
	if inner, ok := l.until(start, "*/", false); ok {
		end = start + len(inner) + len("*/")
	} else if n := strings.IndexByte(l.text[start:l.end], '\n'); n >= 0 {
		end = start + n
	}
	l.report(CodeGarbage, start, end, "`/*` begins nothing")
	l.problems[len(l.problems)-1].Help = "a comment begins with `//` and ends with its line"
	l.emit(Garbage, start, end)
}

// string emits the whole string, interpolations included, as one token.
func (l *scanner) string() {
	end, ok := l.stringEnd(l.pos, 0)
	if !ok {
		l.report(CodeString, l.pos, end, "this string does not end")
		l.closeQuote(&l.problems[len(l.problems)-1])
	}
	l.emit(String, l.pos, end)
}

// closeQuote says how a string ends that does not: on its line, in front of the brackets and commas
// that are probably none of it.
func (l *scanner) closeQuote(d *diag.Diagnostic) {
	d.Help = "add the closing quote; text of several lines stands between \"\"\""
	text := d.Primary.Text()
	if strings.HasPrefix(text, `"""`) || strings.Contains(text, "${") {
		return
	}
	kept := strings.TrimRight(text, " \t\r})],;")
	d.Fixes, d.Draft = []diag.Edit{{Span: d.Primary.First(len(kept)).After(), Text: `"`}}, true
}

// stringEnd returns the offset behind the string that begins at i. When it does
// not end it is taken to end with its line, or, when it is of several lines, with the text.
func (l *scanner) stringEnd(i, depth int) (end int, ok bool) {
	long := strings.HasPrefix(l.text[i:l.end], `"""`)
	if i++; long {
		i += 2
	}
	for i < l.end {
		switch c := l.text[i]; {
		case c == '\\' && i+1 < l.end && l.text[i+1] != '\n':
			i += 2
		case c == '"' && !long:
			return i + 1, true
		case c == '"' && strings.HasPrefix(l.text[i:l.end], `"""`):
			return i + 3, true
		case c == '\n' && !long:
			return l.trimmed(i), false
		case c == '$' && l.byteAt(i+1) == '{':
			if i, ok = l.interpolationEnd(i+2, depth+1, long); !ok {
				return i, false
			}
		default:
			i++
		}
	}
	return l.lastInk(), false
}

// lastInk returns the offset behind the last byte of the text that is no blank: there
// ends what has no end, so that a line break behind it, which formatting adds, is none
// of it.
func (l *scanner) lastInk() int {
	return len(strings.TrimRight(l.text[:l.end], " \t\r\n"))
}

func (l *scanner) trimmed(i int) int {
	for i > 0 && l.text[i-1] == '\r' {
		i--
	}
	return i
}

// interpolationEnd returns the offset behind the `}` that ends the interpolation
// whose expression begins at i.
func (l *scanner) interpolationEnd(i, depth int, long bool) (end int, ok bool) {
	open := 1
	for i < l.end {
		switch c := l.text[i]; {
		case c == '\n' && !long:
			return l.trimmed(i), false
		case c == '"' && depth < MaxNesting:
			if i, ok = l.stringEnd(i, depth); !ok {
				return i, false
			}
			continue
		case c == '{':
			open++
		case c == '}':
			if open--; open == 0 {
				return i + 1, true
			}
		}
		i++
	}
	return l.lastInk(), false
}
