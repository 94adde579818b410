package compiler_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// leaf is a literal that a variable may stand for.
type leaf struct {
	text  string
	value types.Value
}

func exact(text string) types.Value { v, _ := types.ParseExact(text); return v }
func money(text string) types.Value { v, _ := types.ParseAmount(text); return v }

// leaves are values at which something can go wrong.
var leaves = map[string][]leaf{
	"int": {{"0", int64(0)}, {"1", int64(1)}, {"2", int64(2)}, {"7", int64(7)}, {"(-1)", int64(-1)}, {"9223372036854775807", int64(1<<63 - 1)},
		{"(-9223372036854775807 - 1)", int64(-1 << 63)}},
	"decimal": {{"0.0", exact("0.0")}, {"0.5", exact("0.5")}, {"12.50", exact("12.50")}, {"9999999999999999999999999999999999.0", exact("9999999999999999999999999999999999")},
		{"0.0000000000000000000000000000000001", exact("0.0000000000000000000000000000000001")}},
	"money":    {{"1.00 EUR", money("1.00 EUR")}, {"0 EUR", money("0 EUR")}, {"2.50 USD", money("2.50 USD")}, {"9999999999999999999999999999999999 EUR", money("9999999999999999999999999999999999 EUR")}},
	"duration": {{"0s", time.Duration(0)}, {"90m", 90 * time.Minute}, {"106751d", 106751 * 24 * time.Hour}},
	"string":   {{`""`, ""}, {`"a"`, "a"}, {`"héllo"`, "héllo"}, {`"12"`, "12"}},
	"[int]":    {{"[1, 2, 3]", []types.Value{int64(1), int64(2), int64(3)}}, {"[9223372036854775807, 1]", []types.Value{int64(1<<63 - 1), int64(1)}}},
	"bool":     {{"true", true}, {"false", false}},
}

// forms are expressions of each type; a type in < > is a part of that type. None
// leaves a part of itself unevaluated (lambdas have items): a constant that fails
// is a mistake also where it would never be needed.
var forms = map[string][]string{
	"int": {"<int> + <int>", "<int> - <int>", "<int> * <int>", "<int> / <int>", "<int> % <int>", "-<int>", "len(<[int]>)", "len(<string>)", "sum(<[int]>)",
		"<[int]>[<int>]", "abs(<int>)", "int(<decimal>)", "int(<string>)", "min(<int>, <int>)", "[<int>, 2].map(x => x * <int>)[<int>]", "count([<int>, 2], x => x > <int>)"},
	"decimal":  {"<decimal> + <decimal>", "<decimal> - <int>", "<decimal> * <decimal>", "<int> / <decimal>", "<decimal> % <decimal>", "-<decimal>", "round(<decimal>, <int>)", "<money> / <money>", "decimal(<string>)", "amount(<money>)", "max(<decimal>, <int>)", "seconds(<duration>)"},
	"money":    {"<money> + <money>", "<money> - <money>", "<int> * <money>", "<money> * <decimal>", "<money> / <int>", "<money> / <decimal>", "-<money>", "money(<decimal>, <string>)", "sum([<money>, <money>])"},
	"duration": {"<duration> + <duration>", "<duration> - <duration>", "<int> * <duration>", "<duration> / <int>", "-<duration>", "abs(<duration>)"},
	"string":   {"<string> + <string>", "upper(<string>)", "<string>[<int>:]", "<string>[:<int>]", "\"${<int>} ${<money>}\"", "replace(<string>, <string>, <string>)", "string(<decimal>)", "hash(<string>)"},
	"[int]":    {"[<int>, <int>]", "<[int]> + <[int]>", "<[int]>[<int>:<int>]", "reverse(<[int]>)", "sort(<[int]>)", "take(<[int]>, <int>)", "range(<int>, 3)", "[<int>, 2].filter(x => x != <int>)"},
	"bool": {"<int> < <int>", "<decimal> <= <int>", "<money> > <money>", "<duration> >= <duration>", "<string> == <string>", "<money> != <money>", "!<bool>", "<int> in <int>..<int>", "<int> in <[int]>",
		"<string> in <string>", "contains(<[int]>, <int>)", "all([<int>], x => x < <int>)", "starts_with(<string>, <string>)"},
}

// formula is an expression with holes for its leaves.
type formula struct {
	of    string
	text  string // %[1]s, %[2]s ...
	types []string
	at    []leaf
}

func (f *formula) add(r *rand.Rand, of string, depth int) string {
	if depth == 0 || r.IntN(5) == 0 {
		f.types, f.at = append(f.types, of), append(f.at, leaves[of][r.IntN(len(leaves[of]))])
		return fmt.Sprintf("%%[%d]s", len(f.at))
	}
	text := strings.ReplaceAll(forms[of][r.IntN(len(forms[of]))], "%", "%%")
	for {
		from := strings.IndexByte(text, '<')
		// An operator has a blank behind it.
		for from >= 0 && strings.ContainsAny(text[from+1:from+2], " =") {
			next := strings.IndexByte(text[from+1:], '<')
			if next < 0 {
				from = -1
				break
			}
			from += next + 1
		}
		if from < 0 {
			return "(" + text + ")"
		}
		to := from + strings.IndexByte(text[from:], '>')
		text = text[:from] + "\x00" + f.add(r, text[from+1:to], depth-1) + text[to+1:]
		text = strings.Replace(text, "\x00", "", 1)
	}
}

// with fills the holes: by its literal, or by the variable v1, v2 ... where of
// says so.
func (f *formula) with(variable func(i int) bool) string {
	args := make([]any, len(f.at))
	for i, l := range f.at {
		args[i] = l.text
		if variable(i) {
			args[i] = fmt.Sprintf("v%d", i+1)
		}
	}
	return fmt.Sprintf(f.text, args...)
}

// TestOneMeaning holds constants, what is evaluated in a run, and refinements to the
// same values and the same failures, for thousands of expressions.
func TestOneMeaning(t *testing.T) {
	const batches, each = 8, 400
	failed := map[string]int{}
	for seed := range uint64(batches) {
		r := rand.New(rand.NewPCG(seed, 0))
		list := make([]formula, each)
		for i := range list {
			kinds := []string{"int", "decimal", "money", "duration", "string", "[int]", "bool"}
			list[i].of = kinds[r.IntN(len(kinds))]
			list[i].text = list[i].add(r, list[i].of, 3)
		}
		meanings(t, list, failed)
	}
	for _, what := range []string{"does not fit an int", "does not fit a decimal", "does not fit a duration", "division by zero", "two currencies", "index", "slice", "no whole number", "ISO 4217", "places"} {
		n := 0
		for detail, count := range failed {
			if strings.Contains(detail, what) {
				n += count
			}
		}
		if n == 0 {
			t.Errorf("no expression failed with %q", what)
		}
	}
}

// meanings compiles a package in which each formula stands twice, with literals and
// with variables.
func meanings(t *testing.T, list []formula, failed map[string]int) {
	var constants, runs strings.Builder
	constants.WriteString("package p\n")
	runs.WriteString("package p\n")
	for i := range list {
		f := &list[i]
		fmt.Fprintf(&constants, "process P%04d() -> %s { return %s }\n", i, f.of, f.with(func(int) bool { return false }))
		params := make([]string, len(f.at))
		for k := range f.at {
			params[k] = fmt.Sprintf("v%d: %s", k+1, f.types[k])
		}
		fmt.Fprintf(&runs, "process P%04d(%s) -> %s { return %s }\n", i, strings.Join(params, ", "), f.of, f.with(func(int) bool { return true }))
	}
	run := compiled(t, runs.String())
	if run.Failed() {
		t.Fatal(diag.OneLines(run.Diagnostics))
	}
	u := types.NewUniverse(run.Plan.Types)
	known := told(t, constants.String(), list)
	folded := withoutMistakes(t, list, known)
	for i := range list {
		env := map[string]types.Value{}
		for k, l := range list[i].at {
			env[fmt.Sprintf("v%d", k+1)] = l.value
		}
		v, err := evaluated(t, result(run.Plan, i), u, env)
		var f *expression.Failure
		if errors.As(err, &f) {
			failed[f.Detail]++
			if known[i] == "" || f.Code == expression.WrongType {
				t.Fatalf("%s fails in a run with %v, and the compiler says %q", list[i].with(func(int) bool { return false }), f, known[i])
			}
			continue
		}
		if known[i] != "" {
			t.Fatalf("%s gives %v in a run, and the compiler says %q", list[i].with(func(int) bool { return false }), expression.Text(v), known[i])
		}
		w, err := evaluated(t, result(folded, i), u, nil)
		if err != nil || !types.Equal(v, w) || expression.Text(v) != expression.Text(w) {
			t.Fatalf("%s gives %s with variables and %s (%v) with literals", list[i].with(func(int) bool { return false }), expression.Text(v), expression.Text(w), err)
		}
		list[i].at = append(list[i].at, leaf{text: expression.Text(v)})
	}
	refined(t, list, known)
}

func compiled(t *testing.T, text string) *compiler.Result {
	t.Helper()
	return compile(t, fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{})
}

// told is what the compiler says of each constant that has no value.
func told(t *testing.T, text string, list []formula) []string {
	out := make([]string, len(list))
	for _, d := range compiled(t, text).Diagnostics {
		if d.Severity != diag.Error {
			continue // a lambda in a lambda hides its variable
		}
		if d.Code != check.CodeFails {
			t.Fatalf("%v\n%s", d.Message, strings.Split(text, "\n")[d.Primary.From().Line-1])
		}
		out[d.Primary.From().Line-2] = strings.TrimPrefix(d.Message, "this has no value in any run: ")
	}
	return out
}

// withoutMistakes is the plan of the constants that have a value; the others are
// replaced.
func withoutMistakes(t *testing.T, list []formula, known []string) *plan.Plan {
	var b strings.Builder
	b.WriteString("package p\n")
	for i := range list {
		if known[i] != "" {
			fmt.Fprintf(&b, "process P%04d() -> int { return 0 }\n", i)
			continue
		}
		fmt.Fprintf(&b, "process P%04d() -> %s { return %s }\n", i, list[i].of, list[i].with(func(int) bool { return false }))
	}
	return compiled(t, b.String()).Plan
}

// result is what the process of that number returns.
func result(p *plan.Plan, i int) *expression.Tree { return p.Processes[i].Flow.Body[0].Expr }

func evaluated(t *testing.T, tree *expression.Tree, u *types.Universe, env map[string]types.Value) (types.Value, error) {
	t.Helper()
	program, err := expression.Compile(*tree, u)
	if err != nil {
		t.Fatal(err)
	}
	return program.Eval(env)
}

// refined makes of each formula with a value a condition on one of its leaves.
func refined(t *testing.T, list []formula, known []string) {
	var b strings.Builder
	b.WriteString("package p\n")
	for i := range list {
		f := &list[i]
		if known[i] != "" {
			continue
		}
		want := f.at[len(f.at)-1].text
		f.at = f.at[:len(f.at)-1]
		fmt.Fprintf(&b, "type T%04d { v1: %s where string(%s) == %q }\n", i, f.types[0], f.with(func(k int) bool { return k == 0 }), want)
	}
	b.WriteString("process P() -> int { return 0 }\n")
	r := compiled(t, b.String())
	if r.Failed() {
		t.Fatal(diag.OneLines(r.Diagnostics))
	}
	c, err := expression.NewChecker(types.NewUniverse(r.Plan.Types), r.Plan.Refinements)
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		if known[i] != "" {
			continue
		}
		name := fmt.Sprintf("p.T%04d", i)
		if problems := c.Check(map[string]types.Value{"v1": list[i].at[0].value}, types.Ref(name)); len(problems) > 0 {
			t.Errorf("%v", problems)
		}
	}
}
