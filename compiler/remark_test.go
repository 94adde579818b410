package compiler_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/check"
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

// TestQuestionsAreHeldAgainstSoManyBefore: a question that those before it have
// answered is remarked up to the limit, one that was asked in the same words in any chain.
func TestQuestionsAreHeldAgainstSoManyBefore(t *testing.T) {
	chain := func(n int, last string) string {
		return "package p\n\nprocess P(a: int) -> int {\n  if a > 0 {\n    return -1\n  }" +
			repeated(n-1, " else if a == -# - 1 {\n    return #\n  }") + " else if " + last + " {\n    return -2\n  }\n  return 0\n}\n"
	}
	for _, c := range []struct {
		before int
		last   string
		want   string
	}{
		{check.MaxAsked - 1, "a > 7", "this is never true here"},
		{check.MaxAsked, "a > 7", ""},
		{check.MaxAsked + 1, "a > 0", "this has been asked before"},
	} {
		r := compile(t, fstest.MapFS{"a.cob": {Data: []byte(chain(c.before, c.last))}}, compiler.Options{})
		told := diag.OneLines(r.Diagnostics)
		if c.want == "" && told != "" || !strings.Contains(told, c.want) || strings.Count(told, "warning") > 1 {
			t.Errorf("%s behind %d: %s", c.last, c.before, told)
		}
	}
}
