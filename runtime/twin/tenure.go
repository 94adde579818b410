package twin

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/lease"
)

// An Inner is the node that runs while this cloud owns.
type Inner interface {
	// Synced waits until the mirror holds all that is durable now.
	Synced(ctx context.Context) error
	// MirrorHeard is when the mirror answered last.
	MirrorHeard() time.Time
	Need() failover.Need
	// UnderWay are the effects that left again when it opened.
	UnderWay() []failover.Repeated
	// Merge takes what only the other cloud has of some instances.
	Merge(ctx context.Context, from string, surplus []byte) ([]failover.Merged, error)
}

// A Tenure is the time in which this cloud owns. It is a node.Pair.
type Tenure struct {
	twin  *Twin
	term  uint64
	began time.Time
	ended chan struct{}
	stop  context.CancelFunc
	work  sync.WaitGroup
	once  sync.Once

	mu      sync.Mutex
	keeper  *lease.Keeper // nil without a witness
	alone   bool
	noted   bool // what the witness is known to say of it; true where that is not known
	inner   Inner
	yields  bool
	stopped chan struct{} // closed when the node has ended
}

// Own begins to own the shards, in the term of the role. Errors: the witness does not
// take it (Decide again).
func (t *Twin) Own(ctx context.Context) (*Tenure, error) {
	role := t.mirror.Role()
	work, stop := context.WithCancel(context.Background())
	n := &Tenure{twin: t, term: role.Term, began: time.Now(), alone: role.Alone, noted: role.Alone, ended: make(chan struct{}), stopped: make(chan struct{}), stop: stop}
	if t.options.Witness != "" {
		n.keeper = lease.New(t.options.Cloud, t.options.Lease)
		l, sent, err := n.begin(ctx)
		if err != nil {
			stop()
			return nil, err
		}
		n.alone, n.noted = l.note.Alone, l.note.Alone
		n.keeper.Begin(sent)
	}
	t.mu.Lock()
	t.tenure = n
	t.mu.Unlock()
	t.waits("its node to open: it reads what the mirror held, and where a plan says rpo: 0s it waits for the other cloud")
	n.work.Go(func() { n.renew(work) })
	return n, nil
}

// now is the time of the keeper's clock.
func (n *Tenure) now() time.Duration { return time.Since(n.began) }

// begin signs after it has written the note anew: a mirror that has looked before does
// not take over any more.
func (n *Tenure) begin(ctx context.Context) (look, time.Duration, error) {
	l, err := n.twin.look(ctx)
	if err == nil {
		if err = n.owned(l); err == nil {
			err = n.twin.write(ctx, l, l.note)
		}
	}
	if err != nil {
		return l, 0, err
	}
	return n.sign(ctx)
}

// owned is why this cloud does not own, as the witness says.
func (n *Tenure) owned(l look) error {
	if l.note.Owner == n.twin.options.Cloud && l.note.Term == n.term {
		return nil
	}
	return fmt.Errorf("%w: %s in term %d, says the witness", jetstream.ErrTakenOver, l.note.Owner, l.note.Term)
}

// sign writes the sign of life, and says when it left.
func (n *Tenure) sign(ctx context.Context) (look, time.Duration, error) {
	t := n.twin
	l, err := t.look(ctx)
	if err != nil {
		return l, 0, err
	}
	if err := n.owned(l); err != nil {
		return l, 0, err
	}
	sent := n.now()
	_, err = l.board.Write(ctx, t.aliveKey(), []byte(t.options.Cloud), l.alive, t.options.Lease)
	return l, sent, err
}

// renew keeps the lease, and goes on alone or not.
func (n *Tenure) renew(ctx context.Context) {
	every := n.twin.options.Lease / 6
	for pause(ctx, every) == nil {
		if n.keeper != nil {
			limited, cancel := context.WithTimeout(ctx, n.twin.options.Lease/3)
			_, sent, err := n.sign(limited)
			cancel()
			n.mu.Lock()
			if err == nil {
				n.keeper.Renewed(n.now(), sent)
			}
			if n.inner != nil {
				if heard := n.inner.MirrorHeard(); heard.After(n.began) {
					n.keeper.Renewed(n.now(), heard.Sub(n.began))
				}
			}
			valid := n.keeper.Valid(n.now())
			n.mu.Unlock()
			if !valid || errors.Is(err, jetstream.ErrTakenOver) {
				n.end()
				return
			}
		}
		n.company(ctx)
	}
}

// company looks whether there is a mirror that holds everything.
func (n *Tenure) company(ctx context.Context) {
	n.mu.Lock()
	inner, alone, noted := n.inner, n.alone, n.noted
	n.mu.Unlock()
	if inner == nil {
		return
	}
	limited, cancel := context.WithTimeout(ctx, n.twin.options.Lease/4)
	defer cancel()
	var lacks error
	if alone || noted {
		lacks = inner.Synced(limited)
	}
	switch {
	case alone && lacks == nil:
		n.tell(false) // commits wait from now on, and what came meanwhile is waited for before the witness hears of it
	case alone:
		n.twin.waits("the other cloud to hold everything, so that it may take over: %v", lacks)
	case noted && lacks == nil:
		if err := n.setAlone(limited, false); err != nil { // it is tried again; until then the other cloud does not take over
			n.twin.waits("the witness, which has to write that the other cloud may take over: %v", err)
		}
	default:
		n.lonely(limited, inner)
	}
}

// lonely goes on alone where the mirror has been away for long enough.
func (n *Tenure) lonely(ctx context.Context, inner Inner) {
	since := inner.MirrorHeard()
	if since.Before(n.began) {
		since = n.began
	}
	away := time.Since(since)
	switch {
	case away < n.twin.options.Lease/2:
		n.twin.goesOn()
	case inner.Need().Within == failover.Never:
		n.twin.waits("the other cloud, which does not answer: what is acknowledged meanwhile is in one cloud only")
	case n.keeper == nil || !inner.Need().GoesAlone(away, n.twin.options.Lease):
		n.twin.waits("the other cloud, which does not answer: what has to be there, too, is not let out until it does, or a person says that this cloud goes on alone")
	default:
		if err := n.setAlone(ctx, true); err != nil { // commits go on waiting
			n.twin.waits("the witness, which has to write that this cloud goes on alone: %v", err)
		}
	}
}

func (n *Tenure) tell(alone bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.alone = alone
}

func (n *Tenure) note(alone bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.noted = alone
}

// setAlone writes down, at the witness first, whether the other cloud lacks something.
// Where it is not known whether the witness took it, commits go on waiting.
func (n *Tenure) setAlone(ctx context.Context, alone bool) error {
	t := n.twin
	if n.keeper != nil {
		l, err := t.look(ctx)
		if err != nil {
			return err
		}
		if err := n.owned(l); err != nil {
			return err
		}
		l.note.Alone = alone
		n.note(true)
		if err := t.write(ctx, l, l.note); err != nil {
			return err
		}
	}
	if err := t.mirror.Alone(alone); err != nil {
		return err
	}
	n.note(alone)
	n.tell(alone)
	t.goesOn()
	if alone {
		t.options.Log.Warn("this cloud goes on alone: what is acknowledged from now on is in one cloud only, until the mirror is back", "cloud", t.options.Cloud)
	} else {
		t.options.Log.Warn("the other cloud holds everything again and may take over", "cloud", t.options.Cloud)
	}
	return nil
}

// Serve tells the tenure which node runs, and writes down what the take-over meant.
func (n *Tenure) Serve(inner Inner) error {
	n.mu.Lock()
	n.inner = inner
	n.mu.Unlock()
	n.twin.goesOn()
	return n.twin.begun(inner)
}

// Valid implements node.Pair.
func (n *Tenure) Valid() bool {
	select {
	case <-n.ended:
		return false
	default:
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.keeper == nil || n.keeper.Valid(n.now())
}

// Alone implements node.Pair.
func (n *Tenure) Alone() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.alone
}

// mayBeFollowed says that the other cloud holds everything and may take over.
func (n *Tenure) mayBeFollowed() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.alone && !n.noted
}

// Ended implements node.Pair.
func (n *Tenure) Ended() <-chan struct{} { return n.ended }

// Term is that of the tenure.
func (n *Tenure) Term() uint64 { return n.term }

// Yields says that the tenure ends because the shards are handed over: the mirror gets
// what it lacks as the node closes.
func (n *Tenure) Yields() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.yields
}

func (n *Tenure) end() { n.once.Do(func() { close(n.ended) }) }

// Close says that the node has ended, and how.
func (n *Tenure) Close() {
	n.stop()
	n.work.Wait()
	n.end()
	t := n.twin
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tenure = nil
	if n.Yields() {
		t.yielded = time.Now()
	}
	close(n.stopped)
}

// yield hands the shards over: it ends the node and waits for that.
func (t *Twin) yield() error {
	t.mu.Lock()
	n := t.tenure
	t.mu.Unlock()
	if n == nil {
		return errors.New("this cloud does not own the shards")
	}
	if !n.mayBeFollowed() {
		return errors.New("the mirror does not hold everything yet: cob clouds says how far it is")
	}
	n.mu.Lock()
	n.yields = true
	n.mu.Unlock()
	n.end()
	select {
	case <-n.stopped:
		return nil
	case <-time.After(yieldTime):
		return fmt.Errorf("the node has not ended within %v", yieldTime)
	}
}

// GoAlone lets the owner go on without its mirror because a person says so. Errors: it
// does not own; the witness does not agree.
func (t *Twin) GoAlone(ctx context.Context) error {
	t.mu.Lock()
	n := t.tenure
	t.mu.Unlock()
	if n == nil {
		return fmt.Errorf("%s does not own the shards", t.options.Cloud)
	}
	return n.setAlone(ctx, true)
}
