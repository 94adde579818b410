package jetstream

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

func board(t *testing.T) *Board {
	t.Helper()
	b, err := start(t, Options{URL: external(t, true)}).Board(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func keys(t *testing.T, b *Board) (list []string) {
	t.Helper()
	notes, err := b.Look(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range notes {
		list = append(list, n.Key+"="+string(n.Value))
	}
	slices.Sort(list)
	return list
}

func TestBoardWritesOverWhatIsKnownOnly(t *testing.T) {
	b := board(t)
	if got := keys(t, b); got != nil {
		t.Fatalf("a new board has %q", got)
	}
	first, err := b.Write(ctx, "shard.1", []byte("a"), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Write(ctx, "shard.1", []byte("b"), 0, 0); !errors.Is(err, ErrChanged) {
		t.Errorf("written over what was taken for absent: %v", err)
	}
	second, err := b.Write(ctx, "shard.1", []byte("b"), first, 0)
	if err != nil || second <= first {
		t.Errorf("revision %d after %d: %v", second, first, err)
	}
	if _, err := b.Write(ctx, "shard.1", []byte("c"), first, 0); !errors.Is(err, ErrChanged) {
		t.Errorf("written over what was changed: %v", err)
	}
	if _, err := b.Write(ctx, "node.x", []byte("n"), 0, 0); err != nil {
		t.Fatal(err)
	}
	if got := keys(t, b); !slices.Equal(got, []string{"node.x=n", "shard.1=b"}) {
		t.Errorf("got %q", got)
	}
	if err := b.Erase(ctx, "node.x"); err != nil {
		t.Fatal(err)
	}
	if got := keys(t, b); !slices.Equal(got, []string{"shard.1=b"}) {
		t.Errorf("got %q", got)
	}
}

// A note that is not renewed goes away, and cannot be renewed then.
func TestNotesGoAway(t *testing.T) {
	b := board(t)
	revision, err := b.Write(ctx, "node.x", nil, 0, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if gone, err := b.Gone(ctx, "node.x"); gone || err != nil {
		t.Fatalf("gone at once: %v, %v", gone, err)
	}
	for gone := false; !gone; time.Sleep(20 * time.Millisecond) {
		if gone, err = b.Gone(ctx, "node.x"); err != nil {
			t.Fatal(err)
		}
	}
	if got := keys(t, b); got != nil {
		t.Errorf("still there: %q", got)
	}
	if _, err := b.Write(ctx, "node.x", nil, revision, time.Second); !errors.Is(err, ErrChanged) {
		t.Errorf("what has gone was renewed: %v", err)
	}
}

func TestBusAsksAndTells(t *testing.T) {
	s := start(t, Options{URL: external(t, true)})
	bus := s.Bus()
	if _, err := bus.Ask(ctx, "cob.at.nobody", nil); !errors.Is(err, ErrNobody) {
		t.Errorf("nobody there: %v", err)
	}
	stop, err := bus.Listen("cob.at.me", func(question []byte, reply func([]byte)) {
		if string(question) != "silence" {
			reply(append([]byte("re: "), question...))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := bus.Ask(ctx, "cob.at.me", []byte("x")); string(got) != "re: x" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	hurried, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := bus.Ask(hurried, "cob.at.me", []byte("silence")); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("no answer: %v", err)
	}
	if _, err := bus.Ask(ctx, "cob.at.me", make([]byte, bus.Largest())); err != nil {
		t.Errorf("the largest: %v", err)
	}
	if _, err := bus.Ask(ctx, "cob.at.me", make([]byte, bus.Largest()+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one byte more: %v", err)
	}
	stop()
	if _, err := bus.Ask(ctx, "cob.at.me", nil); !errors.Is(err, ErrNobody) {
		t.Errorf("after stop: %v", err)
	}
}
