package contract

import (
	"slices"

	"github.com/cob-lang/cob/lang/expression"
)

// either are the constraints that a value keeps which keeps those of a or those of b,
// as far as both say something about the same place in it.
func either(a, b []expression.Refinement) []expression.Refinement {
	var out []expression.Refinement
	for _, x := range together(a) {
		for _, y := range together(b) {
			if !slices.Equal(x.Within, y.Within) {
				continue
			}
			if x.Text != y.Text {
				x.Test, x.Text = node2(expression.Or, boolType, x.Test, y.Test), x.Text+" || "+y.Text
			}
			out = append(out, x)
		}
	}
	return out
}

// together has one constraint for each place in a value.
func together(list []expression.Refinement) []expression.Refinement {
	var out []expression.Refinement
	for _, r := range list {
		i := slices.IndexFunc(out, func(x expression.Refinement) bool { return slices.Equal(x.Within, r.Within) })
		if i < 0 {
			out = append(out, r)
			continue
		}
		out[i].Test, out[i].Text = node2(expression.And, boolType, out[i].Test, r.Test), out[i].Text+" && "+r.Text
	}
	return out
}
