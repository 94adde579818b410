package compiler_test

import (
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
)

// TestRemarksMendWithoutAnotherMeaning applies the fixes of remarks about
// conditions, which have to keep what belongs together.
func TestRemarksMendWithoutAnotherMeaning(t *testing.T) {
	for was, want := range map[string]string{
		`(a || b) == true && c`:   `(a || b) && c`,
		`(a || b) == false && c`:  `!(a || b) && c`,
		`(a == b) != true`:        `!(a == b)`,
		`!!(a || b) && c`:         `(a || b) && c`,
		`!!a && c`:                `a && c`,
		`a && c ? true : false`:   `a && c`,
		`a ? false : true`:        `!a`,
		`(a || b) ? false : true`: `!(a || b)`,
		`o == true && a`:          `o == true && a`,
		`(o ?? a) == true`:        `(o ?? a) == true`,
	} {
		source := func(condition string) string {
			return "package p\n\nprocess P(a: bool, b: bool, c: bool, o: bool?) -> bool {\n  let unused = [a, b, c, o ?? a]\n  return len(unused) > 1 && (" + condition + ")\n}\n"
		}
		r := compile(t, fstest.MapFS{"a.cob": {Data: []byte(source(was))}}, compiler.Options{})
		if r.Failed() {
			t.Fatalf("%s: %s", was, diag.OneLines(r.Diagnostics))
		}
		got := source(was)
		if repairs := diag.Repairs(r.Diagnostics, false); len(repairs) > 0 {
			got = repairs[0].Text
		}
		if got != source(want) {
			t.Errorf("%s becomes\n%swant\n%s", was, got, source(want))
		}
	}
}
