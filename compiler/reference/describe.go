package reference

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

func esc(text string) string { return html.EscapeString(text) }

// doc shows documentation: paragraphs, and `code`.
func (s *site) doc(text string) string {
	var b strings.Builder
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			b.WriteString("<p>" + ticks.ReplaceAllStringFunc(esc(p), func(m string) string {
				return "<code>" + strings.Trim(m, "`") + "</code>"
			}) + "</p>\n")
		}
	}
	return b.String()
}

var ticks = regexp.MustCompile("`[^`]+`")

// token cuts a text of the language into comments, strings, names and the rest.
var token = regexp.MustCompile(`//[^\n]*|"(?:\\.|[^"\\\n])*"|[A-Za-z_][A-Za-z0-9_]*|[^A-Za-z_"/]+|.`)

// keywords are the words that are set off in a text.
var keywords = set(`package import use as label is type enum union fault event cloud endpoint operation raises receive on error failover sla policy
		allow deny when because role process channel queue topic of route sample test given then let call task start await spawn send publish if else for in while parallel
		branch join race interleave select after wait until fail return try catch finally scope compensate critical milestone during cancel end machine state goto
		continue with progress audit report match from filter dedupe split to where within pattern window schedule tenant partner migrate rollout true false null`)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// inline is a text of the language on one line, with its names as links.
func (s *site) inline(text string) string {
	return "<code>" + s.marked(strings.Join(strings.Fields(text), " ")) + "</code>"
}

// code is a text of the language as it is written.
func (s *site) code(text string) string {
	return "<pre>" + s.marked(strings.TrimRight(text, "\n")) + "</pre>\n"
}

func (s *site) marked(text string) string {
	var b strings.Builder
	field := false // what follows a dot is a part of something, not a declaration
	for _, t := range token.FindAllString(text, -1) {
		link := s.links[t]
		switch {
		case strings.HasPrefix(t, "//"):
			fmt.Fprintf(&b, `<i>%s</i>`, esc(t))
		case strings.HasPrefix(t, `"`):
			fmt.Fprintf(&b, `<q>%s</q>`, esc(t))
		case link != "" && !field:
			fmt.Fprintf(&b, `<a href="%s">%s</a>`, link, esc(t))
		case keywords[t] && !field:
			fmt.Fprintf(&b, "<b>%s</b>", t)
		default:
			b.WriteString(esc(t))
		}
		field = strings.HasSuffix(t, ".")
	}
	return b.String()
}

// table has two columns: a word, and what is said of it.
func table(rows [][2]string) string {
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("<div class=\"wide\"><table>\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n", esc(r[0]), r[1])
	}
	b.WriteString("</table></div>\n")
	return b.String()
}

// grid is a table with a head.
func grid(head []string, rows [][]string) string {
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("<div class=\"wide\"><table>\n<tr>")
	for _, h := range head {
		fmt.Fprintf(&b, "<th scope=\"col\">%s</th>", esc(h))
	}
	b.WriteString("</tr>\n")
	for _, r := range rows {
		b.WriteString("<tr>")
		for _, cell := range r {
			fmt.Fprintf(&b, "<td>%s</td>", cell)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table></div>\n")
	return b.String()
}

func (s *site) setting(x *syntax.Setting) [2]string {
	_, value, _ := strings.Cut(x.Span().Text(), ":")
	return [2]string{x.Name.Text, s.inline(value) + s.doc(x.Doc)}
}

func (s *site) settings(list []*syntax.Setting) string {
	var rows [][2]string
	for _, x := range list {
		rows = append(rows, s.setting(x))
	}
	return table(rows)
}

// described is what a declaration says, in the form that its kind is read in.
// What has no such form is shown as it is written.
func (s *site) described(d syntax.Decl) string {
	switch d := d.(type) {
	case *syntax.TypeDecl:
		if d.Fields != nil {
			return s.fields(d.Fields)
		}
	case *syntax.UnionDecl:
		return "<p>A value is exactly one of these.</p>\n" + s.fields(d.Cases)
	case *syntax.FaultDecl:
		return s.fields(d.Fields)
	case *syntax.EventDecl:
		return s.fields(d.Fields)
	case *syntax.EnumDecl:
		var rows [][]string
		for _, m := range d.Members.List {
			rows = append(rows, []string{"<code>" + esc(m.Name.Text) + "</code>", s.doc(m.Doc)})
		}
		return grid([]string{"value", "means"}, rows)
	case *syntax.CloudDecl:
		if d.Settings != nil {
			return s.settings(d.Settings.List)
		}
		return ""
	case *syntax.EndpointDecl:
		return s.endpoint(d)
	case *syntax.PolicyDecl:
		return s.policy(d)
	case *syntax.ConnectorDecl:
		return s.connector(d)
	case *syntax.ImportDecl:
		return s.imports(d)
	}
	return s.code(d.Span().Text())
}

func (s *site) fields(f *syntax.Fields) string {
	if f == nil {
		return ""
	}
	var rows [][]string
	for _, x := range f.List {
		about := s.doc(x.Doc)
		if x.Where != nil {
			about += "<p>where " + s.inline(x.Where.Span().Text()) + "</p>"
		}
		marks := ""
		for _, a := range x.Annotations {
			marks += s.inline(a.Span().Text()) + " "
		}
		kind := ""
		if x.Type != nil {
			kind = s.inline(x.Type.Span().Text())
		}
		rows = append(rows, []string{"<code>" + esc(x.Name.Text) + "</code>", kind, strings.TrimSpace(marks), about})
	}
	return grid([]string{"field", "type", "labels", ""}, rows)
}

func (s *site) endpoint(d *syntax.EndpointDecl) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<p>By %s.</p>\n", s.inline(d.Kind.Span().Text()))
	if d.Body == nil {
		return b.String()
	}
	b.WriteString(s.settings(d.Body.Settings))
	for _, o := range d.Body.Operations {
		head, _, _ := strings.Cut(o.Span().Text(), "{\n")
		if o.Body != nil {
			head = strings.TrimSuffix(o.Span().Text(), o.Body.Span().Text())
		}
		fmt.Fprintf(&b, "<h3>%s</h3>\n%s", s.inline(strings.TrimPrefix(head, "operation ")), s.doc(o.Doc))
		if o.Body != nil {
			fmt.Fprintf(&b, "<details><summary>how it is carried out</summary>%s</details>\n", s.code(o.Span().Text()))
		}
	}
	if len(d.Body.Operations) == 0 {
		b.WriteString(s.foreign(d.Name.Text))
	}
	for _, r := range d.Body.Receives {
		fmt.Fprintf(&b, "<h3>%s</h3>\n%s", s.inline(r.Span().Text()), s.doc(r.Doc))
	}
	var head []string
	var rows [][]string
	seen := map[string]int{}
	for _, on := range d.Body.Bindings {
		for _, x := range on.Settings.List {
			if _, ok := seen[x.Name.Text]; !ok {
				seen[x.Name.Text] = len(head)
				head = append(head, x.Name.Text)
			}
		}
	}
	for _, on := range d.Body.Bindings {
		row := make([]string, len(head)+1)
		row[0] = s.inline(on.Cloud.String())
		for _, x := range on.Settings.List {
			row[seen[x.Name.Text]+1] = s.setting(x)[1]
		}
		rows = append(rows, row)
	}
	b.WriteString(grid(append([]string{"on"}, head...), rows))
	return b.String()
}

// foreign lists the operations that an endpoint has from a contract.
func (s *site) foreign(name string) string {
	var b strings.Builder
	for i := range s.plan.Endpoints {
		e := &s.plan.Endpoints[i]
		if e.Name != s.plan.Package+"."+name {
			continue
		}
		for _, o := range e.Operations {
			params := make([]string, len(o.Params))
			for j, p := range o.Params {
				params[j] = p.Name + ": " + p.Type.String()
			}
			head := o.Name + "(" + strings.Join(params, ", ") + ")"
			if o.Result.Kind != types.Void {
				head += " -> " + o.Result.String()
			}
			if len(o.Raises) > 0 {
				head += " raises " + strings.Join(o.Raises, ", ")
			}
			fmt.Fprintf(&b, "<h3>%s</h3>\n", s.inline(strings.ReplaceAll(head, s.plan.Package+".", "")))
		}
	}
	return b.String()
}

// policy says each rule as a sentence, in the order in which they are asked.
func (s *site) policy(d *syntax.PolicyDecl) string {
	var b strings.Builder
	b.WriteString(s.settings(d.Body.Settings) + "<ol>\n")
	for _, r := range d.Body.Rules {
		points := make([]string, len(r.Points))
		for i, p := range r.Points {
			points[i] = p.Text
		}
		verb := map[string]string{"deny": "must not happen", "allow": "may happen"}[r.Effect.Text]
		fmt.Fprintf(&b, "<li><strong>%s</strong> %s", esc(strings.Join(points, ", ")), verb)
		if r.When != nil {
			b.WriteString(" when " + s.inline(r.When.Span().Text()))
		}
		if why, ok := r.Because.Plain(); ok {
			fmt.Fprintf(&b, ", because %s", esc(why))
		}
		b.WriteString("." + s.doc(r.Doc) + "</li>\n")
	}
	b.WriteString("</ol>\n")
	return b.String()
}

// source is a text with a place to link to for every line.
func source(text string) string {
	var b strings.Builder
	b.WriteString("<pre class=\"lines\">")
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		fmt.Fprintf(&b, `<span id="L%d">%s</span>`+"\n", i+1, esc(line))
	}
	b.WriteString("</pre>\n")
	return b.String()
}
