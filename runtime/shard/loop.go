package shard

import (
	"errors"
	"fmt"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
)

// Request is what a shard is asked: a command, or a look at the state.
type Request struct {
	Command record.Command
	Answer  Answer // may be nil

	// Query looks at the state between two commits. Either Command or Query is set;
	// Refused hears of a query that cannot be served now.
	Query   func(*engine.State)
	Refused func(error)
}

// LoopOptions describe a Loop.
type LoopOptions struct {
	Shard int
	// Facts gives the time and what the engine may know of the world now.
	Facts func() engine.Facts
	// Committed hears every commit, may be nil, and Dispatch sends effects.
	Committed func(number uint64, events []record.Event)
	Dispatch  func(effects []engine.Effect)
	// SnapshotEvery is how many bytes of commits lie between two snapshots; 0 for
	// DefaultSnapshotEvery.
	SnapshotEvery int64
	// Refold folds what is durable into an empty state, so that the loop goes on after
	// a bug of the engine; nil: a bug ends whoever uses the loop. Met hears of each bug
	// and may be nil where Refold is.
	Refold func(empty *engine.State) error
	Met    func(bug error)
}

// Loop is what a shard does, without goroutines, clocks and waiting: in which
// order commands, timers and queries come, what is told to whom and when, and
// when the state is to be kept in a snapshot. Whoever drives it waits, appends
// and stores: the Processor with a clock and a disk, the simulation with made-up
// ones. It is used by one goroutine.
//
//	Begin
//	  Take what came, while Idle wait for it
//	  Fill, Batch; nothing to write: Settled
//	  append: Settled, or Failed, which says whether to append the same again
//	  while the journal takes nothing: TurnAway what comes
//	  SnapshotDue: TakeSnapshot and store it
//	End
type Loop struct {
	options LoopOptions
	core    *Core
	held    []Request // taken, for the next batch
	queries []Request // of the batch under way
	timers  bool      // come first in the next batch
	written int64     // bytes of commits since the latest snapshot
}

// NewLoop makes the loop of a state that holds what the journal holds, of which
// so many bytes lie behind the latest snapshot: a process that never lives long
// must take one, too.
func NewLoop(state *engine.State, behind int64, o LoopOptions) *Loop {
	if o.SnapshotEvery == 0 {
		o.SnapshotEvery = DefaultSnapshotEvery
	}
	core := NewCore(state)
	if o.Refold != nil {
		core.Mend(o.Refold, func(bug *engine.BugError) { o.Met(bug) })
	}
	return &Loop{options: o, core: core, written: behind}
}

// State is the state including the open batch.
func (l *Loop) State() *engine.State { return l.core.State() }

// Open is the open batch, which nobody may hear of yet.
func (l *Loop) Open() Batch { return l.core.Open() }

// Begin sends again what was under way when the owner before ended, with the keys
// it had. What cannot be made again waits as an outcome.
func (l *Loop) Begin() {
	l.options.Dispatch(l.core.State().Pending())
	for _, outcome := range l.core.State().Unmade() {
		l.Take(Request{Command: outcome})
	}
}

// Take holds a request for the next batch.
func (l *Loop) Take(r Request) { l.held = append(l.held, r) }

// Idle says whether there is nothing to decide but timers.
func (l *Loop) Idle() bool { return len(l.held) == 0 }

// Fill decides what waits until the batch is full: what was taken, then what next
// gives, which waits for nothing and is false where there is no more. Commands
// and timers take turns at being first, so that neither can keep the other out.
func (l *Loop) Fill(next func() (Request, bool)) {
	if l.timers {
		l.core.FireDue(l.options.Facts(), MaxBatch)
	}
	l.drain(next)
	if !l.timers {
		l.core.FireDue(l.options.Facts(), MaxBatch)
	}
	l.timers = !l.timers
}

// drain takes what waits, so that one fsync serves all of it.
func (l *Loop) drain(next func() (Request, bool)) {
	for range MaxBatch {
		if l.core.Full() {
			return
		}
		if len(l.held) > 0 {
			r := l.held[0]
			l.held = l.held[1:]
			l.offer(r)
			continue
		}
		l.held = nil
		r, ok := next()
		if !ok {
			return
		}
		l.offer(r)
	}
}

func (l *Loop) offer(r Request) {
	if r.Query != nil {
		l.queries = append(l.queries, r)
		return
	}
	l.core.Offer(r.Command, l.options.Facts(), r.Answer)
}

// Batch is what has to be durable before anybody hears of the open batch, nil for
// nothing. It is valid until Settled.
func (l *Loop) Batch() []byte { return l.core.Payload() }

// Settled lets out the open batch, which is durable as the given commit of so many
// bytes, 0 and 0 where it had nothing to write. Queries of the batch look now: what
// they see is durable.
func (l *Loop) Settled(number uint64, size int) {
	b := l.core.Cut(number)
	l.written += int64(size)
	if number != 0 && l.options.Committed != nil {
		l.options.Committed(number, b.Events)
	}
	b.Answer()
	if len(b.Effects) > 0 {
		l.options.Dispatch(b.Effects)
	}
	for _, q := range l.queries {
		l.look(q)
	}
	l.queries = l.queries[:0]
}

// look serves a query. A bug in it concerns nobody else.
func (l *Loop) look(q Request) {
	if l.options.Met != nil {
		defer func() {
			if bug := recover(); bug != nil {
				l.options.Met(fmt.Errorf("%v", bug))
				q.Refused(fmt.Errorf("a bug of this program was met while it looked at shard %d; nothing was changed", l.options.Shard))
			}
		}()
	}
	q.Query(l.core.State())
}

// Failed is what an append that gave no number means. Where the same batch is to
// be appended again, whoever waits for an answer is told that there is none yet,
// and nothing is let out, so nothing is lost by waiting. Where the shard is lost,
// the batch is given up, and the error says why in words for an operator. Either
// way nobody sees a state that is not durable.
func (l *Loop) Failed(err error) (Verdict, error) {
	verdict := Judge(err)
	if verdict != Lost {
		l.core.Doubt(fmt.Errorf("%w: %w", ErrStalled, err))
		l.refuseQueries(err)
		return verdict, nil
	}
	command := l.core.Abort(fmt.Errorf("%w: %w", ErrLost, err))
	var tooLarge *journal.TooLargeError
	if errors.As(err, &tooLarge) {
		return verdict, fmt.Errorf("a commit is too large for the journal; the most of it comes from %s: %w", command, err)
	}
	return verdict, err
}

func (l *Loop) busy(cause error) *record.Rejection {
	return &record.Rejection{Code: record.Busy,
		Detail: fmt.Sprintf("shard %d can write nothing, and nothing was done; try again when there is room: %v", l.options.Shard, cause)}
}

// refuseQueries turns away who would see a state that is not durable.
func (l *Loop) refuseQueries(cause error) {
	for _, q := range l.queries {
		q.Refused(l.busy(cause))
	}
	l.queries = l.queries[:0]
}

// TurnAway answers a request that comes while the journal takes nothing, before
// anything is done; outcomes of effects are held.
func (l *Loop) TurnAway(r Request, cause error) {
	switch {
	case r.Query != nil:
		r.Refused(l.busy(cause))
	case r.Answer != nil:
		r.Answer(record.Reply{Rejected: l.busy(cause)}, nil)
	default:
		l.Take(r)
	}
}

// Crowded says that no more requests can be held.
func (l *Loop) Crowded() bool { return len(l.held) >= Inbox }

// GiveUp tells everybody who asked for something of the open batch that its
// outcome is not known.
func (l *Loop) GiveUp(err error) { l.core.Cut(0).Fail(err) }

// Abort gives up the open batch with the command that a bug was found in, and
// names that.
func (l *Loop) Abort(err error) (command string) { return l.core.Abort(err) }

// End answers what was taken and will not be decided.
func (l *Loop) End(err error) {
	for _, r := range l.queries {
		r.Refuse(err)
	}
	for _, r := range l.held {
		r.Refuse(err)
	}
	l.queries, l.held = nil, nil
}

// Refuse tells whoever asked that nothing comes of it.
func (r Request) Refuse(err error) {
	switch {
	case r.Query != nil:
		r.Refused(err)
	case r.Answer != nil:
		r.Answer(record.Reply{}, err)
	}
}

// SnapshotDue says that enough was written since the latest snapshot. It is asked
// after Settled.
func (l *Loop) SnapshotDue() bool { return l.written >= l.options.SnapshotEvery }

// TakeSnapshot is the state with what is kept beside it, as the journal holds it.
func (l *Loop) TakeSnapshot(aside []byte) []byte {
	l.written = 0
	return Wrap(l.core.State(), aside)
}

// DropBelow is the commit below which nothing needs to be kept when there is a
// snapshot at the given one and so many bytes of commits are kept for the history
// of instances; 0 for none. It goes by what the journal holds, not by what this
// process wrote, and takes commits for equally large: what is kept is history,
// for which that is exact enough.
func DropBelow(s journal.Stats, snapshot uint64, retain int64) uint64 {
	excess := int64(s.Bytes) - retain
	if excess <= 0 || s.Last < s.First {
		return 0
	}
	drop := float64(s.Last-s.First+1) * float64(excess) / float64(s.Bytes)
	return min(snapshot, s.First+uint64(drop))
}
