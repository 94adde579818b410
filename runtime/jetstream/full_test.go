package jetstream

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/journal"
)

// fill appends 16 KiB commits until one is refused, and returns what was acknowledged and the refusal.
func fill(t *testing.T, j *Journal, acknowledged []string) ([]string, error) {
	t.Helper()
	for range 10_000 {
		payload := fmt.Sprintf("%016384d", len(acknowledged))
		if _, err := j.Append(ctx, []byte(payload)); err != nil {
			return acknowledged, err
		}
		acknowledged = append(acknowledged, payload)
	}
	t.Fatal("the journal never ran full")
	return nil, nil
}

// goesOn demands that the owner appends again.
func goesOn(t *testing.T, j *Journal, acknowledged []string) []string {
	t.Helper()
	if _, err := j.Append(ctx, []byte("after")); err != nil {
		t.Fatalf("after space returned: %v", err)
	}
	return append(acknowledged, "after")
}

func same(t *testing.T, j *Journal, acknowledged []string) {
	t.Helper()
	got, err := recovered(j)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got) != fmt.Sprint(acknowledged) {
		t.Fatalf("%d commits, %d were acknowledged", len(got), len(acknowledged))
	}
}

func TestFullStream(t *testing.T) {
	s := start(t, Options{})
	j := owned(t, s, JournalOptions{MaxBytes: 1 << 20})
	acknowledged, err := fill(t, j, nil)
	if !errors.Is(err, journal.ErrFull) {
		t.Fatalf("a full stream: %v", err)
	}
	results := make(chan error, 2)
	for range 2 {
		j.AppendAsync(make([]byte, 16<<10), func(r journal.Result) { results <- r.Err })
	}
	for range 2 {
		if err := <-results; !errors.Is(err, journal.ErrFull) {
			t.Fatalf("appends in a row on a full stream: %v", err)
		}
	}
	keep := uint64(5)
	if err := errors.Join(j.Snapshot(ctx, j.Stats().Last-keep, nil), j.Truncate(ctx, j.Stats().Last-keep)); err != nil {
		t.Fatal(err)
	}
	acknowledged = goesOn(t, j, acknowledged)
	same(t, j, acknowledged[len(acknowledged)-1-int(keep):])
}

func TestFullStore(t *testing.T) {
	s := start(t, Options{MaxStore: 1 << 20})
	j := owned(t, s, JournalOptions{})
	acknowledged, err := fill(t, j, nil)
	if !errors.Is(err, journal.ErrFull) {
		t.Fatalf("a full store: %v", err)
	}
	if len(acknowledged) == 0 {
		t.Fatal("nothing was acknowledged before")
	}
	if err := errors.Join(j.Snapshot(ctx, 2, nil), j.Truncate(ctx, 2)); !errors.Is(err, journal.ErrFull) {
		t.Fatalf("a snapshot into a full store: %v", err)
	}
	all := 0
	err = j.Replay(ctx, 1, func(c journal.Commit) error {
		if c.Owner == "" {
			all++
		}
		return nil
	})
	if err != nil || all != len(acknowledged) {
		t.Fatalf("%d of %d commits, %v", all, len(acknowledged), err)
	}
}

// TestReserve fills the disk down to a reserve that is set by what is free, so that it needs no disk of its own.
func TestReserve(t *testing.T) {
	s := start(t, Options{})
	j := owned(t, s, JournalOptions{})
	free, err := freeSpace(s.dir.path)
	if err != nil {
		t.Fatal(err)
	}
	s.dir.reserve = 2 * free // as if the disk had run down to below it
	if _, err := j.Append(ctx, []byte("x")); !errors.Is(err, journal.ErrFull) {
		t.Fatalf("below the reserve: %v", err)
	}
	if _, err := j.TakeOver(ctx, "other", 0); !errors.Is(err, journal.ErrFull) {
		t.Fatalf("take-over below the reserve: %v", err)
	}
	s.dir.reserve = -1
	if _, err := recovered(j); err != nil {
		t.Fatal(err)
	}
	same(t, j, goesOn(t, j, nil))
}

// TestFullDisk runs a real disk full, a small one that the test mounts itself, which only root can. Others have the tests above.
func TestFullDisk(t *testing.T) {
	for _, c := range []struct {
		name    string
		reserve int64
		want    error
	}{
		{"with a reserve", 4 << 20, journal.ErrFull},
		{"without a reserve", -1, journal.ErrUnknown},
	} {
		t.Run(c.name, func(t *testing.T) { fullDisk(t, c.reserve, c.want) })
	}
}

func fullDisk(t *testing.T, reserve int64, wanted error) {
	t.Helper()
	disk := t.TempDir()
	if !mountSmall(t, disk, 16<<20) {
		t.Log("no right to mount a small disk: a full disk is tested by TestReserve only")
		return
	}
	o := Options{StoreDir: filepath.Join(disk, "store"), Reserve: reserve, Timeout: 2 * time.Second}
	s, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 8<<20), 0o640); err != nil {
		t.Fatal(err)
	}
	j := owned(t, s, JournalOptions{})
	acknowledged, err := fill(t, j, nil)
	if !errors.Is(err, wanted) || len(acknowledged) == 0 {
		t.Fatalf("full after %d commits: %v, want %v", len(acknowledged), err, wanted)
	}
	t.Log(err)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if wanted == journal.ErrFull {
		acknowledged = goesOn(t, j, acknowledged)
	}
	if err := s.Close(ctx); err != nil {
		t.Log(err)
	}
	if s, err = Open(ctx, o); err != nil {
		t.Fatal(err)
	}
	j = opened(t, s, JournalOptions{})
	got, err := recovered(j)
	if err != nil {
		t.Fatal(err)
	}
	// The commit in doubt may be there; none that was acknowledged may be missing.
	if len(got) < len(acknowledged) || fmt.Sprint(got[:len(acknowledged)]) != fmt.Sprint(acknowledged) || len(got) > len(acknowledged)+1 {
		t.Fatalf("%d commits, %d were acknowledged", len(got), len(acknowledged))
	}
	goesOn(t, j, nil)
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
}
