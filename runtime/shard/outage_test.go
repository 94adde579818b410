package shard_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// After a long outage many timers are due together. Their events do not fit one
// commit, so they come in several.
func TestManyTimersDueTogether(t *testing.T) {
	store, program := journal.NewStore("p", journal.StoreOptions{MaxLength: 2 << 20}), echo(t, true)
	var shift atomic.Int64
	var ended atomic.Int64
	all := make(chan struct{})
	const instances = 1000
	clocked := func(o *shard.Options) {
		o.Clock = func() record.Instant { return record.Instant(time.Now().UnixNano() + shift.Load()) }
		o.Committed = func(_ uint64, events []record.Event) {
			for _, e := range events {
				if _, ok := e.(record.InstanceEnded); ok && ended.Add(1) == instances {
					close(all)
				}
			}
		}
	}
	p := openWith(t, store, program, clocked)
	activate(t, p, program)
	big := strings.Repeat("x", 4000)
	var crew sync.WaitGroup
	for i := range instances {
		crew.Go(func() {
			key := fmt.Sprint(i)
			if _, err := p.Submit(t.Context(), record.StartInstance{Process: "p.Echo", Key: key, Input: map[string]types.Value{"v": key + big}}); err != nil {
				t.Error(err)
			}
		})
	}
	crew.Wait()
	p.Close()
	shift.Store(int64(2 * time.Hour))
	next := openWith(t, store, program, clocked)
	select {
	case <-next.Done():
		t.Fatal(next.Err())
	case <-all:
	}
}

// A commit that no journal takes names the command behind it.
func TestACommitThatIsTooLargeNamesItsCommand(t *testing.T) {
	store, program := journal.NewStore("p", journal.StoreOptions{MaxLength: 400}), echo(t, true)
	p := openWith(t, store, program, nil)
	activate(t, p, program)
	_, err := startEcho(t.Context(), p, strings.Repeat("k", 500))
	if !errors.Is(err, shard.ErrLost) || strings.Contains(err.Error(), "taken over") {
		t.Fatalf("got %v", err)
	}
	<-p.Done()
	id := record.InstanceID("p.Echo", strings.Repeat("k", 500))
	if text := p.Err().Error(); !strings.Contains(text, "p.Echo") || !strings.Contains(text, id) {
		t.Fatalf("the error names no command: %s", text)
	}
}

// Whatever a processor takes it answers, its end included.
func TestNothingIsTakenAfterTheEnd(t *testing.T) {
	store, program := journal.NewStore("p", journal.StoreOptions{}), echo(t, false)
	p := openWith(t, store, program, nil)
	activate(t, p, program)
	var taken, answered atomic.Int64
	answer := func(record.Reply, error) { answered.Add(1) }
	var crew sync.WaitGroup
	command := record.StartInstance{Process: "p.Echo", Key: "a", Input: map[string]types.Value{"v": "a"}}
	for range 8 {
		crew.Go(func() {
			for p.Send(t.Context(), command, answer) == nil {
				taken.Add(1)
			}
		})
	}
	p.Close()
	crew.Wait()
	if taken.Load() != answered.Load() {
		t.Fatalf("%d commands were taken, %d answered", taken.Load(), answered.Load())
	}
	if err := p.Send(t.Context(), command, answer); !errors.Is(err, shard.ErrClosed) {
		t.Fatalf("after the end: %v", err)
	}
	var told error
	p.Post(command, func(_ record.Reply, err error) { told = err })
	if !errors.Is(told, shard.ErrClosed) || p.TryDeliver(command) {
		t.Fatalf("after the end a command is posted: %v", told)
	}
}

// One that never worked ends as well, and as often as it is asked to.
func TestAProcessorThatNeverStartedEnds(t *testing.T) {
	state, err := engine.NewState(engine.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	p, err := shard.Open(t.Context(), shard.Options{Owner: "test", Journal: journal.NewStore("p", journal.StoreOptions{}).Open(), State: state})
	if err != nil {
		t.Fatal(err)
	}
	var told error
	p.Post(record.RetryInstance{}, func(_ record.Reply, err error) { told = err })
	p.Close()
	p.Close()
	if !errors.Is(told, shard.ErrClosed) {
		t.Fatalf("what waited was told %v", told)
	}
}

// Processes that live shortly take snapshots, too, and drop what is old.
func TestShortLivesTakeSnapshots(t *testing.T) {
	store, program := journal.NewStore("p", journal.StoreOptions{}), echo(t, true)
	n := 0
	for run := range 40 {
		p := openWith(t, store, program, func(o *shard.Options) { o.SnapshotEvery, o.Retain = 4096, 4096 })
		if run == 0 {
			activate(t, p, program)
		}
		for range 20 {
			n++
			if _, err := startEcho(t.Context(), p, fmt.Sprintf("k%d", n)); err != nil {
				t.Fatal(err)
			}
		}
		p.Close()
	}
	if s := store.Open().Stats(); s.Snapshot == 0 || s.Bytes > 4*4096 {
		t.Fatalf("after 40 runs there are %d bytes of commits, and the latest snapshot is at %d", s.Bytes, s.Snapshot)
	}
}

// A query in the batch that stalls is refused like one that comes later.
func TestAQueryInABatchThatStalls(t *testing.T) {
	store, program := journal.NewStore("p", journal.StoreOptions{}), echo(t, false)
	d := &disk{}
	gate := &gated{gate: make(chan struct{}), writing: make(chan struct{}, 1)}
	p := openWith(t, store, program, func(o *shard.Options) { d.Journal = o.Journal; gate.Journal = d; o.Journal = gate })
	activate(t, p, program)
	gate.shut.Store(true)
	// One commit waits at the gate while the next batch gathers in the inbox.
	p.Post(record.StartInstance{Process: "p.Echo", Key: "a", Input: map[string]types.Value{"v": "a"}}, nil)
	<-gate.writing
	p.Post(record.StartInstance{Process: "p.Echo", Key: "b", Input: map[string]types.Value{"v": "b"}}, nil)
	told := make(chan error, 1)
	asking := make(chan struct{})
	go func() {
		close(asking)
		told <- p.Query(t.Context(), func(*engine.State) {})
	}()
	<-asking
	d.full.Store(true)
	close(gate.gate)
	var busy *record.Rejection
	if err := <-told; !errors.As(err, &busy) || busy.Code != record.Busy {
		t.Fatalf("got %v, want a refusal", err)
	}
}

// A bug in what a shard runs ends the shard and is told; the process lives on.
func TestABugEndsTheShardAlone(t *testing.T) {
	store, program := journal.NewStore("p", journal.StoreOptions{}), echo(t, false)
	var broken atomic.Bool
	p := openWith(t, store, program, func(o *shard.Options) {
		o.Committed = func(uint64, []record.Event) {
			if broken.Load() {
				panic("half of it")
			}
		}
	})
	activate(t, p, program)
	broken.Store(true)
	if _, err := startEcho(t.Context(), p, "a"); !errors.Is(err, shard.ErrLost) {
		t.Fatalf("got %v", err)
	}
	<-p.Done()
	if err := p.Err(); err == nil || !strings.Contains(err.Error(), "half of it") {
		t.Fatalf("ended by %v", err)
	}
}

// A command on which the engine breaks before it changes anything is refused to
// whoever sent it; one that nobody waits for ends the shard, and is named.
func TestABugNamesItsCommand(t *testing.T) {
	core := shard.NewCore(nil) // breaks on everything
	var told error
	core.Offer(record.RetryInstance{Instance: "abc"}, engine.Facts{}, func(_ record.Reply, err error) { told = err })
	var bug *engine.BugError
	if !errors.As(told, &bug) || bug.Instance != "abc" {
		t.Errorf("the sender was told %v", told)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Fatal("an engine that is not there decides")
			}
		}()
		core.Offer(record.TimerDue{Instance: "def"}, engine.Facts{}, nil)
	}()
	if command := core.Abort(shard.ErrLost); !strings.Contains(command, "instance def") {
		t.Errorf("the command is named %q", command)
	}
}
