package httpconnector

import (
	"container/list"
	"context"
	"sync"
)

// bulkhead bounds how many calls of one binding run at once, so that a target
// that hangs takes its own places and nobody else's. Those that find no place
// wait for one, first come, first served.
type bulkhead struct {
	mu     sync.Mutex
	free   int       // 0 where somebody waits
	queued list.List // of chan struct{}, closed when a place is handed over
}

func newBulkhead(maxConcurrent int) *bulkhead { return &bulkhead{free: maxConcurrent} }

// enter takes a place and waits for it as long as it takes: a full bulkhead says
// nothing about the request and must not cost it a try. Errors: the end of ctx,
// and errClosed when stopped is closed.
func (b *bulkhead) enter(ctx context.Context, stopped <-chan struct{}) error {
	b.mu.Lock()
	if b.free > 0 {
		b.free--
		b.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	waiting := b.queued.PushBack(turn)
	b.mu.Unlock()
	var err error
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-stopped:
		err = errClosed
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-turn: // the place came at the same moment
		b.handOn()
	default:
		b.queued.Remove(waiting)
	}
	return err
}

func (b *bulkhead) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.handOn()
}

// handOn gives a place to whoever waits longest. Who comes now cannot be faster.
func (b *bulkhead) handOn() {
	if first := b.queued.Front(); first != nil {
		close(b.queued.Remove(first).(chan struct{}))
		return
	}
	b.free++
}
