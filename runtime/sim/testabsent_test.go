package sim_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/sim"
)

// TestWhatCannotRunYet says of a test what it reached that cob cannot run, and of one
// that reaches nothing of the kind that it passes.
func TestWhatCannotRunYet(t *testing.T) {
	const text = `package p

sla quick { completion: 99% within 5m }
channel alerts: topic of string
channel urgent: queue of int { priority: message }

process Shop(minutes: int) {
  sla:      quick
  deadline: 30m
  on breach { send alerts("late") }
  wait minutes * 1m
}

process Tell(n: int) { send urgent(n) }

test "quick" { when Shop(5) }
test "slow"  { when Shop(6) }
test "none"  { when Shop(0) }
test "first" { when Tell(1) }
`
	want := map[string]string{
		"quick": "", "none": "",
		"slow":  "Shop took longer than its sla promises, and on breach (p.cob:10:15) is not carried out",
		"first": "a message was sent to urgent, whose priority (p.cob:5:9) is not kept",
	}
	r, err := compiler.Compile(fstest.MapFS{"p.cob": &fstest.MapFile{Data: []byte(text)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatal(err, r.Diagnostics)
	}
	program, err := engine.LinkPartly(r.Plan, r.Digest)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range r.Suite.Tests {
		var got []string
		for _, f := range sim.RunTest(program, one).Failures {
			got = append(got, f.Got)
		}
		if s := strings.Join(got, "; "); s != want[one.Name] {
			t.Errorf("%s: %q, want %q", one.Name, s, want[one.Name])
		}
	}
}
