package picture_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/picture"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/spec/golden"
)

func compile(t *testing.T, text string) *compiler.Result {
	t.Helper()
	r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Failed() {
		t.Fatal(diag.OneLines(r.Diagnostics))
	}
	return r
}

func example(t *testing.T, name string) *compiler.Result {
	t.Helper()
	r, err := compiler.Compile(os.DirFS("../../examples/"+name), compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("examples/%s does not compile: %v", name, err)
	}
	return r
}

// The pictures of an example, as a person has looked at them.
func TestPictures(t *testing.T) {
	for _, name := range []string{"orders", "ward"} {
		r := example(t, name)
		for _, f := range picture.Flows(r.Files) {
			golden.Text(t, fmt.Sprintf("testdata/%s.%s.svg", name, f.Name), f.SVG())
			golden.Text(t, fmt.Sprintf("testdata/%s.%s.mmd", name, f.Name), f.Mermaid())
			golden.Text(t, fmt.Sprintf("testdata/%s.%s.dot", name, f.Name), f.Dot())
		}
		m := picture.MapOf(r.Plan)
		golden.Text(t, "testdata/"+name+".svg", m.SVG())
		golden.Text(t, "testdata/"+name+".mmd", m.Mermaid())
		golden.Text(t, "testdata/"+name+".dot", m.Dot())
	}
}

// TestPictureOfAPattern shows the stages of a pattern and its place in the map.
func TestPictureOfAPattern(t *testing.T) {
	r := compile(t, `package ward

type Reading { patient: string, heart_rate: int }
type Alarm { patient: string }
event Bad { patient: string }

channel readings: topic of Reading { dead_letter: rejected }
channel alarms: topic of Alarm { dead_letter: rejected }
channel rejected: queue of json
channel counts: topic of { n: int }

pattern bad over readings, alarms by patient within 5m {
  every high = Reading where heart_rate > 120 times 3
  then  Alarm within 1m
  or    not Reading for 2m
  and   not Alarm
  without Reading where heart_rate < 60
  emit Bad { patient } when len(high) == 3
}

window counted over readings every 1m { emit { n: count() } to counts }

schedule nightly { every: day at 02:30, send alarms(Alarm { patient: "all" }) }

route bads {
  from Bad as b
  send alarms(Alarm { patient: b.patient })
}
`)
	for _, f := range picture.Flows(r.Files) {
		if f.Kind == "pattern" {
			golden.Text(t, "testdata/bad.mmd", f.Mermaid())
			golden.Text(t, "testdata/bad.svg", f.SVG())
		}
	}
	golden.Text(t, "testdata/ward_streams.mmd", picture.MapOf(r.Plan).Mermaid())
}

// hostile has names, texts and conditions that the formats have to quote, and a
// word that is wider than any box.
const hostile = `package hostile

fault Bad { why: string }
event Moved { id: string }
role clerk { groups: ["clerks"] }

process Long(id: string, n: int) -> string raises Bad {
  key: id
  let averyveryveryveryveryveryveryveryveryveryveryveryverylongnamewithoutanyblank = "<b>\"&amp;\" # ${id}</b> ]]> --> é 日本語"
  if n > 1 && n < 10 || averyveryveryveryveryveryveryveryveryveryveryveryverylongnamewithoutanyblank == "x" {
    fail Bad { why: "]\"})| <end>" }
  } else if n == 3 {
    wait 5m
  } else {
    for i in [1, 2] { wait 1s }
  }
  parallel {
    branch a { wait 1s }
    branch b { wait 2s }
  } join any
  select {
    on Moved as m where m.id == id { return "moved" }
    after 7d { return averyveryveryveryveryveryveryveryveryveryveryveryverylongnamewithoutanyblank }
  }
}
`

// generated is a process of many steps, nested and side by side.
func generated(steps int) string {
	var b strings.Builder
	b.WriteString("package large\n\nprocess Large(id: string, n: int) -> int {\n  key: id\n")
	for i := range steps / 4 {
		fmt.Fprintf(&b, "  let x%d = n + %d\n  if x%d > %d { wait %dm } else { wait %ds }\n  wait 1h\n", i, i, i, i*7, i+1, i+1)
	}
	b.WriteString("  return n\n}\n")
	return b.String()
}

// broad is a package of many declarations that send to each other in circles.
func broad(n int) string {
	var b strings.Builder
	b.WriteString("package broad\n\ntype M { id: string }\n\ncloud here { }\n\nchannel failed: queue of json\n\n")
	for i := range n {
		fmt.Fprintf(&b, "endpoint e%d: http {\n  operation ask(id: string) -> M { get \"/m/${id}\" }\n  on here { url: env.E }\n}\n\n", i)
		fmt.Fprintf(&b, "channel c%d: queue of M { dead_letter: failed }\n\n", i)
		fmt.Fprintf(&b, "process P%d(m: M) -> M {\n  key: m.id\n  send c%d(m)\n  return call e%d.ask(m.id)\n}\n\n", i, (i*5+2)%n, (i*3)%n)
		fmt.Fprintf(&b, "route r%d {\n  from c%d as m\n  start P%d(m)\n}\n\n", i, i, (i*7+1)%n)
	}
	text := strings.ReplaceAll(b.String(), "return call", "let got = call")
	return strings.ReplaceAll(text, "ask(m.id)\n}", "ask(m.id)\n  return got\n}")
}

type box struct{ x, y, w, h int }

// drawn reads a picture again: it is well-formed XML that refers to nothing else,
// and its groups have a box and texts.
func drawn(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	var width, height int
	var current box
	var all []box
	var class, anchor string
	var at int
	inGroup := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("no XML: %v", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			a := map[string]string{}
			for _, x := range e.Attr {
				a[x.Name.Local] = x.Value
				if x.Name.Local != "xmlns" && strings.Contains(x.Value, "://") {
					t.Errorf("%s refers to %s", e.Name.Local, x.Value)
				}
			}
			number := func(name string) int { n, _ := strconv.Atoi(a[name]); return n }
			switch e.Name.Local {
			case "svg":
				width, height = number("width"), number("height")
			case "g":
				inGroup++
				current = box{}
			case "rect":
				r := box{number("x"), number("y"), number("width"), number("height")}
				if r.x < 0 || r.y < 0 || r.x+r.w > width || r.y+r.h > height {
					t.Errorf("%v lies outside of %dx%d", r, width, height)
				}
				if a["class"] == "cob-box" {
					current = r
					all = append(all, r)
				}
			case "text":
				class, anchor, at = a["class"], a["text-anchor"], number("x")
			}
		case xml.EndElement:
			if e.Name.Local == "g" {
				inGroup--
				current = box{}
			}
			if e.Name.Local == "text" {
				class = ""
			}
		case xml.CharData:
			if class == "" {
				continue
			}
			w := picture.TextWidth(class, string(e))
			from := at
			if anchor == "middle" {
				from = at - w/2
			}
			if current.w > 0 && (from < current.x || from+w > current.x+current.w) {
				t.Errorf("the text %q is wider than its box", e)
			}
			if from < 0 || from+w > width {
				t.Errorf("the text %q lies outside of the picture", e)
			}
		}
	}
	for i, a := range all {
		for _, b := range all[i+1:] {
			if a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
				t.Errorf("%v and %v lie on each other", a, b)
			}
		}
	}
	if len(all) == 0 || !strings.Contains(svg, "<desc") || inGroup != 0 {
		t.Error("the picture has no boxes or no description")
	}
}

func TestPicturesHoldTheirTexts(t *testing.T) {
	for name, r := range map[string]*compiler.Result{
		"orders": example(t, "orders"), "ward": example(t, "ward"), "leave": example(t, "leave"),
		"hostile": compile(t, hostile), "large": compile(t, generated(300)), "broad": compile(t, broad(24)),
	} {
		t.Run(name, func(t *testing.T) {
			m := picture.MapOf(r.Plan)
			drawn(t, m.SVG())
			quoted(t, m.Mermaid(), m.Dot())
			for _, f := range picture.Flows(r.Files) {
				drawn(t, f.SVG())
				quoted(t, f.Mermaid(), f.Dot())
			}
		})
	}
}

// Every statement of the language has a picture, also of packages that do not
// compile.
func TestEveryStatementIsDrawn(t *testing.T) {
	paths, err := filepath.Glob("../../lang/syntax/testdata/corpus/*.cob")
	if err != nil || len(paths) == 0 {
		t.Fatal("there is no corpus", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, _ := syntax.Parse(source.New(path, string(text)))
		for _, f := range picture.Flows([]*syntax.File{file}) {
			t.Run(f.Name, func(t *testing.T) {
				drawn(t, f.SVG())
				quoted(t, f.Mermaid(), f.Dot())
			})
		}
	}
}

var (
	mermaidLine = regexp.MustCompile(`^(flowchart (TD|LR)|\s*end|\s+subgraph g\d+\["[^"<>]*"\]|\s+n\d+[\[({>/]+"([^"<>]|<br>)*"[\])}/]+|\s+n\d+ -\.?->?-?>?(\|"[^"<>]*"\|)? n\d+)$`)
	dotLine     = regexp.MustCompile(`^(digraph "(\\.|[^"\\])*" \{|\s*\}|\s+rankdir=LR|\s+(node|edge) \[.*\]|\s+subgraph cluster_\d+ \{|\s+label="(\\.|[^"\\])*" style=dashed|\s+n\d+ \[label="(\\.|[^"\\])*"( shape=\w+)?\]|\s+n\d+ -> n\d+( \[(label="(\\.|[^"\\])*")? ?(style=dashed)?\])?)$`)
)

// quoted holds each line against the small part of the languages that is used.
func quoted(t *testing.T, mermaid, dot string) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(mermaid), "\n") {
		if !mermaidLine.MatchString(line) {
			t.Errorf("no line of Mermaid: %s", line)
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(dot), "\n") {
		if !dotLine.MatchString(line) {
			t.Errorf("no line of DOT: %s", line)
		}
	}
}
