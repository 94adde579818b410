package format

import (
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/syntax"
)

// align sets the columns of runs of adjacent lines.
func align(lines []*line) {
	for start := 0; start < len(lines); {
		end := start + 1
		for end < len(lines) && together(lines[end-1], lines[end]) {
			end++
		}
		if end-start > 1 {
			alignRun(lines[start:end])
		}
		start = end
	}
}

func together(a, b *line) bool {
	return a.closed && b.closed && !b.empty && a.indent == b.indent && len(a.code()) > 0 && len(b.code()) > 0
}

// alignRun aligns the columns of one run from left to right.
func alignRun(run []*line) {
	columns := make([][]column, len(run))
	most := 0
	for i, l := range run {
		columns[i] = columnsOf(l)
		most = max(most, len(columns[i]))
	}
	for nth := range most {
		for start := 0; start < len(run); {
			end := start
			for end < len(run) && nth < len(columns[end]) && nth < len(columns[start]) && columns[end][nth].is(&columns[start][nth]) {
				end++
			}
			alignColumn(run[start:end], columns[start:end], nth)
			start = max(end, start+1)
		}
	}
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

// alignColumn aligns one column of a run, when the author wished for it.
func alignColumn(run []*line, columns [][]column, nth int) {
	if len(run) < 2 {
		return
	}
	wished, furthest := false, 0
	for i, l := range run {
		at := columns[i][nth].item
		wished = wished || l.items[at].blanks > 1
		furthest = max(furthest, l.width(at))
	}
	if !wished {
		return
	}
	for i, l := range run {
		at := columns[i][nth].item
		l.items[at].gap = furthest + 1 - l.width(at)
	}
}

// width returns how many columns the items before index end take.
func (l *line) width(end int) int {
	n := l.indent * indentBlanks
	for i, it := range l.items[:end] {
		if i > 0 {
			n += it.gap
		}
		n += utf8.RuneCountInString(it.text)
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
		wished, furthest := 0, 0
		for _, l := range lines[start:end] {
			last := len(l.items) - 1
			if l.items[last].blanks > 1 {
				wished = max(wished, l.items[last].column)
			}
			furthest = max(furthest, l.width(last)+1)
		}
		if wished > 0 {
			furthest = max(furthest, wished)
			for _, l := range lines[start:end] {
				last := len(l.items) - 1
				l.items[last].gap = furthest - l.width(last)
			}
		}
		start = max(end, start+1)
	}
}

// trailing says whether a line ends in a comment behind code on one row.
func trailing(l *line) bool {
	return l.rows == 0 && len(l.items) > 1 && l.items[len(l.items)-1].comment
}
