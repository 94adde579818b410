package diag

import "strings"

// Suggest returns the candidate most like a misspelt name, or "" when none is
// close: at most one mistake in three letters, by Damerau-Levenshtein distance
// (a swap of neighbours is one mistake). A name of three letters or more that is
// the first words of a candidate (idempotency of idempotency_key) is closer than any
// mistake. Of equals the first candidate wins, so pass them in a fixed order.
func Suggest(name string, candidates []string) string {
	for _, c := range candidates {
		if len(name) >= 3 && strings.HasPrefix(c, name+"_") {
			return c
		}
	}
	best, bestDistance := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if c == name {
			continue
		}
		if d := Distance(name, c); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
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
