package compiler_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
)

// TestSamplesOfSamplesStaySmall doubles a sample in each of the next ones, which in
// no time is more than there is room for.
func TestSamplesOfSamplesStaySmall(t *testing.T) {
	var b strings.Builder
	b.WriteString("package p\n\ntype Twice { id: string, a: Twice?, b: Twice? }\n\nsample s0: Twice { id: \"0\" }\n")
	for i := range 40 {
		fmt.Fprintf(&b, "sample s%d: Twice { id: \"x\", a: s%d, b: s%d }\n", i+1, i, i)
	}
	b.WriteString("process P(t: Twice) -> string { return t.id }\n\ntest \"small\" {\n  when P(s9)\n  then returns \"x\"\n}\n")
	r := compile(t, fstest.MapFS{"a.cob": {Data: []byte(b.String())}}, compiler.Options{})
	var got []string
	for _, d := range r.Diagnostics {
		if d.Code == "COB5022" {
			got = append(got, d.Message)
		}
	}
	if len(got) != 1 || !strings.Contains(got[0], "at most 10000 parts") {
		t.Errorf("got %q, want one that says how large a sample may be", got)
	}
}

// A sample may stand before those that it is made of, and be one of another package.
func TestSamplesOfSamples(t *testing.T) {
	r := compile(t, fstest.MapFS{
		"a/a.cob": {Data: []byte(`package a

import "../b"

type Pair { left: b.Item, right: b.Item }

sample pair: Pair { left: mine, right: b.theirs }
sample mine: b.Item { n: b.theirs.n + 1 }

process Sum(p: Pair) -> int { return p.left.n + p.right.n }

test "both" {
  when Sum(pair)
  then returns 15
}
`)},
		"b/b.cob": {Data: []byte("package b\n\ntype Item { n: int where n < 10 }\n\nsample theirs: Item { n: 7 }\n")},
	}, compiler.Options{Dir: "a"})
	if len(r.Diagnostics) > 0 {
		t.Errorf("got %v", r.Diagnostics)
	}
	if len(r.Suite.Tests) != 1 || len(r.Suite.Tests[0].Steps) != 2 {
		t.Errorf("the test is %+v", r.Suite)
	}
}
