package lower

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
)

// correlate finds in `where` the equation by which an event finds its instance:
// a field of the event on one side, something the instance knows on the other.
// An equation with the key of the process is the best, because the key says
// which shard has the instance. What else the condition says stays in Where.
func (f *flow) correlate(arm *plan.OnArm, where *expression.Tree) {
	parts := conjuncts(where, nil)
	best := -1
	for i, p := range parts {
		path, equals := equation(p, arm.Var)
		if path == nil {
			continue
		}
		byKey := f.key != nil && same(equals, f.key)
		if best < 0 || byKey && !arm.ByKey {
			best = i
			arm.Path, arm.Equals, arm.ByKey = path, equals, byKey
		}
	}
	if best >= 0 {
		parts = slices.Delete(parts, best, best+1)
	}
	for _, p := range parts {
		if arm.Where == nil {
			arm.Where = p
		} else {
			arm.Where = &expression.Tree{Op: expression.And, Type: p.Type, Args: []expression.Tree{*arm.Where, *p}}
		}
	}
}

func conjuncts(t *expression.Tree, to []*expression.Tree) []*expression.Tree {
	if t.Op == expression.And {
		return conjuncts(&t.Args[1], conjuncts(&t.Args[0], to))
	}
	return append(to, t)
}

// equation reads `event.a.b == value`, from either side; path is nil where t is
// none. Sides of different types are none: an index compares what is alike.
func equation(t *expression.Tree, event string) (path []string, equals *expression.Tree) {
	if t.Op != expression.Eq || event == "" || !t.Args[0].Type.Equal(t.Args[1].Type) {
		return nil, nil
	}
	for i := range t.Args {
		other := &t.Args[1-i]
		if path := fieldsOf(&t.Args[i], event); path != nil && !readsVar(other, event) {
			return path, other
		}
	}
	return nil, nil
}

// fieldsOf is the path of a chain of fields that begins at the variable.
func fieldsOf(t *expression.Tree, v string) []string {
	if t.Op != expression.Field {
		return nil
	}
	if x := &t.Args[0]; x.Op == expression.Var && x.Name == v {
		return []string{t.Name}
	}
	if path := fieldsOf(&t.Args[0], v); path != nil {
		return append(path, t.Name)
	}
	return nil
}

func readsVar(t *expression.Tree, v string) bool {
	return slices.Contains(expression.Reads(t), v)
}

// reads are the variables that a block reads and does not declare itself, sorted.
// One that it sets may be read before that.
func (f *flow) reads(b *plan.Block, text *syntax.Block) []string {
	read, own := map[string]bool{}, map[string]bool{}
	syntax.Inspect(text, func(n syntax.Node) bool {
		if v := f.Variables[n]; v != nil {
			own[v.Plan] = true
		}
		return true
	})
	plan.Walk(b.Steps, func(s *plan.Step) {
		for _, t := range s.Trees() {
			for _, v := range expression.Reads(t) {
				read[v] = true
			}
		}
	})
	var out []string
	for v := range read {
		if !own[v] && v != "now" {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}
