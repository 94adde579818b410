// Package lint is what an experienced reader would remark about a program that
// is correct: it compiles, it runs, and it probably does not do what was meant.
//
// In goes a checked program without errors; out come warnings (COB6xxx), each
// with the way out and, where a machine can take it, with the edit that does.
// Which rules look at which construct is the one switch in lint.go; the rules
// stand in the file of their subject. A rule keeps silent where it is not sure:
// a warning that is wrong once is not read again.
//
// Deliberately absent: errors, which are compiler/check's, and taste about layout,
// which is lang/format's.
package lint
