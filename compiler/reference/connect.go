package reference

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/syntax"
)

// connector is what the endpoints of a connector can set and do.
func (s *site) connector(d *syntax.ConnectorDecl) string {
	if d.Body == nil {
		return ""
	}
	var b strings.Builder
	for _, p := range d.Body.Parts {
		fmt.Fprintf(&b, "<h3>Settings of %s</h3>\n%s%s", esc(p.Kind.Text), s.doc(p.Doc), s.fields(p.Fields))
	}
	for _, v := range d.Body.Verbs {
		head := v.Name.Text
		if v.Target != nil {
			head += v.Target.Span().Text()
		}
		if v.Result != nil {
			head += " -> " + v.Result.Span().Text()
		}
		if v.Idempotent {
			head += " idempotent"
		}
		fmt.Fprintf(&b, "<h3>%s</h3>\n%s%s", s.inline(head), s.doc(v.Doc), s.fields(v.Fields))
	}
	for _, c := range d.Body.Codes {
		fmt.Fprintf(&b, "<h3>%s</h3>\n%s", s.inline(c.Span().Text()), s.doc(c.Doc))
	}
	return b.String()
}

// importName is what a file calls a package that it imports.
func importName(d *syntax.ImportDecl) string {
	if d.As.Given() {
		return d.As.Text
	}
	text, _ := d.Path.Plain()
	return path.Base(text)
}

// imports says where an imported package is, and which of its declarations the file
// uses, each with the lines.
func (s *site) imports(d *syntax.ImportDecl) string {
	file := d.Span().File()
	used := regexp.MustCompile(`\b` + regexp.QuoteMeta(importName(d)) + `\.([A-Za-z_][A-Za-z0-9_]*)`)
	lines := map[string][]int{}
	var names []string
	for i, line := range strings.Split(file.Text, "\n") {
		text, _, _ := strings.Cut(line, "//")
		for _, m := range used.FindAllStringSubmatch(text, -1) {
			at := lines[m[1]]
			if at == nil {
				names = append(names, m[1])
			}
			if !slices.Contains(at, i+1) {
				lines[m[1]] = append(at, i+1)
			}
		}
	}
	slices.Sort(names)
	var rows [][2]string
	for _, name := range names {
		var at []string
		for _, n := range lines[name] {
			at = append(at, fmt.Sprintf(`<a class="source" href="%s#L%d">%s:%[2]d</a>`, sourcePage(file.Path), n, esc(path.Base(file.Path))))
		}
		rows = append(rows, [2]string{name, strings.Join(at, " ")})
	}
	return s.code(d.Span().Text()) + table(rows)
}
