package shard

import (
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
	state   *engine.State
	batch   Batch
	size    int // of the open batch, in bytes
	payload []byte
}

// NewCore makes a Core around a state that holds what the journal holds.
func NewCore(state *engine.State) *Core { return &Core{state: state} }

// State is the state including the open batch.
func (c *Core) State() *engine.State { return c.state }

// Offer decides a command and puts its outcome into the open batch.
func (c *Core) Offer(cmd record.Command, facts engine.Facts, answer Answer) {
	events, effects, reply := c.state.Decide(cmd, facts)
	if len(events) > 0 {
		c.payload = record.AppendEvents(c.payload[:0], events)
		c.size += len(c.payload)
	}
	c.batch.Events = append(c.batch.Events, events...)
	c.batch.Effects = append(c.batch.Effects, effects...)
	if answer != nil {
		c.batch.answers = append(c.batch.answers, answered{answer, reply})
	}
}

// Size bounds the open batch in the form of the journal, in bytes: what it has
// in common is written once.
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

// Cut ends the open batch, which the journal holds as the given commit.
func (c *Core) Cut(number uint64) Batch {
	b := c.batch
	b.Number = number
	c.batch, c.size = Batch{}, 0
	return b
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
		a.answer(record.Reply{}, err)
	}
}

// Apply folds one commit of the journal into a state.
func Apply(state *engine.State, commit journal.Commit) ([]record.Event, error) {
	if commit.Owner != "" {
		return nil, nil
	}
	events, err := record.ReadEvents(commit.Payload)
	if err != nil {
		return nil, fmt.Errorf("commit %d: %w", commit.Number, err)
	}
	for _, e := range events {
		if err := state.Evolve(e); err != nil {
			return nil, fmt.Errorf("commit %d: %w", commit.Number, err)
		}
	}
	return events, nil
}
