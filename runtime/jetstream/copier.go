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
	Dir    string    // of this journal, or the address of the mirror; "" where no copy is kept
	Last   uint64    // the last commit that it holds, durably
	Behind uint64    // how many commits it lacks
	Err    error     // why it takes nothing now, nil while it does
	Since  time.Time // where it lacks something: when it last lacked nothing, the zero time where that was never seen
}

// A second is a place for the second copy of a journal: a directory, or a mirror in another cloud.
type second interface {
	place() string
	// at says what it holds durably: the last commit, and the snapshot, UpTo 0 for none.
	at(ctx context.Context) (journal.Head, manifest, error)
	// keep stores a snapshot, and shrink drops the commits that it makes needless.
	keep(ctx context.Context, man manifest, blob []byte) error
	shrink() error
	// begin makes first the first commit that is held; add puts a commit behind the others, and sync makes all of them durable.
	begin(first uint64) error
	add(c journal.Commit, frame []byte, head journal.Head) error
	sync(ctx context.Context) error
	close() error
}

// A copier follows a journal that is owned and keeps a second copy. It reads what was committed and verifies each commit against the one
// before; what does not follow is not copied over what did.
type copier struct {
	journal *Journal
	to      second
	retry   time.Duration // between two tries while the copy takes nothing
	stop    context.CancelFunc
	done    chan struct{}
	wake    chan struct{} // holds a token when there may be more to copy

	mu     sync.Mutex
	last   uint64
	failed error
	moved  chan struct{} // closed when last or failed has changed
	since  time.Time     // the copy lacked nothing then, the zero time where that was never seen
}

func newCopier(j *Journal, to second, retry time.Duration) *copier {
	ctx, stop := context.WithCancel(context.Background())
	c := &copier{journal: j, to: to, retry: retry, stop: stop, done: make(chan struct{}), wake: make(chan struct{}, 1), moved: make(chan struct{})}
	go c.run(ctx)
	return c
}

func (c *copier) run(ctx context.Context) {
	defer close(c.done)
	for {
		wait, wake := copyPause, c.wake
		if err := c.follow(ctx); err != nil && ctx.Err() == nil {
			if c.status().Err == nil {
				c.journal.server.options.Log.Error("the second copy of a journal takes nothing; trying again and again", "journal", c.journal.name, "copy", c.to.place(), "error", err)
			}
			c.note(c.status().Last, err)
			wait, wake = c.retry, nil
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		case <-wake:
		}
	}
}

// poke says that there is more to copy.
func (c *copier) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *copier) note(last uint64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last, c.failed = last, err
	close(c.moved)
	c.moved = make(chan struct{})
}

// await waits until the copy holds a commit. Errors: why it takes nothing, else the context's; ErrTakenOver at once.
func (c *copier) await(ctx context.Context, number uint64) error {
	for {
		c.mu.Lock()
		last, failed, moved := c.last, c.failed, c.moved
		c.mu.Unlock()
		if last >= number {
			return nil
		}
		if errors.Is(failed, ErrTakenOver) {
			return failed
		}
		select {
		case <-moved:
		case <-c.done:
			return journal.ErrNotOwner
		case <-ctx.Done():
			if failed == nil {
				failed = ctx.Err()
			}
			return failed
		}
	}
}

func (c *copier) status() CopyStatus {
	durable := c.journal.Stats().Last
	c.mu.Lock()
	defer c.mu.Unlock()
	s := CopyStatus{Dir: c.to.place(), Last: c.last, Err: c.failed}
	if durable > c.last {
		s.Behind, s.Since = durable-c.last, c.since
	}
	return s
}

// follow copies what was committed since the last time, and the latest snapshot.
func (c *copier) follow(ctx context.Context) error {
	began, stats := time.Now(), c.journal.Stats()
	head, snap, err := c.to.at(ctx)
	gap := err == nil && stats.First > head.Number+1
	if gap {
		snap, err = c.snapshot(ctx, stats, snap)
	}
	if err == nil && stats.Last > head.Number {
		head, err = c.commits(ctx, stats, head, snap)
	}
	if err == nil && !gap { // commits go first: somebody waits for them
		_, err = c.snapshot(ctx, stats, snap)
	}
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.since = began
	c.mu.Unlock()
	c.note(head.Number, nil)
	return c.to.shrink()
}

// commits copies those behind head.
func (c *copier) commits(ctx context.Context, stats journal.Stats, head journal.Head, snap manifest) (journal.Head, error) {
	from, verifier := head.Number+1, journal.NewVerifier(c.journal.name, head)
	if stats.First > from { // commits were dropped that it never had: it begins anew with the snapshot
		if snap.UpTo < stats.First {
			return head, fmt.Errorf("commits %d to %d are gone and no snapshot covers them yet", from, stats.First-1)
		}
		if err := c.to.begin(snap.UpTo); err != nil {
			return head, err
		}
		from, verifier = snap.UpTo, journal.NewAnchorVerifier(c.journal.name, snap.UpTo, snap.Hash)
	}
	err := c.journal.server.scan(ctx, c.journal.name, from, stats.Last, func(frame []byte) (uint64, error) {
		commit, err := verifier.Next(sequence(frame, verifier.Want()), frame)
		if err != nil {
			return 0, err
		}
		return commit.Number, c.to.add(commit, frame, verifier.Head())
	})
	return verifier.Head(), errors.Join(err, c.to.sync(ctx))
}

// snapshot copies a snapshot that the copy does not have yet, and gives the one that it has then.
func (c *copier) snapshot(ctx context.Context, stats journal.Stats, has manifest) (manifest, error) {
	if stats.Snapshot <= has.UpTo {
		return has, nil
	}
	man, ok, err := c.journal.manifest(ctx)
	if err != nil || !ok {
		return has, err
	}
	snap, ok, err := c.journal.LatestSnapshot(ctx)
	if err != nil || !ok || snap.UpTo != man.UpTo {
		return has, err
	}
	return man, c.to.keep(ctx, man, snap.Blob)
}

// close copies what is left and ends.
func (c *copier) close(ctx context.Context) error {
	c.stop()
	<-c.done
	return errors.Join(c.follow(ctx), c.to.close())
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
