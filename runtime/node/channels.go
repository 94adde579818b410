package node

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"
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

var errNoChannel = errors.New("no plan on this node declares this channel")

// channelTable holds the open channels by qualified name, and how far the routes
// that are pumped have consumed theirs.
type channelTable struct {
	mu       sync.RWMutex
	open     map[string]*jetstream.Channel
	consumed map[string]map[string]uint64 // by channel and route
}

// join notes that a route reads a channel; false where it did already.
func (t *channelTable) join(channel, route string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, running := t.consumed[channel][route]; running {
		return false
	}
	if t.consumed == nil {
		t.consumed = map[string]map[string]uint64{}
	}
	if t.consumed[channel] == nil {
		t.consumed[channel] = map[string]uint64{}
	}
	t.consumed[channel][route] = 0
	return true
}

// advance notes how far a route is, and gives how far all routes of the channel
// are: what lies before that, nobody will read any more.
func (t *channelTable) advance(channel, route string, position uint64) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.consumed[channel][route] = position
	for _, other := range t.consumed[channel] {
		position = min(position, other)
	}
	return position
}

func (t *channelTable) find(name string) *jetstream.Channel {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.open[name]
}

// openChannels makes sure that the streams of a plan's channels exist.
func (n *Node) openChannels(ctx context.Context, d *deployment.Deployment) error {
	for i := range d.Plan.Channels {
		c := &d.Plan.Channels[i]
		if n.channels.find(c.Name) != nil {
			continue
		}
		opened, err := n.openChannel(ctx, d, c.Name)
		if err != nil {
			return err
		}
		n.channels.mu.Lock()
		if n.channels.open == nil {
			n.channels.open = map[string]*jetstream.Channel{}
		}
		n.channels.open[c.Name] = opened
		n.channels.mu.Unlock()
	}
	return nil
}

func (n *Node) openChannel(ctx context.Context, d *deployment.Deployment, name string) (*jetstream.Channel, error) {
	c, ok := d.Channel(name)
	if !ok {
		return nil, fmt.Errorf("%w: %s", errNoChannel, name)
	}
	pkg := packageOf(name)
	opened, err := n.server.Channel(ctx, pkg, strings.TrimPrefix(name, pkg+"."), jetstream.ChannelOptions{MaxBytes: c.MaxBytes})
	if err != nil {
		return nil, fmt.Errorf("%s: opening the channel %s: %w", c.At, name, err)
	}
	return opened, nil
}

// MessageReply says where a message is now.
type MessageReply struct {
	ID       string
	Position uint64
	Existing bool // this ID was there already
}

// PublishMessage puts a message into a channel. The same ID twice is the same
// message. Errors: types.Problems for one that does not fit: it is nowhere then.
func (n *Node) PublishMessage(ctx context.Context, channel, id string, body []byte) (MessageReply, error) {
	d := n.deployments.Active(packageOf(channel))
	if d == nil {
		return MessageReply{}, n.notDeployed(channel)
	}
	c, ok := d.Channel(channel)
	if !ok {
		return MessageReply{}, notFound("the package %s has no channel %q; it has %s", d.Plan.Package, channel, orNone(deployed(d).Channels))
	}
	v, err := d.Read(body, c.Type)
	if err != nil {
		return MessageReply{}, err
	}
	if id == "" {
		id = rand.Text()
	}
	return n.put(ctx, channel, id, d.Universe.EncodeJSON(nil, v, c.Type))
}

// publish puts a value into a channel of a plan, as a step's effect.
func (n *Node) publish(ctx context.Context, digest, channel, id string, v types.Value) (MessageReply, error) {
	d := n.deployments.Find(digest)
	if d == nil {
		return MessageReply{}, fmt.Errorf("%w: %s", errNoChannel, channel)
	}
	c, ok := d.Channel(channel)
	if !ok {
		return MessageReply{}, fmt.Errorf("%w: %s", errNoChannel, channel)
	}
	return n.put(ctx, channel, id, d.Universe.EncodeJSON(nil, v, c.Type))
}

func (n *Node) put(ctx context.Context, channel, id string, text []byte) (MessageReply, error) {
	c := n.channels.find(channel)
	if c == nil {
		return MessageReply{}, fmt.Errorf("%w: %s", errNoChannel, channel)
	}
	ctx, cancel := context.WithTimeout(ctx, durable)
	defer cancel()
	position, existing, err := c.Publish(ctx, id, nil, text)
	if errors.Is(err, journal.ErrFull) || errors.Is(err, journal.ErrUnavailable) {
		err = &record.Rejection{Code: record.Busy, Detail: fmt.Sprintf("the channel %s can take nothing, and nothing was done; try again when there is room: %v", channel, err)}
	}
	return MessageReply{ID: id, Position: position, Existing: existing}, err
}

// ChannelStatus is how a channel stands.
type ChannelStatus struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Messages uint64 `json:"messages"`
	Bytes    uint64 `json:"bytes"`
}

// Channels lists the channels of all active plans, by name.
func (n *Node) Channels(ctx context.Context) ([]ChannelStatus, error) {
	list := []ChannelStatus{}
	for _, d := range n.deployments.All() {
		for _, c := range d.Plan.Channels {
			info, err := n.channels.find(c.Name).Info(ctx)
			if err != nil {
				return nil, fmt.Errorf("asking for the channel %s: %w", c.Name, err)
			}
			list = append(list, ChannelStatus{Name: c.Name, Type: c.Type.String(), Messages: info.Messages, Bytes: info.Bytes})
		}
	}
	return list, nil
}

// ChannelMessage is a message as it lies in a channel.
type ChannelMessage struct {
	ID       string          `json:"id"`
	Position uint64          `json:"position"`
	At       time.Time       `json:"at"`
	Data     json.RawMessage `json:"data"`
}

func (n *Node) channelNames() string {
	var names []string
	for _, d := range n.deployments.All() {
		names = append(names, deployed(d).Channels...)
	}
	return orNone(names)
}

// Peek shows the oldest messages of a channel without taking them.
func (n *Node) Peek(ctx context.Context, channel string, limit int) ([]ChannelMessage, error) {
	c := n.channels.find(channel)
	if c == nil {
		return nil, notFound("there is no channel %q; there is %s", channel, n.channelNames())
	}
	messages, err := c.Peek(ctx, 0, limit)
	if err != nil {
		return nil, fmt.Errorf("looking into the channel %s: %w", channel, err)
	}
	list := []ChannelMessage{}
	for _, m := range messages {
		list = append(list, ChannelMessage{ID: m.ID, Position: m.Seq, At: m.Time, Data: m.Payload})
	}
	return list, nil
}

// startPumps starts a pump per route of the active plans.
func (n *Node) startPumps() error {
	for _, d := range n.deployments.All() {
		if err := n.pump(d); err != nil {
			return err
		}
	}
	return nil
}

// pump starts the pumps of a plan's routes that are not pumped yet. A pump
// outlives its plan: it looks the active one up for every batch.
func (n *Node) pump(d *deployment.Deployment) error {
	for i := range d.Plan.Routes {
		r := &d.Plan.Routes[i]
		if n.channels.join(r.From, r.Name) {
			// A reader of its own: a channel's handle serves one reader at a time.
			source, err := n.openChannel(n.work, d, r.From)
			if err != nil {
				return err
			}
			p := &pump{node: n, route: r.Name, channel: r.From, source: source}
			n.workers.Go(p.run)
		}
	}
	return nil
}

// pump moves the messages of one channel to the shards, in order. How far each
// shard is stands in its journal, so a message is consumed and acted on in one
// commit.
type pump struct {
	node    *Node
	route   string
	channel string
	source  *jetstream.Channel
	at      []uint64 // per shard: the position of its last message
	next    uint64
	purged  uint64
}

func (p *pump) run() {
	for p.node.work.Err() == nil {
		err := p.resume()
		for err == nil && p.node.work.Err() == nil {
			err = p.step()
		}
		if busy(err) {
			pause(p.node.work, stalledPause) // the shard says why
			continue
		}
		if err != nil && p.node.work.Err() == nil {
			p.node.log.Error("a route's channel cannot be read; trying again", "route", p.route, "channel", p.channel, "error", err)
			pause(p.node.work, pumpPause)
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
	p.at = make([]uint64, len(p.node.shards))
	for i, s := range p.node.shards {
		err := s.processor.Query(p.node.work, func(state *engine.State) { p.at[i] = state.Position(p.route) })
		if err != nil {
			return err
		}
	}
	p.next = p.done() + 1
	p.node.channels.advance(p.channel, p.route, p.done())
	return nil
}

// done is the position up to which every shard has taken what is its own.
func (p *pump) done() uint64 {
	lowest := p.at[0]
	for _, at := range p.at[1:] {
		lowest = min(lowest, at)
	}
	return lowest
}

// step reads one batch and hands it over. All messages of a batch are under way
// at once; each names the one before it on its shard, so a shard that refuses
// one refuses all after it, and the pump begins again there.
func (p *pump) step() error {
	messages, err := p.source.Read(p.node.work, p.next, pumpBatch, pumpWait)
	if err != nil || len(messages) == 0 {
		return err
	}
	d := p.node.deployments.Active(packageOf(p.route))
	answers := make(chan error, len(messages))
	sent := 0
	for _, m := range messages {
		cmd := p.command(d, m)
		i := record.ShardOf(record.InstanceID(p.route, m.ID), len(p.node.shards))
		if m.Seq <= p.at[i] {
			continue // this shard had it before the restart
		}
		cmd.After, p.at[i] = p.at[i], m.Seq
		if err := p.node.shards[i].processor.Send(p.node.work, cmd, func(r record.Reply, err error) {
			if err == nil && r.Rejected != nil {
				err = r.Rejected
			}
			answers <- err
		}); err != nil {
			return err
		}
		sent++
	}
	for range sent {
		if e := <-answers; e != nil {
			err = e
		}
	}
	if err != nil {
		return err
	}
	p.next = messages[len(messages)-1].Seq + 1
	return p.purge(p.next - 1)
}

func (p *pump) command(d *deployment.Deployment, m jetstream.Message) record.DeliverMessage {
	cmd := record.DeliverMessage{Route: p.route, Channel: p.channel, Position: m.Seq, Message: m.ID}
	var c *plan.Channel
	if d != nil {
		c, _ = d.Channel(p.channel)
	}
	if c == nil {
		cmd.Problem = "no active plan declares the channel " + p.channel
		cmd.Payload = string(m.Payload)
		return cmd
	}
	v, err := d.Read(m.Payload, c.Type)
	if err == nil {
		cmd.Payload = v
		return cmd
	}
	cmd.Problem = err.Error()
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
	if err := p.source.Purge(p.node.work, consumed); err != nil {
		return err
	}
	p.purged = consumed
	return nil
}
