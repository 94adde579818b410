// Package syntax turns text into a tree, always.
//
// In goes a source.File; out come a File, which is a tree of declarations,
// statements, types and expressions with spans, and diagnostics (COB1xxx). The
// tree is there however broken the text: a declaration with a mistake in it has
// Broken set, and only inside such a declaration may a required child be nil.
//
// The grammar of every declaration and statement is the struct tags of the tree
// (participle), printed by Grammar. Hand-written are the lexer, the expressions
// (operator precedence), the braced and parenthesised lists, and the recovery:
// the file is cut at declaration keywords in column 1 before anything is parsed,
// so that an open brace cannot eat the next declaration; each list resynchronises
// at the next line at its own depth.
//
// Deliberately absent: meaning. What a name refers to, which settings exist and
// whether a type fits live beside the tree, in the compiler.
package syntax
