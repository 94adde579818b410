package compiler_test

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax/syntaxtest"
)

// backwards runs the last first.
func backwards(n int, do func(int)) {
	for i := n - 1; i >= 0; i-- {
		do(i)
	}
}

// TestTheOrderOfWorkDoesNotShow compiles with all ways to share the work: what comes
// out is the same, also where there are mistakes.
func TestTheOrderOfWorkDoesNotShow(t *testing.T) {
	text := syntaxtest.Generate(2000)
	texts := []string{text}
	syntaxtest.Mutants(text, rand.New(rand.NewPCG(1, 2)).IntN, 30, func(_, mutant string) { texts = append(texts, mutant) })
	failed := 0
	for _, text := range texts {
		compile := func(each func(int, func(int))) *compiler.Result {
			r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{Each: each})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		inTurn := compile(nil)
		if inTurn.Failed() {
			failed++
		}
		for _, each := range []func(int, func(int)){backwards, sideBySide} {
			r := compile(each)
			if got, want := diag.OneLines(r.Diagnostics), diag.OneLines(inTurn.Diagnostics); got != want {
				t.Errorf("got:\n%swant:\n%s", got, want)
			}
			if !bytes.Equal(r.Encoded, inTurn.Encoded) {
				t.Error("the plans differ")
			}
		}
	}
	if failed == 0 || failed == len(texts) {
		t.Errorf("%d of %d texts have mistakes: some should, and some should not", failed, len(texts))
	}
}
