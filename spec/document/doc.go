// Package document reads Markdown the way tests do, and runs what it shows.
//
// In goes a document; out come its fenced blocks with the line they begin on,
// its tables and its links. Console runs blocks of commands in a shell and holds
// their output against what the document shows.
//
// Deliberately absent: rendering, and every part of Markdown that no test looks
// at.
package document
