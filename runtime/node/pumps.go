package node

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// How a route's pump reads its channel.
const (
	pumpBatch = 512             // messages read and handed over at a time
	pumpWait  = 2 * time.Second // for the first message of a batch
	pumpPause = 200 * time.Millisecond
	// stalledPause is how long a pump leaves a shard alone that can write nothing.
	stalledPause = time.Second
	// purgeEvery is how many consumed messages are dropped at a time.
	purgeEvery = 1000
)

// errMoving says that the shards are not all on the same plan now.
var errMoving = errors.New("a plan is being activated")

// adjustPumps starts a pump per route of the active plans, and ends those whose
// route is in none any more or reads another channel. The caller holds
// activation.
func (n *Node) adjustPumps() {
	channels := map[string]string{} // by route
	for _, d := range n.deployments.All() {
		for i := range d.Plan.Routes {
			if from := d.Plan.Routes[i].From; from != "" {
				channels[d.Plan.Routes[i].Name] = from
			}
		}
	}
	for route, p := range n.pumps {
		if channels[route] != p.channel {
			p.stop()
			<-p.ended
			n.channels.leave(p.channel, route)
			delete(n.pumps, route)
		}
	}
	if len(n.held()) == 0 {
		return // whoever has shards reads for them
	}
	// All join before any reads, as adjustReaders says.
	var fresh []*pump
	for route, channel := range channels {
		if n.pumps[route] == nil && n.channels.join(channel, route) {
			p := &pump{node: n, route: route, channel: channel, ended: make(chan struct{})}
			p.work, p.stop = context.WithCancel(n.work)
			n.pumps[route] = p
			fresh = append(fresh, p)
		}
	}
	for _, p := range fresh {
		n.workers.Go(p.run)
	}
}

// pump moves the messages of one channel to the shards, in order. How far each
// shard is stands in its journal, so a message is consumed and acted on in one
// commit.
type pump struct {
	node    *Node
	route   string
	channel string
	work    context.Context
	stop    context.CancelFunc
	ended   chan struct{}
	source  *jetstream.Channel
	cursor  *shard.Cursor
	next    uint64
	purged  uint64
}

func (p *pump) run() {
	defer close(p.ended)
	defer p.stop()
	for p.work.Err() == nil {
		err := p.resume()
		for err == nil && p.work.Err() == nil {
			err = p.step()
		}
		switch {
		case p.work.Err() != nil:
			return
		case errors.Is(err, errMoving), busy(err):
			pause(p.work, stalledPause) // the shard or the activation says why
		default:
			p.node.log.Error("a route's channel cannot be read; trying again", "route", p.route, "channel", p.channel, "error", err)
			pause(p.work, pumpPause)
		}
	}
}

// busy says whether a shard or a channel refused because it can take nothing now.
func busy(err error) bool {
	var r *record.Rejection
	return errors.As(err, &r) && r.Code == record.Busy || errors.Is(err, shard.ErrStalled)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// resume learns from the shards how far they are.
func (p *pump) resume() error {
	if err := p.open(); err != nil {
		return err
	}
	at := make([]uint64, p.node.count())
	for i := range at {
		at[i] = math.MaxUint64 // another node's, which hands its messages over itself
	}
	for _, s := range p.node.held() {
		position, err := s.position(p.work, p.route)
		if err != nil {
			return err
		}
		at[s.number] = position
	}
	p.cursor = shard.NewCursor(at)
	p.next = p.cursor.Done() + 1
	p.node.channels.advance(p.channel, p.route, p.cursor.Done())
	return nil
}

// open makes a reader of its own: a channel's handle serves one reader at a time.
func (p *pump) open() error {
	if p.source != nil {
		return nil
	}
	d := p.node.deployments.Active(packageOf(p.route))
	if d == nil {
		return errMoving
	}
	source, err := p.node.openChannel(p.work, d, p.channel, 0)
	p.source = source
	return err
}

// step reads one batch and hands it over.
func (p *pump) step() error {
	messages, err := p.source.Read(p.work, p.next, pumpBatch, pumpWait)
	if err != nil || len(messages) == 0 {
		return err
	}
	if err := p.deliver(messages); err != nil {
		return err
	}
	p.next = messages[len(messages)-1].Seq + 1
	return p.purge(p.next - 1)
}

// deliver hands a batch over. All of its messages are under way at once; each
// names the one before it on its shard, so a shard that refuses one refuses all
// after it, and the pump begins again there. Meanwhile no plan is activated:
// what was read with one plan's types is never started on another plan.
func (p *pump) deliver(messages []jetstream.Message) error {
	n := p.node
	n.moving.RLock()
	defer n.moving.RUnlock()
	pkg := packageOf(p.route)
	d := n.deployments.Active(pkg)
	if d == nil || n.unfinished[pkg] != nil {
		return errMoving
	}
	answers := make(chan error, len(messages))
	sent := 0
	for _, m := range messages {
		i := record.ShardOf(record.InstanceID(p.route, m.ID), n.count())
		after, wanted := p.cursor.Hand(i, m.Seq)
		if !wanted {
			continue // this shard had it before the restart
		}
		cmd := p.command(d, m)
		cmd.After = after
		to := n.at(i)
		if to == nil {
			return errMoving
		}
		if err := to.processor.Send(p.work, cmd, func(r record.Reply, err error) {
			if err == nil && r.Rejected != nil {
				err = r.Rejected
			}
			answers <- err
		}); err != nil {
			return err
		}
		sent++
	}
	return p.await(answers, sent)
}

// await takes the answers of a batch, and does not wait for what will never come.
func (p *pump) await(answers <-chan error, sent int) (err error) {
	for range sent {
		select {
		case e := <-answers:
			if e != nil {
				err = e
			}
		case <-p.node.lost:
			return ErrNotReady
		case <-p.work.Done():
			return p.work.Err()
		}
	}
	return err
}

func (p *pump) command(d *deployment.Deployment, m jetstream.Message) record.DeliverMessage {
	cmd := record.DeliverMessage{Route: p.route, Channel: p.channel, Position: m.Seq, Message: m.ID}
	c, ok := d.Channel(p.channel)
	if !ok {
		cmd.Problem = "no active plan declares the channel " + p.channel
		cmd.Payload = string(m.Payload)
		return cmd
	}
	v, err := d.ReadAs(p.channel, m.Payload, c.Type)
	if cmd.Problem = expired(c, &m, clock()); err == nil && cmd.Problem == "" {
		cmd.Payload = v
		return cmd
	}
	if cmd.Problem == "" {
		cmd.Problem = public(err)
	}
	if raw, err := types.ReadJSON(m.Payload); err == nil {
		cmd.Payload = raw
	} else {
		cmd.Payload = string(m.Payload)
	}
	return cmd
}

// purge drops what every shard has consumed for every route of the channel. Shards
// that had none of the latest messages do not hold it up: what was handed over
// was answered.
func (p *pump) purge(position uint64) error {
	consumed := p.node.channels.advance(p.channel, p.route, position)
	if consumed < p.purged+purgeEvery {
		return nil
	}
	if all := p.node.purgeable(p.work, p.channel, consumed); all > 0 {
		if err := p.source.Purge(p.work, all); err != nil {
			return err
		}
	}
	p.purged = consumed
	return nil
}
