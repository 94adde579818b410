package shard

import (
	"context"
	"errors"
	"fmt"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
)

// Answer takes the reply to a command. It is called once: with a reply when the
// command's events are durable (or when it had none), or with an error when it
// is not known whether they ever will be.
type Answer func(record.Reply, error)

// Batch is what a commit lets out once it is durable.
type Batch struct {
	Number  uint64 // of the commit, 0 where nothing had to be written
	Events  []record.Event
	Effects []engine.Effect
	answers []answered
}

type answered struct {
	answer Answer
	reply  record.Reply
}

// Core collects what commands decide into batches. It is used by one goroutine.
type Core struct {
	state    *engine.State
	batch    Batch
	size     int // of the open batch, in bytes
	payload  []byte
	deciding *answered // set while a command is decided
	about    record.Command
	largest  record.Command            // of the open batch, by what it decided
	most     int                       // bytes that it decided
	refold   func(*engine.State) error // nil: a bug ends it
	met      func(*engine.BugError)
}

// NewCore makes a Core around a state that holds what the journal holds.
func NewCore(state *engine.State) *Core { return &Core{state: state} }

// State is the state including the open batch.
func (c *Core) State() *engine.State { return c.state }

// Offer decides a command and puts its outcome into the open batch.
func (c *Core) Offer(cmd record.Command, facts engine.Facts, answer Answer) {
	c.deciding, c.about = &answered{answer: answer}, cmd
	events, effects, reply, err := c.state.TryDecide(cmd, facts)
	var bug *engine.BugError
	switch {
	case errors.As(err, &bug):
		if err := c.mend(cmd, bug, facts, answer); err != nil && !c.refuse(err, answer) {
			panic(err) // ends this shard, and is told with the command
		}
	case err != nil:
		panic(err)
	default:
		c.take(cmd, events, effects)
		c.reply(answer, reply)
	}
	c.deciding = nil
}

// take puts what a command came to into the open batch.
func (c *Core) take(cmd record.Command, events []record.Event, effects []engine.Effect) {
	weight := record.Weight(events)
	c.size += weight
	if weight > c.most {
		c.largest, c.most = cmd, weight
	}
	c.batch.Events = append(c.batch.Events, events...)
	c.batch.Effects = append(c.batch.Effects, effects...)
}

// refuse answers a command on which the engine had a bug that nobody can be left
// alone for, with the state as before. It is false where the state cannot be
// trusted any more, or where nobody asked, so that the command would come again for
// ever.
func (c *Core) refuse(err error, answer Answer) bool {
	var bug *engine.BugError
	if !errors.As(err, &bug) || bug.Spoiled && c.refold == nil || answer == nil {
		return false
	}
	answer(record.Reply{}, err)
	return true
}

// FireDue decides the timers whose time has come, at most limit of them and only
// while the open batch has room. Those that are left stay due.
func (c *Core) FireDue(facts engine.Facts, limit int) {
	if c.Full() {
		return
	}
	for _, due := range c.state.Due(facts.Now, limit) {
		if c.Full() {
			return
		}
		c.Offer(due, facts, nil)
	}
}

// Full says whether the open batch has to be committed before more is decided.
func (c *Core) Full() bool { return c.size >= MaxBatchBytes }

// Size bounds the open batch in the form of the journal from above, in bytes.
func (c *Core) Size() int { return c.size }

// Payload is the open batch in the form of the journal, nil where it has no
// events. It is valid until the next call.
func (c *Core) Payload() []byte {
	if len(c.batch.Events) == 0 {
		return nil
	}
	c.payload = record.AppendEvents(c.payload[:0], c.batch.Events)
	return c.payload
}

// Open is the open batch, which nobody may hear of yet.
func (c *Core) Open() Batch { return c.batch }

// Cut ends the open batch, which the journal holds as the given commit.
func (c *Core) Cut(number uint64) Batch {
	b := c.batch
	b.Number = number
	c.batch, c.size = Batch{}, 0
	c.largest, c.most = nil, 0
	return b
}

// Abort gives the open batch up, with the command that was being decided if the
// engine never came back from it, and tells everybody who asked. It names the
// command at fault: the one being decided, else the largest of the batch.
func (c *Core) Abort(err error) (command string) {
	command = describe(c.largest)
	if c.deciding != nil {
		command = describe(c.about)
		c.batch.answers = append(c.batch.answers, *c.deciding)
		c.deciding = nil
	}
	c.Cut(0).Fail(err)
	return command
}

// Doubt tells everybody who asked for something of the open batch that it is not
// durable yet. The batch stays open.
func (c *Core) Doubt(err error) {
	c.batch.Fail(err)
	c.batch.answers = nil
}

// Answer tells everybody who asked.
func (b Batch) Answer() {
	for _, a := range b.answers {
		a.answer(a.reply, nil)
	}
}

// Fail tells everybody who asked that the outcome is not known.
func (b Batch) Fail(err error) {
	for _, a := range b.answers {
		if a.answer != nil {
			a.answer(record.Reply{}, err)
		}
	}
}

// Verdict is what the result of an append means for the batch and its owner.
type Verdict uint8

// The verdicts.
const (
	// Durable: the batch may be let out.
	Durable Verdict = iota
	// Again: nothing was written and the shard is still owned; the same payload
	// is to be appended once more.
	Again
	// Lost: the shard is owned no more, or its state is not what the journal
	// holds; both are to be got anew. The batch may or may not be durable.
	Lost
)

// Judge says what the result of an append means.
func Judge(err error) Verdict {
	switch {
	case err == nil:
		return Durable
	case errors.Is(err, journal.ErrFull), errors.Is(err, journal.ErrUnavailable):
		return Again
	}
	return Lost
}

// Recover takes a shard over, in the given epoch or for 0 in the next one, and folds
// its journal into state, which has to be empty but for its programs. restored, if any, takes what the snapshot holds
// besides the state, replayed hears what each commit after it holds. It says how
// many bytes of commits lie behind the latest snapshot. Errors: those of
// journal.Recover, Restore and Apply.
func Recover(ctx context.Context, j journal.Journal, owner string, epoch uint64, state *engine.State, restored func(upTo uint64, aside []byte) error, replayed func(number uint64, events []record.Event)) (behind int64, err error) {
	restore := func(s journal.Snapshot) error {
		blob, aside, err := Unwrap(s.Blob)
		if err != nil {
			return fmt.Errorf("the snapshot at commit %d: %w", s.UpTo, err)
		}
		if err := state.Restore(blob); err != nil || restored == nil {
			return err
		}
		return restored(s.UpTo, aside)
	}
	f := folder{state: state, found: map[mark]trip{}}
	apply := func(c journal.Commit) error {
		behind += int64(len(c.Payload))
		events, err := f.apply(c)
		if err == nil && replayed != nil && len(events) > 0 {
			replayed(c.Number, events)
		}
		return err
	}
	_, err = journal.Recover(ctx, j, owner, epoch, restore, apply)
	var misfit *engine.EvolveError // what was left of one that was found may be in the way of others
	if len(f.found) > 0 && (err == nil || errors.As(err, &misfit)) {
		err = refold(ctx, j, state, f.found)
	}
	return behind, err
}

// Apply folds one commit of the journal into a state. Errors: those of
// record.ReadEvents and Evolve.
func Apply(state *engine.State, commit journal.Commit) ([]record.Event, error) {
	return (&folder{state: state}).apply(commit)
}
