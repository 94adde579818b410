package compiler_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
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
			if p.Code == syntax.CodeFileSize || p.Code == module.CodeUnread {
				return // no page can show it: TestFileSizeLimit of lang/syntax and TestFilesThatCannotBeRead make one
			}
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
			} else if _, err := plan.Decode(good.Encoded); err != nil {
				t.Errorf("the plan of the good example is not sound: %v", err)
			}
			if p.Title == "" || p.Text == "" {
				t.Error("the page has no title or no text")
			}
		})
	}
}

var declared = regexp.MustCompile(`diag\.Code = "(COB\d{4})"`)

// TestEveryCodeHasAPage holds the constants of all rooms and the pages together.
func TestEveryCodeHasAPage(t *testing.T) {
	codes := map[string]bool{}
	for _, root := range []string{".", "../lang"} {
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := os.ReadFile(name)
			for _, m := range declared.FindAllSubmatch(text, -1) {
				codes[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	rules, err := compiler.Rules()
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]bool{}
	for _, r := range rules {
		pages[string(r.Code)] = true
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		if !pages[code] {
			t.Errorf("%s has no page in compiler/check/rules", code)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(pages)) {
		if !codes[code] {
			t.Errorf("the page of %s explains a code that nothing draws", code)
		}
	}
}
