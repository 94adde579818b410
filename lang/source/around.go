package source

import "strings"

const blanks = " \t\r"

// Alone returns a span with the blanks that go when its text goes: its whole lines where nothing
// else stands in them, or else the blanks in front of it, and those behind it where it begins a line.
func (s Span) Alone() Span {
	if s.region == nil {
		return s
	}
	text := s.region.file.Text
	before := len(strings.TrimRight(text[:s.Start()], blanks))
	behind := len(text) - len(strings.TrimLeft(text[s.End():], blanks))
	first := before == 0 || text[before-1] == '\n'
	last := behind == len(text) || text[behind] == '\n'
	switch {
	case first && last:
		behind = min(behind+1, len(text))
	case first:
		before = s.Start()
	default:
		behind = s.End()
	}
	return s.region.Span(before, behind)
}

// Listed returns the span of an entry of a list with the comma that goes when it goes: the
// one behind it, or else the one in front. An entry without a comma stands on lines of its own.
func (s Span) Listed() Span {
	if s.region == nil {
		return s
	}
	text := s.region.file.Text
	behind := strings.TrimLeft(text[s.End():], blanks)
	if strings.HasPrefix(behind, ",") {
		end := len(text) - len(behind) + 1
		rest := strings.TrimLeft(text[end:], blanks)
		if whole := s.region.Span(s.Start(), end); rest == "" || rest[0] == '\n' {
			return whole.Alone()
		}
		return s.region.Span(s.Start(), len(text)-len(rest))
	}
	if before := strings.TrimRight(text[:s.Start()], blanks+"\n"); strings.HasSuffix(before, ",") {
		return s.region.Span(len(before)-1, s.End())
	}
	return s.Alone()
}

// Led returns a span with the word in front of it, where that word is what stands there.
func (s Span) Led(word string) Span {
	if s.region == nil {
		return s
	}
	before, ok := strings.CutSuffix(strings.TrimRight(s.region.file.Text[:s.Start()], blanks), word)
	if !ok {
		return s
	}
	return s.region.Span(len(before), s.End())
}
