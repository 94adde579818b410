package syntax_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// corpus is every good file, by name: together they hold every construct.
func corpus(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*.cob")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	out := map[string]string{}
	for _, path := range append(files, "testdata/orders.cob") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(path)] = string(text)
	}
	return out
}

func TestTheCorpusParses(t *testing.T) {
	for name, text := range corpus(t) {
		file, problems := syntax.Parse(source.New(name, text))
		checkTree(t, file)
		if len(problems) > 0 {
			t.Errorf("%s", diag.OneLines(problems))
		}
	}
}
