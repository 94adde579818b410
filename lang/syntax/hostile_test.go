package syntax_test

import (
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// Every line is a mistake of its own, and every one is looked at twice at most.
func TestManyMistakesAreLookedAtOnce(t *testing.T) {
	for _, line := range []string{"a = 1\n", "type A {\n", "}\n"} {
		tree, problems := syntax.Parse(source.New("in.cob", strings.Repeat(line, 20_000)))
		looked, rest := 0, problems
		for _, d := range tree.Decls {
			within, left := syntax.ProblemsOf(d.Head(), rest)
			looked += max(len(within), len(rest)-len(left))
			if !d.Head().Broken && len(within) > 0 {
				t.Fatalf("%q: a declaration with %d mistakes is not broken", line, len(within))
			}
			rest = left
		}
		if looked > 2*len(problems) {
			t.Errorf("%q: %d looks at %d mistakes", line, looked, len(problems))
		}
	}
}

// The end of what never ends is not searched for from every beginning. Were it, this
// would take hours.
func TestMarksWithoutAnEnd(t *testing.T) {
	const n = 1 << 17
	for _, text := range []string{"/*\n", "“", "'“\n"} {
		tokens, problems := syntax.Lex(source.New("in.cob", strings.Repeat(text, n)))
		if len(problems) < n || len(tokens.Tokens) != len(problems)+1 {
			t.Errorf("%q: %d tokens, %d mistakes", text, len(tokens.Tokens), len(problems))
		}
	}
	_, problems := syntax.Parse(source.New("in.cob", `sample s: "`+strings.Repeat(`\u{1`, n)+"\"\n"))
	if len(problems) == 0 {
		t.Error("escapes without an end draw nothing")
	}
}
