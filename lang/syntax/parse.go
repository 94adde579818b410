package syntax

import (
	"strings"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// Parse turns a text into a tree and what is wrong with it, sorted by place. The
// tree is never nil. Parse may be called from several goroutines at once.
func Parse(file *source.File) (*File, []diag.Diagnostic) {
	var t Trees
	return t.parse(file, nil)
}

// Unread says that nobody looks into a text: it is too large, or its first bytes say
// that it is written in another encoding. It gets one diagnostic and an empty tree.
func Unread(text string) bool { return len(text) > MaxFileBytes || utf16(text) }

// utf16 says whether a text begins with the mark of that encoding, as editors and
// shells of Windows write it.
func utf16(text string) bool {
	return strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff")
}

func unread(file *source.File) diag.Diagnostic {
	if utf16(file.Text) {
		return diag.Errorf(CodeGarbage, file.Span(0, 2), "the file is written in UTF-16, and COB is UTF-8").
			WithHelp("save it as UTF-8: in an editor with its choice of encodings, otherwise with iconv -f UTF-16 -t UTF-8")
	}
	return diag.Errorf(CodeFileSize, file.Span(MaxFileBytes, MaxFileBytes), "the file has more than %d bytes", MaxFileBytes).
		WithHelp("split it: the files of a directory share their names")
}

func linesOf(problems []diag.Diagnostic) map[int]bool {
	lines := make(map[int]bool, len(problems))
	for _, p := range problems {
		if p.Code != CodeSemicolon {
			lines[p.Primary.From().Line] = true
		}
	}
	return lines
}

// cut returns the index behind the declaration that begins at a token: the next
// declaration keyword in column 1, or, when all brackets are closed, the next
// word there. An open bracket cannot eat the next declaration.
func (s *session) cut(start int) int {
	depth := 0
	for i := start; ; i++ {
		t := s.tokens[i]
		if t.Kind == EOF {
			return i
		}
		if i > start && t.Kind == Word && s.column1(t) && (depth == 0 || s.declares(i)) {
			return i
		}
		if t.Kind == Punct {
			switch s.file.Text[t.Start] {
			case '{', '(', '[':
				depth++
			case '}', ')', ']':
				depth--
			}
		}
	}
}

func (s *session) column1(t Token) bool { return t.Start == 0 || s.file.Text[t.Start-1] == '\n' }

// declares says whether a declaration keyword and a name or string stand here.
func (s *session) declares(i int) bool {
	next := s.tokens[i+1]
	if next.Newline || next.Kind != Word && next.Kind != String {
		return false
	}
	_, ok := productions().decls[s.raw(s.tokens[i])]
	return ok
}

// declaration reads the tokens from start to end as one declaration, whose places
// are of that region. What is wrong with it is in problems.
func (s *session) declaration(region *source.Region, start, end int) Decl {
	s.reader = reader{pos: start, end: end}
	s.abandoned, s.depth, s.closers, s.problems = false, 0, s.closers[:0], nil
	s.region = region
	s.uneven = s.unevenBraces(start, end)
	p := productions().decls[s.raw(s.tokens[start])]
	var d Decl
	if s.tokens[start].Kind != Word || p == nil {
		d = s.badDecl()
	} else {
		s.lex = s.window(end - start)
		d = s.produce(p).(Decl)
		if s.pos < end && len(s.problems) == 0 {
			s.leftover()
		}
		setSpanOf(d, s.span(start, end))
	}
	d.Head().Doc = s.doc(start)
	return d
}

func setSpanOf(d Decl, at source.Span) { d.Head().At = at }

// leftover reports what stands behind a whole declaration.
func (s *session) leftover() {
	at := s.span(s.pos, s.pos+1)
	if s.at("}") || s.at(")") || s.at("]") {
		s.closesNothing()
		return
	}
	if s.at("@") && s.peek(1).Kind == Word {
		label := s.raw(s.peek(1))
		s.report(diag.Errorf(CodeSeparator, s.span(s.pos, s.pos+2), "a label is said of a field or of a parameter, and here @%s stands behind a type", label)).Help =
			"write a record with a field that has it: { value: ... @" + label + " }"
		return
	}
	s.report(diag.Errorf(CodeSeparator, at, "expected a new declaration, found %s", s.found(s.pos))).Help =
		"a declaration begins in column 1"
}

// closesNothing reports the closing bracket at the reader.
func (s *session) closesNothing() {
	at := s.span(s.pos, s.pos+1)
	d := s.report(diag.Errorf(CodeStrayClose, at, "this `%s` closes nothing", at.Text()))
	d.Fixes = []diag.Edit{{Span: at}}
	// One too many stands behind another, or alone; elsewhere it may stand for something else.
	d.Draft = !s.tok().Newline && s.pos > 0 && !s.is(s.tokens[s.pos-1], at.Text())
}

func (s *session) badDecl() Decl {
	d := &BadDecl{}
	d.At = s.span(s.pos, s.end)
	at := s.span(s.pos, s.pos+1)
	if s.at("}") || s.at(")") || s.at("]") {
		s.closesNothing()
		return d
	}
	p := s.report(diag.Errorf(CodeNoDecl, at, "no declaration begins with %s", s.found(s.pos)))
	s.suggest(p, DeclKeywords()...)
	if p.Help == "" {
		p.Help = "a declaration begins with one of: " + strings.Join(DeclKeywords(), " ")
	}
	return d
}

// unevenBraces says whether the braces between two tokens do not pair up.
func (s *session) unevenBraces(start, end int) bool {
	depth := 0
	for _, t := range s.tokens[start:end] {
		if t.Kind != Punct {
			continue
		}
		switch s.file.Text[t.Start] {
		case '{':
			depth++
		case '}':
			if depth--; depth < 0 {
				return true
			}
		}
	}
	return depth != 0
}
