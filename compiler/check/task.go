package check

import (
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// Asked is what a task says beside its form and its role; see plan.TaskStep.
type Asked struct {
	Labels        [][]string // of each argument
	Users, Groups *expression.Tree
	Priority      int
}

// shows notes the labels of the next argument beside those that its type says.
func (a *Asked) shows(f *flow, t *typed) {
	labels := f.labels.list(f.labels.closed(t.labels))
	if labels == nil {
		labels = []string{} // canonical plans have no null
	}
	a.Labels = append(a.Labels, labels)
}

func (a *Asked) settings(f *flow, s *resolve.Scope, b block) {
	people := func(setting string) *expression.Tree {
		v, ok := b.first(setting)
		if !ok {
			return nil
		}
		t := f.value(s, v.expr, types.ListOf(types.Of(types.String)))
		if t.invalid() {
			return nil
		}
		return &t.Tree
	}
	a.Users, a.Groups = people("users"), people("groups")
	if v, ok := b.first("priority"); ok {
		a.Priority = int(v.int)
	}
}
