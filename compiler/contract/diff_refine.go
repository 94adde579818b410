package contract

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// rules are the conditions of one place: their text, and what they ask one by one.
type rules struct {
	text  string
	tests []expression.Tree
}

// rulesOf are the refinements of a list, by the type and its field, or the parameter, and
// then by the way that leads from there to the values.
func rulesOf(list []expression.Refinement) map[[2]string]map[string]rules {
	out := map[[2]string]map[string]rules{}
	for _, r := range list {
		of, way := [2]string{short(r.Type), r.Field}, strings.Join(r.Within, "")
		if out[of] == nil {
			out[of] = map[string]rules{}
		}
		x := out[of][way]
		if x.text != "" {
			x.text += " && "
		}
		x.text, x.tests = x.text+r.Text, append(x.tests, conjuncts(&r.Test)...)
		out[of][way] = x
	}
	return out
}

// conjuncts are what a condition asks one by one. That an absent value satisfies it goes
// without saying.
func conjuncts(t *expression.Tree) []expression.Tree {
	switch t.Op {
	case expression.And:
		return append(conjuncts(&t.Args[0]), conjuncts(&t.Args[1])...)
	case expression.In:
		if r := &t.Args[1]; r.Op == expression.Range {
			return []expression.Tree{node2(expression.Ge, boolType, t.Args[0], r.Args[0]), node2(expression.Le, boolType, t.Args[0], r.Args[1])}
		}
	case expression.Or:
		if a := &t.Args[0]; a.Op == expression.Eq && a.Args[1].Type.Kind == types.Null {
			return conjuncts(&t.Args[1])
		}
	}
	return []expression.Tree{*t}
}

// ruled compares the refinements of one field, parameter or result, which what names.
func (d *differ) ruled(subject, what string, a, b map[string]rules, on way) {
	for _, within := range union(a, b) {
		d.refined(subject, deep(what, within), a[within], b[within], on)
	}
}

// deep names what the way of a refinement leads to.
func deep(what, within string) string {
	switch {
	case within == "":
		return what
	case strings.HasSuffix(within, "[]"):
		return "an item of " + deep(what, strings.TrimSuffix(within, "[]"))
	case strings.HasSuffix(within, "{}"):
		return "a value of " + deep(what, strings.TrimSuffix(within, "{}"))
	}
	return what + within
}

// refined compares conditions: a new or a narrower one restricts what may be sent, one
// that is gone or wider lets through what never came before.
func (d *differ) refined(subject, what string, a, b rules, on way) {
	narrower, wider := follows(b.tests, a.tests), follows(a.tests, b.tests)
	switch {
	case a.text == b.text, narrower && wider:
	case a.text == "":
		d.when(sent, on, subject, "%s has to satisfy %s now", what, b.text)
	case b.text == "":
		d.when(received, on, subject, "%s need not satisfy %s any more", what, a.text)
	case narrower:
		d.when(sent, on, subject, "%s had to satisfy %s and has to satisfy %s, which is narrower", what, a.text, b.text)
	case wider:
		d.when(received, on, subject, "%s had to satisfy %s and has to satisfy %s, which is wider", what, a.text, b.text)
	default:
		d.breaks(subject, "%s had to satisfy %s and has to satisfy %s", what, a.text, b.text)
	}
}

// follows says whether the second conditions certainly hold where the first ones do.
func follows(from, to []expression.Tree) bool {
	return !slices.ContainsFunc(to, func(t expression.Tree) bool {
		return !slices.ContainsFunc(from, func(f expression.Tree) bool { return implies(&f, &t) })
	})
}

// implies compares two single conditions: the same one, or two bounds of the same value.
func implies(a, b *expression.Tree) bool {
	if written(a) == written(b) {
		return true
	}
	x, okX := numberOf(a)
	y, okY := numberOf(b)
	if !okX || !okY || written(&a.Args[0]) != written(&b.Args[0]) {
		return false
	}
	order := x.Cmp(y)
	switch b.Op {
	case expression.Ge:
		return (a.Op == expression.Ge || a.Op == expression.Gt || a.Op == expression.Eq) && order >= 0
	case expression.Gt:
		return a.Op == expression.Gt && order >= 0 || (a.Op == expression.Ge || a.Op == expression.Eq) && order > 0
	case expression.Le:
		return (a.Op == expression.Le || a.Op == expression.Lt || a.Op == expression.Eq) && order <= 0
	case expression.Lt:
		return a.Op == expression.Lt && order <= 0 || (a.Op == expression.Le || a.Op == expression.Eq) && order < 0
	}
	return false
}

// numberOf is the number that a condition compares something with.
func numberOf(t *expression.Tree) (types.Exact, bool) {
	if len(t.Args) != 2 || t.Args[1].Op != expression.Literal {
		return types.Exact{}, false
	}
	switch t.Args[1].Type.Kind {
	case types.Int, types.Decimal, types.Float:
		n, err := types.ParseExact(t.Args[1].Text)
		return n, err == nil
	}
	return types.Exact{}, false
}

// written is a condition as a text, without the types, which differ where a field may be
// absent.
func written(t *expression.Tree) string {
	out := string(t.Op) + " " + t.Name + " " + t.Text + "("
	for i := range t.Args {
		out += written(&t.Args[i]) + ","
	}
	return out + ")"
}
