package syntax_test

import (
	"testing"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/spec/golden"
)

func TestDiagnostics(t *testing.T) {
	golden.Run(t, "testdata/diagnostics", func(t *testing.T, a golden.Archive) []golden.File {
		_, problems := syntax.Parse(source.New("in.cob", a.Get("in.cob")))
		return []golden.File{{Name: "want", Text: diag.OneLines(problems)}}
	})
}
