package ide

import (
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// maxLines is how many lines of a declaration an answer quotes.
const maxLines = 12

// operation is the operation that a target names, or nil.
func (n *names) operation(t *target) *plan.Operation {
	for i := range n.program.Endpoints {
		e := &n.program.Endpoints[i]
		if e.Name != t.of {
			continue
		}
		for k := range e.Operations {
			if e.Operations[k].Name == t.name {
				return &e.Operations[k]
			}
		}
	}
	return nil
}

// params are parameters as an author writes them.
func (n *names) params(list []types.Field) []string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = f.Name + ": " + n.show(f.Type)
	}
	return out
}

// signature is how something is called: name(params) -> result raises faults.
func (n *names) signature(name string, params []types.Field, result types.Type, raises []string) string {
	text := name + "(" + strings.Join(n.params(params), ", ") + ")"
	if result.Kind != types.Void && result.Kind != types.Invalid {
		text += " -> " + n.show(result)
	}
	for i, fault := range raises {
		word := ", "
		if i == 0 {
			word = " raises "
		}
		text += word + unqualified(fault, n.program.Module.Package+".")
	}
	return text
}

// callable is a thing that is called with arguments.
type callable struct {
	label  string
	params []types.Field
	doc    string
}

func (n *names) operationSignature(of string, op *plan.Operation) callable {
	c := callable{n.signature(lastPart(of)+"."+op.Name, op.Params, op.Result, op.Raises), op.Params, ""}
	t := target{of: of, name: op.Name}
	if d, ok := n.part(t.of, t.name).(*syntax.Operation); ok {
		c.doc = d.Doc
	} else if m := n.contractOperation(of, op.Name); m != "" {
		c.doc = m
	}
	return c
}

// contractOperation is the documentation of an operation that a contract brings.
func (n *names) contractOperation(endpoint, name string) string {
	s := n.owner(endpoint)
	if s == nil {
		return ""
	}
	e, ok := s.Decl.(*syntax.EndpointDecl)
	if !ok || e.Kind == nil {
		return ""
	}
	service := ""
	if len(e.Kind.Parts) == 2 {
		service = e.Kind.Parts[1].Text
	}
	if c := n.program.Info.Lookup(e.Kind.Parts[0].Text); c != nil && c.Contract != nil {
		if op := c.Contract.Find(service, name); op != nil {
			return op.Doc
		}
	}
	return ""
}

func (n *names) processSignature(p *check.Process) callable {
	return callable{n.signature(p.Decl.Name.Text, p.Params, p.Result, p.Raises), p.Params, p.Decl.Doc}
}

func lastPart(full string) string { return full[strings.LastIndexByte(full, '.')+1:] }

// quoted is a declaration as it is written: its header, or all of it where it is
// short data.
func quoted(s *resolve.Symbol) string {
	text := strings.TrimRight(s.Decl.Span().Text(), " \t\r\n")
	switch s.Kind {
	case resolve.Process, resolve.Route:
		if i := strings.Index(text, "{\n"); i > 0 {
			text = strings.TrimRight(text[:i], " ")
		}
	}
	lines := strings.Split(text, "\n")
	if len(lines) > maxLines {
		lines = append(lines[:maxLines], "  ...", "}")
	}
	return strings.Join(lines, "\n")
}

// labelled says which labels data has, "" for none.
func labelled(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return "labels: " + strings.Join(list, ", ")
}

// code is a block of COB in Markdown.
func code(text string) string { return "```cob\n" + text + "\n```" }

// paragraphs joins what is not empty.
func paragraphs(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n\n")
}
