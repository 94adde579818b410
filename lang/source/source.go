package source

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// File is one text under one path. It is immutable after New and may be shared.
type File struct {
	Path  string
	Text  string
	Lines LineIndex
	whole Region
}

// New returns the file with its lines indexed. The path is only a name: nothing is read.
func New(path, text string) *File {
	f := &File{Path: path, Text: text, Lines: IndexLines(text)}
	f.whole.file = f
	return f
}

// Span returns the byte range [start, end) of the text.
func (f *File) Span(start, end int) Span { return f.whole.Span(start, end) }

// Region is a piece of a text that may move: what one declaration occupies. Spans
// are relative to it, so that a tree stays right when text before it changes.
type Region struct {
	file *File
	base int
}

// NewRegion returns the region that begins at an offset of a file.
func NewRegion(f *File, base int) *Region { return &Region{f, base} }

// Span returns the byte range [start, end) of the file's text, as a part of the region.
func (r *Region) Span(start, end int) Span {
	return Span{region: r, start: int32(start - r.base), end: int32(end - r.base)}
}

// Start returns the offset at which the region begins.
func (r *Region) Start() int { return r.base }

// Move says that the same text stands at another offset, or in another file, from
// now on. Every Span of the region moves along. Nothing may read them meanwhile.
func (r *Region) Move(f *File, base int) { r.file, r.base = f, base }

// Span is the half-open byte range [Start, End) of one file. The zero Span means
// "no place". Spans of one region are comparable.
type Span struct {
	region     *Region
	start, end int32
}

// Known says whether the span names a place.
func (s Span) Known() bool { return s.region != nil }

// File returns the file, or nil when the span names no place.
func (s Span) File() *File {
	if s.region == nil {
		return nil
	}
	return s.region.file
}

// Start returns the offset of the first byte in the file's text.
func (s Span) Start() int {
	if s.region == nil {
		return 0
	}
	return s.region.base + int(s.start)
}

// End returns the offset behind the last byte in the file's text.
func (s Span) End() int {
	if s.region == nil {
		return 0
	}
	return s.region.base + int(s.end)
}

// Beside says whether both spans are parts of the same region.
func (s Span) Beside(t Span) bool { return s.region == t.region }

// Before returns the empty span in front of the first byte.
func (s Span) Before() Span { return Span{s.region, s.start, s.start} }

// After returns the empty span behind the last byte.
func (s Span) After() Span { return Span{s.region, s.end, s.end} }

// First returns the span of the first n bytes.
func (s Span) First(n int) Span { return Span{s.region, s.start, s.start + int32(n)} }

// Last returns the span of the last n bytes.
func (s Span) Last(n int) Span { return Span{s.region, s.end - int32(n), s.end} }

// Text returns the bytes the span covers, or "" when it names no place.
func (s Span) Text() string {
	if s.region == nil {
		return ""
	}
	text := s.region.file.Text
	end := min(s.End(), len(text)) // a tree that outlived its text is wrong, not deadly
	return text[min(s.Start(), end):end]
}

// Path returns the path of the file, or "" when the span names no place.
func (s Span) Path() string {
	if s.region == nil {
		return ""
	}
	return s.region.file.Path
}

// From returns the position of the first byte.
func (s Span) From() Position { return s.at(s.Start()) }

// To returns the position just behind the last byte.
func (s Span) To() Position { return s.at(s.End()) }

func (s Span) at(offset int) Position {
	if s.region == nil {
		return Position{}
	}
	return s.region.file.Lines.Position(offset)
}

// Join returns the smallest span that covers both. An unknown side is ignored.
func (s Span) Join(t Span) Span {
	switch {
	case s.region == nil:
		return t
	case t.region == nil:
		return s
	case s.region == t.region:
		return Span{s.region, min(s.start, t.start), max(s.end, t.end)}
	}
	return s.region.Span(min(s.Start(), t.Start()), max(s.End(), t.End()))
}

// Contains says whether the offset lies inside the span or at its end, which is
// what an editor's cursor means.
func (s Span) Contains(offset int) bool { return s.Start() <= offset && offset <= s.End() }

// String returns path:line:col-line:col, the form the one-line renderer prints.
func (s Span) String() string {
	if s.region == nil {
		return "-"
	}
	return fmt.Sprintf("%s:%s-%s", s.Path(), s.From(), s.To())
}

// Compare orders spans by path, start and end: negative, zero or positive.
func (s Span) Compare(t Span) int {
	if c := strings.Compare(s.Path(), t.Path()); c != 0 {
		return c
	}
	if c := s.Start() - t.Start(); c != 0 {
		return c
	}
	return s.End() - t.End()
}

// Position is a place for people: one-based line, one-based column in bytes.
type Position struct {
	Line, Column int
}

// String returns line:column.
func (p Position) String() string {
	b := strconv.AppendInt(make([]byte, 0, 16), int64(p.Line), 10)
	return string(strconv.AppendInt(append(b, ':'), int64(p.Column), 10))
}

// LineIndex converts between byte offsets and lines of one text.
type LineIndex struct {
	text   string
	starts []int
	units  *unitIndex
}

// IndexLines returns the index of a text. A line ends behind its '\n'.
func IndexLines(text string) LineIndex {
	starts := make([]int, 1, strings.Count(text, "\n")+1)
	for i := 0; ; {
		n := strings.IndexByte(text[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
		starts = append(starts, i)
	}
	return LineIndex{text: text, starts: starts, units: &unitIndex{}}
}

// Count returns the number of lines; an empty text has one.
func (x LineIndex) Count() int { return max(1, len(x.starts)) }

// Position returns the line and column of an offset. Offsets outside the text
// are moved to its nearest end.
func (x LineIndex) Position(offset int) Position {
	offset = x.clamp(offset)
	line := x.line(offset)
	return Position{Line: line + 1, Column: offset - x.start(line) + 1}
}

// Offset is the inverse of Position. Lines and columns outside the text are
// moved to the nearest place in it.
func (x LineIndex) Offset(p Position) int {
	line := min(max(p.Line-1, 0), x.Count()-1)
	return min(x.start(line)+max(p.Column-1, 0), x.lineEnd(line))
}

// Line returns the text of a one-based line without its line ending, or "" when
// there is no such line.
func (x LineIndex) Line(line int) string {
	if line < 1 || line > x.Count() {
		return ""
	}
	return x.text[x.start(line-1):x.lineEnd(line-1)]
}

// UTF16 returns the zero-based line and the zero-based UTF-16 column of an
// offset, as the Language Server Protocol counts.
func (x LineIndex) UTF16(offset int) (line, column int) {
	offset = x.clamp(offset)
	line = x.line(offset)
	if start := x.start(line); offset-start > unitsEvery && x.units != nil {
		return line, x.units.before(x.text, offset) - x.units.before(x.text, start)
	}
	return line, unitsOf(x.text[x.start(line):offset])
}

// FromUTF16 is the inverse of UTF16. A column behind the end of its line means
// the end of the line; one inside a surrogate pair means the start of the pair.
func (x LineIndex) FromUTF16(line, column int) int {
	line = min(max(line, 0), x.Count()-1)
	offset, end := x.start(line), x.lineEnd(line)
	for offset < end {
		r, size := utf8.DecodeRuneInString(x.text[offset:])
		if column -= units16(r); column < 0 {
			break
		}
		offset += size
	}
	return offset
}

func (x LineIndex) clamp(offset int) int { return min(max(offset, 0), len(x.text)) }

func (x LineIndex) start(line int) int {
	if len(x.starts) == 0 {
		return 0
	}
	return x.starts[line]
}

func (x LineIndex) lineEnd(line int) int {
	if line+1 >= len(x.starts) {
		return len(x.text)
	}
	end := x.starts[line+1] - 1
	if end > x.starts[line] && x.text[end-1] == '\r' {
		end--
	}
	return end
}

// line finds the last line start that is not behind the offset.
func (x LineIndex) line(offset int) int {
	low, high := 0, len(x.starts)
	for high-low > 1 {
		mid := (low + high) / 2
		if x.starts[mid] <= offset {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}
