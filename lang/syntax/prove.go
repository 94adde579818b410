package syntax

import (
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// maxProved is how many fixes in one declaration are tried, and maxProvedBytes how long
// it may be; fixes beyond are drafts.
const (
	maxProved      = 8
	maxProvedBytes = 1 << 18
)

// prove makes drafts of the fixes that do not stand the trial: the text of the
// declaration with the fix applied has fewer mistakes and none that was not there. A fix is
// guessed from the place of a mistake, and only reading it again tells whether it was one.
func (t *Trees) prove(file *source.File, p *piece, within []diag.Diagnostic) {
	if t.proving {
		return
	}
	tried := 0
	for i := range within {
		d := &within[i]
		if len(d.Fixes) == 0 || d.Draft {
			continue
		}
		if tried++; tried > maxProved || len(p.text) > maxProvedBytes || !p.stands(file, d, within) {
			d.Draft = true
		}
	}
}

// stands says whether the fix of a diagnostic leaves fewer of those in the declaration.
func (p *piece) stands(file *source.File, d *diag.Diagnostic, within []diag.Diagnostic) bool {
	from := p.region.Start()
	edits := make([]diag.Edit, len(d.Fixes))
	before := source.New(file.Path, p.text)
	for i, e := range d.Fixes {
		start, end := e.Span.Start()-from, e.Span.End()-from
		if start < 0 || end > len(p.text) {
			return false
		}
		edits[i] = diag.Edit{Span: before.Span(start, end), Text: e.Text}
	}
	again := Trees{proving: true}
	_, left := again.parse(source.New(file.Path, diag.Apply(p.text, edits)), nil)
	known := map[string]int{}
	for i := range within {
		known[within[i].Message]++
	}
	for i := range left {
		if known[left[i].Message]--; known[left[i].Message] < 0 {
			return false
		}
	}
	return len(left) < len(within)
}
