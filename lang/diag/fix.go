package diag

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/source"
)

// Apply returns a text with edits applied, which are those of one file. Of edits
// that overlap the first one is applied.
func Apply(text string, edits []Edit) string { return splice(text, 0, edits) }

// splice is Apply to a part of a text that begins at its byte base.
func splice(text string, base int, edits []Edit) string {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.Span.Compare(b.Span) })
	var b strings.Builder
	done := 0
	for i, e := range edits {
		start, end := e.Span.Start()-base, e.Span.End()-base
		if start < done || i > 0 && same(e, edits[i-1]) {
			continue
		}
		b.WriteString(text[done:start])
		b.WriteString(e.Text)
		done = end
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
