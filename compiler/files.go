package compiler

import (
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/compiler/module"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/stdlib"
)

// Std is the standard library as a file system whose names are the paths of
// diagnostics: "std/retry/retry.cob".
func Std() fs.FS { return library{} }

type library struct{}

// Open opens a file or directory of the library.
func (library) Open(name string) (fs.File, error) {
	inside, ok := strings.CutPrefix(name, module.StdPath)
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return stdlib.Files.Open(inside)
}

// files reads each file and directory once, until it is told that they changed.
type files struct {
	fsys  fs.FS
	texts map[string]string // by path; what an editor holds, too
	lists map[string][]fs.DirEntry
}

// Open opens a file as it is on the disk. What is no file but looks like one, such
// as a pipe, is not opened: reading it may never end.
func (f *files) Open(name string) (fs.File, error) {
	info, err := fs.Stat(f.fsys, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() && !info.IsDir():
		return nil, &fs.PathError{Op: "open", Path: name, Err: errNoFile}
	}
	return f.fsys.Open(name)
}

var errNoFile = errors.New("a pipe, socket or device and no file")

// maxRead is how much of a file is read: whoever wants it refuses so much.
const maxRead = max(syntax.MaxFileBytes, contract.MaxBytes) + 1

// ReadDir lists a directory.
func (f *files) ReadDir(name string) ([]fs.DirEntry, error) {
	if list, ok := f.lists[name]; ok {
		return list, nil
	}
	list, err := fs.ReadDir(f.fsys, name)
	if err == nil {
		f.lists[name] = list
	}
	return list, err
}

// ReadFile reads a file and remembers its text.
func (f *files) ReadFile(name string) ([]byte, error) {
	if text, ok := f.texts[name]; ok {
		return []byte(text), nil
	}
	text, err := f.bounded(name)
	if err == nil {
		f.texts[name] = string(text)
	}
	return text, err
}

// bounded reads a file, of a very large one the begin. What an editor holds need not
// be on the disk.
func (f *files) bounded(name string) ([]byte, error) {
	info, err := fs.Stat(f.fsys, name)
	if err != nil || info.Mode().IsRegular() && info.Size() <= maxRead {
		return fs.ReadFile(f.fsys, name)
	}
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxRead))
}
