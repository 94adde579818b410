package syntax_test

import (
	"testing"

	"github.com/cob-lang/cob/lang/format"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// TestValuesBehindWordsOfATest holds that a list, a negative number or
// parentheses behind a word are a value, and no index, difference or call.
func TestValuesBehindWordsOfATest(t *testing.T) {
	for step, terms := range map[string]int{
		"given a.b returns []":              3,
		"given a.b returns [{ id: \"1\" }]": 3,
		"given a.b returns [1, 2][0]":       3,
		"given a.b returns -5":              3,
		"given a.b returns (1 + 2)":         3,
		"then returns [1]":                  2,
		"then returns -1":                   2,
		"then returns items[0]":             2,
		"then returns - 1 + 2":              2,
		"then never called a.b":             3,
	} {
		text := "package p\n\ntest \"t\" {\n  " + step + "\n}\n"
		tree, problems := syntax.Parse(source.New("in.cob", text))
		if len(problems) > 0 {
			t.Errorf("%s: %v", step, problems)
			continue
		}
		got := tree.Decls[1].(*syntax.TestDecl).Body.Steps[0].Terms
		if len(got) != terms {
			t.Errorf("%s has %d terms, want %d", step, len(got), terms)
		}
		if again, _ := syntax.Parse(source.New("in.cob", format.Source(text))); len(again.Decls[1].(*syntax.TestDecl).Body.Steps[0].Terms) != terms {
			t.Errorf("%s is formatted to something else:\n%s", step, format.Source(text))
		}
	}
}
