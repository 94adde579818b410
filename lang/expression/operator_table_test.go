package expression

import (
	"errors"
	"slices"
	"testing"

	"github.com/cob-lang/cob/lang/types"
)

// TestOperatorFailuresAreDeclared applies every operator to values of all types
// that it takes, at their limits: what it fails with stands in its row, and what
// stands there happens.
func TestOperatorFailuresAreDeclared(t *testing.T) {
	for _, row := range Operators() {
		seen := map[Code]bool{}
		for _, left := range probes {
			for _, right := range probes {
				o, ok := Operator(universe, row.Op, left.of, right.of)
				if !ok {
					continue
				}
				program, err := Compile(node(row.Op, o.Result, widened("a", left.of, o.Left), widened("b", right.of, o.Right)), universe)
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range left.values {
					for _, b := range right.values {
						var failure *Failure
						if _, err := program.Eval(map[string]types.Value{"a": a, "b": b}); errors.As(err, &failure) {
							seen[failure.Code] = true
						}
					}
				}
			}
		}
		for code := range seen {
			if !slices.Contains(row.Fails, code) {
				t.Errorf("%s fails with %s, which its row does not say", row.Sign, code)
			}
		}
		for _, code := range row.Fails {
			if !seen[code] {
				t.Errorf("%s never fails with %s, which its row says", row.Sign, code)
			}
		}
	}
}

func widened(variable string, is, want types.Type) Tree {
	v := name(variable, is)
	if is.Equal(want) {
		return v
	}
	return node(Widen, want, v)
}
