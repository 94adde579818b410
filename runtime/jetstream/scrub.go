package jetstream

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cob-lang/cob/runtime/journal"
)

// How the scrubber is bounded.
const (
	DefaultScrubEvery = time.Hour // between the beginnings of two rounds over a journal
	DefaultScrubRate  = 4 << 20   // bytes/s that it reads
	scrubPortion      = 256       // commits that are read in one go
)

// ScrubStatus is what the scrubber of a journal has found.
type ScrubStatus struct {
	Rounds  uint64               // that came to an end
	Checked uint64               // commits, in all rounds
	Ended   time.Time            // when the last round ended
	Damage  *journal.DamageError // the first commit that is damaged or missing now, nil for none
}

// A scrubber reads a journal again and again, snapshot and all, and verifies every commit against the one before: bits flip in what nobody
// reads, and the store below does not tell. It reads a portion and sleeps until it has kept to its rate.
type scrubber struct {
	journal *Journal
	found   func(*journal.DamageError)
	stop    context.CancelFunc
	done    chan struct{}

	mu     sync.Mutex
	status ScrubStatus
}

// Scrub starts to look for damage in the background until the journal is closed. found hears of it, once per round, on the scrubber's
// goroutine. It is called once.
func (j *Journal) Scrub(found func(*journal.DamageError)) {
	ctx, stop := context.WithCancel(context.Background())
	s := &scrubber{journal: j, found: found, stop: stop, done: make(chan struct{})}
	j.mu.Lock()
	j.scrubber = s
	j.mu.Unlock()
	go s.run(ctx)
}

// Scrubbed says what the scrubber has found.
func (j *Journal) Scrubbed() ScrubStatus {
	j.mu.Lock()
	s := j.scrubber
	j.mu.Unlock()
	if s == nil {
		return ScrubStatus{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

func (s *scrubber) run(ctx context.Context) {
	defer close(s.done)
	for {
		begun := time.Now()
		err := s.round(ctx)
		if ctx.Err() != nil {
			return
		}
		var damage *journal.DamageError
		if errors.As(err, &damage) {
			s.journal.server.options.Log.Error("the journal is damaged", "journal", s.journal.name, "error", damage)
		}
		s.mu.Lock()
		s.status.Ended, s.status.Damage = time.Now(), damage
		s.status.Rounds++
		s.mu.Unlock()
		if damage != nil {
			s.found(damage)
		}
		if !sleep(ctx, s.journal.server.options.ScrubEvery-time.Since(begun)) {
			return
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(max(d, time.Millisecond))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// round reads what is kept now. Errors: *journal.DamageError, journal.ErrUnavailable, the context's.
func (s *scrubber) round(ctx context.Context) error {
	j := s.journal
	if _, _, err := j.LatestSnapshot(ctx); err != nil {
		return err
	}
	st, err := j.server.state(ctx, j.name)
	if err != nil {
		return j.explain(err)
	}
	// Only what was acknowledged has to be there.
	first, last := max(st.FirstSeq, 1), j.Stats().Last
	var verifier *journal.Verifier
	for n := first; n <= last; {
		begun, bytes, checked := time.Now(), 0, uint64(0)
		upTo := min(last, n+scrubPortion-1)
		err := j.server.scan(ctx, j.name, n, upTo, func(frame []byte) (uint64, error) {
			bytes += len(frame)
			if verifier == nil {
				verifier = begin(j.name, first, frame)
			}
			c, err := verifier.Next(sequence(frame, verifier.Want()), frame)
			if err == nil {
				checked++
				n = c.Number + 1
			}
			return c.Number, err
		})
		if errors.Is(err, errNotFound) {
			err = journal.Damage(j.name, n, "commits %d to %d cannot be read", n, upTo)
		}
		s.mu.Lock()
		s.status.Checked += checked
		s.mu.Unlock()
		if err != nil {
			return s.dropped(ctx, err)
		}
		if !sleep(ctx, time.Duration(float64(bytes)/float64(j.server.options.ScrubRate)*float64(time.Second))-time.Since(begun)) {
			return ctx.Err()
		}
	}
	return nil
}

// begin is the verifier of a journal whose first commit that is kept is the given frame: what that follows from is gone.
func begin(name string, first uint64, frame []byte) *journal.Verifier {
	if first == 1 {
		return journal.NewVerifier(name, journal.Start(name))
	}
	return journal.NewAnchorVerifier(name, first, journal.HashFrame(frame))
}

// dropped says that what is missing was dropped while it was looked for, which is no damage.
func (s *scrubber) dropped(ctx context.Context, err error) error {
	var damage *journal.DamageError
	if !errors.As(err, &damage) {
		return err
	}
	st, stateErr := s.journal.server.state(ctx, s.journal.name)
	if stateErr == nil && damage.Number < st.FirstSeq {
		return nil
	}
	return err
}

func (s *scrubber) close() {
	s.stop()
	<-s.done
}
