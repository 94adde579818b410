package expression

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/types"
)

func refinements() []Refinement {
	return []Refinement{
		{"t.Line", "qty", node(Gt, boolT, name("qty", intT), num("0")), "qty > 0"},
		{"t.Order", "lines", node(In, boolT, invoke("len", intT, name("lines", intsT)), node(Range, intsT, num("1"), num("2"))), "len(lines) in 1..2"},
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
	c, err := NewChecker(universe, []Refinement{{"t.Plain", "a", node(Gt, boolT, node(Div, intT, num("1"), name("a", intT)), num("0")), "1 / a > 0"}})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Check(map[string]types.Value{"a": int64(0)}, types.Ref("t.Plain")).Error()
	if got != "a: must satisfy 1 / a > 0, which has no answer here: division by zero" {
		t.Error(got)
	}
	if _, err := NewChecker(universe, []Refinement{{"t.Plain", "a", node("xor", boolT), ""}}); err == nil || !strings.Contains(err.Error(), "the refinement of t.Plain.a: ") {
		t.Errorf("a bad test: %v", err)
	}
}
