// Package ide answers an editor's questions about a package of COB.
//
// In goes a compiled package and a way to compile it again with other texts; out
// come answers as plain data: places are paths and byte offsets, texts are
// Markdown. One file per question: hover, completion, definition, references,
// rename, formatting, symbols, folding, tokens, hints, signatures, actions.
//
// What the answers know they take from tables that exist anyway: the grammar of
// lang/syntax, the settings of compiler/check, the functions of lang/expression,
// and the names that compiler/resolve noted. A construct that is added there is
// known here.
//
// A text that is being typed is broken most of the time, and broken declarations
// are not checked. So names are looked up in a repaired copy of the package:
// what the parser did not understand is blanked, byte by byte, so that all other
// places stay where they are. Completion puts a name where the cursor is and asks
// what could have stood there.
//
// Deliberately absent: the protocol, open documents, columns of editors (package
// lsp), and what no editor asks for.
package ide
