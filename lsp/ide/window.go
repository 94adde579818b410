package ide

import (
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/syntax"
)

// inWindow says whether a place, by the nodes around it, is in what a window
// emits, where functions make one value of its messages.
func inWindow(nodes []syntax.Node) bool {
	window := false
	for _, n := range nodes {
		switch n.(type) {
		case *syntax.WindowDecl:
			window = true
		case *syntax.EmitClause:
			return window
		}
	}
	return false
}

// foldNamed is the function over the messages of a window that has a name.
func foldNamed(name string) (check.Fold, bool) {
	list := check.Folds()
	i := slices.IndexFunc(list, func(f check.Fold) bool { return f.Name == name })
	if i < 0 {
		return check.Fold{}, false
	}
	return list[i], true
}
