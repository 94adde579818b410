package document

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Document is a Markdown file.
type Document struct {
	Path   string
	Lines  []string
	Blocks []Block
}

// Block is a fenced block.
type Block struct {
	Path string
	Line int    // of the opening fence, from 1
	Info string // behind the fence: "cob error=COB3004"
	Text string // with a line break at its end, unless it is empty
}

// Place is the block's file and line.
func (b Block) Place() string { return fmt.Sprintf("%s:%d", b.Path, b.Line) }

// Kind is the first word of the info.
func (b Block) Kind() string {
	kind, _, _ := strings.Cut(b.Info, " ")
	return kind
}

// Attribute is what stands behind NAME= in the info; a bare word is itself.
func (b Block) Attribute(name string) (value string, ok bool) {
	words := strings.Fields(b.Info)
	for _, w := range words[min(1, len(words)):] {
		key, value, _ := strings.Cut(w, "=")
		if key == name {
			return value, true
		}
	}
	return "", false
}

// Read reads a document. Errors: a file that cannot be read, a fence that is
// never closed.
func Read(path string) (Document, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Document{}, fmt.Errorf("reading a document: %w", err)
	}
	d := Document{Path: path, Lines: strings.Split(string(text), "\n")}
	for i := 0; i < len(d.Lines); i++ {
		info, ok := strings.CutPrefix(d.Lines[i], "```")
		if !ok {
			continue
		}
		b := Block{Path: path, Line: i + 1, Info: strings.TrimSpace(info)}
		for i++; ; i++ {
			if i == len(d.Lines) {
				return d, fmt.Errorf("%s: this fence is never closed", b.Place())
			}
			if d.Lines[i] == "```" {
				break
			}
			b.Text += d.Lines[i] + "\n"
		}
		d.Blocks = append(d.Blocks, b)
	}
	return d, nil
}

// Kind are the blocks of one kind.
func (d Document) Kind(kind string) []Block {
	var out []Block
	for _, b := range d.Blocks {
		if b.Kind() == kind {
			out = append(out, b)
		}
	}
	return out
}

// Between is the text between the line "<!-- name -->" and the next comment.
func (d Document) Between(name string) (text string, ok bool) {
	for _, line := range d.Lines {
		switch {
		case line == "<!-- "+name+" -->":
			ok = true
		case ok && strings.HasPrefix(line, "<!--"):
			return text, true
		case ok:
			text += line + "\n"
		}
	}
	return text, ok
}

// With is the whole text with another one between "<!-- name -->" and the next
// comment.
func (d Document) With(name, text string) string {
	var b strings.Builder
	inside := false
	for i, line := range d.Lines {
		if inside && strings.HasPrefix(line, "<!--") {
			inside = false
		}
		if !inside {
			b.WriteString(line)
			if i < len(d.Lines)-1 {
				b.WriteByte('\n')
			}
		}
		if line == "<!-- "+name+" -->" {
			b.WriteString(text)
			inside = true
		}
	}
	return b.String()
}

// Rows are the cells of all table rows, without the rules between head and body.
func (d Document) Rows() [][]string {
	var rows [][]string
	fenced := false
	for _, line := range d.Lines {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if fenced || !strings.HasPrefix(line, "| ") {
			continue
		}
		line = strings.ReplaceAll(strings.TrimSuffix(line[1:], "|"), `\|`, "\x00")
		var row []string
		for _, cell := range strings.Split(line, "|") {
			row = append(row, strings.ReplaceAll(strings.TrimSpace(cell), "\x00", "|"))
		}
		rows = append(rows, row)
	}
	return rows
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// Links are the targets of links, without fragments.
func (d Document) Links() []string {
	var out []string
	fenced := false
	for _, line := range d.Lines {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if fenced {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(line, -1) {
			out = append(out, m[1])
		}
	}
	return out
}

// Matches says whether a text is what a document shows. A line of "..." stands
// for any lines, "..." inside of a line for any text; blanks at the ends of
// lines do not count.
func Matches(shown, got string) bool {
	var b strings.Builder
	b.WriteString("^")
	for _, line := range lines(shown) {
		if line == "..." {
			b.WriteString(`(?:.*\n)*?`)
			continue
		}
		parts := strings.Split(line, "...")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		b.WriteString(strings.Join(parts, ".*?") + "\n")
	}
	b.WriteString("$")
	got = strings.Join(lines(got), "\n")
	if got != "" {
		got += "\n"
	}
	return regexp.MustCompile(b.String()).MatchString(got)
}

func lines(text string) []string {
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return nil
	}
	list := strings.Split(text, "\n")
	for i := range list {
		list[i] = strings.TrimRight(list[i], " \t\r")
	}
	return list
}
