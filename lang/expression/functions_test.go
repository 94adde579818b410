package expression

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cob-lang/cob/lang/types"
)

func TestFunctionsGiveTheirValues(t *testing.T) {
	xs, none, names := name("xs", intsT), name("none", intsT), name("names", textsT)
	lines, m := name("lines", types.ListOf(lineT)), name("m", types.MapOf(intT))
	qty := lambda("l", get(name("l", lineT), "qty", intT))
	sku := lambda("l", get(name("l", lineT), "sku", stringT))
	many := lambda("x", node(Gt, boolT, name("x", intT), num("1")))
	bad := lambda("x", node(Eq, boolT, node(Div, intT, num("1"), num("0")), num("1")))
	linesT, optInt := types.ListOf(lineT), types.OptionalOf(intT)
	for _, c := range []struct {
		form string
		tree Tree
		want outcome
	}{
		{"len list", invoke("len", intT, xs), gives(int64(3))},
		{"len text in code points", invoke("len", intT, name("s", stringT)), gives(int64(5))},
		{"len map", invoke("len", intT, m), gives(int64(2))},
		{"len bytes", invoke("len", intT, name("b", bytesT)), gives(int64(3))},
		{"len of null", invoke("len", intT, name("nothing", jsonT)), fails(WrongType)},
		{"sum", invoke("sum", intT, xs), gives(int64(6))},
		{"sum of nothing", invoke("sum", intT, none), gives(int64(0))},
		{"sum of no decimals", invoke("sum", decimalT, none), gives(exact("0"))},
		{"sum of no durations", invoke("sum", durationT, none), gives(time.Duration(0))},
		{"sum of no money", invoke("sum", moneyT, none), fails(Empty)},
		{"sum overflows", invoke("sum", intT, node(ListOf, intsT, name("big", intT), num("1"))), fails(Overflow)},
		{"sum of two currencies", invoke("sum", moneyT, node(ListOf, types.ListOf(moneyT), name("eur", moneyT), name("usd", moneyT))), fails(CurrencyMix)},
		{"min", invoke("min", optInt, xs), gives(int64(1))},
		{"max", invoke("max", optInt, xs), gives(int64(3))},
		{"max of nothing", invoke("max", optInt, none), gives(nil)},
		{"max of values", invoke("max", intT, num("2"), num("5"), num("3")), gives(int64(5))},
		{"max widens", invoke("max", decimalT, num("2"), lit("1.5", decimalT)), gives(exact("2"))},
		{"max of two currencies", invoke("max", moneyT, name("eur", moneyT), name("usd", moneyT)), fails(CurrencyMix)},
		{"map", invoke("map", intsT, lines, qty), gives(ints(2, 1, 5))},
		{"map of nothing", invoke("map", intsT, none, many), gives(ints())},
		{"map of no list", invoke("map", intsT, name("one", intsT), many), fails(WrongType)},
		{"filter", invoke("filter", intsT, xs, many), gives(ints(3, 2))},
		{"any", invoke("any", boolT, xs, many), gives(true)},
		{"any stops", invoke("any", boolT, xs, lambda("x", node(Or, boolT, node(Eq, boolT, name("x", intT), num("3")), bad.Args[0]))), gives(true)},
		{"any of nothing", invoke("any", boolT, none, bad), gives(false)},
		{"all", invoke("all", boolT, xs, many), gives(false)},
		{"all of nothing", invoke("all", boolT, none, bad), gives(true)},
		{"a lambda that fails", invoke("all", boolT, xs, bad), fails(DivisionByZero)},
		{"a test that is no bool", invoke("any", boolT, xs, lambda("x", name("x", intT))), fails(WrongType)},
		{"find", invoke("find", optInt, xs, lambda("x", node(Lt, boolT, name("x", intT), num("3")))), gives(int64(1))},
		{"find of nothing", invoke("find", optInt, xs, lambda("x", lit("false", boolT))), gives(nil)},
		{"count", invoke("count", intT, xs, many), gives(int64(2))},
		{"sort_by", invoke("sort_by", intsT, xs, lambda("x", name("x", intT))), gives(ints(1, 2, 3))},
		{"sort_by keeps the order of equals", invoke("map", intsT, invoke("sort_by", linesT, lines, sku), qty), gives(ints(2, 5, 1))},
		{"sort_by two currencies", invoke("sort_by", types.ListOf(moneyT), node(ListOf, types.ListOf(moneyT), name("eur", moneyT), name("usd", moneyT)), lambda("x", name("x", moneyT))), fails(CurrencyMix)},
		{"group_by", invoke("map", intsT, invoke("values", types.ListOf(linesT), invoke("group_by", types.MapOf(linesT), lines, sku)),
			lambda("g", invoke("sum", intT, invoke("map", intsT, name("g", linesT), qty)))), gives(ints(7, 1))},
		{"index_by", node(Index, intT, invoke("index_by", types.MapOf(intT), xs, lambda("x", invoke("string", stringT, name("x", intT)))), str("3")), gives(int64(3))},
		{"index_by twice", invoke("index_by", types.MapOf(intT), xs, lambda("x", str("k"))), fails(DuplicateKey)},
		{"index_by of nothing", invoke("len", intT, invoke("index_by", types.MapOf(intT), none, lambda("x", str("k")))), gives(int64(0))},
		{"index_by no text", invoke("index_by", types.MapOf(intT), xs, lambda("x", name("x", intT))), fails(WrongType)},
		{"group_by no text", invoke("group_by", types.MapOf(intsT), xs, lambda("x", name("x", intT))), fails(WrongType)},
		{"lambdas nest and shadow", invoke("map", intsT, xs, lambda("x", node(Add, intT, name("x", intT),
			invoke("sum", intT, invoke("map", intsT, xs, lambda("x", node(Mul, intT, name("x", intT), name("one", intT)))))))), gives(ints(9, 7, 8))},
		{"an inner lambda reads the outer", invoke("map", intsT, xs, lambda("x", invoke("count", intT, xs, lambda("y", node(Lt, boolT, name("y", intT), name("x", intT)))))), gives(ints(2, 0, 1))},
		{"?? in a lambda", invoke("map", intsT, xs, lambda("x", node(Coalesce, intT, node(Index, intT, xs, name("x", intT)), num("0")))), gives(ints(0, 1, 2))},
		{"a choice in a lambda", invoke("map", intsT, xs, lambda("x", node(Cond, intT, node(Gt, boolT, name("x", intT), num("2")), num("1"), num("0")))), gives(ints(1, 0, 0))},
		{"first", invoke("first", optInt, xs), gives(int64(3))},
		{"first of nothing", invoke("first", optInt, none), gives(nil)},
		{"last", invoke("last", optInt, xs), gives(int64(2))},
		{"last of nothing", invoke("last", optInt, none), gives(nil)},
		{"reverse", invoke("reverse", intsT, xs), gives(ints(2, 1, 3))},
		{"distinct", invoke("distinct", textsT, names), gives(values_("b", "a"))},
		{"distinct by value", invoke("len", intT, invoke("distinct", types.ListOf(decimalT), node(ListOf, types.ListOf(decimalT), lit("1.0", decimalT), lit("1.00", decimalT), lit("2", decimalT)))), gives(int64(2))},
		{"distinct records", invoke("len", intT, invoke("distinct", linesT, node(Add, linesT, lines, lines))), gives(int64(3))},
		{"keys", invoke("keys", textsT, m), gives(values_("a", "b"))},
		{"values", invoke("values", intsT, m), gives(ints(1, 2))},
		{"has", invoke("has", boolT, m, str("a")), gives(true)},
		{"has not", invoke("has", boolT, m, str("z")), gives(false)},
		{"has of no map", invoke("has", boolT, xs, str("z")), fails(WrongType)},
		{"join", invoke("join", stringT, names, str(", ")), gives("b, a, b")},
		{"join of ints", invoke("join", stringT, xs, str(", ")), fails(WrongType)},
		{"split", invoke("split", textsT, str("a,b,,c"), str(",")), gives(values_("a", "b", "", "c"))},
		{"split into code points", invoke("split", textsT, str("hé"), str("")), gives(values_("h", "é"))},
		{"upper", invoke("upper", stringT, name("s", stringT)), gives("HÉLLO")},
		{"lower", invoke("lower", stringT, str("É")), gives("é")},
		{"trim", invoke("trim", stringT, str(" a \t")), gives("a")},
		{"contains a text", invoke("contains", boolT, str("abc"), str("bc")), gives(true)},
		{"contains an item", invoke("contains", boolT, xs, num("4")), gives(false)},
		{"starts_with", invoke("starts_with", boolT, str("abc"), str("ab")), gives(true)},
		{"ends_with", invoke("ends_with", boolT, str("abc"), str("ab")), gives(false)},
		{"replace", invoke("replace", stringT, str("aXbX"), str("X"), str("--")), gives("a--b--")},
		{"matches", invoke("matches", boolT, str("p-12"), str("^p-[0-9]+$")), gives(true)},
		{"matches a pattern of the run", invoke("matches", boolT, str("a"), name("s", stringT)), gives(false)},
		{"string", invoke("string", stringT, name("eur", moneyT)), gives("20.00 EUR")},
		{"abs", invoke("abs", intT, num("-3")), gives(int64(3))},
		{"abs of the smallest", invoke("abs", intT, name("small", intT)), fails(Overflow)},
		{"abs of money", invoke("abs", moneyT, lit("-2 EUR", moneyT)), gives(amount("2 EUR"))},
		{"abs of a duration", invoke("abs", durationT, lit("-PT1H", durationT)), gives(time.Hour)},
		{"abs of a decimal", invoke("abs", decimalT, lit("-1.5", decimalT)), gives(exact("1.5"))},
		{"abs of a float", invoke("abs", floatT, lit("-1.5", floatT)), gives(1.5)},
		{"round half to even", invoke("round", decimalT, lit("2.5", decimalT)), gives(exact("2"))},
		{"round to places", invoke("round", moneyT, lit("1.235 EUR", moneyT), num("2")), gives(amount("1.24 EUR"))},
		{"round a float", invoke("round", floatT, lit("2.675", floatT), num("2")), gives(2.67)},
		{"round an int", invoke("round", intT, num("3")), gives(int64(3))},
		{"round to the most places", invoke("round", decimalT, name("d", decimalT), num(fmt.Sprint(MaxPlaces))), gives(exact("12.50"))},
		{"round to too many places", invoke("round", decimalT, name("d", decimalT), num(fmt.Sprint(MaxPlaces+1))), fails(OutOfRange)},
		{"round to places below zero", invoke("round", decimalT, name("d", decimalT), num("-1")), fails(OutOfRange)},
		{"floor", invoke("floor", decimalT, lit("-1.5", decimalT)), gives(exact("-2"))},
		{"floor of a float", invoke("floor", floatT, name("f", floatT)), gives(1.0)},
		{"ceil", invoke("ceil", decimalT, lit("1.2", decimalT)), gives(exact("2"))},
		{"ceil of a negative", invoke("ceil", decimalT, lit("-1.2", decimalT)), gives(exact("-1"))},
		{"ceil of a whole number", invoke("ceil", intT, num("3")), gives(int64(3))},
		{"int of a decimal", invoke("int", intT, lit("-1.9", decimalT)), gives(int64(-1))},
		{"int of a float", invoke("int", intT, name("f", floatT)), gives(int64(1))},
		{"int of a great float", invoke("int", intT, lit("9223372036854775808", floatT)), fails(Overflow)},
		{"int of a great decimal", invoke("int", intT, lit("9223372036854775808", decimalT)), fails(Overflow)},
		{"int of a text", invoke("int", intT, str("12")), gives(int64(12))},
		{"int of another text", invoke("int", intT, str("1.5")), fails(BadText)},
		{"decimal of a float", invoke("decimal", decimalT, lit("0.1", floatT)), gives(exact("0.1"))},
		{"decimal of an int", invoke("decimal", decimalT, name("one", intT)), gives(exact("1"))},
		{"decimal of a text", invoke("decimal", decimalT, str("1.50")), gives(exact("1.50"))},
		{"decimal of another text", invoke("decimal", decimalT, str("one")), fails(BadText)},
		{"date", invoke("date", stringT, name("t", timeT)), gives("2026-11-21")},
		{"date in UTC", invoke("date", stringT, lit("2026-11-21T00:30:00+01:00", timeT)), gives("2026-11-20")},
		{"year", invoke("year", intT, name("t", timeT)), gives(int64(2026))},
		{"month", invoke("month", intT, name("t", timeT)), gives(int64(11))},
		{"day", invoke("day", intT, name("t", timeT)), gives(int64(21))},
		{"day of a text", invoke("day", intT, name("s", timeT)), fails(WrongType)},
	} {
		t.Run(c.form, func(t *testing.T) { expect(t, c.tree, c.want) })
	}
}

func TestResultTypes(t *testing.T) {
	enum := types.Ref("t.Status")
	toBool, toInt_, toText := types.LambdaOf(boolT), types.LambdaOf(intT), types.LambdaOf(stringT)
	for _, c := range []struct {
		function string
		args     []types.Type
		want     string // a type, or "#argument" where one does not fit
	}{
		{"len", []types.Type{intsT}, "int"}, {"len", []types.Type{intT}, "#0"}, {"len", nil, "#-1"}, {"len", []types.Type{intsT, intsT}, "#-1"},
		{"sum", []types.Type{types.ListOf(moneyT)}, "money"}, {"sum", []types.Type{textsT}, "#0"},
		{"min", []types.Type{intsT}, "int?"}, {"min", []types.Type{intT, decimalT}, "decimal"}, {"max", []types.Type{decimalT, intT, intT}, "decimal"},
		{"max", []types.Type{intT, stringT}, "#1"}, {"max", []types.Type{types.ListOf(boolT)}, "#0"}, {"max", []types.Type{floatT, decimalT}, "#1"},
		{"map", []types.Type{intsT, toText}, "[string]"}, {"map", []types.Type{intT, toText}, "#0"}, {"map", []types.Type{intsT, intT}, "#1"},
		{"filter", []types.Type{textsT, toBool}, "[string]"}, {"filter", []types.Type{textsT, toInt_}, "#1"},
		{"any", []types.Type{textsT, toBool}, "bool"}, {"all", []types.Type{textsT, toInt_}, "#1"},
		{"find", []types.Type{textsT, toBool}, "string?"}, {"count", []types.Type{textsT, toBool}, "int"},
		{"sort_by", []types.Type{textsT, toInt_}, "[string]"}, {"sort_by", []types.Type{textsT, toBool}, "#1"},
		{"group_by", []types.Type{intsT, toText}, "map<[int]>"}, {"group_by", []types.Type{intsT, types.LambdaOf(enum)}, "map<[int]>"}, {"group_by", []types.Type{intsT, toInt_}, "#1"},
		{"index_by", []types.Type{intsT, toText}, "map<int>"}, {"index_by", []types.Type{intsT, types.LambdaOf(enum)}, "map<int>"}, {"index_by", []types.Type{intsT, toInt_}, "#1"},
		{"index_by", []types.Type{jsonT, toText}, "map<json>"}, {"from_entries", []types.Type{jsonT}, "map<json>"}, {"from_entries", []types.Type{types.ListOf(lineT)}, "#0"},
		{"from_entries", []types.Type{entriesOf_(stringT, moneyT)}, "map<money>"}, {"from_entries", []types.Type{entriesOf_(enum, moneyT)}, "map<money>"},
		{"from_entries", []types.Type{entriesOf_(intT, moneyT)}, "#0"}, {"from_entries", []types.Type{entriesOf_(types.OptionalOf(stringT), moneyT)}, "#0"},
		{"from_entries", []types.Type{intsT}, "#0"}, {"from_entries", []types.Type{types.ListOf(types.RecordOf(types.Field{Name: "key", Type: stringT}))}, "#0"},
		{"first", []types.Type{types.ListOf(types.OptionalOf(intT))}, "int?"}, {"last", []types.Type{jsonT}, "json?"}, {"reverse", []types.Type{textsT}, "[string]"},
		{"distinct", []types.Type{stringT}, "#0"}, {"keys", []types.Type{types.MapOf(intT)}, "[string]"}, {"values", []types.Type{types.MapOf(intT)}, "[int]"},
		{"keys", []types.Type{intsT}, "#0"}, {"values", []types.Type{intsT}, "#0"}, {"has", []types.Type{types.MapOf(intT), stringT}, "bool"}, {"has", []types.Type{types.MapOf(intT), intT}, "#1"},
		{"join", []types.Type{textsT, stringT}, "string"}, {"join", []types.Type{intsT, stringT}, "#0"}, {"split", []types.Type{stringT, stringT}, "[string]"},
		{"contains", []types.Type{stringT, stringT}, "bool"}, {"contains", []types.Type{stringT, intT}, "#1"}, {"contains", []types.Type{intsT, intT}, "bool"},
		{"contains", []types.Type{intsT, stringT}, "#1"}, {"contains", []types.Type{intT, intT}, "#0"},
		{"replace", []types.Type{stringT, stringT, intT}, "#2"}, {"matches", []types.Type{stringT, stringT}, "bool"}, {"string", []types.Type{moneyT}, "string"}, {"string", []types.Type{toInt_}, "#0"},
		{"abs", []types.Type{durationT}, "duration"}, {"round", []types.Type{moneyT, intT}, "money"}, {"round", []types.Type{moneyT, decimalT}, "#1"}, {"floor", []types.Type{moneyT}, "#0"},
		{"int", []types.Type{stringT}, "int"}, {"decimal", []types.Type{floatT}, "decimal"}, {"date", []types.Type{timeT}, "string"}, {"year", []types.Type{stringT}, "#0"},
		{"sum", []types.Type{{}}, "unknown"}, {"map", []types.Type{{}, toInt_}, "[int]"}, {"round", []types.Type{{}, {}}, "unknown"}, {"max", []types.Type{{}, intT}, "unknown"}, {"filter", []types.Type{intsT, {}}, "[int]"},
	} {
		f, ok := Lookup(c.function)
		if !ok {
			t.Fatalf("no function %s", c.function)
		}
		got, wrong := f.Result(universe, c.args)
		text := got.String()
		if wrong != nil {
			text = fmt.Sprint("#", wrong.Index)
			if !strings.Contains(wrong.Error(), f.Form) {
				t.Errorf("%s: %q does not show the form", c.function, wrong)
			}
		}
		if text != c.want {
			t.Errorf("%s of %v: %s (%v), want %s", c.function, c.args, text, wrong, c.want)
		}
	}
}

func entriesOf_(key, value types.Type) types.Type {
	return types.ListOf(types.RecordOf(types.Field{Name: "key", Type: key}, types.Field{Name: "value", Type: value}))
}

func TestLambdaParam(t *testing.T) {
	f, _ := Lookup("map")
	if p, ok := f.LambdaParam(1, []types.Type{types.ListOf(lineT)}); !ok || !p.Equal(lineT) {
		t.Errorf("map: %v %v", p, ok)
	}
	if _, ok := f.LambdaParam(0, nil); ok {
		t.Error("map takes no lambda first")
	}
	if p, ok := f.LambdaParam(1, []types.Type{intT}); !ok || p.Kind != types.Invalid {
		t.Errorf("map of no list: %v %v", p, ok)
	}
	f, _ = Lookup("len")
	if _, ok := f.LambdaParam(0, nil); ok {
		t.Error("len takes no lambda")
	}
}

// Every function is documented, its form names it, and every one is covered by
// the tables above in the sense that it can be found.
func TestFunctionTable(t *testing.T) {
	names := Names()
	if !slices.IsSorted(names) || len(names) != len(listFunctions)+len(shapeFunctions)+len(textFunctions)+len(numberFunctions)+len(timeFunctions)+len(convertFunctions) {
		t.Errorf("the names are %v", names)
	}
	for _, n := range names {
		f, ok := Lookup(n)
		if !ok || f.Name != n || !strings.HasPrefix(f.Form, n+"(") || !strings.HasSuffix(f.Doc, ".") || f.Min < 1 || f.Max < f.Min || f.lambda >= f.Min {
			t.Errorf("%s: %+v", n, f)
		}
	}
	if _, ok := Lookup("now"); ok {
		t.Error("now is a function; it has to be a variable")
	}
}

func TestOperator(t *testing.T) {
	opt := types.OptionalOf
	for _, c := range []struct {
		op          Op
		left, right types.Type
		want        string // left, right -> result, or "" where there is no meaning
	}{
		{Add, intT, intT, "int, int -> int"}, {Add, intT, decimalT, "decimal, decimal -> decimal"}, {Add, floatT, intT, "float, float -> float"},
		{Add, floatT, decimalT, ""}, {Add, moneyT, moneyT, "money, money -> money"}, {Add, moneyT, intT, ""}, {Add, stringT, stringT, "string, string -> string"}, {Add, stringT, intT, ""},
		{Add, timeT, durationT, "timestamp, duration -> timestamp"}, {Add, durationT, timeT, ""}, {Sub, timeT, timeT, "timestamp, timestamp -> duration"}, {Sub, timeT, durationT, "timestamp, duration -> timestamp"},
		{Sub, stringT, stringT, ""}, {Add, intsT, intsT, "[int], [int] -> [int]"}, {Add, intsT, textsT, ""}, {Add, opt(intT), intT, ""},
		{Mul, moneyT, decimalT, "money, decimal -> money"}, {Mul, intT, moneyT, "int, money -> money"}, {Mul, moneyT, moneyT, ""}, {Mul, moneyT, floatT, ""}, {Mul, durationT, intT, "duration, int -> duration"},
		{Div, moneyT, moneyT, "money, money -> decimal"}, {Div, moneyT, intT, "money, int -> money"}, {Div, durationT, intT, "duration, int -> duration"}, {Div, intT, durationT, ""},
		{Rem, intT, intT, "int, int -> int"}, {Rem, decimalT, intT, "decimal, decimal -> decimal"}, {Rem, floatT, floatT, ""},
		{And, boolT, boolT, "bool, bool -> bool"}, {Or, boolT, intT, ""},
		{Eq, intT, decimalT, "decimal, decimal -> bool"}, {Eq, opt(stringT), nullT, "string?, null -> bool"}, {Eq, opt(stringT), stringT, "string?, string -> bool"}, {Eq, stringT, intT, ""}, {Ne, lineT, lineT, "t.Line, t.Line -> bool"},
		{Eq, types.Ref("t.Status"), types.Ref("t.Status"), "t.Status, t.Status -> bool"},
		{Lt, stringT, stringT, "string, string -> bool"}, {Lt, boolT, boolT, ""}, {Ge, moneyT, moneyT, "money, money -> bool"}, {Gt, intT, floatT, "float, float -> bool"}, {Lt, types.Ref("t.Status"), types.Ref("t.Status"), ""},
		{In, stringT, textsT, "string, [string] -> bool"}, {In, intT, textsT, ""}, {In, stringT, types.MapOf(intT), "string, map<int> -> bool"}, {In, stringT, stringT, "string, string -> bool"}, {In, stringT, intT, ""}, {In, stringT, jsonT, "string, json -> bool"},
		{Coalesce, opt(intT), intT, "int?, int -> int"}, {Coalesce, opt(intT), decimalT, "decimal?, decimal -> decimal"}, {Coalesce, opt(stringT), nullT, "string?, null -> string?"},
		{Coalesce, nullT, intT, "null, int -> int"}, {Coalesce, opt(stringT), opt(stringT), "string?, string? -> string?"}, {Coalesce, opt(stringT), intT, ""}, {Coalesce, intT, intT, "int, int -> int"},
		{Coalesce, opt(intT), opt(intT), "int?, int? -> int?"}, {Coalesce, jsonT, stringT, "json, string -> json"},
		{Add, types.Type{}, intT, "unknown, int -> unknown"}, {Eq, intT, types.Type{}, "int, unknown -> bool"},
	} {
		o, ok := Operator(universe, c.op, c.left, c.right)
		got := ""
		if ok {
			got = fmt.Sprintf("%s, %s -> %s", o.Left, o.Right, o.Result)
		}
		if got != c.want {
			t.Errorf("%s %s %s: %q, want %q", c.left, c.op, c.right, got, c.want)
		}
	}
}

// anyTree draws a typed tree over the variables of env.
func anyTree(t *rapid.T, want types.Kind, depth int) Tree {
	sub := func(k types.Kind) Tree { return anyTree(t, k, depth-1) }
	pick := func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "shape") }
	op := func(ops ...Op) Op { return rapid.SampledFrom(ops).Draw(t, "op") }
	if depth <= 0 {
		return anyLeaf(t, want)
	}
	switch want {
	case types.Bool:
		switch pick(6) {
		case 0:
			return node(op(And, Or), boolT, sub(types.Bool), sub(types.Bool))
		case 1:
			return node(Not, boolT, sub(types.Bool))
		case 2:
			return node(op(Eq, Ne, Lt, Le, Gt, Ge), boolT, sub(types.Int), sub(types.Int))
		case 3:
			return node(op(Eq, Lt, Ge), boolT, sub(types.Money), sub(types.Money))
		case 4:
			return node(In, boolT, sub(types.Int), node(Range, intsT, sub(types.Int), sub(types.Int)))
		}
		return node(In, boolT, sub(types.Int), sub(types.List))
	case types.Int:
		switch pick(6) {
		case 0:
			return node(op(Add, Sub, Mul, Div, Rem), intT, sub(types.Int), sub(types.Int))
		case 1:
			return node(Neg, intT, sub(types.Int))
		case 2:
			return node(Cond, intT, sub(types.Bool), sub(types.Int), sub(types.Int))
		case 3:
			return node(Coalesce, intT, node(Index, intT, sub(types.List), sub(types.Int)), sub(types.Int))
		case 4:
			return node(Index, intT, sub(types.List), sub(types.Int))
		}
		return invoke(rapid.SampledFrom([]string{"len", "sum"}).Draw(t, "f"), intT, sub(types.List))
	case types.Money:
		if pick(2) == 0 {
			return node(op(Add, Sub), moneyT, sub(types.Money), sub(types.Money))
		}
		return node(op(Mul, Div), moneyT, sub(types.Money), sub(types.Int))
	}
	switch pick(5) {
	case 4:
		return invoke("values", intsT, invoke("index_by", types.MapOf(intT), sub(types.List), lambda("x", invoke("string", stringT, name("x", intT)))))
	case 0:
		return node(ListOf, intsT, sub(types.Int), sub(types.Int))
	case 1:
		return node(Add, intsT, sub(types.List), sub(types.List))
	case 2:
		return node(Slice, intsT, sub(types.List), sub(types.Int), sub(types.Int))
	}
	return invoke(rapid.SampledFrom([]string{"reverse", "distinct"}).Draw(t, "f"), intsT, sub(types.List))
}

func anyLeaf(t *rapid.T, want types.Kind) Tree {
	switch want {
	case types.Bool:
		return name(rapid.SampledFrom([]string{"yes", "no"}).Draw(t, "bool"), boolT)
	case types.Int:
		if rapid.Bool().Draw(t, "literal") {
			return num(fmt.Sprint(rapid.Int64Range(-3, 3).Draw(t, "int")))
		}
		return name(rapid.SampledFrom([]string{"zero", "one", "big", "small"}).Draw(t, "variable"), intT)
	case types.Money:
		return name(rapid.SampledFrom([]string{"eur", "eur", "usd"}).Draw(t, "money"), moneyT)
	}
	return name(rapid.SampledFrom([]string{"xs", "none"}).Draw(t, "list"), intsT)
}

// Random typed trees mean the same on both engines, and the same again.
func TestEnginesAgree(t *testing.T) {
	variables := env()
	rapid.Check(t, func(r *rapid.T) {
		tree := anyTree(r, rapid.SampledFrom([]types.Kind{types.Bool, types.Int, types.Money, types.List}).Draw(r, "kind"), 5)
		v, err := evaluate(t, tree, variables)
		w, again := evaluate(t, tree, variables)
		agree(t, v, err, w, again)
		var f *Failure
		if errors.As(err, &f) && f.Code == WrongType {
			r.Fatalf("a typed tree failed with %v", f)
		}
	})
	for n, v := range env() {
		if !types.Equal(v, variables[n]) {
			t.Errorf("evaluating changed the variable %s to %v", n, variables[n])
		}
	}
}

// A body means the same inside a lambda as outside of it.
func TestLambdasMeanWhatTheirBodiesMean(t *testing.T) {
	variables := env()
	rapid.Check(t, func(r *rapid.T) {
		body := anyTree(r, types.Int, 3)
		inside := invoke("map", intsT, node(ListOf, intsT, name("one", intT)), lambda("one", body))
		v, err := evaluate(t, body, variables)
		w, other := evaluate(t, inside, variables)
		if err == nil && other == nil {
			w = w.([]types.Value)[0]
		}
		agree(t, v, err, w, other)
	})
}
