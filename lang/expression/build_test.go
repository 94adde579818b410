package expression

import (
	"errors"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/types"
)

// Short ways to write trees in tests.

var (
	boolT     = types.Of(types.Bool)
	intT      = types.Of(types.Int)
	floatT    = types.Of(types.Float)
	decimalT  = types.Of(types.Decimal)
	moneyT    = types.Of(types.Money)
	stringT   = types.Of(types.String)
	bytesT    = types.Of(types.Bytes)
	timeT     = types.Of(types.Timestamp)
	durationT = types.Of(types.Duration)
	jsonT     = types.Of(types.JSON)
	nullT     = types.Of(types.Null)
	intsT     = types.ListOf(intT)
	textsT    = types.ListOf(stringT)
	lineT     = types.Ref("t.Line")
)

var universe = types.NewUniverse([]types.Definition{
	{Name: "t.Line", Kind: types.RecordDefinition, Fields: []types.Field{
		{Name: "sku", Type: stringT}, {Name: "qty", Type: intT, Refined: true}, {Name: "note", Type: types.OptionalOf(stringT)},
		{Name: "extra", Type: jsonT},
	}},
	{Name: "t.Order", Kind: types.RecordDefinition, Fields: []types.Field{
		{Name: "id", Type: stringT}, {Name: "lines", Wire: "order-lines", Type: types.ListOf(types.Ref("t.Line")), Refined: true},
		{Name: "total", Type: moneyT}, {Name: "status", Type: types.Ref("t.Status")},
	}},
	{Name: "t.Plain", Kind: types.RecordDefinition, Fields: []types.Field{{Name: "a", Type: intT}}},
	{Name: "t.Tree", Kind: types.RecordDefinition, Fields: []types.Field{
		{Name: "line", Type: types.OptionalOf(types.Ref("t.Line"))}, {Name: "below", Type: types.MapOf(types.Ref("t.Tree"))},
	}},
	{Name: "t.Status", Kind: types.EnumDefinition, Values: []string{"open", "closed"}},
})

func node(op Op, t types.Type, args ...Tree) Tree {
	return Tree{Op: op, Type: t, Args: args, At: "1:1"}
}
func name(n string, t types.Type) Tree   { return Tree{Op: Var, Name: n, Type: t} }
func lit(text string, t types.Type) Tree { return Tree{Op: Literal, Type: t, Text: text} }
func num(text string) Tree               { return lit(text, intT) }
func str(text string) Tree               { return lit(text, stringT) }
func null() Tree                         { return lit("", nullT) }

func get(base Tree, field string, t types.Type) Tree {
	n := node(Field, t, base)
	n.Name = field
	return n
}

func optget(base Tree, field string, t types.Type) Tree {
	n := get(base, field, t)
	n.Op = OptField
	return n
}

func invoke(f string, t types.Type, args ...Tree) Tree {
	n := node(Call, t, args...)
	n.Name = f
	return n
}

func lambda(param string, body Tree) Tree {
	n := node(Lambda, types.LambdaOf(body.Type), body)
	n.Name = param
	return n
}

func rec(t types.Type, keys []string, args ...Tree) Tree {
	n := node(RecordOf, t, args...)
	n.Keys = keys
	return n
}

func exact(s string) types.Exact {
	e, err := types.ParseExact(s)
	if err != nil {
		panic(err)
	}
	return e
}

func amount(s string) types.Amount {
	a, err := types.ParseAmount(s)
	if err != nil {
		panic(err)
	}
	return a
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func values_(items ...types.Value) []types.Value { return append([]types.Value{}, items...) }

func ints(n ...int) []types.Value {
	out := []types.Value{}
	for _, x := range n {
		out = append(out, int64(x))
	}
	return out
}

// env is what the variables of most tests hold.
func env() map[string]types.Value {
	return map[string]types.Value{
		"zero": int64(0), "one": int64(1), "big": int64(1<<63 - 1), "small": int64(-1 << 63),
		"f": 1.5, "huge": 1e308, "d": exact("12.50"), "eur": amount("20.00 EUR"), "usd": amount("20.00 USD"),
		"s": "héllo", "yes": true, "no": false, "nothing": nil, "b": []byte{1, 2, 3},
		"t": at("2026-11-21T22:30:00Z"), "h": time.Hour, "longest": time.Duration(1<<63 - 1),
		"xs": ints(3, 1, 2), "none": values_(), "names": values_("b", "a", "b"),
		"m":    map[string]types.Value{"b": int64(2), "a": int64(1)},
		"line": map[string]types.Value{"sku": "p-1", "qty": int64(2), "extra": nil},
		"lines": values_(map[string]types.Value{"sku": "p-1", "qty": int64(2)}, map[string]types.Value{"sku": "p-2", "qty": int64(1)},
			map[string]types.Value{"sku": "p-1", "qty": int64(5)}),
		"j": map[string]types.Value{"reason": "r", "deep": map[string]types.Value{"x": int64(1)}},
	}
}

// want is a value, or the code of a failure.
type outcome struct {
	value types.Value
	code  Code
}

func gives(v types.Value) outcome { return outcome{value: v} }
func fails(c Code) outcome        { return outcome{code: c} }

// evaluate compiles and runs a tree, on both engines where both can.
func evaluate(t testing.TB, tree Tree, env map[string]types.Value) (types.Value, error) {
	t.Helper()
	p, err := Compile(tree, universe)
	if err != nil {
		t.Fatalf("compiling: %v", err)
	}
	v, err := p.Eval(env)
	if p.direct != nil {
		w, other := onMachine(t, tree, env)
		agree(t, v, err, w, other)
	}
	return v, err
}

// onMachine runs a tree as bytecode, loops or not.
func onMachine(t testing.TB, tree Tree, env map[string]types.Value) (types.Value, error) {
	t.Helper()
	l := lowering{u: universe}
	root, err := l.tree(&tree, false)
	if err != nil {
		t.Fatalf("lowering: %v", err)
	}
	code, err := assemble(root)
	if err != nil {
		t.Fatalf("assembling: %v", err)
	}
	return code.run(env, Reads(&tree))
}

// agree holds the two engines to one meaning.
func agree(t testing.TB, v types.Value, err error, w types.Value, other error) {
	t.Helper()
	var f, g *Failure
	failed, alsoFailed := errors.As(err, &f), errors.As(other, &g)
	if failed != alsoFailed || failed && *f != *g {
		t.Fatalf("the engines disagree: directly %v, %v; as bytecode %v, %v", v, err, w, other)
	}
	if !failed && (types.Describe(v) != types.Describe(w) || !types.Equal(v, w)) {
		t.Fatalf("the engines disagree: directly %#v, as bytecode %#v", v, w)
	}
}

func expect(t *testing.T, tree Tree, want outcome) {
	t.Helper()
	v, err := evaluate(t, tree, env())
	var f *Failure
	switch {
	case want.code != "":
		if !errors.As(err, &f) || f.Code != want.code {
			t.Errorf("got %v, %v; want the failure %s", v, err, want.code)
		} else if f.At != "1:1" {
			t.Errorf("the failure %v has the place %q", f, f.At)
		}
	case err != nil:
		t.Errorf("got the error %v; want %v", err, want.value)
	case types.Describe(v) != types.Describe(want.value) || !types.Equal(v, want.value):
		t.Errorf("got %s %s; want %s %s", types.Describe(v), Text(v), types.Describe(want.value), Text(want.value))
	}
}
