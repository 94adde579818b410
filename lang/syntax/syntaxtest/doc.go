// Package syntaxtest makes .cob texts for tests and benchmarks.
//
// In goes a size; out comes a text that is correct in every respect a compiler
// checks, and the same for the same size. Of a text that exists it makes others:
// broken ones (Mutants, Mutations), and ones that mean something else (Changes).
package syntaxtest
