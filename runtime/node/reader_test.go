package node

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/lease"
)

const hauling = `package p
type Job { id: string }
channel jobs: queue of Job
channel in: queue of Job
process Haul(name: string, most: int) -> string {
  key: name
  let all = ""
  let n = 0
  while n < most {
    select { on jobs as j { all = all + j.id + " "; n = n + 1 } }
  }
  return all
}
process Note(id: string) -> string {
  key: id
  return id
}
route copied {
  from in as m
  start Note(m.id)
}
`

// Messages of a channel are taken by instances of all nodes, each once, while the
// shards and with them the reader go from node to node; those of a route too.
func TestMessagesAreTakenOnceWhileShardsMove(t *testing.T) {
	r, err := compiler.Compile(fstest.MapFS{"p.cob": {Data: []byte(strings.ReplaceAll(hauling, "; n = n + 1", "\n      n = n + 1"))}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("%v %v", err, r.Diagnostics)
	}
	url := external(t)
	a := joined(t, url, "a", 6)
	if _, err := a.Activate(t.Context(), r.Encoded); err != nil {
		t.Fatal(err)
	}
	holding(t, 6, a)
	const haulers, each = 6, 20
	for h := range haulers {
		start := StartRequest{Process: "p.Haul", Input: fmt.Appendf(nil, `{"name":"h%d","most":%d}`, h, each)}
		if _, err := a.Start(t.Context(), start); err != nil {
			t.Fatal(err)
		}
	}
	sent := 0
	send := func(n *Node, most int) {
		for ; sent < most; sent++ {
			for _, channel := range []string{"p.jobs", "p.in"} {
				if _, err := n.PublishMessage(t.Context(), channel, fmt.Sprint("m", sent), fmt.Appendf(nil, `{"id":"j%d"}`, sent)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	send(a, 30)
	b := joined(t, url, "b", 0)
	send(a, 50)
	holding(t, 3, a, b)
	send(b, 70)
	closed(t, a)
	send(b, 90)
	a = joined(t, url, "a", 0)
	holding(t, 3, a, b)
	send(a, haulers*each)
	times := map[string]int{}
	for h := range haulers {
		start := StartRequest{Process: "p.Haul", Input: fmt.Appendf(nil, `{"name":"h%d","most":%d}`, h, each), Wait: time.Minute}
		got, err := []*Node{a, b}[h%2].Start(t.Context(), start)
		if err != nil || got.Ended == nil {
			t.Fatalf("h%d has not ended: %+v, %v", h, got, err)
		}
		for _, id := range strings.Fields(strings.Trim(string(got.Ended.Result), `"`)) {
			times[id]++
		}
	}
	for i := range haulers * each {
		if id := fmt.Sprint("j", i); times[id] != 1 {
			t.Errorf("%s was taken %d times", id, times[id])
		}
	}
	until(t, "the route has started all", func() bool { return completedOf(t, "p.Note", a, b) == haulers*each })
	closed(t, b)
	closed(t, a)
}

func completedOf(t *testing.T, process string, nodes ...*Node) (sum int) {
	t.Helper()
	for _, n := range nodes {
		for _, f := range n.Figures() {
			if f.Process == process {
				sum += f.Outcomes["completed"]
			}
		}
	}
	return sum
}

// A shard that a later reader has asked takes no offer of an earlier one.
func TestAReaderThatWasReplacedOffersNothing(t *testing.T) {
	var e readerEpochs
	asked := 0
	for _, c := range []struct {
		receiver string
		epoch    uint64
		want     error
	}{{"r", 3, nil}, {"r", 3, nil}, {"r", 5, nil}, {"r", 4, errReplaced}, {"other", 4, nil}, {"r", 5, nil}} {
		before := asked
		err := e.admit(c.receiver, c.epoch, func() { asked++ })
		if !errors.Is(err, c.want) || (asked > before) != (c.want == nil) {
			t.Errorf("%s in epoch %d: %v, want %v", c.receiver, c.epoch, err, c.want)
		}
	}
	n := &Node{}
	n.holdings.Store(&holdings{places: make([]*ownedShard, 1)})
	r := &receiver{node: n, epoch: 4}
	for epoch, want := range map[uint64]error{4: nil, 5: errReplaced} {
		if err := r.still(lease.View{Shards: []lease.Hold{{Epoch: epoch}}}); !errors.Is(err, want) {
			t.Errorf("the board says epoch %d: %v", epoch, err)
		}
	}
}
