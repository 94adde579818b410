package node

import (
	"context"
	"errors"
	"slices"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// spread hands an event to the shards that it can concern, and keeps it there for
// KeepEvents.
func (n *Node) spread(ctx context.Context, e record.DeliverEvent) (EventReply, error) {
	reply := EventReply{ID: e.ID}
	e.Until = clock() + record.Instant(KeepEvents)
	if err := n.beginRoutes(ctx, e); err != nil {
		return reply, err
	}
	targets, all := n.subscribers(e.Type, e.Payload)
	reply.Kept = all || len(targets) > 0
	if all {
		for number := range n.count() {
			r, err := n.submit(ctx, number, e)
			if err != nil {
				return reply, err
			}
			reply.Matched += r.Matched
		}
		return reply, nil
	}
	for _, to := range n.homes(targets) {
		e.Instance = to.instance
		r, err := n.submit(ctx, to.shard, e)
		if err != nil {
			return reply, err
		}
		reply.Matched += r.Matched
	}
	return reply, nil
}

// destination is where an event goes: to one instance of a shard, or, with "", to all
// of them.
type destination struct {
	shard    int
	instance string
}

// homes are the shards that instances live on, each once: a shard takes an event of one
// ID once, so one that concerns several of its instances goes to all of them together.
func (n *Node) homes(instances []string) []destination {
	var out []destination
	for _, instance := range instances {
		shard := n.home(instance)
		if i := slices.IndexFunc(out, func(d destination) bool { return d.shard == shard }); i >= 0 {
			out[i].instance = ""
			continue
		}
		out = append(out, destination{shard, instance})
	}
	return out
}

// subscribers joins those of every plan that instances may still run on: whoever
// imports the package that declares the event may wait for it.
func (n *Node) subscribers(event string, payload map[string]types.Value) (targets []string, all bool) {
	known := map[string]bool{}
	for _, d := range n.deployments.Known() {
		some, everybody := d.Program.Subscribers(event, payload)
		if everybody {
			return nil, true
		}
		for _, t := range some {
			if !known[t] {
				known[t] = true
				targets = append(targets, t)
			}
		}
	}
	return targets, false
}

// announce publishes an event for an instance. Shards that have it already know it
// by its ID, so publishing it twice is publishing it once.
func (n *Node) announce(from *ownedShard, e engine.Publish) {
	if n.deployments.Find(e.Plan) == nil {
		n.bring(from, ended(e.Target, record.Refused, "the plan "+e.Plan+" is not ready on this node"))
		return
	}
	ctx, cancel := context.WithTimeout(from.work, durable)
	defer cancel()
	_, err := n.spread(ctx, record.DeliverEvent{Type: e.Event, ID: e.Key, Payload: e.Payload})
	var rejected *record.Rejection
	switch {
	case from.work.Err() != nil, errors.Is(err, shard.ErrClosed), errors.Is(err, shard.ErrLost):
		return // the next Open sends it again
	case err == nil:
		n.bring(from, ended(e.Target, record.Succeeded, ""))
	case busy(err):
		n.bring(from, ended(e.Target, record.Refused, err.Error()))
	case errors.As(err, &rejected):
		n.bring(from, ended(e.Target, record.Rejected, err.Error()))
	default:
		n.bring(from, ended(e.Target, record.Unknown, err.Error()))
	}
}
