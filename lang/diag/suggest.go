package diag

import (
	"strings"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/source"
)

// MaxGuesses is how many names a misspelt one is compared with. Whoever has more
// passes the likeliest: a text with as many mistakes as names would take for ever.
const MaxGuesses = 1000

// Suggest returns the candidate most like a misspelt name, or "" when none is
// close: at most one mistake in three letters, by Damerau-Levenshtein distance
// (a swap of neighbours is one mistake). A name of three letters or more that is
// the first words of a candidate (idempotency of idempotency_key) is closer than any
// mistake. One letter is like every other, so it is never guessed and never a guess.
// Of equals the first candidate wins, so pass them in a fixed order. Only
// the first MaxGuesses are looked at, and no name of more than maxWord bytes.
func Suggest(name string, candidates []string) string {
	candidates = candidates[:min(len(candidates), MaxGuesses)]
	if len(name) > maxWord || utf8.RuneCountInString(name) < shortestGuessed {
		return ""
	}
	for _, c := range candidates {
		if len(name) >= 3 && len(c) > len(name) && c[len(name)] == '_' && strings.HasPrefix(c, name) {
			return c
		}
	}
	best, bestDistance := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if c == name || utf8.RuneCountInString(c) < shortestGuessed || apart(name, c) >= bestDistance {
			continue
		}
		if d := Distance(name, c); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// shortestGuessed is how many letters a name has at least that is guessed.
const shortestGuessed = 2

// shortestWord is how many letters a word of the language has at least that is
// corrected without asking.
const shortestWord = 4

// WithGuess returns d with the name that was most likely meant. Another name is
// another meaning, so the fix is a draft unless only capitals differ.
func (d Diagnostic) WithGuess(at source.Span, have, near string) Diagnostic {
	d = d.WithHelp("did you mean %s?", near).WithFix(at, near)
	if !strings.EqualFold(have, near) {
		return d.AsDraft()
	}
	return d
}

// WithWord returns d with the word of the language that was most likely meant. One
// wrong letter in a word that is not short leaves no doubt; any other fix is a draft.
func (d Diagnostic) WithWord(at source.Span, have, near string) Diagnostic {
	if g := d.WithGuess(at, have, near); Distance(have, near) > 1 || utf8.RuneCountInString(near) < shortestWord {
		return g
	}
	return d.WithHelp("did you mean %s?", near).WithFix(at, near)
}

// maxWord is the longest name that is compared with others.
const maxWord = 100

// apart is how many letters two words differ in at least, by their bytes.
func apart(a, b string) int {
	if len(a) > maxWord || len(b) > maxWord {
		return maxWord
	}
	var letters [256]int8
	var all byte
	for i := range len(a) {
		letters[a[i]]++
		all |= a[i]
	}
	for i := range len(b) {
		letters[b[i]]--
		all |= b[i]
	}
	more, less := 0, 0
	for _, n := range letters {
		if n > 0 {
			more += int(n)
		} else {
			less -= int(n)
		}
	}
	if all < utf8.RuneSelf {
		return max(more, less)
	}
	return (max(more, less) + utf8.UTFMax - 1) / utf8.UTFMax
}

// Distance is the optimal string alignment distance of two words: insertions,
// deletions, substitutions and swaps of neighbours, counted in runes.
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	older, old, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range old {
		old[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(old[j]+1, row[j-1]+1, old[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, old, row = old, row, older
	}
	return old[len(y)]
}
