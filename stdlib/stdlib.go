// Package stdlib is the standard library of COB, written in COB.
//
// In go nothing; out comes Files, a file system of packages: `import "std/retry"`
// reads the directory retry of it. Each directory is one package, each
// declaration says in `///` what it is for, and the test blocks of a package run
// with `cob test`.
//
// Deliberately absent: Go code. What a connector does is written in the room
// runtime/connector of its name.
package stdlib

import "embed"

// Files are the packages, by directory.
//
//go:embed */*.cob connectors/*/*.cob
var Files embed.FS
