package node

import (
	"context"
	"encoding/json"
	"time"

	"github.com/cob-lang/cob/runtime/observe"
)

// awaitSlice is how long one question for the end of an instance waits on a cluster:
// its shard may move meanwhile.
const awaitSlice = 2 * time.Second

// awaiting is a question for the end of an instance.
type awaiting struct {
	Instance string        `json:"instance"`
	Wait     time.Duration `json:"wait"`
	Who      Person        `json:"who"`
}

// awaitEnd waits until an instance has ended, and gives it as who sees it; nil where
// that took too long.
func (n *Node) awaitEnd(ctx context.Context, id string, wait time.Duration, who Person) *observe.Instance {
	number, until := n.home(id), time.Now().Add(wait)
	for {
		wait = max(0, time.Until(until))
		if n.cluster != nil {
			wait = min(wait, awaitSlice)
		}
		var ended *observe.Instance
		if s := n.at(number); s != nil {
			ended = n.endAt(ctx, s, id, wait, who)
		} else {
			ended = n.endElsewhere(ctx, number, awaiting{id, wait, who})
		}
		if ended != nil || ctx.Err() != nil || !time.Now().Before(until) {
			return ended
		}
	}
}

// endAt waits for an instance of a shard that is here.
func (n *Node) endAt(ctx context.Context, s *ownedShard, id string, wait time.Duration, who Person) *observe.Instance {
	end, forget := n.waiters.on(id)
	defer forget()
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	if i, ok := s.view.Find(id); !ok || i.Ended == nil {
		select {
		case <-end:
		case <-timeout.C:
		case <-s.work.Done():
		case <-ctx.Done():
		}
	}
	if i, ok := s.view.Find(id); ok && i.Ended != nil {
		return n.answer(i, who)
	}
	return nil
}

// endElsewhere waits for an instance of another node's shard.
func (n *Node) endElsewhere(ctx context.Context, number int, w awaiting) *observe.Instance {
	question, err := json.Marshal(w)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, w.Wait+gatherTime)
	defer cancel()
	text, err := n.cluster.askShard(ctx, number, append([]byte{askEnd}, question...), nil)
	if err != nil {
		n.cluster.changed(ctx)
		return nil
	}
	var i observe.Instance
	if len(text) == 0 || json.Unmarshal(text, &i) != nil {
		return nil
	}
	return &i
}
