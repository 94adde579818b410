package lsp

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lsp/ide"
)

// phase is where a session stands.
type phase int

const (
	fresh phase = iota
	running
	shut
	exited
)

// session is what the server knows. One goroutine owns it.
type session struct {
	phase   phase
	early   bool // exit came before shutdown
	version string
	utf8    bool // columns are bytes and not UTF-16 units
	watches bool // the client can be asked to watch files
	shows   bool // the client can show a document
	folders []string
	docs    map[string]*document // by path
	disk    *disk
	pkgs    map[string]*pkg // of open documents, by directory
	changed map[string]bool // packages whose diagnostics are to be told
	outbox  []message
}

// pkg is a package with an open document.
type pkg struct {
	dir      string
	session  *session
	snapshot *ide.Snapshot     // nil when something changed
	found    []ide.Diagnostic  // of the snapshot, when asked for
	told     map[string]string // diagnostics by path, as they were told last
	compile  func(fs.FS) (*compiler.Result, error)
}

func newSession(version string) *session {
	return &session{version: version, docs: map[string]*document{}, disk: &disk{map[string]remembered{}},
		pkgs: map[string]*pkg{}, changed: map[string]bool{}}
}

// forget drops what was computed, after a bug may have left it half done.
func (s *session) forget() {
	for _, p := range s.pkgs {
		p.drop()
	}
}

func (p *pkg) drop() { p.snapshot, p.found = nil, nil }

// dirOf is the directory of the package that a document belongs to. One that is
// not on the disk is a package of its own.
func dirOf(name string) string {
	if path.IsAbs(name) {
		return path.Dir(name)
	}
	return name
}

// touch notes that a file changed, or that it is open now or no longer.
func (s *session) touch(name string) {
	dir := dirOf(name)
	open := slices.ContainsFunc(s.openPaths(), func(p string) bool { return dirOf(p) == dir })
	if s.pkgs[dir] == nil && open {
		s.pkgs[dir] = newPackage(s, dir)
	}
	for _, p := range s.pkgs {
		// A contract may lie below, a package that is imported beside.
		if p.dir == dir || strings.HasPrefix(name, p.dir+"/") {
			p.drop()
			s.changed[p.dir] = true
		}
	}
}

func (s *session) openPaths() []string {
	out := make([]string, 0, len(s.docs))
	for p := range s.docs {
		out = append(out, p)
	}
	return out
}

func (s *session) isOpen(dir string) bool {
	return slices.ContainsFunc(s.openPaths(), func(p string) bool { return dirOf(p) == dir })
}

func newPackage(s *session, dir string) *pkg {
	prefix := dir + "/"
	if !path.IsAbs(dir) {
		prefix = ""
	}
	return &pkg{dir: dir, session: s, told: map[string]string{}, compile: func(fsys fs.FS) (*compiler.Result, error) {
		return compiler.Compile(fsys, compiler.Options{Prefix: prefix})
	}}
}

// read is the package as a file system, with some texts replaced.
func (p *pkg) read(replaced map[string]string) fs.FS {
	v := view{disk: p.session.disk, dir: p.dir, texts: map[string]string{}}
	for name, d := range p.session.docs {
		v.texts[name] = d.Text
	}
	for name, text := range replaced {
		v.texts[name] = text
	}
	if !path.IsAbs(p.dir) {
		return lone{v, p.dir}
	}
	return v
}

// lone is a package of one document that is not on the disk.
type lone struct {
	view
	name string
}

// ReadFile returns the text of the document.
func (l lone) ReadFile(string) ([]byte, error) { return []byte(l.texts[l.name]), nil }

// ReadDir lists the document.
func (l lone) ReadDir(string) ([]fs.DirEntry, error) { return []fs.DirEntry{entry(l.name)}, nil }

// current is the package as it is now; nil when it cannot be read.
func (p *pkg) current() *ide.Snapshot {
	if p.snapshot == nil {
		p.snapshot = ide.New(func(replaced map[string]string) *compiler.Result {
			r, err := p.compile(p.read(replaced))
			if err != nil {
				return nil
			}
			return r
		})
	}
	return p.snapshot
}

// diagnosed are the diagnostics of the package as it is now.
func (p *pkg) diagnosed() []ide.Diagnostic {
	if p.found == nil {
		if snapshot := p.current(); snapshot != nil {
			p.found = snapshot.Diagnostics()
		}
	}
	return p.found
}

// document finds an open document and its package.
func (s *session) document(u uri.URI) (*document, *pkg, error) {
	d := s.docs[pathOf(u)]
	if d == nil {
		return nil, nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "%s is not open", u)
	}
	return d, s.pkgs[dirOf(d.Path)], nil
}

// file is a text by its path: of an open document, or of the disk.
func (s *session) file(name string) *source.File {
	if d := s.docs[name]; d != nil {
		return d.File
	}
	text, err := s.disk.read(name)
	if err != nil {
		return source.New(name, "")
	}
	return source.New(name, string(text))
}

// uri is how a path is named to the client.
func (s *session) uri(name string) uri.URI {
	if d := s.docs[name]; d != nil {
		return d.uri
	}
	if path.IsAbs(name) {
		return uri.File(name)
	}
	return uri.URI(name)
}

// offset is a position of the client as an offset of a text. Positions outside
// are moved to the nearest place inside.
func (s *session) offset(f *source.File, p protocol.Position) int {
	if s.utf8 {
		return f.Lines.Offset(source.Position{Line: int(p.Line) + 1, Column: int(p.Character) + 1})
	}
	return f.Lines.FromUTF16(int(p.Line), int(p.Character))
}

func (s *session) position(f *source.File, offset int) protocol.Position {
	if s.utf8 {
		p := f.Lines.Position(offset)
		return protocol.Position{Line: uint32(p.Line - 1), Character: uint32(p.Column - 1)}
	}
	line, column := f.Lines.UTF16(offset)
	return protocol.Position{Line: uint32(line), Character: uint32(column)}
}

func (s *session) rangeOf(f *source.File, p ide.Place) protocol.Range {
	return protocol.Range{Start: s.position(f, p.Start), End: s.position(f, p.End)}
}

func (s *session) location(p ide.Place) protocol.Location {
	return protocol.Location{URI: s.uri(p.Path), Range: s.rangeOf(s.file(p.Path), p)}
}
