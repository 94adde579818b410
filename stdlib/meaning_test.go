package stdlib_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/sim"
	"github.com/cob-lang/cob/stdlib"
)

func compiled(t *testing.T, name string) *compiler.Result {
	t.Helper()
	r, err := compiler.Compile(stdlib.Files, compiler.Options{Dir: name})
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed() {
		t.Fatal(diag.OneLines(r.Diagnostics))
	}
	return r
}

// TestEveryConditionIsTested takes each condition out of the packages, wherever it is
// carried to, and one of the tests of a package that has it fails. What processes want of
// their parameters is asked by TestParametersAtTheirLimits, for a test block may not
// break it.
func TestEveryConditionIsTested(t *testing.T) {
	missed := map[string]bool{}
	for _, p := range parameters {
		missed[p.text] = true
	}
	having := map[string]string{}
	for _, name := range packages(t) {
		if connector(name) {
			continue // its conditions are about what authors write, and no value ever has them
		}
		r := compiled(t, name)
		for _, x := range r.Plan.Refinements {
			if having[x.Text] = name; !missed[x.Text] {
				missed[x.Text] = fails(t, r, x.Text)
			}
		}
	}
	if len(having) < 60 {
		t.Errorf("only %d conditions were found", len(having))
	}
	for text, name := range having {
		if !missed[text] {
			t.Errorf("%s: no test misses the condition %.120s", name, text)
		}
	}
}

// fails says whether a test of a package fails without a condition.
func fails(t *testing.T, r *compiler.Result, text string) bool {
	t.Helper()
	without := *r.Plan
	without.Refinements = slices.DeleteFunc(slices.Clone(r.Plan.Refinements), func(x expression.Refinement) bool { return x.Text == text })
	program, err := engine.Link(&without, r.Digest)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(r.Suite.Tests, func(test plan.Test) bool {
		result := sim.RunTest(program, test)
		return !result.Passed()
	})
}

// parameters are the conditions of what processes take, with JSON on both sides of them.
var parameters = []struct {
	process, field, text string
	good, bad            []string
}{
	{"calendar.WorkingDaysLater", "days", "days in 1..1000", []string{"1", "1000"}, []string{"0", "1001"}},
	{"calendar.Easter", "year", "year in 1583..9998", []string{"1583", "9998"}, []string{"1582", "9999"}},
	{"calendar.EuroHolidays", "year", "year in 1999..9998", []string{"1999", "9998"}, []string{"1998", "9999"}},
	{"finance.WithTax", "decimals", "decimals in 0..4", []string{"0", "4"}, []string{"-1", "5"}},
	{"finance.Share", "weights", "len(weights) in 1..1000 && all(weights, w => w >= 0) && sum(weights) > 0", []string{"[1]", "[0, 0.5]"}, []string{"[]", "[0]", "[2, -1]"}},
	{"messaging.Parts", "items", "len(items) > 0", []string{"[1]"}, []string{"[]"}},
	{"messaging.Parts", "size", "size >= 1", []string{"1"}, []string{"0"}},
	{"messaging.Whole", "parts", "len(parts) > 0", []string{`[{"of": "m", "number": 1, "count": 1, "body": []}]`}, []string{"[]"}},
	{"tracing.Child", "step", "len(step) > 0", []string{`"s"`}, []string{`""`}},
	{"workflow.Approve", "due", "due > 0s", []string{`"PT1S"`}, []string{`"PT0S"`}},
	{"workflow.ApproveOrEscalate", "patience", "patience > 0s", []string{`"PT1S"`}, []string{`"PT0S"`}},
	{"workflow.Vote", "voters", "voters in 1..100", []string{"1", "100"}, []string{"0", "101"}},
	{"workflow.Vote", "needed", "needed in 1..100", []string{"1", "100"}, []string{"0", "101"}},
}

func TestParametersAtTheirLimits(t *testing.T) {
	for _, p := range parameters {
		name, _, _ := strings.Cut(p.process, ".")
		r := compiled(t, name)
		checker, err := expression.NewChecker(r.Program.Universe, r.Plan.Refinements)
		if err != nil {
			t.Fatal(err)
		}
		params := r.Program.Signature(p.process).Params
		i := slices.IndexFunc(params, func(f types.Field) bool { return f.Name == p.field })
		for _, text := range slices.Concat(p.good, p.bad) {
			v, err := r.Program.Universe.DecodeJSON([]byte(text), params[i].Type, types.Strict)
			if err != nil {
				t.Fatalf("%s %s: %v", p.process, text, err)
			}
			found := checker.CheckAs(p.process, map[string]types.Value{p.field: v}, types.RecordOf(params...))
			if wrong := len(found) > 0; wrong != slices.Contains(p.bad, text) || wrong && !strings.Contains(found.Error(), p.text) {
				t.Errorf("%s, %s %s: %v", p.process, p.field, text, found)
			}
		}
	}
}

// TestPromises: what promises more says so in each of its figures.
func TestPromises(t *testing.T) {
	r := compiled(t, "sla")
	promise := func(name string) plan.SLA {
		i := slices.IndexFunc(r.Plan.SLAs, func(s plan.SLA) bool { return s.Name == "sla."+name })
		if i < 0 {
			t.Fatalf("no sla %s", name)
		}
		return r.Plan.SLAs[i]
	}
	order := []string{"instant", "interactive", "prompt", "overnight", "casework", "statutory"}
	within := []time.Duration{time.Second, 5 * time.Second, time.Hour, 12 * time.Hour, 10 * 24 * time.Hour, 30 * 24 * time.Hour}
	for i, name := range order {
		p := promise(name)
		if time.Duration(p.Completion.WithinNs) != within[i] || p.RPONs != nil || p.RTONs != 0 {
			t.Errorf("%s: %+v", name, p)
		}
		if i > 0 && p.Availability > promise(order[i-1]).Availability { // texts of "0." and digits
			t.Errorf("%s is more available than %s", name, order[i-1])
		}
	}
	lossless, recoverable := promise("lossless"), promise("recoverable")
	if lossless.RPONs == nil || *lossless.RPONs != 0 || time.Duration(lossless.RTONs) != time.Minute {
		t.Errorf("%+v", lossless)
	}
	if recoverable.RPONs == nil || time.Duration(*recoverable.RPONs) != 10*time.Second || time.Duration(recoverable.RTONs) != 5*time.Minute {
		t.Errorf("%+v", recoverable)
	}
}

// obeys says for a channel of a package which texts it takes.
func obeys(t *testing.T, name, channel string) func(text string) bool {
	t.Helper()
	r := compiled(t, name)
	checker, err := expression.NewChecker(r.Program.Universe, r.Plan.Refinements)
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) bool {
		return len(checker.CheckAs(name+"."+channel, text, types.Of(types.String))) == 0
	}
}

// TestCodesAgainstOtherLists asks about all texts of two and three letters. x/text knows
// codes that are reserved or were withdrawn as well; they stand here, once.
func TestCodesAgainstOtherLists(t *testing.T) {
	country, currency, tongue := obeys(t, "codes", "_countries"), obeys(t, "codes", "_currencies"), obeys(t, "codes", "_languages")
	reserved := strings.Fields("AC CP CQ DG EA EZ IC TA UN")
	withdrawn := strings.Fields("AN CS FQ NT PC SU YU")
	replaced := strings.Fields("in iw ji jw mo sh")
	n := 0
	for code := range letters(2) {
		region, err := language.ParseRegion(code)
		known := err == nil && region.IsCountry() && region.Canonicalize() == region && !region.IsPrivateUse()
		if known != (country(code) || slices.Contains(reserved, code) || slices.Contains(withdrawn, code)) {
			t.Errorf("the country %s: %v, and there %v", code, country(code), known)
		}
		if country(code) {
			n++
		}
		small := strings.ToLower(code)
		base, err := language.ParseBase(small)
		if known := err == nil && base.String() == small; known != (tongue(small) || slices.Contains(replaced, small)) {
			t.Errorf("the language %s: %v, and there %v", small, tongue(small), known)
		}
	}
	if n != 249 {
		t.Errorf("there are %d countries", n)
	}
	for code := range letters(3) {
		if currency(code) != types.IsActiveCurrency(code) {
			t.Errorf("the currency %s: %v", code, currency(code))
		}
	}
}

func letters(n int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		if n == 0 {
			yield("")
			return
		}
		for rest := range letters(n - 1) {
			for c := 'A'; c <= 'Z'; c++ {
				if !yield(rest + string(c)) {
					return
				}
			}
		}
	}
}
