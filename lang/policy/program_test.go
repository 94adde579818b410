package policy

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

type tree = expression.Tree

var (
	boolT   = types.Of(types.Bool)
	intT    = types.Of(types.Int)
	stringT = types.Of(types.String)
	floatT  = types.Of(types.Float)
	textsT  = types.ListOf(stringT)
	dataT   = types.RecordOf(types.Field{Name: "labels", Type: textsT})
	cloudT  = types.RecordOf(
		types.Field{Name: "name", Type: stringT},
		types.Field{Name: "jurisdiction", Type: stringT},
		types.Field{Name: "tier", Type: intT},
		types.Field{Name: "weight", Type: floatT},
		types.Field{Name: "cert", Type: types.OptionalOf(stringT)},
	)
	declared = []types.Field{{Name: "data", Type: dataT}, {Name: "cloud", Type: cloudT}}
)

func node(op expression.Op, t types.Type, args ...tree) tree {
	return tree{Op: op, Type: t, Args: args, At: "3:7"}
}
func lit(text string) tree             { return tree{Op: expression.Literal, Type: stringT, Text: text} }
func num(n int) tree                   { return tree{Op: expression.Literal, Type: intT, Text: fmt.Sprint(n)} }
func truth(b bool) tree                { return tree{Op: expression.Literal, Type: boolT, Text: fmt.Sprint(b)} }
func name(n string, t types.Type) tree { return tree{Op: expression.Var, Name: n, Type: t} }
func of(v, f string, t types.Type) tree {
	base := cloudT
	if v == "data" {
		base = dataT
	}
	return tree{Op: expression.Field, Name: f, Type: t, Args: []tree{name(v, base)}, At: "3:9"}
}
func texts(all ...string) tree {
	l := node(expression.ListOf, textsT)
	for _, s := range all {
		l.Args = append(l.Args, lit(s))
	}
	return l
}
func both(a, b tree) tree { return node(expression.And, boolT, a, b) }
func not(a tree) tree     { return node(expression.Not, boolT, a) }
func in(a, b tree) tree   { return node(expression.In, boolT, a, b) }
func eq(a, b tree) tree   { return node(expression.Eq, boolT, a, b) }
func call(n string, t types.Type, args ...tree) tree {
	c := node(expression.Call, t, args...)
	c.Name = n
	return c
}
func lambda(n string, body tree) tree {
	l := node(expression.Lambda, types.LambdaOf(body.Type), body)
	l.Name = n
	return l
}

func labelled(l string) tree { return in(lit(l), of("data", "labels", textsT)) }

// europe is the policy of the small program.
func europe() Rule {
	return Rule{Effect: Deny, Point: "call", At: "orders.cob:60:3", Because: "personal data stays in the Union",
		When: both(labelled("personal"), not(in(of("cloud", "jurisdiction", stringT), texts("FR", "FI", "DE"))))}
}

func deny(because string, when tree) Rule {
	return Rule{Effect: Deny, Point: "call", When: when, Because: because, At: "a.cob:1:1"}
}

func allow(because string, when tree) Rule {
	r := deny(because, when)
	r.Effect = Allow
	return r
}

func cloud(name, jurisdiction string) map[string]types.Value {
	return map[string]types.Value{"name": name, "jurisdiction": jurisdiction, "tier": int64(len(name)), "weight": 0.5}
}

func data(labels ...string) map[string]types.Value {
	list := []types.Value{}
	for _, l := range labels {
		list = append(list, l)
	}
	return map[string]types.Value{"labels": list}
}

func must(t testing.TB, rules ...Rule) *Program {
	t.Helper()
	p, err := Compile(rules, types.NewUniverse(nil), declared)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDecide(t *testing.T) {
	paris, virginia := cloud("paris", "FR"), cloud("virginia", "US")
	personal := data("health", "personal")
	missing := eq(of("cloud", "jurisdiction", stringT), lit("FR"))
	for _, c := range []struct {
		name  string
		rules []Rule
		facts Facts
		want  Decision
	}{
		{"no rules", nil, Facts{}, Decision{true, -1, ""}},
		{"a deny that holds", []Rule{europe()}, Facts{"data": personal, "cloud": virginia}, Decision{false, 0, "personal data stays in the Union"}},
		{"a deny that does not hold", []Rule{europe()}, Facts{"data": personal, "cloud": paris}, Decision{true, -1, ""}},
		{"data without the label", []Rule{europe()}, Facts{"data": data(), "cloud": virginia}, Decision{true, -1, ""}},
		{"another point", []Rule{{Effect: Deny, Point: "start", When: truth(true)}}, Facts{}, Decision{true, -1, ""}},
		{"an allow that holds", []Rule{allow("a", truth(false)), allow("b", truth(true))}, Facts{}, Decision{true, 1, "b"}},
		{"no allow holds", []Rule{allow("a", truth(false))}, Facts{}, Decision{false, -1, noneAllows}},
		{"a deny behind an allow", []Rule{allow("a", truth(true)), deny("d", truth(true))}, Facts{}, Decision{false, 1, "d"}},
		{"the first deny gives the reason", []Rule{deny("a", truth(true)), deny("b", truth(true))}, Facts{}, Decision{false, 0, "a"}},
		{"a missing fact denies", []Rule{deny("d", missing)}, Facts{"cloud": map[string]types.Value{}}, Decision{false, 0, "rule 1 has no answer: no such key: jurisdiction"}},
		{"an allow behind one that holds is not asked", []Rule{allow("a", truth(true)), allow("b", missing)}, Facts{}, Decision{true, 0, "a"}},
		{"an allow without an answer", []Rule{allow("a", truth(false)), allow("b", missing)}, Facts{"cloud": map[string]types.Value{}}, Decision{false, 1, "rule 2 has no answer: no such key: jurisdiction"}},
		{"an overflow denies", []Rule{deny("d", eq(node(expression.Add, intT, of("cloud", "tier", intT), num(1)), num(0)))},
			Facts{"cloud": map[string]types.Value{"tier": int64(math.MaxInt64)}}, Decision{false, 0, "rule 1 has no answer: integer overflow"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := must(t, c.rules...).Decide("call", c.facts); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestResidual(t *testing.T) {
	nameIsX := eq(of("cloud", "name", stringT), lit("x"))
	for _, c := range []struct {
		name    string
		rules   []Rule
		known   Facts
		unknown []string
		want    Residue
	}{
		{"labels known, cloud denied", []Rule{europe()}, Facts{"data": data("personal"), "cloud": cloud("v", "US")}, nil, Residue{Denied, 0, "personal data stays in the Union"}},
		{"the known side decides", []Rule{europe()}, Facts{"data": data()}, []string{"cloud"}, Residue{Allowed, -1, ""}},
		{"the other known side decides", []Rule{europe()}, Facts{"cloud": cloud("p", "FR")}, []string{"data"}, Residue{Allowed, -1, ""}},
		{"open", []Rule{europe()}, Facts{"data": data("personal")}, []string{"cloud"}, Residue{Undecided, 0, "personal data stays in the Union"}},
		{"one field is unknown", []Rule{deny("x", nameIsX)}, Facts{"cloud": cloud("p", "FR")}, []string{"cloud.name"}, Residue{Undecided, 0, "x"}},
		{"another field is unknown", []Rule{europe()}, Facts{"data": data("personal"), "cloud": cloud("p", "FR")}, []string{"cloud.name"}, Residue{Allowed, -1, ""}},
		{"neither known nor unknown", []Rule{deny("x", nameIsX)}, Facts{}, nil, Residue{Denied, 0, "rule 1 has no answer: no such attribute(s): cloud"}},
		{"an open deny and a deny that holds", []Rule{deny("x", nameIsX), deny("y", truth(true))}, nil, []string{"cloud"}, Residue{Denied, 1, "y"}},
		{"an open allow behind one that holds", []Rule{allow("a", truth(true)), allow("b", nameIsX)}, nil, []string{"cloud"}, Residue{Allowed, 0, "a"}},
		{"an open allow before one that holds", []Rule{allow("a", nameIsX), allow("b", truth(true))}, nil, []string{"cloud"}, Residue{Allowed, 1, "b"}},
		{"an open allow alone", []Rule{allow("a", nameIsX)}, nil, []string{"cloud"}, Residue{Undecided, 0, "a"}},
		{"an allow without an answer and an open one", []Rule{allow("a", nameIsX), allow("b", labelled("q"))}, nil, []string{"cloud"}, Residue{Undecided, 0, "a"}},
		{"an allow without an answer before one that holds", []Rule{allow("b", labelled("q")), allow("c", truth(true))}, nil, []string{"cloud"}, Residue{Allowed, 1, "c"}},
		{"an open deny and no allow that holds", []Rule{deny("d", nameIsX), allow("c", truth(false))}, nil, []string{"cloud"}, Residue{Denied, -1, noneAllows}},
		{"a boolean choice", []Rule{deny("d", node(expression.Cond, boolT, nameIsX, truth(false), truth(false)))}, nil, []string{"cloud"}, Residue{Allowed, -1, ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := must(t, c.rules...).Residual("call", c.known, c.unknown); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestSurvey(t *testing.T) {
	p := must(t, europe(), deny("always", truth(true)), deny("never", labelled("secret")), deny("open", eq(of("cloud", "name", stringT), lit("x"))),
		deny("lost", eq(of("cloud", "tier", intT), num(1))))
	var all []Facts
	for _, j := range []string{"FR", "US"} {
		for _, d := range []map[string]types.Value{data(), data("personal")} {
			all = append(all, Facts{"data": d, "cloud": map[string]types.Value{"jurisdiction": j}})
		}
	}
	got := p.Survey(all, []string{"cloud.name"})
	want := []Reach{{Holds: 1, HoldsNot: 3}, {Holds: 4}, {HoldsNot: 4}, {Undecided: 4}, {NoAnswer: 4}}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("rule %d: got %+v, want %+v", i, got[i], want[i])
		}
	}
	if got[0].Always() || got[0].Never() || !got[1].Always() || !got[2].Never() || got[3].Always() || got[3].Never() || got[4].Never() {
		t.Errorf("Always and Never are wrong about %+v", got)
	}
}

// anyRule draws conditions over two clouds and two labels, in which the known
// facts may be missing.
func anyCondition(t *rapid.T, depth int) tree {
	leaf := []tree{truth(true), truth(false), labelled("personal"), labelled("health"),
		eq(of("cloud", "name", stringT), lit("a")), eq(of("cloud", "jurisdiction", stringT), lit("FR")),
		eq(of("cloud", "tier", intT), num(1)), node(expression.Lt, boolT, node(expression.Div, intT, num(1), of("cloud", "tier", intT)), num(1))}
	if depth == 0 {
		return rapid.SampledFrom(leaf).Draw(t, "leaf")
	}
	sub := func() tree { return anyCondition(t, depth-1) }
	switch rapid.IntRange(0, 4).Draw(t, "shape") {
	case 0:
		return both(sub(), sub())
	case 1:
		return node(expression.Or, boolT, sub(), sub())
	case 2:
		return not(sub())
	case 3:
		return node(expression.Cond, boolT, sub(), sub(), sub())
	}
	return sub()
}

// What a residue says holds for every completion of the unknown facts.
func TestResidueHoldsForEveryCompletion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rules []Rule
		for range rapid.IntRange(0, 5).Draw(t, "rules") {
			effect := rapid.SampledFrom([]Effect{Allow, Deny}).Draw(t, "effect")
			rules = append(rules, Rule{Effect: effect, Point: "call", When: anyCondition(t, 3)})
		}
		p, err := Compile(rules, types.NewUniverse(nil), declared)
		if err != nil {
			t.Fatal(err)
		}
		unknown := rapid.SampledFrom([][]string{{"cloud"}, {"data"}, {"cloud", "data"}, {"cloud.tier"}, {"cloud.name", "data"}}).Draw(t, "unknown")
		facts := Facts{"cloud": anyCloud(t), "data": anyData(t)}
		residue := p.Residual("call", facts, unknown)
		for range 8 {
			whole := Facts{"cloud": facts["cloud"], "data": facts["data"]}
			for _, u := range unknown {
				switch u {
				case "cloud":
					whole["cloud"] = anyCloud(t)
				case "data":
					whole["data"] = anyData(t)
				default:
					c := map[string]types.Value{}
					for k, v := range whole["cloud"].(map[string]types.Value) {
						c[k] = v
					}
					field := strings.TrimPrefix(u, "cloud.")
					c[field] = anyCloud(t)[field]
					whole["cloud"] = c
				}
			}
			decision := p.Decide("call", whole)
			if residue.Verdict != Undecided && decision.Allowed != (residue.Verdict == Allowed) {
				t.Fatalf("the residue is %+v, but with %v the decision is %+v", residue, whole, decision)
			}
		}
	})
}

func anyCloud(t *rapid.T) map[string]types.Value {
	return map[string]types.Value{
		"name":         rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name"),
		"jurisdiction": rapid.SampledFrom([]string{"FR", "US"}).Draw(t, "jurisdiction"),
		"tier":         int64(rapid.IntRange(0, 2).Draw(t, "tier")),
	}
}

func anyData(t *rapid.T) map[string]types.Value {
	return data(rapid.SampledFrom([][]string{{}, {"personal"}, {"health", "personal"}}).Draw(t, "labels")...)
}

// Where an expression has a value, the policy agrees with it.
func TestPolicyMeansWhatTheExpressionMeans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		when := anyCondition(t, 4)
		e, err := expression.Compile(when, nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile([]Rule{{Effect: Deny, Point: "call", When: when}}, nil, declared)
		if err != nil {
			t.Fatal(err)
		}
		facts := Facts{"cloud": anyCloud(t), "data": anyData(t)}
		v, err := e.Eval(facts)
		if err != nil {
			return // && and || absorb failures from both sides in a policy
		}
		if got := p.Decide("call", facts); got.Allowed != (v == false) {
			t.Fatalf("the expression gives %v and the policy %+v", v, got)
		}
	})
}

func TestLowering(t *testing.T) {
	labels := of("data", "labels", textsT)
	cert := of("cloud", "cert", types.OptionalOf(stringT))
	starts := func(x string) tree { return call("starts_with", boolT, name(x, stringT), lit("p")) }
	facts := Facts{"cloud": cloud("paris", "FR"), "data": data("personal", "health")}
	for _, c := range []struct {
		name string
		when tree
		want bool
	}{
		{"any", call("any", boolT, labels, lambda("l", starts("l"))), true},
		{"all", call("all", boolT, labels, lambda("l", starts("l"))), false},
		{"len", eq(call("len", intT, labels), num(2)), true},
		{"contains a text", call("contains", boolT, of("cloud", "name", stringT), lit("ari")), true},
		{"contains an item", call("contains", boolT, labels, lit("health")), true},
		{"in a text", in(lit("ari"), of("cloud", "name", stringT)), true},
		{"in a range", in(of("cloud", "tier", intT), node(expression.Range, types.ListOf(intT), num(1), num(5))), true},
		{"outside a range", in(of("cloud", "tier", intT), node(expression.Range, types.ListOf(intT), num(1), num(4))), false},
		{"matches", call("matches", boolT, of("cloud", "name", stringT), lit("^p.*s$")), true},
		{"ends_with", call("ends_with", boolT, of("cloud", "name", stringT), lit("ris")), true},
		{"coalesce what is absent", eq(node(expression.Coalesce, stringT, cert, lit("none")), lit("none")), true},
		{"what is absent is null", eq(cert, tree{Op: expression.Literal, Type: types.Of(types.Null)}), true},
		{"index", eq(node(expression.Index, stringT, labels, num(1)), lit("health")), true},
		{"text", eq(node(expression.Concat, stringT, of("cloud", "name", stringT), lit("-"), of("cloud", "tier", intT)), lit("paris-5")), true},
		{"widen", node(expression.Lt, boolT, of("cloud", "weight", floatT), node(expression.Widen, floatT, num(1))), true},
		{"has", call("has", boolT, name("cloud", types.MapOf(stringT)), lit("tier")), true},
		{"remainder of a negative", eq(node(expression.Rem, intT, num(-7), num(2)), num(-1)), true},
		{"choice", eq(node(expression.Cond, stringT, labelled("health"), lit("y"), lit("n")), lit("y")), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := must(t, deny("", c.when)).Decide("call", facts)
			if got.Allowed == c.want || strings.Contains(got.Because, "no answer") {
				t.Errorf("got %+v where the condition should be %v", got, c.want)
			}
		})
	}
}

func TestUnsupportedNamesOperatorAndPlace(t *testing.T) {
	money := types.Of(types.Money)
	for _, c := range []struct {
		operator string
		when     tree
	}{
		{"round", eq(call("round", intT, num(1)), num(1))},
		{"map", eq(call("map", textsT, of("data", "labels", textsT), lambda("x", name("x", stringT))), texts())},
		{"a slice [:]", eq(node(expression.Slice, textsT, of("data", "labels", textsT), num(0), num(1)), texts())},
		{"the type money", eq(node(expression.Add, money, name("m", money), name("m", money)), name("m", money))},
		{"/", node(expression.Lt, boolT, node(expression.Div, floatT, of("cloud", "weight", floatT), of("cloud", "weight", floatT)), of("cloud", "weight", floatT))},
		{"?? after anything but a field", eq(node(expression.Coalesce, stringT, lit("a"), lit("b")), lit("a"))},
		{"${} of float", eq(node(expression.Concat, stringT, of("cloud", "weight", floatT)), lit(""))},
		{"a record literal", eq(node(expression.RecordOf, types.RecordOf()), node(expression.RecordOf, types.RecordOf()))},
	} {
		_, err := Compile([]Rule{deny("", truth(true)), deny("", c.when)}, nil, declared)
		var u *UnsupportedError
		if !errors.As(err, &u) || u.Operator != c.operator || u.Rule != 1 || u.At == "" && c.operator != "the type money" {
			t.Errorf("%s: got %v", c.operator, err)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		rule Rule
		want string
	}{
		{"an effect", Rule{Effect: "forbid", When: truth(true), At: "a:1:1"}, `a:1:1: rule 1: the effect "forbid" is neither allow nor deny`},
		{"no bool", deny("", num(1)), "a.cob:1:1: rule 1: the condition is int instead of bool"},
		{"an unknown variable", deny("", name("nobody", boolT)), "a.cob:1:1: rule 1: undeclared reference to 'nobody'"},
	} {
		_, err := Compile([]Rule{c.rule}, nil, declared)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

// nested quantifiers multiply the cost by AssumedItems each.
func nested(depth int) tree {
	body := truth(true)
	for i := range depth {
		body = call("any", boolT, of("data", "labels", textsT), lambda(fmt.Sprint("x", i), body))
	}
	return body
}

func TestCostBound(t *testing.T) {
	p := must(t, deny("", nested(1)))
	if c := p.Cost(0); c < AssumedItems || c > MaxCost {
		t.Errorf("one quantifier costs %d", c)
	}
	_, err := Compile([]Rule{deny("", nested(3))}, nil, declared)
	var c *CostError
	if !errors.As(err, &c) || c.Cost <= MaxCost || c.Cost == math.MaxUint64 {
		t.Errorf("three nested quantifiers: %v", err)
	}
}

// At the limit: a sum of comparisons one below, and one above MaxCost.
func TestCostAtTheLimit(t *testing.T) {
	when := truth(false)
	var last uint64
	for {
		p, err := Compile([]Rule{deny("", when)}, nil, declared)
		var over *CostError
		if errors.As(err, &over) {
			if last > MaxCost || over.Cost <= MaxCost {
				t.Fatalf("accepted %d and refused %d; the bound is %d", last, over.Cost, MaxCost)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		last = p.Cost(0)
		for range 4 {
			when = node(expression.Or, boolT, call("any", boolT, of("data", "labels", textsT), lambda("x", labelled("personal"))), when)
		}
	}
}
