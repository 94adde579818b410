package main

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

// fixedMutants is how many mutants of the examples are mended, spread over the files.
const fixedMutants = 2000

// TestFixDoesNothingButGood mends mutants of the examples, each with one token wrong: what
// is changed unasked has fewer diagnostics than before, none that neither the
// mutant nor the example has, and a text that parsed still parses.
func TestFixDoesNothingButGood(t *testing.T) {
	const root = "../../examples"
	names, err := filepath.Glob(root + "/*/*.cob")
	if err != nil || len(names) < 20 {
		t.Fatalf("%d examples (%v)", len(names), err)
	}
	n := fixedMutants
	if testing.Short() {
		n /= 10
	}
	random := rand.New(rand.NewPCG(2000, 1))
	mended := 0
	for _, name := range names {
		name = filepath.ToSlash(strings.TrimPrefix(filepath.ToSlash(name), root+"/"))
		o := compiler.Options{Dir: path.Dir(name), Prefix: path.Dir(name) + "/"}
		example := ownOf(t, os.DirFS(root), o)
		text, err := fs.ReadFile(os.DirFS(root), name)
		if err != nil {
			t.Fatal(err)
		}
		syntaxtest.Mutants(string(text), random.IntN, n/len(names)+1, func(what, broken string) {
			fsys := replacing{os.DirFS(root), name, broken}
			m, err := mendIn(fsys, o, false)
			if err != nil {
				t.Fatal(err)
			}
			if len(m.fixed) == 0 {
				return
			}
			mended++
			before := ownOf(t, fsys, o)
			added := beside(m.left, slices.Concat(before, example))
			if len(added) > 0 || len(beside(m.left, example)) >= len(beside(before, example)) {
				t.Errorf("%s, %s: mending\n%sgives\n%s", name, what, diag.OneLines(before), diag.OneLines(m.left))
			}
			whole, _ := syntax.Parse(source.New(name, broken))
			for _, after := range m.texts {
				if tree, _ := syntax.Parse(source.New(name, after)); tree.Broken && !whole.Broken {
					t.Errorf("%s, %s: what is mended does not parse", name, what)
				}
			}
		})
	}
	if mended < n/50 {
		t.Errorf("only %d of %d mutants were mended", mended, n)
	}
	t.Logf("%d of %d mutants were mended", mended, n)
}

func ownOf(t *testing.T, fsys fs.FS, o compiler.Options) []diag.Diagnostic {
	t.Helper()
	ds, err := mended{}.check(fsys, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// beside are the diagnostics that are not among the others.
func beside(ds, others []diag.Diagnostic) []diag.Diagnostic {
	known := map[string]int{}
	for _, d := range others {
		known[string(d.Code)+d.Message]++
	}
	return only(ds, func(d diag.Diagnostic) bool {
		key := string(d.Code) + d.Message
		known[key]--
		return known[key] < 0
	})
}

// replacing is a file system with another text for one of its files.
type replacing struct {
	fs.FS
	name, text string
}

func (r replacing) ReadFile(name string) ([]byte, error) {
	if name == r.name {
		return []byte(r.text), nil
	}
	return fs.ReadFile(r.FS, name)
}
