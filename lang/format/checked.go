package format

import (
	"slices"

	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// Checked returns the formatted text of a file that has no syntax errors. Of one that
// has, the text is returned as it is with what is wrong: blanks may be all that is
// left of what its author meant.
func Checked(file *source.File) (string, []diag.Diagnostic) {
	_, problems := syntax.Parse(file)
	if slices.ContainsFunc(problems, func(d diag.Diagnostic) bool { return d.Severity == diag.Error && d.Code != syntax.CodeSemicolon }) {
		return file.Text, problems
	}
	return Source(file.Text), nil
}
