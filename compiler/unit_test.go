package compiler_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
)

// TestEditsInAnImportedPackage edits files of both packages, and back: what the
// workspace says is each time what a cold compile of the same files says.
func TestEditsInAnImportedPackage(t *testing.T) {
	fsys := twoPackages()
	o := compiler.Options{Dir: "work/shop"}
	w, err := compiler.NewWorkspace(fsys, o)
	if err != nil {
		t.Fatal(err)
	}
	const there, here = "work/people/people.cob", "work/shop/shop.cob"
	texts := map[string]string{there: people, here: shop}
	for _, edit := range []struct{ file, old, new string }{
		{there, "wait 1m", "wait 2m"},                                                    // a body that nobody reaches
		{there, `to: "here"`, `to: "elsewhere"`},                                         // a body that is reached
		{there, "id: string, name: string @personal", "id: int, name: string @personal"}, // a type
		{there, "package people\n", "package people\n\n\n"},                              // lines move
		{here, "p.status == people.Status.gone", "p.status == people.Status.lost"},
		{here, "import \"../people\"", "import \"../poeple\""},
		{there, "fault Unknown", "fault Gone"},
		{there, "package people", "package folk"},
	} {
		for _, text := range []string{strings.Replace(texts[edit.file], edit.old, edit.new, 1), texts[edit.file]} {
			now := maps.Clone(texts)
			now[edit.file] = text
			w.Edit(edit.file, text)
			files := fstest.MapFS{}
			for name, text := range now {
				files[name] = &fstest.MapFile{Data: []byte(text)}
			}
			want := compile(t, files, o)
			checked, err := w.Check()
			if err != nil {
				t.Fatal(err)
			}
			got, err := w.Compile()
			if err != nil {
				t.Fatal(err)
			}
			for _, ds := range [][]diag.Diagnostic{checked.Diagnostics, got.Diagnostics} {
				if a, b := diag.OneLines(ds), diag.OneLines(want.Diagnostics); a != b {
					t.Errorf("%q for %q: the workspace says\n%s, cold it is\n%s", edit.new, edit.old, a, b)
				}
			}
			if got.Digest != want.Digest || !slices.Equal(got.Encoded, want.Encoded) {
				t.Errorf("%q for %q: another plan than cold", edit.new, edit.old)
			}
		}
	}
}
