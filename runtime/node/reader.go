package node

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/lease"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// A message of a channel is taken by one instance of all shards. One reader offers it
// to one shard after the other, so two readers, of which one does not know yet that
// its time is over, could give it to two. Three things keep them apart, and no clock
// is among them. An offer carries the epoch of the reader's own shard. A new reader
// asks every shard what was taken before it offers anything, and a shard that was
// asked takes no offer of an earlier epoch any more. A shard that has moved since
// does not know of that: but whoever knows where it is now has read on the board that
// the reader is another one, too, because that was written earlier.

// errReplaced says that another reader has the channel now.
var errReplaced = errors.New("another node reads this channel now")

// readerEpochs are the latest readers that have asked a shard, by receiver.
type readerEpochs struct {
	mu     sync.Mutex
	latest map[string]uint64
}

// admit notes a reader, and calls do before a later one can ask. Errors: errReplaced.
func (e *readerEpochs) admit(receiver string, epoch uint64, do func()) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if epoch < e.latest[receiver] {
		return errReplaced
	}
	if e.latest == nil {
		e.latest = map[string]uint64{}
	}
	e.latest[receiver] = epoch
	do()
	return nil
}

// progress is how far a receiver is.
type progress struct {
	Low   uint64   `json:"low"`
	Taken []uint64 `json:"taken"`
}

// tell gives what a shard knows of a receiver, after all offers of earlier readers.
func (s *ownedShard) tell(ctx context.Context, receiver string, epoch uint64) (p progress, err error) {
	if err := s.readers.admit(receiver, epoch, func() {}); err != nil {
		return p, err
	}
	err = s.processor.Query(ctx, func(state *engine.State) { p.Low, p.Taken = state.Received(receiver) })
	return p, err
}

// insist asks a shard until it is where it was looked for.
func (r *receiver) insist(number int, ask func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(r.work, durable)
	defer cancel()
	for {
		err := ask(ctx)
		switch {
		case err == nil, r.node.cluster == nil, ctx.Err() == nil && !moved(err):
			return err
		case ctx.Err() != nil:
			return fmt.Errorf("%w (shard %d: %w)", shard.ErrStalled, number, err)
		}
		r.node.cluster.changed(ctx)
	}
}

// received is what a shard knows of the receiver, wherever it is.
func (r *receiver) received(number int) (low uint64, taken []uint64, err error) {
	var p progress
	err = r.insist(number, func(ctx context.Context) error {
		if s := r.node.at(number); s != nil {
			p, err = s.tell(ctx, r.Name, r.epoch)
			return err
		}
		text, err := r.node.cluster.askShard(ctx, number, append(r.question(askReceived), r.Name...), r.still)
		if err != nil {
			return err
		}
		return json.Unmarshal(text, &p)
	})
	return p.Low, p.Taken, err
}

// decide lets a shard decide about an offer, wherever it is.
func (r *receiver) decide(number int, cmd record.OfferMessage) (reply record.Reply, err error) {
	err = r.insist(number, func(ctx context.Context) error {
		if s := r.node.at(number); s != nil {
			reply, err = r.decideHere(ctx, s, cmd)
			return err
		}
		text, err := r.node.cluster.askShard(ctx, number, record.AppendCommand(r.question(askOffer), cmd), r.still)
		if err == nil {
			reply, err = record.ReadReply(text)
		}
		return err
	})
	if err == nil && reply.Rejected != nil {
		err = reply.Rejected
	}
	return reply, err
}

func (r *receiver) decideHere(ctx context.Context, s *ownedShard, cmd record.OfferMessage) (record.Reply, error) {
	if r.node.cluster != nil {
		if err := r.still(r.node.cluster.latest()); err != nil {
			return record.Reply{}, err
		}
	}
	type result struct {
		reply record.Reply
		err   error
	}
	answers := make(chan result, 1)
	err := s.readers.admit(r.Name, r.epoch, func() {
		s.processor.Post(cmd, func(reply record.Reply, err error) { answers <- result{reply, err} })
	})
	if err != nil {
		return record.Reply{}, err
	}
	select {
	case a := <-answers:
		return a.reply, a.err
	case <-ctx.Done():
		return record.Reply{}, ctx.Err()
	}
}

// question begins a question of this reader.
func (r *receiver) question(kind byte) []byte {
	return binary.BigEndian.AppendUint64([]byte{kind}, r.epoch)
}

// still says whether the reader is the latest, as the nodes are now.
func (r *receiver) still(v lease.View) error {
	if v.Shards[r.node.home(r.Name)].Epoch != r.epoch {
		return errReplaced
	}
	return nil
}

// answerReader answers what a reader on another node asks about a shard.
func (n *Node) answerReader(s *ownedShard, kind byte, what []byte, reply func([]byte)) {
	if len(what) < 8 {
		return
	}
	epoch, what := binary.BigEndian.Uint64(what), what[8:]
	if kind == askReceived {
		n.workers.Go(func() {
			p, err := s.tell(s.work, string(what), epoch)
			text, encodeErr := json.Marshal(p)
			switch err = errors.Join(err, encodeErr); {
			case err == nil:
				reply(answered(answerDone, text))
			case moved(err):
				reply(answered(answerElsewhere, nil))
			default:
				reply(answered(answerFailed, []byte(err.Error())))
			}
		})
		return
	}
	cmd, err := record.ReadCommand(what)
	offer, ok := cmd.(record.OfferMessage)
	if err == nil && !ok {
		err = fmt.Errorf("an offer is a %T", cmd)
	}
	if err == nil {
		err = s.readers.admit(offer.Receiver, epoch, func() { s.processor.Post(offer, said(reply)) })
	}
	if err != nil {
		reply(answered(answerFailed, []byte(err.Error())))
	}
}
