package node

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"
)

// A Pair knows what another cloud, which may take over, lets this one do.
type Pair interface {
	// Valid says whether effects may leave now: nobody else owns.
	Valid() bool
	// Alone says that commits need not wait for the mirror.
	Alone() bool
	// Ended is closed when this cloud owns no more.
	Ended() <-chan struct{}
}

// ErrTakenOver says that another cloud owns the shards now.
var ErrTakenOver = jetstream.ErrTakenOver

// mirrorPatience is how long a commit waits for its mirror before the shard says that
// its journal takes nothing; it is gone on with after that. mirrorLook is between two
// looks whether it still has to.
const (
	mirrorPatience = time.Second
	mirrorLook     = 100 * time.Millisecond
)

// awaited is a journal whose appends have ended when the mirror holds them, too, as far
// as the plans want that.
type awaited struct {
	*jetstream.Journal
	node *Node
	// written is a commit that this cloud holds and that nobody has heard of, because
	// the mirror does not; 0 for none. It is appended again, as the shard says, and only
	// waited for then.
	written uint64
}

// mirrored is the journal as the shard uses it.
func (n *Node) mirrored(j *jetstream.Journal) journal.Journal {
	if n.options.Pair == nil {
		return j
	}
	return &awaited{Journal: j, node: n}
}

// TakeOver implements journal.Journal.
func (a *awaited) TakeOver(ctx context.Context, owner string, epoch uint64) (uint64, error) {
	a.written = 0
	return a.Journal.TakeOver(ctx, owner, epoch)
}

// Append implements journal.Journal.
func (a *awaited) Append(ctx context.Context, payload []byte) (uint64, error) {
	if !a.node.options.Pair.Valid() {
		return 0, fmt.Errorf("%w: %w", journal.ErrFenced, ErrTakenOver)
	}
	if a.written == 0 {
		number, err := a.Journal.Append(ctx, payload)
		if err != nil {
			return 0, err
		}
		a.written = number
	}
	if err := a.wait(ctx, a.written); err != nil {
		return 0, err
	}
	number := a.written
	a.written = 0
	return number, nil
}

// AppendAsync implements journal.Journal.
func (a *awaited) AppendAsync(payload []byte, done func(journal.Result)) {
	number, err := a.Append(context.Background(), payload)
	done(journal.Result{Number: number, Err: err})
}

// wait waits until a commit may be let out. Errors: journal.ErrUnavailable,
// journal.ErrFenced.
func (a *awaited) wait(ctx context.Context, number uint64) error {
	end := time.Now().Add(mirrorPatience)
	for {
		need, lacks := a.node.Need(), time.Duration(0)
		if status := a.Journal.Mirror(); status.Behind > 0 {
			lacks = lag(status)
		}
		if !need.Waits(a.node.options.Pair.Alone(), lacks) {
			return nil
		}
		limited, cancel := context.WithTimeout(ctx, mirrorLook)
		err := a.Journal.Mirrored(limited, number)
		cancel()
		if err == nil || !errors.Is(err, journal.ErrUnavailable) || time.Now().After(end) {
			return err
		}
	}
}

// awaitMessage waits until a message may be acknowledged, by the rule of commits. Errors:
// journal.ErrUnavailable, where it may be repeated under its ID; journal.ErrFenced.
func (n *Node) awaitMessage(ctx context.Context, c *jetstream.Channel, position uint64) error {
	pair := n.options.Pair
	if pair == nil {
		return nil
	}
	for {
		if !pair.Valid() {
			return fmt.Errorf("%w: %w", journal.ErrUnavailable, ErrTakenOver)
		}
		if !n.Need().Waits(pair.Alone(), c.Lacks()) {
			return nil
		}
		limited, cancel := context.WithTimeout(ctx, mirrorLook)
		err := c.Mirrored(limited, position)
		cancel()
		switch {
		case err == nil:
			return nil
		case errors.Is(err, journal.ErrFenced):
			return fmt.Errorf("%w: %w", journal.ErrUnavailable, ErrTakenOver)
		case ctx.Err() != nil:
			return fmt.Errorf("%w: the message is in one cloud only", journal.ErrUnavailable)
		}
	}
}

// lag is for how long a copy lacks something.
func lag(s jetstream.CopyStatus) time.Duration {
	if s.Since.IsZero() {
		return math.MaxInt64 // since before this node opened
	}
	return time.Since(s.Since)
}

// Need is what the plans of the store want of a mirror: that of all their processes.
func (n *Node) Need() failover.Need {
	if need := n.need.Load(); need != nil {
		return *need
	}
	return failover.NeedOf(nil)
}

// learnNeed looks at the plans, before anybody starts on them.
func (n *Node) learnNeed() {
	var promises []failover.Promise
	for _, d := range append(n.deployments.All(), n.deployments.Inactive()...) {
		promises = append(promises, d.Promises()...)
	}
	need := failover.NeedOf(promises)
	n.need.Store(&need)
}

// UnderWay are the effects that had left, or may have, when the node opened: they left
// again.
func (n *Node) UnderWay() []failover.Repeated { return n.underWay }

// pairUp waits until the mirror holds what the shards do, before their effects leave
// again: what was written before a crash may be here only. Then it sees to it that the
// node stops when the other cloud owns.
func (n *Node) pairUp(ctx context.Context, states []*engine.State) error {
	if n.options.Pair == nil {
		return nil
	}
	n.learnNeed()
	for _, s := range states {
		for _, e := range s.Pending() {
			t := e.Of()
			n.underWay = append(n.underWay, failover.Repeated{Instance: t.Instance, Key: t.Key, What: what(e)})
		}
	}
	for told := false; n.Need().Waits(n.options.Pair.Alone(), math.MaxInt64); told = true {
		limited, cancel := context.WithTimeout(ctx, mirrorPatience)
		err := n.Synced(limited)
		cancel()
		if err == nil {
			break
		}
		if !errors.Is(err, journal.ErrUnavailable) || ctx.Err() != nil {
			return err
		}
		if !n.options.Pair.Valid() {
			return ErrTakenOver
		}
		if !told {
			n.log.Warn("waiting for the mirror in the other cloud, because a plan says that nothing may be in one cloud only", "error", err)
		}
	}
	n.watchPair()
	return nil
}

// what an effect does, for people.
func what(e engine.Effect) string {
	switch e := e.(type) {
	case engine.Call:
		return e.Endpoint + "." + e.Operation + " on " + e.Cloud
	case engine.Start:
		return "start " + e.Process
	case engine.Send:
		return "send to " + e.Channel
	}
	return "tell another instance"
}

// watchPair stops the node when the other cloud owns.
func (n *Node) watchPair() {
	n.workers.Go(func() {
		select {
		case <-n.work.Done():
			return
		case <-n.server.TakenOver():
		case <-n.options.Pair.Ended():
		}
		n.ready.Store(false)
		for _, s := range n.held() {
			s.stop()
		}
		n.failOnce.Do(func() {
			close(n.lost)
			n.failed <- ErrTakenOver
		})
	})
}

// MirrorState is how the copy of a shard in the other cloud stands.
type MirrorState struct {
	Shard  int    `json:"shard"`
	Last   uint64 `json:"last"`   // the last commit that it holds
	Behind uint64 `json:"behind"` // commits that it lacks
	// LagMs is since when it lacks something, in milliseconds.
	LagMs int64  `json:"lag_ms"`
	Error string `json:"error,omitempty"`
}

// Mirrors is how the copies in the other cloud stand, by shard.
func (n *Node) Mirrors() []MirrorState {
	list := []MirrorState{}
	for _, s := range n.held() {
		m := s.journal.Mirror()
		state := MirrorState{Shard: s.number, Last: m.Last, Behind: m.Behind}
		if m.Behind > 0 {
			state.LagMs = min(lag(m), time.Since(n.opened)).Milliseconds()
		}
		if m.Err != nil {
			state.Error = m.Err.Error()
		}
		list = append(list, state)
	}
	return list
}

// PostState is how the copy of a channel in the other cloud stands.
type PostState struct {
	Channel string `json:"channel"`
	Last    uint64 `json:"last"`   // the last message that it holds
	Behind  uint64 `json:"behind"` // messages that it lacks
	LagMs   int64  `json:"lag_ms"`
	Error   string `json:"error,omitempty"`
}

// Posts is how the copies of the channels in the other cloud stand, by name.
func (n *Node) Posts() (list []PostState) {
	for _, p := range n.server.Posts() {
		s := PostState{Channel: p.Channel, Last: p.Last, Behind: p.Behind, LagMs: p.Lag.Milliseconds()}
		if p.Err != nil {
			s.Error = p.Err.Error()
		}
		list = append(list, s)
	}
	return list
}

// Synced waits until the mirror holds everything that is durable here now. Errors:
// journal.ErrUnavailable, journal.ErrFenced.
func (n *Node) Synced(ctx context.Context) error {
	for _, s := range n.held() {
		if err := s.journal.Mirrored(ctx, s.journal.Stats().Last); err != nil {
			return err
		}
	}
	return n.server.MessagesSent(ctx)
}

// MirrorHeard is when the mirror answered last, the zero time for never.
func (n *Node) MirrorHeard() time.Time { return n.server.Heard() }

// TakenOverBy is who has taken over, the zero Role for nobody that was heard of.
func (n *Node) TakenOverBy() jetstream.Role { return n.server.By() }
