package node

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/shard"
)

// What one node asks another about itself: the first byte of a question.
const (
	askPrepare  byte = 'p' // can it run the stored plan with this digest?
	askActive   byte = 'a' // which plan of this package does it start instances with?
	askConsumed byte = 'n' // how far are its readers of this channel?
	askRequest  byte = 'h' // a request of the API for a shard that it owns
	askList     byte = 'l' // a request of the API for what it holds itself
	askShards   byte = 's' // how its shards stand
	askRollouts byte = 'r' // how the instances of rollouts ended on its shards
)

// Forwarded is what answers requests of the API that came to another node.
type Forwarded func(ctx context.Context, request []byte) []byte

// Serve lets answer have the requests of the API that other nodes pass on. It is
// called before any comes.
func (n *Node) Serve(answer Forwarded) { n.forwarded.Store(&answer) }

// answerNode answers what another node asks.
func (n *Node) answerNode(question []byte, reply func([]byte)) {
	if len(question) == 0 {
		return
	}
	n.workers.Go(func() {
		ctx, cancel := context.WithTimeout(n.work, durable)
		defer cancel()
		text, err := n.answerOne(ctx, question[0], question[1:])
		switch {
		case errors.Is(err, ErrElsewhere):
			reply(answered(answerElsewhere, nil))
		case err != nil:
			reply(answered(answerFailed, []byte(err.Error())))
		case len(text) >= n.cluster.bus.Largest():
			reply(answered(answerFailed, fmt.Appendf(nil, "the answer has %d bytes, more than goes from node to node: ask for less, or ask the node that owns the shard", len(text))))
		default:
			reply(answered(answerDone, text))
		}
	})
}

func (n *Node) answerOne(ctx context.Context, kind byte, what []byte) ([]byte, error) {
	switch kind {
	case askPrepare:
		n.activation.Lock()
		defer n.activation.Unlock()
		d, err := n.learnPlan(ctx, string(what))
		if err == nil && d.Sinks == nil {
			err = n.unbound[d.Digest]
		}
		return nil, err
	case askActive:
		if d := n.deployments.Active(string(what)); d != nil {
			return []byte(d.Digest), nil
		}
		return nil, nil
	case askConsumed:
		return json.Marshal(n.consumedHere(string(what)))
	case askShards:
		return json.Marshal(n.shardsHere())
	case askRollouts:
		said, err := n.rolloutsHere(ctx)
		if err != nil {
			return nil, err
		}
		return json.Marshal(said)
	case askRequest:
		number, size := binary.Uvarint(what)
		if size <= 0 || number >= uint64(n.count()) || n.at(int(number)) == nil {
			return nil, ErrElsewhere
		}
		return n.forward(n.work, what[size:])
	case askList:
		return n.forward(ctx, what)
	}
	return nil, fmt.Errorf("this node does not know what %q asks", kind)
}

func (n *Node) forward(ctx context.Context, request []byte) ([]byte, error) {
	answer := n.forwarded.Load()
	if answer == nil {
		return nil, ErrElsewhere // it has no API yet
	}
	return (*answer)(ctx, request), nil
}

// Forward lets the node that owns the shard of an instance answer a request of the
// API. It is sent again while the shard is on its way to another node: whatever it asks
// for is done once. Errors: ErrElsewhere, ErrNotReady, where nothing was done;
// shard.ErrStalled.
func (n *Node) Forward(ctx context.Context, instance string, request []byte) ([]byte, error) {
	number := n.home(instance)
	question := append(binary.AppendUvarint([]byte{askRequest}, uint64(number)), request...)
	ctx, cancel := context.WithTimeout(ctx, durable)
	defer cancel()
	doubtful := false
	for {
		answer, certain, err := n.cluster.askOwner(ctx, number, question)
		doubtful = doubtful || !certain
		switch {
		case err == nil:
			return answer, nil
		case ctx.Err() != nil && doubtful:
			return nil, fmt.Errorf("%w: %w", shard.ErrStalled, err)
		case ctx.Err() != nil:
			return nil, fmt.Errorf("%w: shard %d has no owner: %w", ErrNotReady, number, err)
		}
		if s := n.at(number); s != nil { // it came here meanwhile
			return n.forward(ctx, request)
		}
		n.cluster.changed(ctx)
	}
}

// askOwner asks the node that owns a shard. certain says that nothing was done.
func (c *cluster) askOwner(ctx context.Context, number int, question []byte) (answer []byte, certain bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.mu.Lock()
	h, self := c.view.Shards[number], c.keeper.ID()
	a := &asking{number, h.Epoch, cancel}
	c.asking[a] = struct{}{}
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.asking, a)
		c.mu.Unlock()
	}()
	if h.Owner == "" || h.Owner == self {
		return nil, true, fmt.Errorf("shard %d: %w", number, ErrElsewhere)
	}
	text, err := c.bus.Ask(ctx, placeNode+h.Owner, question)
	if err != nil {
		return nil, errors.Is(err, jetstream.ErrNobody), err
	}
	text, err = understood(text)
	return text, errors.Is(err, ErrElsewhere), err
}

// other is another node: its session, and its name for people.
type other struct{ id, name string }

// others are the sessions of the other nodes, with their names.
func (c *cluster) others() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := map[string]string{}
	for id, note := range c.about {
		if id != c.keeper.ID() {
			names[id] = note.Name
		}
	}
	return names
}

// all asks all other nodes at once and looks at their answers, one after the other.
// A node that does not answer in time is gone, or about to be: it is passed over.
// Errors: what a node says, that of look.
func (c *cluster) all(ctx context.Context, question []byte, look func(node other, answer []byte) error) error {
	type answer struct {
		node other
		text []byte
		err  error
	}
	ctx, cancel := context.WithTimeout(ctx, gatherTime)
	defer cancel()
	others := c.others()
	answers := make(chan answer, len(others))
	for id, name := range others {
		go func() {
			text, err := c.bus.Ask(ctx, placeNode+id, question)
			if err != nil {
				answers <- answer{node: other{id, name}}
				return
			}
			text, err = understood(text)
			if text == nil {
				text = []byte{}
			}
			answers <- answer{other{id, name}, text, err}
		}()
	}
	var errs []error
	for range others {
		a := <-answers
		switch {
		case a.err != nil:
			errs = append(errs, fmt.Errorf("the node %s: %w", a.node.name, a.err))
		case a.text != nil && look != nil:
			errs = append(errs, look(a.node, a.text))
		}
	}
	return errors.Join(errs...)
}

// Gather lets every other node answer a request of the API for what it holds, within
// a bound. A node that does not answer in time is passed over.
func (n *Node) Gather(ctx context.Context, request []byte) (answers [][]byte) {
	if n.cluster == nil {
		return nil
	}
	_ = n.cluster.all(ctx, append([]byte{askList}, request...), func(_ other, answer []byte) error {
		answers = append(answers, answer)
		return nil
	})
	return answers
}

// Shared says whether other nodes may own shards of the store.
func (n *Node) Shared() bool { return n.cluster != nil }

// NodeStatus is a node of the store.
type NodeStatus struct {
	ID      string        `json:"id"` // of its session
	Name    string        `json:"name"`
	Cloud   string        `json:"cloud,omitempty"`
	Since   time.Time     `json:"since"`
	State   string        `json:"state"` // up, leaving, silent: it does not answer
	Self    bool          `json:"self,omitempty"`
	Shards  []ShardStatus `json:"shards"`
	Waiting int           `json:"waiting"` // commands in the inboxes of its shards
}

// ShardStatus is a shard as its owner sees it.
type ShardStatus struct {
	Shard   int    `json:"shard"`
	Epoch   uint64 `json:"epoch"`
	Commits uint64 `json:"commits"`           // number of the last one
	Waiting int    `json:"waiting"`           // commands in its inbox
	Stalled string `json:"stalled,omitempty"` // why it can write nothing now
}

// shardsHere are those of this node.
func (n *Node) shardsHere() []ShardStatus {
	list := []ShardStatus{}
	for _, s := range n.held() {
		stats := s.journal.Stats()
		one := ShardStatus{Shard: s.number, Epoch: stats.Epoch, Commits: stats.Last, Waiting: s.processor.Waiting()}
		if err := s.processor.Stalled(); err != nil {
			one.Stalled = err.Error()
		}
		list = append(list, one)
	}
	return list
}

// Nodes are the nodes of the store with the shards that each owns, by name, and the
// shards that nobody owns.
func (n *Node) Nodes(ctx context.Context) (list []NodeStatus, free []int) {
	if n.cluster == nil {
		one := NodeStatus{ID: "embedded", Name: n.options.Owner, Cloud: n.options.Cloud, State: "up", Self: true, Since: n.opened.UTC(), Shards: n.shardsHere()}
		return []NodeStatus{one.counted()}, []int{}
	}
	return n.cluster.nodes(ctx)
}

func (s NodeStatus) counted() NodeStatus {
	for _, one := range s.Shards {
		s.Waiting += one.Waiting
	}
	return s
}

func (c *cluster) nodes(ctx context.Context) (list []NodeStatus, free []int) {
	c.mu.Lock()
	view, about, self := c.view, c.about, c.keeper.ID()
	c.mu.Unlock()
	said := map[string][]ShardStatus{}
	_ = c.all(ctx, []byte{askShards}, func(node other, answer []byte) error {
		var shards []ShardStatus
		err := json.Unmarshal(answer, &shards)
		if err == nil {
			said[node.id] = shards
		}
		return err
	})
	said[self] = c.node.shardsHere()
	for id, note := range about {
		s := NodeStatus{ID: id, Name: note.Name, Cloud: note.Cloud, Since: note.Since, State: "up", Self: id == self, Shards: said[id]}
		switch {
		case s.Shards == nil:
			s.State, s.Shards = "silent", []ShardStatus{}
			for number, h := range view.Shards {
				if h.Owner == id {
					s.Shards = append(s.Shards, ShardStatus{Shard: number, Epoch: h.Epoch})
				}
			}
		case note.Leaving:
			s.State = "leaving"
		}
		list = append(list, s.counted())
	}
	slices.SortFunc(list, func(a, b NodeStatus) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	free = []int{}
	for number := range view.Shards {
		if !view.Alive(number) {
			free = append(free, number)
		}
	}
	return list, free
}
