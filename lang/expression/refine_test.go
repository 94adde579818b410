package expression

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/types"
)

func refinements() []Refinement {
	return []Refinement{
		{Type: "t.Line", Field: "qty", Test: node(Gt, boolT, name("qty", intT), num("0")), Text: "qty > 0"},
		{Type: "t.Order", Field: "lines", Test: node(In, boolT, invoke("len", intT, name("lines", intsT)), node(Range, intsT, num("1"), num("2"))), Text: "len(lines) in 1..2"},
	}
}

func line(qty int64) map[string]types.Value {
	return map[string]types.Value{"sku": "p", "qty": qty, "extra": nil}
}

func TestCheckerNamesThePlaces(t *testing.T) {
	c, err := NewChecker(universe, refinements())
	if err != nil {
		t.Fatal(err)
	}
	order := func(lines ...types.Value) types.Value {
		return map[string]types.Value{"id": "o", "lines": append([]types.Value{}, lines...), "total": amount("1 EUR")}
	}
	tree := map[string]types.Value{"line": line(0), "below": map[string]types.Value{"a": map[string]types.Value{
		"below": map[string]types.Value{}, "line": line(-1)}}}
	for _, x := range []struct {
		name string
		v    types.Value
		t    types.Type
		want string
	}{
		{"all hold", order(line(1)), types.Ref("t.Order"), ""},
		{"below a list", order(line(1), line(0)), types.Ref("t.Order"), "order-lines[1].qty: must satisfy qty > 0"},
		{"the list itself", order(), types.Ref("t.Order"), "order-lines: must satisfy len(lines) in 1..2"},
		{"both", order(line(1), line(1), line(0)), types.Ref("t.Order"), "order-lines: must satisfy len(lines) in 1..2; order-lines[2].qty: must satisfy qty > 0"},
		{"in a list", []types.Value{line(0)}, types.ListOf(types.Ref("t.Line")), "[0].qty: must satisfy qty > 0"},
		{"in a record without a name", map[string]types.Value{"l": line(0)}, types.RecordOf(types.Field{Name: "l", Type: types.Ref("t.Line")}), "l.qty: must satisfy qty > 0"},
		{"in a type that holds itself", tree, types.Ref("t.Tree"), "line.qty: must satisfy qty > 0; below.a.line.qty: must satisfy qty > 0"},
		{"absent", nil, types.OptionalOf(types.Ref("t.Order")), ""},
		{"a type without any", map[string]types.Value{"a": int64(0)}, types.Ref("t.Plain"), ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := c.Check(x.v, x.t).Error(); got != x.want {
				t.Errorf("got %q, want %q", got, x.want)
			}
		})
	}
	if c.touched(types.Ref("t.Plain")) || !c.touched(types.Ref("t.Tree")) || c.touched(types.Ref("t.Nobody")) {
		t.Error("the types that contain refinements are wrong")
	}
}

func TestCheckerStopsAtMaxProblems(t *testing.T) {
	c, err := NewChecker(universe, refinements())
	if err != nil {
		t.Fatal(err)
	}
	many := make([]types.Value, types.MaxProblems)
	for i := range many {
		many[i] = line(0)
	}
	of := types.ListOf(types.Ref("t.Line"))
	if got := c.Check(many, of); len(got) != types.MaxProblems {
		t.Errorf("%d bad lines give %d problems", len(many), len(got))
	}
	if got := c.Check(append(many, line(0)), of); len(got) != types.MaxProblems {
		t.Errorf("%d bad lines give %d problems", len(many)+1, len(got))
	}
}

func TestRefinementsWithoutAnAnswerDoNotHold(t *testing.T) {
	c, err := NewChecker(universe, []Refinement{{Type: "t.Plain", Field: "a", Test: node(Gt, boolT, node(Div, intT, num("1"), name("a", intT)), num("0")), Text: "1 / a > 0"}})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Check(map[string]types.Value{"a": int64(0)}, types.Ref("t.Plain")).Error()
	if got != "a: must satisfy 1 / a > 0, which has no answer here: division by zero" {
		t.Error(got)
	}
	if _, err := NewChecker(universe, []Refinement{{Type: "t.Plain", Field: "a", Test: node("xor", boolT)}}); err == nil || !strings.Contains(err.Error(), "the refinement of t.Plain.a: ") {
		t.Errorf("a bad test: %v", err)
	}
}

func TestRefinementsReachIntoLists(t *testing.T) {
	positive := func(v string) Tree { return node(Gt, boolT, name(v, intT), num("0")) }
	c, err := NewChecker(universe, []Refinement{
		{Type: "t.Plain", Field: "a", Within: []string{EachItem, EachValue, ".n"}, Test: positive("value"), Text: "value > 0"},
		{Type: "t.Start", Field: "n", Test: positive("n"), Text: "n > 0"},
		{Type: "t.queue", Within: []string{EachItem}, Test: positive("value"), Text: "value > 0"},
		{Type: "t.Line", Field: "extra", Test: node(Ne, boolT, name("extra", jsonT), null()), Text: "extra != null"},
	})
	if err != nil {
		t.Fatal(err)
	}
	n := func(v types.Value) types.Value { return map[string]types.Value{"n": v} }
	for _, x := range []struct {
		name string
		got  types.Problems
		want string
	}{
		{"deep", c.Check(map[string]types.Value{"a": values_(map[string]types.Value{"k": n(int64(1)), "l": n(int64(0)), "m": n(nil)})}, types.Ref("t.Plain")),
			"a[0].l.n: must satisfy value > 0"},
		{"parameters", c.CheckAs("t.Start", n(int64(0)), types.RecordOf(types.Field{Name: "n", Type: intT})), "n: must satisfy n > 0"},
		{"parameters that fit", c.CheckAs("t.Start", n(int64(1)), types.RecordOf(types.Field{Name: "n", Type: intT})), ""},
		{"messages", c.CheckAs("t.queue", ints(1, 0), intsT), "[1]: must satisfy value > 0"},
		{"null that is a value", c.Check(map[string]types.Value{"sku": "p", "qty": int64(1), "extra": nil}, lineT), "extra: must satisfy extra != null"},
	} {
		if got := x.got.Error(); got != x.want {
			t.Errorf("%s: got %q, want %q", x.name, got, x.want)
		}
	}
}
