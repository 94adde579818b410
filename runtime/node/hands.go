package node

import (
	"context"
	"errors"
	"sync"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// hands brings messages to the shards where the words of their route go on with
// them, and tells how that ended when all have answered. Their answers come on
// their goroutines, where nothing may wait.
func (n *Node) hands(from *ownedShard, e engine.Hand) {
	var mu sync.Mutex
	left, outcome := len(e.Parts), ended(e.Target, record.Succeeded, "")
	for _, part := range e.Parts {
		n.post(from, part.Part, part, func(r record.Reply, err error) {
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, shard.ErrClosed), errors.Is(err, shard.ErrLost):
				return // it leaves again at the next Open
			case err != nil:
				outcome = ended(e.Target, record.Unknown, err.Error())
			case r.Rejected != nil && (r.Rejected.Code == record.Busy || r.Rejected.Code == record.UnknownPlan):
				outcome = ended(e.Target, record.Refused, r.Rejected.Detail)
			case r.Rejected != nil:
				outcome = ended(e.Target, record.Rejected, r.Rejected.Detail)
			}
			if left--; left == 0 {
				n.hand(from, outcome)
			}
		})
	}
}

// beginRoutes lets the routes begin that read an event, each once for its ID.
func (n *Node) beginRoutes(ctx context.Context, e record.DeliverEvent) error {
	for _, d := range n.deployments.All() {
		for i := range d.Plan.Routes {
			r := &d.Plan.Routes[i]
			if r.Event != e.Type {
				continue
			}
			cmd := record.StartInstance{Process: r.Name, Key: e.ID, Input: map[string]types.Value{r.Var: e.Payload}}
			if _, err := n.submit(ctx, n.home(record.InstanceID(r.Name, e.ID)), cmd); err != nil {
				return err
			}
		}
	}
	return nil
}
