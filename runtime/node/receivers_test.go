package node_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/node"
	"github.com/cob-lang/cob/runtime/record"
)

const working = `package p

type Job { id: string, size: int }

channel jobs: queue of Job { dead_letter: lost }
channel orders: queue of Job { dead_letter: lost }
channel lost: queue of json

process Work(name: string, most: int) -> string {
  key: name
  let all = ""
  let n = 0
  while n < most {
    select {
      on jobs as j where j.size < 100 {
        all = all + j.id + " "
        n = n + 1
      }
    }
  }
  return all
}

process Own(id: string) -> int {
  key: id
  select {
    on orders as o where o.id == id { return o.size }
  }
}
`

func compiled(t *testing.T, text string) []byte {
	t.Helper()
	r, err := compiler.Compile(fstest.MapFS{"p.cob": {Data: []byte(text)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("%v %v", err, r)
	}
	return r.Encoded
}

func send(t *testing.T, n *node.Node, channel, id, body string) {
	t.Helper()
	if _, err := n.PublishMessage(t.Context(), channel, id, []byte(body)); err != nil {
		t.Fatal(err)
	}
}

// await is the result of an instance, however long it takes.
func await(t *testing.T, n *node.Node, process, input string) string {
	t.Helper()
	r, err := n.Start(t.Context(), node.StartRequest{Process: process, Input: []byte(input), Wait: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if r.Ended == nil || r.Ended.State != record.Completed {
		t.Fatalf("%s %s has not completed: %+v", process, input, r.Ended)
	}
	return string(r.Ended.Result)
}

// TestEachMessageOfAChannelIsTakenOnce lets eight instances compete for messages,
// some of which were there before anybody waited and some of which come after the
// node was closed and opened again. Large ones fit nobody and stay.
func TestEachMessageOfAChannelIsTakenOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	n := openNode(t, dir, 3)
	plan := compiled(t, working)
	if _, err := n.Activate(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	const workers, each = 8, 10
	job := func(from, to int) {
		for i := from; i < to; i++ {
			send(t, n, "p.jobs", fmt.Sprint("m-", i), fmt.Sprintf(`{"id":"j%d","size":1}`, i))
		}
	}
	send(t, n, "p.jobs", "large", `{"id":"large","size":100}`)
	job(0, workers*each/2)
	for w := range workers {
		start := node.StartRequest{Process: "p.Work", Input: fmt.Appendf(nil, `{"name":"w%d","most":%d}`, w, each)}
		if _, err := n.Start(t.Context(), start); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	n = openNode(t, dir, 3)
	defer func() { _ = n.Close(context.Background()) }()
	job(workers*each/2, workers*each)
	times := map[string]int{}
	for w := range workers {
		all := await(t, n, "p.Work", fmt.Sprintf(`{"name":"w%d","most":%d}`, w, each))
		for _, id := range strings.Fields(strings.Trim(all, `"`)) {
			times[id]++
		}
	}
	for i := range workers * each {
		if id := fmt.Sprint("j", i); times[id] != 1 {
			t.Errorf("%s was taken %d times", id, times[id])
		}
	}
	if len(times) != workers*each {
		t.Errorf("taken: %v", times)
	}
	left, err := n.Peek(t.Context(), "p.jobs", 1, node.Person{})
	if err != nil || len(left) != 1 || left[0].ID != "large" {
		t.Errorf("the message that fits nobody is not there any more: %+v, %v", left, err)
	}
}

// TestAMessageFindsTheInstanceThatItIsFor, whether it comes before or after that.
func TestAMessageFindsTheInstanceThatItIsFor(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "store"), 3)
	defer func() { _ = n.Close(context.Background()) }()
	if _, err := n.Activate(t.Context(), compiled(t, working)); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if i%2 == 0 {
			send(t, n, "p.orders", fmt.Sprint("m-", i), fmt.Sprintf(`{"id":"o%d","size":%d}`, i, i))
		}
		if _, err := n.Start(t.Context(), node.StartRequest{Process: "p.Own", Input: fmt.Appendf(nil, `{"id":"o%d"}`, i)}); err != nil {
			t.Fatal(err)
		}
		if i%2 == 1 {
			send(t, n, "p.orders", fmt.Sprint("m-", i), fmt.Sprintf(`{"id":"o%d","size":%d}`, i, i))
		}
	}
	for i := range 20 {
		if got := await(t, n, "p.Own", fmt.Sprintf(`{"id":"o%d"}`, i)); got != fmt.Sprint(i) {
			t.Errorf("o%d got %s", i, got)
		}
	}
}
