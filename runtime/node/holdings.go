package node

import (
	"errors"
	"fmt"

	"github.com/cob-lang/cob/runtime/record"
)

// ErrElsewhere says that the shard in question is not on this node now. Nothing was
// done.
var ErrElsewhere = errors.New("the shard is not on this node now; ask again")

// holdings are the shards that a node owns at one moment. They are never changed,
// only replaced.
type holdings struct {
	places []*ownedShard // by number, nil where another node owns it
	list   []*ownedShard // those that are here, by number
}

// with are the holdings with another shard at a number, nil for none.
func (h *holdings) with(number int, s *ownedShard) *holdings {
	out := &holdings{places: append([]*ownedShard(nil), h.places...)}
	out.places[number] = s
	for _, s := range out.places {
		if s != nil {
			out.list = append(out.list, s)
		}
	}
	return out
}

// hold puts a shard among those of the node.
func (n *Node) hold(s *ownedShard) { n.replace(s.number, s) }

// replace puts a shard, or nil, in the place of a number. It is called by one
// goroutine at a time.
func (n *Node) replace(number int, s *ownedShard) {
	n.holdings.Store(n.holdings.Load().with(number, s))
}

// held are the shards that are here now, by number.
func (n *Node) held() []*ownedShard { return n.holdings.Load().list }

// count is how many shards the store has.
func (n *Node) count() int { return len(n.holdings.Load().places) }

// at is the shard with a number, nil where it is not here.
func (n *Node) at(number int) *ownedShard { return n.holdings.Load().places[number] }

// home is the number of the shard that owns an instance.
func (n *Node) home(instance string) int { return record.ShardOf(instance, n.count()) }

// holder is the shard that owns an instance. Errors: ErrElsewhere.
func (n *Node) holder(instance string) (*ownedShard, error) {
	number := n.home(instance)
	if s := n.at(number); s != nil && n.mayDispatch(s) {
		return s, nil
	}
	return nil, fmt.Errorf("shard %d: %w", number, ErrElsewhere)
}

// Holds says whether the shard of an instance is on this node.
func (n *Node) Holds(instance string) bool { return n.at(n.home(instance)) != nil }
