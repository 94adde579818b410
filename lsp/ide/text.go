package ide

import (
	"strings"

	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// wordAt is the word around an offset, or the empty place there.
func wordAt(src *source.File, offset int) (Place, string) {
	start, end := offset, offset
	for start > 0 && nameByte(src.Text[start-1]) {
		start--
	}
	for end < len(src.Text) && nameByte(src.Text[end]) {
		end++
	}
	return Place{src.Path, start, end}, src.Text[start:end]
}

// followedBy says whether a byte stands behind an offset, blanks aside.
func followedBy(text string, offset int, want byte) bool {
	rest := strings.TrimLeft(text[offset:], " \t")
	return rest != "" && rest[0] == want
}

// inComment says whether an offset lies behind the slashes of a comment.
func inComment(src *source.File, offset int) bool {
	tokens, _ := syntax.Lex(src)
	for _, c := range tokens.Comments {
		if c.At.Start() < offset && offset <= c.At.End() {
			return true
		}
	}
	return false
}

// inString says whether an offset lies inside a string and not in an expression
// that is interpolated in it.
func inString(src *source.File, offset int) bool {
	tokens, _ := syntax.Lex(src)
	for _, t := range tokens.Tokens {
		if t.Kind != syntax.String || int(t.Start) >= offset || offset >= int(t.End) && closed(tokens.Raw(t)) {
			continue
		}
		if offset > int(t.End) {
			continue
		}
		before := src.Text[t.Start:offset]
		open := strings.LastIndex(before, "${")
		return open < 0 || strings.Contains(before[open:], "}")
	}
	return false
}

func closed(raw string) bool { return len(raw) > 1 && raw[len(raw)-1] == '"' }
