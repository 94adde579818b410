package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/lease"
	"github.com/cob-lang/cob/runtime/record"
)

// snapshotTime bounds how long a shard that is handed over takes a snapshot, which
// spares the next owner a replay.
const snapshotTime = 5 * time.Second

// run takes shards and hands them over until the node leaves.
func (c *cluster) run() {
	for {
		if !c.valid() {
			c.again()
		}
		if err := c.look(c.node.work); err != nil {
			if c.node.work.Err() == nil {
				c.node.log.Warn("the board of the nodes cannot be read; trying again", "error", err)
			}
		} else {
			c.follow()
			c.act()
		}
		select {
		case <-c.quit:
			return
		case <-c.poke:
		case <-time.After(c.ttl / 6):
		}
	}
}

// act does what the lease rules say.
func (c *cluster) act() {
	view := c.latest()
	c.mu.Lock()
	moves := c.keeper.Decide(c.now(), view)
	self := c.keeper.ID()
	c.mu.Unlock()
	for number, h := range view.Shards { // it went to another node, which the journal tells only who writes
		if s := c.node.at(number); s != nil && h != (lease.Hold{Owner: self, Epoch: s.epoch}) {
			c.drop(s, fmt.Errorf("%w: %s owns it in epoch %d", journal.ErrFenced, h.Owner, h.Epoch))
		}
	}
	for _, number := range moves.Release {
		if s := c.node.at(number); s != nil && !c.quitting() {
			c.release(c.node.work, s, true)
		}
	}
	for number, h := range view.Shards { // the note was written, and the answer lost
		if h.Owner == self && c.node.at(number) == nil && !slices.Contains(moves.Release, number) {
			moves.Take = append(moves.Take, number)
		}
	}
	for _, number := range moves.Take {
		if c.quitting() || !c.valid() {
			return
		}
		if c.node.at(number) == nil {
			c.take(number)
		}
	}
}

func (c *cluster) quitting() bool {
	select {
	case <-c.quit:
		return true
	default:
		return false
	}
}

// take makes this node the owner of a shard, where nobody is it by now: other shards
// were taken since that was decided. What goes wrong is told, and tried again later,
// here or elsewhere.
func (c *cluster) take(number int) {
	n := c.node
	if at, refused := c.refused[number]; refused && time.Since(at) < c.ttl/2 {
		return
	}
	before, over := c.holder(number)
	if before.Owner != "" && before.Owner != c.id() { // a replica that is behind may not know its owner
		if gone, err := c.board.Gone(n.work, noteNode+before.Owner); err != nil || !gone {
			return
		}
	}
	s, state, err := c.open(number, before.Epoch+1, over)
	if errors.Is(err, jetstream.ErrChanged) {
		return // another node was faster
	}
	if err == nil {
		err = c.settle(s, state)
	}
	if err == nil && !c.valid() {
		err = errors.New("the lease ended meanwhile")
	}
	if err != nil {
		if n.work.Err() == nil {
			n.log.Error("a shard could not be taken; trying again", "shard", number, "error", err)
		}
		c.refused[number] = time.Now()
		if s != nil {
			c.release(n.work, s, false)
		} else {
			c.give(number)
		}
		return
	}
	delete(c.refused, number)
	n.log.Info("shard taken", "shard", number, "epoch", s.epoch)
	c.tell()
}

// open writes down that this node owns the shard, over the note with that revision, and
// takes its journal over in that epoch. An epoch that the journal has passed, because
// the board was lost, is made up for.
func (c *cluster) open(number int, epoch, over uint64) (*ownedShard, *engine.State, error) {
	n := c.node
	over, err := c.write(number, over, shardNote{c.id(), epoch})
	if err != nil {
		return nil, nil, err
	}
	// What was written before this note counts for the shard, as reader.go says.
	for !c.saw(number) {
		if err := c.look(n.work); err != nil {
			return nil, nil, err
		}
	}
	n.activation.Lock()
	stored, err := n.learnPlans(n.work)
	n.activation.Unlock()
	if err != nil {
		return nil, nil, err
	}
	s, state, err := n.openShard(n.work, number, epoch, stored)
	var stale *journal.StaleEpochError
	if errors.As(err, &stale) {
		epoch = stale.Tail + 1
		if _, err := c.write(number, over, shardNote{c.id(), epoch}); err != nil {
			return nil, nil, err
		}
		s, state, err = n.openShard(n.work, number, epoch, stored)
	}
	if err == nil {
		err = n.needed([]*engine.State{state})
	}
	return s, state, err
}

// settle brings a shard that was taken over to the plans that are active, and lets it
// work among the others.
func (c *cluster) settle(s *ownedShard, state *engine.State) error {
	n := c.node
	n.activation.Lock()
	defer n.activation.Unlock()
	if s.number == 0 {
		c.adopt(state)
	}
	differs := map[string]string{}
	for _, d := range n.deployments.All() {
		if state.Active(d.Plan.Package) != d.Digest || n.rolledOtherwise(state, d) {
			differs[d.Plan.Package] = d.Digest
		}
	}
	n.begin(s)
	ctx, cancel := context.WithTimeout(n.work, durable)
	defer cancel()
	for _, d := range n.deployments.All() {
		if differs[d.Plan.Package] == "" {
			continue
		}
		err := n.give(ctx, s, d)
		if err == nil {
			_, err = s.processor.Submit(ctx, record.ActivatePlan{Package: d.Plan.Package, Digest: d.Digest, Rollouts: n.rollouts(d)})
		}
		if err != nil {
			return fmt.Errorf("activating the plan of %s on shard %d: %w", d.Plan.Package, s.number, err)
		}
	}
	stop, err := c.bus.Listen(shardPlace(s.number, s.epoch), func(question []byte, reply func([]byte)) { n.answerAt(s, question, reply) })
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.stop[s] = stop
	c.mu.Unlock()
	n.readAnew(func() { n.hold(s) })
	return nil
}

// adopt writes down which plans the first shard says are active, where the board does
// not say it: the store is from before there was a board, or that was lost.
func (c *cluster) adopt(state *engine.State) {
	for _, d := range c.node.deployments.Inactive() {
		pkg := d.Plan.Package
		if state.Active(pkg) != d.Digest || c.node.unbound[d.Digest] != nil {
			continue
		}
		if _, known := c.planOf(pkg); !known {
			if _, err := c.activate(c.node.work, pkg, func(planNote) (planNote, error) {
				return planNote{Digest: d.Digest, Shares: sharesIn(state)[pkg]}, nil
			}); err != nil {
				c.node.log.Warn("the active plan could not be written down; trying again at the next start", "package", pkg, "error", err)
			}
			c.wake()
		}
	}
}

// holder is who owns a shard, and the revision of the note that says so. Both belong
// together: who decides by the one writes over the other, so that an owner of whom
// this node has heard meanwhile is not passed over.
func (c *cluster) holder(number int) (lease.Hold, uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.view.Shards[number], c.revisions[number]
}

// write writes who owns a shard, over the note with a revision, and returns its own.
// Errors: those of jetstream.Board.Write.
func (c *cluster) write(number int, over uint64, note shardNote) (uint64, error) {
	text, err := json.Marshal(note)
	if err != nil {
		return 0, err
	}
	revision, err := c.board.Write(c.node.work, fmt.Sprint(noteShard, number), text, over, 0)
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.revisions[number] < revision {
		c.revisions[number] = revision
		c.view.Shards = slices.Clone(c.view.Shards)
		c.view.Shards[number] = lease.Hold{Owner: note.Owner, Epoch: note.Epoch}
		c.turned()
	}
	return revision, nil
}

// give says that nobody owns a shard that this node does.
func (c *cluster) give(number int) {
	h, over := c.holder(number)
	if h.Owner != c.id() {
		return
	}
	if _, err := c.write(number, over, shardNote{"", h.Epoch}); err != nil && c.node.work.Err() == nil {
		c.node.log.Warn("a shard could not be given back; it is free when the lease ends", "shard", number, "error", err)
	}
	c.tell()
}

// release ends a shard on this node and gives it back. A graceful one takes a
// snapshot first, while the shard still works.
func (c *cluster) release(ctx context.Context, s *ownedShard, graceful bool) {
	if graceful {
		snap, cancel := context.WithTimeout(ctx, snapshotTime)
		if err := s.processor.Snapshot(snap); err != nil {
			c.node.log.Debug("no snapshot before a shard is handed over", "shard", s.number, "error", err)
		}
		cancel()
	}
	c.end(ctx, s)
	c.give(s.number)
}

// end ends a shard on this node. Requests for it go elsewhere from now on; what was
// under way is durable or was never acknowledged.
func (c *cluster) end(ctx context.Context, s *ownedShard) {
	n := c.node
	n.activation.Lock()
	c.mu.Lock()
	stop := c.stop[s]
	delete(c.stop, s)
	c.mu.Unlock()
	if stop != nil {
		stop()
	}
	s.stop()
	if n.at(s.number) == s {
		n.readAnew(func() { n.replace(s.number, nil) })
	}
	n.activation.Unlock()
	s.processor.Close()
	if err := s.journal.Close(ctx); err != nil && n.work.Err() == nil {
		n.log.Warn("closing a journal that was handed over", "shard", s.number, "error", err)
	}
}

// drop gives up a shard whose processor has ended by itself.
func (c *cluster) drop(s *ownedShard, reason error) {
	if c.node.at(s.number) != s {
		return // it was handed over
	}
	c.node.log.Warn("a shard is not this node's any more", "shard", s.number, "reason", reason)
	c.release(c.node.work, s, false)
	c.wake()
}

// again ends all shards after the session has lapsed, and begins another one.
func (c *cluster) again() {
	n := c.node
	n.log.Warn("the lease of this node has ended; its shards are stopped and it joins again")
	old := c.id()
	var all sync.WaitGroup
	for _, s := range n.held() {
		s.stop()
	}
	for _, s := range n.held() {
		all.Go(func() { c.end(n.work, s) })
	}
	all.Wait()
	c.mu.Lock()
	stop := c.stop[nil]
	delete(c.stop, nil)
	c.mu.Unlock()
	if stop != nil {
		stop()
	}
	for first := true; !c.quitting() && n.work.Err() == nil; first = false {
		err := c.rejoin(old)
		if err == nil {
			return
		}
		if first {
			n.log.Warn("the nodes of the store cannot be joined again; trying on", "error", err)
		}
		pause(n.work, c.ttl/6)
	}
}

// rejoin begins another session in place of one that is over. A store that does not
// answer is asked again soon, for nothing runs here until it does.
func (c *cluster) rejoin(old string) error {
	ctx, cancel := context.WithTimeout(c.node.work, c.ttl)
	defer cancel()
	if err := c.board.Erase(ctx, noteNode+old); err != nil {
		return err
	}
	return c.session(ctx)
}

// leave hands everything over, one shard after the other, and goes.
func (c *cluster) leave(ctx context.Context) {
	c.mu.Lock()
	if c.leaving {
		c.mu.Unlock()
		return
	}
	c.leaving = true
	joined := c.keeper != nil
	c.mu.Unlock()
	if !joined { // the store was not ready
		c.hush()
		return
	}
	if err := c.renewOnce(); err == nil {
		c.tell()
	}
	close(c.quit)
	c.wake()
	c.ended.Wait()
	for _, s := range c.node.held() {
		c.release(ctx, s, ctx.Err() == nil)
	}
	if err := c.board.Erase(ctx, noteNode+c.id()); err != nil {
		c.node.log.Warn("the node could not sign off; its lease ends by itself", "error", err)
	}
	c.tell()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, stop := range c.stop {
		stop()
	}
	c.hush()
}

// readAnew lets routes and receivers begin again after a change of the shards that are
// here. None of them is under way during it. The caller holds activation.
func (n *Node) readAnew(change func()) {
	for route, p := range n.pumps {
		p.stop()
		<-p.ended
		n.channels.leave(p.channel, route)
		delete(n.pumps, route)
	}
	change()
	if n.work.Err() == nil {
		n.adjustReaders()
	}
}
