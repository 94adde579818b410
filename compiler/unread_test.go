package compiler_test

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// denied is a file system in which some files and directories cannot be opened.
type denied struct {
	fstest.MapFS
	why map[string]error
}

func (l denied) Open(name string) (fs.File, error) {
	if err := l.why[name]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return l.MapFS.Open(name)
}

func (l denied) ReadFile(name string) ([]byte, error) {
	if err := l.why[name]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return l.MapFS.ReadFile(name)
}

func (l denied) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := l.why[name]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return l.MapFS.ReadDir(name)
}

// TestFilesThatCannotBeRead: each is one diagnostic about that file, without what
// follows from its absence, and the mistakes in the others are told.
func TestFilesThatCannotBeRead(t *testing.T) {
	pack := func() fstest.MapFS {
		return fstest.MapFS{
			"shop/a.cob": {Data: []byte("package shop\n\nprocess Look(what: Thing) -> string { return what.name }\n")},
			"shop/b.cob": {Data: []byte("package shop\n\ntype Thing { name: string }\n")},
			"shop/c.cob": {Data: []byte("package shop\n\nprocess Bad(n: int) -> string { return n }\n")},
		}
	}
	for name, c := range map[string]struct {
		why  error
		want string
	}{
		"permission": {fs.ErrPermission, "this file cannot be read: permission denied"},
		"link loop":  {syscall.ELOOP, "this file cannot be read: too many levels of symbolic links"},
		"vanished":   {fs.ErrNotExist, "this file cannot be read: file does not exist"},
		"disk":       {errors.New("input/output error"), "this file cannot be read: input/output error"},
	} {
		r, err := compiler.Compile(denied{pack(), map[string]error{"shop/b.cob": c.why}}, compiler.Options{Dir: "shop", Prefix: "x/shop/"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := diag.OneLines(r.Diagnostics)
		if len(r.Diagnostics) != 2 || !strings.Contains(got, "x/shop/b.cob:1:1-1:1: error COB2014: "+c.want+"\n") || !strings.Contains(got, "x/shop/c.cob:3:40-3:41: error COB3001") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

// TestAPipeInAPackageIsNotOpened: opening one waits for a writer, for ever perhaps. It is
// told about, whether it lies in the package or a link leads to it.
func TestAPipeInAPackageIsNotOpened(t *testing.T) {
	for name, text := range map[string]string{
		"a.cob":  "package p\n\nprocess A() -> int { return 1 }\n",
		"c.yaml": "package p\n\nuse openapi \"c.yaml\" as c\n\nprocess A() -> int { return 1 }\n",
	} {
		for _, linked := range []bool{true, false} {
			fsys := links{fstest.MapFS{"b.cob": {Data: []byte(text)}, name: {Mode: fs.ModeNamedPipe}}, linked, t}
			r, err := compiler.Compile(fsys, compiler.Options{})
			if err != nil || len(r.Diagnostics) == 0 || !strings.Contains(diag.OneLines(r.Diagnostics)+r.Diagnostics[0].Label, "a pipe, socket or device and no file") {
				t.Errorf("%s, linked %v: %v", name, linked, err)
			}
		}
	}
}

// links lets nobody open a pipe; it may show every file as a link in lists of directories.
type links struct {
	fstest.MapFS
	linked bool
	t      *testing.T
}

type aLink struct{ fs.DirEntry }

func (aLink) Type() fs.FileMode { return fs.ModeSymlink }

func (l links) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := l.MapFS.ReadDir(name)
	for i := range list {
		if l.linked {
			list[i] = aLink{list[i]}
		}
	}
	return list, err
}

func (l links) Open(name string) (fs.File, error) {
	if f := l.MapFS[name]; f != nil && f.Mode&fs.ModeNamedPipe != 0 {
		l.t.Errorf("%s is opened", name)
	}
	return l.MapFS.Open(name)
}

func (l links) Stat(name string) (fs.FileInfo, error) { return l.MapFS.Stat(name) }

func (l links) ReadFile(name string) ([]byte, error) {
	if f := l.MapFS[name]; f != nil && f.Mode&fs.ModeNamedPipe != 0 {
		l.t.Errorf("%s is read", name)
	}
	return l.MapFS.ReadFile(name)
}

// TestADirectoryThatCannotBeRead is a diagnostic of the package, and of the import that
// names it.
func TestADirectoryThatCannotBeRead(t *testing.T) {
	fsys := denied{fstest.MapFS{
		"app/a.cob": {Data: []byte("package app\n\nimport \"../lib\"\n\nprocess P(x: lib.T) -> int { return x.n }\n")},
		"lib/l.cob": {Data: []byte("package lib\n\ntype T { n: int }\n")},
	}, map[string]error{"lib": fs.ErrPermission}}
	for dir, want := range map[string]string{
		"lib": "x/lib:1:1-1:1: error COB2014: this directory cannot be read: permission denied\n",
		"app": "x/app/a.cob:3:8-3:16: error COB2008: the package ../lib cannot be read\n",
	} {
		r, err := compiler.Compile(fsys, compiler.Options{Dir: dir, Prefix: path.Join("x", dir) + "/"})
		if err != nil {
			t.Errorf("%s: %v", dir, err)
			continue
		}
		if got := diag.OneLines(r.Diagnostics); got != want {
			t.Errorf("%s:\n%s", dir, got)
		}
	}
}

// endless is a file without an end.
type endless struct{ fs.File }

func (e endless) Read(p []byte) (int, error) { return len(p), nil }

type huge struct{ fstest.MapFS }

func (h huge) Open(name string) (fs.File, error) {
	f, err := h.MapFS.Open(name)
	if name == "a.cob" && err == nil {
		return endless{f}, nil
	}
	return f, err
}

func (h huge) ReadFile(name string) ([]byte, error) { return nil, errors.New("read as a whole") }

func (h huge) Stat(name string) (fs.FileInfo, error) {
	info, err := h.MapFS.Stat(name)
	return vast{info}, err
}

type vast struct{ fs.FileInfo }

func (vast) Size() int64 { return 1 << 40 }

// TestOfAHugeFileTheBeginIsRead: it is refused by its size, and never held as a whole.
func TestOfAHugeFileTheBeginIsRead(t *testing.T) {
	r, err := compiler.Compile(huge{fstest.MapFS{"a.cob": {}}}, compiler.Options{})
	if err != nil || len(r.Diagnostics) != 1 || r.Diagnostics[0].Code != syntax.CodeFileSize {
		t.Errorf("%v: %s", err, diag.OneLines(r.Diagnostics))
	}
}
