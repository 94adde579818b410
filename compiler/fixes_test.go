package compiler_test

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

// fixMutants is how many mutants of the examples have their fixes applied.
const fixMutants = 2000

// TestFixesAreSafe applies what is applied without asking: each fix that is no draft, of
// every bad example and of mutants of the examples. It leaves fewer diagnostics, brings none that was
// not there, and never breaks a text that parses.
func TestFixesAreSafe(t *testing.T) {
	pages, err := check.Pages()
	if err != nil {
		t.Fatal(err)
	}
	applied := 0
	for _, p := range pages {
		if p.Code == syntax.CodeFileSize {
			continue // too large for a page
		}
		applied += safeFixes(t, string(p.Code), files(p.Bad), ".")
	}
	if applied < 20 {
		t.Errorf("only %d fixes of the bad examples are applied unasked", applied)
	}
	n := fixMutants
	if testing.Short() {
		n /= 10
	}
	applied = 0
	fsys := os.DirFS("../examples")
	texts, tokens := exampleTexts(t, fsys)
	random := rand.New(rand.NewPCG(2000, 1))
	due := 0
	for _, name := range texts {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		due += n * tokensOf(string(text))
		syntaxtest.Mutants(string(text), random.IntN, due/tokens, func(what, broken string) {
			due -= tokens
			applied += safeFixes(t, name+", "+what, over{fsys, name, broken}, path.Dir(name))
		})
	}
	if applied < n/100 {
		t.Errorf("only %d fixes of %d mutants are applied unasked", applied, n)
	}
	t.Logf("%d fixes of %d mutants", applied, n)
}

// safeFixes applies the fixes of a package one by one and says how many there are.
func safeFixes(t *testing.T, what string, fsys fs.FS, dir string) int {
	t.Helper()
	before := diagnosed(t, fsys, dir)
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
		after := diagnosed(t, repaired, dir)
		if fresh := news(after, before); len(fresh) > 0 || len(after) >= len(before) {
			t.Errorf("%s: the fix of %s\ngives\n%s", what, diag.OneLine(d), diag.OneLines(after))
		}
		if parses(before) && !parses(after) {
			t.Errorf("%s: the fix of %s does not parse", what, diag.OneLine(d))
		}
	}
	return n
}

func diagnosed(t *testing.T, fsys fs.FS, dir string) []diag.Diagnostic {
	t.Helper()
	o := compiler.Options{Dir: dir}
	if dir != "." {
		o.Prefix = dir + "/"
	}
	r, err := compiler.Compile(fsys, o)
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
