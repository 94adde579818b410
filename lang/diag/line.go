package diag

import (
	"fmt"
	"strings"
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
