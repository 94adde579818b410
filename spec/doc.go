// Package spec is the specification of COB as tests read it.
//
// In go the documents of this directory; out come test failures where a document
// and the program disagree: every fenced block is compiled, evaluated, run or
// sent (README.md says how blocks are written), generated parts are compared
// with what the code gives now, and names of tests are looked up.
//
// Deliberately absent: code. The package holds documents and their tests.
package spec
