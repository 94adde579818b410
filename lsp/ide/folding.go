package ide

import (
	"strings"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// Fold is a range that can be folded away: from behind its first line to its
// last.
type Fold struct {
	Place
	Comment bool
}

// Folds are the bracketed ranges of a file over several lines, and the comments
// over several lines, by where they begin.
func Folds(src *source.File) []Fold {
	path := src.Path
	tokens, _ := syntax.Lex(src)
	var out []Fold
	var open []int
	for _, t := range tokens.Tokens {
		switch tokens.Raw(t) {
		case "{", "(", "[":
			open = append(open, int(t.Start))
		case "}", ")", "]":
			if len(open) == 0 {
				continue
			}
			start := open[len(open)-1]
			open = open[:len(open)-1]
			if strings.IndexByte(src.Text[start:t.Start], '\n') >= 0 {
				out = append(out, Fold{Place: Place{path, start, int(t.Start)}})
			}
		}
	}
	for i := 0; i < len(tokens.Comments); {
		end := i + 1
		for end < len(tokens.Comments) && adjoin(tokens, end) {
			end++
		}
		if end-i > 1 {
			out = append(out, Fold{Place{path, tokens.Comments[i].At.Start(), tokens.Comments[end-1].At.End()}, true})
		}
		i = end
	}
	return out
}

// adjoin says whether a comment stands alone on the line behind that of the
// comment before it.
func adjoin(tokens *syntax.Tokens, i int) bool {
	a, b := tokens.Comments[i-1].At, tokens.Comments[i].At
	between := tokens.Source.Text[a.End():b.Start()]
	return strings.TrimSpace(between) == "" && strings.Count(between, "\n") == 1
}
