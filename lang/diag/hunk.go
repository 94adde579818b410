package diag

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/source"
)

// hunk is what a fix changes in neighbouring lines.
type hunk struct {
	file     *source.File
	line     int // one-based, of the first of old
	old, new []string
	// That the first of the lines begins before what is here, and that the last goes
	// on behind it: what is far from an edit in a very long line is left out.
	before, behind bool
}

// hunkReach is how many bytes around its edits a hunk holds.
const hunkReach = 4096

// hunksOf groups edits by file and by neighbouring lines.
func hunksOf(edits []Edit) []hunk {
	edits = slices.DeleteFunc(slices.Clone(edits), func(e Edit) bool { return !e.Span.Known() })
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.Span.Compare(b.Span) })
	var out []hunk
	for i := 0; i < len(edits); {
		j := i + 1
		last := edits[i].Span.To().Line
		for j < len(edits) && edits[j].Span.File() == edits[i].Span.File() && edits[j].Span.From().Line <= last+1 {
			last = max(last, edits[j].Span.To().Line)
			j++
		}
		if h := newHunk(edits[i:j], last); len(h.old)+len(h.new) > 0 {
			out = append(out, h)
		}
		i = j
	}
	return out
}

func newHunk(edits []Edit, last int) hunk {
	f := edits[0].Span.File()
	first := edits[0].Span.From().Line
	low, high := edits[0].Span.Start(), 0
	for _, e := range edits {
		high = max(high, e.Span.End())
	}
	from := f.Lines.Offset(source.Position{Line: first, Column: 1})
	to := len(f.Text)
	if last < f.Lines.Count() {
		to = f.Lines.Offset(source.Position{Line: last + 1, Column: 1})
	}
	near, far := around(f.Text, low, high, hunkReach)
	h := hunk{file: f, line: first, before: from < near, behind: far < to}
	from, to = max(from, near), min(to, far)
	h.old, h.new = lines(f.Text[from:to]), lines(splice(f.Text[from:to], from, edits))
	for len(h.old) > 0 && len(h.new) > 0 && h.old[0] == h.new[0] {
		h.old, h.new, h.line, h.before = h.old[1:], h.new[1:], h.line+1, false
	}
	for len(h.old) > 0 && len(h.new) > 0 && h.old[len(h.old)-1] == h.new[len(h.new)-1] {
		h.old, h.new, h.behind = h.old[:len(h.old)-1], h.new[:len(h.new)-1], false
	}
	return h
}

// differs is the first byte in which the first lines differ.
func (h hunk) differs() int {
	if len(h.old) == 0 || len(h.new) == 0 {
		return 0
	}
	a, b := h.old[0], h.new[0]
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	return n
}

// lines are those of a text, without their endings.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	out := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := range out {
		out[i] = strings.TrimSuffix(out[i], "\r")
	}
	return out
}
