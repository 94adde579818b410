package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// What one node asks another about a shard: the first byte of a question.
const (
	askCommand  byte = 'c' // a command; the answer is its reply
	askReceived byte = 'r' // how far a receiver is, as the shard knows; with the epoch of its reader
	askOffer    byte = 'o' // take a message, where an instance waits for it; with the epoch of its reader
	askWake     byte = 'w' // an instance waits for a message: let the receiver look
	askEnd      byte = 'z' // wait for the end of an instance; the answer is the instance, nothing where it goes on
)

// How a question came out: the first byte of an answer.
const (
	answerDone      byte = 'd'
	answerElsewhere byte = 'e' // the shard is not there; nothing was done
	answerFailed    byte = 'f' // it may have been done or not; the text says why
)

// submit lets a shard decide, wherever it is, and waits until that is durable. A
// command that goes through here may come twice: while the shard is on its way from
// one node to another it is sent again. Errors: as those of shard.Processor.Submit.
func (n *Node) submit(ctx context.Context, number int, cmd record.Command) (record.Reply, error) {
	if n.cluster == nil {
		return n.at(number).processor.Submit(ctx, cmd)
	}
	ctx, cancel := context.WithTimeout(ctx, durable)
	defer cancel()
	reply, err := n.decide(ctx, number, cmd)
	if err == nil && reply.Rejected != nil {
		err = reply.Rejected
	}
	return reply, err
}

// decide is submit on a cluster, for as long as ctx lasts. What the shard rejects is
// no error.
func (n *Node) decide(ctx context.Context, number int, cmd record.Command) (record.Reply, error) {
	for {
		reply, err := n.decideOnce(ctx, number, cmd)
		switch {
		case err == nil, ctx.Err() == nil && !moved(err):
			return reply, err
		case ctx.Err() != nil:
			return reply, fmt.Errorf("%w (shard %d: %w)", shard.ErrStalled, number, err)
		}
		n.cluster.changed(ctx)
	}
}

// moved says that a shard was not where it was looked for, or left while it was
// asked.
func moved(err error) bool {
	return errors.Is(err, ErrElsewhere) || errors.Is(err, shard.ErrClosed) || errors.Is(err, shard.ErrLost)
}

func (n *Node) decideOnce(ctx context.Context, number int, cmd record.Command) (record.Reply, error) {
	if s := n.at(number); s != nil {
		reply, err := s.processor.Submit(ctx, cmd)
		var no *record.Rejection
		if errors.As(err, &no) {
			err = nil
		}
		return reply, err
	}
	text, err := n.cluster.askShard(ctx, number, record.AppendCommand([]byte{askCommand}, cmd), nil)
	if err != nil {
		return record.Reply{}, err
	}
	return record.ReadReply(text)
}

// post lets the shard of an instance decide, wherever it is, and does not wait. The
// answer does not come where from is not this node's any more.
func (n *Node) post(from *ownedShard, instance string, cmd record.Command, answer shard.Answer) {
	number := n.home(instance)
	if n.cluster == nil {
		n.at(number).processor.Post(cmd, answer)
		return
	}
	elsewhere := func() {
		n.workers.Go(func() {
			reply, err := n.decide(from.work, number, cmd)
			if from.work.Err() == nil {
				answer(reply, err)
			}
		})
	}
	to := n.at(number)
	if to == nil {
		elsewhere()
		return
	}
	to.processor.Post(cmd, func(reply record.Reply, err error) {
		if moved(err) {
			elsewhere()
			return
		}
		answer(reply, err)
	})
}

// wake lets a receiver offer what nobody has taken yet, wherever it is: an instance
// of a shard waits now.
func (n *Node) wake(from *ownedShard, receiver string) {
	number := n.home(receiver)
	if n.at(number) != nil {
		n.receivers.wake(receiver)
		return
	}
	n.workers.Go(func() {
		for from.work.Err() == nil {
			if n.at(number) != nil {
				n.receivers.wake(receiver)
				return
			}
			if _, err := n.cluster.askShard(from.work, number, append([]byte{askWake}, receiver...), nil); err == nil {
				return
			}
			n.cluster.changed(from.work)
		}
	})
}

// answerAt answers what another node asks about a shard. It must not wait.
func (n *Node) answerAt(s *ownedShard, question []byte, reply func([]byte)) {
	if len(question) == 0 {
		return
	}
	switch what := question[1:]; question[0] {
	case askCommand:
		cmd, err := record.ReadCommand(what)
		if err != nil {
			reply(answered(answerFailed, []byte(err.Error())))
			return
		}
		s.processor.Post(cmd, said(reply))
	case askReceived, askOffer:
		n.answerReader(s, question[0], what, reply)
	case askEnd:
		n.workers.Go(func() {
			var w awaiting
			err := json.Unmarshal(what, &w)
			var text []byte
			if err == nil {
				if i := n.endAt(s.work, s, w.Instance, min(w.Wait, awaitSlice), w.Who); i != nil {
					text, err = json.Marshal(i)
				}
			}
			if err != nil {
				reply(answered(answerFailed, []byte(err.Error())))
				return
			}
			reply(answered(answerDone, text))
		})
	case askWake:
		n.receivers.wake(string(what))
		reply(answered(answerDone, nil))
	default: // of a newer version
		reply(answered(answerFailed, fmt.Appendf(nil, "this node does not know what %q asks", question[0])))
	}
}

// said brings what a shard decides to the node that asked.
func said(reply func([]byte)) shard.Answer {
	return func(r record.Reply, err error) {
		switch {
		case err == nil:
			reply(record.AppendReply([]byte{answerDone}, r))
		case moved(err):
			reply(answered(answerElsewhere, []byte(err.Error())))
		default:
			reply(answered(answerFailed, []byte(err.Error())))
		}
	}
}

func answered(how byte, text []byte) []byte { return append([]byte{how}, text...) }

// understood takes an answer apart. Errors: ErrElsewhere, shard.ErrStalled.
func understood(answer []byte) ([]byte, error) {
	switch {
	case len(answer) == 0:
		return nil, shard.ErrStalled
	case answer[0] == answerDone:
		return answer[1:], nil
	case answer[0] == answerElsewhere:
		return nil, ErrElsewhere
	}
	return nil, fmt.Errorf("%w (another node: %s)", shard.ErrStalled, answer[1:])
}
