package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler"
)

// packages finds the directories that paths name: a directory with .cob files is
// a package, one without stands for all packages below it, and a file for the
// directory it is in.
func packages(paths []string) ([]string, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var out []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, bad(err)
		}
		if !info.IsDir() {
			if !strings.HasSuffix(p, ".cob") {
				return nil, fmt.Errorf("%s is no .cob file", p)
			}
			out = append(out, filepath.Dir(p))
			continue
		}
		found, err := below(p)
		if err != nil {
			return nil, bad(err)
		}
		out = append(out, found...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func below(dir string) ([]string, error) {
	if ok, err := isPackage(dir); ok || err != nil {
		return []string{filepath.Clean(dir)}, err
	}
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); p != dir && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
			return fs.SkipDir
		}
		ok, err := isPackage(p)
		if ok {
			out = append(out, filepath.Clean(p))
		}
		return err
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s holds no .cob file, nor does any directory below it: name a package", dir)
	}
	return out, err
}

func isPackage(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() && strings.HasSuffix(e.Name(), ".cob") }), nil
}

// compilerOptions let diagnostics name files as the user would.
func compilerOptions(dir string) compiler.Options {
	if dir == "." {
		return compiler.Options{Each: sideBySide}
	}
	return compiler.Options{Prefix: filepath.ToSlash(dir) + "/", Each: sideBySide}
}

// shortLived lets a command that ends at once spend memory rather than time: the
// collector runs when the heap is five times what is in use, not twice. GOGC, when
// set, is left as it is.
func shortLived() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// compile compiles the package in a directory of the disk.
func compile(dir string) (*compiler.Result, error) {
	r, err := compiler.Compile(os.DirFS(dir), compilerOptions(dir))
	if err != nil {
		return nil, bad(fmt.Errorf("%s: %w", dir, err))
	}
	return r, nil
}
