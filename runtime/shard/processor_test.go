package shard_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

func clock() record.Instant { return record.Instant(time.Now().UnixNano()) }

// disk is a journal on a disk that is full or is not.
type disk struct {
	journal.Journal
	full atomic.Bool
}

func (d *disk) Append(ctx context.Context, payload []byte) (uint64, error) {
	if d.full.Load() {
		return 0, journal.ErrFull
	}
	return d.Journal.Append(ctx, payload)
}

func open(t *testing.T, j journal.Journal) *shard.Processor {
	t.Helper()
	state, err := engine.NewState(engine.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	p, err := shard.Open(t.Context(), shard.Options{
		Owner: "test", Journal: j, State: state, Clock: clock, Log: slog.New(slog.DiscardHandler),
		Facts: func() engine.Facts { return engine.Facts{} }, Dispatch: func([]engine.Effect) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Start()
	t.Cleanup(p.Close)
	return p
}

// keep is a command that commits something.
func keep(id string) record.Command {
	return record.DeliverEvent{Type: "p.E", ID: id, Until: clock() + record.Instant(time.Hour)}
}

func kept(t *testing.T, p *shard.Processor) int {
	t.Helper()
	n := 0
	if err := p.Query(t.Context(), func(s *engine.State) { n = s.Counts().Kept }); err != nil {
		t.Fatal(err)
	}
	return n
}

// While the journal takes nothing, nobody waits in vain: what was under way is
// told to be in doubt, what comes later is refused before it is done, and what
// nobody would send again is kept. When there is room, all of it goes on.
func TestAFullJournalRefusesAndGoesOn(t *testing.T) {
	store := journal.NewStore("s", journal.StoreOptions{})
	d := &disk{Journal: store.Open()}
	p := open(t, d)
	d.full.Store(true)
	if _, err := p.Submit(t.Context(), keep("1")); !errors.Is(err, shard.ErrStalled) || !errors.Is(err, journal.ErrFull) {
		t.Fatalf("the one under way: %v", err)
	}
	if err := p.Stalled(); !errors.Is(err, journal.ErrFull) {
		t.Errorf("stalled by %v", err)
	}
	var refused *record.Rejection
	if _, err := p.Submit(t.Context(), keep("2")); !errors.As(err, &refused) || refused.Code != record.Busy {
		t.Errorf("one that comes later: %v", err)
	}
	if err := p.Query(t.Context(), func(*engine.State) { t.Error("sees what is not durable") }); !errors.As(err, &refused) {
		t.Errorf("a query: %v", err)
	}
	if !p.TryDeliver(keep("3")) {
		t.Error("an outcome is not taken")
	}
	d.full.Store(false)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for p.Stalled() != nil {
		if ctx.Err() != nil {
			t.Fatal("it never goes on")
		}
		time.Sleep(time.Millisecond)
	}
	if _, err := p.Submit(ctx, keep("4")); err != nil {
		t.Fatal(err)
	}
	if n := kept(t, p); n != 3 {
		t.Errorf("%d events are kept, want those numbered 1, 3 and 4", n)
	}
	p.Close()
	if n := kept(t, open(t, store.Open())); n != 3 {
		t.Errorf("%d events are kept after a restart, want 3", n)
	}
}

func TestAStalledShardCloses(t *testing.T) {
	store := journal.NewStore("s", journal.StoreOptions{})
	d := &disk{Journal: store.Open()}
	p := open(t, d)
	d.full.Store(true)
	if _, err := p.Submit(t.Context(), keep("1")); !errors.Is(err, shard.ErrStalled) {
		t.Fatalf("got %v", err)
	}
	p.Close()
	if _, err := p.Submit(t.Context(), keep("1")); !errors.Is(err, shard.ErrLost) {
		t.Errorf("after the end: %v", err)
	}
}

func TestAShardThatIsTakenOverEnds(t *testing.T) {
	store := journal.NewStore("s", journal.StoreOptions{})
	p := open(t, store.Open())
	store.Inject(journal.Rival)
	if _, err := p.Submit(t.Context(), keep("1")); !errors.Is(err, shard.ErrLost) || !errors.Is(err, journal.ErrFenced) {
		t.Fatalf("got %v", err)
	}
	<-p.Done()
	if !errors.Is(p.Err(), journal.ErrFenced) {
		t.Errorf("ended by %v", p.Err())
	}
}
