package diag_test

import (
	"testing"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

func TestRepairsLeaveOutWhatOverlaps(t *testing.T) {
	f, g := source.New("a.cob", "one two three"), source.New("b.cob", "four")
	edit := func(f *source.File, start, end int, text string) diag.Edit {
		return diag.Edit{Span: f.Span(start, end), Text: text}
	}
	with := func(edits ...diag.Edit) diag.Diagnostic { return diag.Diagnostic{Fixes: edits} }
	got := diag.Repairs([]diag.Diagnostic{
		{Message: "without a fix"},
		with(edit(f, 4, 7, "2"), edit(g, 0, 4, "4")),
		with(edit(f, 0, 3, "1"), edit(f, 6, 9, "x")), // half of it overlaps
		with(edit(f, 4, 7, "2")),                     // the same once more
		with(edit(f, 4, 4, "x")),                     // an insertion where something is replaced
		with(edit(f, 13, 13, "!")),
		with(edit(f, 13, 13, "?")),
		with(edit(f, 8, 8, "draft")).AsDraft(),
	}, false)
	if len(got) != 2 || got[0].Text != "one 2 three!" || got[1].Text != "4" || len(got[0].Fixed) != 3 || len(got[1].Fixed) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestDraftsAreAppliedWhenAskedFor(t *testing.T) {
	f := source.New("a.cob", "one")
	d := []diag.Diagnostic{diag.Diagnostic{}.WithFix(f.Span(3, 3), ", two").AsDraft()}
	if got := diag.Repairs(d, false); len(got) != 0 {
		t.Errorf("unasked: %+v", got)
	}
	if got := diag.Repairs(d, true); len(got) != 1 || got[0].Text != "one, two" {
		t.Errorf("asked for: %+v", got)
	}
}

func TestApplyOrdersEdits(t *testing.T) {
	f := source.New("a.cob", "abc")
	got := diag.Apply(f.Text, []diag.Edit{
		{Span: f.Span(2, 3), Text: "C"},
		{Span: f.Span(0, 0), Text: ">"},
	})
	if got != ">abC" {
		t.Errorf("got %q", got)
	}
}
