package ide

import (
	"fmt"
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// Hover is what is said about a place.
type Hover struct {
	Place
	Text string // Markdown
}

// Hover says what stands at an offset: a name with its type, labels and
// documentation, a setting with its table, a function, a keyword with its
// grammar. Nil where nothing is known.
func (s *Snapshot) Hover(path string, offset int) *Hover {
	n := s.names()
	for _, r := range n.at(path, offset) {
		if text := n.describe(&r.target); text != "" {
			if r.of != "" {
				text = paragraphs(text, n.candidates(r.Place))
			}
			return &Hover{r.Place, text}
		}
	}
	if h := n.hoverSetting(path, offset); h != nil {
		return h
	}
	if h := n.hoverConnector(path, offset); h != nil {
		return h
	}
	return s.hoverWord(path, offset)
}

// describe says what a name means.
func (n *names) describe(t *target) string {
	switch {
	case t.symbol != nil:
		return n.describeSymbol(t.symbol)
	case t.variable != nil:
		v := t.variable
		what := "variable"
		if v.Fixed != "" {
			what = v.Fixed
		}
		return paragraphs(code(v.Name+": "+n.show(v.Type)), what, labelled(n.program.LabelNames(v)), n.typeLabels(v.Type))
	case t.shape != nil:
		if f := types.FieldNamed(t.shape.Fields, t.name); f != nil {
			return n.describeField(*f, "")
		}
		return ""
	}
	if f, ok := n.field(t); ok {
		return n.describeField(f, unqualified(t.of, n.program.Module.Package+"."))
	}
	if op := n.operation(t); op != nil {
		c := n.operationSignature(t.of, op)
		note := ""
		if op.Idempotent {
			note = "idempotent"
		}
		return paragraphs(code("operation "+c.label), c.doc, note)
	}
	if d := n.program.Universe.Lookup(t.of); d != nil && d.Kind == types.EnumDefinition {
		doc := ""
		if m, ok := n.part(t.of, t.name).(*syntax.EnumMember); ok {
			doc = m.Doc
		}
		return paragraphs(code(lastPart(t.of)+"."+t.name), doc)
	}
	if d := n.program.Universe.Lookup(t.of + "." + t.name); d != nil {
		return n.describeDefinition(d)
	}
	return ""
}

func (n *names) describeField(f types.Field, of string) string {
	if of != "" {
		of = "field of " + of
	}
	wire := ""
	if f.Wire != "" {
		wire = fmt.Sprintf("`%s` in JSON", f.Wire)
	}
	return paragraphs(code(f.Name+": "+n.show(f.Type)), f.Doc, of, wire, labelled(f.Labels))
}

// typeLabels says which labels the fields of a type carry.
func (n *names) typeLabels(t types.Type) string {
	fields, _ := n.program.Universe.FieldsOf(t)
	var out []string
	for _, f := range fields {
		for _, l := range f.Labels {
			out = append(out, f.Name+" @"+l)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "labelled fields: " + strings.Join(out, ", ")
}

func (n *names) describeDefinition(d *types.Definition) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s {\n", d.Kind, lastPart(d.Name))
	for _, f := range d.Fields {
		fmt.Fprintf(&b, "  %s: %s\n", f.Name, n.show(f.Type))
	}
	for _, v := range d.Values {
		fmt.Fprintf(&b, "  %s\n", v)
	}
	b.WriteString("}")
	return paragraphs(code(b.String()), d.Doc)
}

func (n *names) describeSymbol(s *resolve.Symbol) string {
	extra := ""
	switch s.Kind {
	case resolve.Contract:
		if c := s.Contract; c != nil {
			extra = fmt.Sprintf("%s contract, %d operations, %d types", c.Kind, len(c.Operations), len(c.Types))
		}
	case resolve.Endpoint:
		extra = n.operationList(s.Full)
	case resolve.Label:
		for _, l := range n.program.Labels {
			if l.Name == s.Name && len(l.Is) > 0 {
				extra = "implies " + strings.Join(l.Is, ", ")
			}
		}
	}
	return paragraphs(code(quoted(s)), s.Decl.Head().Doc, extra)
}

// operationList is the operations of an endpoint that a contract brings, which
// its declaration does not show.
func (n *names) operationList(full string) string {
	var lines []string
	for i := range n.program.Endpoints {
		if e := &n.program.Endpoints[i]; e.Name == full && e.Contract != "" {
			for k := range e.Operations {
				lines = append(lines, n.operationSignature(full, &e.Operations[k]).label)
			}
		}
	}
	if len(lines) > maxLines {
		lines = append(lines[:maxLines], fmt.Sprintf("... and %d more", len(lines)-maxLines))
	}
	if len(lines) == 0 {
		return ""
	}
	return code(strings.Join(lines, "\n"))
}

// candidates says to which clouds a call may go.
func (n *names) candidates(p Place) string {
	for _, body := range n.bodies(p.Path) {
		for st, call := range body.Calls {
			if len(st.Target.Parts) == 2 && placeOf(st.Target.Parts[1].At) == p {
				return candidateLines(call)
			}
		}
	}
	return ""
}

func candidateLines(call *check.Call) string {
	var b strings.Builder
	for _, c := range call.Candidates {
		verdict := map[plan.Verdict]string{plan.Allow: "may go to", plan.Deny: "never goes to", plan.Decide: "is decided when it runs for"}[c.Verdict]
		fmt.Fprintf(&b, "- %s %s", verdict, c.Cloud)
		if c.Because != "" {
			b.WriteString(": " + c.Because)
		}
		b.WriteString("\n")
	}
	if len(call.Labels) > 0 {
		return paragraphs("the arguments are "+strings.Join(call.Labels, ", "), b.String())
	}
	return b.String()
}

// hoverSetting describes the setting whose name stands at an offset.
func (n *names) hoverSetting(path string, offset int) *Hover {
	nodes := n.within(path, offset)
	if h := hoverInside(nodes, offset); h != nil {
		return h
	}
	for i := len(nodes) - 1; i >= 0; i-- {
		x, ok := nodes[i].(*syntax.Setting)
		if !ok || !x.Name.At.Contains(offset) {
			continue
		}
		for _, row := range n.settingsAround(nodes[:i]) {
			if row.Name == x.Name.Text {
				return &Hover{placeOf(x.Name.At), describeSetting(&row)}
			}
		}
	}
	return nil
}

func describeSetting(row *check.Setting) string {
	more := "default: " + row.Default
	if row.Required {
		more = "required"
	}
	return paragraphs("`"+row.Name+": "+row.Form+"`", row.Doc, more)
}

// hoverWord describes a function, a type that every package has, or a keyword.
func (s *Snapshot) hoverWord(path string, offset int) *Hover {
	src := s.Source(path)
	if src == nil {
		return nil
	}
	p, word := wordAt(src, offset)
	if word == "" || inComment(src, p.Start) {
		return nil
	}
	p.Path = path
	if followedBy(src.Text, p.End, '(') {
		if f, ok := foldNamed(word); ok && inWindow(s.names().within(path, offset)) {
			return &Hover{p, paragraphs("```\n"+f.Form+"\n```", f.Doc)}
		}
		if f, ok := expression.Lookup(word); ok {
			return &Hover{p, paragraphs("```\n"+f.Form+"\n```", f.Doc)}
		}
	}
	if h := s.hoverPhrase(path, p, word); h != nil {
		return h
	}
	if line := grammarOf(word); line != "" {
		return &Hover{p, "```ebnf\n" + line + "\n```"}
	}
	return nil
}
