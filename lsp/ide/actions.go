package ide

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
)

// Diagnostic is a diagnostic as plain data.
type Diagnostic struct {
	Place
	Code     diag.Code
	Severity diag.Severity
	Text     string // message and help
	Related  []Related
	Title    string // of the fix; "" where there is none
	Fix      []Edit
	Draft    bool // the fix is to be completed by the author
}

// Related is a place that explains a diagnostic.
type Related struct {
	Place
	Text string
}

// Unneeded says whether the diagnostic is about text that can go.
func (d *Diagnostic) Unneeded() bool { return unneeded[d.Code] }

var unneeded = map[diag.Code]bool{resolve.CodeUnused: true, resolve.CodeUnneeded: true, check.CodeUnreachable: true}

// Diagnostics are those of the package as its texts are, by place.
func (s *Snapshot) Diagnostics() []Diagnostic {
	r := s.Result()
	if r == nil {
		return nil
	}
	out := make([]Diagnostic, 0, len(r.Diagnostics))
	for i := range r.Diagnostics {
		out = append(out, plain(&r.Diagnostics[i]))
		out = append(out, others(&r.Diagnostics[i])...)
	}
	slices.SortStableFunc(out, func(a, b Diagnostic) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Start, b.Start)) })
	return out
}

// others are the other places of a mistake that the compiler told once: an editor marks
// every one.
func others(d *diag.Diagnostic) []Diagnostic {
	var out []Diagnostic
	for _, l := range d.Also {
		out = append(out, Diagnostic{Place: placeOf(l.Span), Code: d.Code, Severity: d.Severity, Text: l.Text,
			Related: []Related{{placeOf(d.Primary), "the first of them"}}})
	}
	return out
}

func plain(d *diag.Diagnostic) Diagnostic {
	x := Diagnostic{Place: placeOf(d.Primary), Code: d.Code, Severity: d.Severity, Text: d.Message, Draft: d.Draft}
	if d.Label != "" {
		x.Text += "\n" + d.Label
	}
	if d.Help != "" {
		x.Text += "\nhelp: " + d.Help
	}
	for _, l := range d.Secondary {
		x.Related = append(x.Related, Related{placeOf(l.Span), l.Text})
	}
	for _, e := range d.Fixes {
		x.Fix = append(x.Fix, Edit{placeOf(e.Span), e.Text})
	}
	if x.Fix != nil {
		if x.Title = d.Help; x.Title == "" {
			x.Title = "fix: " + d.Message
		}
	}
	return x
}

// FixAll are the edits of all finished fixes of a file that do not get into each other's
// way, the first in the text before the others.
func FixAll(path string, ds []Diagnostic) []Edit {
	var out []Edit
	for _, d := range ds {
		if d.Path != path || d.Fix == nil || d.Draft {
			continue
		}
		if !slices.ContainsFunc(d.Fix, func(e Edit) bool { return overlaps(out, e) }) {
			out = append(out, d.Fix...)
		}
	}
	return out
}

func overlaps(edits []Edit, e Edit) bool {
	return slices.ContainsFunc(edits, func(o Edit) bool {
		return o.Path == e.Path && (o.Place == e.Place || o.Start < e.End && e.Start < o.End)
	})
}
