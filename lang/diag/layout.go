package diag

import "unicode/utf8"

// A layout is the part of a line that can come onto the screen, laid out. A line
// may be as long as a file: what is far from the place that is shown is never
// looked at.
type layout struct {
	text           []glyph
	before, behind bool // that the line goes on at this side
}

// bytesPerColumn is how many bytes of a line, at each side of a place, are laid
// out for a column of the screen. A character takes four at most, those that
// combine with it come on top.
const bytesPerColumn = 8

// layOut lays out what of a line is near enough to its byte at that it can be shown
// in room columns.
func layOut(line string, at, room int) layout {
	at = min(max(at, 0), len(line))
	from, to := around(line, at, at, bytesPerColumn*max(room, 1))
	l := layout{text: glyphs(line[from:to]), before: from > 0, behind: to < len(line)}
	for i := range l.text {
		l.text[i].offset += from
	}
	return l
}

// around gives the bytes of a text from reach before low to reach behind high, so
// that no character is cut.
func around(text string, low, high, reach int) (from, to int) {
	if from = max(low-reach, 0); from > 0 {
		for n := 0; n < utf8.UTFMax && from < low && !utf8.RuneStart(text[from]); n++ {
			from++
		}
	}
	if to = min(high+reach, len(text)); to < len(text) {
		for n := 0; n < utf8.UTFMax && to > high && !utf8.RuneStart(text[to]); n++ {
			to--
		}
	}
	return from, to
}

// columns is how many columns are laid out.
func (l layout) columns() int {
	n := len(l.text)
	if n == 0 {
		return 0
	}
	return l.text[n-1].column + l.text[n-1].width
}
