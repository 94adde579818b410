package diag

import "strings"

// excerpt is the part of a line that fits on the screen.
type excerpt struct {
	text        []glyph
	first, last int // columns of the line that are shown, end exclusive
	left, right bool
}

// ellipsis stands for what was cut off.
const ellipsis = "…"

// cut takes room columns of a line, so that those between low and high are in
// it; when they are more than fit, so that the first of them are.
func cut(l layout, room, low, high int) excerpt {
	total := l.columns()
	if total <= room {
		return excerpt{text: l.text, last: total, left: l.before, right: l.behind}
	}
	room = max(room-2, 1) // of the ellipses
	low = max(low, 0)
	around := max(room-(high-low), 0)
	first := max(low-around/2, 0)
	if high-low > room {
		first = max(low-room/8, 0)
	}
	first = min(first, max(total-room, 0))
	if first == 1 {
		first = 0 // an ellipsis for one character saves nothing
	}
	e := excerpt{first: first, last: min(first+room, total)}
	for _, g := range l.text {
		if g.column >= e.first && g.column+g.width <= e.last {
			e.text = append(e.text, g)
		}
	}
	e.left, e.right = e.first > 0 || l.before, e.last < total || l.behind
	if len(e.text) > 0 {
		e.first = e.text[0].column
	}
	return e
}

func (e excerpt) String() string {
	var b strings.Builder
	if e.left {
		b.WriteString(ellipsis)
	}
	for _, g := range e.text {
		b.WriteString(g.text)
	}
	if e.right {
		b.WriteString(ellipsis)
	}
	return b.String()
}

// column is where a column of the line stands in the excerpt. A place behind the
// end of a line that was not cut stands behind the end.
func (e excerpt) column(c int) int {
	shift := 0
	if e.left {
		shift = 1
	}
	if e.right {
		c = min(c, e.last)
	}
	return max(c-e.first, 0) + shift
}
