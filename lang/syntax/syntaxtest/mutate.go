package syntaxtest

import (
	"strings"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// Mutations calls f with broken variants of a text: each token deleted, each
// token doubled, each line doubled, each line dropped, and the text cut behind
// every byte.
func Mutations(text string, f func(what, mutant string)) {
	tokens, _ := syntax.Lex(source.New("", text))
	for _, t := range tokens.Tokens {
		f("delete "+tokens.Raw(t), text[:t.Start]+text[t.End:])
		f("double "+tokens.Raw(t), text[:t.End]+" "+text[t.Start:])
	}
	lines := strings.SplitAfter(text, "\n")
	offset := 0
	for _, line := range lines {
		f("double line "+line, text[:offset]+line+text[offset:])
		f("drop line "+line, text[:offset]+text[offset+len(line):])
		offset += len(line)
	}
	for i := range len(text) {
		f("cut", text[:i])
	}
}
