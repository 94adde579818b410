package jetstream

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/journal"
)

const (
	kills         = 6
	childDir      = "COB_KILL_DIR"
	childSnapshot = 200 // commits between two snapshots of the child
)

// TestChildAppends is the child of TestKill: it appends until it is killed and prints every acknowledged number. Run by itself it appends a
// few commits and passes.
func TestChildAppends(t *testing.T) {
	dir, most := os.Getenv(childDir), uint64(1<<62)
	if dir == "" {
		dir, most = t.TempDir(), 50
	}
	s, err := Open(ctx, Options{StoreDir: dir, Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	j := owned(t, s, JournalOptions{})
	for n := uint64(0); n < most; n++ {
		number, err := j.Append(ctx, fmt.Appendf(nil, "%0300d", n))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("acknowledged %d\n", number)
		if n%childSnapshot != childSnapshot-1 {
			continue
		}
		if err := j.Snapshot(ctx, number, fmt.Append(nil, number)); err != nil {
			t.Fatal(err)
		}
		if err := j.Truncate(ctx, number); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(ctx); err != nil {
		t.Fatal(err)
	}
}

// TestKill kills a process that appends, at random moments, and finds every acknowledged commit again, in an unbroken chain.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	highest := uint64(0)
	for round := range kills {
		highest = max(highest, killed(t, dir))
		s, err := Open(ctx, Options{StoreDir: dir, Reserve: -1})
		if err != nil {
			t.Fatal(err)
		}
		j := opened(t, s, JournalOptions{})
		last := uint64(0)
		_, err = journal.Recover(ctx, j, "parent", 0, func(snap journal.Snapshot) error {
			last = snap.UpTo
			if string(snap.Blob) != fmt.Sprint(snap.UpTo) {
				return fmt.Errorf("the snapshot at %d says %s", snap.UpTo, snap.Blob)
			}
			return nil
		}, func(c journal.Commit) error {
			if c.Number != last+1 {
				return fmt.Errorf("commit %d after %d", c.Number, last)
			}
			last = c.Number
			return nil
		})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if last < highest {
			t.Fatalf("round %d: the log ends at %d, but %d was acknowledged", round, last, highest)
		}
		if err := s.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if highest < kills {
		t.Fatalf("only %d commits in all: nothing was tested", highest)
	}
}

// killed runs the child, kills it after a random number of acknowledgements and a random moment, and returns the highest that it printed.
func killed(t *testing.T, dir string) uint64 {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChildAppends$")
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	highest, left := uint64(0), 1+rand.IntN(1000)
	var said []string
	in := bufio.NewScanner(out)
	for in.Scan() {
		var n uint64
		if _, err := fmt.Sscanf(in.Text(), "acknowledged %d", &n); err != nil {
			said = append(said, in.Text())
			continue
		}
		highest = n
		if left--; left == 0 {
			time.AfterFunc(time.Duration(rand.IntN(5000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		}
	}
	if err := cmd.Wait(); err == nil || left > 0 {
		t.Fatalf("the child ended by itself: %v %q", err, said)
	}
	return highest
}
