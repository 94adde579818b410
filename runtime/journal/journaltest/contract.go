// Package journaltest is the contract of a journal.Journal as a test suite, to be run by every implementation.
package journaltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/cob-lang/cob/runtime/journal"
)

// A Maker makes an empty log for one test and returns a function that opens handles on it.
type Maker func(t *testing.T) (open func() journal.Journal)

// Contract runs the whole suite.
func Contract(t *testing.T, maker Maker) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(*testing.T, func() journal.Journal)
	}{
		{"AppendsAreReplayedInOrder", appendsAreReplayedInOrder},
		{"NothingIsAppendedBeforeReplay", nothingIsAppendedBeforeReplay},
		{"TakeOverFences", takeOverFences},
		{"StaleEpochIsRefused", staleEpochIsRefused},
		{"AsyncAppendsKeepTheirOrder", asyncAppendsKeepTheirOrder},
		{"AsyncAppendsAreFencedTogether", asyncAppendsAreFencedTogether},
		{"SizeLimit", sizeLimit},
		{"SnapshotAndTruncate", snapshotAndTruncate},
		{"SnapshotLimits", snapshotLimits},
		{"BigSnapshot", bigSnapshot},
		{"CloseEndsOwnership", closeEndsOwnership},
		{"CallbackErrors", callbackErrors},
		{"PayloadsBelongToTheReceiver", payloadsBelongToTheReceiver},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, maker(t)) })
	}
}

var ctx = context.Background()

// own takes the log over and returns its commits.
func own(t *testing.T, j journal.Journal, owner string) []journal.Commit {
	t.Helper()
	var all []journal.Commit
	_, err := journal.Recover(ctx, j, owner, 0, func(journal.Snapshot) error { return nil }, func(c journal.Commit) error {
		all = append(all, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func put(t *testing.T, j journal.Journal, payload string) uint64 {
	t.Helper()
	n, err := j.Append(ctx, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func text(all []journal.Commit) string {
	var b bytes.Buffer
	for _, c := range all {
		fmt.Fprintf(&b, "%d/%d:%s%s ", c.Number, c.Epoch, c.Owner, c.Payload)
	}
	return b.String()
}

func want(t *testing.T, what string, got, want any) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func wantErr(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func appendsAreReplayedInOrder(t *testing.T, open func() journal.Journal) {
	j := open()
	want(t, "an empty log", text(own(t, j, "A")), "1/1:A ")
	want(t, "number", put(t, j, "x"), uint64(2))
	want(t, "number", put(t, j, ""), uint64(3))
	want(t, "number", put(t, j, "z"), uint64(4))
	want(t, "log", text(own(t, open(), "B")), "1/1:A 2/1:x 3/1: 4/1:z 5/2:B ")
	var part []journal.Commit
	err := open().Replay(ctx, 4, func(c journal.Commit) error { part = append(part, c); return nil })
	wantErr(t, "replay of a part without owning", err, nil)
	want(t, "part", text(part), "4/1:z 5/2:B ")
}

func nothingIsAppendedBeforeReplay(t *testing.T, open func() journal.Journal) {
	j := open()
	_, err := j.Append(ctx, []byte("x"))
	wantErr(t, "append without anything", err, journal.ErrNotOwner)
	if _, err = j.TakeOver(ctx, "A", 0); err != nil {
		t.Fatal(err)
	}
	_, err = j.Append(ctx, []byte("x"))
	wantErr(t, "append without replay", err, journal.ErrNotOwner)
	want(t, "owned", j.Stats().Owned, false)
	wantErr(t, "replay", j.Replay(ctx, 1, func(journal.Commit) error { return nil }), nil)
	want(t, "owned", j.Stats().Owned, true)
	put(t, j, "x")
}

func takeOverFences(t *testing.T, open func() journal.Journal) {
	a, b := open(), open()
	own(t, a, "A")
	put(t, a, "a")
	own(t, b, "B")
	_, err := a.Append(ctx, []byte("late"))
	wantErr(t, "append of the old owner", err, journal.ErrFenced)
	_, err = a.Append(ctx, []byte("later"))
	wantErr(t, "next append of the old owner", err, journal.ErrNotOwner)
	put(t, b, "b")
	want(t, "log", text(own(t, a, "C")), "1/1:A 2/1:a 3/2:B 4/2:b 5/3:C ")
	_, err = b.Append(ctx, nil)
	wantErr(t, "append of the second owner", err, journal.ErrFenced)
}

func staleEpochIsRefused(t *testing.T, open func() journal.Journal) {
	a, b := open(), open()
	got, err := a.TakeOver(ctx, "A", 7)
	wantErr(t, "epoch 7", err, nil)
	want(t, "epoch", got, uint64(7))
	for _, e := range []uint64{6, 7} {
		_, err = b.TakeOver(ctx, "B", e)
		var stale *journal.StaleEpochError
		if !errors.As(err, &stale) || stale.Wanted != e || stale.Tail != 7 {
			t.Fatalf("epoch %d: %v", e, err)
		}
	}
	got, err = b.TakeOver(ctx, "B", 0)
	wantErr(t, "next epoch", err, nil)
	want(t, "epoch", got, uint64(8))
}

func asyncAppendsKeepTheirOrder(t *testing.T, open func() journal.Journal) {
	j := open()
	own(t, j, "A")
	const n = 500
	results := make(chan journal.Result, n)
	for i := range n {
		j.AppendAsync(fmt.Appendf(nil, "%d", i), func(r journal.Result) { results <- r })
	}
	for i := range n {
		want(t, "result", <-results, journal.Result{Number: uint64(i) + 2})
	}
	for i, c := range own(t, open(), "B")[1 : n+1] {
		want(t, "payload", string(c.Payload), fmt.Sprint(i))
	}
}

func asyncAppendsAreFencedTogether(t *testing.T, open func() journal.Journal) {
	a, b := open(), open()
	own(t, a, "A")
	own(t, b, "B")
	results := make(chan journal.Result, 3)
	for range 3 {
		a.AppendAsync([]byte("late"), func(r journal.Result) { results <- r })
	}
	wantErr(t, "first", (<-results).Err, journal.ErrFenced)
	for range 2 { // these may have been refused at once, when the news was faster
		if err := (<-results).Err; !errors.Is(err, journal.ErrFenced) && !errors.Is(err, journal.ErrNotOwner) {
			t.Fatal(err)
		}
	}
	want(t, "log", text(own(t, b, "B")), "1/1:A 2/2:B 3/3:B ")
}

func sizeLimit(t *testing.T, open func() journal.Journal) {
	j := open()
	own(t, j, "A")
	most := j.Stats().MaxLength
	n, err := j.Append(ctx, make([]byte, most))
	wantErr(t, "the largest payload", err, nil)
	want(t, "number", n, uint64(2))
	_, err = j.Append(ctx, make([]byte, most+1))
	var large *journal.TooLargeError
	if !errors.As(err, &large) || large.Size != most+1 || large.Max != most {
		t.Fatalf("one byte more: %v", err)
	}
	want(t, "number after it", put(t, j, "x"), uint64(3))
	want(t, "length", len(own(t, open(), "B")[1].Payload), most)
}

func snapshotAndTruncate(t *testing.T, open func() journal.Journal) {
	j := open()
	own(t, j, "A")
	for i := range 8 {
		put(t, j, fmt.Sprint(i))
	}
	if _, ok, err := j.LatestSnapshot(ctx); ok || err != nil {
		t.Fatal("a snapshot out of nothing", err)
	}
	wantErr(t, "snapshot", j.Snapshot(ctx, 5, []byte("state at 5")), nil)
	wantErr(t, "newer snapshot", j.Snapshot(ctx, 6, []byte("state at 6")), nil)
	wantErr(t, "truncate", j.Truncate(ctx, 6), nil)
	want(t, "first", j.Stats().First, uint64(6))
	put(t, j, "8")
	b := open()
	var from journal.Snapshot
	var rest []journal.Commit
	_, err := journal.Recover(ctx, b, "B", 0, func(s journal.Snapshot) error { from = s; return nil }, func(c journal.Commit) error {
		rest = append(rest, c)
		return nil
	})
	wantErr(t, "recover", err, nil)
	want(t, "snapshot", fmt.Sprintf("%d %s", from.UpTo, from.Blob), "6 state at 6")
	want(t, "rest", text(rest), "7/1:5 8/1:6 9/1:7 10/1:8 11/2:B ")
	put(t, b, "go on")
	want(t, "last", b.Stats().Last, uint64(12))
	var damage *journal.DamageError
	if err := b.Replay(ctx, 1, func(journal.Commit) error { return nil }); !errors.As(err, &damage) {
		t.Fatalf("replay of what was truncated: %v", err)
	}
}

func snapshotLimits(t *testing.T, open func() journal.Journal) {
	j := open()
	own(t, j, "A")
	put(t, j, "x")
	put(t, j, "y")
	var refused *journal.SnapshotError
	if err := j.Snapshot(ctx, 4, nil); !errors.As(err, &refused) || refused.Limit != 3 {
		t.Fatalf("snapshot of what is not there: %v", err)
	}
	if err := j.Snapshot(ctx, 0, nil); !errors.As(err, &refused) {
		t.Fatalf("snapshot of nothing: %v", err)
	}
	if err := j.Truncate(ctx, 2); !errors.As(err, &refused) || refused.Limit != 0 {
		t.Fatalf("truncation without a snapshot: %v", err)
	}
	wantErr(t, "snapshot at the end", j.Snapshot(ctx, 3, []byte("s")), nil)
	if err := j.Snapshot(ctx, 2, nil); !errors.As(err, &refused) {
		t.Fatalf("older snapshot: %v", err)
	}
	if err := j.Truncate(ctx, 4); !errors.As(err, &refused) || refused.Limit != 3 {
		t.Fatalf("truncation above the snapshot: %v", err)
	}
	wantErr(t, "truncate", j.Truncate(ctx, 3), nil)
	want(t, "first", j.Stats().First, uint64(3))
	want(t, "rest", text(own(t, open(), "B")), "4/2:B ")
}

func bigSnapshot(t *testing.T, open func() journal.Journal) {
	j := open()
	own(t, j, "A")
	for _, size := range []int{0, 1, 1 << 20, 3<<20 + 1} {
		blob := bytes.Repeat([]byte{byte(size), 1, 2}, size/3+1)[:size]
		n := put(t, j, "x")
		wantErr(t, "snapshot", j.Snapshot(ctx, n, blob), nil)
		s, ok, err := open().LatestSnapshot(ctx)
		if !ok || err != nil || s.UpTo != n || !bytes.Equal(s.Blob, blob) {
			t.Fatalf("%d bytes: %v %v, up to %d, %d bytes", size, ok, err, s.UpTo, len(s.Blob))
		}
	}
}

func closeEndsOwnership(t *testing.T, open func() journal.Journal) {
	j := open()
	own(t, j, "A")
	put(t, j, "x")
	wantErr(t, "close", j.Close(ctx), nil)
	_, err := j.Append(ctx, nil)
	wantErr(t, "append after close", err, journal.ErrNotOwner)
	want(t, "log", text(own(t, open(), "B")), "1/1:A 2/1:x 3/2:B ")
}

func callbackErrors(t *testing.T, open func() journal.Journal) {
	j := open()
	stop := errors.New("stop")
	_, err := journal.Recover(ctx, j, "A", 0, func(journal.Snapshot) error { return nil }, func(journal.Commit) error { return stop })
	wantErr(t, "recover", err, stop)
	_, err = j.Append(ctx, nil)
	wantErr(t, "append after a replay that was stopped", err, journal.ErrNotOwner)
}

func payloadsBelongToTheReceiver(t *testing.T, open func() journal.Journal) {
	j := open()
	own(t, j, "A")
	mine := []byte("mine")
	if _, err := j.Append(ctx, mine); err != nil {
		t.Fatal(err)
	}
	mine[0] = 'X'
	for range 2 {
		err := j.Replay(ctx, 2, func(c journal.Commit) error {
			want(t, "payload", string(c.Payload), "mine")
			c.Payload[0] = 'Y'
			return nil
		})
		wantErr(t, "replay", err, nil)
	}
}
