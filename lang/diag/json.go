package diag

import (
	"bufio"
	"encoding/json"
	"io"

	"github.com/cob-lang/cob/lang/source"
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
	Also      []jsonPlace `json:"also,omitempty"` // other places of the same mistake
	Help      string      `json:"help,omitempty"`
	Fixes     []jsonPlace `json:"fixes,omitempty"`
	Draft     bool        `json:"draft,omitempty"` // the fix is to be completed by the author
}

// JSON writes the diagnostics as an array, indented, with a line ending. Lines
// and columns are one-based, columns count bytes, ends are exclusive.
func JSON(w io.Writer, ds []Diagnostic) error {
	return list(w, "", ds, func(d Diagnostic) any {
		j := jsonDiagnostic{Code: d.Code, Severity: d.Severity.String(), Message: d.Message, Help: d.Help, Draft: d.Draft, Primary: placeOf(d.Primary, d.Label)}
		for _, l := range d.Secondary {
			j.Secondary = append(j.Secondary, placeOf(l.Span, l.Text))
		}
		for _, l := range d.Also {
			j.Also = append(j.Also, placeOf(l.Span, l.Text))
		}
		for _, e := range d.Fixes {
			p := placeOf(e.Span, "")
			p.Replacement = &e.Text
			j.Fixes = append(j.Fixes, p)
		}
		return j
	}, "\n")
}

// list writes an array whose bracket is indented like that, one element after the
// other: the text of a long list is never held as a whole.
func list(w io.Writer, indent string, ds []Diagnostic, element func(Diagnostic) any, end string) error {
	b := bufio.NewWriter(w)
	b.WriteByte('[')
	for i, d := range ds {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n" + indent + "  ")
		b.Write(encode(element(d), indent+"  "))
	}
	if len(ds) > 0 {
		b.WriteString("\n" + indent)
	}
	b.WriteString("]" + end)
	return b.Flush()
}

// encode gives the text of a value that cannot fail to encode, its lines behind the
// first indented.
func encode(v any, indent string) []byte {
	text, err := json.MarshalIndent(v, indent, "  ")
	if err != nil {
		panic("diag: strings and numbers cannot fail to encode: " + err.Error())
	}
	return text
}

func placeOf(s source.Span, text string) jsonPlace {
	from, to := s.From(), s.To()
	return jsonPlace{File: s.Path(), Line: from.Line, Column: from.Column, EndLine: to.Line, EndColumn: to.Column, Text: text}
}
