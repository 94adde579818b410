package contract_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/spec/golden"
)

// TestDiff compares the two files of every archive, whose name begins with their
// kind. A contract does not differ from itself.
func TestDiff(t *testing.T) {
	golden.Run(t, "testdata/diff", func(t *testing.T, a golden.Archive) []golden.File {
		_, base, _ := strings.Cut(a.Path, "diff/")
		kind, _, _ := strings.Cut(strings.TrimSuffix(base, ".txtar"), "_")
		read := func(f golden.File, as string) *contract.Contract {
			c, ds := contract.Read(contract.Kind(kind), fstest.MapFS{f.Name: {Data: []byte(f.Text)}}, f.Name, contract.Options{Qualify: as})
			if len(ds) > 0 {
				t.Error(diag.OneLines(ds))
			}
			return c
		}
		older, newer := read(a.Files[0], "a.x"), read(a.Files[1], "b.y")
		if none := contract.Diff(older, read(a.Files[0], "other.z")); len(none) > 0 {
			t.Errorf("a contract differs from itself: %v", none)
		}
		return []golden.File{{Name: "want", Text: lines(contract.Diff(older, newer))}, {Name: "back", Text: lines(contract.Diff(newer, older))}}
	})
}

func lines(changes []contract.Change) string {
	var b strings.Builder
	for _, c := range changes {
		b.WriteString(c.String() + "\n")
	}
	return b.String()
}
