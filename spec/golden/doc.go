// Package golden is the driver of tests whose expectations are files.
//
// In goes a directory of txtar archives and a function from an archive to the
// sections it should hold; out come test failures that show the difference, or,
// with the flag -update, the archives rewritten. Deliberately absent: knowledge
// of what the sections mean.
package golden
