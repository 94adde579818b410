package lsp

import (
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

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
	// showsPages says that the client shows the page that a command gives.
	showsPages bool
	folders    []string
	docs       map[string]*document // by path
	disk       *disk
	pkgs       map[string]*pkg // of open documents, by directory
	around     *surroundings
	changed    map[string]bool // packages whose diagnostics are to be told
	outbox     []message
}

// pkg is a package with an open document.
type pkg struct {
	dir      string
	session  *session
	snapshot *ide.Snapshot // nil when something changed
	memory   ide.Memory
	found    []ide.Diagnostic    // of the snapshot, when asked for
	told     map[string]string   // diagnostics by path, as they were told last
	work     *compiler.Workspace // nil when the directory cannot be a package
}

func newSession(version string) *session {
	s := &session{version: version, docs: map[string]*document{}, disk: &disk{map[string]remembered{}},
		pkgs: map[string]*pkg{}, changed: map[string]bool{}}
	s.around = &surroundings{session: s}
	return s
}

// forget drops what was computed, after a bug may have left it half done.
func (s *session) forget() {
	for _, p := range s.pkgs {
		p.drop()
		p.memory = ide.Memory{}
	}
	s.around = &surroundings{session: s}
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

// touch notes that the text of a document changed.
func (s *session) touch(d *document) {
	s.around.edit(d.Path, d.Text)
	for _, p := range s.pkgs {
		p.edit(d.Path, d.Text)
		p.drop()
		s.changed[p.dir] = true
	}
}

// reread notes that files on the disk may have changed, or that other documents
// are open now.
func (s *session) reread() {
	for name := range s.docs {
		if dir := dirOf(name); s.pkgs[dir] == nil {
			s.pkgs[dir] = newPackage(s, dir)
		}
	}
	s.around.reread()
	for _, p := range s.pkgs {
		if p.work != nil {
			p.work.Reread()
		}
		for name, d := range s.docs {
			p.edit(name, d.Text)
		}
		p.drop()
		s.changed[p.dir] = true
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
	p := &pkg{dir: dir, session: s, told: map[string]string{}}
	var err error
	if path.IsAbs(dir) {
		p.work, err = compiler.NewWorkspace(view{s.docs}, compiler.Options{Dir: path.Clean("./" + inView(dir)), Prefix: dir + "/", Each: sideBySide})
	} else {
		p.work, err = compiler.NewWorkspace(lone{s.docs[dir]}, compiler.Options{Prefix: strings.TrimSuffix(dir, loneName)})
	}
	if err != nil {
		p.work = nil // a directory whose name no file system has
	}
	return p
}

// sideBySide runs a function for the numbers up to n on all processors.
func sideBySide(n int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}

// name is how a file is called in the package's file system.
func (p *pkg) name(file string) string {
	if !path.IsAbs(p.dir) {
		return loneName
	}
	return inView(file)
}

// edit gives a file another text until the next one.
func (p *pkg) edit(file, text string) {
	if p.work != nil && (path.IsAbs(p.dir) && path.IsAbs(file) || file == p.dir) {
		p.work.Edit(p.name(file), text)
	}
}

// check checks the package with some texts replaced; nil when it cannot be read.
func (p *pkg) check(replaced map[string]string) *compiler.Checked {
	if p.work == nil {
		return nil
	}
	for file, text := range replaced {
		p.edit(file, text)
	}
	checked, err := p.work.Check()
	for file := range replaced {
		p.edit(file, p.session.file(file).Text)
	}
	if err != nil {
		return nil
	}
	return checked
}

// current is the package as it is now; nil when it cannot be read.
func (p *pkg) current() *ide.Snapshot {
	if p.snapshot == nil {
		p.snapshot = ide.New(p.check, &p.memory)
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
	return source.New(name, text)
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
