// Package watch turns the files of a package on disk into a stream of compile
// results.
//
// In go file system notifications, which come too often, too early or not at
// all; out comes one Result per change of content, after the writer has paused.
// Editors replace files, save in several steps and leave directories that cannot
// be read for a moment: none of that ends the watching. A look at the files at
// fixed times catches what no notification told.
//
// Deliberately absent: what follows from a result (cmd/cob activates it or shows
// its diagnostics).
package watch

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/cob-lang/cob/compiler"
)

// Options describe what to watch.
type Options struct {
	Dir string // the package's directory
	// Root is the directory of the file system that Compiler.Dir lies in; "" is Dir,
	// and the package imports nothing from beside it.
	Root string
	// Imports are the directories in Root that the package was compiled from, as
	// compiler.Result has them: they are watched as well.
	Imports []string
	// Settle is how long files must rest before they are compiled; 10 ms to 10 s,
	// default 100 ms.
	Settle time.Duration
	// Look is how often files are looked at without a notification; 100 ms to 1 h,
	// default 2 s.
	Look time.Duration
	// Known is the content that the caller has compiled already, as Fingerprint
	// gave it before that; zero: the content at the time of the call.
	Known Fingerprint
	// Compile of the package; its paths are those of compiler.Options.
	Compiler compiler.Options
}

// Validate says which field is outside its bounds.
func (o Options) Validate() error {
	if o.Settle != 0 && (o.Settle < 10*time.Millisecond || o.Settle > 10*time.Second) {
		return fmt.Errorf("watch options: Settle is %s: want 10ms to 10s", o.Settle)
	}
	if o.Look != 0 && (o.Look < 100*time.Millisecond || o.Look > time.Hour) {
		return fmt.Errorf("watch options: Look is %s: want 100ms to 1h", o.Look)
	}
	return nil
}

// Change is one compile after a change. Exactly one of Result and Err is set:
// Err is a directory or file that cannot be read now.
type Change struct {
	Result *compiler.Result
	Err    error
}

// Watch compiles the package whenever the content of its files changes and hands
// the outcome to changed, one at a time, until ctx ends. Errors: the options; the system gives no
// notifications at all.
func Watch(ctx context.Context, o Options, changed func(Change)) error {
	if err := o.Validate(); err != nil {
		return err
	}
	if o.Settle == 0 {
		o.Settle = 100 * time.Millisecond
	}
	if o.Look == 0 {
		o.Look = 2 * time.Second
	}
	notifier, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching %s: %w", o.Dir, err)
	}
	w := &watcher{options: o, notifier: notifier, changed: changed, watched: map[string]bool{}}
	w.imports(o.Imports)
	w.follow()
	if now := FingerprintOf(o.Dir); o.Known == (Fingerprint{}) || o.Known == now {
		w.known = w.now()
	}
	go w.run(ctx)
	return nil
}

type watcher struct {
	options  Options
	notifier *fsnotify.Watcher
	changed  func(Change)
	watched  map[string]bool // directories
	dirs     []string        // of the packages that are imported
	known    Fingerprint
}

func (w *watcher) run(ctx context.Context) {
	defer w.notifier.Close()
	look := time.NewTicker(w.options.Look)
	defer look.Stop()
	settled := time.NewTimer(time.Hour)
	settled.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-w.notifier.Events:
			if !open {
				return
			}
			settled.Reset(w.options.Settle)
		case <-w.notifier.Errors:
			settled.Reset(w.options.Settle) // notifications were dropped: look for ourselves
		case <-look.C:
			if w.now() != w.known {
				settled.Reset(w.options.Settle)
			}
		case <-settled.C:
			w.compile()
		}
	}
}

// compile compiles what is there, if it is not what was compiled last.
func (w *watcher) compile() {
	w.follow()
	now := w.now()
	if now == w.known {
		return
	}
	w.known = now
	root := w.options.Root
	if root == "" {
		root = w.options.Dir
	}
	r, err := compiler.Compile(os.DirFS(root), w.options.Compiler)
	if err != nil {
		w.changed(Change{Err: err})
		return
	}
	if w.imports(r.Dirs) {
		w.follow()
		w.known = w.now()
	}
	w.changed(Change{Result: r})
}

// imports notes which directories were compiled besides the package's own, and says
// whether they are others than before.
func (w *watcher) imports(in []string) (changed bool) {
	var dirs []string
	for _, d := range in {
		if dir := (Place{w.options.Root, ""}).Of(d); w.options.Root != "" && d != w.options.Compiler.Dir {
			dirs = append(dirs, dir)
		}
	}
	changed = !slices.Equal(dirs, w.dirs)
	w.dirs = dirs
	return changed
}

// now is the content of all that is watched.
func (w *watcher) now() Fingerprint {
	return FingerprintOf(append([]string{w.options.Dir}, w.dirs...)...)
}

// follow watches every directory of the package, and those that it imports. One that
// cannot be watched now is tried again at the next change, and looked at meanwhile.
func (w *watcher) follow() {
	for _, dir := range w.dirs {
		if w.notifier.Add(dir) == nil {
			w.watched[dir] = true
		}
	}
	_ = filepath.WalkDir(w.options.Dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		if name != w.options.Dir && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if w.notifier.Add(name) == nil {
			w.watched[name] = true
		}
		return nil
	})
}

// source says whether a file can be part of a package: COB, or a contract.
func source(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".cob", ".yaml", ".yml", ".json", ".proto", ".wsdl", ".xsd":
		return true
	}
	return false
}

// Fingerprint is the digest of a package's content.
type Fingerprint [sha256.Size]byte

// FingerprintOf is the digest of all files of directories that can be part of their
// packages. What cannot be read counts as absent. Taken before a compile, it lets
// Watch notice what was saved meanwhile.
func FingerprintOf(dirs ...string) Fingerprint {
	var names []string
	for _, dir := range dirs {
		_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
			case d.IsDir() && name != dir && strings.HasPrefix(d.Name(), "."):
				return fs.SkipDir
			case !d.IsDir() && source(name) && isFile(name, d):
				names = append(names, name)
			}
			return nil
		})
	}
	sort.Strings(names)
	h := sha256.New()
	for _, name := range names {
		if sum, err := digest(name); err == nil {
			fmt.Fprintf(h, "%s\x00%x\n", name, sum)
		}
	}
	return Fingerprint(h.Sum(nil))
}

// isFile says whether an entry is a file or a link to one. Reading what is neither, a
// pipe for one, may never end.
func isFile(name string, d fs.DirEntry) bool {
	if d.Type() != fs.ModeSymlink {
		return d.Type().IsRegular()
	}
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

func digest(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}
