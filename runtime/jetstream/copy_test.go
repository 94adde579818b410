package jetstream

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/cob-lang/cob/runtime/journal"
)

// shelfLog is a log of so many commits, frame by frame; the commit n is at n-1.
func shelfLog(n int) [][]byte {
	texts := make([]string, n-1)
	for i := range texts {
		texts[i] = fmt.Sprint("commit ", i+2)
	}
	return frames(texts...)
}

// snapshotOf is what covers a log up to a commit.
func snapshotOf(log [][]byte, upTo uint64) (manifest, []byte) {
	blob := fmt.Append(nil, "state at ", upTo)
	return manifest{UpTo: upTo, Hash: journal.HashFrame(log[upTo-1]), Chunks: 1, Size: uint64(len(blob)), Sum: sha256.Sum256(blob)}, blob
}

// shelfOf opens a copy and says which commits and which snapshot it holds.
func shelfOf(t *testing.T, root string) (s *shelf, numbers []uint64) {
	t.Helper()
	s, err := openShelf(root, "COB_J_0")
	if err == nil {
		_, err = s.read(func(c journal.Commit, _ []byte) error {
			numbers = append(numbers, c.Number)
			return nil
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s, numbers
}

// put puts commits of a log behind what a copy has.
func put(t *testing.T, s *shelf, anchor bool, log ...[]byte) {
	t.Helper()
	if err := errors.Join(s.take(anchor, question("", log...)[1:]), s.shrink()); err != nil {
		t.Fatal(err)
	}
}

// TestACopyOutlivesEverySnapshot: over one snapshot after the other a copy holds every commit from the latest on, also when it is opened again.
func TestACopyOutlivesEverySnapshot(t *testing.T) {
	root, log := t.TempDir(), shelfLog(40)
	s, _ := shelfOf(t, root)
	for upTo := uint64(10); upTo <= 30; upTo += 10 {
		put(t, s, false, log[s.head.Number:upTo+5]...)
		man, blob := snapshotOf(log, upTo)
		if err := errors.Join(s.keep(ctx, man, blob), s.shrink(), s.close()); err != nil {
			t.Fatal(err)
		}
		var numbers []uint64
		if s, numbers = shelfOf(t, root); len(numbers) != 6 || numbers[0] != upTo || s.head.Number != upTo+5 || s.snap != man {
			t.Fatalf("after the snapshot of %d it holds %v and ends at %d", upTo, numbers, s.head.Number)
		}
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(s.path, commitsPrefix+"*")); len(files) != 1 {
		t.Errorf("it keeps %v", files)
	}
}

// TestASnapshotAheadOfItsCommitsDoesNotCount: a copy goes on from the snapshot before until the commits of the next one have come, whenever it is
// opened again meanwhile; then those before are gone.
func TestASnapshotAheadOfItsCommitsDoesNotCount(t *testing.T) {
	root, log := t.TempDir(), shelfLog(40)
	s, _ := shelfOf(t, root)
	put(t, s, false, log[:12]...)
	first, blob := snapshotOf(log, 10)
	later, ahead := snapshotOf(log, 30)
	if err := errors.Join(s.keep(ctx, first, blob), s.shrink(), s.keep(ctx, later, ahead), s.shrink()); err != nil {
		t.Fatal(err)
	}
	if err := s.begin(30); err != nil { // and no commit comes
		t.Fatal(err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	s, numbers := shelfOf(t, root)
	if len(numbers) != 3 || s.head.Number != 12 || s.snap != first {
		t.Fatalf("it holds %v, the snapshot of %d", numbers, s.snap.UpTo)
	}
	if err := s.keep(ctx, later, ahead); err != nil {
		t.Fatal(err)
	}
	put(t, s, true, log[29:33]...)
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if s, numbers = shelfOf(t, root); len(numbers) != 4 || s.head.Number != 33 || s.snap != later {
		t.Fatalf("it holds %v, the snapshot of %d", numbers, s.snap.UpTo)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
}

// TestACopyThatDoesNotFitItsSnapshotEndsBeforeIt: commits of another history than that of the snapshot do not count.
func TestACopyThatDoesNotFitItsSnapshotEndsBeforeIt(t *testing.T) {
	root, log := t.TempDir(), shelfLog(20)
	s, _ := shelfOf(t, root)
	put(t, s, false, log...)
	man, blob := snapshotOf(log, 10)
	man.Hash[0] ^= 1
	if err := errors.Join(os.WriteFile(filepath.Join(s.path, snapshotName), append(man.encode(), blob...), 0o600), s.close()); err != nil {
		t.Fatal(err)
	}
	s, numbers := shelfOf(t, root)
	if err := s.close(); err != nil || len(numbers) != 9 {
		t.Fatalf("it holds %v %v", numbers, err)
	}
}
