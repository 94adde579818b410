package ide

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/cob-lang/cob/lang/syntax"
)

// grammar is the grammar of the language, read from the text that the parser
// prints of itself.
type grammar struct {
	rules    map[string]string // right sides, by name
	lines    map[string]string // whole rules that begin with a keyword, by keyword
	keywords map[string]bool   // every word that a rule quotes
}

var word = regexp.MustCompile(`"([a-z_]+)"`)

var theGrammar = sync.OnceValue(func() *grammar {
	g := &grammar{rules: map[string]string{}, lines: map[string]string{}, keywords: map[string]bool{}}
	for _, line := range strings.Split(syntax.Grammar(), "\n") {
		name, right, ok := strings.Cut(strings.TrimSuffix(line, " ."), " = ")
		if !ok {
			continue
		}
		g.rules[name] = right
		for _, m := range word.FindAllStringSubmatch(right, -1) {
			g.keywords[m[1]] = true
		}
		if m := word.FindStringSubmatch(right); m != nil && strings.HasPrefix(right, m[0]) && g.lines[m[1]] == "" {
			g.lines[m[1]] = line
		}
	}
	return g
})

// grammarOf is the rule that a keyword begins, or "".
func grammarOf(keyword string) string { return theGrammar().lines[keyword] }

// begins are the keywords with which the items of a braced list can begin, sorted;
// the list is named as in the grammar. It says whether there is such a list.
func begins(list string) (words []string, ok bool) {
	g := theGrammar()
	_, inner, ok := strings.Cut(g.rules[list], `"{"`)
	if !ok {
		return nil, false
	}
	g.first(inner, map[string]bool{}, &words)
	slices.Sort(words)
	return slices.Compact(words), true
}

// first collects the keywords with which a right side can begin.
func (g *grammar) first(right string, seen map[string]bool, out *[]string) {
	for right = strings.TrimSpace(right); right != ""; right = strings.TrimSpace(right) {
		term, rest := cutTerm(right)
		optional := strings.HasPrefix(rest, "?") || strings.HasPrefix(rest, "*")
		right = strings.TrimLeft(rest, "?*+")
		switch {
		case strings.HasPrefix(term, "("):
			for _, alternative := range alternatives(term[1 : len(term)-1]) {
				g.first(alternative, seen, out)
			}
		case strings.HasPrefix(term, `"`):
			if m := word.FindStringSubmatch(term); m != nil {
				*out = append(*out, m[1])
			}
		case !seen[term]:
			seen[term] = true
			for _, alternative := range alternatives(g.rules[term]) {
				g.first(alternative, seen, out)
			}
		}
		if !optional {
			return
		}
	}
}

// cutTerm splits the first term off a sequence, its sign of repetition excluded.
func cutTerm(s string) (term, rest string) {
	depth, quoted := 0, false
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return s[:i+1], s[i+1:]
			}
		case depth == 0 && strings.IndexByte(" ?*+", c) >= 0:
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// alternatives splits a right side at its outermost bars.
func alternatives(s string) []string {
	var out []string
	depth, quoted, from := 0, false, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == '|' && depth == 0:
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// Keywords are all words that the grammar quotes, sorted.
func Keywords() []string {
	g := theGrammar()
	words := make([]string, 0, len(g.keywords))
	for w := range g.keywords {
		words = append(words, w)
	}
	slices.Sort(words)
	return words
}
