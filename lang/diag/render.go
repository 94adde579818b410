package diag

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cob-lang/cob/lang/source"
)

// OneLine returns `file:line:col-line:col: error COB2001: message`. The end is
// the column behind the last byte.
func OneLine(d Diagnostic) string {
	return fmt.Sprintf("%s: %s %s: %s", d.Primary, d.Severity, d.Code, d.Message)
}

// OneLines returns one line per diagnostic, each with its line ending.
func OneLines(ds []Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(OneLine(d) + "\n")
	}
	return b.String()
}

// GitHub returns the annotations of a workflow run, one line each.
func GitHub(ds []Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		kind := map[Severity]string{Error: "error", Warning: "warning", Info: "notice"}[d.Severity]
		from, to := d.Primary.From(), d.Primary.To()
		message := d.Message
		if d.Help != "" {
			message += "\n" + d.Help
		}
		fmt.Fprintf(&b, "::%s file=%s,line=%d,col=%d,endLine=%d,endColumn=%d,title=%s::%s\n",
			kind, githubProperty.Replace(d.Primary.Path()), from.Line, from.Column, to.Line, to.Column, d.Code, githubData.Replace(message))
	}
	return b.String()
}

var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

type jsonPlace struct {
	File        string  `json:"file"`
	Line        int     `json:"line"`
	Column      int     `json:"column"`
	EndLine     int     `json:"endLine"`
	EndColumn   int     `json:"endColumn"`
	Text        string  `json:"text,omitempty"`
	Replacement *string `json:"replacement,omitempty"`
}

type jsonDiagnostic struct {
	Code      Code        `json:"code"`
	Severity  string      `json:"severity"`
	Message   string      `json:"message"`
	Primary   jsonPlace   `json:"primary"`
	Secondary []jsonPlace `json:"secondary,omitempty"`
	Help      string      `json:"help,omitempty"`
	Fixes     []jsonPlace `json:"fixes,omitempty"`
}

// JSON returns the diagnostics as an array, indented, with a line ending. Lines
// and columns are one-based, columns count bytes, ends are exclusive.
func JSON(ds []Diagnostic) []byte {
	out := make([]jsonDiagnostic, 0, len(ds))
	for _, d := range ds {
		j := jsonDiagnostic{Code: d.Code, Severity: d.Severity.String(), Message: d.Message, Help: d.Help, Primary: placeOf(d.Primary, d.Label)}
		for _, l := range d.Secondary {
			j.Secondary = append(j.Secondary, placeOf(l.Span, l.Text))
		}
		for _, e := range d.Fixes {
			p := placeOf(e.Span, "")
			p.Replacement = &e.Text
			j.Fixes = append(j.Fixes, p)
		}
		out = append(out, j)
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		panic("diag: strings and numbers cannot fail to encode: " + err.Error())
	}
	return append(text, '\n')
}

func placeOf(s source.Span, text string) jsonPlace {
	from, to := s.From(), s.To()
	return jsonPlace{File: s.Path(), Line: from.Line, Column: from.Column, EndLine: to.Line, EndColumn: to.Column, Text: text}
}

// Terminal returns the diagnostics for a person: the line of the text, carets
// below the place, labels, help and fixes. Colour adds ANSI escapes.
func Terminal(ds []Diagnostic, colour bool) string {
	t := terminal{colour: colour}
	for i, d := range ds {
		if i > 0 {
			t.b.WriteByte('\n')
		}
		t.diagnostic(d)
	}
	return t.b.String()
}

const (
	red    = "1;31"
	yellow = "1;33"
	blue   = "1;34"
	green  = "1;32"
	bold   = "1"
)

type terminal struct {
	b      strings.Builder
	colour bool
	gutter int
}

func (t *terminal) paint(style, text string) string {
	if !t.colour || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (t *terminal) diagnostic(d Diagnostic) {
	style := map[Severity]string{Error: red, Warning: yellow, Info: blue}[d.Severity]
	fmt.Fprintf(&t.b, "%s%s\n", t.paint(style, fmt.Sprintf("%s[%s]", d.Severity, d.Code)), t.paint(bold, ": "+d.Message))
	marks := []mark{{Label{d.Primary, d.Label}, style, '^'}}
	for _, l := range d.Secondary {
		marks = append(marks, mark{l, blue, '-'})
	}
	t.gutter = 1
	for _, m := range marks {
		t.gutter = max(t.gutter, len(strconv.Itoa(m.Span.From().Line)))
	}
	if d.Primary.Known() {
		t.excerpts(marks)
	}
	if d.Help != "" {
		fmt.Fprintf(&t.b, "%s %s %s\n", t.margin(), t.paint(blue, "="), t.paint(green, "help")+": "+d.Help)
	}
	for _, e := range d.Fixes {
		fmt.Fprintf(&t.b, "%s %s %s\n", t.margin(), t.paint(blue, "="), t.paint(green, "fix")+": "+fixText(e))
	}
}

func fixText(e Edit) string {
	switch {
	case e.Text == "":
		return fmt.Sprintf("remove `%s`", e.Span.Text())
	case e.Span.Start() == e.Span.End():
		return fmt.Sprintf("insert `%s` at %s", e.Text, e.Span.From())
	}
	return fmt.Sprintf("replace `%s` by `%s`", e.Span.Text(), e.Text)
}

type mark struct {
	Label
	style string
	caret rune
}

func (t *terminal) margin() string { return strings.Repeat(" ", t.gutter) }

// excerpts prints the marked lines of each file, the primary file first.
func (t *terminal) excerpts(marks []mark) {
	var files []*source.File
	for _, m := range marks {
		if m.Span.Known() && !slices.Contains(files, m.Span.File()) {
			files = append(files, m.Span.File())
		}
	}
	for i, f := range files {
		arrow := "-->"
		if i > 0 {
			arrow = ":::"
		}
		var here []mark
		for _, m := range marks {
			if m.Span.File() == f {
				here = append(here, m)
			}
		}
		fmt.Fprintf(&t.b, "%s%s %s:%s\n", t.margin(), t.paint(blue, arrow), f.Path, here[0].Span.From())
		fmt.Fprintf(&t.b, "%s %s\n", t.margin(), t.paint(blue, "|"))
		slices.SortStableFunc(here, func(a, b mark) int { return cmp.Compare(a.Span.Start(), b.Span.Start()) })
		t.lines(f, here)
	}
}

func (t *terminal) lines(f *source.File, marks []mark) {
	last := 0
	for _, m := range marks {
		line := m.Span.From().Line
		if line != last {
			if last > 0 && line > last+1 {
				fmt.Fprintf(&t.b, "%s\n", t.paint(blue, "..."))
			}
			number := t.paint(blue, fmt.Sprintf("%*d |", t.gutter, line))
			fmt.Fprintf(&t.b, "%s %s\n", number, strings.ReplaceAll(f.Lines.Line(line), "\t", "    "))
			last = line
		}
		t.carets(f, m)
	}
}

// carets underlines what the mark covers of its first line.
func (t *terminal) carets(f *source.File, m mark) {
	from, to := m.Span.From(), m.Span.To()
	line := f.Lines.Line(from.Line)
	start := min(from.Column-1, len(line))
	end := len(line)
	if to.Line == from.Line {
		end = min(to.Column-1, len(line))
	}
	under := strings.Repeat(string(m.caret), max(1, width(line[start:max(start, end)])))
	if m.Text != "" {
		under += " " + m.Text
	}
	fmt.Fprintf(&t.b, "%s %s %s%s\n", t.margin(), t.paint(blue, "|"), strings.Repeat(" ", width(line[:start])), t.paint(m.style, under))
}

// width counts columns of a terminal: a tab is four, any other rune one.
func width(s string) int { return utf8.RuneCountInString(s) + 3*strings.Count(s, "\t") }
