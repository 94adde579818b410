package compiler_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
)

// An index is wrong where the list has that length in every run, and nowhere else.
func TestIndicesBehindTheEndOfAFixedList(t *testing.T) {
	for body, wrong := range map[string]bool{
		"let xs = [1, 2, 3]\n  return xs[3]":                                                true,
		"let xs = [1, 2, 3]\n  return xs[2]":                                                false,
		"let xs = [n, n]\n  return xs[2]":                                                   true,
		"let xs = [n, n]\n  return xs[1]":                                                   false,
		"let xs = [n]\n  let i = 1\n  return xs[i]":                                         true,
		"let xs = [n]\n  let i = 0\n  return xs[i]":                                         false,
		"let xs = [n]\n  let i = 0\n  if n > 3 { i = 1 }\n  return xs[i]":                   false,
		"let xs = [n]\n  if n > 3 { xs = xs + [n] }\n  return xs[1]":                        false,
		"let xs = [n]\n  return xs[n]":                                                      false,
		"let xs = [n]\n  return n > 3 ? xs[4] : n":                                          true,
		"let xs = [n]\n  return xs[1] ?? 0":                                                 false,
		"let xs: [int] = []\n  return xs[0]":                                                true,
		"let m = { a: 1 }\n  return m.a":                                                    false,
		"for i in 0..3 {\n    let xs = [i, n]\n    progress string(xs[2])\n  }\n  return n": true,
		"for i in 0..3 {\n    let xs = [i, n]\n    progress string(xs[i])\n  }\n  return n": false,
		"return [1, 2][n]":                                                                  false,
		"return [n, n][2]":                                                                  true,
	} {
		text := fmt.Sprintf("package p\n\nprocess P(n: int) -> int {\n  %s\n}\n", body)
		r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{})
		if err != nil {
			t.Fatal(err)
		}
		told := len(r.Diagnostics) == 1 && r.Diagnostics[0].Code == "COB4385"
		if told != wrong || !wrong && len(r.Diagnostics) > 0 {
			t.Errorf("%s\ngives %q", body, diag.OneLines(r.Diagnostics))
		}
	}
}
