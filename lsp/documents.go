package lsp

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/cob-lang/cob/lang/source"
)

// document is a text that the client has open.
type document struct {
	uri     uri.URI // as the client spells it
	version int32
	*source.File
}

// pathOf is the path of a document: that of the disk with slashes, or the URI
// where it has none.
func pathOf(u uri.URI) string {
	if parsed, err := uri.Parse(string(u)); err == nil && strings.HasPrefix(string(u), "file:") {
		return filepath.ToSlash(uri.FsPathFor(parsed, uri.PlatformPOSIX, true))
	}
	return string(u)
}

// change applies one change to a text.
func (s *session) change(d *document, c protocol.TextDocumentContentChangeEvent) error {
	switch c := c.(type) {
	case *protocol.TextDocumentContentChangeWholeDocument:
		d.File = source.New(d.Path, c.Text)
		return nil
	case *protocol.TextDocumentContentChangePartial:
		start, end := s.offset(d.File, c.Range.Start), s.offset(d.File, c.Range.End)
		if start > end {
			return fmt.Errorf("a change of %s ends before it begins", d.uri)
		}
		d.File = source.New(d.Path, d.Text[:start]+c.Text+d.Text[end:])
		return nil
	}
	return fmt.Errorf("a change of %s has no text", d.uri)
}

// disk reads files and remembers them while their size and time stay the same.
type disk struct{ files map[string]remembered }

type remembered struct {
	size int64
	time time.Time
	text []byte
}

func (d *disk) read(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		delete(d.files, name)
		return nil, err
	}
	if r, ok := d.files[name]; ok && r.size == info.Size() && r.time.Equal(info.ModTime()) {
		return r.text, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	d.files[name] = remembered{info.Size(), info.ModTime(), text}
	return text, nil
}

// view is the directory of a package as a file system: the disk, with texts in
// the place of some files. It holds only what the compiler reads.
type view struct {
	disk  *disk
	dir   string
	texts map[string]string // by path
}

func (v view) path(name string) string { return path.Join(v.dir, name) }

// ReadFile returns the text of a file. The caller must not change it.
func (v view) ReadFile(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if text, ok := v.texts[v.path(name)]; ok {
		return []byte(text), nil
	}
	if !path.IsAbs(v.dir) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return v.disk.read(filepath.FromSlash(v.path(name)))
}

// ReadDir lists a directory and the texts that belong into it.
func (v view) ReadDir(name string) ([]fs.DirEntry, error) {
	var list []fs.DirEntry
	var err error
	if path.IsAbs(v.dir) {
		list, err = os.ReadDir(filepath.FromSlash(v.path(name)))
	}
	for p := range v.texts {
		here := path.Dir(p) == v.path(name)
		if here && !slices.ContainsFunc(list, func(e fs.DirEntry) bool { return e.Name() == path.Base(p) }) {
			list = append(list, entry(path.Base(p)))
		}
	}
	if len(list) > 0 {
		err = nil
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, err
}

// Open opens a file of the disk; texts are read with ReadFile.
func (v view) Open(name string) (fs.File, error) {
	if !path.IsAbs(v.dir) || !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return os.Open(filepath.FromSlash(v.path(name)))
}

// entry is a file that only the client has.
type entry string

func (e entry) Name() string               { return string(e) }
func (e entry) IsDir() bool                { return false }
func (e entry) Type() fs.FileMode          { return 0 }
func (e entry) Info() (fs.FileInfo, error) { return nil, errors.New("the file is not on the disk") }
