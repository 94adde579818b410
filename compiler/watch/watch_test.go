package watch_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/watch"
)

// a good and a broken package, by what they declare.
const (
	good   = "package p\n\ntype A { x: int }\n\nprocess One(a: A) -> int {\n  return a.x\n}\n"
	better = "package p\n\ntype A { x: int }\n\nprocess One(a: A) -> int {\n  return a.x + 1\n}\n"
	broken = "package p\n\ntype A { x: int }\n\nprocess One(a: A) -> int {\n  return a.\n}\n"
)

func start(t *testing.T) (file string, changes chan watch.Change) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "p.cob")
	write(t, file, good)
	changes = make(chan watch.Change, 16)
	err := watch.Watch(t.Context(), watch.Options{Dir: dir, Settle: 20 * time.Millisecond, Look: 200 * time.Millisecond}, func(c watch.Change) { changes <- c })
	if err != nil {
		t.Fatal(err)
	}
	return file, changes
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, changes chan watch.Change) watch.Change {
	t.Helper()
	select {
	case c := <-changes:
		return c
	case <-time.After(30 * time.Second):
		t.Fatal("no change was told")
		return watch.Change{}
	}
}

func TestABrokenSaveIsToldAndTheNextGoodOneToo(t *testing.T) {
	file, changes := start(t)
	write(t, file, broken)
	if c := next(t, changes); c.Err != nil || !c.Result.Failed() {
		t.Fatalf("a broken file gave %+v", c)
	}
	write(t, file, better)
	if c := next(t, changes); c.Err != nil || c.Result.Failed() {
		t.Fatalf("a good file gave %+v", c)
	}
}

// What is saved between the first compile and the watch is not missed.
func TestASaveBeforeTheWatchIsTold(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "p.cob")
	write(t, file, good)
	known := watch.FingerprintOf(dir)
	write(t, file, better)
	changes := make(chan watch.Change, 16)
	err := watch.Watch(t.Context(), watch.Options{Dir: dir, Settle: 20 * time.Millisecond, Look: 200 * time.Millisecond, Known: known}, func(c watch.Change) { changes <- c })
	if err != nil {
		t.Fatal(err)
	}
	if c := next(t, changes); c.Err != nil || c.Result.Failed() {
		t.Fatalf("the save before gave %+v", c)
	}
}

func TestAnEditorThatReplacesTheFile(t *testing.T) {
	file, changes := start(t)
	fresh := file + ".new"
	write(t, fresh, better)
	if err := os.Rename(fresh, file); err != nil {
		t.Fatal(err)
	}
	if c := next(t, changes); c.Err != nil || c.Result.Failed() {
		t.Fatalf("a replaced file gave %+v", c)
	}
}

func TestAPackageThatGoesAwayAndComesBack(t *testing.T) {
	file, changes := start(t)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if c := next(t, changes); c.Err == nil {
		t.Fatalf("an empty package gave %+v", c)
	}
	write(t, file, better)
	if c := next(t, changes); c.Err != nil || c.Result.Failed() {
		t.Fatalf("the file that came back gave %+v", c)
	}
}

func TestTheSameContentIsNoChange(t *testing.T) {
	file, changes := start(t)
	write(t, file, good)
	write(t, file, better)
	if c := next(t, changes); c.Err != nil || c.Result.Failed() || c.Result.Digest == "" {
		t.Fatalf("want only the better one, got %+v", c)
	}
	select {
	case c := <-changes:
		t.Fatalf("one more change was told: %+v", c)
	case <-time.After(500 * time.Millisecond):
	}
}

func TestOptionsNameTheFieldOutsideItsBounds(t *testing.T) {
	err := watch.Options{Settle: time.Millisecond}.Validate()
	if err == nil || err.Error() != "watch options: Settle is 1ms: want 10ms to 10s" {
		t.Fatalf("got %v", err)
	}
}

// TestAnImportedPackageIsWatched: a change in a package that is imported from beside
// compiles the package that is watched.
func TestAnImportedPackageIsWatched(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"app", "lib"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(root, "cob.work"), "")
	write(t, filepath.Join(root, "app", "a.cob"), "package app\n\nimport \"../lib\"\n\nprocess P(x: lib.T) -> int { return x.n }\n")
	lib := filepath.Join(root, "lib", "l.cob")
	write(t, lib, "package lib\n\ntype T { n: int }\n")
	dir := filepath.Join(root, "app")
	place, err := watch.Find(dir)
	if err != nil || place != (watch.Place{Root: root, Dir: "app"}) {
		t.Fatalf("the place is %+v, %v", place, err)
	}
	changes := make(chan watch.Change, 16)
	err = watch.Watch(t.Context(), watch.Options{Dir: dir, Root: place.Root, Imports: []string{"lib", "app"}, Compiler: compiler.Options{Dir: place.Dir},
		Settle: 20 * time.Millisecond, Look: 200 * time.Millisecond}, func(c watch.Change) { changes <- c })
	if err != nil {
		t.Fatal(err)
	}
	write(t, lib, "package lib\n\ntype T { n: string }\n")
	if c := next(t, changes); c.Err != nil || !c.Result.Failed() {
		t.Fatalf("a type that changed in an imported package gave %+v", c)
	}
}
