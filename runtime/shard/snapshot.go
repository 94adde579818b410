package shard

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
)

// Wrap is a snapshot of a state with what is kept beside it, as the journal
// holds it.
func Wrap(state *engine.State, aside []byte) []byte {
	blob := binary.AppendUvarint(nil, uint64(len(aside)))
	blob = append(blob, aside...)
	return state.Snapshot(blob)
}

// Unwrap takes apart what Wrap put together. Errors: it ends too early.
func Unwrap(snapshot []byte) (state, aside []byte, err error) {
	n, width := binary.Uvarint(snapshot)
	if width <= 0 || n > uint64(len(snapshot)-width) {
		return nil, nil, errors.New("the snapshot ends too early")
	}
	rest := snapshot[width:]
	return rest[n:], rest[:n], nil
}

// keeper takes snapshots and drops commits that nobody needs. The state is
// encoded on the shard's goroutine and stored on another one.
type keeper struct {
	options Options
	written int64 // bytes of commits since the latest snapshot
	storing sync.WaitGroup
	busy    chan struct{} // holds a token while a snapshot is stored
}

// newKeeper makes the keeper of a journal that holds so many bytes of commits
// behind its latest snapshot: a process that never lives long must take one, too.
func newKeeper(o Options, behind int64) keeper {
	if o.SnapshotEvery == 0 {
		o.SnapshotEvery = DefaultSnapshotEvery
	}
	if o.Retain == 0 {
		o.Retain = DefaultRetain
	}
	return keeper{options: o, written: behind, busy: make(chan struct{}, 1)}
}

// wrote hears of a commit of the given size, after which state is what the
// journal holds.
func (k *keeper) wrote(state *engine.State, number uint64, size int) {
	k.written += int64(size)
	if k.written < k.options.SnapshotEvery {
		return
	}
	// One that is still being stored is not waited for: the next commit asks again.
	_ = k.take(state, number, func(error) {})
}

// errStoring says that the snapshot before is still being stored.
var errStoring = errors.New("the snapshot before is still being stored")

// take encodes a snapshot and stores it aside; stored hears how that went. Errors:
// errStoring.
func (k *keeper) take(state *engine.State, number uint64, stored func(error)) error {
	select {
	case k.busy <- struct{}{}:
	default:
		return errStoring
	}
	k.written = 0
	var aside []byte
	if k.options.Aside != nil {
		aside = k.options.Aside()
	}
	blob := Wrap(state, aside)
	k.storing.Go(func() {
		defer func() { <-k.busy }()
		stored(k.store(number, blob))
	})
	return nil
}

// store makes a snapshot durable, then drops old commits. A failure costs
// nothing but space and time: the next snapshot tries again.
func (k *keeper) store(number uint64, blob []byte) error {
	ctx := context.Background()
	if err := k.options.Journal.Snapshot(ctx, number, blob); err != nil {
		k.options.Log.Warn("a snapshot could not be stored", "shard", k.options.Shard, "commit", number, "error", err)
		return err
	}
	below := k.below(k.options.Journal.Stats(), number)
	if below == 0 {
		return nil
	}
	if err := k.options.Journal.Truncate(ctx, below); err != nil {
		k.options.Log.Warn("old commits could not be dropped", "shard", k.options.Shard, "below", below, "error", err)
	}
	return nil
}

// below is the commit below which nothing needs to be kept, 0 for none. It goes
// by what the journal holds, not by what this process wrote, and takes commits
// for equally large: what is kept is history, for which that is exact enough.
func (k *keeper) below(s journal.Stats, snapshot uint64) uint64 {
	excess := int64(s.Bytes) - k.options.Retain
	if excess <= 0 || s.Last < s.First {
		return 0
	}
	drop := float64(s.Last-s.First+1) * float64(excess) / float64(s.Bytes)
	return min(snapshot, s.First+uint64(drop))
}

// wait waits for the snapshot under way.
func (k *keeper) wait() { k.storing.Wait() }
