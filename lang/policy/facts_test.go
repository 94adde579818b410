package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// Facts of every type that CEL has are read; a named record and an enum too.
func TestFactsOfEveryType(t *testing.T) {
	u := types.NewUniverse([]types.Definition{
		{Name: "t.Caller", Kind: types.RecordDefinition, Fields: []types.Field{{Name: "tier", Type: types.Ref("t.Tier")}, {Name: "boss", Type: types.OptionalOf(types.Ref("t.Caller"))}}},
		{Name: "t.Tier", Kind: types.EnumDefinition, Values: []string{"gold", "free"}},
	})
	timeT, durationT, jsonT := types.Of(types.Timestamp), types.Of(types.Duration), types.Of(types.JSON)
	callerT, tierT := types.Ref("t.Caller"), types.Ref("t.Tier")
	fields := []types.Field{{Name: "now", Type: timeT}, {Name: "age", Type: durationT}, {Name: "yes", Type: boolT}, {Name: "load", Type: floatT},
		{Name: "limits", Type: types.MapOf(intT)}, {Name: "caller", Type: callerT}, {Name: "any", Type: jsonT}, {Name: "maybe", Type: types.OptionalOf(intT)}}
	facts := Facts{"now": time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC), "age": time.Hour, "yes": true, "load": 0.5, "limits": map[string]types.Value{"a": int64(3)},
		"caller": map[string]types.Value{"tier": "gold"}, "any": map[string]types.Value{"x": "y"}, "maybe": nil}
	lit := func(text string, ty types.Type) tree { return tree{Op: expression.Literal, Type: ty, Text: text} }
	get := func(base tree, field string, ty types.Type, op expression.Op) tree {
		n := node(op, ty, base)
		n.Name = field
		return n
	}
	caller := name("caller", callerT)
	boss := get(caller, "boss", types.OptionalOf(callerT), expression.Field)
	bossTier := get(boss, "tier", types.OptionalOf(tierT), expression.OptField)
	null := lit("", types.Of(types.Null))
	later := node(expression.Add, timeT, name("now", timeT), name("age", durationT))
	for _, c := range []struct {
		name string
		when tree
	}{
		{"timestamp", eq(later, lit("2026-11-21T11:00:00Z", timeT))},
		{"timestamps apart", eq(node(expression.Sub, durationT, later, name("now", timeT)), lit("PT1H", durationT))},
		{"bool", name("yes", boolT)},
		{"float", node(expression.Ge, boolT, name("load", floatT), lit("0.5", floatT))},
		{"map", eq(node(expression.Index, intT, name("limits", types.MapOf(intT)), lit("a", stringT)), num(3))},
		{"enum of a named record", eq(get(caller, "tier", tierT, expression.Field), lit("gold", tierT))},
		{"absent record", eq(boss, null)},
		{"field of an absent record", eq(bossTier, null)},
		{"field of an absent record with ??", eq(node(expression.Coalesce, tierT, bossTier, lit("free", tierT)), lit("free", tierT))},
		{"json", eq(get(name("any", jsonT), "x", jsonT, expression.Field), lit("y", stringT))},
		{"json that is missing", eq(get(name("any", jsonT), "z", jsonT, expression.Field), null)},
		{"an optional", eq(name("maybe", types.OptionalOf(intT)), null)},
		{"negation", eq(node(expression.Neg, intT, num(3)), num(-3))},
		{"list of lists", in(lit("a", stringT), node(expression.Add, textsT, texts("a"), texts("b")))},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Compile([]Rule{deny("held", c.when)}, u, fields)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Decide("call", facts); got != (Decision{false, 0, "held"}) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestErrorsSayPlaceAndWayOut(t *testing.T) {
	for want, err := range map[string]error{
		"3:7: round cannot be used in the condition of a policy":                                                                         &UnsupportedError{0, "round", "3:7"},
		"a.cob:1:1: rule 2 costs up to 20000; at most 10000 (each item looked at costs 1, and lists of facts count as 100 items)":        &CostError{1, "a.cob:1:1", 20000},
		"a.cob:1:1: rule 2 has no bound on its cost; at most 10000 (each item looked at costs 1, and lists of facts count as 100 items)": &CostError{1, "a.cob:1:1", 1<<64 - 1},
	} {
		if err.Error() != want {
			t.Errorf("got %s, want %s", err, want)
		}
	}
}

func TestArithmeticThatMeansSomethingElseIsRefused(t *testing.T) {
	d := types.Of(types.Duration)
	long := tree{Op: expression.Literal, Type: d, Text: "PT1H"}
	for _, c := range []struct {
		sign string
		when tree
	}{
		{"*", eq(node(expression.Mul, d, long, num(2)), long)},
		{"-", eq(node(expression.Sub, floatT, of("cloud", "weight", floatT), of("cloud", "weight", floatT)), of("cloud", "weight", floatT))},
		{"-", eq(node(expression.Neg, d, long), long)},
		{"a lambda", node(expression.Lambda, boolT, truth(true))},
		{"any without a lambda", call("any", boolT, of("data", "labels", textsT), truth(true))},
		{"upper", eq(call("upper", stringT, lit("x")), lit("X"))},
		{"nobody", call("nobody", boolT, lit("x"))},
	} {
		_, err := Compile([]Rule{deny("", c.when)}, nil, declared)
		if err == nil || !strings.HasSuffix(err.Error(), c.sign+" cannot be used in the condition of a policy") {
			t.Errorf("%s: %v", c.sign, err)
		}
	}
}
