package jetstream

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"testing"

	"github.com/cob-lang/cob/runtime/journal"
)

const damagedCommits = 20_000 // 1 kB each: several blocks of the store

// filled writes a store with many commits, closes it, and returns its directory and what was acknowledged.
func filled(t *testing.T, snapshotAt uint64) (string, []string) {
	t.Helper()
	return filledWith(t, snapshotAt, Options{})
}

func filledWith(t *testing.T, snapshotAt uint64, o Options) (string, []string) {
	t.Helper()
	dir := t.TempDir()
	o.StoreDir, o.Reserve, o.LazySync = dir, -1, true
	s, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	j := owned(t, s, JournalOptions{})
	var all []string
	results := make(chan error, damagedCommits)
	for i := range damagedCommits {
		all = append(all, fmt.Sprintf("%08d %0990d", i, i))
		j.AppendAsync([]byte(all[i]), func(r journal.Result) { results <- r.Err })
	}
	for range damagedCommits {
		if err := <-results; err != nil {
			t.Fatal(err)
		}
	}
	if snapshotAt > 0 {
		if err := errors.Join(j.Snapshot(ctx, snapshotAt, []byte("state")), j.Truncate(ctx, snapshotAt)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
	return dir, all
}

func stream(dir, name string) string {
	return filepath.Join(dir, "jetstream", "$G", "streams", name)
}

// blocks lists the block files of a stream in order.
func blocks(t *testing.T, dir, name string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(stream(dir, name), "msgs", "*.blk"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no blocks of %s: %v", name, err)
	}
	sort.Slice(files, func(i, k int) bool {
		return len(files[i]) < len(files[k]) || (len(files[i]) == len(files[k]) && files[i] < files[k])
	})
	return files
}

// flip flips one bit of a file, at a part of its length.
func flip(t *testing.T, file string, part float64) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	content[int(float64(len(content)-1)*part)] ^= 4
	if err := os.WriteFile(file, content, 0o640); err != nil {
		t.Fatal(err)
	}
}

func shorten(t *testing.T, file string, by int64) {
	t.Helper()
	st, err := os.Stat(file)
	if err == nil {
		err = os.Truncate(file, max(st.Size()-by, 0))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

const j0 = "COB_J_0"

func index(t *testing.T, dir string) {
	t.Helper()
	remove(t, filepath.Join(stream(dir, j0), "msgs", "index.db"))
}

// damages are all the ways that we know to damage a store.
var damages = []struct {
	name   string
	damage func(t *testing.T, dir string)
	whole  bool // it must come back whole, otherwise it must be refused
}{
	{name: "nothing", damage: func(*testing.T, string) {}, whole: true},
	{name: "bit in the last block", damage: func(t *testing.T, dir string) { b := blocks(t, dir, j0); flip(t, b[len(b)-1], 0.5) }},
	{name: "bit in the last block, index gone", damage: func(t *testing.T, dir string) {
		b := blocks(t, dir, j0)
		flip(t, b[len(b)-1], 0.5)
		index(t, dir)
	}},
	{name: "bit in the last message, index gone", damage: func(t *testing.T, dir string) {
		b := blocks(t, dir, j0)
		flip(t, b[len(b)-1], 1)
		index(t, dir)
	}},
	{name: "bit in the first block", damage: func(t *testing.T, dir string) { flip(t, blocks(t, dir, j0)[0], 0.3) }},
	{name: "bit in the first block, index gone", damage: func(t *testing.T, dir string) { flip(t, blocks(t, dir, j0)[0], 0.3); index(t, dir) }},
	{name: "first block gone", damage: func(t *testing.T, dir string) { remove(t, blocks(t, dir, j0)[0]) }},
	{name: "first block gone, index gone", damage: func(t *testing.T, dir string) { remove(t, blocks(t, dir, j0)[0]); index(t, dir) }},
	{name: "second block gone", damage: func(t *testing.T, dir string) { remove(t, blocks(t, dir, j0)[1]) }},
	{name: "last block gone", damage: func(t *testing.T, dir string) { b := blocks(t, dir, j0); remove(t, b[len(b)-1]) }},
	{name: "last block gone, index gone", damage: func(t *testing.T, dir string) {
		b := blocks(t, dir, j0)
		remove(t, b[len(b)-1])
		index(t, dir)
	}},
	{name: "tail cut", damage: func(t *testing.T, dir string) { b := blocks(t, dir, j0); shorten(t, b[len(b)-1], 5000) }},
	{name: "tail cut, index gone", damage: func(t *testing.T, dir string) {
		b := blocks(t, dir, j0)
		shorten(t, b[len(b)-1], 5000)
		index(t, dir)
	}},
	{name: "bit in meta.inf", damage: func(t *testing.T, dir string) { flip(t, filepath.Join(stream(dir, j0), "meta.inf"), 0.5) }},
	{name: "stream gone", damage: func(t *testing.T, dir string) { remove(t, stream(dir, j0)) }},
	{name: "bit in index.db", damage: func(t *testing.T, dir string) { flip(t, filepath.Join(stream(dir, j0), "msgs", "index.db"), 0.5) }, whole: true},
	{name: "index.db gone", damage: index, whole: true},
	{name: "mark damaged", damage: func(t *testing.T, dir string) {
		flip(t, filepath.Join(dir, marksName, j0), 0.01)
		flip(t, filepath.Join(dir, marksName, j0), 0.51)
	}},
}

// TestDamage demands that a damaged store is refused, or that nothing is missing.
func TestDamage(t *testing.T) {
	pattern, acknowledged := filled(t, 0)
	for _, c := range damages {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(pattern)); err != nil {
				t.Fatal(err)
			}
			c.damage(t, dir)
			s := start(t, Options{StoreDir: dir})
			var got []string
			j, err := s.Journal(ctx, 0, JournalOptions{})
			if err == nil {
				got, err = recovered(j)
			}
			if err != nil {
				var d *journal.DamageError
				if !errors.As(err, &d) || c.whole {
					t.Fatalf("refused with %v", err)
				}
				if d.Reason == "" || d.WayOut == "" || d.Number == 0 {
					t.Fatalf("says too little: %v", err)
				}
				t.Log(err)
				return
			}
			if !c.whole || fmt.Sprint(got) != fmt.Sprint(acknowledged) {
				t.Fatalf("taken over with %d of %d commits", len(got), len(acknowledged))
			}
		})
	}
}

// TestDamageUnderSnapshot damages snapshots: refused when the commits before them are gone, replaced by the commits otherwise.
func TestDamageUnderSnapshot(t *testing.T) {
	const at = 15_000
	hurt := func(t *testing.T, dir string) { remove(t, stream(dir, "COB_S_0")) }
	t.Run("truncated", func(t *testing.T) {
		dir, _ := filled(t, at)
		hurt(t, dir)
		j := opened(t, start(t, Options{StoreDir: dir}), JournalOptions{})
		var d *journal.DamageError
		if _, err := recovered(j); !errors.As(err, &d) {
			t.Fatalf("taken over: %v", err)
		}
	})
	t.Run("whole", func(t *testing.T) {
		dir, acknowledged := filled(t, 0)
		hurt(t, dir)
		got, err := recovered(opened(t, start(t, Options{StoreDir: dir}), JournalOptions{}))
		if err != nil || fmt.Sprint(got) != fmt.Sprint(acknowledged) {
			t.Fatalf("%d of %d commits, %v", len(got), len(acknowledged), err)
		}
	})
	t.Run("good", func(t *testing.T) {
		dir, acknowledged := filled(t, at)
		got, err := recovered(opened(t, start(t, Options{StoreDir: dir}), JournalOptions{}))
		if err != nil || fmt.Sprint(got) != fmt.Sprint(acknowledged[at-1:]) { // commit 1 is the take-over
			t.Fatalf("%d commits, %v", len(got), err)
		}
	})
	t.Run("block of the journal below the snapshot", func(t *testing.T) {
		dir, acknowledged := filled(t, 0)
		s, err := Open(ctx, Options{StoreDir: dir, Reserve: -1})
		if err != nil {
			t.Fatal(err)
		}
		j := opened(t, s, JournalOptions{})
		if err := errors.Join(j.Snapshot(ctx, at, []byte("state")), s.Close(ctx)); err != nil {
			t.Fatal(err)
		}
		remove(t, blocks(t, dir, "COB_J_0")[0])
		got, err := recovered(opened(t, start(t, Options{StoreDir: dir}), JournalOptions{}))
		var d *journal.DamageError
		if !errors.As(err, &d) && fmt.Sprint(got) != fmt.Sprint(acknowledged[at-1:]) {
			t.Fatalf("%d commits, %v", len(got), err)
		}
	})
}
