package lease

import (
	"cmp"
	"hash/fnv"
	"slices"
)

// Member is a node that is alive.
type Member struct {
	ID string
	// Leaving says that it hands its shards over and takes none.
	Leaving bool
}

// Hold says who owns a shard.
type Hold struct {
	Owner string // ID of a member, "" for nobody; perhaps one that is gone
	Epoch uint64 // rises with every owner
}

// View is what the store says of its nodes and shards at one moment.
type View struct {
	Members []Member
	Shards  []Hold // by number
}

// takers are those who may own shards, by ID.
func (v View) takers() []string {
	var ids []string
	for _, m := range v.Members {
		if !m.Leaving {
			ids = append(ids, m.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Alive says whether the owner of a shard is there, perhaps about to leave.
func (v View) Alive(shard int) bool {
	owner := v.Shards[shard].Owner
	return owner != "" && slices.ContainsFunc(v.Members, func(m Member) bool { return m.ID == owner })
}

// Share says who is to own each shard, by number; "" where nobody can. The numbers
// of shards that two nodes get differ by one at most. A shard stays where it is
// unless its owner is gone, leaves, or has more than its part.
func Share(v View) []string {
	out := make([]string, len(v.Shards))
	takers := v.takers()
	if len(takers) == 0 {
		return out
	}
	held := map[string][]int{}
	for shard, h := range v.Shards {
		if slices.Contains(takers, h.Owner) {
			held[h.Owner] = append(held[h.Owner], shard)
		}
	}
	quota := quotas(len(v.Shards), takers, held)
	for _, id := range takers {
		mine := held[id]
		slices.SortFunc(mine, func(a, b int) int {
			return cmp.Or(cmp.Compare(score(id, b), score(id, a)), cmp.Compare(a, b))
		})
		for _, shard := range mine[:min(len(mine), quota[id])] {
			out[shard] = id
		}
		quota[id] -= min(len(mine), quota[id])
	}
	for shard := range out {
		if out[shard] == "" {
			out[shard] = best(shard, takers, quota)
			quota[out[shard]]--
		}
	}
	return out
}

// quotas divides n shards: the nodes that hold most get those that are over.
func quotas(n int, takers []string, held map[string][]int) map[string]int {
	ordered := slices.Clone(takers)
	slices.SortStableFunc(ordered, func(a, b string) int { return cmp.Compare(len(held[b]), len(held[a])) })
	quota := make(map[string]int, len(ordered))
	for i, id := range ordered {
		quota[id] = n / len(ordered)
		if i < n%len(ordered) {
			quota[id]++
		}
	}
	return quota
}

// best is the node with room that a shard likes most.
func best(shard int, takers []string, quota map[string]int) string {
	var found string
	for _, id := range takers {
		if quota[id] > 0 && (found == "" || score(id, shard) > score(found, shard)) {
			found = id
		}
	}
	return found
}

// score is how much a shard likes a node: the same everywhere, and without any
// order between nodes, so that the shards of one that is gone spread over all others.
func score(id string, shard int) uint64 {
	h := fnv.New64a()
	h.Write([]byte(id))
	h.Write([]byte{byte(shard >> 8), byte(shard)})
	x := h.Sum64() // the last byte has reached the low bits only
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	return x ^ x>>33
}
