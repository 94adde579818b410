package syntax

import (
	"strconv"
	"strings"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// stringExpr reads a string token and what is interpolated in it.
func (s *session) stringExpr() *StringExpr {
	t := s.tok()
	x := s.nodes.strings.take()
	x.At = s.span(s.pos, s.pos+1)
	s.pos++
	from, to := int(t.Start)+1, int(t.End)-1
	text := s.file.Text
	if strings.HasPrefix(text[t.Start:t.End], `"""`) {
		from, to = from+2, max(from+2, to-2)
	}
	if to < from || text[to:t.End] == "" || text[to] != '"' {
		to = max(from, int(t.End)) // unterminated: reported by the lexer
	}
	s.parts(x, from, min(to, int(t.End)))
	return x
}

func (s *session) parts(x *StringExpr, from, to int) {
	text := s.file.Text
	run := from
	var plain strings.Builder
	flush := func(i int) {
		if plain.Len() > 0 || i > run {
			x.Parts = append(x.Parts, StringPart{At: s.bytes(run, i), Text: plain.String()})
		}
		plain.Reset()
	}
	if strings.IndexByte(text[from:to], '\\') < 0 && strings.IndexByte(text[from:to], '$') < 0 {
		x.Parts = append(s.nodes.parts.row(), StringPart{At: s.bytes(from, to), Text: text[from:to]})
		return
	}
	for i := from; i < to; {
		switch {
		case text[i] == '\\':
			value, size := s.escape(i, to)
			plain.WriteString(value)
			i += size
		case text[i] == '$' && i+1 < to && text[i+1] == '{':
			flush(i)
			l := scanner{region: s.region, text: text, pos: i, end: to}
			end, ok := l.interpolationEnd(i+2, 1, true)
			inner := end - 1
			if !ok {
				end, inner = to, to
			}
			e := s.interpolation(i+2, inner)
			x.Parts = append(x.Parts, StringPart{At: s.bytes(i, end), Expr: e})
			i, run = end, end
		default:
			plain.WriteByte(text[i])
			i++
		}
	}
	flush(to)
}

func (s *session) bytes(from, to int) source.Span {
	return s.region.Span(from, to)
}

// interpolation reads the expression in text[from:to].
func (s *session) interpolation(from, to int) Expr {
	l := scanner{region: s.region, text: s.file.Text, pos: from, end: to}
	l.run()
	for _, p := range l.problems {
		s.report(p)
	}
	tokens, outer, headers := s.tokens, s.reader, s.headers
	s.tokens, s.reader, s.headers = l.tokens, reader{end: len(l.tokens) - 1, loose: true}, false
	var x Expr
	if s.end == 0 {
		s.report(diag.Errorf(CodeNoExpr, s.bytes(from-2, min(to+1, len(s.file.Text))), "expected an expression between the braces"))
		x = &BadExpr{Place{s.bytes(from, to)}}
	} else {
		x = s.expr()
	}
	if s.pos < s.end && len(l.problems) == 0 {
		s.report(diag.Errorf(CodeUnexpected, s.span(s.pos, s.pos+1), "expected `}`, found %s", s.found(s.pos)))
	}
	s.tokens, s.reader, s.headers = tokens, outer, headers
	if s.abandoned {
		s.pos = s.end
	}
	return x
}

// escape returns the value of the escape at i and how many bytes it takes.
func (s *session) escape(i, to int) (value string, size int) {
	if i+1 >= to {
		return "\\", 1
	}
	switch c := s.file.Text[i+1]; c {
	case 'n':
		return "\n", 2
	case 'r':
		return "\r", 2
	case 't':
		return "\t", 2
	case '"', '\\', '$':
		return string(c), 2
	case 'u':
		if digits, ok := braced(s.file.Text[i+2 : to]); ok {
			if code, err := strconv.ParseUint(digits, 16, 21); err == nil && code <= 0x10FFFF {
				return string(rune(code)), len(`\u{`) + len(digits) + len(`}`)
			}
		}
	}
	d := s.report(diag.Errorf(CodeEscape, s.bytes(i, i+2), "`%s` is no escape", s.file.Text[i:i+2]))
	d.Help = "a backslash is written `\\\\`"
	d.Fixes = []diag.Edit{{Span: s.bytes(i, i), Text: `\`}}
	return s.file.Text[i : i+2], 2
}

// braced returns the hexadecimal digits between braces with which a text begins.
func braced(text string) (digits string, ok bool) {
	if !strings.HasPrefix(text, "{") {
		return "", false
	}
	rest := strings.TrimLeft(text[1:], "0123456789abcdefABCDEF")
	return text[1 : len(text)-len(rest)], strings.HasPrefix(rest, "}")
}
