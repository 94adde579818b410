package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/record"
)

// How a receiver reads its channel.
const (
	// heldBytes bounds the messages that one receiver holds in memory because nobody
	// has taken them yet; the others stay in the channel.
	heldBytes = 16 << 20
	// heldLook is how often it looks whether one of them has expired.
	heldLook = time.Second
)

// receiverTable finds the receivers that run, by name.
type receiverTable struct {
	mu  sync.Mutex
	all map[string]*receiver
}

// wake lets a receiver offer what nobody has taken yet: somebody waits now.
func (t *receiverTable) wake(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.all[name]; r != nil {
		select {
		case r.awaited <- struct{}{}:
		default: // it will look anyway
		}
	}
}

// receiver is the one place of the node that hands the messages of a channel to the
// instances of a process that wait for them. Which messages were taken stands in
// the journals of those that took them; what nobody has taken stays in the channel.
type receiver struct {
	engine.Receiver
	node    *Node
	work    context.Context
	stop    context.CancelFunc
	awaited chan struct{}
	epoch   uint64 // in which its node owns the shard of its name, 0 on an embedded store

	low   uint64 // everything up to here was taken
	read  uint64 // everything up to here was read
	taken map[uint64]bool
	held  []jetstream.Message // read and not taken, oldest first
	bytes int                 // of these
}

// adjustReaders lets routes and receivers read their channels as the plans say. All
// of them join before any reads: what one has taken may be dropped only when the
// others have it, too. The caller holds activation.
func (n *Node) adjustReaders() {
	fresh := n.adjustReceivers()
	n.adjustPumps()
	for _, r := range fresh {
		n.workers.Go(r.run)
	}
}

// adjustReceivers joins those of all plans that instances run on to their channels,
// and gives those that are to start; it ends the others.
func (n *Node) adjustReceivers() (fresh []*receiver) {
	wanted := map[string]engine.Receiver{}
	for _, d := range n.plansInUse() {
		for _, r := range d.Program.Receivers() {
			if n.Holds(r.Name) { // one node is its reader
				wanted[r.Name] = r
			}
		}
	}
	n.receivers.mu.Lock()
	defer n.receivers.mu.Unlock()
	for name, r := range n.receivers.all {
		if _, stays := wanted[name]; !stays {
			r.stop()
			n.channels.leave(r.Channel, name)
			delete(n.receivers.all, name)
		}
	}
	if n.receivers.all == nil {
		n.receivers.all = map[string]*receiver{}
	}
	for name, r := range wanted {
		if n.receivers.all[name] == nil && n.channels.join(r.Channel, name) {
			x := &receiver{Receiver: r, node: n, awaited: make(chan struct{}, 1), epoch: n.at(n.home(name)).epoch}
			x.work, x.stop = context.WithCancel(n.work)
			n.receivers.all[name] = x
			fresh = append(fresh, x)
		}
	}
	return fresh
}

// plansInUse are the active plans, and those that an instance still runs on.
func (n *Node) plansInUse() []*deployment.Deployment {
	list := n.deployments.All()
	for _, d := range n.deployments.Inactive() {
		if len(d.Program.Receivers()) == 0 {
			continue
		}
		used := slices.ContainsFunc(n.held(), func(s *ownedShard) bool {
			pinned := false
			err := s.processor.Query(n.work, func(state *engine.State) { pinned = state.InUse(d.Digest) > 0 })
			return err == nil && pinned
		})
		if used {
			list = append(list, d)
		}
	}
	return list
}

func (r *receiver) run() {
	defer r.stop()
	for r.work.Err() == nil {
		switch err := r.attend(); {
		case r.work.Err() != nil:
			return
		case errors.Is(err, errMoving), busy(err):
			pause(r.work, stalledPause)
		default:
			r.node.log.Error("a channel that processes read cannot be read; trying again", "receiver", r.Name, "error", err)
			pause(r.work, pumpPause)
		}
	}
}

// attend learns from the shards what was taken, and goes on from there until
// something is wrong.
func (r *receiver) attend() error {
	d := r.node.deployments.Active(packageOf(r.Flow))
	if d == nil {
		return errMoving
	}
	source, err := r.node.openChannel(r.work, d, r.Channel, 0)
	if err != nil {
		return err
	}
	if err := r.learn(); err != nil {
		return err
	}
	r.node.channels.advance(r.Channel, r.Name, r.low)
	work, stop := context.WithCancel(r.work)
	defer stop()
	incoming, broken := make(chan jetstream.Message), make(chan error, 1)
	from := r.low + 1
	r.node.workers.Go(func() { broken <- feed(work, source, from, incoming) })
	look := time.NewTicker(heldLook)
	defer look.Stop()
	for {
		open := incoming
		if r.bytes >= heldBytes || r.read >= r.low+engine.MaxAhead {
			open = nil
		}
		err := error(nil)
		select {
		case m := <-open:
			err = r.comes(m)
		case <-r.awaited:
			err = r.offerAll()
		case <-look.C:
			err = r.expire()
		case err = <-broken:
		case <-work.Done():
			return work.Err()
		}
		if err == nil {
			err = r.settle(source)
		}
		if err != nil {
			return err
		}
	}
}

// feed reads a channel from a position on.
func feed(ctx context.Context, source *jetstream.Channel, from uint64, to chan<- jetstream.Message) error {
	for {
		messages, err := source.Read(ctx, from, pumpBatch, pumpWait)
		if err != nil {
			return err
		}
		for _, m := range messages {
			select {
			case to <- m:
				from = m.Seq + 1
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// learn asks the shards what they have taken.
func (r *receiver) learn() error {
	r.low, r.taken, r.held, r.bytes = 0, map[uint64]bool{}, nil, 0
	for number := range r.node.count() {
		low, taken, err := r.received(number)
		if err != nil {
			return err
		}
		r.low = max(r.low, low)
		for _, at := range taken {
			r.taken[at] = true
		}
	}
	r.read = r.low
	return nil
}

// comes takes up a message that was read.
func (r *receiver) comes(m jetstream.Message) error {
	r.read = max(r.read, m.Seq)
	if m.Seq <= r.low || r.taken[m.Seq] {
		return nil
	}
	r.held = append(r.held, m)
	r.bytes += len(m.Payload)
	return r.offer(m)
}

// offerAll offers everything that nobody has taken yet.
func (r *receiver) offerAll() error {
	for _, m := range slices.Clone(r.held) {
		if err := r.offer(m); err != nil {
			return err
		}
	}
	return nil
}

// offer offers a message to the shards whose instances may take it, until one does.
// Where it begins depends on the message, so that no shard is served first always.
// Meanwhile no plan is activated.
func (r *receiver) offer(m jetstream.Message) error {
	n := r.node
	n.moving.RLock()
	defer n.moving.RUnlock()
	pkg := packageOf(r.Flow)
	d := n.deployments.Active(pkg)
	if d == nil || n.unfinished[pkg] != nil {
		return errMoving
	}
	cmd, problem := r.command(d, m)
	if problem != "" {
		return r.bury(d, m, problem)
	}
	targets, all := r.takers(cmd.Payload)
	for i := range n.count() {
		number := (int(m.Seq) + i) % n.count()
		if !all && !slices.ContainsFunc(targets, func(instance string) bool { return n.home(instance) == number }) {
			continue
		}
		reply, err := r.decide(number, cmd)
		var no *record.Rejection
		switch {
		case errors.As(err, &no) && no.Code == record.Invalid:
			return r.bury(d, m, no.Detail)
		case err != nil:
			return err
		case reply.Matched > 0:
			r.took(m)
			return nil
		}
	}
	return nil
}

// takers joins those of every plan that instances may run on.
func (r *receiver) takers(message types.Value) (targets []string, all bool) {
	for _, d := range r.node.deployments.Of(packageOf(r.Flow)) {
		some, everybody := d.Program.Takers(r.Receiver, message)
		if everybody {
			return nil, true
		}
		targets = append(targets, some...)
	}
	return targets, false
}

// command is the offer of a message; problem says why nobody can have it.
func (r *receiver) command(d *deployment.Deployment, m jetstream.Message) (cmd record.OfferMessage, problem string) {
	cmd = record.OfferMessage{Receiver: r.Name, Position: m.Seq, Low: r.lowest(), Message: m.ID}
	c, ok := d.Channel(r.Channel)
	if !ok {
		return cmd, "no active plan declares the channel " + r.Channel
	}
	if problem = expired(c, &m, clock()); problem != "" {
		return cmd, problem
	}
	v, err := d.ReadAs(r.Channel, m.Payload, c.Type)
	if err != nil {
		return cmd, engine.Invalid + ": " + err.Error()
	}
	cmd.Payload = v
	return cmd, ""
}

// lowest is the position up to which everything was taken.
func (r *receiver) lowest() uint64 {
	if len(r.held) > 0 {
		return r.held[0].Seq - 1
	}
	return r.read
}

func (r *receiver) took(m jetstream.Message) {
	r.taken[m.Seq] = true
	r.held = slices.DeleteFunc(r.held, func(o jetstream.Message) bool { return o.Seq == m.Seq })
	r.bytes -= len(m.Payload)
}

// bury makes a message a dead letter, once, and goes over it.
func (r *receiver) bury(d *deployment.Deployment, m jetstream.Message, reason string) error {
	if c, ok := d.Channel(r.Channel); ok && c.DeadLetter != "" {
		if err := r.node.keepLetter(r.work, c.DeadLetter, m.ID+" "+r.Name, r.Flow, reason, m.Payload); err != nil {
			return err
		}
	}
	if _, err := r.decide(r.node.home(r.Name), record.OfferMessage{Receiver: r.Name, Position: m.Seq, Low: r.lowest(), Passed: true}); err != nil {
		return err
	}
	r.took(m)
	return nil
}

// expire makes dead letters of what nobody has taken in its time.
func (r *receiver) expire() error {
	d := r.node.deployments.Active(packageOf(r.Flow))
	if d == nil {
		return errMoving
	}
	c, ok := d.Channel(r.Channel)
	if !ok || c.ExpiresNs == 0 {
		return nil
	}
	for _, m := range slices.Clone(r.held) {
		if why := expired(c, &m, clock()); why != "" {
			if err := r.bury(d, m, why); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle drops what all who read the channel have taken.
func (r *receiver) settle(source *jetstream.Channel) error {
	low := r.lowest()
	if low <= r.low {
		return nil
	}
	for at := r.low + 1; at <= low; at++ {
		delete(r.taken, at)
	}
	before := r.low
	r.low = low
	all := r.node.channels.advance(r.Channel, r.Name, low)
	if all/purgeEvery == before/purgeEvery {
		return nil
	}
	if all = r.node.purgeable(r.work, r.Channel, all); all == 0 {
		return nil
	}
	if err := source.Purge(r.work, all); err != nil {
		return fmt.Errorf("dropping what was taken of %s: %w", r.Channel, err)
	}
	return nil
}
