package node

import (
	"context"
	"path/filepath"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/runtime/jetstream"
)

const napping = `package p
process Nap(id: string) -> string {
  key: id
  wait 36h
  return id
}
`

// What a bubble cannot hold: sockets, so neither an external server nor the HTTP
// API nor a second node; and months, because the server ticks every second.

// TestDaysPassInABubble runs a node on the real embedded server under a clock that
// jumps whenever nothing can happen: a timer of a day and a half, with a restart
// before it is due.
func TestDaysPassInABubble(t *testing.T) {
	r, err := compiler.Compile(fstest.MapFS{"p.cob": {Data: []byte(napping)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatalf("%v %v", err, r)
	}
	// The server keeps one goroutine per process that ticks, from the first stream
	// on. It has to be there before the bubble, or it would belong to it and hold its
	// clock.
	outside, err := jetstream.Open(t.Context(), jetstream.Options{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close(context.Background())
	if _, err := outside.Plans(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "store")
	synctest.Test(t, func(t *testing.T) {
		open := func() *Node {
			n, err := openAt(dir, &lines{})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		n := open()
		activatePlan(t, n, r.Encoded)
		begun := time.Now()
		started, err := n.Start(t.Context(), StartRequest{Process: "p.Nap", Input: []byte(`{"id":"a"}`)})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Hour)
		if err := n.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Hour) // nobody is there
		n = open()
		defer n.Close(context.Background())
		time.Sleep(6*time.Hour - time.Second - time.Since(begun.Add(30*time.Hour)))
		if f := n.Figures(); f[0].Outcomes["completed"] != 0 {
			t.Fatalf("%s ended after %v", started.ID, time.Since(begun))
		}
		time.Sleep(2 * time.Second)
		if f := n.Figures(); f[0].Outcomes["completed"] != 1 {
			t.Fatalf("%s has not ended after %v: %+v", started.ID, time.Since(begun), f)
		}
	})
}
