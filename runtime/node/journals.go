package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"

	"github.com/cob-lang/cob/runtime/deployment"
)

// JournalStatus is how the journal of a shard stands.
type JournalStatus struct {
	Shard    int          `json:"shard"`
	First    uint64       `json:"first"` // lowest commit that is kept
	Last     uint64       `json:"last"`
	Bytes    uint64       `json:"bytes"`
	Snapshot uint64       `json:"snapshot"` // the last commit that the latest snapshot holds, 0 for none
	Scrub    ScrubStatus  `json:"scrub"`
	Copy     *CopyStatus  `json:"copy,omitempty"`   // nil where no second copy is kept
	Healed   *HealedState `json:"healed,omitempty"` // what was put right when the node opened
}

// ScrubStatus is what looking for damage has found.
type ScrubStatus struct {
	Rounds  uint64     `json:"rounds"`
	Checked uint64     `json:"checked"` // commits, in all rounds
	Ended   *time.Time `json:"ended,omitempty"`
	Damage  string     `json:"damage"` // "" for none
}

// CopyStatus is how a second copy stands.
type CopyStatus struct {
	Dir    string `json:"dir"`
	Last   uint64 `json:"last"`
	Behind uint64 `json:"behind"` // commits that it lacks
	Error  string `json:"error"`  // why it takes nothing now
}

// HealedState says how a damaged journal was put right.
type HealedState struct {
	Damage   string `json:"damage"`
	FromCopy int    `json:"from_copy"` // commits that came from the second copy
	Dropped  uint64 `json:"dropped"`   // commits of history that are gone
}

// Journals is how the journals of all shards stand.
func (n *Node) Journals() []JournalStatus {
	list := make([]JournalStatus, 0, n.count())
	for _, s := range n.held() {
		stats, scrub, second := s.journal.Stats(), s.journal.Scrubbed(), s.journal.Copy()
		j := JournalStatus{
			Shard: s.number, First: stats.First, Last: stats.Last, Bytes: stats.Bytes, Snapshot: stats.Snapshot,
			Scrub: ScrubStatus{Rounds: scrub.Rounds, Checked: scrub.Checked}, Healed: s.healed,
		}
		if scrub.Rounds > 0 {
			ended := scrub.Ended.UTC()
			j.Scrub.Ended = &ended
		}
		if scrub.Damage != nil {
			j.Scrub.Damage = scrub.Damage.Error()
		}
		if second.Dir != "" {
			j.Copy = &CopyStatus{Dir: second.Dir, Last: second.Last, Behind: second.Behind}
			if second.Err != nil {
				j.Copy.Error = second.Err.Error()
			}
		}
		list = append(list, j)
	}
	return list
}

// openShard takes a shard over and folds it. A damaged journal is put right first
// where its snapshot or its second copy holds what it has lost.
func (n *Node) openShard(ctx context.Context, number int, epoch uint64, stored []*deployment.Deployment) (*ownedShard, *engine.State, error) {
	s, state, err := n.takeShard(ctx, number, epoch, stored)
	var damage *journal.DamageError
	if !errors.As(err, &damage) {
		return s, state, err
	}
	healed, healErr := n.server.Heal(ctx, number, journalOptions)
	if healErr != nil {
		return nil, nil, fmt.Errorf("%w\n  and it cannot be put right: %w", err, healErr)
	}
	level, what := slog.LevelWarn, "a damaged journal was put right"
	if n.options.Pair != nil && damage.Number == 1 {
		level, what = slog.LevelInfo, "a journal comes from the mirror"
	}
	n.log.Log(ctx, level, what, "shard", number, "damage", damage, "first", healed.First, "last", healed.Last,
		"from copy", healed.FromCopy, "history dropped", healed.Dropped)
	if s, state, err = n.takeShard(ctx, number, epoch, stored); err != nil {
		return nil, nil, err
	}
	s.healed = &HealedState{Damage: damage.Error(), FromCopy: healed.FromCopy, Dropped: healed.Dropped}
	return s, state, nil
}

var journalOptions = jetstream.JournalOptions{MaxCommit: maxCommit}

// damaged hears what the scrubber found. The state in memory is whole, so a
// snapshot of it makes what was damaged needless, but for history.
func (n *Node) damaged(s *ownedShard, damage *journal.DamageError) {
	if s.journal.Stats().Snapshot >= damage.Number {
		return
	}
	if err := s.processor.Snapshot(n.work); err != nil {
		n.log.Error("no snapshot could be taken of a shard whose journal is damaged; the next look tries again", "shard", s.number, "error", err)
	}
}
