package plan

import (
	"maps"
	"slices"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// held compares what the words of a route hold of messages. That outlives a plan:
// what an older one put there a newer one takes out.
func (d *differ) held(a, b *Route) {
	where := "route " + b.Name
	for i := range b.Flow.Body {
		s := &b.Flow.Body[i]
		j := slices.IndexFunc(a.Flow.Body, func(o Step) bool { return o.ID == s.ID && o.Kind == s.Kind })
		if j < 0 || s.Stream == nil {
			continue
		}
		old := &a.Flow.Body[j]
		switch s.Kind {
		case Aggregate:
			if old.Stream != nil && !old.Stream.GroupType.Equal(s.Stream.GroupType) {
				d.add(Incompatible, where, s.At, "%s gathered %s and gathers %s: a group that is open holds both; give the step another name", s.ID, old.Stream.GroupType, s.Stream.GroupType)
			}
		case Resequence:
			d.waiting(where, s, variables(a.Flow.Body[j+1:]), variables(b.Flow.Body[i+1:]))
		}
	}
}

// waiting compares the variables that messages take along when they wait for their
// turn.
func (d *differ) waiting(where string, s *Step, older, newer map[string]types.Type) {
	for _, name := range slices.Sorted(maps.Keys(newer)) {
		switch had, ok := older[name]; {
		case !ok && newer[name].Kind != types.Optional:
			d.add(Incompatible, where, s.At, "what follows %s reads %s, and messages that wait there have none; give the step another name", s.ID, name)
		case ok && !present(had).Equal(present(newer[name])):
			d.add(Incompatible, where, s.At, "%s was %s and is %s in what follows %s, where messages wait that have the old one; give the step another name", name, had, newer[name], s.ID)
		}
	}
}

func present(t types.Type) types.Type {
	if t.Kind == types.Optional {
		return *t.Elem
	}
	return t
}

// variables are those that steps read and do not set, with their types.
func variables(steps []Step) map[string]types.Type {
	out, own := map[string]types.Type{}, map[string]bool{"now": true}
	Walk(steps, func(s *Step) {
		own[s.Var] = true
		for _, t := range s.Trees() {
			reads := expression.Reads(t)
			t.Walk(func(n *expression.Tree) bool {
				if n.Op == expression.Var && slices.Contains(reads, n.Name) {
					out[n.Name] = n.Type
				}
				return true
			})
		}
	})
	for name := range own {
		delete(out, name)
	}
	return out
}
