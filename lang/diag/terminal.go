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
// the screen are cut around what is marked.
func Terminal(ds []Diagnostic, s Screen) string {
	t := terminal{screen: s}
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
	fmt.Fprintf(&t.b, "%s%s\n", t.paint(style, fmt.Sprintf("%s[%s]", d.Severity, d.Code)), t.paint(bold, ": "+plain(d.Message)))
	marks := []mark{newMark(Label{d.Primary, d.Label}, style, '^')}
	for _, l := range d.Secondary {
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
	if d.Help != "" {
		t.note("help", plain(d.Help))
	}
	t.fix(d.Primary, hunks)
}

func (t *terminal) widen(line int) { t.gutter = max(t.gutter, len(strconv.Itoa(line))) }

func (t *terminal) margin() string { return strings.Repeat(" ", t.gutter) }

func (t *terminal) note(word, text string) {
	fmt.Fprintf(&t.b, "%s %s %s:%s\n", t.margin(), t.paint(blue, "="), t.paint(green, word), space(text))
}

func space(text string) string {
	if text == "" {
		return ""
	}
	return " " + text
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
		at, room := h.differs(), t.screen.columns()-t.gutter-3
		for n, line := range h.old {
			t.changed(h.line+n, "-", minus, line, at, room)
		}
		for n, line := range h.new {
			t.changed(h.line+n, "+", plus, line, at, room)
		}
	}
}

func (t *terminal) changed(number int, sign, style, line string, at, room int) {
	text := strings.TrimRight(cut(glyphs(line), room, at, at+1).String(), " ")
	fmt.Fprintf(&t.b, "%s %s\n", t.paint(blue, fmt.Sprintf("%*d", t.gutter, number)), t.paint(style, strings.TrimRight(sign+" "+text, " ")))
}
