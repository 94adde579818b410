// Package syntax turns text into a tree, always.
//
// In goes a source.File; out come a File, which is a tree of declarations,
// statements, types and expressions with spans, and diagnostics (COB1xxx). The
// tree is there however broken the text: a declaration with a mistake in it has
// Broken set, and only inside such a declaration may a required child be nil.
//
// The grammar of a declaration or statement is the struct tags of its node
// (participle), printed by Grammar. The two dozen of which programs mostly consist
// (types, endpoints, processes, let, call, if and what else stands in byhand*.go)
// have their line of the grammar in the table of productions instead and read
// themselves: finding the way through struct tags by reflection costs several
// times what reading the tokens does, and was a third of compiling. A new
// construct begins with struct tags; it is written by hand when a profile asks for
// it, and then obeys the same promises, which byhand.go keeps in one place.
//
// Hand-written are also the lexer, the expressions (operator precedence), the
// braced and parenthesised lists, and the recovery: the file is cut at declaration
// keywords in column 1 before anything is parsed, so that an open brace cannot eat
// the next declaration; each list resynchronises at the next line at its own depth.
//
// Deliberately absent: meaning. What a name refers to, which settings exist and
// whether a type fits live beside the tree, in the compiler.
package syntax
