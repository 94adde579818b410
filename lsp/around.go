package lsp

import (
	"cmp"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lsp/ide"
)

// maxDirectories is how many directories of the client's folders are searched for
// packages. What lies behind is found when it is open.
const maxDirectories = 10_000

// surroundings are the packages of the client's folders beside those that are open.
// One workspace checks them one after the other, so that what several of them import is checked once.
type surroundings struct {
	session  *session
	work     *compiler.Workspace // nil until a question leaves its package
	memories map[string]*ide.Memory
}

func (s *surroundings) edit(name, text string) {
	if s.work != nil && path.IsAbs(name) {
		s.work.Edit(inView(name), text)
	}
}

func (s *surroundings) reread() {
	if s.work == nil {
		return
	}
	s.work.Reread()
	for name, d := range s.session.docs {
		s.edit(name, d.Text)
	}
}

// snapshot is a package by its directory; nil when it cannot be read. It is right
// until the next one is asked for.
func (s *surroundings) snapshot(dir string) *ide.Snapshot {
	if s.work == nil {
		work, err := compiler.NewWorkspace(view{s.session.docs}, compiler.Options{Dir: path.Clean("./" + inView(dir)), Prefix: dir + "/", Each: sideBySide})
		if err != nil {
			return nil // a directory whose name no file system has
		}
		s.work, s.memories = work, map[string]*ide.Memory{}
		s.reread()
	}
	if s.memories[dir] == nil {
		s.memories[dir] = &ide.Memory{}
	}
	return ide.New(func(replaced map[string]string) *compiler.Checked {
		s.work.Turn(path.Clean("./"+inView(dir)), dir+"/")
		for file, text := range replaced {
			s.edit(file, text)
		}
		checked, err := s.work.Check()
		for file := range replaced {
			s.edit(file, s.session.file(file).Text)
		}
		if err != nil {
			return nil
		}
		return checked
	}, s.memories[dir])
}

// users are the directories of the packages that are, or reach, the one of a
// subject, among those that are open or lie in the client's folders.
func (s *session) users(x ide.Subject) []string {
	imports := s.imports()
	found := map[string]bool{}
	if !x.Std {
		found["/"+x.Dir] = true
	}
	target := map[string]bool{path.Join("/", x.Dir): !x.Std, x.Dir: x.Std}
	for again := true; again; {
		again = false
		for dir, list := range imports {
			if !found[dir] && slices.ContainsFunc(list, func(i string) bool { return target[i] || found[i] }) {
				found[dir], again = true, true
			}
		}
	}
	return sortedKeys(found)
}

// imports are what each package names in its imports, by directory: a directory, or
// a path of the standard library.
func (s *session) imports() map[string][]string {
	out := map[string][]string{}
	left := maxDirectories
	look := func(dir string) {
		if _, known := out[dir]; !known {
			out[dir] = s.importsOf(dir)
		}
	}
	for _, folder := range s.folders {
		filepath.WalkDir(filepath.FromSlash(folder), func(name string, e fs.DirEntry, err error) error {
			if err != nil || !e.IsDir() {
				return nil // what cannot be read holds no package
			}
			if base := e.Name(); name != folder && (strings.HasPrefix(base, ".") || base == "node_modules") || left == 0 {
				return fs.SkipDir
			}
			left--
			look(filepath.ToSlash(name))
			return nil
		})
	}
	for name := range s.docs {
		if path.IsAbs(name) {
			look(path.Dir(name))
		}
	}
	return out
}

func (s *session) importsOf(dir string) []string {
	entries, err := view{s.docs}.ReadDir(strings.TrimPrefix(dir, "/"))
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".cob" {
			continue
		}
		for _, p := range ide.Imports(s.file(path.Join(dir, e.Name())).Text) {
			if strings.HasPrefix(p, ".") {
				p = path.Join(dir, p)
			}
			out = append(out, p)
		}
	}
	return out
}

// everywhere are the places where a subject is named, in all packages that can name it.
func (s *session) everywhere(x ide.Subject, declaration bool) []ide.Place {
	var out []ide.Place
	for _, dir := range s.users(x) {
		if snapshot := s.around.snapshot(dir); snapshot != nil {
			out = append(out, snapshot.Mentions(x, declaration)...)
		}
	}
	slices.SortFunc(out, func(a, b ide.Place) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Start, b.Start)) })
	return out
}

// renameEverywhere gives the edits of all packages that call a subject by another
// name, when none of them means anything else afterwards.
func (s *session) renameEverywhere(x ide.Subject, name string) ([]ide.Edit, error) {
	if err := ide.NewName(name); err != nil {
		return nil, err
	}
	if name == x.Name {
		return nil, nil
	}
	users := s.users(x)
	byPath := map[string][]ide.Edit{}
	var all []ide.Edit
	for _, dir := range users {
		if snapshot := s.around.snapshot(dir); snapshot != nil {
			for _, e := range snapshot.Renaming(x, name) {
				all = append(all, e)
				byPath[e.Path] = append(byPath[e.Path], e)
			}
		}
	}
	texts := map[string]string{}
	for file, edits := range byPath {
		texts[file] = ide.Apply(s.file(file).Text, file, edits)
	}
	for _, dir := range users {
		if snapshot := s.around.snapshot(dir); snapshot != nil {
			if err := snapshot.Survives(all, texts, x, name); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}
