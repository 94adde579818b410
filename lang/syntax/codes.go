package syntax

import "github.com/cob-lang/cob/lang/diag"

// Codes of this room.
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

// Rules returns the table of this room's codes for the registry.
func Rules() []diag.Rule {
	return []diag.Rule{
		{Code: CodeGarbage, Title: "a character that begins nothing", Page: "The text holds a character that no construct of COB begins with, or bytes that are not UTF-8.\n\n    let total = price § 2\n\nRemove it, or write the operator that was meant."},
		{Code: CodeString, Title: "a string that does not end", Page: "A string `\"...\"` ends on the line it begins on; an interpolation `${...}` ends inside its string. Text of several lines stands between `\"\"\"`.\n\n    fail Declined { reason: \"no funds }\n\nAdd the closing quote."},
		{Code: CodeNumber, Title: "a number with an unknown unit", Page: "Units are part of a number: durations `200ms 5s 10m 4h 7d`, sizes `64KiB 10MiB`, ratios `99.9%`, rates `100/s`, money `0.05 EUR`, timestamps `2026-11-21T10:00:00Z`.\n\n    wait 5min\n\nWrite one of these units, or put a space or an operator behind the number."},
		{Code: CodeSemicolon, Title: "a semicolon", Page: "A line break ends a statement; `;` is never needed. Remove it, and begin a new line where a statement follows."},
		{Code: CodeEscape, Title: "an unknown escape in a string", Page: "Strings know the escapes `\\n \\r \\t \\\" \\\\ \\$` and `\\u{1F600}`. Write `\\\\` for a backslash."},
		{Code: CodeFileSize, Title: "a file that is too large", Page: "A file holds at most 4 MiB. A directory is a package: split the file, names are shared."},
		{Code: CodeNesting, Title: "nesting that is too deep", Page: "Brackets, blocks and operators nest at most 200 deep. Name an inner part with `let`, or move it into a process of its own."},
		{Code: CodeUnexpected, Title: "something else was expected", Page: "At this place the grammar wants something else; the message says what. The grammar is in `spec/grammar.ebnf`."},
		{Code: CodeNoExpr, Title: "an expression is missing", Page: "An operator, a bracket or a keyword wants an expression behind it.\n\n    let total = price *\n\nWrite the operand."},
		{Code: CodeNoDecl, Title: "no declaration begins like this", Page: "What stands outside of all braces is a declaration and begins with its keyword in column 1: `type`, `endpoint`, `process` and so on.\n\n    proces Fulfil(order: Order) { }"},
		{Code: CodeNoStatement, Title: "no statement begins like this", Page: "A statement begins with its keyword, or is an assignment. An operation of an endpoint is invoked with `call`.\n\n    warehouse.hold(order.lines)\n\nWrite `call warehouse.hold(order.lines)`."},
		{Code: CodeUnclosed, Title: "a bracket that is never closed", Page: "The bracket shown has no partner. Where the indentation tells, the message names the line before which the partner is missing."},
		{Code: CodeStrayClose, Title: "a closing bracket too many", Page: "The bracket shown closes nothing. Remove it, or add the opening one."},
		{Code: CodeOutOfPlace, Title: "a construct in the wrong place", Page: "The construct exists, but not here: settings belong to processes, routes, scopes, loops, calls and tasks; `compensate` and `catch` belong to calls and scopes; `from` and `filter` belong to routes."},
		{Code: CodeOperatorLine, Title: "a line that begins with an operator", Page: "A line break ends an expression, unless a bracket is open or the line ends in an operator.\n\n    let total = price\n      + shipping\n\nMove the operator to the end of the line before."},
		{Code: CodeSeparator, Title: "a missing comma or line break", Page: "The entries of a list are separated by a comma or by a line break; statements by a line break.\n\n    type Line { sku: string qty: int }"},
	}
}
