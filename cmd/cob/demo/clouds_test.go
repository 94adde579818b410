package demo

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/observe"
)

func TestThePackageOfTwoCloudsCompiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "orders")
	if err := writePackage(dir); err != nil {
		t.Fatal(err)
	}
	r, err := compiler.Compile(os.DirFS(dir), compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("it does not compile: %v %v", err, r.Diagnostics)
	}
	if !bytes.Contains(r.Encoded, []byte(`"sync"`)) {
		t.Error("its process does not wait for both clouds")
	}
}

func TestOrdersAreCountedByWhereTheyRan(t *testing.T) {
	killed := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(seconds int) *time.Time { x := killed.Add(time.Duration(seconds) * time.Second); return &x }
	var ran Ran
	for _, i := range []observe.Instance{
		{Started: *at(-9), Ended: at(-1)}, {Started: *at(-9), Ended: at(1)}, {Started: *at(-9)}, {Started: *at(1), Ended: at(2)},
	} {
		ran.count(i, killed)
	}
	if ran != (Ran{Before: 1, Through: 2, After: 1}) {
		t.Errorf("%+v", ran)
	}
}

// An instance that both clouds went on with differently is a disagreement, whatever
// the ledgers say; what was carried over is none.
func TestWhatBothCloudsDidIsToldAndJudged(t *testing.T) {
	r := CloudsReport{Lost: first, Survivor: second, TakeOver: failover.Report{
		Why: "london is silent", Bound: "nothing is missing",
		Merged: []failover.Merged{{Instance: "i-1", Verdict: failover.Imported, Events: 3}, {Instance: "i-2", Verdict: failover.Differs, Events: 1, Detail: "another answer"}},
	}}
	for range shown + 2 {
		r.TakeOver.Twice = append(r.TakeOver.Twice, failover.Repeated{Instance: "i-3", What: "orders.payments.charge on paris"})
	}
	r.Findings = differences(r.TakeOver)
	if r.Agree() || len(r.Findings) != 1 || !strings.Contains(r.Findings[0], "i-2: another answer") {
		t.Errorf("found %q", r.Findings)
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"7 calls were under way", "and 2 more", "i-1: 3 events, imported\n", "rome had not for 2 instances", "DISAGREE in 1 places"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("does not say %q:\n%s", want, text.String())
		}
	}
}
