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
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/report"
)

// durable bounds how long a caller without a deadline of its own waits for a
// commit.
const durable = 30 * time.Second

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

// leave forgets a route that is read no more, so that it holds no message back.
func (t *channelTable) leave(channel, route string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.consumed[channel], route)
}

// advance notes how far a route is, and gives how far all routes of the channel
// are: what lies before that, nobody will read any more.
func (t *channelTable) advance(channel, route string, position uint64) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, reads := t.consumed[channel][route]; !reads {
		return 0
	}
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

// openChannels makes sure that the streams of a plan's channels exist, and that
// they do not end before what its routes have taken: a route would pass over
// what is published until then. taken gives the highest position that a shard
// has of a route.
func (n *Node) openChannels(ctx context.Context, d *deployment.Deployment, taken func(route string) (uint64, error)) error {
	for i := range d.Plan.Channels {
		c := &d.Plan.Channels[i]
		after, route, err := takenOf(d, c.Name, taken)
		if err != nil {
			return err
		}
		if open := n.channels.find(c.Name); open != nil {
			if err := reaches(ctx, open, c, after, route); err != nil {
				return err
			}
			if !n.changed(d, c) {
				continue
			}
			after = 0 // the channel is there, and reaches
		}
		opened, err := n.openChannel(ctx, d, c.Name, after)
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

// changed says whether the stream of a channel that is open has to become another
// one for this plan.
func (n *Node) changed(d *deployment.Deployment, c *plan.Channel) bool {
	active := n.deployments.Active(d.Plan.Package)
	if active == nil {
		return true
	}
	old, ok := active.Channel(c.Name)
	return !ok || options(old, 0) != options(c, 0)
}

// options are those of the channel's stream.
func options(c *plan.Channel, after uint64) jetstream.ChannelOptions {
	o := jetstream.ChannelOptions{MaxBytes: c.MaxBytes, After: after}
	if c.Dedupe != nil {
		o.Window = time.Duration(c.Dedupe.WithinNs)
	}
	return o
}

// takenOf is how far those are that read a channel for the plan, and which is
// farthest.
func takenOf(d *deployment.Deployment, channel string, taken func(string) (uint64, error)) (after uint64, reader string, err error) {
	for _, name := range readers(d, channel) {
		at, err := taken(name)
		if err != nil {
			return 0, "", err
		}
		if at > after {
			after, reader = at, name
		}
	}
	return after, reader, nil
}

// readers are the routes and the receivers that read a channel.
func readers(d *deployment.Deployment, channel string) (names []string) {
	for i := range d.Plan.Routes {
		if d.Plan.Routes[i].From == channel {
			names = append(names, d.Plan.Routes[i].Name)
		}
	}
	for _, r := range d.Program.Receivers() {
		if r.Channel == channel {
			names = append(names, r.Name)
		}
	}
	return names
}

// reaches refuses a route that was elsewhere before, farther than this channel.
func reaches(ctx context.Context, open *jetstream.Channel, c *plan.Channel, after uint64, route string) error {
	if after == 0 {
		return nil
	}
	info, err := open.Info(ctx)
	if err != nil {
		return fmt.Errorf("%s: asking for the channel %s: %w", c.At, c.Name, err)
	}
	if info.Last < after {
		return fmt.Errorf("%s: the route %s has taken %d messages, and the channel %s ends at %d: it read another channel before; give the route another name", c.At, route, after, c.Name, info.Last)
	}
	return nil
}

func (n *Node) openChannel(ctx context.Context, d *deployment.Deployment, name string, after uint64) (*jetstream.Channel, error) {
	c, ok := d.Channel(name)
	if !ok {
		return nil, fmt.Errorf("%w: %s", errNoChannel, name)
	}
	pkg := packageOf(name)
	opened, err := n.server.Channel(ctx, pkg, strings.TrimPrefix(name, pkg+"."), options(c, after))
	if err != nil {
		return nil, fmt.Errorf("%s: opening the channel %s: %w", c.At, name, err)
	}
	return opened, nil
}

// declared is what a channel is now, and the deployment that says so. Without a
// deployment nobody knows the package, without a channel the package has none such.
func (n *Node) declared(channel string) (*deployment.Deployment, *plan.Channel) {
	d := n.deployments.Holding(packageOf(channel), func(d *deployment.Deployment) bool {
		_, ok := d.Channel(channel)
		return ok
	})
	if d == nil {
		return nil, nil
	}
	c, _ := d.Channel(channel)
	return d, c
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
	d, c := n.declared(channel)
	switch {
	case d == nil:
		return MessageReply{}, n.notDeployed(channel)
	case c == nil:
		return MessageReply{}, notFound("the package %s has no channel %q; it has %s", d.Plan.Package, channel, orNone(deployed(d).Channels))
	}
	id, err := idOr(id)
	if err != nil {
		return MessageReply{}, err
	}
	v, err := d.ReadAs(channel, body, c.Type)
	if err != nil {
		if kept := n.keepInvalid(ctx, c, id, body, err); kept != nil {
			return MessageReply{}, kept
		}
		return MessageReply{}, err
	}
	return n.put(ctx, channel, id, d.Program.Same(channel, v), d.Universe.EncodeJSON(nil, v, c.Type))
}

// MaxID bounds the ID of a message or an event in bytes.
const MaxID = jetstream.MaxMessageID

// idOr checks an ID from outside, and makes one up where there is none.
func idOr(id string) (string, error) {
	switch {
	case id == "":
		return rand.Text(), nil
	case len(id) > MaxID:
		return "", &record.Rejection{Code: record.Invalid, Detail: fmt.Sprintf("the ID has %d bytes; at most %d are allowed", len(id), MaxID)}
	case strings.ContainsAny(id, "\r\n"):
		return "", &record.Rejection{Code: record.Invalid, Detail: fmt.Sprintf("the ID %q has several lines; want one of 1 to %d bytes", id, MaxID)}
	}
	return id, nil
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
	text := d.Universe.EncodeJSON(nil, v, c.Type)
	if c.Invalid != "" {
		if err := d.Obeys(channel, v, c.Type); err != nil {
			return MessageReply{ID: id}, n.keepInvalid(ctx, c, id, text, err)
		}
	}
	return n.put(ctx, channel, id, d.Program.Same(channel, v), text)
}

// put appends a message. same is what makes it the same one as another, "" for its
// ID.
func (n *Node) put(ctx context.Context, channel, id, same string, text []byte) (MessageReply, error) {
	c := n.channels.find(channel)
	if c == nil {
		return MessageReply{}, fmt.Errorf("%w: %s", errNoChannel, channel)
	}
	ctx, cancel := context.WithTimeout(ctx, durable)
	defer cancel()
	position, existing, err := c.PublishAs(ctx, id, nameOf(id, same), nil, text)
	if err == nil {
		if err = n.awaitMessage(ctx, c, position); errors.Is(err, journal.ErrUnavailable) {
			return MessageReply{ID: id}, &record.Rejection{Code: record.Busy, Detail: fmt.Sprintf("the channel %s has the message %s here, and the other cloud does not have it yet: send it again under this ID, which is the same message: %v", channel, id, err)}
		}
	}
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

// Peek shows the oldest messages of a channel without taking them, as somebody sees
// them.
func (n *Node) Peek(ctx context.Context, channel string, limit int, who Person) ([]ChannelMessage, error) {
	c := n.channels.find(channel)
	if c == nil {
		return nil, notFound("there is no channel %q; there is %s", channel, n.channelNames())
	}
	messages, err := c.Peek(ctx, 0, limit)
	if err != nil {
		return nil, fmt.Errorf("looking into the channel %s: %w", channel, err)
	}
	d, declared := n.declared(channel)
	list := []ChannelMessage{}
	for _, m := range messages {
		data := json.RawMessage(`"` + report.Hidden + `"`) // nobody knows its labels any more
		if d != nil && declared != nil {
			data = n.message(d, declared, m.Payload, who)
		}
		list = append(list, ChannelMessage{ID: m.ID, Position: m.Seq, At: m.Time, Data: data})
	}
	return list, nil
}
