package lsp

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/cob-lang/cob/compiler"
)

// onDisk is a file of the standard library as one that every editor can open: a
// copy in the cache of the user, with the rest of its package, which nobody may
// write. It is "" where there is no cache. A document of a scheme of our own would
// leave nothing behind, but only few clients can open one.
func (s *session) onDisk(name string) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	root := filepath.Join(cache, "cob", filepath.Base(s.version))
	library, dir := compiler.Std(), path.Dir(name)
	entries, err := fs.ReadDir(library, dir)
	if err != nil || os.MkdirAll(filepath.Join(root, filepath.FromSlash(dir)), 0o755) != nil {
		return ""
	}
	for _, e := range entries {
		text, err := fs.ReadFile(library, path.Join(dir, e.Name()))
		if err != nil || materialise(filepath.Join(root, filepath.FromSlash(dir), e.Name()), text) != nil {
			return ""
		}
	}
	return filepath.ToSlash(filepath.Join(root, filepath.FromSlash(name)))
}

// materialise writes a file that nobody may write, unless it is there. Who reads it
// meanwhile sees the whole text, the old one or the new one.
func materialise(file string, text []byte) error {
	if known, err := os.ReadFile(file); err == nil && string(known) == string(text) {
		return nil
	}
	fresh, err := os.CreateTemp(filepath.Dir(file), ".new")
	if err != nil {
		return err
	}
	defer os.Remove(fresh.Name())
	_, err = fresh.Write(text)
	if closed := fresh.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(fresh.Name(), 0o444); err != nil {
		return err
	}
	return os.Rename(fresh.Name(), file)
}
