package diag

import (
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
	Help      string      `json:"help,omitempty"`
	Fixes     []jsonPlace `json:"fixes,omitempty"`
	Draft     bool        `json:"draft,omitempty"` // the fix is to be completed by the author
}

// JSON returns the diagnostics as an array, indented, with a line ending. Lines
// and columns are one-based, columns count bytes, ends are exclusive.
func JSON(ds []Diagnostic) []byte {
	out := make([]jsonDiagnostic, 0, len(ds))
	for _, d := range ds {
		j := jsonDiagnostic{Code: d.Code, Severity: d.Severity.String(), Message: d.Message, Help: d.Help, Draft: d.Draft, Primary: placeOf(d.Primary, d.Label)}
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
	return encode(out)
}

func placeOf(s source.Span, text string) jsonPlace {
	from, to := s.From(), s.To()
	return jsonPlace{File: s.Path(), Line: from.Line, Column: from.Column, EndLine: to.Line, EndColumn: to.Column, Text: text}
}
