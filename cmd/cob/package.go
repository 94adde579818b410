package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/watch"
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

// below gives the packages of a directory. One that cannot be read counts as a
// package: compiling it tells why.
func below(dir string) ([]string, error) {
	if ok, err := isPackage(dir); ok || err != nil {
		return []string{filepath.Clean(dir)}, nil
	}
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil // told when it was come to, or gone since
		}
		if name := d.Name(); p != dir && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
			return fs.SkipDir
		}
		ok, err := isPackage(p)
		if ok || err != nil && !errors.Is(err, fs.ErrNotExist) {
			out = append(out, filepath.Clean(p))
		}
		if err != nil {
			return fs.SkipDir
		}
		return nil
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

// located gives the workspace of a package and how it is compiled: diagnostics name
// files as the user would.
func located(dir string) (watch.Place, compiler.Options, error) {
	place, err := watch.Find(dir)
	o := compiler.Options{Dir: place.Dir, Each: sideBySide}
	if dir != "." {
		o.Prefix = filepath.ToSlash(dir) + "/"
	}
	return place, o, err
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
	place, o, err := located(dir)
	if err != nil {
		return nil, bad(err)
	}
	r, err := compiler.Compile(os.DirFS(place.Root), o)
	if err != nil {
		return nil, bad(fmt.Errorf("%s: %w", dir, err))
	}
	return r, nil
}

// workspaces compile several packages, each of them and of what they import once. They
// are known by their directories.
type workspaces map[string]*compiler.Workspace

func (w workspaces) compile(dir string) (*compiler.Result, error) {
	place, o, err := located(dir)
	if err != nil {
		return nil, bad(err)
	}
	space := w[place.Root]
	if space == nil {
		if space, err = compiler.NewWorkspace(os.DirFS(place.Root), o); err != nil {
			return nil, bad(err)
		}
		w[place.Root] = space
	}
	space.Turn(o.Dir, o.Prefix)
	r, err := space.Compile()
	if err != nil {
		return nil, bad(fmt.Errorf("%s: %w", dir, err))
	}
	return r, nil
}
