package check

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/cob-lang/cob/lang/diag"
)

// pages holds one txtar archive per code: its comment is the title and the
// explanation, the files under bad/ draw exactly that code and those under good/
// draw nothing. A file outside of both belongs to both.
//
//go:embed rules/*.txt
var pages embed.FS

// Example is the package of files that shows a rule, by path.
type Example map[string]string

// Page is what is known about one code.
type Page struct {
	Code  diag.Code
	Title string
	Text  string
	Bad   Example
	Good  Example
}

// Pages are all pages, by code.
func Pages() ([]Page, error) {
	names, err := pages.ReadDir("rules")
	if err != nil {
		return nil, fmt.Errorf("reading the pages of codes: %w", err)
	}
	out := make([]Page, 0, len(names))
	for _, n := range names {
		data, err := pages.ReadFile(path.Join("rules", n.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading the pages of codes: %w", err)
		}
		out = append(out, readPage(diag.Code(strings.TrimSuffix(n.Name(), ".txt")), txtar.Parse(data)))
	}
	return out, nil
}

func readPage(code diag.Code, a *txtar.Archive) Page {
	title, text, _ := strings.Cut(strings.TrimSpace(string(a.Comment)), "\n")
	p := Page{Code: code, Title: title, Text: strings.TrimSpace(text), Bad: Example{}, Good: Example{}}
	for _, f := range a.Files {
		body := string(f.Data)
		switch {
		case strings.HasPrefix(f.Name, "bad/"):
			p.Bad[f.Name[len("bad/"):]] = body
		case strings.HasPrefix(f.Name, "good/"):
			p.Good[f.Name[len("good/"):]] = body
		default:
			p.Bad[f.Name], p.Good[f.Name] = body, body
		}
	}
	return p
}

// Rules is the table of the codes of all rooms, for the registry.
func Rules() []diag.Rule {
	list, err := Pages()
	if err != nil {
		panic(err) // the pages are part of the program
	}
	var out []diag.Rule
	for _, p := range list {
		out = append(out, diag.Rule{Code: p.Code, Title: p.Title, Page: p.markdown()})
	}
	return out
}

func (p Page) markdown() string {
	var b strings.Builder
	b.WriteString(p.Text)
	for _, part := range []struct {
		title string
		files Example
	}{{"Wrong", p.Bad}, {"Right", p.Good}} {
		fmt.Fprintf(&b, "\n\n%s:", part.title)
		for _, name := range slices.Sorted(mapKeys(part.files)) {
			b.WriteString("\n")
			for line := range strings.Lines(part.files[name]) {
				if strings.TrimSpace(line) == "" {
					b.WriteString("\n")
				} else {
					b.WriteString("\n    " + strings.TrimRight(line, "\n"))
				}
			}
		}
	}
	return b.String() + "\n"
}

func mapKeys(m Example) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
