package httpconnector

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

var (
	errFull   = errors.New("too many calls wait for a free place (limits MaxConcurrent and MaxQueued)")
	errWaited = errors.New("the time was over before a place became free (limit MaxConcurrent)")
)

// bulkhead bounds how many calls of one binding run and wait, so that a target
// that hangs takes its own places and nobody else's.
type bulkhead struct {
	places    chan struct{}
	waiting   atomic.Int64
	maxQueued int64
}

func newBulkhead(maxConcurrent, maxQueued int) *bulkhead {
	return &bulkhead{places: make(chan struct{}, maxConcurrent), maxQueued: int64(maxQueued)}
}

// enter takes a place, waiting until the deadline. Errors: errFull, errWaited,
// the end of ctx.
func (b *bulkhead) enter(ctx context.Context, deadline time.Time) error {
	select {
	case b.places <- struct{}{}:
		return nil
	default:
	}
	defer b.waiting.Add(-1)
	if b.waiting.Add(1) > b.maxQueued {
		return errFull
	}
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case b.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return errWaited
	}
}

func (b *bulkhead) leave() { <-b.places }
