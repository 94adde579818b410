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

func TestOperatorsHaveOneMeaning(t *testing.T) {
	v := name
	one, zero, big, small := v("one", intT), v("zero", intT), v("big", intT), v("small", intT)
	minus := func(n string) Tree { return num("-" + n) }
	for _, c := range []struct {
		name string
		tree Tree
		want outcome
	}{
		{"add", node(Add, intT, one, num("2")), gives(int64(3))},
		{"add overflows", node(Add, intT, big, one), fails(Overflow)},
		{"add below", node(Add, intT, small, minus("1")), fails(Overflow)},
		{"sub", node(Sub, intT, one, num("2")), gives(int64(-1))},
		{"sub overflows", node(Sub, intT, small, one), fails(Overflow)},
		{"sub of the smallest", node(Sub, intT, zero, small), fails(Overflow)},
		{"mul", node(Mul, intT, minus("3"), num("2")), gives(int64(-6))},
		{"mul overflows", node(Mul, intT, big, num("2")), fails(Overflow)},
		{"mul to the smallest", node(Mul, intT, num("4611686018427387904"), minus("2")), gives(int64(math.MinInt64))},
		{"mul of the smallest", node(Mul, intT, small, minus("1")), fails(Overflow)},
		{"div towards zero", node(Div, intT, minus("7"), num("2")), gives(int64(-3))},
		{"div by zero", node(Div, intT, one, zero), fails(DivisionByZero)},
		{"div overflows", node(Div, intT, small, minus("1")), fails(Overflow)},
		{"rem has the sign of the dividend", node(Rem, intT, minus("7"), num("2")), gives(int64(-1))},
		{"rem by a negative", node(Rem, intT, num("7"), minus("2")), gives(int64(1))},
		{"rem of the smallest", node(Rem, intT, small, minus("1")), gives(int64(0))},
		{"rem by zero", node(Rem, intT, one, zero), fails(DivisionByZero)},
		{"neg overflows", node(Neg, intT, small), fails(Overflow)},
		{"neg", node(Neg, decimalT, v("d", decimalT)), gives(exact("-12.5"))},

		{"float add", node(Add, floatT, v("f", floatT), v("f", floatT)), gives(3.0)},
		{"float overflow", node(Mul, floatT, v("huge", floatT), v("huge", floatT)), fails(Overflow)},
		{"float add overflow", node(Add, floatT, v("huge", floatT), node(Add, floatT, v("huge", floatT), v("huge", floatT))), fails(Overflow)},
		{"float div by zero", node(Div, floatT, v("f", floatT), lit("0", floatT)), fails(DivisionByZero)},
		{"float neg", node(Neg, floatT, v("f", floatT)), gives(-1.5)},

		{"decimal add", node(Add, decimalT, v("d", decimalT), lit("0.1", decimalT)), gives(exact("12.60"))},
		{"decimal mul", node(Mul, decimalT, lit("0.1", decimalT), lit("0.2", decimalT)), gives(exact("0.02"))},
		{"decimal div", node(Div, decimalT, lit("1", decimalT), lit("3", decimalT)), gives(exact("0.3333333333333333333333333333333333"))},
		{"decimal div by zero", node(Div, decimalT, lit("1", decimalT), lit("0.00", decimalT)), fails(DivisionByZero)},
		{"decimal overflow", node(Mul, decimalT, lit("9999999999999999999999999999999999", decimalT), lit("9.9", decimalT)), fails(Overflow)},
		{"decimal rem", node(Rem, decimalT, lit("-7.5", decimalT), lit("2", decimalT)), gives(exact("-1.5"))},
		{"decimal rem by zero", node(Rem, decimalT, lit("1", decimalT), lit("0", decimalT)), fails(DivisionByZero)},
		{"decimal and int", node(Sub, decimalT, v("d", decimalT), node(Widen, decimalT, one)), gives(exact("11.5"))},
		{"widen to float", node(Widen, floatT, one), gives(1.0)},
		{"widen to an optional", node(Widen, types.OptionalOf(decimalT), one), gives(exact("1"))},
		{"widen null", node(Widen, types.OptionalOf(decimalT), v("nothing", types.OptionalOf(intT))), gives(nil)},

		{"money add", node(Add, moneyT, v("eur", moneyT), lit("0.05 EUR", moneyT)), gives(amount("20.05 EUR"))},
		{"money of two currencies", node(Add, moneyT, v("eur", moneyT), v("usd", moneyT)), fails(CurrencyMix)},
		{"money sub of two currencies", node(Sub, moneyT, v("eur", moneyT), v("usd", moneyT)), fails(CurrencyMix)},
		{"money times int", node(Mul, moneyT, v("eur", moneyT), num("3")), gives(amount("60 EUR"))},
		{"decimal times money", node(Mul, moneyT, v("d", decimalT), v("eur", moneyT)), gives(amount("250 EUR"))},
		{"money by int", node(Div, moneyT, v("eur", moneyT), num("8")), gives(amount("2.5 EUR"))},
		{"money by money", node(Div, decimalT, v("eur", moneyT), lit("8 EUR", moneyT)), gives(exact("2.5"))},
		{"money by other money", node(Div, decimalT, v("eur", moneyT), v("usd", moneyT)), fails(CurrencyMix)},
		{"money by zero", node(Div, moneyT, v("eur", moneyT), zero), fails(DivisionByZero)},
		{"money compares", node(Gt, boolT, v("eur", moneyT), lit("1000 EUR", moneyT)), gives(false)},
		{"money of two currencies has no order", node(Gt, boolT, v("eur", moneyT), v("usd", moneyT)), fails(CurrencyMix)},
		{"money of two currencies is not equal", node(Eq, boolT, v("eur", moneyT), v("usd", moneyT)), gives(false)},
		{"money of another scale is equal", node(Eq, boolT, v("eur", moneyT), lit("20 EUR", moneyT)), gives(true)},
		{"neg of money", node(Neg, moneyT, v("eur", moneyT)), gives(amount("-20 EUR"))},

		{"time plus duration", node(Add, timeT, v("t", timeT), v("h", durationT)), gives(at("2026-11-21T23:30:00Z"))},
		{"time minus duration", node(Sub, timeT, v("t", timeT), v("h", durationT)), gives(at("2026-11-21T21:30:00Z"))},
		{"time minus time", node(Sub, durationT, v("t", timeT), lit("2026-11-21T22:00:00Z", timeT)), gives(30 * time.Minute)},
		{"time too far", node(Add, timeT, lit("9999-12-31T23:59:59Z", timeT), v("h", durationT)), fails(Overflow)},
		{"times too far apart", node(Sub, durationT, lit("9999-01-01T00:00:00Z", timeT), lit("0001-01-01T00:00:00Z", timeT)), fails(Overflow)},
		{"durations", node(Add, durationT, v("h", durationT), lit("PT30M", durationT)), gives(90 * time.Minute)},
		{"durations overflow", node(Add, durationT, v("longest", durationT), v("h", durationT)), fails(Overflow)},
		{"duration times int", node(Mul, durationT, v("h", durationT), num("3")), gives(3 * time.Hour)},
		{"int times duration overflows", node(Mul, durationT, big, v("h", durationT)), fails(Overflow)},
		{"duration by int", node(Div, durationT, v("h", durationT), num("4")), gives(15 * time.Minute)},
		{"duration by zero", node(Div, durationT, v("h", durationT), zero), fails(DivisionByZero)},
		{"neg of duration", node(Neg, durationT, v("h", durationT)), gives(-time.Hour)},

		{"texts", node(Add, stringT, v("s", stringT), str("!")), gives("héllo!")},
		{"lists", node(Add, intsT, v("xs", intsT), v("xs", intsT)), gives(ints(3, 1, 2, 3, 1, 2))},
		{"texts compare", node(Lt, boolT, str("a"), str("b")), gives(true)},
		{"ints compare", node(Ge, boolT, one, one), gives(true)},
		{"le", node(Le, boolT, num("2"), one), gives(false)},
		{"ne", node(Ne, boolT, one, num("2")), gives(true)},
		{"null equals null", node(Eq, boolT, v("nothing", types.OptionalOf(intT)), null()), gives(true)},
		{"records equal", node(Eq, boolT, v("line", lineT), v("line", lineT)), gives(true)},
	} {
		t.Run(c.name, func(t *testing.T) { expect(t, c.tree, c.want) })
	}
}

func TestAccess(t *testing.T) {
	v := name
	xs, m, s, j := v("xs", intsT), v("m", types.MapOf(intT)), v("s", stringT), v("j", jsonT)
	absent := v("nothing", types.OptionalOf(lineT))
	for _, c := range []struct {
		name string
		tree Tree
		want outcome
	}{
		{"a field", get(v("line", lineT), "sku", stringT), gives("p-1")},
		{"an optional field that is absent", get(v("line", lineT), "note", types.OptionalOf(stringT)), gives(nil)},
		{"a field that must be there", get(v("line", lineT), "nope", stringT), fails(MissingKey)},
		{"a field of nothing", get(v("nothing", lineT), "sku", stringT), fails(MissingKey)},
		{"a field of a text", get(v("s", lineT), "sku", stringT), fails(WrongType)},
		{"?. of nothing", optget(absent, "sku", types.OptionalOf(stringT)), gives(nil)},
		{"?. of something", optget(v("line", types.OptionalOf(lineT)), "sku", types.OptionalOf(stringT)), gives("p-1")},
		{"json", get(get(j, "deep", jsonT), "x", jsonT), gives(int64(1))},
		{"json that is missing", get(j, "nope", jsonT), gives(nil)},
		{"json under what is missing", get(get(j, "nope", jsonT), "x", jsonT), fails(MissingKey)},
		{"json under what is missing, softly", node(Coalesce, jsonT, get(get(j, "nope", jsonT), "x", jsonT), str("d")), gives("d")},

		{"index", node(Index, intT, xs, num("2")), gives(int64(2))},
		{"index beyond", node(Index, intT, xs, num("3")), fails(OutOfRange)},
		{"index below", node(Index, intT, xs, num("-1")), fails(OutOfRange)},
		{"key", node(Index, intT, m, str("a")), gives(int64(1))},
		{"missing key", node(Index, intT, m, str("z")), fails(MissingKey)},
		{"missing key with ??", node(Coalesce, intT, node(Index, intT, m, str("z")), num("9")), gives(int64(9))},
		{"index beyond with ??", node(Coalesce, intT, node(Index, intT, xs, num("9")), num("9")), gives(int64(9))},
		{"?? keeps other failures", node(Coalesce, intT, node(Div, intT, num("1"), num("0")), num("9")), fails(DivisionByZero)},
		{"?? is not soft between brackets", node(Coalesce, intT, node(Index, intT, m, node(Index, stringT, v("names", textsT), num("9"))), num("9")), fails(OutOfRange)},
		{"?? keeps an empty list", node(Coalesce, intsT, v("none", types.OptionalOf(intsT)), xs), gives(ints())},
		{"?? of nothing", node(Coalesce, intT, v("nothing", types.OptionalOf(intT)), num("9")), gives(int64(9))},
		{"?? keeps false", node(Coalesce, boolT, v("no", types.OptionalOf(boolT)), v("yes", boolT)), gives(false)},

		{"slice", node(Slice, intsT, xs, num("1"), num("3")), gives(ints(1, 2))},
		{"empty slice", node(Slice, intsT, xs, num("3"), num("3")), gives(ints())},
		{"open slice", node(Slice, intsT, xs, null(), null()), gives(ints(3, 1, 2))},
		{"slice beyond", node(Slice, intsT, xs, num("1"), num("4")), fails(OutOfRange)},
		{"slice below", node(Slice, intsT, xs, num("-1"), null()), fails(OutOfRange)},
		{"slice backwards", node(Slice, intsT, xs, num("2"), num("1")), fails(OutOfRange)},
		{"slice of a text in code points", node(Slice, stringT, s, num("1"), num("3")), gives("él")},
		{"slice of a text to its end", node(Slice, stringT, s, num("5"), null()), gives("")},
		{"slice of a text beyond", node(Slice, stringT, s, num("0"), num("6")), fails(OutOfRange)},

		{"in a list", node(In, boolT, num("3"), xs), gives(true)},
		{"not in a list", node(In, boolT, num("4"), xs), gives(false)},
		{"in the keys of a map", node(In, boolT, str("a"), m), gives(true)},
		{"in a text", node(In, boolT, str("ll"), s), gives(true)},
		{"in a range, at its end", node(In, boolT, num("20"), node(Range, intsT, num("1"), num("20"))), gives(true)},
		{"in a range, beyond its end", node(In, boolT, num("21"), node(Range, intsT, num("1"), num("20"))), gives(false)},
		{"in a range too long to build", node(In, boolT, num("5"), node(Range, intsT, v("small", intT), v("big", intT))), gives(true)},
		{"a range", node(Range, intsT, num("1"), num("3")), gives(ints(1, 2, 3))},
		{"a range backwards", node(Range, intsT, num("3"), num("1")), gives(ints())},

		{"a list", node(ListOf, intsT, num("1"), v("one", intT)), gives(ints(1, 1))},
		{"a record", rec(lineT, []string{"sku", "qty"}, str("x"), num("1")), gives(map[string]types.Value{"sku": "x", "qty": int64(1)})},
		{"text of parts", node(Concat, stringT, str("a"), v("eur", moneyT), v("one", intT), v("yes", boolT), v("nothing", nullT)), gives("a20.00 EUR1true")},
		{"a variable that is not there", v("nobody", types.OptionalOf(intT)), gives(nil)},
	} {
		t.Run(c.name, func(t *testing.T) { expect(t, c.tree, c.want) })
	}
}

func TestBranchesDoNotEvaluateWhatTheyDoNotNeed(t *testing.T) {
	v := name
	yes, no := v("yes", boolT), v("no", boolT)
	bad := node(Eq, boolT, node(Div, intT, num("1"), num("0")), num("1"))
	for _, c := range []struct {
		name string
		tree Tree
		want outcome
	}{
		{"false &&", node(And, boolT, no, bad), gives(false)},
		{"true &&", node(And, boolT, yes, bad), fails(DivisionByZero)},
		{"&& left first", node(And, boolT, bad, no), fails(DivisionByZero)},
		{"true ||", node(Or, boolT, yes, bad), gives(true)},
		{"false ||", node(Or, boolT, no, bad), fails(DivisionByZero)},
		{"false || false", node(Or, boolT, no, no), gives(false)},
		{"?:", node(Cond, boolT, yes, no, bad), gives(false)},
		{"?: else", node(Cond, boolT, no, bad, yes), gives(true)},
		{"??", node(Coalesce, boolT, yes, bad), gives(true)},
		{"!", node(Not, boolT, no), gives(true)},
		{"! of no bool", node(Not, boolT, v("one", boolT)), fails(WrongType)},
		{"&& of no bool", node(And, boolT, v("one", boolT), yes), fails(WrongType)},
		{"|| of no bool to the right", node(Or, boolT, no, v("one", boolT)), fails(WrongType)},
		{"?: of no bool", node(Cond, boolT, v("one", boolT), yes, no), fails(WrongType)},
	} {
		t.Run(c.name, func(t *testing.T) { expect(t, c.tree, c.want) })
	}
}

// A record literal keeps null where the field is not optional, because null is
// then a value (json), and leaves it out where it is.
func TestRecordLiteralsLeaveOutAbsentOptionals(t *testing.T) {
	v, err := evaluate(t, rec(lineT, []string{"sku", "qty", "note", "extra"}, str("x"), num("1"), null(), null()), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := types.Keys(v.(map[string]types.Value)); !slices.Equal(got, []string{"extra", "qty", "sku"}) {
		t.Errorf("the keys are %v", got)
	}
}

func TestWrongEnvironmentsFailAndNeverPanic(t *testing.T) {
	odd := []types.Value{nil, true, int64(1), 1.5, exact("1"), amount("1 EUR"), "x", []byte("x"), at("2026-01-01T00:00:00Z"),
		time.Hour, values_(), values_(int64(1)), map[string]types.Value{"a": nil}}
	one := map[Op]bool{Not: true, Neg: true, Field: true, OptField: true, Widen: true}
	for op, n := range arity {
		if n < 1 || op == Lambda || op == Var {
			continue
		}
		for _, a := range odd {
			for _, b := range odd {
				tree := node(op, intT, name("a", intT), name("b", intT), name("a", intT))
				tree.Name = "a"
				tree.Args = tree.Args[:n]
				_, err := evaluate(t, tree, map[string]types.Value{"a": a, "b": b})
				var f *Failure
				if err != nil && !errors.As(err, &f) {
					t.Fatalf("%s of %v and %v: %v is no Failure", op, a, b, err)
				}
				if one[op] {
					break
				}
			}
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		tree Tree
		want string
	}{
		{"an operator", node("xor", boolT), `1:1: the operator "xor" is not known`},
		{"a number of arguments", node(Add, intT, num("1")), "1:1: add takes 2 arguments, not 1"},
		{"a function", invoke("eval", intT), "1:1: there is no function eval"},
		{"arguments of a function", invoke("len", intT), "1:1: len takes 1 argument, not 0"},
		{"a literal", node(Literal, intT), `1:1: strconv.ParseInt: parsing "": invalid syntax`},
		{"a pattern", invoke("matches", boolT, str("a"), str("(")), "1:1: no RE2 pattern: error parsing regexp: missing closing ): `(`"},
		{"a lambda alone", lambda("x", num("1")), "1:1: a lambda stands only as an argument of a function"},
		{"no lambda", invoke("map", intsT, name("xs", intsT), num("1")), "map wants a lambda here"},
		{"half a range", node(In, boolT, num("1"), node(Range, intsT, num("1"))), "1:1: a range has two ends, not 1"},
	} {
		_, err := Compile(c.tree, universe)
		var refused *CompileError
		if !errors.As(err, &refused) || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

func TestNodesAtTheLimit(t *testing.T) {
	tree := node(ListOf, intsT, make([]Tree, MaxNodes-1)...)
	for i := range tree.Args {
		tree.Args[i] = num("1")
	}
	if _, err := Compile(tree, universe); err != nil {
		t.Errorf("%d nodes: %v", MaxNodes, err)
	}
	tree.Args = append(tree.Args, num("1"))
	if _, err := Compile(tree, universe); err == nil || !strings.Contains(err.Error(), "more than 10000 parts") {
		t.Errorf("%d nodes: %v", MaxNodes+1, err)
	}
}

func TestItemsAndTextAtTheLimit(t *testing.T) {
	long, n := name("long", stringT), name("n", intT)
	half := strings.Repeat("x", MaxText/2)
	many := make([]types.Value, MaxItems/2)
	for _, c := range []struct {
		name    string
		tree    Tree
		in, out types.Value // the greatest that is accepted, the least that is not
	}{
		{"range", node(Range, intsT, num("1"), n), int64(MaxItems), int64(MaxItems + 1)},
		{"text", node(Add, stringT, str(half), long), half, half + "x"},
		{"concat", node(Concat, stringT, str(half), long), half, half + "x"},
		{"list", node(Add, intsT, long, name("many", intsT)), many, append(many[:len(many):len(many)], nil)},
		{"replace", invoke("replace", stringT, str(half), str("x"), long), "yy", "yyy"},
		{"join", invoke("join", stringT, node(ListOf, textsT, str(half), long), str("")), half, half + "x"},
		{"split", invoke("split", textsT, long, str("")), strings.Repeat("x", MaxItems), strings.Repeat("x", MaxItems+1)},
		{"split by", invoke("split", textsT, long, str(",")), strings.Repeat(",", MaxItems-1), strings.Repeat(",", MaxItems)},
		{"pattern", invoke("matches", boolT, str(""), long), strings.Repeat("x", MaxPattern), strings.Repeat("x", MaxPattern+1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			values := map[string]types.Value{"long": c.in, "n": c.in, "many": many}
			if _, err := evaluate(t, c.tree, values); err != nil {
				t.Errorf("at the limit: %v", err)
			}
			values["long"], values["n"] = c.out, c.out
			_, err := evaluate(t, c.tree, values)
			var f *Failure
			if !errors.As(err, &f) || f.Code != TooLarge && f.Code != BadText || f.At != "1:1" {
				t.Errorf("beyond the limit: %v", err)
			}
		})
	}
}

// A round of the outer lambda costs 1, reading and handing on the inner list 333
// each, and every inner round 1: 1000 in all.
func TestWorkAtTheLimit(t *testing.T) {
	tree := invoke("count", intT, name("xs", intsT), lambda("x", invoke("any", boolT, name("ys", intsT), lambda("y", lit("false", boolT)))))
	values := map[string]types.Value{"xs": make([]types.Value, MaxWork/1000), "ys": make([]types.Value, 333)}
	if v, err := evaluate(t, tree, values); err != nil || v != int64(0) {
		t.Errorf("%d units: %v, %v", MaxWork, v, err)
	}
	values["xs"] = make([]types.Value, MaxWork/1000+1)
	_, err := evaluate(t, tree, values)
	var f *Failure
	if !errors.As(err, &f) || f.Code != TooMuch || f.At != "1:1" {
		t.Errorf("%d units: %v", MaxWork+1000, err)
	}
}

func TestLoopsAtTheLimitOfItems(t *testing.T) {
	tree := invoke("count", intT, name("xs", intsT), lambda("x", lit("true", boolT)))
	if v, err := evaluate(t, tree, map[string]types.Value{"xs": make([]types.Value, MaxItems)}); err != nil || v != int64(MaxItems) {
		t.Errorf("%d items: %v, %v", MaxItems, v, err)
	}
	_, err := evaluate(t, tree, map[string]types.Value{"xs": make([]types.Value, MaxItems+1)})
	var f *Failure
	if !errors.As(err, &f) || f.Code != TooLarge {
		t.Errorf("%d items: %v", MaxItems+1, err)
	}
}

func TestConstant(t *testing.T) {
	if v, ok, err := Constant(ptr(node(Add, intT, num("1"), num("2"))), universe); v != int64(3) || !ok || err != nil {
		t.Errorf("1 + 2: %v %v %v", v, ok, err)
	}
	if v, ok, err := Constant(ptr(invoke("map", intsT, node(ListOf, intsT, num("1")), lambda("x", node(Neg, intT, name("x", intT))))), universe); !ok || err != nil || !types.Equal(v, ints(-1)) {
		t.Errorf("a lambda's own variable is not free: %v %v %v", v, ok, err)
	}
	if v, ok, err := Constant(ptr(name("x", intT)), universe); v != nil || ok || err != nil {
		t.Errorf("a variable: %v %v %v", v, ok, err)
	}
	var f *Failure
	if _, ok, err := Constant(ptr(node(Div, intT, num("1"), num("0"))), universe); !ok || !errors.As(err, &f) {
		t.Errorf("1 / 0: %v %v", ok, err)
	}
	var c *CompileError
	if _, ok, err := Constant(ptr(node("xor", intT)), universe); ok || !errors.As(err, &c) {
		t.Errorf("no operator: %v %v", ok, err)
	}
}

func ptr(t Tree) *Tree { return &t }

func TestReads(t *testing.T) {
	tree := node(ListOf, intsT, name("b", intT), name("a", intT), name("b", intT),
		invoke("map", intsT, name("xs", intsT), lambda("x", node(Add, intT, name("x", intT), name("y", intT)))), name("x", intT))
	if got := Reads(&tree); !slices.Equal(got, []string{"a", "b", "x", "xs", "y"}) {
		t.Errorf("Reads: %v", got)
	}
	if got := Reads(nil); len(got) != 0 {
		t.Errorf("Reads of nothing: %v", got)
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		v    types.Value
		want string
	}{
		{nil, ""}, {true, "true"}, {int64(-5), "-5"}, {1.5, "1.5"}, {exact("12.50"), "12.50"}, {amount("20.00 EUR"), "20.00 EUR"},
		{"x", "x"}, {[]byte{1}, "AQ=="}, {at("2026-11-21T22:30:00+01:00"), "2026-11-21T21:30:00Z"}, {90 * time.Minute, "1h30m"},
		{ints(1, 2), "[1,2]"}, {map[string]types.Value{"b": "x", "a": nil}, `{"a":null,"b":"x"}`},
	} {
		if got := Text(c.v); got != c.want {
			t.Errorf("Text(%v) = %q, want %q", c.v, got, c.want)
		}
	}
}

func TestLiteralsReadBackTheSame(t *testing.T) {
	for _, c := range []struct {
		v types.Value
		t types.Type
	}{
		{nil, nullT}, {true, boolT}, {int64(math.MinInt64), intT}, {0.1, floatT}, {exact("12.50"), decimalT}, {amount("0.05 EUR"), moneyT},
		{"", stringT}, {`a"b`, stringT}, {[]byte{1, 2}, bytesT}, {at("2026-11-21T22:30:00Z"), timeT}, {-90 * time.Minute, durationT},
		{"open", types.Ref("t.Status")}, {int64(4), types.OptionalOf(intT)}, {"x", jsonT}, {int64(1), jsonT}, {true, jsonT}, {nil, types.OptionalOf(intT)},
	} {
		tree, ok := LiteralOf(c.v, c.t)
		if !ok {
			t.Errorf("%v has no literal", c.v)
			continue
		}
		if got, err := evaluate(t, tree, nil); err != nil || !types.Equal(got, c.v) || types.Describe(got) != types.Describe(c.v) {
			t.Errorf("%v of type %s reads back as %v, %v", c.v, c.t, got, err)
		}
	}
	if _, ok := LiteralOf(ints(1), intsT); ok {
		t.Error("a list has a literal")
	}
	for _, bad := range []struct {
		text string
		t    types.Type
	}{{"NaN", floatT}, {"+Inf", floatT}, {"x", boolT}, {"1 EURO", moneyT}, {"x", decimalT}, {"x", timeT}, {"[", jsonT}} {
		if v, err := ParseLiteral(bad.text, bad.t); err == nil {
			t.Errorf("%q reads as the %s %v", bad.text, bad.t, v)
		}
	}
}

func TestFailureSaysPlaceAndCode(t *testing.T) {
	f := &Failure{Overflow, "too big", "3:7"}
	if f.Error() != "3:7: too big (overflow)" {
		t.Error(f.Error())
	}
	f.At = ""
	if f.Error() != "too big (overflow)" {
		t.Error(f.Error())
	}
	if got := fmt.Sprint(placed(errors.New("odd"), "1:2")); got != "1:2: odd (wrong_type)" {
		t.Error(got)
	}
}
