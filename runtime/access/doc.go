// Package access knows who may use the API of a node: which token is whose, and what
// its holder may do.
//
// In goes the text of a token file, one line per token, with hashes in the place of
// tokens; out comes a Table that answers who the holder of a token is. A Grant is a
// person, groups and roles; the roles are fixed here, each a few rights, and every
// call of the API asks for a right. What a process or its policy says about people
// (roles declared in .cob files, complete, view, start, deploy) is decided by the
// engine, with the person and the groups of the grant.
//
// A token is made of 130 random bits or more, so one SHA-256 of it is enough at rest:
// nobody guesses it, and nobody reads it back out of the hash. A hash of something
// shorter lets nobody in.
//
// Deliberately absent: files, HTTP, passwords, sessions, and making tokens, which
// needs randomness.
package access
