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
// where it has none, which then ends as all names of files of COB do.
func pathOf(u uri.URI) string {
	if parsed, err := uri.Parse(string(u)); err == nil && strings.HasPrefix(string(u), "file:") {
		return filepath.ToSlash(uri.FsPathFor(parsed, uri.PlatformPOSIX, true))
	}
	return strings.TrimSuffix(string(u), loneName) + loneName
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
	text string
}

func (d *disk) read(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		delete(d.files, name)
		return "", err
	}
	if r, ok := d.files[name]; ok && r.size == info.Size() && r.time.Equal(info.ModTime()) {
		return r.text, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	d.files[name] = remembered{info.Size(), info.ModTime(), string(text)}
	return string(text), nil
}

// view is the disk as a file system, from its root, with the open documents in
// the place of files. It holds only what the compiler reads.
type view struct{ docs map[string]*document }

// inView is how a path is called in the file system.
func inView(name string) string { return strings.TrimPrefix(name, "/") }

// ReadFile returns the text of a file. The caller must not change it.
func (v view) ReadFile(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if d := v.docs["/"+name]; d != nil {
		return []byte(d.Text), nil
	}
	return os.ReadFile(filepath.FromSlash("/" + name))
}

// ReadDir lists a directory and the open documents that belong into it.
func (v view) ReadDir(name string) ([]fs.DirEntry, error) {
	dir := path.Join("/", name)
	list, err := os.ReadDir(filepath.FromSlash(dir))
	for p := range v.docs {
		if path.Dir(p) == dir && !slices.ContainsFunc(list, func(e fs.DirEntry) bool { return e.Name() == path.Base(p) }) {
			list, err = append(list, entry(path.Base(p))), nil
		}
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, err
}

// Open opens a file of the disk; documents are read with ReadFile.
func (v view) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return os.Open(filepath.FromSlash("/" + name))
}

// lone is the package of one document that is not on the disk.
type lone struct{ *document }

// ReadFile returns the text of the document.
func (l lone) ReadFile(name string) ([]byte, error) {
	if name != loneName {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(l.Text), nil
}

// ReadDir lists the document.
func (l lone) ReadDir(string) ([]fs.DirEntry, error) { return []fs.DirEntry{entry(loneName)}, nil }

// Open finds nothing; the document is read with ReadFile.
func (l lone) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// loneName is how the document of a lone package is called in it: what its path
// ends with, so that the rest can stand before it in diagnostics.
const loneName = ".cob"

// entry is a file that only the client has.
type entry string

func (e entry) Name() string               { return string(e) }
func (e entry) IsDir() bool                { return false }
func (e entry) Type() fs.FileMode          { return 0 }
func (e entry) Info() (fs.FileInfo, error) { return nil, errors.New("the file is not on the disk") }
