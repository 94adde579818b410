package shard

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"

	"github.com/cob-lang/cob/runtime/engine"
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
	written int64    // bytes of commits since the latest snapshot
	marks   []uint64 // commits of the snapshots whose commits are still kept, oldest first
	storing sync.WaitGroup
	busy    chan struct{} // holds a token while a snapshot is stored
}

func newKeeper(o Options) keeper {
	if o.SnapshotEvery == 0 {
		o.SnapshotEvery = DefaultSnapshotEvery
	}
	if o.Retain == 0 {
		o.Retain = DefaultRetain
	}
	return keeper{options: o, busy: make(chan struct{}, 1)}
}

// wrote hears of a commit of the given size, after which state is what the
// journal holds.
func (k *keeper) wrote(state *engine.State, number uint64, size int) {
	k.written += int64(size)
	if k.written < k.options.SnapshotEvery {
		return
	}
	select {
	case k.busy <- struct{}{}:
	default:
		return // the one before is still being stored; the next commit asks again
	}
	k.written = 0
	var aside []byte
	if k.options.Aside != nil {
		aside = k.options.Aside()
	}
	blob := Wrap(state, aside)
	k.marks = append(k.marks, number)
	below := k.below()
	k.storing.Go(func() {
		defer func() { <-k.busy }()
		k.store(number, blob, below)
	})
}

// below is the commit below which nothing needs to be kept.
func (k *keeper) below() uint64 {
	keep := int(k.options.Retain/k.options.SnapshotEvery) + 1
	if len(k.marks) <= keep {
		return 0
	}
	k.marks = k.marks[len(k.marks)-keep:]
	return k.marks[0]
}

// store makes a snapshot durable, then drops old commits. A failure costs
// nothing but space and time: the next snapshot tries again.
func (k *keeper) store(number uint64, blob []byte, below uint64) {
	ctx := context.Background()
	if err := k.options.Journal.Snapshot(ctx, number, blob); err != nil {
		k.options.Log.Warn("a snapshot could not be stored", "shard", k.options.Shard, "commit", number, "error", err)
		return
	}
	if below == 0 {
		return
	}
	if err := k.options.Journal.Truncate(ctx, below); err != nil {
		k.options.Log.Warn("old commits could not be dropped", "shard", k.options.Shard, "below", below, "error", err)
	}
}

// wait waits for the snapshot under way.
func (k *keeper) wait() { k.storing.Wait() }
