package ide

import (
	"strings"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
)

// Signature is what is called around a place.
type Signature struct {
	Label  string
	Doc    string
	Params []string // as they stand in Label
	Active int      // the parameter the place belongs to; may be behind the last
}

// Signature gives the operation, process or function whose arguments an offset
// stands in; nil outside of arguments.
func (s *Snapshot) Signature(path string, offset int) *Signature {
	src := s.Source(path)
	if src == nil || inComment(src, offset) {
		return nil
	}
	tokens, _ := syntax.Lex(src)
	last := len(tokens.Tokens)
	for last > 0 && int(tokens.Tokens[last-1].Start) >= offset {
		last--
	}
	open, commas := openParen(tokens, last)
	if open < 1 {
		return nil
	}
	var name []string
	i := open - 1
	for ; i >= 0 && tokens.Tokens[i].Kind == syntax.Word; i -= 2 {
		name = append([]string{tokens.Raw(tokens.Tokens[i])}, name...)
		if i < 1 || tokens.Raw(tokens.Tokens[i-1]) != "." {
			break
		}
	}
	if len(name) == 0 {
		return nil
	}
	sig := s.names().signatureOf(name)
	if sig != nil {
		sig.Active += commas
	}
	return sig
}

// openParen is the parenthesis that is open at a token, -1 for none, and how many
// commas stand behind it.
func openParen(tokens *syntax.Tokens, last int) (open, commas int) {
	depth := 0
	for i := last - 1; i >= 0; i-- {
		switch tokens.Raw(tokens.Tokens[i]) {
		case ")", "]", "}":
			depth++
		case "(", "[", "{":
			if depth == 0 {
				if tokens.Raw(tokens.Tokens[i]) != "(" {
					return -1, 0
				}
				return i, commas
			}
			depth--
		case ",":
			if depth == 0 {
				commas++
			}
		}
	}
	return -1, 0
}

func (n *names) signatureOf(name []string) *Signature {
	last := name[len(name)-1]
	symbol := n.program.Info.Lookup(name[0])
	if len(name) == 2 && symbol != nil && symbol.Kind == resolve.Endpoint {
		if op := n.operation(&target{of: symbol.Full, name: last}); op != nil {
			return n.signatureFor(n.operationSignature(symbol.Full, op))
		}
	}
	if len(name) == 1 && symbol != nil && symbol.Kind == resolve.Process {
		if p := n.process(symbol); p != nil {
			return n.signatureFor(n.processSignature(p))
		}
	}
	f, ok := expression.Lookup(last)
	if !ok {
		return nil
	}
	sig := &Signature{Label: f.Form, Doc: f.Doc}
	_, inner, _ := strings.Cut(f.Form, "(")
	if end := strings.LastIndex(inner, ")"); end >= 0 {
		inner = inner[:end]
	}
	sig.Params = topLevel(inner)
	if len(name) > 1 {
		sig.Active = 1 // the first argument stands before the dot
	}
	return sig
}

func (n *names) signatureFor(c callable) *Signature {
	return &Signature{Label: c.label, Doc: c.doc, Params: n.params(c.params)}
}

// topLevel splits a list at the commas that stand in no bracket.
func topLevel(s string) []string {
	var out []string
	depth, from := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, strings.TrimSpace(s[from:i]))
				from = i + 1
			}
		}
	}
	if last := strings.TrimSpace(s[from:]); last != "" {
		out = append(out, last)
	}
	return out
}
