package spec

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/spec/document"
)

// A block of misuses holds entries with blank lines between them: a text, and under it
// a comment with the diagnostic that it gives, or with "means: " and what it means.
const means = "// means: "

// route is a declaration with the statements in its body, %s.
const route = "route example {\n  from orders as order\n%s}\n"

// outgoing are the channels to which the routes of the entries send.
const outgoing = `
channel copies: queue of Order { dead_letter: rejected }
channel items: queue of Line { dead_letter: rejected }
channel totals: queue of { order: string, total: money } { dead_letter: rejected }
channel notes: queue of string { dead_letter: rejected }
`

// TestMisuses compiles every entry. With -update the diagnostics are written anew.
func TestMisuses(t *testing.T) {
	const path = "misuse.md"
	prelude := read(t, "prelude.cob")
	d, err := document.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, b := range d.Blocks {
		if b.Kind() != "misuse" {
			continue
		}
		var now []string
		for _, entry := range entries(b) {
			n++
			code, want := divided(entry)
			got := misused(t, prelude, b, code)
			if got == "" && strings.HasPrefix(want, means) {
				got = want
			}
			if got == "" {
				got = means + "?"
			}
			if got != want && !updating() {
				t.Errorf("%s:\n%sgives %q, want %q", b.Place(), code, got, want)
			}
			now = append(now, code+got)
		}
		d.Blocks[i].Text = strings.Join(now, "\n\n") + "\n"
	}
	if n < 700 {
		t.Errorf("only %d misuses were found", n)
	}
	if updating() {
		if err := os.WriteFile(path, []byte(rewritten(d)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// entries are those of a block.
func entries(b document.Block) []string {
	return strings.Split(strings.TrimSuffix(b.Text, "\n"), "\n\n")
}

// rewritten is the text of a document with what its blocks say now.
func rewritten(d document.Document) string {
	var out []string
	block := 0
	for i := 0; i < len(d.Lines); i++ {
		out = append(out, d.Lines[i])
		if block == len(d.Blocks) || d.Blocks[block].Line != i+1 {
			continue
		}
		out = append(out, strings.Split(strings.TrimSuffix(d.Blocks[block].Text, "\n"), "\n")...)
		for i++; d.Lines[i] != "```"; i++ {
		}
		out = append(out, d.Lines[i])
		block++
	}
	return strings.Join(out, "\n")
}

// divided is the text of an entry and the comment under it, "" where there is none yet.
func divided(entry string) (code, want string) {
	lines := strings.Split(entry, "\n")
	last := lines[len(lines)-1]
	if strings.HasPrefix(last, "// ") {
		return strings.Join(lines[:len(lines)-1], "\n") + "\n", last
	}
	return entry + "\n", ""
}

// misused is the diagnostic of an entry as a comment, "" where it is correct; several are
// all written, so that no entry passes with more than one.
func misused(t *testing.T, prelude string, b document.Block, code string) string {
	body := document.Block{Path: b.Path, Line: b.Line, Info: "cob", Text: code}
	if _, inside := b.Attribute("steps"); inside {
		body.Info = "cob steps"
	}
	if _, inside := b.Attribute("route"); inside {
		body.Text = strings.Replace(route, "%s", inBody(code), 1) + outgoing
	}
	if _, outside := b.Attribute("routes"); outside {
		body.Text += outgoing
	}
	var out []string
	for _, d := range compileBlock(t, prelude, body).Diagnostics {
		if !preludeNoise(d, body) {
			out = append(out, oneLine(d))
		}
	}
	return strings.Join(out, " AND ")
}

// inBody are statements within a body: `sample` in column 1 is a declaration.
func inBody(code string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(code, "\n"), "\n", "\n  ") + "\n"
}

func oneLine(d diag.Diagnostic) string {
	text := "// " + string(d.Code) + " " + d.Message
	if d.Help != "" {
		text += ": " + d.Help
	}
	return strings.ReplaceAll(text, "\n", " ")
}

var headline = regexp.MustCompile(`(?m)^## (.*)$`)

// TestEveryStatementHasItsMisuses wants a heading for every statement of a process and every word of
// a route, with at least ten misuses under it.
func TestEveryStatementHasItsMisuses(t *testing.T) {
	const least = 10
	d, err := document.Read("misuse.md")
	if err != nil {
		t.Fatal(err)
	}
	described := map[string]int{}
	heading := ""
	block := 0
	for i, line := range d.Lines {
		if m := headline.FindStringSubmatch(line); m != nil {
			heading = m[1]
		}
		for block < len(d.Blocks) && d.Blocks[block].Line == i+1 {
			if b := d.Blocks[block]; b.Kind() == "misuse" {
				described[heading] += len(entries(b))
			}
			block++
		}
	}
	words := syntax.AllKeywords()
	for _, word := range append(words.Statements, words.Routing...) {
		if described[word] < least {
			t.Errorf("%s has %d misuses, want at least %d", word, described[word], least)
		}
	}
	if described["assignment"] < least {
		t.Errorf("assignment has %d misuses", described["assignment"])
	}
}

// likely is how many misuses of every statement are told at least.
const likely = 20

func TestEveryStatementHasItsLikelyMisuses(t *testing.T) {
	d, err := document.Read("misuse.md")
	if err != nil {
		t.Fatal(err)
	}
	counts, heading := map[string]int{}, "" // nothing stands above the first
	for _, line := range d.Lines {
		if name, found := strings.CutPrefix(line, "## "); found {
			heading = name
			counts[heading] = 0
		}
		if heading != "" && strings.HasPrefix(line, "// ") {
			counts[heading]++
		}
	}
	for name, n := range counts {
		if name == strings.ToLower(name) && n < likely { // other headings are of no statement
			t.Errorf("%s has %d misuses, want %d", name, n, likely)
		}
	}
}
