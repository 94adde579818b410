package demo

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/examples/orders"
	"github.com/cob-lang/cob/examples/orders/services"
)

// few is enough of the example's orders to have every outcome, and an outage.
const few = 120

func options(t *testing.T) Options {
	t.Helper()
	r, err := compiler.Compile(orders.Files, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("the example does not compile: %v", err)
	}
	file, err := orders.Files.Open("orders.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := services.ReadMessages(file)
	if err != nil {
		t.Fatal(err)
	}
	return Options{Plan: r.Encoded, Messages: all[:few]}
}

func TestTheLedgersAgreeAfterAnOutage(t *testing.T) {
	var progress bytes.Buffer
	o := options(t)
	o.Progress = &progress
	report, err := Run(t.Context(), o)
	if err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	if !report.Agree() {
		t.Fatalf("the ledgers disagree:\n%s", strings.Join(report.Findings, "\n"))
	}
	if report.Figures.Settlements == 0 || len(report.Figures.Failovers) == 0 {
		t.Fatalf("the outage left no trace: %+v", report.Figures)
	}
	var text bytes.Buffer
	if err := report.Write(&text); err != nil || !strings.Contains(text.String(), "The ledgers agree") {
		t.Fatalf("%v\n%s", err, text.String())
	}
}

// charge charges an order behind the node's back.
func charge(t *testing.T, at *services.Payments, order, key string) {
	t.Helper()
	body := `{"order":"` + order + `","amount":{"amount":"1.00","currency":"EUR"},"payer":{"id":"c-1","name":"Ada","email":"ada@example.org"}}`
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at.URL()+"/charges", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Idempotency-Key", key)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode >= 300 {
		t.Fatalf("%s, %v", answer.Status, err)
	}
}

func TestTheCheckFindsWhatIsWrong(t *testing.T) {
	o := options(t)
	shipped := ""
	for _, m := range o.Messages {
		if e := services.Expect(m); e.Outcome == services.Shipped {
			shipped = e.Order.ID
			break
		}
	}
	o.afterwards = func(w *world) {
		charge(t, w.finland, shipped, "twice")
		charge(t, w.finland, "nobody-ordered", "nobody")
		charge(t, w.virginia, shipped, "illegal")
	}
	report, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	found := strings.Join(report.Findings, "\n")
	for _, want := range []string{"order " + shipped + ": was shipped and is charged 3 times", "nobody-ordered, which should never have been charged", "virginia was asked 1 times"} {
		if !strings.Contains(found, want) {
			t.Errorf("the check did not find: %s\nit found:\n%s", want, found)
		}
	}
}
