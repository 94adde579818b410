package diag

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/source"
)

// Apply returns a text with edits applied, which are those of one file. Of edits
// that overlap the first one is applied.
func Apply(text string, edits []Edit) string {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.Span.Compare(b.Span) })
	var b strings.Builder
	done := 0
	for i, e := range edits {
		if e.Span.Start() < done || i > 0 && same(e, edits[i-1]) {
			continue
		}
		b.WriteString(text[done:e.Span.Start()])
		b.WriteString(e.Text)
		done = e.Span.End()
	}
	return b.String() + text[done:]
}

// Repair is the new text of a file.
type Repair struct {
	File  *source.File
	Text  string
	Fixed []Diagnostic // those whose fixes are in it
}

// Repairs applies the fixes of diagnostics and returns the files that change, by
// path. The edits of one diagnostic are applied all or not at all: a fix that
// overlaps one before it waits for the next time. Drafts are applied when drafts
// says so.
func Repairs(ds []Diagnostic, drafts bool) []Repair {
	taken := map[*source.File][]Edit{}
	fixed := map[*source.File][]Diagnostic{}
	var files []*source.File
	for _, d := range ds {
		if len(d.Fixes) == 0 || d.Draft && !drafts || slices.ContainsFunc(d.Fixes, func(e Edit) bool { return !e.Span.Known() || overlaps(taken[e.Span.File()], e) }) {
			continue
		}
		for _, e := range d.Fixes {
			if !slices.Contains(files, e.Span.File()) {
				files = append(files, e.Span.File())
			}
			taken[e.Span.File()] = append(taken[e.Span.File()], e)
		}
		fixed[d.Fixes[0].Span.File()] = append(fixed[d.Fixes[0].Span.File()], d)
	}
	var out []Repair
	for _, f := range files {
		out = append(out, Repair{File: f, Text: Apply(f.Text, taken[f]), Fixed: fixed[f]})
	}
	slices.SortFunc(out, func(a, b Repair) int { return cmp.Compare(a.File.Path, b.File.Path) })
	return out
}

func same(a, b Edit) bool {
	return a.Text == b.Text && a.Span.File() == b.Span.File() && a.Span.Start() == b.Span.Start() && a.Span.End() == b.Span.End()
}

// overlaps says whether an edit touches one of others. Two insertions at one
// place do, because nothing says which of them comes first; the same edit twice
// is one edit.
func overlaps(others []Edit, e Edit) bool {
	return slices.ContainsFunc(others, func(o Edit) bool {
		if same(o, e) {
			return false
		}
		if o.Span.Start() == e.Span.Start() {
			return true
		}
		return o.Span.Start() < e.Span.End() && e.Span.Start() < o.Span.End()
	})
}

// hunk is what a fix changes in neighbouring lines.
type hunk struct {
	file     *source.File
	line     int // one-based, of the first of old
	old, new []string
}

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
	from := f.Lines.Offset(source.Position{Line: first, Column: 1})
	to := len(f.Text)
	if last < f.Lines.Count() {
		to = f.Lines.Offset(source.Position{Line: last + 1, Column: 1})
	}
	h := hunk{file: f, line: first, old: lines(f.Text[from:to])}
	behind := len(f.Text) - to
	changed := Apply(f.Text, edits)
	h.new = lines(changed[from : len(changed)-behind])
	for len(h.old) > 0 && len(h.new) > 0 && h.old[0] == h.new[0] {
		h.old, h.new, h.line = h.old[1:], h.new[1:], h.line+1
	}
	for len(h.old) > 0 && len(h.new) > 0 && h.old[len(h.old)-1] == h.new[len(h.new)-1] {
		h.old, h.new = h.old[:len(h.old)-1], h.new[:len(h.new)-1]
	}
	return h
}

// differs is the first column in which the first lines differ.
func (h hunk) differs() int {
	if len(h.old) == 0 || len(h.new) == 0 {
		return 0
	}
	a, b := glyphs(h.old[0]), glyphs(h.new[0])
	for i := range a {
		if i >= len(b) || a[i].text != b[i].text {
			return a[i].column
		}
	}
	return width(h.old[0])
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
