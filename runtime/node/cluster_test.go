package node

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/lease"
	"github.com/cob-lang/cob/runtime/record"
)

// external runs a NATS server with JetStream on loopback for one test.
func external(t *testing.T) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir(), SyncAlways: true, MaxPayload: jetstream.DefaultMaxPayload})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the external server did not start")
	}
	return s.ClientURL()
}

// joined opens a node on an external store.
func joined(t *testing.T, url, name string, shards int) *Node {
	t.Helper()
	o := Options{
		Store: jetstream.Options{URL: url}, Owner: name, Shards: shards, Lease: lease.MinTTL,
		Connectors: connector.NewRegistry(), Settings: func(string, bool) (string, bool) { return "", false },
	}
	if os.Getenv("COB_TEST_LOG") != "" {
		o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})).With("node", name)
	}
	n, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// holding waits until nodes have so many shards each, and the shards all are there.
func holding(t testing.TB, want int, nodes ...*Node) {
	t.Helper()
	until(t, fmt.Sprintf("%d shards on each of %d nodes", want, len(nodes)), func() bool {
		return !slices.ContainsFunc(nodes, func(n *Node) bool { return len(n.held()) != want })
	})
}

func TestNodesShareTheShards(t *testing.T) {
	url := external(t)
	a := joined(t, url, "a", 6)
	if _, err := a.Activate(t.Context(), waiting(t)); err != nil {
		t.Fatal(err)
	}
	holding(t, 6, a)
	var keys []string
	for i := range 24 {
		keys = append(keys, fmt.Sprint("k", i))
	}
	begin(t, a, keys[:12]...)
	b := joined(t, url, "b", 0)
	begin(t, b, keys[12:]...)
	begin(t, b, keys[:12]...) // they are there: the key is the instance
	holding(t, 3, a, b)
	begin(t, a, keys...)
	for i, key := range keys[:12] {
		goOn(t, []*Node{a, b}[i%2], key)
	}
	closed(t, a)
	holding(t, 6, b)
	for _, key := range keys[12:] {
		goOn(t, b, key)
	}
	a = joined(t, url, "a", 0)
	holding(t, 3, a, b)
	for i, key := range keys {
		goOn(t, []*Node{a, b}[i%2], key) // again: it has ended, and says how
	}
	if n := total(t, a, b); n != len(keys) {
		t.Errorf("%d instances completed, want %d", n, len(keys))
	}
	closed(t, a)
	closed(t, b)
}

// total is how many instances completed, as the nodes see it together.
func total(t *testing.T, nodes ...*Node) (sum int) {
	t.Helper()
	for _, n := range nodes {
		for _, f := range n.Figures() {
			sum += f.Outcomes[string(record.Completed)]
		}
	}
	return sum
}

// While shards move, nobody who asks is turned away, and nothing is done twice.
func TestRequestsGoOnWhileShardsMove(t *testing.T) {
	url := external(t)
	a := joined(t, url, "a", 4)
	if _, err := a.Activate(t.Context(), waiting(t)); err != nil {
		t.Fatal(err)
	}
	holding(t, 4, a)
	stop := make(chan struct{})
	var all sync.WaitGroup
	done := make([]int, 3)
	for w := range done {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				key := fmt.Sprintf("w%d-%d", w, done[w])
				begin(t, a, key)
				goOn(t, a, key)
				done[w]++
			}
		})
	}
	b := joined(t, url, "b", 0)
	holding(t, 2, a, b)
	closed(t, b)
	holding(t, 4, a)
	c := joined(t, url, "c", 0)
	holding(t, 2, a, c)
	close(stop)
	all.Wait()
	want := done[0] + done[1] + done[2]
	t.Logf("%d instances meanwhile", want)
	if got := total(t, a, c); got != want {
		t.Errorf("%d instances completed, %d were asked for", got, want)
	}
	closed(t, c)
	closed(t, a)
}

// A node that hears of an owner while it takes other shards leaves that one alone,
// though nobody owned the shard when it decided.
func TestAShardIsNotTakenFromANodeThatIsThere(t *testing.T) {
	url := external(t)
	a := joined(t, url, "a", 2)
	holding(t, 2, a)
	b := joined(t, url, "b", 0)
	holding(t, 1, a, b)
	var theirs int
	for _, s := range b.held() {
		theirs = s.number
	}
	until(t, "the owner is known", func() bool { h, _ := a.cluster.holder(theirs); return h.Owner == b.cluster.id() })
	before, over := a.cluster.holder(theirs)
	a.cluster.take(theirs)
	if after, now := a.cluster.holder(theirs); after != before || now != over || a.at(theirs) != nil {
		t.Errorf("the shard of a node that is there was taken: %+v, then %+v", before, after)
	}
	// The note is changed after it was looked at: whoever wants the shard must lose.
	if _, err := a.cluster.write(theirs, over-1, shardNote{a.cluster.id(), before.Epoch + 1}); !errors.Is(err, jetstream.ErrChanged) {
		t.Errorf("a note was written over one that was never seen: %v", err)
	}
	closed(t, b)
	closed(t, a)
}

// An owner that writes nothing is not told by the journal that it has lost its shard.
func TestAnIdleOwnerGivesUpAShardThatAnotherHas(t *testing.T) {
	a := joined(t, external(t), "a", 1)
	holding(t, 1, a)
	lost := a.at(0)
	h, over := a.cluster.holder(0)
	text := fmt.Appendf(nil, `{"owner":"another","epoch":%d}`, h.Epoch+1)
	if _, err := a.cluster.board.Write(t.Context(), noteShard+"0", text, over, 0); err != nil {
		t.Fatal(err)
	}
	a.cluster.wake()
	until(t, "the shard is given up and, as the other is not there, taken anew", func() bool {
		s := a.at(0)
		return s != nil && s != lost && s.epoch > h.Epoch+1
	})
	if lost.work.Err() == nil {
		t.Error("the shard that was lost still works")
	}
	closed(t, a)
}
