package node

import (
	"errors"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// order lets the shard of an instance decide what another one has to say to it: that it ended, or that it does not want it any more.
func (n *Node) order(from *ownedShard, t engine.Target, to string, cmd record.Command) {
	n.post(from, to, cmd, func(r record.Reply, err error) {
		outcome := ended(t, record.Succeeded, "")
		switch {
		case errors.Is(err, shard.ErrClosed), errors.Is(err, shard.ErrLost):
			return // it leaves again at the next Open
		case err != nil:
			outcome.Outcome, outcome.Detail = record.Unknown, err.Error()
		case r.Rejected != nil:
			outcome.Outcome, outcome.Detail = record.Unknown, r.Rejected.Detail
		}
		n.hand(from, outcome)
	})
}
