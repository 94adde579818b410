package diag

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/lang/source"
)

// Screen is where a person reads.
type Screen struct {
	Colour  bool // with ANSI escapes
	Columns int  // characters of a line; 0 is 140, less than 40 is 40
}

const (
	defaultColumns = 140
	leastColumns   = 40
)

func (s Screen) columns() int {
	if s.Columns == 0 {
		return defaultColumns
	}
	return max(s.Columns, leastColumns)
}

// Terminal returns the diagnostics for a person: the lines of the text with the
// places marked, labels, help, and what a fix would change. Lines longer than
// the screen are cut around what is marked. Of more than MaxShown the last line
// says how many were left out.
func Terminal(ds []Diagnostic, s Screen) string {
	shown := Foremost(ds, MaxShown)
	t := terminal{screen: s}
	for i, d := range shown {
		if i > 0 {
			t.b.WriteByte('\n')
		}
		t.diagnostic(d)
	}
	if rest := LeftOut(ds, shown); rest != "" {
		t.b.WriteString("\n" + rest + "\n")
	}
	return t.b.String()
}

const (
	red    = "1;31"
	yellow = "1;33"
	blue   = "1;34"
	green  = "1;32"
	bold   = "1"
	plus   = "32"
	minus  = "31"
)

type terminal struct {
	b      strings.Builder
	screen Screen
	gutter int // width of line numbers
}

func (t *terminal) paint(style, text string) string {
	if !t.screen.Colour || text == "" || style == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (t *terminal) diagnostic(d Diagnostic) {
	style := map[Severity]string{Error: red, Warning: yellow, Info: blue}[d.Severity]
	head := fmt.Sprintf("%s[%s]", d.Severity, d.Code)
	for i, line := range t.lines(plain(d.Message), len(head)+2, 2) {
		if i == 0 {
			line = t.paint(style, head) + t.paint(bold, ": "+line)
		} else {
			line = "  " + t.paint(bold, line)
		}
		t.b.WriteString(line + "\n")
	}
	marks := []mark{newMark(Label{d.Primary, d.Label}, style, '^')}
	for _, l := range d.Secondary[:min(len(d.Secondary), maxLabels)] {
		marks = append(marks, newMark(l, blue, '-'))
	}
	hunks := hunksOf(d.Fixes)
	t.gutter = 1
	for _, m := range marks {
		t.widen(m.to.Line)
	}
	for _, h := range hunks {
		t.widen(h.line + max(len(h.old), len(h.new)) - 1)
	}
	t.excerpts(marks)
	if n := len(d.Secondary) - maxLabels; n > 0 {
		t.note("note", fmt.Sprintf("places left out: %d", n))
	}
	if len(d.Also) > 0 {
		t.note("note", more(d.Also))
	}
	if d.Help != "" {
		t.note("help", plain(d.Help))
	}
	t.fix(d.Primary, hunks)
}

// maxLabels is how many of the places that explain a diagnostic are shown.
const maxLabels = 20

// maxAlso is how many of the other places of a mistake are named.
const maxAlso = 10

// more names the other places of a mistake.
func more(also []Label) string {
	var b strings.Builder
	fmt.Fprintf(&b, "and %d more: ", len(also))
	if len(also) == 1 {
		b.Reset()
		b.WriteString("and one more: ")
	}
	for i, l := range also[:min(len(also), maxAlso)] {
		if i > 0 {
			b.WriteString(", ")
		}
		from := l.Span.From()
		fmt.Fprintf(&b, "%s:%d:%d", plain(l.Span.Path()), from.Line, from.Column)
	}
	if len(also) > maxAlso {
		b.WriteString(" ...; --format json names all")
	}
	return b.String()
}

func (t *terminal) widen(line int) { t.gutter = max(t.gutter, len(strconv.Itoa(line))) }

func (t *terminal) margin() string { return strings.Repeat(" ", t.gutter) }

func (t *terminal) note(word, text string) {
	indent := t.gutter + 3
	for i, line := range t.lines(text, indent+len(word)+2, indent+2) {
		if i == 0 {
			line = strings.TrimRight(fmt.Sprintf("%s %s %s: %s", t.margin(), t.paint(blue, "="), t.paint(green, word), line), " ")
		} else {
			line = strings.Repeat(" ", indent+2) + line
		}
		t.b.WriteString(line + "\n")
	}
}

// lines breaks a text between words where the terminal would break it within one. The
// first line begins at a column, the others at another. What is no terminal, or does not
// tell its width, breaks lines itself or needs them whole.
func (t *terminal) lines(text string, first, others int) []string {
	if t.screen.Columns == 0 {
		return []string{text}
	}
	var out []string
	var line strings.Builder
	at := first
	for word := range strings.SplitSeq(text, " ") {
		width := 0
		for _, g := range glyphs(word) {
			width += g.width
		}
		switch {
		case line.Len() > 0 && at+1+width > t.screen.columns():
			out = append(out, line.String())
			line.Reset()
			at = others
		case line.Len() > 0:
			line.WriteByte(' ')
			at++
		}
		line.WriteString(word)
		at += width
	}
	return append(out, line.String())
}

// excerpts prints the marked lines of each file, the primary file first.
func (t *terminal) excerpts(marks []mark) {
	var files []*source.File
	for _, m := range marks {
		if m.file != nil && !slices.Contains(files, m.file) {
			files = append(files, m.file)
		}
	}
	for i, f := range files {
		var here []mark
		for _, m := range marks {
			if m.file == f {
				here = append(here, m)
			}
		}
		t.place(i == 0, f.Path, here[0].from)
		w := window{terminal: t, file: f, marks: here}
		w.print()
	}
}

func (t *terminal) place(first bool, path string, p source.Position) {
	arrow := ":::"
	if first {
		arrow = "-->"
	}
	fmt.Fprintf(&t.b, "%s%s %s:%s\n", t.margin(), t.paint(blue, arrow), plain(path), p)
	fmt.Fprintf(&t.b, "%s %s\n", t.margin(), t.paint(blue, "|"))
}

// maxHunks is how many places of a fix are shown.
const maxHunks = 6

// fix shows what would change, as a diff of lines.
func (t *terminal) fix(primary source.Span, hunks []hunk) {
	if len(hunks) == 0 {
		return
	}
	t.note("fix", "")
	file := primary.File()
	for i, h := range hunks {
		if i == maxHunks {
			fmt.Fprintf(&t.b, "%s   and %d more\n", t.margin(), len(hunks)-i)
			return
		}
		if h.file != file {
			t.place(false, h.file.Path, source.Position{Line: h.line, Column: 1})
			file = h.file
		}
		t.hunk(h)
	}
}

// maxHunkLines is how many lines of a hunk are shown as they were, and how many as
// they become.
const maxHunkLines = 30

func (t *terminal) hunk(h hunk) {
	at, room := h.differs(), t.screen.columns()-t.gutter-3
	side := func(lines []string, sign, style string) {
		for n, line := range lines {
			if n == maxHunkLines {
				fmt.Fprintf(&t.b, "%s   lines left out: %d\n", t.margin(), len(lines)-n)
				return
			}
			l := layOut(line, at, room)
			l.before = l.before || n == 0 && h.before
			l.behind = l.behind || n == len(lines)-1 && h.behind
			column := columnOf(l, at)
			text := strings.TrimRight(cut(l, room, column, column+1).String(), " ")
			fmt.Fprintf(&t.b, "%s %s\n", t.paint(blue, fmt.Sprintf("%*d", t.gutter, h.line+n)), t.paint(style, strings.TrimRight(sign+" "+text, " ")))
		}
	}
	side(h.old, "-", minus)
	side(h.new, "+", plus)
}
