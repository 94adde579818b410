package syntaxtest

import (
	"fmt"
	"strings"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// Mutants calls f with n broken variants of a text; pick gives numbers below its
// argument, with which they are chosen: one token is deleted, doubled, put in the place of another, or exchanged with
// its neighbour.
func Mutants(text string, pick func(int) int, n int, f func(what, mutant string)) {
	cut, _ := syntax.Lex(source.New("", text))
	tokens := cut.Tokens[:len(cut.Tokens)-1] // the last is the end of the file
	for range n {
		i := pick(len(tokens) - 1)
		t, next, other := tokens[i], tokens[i+1], tokens[pick(len(tokens))]
		before, after := text[:t.Start], text[t.End:]
		put := func(token string) string { return apart(apart(before, token)+token, after) + after }
		kinds := 4
		if next.Newline {
			kinds = 3 // an exchange across lines may be a mutation of two declarations
		}
		switch pick(kinds) {
		case 0:
			f("delete "+cut.Raw(t), put(""))
		case 1:
			f("double "+cut.Raw(t), before+cut.Raw(t)+" "+cut.Raw(t)+after)
		case 2:
			f("put "+cut.Raw(other)+" for "+cut.Raw(t), put(cut.Raw(other)))
		default:
			behind := apart(apart(before, cut.Raw(next))+cut.Raw(next)+text[t.End:next.Start], cut.Raw(t)) + cut.Raw(t)
			f("exchange "+cut.Raw(t)+" and "+cut.Raw(next), apart(behind, text[next.End:])+text[next.End:])
		}
	}
}

// apart puts a blank behind a text that would become one word with the next.
func apart(text, next string) string {
	if text != "" && next != "" && letter(text[len(text)-1]) && letter(next[0]) {
		return text + " "
	}
	return text
}

func letter(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

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

// declared is each declaration of a file by kind and name, with how many there are.
func declared(file *syntax.File) map[string]int {
	out := map[string]int{}
	for _, d := range file.Decls {
		if n := d.DeclName(); n.Given() {
			out[fmt.Sprintf("%T %s", d, n.Text)]++
		}
	}
	return out
}

// Lost is how many declarations of a text a mutant of it no longer has.
func Lost(whole, mutant *syntax.File) int {
	n, kept := 0, declared(mutant)
	for name, count := range declared(whole) {
		n += max(0, count-kept[name])
	}
	return n
}
