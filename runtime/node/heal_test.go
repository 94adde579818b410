package node

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"
)

func openCopied(t *testing.T, store, second string) (*Node, *lines) {
	t.Helper()
	log := &lines{}
	n, err := Open(context.Background(), Options{
		Store: jetstream.Options{StoreDir: store, CopyDir: second}, Shards: 3, Connectors: connector.NewRegistry(),
		Settings: func(string, bool) (string, bool) { return "", false }, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return n, log
}

// TestALostStoreComesBackFromItsCopy: the directory is gone, and the node goes on
// where it was, with its plans and its number of shards.
func TestALostStoreComesBackFromItsCopy(t *testing.T) {
	store, second := filepath.Join(t.TempDir(), "store"), t.TempDir()
	n, _ := openCopied(t, store, second)
	activatePlan(t, n, passing(t, "one", 0))
	publish(t, n, 100, "m")
	until(t, "all messages come through", func() bool { return messages(t, n, "p.out") == 100 })
	before := n.Figures()
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(store); err != nil {
		t.Fatal(err)
	}
	n, log := openCopied(t, store, second)
	defer n.Close(context.Background())
	after := n.Figures()
	if len(before) == 0 || len(after) != len(before) || after[0].Started != before[0].Started || n.count() != 3 {
		t.Fatalf("before %+v\nafter %+v", before, after)
	}
	for _, j := range n.Journals() {
		if j.Healed == nil || j.Healed.FromCopy == 0 || j.Healed.Damage == "" || j.Copy == nil || j.Copy.Dir == "" || j.Copy.Error != "" {
			t.Errorf("shard %d: %+v", j.Shard, j)
		}
	}
	if !strings.Contains(log.String(), "a damaged journal was put right") {
		t.Error("nobody is told")
	}
	until(t, "the copy has everything again", func() bool {
		for _, j := range n.Journals() {
			if j.Copy.Behind > 0 {
				return false
			}
		}
		return true
	})
}

// TestDamageUnderARunningNodeIsCovered: what the scrubber finds is made needless
// by a snapshot of the state in memory.
func TestDamageUnderARunningNodeIsCovered(t *testing.T) {
	n, _ := opened(t, filepath.Join(t.TempDir(), "store"))
	activatePlan(t, n, passing(t, "one", 0))
	for _, s := range n.held() {
		n.damaged(s, journal.Damage("COB_J_0", 1, "a bit flipped"))
		if got := s.journal.Stats().Snapshot; got == 0 {
			t.Errorf("shard %d has no snapshot", s.number)
		}
	}
	until(t, "every journal was looked over", func() bool {
		for _, j := range n.Journals() {
			if j.Scrub.Rounds == 0 || j.Scrub.Damage != "" {
				return false
			}
		}
		return true
	})
}
