package ide

import (
	"strings"

	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/lang/source"
)

// Format gives the edits that write a text the one way: one for each run of lines
// that change, so that cursors and folds stay where they are. A text with syntax
// errors has none.
func Format(src *source.File) []Edit {
	var runs []Edit
	for _, e := range LineEdits(src) {
		if n := len(runs); n > 0 && runs[n-1].End == e.Start {
			runs[n-1].End = e.End
			runs[n-1].Text += e.Text
			continue
		}
		runs = append(runs, e)
	}
	return runs
}

// LineEdits are the edits of Format, one for each line.
func LineEdits(src *source.File) []Edit {
	text, _ := format.Checked(src)
	return lineEdits(src, text)
}

// Within are the edits that lie in a range.
func Within(edits []Edit, start, end int) []Edit {
	var out []Edit
	for _, e := range edits {
		if start <= e.Start && e.End <= end {
			out = append(out, e)
		}
	}
	return out
}

// lineEdits are the edits by whole lines that lead from a text to another one.
// Formatting changes blanks and blank lines, so lines are matched by what else is
// in them; where that fails, one edit replaces all that is left.
func lineEdits(src *source.File, text string) []Edit {
	old, new := strings.SplitAfter(src.Text, "\n"), strings.SplitAfter(text, "\n")
	var edits []Edit
	at := 0
	replace := func(length int, with string) {
		if src.Text[at:at+length] != with {
			edits = append(edits, Edit{Place{src.Path, at, at + length}, with})
		}
		at += length
	}
	i, k := 0, 0
	for i < len(old) && k < len(new) {
		a, b := squeezed(old[i]), squeezed(new[k])
		switch {
		case a == b:
			replace(len(old[i]), new[k])
			i, k = i+1, k+1
		case a == "":
			replace(len(old[i]), "")
			i++
		case b == "":
			replace(0, new[k])
			k++
		default:
			replace(len(src.Text)-at, strings.Join(new[k:], ""))
			return edits
		}
	}
	replace(len(src.Text)-at, strings.Join(new[k:], ""))
	return edits
}

func squeezed(line string) string { return strings.Join(strings.Fields(line), "") }
