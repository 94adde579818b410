package report

import (
	"bytes"
	"fmt"
	"strings"
)

// MaxPages bounds a PDF; what does not fit on them is left out, and the last line
// says so.
const MaxPages = 200

// A page is A4, in points. Lines are of a font whose letters are all equally wide, so
// that no table of widths is needed to break them.
const (
	pageWidth, pageHeight = 595, 842
	margin                = 50
	lineHeight            = 13
	linesPerPage          = (pageHeight - 2*margin) / lineHeight
	// letters of 9 points are 5.4 wide
	lettersPerLine = (pageWidth - 2*margin) * 10 / 54
)

// PDF is the document as pages of text. Letters that Latin-1 does not have are shown
// as question marks.
func (d *Document) PDF() []byte {
	var rows []row
	for _, l := range d.lines() {
		if l.level > 0 && len(rows) > 0 {
			rows = append(rows, row{})
		}
		for _, part := range wrapped(strings.Join(l.cells, "  ")) {
			rows = append(rows, row{part, l.level > 0})
		}
	}
	if most := MaxPages * linesPerPage; len(rows) > most {
		rows = append(rows[:most-1], row{text: fmt.Sprintf("%d more lines are left out", len(rows)-most+1)})
	}
	var pages [][]row
	for len(rows) > 0 {
		n := min(linesPerPage, len(rows))
		pages = append(pages, rows[:n])
		rows = rows[n:]
	}
	return bound(pages)
}

// row is one line of a page.
type row struct {
	text string
	bold bool
}

// wrapped breaks a text into lines, at a blank where there is one in the second half.
func wrapped(text string) []string {
	var out []string
	letters := []rune(strings.Map(printable, text))
	for len(letters) > lettersPerLine {
		n := lettersPerLine
		for i := n; i > n/2; i-- {
			if letters[i] == ' ' {
				n = i
				break
			}
		}
		out = append(out, string(letters[:n]))
		letters = []rune("    " + strings.TrimLeft(string(letters[n:]), " "))
	}
	return append(out, string(letters))
}

// printable is a letter as the font has it.
func printable(r rune) rune {
	switch {
	case r < ' ':
		return ' '
	case r >= 0x7f && r < 0xa0 || r > 0xff:
		return '?'
	}
	return r
}

// bound writes the objects of a PDF: catalog, pages, two fonts, and per page its
// description and its text.
func bound(pages [][]row) []byte {
	var b bytes.Buffer
	var places []int
	object := func(text string) {
		places = append(places, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(places), text)
	}
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	const first = 5 // the number of the first page
	kids := make([]string, len(pages))
	for i := range pages {
		kids[i] = fmt.Sprintf("%d 0 R", first+2*i)
	}
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(pages)))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>")
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Courier-Bold /Encoding /WinAnsiEncoding >>")
	for i, rows := range pages {
		object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents %d 0 R >>",
			pageWidth, pageHeight, first+2*i+1))
		text := written(rows)
		object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text))
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(places)+1)
	for _, at := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(places)+1, start)
	return b.Bytes()
}

// written is what draws the lines of a page.
func written(rows []row) string {
	var b strings.Builder
	fmt.Fprintf(&b, "BT\n%d TL\n%d %d Td\n", lineHeight, margin, pageHeight-margin)
	for _, r := range rows {
		font := "/F1"
		if r.bold {
			font = "/F2"
		}
		b.WriteString(font + " 9 Tf\n(")
		for _, letter := range r.text {
			if strings.ContainsRune(`()\`, letter) {
				b.WriteByte('\\')
			}
			b.WriteByte(byte(letter))
		}
		b.WriteString(") Tj T*\n")
	}
	b.WriteString("ET")
	return b.String()
}
