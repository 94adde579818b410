// Package compiler is the one door from text to plan.
//
// In go a file system and a directory; out comes a Result: the diagnostics, of the
// package and of those that it imports, and when none of them is an error the plan
// with its canonical bytes and digest, and the suite of the package's tests. The
// passes are a list: module, resolve, check, lint, lower; a package is resolved and
// checked behind those that it imports. The same files give the same bytes, in
// whatever order they are read.
//
// Deliberately absent: watching files, rendering diagnostics, writing plans.
package compiler

import (
	"fmt"
	"io/fs"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// Options of Compile.
type Options struct {
	// Dir is the package's directory in the file system; "" is its root.
	Dir string
	// Prefix stands before the path of every file in diagnostics, such as
	// "examples/orders/". It has no influence on the plan.
	Prefix string
	// Overlay replaces the text of files by their path in the file system.
	Overlay map[string]string
	// Each runs a function for the numbers up to n, in any order and side by side
	// if it likes; nil means one after the other. The result is the same.
	Each func(n int, do func(i int))
}

// Validate says whether the options can be used.
func (o Options) Validate() error {
	if o.Dir != "" && !fs.ValidPath(o.Dir) {
		return fmt.Errorf("compiler options: Dir is %q: want a slash-separated path inside the file system that leaves out single and double dots", o.Dir)
	}
	return nil
}

// Result is what is known after compiling.
type Result struct {
	// Suite, Encoded and Digest are there when no diagnostic is an error. Plan is
	// there, too, when all errors lie in test blocks: it shows what the package does,
	// and is not the one to run, because what only a broken test names may lack.
	Plan    *plan.Plan
	Suite   *plan.Suite
	Encoded []byte // canonical
	Digest  string // SHA-256 of Encoded, hexadecimal

	Diagnostics []diag.Diagnostic // by place
	Files       []*syntax.File    // by path
	// Dirs are the directories of the package, the last one, and of those that it
	// imports from the same file system.
	Dirs []string
	// Program is what the checker knows, also of a package with errors.
	Program *check.Program
}

// Failed says whether one of the diagnostics is an error.
func (r *Result) Failed() bool { return r.Suite == nil }

// Compile compiles one package: a Workspace used once. Errors: options that cannot be used, a directory
// that is not there, *module.EmptyError. What is wrong in the text, and that a file cannot
// be read, is a diagnostic and never an error.
func Compile(fsys fs.FS, o Options) (*Result, error) {
	w, err := NewWorkspace(fsys, o)
	if err != nil {
		return nil, fmt.Errorf("compiling: %w", err)
	}
	return w.Compile()
}

// Rules is the table of all codes, for `cob explain`.
func Rules() (diag.Registry, error) { return diag.Join(check.Rules()) }
