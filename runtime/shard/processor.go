package shard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
)

// Bounds of a processor.
const (
	// MaxBatch is how many commands one commit may hold.
	MaxBatch = 2048
	// MaxBatchBytes is where a batch is closed although more commands wait. It
	// leaves room in a message for the last command's events.
	MaxBatchBytes = 1 << 20
	// Inbox is how many commands may wait to be decided; more are refused as Busy.
	Inbox = 16384
	// DefaultSnapshotEvery and DefaultRetain are in bytes.
	DefaultSnapshotEvery = 64 << 20
	DefaultRetain        = 1 << 30
	// stallPause is how long a shard waits before it tries again to write a
	// commit that found the disk full or the store away.
	stallPause = 500 * time.Millisecond
)

// ErrLost says that this processor no longer owns its shard; what was asked may
// or may not have happened. Ask again with the same key.
var ErrLost = errors.New("the shard has stopped on this node; ask again with the same key")

// ErrClosed says that the processor was closed.
var ErrClosed = errors.New("the node is shutting down; ask again when it is back")

// ErrStalled says that the journal takes nothing now, so that what was asked is
// not durable yet. It may still happen: ask again with the same key.
var ErrStalled = errors.New("the journal takes nothing now; it may still happen: ask again with the same key")

// Options describe a processor.
type Options struct {
	Shard   int
	Owner   string // who takes over, for the journal
	Epoch   uint64 // in which it takes over; 0 for the one after the last
	Journal journal.Journal
	// State is empty at first; recovery fills it.
	State *engine.State
	// Clock gives the time.
	Clock func() record.Instant
	// Facts gives what the engine may know of the world now, but for the time.
	Facts func() engine.Facts
	// Replayed hears every commit during recovery, Committed every one after.
	// Both run on the shard's goroutine and must be quick.
	Replayed  func(number uint64, events []record.Event)
	Committed func(number uint64, events []record.Event)
	// Dispatch sends effects into the world. It must not block.
	Dispatch func(effects []engine.Effect)
	// Aside gives what a snapshot holds besides the state, and Restored takes it
	// back, after the state was restored and before later commits are replayed.
	// Either may be nil.
	Aside    func() []byte
	Restored func(upTo uint64, aside []byte) error
	// SnapshotEvery is how many bytes of commits are written between two
	// snapshots; 0 for DefaultSnapshotEvery.
	SnapshotEvery int64
	// Retain is how many bytes of commits are kept below the latest snapshot, for
	// the history of instances; 0 for DefaultRetain.
	Retain int64
	Log    *slog.Logger
}

// Processor drives the Loop of a shard: with an inbox, a clock and a journal.
type Processor struct {
	options Options
	loop    *Loop
	keeper  keeper
	inbox   chan Request
	quit    chan struct{}
	// admission is held for reading by whoever puts something into the inbox, and
	// closed, for good, by the loop that ends: what is taken is always answered.
	admission sync.RWMutex
	closed    bool          // by admission
	ending    chan struct{} // nobody may wait for room in the inbox any more
	done      chan struct{}
	finish    sync.Once
	err       error // why it stopped, valid after ending
	started   bool
	stalled   atomic.Pointer[error]
}

// Open takes the shard over and folds its journal. Start lets it work: until
// then commands wait, and its state may be looked at by whoever made it.
func Open(ctx context.Context, o Options) (*Processor, error) {
	p := &Processor{
		options: o,
		inbox:   make(chan Request, Inbox),
		quit:    make(chan struct{}),
		ending:  make(chan struct{}),
		done:    make(chan struct{}),
	}
	behind, err := Recover(ctx, o.Journal, o.Owner, o.Epoch, o.State, o.Restored, o.Replayed)
	if err != nil {
		return nil, fmt.Errorf("taking over shard %d: %w", o.Shard, err)
	}
	p.loop = NewLoop(o.State, behind, LoopOptions{
		Shard: o.Shard, Facts: p.facts, Committed: o.Committed, Dispatch: o.Dispatch, SnapshotEvery: o.SnapshotEvery,
		Refold: func(empty *engine.State) error { return Refold(context.Background(), o.Journal, empty) }, Met: p.met,
	})
	p.keeper = newKeeper(o)
	return p, nil
}

// met writes down a bug that the loop goes on after.
func (p *Processor) met(bug error) {
	var of *engine.BugError
	if errors.As(bug, &of) {
		p.options.Log.Error("a bug was met; its instance is left alone", "shard", p.options.Shard, "instance", of.Instance, "command", describe(of.Command), "bug", of.Panic, "stack", of.Stack)
		return
	}
	p.options.Log.Error("a bug was met by a look at the shard", "shard", p.options.Shard, "bug", bug, "stack", string(debug.Stack()))
}

// Start starts the loop, once. Pending effects leave again, with the keys they
// had, so everything that they may reach, other shards too, must be there.
func (p *Processor) Start() {
	p.started = true
	go p.run()
}

// Post hands over a command without waiting. A full inbox answers Busy at once,
// a processor that has ended ErrLost or ErrClosed.
func (p *Processor) Post(cmd record.Command, answer Answer) {
	taken, err := p.offerInbox(Request{Command: cmd, Answer: answer})
	switch {
	case taken || answer == nil:
	case err != nil:
		answer(record.Reply{}, err)
	default:
		answer(record.Reply{Rejected: &record.Rejection{Code: record.Busy,
			Detail: fmt.Sprintf("shard %d has %d commands waiting; try again later", p.options.Shard, Inbox)}}, nil)
	}
}

// TryDeliver hands over a command without waiting and without an answer; false
// where the inbox is full or the processor has ended.
func (p *Processor) TryDeliver(cmd record.Command) bool {
	taken, _ := p.offerInbox(Request{Command: cmd})
	return taken
}

// offerInbox puts a request into the inbox if there is room. Errors: ErrLost,
// ErrClosed.
func (p *Processor) offerInbox(r Request) (bool, error) {
	p.admission.RLock()
	defer p.admission.RUnlock()
	if p.closed {
		return false, p.stopped()
	}
	select {
	case p.inbox <- r:
		return true, nil
	default:
		return false, nil
	}
}

// admit puts a request into the inbox and waits for room. Errors: the context's,
// ErrLost, ErrClosed.
func (p *Processor) admit(ctx context.Context, r Request) error {
	p.admission.RLock()
	defer p.admission.RUnlock()
	if p.closed {
		return p.stopped()
	}
	select {
	case p.inbox <- r:
		return nil
	case <-p.ending:
		return p.stopped()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Send hands over a command and waits only for room in the inbox. Errors: the
// context's, ErrLost, ErrClosed; answer is not called then.
func (p *Processor) Send(ctx context.Context, cmd record.Command, answer Answer) error {
	return p.admit(ctx, Request{Command: cmd, Answer: answer})
}

// AddProgram makes a plan known to the shard.
func (p *Processor) AddProgram(ctx context.Context, program *engine.Program) error {
	return p.Query(ctx, func(s *engine.State) { s.AddProgram(program) })
}

// Submit hands over a command and waits until it is durable. Errors: the
// context's, ErrLost, ErrClosed, a *record.Rejection.
func (p *Processor) Submit(ctx context.Context, cmd record.Command) (record.Reply, error) {
	type result struct {
		reply record.Reply
		err   error
	}
	answers := make(chan result, 1)
	if err := p.Send(ctx, cmd, func(r record.Reply, err error) { answers <- result{r, err} }); err != nil {
		return record.Reply{}, err
	}
	select {
	case r := <-answers:
		if r.err == nil && r.reply.Rejected != nil {
			return r.reply, r.reply.Rejected
		}
		return r.reply, r.err
	case <-p.done:
		select { // the answer may have come with the end
		case r := <-answers:
			if r.err == nil && r.reply.Rejected != nil {
				return r.reply, r.reply.Rejected
			}
			return r.reply, r.err
		default:
			return record.Reply{}, p.stopped()
		}
	case <-ctx.Done():
		return record.Reply{}, ctx.Err()
	}
}

// Query runs look on the shard's goroutine, between two commits: it sees durable
// state only, and must be quick. Errors: the context's, ErrLost, ErrClosed, a
// *record.Rejection while the journal takes nothing.
func (p *Processor) Query(ctx context.Context, look func(*engine.State)) error {
	done := make(chan error, 2) // a look that panics may be told twice
	q := Request{Query: func(s *engine.State) { look(s); done <- nil }, Refused: func(err error) { done <- err }}
	if err := p.admit(ctx, q); err != nil {
		return err
	}
	select {
	case err := <-done:
		return err
	case <-p.done:
		return p.stopped()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Snapshot takes a snapshot now and waits until it is stored: what only earlier
// commits speak of is needed no more. Errors: those of Query; the snapshot before
// is still being stored, or this one cannot be.
func (p *Processor) Snapshot(ctx context.Context) error {
	stored := make(chan error, 1)
	err := p.Query(ctx, func(*engine.State) {
		tell := func(err error) { stored <- err }
		if err := p.keeper.take(p.loop, p.options.Journal.Stats().Last, tell); err != nil {
			tell(err)
		}
	})
	if err != nil {
		return err
	}
	select {
	case err := <-stored:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Stalled is why the journal takes nothing now, nil while it does.
func (p *Processor) Stalled() error {
	if err := p.stalled.Load(); err != nil {
		return *err
	}
	return nil
}

// Done is closed when the loop has ended; Err then says why.
func (p *Processor) Done() <-chan struct{} { return p.done }

// Err is why the loop ended, nil for Close.
func (p *Processor) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Close ends the loop after the batch under way. It does not close the journal.
// Whoever comes later is told ErrClosed.
func (p *Processor) Close() {
	p.finish.Do(func() {
		close(p.quit)
		if !p.started {
			p.end(nil)
		}
	})
	<-p.done
}

func (p *Processor) stopped() error {
	if p.err != nil {
		return fmt.Errorf("%w: %w", ErrLost, p.err)
	}
	return ErrClosed
}

func (p *Processor) run() {
	err := p.work()
	p.keeper.wait()
	p.end(err)
}

// end closes the admission, answers what still waits and says that it is over.
func (p *Processor) end(err error) {
	p.err = err
	close(p.ending) // whoever waits for room gives up
	p.admission.Lock()
	p.closed = true
	p.admission.Unlock()
	p.loop.End(p.stopped())
	for {
		select {
		case r := <-p.inbox:
			r.Refuse(p.stopped())
		default:
			close(p.done)
			return
		}
	}
}

// work drives the loop until the processor is closed or cannot go on. A bug in
// what it runs ends this shard, not the process: the state in memory may be half
// of what was decided, so it is given up, and the journal holds none of it.
func (p *Processor) work() (err error) {
	defer func() {
		if bug := recover(); bug != nil {
			stack := debug.Stack()
			command := p.loop.Abort(ErrLost)
			err = fmt.Errorf("a bug, found while working on %s: %v", command, bug)
			p.options.Log.Error("a bug stopped the shard", "shard", p.options.Shard, "command", command, "bug", bug, "stack", string(stack))
		}
	}()
	p.loop.Begin()
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	for {
		if p.loop.Idle() {
			p.arm(alarm)
			select {
			case <-p.quit:
				return nil
			case <-alarm.C:
			case r := <-p.inbox:
				p.loop.Take(r)
			}
		}
		runtime.Gosched() // whoever can run and bring more does so first, and shares the commit
		p.loop.Fill(p.waiting)
		if err := p.commit(); err != nil {
			return err
		}
	}
}

// waiting is what else waits in the inbox.
func (p *Processor) waiting() (Request, bool) {
	select {
	case r := <-p.inbox:
		return r, true
	default:
		return Request{}, false
	}
}

// LooksAtClock is how long a shard sleeps at most while it has timers. An alarm counts
// time that passed, and stands still while its machine sleeps; a timer goes by the
// clock, which may have been set meanwhile.
const LooksAtClock = 30 * time.Second

// arm sets the alarm to the next timer of the state, or to the next look at the clock.
func (p *Processor) arm(alarm *time.Timer) {
	due, ok := p.loop.State().NextDue()
	wait := time.Hour
	if ok {
		wait = min(max(0, time.Duration(due-p.options.Clock())), LooksAtClock)
	}
	alarm.Reset(wait)
}

func (p *Processor) facts() engine.Facts {
	f := p.options.Facts()
	f.Now = p.options.Clock()
	return f
}

// commit makes the open batch durable and lets it out. While the disk is full or
// the store away it tries again and again.
func (p *Processor) commit() error {
	payload := p.loop.Batch()
	if payload == nil {
		p.loop.Settled(0, 0)
		return nil
	}
	for {
		number, err := p.options.Journal.Append(context.Background(), payload)
		if err == nil {
			p.stalled.Store(nil)
			p.loop.Settled(number, len(payload))
			if p.loop.SnapshotDue() {
				// One that is still being stored is not waited for: the next commit asks again.
				_ = p.keeper.take(p.loop, number, func(error) {})
			}
			return nil
		}
		if Judge(err) == Again {
			if p.Stalled() == nil {
				p.options.Log.Error("the journal takes nothing; trying again and again", "shard", p.options.Shard, "error", err)
			}
			p.stalled.Store(&err) // before anybody is told, who may then ask for the reason
		}
		if verdict, reason := p.loop.Failed(err); verdict == Lost {
			return reason
		}
		if !p.waitOut(err) {
			p.loop.GiveUp(fmt.Errorf("%w: %w", ErrClosed, err))
			return err
		}
	}
}

// waitOut passes the time until the next try and turns away who comes meanwhile.
// It is false when the processor is to close.
func (p *Processor) waitOut(cause error) bool {
	pause := time.NewTimer(stallPause)
	defer pause.Stop()
	for {
		inbox := p.inbox
		if p.loop.Crowded() {
			inbox = nil
		}
		select {
		case <-p.quit:
			return false
		case <-pause.C:
			return true
		case r := <-inbox:
			p.loop.TurnAway(r, cause)
		}
	}
}

// Waiting is how many commands are in the inbox.
func (p *Processor) Waiting() int { return len(p.inbox) }
