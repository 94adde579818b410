package node

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/record"
)

// A steady pair never ends.
type steady struct{ alone bool }

func (s steady) Valid() bool            { return true }
func (s steady) Alone() bool            { return s.alone }
func (s steady) Ended() <-chan struct{} { return nil }

const noted = `

type Note { id: string }

process Keep(note: Note) -> string {
  key: note.id
  replicate: sync
  return note.id
}

channel notes: queue of Note
channel aside: queue of Note

route keep {
  from notes as note
  start Keep(note)
}

route copy {
  from notes as note
  to aside
}
`

// TestMessagesOfALostCloud: every message that a cloud has acknowledged under sync is
// taken by each route once, in it or in the one that takes over, and what is sent again
// is the same message there. What the lost one did not acknowledge it brings later.
func TestMessagesOfALostCloud(t *testing.T) {
	dir := t.TempDir()
	mirror, err := jetstream.OpenMirror(jetstream.MirrorHouse{Dir: filepath.Join(dir, "mirror"), Listen: "127.0.0.1:0", Cloud: "rome"})
	if err != nil {
		t.Fatal(err)
	}
	defer mirror.Close()
	london := cloudAt(filepath.Join(dir, "london"))
	london.Pair = steady{}
	london.Store.Mirror = &jetstream.MirrorOptions{URL: "nats://" + mirror.Address(), Cloud: "london", Term: 1}
	n, err := Open(t.Context(), london)
	if err != nil {
		t.Fatal(err)
	}
	activatePlan(t, n, planned(t, noted))
	put := func(n *Node, number int, patience time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		_, err := n.PublishMessage(ctx, "p.notes", fmt.Sprint("m-", number), fmt.Appendf(nil, `{"id":"n-%d"}`, number))
		return err
	}
	const acknowledged, all = 50, 53
	for number := range acknowledged {
		if err := put(n, number, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	role, err := mirror.TakeOver(2) // in the midst of their routes
	if err != nil {
		t.Fatal(err)
	}
	for number := acknowledged; number < all; number++ {
		if put(n, number, time.Second) == nil {
			t.Fatal("a message was acknowledged that is in the lost cloud only")
		}
	}
	_ = n.Close(t.Context()) // it cannot bring the mirror what is left
	bases := map[string]uint64{}
	for name, head := range role.Bases {
		bases[name] = head.Number
	}
	london.Pair = nil
	parts, err := Surplus(t.Context(), london, bases)
	if err != nil {
		t.Fatal(err)
	}

	rome := cloudAt(filepath.Join(dir, "rome"))
	rome.Pair, rome.Store.CopyDir = steady{alone: true}, filepath.Join(dir, "mirror")
	rome.Store.Mirror = &jetstream.MirrorOptions{URL: "nats://127.0.0.1:1", Cloud: "rome", Term: 2} // nobody is there
	if n, err = Open(t.Context(), rome); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = n.Close(context.Background()) }()
	if err := put(n, acknowledged, time.Minute); err != nil { // its sender repeats one, as it was told to
		t.Fatal(err)
	}
	for range 2 {
		for _, part := range parts {
			merged, err := n.Merge(t.Context(), "london", part)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("merged %+v", merged)
		}
	}
	keptOnce(t, n, all)
}

// keptOnce wants every note kept, and handed on once.
func keptOnce(t *testing.T, n *Node, all int) {
	t.Helper()
	for number := range all {
		id := record.InstanceID("p.Keep", fmt.Sprint("n-", number))
		for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			d, err := n.Instance(t.Context(), id, Person{})
			if err == nil && d.State == record.Completed {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("message %d: %s (%s) %v", number, d.State, d.Detail, err)
			}
		}
	}
	seen := map[string]int{}
	for end := time.Now().Add(time.Minute); len(seen) < all && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		aside, err := n.Peek(t.Context(), "p.aside", 2*all, Person{})
		if err != nil {
			t.Fatal(err)
		}
		clear(seen)
		for _, m := range aside {
			seen[string(m.Data)]++
		}
	}
	for data, times := range seen {
		if times != 1 {
			t.Errorf("%s was handed on %d times", data, times)
		}
	}
	if len(seen) != all {
		t.Errorf("%d messages were handed on, want %d", len(seen), all)
	}
}

// TestWhatBeganWithAMessageThatIsGone: an instance of the loser can begin again here only with a message that can still be brought.
func TestWhatBeganWithAMessageThatIsGone(t *testing.T) {
	dropped := []jetstream.Gap{{Channel: "p.notes", From: 4, To: 6}}
	for _, c := range []struct {
		first record.Event
		want  bool
	}{
		{record.InstanceStarted{Channel: "p.notes", Position: 3}, false},
		{record.InstanceStarted{Channel: "p.notes", Position: 4}, true},
		{record.InstanceStarted{Channel: "p.notes", Position: 6}, true},
		{record.InstanceStarted{Channel: "p.notes", Position: 7}, false},
		{record.InstanceStarted{Channel: "p.others", Position: 5}, false},
		{record.InstanceStarted{Key: "k"}, false},
		{record.StepPassed{}, false},
	} {
		if got := orphan([]record.Event{c.first}, dropped); got != c.want {
			t.Errorf("%+v: %t", c.first, got)
		}
	}
}
