package compiler_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// TestFixesAreSafe applies what is applied without asking: each fix of every bad
// example that is no draft, on its own. It leaves fewer diagnostics, brings none that was not
// there, and never breaks a text that parses.
func TestFixesAreSafe(t *testing.T) {
	pages, err := check.Pages()
	if err != nil {
		t.Fatal(err)
	}
	applied := 0
	for _, p := range pages {
		if p.Code != syntax.CodeFileSize { // too large for a page
			applied += safeFixes(t, string(p.Code), files(p.Bad))
		}
	}
	if applied < 20 {
		t.Errorf("only %d fixes of the bad examples are applied unasked", applied)
	}
}

// safeFixes applies the fixes of a package one by one and says how many there are.
func safeFixes(t *testing.T, what string, fsys fs.FS) int {
	t.Helper()
	before := diagnosed(t, fsys)
	n := 0
	for _, d := range before {
		if len(d.Fixes) == 0 || d.Draft {
			continue
		}
		n++
		repaired := fsys
		for _, r := range diag.Repairs([]diag.Diagnostic{d}, false) {
			repaired = over{repaired, r.File.Path, r.Text}
		}
		after := diagnosed(t, repaired)
		if fresh := news(after, before); len(fresh) > 0 || len(after) >= len(before) {
			t.Errorf("%s: the fix of %s\ngives\n%s", what, diag.OneLine(d), diag.OneLines(after))
		}
		if parses(before) && !parses(after) {
			t.Errorf("%s: the fix of %s does not parse", what, diag.OneLine(d))
		}
	}
	return n
}

func diagnosed(t *testing.T, fsys fs.FS) []diag.Diagnostic {
	t.Helper()
	r, err := compiler.Compile(fsys, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r.Diagnostics
}

func parses(ds []diag.Diagnostic) bool {
	for _, d := range ds {
		if strings.HasPrefix(string(d.Code), "COB10") {
			return false
		}
	}
	return true
}
