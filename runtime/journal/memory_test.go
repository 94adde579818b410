package journal

import (
	"context"
	"errors"
	"testing"
)

func owned(t *testing.T, s *Store) *Memory {
	t.Helper()
	m := s.Open()
	if _, err := Recover(context.Background(), m, "one", 0, func(Snapshot) error { return nil }, func(Commit) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestFaults(t *testing.T) {
	ctx := context.Background()
	cases := []struct {
		fault Fault
		want  error
		last  uint64
		next  error // of the append after it
	}{
		{NoFault, nil, 2, nil},
		{Refuse, ErrUnavailable, 1, nil},
		{Full, ErrFull, 1, nil},
		{LoseAck, ErrUnknown, 2, ErrNotOwner},
		{LoseRequest, ErrUnknown, 1, ErrNotOwner},
		{Rival, ErrFenced, 2, ErrNotOwner},
	}
	for _, c := range cases {
		s := NewStore("s", StoreOptions{})
		m := owned(t, s)
		s.Inject(c.fault)
		if _, err := m.Append(ctx, []byte("x")); !errors.Is(err, c.want) {
			t.Errorf("fault %d: %v, want %v", c.fault, err, c.want)
		}
		if got := m.Stats().Last; got != c.last {
			t.Errorf("fault %d: log ends at %d, want %d", c.fault, got, c.last)
		}
		if _, err := m.Append(ctx, []byte("y")); !errors.Is(err, c.next) {
			t.Errorf("fault %d: next append: %v, want %v", c.fault, err, c.next)
		}
	}
}

func TestHeldAppendsFailTogether(t *testing.T) {
	s := NewStore("s", StoreOptions{})
	m := owned(t, s)
	s.Hold()
	var got []error
	for range 3 {
		m.AppendAsync([]byte("x"), func(r Result) { got = append(got, r.Err) })
	}
	if len(got) != 0 || m.Stats().InFlight != 3 {
		t.Fatalf("%d results and %d in flight while held", len(got), m.Stats().InFlight)
	}
	s.Inject(NoFault, Full)
	s.Release()
	if len(got) != 3 || got[0] != nil || got[1] != ErrFull || got[2] != ErrFull {
		t.Fatalf("results %v", got)
	}
	if n, err := m.Append(context.Background(), nil); n != 3 || err != nil {
		t.Fatalf("after space returned: %d, %v", n, err)
	}
}

func TestCrashForgetsWhatWaits(t *testing.T) {
	s := NewStore("s", StoreOptions{})
	m := owned(t, s)
	s.Hold()
	m.AppendAsync([]byte("x"), func(Result) { t.Error("done was called") })
	s.Crash()
	if _, err := m.Append(context.Background(), nil); err != ErrNotOwner {
		t.Fatal(err)
	}
	if owned(t, s).Stats().Last != 2 {
		t.Fatal("the held append was written")
	}
}

// A refusal must not let an owner catch up with a rival that it never heard of.
func TestARefusalDoesNotHideARival(t *testing.T) {
	ctx := context.Background()
	for _, fault := range []Fault{Refuse, Full} {
		s := NewStore("s", StoreOptions{})
		old := owned(t, s)
		rival := owned(t, s)
		s.Inject(fault)
		if _, err := old.Append(ctx, []byte("x")); err == nil {
			t.Fatalf("fault %d let the append through", fault)
		}
		if _, err := old.Append(ctx, []byte("x")); !errors.Is(err, ErrFenced) {
			t.Errorf("fault %d: the old owner's next append: %v, want %v", fault, err, ErrFenced)
		}
		if _, err := rival.Append(ctx, []byte("y")); err != nil {
			t.Errorf("fault %d: the rival's append: %v", fault, err)
		}
	}
}
