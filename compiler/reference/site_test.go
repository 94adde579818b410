package reference_test

import (
	"encoding/xml"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/reference"
)

var (
	anchor = regexp.MustCompile(` id="([^"]*)"`)
	href   = regexp.MustCompile(` href="([^"]*)"`)
)

// whole holds a site together: every link leads somewhere in it, every page is
// well-formed, and nothing is fetched from elsewhere.
func whole(t *testing.T, pages []reference.Page) map[string]string {
	t.Helper()
	targets, text := map[string]bool{}, map[string]string{}
	for _, p := range pages {
		if text[p.Name] != "" {
			t.Errorf("two pages are called %s", p.Name)
		}
		text[p.Name] = p.Text
		targets[p.Name] = true
		for _, m := range anchor.FindAllStringSubmatch(p.Text, -1) {
			if targets[p.Name+"#"+m[1]] {
				t.Errorf("%s has two places called %s", p.Name, m[1])
			}
			targets[p.Name+"#"+m[1]] = true
		}
	}
	for _, p := range pages {
		for _, m := range href.FindAllStringSubmatch(p.Text, -1) {
			if !targets[m[1]] {
				t.Errorf("%s links to %s, which is nowhere", p.Name, m[1])
			}
		}
		if strings.Contains(p.Text, "<script") || strings.Contains(p.Text, "src=") {
			t.Errorf("%s runs or fetches something", p.Name)
		}
		if strings.HasSuffix(p.Name, ".html") {
			wellFormed(t, p)
		}
	}
	return text
}

// wellFormed reads a page strictly, but for the elements that have no end.
func wellFormed(t *testing.T, p reference.Page) {
	t.Helper()
	text := regexp.MustCompile(`<(meta|link)( [^>]*)>`).ReplaceAllString(p.Text, "<$1$2/>")
	d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "<!doctype html>\n")))
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
	}
}

func TestSitesOfTheExamples(t *testing.T) {
	for _, name := range []string{"orders", "ward", "leave", "benefit", "commerce", "patient", "patterns/workflow", "patterns/integration", "steps", "w1"} {
		r, err := compiler.Compile(os.DirFS("../.."), compiler.Options{Dir: "examples/" + name})
		if err != nil || r.Failed() {
			t.Fatalf("examples/%s does not compile: %v", name, err)
		}
		text := whole(t, reference.Site(r.Files, r.Plan))
		if name != "orders" {
			continue
		}
		for page, parts := range map[string][]string{
			"index.html":          {`<a href="process-Fulfil.html">Fulfil</a>`, `<a href="types.html#type-Order">Order</a>`, "<svg "},
			"process-Fulfil.html": {"<svg ", `<a href="rules.html#sla-gold">gold</a>`, `<a href="types.html#fault-Declined">Declined</a>`, `href="source-orders.cob.html#L`},
			"types.html":          {`<a href="types.html#type-Customer">Customer</a>`, "where <code>len(lines) <b>in</b> 1..20</code>", `@<a href="types.html#label-personal">personal</a>`},
			"endpoints.html":      {`<a href="endpoints.html#cloud-paris">paris</a>`, "<code>99.5%</code>", "getProduct("},
			"rules.html":          {"<strong>call</strong> must not happen when", "because personal data stays in the Union."},
			"channels.html":       {`<a href="channels.html#channel-rejected">rejected</a>`},
		} {
			for _, part := range parts {
				if !strings.Contains(text[page], part) {
					t.Errorf("%s lacks %s", page, part)
				}
			}
		}
	}
}

// What an author writes is text on the page and nothing else.
func TestTextsAreQuoted(t *testing.T) {
	r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(`package p

/// <script>alert(1)</script> & "more" ` + "`x < y`" + `
type T { id: string, a: int? }

process P(t: T) -> string {
  key: t.id
  return "</pre><script>${t.id}</script>" // </pre>
}

test "<b>bold</b>" {
  when P({ id: "1" })
}
`)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatal(err, r.Diagnostics)
	}
	text := whole(t, reference.Site(r.Files, r.Plan))
	if !strings.Contains(text["types.html"], "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;more&#34; <code>x &lt; y</code>") {
		t.Error(text["types.html"])
	}
}

// TestConnectorsAndImports gives what a package declares and takes from others places to
// link to, although two files import it.
func TestConnectorsAndImports(t *testing.T) {
	r, err := compiler.Compile(fstest.MapFS{
		"p/a.cob": {Data: []byte(`package p

import "../shared"

/// Speaks to **old** machines.
connector telex {
  /// where it is
  binding { line: string }
  /// sends one
  verb tell(text: string) -> json idempotent { urgent: bool? }
  error code: int where code in 1..9
}

cloud here { x: 1 }

endpoint office: telex {
  operation say(text: string) -> json { tell "${text}" }
  on here { line: "7" }
}

process P(id: string) -> shared.Note {
  key: id
  let note: shared.Note = { text: id } // shared.Nothing
  return note
}
`)},
		"p/b.cob":      {Data: []byte("package p\n\nimport \"../shared\" as common\n\nprocess Q(id: string) -> common.Note {\n  key: id\n  return { text: id }\n}\n")},
		"shared/s.cob": {Data: []byte("package shared\n\ntype Note { text: string }\n")},
	}, compiler.Options{Dir: "p"})
	if err != nil || r.Failed() {
		t.Fatal(err, r.Diagnostics)
	}
	text := whole(t, reference.Site(r.Files, r.Plan))
	page := text["connectors.html"]
	for _, part := range []string{
		`<section id="connector-telex">`, "<h3>Settings of binding</h3>", "where it is", "sends one", "-&gt; json idempotent", "urgent",
		`<a class="source" href="source-a.cob.html#L21">a.cob:21</a> <a class="source" href="source-a.cob.html#L23">a.cob:23</a>`,
		`<a class="source" href="source-b.cob.html#L5">b.cob:5</a>`,
	} {
		if !strings.Contains(page, part) {
			t.Errorf("connectors.html lacks %s:\n%s", part, page)
		}
	}
	if strings.Contains(page, "Nothing") {
		t.Error("a comment counts as a use")
	}
	if !strings.Contains(text["endpoints.html"], `<a href="connectors.html#connector-telex">telex</a>`) || !strings.Contains(text["process-P.html"], `<a href="connectors.html#import-`) {
		t.Error("nothing links to the connector or the import")
	}
}
