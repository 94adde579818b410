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
		dir, err := directoryOf(p)
		if err != nil {
			return nil, err
		}
		if dir != p {
			out = append(out, dir)
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

// directoryOf is the directory that a path names, itself or by a .cob file in it.
func directoryOf(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", bad(unreadable(path, err))
	case info.IsDir():
		return path, nil
	case strings.HasSuffix(path, ".cob"):
		return filepath.Dir(path), nil
	}
	return "", fmt.Errorf("%s is no .cob file", path)
}

// unreadable says why nothing can be read at a path, in words for who named it.
func unreadable(path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		if to, e := os.Readlink(path); e == nil {
			return fmt.Errorf("%s is a link to %s, which is not there", path, to)
		}
	}
	return fmt.Errorf("%s: %w", path, err)
}

// onePackage is the directory of the one package that a path names.
func onePackage(path string) (string, error) {
	dir, err := directoryOf(path)
	if err != nil {
		return "", err
	}
	if ok, err := isPackage(dir); ok || err != nil {
		return dir, nil // why it cannot be read, compiling tells
	}
	found, err := below(dir)
	if err != nil {
		return "", bad(err)
	}
	if len(found) > maxNamed {
		found = append(found[:maxNamed], "...")
	}
	return "", bad(fmt.Errorf("%s holds no .cob file: name a package below it, such as %s", dir, strings.Join(found, ", ")))
}

// maxNamed is how many packages are named to who has to choose.
const maxNamed = 5

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
// collector runs when the heap is four times what is in use, not twice: with five times a
// workspace of 50,000 lines took more than 200 MB. GOGC, when set, is left as it is.
func shortLived() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
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
