package format_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
	"github.com/cob-lang/cob/spec/golden"
)

func TestSmallProgramIsAFixedPoint(t *testing.T) {
	text, err := os.ReadFile("../syntax/testdata/orders.cob")
	if err != nil {
		t.Fatal(err)
	}
	if diff := golden.Diff(string(text), format.Source(string(text))); diff != "" {
		t.Error(diff)
	}
}

// corpus is files that together hold every construct.
func corpus(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../syntax/testdata/corpus/*.cob")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	var out []string
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	return out
}

func TestTheCorpusIsAFixedPoint(t *testing.T) {
	for _, text := range corpus(t) {
		if diff := golden.Diff(text, format.Source(text)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestMutantsOfTheCorpusFormat(t *testing.T) {
	for i, text := range corpus(t) {
		syntaxtest.Mutants(text, rand.New(rand.NewPCG(uint64(i), 0)).IntN, 500, func(what, mutant string) { checkFormat(t, mutant) })
	}
}

func TestGeneratedPackageIsAFixedPoint(t *testing.T) {
	text := syntaxtest.Generate(300)
	if diff := golden.Diff(text, format.Source(text)); diff != "" {
		t.Error(diff)
	}
}

// Some words begin a statement and are functions in an expression.
func TestFunctionsThatAreKeywords(t *testing.T) {
	for _, text := range []string{"let a = xs.filter(x => x > 1)\n", "let a = filter(xs, .ok)\n", "let a = s.split(\",\")\n",
		"let a = xs.map(.name).join(\", \")\n", "filter (a || b) && c\n", "let a = x.by[0]\n"} {
		if got := format.Source(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
