package compiler_test

import (
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
)

func files(e check.Example) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range e {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// TestEveryRuleHasAnExample compiles the page of every code: the bad example
// draws exactly that code, the good one draws nothing.
func TestEveryRuleHasAnExample(t *testing.T) {
	pages, err := check.Pages()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		t.Run(string(p.Code), func(t *testing.T) {
			bad, err := compiler.Compile(files(p.Bad), compiler.Options{})
			if err != nil {
				t.Fatal(err)
			}
			codes := map[diag.Code]bool{}
			for _, d := range bad.Diagnostics {
				codes[d.Code] = true
			}
			if got := slices.Sorted(maps.Keys(codes)); !slices.Equal(got, []diag.Code{p.Code}) {
				t.Errorf("the bad example draws %v:\n%s", got, diag.OneLines(bad.Diagnostics))
			}
			good, err := compiler.Compile(files(p.Good), compiler.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(good.Diagnostics) > 0 {
				t.Errorf("the good example draws\n%s", diag.OneLines(good.Diagnostics))
			}
			if p.Title == "" || p.Text == "" {
				t.Error("the page has no title or no text")
			}
		})
	}
}
