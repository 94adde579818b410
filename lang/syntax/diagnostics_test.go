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

func TestOneDiagnosticPerMistake(t *testing.T) {
	a := golden.Read(t, "testdata/diagnostics/fourteen.txtar")
	_, problems := syntax.Parse(source.New("in.cob", a.Get("in.cob")))
	if len(problems) != 14 {
		t.Errorf("14 mistakes gave %d diagnostics", len(problems))
	}
}

func TestWhatIsForeignHasAWayOut(t *testing.T) {
	a := golden.Read(t, "testdata/diagnostics/foreign.txtar")
	_, problems := syntax.Parse(source.New("in.cob", a.Get("in.cob")))
	for _, p := range problems {
		if p.Help == "" && len(p.Fixes) == 0 {
			t.Errorf("%s has no way out", diag.OneLines([]diag.Diagnostic{p}))
		}
	}
}
