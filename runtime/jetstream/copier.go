package jetstream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cob-lang/cob/runtime/journal"
)

// copyPause is the longest time between a commit and its second copy, and copyRetry that between two tries while the copy takes nothing.
const (
	copyPause = 200 * time.Millisecond
	copyRetry = 5 * time.Second
)

// CopyStatus says how the second copy of a journal stands.
type CopyStatus struct {
	Dir    string // of this journal; "" where no copy is kept
	Last   uint64 // the last commit that it holds, durably
	Behind uint64 // how many commits it lacks
	Err    error  // why it takes nothing now, nil while it does
}

// A copier follows a journal that is owned and keeps its second copy. It reads what was committed and verifies each commit against the one
// before; what does not follow is not copied over what did.
type copier struct {
	journal *Journal
	shelf   *shelf
	stop    context.CancelFunc
	done    chan struct{}

	mu     sync.Mutex
	last   uint64
	failed error
}

func newCopier(j *Journal, s *shelf) *copier {
	ctx, stop := context.WithCancel(context.Background())
	c := &copier{journal: j, shelf: s, stop: stop, done: make(chan struct{}), last: s.head.Number}
	go c.run(ctx)
	return c
}

func (c *copier) run(ctx context.Context) {
	defer close(c.done)
	for {
		wait := copyPause
		if err := c.follow(ctx); err != nil && ctx.Err() == nil {
			if c.status().Err == nil {
				c.journal.server.options.Log.Error("the second copy of a journal takes nothing; trying again and again", "journal", c.journal.name, "copy", c.shelf.path, "error", err)
			}
			c.note(err)
			wait = copyRetry
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

func (c *copier) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last, c.failed = c.shelf.head.Number, err
}

func (c *copier) status() CopyStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := CopyStatus{Dir: c.shelf.path, Last: c.last, Err: c.failed}
	if durable := c.journal.Stats().Last; durable > c.last {
		s.Behind = durable - c.last
	}
	return s
}

// follow copies what was committed since the last time, and the latest snapshot.
func (c *copier) follow(ctx context.Context) error {
	stats := c.journal.Stats()
	if err := c.snapshot(ctx, stats); err != nil {
		return err
	}
	if stats.Last <= c.shelf.head.Number {
		c.note(nil)
		return c.shelf.shrink()
	}
	from, verifier := c.shelf.head.Number+1, journal.NewVerifier(c.journal.name, c.shelf.head)
	if stats.First > from { // commits were dropped that it never had: it begins anew with the snapshot
		if c.shelf.snap.UpTo < stats.First {
			return fmt.Errorf("commits %d to %d are gone and no snapshot covers them yet", from, stats.First-1)
		}
		if err := c.shelf.begin(c.shelf.snap.UpTo); err != nil {
			return err
		}
		from, verifier = c.shelf.snap.UpTo, journal.NewAnchorVerifier(c.journal.name, c.shelf.snap.UpTo, c.shelf.snap.Hash)
	}
	err := c.journal.server.scan(ctx, c.journal.name, from, stats.Last, func(frame []byte) (uint64, error) {
		commit, err := verifier.Next(sequence(frame, verifier.Want()), frame)
		if err != nil {
			return 0, err
		}
		return commit.Number, c.shelf.add(commit, frame, verifier.Head())
	})
	if err = errors.Join(err, c.shelf.sync()); err != nil {
		return err
	}
	c.note(nil)
	return c.shelf.shrink()
}

// snapshot copies a snapshot that the copy does not have yet.
func (c *copier) snapshot(ctx context.Context, stats journal.Stats) error {
	if stats.Snapshot <= c.shelf.snap.UpTo {
		return nil
	}
	man, ok, err := c.journal.manifest(ctx)
	if err != nil || !ok {
		return err
	}
	snap, ok, err := c.journal.LatestSnapshot(ctx)
	if err != nil || !ok || snap.UpTo != man.UpTo {
		return err
	}
	return c.shelf.keep(man, snap.Blob)
}

// close copies what is left and ends.
func (c *copier) close(ctx context.Context) error {
	c.stop()
	<-c.done
	return errors.Join(c.follow(ctx), c.shelf.close())
}

// Copy says how the second copy of the journal stands.
func (j *Journal) Copy() CopyStatus {
	j.mu.Lock()
	c := j.copier
	j.mu.Unlock()
	if c == nil {
		return CopyStatus{}
	}
	return c.status()
}
