// Package syntaxtest makes .cob texts for tests and benchmarks.
//
// In goes a size; out comes a text that is correct in every respect a compiler
// checks, and the same for the same size. Deliberately absent: broken texts;
// tests make those by mutation.
package syntaxtest
