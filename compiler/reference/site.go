package reference

import (
	_ "embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/picture"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/syntax"
)

//go:embed style.css
var style string

// Page is a file of the site.
type Page struct {
	Name string // without a directory: "index.html"
	Text string
}

// chapter is a page that holds declarations of several kinds.
type chapter struct {
	name, title string
	kinds       []string
}

var chapters = []chapter{
	{"types.html", "Types", []string{"type", "enum", "union", "fault", "event", "label"}},
	{"endpoints.html", "Endpoints and clouds", []string{"endpoint", "cloud", "use"}},
	{"channels.html", "Channels and time", []string{"channel", "window", "schedule", "partner", "tenant"}},
	{"rules.html", "Rules", []string{"policy", "sla", "failover", "role", "rollout", "migrate"}},
	{"connectors.html", "Connectors and imports", []string{"connector", "import"}},
	{"tests.html", "Tests and samples", []string{"test", "sample"}},
}

type site struct {
	files   []*syntax.File
	plan    *plan.Plan
	links   map[string]string // of declared names
	anchors map[syntax.Decl]string
	flows   map[syntax.Decl]picture.Flow
}

// Site makes the pages of a package that has no errors, by name.
func Site(files []*syntax.File, p *plan.Plan) []Page {
	s := &site{files: files, plan: p, links: map[string]string{}, anchors: map[syntax.Decl]string{}, flows: map[syntax.Decl]picture.Flow{}}
	s.index()
	pages := []Page{{"index.html", s.first()}, {"style.css", style}}
	for _, c := range chapters {
		if body := s.chapter(c); body != "" {
			pages = append(pages, Page{c.name, s.page(c.title, body)})
		}
	}
	for _, d := range s.decls() {
		if f, ok := s.flows[d]; ok {
			pages = append(pages, Page{flowPage(f), s.page(f.Name, s.flow(d, f))})
		}
	}
	for _, f := range files {
		pages = append(pages, Page{sourcePage(f.Source.Path), s.page(path.Base(f.Source.Path), source(f.Source.Text))})
	}
	slices.SortFunc(pages, func(a, b Page) int { return strings.Compare(a.Name, b.Name) })
	return pages
}

func flowPage(f picture.Flow) string { return f.Kind + "-" + f.Name + ".html" }

func sourcePage(name string) string { return "source-" + path.Base(name) + ".html" }

func (s *site) decls() []syntax.Decl {
	var out []syntax.Decl
	for _, f := range s.files {
		out = append(out, f.Decls...)
	}
	return out
}

// kindOf is the keyword of a declaration.
func kindOf(d syntax.Decl) string {
	word, _, _ := strings.Cut(strings.TrimSpace(d.Span().Text()), " ")
	return word
}

// index finds out where each declaration is described.
func (s *site) index() {
	for i, d := range s.decls() {
		name := d.DeclName().Text
		imported, isImport := d.(*syntax.ImportDecl)
		if isImport {
			name = importName(imported)
		}
		if f, ok := picture.FlowOf(d); ok {
			s.flows[d] = f
			s.links[name] = flowPage(f)
			continue
		}
		for _, c := range chapters {
			if slices.Contains(c.kinds, kindOf(d)) {
				anchor := kindOf(d) + "-" + name
				if name == "" || kindOf(d) == "test" || isImport { // each file may import it
					anchor = fmt.Sprintf("%s-%d", kindOf(d), i)
				}
				s.anchors[d] = anchor
				if name != "" && s.links[name] == "" {
					s.links[name] = c.name + "#" + anchor
				}
			}
		}
	}
}

// page puts a body into a page with its way to the others.
func (s *site) page(title, body string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'">
<title>%s – %s</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<header><a class="home" href="index.html">%s</a><nav>`, esc(title), esc(s.plan.Package), esc(s.plan.Package))
	for _, c := range chapters {
		if s.chapter(c) != "" {
			fmt.Fprintf(&b, `<a href="%s">%s</a>`, c.name, c.title)
		}
	}
	fmt.Fprintf(&b, "</nav></header>\n<main>\n%s</main>\n</body>\n</html>\n", body)
	return b.String()
}

// first is the page that a reader begins with.
func (s *site) first() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<h1>The package %s</h1>\n", esc(s.plan.Package))
	for _, f := range s.files {
		if f.Package != nil {
			b.WriteString(s.doc(f.Package.Doc))
		}
	}
	for _, kind := range []string{"process", "route", "pattern"} {
		head := false
		for _, d := range s.decls() {
			f, ok := s.flows[d]
			if !ok || f.Kind != kind {
				continue
			}
			if !head {
				fmt.Fprintf(&b, "<h2>%s</h2>\n<ul class=\"cards\">\n", map[string]string{"process": "Processes", "route": "Routes", "pattern": "Patterns"}[kind])
				head = true
			}
			fmt.Fprintf(&b, `<li><a href="%s">%s</a><code>%s</code>%s</li>`+"\n", flowPage(f), esc(f.Name), esc(f.Head), s.doc(f.Doc))
		}
		if head {
			b.WriteString("</ul>\n")
		}
	}
	fmt.Fprintf(&b, "<h2>The map</h2>\n<figure>%s</figure>\n", picture.MapOf(s.plan).SVG())
	b.WriteString("<h2>What else there is</h2>\n<ul class=\"names\">\n")
	for _, c := range chapters {
		for _, d := range s.decls() {
			if a, ok := s.anchors[d]; ok && slices.Contains(c.kinds, kindOf(d)) && c.name != "tests.html" {
				fmt.Fprintf(&b, `<li><span>%s</span> <a href="%s#%s">%s</a></li>`+"\n", kindOf(d), c.name, a, esc(titleOf(d)))
			}
		}
	}
	b.WriteString("</ul>\n<h2>The source</h2>\n<ul class=\"names\">\n")
	for _, f := range s.files {
		fmt.Fprintf(&b, `<li><a href="%s">%s</a></li>`+"\n", sourcePage(f.Source.Path), esc(path.Base(f.Source.Path)))
	}
	b.WriteString("</ul>\n")
	return s.page("Overview", b.String())
}

func titleOf(d syntax.Decl) string {
	switch d := d.(type) {
	case *syntax.TestDecl:
		title, _ := d.Title.Plain()
		return title
	case *syntax.ImportDecl:
		return importName(d)
	}
	if name := d.DeclName().Text; name != "" {
		return name
	}
	_, rest, _ := strings.Cut(strings.TrimSpace(d.Span().Text()), " ")
	head, _, _ := strings.Cut(rest, "{")
	return strings.TrimSpace(head)
}

// chapter is the body of a page of declarations; "" when there are none.
func (s *site) chapter(c chapter) string {
	var b strings.Builder
	for _, kind := range c.kinds {
		for _, d := range s.decls() {
			if _, ok := s.anchors[d]; ok && kindOf(d) == kind {
				b.WriteString(s.section(d))
			}
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "<h1>" + c.title + "</h1>\n" + b.String()
}

func (s *site) section(d syntax.Decl) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<section id="%s"><h2><span>%s</span> %s %s</h2>`+"\n", s.anchors[d], kindOf(d), esc(titleOf(d)), s.where(d))
	b.WriteString(s.doc(d.Head().Doc))
	b.WriteString(s.described(d))
	b.WriteString("</section>\n")
	return b.String()
}

// where links to the text of a declaration.
func (s *site) where(n syntax.Node) string {
	at := n.Span()
	return fmt.Sprintf(`<a class="source" href="%s#L%d">%s:%d</a>`, sourcePage(at.Path()), at.From().Line, esc(path.Base(at.Path())), at.From().Line)
}

// flow is the page of a process or route.
func (s *site) flow(d syntax.Decl, f picture.Flow) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<h1><span>%s</span> %s %s</h1>\n", f.Kind, esc(f.Name), s.where(d))
	b.WriteString(s.doc(f.Doc))
	if p, ok := d.(*syntax.ProcessDecl); ok {
		b.WriteString(s.process(p))
	}
	fmt.Fprintf(&b, "<h2>The flow</h2>\n<figure>%s</figure>\n<h2>The text</h2>\n%s", f.SVG(), s.code(d.Span().Text()))
	return b.String()
}

func (s *site) process(p *syntax.ProcessDecl) string {
	var rows [][2]string
	if p.Params != nil {
		for _, f := range p.Params.List {
			rows = append(rows, [2]string{"takes", s.inline(f.Span().Text())})
		}
	}
	if p.Result != nil {
		rows = append(rows, [2]string{"gives", s.inline(p.Result.Span().Text())})
	}
	for _, f := range p.Raises {
		rows = append(rows, [2]string{"may fail with", s.inline(f.Span().Text())})
	}
	for _, x := range p.Body.Settings {
		rows = append(rows, s.setting(x))
	}
	return table(rows)
}
