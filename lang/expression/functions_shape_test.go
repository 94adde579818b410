package expression

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/types"
)

func TestShapesAndConversions(t *testing.T) {
	xs, none, m := name("xs", intsT), name("none", intsT), name("m", types.MapOf(intT))
	listsT := types.ListOf(intsT)
	pairT := types.RecordOf(types.Field{Name: "first", Type: intT}, types.Field{Name: "second", Type: stringT})
	entryT := types.RecordOf(types.Field{Name: "key", Type: stringT}, types.Field{Name: "value", Type: intT})
	when := func(text string) Tree { return lit(text, timeT) }
	for _, c := range []struct {
		form string
		tree Tree
		want outcome
	}{
		{"flatten", invoke("flatten", intsT, node(ListOf, listsT, xs, none, xs)), gives(ints(3, 1, 2, 3, 1, 2))},
		{"zip", invoke("zip", types.ListOf(pairT), xs, node(ListOf, textsT, str("a"), str("b"))), gives(values_(
			map[string]types.Value{"first": int64(3), "second": "a"}, map[string]types.Value{"first": int64(1), "second": "b"}))},
		{"range", invoke("range", intsT, num("2"), num("4")), gives(ints(2, 3, 4))},
		{"range of none", invoke("range", intsT, num("2"), num("1")), gives(ints())},
		{"range of all there are", invoke("range", intsT, name("small", intT), name("big", intT)), fails(TooLarge)},
		{"sort", invoke("sort", intsT, xs), gives(ints(1, 2, 3))},
		{"take", invoke("take", intsT, xs, num("2")), gives(ints(3, 1))},
		{"take more than there are", invoke("take", intsT, xs, num("9")), gives(ints(3, 1, 2))},
		{"skip", invoke("skip", intsT, xs, num("2")), gives(ints(2))},
		{"skip more than there are", invoke("skip", intsT, xs, num("9")), gives(ints())},
		{"skip fewer than none", invoke("skip", intsT, xs, num("-1")), fails(OutOfRange)},
		{"index_of", invoke("index_of", types.OptionalOf(intT), xs, num("2")), gives(int64(2))},
		{"index_of nothing", invoke("index_of", types.OptionalOf(intT), xs, num("7")), gives(nil)},
		{"entries", invoke("entries", types.ListOf(entryT), m), gives(values_(
			map[string]types.Value{"key": "a", "value": int64(1)}, map[string]types.Value{"key": "b", "value": int64(2)}))},
		{"from_entries of entries", invoke("from_entries", types.MapOf(intT), invoke("entries", types.ListOf(entryT), m)),
			gives(map[string]types.Value{"a": int64(1), "b": int64(2)})},
		{"from_entries of none", invoke("from_entries", types.MapOf(intT), node(ListOf, types.ListOf(entryT))), gives(map[string]types.Value{})},
		{"from_entries twice", invoke("from_entries", types.MapOf(intT), node(Add, types.ListOf(entryT), invoke("entries", types.ListOf(entryT), m), invoke("entries", types.ListOf(entryT), m))),
			fails(DuplicateKey)},
		{"from_entries of json", invoke("from_entries", types.MapOf(jsonT), invoke("parse_json", jsonT, str(`[{"key": "k", "value": [1], "more": 2}, {"key": "no value"}]`))),
			gives(map[string]types.Value{"k": values_(int64(1)), "no value": nil})},
		{"from_entries of json without a key", invoke("from_entries", types.MapOf(jsonT), invoke("parse_json", jsonT, str(`[{"value": 1}]`))), fails(WrongType)},
		{"from_entries of json that is no record", invoke("from_entries", types.MapOf(jsonT), invoke("parse_json", jsonT, str(`[1]`))), fails(WrongType)},
		{"merge", invoke("merge", types.MapOf(intT), m, rec(types.MapOf(intT), []string{"b", "c"}, num("7"), num("8"))),
			gives(map[string]types.Value{"a": int64(1), "b": int64(7), "c": int64(8)})},
		{"distinct records by value", invoke("len", intT, invoke("distinct", types.ListOf(pairT), node(ListOf, types.ListOf(pairT),
			rec(pairT, []string{"first", "second"}, lit("1.0", decimalT), str("a")), rec(pairT, []string{"first", "second"}, lit("1", decimalT), str("a")),
			rec(pairT, []string{"first", "second"}, lit("1", decimalT), str("b"))))), gives(int64(2))},
		{"float", invoke("float", floatT, lit("0.5", decimalT)), gives(0.5)},
		{"float of another text", invoke("float", floatT, str("half")), fails(BadText)},
		{"float of no number", invoke("float", floatT, str("NaN")), fails(Overflow)},
		{"money", invoke("money", moneyT, lit("1.50", decimalT), str("EUR")), gives(amount("1.50 EUR"))},
		{"money of no currency", invoke("money", moneyT, num("1"), str("euro")), fails(BadText)},
		{"amount", invoke("amount", decimalT, name("eur", moneyT)), gives(exact("20.00"))},
		{"currency", invoke("currency", stringT, name("eur", moneyT)), gives("EUR")},
		{"bytes", invoke("bytes", bytesT, str("hé")), gives([]byte("hé"))},
		{"text", invoke("text", stringT, invoke("bytes", bytesT, str("hé"))), gives("hé")},
		{"text of no text", invoke("text", stringT, lit("/w==", bytesT)), fails(BadText)},
		{"base64 of bytes", invoke("base64", stringT, name("b", bytesT)), gives("AQID")},
		{"base64 of a text", invoke("base64", stringT, str("hé")), gives("aMOp")},
		{"from_base64", invoke("from_base64", bytesT, str("AQID")), gives([]byte{1, 2, 3})},
		{"from_base64 of another text", invoke("from_base64", bytesT, str("A")), fails(BadText)},
		{"hex", invoke("hex", stringT, name("b", bytesT)), gives("010203")},
		{"hash", invoke("hash", stringT, str("abc")), gives("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")},
		{"escape_url", invoke("escape_url", stringT, str("a/b c")), gives("a%2Fb%20c")},
		{"to_json", invoke("to_json", stringT, m), gives(`{"a":1,"b":2}`)},
		{"parse_json", invoke("parse_json", jsonT, str(`{"a": [1, true]}`)), gives(map[string]types.Value{"a": values_(int64(1), true)})},
		{"parse_json of another text", invoke("parse_json", jsonT, str("{")), fails(BadText)},
		{"weekday of a Saturday", invoke("weekday", intT, name("t", timeT)), gives(int64(6))},
		{"weekday of a Sunday", invoke("weekday", intT, when("2026-11-22T00:00:00Z")), gives(int64(7))},
		{"hour", invoke("hour", intT, name("t", timeT)), gives(int64(22))},
		{"minute", invoke("minute", intT, name("t", timeT)), gives(int64(30))},
		{"second", invoke("second", intT, when("2026-11-22T00:00:59.9Z")), gives(int64(59))},
		{"start_of_day", invoke("start_of_day", timeT, name("t", timeT)), gives(at("2026-11-21T00:00:00Z"))},
		{"start_of_day before 1970", invoke("start_of_day", timeT, when("1969-12-31T23:00:00Z")), gives(at("1969-12-31T00:00:00Z"))},
		{"add_months", invoke("add_months", timeT, when("2026-01-31T10:00:00Z"), num("1")), gives(at("2026-02-28T10:00:00Z"))},
		{"add_months backwards", invoke("add_months", timeT, when("2024-03-31T10:00:00Z"), num("-13")), gives(at("2023-02-28T10:00:00Z"))},
		{"add too many months", invoke("add_months", timeT, name("t", timeT), name("big", intT)), fails(Overflow)},
		{"days_between", invoke("days_between", intT, when("2026-11-21T23:59:00Z"), when("2026-11-22T00:01:00Z")), gives(int64(1))},
		{"days_between, backwards and before 1970", invoke("days_between", intT, when("1970-01-01T00:00:00Z"), when("1969-12-30T12:00:00Z")), gives(int64(-2))},
		{"timestamp", invoke("timestamp", timeT, str("2026-11-21T23:30:00+01:00")), gives(at("2026-11-21T22:30:00Z"))},
		{"timestamp of a day", invoke("timestamp", timeT, str("2026-11-21")), gives(at("2026-11-21T00:00:00Z"))},
		{"timestamp of another text", invoke("timestamp", timeT, str("today")), fails(BadText)},
		{"unix", invoke("unix", intT, when("1970-01-01T00:01:00.5Z")), gives(int64(60))},
		{"from_unix", invoke("from_unix", timeT, num("60")), gives(at("1970-01-01T00:01:00Z"))},
		{"from_unix beyond the years", invoke("from_unix", timeT, name("big", intT)), fails(Overflow)},
		{"duration", invoke("duration", durationT, str("PT90M")), gives(90 * time.Minute)},
		{"duration of another text", invoke("duration", durationT, str("90m")), fails(BadText)},
		{"seconds", invoke("seconds", decimalT, lit("PT1.5S", durationT)), gives(exact("1.5"))},
	} {
		t.Run(c.form, func(t *testing.T) { expect(t, c.tree, c.want) })
	}
}

// probes are values of each type, among them those at its limits.
var probes = []struct {
	of     types.Type
	values []types.Value
}{
	{boolT, values_(true)},
	{intT, values_(int64(0), int64(-1), int64(math.MaxInt64), int64(math.MinInt64))},
	{floatT, values_(1.5, 1e308, -1e308)},
	{decimalT, values_(exact("1.5"), exact("9999999999999999999999999999999999"), exact("-9999999999999999999999999999999999e10"), exact("999999999999999999999999999999999.5"), exact("1e300"))},
	{moneyT, values_(amount("1 EUR"), amount("1 USD"))},
	{stringT, values_("", "a", "7", "99999999999999999999", "1e400", strings.Repeat("a,", MaxItems+1), strings.Repeat("ɐ", MaxText/2), strings.Repeat("Ⱥ", MaxText/2), "NaN", "(")},
	{bytesT, values_([]byte{0xff}, make([]byte, MaxText))},
	{timeT, values_(at("2026-11-21T10:00:00Z"), at("0001-01-01T00:00:00Z"), at("9999-12-31T23:59:59Z"))},
	{durationT, values_(time.Hour, time.Duration(math.MinInt64), time.Duration(math.MaxInt64))},
	{intsT, values_(ints(), ints(1, 2), values_(int64(math.MaxInt64), int64(1)), repeated(int64(1), MaxItems+1))},
	{types.ListOf(moneyT), values_(values_(), values_(amount("1 EUR"), amount("1 USD")))},
	{textsT, values_(values_("a"), repeated(strings.Repeat("a", 100), MaxItems))},
	{types.ListOf(intsT), values_(values_(ints(1), ints(2)), values_(repeated(int64(1), MaxItems), ints(1)))},
	{types.MapOf(intT), values_(map[string]types.Value{"a": int64(1)}, entriesUpTo(MaxItems))},
	{types.ListOf(types.RecordOf(types.Field{Name: "key", Type: stringT}, types.Field{Name: "value", Type: intT})),
		values_(repeated(map[string]types.Value{"key": "k", "value": int64(1)}, 2), repeated(map[string]types.Value{"key": "k", "value": int64(1)}, MaxItems+1))},
}

func repeated(v types.Value, n int) []types.Value { return slices.Repeat([]types.Value{v}, n) }

func entriesUpTo(n int) map[string]types.Value {
	m := make(map[string]types.Value, n)
	for i := range n {
		m[fmt.Sprint(i)] = int64(i)
	}
	return m
}

// TestFailuresAreDeclared calls every function with arguments of every type that
// it takes, at their limits: what it fails with stands in its row, and what
// stands there happens.
func TestFailuresAreDeclared(t *testing.T) {
	for _, n := range Names() {
		f, _ := Lookup(n)
		seen := map[Code]bool{}
		for count := f.Min; count <= min(f.Max, 3); count++ {
			probe(t, f, nil, nil, count, seen)
		}
		if f.lambda > 0 {
			seen[TooMuch] = seen[TooMuch] || worksTooMuch(t, f)
		}
		for code := range seen {
			if !slices.Contains(f.Fails, code) {
				t.Errorf("%s fails with %s, which its row does not say", n, code)
			}
		}
		for _, code := range f.Fails {
			if !seen[code] {
				t.Errorf("%s never fails with %s, which its row says", n, code)
			}
		}
		if f.Cost == "" {
			t.Errorf("%s has no cost", n)
		}
	}
}

func probe(t *testing.T, f *Function, args []types.Type, values []int, count int, seen map[Code]bool) {
	if len(args) == count {
		if result, wrong := f.Result(universe, args); wrong == nil {
			called(t, f, args, result, seen)
		}
		return
	}
	if len(args) == f.lambda && f.lambda > 0 {
		elem, _ := f.LambdaParam(len(args), args)
		for _, body := range []types.Type{elem, boolT, stringT} {
			probe(t, f, append(slices.Clip(args), types.LambdaOf(body)), values, count, seen)
		}
		return
	}
	for _, p := range probes {
		probe(t, f, append(slices.Clip(args), p.of), values, count, seen)
	}
}

// called calls f with every value of the types.
func called(t *testing.T, f *Function, args []types.Type, result types.Type, seen map[Code]bool) {
	call, variables := invoke(f.Name, result), map[string]types.Value{}
	choices := [][]types.Value{{}}
	for i, a := range args {
		v := fmt.Sprint("v", i)
		if a.Kind == types.Lambda {
			body := name("x", *a.Elem)
			switch a.Elem.Kind {
			case types.Bool:
				body = lit("true", boolT)
			case types.String:
				body = str("k")
			}
			call.Args = append(call.Args, lambda("x", body))
			continue
		}
		call.Args = append(call.Args, name(v, a))
		var longer [][]types.Value
		for _, chosen := range choices {
			for _, p := range probes {
				if p.of.Equal(a) {
					for _, value := range p.values {
						longer = append(longer, append(slices.Clip(chosen), value))
					}
				}
			}
		}
		choices = longer
	}
	program, err := Compile(call, universe)
	if err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	for _, chosen := range choices {
		for i, v := range chosen {
			variables[fmt.Sprint("v", i)] = v
		}
		var failure *Failure
		if _, err := program.Eval(variables); errors.As(err, &failure) {
			seen[failure.Code] = true
		}
	}
}

// worksTooMuch loops over as many items as there may be, each with a lambda that
// reads them all.
func worksTooMuch(t *testing.T, f *Function) bool {
	body := node(Eq, boolT, invoke("len", intT, name("v0", intsT)), num("-1"))
	if f.Name == "all" {
		body = node(Ne, boolT, body.Args[0], body.Args[1])
	}
	result, _ := f.Result(universe, []types.Type{intsT, types.LambdaOf(boolT)})
	switch f.Name {
	case "sort_by", "group_by":
		body, result = invoke("string", stringT, body), types.ListOf(intT)
	case "index_by":
		body = invoke("string", stringT, body)
	}
	program, err := Compile(invoke(f.Name, result, name("v0", intsT), lambda("x", body)), universe)
	if err != nil {
		t.Fatal(err)
	}
	_, err = program.Eval(map[string]types.Value{"v0": repeated(int64(1), MaxItems)})
	var failure *Failure
	return errors.As(err, &failure) && failure.Code == TooMuch
}
