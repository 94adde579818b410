package node_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/record"
)

func start(t *testing.T, n *node.Node, id string) node.StartReply {
	t.Helper()
	r, err := n.Start(t.Context(), node.StartRequest{Process: "five.Five", Input: fmt.Appendf(nil, `{"id":%q,"n":20,"note":"x"}`, id), Wait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheSameKeyIsTheSameInstance(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "store"), 2)
	defer n.Close(context.Background())
	if _, err := n.Activate(t.Context(), fiveSteps(t, false)); err != nil {
		t.Fatal(err)
	}
	first, again := start(t, n, "a"), start(t, n, "a")
	if first.Existing || !again.Existing || first.ID != again.ID {
		t.Fatalf("first %+v, again %+v", first, again)
	}
	if again.Ended == nil || string(again.Ended.Result) != "41" {
		t.Fatalf("the second answer is %+v, want the first one's result 41", again.Ended)
	}
}

func TestAnInputThatDoesNotFitStartsNothing(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "store"), 2)
	defer n.Close(context.Background())
	if _, err := n.Activate(t.Context(), fiveSteps(t, false)); err != nil {
		t.Fatal(err)
	}
	_, err := n.Start(t.Context(), node.StartRequest{Process: "five.Five", Input: []byte(`{"id":"a","n":"many","note":"x","extra":1}`)})
	var problems types.Problems
	if !errors.As(err, &problems) || !strings.Contains(err.Error(), "n: want int") || !strings.Contains(err.Error(), "extra: no such field") {
		t.Fatalf("got %v", err)
	}
	if list := n.Instances(observe.Filter{}, observe.Place{}, 10, node.Person{}); len(list) != 0 {
		t.Fatalf("there is an instance: %+v", list)
	}
	_, err = n.Start(t.Context(), node.StartRequest{Process: "five.Six", Input: []byte(`{}`)})
	var rejected *record.Rejection
	if !errors.As(err, &rejected) || rejected.Code != record.NotFound || !strings.Contains(rejected.Detail, "five.Five") {
		t.Fatalf("an unknown process gave %v, want the known ones named", err)
	}
	_, err = n.Start(t.Context(), node.StartRequest{Process: "Five", Input: []byte(`{}`)})
	if !errors.As(err, &rejected) || !strings.Contains(rejected.Detail, "write PACKAGE.Five; there is five") {
		t.Fatalf("a process without its package gave %v, want the way to write it", err)
	}
}

// TestSnapshotsKeepEverythingThatMatters writes enough for several snapshots and
// dropped commits, and opens the store again.
func TestSnapshotsKeepEverythingThatMatters(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	open := func() *node.Node {
		n, err := node.Open(context.Background(), node.Options{
			Store: jetstream.Options{StoreDir: dir}, Shards: 1, Connectors: connector.NewRegistry(), Settings: noSettings,
			SnapshotEvery: 64 << 10, Retain: 64 << 10,
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	n := open()
	if _, err := n.Activate(t.Context(), fiveSteps(t, false)); err != nil {
		t.Fatal(err)
	}
	// Snapshots are stored beside the work, so how many instances it takes until
	// the first commits are dropped is not known beforehand.
	first := record.InstanceID("five.Five", "i-1")
	count := 0
	for dropped := false; !dropped; count += 500 {
		if count == 50_000 {
			t.Fatal("no commit was ever dropped")
		}
		drive(t, n, 64, count, 500)
		history, err := n.History(t.Context(), first, node.Person{})
		if err != nil {
			t.Fatal(err)
		}
		dropped = len(history) == 0
	}
	before := n.Figures()
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	n = open()
	defer n.Close(context.Background())
	after := n.Figures()
	if len(after) != 1 || after[0].Started != count || after[0].Outcomes["completed"] != count || after[0].Completion.Max != before[0].Completion.Max {
		t.Fatalf("before %+v\nafter %+v", before, after)
	}
	if list := n.Instances(observe.Filter{State: record.Completed}, observe.Place{}, 2*count, node.Person{}); len(list) != count || string(list[0].Result) == "" {
		t.Fatalf("%d instances are listed, want %d with results", len(list), count)
	}
	for _, id := range []string{"i-1", fmt.Sprintf("i-%d", count)} {
		r, err := n.Start(t.Context(), node.StartRequest{Process: "five.Five", Input: fmt.Appendf(nil, `{"id":%q,"n":1,"note":"x"}`, id)})
		if err != nil || !r.Existing {
			t.Fatalf("after the restart %s is started again: %+v, %v", id, r, err)
		}
		if _, err := n.History(t.Context(), r.ID, node.Person{}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAStoreKeepsItsNumberOfShards(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	n := openNode(t, dir, 3)
	if _, err := n.Activate(t.Context(), fiveSteps(t, true)); err != nil {
		t.Fatal(err)
	}
	drive(t, n, 8, 0, 100)
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	n = openNode(t, dir, 1)
	defer n.Close(context.Background())
	counts, err := n.Counts(t.Context())
	if err != nil || counts.Instances != 100 {
		t.Fatalf("%+v, %v: want all 100 parked instances", counts, err)
	}
	if got := n.Deployments(); len(got) != 1 || got[0].Package != "five" {
		t.Fatalf("after the restart the active plans are %+v", got)
	}
}

func TestOptionsNameTheFieldOutsideItsBounds(t *testing.T) {
	_, err := node.Open(t.Context(), node.Options{Shards: node.MaxShards + 1, Connectors: connector.NewRegistry(), Settings: noSettings})
	if err == nil || err.Error() != "node options: Shards is 65: want 1 to 64" {
		t.Fatalf("got %v", err)
	}
}
