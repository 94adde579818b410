package syntax

import (
	"slices"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/source"
)

// TestEveryProductionObeysItsLine holds what is read by hand, and what is generated,
// to the line of the grammar: each sentence that the line allows is read to its end,
// and one that breaks off is reported with what the line wants next.
func TestEveryProductionObeysItsLine(t *testing.T) {
	sentences, broken := 0, 0
	for _, p := range every(productions()) {
		line, _, _ := strings.Cut(p.grammar, "\n")
		name, right, _ := strings.Cut(strings.TrimSuffix(line, " ."), " = ")
		for _, sentence := range expand(right) {
			sentences++
			text := spelled(sentence)
			if text == "catch as n { }" {
				continue // a word behind catch is the fault, whatever it is
			}
			if told := reads(p, text); told != "" {
				t.Errorf("%s: %s\n%s", name, text, told)
			}
		}
		for at := 0; at < len(right); {
			want := fromNext(right[at:])
			if want == "" {
				break
			}
			if done := right[:len(right)-len(want)]; strings.TrimSpace(done) != "" {
				broken++
				text := spelled(expand(done)[0])
				if told, wants := reads(p, text), "expected "+wanted("(expected "+want+")")+", found the end of the declaration"; told != wants {
					t.Errorf("%s: %s\ngot:  %s\nwant: %s", name, text, told, wants)
				}
			}
			at = len(right) - len(want) + termEnd(want)
			at += len(right[at:]) - len(strings.TrimLeft(right[at:], "+ "))
		}
	}
	if sentences < 200 || broken < 60 {
		t.Errorf("%d sentences and %d that break off are too few for this grammar", sentences, broken)
	}
}

// every is all productions, sorted by their lines.
func every(t *table) []*production {
	out := []*production{t.assign, t.branch, t.onArm, t.afterArm, t.operation, t.receive, t.binding, t.mapping, t.rule,
		t.state, t.patternStep, t.emit, t.migrateMove, t.migrateSet}
	for _, group := range []map[string]*production{t.decls, t.statements, t.clauses} {
		for _, p := range group {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b *production) int { return strings.Compare(a.grammar, b.grammar) })
	return out
}

// reads gives what is told about a text that one production has to read to its end.
func reads(p *production, text string) string {
	file := source.New("line.cob", text)
	tokens, _ := Lex(file)
	s := newSession(tokens)
	defer s.close()
	s.reader, s.region = reader{end: len(tokens.Tokens) - 1}, source.NewRegion(file, 0)
	s.lex = s.window(s.end)
	s.produce(p)
	switch {
	case len(s.problems) > 0:
		return s.problems[0].Message
	case s.pos < s.end:
		return "stopped at " + s.found(s.pos)
	}
	return ""
}

// fromNext is a sequence of EBNF without what may be left out at its beginning.
func fromNext(ebnf string) string {
	for ebnf != "" {
		end := termEnd(ebnf)
		if end == len(ebnf) || ebnf[end] != '?' && ebnf[end] != '*' {
			break
		}
		ebnf = strings.TrimSpace(ebnf[end+1:])
	}
	return ebnf
}

// expand gives sentences of symbols that EBNF allows: the shortest first, each
// alternative, and what may be repeated up to two times.
func expand(ebnf string) (out [][]string) {
	for _, alternative := range alternatives(ebnf) {
		sentences := [][]string{nil}
		for rest := strings.TrimSpace(alternative); rest != ""; rest = strings.TrimSpace(rest) {
			end := termEnd(rest)
			term := rest[:end]
			inner := [][]string{{term}}
			if strings.HasPrefix(term, "(") {
				inner = expand(term[1 : len(term)-1])
			}
			once := inner
			suffix := rest[end:min(end+1, len(rest))]
			if suffix == "?" || suffix == "*" {
				inner = append([][]string{nil}, inner...)
			}
			if suffix == "*" || suffix == "+" {
				inner = append(inner, slices.Concat(once[0], once[len(once)-1]))
			}
			var longer [][]string
			for _, s := range sentences {
				for _, more := range inner {
					longer = append(longer, slices.Concat(s, more))
				}
			}
			sentences = longer
			rest = strings.TrimLeft(rest[end:], "?*+")
		}
		out = append(out, sentences...)
	}
	return out
}

// alternatives cuts EBNF at the bars that stand in no parentheses.
func alternatives(ebnf string) (out []string) {
	depth, from := 0, 0
	for i := range ebnf {
		switch {
		case ebnf[i] == '(':
			depth++
		case ebnf[i] == ')':
			depth--
		case depth == 0 && strings.HasPrefix(ebnf[i:], " | "):
			out, from = append(out, ebnf[from:i]), i+3
		}
	}
	return append(out, ebnf[from:])
}

// spelled is a sentence as an author writes it.
func spelled(sentence []string) string {
	samples := map[string]string{
		"Name": "n", "Path": "a.b", "Type": "[int]", "Expr": "1", "Action": "call e.o(1)", "StringExpr": `"s"`, "Args": "(1)",
		"Params": "(p: int)", "Fields": "{ f: int }", "EnumMembers": "{ m }", "PatternSource": "n = T", "StepRef": "a", "Join": "2",
		"Catches": "catch { }", "ElseIf": "else if 1 { }", "MatchArms": "{ 1 => fail F }", "StreamSource": "s", "StepWord": "every",
	}
	words := make([]string, len(sentence))
	for i, symbol := range sentence {
		words[i] = samples[symbol]
		switch {
		case strings.HasPrefix(symbol, `"`):
			words[i] = strings.Trim(symbol, `"`)
		case words[i] == "":
			words[i] = "{ }"
		}
	}
	return strings.Join(words, " ")
}
