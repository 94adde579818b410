package types

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestEqual(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	rec := func(kv ...Value) map[string]Value {
		m := map[string]Value{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i].(string)] = kv[i+1]
		}
		return m
	}
	for _, c := range []struct {
		a, b Value
		want bool
	}{
		{nil, nil, true}, {nil, false, false}, {true, true, true}, {"a", "b", false}, {int64(1), exact(t, "1.0"), true}, {int64(1), 1.0, true}, {1.5, exact(t, "1.5"), true},
		{Amount{exact(t, "20"), "EUR"}, Amount{exact(t, "20.00"), "EUR"}, true}, {Amount{exact(t, "20"), "EUR"}, Amount{exact(t, "20"), "USD"}, false}, {Amount{}, nil, false},
		{[]byte("a"), []byte("a"), true}, {[]byte("a"), "a", false}, {now, now.In(time.FixedZone("x", 3600)), true}, {now, "x", false}, {time.Second, time.Second, true}, {time.Second, int64(time.Second), false},
		{[]Value{int64(1)}, []Value{exact(t, "1")}, true}, {[]Value{int64(1)}, []Value{}, false}, {[]Value{int64(1)}, []Value{int64(2)}, false},
		{rec("a", int64(1)), rec("a", int64(1), "b", nil), true}, {rec("a", int64(1), "b", nil), rec("a", int64(1)), true}, {rec("a", int64(1)), rec("a", int64(2)), false}, {rec(), rec("a", false), false}, {rec(), []Value{}, false},
		{"1", int64(1), false}, {int64(9007199254740993), exact(t, "9007199254740992"), false},
	} {
		if Equal(c.a, c.b) != c.want || Equal(c.b, c.a) != c.want {
			t.Errorf("%v and %v: not %v", c.a, c.b, c.want)
		}
	}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		a, b Value
		want int
		ok   bool
	}{
		{int64(1), int64(2), -1, true}, {int64(2), exact(t, "1.5"), 1, true}, {1.5, int64(2), -1, true}, {"a", "a", 0, true}, {time.Second, time.Minute, -1, true}, {exact(t, "1"), 1.5, -1, true},
		{Amount{exact(t, "1"), "EUR"}, Amount{exact(t, "2"), "EUR"}, -1, true}, {Amount{exact(t, "1"), "EUR"}, Amount{exact(t, "2"), "USD"}, 0, false},
		{true, false, 0, false}, {"a", int64(1), 0, false}, {nil, nil, 0, false}, {int64(1), "a", 0, false}, {time.Second, int64(1), 0, false}, {time.Time{}, "x", 0, false},
	} {
		got, err := Compare(c.a, c.b)
		if (err == nil) != c.ok || c.ok && got != c.want {
			t.Errorf("%v and %v: %d, %v", c.a, c.b, got, err)
		}
	}
	if _, err := Compare(Amount{exact(t, "1"), "EUR"}, Amount{exact(t, "2"), "USD"}); !errors.Is(err, ErrCurrency) {
		t.Errorf("two currencies: %v", err)
	}
}

// Compare is an order on numbers of all kinds that are exact.
func TestCompareIsAnOrder(t *testing.T) {
	number := func(t *rapid.T, label string) Value {
		if rapid.Bool().Draw(t, label+" is an int") {
			return rapid.Int64().Draw(t, label)
		}
		return anyExact(t, label)
	}
	rapid.Check(t, func(t *rapid.T) {
		all := []Value{number(t, "a"), number(t, "b"), number(t, "c")}
		slices.SortFunc(all, func(x, y Value) int { c, _ := Compare(x, y); return c })
		for i := range all {
			for j := range all[i:] {
				c, err := Compare(all[i], all[i+j])
				back, _ := Compare(all[i+j], all[i])
				if err != nil || c > 0 || c != -back || (c == 0) != Equal(all[i], all[i+j]) {
					t.Fatalf("%v and %v compare as %d and %d", all[i], all[i+j], c, back)
				}
			}
		}
	})
}

func TestAssignable(t *testing.T) {
	small := RecordOf(Field{Name: "id", Type: Of(String)})
	for _, c := range []struct {
		from, to Type
		want     bool
	}{
		{Of(Int), Of(Int), true}, {Of(Int), Of(Decimal), true}, {Of(Int), Of(Float), true}, {Of(Decimal), Of(Int), false}, {Of(Decimal), Of(Float), false}, {Of(Float), Of(Decimal), false},
		{Of(Int), OptionalOf(Of(Int)), true}, {Of(Null), OptionalOf(Of(Int)), true}, {OptionalOf(Of(Int)), Of(Int), false}, {OptionalOf(Of(Int)), OptionalOf(Of(Decimal)), true}, {Of(Null), Of(Int), false},
		{Ref("t.Order"), Of(JSON), true}, {Of(Secret), Of(JSON), false}, {Of(Void), Of(JSON), false}, {LambdaOf(Of(Int)), Of(JSON), false}, {Of(JSON), Of(String), false},
		{ListOf(Of(Int)), ListOf(Of(Decimal)), true}, {ListOf(Of(String)), ListOf(Of(Int)), false}, {MapOf(Of(Int)), ListOf(Of(Int)), false}, {MapOf(Of(Int)), MapOf(OptionalOf(Of(Int))), true},
		{Ref("t.Order"), small, true}, {small, Ref("t.Order"), false}, {Ref("t.Line"), small, false}, {small, RecordOf(Field{Name: "id", Type: Of(String)}, Field{Name: "x", Type: OptionalOf(Of(Int))}), true},
		{Ref("t.Status"), Of(String), false}, {Of(String), Ref("t.Status"), false}, {Ref("t.Payment"), Ref("t.Payment"), true}, {Type{}, Of(Int), true}, {Of(Int), Type{}, true}, {Of(String), small, false},
	} {
		if got := universe.Assignable(c.from, c.to); got != c.want {
			t.Errorf("%s to %s: %v", c.from, c.to, got)
		}
	}
}

func TestTypesEqualAndText(t *testing.T) {
	a, b := RecordOf(Field{Name: "x", Type: Of(Int)}, Field{Name: "y", Type: Of(Bool)}), RecordOf(Field{Name: "y", Type: Of(Bool)}, Field{Name: "x", Type: Of(Int)})
	if !a.Equal(b) || a.Equal(RecordOf(Field{Name: "x", Type: Of(Int)})) || a.Equal(RecordOf(Field{Name: "x", Type: Of(Int)}, Field{Name: "z", Type: Of(Bool)})) || ListOf(a).Equal(ListOf(Of(Int))) || ListOf(a).Equal(Of(List)) {
		t.Error("Equal is wrong about records and lists")
	}
	for want, ty := range map[string]Type{"[map<int?>]": ListOf(MapOf(OptionalOf(OptionalOf(Of(Int))))), "{ x: int, y: bool }": a, "t.Order": Ref("t.Order"), "unknown": {}, "money": Of(Money)} {
		if ty.String() != want {
			t.Errorf("%s, want %s", ty, want)
		}
	}
	if !slices.IsSorted(universe.Names()) || len(universe.Names()) != 6 || universe.Lookup("x") != nil || (*Universe)(nil).Lookup("x") != nil {
		t.Error("the universe finds the wrong definitions")
	}
}

func TestDescribeNeverShowsTheValue(t *testing.T) {
	for want, v := range map[string]Value{"null": nil, "a bool": true, "an int": int64(7), "a float": 1.5, "a decimal": Exact{}, "money": Amount{}, "a string": "secret", "bytes": []byte("x"), "a timestamp": time.Time{}, "a duration": time.Second, "a list": []Value{}, "a record": map[string]Value{}, "a Go int": 7} {
		if got := Describe(v); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func BenchmarkDecodeOrder(b *testing.B) {
	text := []byte(orderText)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := universe.DecodeJSON(text, Ref("t.Order"), Strict); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeOrder(b *testing.B) {
	v, err := universe.DecodeJSON([]byte(orderText), Ref("t.Order"), Strict)
	if err != nil {
		b.Fatal(err)
	}
	var to []byte
	b.ReportAllocs()
	for b.Loop() {
		to = universe.EncodeJSON(to[:0], v, Ref("t.Order"))
	}
}

// TestAssignableEndsForTypesInCircles compares records that contain themselves.
func TestAssignableEndsForTypesInCircles(t *testing.T) {
	tree := func(name string, leaf Kind) Definition {
		return Definition{Name: name, Kind: RecordDefinition, Fields: []Field{
			{Name: "below", Type: ListOf(Ref(name))}, {Name: "leaf", Type: Of(leaf)}}}
	}
	u := NewUniverse([]Definition{tree("Tree", Int), tree("Bush", Int), tree("Reed", Bool)})
	if !u.Assignable(Ref("Tree"), Ref("Bush")) {
		t.Error("two trees of the same shape are not assignable")
	}
	if u.Assignable(Ref("Tree"), Ref("Reed")) {
		t.Error("two trees with different leaves are assignable")
	}
}
