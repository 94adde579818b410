// Package lsp is the language server: the Language Server Protocol 3.18 over two
// streams, for editors.
//
// In go messages; out come answers, and diagnostics that nobody asked for. One
// goroutine reads messages into a queue, and takes out what is cancelled while it
// waits; another one does everything else, one message after the other, in the
// order in which they came. So an answer is about the text that the client had
// when it asked, and never about an older or a newer one. Compiling again costs
// milliseconds, because what did not change is remembered, and an edit compiles
// nothing until somebody asks or typing rests.
//
// The files of a package are those on the disk, with the open documents in their
// place; a package is compiled when one of its files is open. Diagnostics are
// told for all files of such a package, also those that are not open, with the
// version of the document they are about, and taken back when they are mended.
//
// A question about what other packages can name is put to all packages of the
// client's folders that reach it, which are compiled when it is asked; a name is changed only
// when each of them means the same afterwards. What the standard library declares is
// shown in a copy in the user's cache, which nobody may write: every editor can
// open a file.
//
// Deliberately absent: knowledge of the language (lsp/ide and below), networks,
// and, but for that copy, anything that outlives the session.
package lsp
