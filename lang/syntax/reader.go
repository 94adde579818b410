package syntax

import (
	"strconv"
	"strings"

	"github.com/cob-lang/cob/lang/diag"
)

// reader is a place in the tokens of one declaration, or of one interpolation.
type reader struct {
	pos   int  // index of the next token
	end   int  // index behind the last token
	loose bool // inside ( ) or [ ]: a line break ends nothing
	words bool // inside a phrase: `in` is a word
	plain bool // inside a match pattern: `x => e` is no lambda
}

// endToken stands behind the last token.
var endToken = Token{Kind: EOF, Newline: true}

func (s *session) tok() Token { return s.peek(0) }

func (s *session) peek(n int) Token {
	if s.pos+n >= s.end {
		return endToken
	}
	return s.tokens[s.pos+n]
}

func (s *session) raw(t Token) string {
	return s.file.Text[t.Start:t.End]
}

// at says whether the next token is this operator, bracket or word.
func (s *session) at(text string) bool { return s.is(s.tok(), text) }

func (s *session) is(t Token, text string) bool {
	return int(t.End-t.Start) == len(text) && t.Kind != EOF && s.file.Text[t.Start:t.End] == text
}

func (s *session) accept(text string) bool {
	if s.at(text) {
		s.pos++
		return true
	}
	return false
}

func (s *session) atWord() bool { return s.tok().Kind == Word }

// broken says whether a line break that ends things stands before the next token.
func (s *session) broken() bool { return s.tok().Newline && !s.loose }

func (s *session) name() Name {
	t := s.tok()
	n := Name{Text: s.raw(t), At: s.span(s.pos, s.pos+1)}
	s.pos++
	return n
}

// found describes the next token for a message.
func (s *session) found(index int) string {
	if index >= s.end {
		return "the end of the declaration"
	}
	t := s.tokens[index]
	switch {
	case t.Kind == EOF:
		return "the end of the file"
	case t.Kind == String:
		return "a string"
	case t.End-t.Start > 40:
		return "`" + strings.ToValidUTF8(s.raw(t)[:40], "") + "...`"
	}
	return "`" + s.raw(t) + "`"
}

// expected reports that something else is wanted at a token. Where the token
// begins a new line, the place meant is the end of the line before.
func (s *session) expected(index int, what string) *diag.Diagnostic {
	at := s.span(index, index+1)
	if index > 0 && (index >= s.end || s.tokens[index].Newline) {
		at = s.span(index-1, index).After()
		if index < s.end && s.tokens[index].Kind != EOF {
			return s.report(diag.Errorf(CodeUnexpected, at, "expected %s, found the end of the line", what))
		}
	}
	return s.report(diag.Errorf(CodeUnexpected, at, "expected %s, found %s", what, s.found(index)))
}

// wants reports that an entry of a list should begin differently.
func (s *session) wants(what string) *diag.Diagnostic {
	return s.report(diag.Errorf(CodeUnexpected, s.span(s.pos, s.pos+1), "expected %s, found %s", what, s.found(s.pos)))
}

// expect accepts a token or reports that it is missing.
func (s *session) expect(text string) bool {
	if s.accept(text) {
		return true
	}
	d := s.expected(s.pos, "`"+text+"`")
	if text == ":" && s.pos > 0 && s.pos < s.end && !s.tok().Newline && len(d.Fixes) == 0 {
		if kind := s.tok().Kind; kind == Word || kind == String {
			d.Fixes = []diag.Edit{{Span: s.span(s.pos-1, s.pos).After(), Text: ":"}}
		}
	}
	return false
}

// indent returns how far the line of a token is indented, in bytes.
func (s *session) indent(index int) int {
	p := s.span(index, index+1).From()
	line := s.file.Lines.Line(p.Line)
	return len(line) - len(strings.TrimLeft(line, " \t"))
}

// skip moves behind what cannot be understood: to the next line, or in front of
// the bracket that closes the list, or of the separator, when commas separate.
func (s *session) skip(commas bool) {
	var open nesting
	for ; s.pos < s.end; s.pos++ {
		t := s.tok()
		if len(open) == 0 && (t.Newline || commas && s.is(t, ",")) {
			return
		}
		if t.Kind == Punct && !open.over(s.file.Text[t.Start]) {
			return
		}
	}
}

// skipOver moves behind the next token, or behind the brackets that it opens; at most
// to a line that is indented less than the one it is on.
func (s *session) skipOver() {
	first := s.pos
	var open nesting
	if t := s.tok(); t.Kind == Punct {
		open.over(s.file.Text[t.Start])
	}
	for s.pos++; len(open) > 0 && s.pos < s.end; s.pos++ {
		t := s.tok()
		if t.Newline && s.indent(s.pos) < s.indent(first) || t.Kind == Punct && !open.over(s.file.Text[t.Start]) {
			return
		}
	}
}

// nesting is the brackets that were opened and not closed.
type nesting []byte

// over notes a bracket, and says whether what is skipped goes on behind it: one that
// closes what was opened before does not. A brace closes all that was opened in it.
func (n *nesting) over(c byte) bool {
	switch c {
	case '{', '(', '[':
		*n = append(*n, c)
	case '}':
		for i := len(*n) - 1; i >= 0; i-- {
			if (*n)[i] == '{' {
				*n = (*n)[:i]
				return true
			}
		}
		return false
	case ')', ']':
		if len(*n) == 0 {
			return false
		}
		if (*n)[len(*n)-1] != '{' {
			*n = (*n)[:len(*n)-1]
		}
	}
	return true
}

// braced reads `{ item, item <newline> item }`. The reader stands at the `{`, or
// behind the header of a body whose missing `{` has been reported. Each call of item reads one entry and reports what is wrong with it.
func (s *session) braced(commas bool, item func()) {
	open := s.pos
	if s.at("{") {
		s.pos++
	} else {
		open--
	}
	if !s.enter() {
		s.leave()
		return
	}
	outer, headers, block := s.reader, s.headers, s.block
	s.closers = append(s.closers, '}')
	s.loose, s.words, s.plain, s.headers = false, false, false, false
	for !s.closing(open) {
		s.block = block
		s.entry(commas, item)
	}
	s.loose, s.words, s.plain = outer.loose, outer.words, outer.plain
	s.headers, s.block = headers, block
	s.closers = s.closers[:len(s.closers)-1]
	s.leave()
}

// entry reads one entry of a braced list and the separator behind it.
func (s *session) entry(commas bool, item func()) {
	start, told := s.pos, len(s.problems)
	item()
	if s.pos == start {
		s.skipOver() // whatever it was has been reported; never stand still
	}
	if commas && len(s.problems) == told && s.accept(",") {
		return
	}
	if s.pos >= s.end || s.tok().Newline || s.at("}") {
		return
	}
	if len(s.problems) == told {
		s.separator(commas)
	}
	for s.skip(commas); commas && s.at(","); s.skip(commas) {
		s.pos++
		if s.tok().Newline || s.is(s.peek(1), ":") || s.isClause(s.tok(), s.peek(1)) {
			return
		}
	}
	for s.pos < s.end && s.tok().Newline && !s.at("}") && s.indent(s.pos) > s.indent(start) {
		s.pos++ // a line indented deeper belongs to the entry that failed
		s.skip(false)
	}
}

// separator reports that an entry goes on where it should have ended.
func (s *session) separator(commas bool) {
	at := s.span(s.pos, s.pos+1)
	what := "a new line"
	if commas {
		what = "`,` or a new line"
	}
	d := s.report(diag.Errorf(CodeSeparator, at, "expected %s, found %s", what, s.found(s.pos)))
	if commas && s.pos > 0 && len(d.Fixes) == 0 && s.beginsEntry() {
		d.Fixes = []diag.Edit{{Span: s.span(s.pos-1, s.pos).After(), Text: ","}}
	}
}

// beginsEntry says whether `name:` stands at the reader, so that a comma is all
// that is missing before it.
func (s *session) beginsEntry() bool { return s.atWord() && s.is(s.peek(1), ":") }

// closing says whether a braced list ends here, and moves behind its `}`. Where
// the braces of the declaration do not pair up, the indentation decides which one
// is missing or too many.
func (s *session) closing(open int) bool {
	if s.pos >= s.end {
		s.unclosed(open)
		return true
	}
	if s.uneven && s.tok().Newline {
		here, owner := s.indent(s.pos), s.indent(open)
		if here < owner || here == owner && !s.at("}") {
			s.unclosed(open)
			return true
		}
		if here > owner && s.at("}") {
			s.stray()
			return s.closing(open)
		}
	}
	if !s.at("}") {
		return false
	}
	if s.uneven && s.early(open) {
		s.stray()
		return s.closing(open)
	}
	s.pos++
	return true
}

// early says whether the `}` at the reader, in the middle of a line, would close a
// list of earlier lines that goes on in the next.
func (s *session) early(open int) bool {
	next := s.peek(1)
	if s.tok().Newline || !next.Newline || s.pos+1 >= s.end || s.line(open) == s.line(s.pos) {
		return false
	}
	here, owner := s.indent(s.pos+1), s.indent(open)
	return here > owner || here == owner && s.is(next, "}")
}

func (s *session) line(index int) int { return s.span(index, index+1).From().Line }

// told says whether the last thing reported is on the line of a token.
func (s *session) told(index int) bool {
	n := len(s.problems)
	return n > 0 && s.problems[n-1].Primary.From().Line == s.line(index)
}

func (s *session) stray() {
	if !s.told(s.pos) {
		s.closesNothing()
	}
	s.pos++
}

func (s *session) unclosed(open int) {
	if !s.is(s.tokens[open], "{") || s.told(open) {
		return // the mistake of that line has been reported
	}
	d := s.report(diag.Errorf(CodeUnclosed, s.span(open, open+1), "this `{` is never closed"))
	if s.pos < s.end {
		d.Help = "by the indentation its `}` is missing before line " + strconv.Itoa(s.line(s.pos))
		here, owner := s.indent(s.pos), s.indent(open)
		if s.tok().Newline && here <= owner {
			text := strings.Repeat(" ", owner-here) + "}\n" + strings.Repeat(" ", here)
			d.Fixes, d.Draft = []diag.Edit{{Span: s.span(s.pos, s.pos+1).Before(), Text: text}}, true
		}
	}
}

// enclosed reads `( item, item )` or `[ item, item ]`. The reader stands at the
// opening bracket.
func (s *session) enclosed(closer string, item func()) {
	open := s.pos
	s.pos++
	if !s.enter() {
		s.leave()
		return
	}
	outer, headers := s.reader, s.headers
	s.closers = append(s.closers, closer[0])
	s.loose, s.words, s.plain, s.headers = true, false, false, false
	for !s.accept(closer) {
		told, start := len(s.problems), s.pos
		if s.pos < s.end {
			item()
		}
		if s.accept(",") {
			continue
		}
		if s.accept(closer) || s.stuck(open, closer, told) {
			break
		}
		if len(s.problems) == told {
			s.expected(s.pos, "`,` or `"+closer+"`")
		}
		if !s.closesOnLine(closer) && !s.tokens[open+1].Newline {
			break
		}
		if s.pos == start {
			s.pos++
		}
		if s.skip(true); !s.accept(",") && s.stuck(open, closer, told) {
			break
		}
	}
	s.loose, s.words, s.plain, s.headers = outer.loose, outer.words, outer.plain, headers
	s.closers = s.closers[:len(s.closers)-1]
	s.leave()
}

// stuck says whether an enclosed list has to end without its closing bracket: at
// the end, at another bracket, or at a line that is not indented into the list.
func (s *session) stuck(open int, closer string, told int) bool {
	wrong := s.at(")") || s.at("]")
	if s.pos < s.end && !wrong && !s.at("}") && !(s.tok().Newline && s.indent(s.pos) <= s.indent(open)) {
		return false
	}
	if len(s.problems) == told {
		s.expected(s.pos, "`"+closer+"`").Secondary = []diag.Label{{Span: s.span(open, open+1), Text: "to close this"}}
	}
	if wrong && !s.awaited() {
		s.pos++ // it was meant to be the closer
		s.accept(closer)
	}
	return true
}

// closesOnLine says whether the closing bracket follows on the line of the reader.
func (s *session) closesOnLine(closer string) bool {
	depth := 0
	for i := s.pos; i < s.end && (i == s.pos || !s.tokens[i].Newline); i++ {
		switch t := s.tokens[i]; {
		case t.Kind != Punct:
		case depth == 0 && s.is(t, closer):
			return true
		case strings.ContainsRune("([{", rune(s.file.Text[t.Start])):
			depth++
		case strings.ContainsRune(")]}", rune(s.file.Text[t.Start])):
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return false
}

// awaited says whether an enclosing list within the same braces ends with the
// bracket at the reader.
func (s *session) awaited() bool {
	for i := len(s.closers) - 2; i >= 0 && s.closers[i] != '}'; i-- {
		if s.closers[i] == s.file.Text[s.tok().Start] {
			return true
		}
	}
	return false
}
