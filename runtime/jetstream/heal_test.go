package jetstream

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/journal"
)

// healed opens a journal of a damaged store: it is refused, put right, and taken over.
func healed(t *testing.T, o Options) (got []string, h Healed) {
	t.Helper()
	s := start(t, o)
	j, err := s.Journal(ctx, 0, JournalOptions{})
	if err == nil {
		_, err = recovered(j)
		if closeErr := j.Close(ctx); closeErr != nil {
			t.Fatal(closeErr)
		}
	}
	var d *journal.DamageError
	if !errors.As(err, &d) {
		t.Fatalf("the damage was not noticed: %v", err)
	}
	if h, err = s.Heal(ctx, 0, JournalOptions{}); err != nil {
		t.Fatalf("%v, after %v", err, d)
	}
	if got, err = recovered(opened(t, s, JournalOptions{})); err != nil {
		t.Fatalf("after the healing: %v", err)
	}
	return got, h
}

// healable are the ways to damage a store that lose something.
var healable = map[string]bool{
	"bit in the last block, index gone": true, "bit in the first block": true, "first block gone, index gone": true, "last block gone": true,
	"tail cut, index gone": true, "bit in meta.inf": true, "stream gone": true, "mark damaged": true,
}

func TestHealFromTheSecondCopy(t *testing.T) {
	second := t.TempDir()
	pattern, acknowledged := filledWith(t, 0, Options{CopyDir: second})
	for _, c := range damages {
		if !healable[c.name] || testing.Short() && c.name != "bit in the first block" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(pattern)); err != nil {
				t.Fatal(err)
			}
			mine := t.TempDir()
			if err := os.CopyFS(mine, os.DirFS(second)); err != nil {
				t.Fatal(err)
			}
			c.damage(t, dir)
			got, h := healed(t, Options{StoreDir: dir, CopyDir: mine, LazySync: true})
			if fmt.Sprint(got) != fmt.Sprint(acknowledged) {
				t.Fatalf("%d of %d commits", len(got), len(acknowledged))
			}
			t.Logf("%+v", h)
		})
	}
}

// TestHealFromASnapshot: what a snapshot covers is needed no more.
func TestHealFromASnapshot(t *testing.T) {
	const at = 15_000
	dir, acknowledged := filled(t, 0)
	s, err := Open(ctx, Options{StoreDir: dir, Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	j := opened(t, s, JournalOptions{})
	if err := errors.Join(j.Snapshot(ctx, at, []byte("state")), s.Close(ctx)); err != nil {
		t.Fatal(err)
	}
	flip(t, blocks(t, dir, j0)[0], 0.3)
	got, h := healed(t, Options{StoreDir: dir})
	if fmt.Sprint(got) != fmt.Sprint(acknowledged[at-1:]) || h.First != at || h.Dropped != at-1 || h.FromCopy != 0 {
		t.Fatalf("%d commits, %+v", len(got), h)
	}
}

// TestHealRefusesToForget: without anything that holds the lost commits the journal stays as it is.
func TestHealRefusesToForget(t *testing.T) {
	dir, _ := filled(t, 0)
	flip(t, blocks(t, dir, j0)[0], 0.3)
	s := start(t, Options{StoreDir: dir})
	var d *journal.DamageError
	if _, err := s.Heal(ctx, 0, JournalOptions{}); !errors.As(err, &d) || d.Number == 0 {
		t.Fatalf("healed: %v", err)
	}
	if _, err := recovered(opened(t, s, JournalOptions{})); !errors.As(err, &d) {
		t.Fatalf("taken over: %v", err)
	}
}

// TestHealRefusesToGuess: where the mark is damaged and there is no copy, nobody knows whether a tail was lost.
func TestHealRefusesToGuess(t *testing.T) {
	dir := t.TempDir()
	written(t, Options{StoreDir: dir}, 0, 10)
	flip(t, filepath.Join(dir, marksName, j0), 0.01)
	flip(t, filepath.Join(dir, marksName, j0), 0.51)
	var d *journal.DamageError
	if _, err := start(t, Options{StoreDir: dir}).Heal(ctx, 0, JournalOptions{}); !errors.As(err, &d) || !strings.Contains(d.Reason, "mark") {
		t.Fatalf("healed: %v", err)
	}
}

// written opens a store, appends commits and closes it.
func written(t *testing.T, o Options, from, to int) {
	t.Helper()
	s, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	j := owned(t, s, JournalOptions{})
	for i := from; i < to; i++ {
		if _, err := j.Append(ctx, fmt.Append(nil, i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

// TestAStoreThatIsOlderThanItsCopy: somebody put an old image of the store back, mark and all. The copy knows better.
func TestAStoreThatIsOlderThanItsCopy(t *testing.T) {
	dir, old, second := t.TempDir(), t.TempDir(), t.TempDir()
	written(t, Options{StoreDir: dir, CopyDir: second}, 0, 10)
	if err := os.CopyFS(old, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	written(t, Options{StoreDir: dir, CopyDir: second}, 10, 20)
	got, h := healed(t, Options{StoreDir: old, CopyDir: second})
	if len(got) != 20 || got[19] != "19" || h.FromCopy != 22 { // two take-overs
		t.Fatalf("%v, %+v", got, h)
	}
}

// TestTheCopyKeepsWhatIsNeeded: a snapshot and what follows it, whatever the journal has dropped.
func TestTheCopyKeepsWhatIsNeeded(t *testing.T) {
	dir, second := t.TempDir(), t.TempDir()
	o := Options{StoreDir: dir, CopyDir: second}
	written(t, o, 0, 10)
	s, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	j := owned(t, s, JournalOptions{})
	if err := errors.Join(j.Snapshot(ctx, 6, []byte("state")), j.Truncate(ctx, 6)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
	shelf, err := openShelf(second, j0)
	if err != nil {
		t.Fatal(err)
	}
	if shelf.first != 6 || shelf.head.Number != 12 || shelf.snap.UpTo != 6 {
		t.Fatalf("the copy holds %d to %d and a snapshot of %d", shelf.first, shelf.head.Number, shelf.snap.UpTo)
	}
	if err := shelf.close(); err != nil {
		t.Fatal(err)
	}
	remove(t, stream(dir, j0))
	remove(t, stream(dir, "COB_S_0"))
	got, h := healed(t, o)
	if len(got) != 5 || h.First != 6 || h.FromCopy != 7 {
		t.Fatalf("%v, %+v", got, h)
	}
}

// TestATornCopyIsCutOff: the copy's own disk may lose power, too.
func TestATornCopyIsCutOff(t *testing.T) {
	dir, second := t.TempDir(), t.TempDir()
	o := Options{StoreDir: dir, CopyDir: second}
	written(t, o, 0, 10)
	files, err := filepath.Glob(filepath.Join(second, j0, commitsPrefix+"*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	shorten(t, files[0], 5)
	written(t, o, 10, 20)
	shelf, err := openShelf(second, j0)
	if err != nil || shelf.head.Number != 22 {
		t.Fatalf("%+v, %v", shelf, err)
	}
	if err := shelf.close(); err != nil {
		t.Fatal(err)
	}
}

// TestTheScrubberFindsWhatNobodyReads flips a bit under a running store.
func TestTheScrubberFindsWhatNobodyReads(t *testing.T) {
	dir, _ := filled(t, 0)
	s := start(t, Options{StoreDir: dir, ScrubEvery: time.Second, ScrubRate: 1 << 30})
	j := owned(t, s, JournalOptions{})
	found := make(chan *journal.DamageError, 16)
	j.Scrub(func(d *journal.DamageError) { found <- d })
	for j.Scrubbed().Rounds == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	if st := j.Scrubbed(); st.Damage != nil || st.Checked != damagedCommits+2 {
		t.Fatalf("a whole journal: %+v", st)
	}
	flip(t, blocks(t, dir, j0)[0], 0.3)
	d := <-found
	if d.Number == 0 || d.Number > damagedCommits || d.Stream != j0 {
		t.Fatal(d)
	}
	if st := j.Scrubbed(); st.Damage == nil || st.Damage.Number != d.Number {
		t.Fatalf("%+v, and %v was found", st, d)
	}
}

func TestACopyLiesElsewhere(t *testing.T) {
	dir := t.TempDir()
	for _, o := range []Options{
		{StoreDir: dir, CopyDir: dir},
		{StoreDir: dir, CopyDir: filepath.Join(dir, "copy")},
		{StoreDir: filepath.Join(dir, "store"), CopyDir: dir},
		{URL: "nats://127.0.0.1:4222", CopyDir: dir},
	} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), "CopyDir") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
