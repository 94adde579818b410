package diag_test

import (
	"io"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/spec/golden"
)

func sample() []diag.Diagnostic {
	f := source.New("shop/orders.cob", "type Order {\n  total:\tmony // größe\n}\n\nevent Order { }\n")
	at := func(text string, nth int) source.Span {
		start := -1
		for range nth {
			start += 1 + strings.Index(f.Text[start+1:], text)
		}
		return f.Span(start, start+len(text))
	}
	return []diag.Diagnostic{
		diag.Errorf("COB2001", at("mony", 1), "no type is named `mony`").WithLabel("not found").
			WithHelp("did you mean `money`?").WithFix(at("mony", 1), "money"),
		diag.Errorf("COB2002", at("Order", 2), "`Order` is declared twice").WithNote(at("Order", 1), "first here"),
		diag.Warningf("COB6001", at("{ }", 1), "an event that carries 100%% nothing"),
	}
}

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRenderings(t *testing.T) {
	golden.Text(t, "testdata/terminal.txt", diag.Terminal(sample(), diag.Screen{}))
	golden.Text(t, "testdata/colour.txt", diag.Terminal(sample()[:1], diag.Screen{Colour: true}))
	golden.Text(t, "testdata/oneline.txt", diag.OneLines(sample()))
	golden.Text(t, "testdata/github.txt", diag.GitHub(sample()))
	golden.Text(t, "testdata/json.txt", written(t, func(w io.Writer) error { return diag.JSON(w, sample()) }))
	golden.Text(t, "testdata/gitlab.json", written(t, func(w io.Writer) error { return diag.GitLab(w, sample()) }))
	golden.Text(t, "testdata/junit.xml", string(diag.JUnit(sample(), []string{"shop/clean.cob", "shop/orders.cob"})))
	rules, err := diag.Join([]diag.Rule{{Code: "COB2001", Title: "a name that nothing declares", Page: "The name stands for *nothing* here.\n"}})
	if err != nil {
		t.Fatal(err)
	}
	golden.Text(t, "testdata/sarif.json", written(t, func(w io.Writer) error { return diag.SARIF(w, sample(), rules, "v1.2.3") }))
}

func TestSortedByPlace(t *testing.T) {
	var l diag.List
	for _, i := range []int{2, 0, 1} {
		l.Add(sample()[i])
	}
	if got := diag.OneLines(l.Sorted()); got != diag.OneLines(sample()) {
		t.Errorf("sorted:\n%s", got)
	}
	if !l.HasErrors() {
		t.Error("a list with errors says it has none")
	}
}

func TestSuggest(t *testing.T) {
	names := []string{"catalog", "payments", "warehouse", "idempotent", "idempotency_key"}
	for name, want := range map[string]string{"idempotency": "idempotency_key", "warehuose": "warehouse", "paymets": "payments", "cat": "", "x": "", "payments": ""} {
		if got := diag.Suggest(name, names); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", name, got, want)
		}
	}
	if d := diag.Distance("ca", "ac"); d != 1 {
		t.Errorf("a swap counts %d", d)
	}
}

func TestRegistry(t *testing.T) {
	r, err := diag.Join([]diag.Rule{{Code: "COB2001", Title: "b"}}, []diag.Rule{{Code: "COB1001", Title: "a"}})
	if err != nil || r[0].Code != "COB1001" {
		t.Fatalf("%v, %v", r, err)
	}
	if rule, ok := r.Find("COB2001"); !ok || rule.Title != "b" {
		t.Errorf("found %v, %v", rule, ok)
	}
	if _, ok := r.Find("COB9999"); ok {
		t.Error("found a code that no table has")
	}
	if _, err := diag.Join(r, r[:1]); err == nil || !strings.Contains(err.Error(), "COB1001") {
		t.Errorf("a code claimed twice gave %v", err)
	}
}
