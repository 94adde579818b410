package syntax

import (
	"strings"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
)

// Extended is the edit that adds an entry, such as `compensate { }`, to the block of a
// statement: as its last one, or in a block of its own where the statement has none.
func Extended(statement source.Span, b *Block, entry string) diag.Edit {
	if b == nil {
		return diag.Edit{Span: statement.After(), Text: " { " + entry + " }"}
	}
	whole := b.Span()
	inner := strings.TrimSuffix(whole.Text(), "}")
	kept := strings.TrimRight(inner, " \t\r\n")
	at := whole.First(len(kept)).After()
	line := strings.LastIndexByte(inner, '\n')
	switch {
	case line >= 0:
		return diag.Edit{Span: at, Text: "\n" + inner[line+1:] + "  " + entry}
	case kept == "{":
		return diag.Edit{Span: at, Text: " " + entry}
	}
	return diag.Edit{Span: at, Text: ", " + entry}
}
