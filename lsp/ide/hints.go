package ide

import (
	"slices"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// Hint is a text that an editor shows at a place where it is not written.
type Hint struct {
	Place // empty, in front of which the text stands
	Text  string
}

// Hints are the types of the variables that are declared in a range without one.
func (s *Snapshot) Hints(path string, start, end int) []Hint {
	n := s.names()
	var out []Hint
	for _, body := range n.bodies(path) {
		for x, v := range body.Variables {
			at := v.At
			if at.Path() == path && at.End() >= start && at.Start() <= end && inferred(x, v) {
				out = append(out, Hint{Place{path, at.End(), at.End()}, ": " + n.show(v.Type)})
			}
		}
	}
	slices.SortFunc(out, func(a, b Hint) int { return comparePlaces(a.Place, b.Place) })
	return out
}

func inferred(x syntax.Node, v *resolve.Variable) bool {
	if v.Type.Kind == types.Invalid {
		return false
	}
	switch x := x.(type) {
	case *syntax.LetStmt:
		return x.Type == nil
	case *syntax.ForStmt:
		return true
	}
	return false
}
