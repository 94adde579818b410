package node

import (
	"context"
	"encoding/json"
	"slices"
)

// consumption is how far the readers of a channel are on one node.
type consumption struct {
	Shards []int             `json:"shards"` // whose messages the routes of the node hand over
	At     map[string]uint64 `json:"at"`     // by reader
}

// consumedHere is how far the readers of a channel are on this node. What a reader
// says it has handed over is durable, and stays so wherever its shards go.
func (n *Node) consumedHere(channel string) consumption {
	out := consumption{At: map[string]uint64{}}
	for _, s := range n.held() {
		out.Shards = append(out.Shards, s.number)
	}
	n.channels.mu.RLock()
	defer n.channels.mu.RUnlock()
	for reader, at := range n.channels.consumed[channel] {
		out.At[reader] = at
	}
	return out
}

// purgeable is how far a channel may be purged, of which the readers of this node
// have consumed so much: no farther than the readers of all shards, wherever these
// are; 0 where that cannot be told now.
func (n *Node) purgeable(ctx context.Context, channel string, consumed uint64) uint64 {
	if n.cluster == nil {
		return consumed
	}
	plans := n.deployments.All()
	if len(plans) == 0 {
		return 0
	}
	all := []consumption{n.consumedHere(channel)}
	err := n.cluster.all(ctx, append([]byte{askConsumed}, channel...), func(_ other, answer []byte) error {
		var one consumption
		err := json.Unmarshal(answer, &one)
		all = append(all, one)
		return err
	})
	if err != nil {
		return 0
	}
	var wanted []string
	receivers := map[string]bool{}
	for _, d := range plans { // whoever imports the channel may read it
		wanted = append(wanted, readers(d, channel)...)
		for _, r := range d.Program.Receivers() {
			receivers[r.Name] = true
		}
	}
	for _, reader := range wanted {
		if receivers[reader] {
			consumed = min(consumed, furthest(all, reader))
		} else {
			consumed = min(consumed, slowest(all, reader, n.count()))
		}
	}
	for _, one := range all {
		for reader := range one.At {
			if !slices.Contains(wanted, reader) { // of an earlier plan, on which instances still run
				consumed = min(consumed, furthest(all, reader))
			}
		}
	}
	return consumed
}

// furthest is how far a reader is of which the cluster has one.
func furthest(all []consumption, reader string) (at uint64) {
	for _, one := range all {
		at = max(at, one.At[reader])
	}
	return at
}

// slowest is how far a reader is that every node has for its own shards, 0 where a
// shard is missing.
func slowest(all []consumption, reader string, shards int) uint64 {
	lowest, seen := ^uint64(0), map[int]bool{}
	for _, one := range all {
		if len(one.Shards) > 0 {
			lowest = min(lowest, one.At[reader])
		}
		for _, number := range one.Shards {
			seen[number] = true
		}
	}
	if len(seen) < shards {
		return 0
	}
	return lowest
}
