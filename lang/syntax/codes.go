package syntax

import "github.com/cob-lang/cob/lang/diag"

// The codes of this room; their pages are in the table of compiler/check.
const (
	CodeGarbage      diag.Code = "COB1001"
	CodeString       diag.Code = "COB1002"
	CodeNumber       diag.Code = "COB1003"
	CodeSemicolon    diag.Code = "COB1004"
	CodeEscape       diag.Code = "COB1005"
	CodeFileSize     diag.Code = "COB1006"
	CodeNesting      diag.Code = "COB1007"
	CodeUnexpected   diag.Code = "COB1010"
	CodeNoExpr       diag.Code = "COB1011"
	CodeNoDecl       diag.Code = "COB1012"
	CodeNoStatement  diag.Code = "COB1013"
	CodeUnclosed     diag.Code = "COB1014"
	CodeStrayClose   diag.Code = "COB1015"
	CodeOutOfPlace   diag.Code = "COB1016"
	CodeOperatorLine diag.Code = "COB1017"
	CodeSeparator    diag.Code = "COB1018"
)
