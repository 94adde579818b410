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

// keeper stores snapshots and drops commits that nobody needs. The state is
// encoded on the shard's goroutine and stored on another one.
type keeper struct {
	options Options
	storing sync.WaitGroup
	busy    chan struct{} // holds a token while a snapshot is stored
}

func newKeeper(o Options) keeper {
	if o.Retain == 0 {
		o.Retain = DefaultRetain
	}
	return keeper{options: o, busy: make(chan struct{}, 1)}
}

// errStoring says that the snapshot before is still being stored.
var errStoring = errors.New("the snapshot before is still being stored")

// take encodes a snapshot of a loop's state, which is that after the given commit,
// and stores it aside; stored hears how that went. Errors: errStoring.
func (k *keeper) take(loop *Loop, number uint64, stored func(error)) error {
	select {
	case k.busy <- struct{}{}:
	default:
		return errStoring
	}
	var aside []byte
	if k.options.Aside != nil {
		aside = k.options.Aside()
	}
	blob := loop.TakeSnapshot(aside)
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
	below := DropBelow(k.options.Journal.Stats(), number, k.options.Retain)
	if below == 0 {
		return nil
	}
	if err := k.options.Journal.Truncate(ctx, below); err != nil {
		k.options.Log.Warn("old commits could not be dropped", "shard", k.options.Shard, "below", below, "error", err)
	}
	return nil
}

// wait waits for the snapshot under way.
func (k *keeper) wait() { k.storing.Wait() }
