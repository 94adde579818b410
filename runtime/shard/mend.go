package shard

import (
	"context"
	"errors"
	"fmt"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
)

// maxMends bounds how often one command is decided again for the others, after it
// met a bug on one instance.
const maxMends = 1000

// Mend lets the core go on after a bug of the engine: refold folds what is durable
// into an empty state, and the instance that the bug was met on is left alone. met
// hears of each bug. Without it such a bug ends whoever uses the core.
func (c *Core) Mend(refold func(empty *engine.State) error, met func(*engine.BugError)) {
	c.refold, c.met = refold, met
}

// mend goes on after a bug, met while cmd was decided. Errors: it cannot.
func (c *Core) mend(cmd record.Command, bug *engine.BugError, facts engine.Facts, answer Answer) error {
	if c.refold == nil {
		return bug
	}
	for range maxMends {
		if err := c.restore(bug); err != nil {
			return err
		}
		reply, err := c.leaveAlone(bug, facts)
		if err != nil {
			return err
		}
		if !bug.Others() {
			c.reply(answer, reply)
			return nil
		}
		events, effects, again, err := c.state.TryDecide(cmd, facts)
		if err == nil {
			c.take(cmd, events, effects)
			c.reply(answer, again)
			return nil
		}
		if !errors.As(err, &bug) {
			return err
		}
	}
	return fmt.Errorf("%s met bugs on more than %d instances: %w", describe(cmd), maxMends, bug)
}

// restore brings the state back that was before the bug: what is durable, and the
// open batch behind it.
func (c *Core) restore(bug *engine.BugError) error {
	c.met(bug)
	if !bug.Spoiled {
		return nil
	}
	fresh := c.state.Empty()
	if err := c.refold(fresh); err != nil {
		return fmt.Errorf("folding the journal again: %w (after %v)", err, bug)
	}
	for _, e := range c.batch.Events {
		if err := fresh.Evolve(e); err != nil {
			return fmt.Errorf("folding the open batch again: %w (after %v)", err, bug)
		}
	}
	c.state = fresh
	return nil
}

// leaveAlone leaves the instance alone that a bug was met on. Where that meets one
// too, nothing is done, and whoever asked is told. Errors: the bug was met on no
// instance.
func (c *Core) leaveAlone(bug *engine.BugError, facts engine.Facts) (record.Reply, error) {
	cmd, ok := bug.Instead()
	if !ok {
		return record.Reply{}, bug
	}
	events, effects, reply, err := c.state.TryDecide(cmd, facts)
	var second *engine.BugError
	switch {
	case errors.As(err, &second):
		if err := c.restore(second); err != nil {
			return record.Reply{}, err
		}
		return record.Reply{}, bug
	case err != nil:
		return record.Reply{}, err
	}
	c.take(cmd, events, effects)
	if p, ok := cmd.(record.PoisonInstance); ok && p.Cause == nil {
		reply.Rejected = bug.Rejection()
	}
	return reply, nil
}

func (c *Core) reply(answer Answer, reply record.Reply) {
	if answer != nil {
		c.batch.answers = append(c.batch.answers, answered{answer, reply})
	}
}

// mark is the place of one event in the journal.
type mark struct {
	commit uint64
	event  int
}

// trip is an instance whose event at a mark the engine cannot fold, and why.
type trip struct{ instance, why string }

// maxTrips bounds the instances that are set aside when a shard is opened. More
// of them say that the program as a whole does not fit the journal.
const maxTrips = 10_000

// folder folds commits into a state and notes which instances the engine trips
// over.
type folder struct {
	state *engine.State
	known map[mark]trip // that were met in an earlier pass
	found map[mark]trip // nil: the first ends it
}

// apply folds one commit. Errors: those of record.ReadEvents and Evolve, where they
// concern more than one instance.
func (f *folder) apply(commit journal.Commit) ([]record.Event, error) {
	if commit.Owner != "" {
		return nil, nil
	}
	events, err := record.ReadEvents(commit.Payload)
	if err != nil {
		return nil, fmt.Errorf("commit %d: %w", commit.Number, err)
	}
	for i, e := range events {
		at := mark{commit.Number, i}
		if t, ok := f.known[at]; ok {
			f.state.SetAside(t.instance, t.why)
		}
		err := f.state.Evolve(e)
		var misfit *engine.EvolveError
		if errors.As(err, &misfit) && misfit.Panicked && record.About(e) != "" && f.found != nil && len(f.found) < maxTrips {
			f.found[at] = trip{record.About(e), misfit.Reason}
			f.state.Discard(record.About(e))
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("commit %d: %w", commit.Number, err)
		}
	}
	return events, nil
}

// Refold folds what an open journal holds into a state that is empty but for its
// plans, without taking it over. Instances that the engine trips over are set
// aside. Errors: those of the journal, Restore and Apply.
func Refold(ctx context.Context, j journal.Journal, state *engine.State) error {
	return refold(ctx, j, state, nil)
}

func refold(ctx context.Context, j journal.Journal, state *engine.State, known map[mark]trip) error {
	snapshot, ok, err := j.LatestSnapshot(ctx)
	if err != nil {
		return err
	}
	var blob []byte
	if ok {
		if blob, _, err = Unwrap(snapshot.Blob); err != nil {
			return fmt.Errorf("the snapshot at commit %d: %w", snapshot.UpTo, err)
		}
	}
	// The first pass may find what the second has to set aside.
	for range 3 {
		if state.Clear(); ok {
			if err := state.Restore(blob); err != nil {
				return err
			}
		}
		f := folder{state: state, known: known, found: map[mark]trip{}}
		err := j.Replay(ctx, snapshot.UpTo+1, func(c journal.Commit) error {
			_, err := f.apply(c)
			return err
		})
		if len(f.found) == 0 {
			return err
		}
		next := map[mark]trip{}
		for _, m := range []map[mark]trip{known, f.found} {
			for at, t := range m {
				next[at] = t
			}
		}
		known = next
	}
	return errors.New("the engine trips over other events each time that the journal is folded")
}
