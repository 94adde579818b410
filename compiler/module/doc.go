// Package module gathers the files that belong together: the .cob files of one
// directory, which are one package, the packages that it imports, and the foreign
// contracts they use.
//
// In goes an fs.FS and a directory in it; out come a Module and diagnostics. The
// packages of a program are a graph without circles: Order gives them so that each
// stands behind those that it imports. A path leads to a directory of the same file
// system and never out of it, or into the standard library.
// Files are taken in the order of their paths, so the same directory gives the
// same Module on every machine. A contract is read from the same file system,
// never from a network, and its SHA-256 goes with it into the plan.
//
// Deliberately absent: meaning. Whether a name exists or a type fits is decided
// by the rooms behind this one. What a foreign contract says is read by
// compiler/contract.
package module
