package compiler_test

import (
	"cmp"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strconv"
	"testing"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

// mutantsEnv is how many mutants are tried, when the environment says so, and
// mutantsUnasked otherwise; with worstEnv the ones with most diagnostics are printed.
const (
	mutantsEnv     = "COB_MUTANTS"
	worstEnv       = "COB_WORST"
	mutantsUnasked = 4000
)

// mutant is one broken variant of an example and what the compiler says of it.
type mutant struct {
	file, what, text string
	found            []diag.Diagnostic
	lost             int // declarations that are no longer seen
}

// TestMutantsOfExamples measures what one mistake costs: of random single-token
// mutations over all examples at least 80 % give two diagnostics or fewer, and none
// hides more than one declaration.
func TestMutantsOfExamples(t *testing.T) {
	const most, share = 2, 80
	n := mutantsUnasked
	if asked, err := strconv.Atoi(os.Getenv(mutantsEnv)); err == nil {
		n = asked
	} else if testing.Short() {
		n /= 5
	}
	var all []mutant
	few := 0
	eachMutant(t, n, func(m mutant) {
		all = append(all, m)
		if len(m.found) <= most {
			few++
		}
		if m.lost > 1 {
			t.Errorf("%s: %s loses %d declarations", m.file, m.what, m.lost)
		}
	})
	t.Logf("%d of %d mutants (%.2f %%) give %d diagnostics or fewer", few, len(all), float64(few)*100/float64(len(all)), most)
	if few*100 < len(all)*share {
		t.Errorf("%d of %d mutants give %d diagnostics or fewer, and %d %% should", few, len(all), most, share)
	}
	if worst, err := strconv.Atoi(os.Getenv(worstEnv)); err == nil {
		slices.SortStableFunc(all, func(a, b mutant) int { return cmp.Compare(len(b.found), len(a.found)) })
		for _, m := range all[:min(worst, len(all))] {
			t.Logf("%d: %s: %s\n%s", len(m.found), m.file, m.what, diag.OneLines(m.found))
		}
	}
}

// eachMutant compiles n mutants of the examples, each file with as many as it has
// tokens for, in the package it belongs to.
func eachMutant(t *testing.T, n int, f func(m mutant)) {
	t.Helper()
	fsys := os.DirFS("../examples")
	texts, tokens := exampleTexts(t, fsys)
	random := rand.New(rand.NewPCG(4000, 80))
	due := 0
	for _, name := range texts {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		w, err := compiler.NewWorkspace(fsys, compiler.Options{Dir: path.Dir(name)})
		if err != nil {
			t.Fatal(err)
		}
		before, err := w.Check()
		if err != nil {
			t.Fatal(err)
		}
		whole, _ := syntax.Parse(source.New(name, string(text)))
		due += n * tokensOf(string(text))
		syntaxtest.Mutants(string(text), random.IntN, due/tokens, func(what, broken string) {
			due -= tokens
			w.Edit(name, broken)
			c, err := w.Check()
			if err != nil {
				t.Fatalf("%s, %s: %v", name, what, err)
			}
			tree, _ := syntax.Parse(source.New(name, broken))
			f(mutant{name, what, broken, news(c.Diagnostics, before.Diagnostics), syntaxtest.Lost(whole, tree)})
		})
	}
}

// news are the diagnostics that were not there before, wherever they stood then.
func news(now, before []diag.Diagnostic) []diag.Diagnostic {
	old := map[string]int{}
	for _, d := range before {
		old[string(d.Code)+d.Message]++
	}
	var out []diag.Diagnostic
	for _, d := range now {
		if key := string(d.Code) + d.Message; old[key] > 0 {
			old[key]--
			continue
		}
		out = append(out, d)
	}
	return out
}

// exampleTexts are the paths of all examples, and how many tokens they have.
func exampleTexts(t *testing.T, fsys fs.FS) ([]string, int) {
	t.Helper()
	var out []string
	tokens := 0
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".cob" {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		out, tokens = append(out, name), tokens+tokensOf(string(text))
		return err
	})
	if err != nil || len(out) < 20 {
		t.Fatalf("%d examples (%v)", len(out), err)
	}
	return out, tokens
}

func tokensOf(text string) int {
	cut, _ := syntax.Lex(source.New("", text))
	return len(cut.Tokens)
}
