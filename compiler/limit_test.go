package compiler_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
)

// TestHowManyMayStandTogether: as many as the limit says are right, and one more is one
// diagnostic.
func TestHowManyMayStandTogether(t *testing.T) {
	n := check.MaxMembers
	for name, text := range map[string]func(n int) string{
		"fields": func(n int) string {
			return "type T {\n" + repeated(n, "  f#: int\n") + "}\nprocess P(a: T) -> T { return a }\n"
		},
		"parameters": func(n int) string {
			return "process P(a: int" + repeated(n-1, ", b#: int") + ") -> int { return a }\n"
		},
		"fields of a value": func(n int) string {
			return "process P(a: int) -> int {\n  let r = {" + repeated(n, "f#: a, ") + "}\n  return r.f0\n}\n"
		},
		"places": func(n int) string {
			return repeated(n, "cloud c# { }\n") + "endpoint e: http {\n  operation get(a: int) -> int { get \"/x/${a}\" }\n" + repeated(n, "  on c# { url: env.URL# }\n") + "}\n"
		},
		"receives": func(n int) string {
			return "cloud c { }\nendpoint e: http {\n" + repeated(n, "  receive r#: json { path: \"/#\" }\n") + "  on c { url: env.URL }\n}\n"
		},
		"arms": func(n int) string {
			return "process P(a: int) -> int {\n  match a {\n" + repeated(n-1, "    # => return #,\n") + "    else => return 0,\n  }\n}\n"
		},
		"conditions": func(n int) string {
			return "process P(a: int) -> int {\n  match {\n" + repeated(n-1, "    a == # => return #,\n") + "    else => return 0,\n  }\n}\n"
		},
	} {
		for over, want := range []string{"", fmt.Sprintf("at most %d ", n)} {
			got := errorsIn(t, text(n+over))
			if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || !strings.Contains(got[0].Message, want)) {
				t.Errorf("%s, %d beyond the limit: %.1000s", name, over, diag.OneLines(got))
			}
		}
	}
}

// TestATypeLeadsNotTooFar: a chain of types that stand for each other ends after so many, and
// one that doubles at every step does not grow without end.
func TestATypeLeadsNotTooFar(t *testing.T) {
	chain := func(n int, format string) string {
		text := ""
		for i := range n {
			text += fmt.Sprintf("type T%d = %s\n", i, strings.ReplaceAll(format, "#", fmt.Sprintf("T%d", i+1)))
		}
		return text + fmt.Sprintf("type T%d { x: int }\nprocess P(a: T0) -> T0 { return a }\n", n)
	}
	for name, c := range map[string]struct {
		n      int
		format string
		want   string
	}{
		"at the limit":   {20, "#", ""},
		"beyond it":      {21, "#", "T0 leads through more than 20 types"},
		"far beyond it":  {5_000, "[#]", "leads through more than 20 types"},
		"small doubling": {10, "{ a: #, b: # }", ""},
		"large doubling": {19, "{ a: #, b: # }", "stands for more than 10000 types in each other"},
	} {
		got := errorsIn(t, chain(c.n, c.format))
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0].Message, c.want)) {
			t.Errorf("%s: %.1000s", name, diag.OneLines(got))
		}
	}
}

// TestCirclesOfTypes: each circle is one diagnostic, at its first name, however long the ways
// into it are.
func TestCirclesOfTypes(t *testing.T) {
	text := "process P(a: W0) -> W0 { return a }\n"
	for i := range 5_000 {
		text += fmt.Sprintf("type W%d { x: W%d }\n", i, i+1)
	}
	text += "type W5000 { x: B }\ntype C { x: A }\ntype B { x: C }\ntype A { x: B }\ntype D { x: D }\ntype E { x: [E], y: D? }\nunion F { some: F, none: { } }\nunion G { one: G, two: A }\nprocess Q(d: D, e: E, f: F, g: G) -> D { return d }\n"
	var got []string
	for _, d := range errorsIn(t, text) {
		got = append(got, d.Primary.Text())
	}
	if want := "A D G"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// errorsIn gives the errors about a package of one file.
func errorsIn(t *testing.T, text string) (errors []diag.Diagnostic) {
	t.Helper()
	r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte("package p\n\n" + text)}}, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Diagnostics {
		if d.Severity == diag.Error {
			errors = append(errors, d)
		}
	}
	return errors
}
