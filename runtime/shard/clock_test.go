package shard_test

import (
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// jumping is a shard whose clock can be set, and what left it.
type jumping struct {
	*shard.Processor
	ahead atomic.Int64 // nanoseconds
	rung  atomic.Int64 // effects that left
	early atomic.Int64 // of them, before their time by its clock
	due   atomic.Int64
}

func (j *jumping) now() record.Instant { return clock() + record.Instant(j.ahead.Load()) }

// TestTimersWhenTheClockJumps: a timer goes by the clock, is never early by it, fires
// once, and not later than a look at the clock after its time, whichever way the
// clock was set by hours while it ran.
func TestTimersWhenTheClockJumps(t *testing.T) {
	for name, c := range map[string]struct {
		jump time.Duration // after a quarter of a second
		wait time.Duration // until it has to have fired, from then on
		not  time.Duration // when it must not have
	}{
		"forward by hours":      {3 * time.Hour, shard.LooksAtClock, 0},
		"forward to its time":   {750 * time.Millisecond, shard.LooksAtClock, 0},
		"back by hours":         {-3 * time.Hour, 3*time.Hour + shard.LooksAtClock, 3 * time.Hour},
		"back by a little":      {-time.Second, 2*time.Second + shard.LooksAtClock, time.Second},
		"not at all":            {0, time.Second, 700 * time.Millisecond},
		"forward, not that far": {500 * time.Millisecond, time.Second, 200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := &jumping{}
				p, err := shard.Open(t.Context(), shard.Options{
					Owner: "test", Journal: journal.NewStore("s", journal.StoreOptions{}).Open(), State: state(t), Clock: j.now, Log: slog.New(slog.DiscardHandler),
					Facts: func() engine.Facts { return engine.Facts{} },
					Dispatch: func(effects []engine.Effect) {
						j.rung.Add(int64(len(effects)))
						if int64(j.now()) < j.due.Load() {
							j.early.Add(1)
						}
					},
				})
				if err != nil {
					t.Fatal(err)
				}
				p.Start()
				defer p.Close()
				for _, cmd := range []record.Command{record.ActivatePlan{Package: "p", Digest: "digest"}, start("a")} {
					if r, err := p.Submit(t.Context(), cmd); err != nil || r.Rejected != nil {
						t.Fatalf("%v %v", r.Rejected, err)
					}
				}
				j.due.Store(int64(j.now() + second))
				time.Sleep(250 * time.Millisecond)
				j.ahead.Store(int64(c.jump))
				if c.not > 0 {
					if time.Sleep(c.not); j.rung.Load() != 0 {
						t.Fatalf("it fired within %v", c.not)
					}
				}
				time.Sleep(c.wait - c.not)
				synctest.Wait()
				if j.rung.Load() != 1 || j.early.Load() != 0 {
					t.Fatalf("after %v it has fired %d times, %d of them early", c.wait, j.rung.Load(), j.early.Load())
				}
			})
		})
	}
}
