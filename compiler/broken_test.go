package compiler_test

import (
	"cmp"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
	"github.com/cob-lang/cob/spec/golden"
)

// TestBrokenTextsNeverPanic mutates programs: every line left out, every line
// twice, the text cut at every place, every word replaced by another word of the
// program. Whatever comes out compiles or has a diagnostic, and ends.
func TestBrokenTextsNeverPanic(t *testing.T) {
	contract, err := os.ReadFile("../examples/orders/contracts/catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	orders, err := os.ReadFile("../examples/orders/orders.cob")
	if err != nil {
		t.Fatal(err)
	}
	flow := golden.Read(t, "testdata/plans/flow.txtar").Get("a.cob")
	step := 1
	if testing.Short() {
		step = 7
	}
	for _, text := range []string{string(orders), flow} {
		for i, broken := range mutations(text) {
			if i%step == 0 {
				compileMutation(t, broken, contract)
			}
		}
	}
}

// TestMutantsOfExamplesNeverPanic changes single tokens of every example, in its
// package: what a pattern or a test refers to may be broken elsewhere.
func TestMutantsOfExamplesNeverPanic(t *testing.T) {
	n := 20
	if testing.Short() {
		n = 2
	}
	random := rand.New(rand.NewPCG(7, 11))
	for _, dir := range []string{"patient", "commerce", "benefit", "ward", "patterns/workflow"} {
		names, err := filepath.Glob("../examples/" + dir + "/*.cob")
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d files (%v)", dir, len(names), err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			syntaxtest.Mutants(string(text), random.IntN, n, func(what, mutant string) {
				defer func() {
					if r := recover(); r != nil {
						t.Errorf("%s, %s: panic: %v", name, what, r)
					}
				}()
				_, err := compiler.Compile(over{os.DirFS("../examples/" + dir), filepath.Base(name), mutant}, compiler.Options{})
				if err != nil {
					t.Errorf("%s, %s: %v", name, what, err)
				}
			})
		}
	}
}

// TestAPatternOverABrokenChannel keeps what a mutant has found: the checks of a pattern
// that has lost the type of what it reads, which is said where it was lost.
func TestAPatternOverABrokenChannel(t *testing.T) {
	text, err := os.ReadFile("../examples/patient/vitals.cob")
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(text), "dead_letter: ", "dead_letter ", 1)
	if broken == string(text) {
		t.Fatal("the example has no dead letter any more")
	}
	r, err := compiler.Compile(over{os.DirFS("../examples/patient"), "vitals.cob", broken}, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(r.Diagnostics, func(d diag.Diagnostic) bool { return d.Code == syntax.CodeUnexpected }) {
		t.Error(diag.OneLines(r.Diagnostics))
	}
}

// over is a directory with another text for one of its files.
type over struct {
	fs.FS
	name, text string
}

func (o over) Open(name string) (fs.File, error) {
	if name != o.name {
		return o.FS.Open(name)
	}
	return fstest.MapFS{name: {Data: []byte(o.text)}}.Open(name)
}

func compileMutation(t *testing.T, text string, contract []byte) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("panic: %v\nin the text\n%s", r, text)
		}
	}()
	r := compile(t, fstest.MapFS{"a.cob": {Data: []byte(text)}, "contracts/catalog.yaml": {Data: contract}}, compiler.Options{})
	errors := 0
	for _, d := range r.Diagnostics {
		if d.Severity == diag.Error {
			errors++
		}
	}
	if (errors > 0) != r.Failed() {
		t.Errorf("%d errors and failed is %v", errors, r.Failed())
	}
}

func mutations(text string) []string {
	var out []string
	lines := strings.SplitAfter(text, "\n")
	for i := range lines {
		before, after := strings.Join(lines[:i], ""), strings.Join(lines[i+1:], "")
		out = append(out, before+after, before+lines[i]+lines[i]+after)
	}
	for i := 0; i < len(text); i += 17 {
		out = append(out, text[:i])
	}
	words := strings.Fields(text)
	for i, w := range words {
		if i%2 == 0 {
			continue
		}
		other := words[(i*7+3)%len(words)]
		out = append(out, strings.Replace(text, w, other, 1), replaceNth(text, w, other, i%5), replaceNth(text, w, "", i%3))
	}
	return out
}

// replaceNth replaces the n-th occurrence, or the last where there are fewer.
func replaceNth(text, old, new string, n int) string {
	at := -1
	for from := 0; n >= 0; n-- {
		i := strings.Index(text[from:], old)
		if i < 0 {
			break
		}
		at = from + i
		from = at + len(old)
	}
	if at < 0 {
		return text
	}
	return text[:at] + new + text[at+len(old):]
}

// TestFixesRemoveTheirDiagnostic applies the fixes of every page's bad example.
func TestFixesRemoveTheirDiagnostic(t *testing.T) {
	pages, err := check.Pages()
	if err != nil {
		t.Fatal(err)
	}
	fixed := 0
	for _, p := range pages {
		if len(p.Bad) == 0 {
			continue // too large for a page, or no text at all
		}
		fsys := files(p.Bad)
		before := compile(t, fsys, compiler.Options{})
		for _, d := range before.Diagnostics {
			if len(d.Fixes) == 0 {
				continue
			}
			fixed++
			repaired := fstest.MapFS{}
			for name, f := range fsys {
				repaired[name] = &fstest.MapFile{Data: []byte(apply(string(f.Data), name, d.Fixes))}
			}
			after := compile(t, repaired, compiler.Options{})
			if slices.ContainsFunc(after.Diagnostics, func(x diag.Diagnostic) bool { return x.Code == d.Code && x.Message == d.Message }) {
				t.Errorf("%s: the fix of %q leaves it", p.Code, d.Message)
			}
			if len(after.Diagnostics) >= len(before.Diagnostics) {
				t.Errorf("%s: the fix of %q gives\n%s", p.Code, d.Message, diag.OneLines(after.Diagnostics))
			}
		}
	}
	if fixed < 6 {
		t.Errorf("only %d diagnostics of the pages have a fix", fixed)
	}
}

func apply(text, name string, edits []diag.Edit) string {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b diag.Edit) int { return cmp.Compare(b.Span.Start(), a.Span.Start()) })
	for _, e := range edits {
		if e.Span.Path() == name {
			text = text[:e.Span.Start()] + e.Text + text[e.Span.End():]
		}
	}
	return text
}
