package node

import (
	"context"
	"fmt"

	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
)

// KeepObsolete is how many plans that nothing refers to any more are kept. They
// go together when there are as many: dropping takes a snapshot of every shard.
const KeepObsolete = 8

// tidy drops the plans that nothing refers to any more, so that a node whose plan
// changes with every save does not store them for ever. What cannot be dropped
// now is dropped another time. The caller holds activation.
func (n *Node) tidy() {
	if len(n.deployments.Inactive()) < KeepObsolete || len(n.held()) < n.count() { // shards elsewhere may need them
		return
	}
	ctx, cancel := context.WithTimeout(n.work, durable)
	defer cancel()
	obsolete, err := n.obsolete(ctx)
	if err == nil && len(obsolete) >= KeepObsolete {
		err = n.drop(ctx, obsolete)
	}
	if err != nil && n.work.Err() == nil {
		n.log.Warn("plans that nothing refers to could not be dropped; trying again with the next activation", "error", err)
	}
}

// obsolete are the plans that no instance, living or listed, ran on and that no
// shard starts instances with.
func (n *Node) obsolete(ctx context.Context) ([]*deployment.Deployment, error) {
	inactive := n.deployments.Inactive()
	used := map[string]bool{}
	for _, s := range n.held() {
		found := map[string]bool{} // the shard's own, for a look that outlives its caller
		err := s.processor.Query(ctx, func(state *engine.State) {
			for _, d := range inactive {
				found[state.Active(d.Plan.Package)] = true
			}
			state.Plans(found)
		})
		if err != nil {
			return nil, err
		}
		for digest := range found {
			used[digest] = true
		}
		s.view.Plans(used)
	}
	var list []*deployment.Deployment
	for _, d := range inactive {
		if !used[d.Digest] && n.unfinished[d.Plan.Package] != d {
			list = append(list, d)
		}
	}
	return list, nil
}

// drop drops plans: first from the shards, so that nothing new starts on them;
// then come snapshots, so that no commit that is replayed needs them; and only
// then they leave the store.
func (n *Node) drop(ctx context.Context, plans []*deployment.Deployment) error {
	for _, s := range n.held() {
		for _, d := range plans {
			if err := s.drop(ctx, d.Digest); err != nil {
				return err
			}
		}
	}
	for _, s := range n.held() {
		if err := s.processor.Snapshot(ctx); err != nil {
			return fmt.Errorf("taking a snapshot of shard %d: %w", s.number, err)
		}
	}
	for _, d := range plans {
		if err := n.plans.Remove(ctx, d.Digest); err != nil {
			return err
		}
		n.deployments.Remove(d.Digest)
		delete(n.unbound, d.Digest)
	}
	return nil
}

// drop takes a plan from a shard. Errors: an instance was started on it meanwhile.
func (s *ownedShard) drop(ctx context.Context, digest string) error {
	dropped := false
	if err := s.processor.Query(ctx, func(state *engine.State) { dropped = state.DropProgram(digest) }); err != nil {
		return err
	}
	if !dropped {
		return fmt.Errorf("the plan %.12s is in use again on shard %d", digest, s.number)
	}
	return nil
}
