package diag_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/spec/golden"
)

var marker = regexp.MustCompile(`⟦(\d)|(\d)⟧`)

// marked takes the markers ⟦1 and 1⟧ out of a text and returns their places.
func marked(path, text string, places map[string]source.Span) {
	starts, ends := map[string]int{}, map[string]int{}
	plain, done := "", 0
	for _, m := range marker.FindAllStringSubmatchIndex(text, -1) {
		plain += text[done:m[0]]
		done = m[1]
		if m[2] >= 0 {
			starts[text[m[2]:m[3]]] = len(plain)
		} else {
			ends[text[m[4]:m[5]]] = len(plain)
		}
	}
	f := source.New(path, plain+text[done:])
	for n, start := range starts {
		places[n] = f.Span(start, ends[n])
	}
}

// described reads a diagnostic: its head, then lines that begin with ^1, -2, help
// or fix 1.
func described(t *testing.T, text string, places map[string]source.Span) (d diag.Diagnostic, s diag.Screen) {
	head, rest, _ := strings.Cut(text, "\n")
	parts := strings.SplitN(head, " ", 3)
	d = diag.Diagnostic{Code: diag.Code(parts[1]), Message: parts[2],
		Severity: map[string]diag.Severity{"error": diag.Error, "warning": diag.Warning, "info": diag.Info}[parts[0]]}
	for _, line := range strings.Split(strings.TrimSpace(rest), "\n") {
		word, text, _ := strings.Cut(line, " ")
		switch {
		case word == "help":
			d.Help = text
		case word == "columns":
			s.Columns, _ = strconv.Atoi(text)
		case word == "fix":
			n, with, _ := strings.Cut(text, " ")
			with, err := strconv.Unquote(with)
			if err != nil {
				t.Fatal(err)
			}
			d.Fixes = append(d.Fixes, diag.Edit{Span: places[n], Text: with})
		case strings.HasPrefix(word, "^"):
			d.Primary, d.Label = places[word[1:]], text
		case strings.HasPrefix(word, "-"):
			d = d.WithNote(places[word[1:]], "%s", text)
		default:
			t.Fatalf("what is %q?", line)
		}
	}
	return d, s
}

// TestTerminal draws the diagnostics of testdata/render. An archive has files with
// marked places, sections that describe a diagnostic, and what is drawn.
func TestTerminal(t *testing.T) {
	golden.Run(t, "testdata/render", func(t *testing.T, a golden.Archive) []golden.File {
		places := map[string]source.Span{}
		for _, f := range a.With(".cob") {
			text := strings.NewReplacer(`\t`, "\t", `\0`, "\x00", `\e`, "\x1b").Replace(f.Text)
			marked(f.Name, text, places)
		}
		drawn := ""
		for i, f := range a.With("diagnostic") {
			d, s := described(t, f.Text, places)
			if i > 0 {
				drawn += "\n"
			}
			drawn += diag.Terminal([]diag.Diagnostic{d}, s)
		}
		return []golden.File{{Name: "want", Text: drawn}}
	})
}

// TestNarrow reads a diagnostic on terminals of several widths: its sentences are broken
// between words, hold every word once, and no line of them is wider than the terminal.
func TestNarrow(t *testing.T) {
	message := "the setting backoff of this call says 漢字漢字漢字漢字漢字 and nobody has ever called anything like that in any program"
	help := "write backoff 100ms..1s where the failover is declared, or leave it out altogether"
	d := diag.Diagnostic{Code: "COB5001", Severity: diag.Error, Message: message, Help: help}
	words := func(s string) []string { return strings.Fields(strings.NewReplacer("=", " ").Replace(s)) }
	whole := diag.Terminal([]diag.Diagnostic{d}, diag.Screen{})
	if strings.Count(whole, "\n") != 2 {
		t.Errorf("what tells no width gets lines that are broken:\n%s", whole)
	}
	for _, columns := range []int{1, 40, 41, 57, 80, 200} {
		text := diag.Terminal([]diag.Diagnostic{d}, diag.Screen{Columns: columns})
		if !slices.Equal(words(text), words(whole)) {
			t.Errorf("%d columns: other words:\n%s", columns, text)
		}
		for line := range strings.Lines(text) {
			width := 0
			for _, r := range strings.TrimSuffix(line, "\n") {
				width++
				if r > 0x3000 {
					width++
				}
			}
			if width > max(columns, 40) {
				t.Errorf("%d columns: a line takes %d:\n%s", columns, width, line)
			}
		}
	}
}
