package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// OneLine returns `file:line:col-line:col: error COB2001: message`. The end is
// the column behind the last byte.
func OneLine(d Diagnostic) string {
	return fmt.Sprintf("%s: %s %s: %s", d.Primary, d.Severity, d.Code, d.Message)
}

// WriteLines writes one line per diagnostic, each with its line ending.
func WriteLines(w io.Writer, ds []Diagnostic) error {
	b := bufio.NewWriter(w)
	for _, d := range ds {
		b.WriteString(OneLine(d) + "\n")
	}
	return b.Flush()
}

// OneLines returns one line per diagnostic, each with its line ending.
func OneLines(ds []Diagnostic) string {
	var b strings.Builder
	_ = WriteLines(&b, ds) // a Builder takes everything
	return b.String()
}
