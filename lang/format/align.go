package format

import (
	"slices"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/syntax"
)

// align sets the columns of runs of adjacent lines.
func align(lines []*line) *aligner {
	a := &aligner{}
	for start := 0; start < len(lines); {
		end := start + 1
		for end < len(lines) && together(lines[end-1], lines[end]) {
			end++
		}
		if end-start > 1 {
			a.align(lines[start:end])
		}
		start = end
	}
	return a
}

func together(a, b *line) bool {
	return a.closed && b.closed && !b.empty && a.indent == b.indent && len(a.code()) > 0 && len(b.code()) > 0
}

// maxAligned is the last place, in columns from the left, at which a column or a
// comment is aligned. Further out nobody sees that they are, and one long line
// would widen all of its neighbours.
const maxAligned = 240

// aligner sets the columns of runs of adjacent lines.
type aligner struct {
	run     []*line
	columns [][]column
	rulers  []ruler
	looked  int // at items and lines, so that a test can tell what the work grows with
}

// ruler is how far a line has been measured: the items before one, and their width.
type ruler struct{ item, width int }

// align aligns the columns of one run from left to right. Each round passes over
// the lines alone that have so many columns, and each line is measured once.
func (a *aligner) align(run []*line) {
	a.run, a.columns, a.rulers = run, make([][]column, len(run)), make([]ruler, len(run))
	left := make([]int, 0, len(run))
	for i, l := range run {
		a.columns[i] = columnsOf(l)
		a.rulers[i].width = l.indent * indentBlanks
		a.looked += len(l.items)
		if len(a.columns[i]) > 0 {
			left = append(left, i)
		}
	}
	for nth := 0; len(left) > 0; nth++ {
		a.looked += len(left)
		for start := 0; start < len(left); {
			end := start + 1
			for end < len(left) && left[end] == left[end-1]+1 && a.columns[left[end]][nth].is(&a.columns[left[start]][nth]) {
				end++
			}
			a.alignColumn(left[start:end], nth)
			start = end
		}
		left = slices.DeleteFunc(left, func(i int) bool { return len(a.columns[i]) <= nth+1 })
	}
}

// alignColumn aligns the nth column of adjacent lines, when the author wished for it.
func (a *aligner) alignColumn(lines []int, nth int) {
	if len(lines) < 2 {
		return
	}
	wished, furthest := false, 0
	for _, i := range lines {
		at := a.columns[i][nth].item
		if width := a.measure(i, at); width < maxAligned {
			wished = wished || a.run[i].items[at].blanks > 1
			furthest = max(furthest, width)
		}
	}
	if !wished {
		return
	}
	for _, i := range lines {
		if width := a.rulers[i].width; width < maxAligned {
			a.run[i].items[a.columns[i][nth].item].gap = furthest + 1 - width
		}
	}
}

// measure returns how many columns the items of a line take that stand before one.
// It is asked from left to right.
func (a *aligner) measure(line, end int) int {
	l, r := a.run[line], &a.rulers[line]
	for ; r.item < end; r.item++ {
		a.looked++
		r.width += l.items[r.item].width(r.item == 0)
	}
	return r.width
}

// column is a place in a line where a column may begin.
type column struct {
	key  string
	nth  int // of its key
	item int // the item the column begins with
}

func (c *column) is(d *column) bool { return c.nth == d.nth && c.key == d.key }

// stepWords begin the steps of tests and of patterns.
var stepWords = setOf("given", "when", "then", "next", "first", "every", "and", "or")

// columnsOf returns the places in the order of the line.
func columnsOf(l *line) []column {
	var out []column
	commas := 0
	brace, arrow, equals := false, false, false
	code := l.code()
	for i := 1; i < len(code); i++ {
		before, it := code[i-1], code[i]
		switch {
		case it.gap == 0:
		case i == 1 && stepWords[before.text]:
			out = append(out, column{"step", 0, i})
		case i == 2 && before.text == ":" && code[0].Kind == syntax.Word:
			out = append(out, column{"key", 0, i})
		case it.Kind == syntax.Punct && it.text == "=" && !equals:
			equals = true
			out = append(out, column{"=", 0, i})
		case it.Kind == syntax.Punct && it.text == "{" && !brace && before.text != ":":
			brace = true
			out = append(out, column{"{", 0, i})
		case it.Kind == syntax.Punct && it.text == "=>" && !arrow:
			arrow = true
			out = append(out, column{"=>", 0, i})
		case before.Kind == syntax.Punct && before.text == ",":
			commas++
			out = append(out, column{",", commas, i})
		}
	}
	return out
}

// width returns how many columns an item takes with the gap in front of it, which
// the first of a line has not.
func (it *item) width(first bool) int {
	n := utf8.RuneCountInString(it.text)
	if !first {
		n += it.gap
	}
	return n
}

// width returns how many columns a line takes without its last item.
func (l *line) width() int {
	n := l.indent * indentBlanks
	for i := range len(l.items) - 1 {
		n += l.items[i].width(i == 0)
	}
	return n
}

// alignComments sets the comments at the ends of adjacent lines.
func alignComments(lines []*line) {
	for start := 0; start < len(lines); {
		end := start
		for end < len(lines) && trailing(lines[end]) && (end == start || !lines[end].empty) {
			end++
		}
		alignComment(lines[start:end])
		start = max(end, start+1)
	}
}

// alignComment sets the comments at the ends of these lines.
func alignComment(lines []*line) {
	wished, furthest := 0, 0
	widths := make([]int, len(lines))
	for i, l := range lines {
		widths[i] = l.width()
		if widths[i] >= maxAligned {
			continue
		}
		if comment := l.items[len(l.items)-1]; comment.blanks > 1 {
			wished = max(wished, min(comment.column, maxAligned))
		}
		furthest = max(furthest, widths[i]+1)
	}
	if wished == 0 {
		return
	}
	furthest = max(furthest, wished)
	for i, l := range lines {
		if widths[i] < maxAligned {
			l.items[len(l.items)-1].gap = furthest - widths[i]
		}
	}
}

// trailing says whether a line ends in a comment behind code on one row.
func trailing(l *line) bool {
	return l.rows == 0 && len(l.items) > 1 && l.items[len(l.items)-1].comment
}
