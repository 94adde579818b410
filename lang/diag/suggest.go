package diag

import (
	"strings"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/source"
)

// Suggest returns the candidate most like a misspelt name, or "" when none is
// close: at most one mistake in three letters, by Damerau-Levenshtein distance
// (a swap of neighbours is one mistake). A name of three letters or more that is
// the first words of a candidate (idempotency of idempotency_key) is closer than any
// mistake. One letter is like every other, so it is never guessed and never a guess.
// Of equals the first candidate wins, so pass them in a fixed order.
func Suggest(name string, candidates []string) string {
	if utf8.RuneCountInString(name) < shortestGuessed {
		return ""
	}
	for _, c := range candidates {
		if len(name) >= 3 && strings.HasPrefix(c, name+"_") {
			return c
		}
	}
	best, bestDistance := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if c == name || utf8.RuneCountInString(c) < shortestGuessed {
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
