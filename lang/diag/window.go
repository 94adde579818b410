package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/source"
)

// mark is a labelled place as it is drawn.
type mark struct {
	text     string
	style    string
	caret    rune
	file     *source.File
	from, to source.Position
	bar      int // of a place of several lines: which of the bars at the left is its own
}

func newMark(l Label, style string, caret rune) mark {
	m := mark{text: plain(l.Text), style: style, caret: caret, file: l.Span.File(), from: l.Span.From(), to: l.Span.To()}
	if m.file != nil && m.to.Line > m.from.Line && m.to.Column == 1 {
		// Up to the begin of a line is up to the end of the one before.
		m.to.Line--
		m.to.Column = len(m.file.Lines.Line(m.to.Line)) + 1
	}
	return m
}

func (m mark) long() bool { return m.to.Line > m.from.Line }

// window is the excerpt of one file.
type window struct {
	*terminal
	file  *source.File
	marks []mark
	bars  int
}

// shownLines is how many lines are shown at the begin of a long place; of the
// end, two.
const shownLines = 3

func (w *window) print() {
	slices.SortStableFunc(w.marks, func(a, b mark) int {
		return cmp.Or(cmp.Compare(a.from.Line, b.from.Line), cmp.Compare(b.to.Line, a.to.Line), cmp.Compare(a.from.Column, b.from.Column))
	})
	w.giveBars()
	last := 0
	for _, line := range w.lines() {
		if last > 0 && line == last+2 {
			w.line(last + 1)
		} else if last > 0 && line > last+1 {
			w.skip(line)
		}
		w.line(line)
		last = line
	}
}

// lines are the numbers of those shown, sorted.
func (w *window) lines() []int {
	var out []int
	for _, m := range w.marks {
		out = append(out, m.from.Line, m.to.Line)
		for i := 1; i < shownLines; i++ {
			out = append(out, min(m.from.Line+i, m.to.Line))
		}
		out = append(out, max(m.to.Line-1, m.from.Line))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// giveBars gives each long place the leftmost bar that no other one uses there.
func (w *window) giveBars() {
	var free []int // the line behind which a bar is free
	for i := range w.marks {
		m := &w.marks[i]
		if !m.long() {
			continue
		}
		at := slices.IndexFunc(free, func(line int) bool { return line < m.from.Line })
		if at < 0 {
			at = len(free)
			free = append(free, 0)
		}
		free[at], m.bar = m.to.Line, at
	}
	w.bars = len(free)
}

// indent is the width of the bars before the code.
func (w *window) indent() int {
	if w.bars == 0 {
		return 0
	}
	return w.bars + 1
}

// skip stands for lines that are not shown.
func (w *window) skip(next int) {
	r := row{}
	w.open(&r, next-1, nil)
	fmt.Fprintf(&w.b, "%s\n", strings.TrimRight(w.paint(blue, "...")+strings.Repeat(" ", w.gutter)+r.paint(w.terminal), " "))
}

// open draws the bars of the places that are open behind a line, but those that
// are to be drawn otherwise.
func (w *window) open(r *row, line int, but *mark) {
	for i := range w.marks {
		m := &w.marks[i]
		if m != but && m.long() && m.from.Line <= line && line < m.to.Line {
			r.put(m.bar, "|", m.style)
		}
	}
}

// widestIndent is how many bytes of blanks before a place count as its indent.
const widestIndent = 4096

// compact says that a long place begins with its line, so that a corner at the
// left is enough to show it.
func (w *window) compact(m *mark) bool {
	line := w.file.Lines.Line(m.from.Line)
	indent := min(m.from.Column-1, len(line))
	return indent <= widestIndent && strings.TrimSpace(line[:indent]) == ""
}

func (w *window) line(number int) {
	room := w.screen.columns() - w.gutter - 3 - w.indent()
	text := layOut(w.file.Lines.Line(number), w.focus(number), room)
	var here []*mark
	low, high := -1, 0
	for i := range w.marks {
		m := &w.marks[i]
		from, to := w.extent(m, number, text)
		if to == 0 {
			continue
		}
		here = append(here, m)
		if low < 0 || from < low {
			low = from
		}
		high = max(high, to)
	}
	for _, m := range here {
		if high-low > room && m.caret == '^' { // what matters most
			low, high = w.extent(m, number, text)
		}
	}
	c := cut(text, room, low, high)
	r := row{}
	w.open(&r, number-1, nil)
	for _, m := range here {
		if m.long() && m.from.Line == number && w.compact(m) {
			r.put(m.bar, "/", m.style)
		}
	}
	r.put(w.indent(), c.String(), "")
	w.emit(w.paint(blue, fmt.Sprintf("%*d |", w.gutter, number)), &r)
	w.short(number, here, text, c)
	w.corners(number, here, text, c)
}

// focus is the byte of a line that is certainly shown: where the primary place
// begins or ends there, else another one.
func (w *window) focus(line int) int {
	at, found := 0, false
	for i := range w.marks {
		m := &w.marks[i]
		if found && m.caret != '^' {
			continue
		}
		switch line {
		case m.from.Line:
			at, found = m.from.Column-1, true
		case m.to.Line:
			at, found = m.to.Column-1, true
		}
	}
	return at
}

// extent is what a mark covers of a line, in columns; to is 0 when it marks
// nothing there.
func (w *window) extent(m *mark, line int, text layout) (from, to int) {
	switch {
	case !m.long() && m.from.Line == line:
		from = columnOf(text, m.from.Column-1)
		return from, max(from+1, columnOf(text, m.to.Column-1))
	case m.long() && m.from.Line == line:
		from = columnOf(text, m.from.Column-1)
		return from, from + 1
	case m.long() && m.to.Line == line:
		to = max(1, columnOf(text, m.to.Column-1))
		return to - 1, to
	}
	return 0, 0
}

// columnOf is the column of a byte of a line.
func columnOf(l layout, offset int) int {
	text := l.text
	i, found := slices.BinarySearchFunc(text, offset, func(g glyph, o int) int { return cmp.Compare(g.offset, o) })
	switch {
	case found:
		return text[i].column
	case i == len(text):
		return l.columns()
	case i > 0:
		return text[i].column
	}
	return 0
}

// short draws the places of this one line: a row of carets with the label of the
// last one behind, and the other labels below, each under the begin of its place.
func (w *window) short(line int, here []*mark, text layout, c excerpt) {
	type under struct {
		*mark
		from, to int
	}
	var all []under
	for _, m := range here {
		if !m.long() {
			from, to := w.extent(m, line, text)
			from = c.column(from)
			all = append(all, under{m, from, max(from+1, c.column(to))})
		}
	}
	if len(all) == 0 {
		return
	}
	r := w.bar(line)
	for _, caret := range []rune{'-', '^'} { // the primary place is drawn over the others
		for _, u := range all {
			if u.caret == caret {
				r.put(w.indent()+u.from, strings.Repeat(string(u.caret), u.to-u.from), u.style)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b under) int { return cmp.Compare(b.from, a.from) })
	last := all[0]
	inline := !slices.ContainsFunc(all[1:], func(u under) bool { return u.to > last.from })
	if inline && last.text != "" {
		r.put(w.indent()+last.to+1, last.text, last.style)
	}
	w.emit(w.bare(), r)
	if inline {
		all = all[1:]
	}
	all = slices.DeleteFunc(all, func(u under) bool { return u.text == "" })
	for i := range all {
		if i == 0 {
			r = w.bar(line)
			for _, u := range all {
				r.put(w.indent()+u.from, "|", u.style)
			}
			w.emit(w.bare(), r)
		}
		r = w.bar(line)
		for _, u := range all[i+1:] {
			r.put(w.indent()+u.from, "|", u.style)
		}
		r.put(w.indent()+all[i].from, all[i].text, all[i].style)
		w.emit(w.bare(), r)
	}
}

// bar is a row below a line with the bars that go on.
func (w *window) bar(line int) *row {
	r := &row{}
	w.open(r, line, nil)
	for i := range w.marks {
		m := &w.marks[i]
		if m.long() && m.from.Line == line && !w.compact(m) {
			r.put(m.bar, " ", "")
		}
		if m.long() && m.to.Line == line {
			r.put(m.bar, "|", m.style)
		}
	}
	return r
}

// corners draws where long places begin and end.
func (w *window) corners(line int, here []*mark, text layout, c excerpt) {
	done := map[*mark]bool{}
	for _, m := range here {
		if !m.long() || m.from.Line == line && w.compact(m) {
			continue
		}
		from, to := w.extent(m, line, text)
		begins := m.from.Line == line
		r := &row{}
		end := w.indent() + c.column(from)
		if !begins {
			end = w.indent() + max(c.column(to)-1, 0)
		}
		r.put(m.bar+1, strings.Repeat("_", max(0, end-m.bar-1)), m.style)
		for i := range w.marks {
			o := &w.marks[i]
			opened := o.from.Line < line || o.from.Line == line && (w.compact(o) || done[o])
			closed := o.to.Line < line || o.to.Line == line && done[o]
			if o.long() && opened && !closed {
				r.put(o.bar, "|", o.style)
			}
		}
		r.put(end, string(m.caret), m.style)
		if !begins && m.text != "" {
			r.put(end+2, m.text, m.style)
		}
		w.emit(w.bare(), r)
		done[m] = true
	}
}

func (w *window) bare() string { return w.margin() + " " + w.paint(blue, "|") }

func (w *window) emit(before string, r *row) {
	fmt.Fprintf(&w.b, "%s\n", strings.TrimRight(before+" "+r.paint(w.terminal), " "))
}

// row is a line of cells, each with its own style.
type row struct {
	cells  []string
	styles []string
}

func (r *row) put(column int, text, style string) {
	for _, g := range glyphs(text) {
		for len(r.cells) < column+g.column+g.width {
			r.cells, r.styles = append(r.cells, " "), append(r.styles, "")
		}
		for i := range g.width {
			r.cells[column+g.column+i], r.styles[column+g.column+i] = "", style
		}
		r.cells[column+g.column] = g.text
	}
}

func (r *row) paint(t *terminal) string {
	var b strings.Builder
	for i := 0; i < len(r.cells); {
		j := i
		for j < len(r.cells) && r.styles[j] == r.styles[i] {
			j++
		}
		b.WriteString(t.paint(r.styles[i], strings.Join(r.cells[i:j], "")))
		i = j
	}
	return b.String()
}
