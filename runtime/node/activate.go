package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/record"
)

// Activate makes a plan the one that new instances start with; running ones
// finish on the plan they started with. A plan that cannot run here is refused
// and changes nothing. Once the first shard may have taken it, it goes on to all
// shards, whatever becomes of ctx: where one can write nothing now, Activate says
// so, and the node finishes when it can. Errors: *plan.FormatError,
// *connector.SettingsError, a step that this node cannot run, ErrNotReady.
func (n *Node) Activate(ctx context.Context, encoded []byte) (Deployed, error) {
	if n.cluster != nil {
		return n.activateEverywhere(ctx, encoded)
	}
	n.activation.Lock()
	defer n.activation.Unlock()
	if n.work.Err() != nil {
		return Deployed{}, fmt.Errorf("%w: it is closing", ErrNotReady)
	}
	digest := plan.Digest(encoded)
	d := n.deployments.Find(digest)
	if d == nil || d.Sinks == nil {
		var err error
		if d, err = n.prepare(encoded); err != nil {
			return Deployed{}, err
		}
		if err := n.plans.Put(ctx, digest, encoded); err != nil {
			return Deployed{}, fmt.Errorf("storing the plan of %s: %w", d.Plan.Package, err)
		}
	}
	out := deployed(d)
	if n.deployments.Active(d.Plan.Package) == d && n.unfinished[d.Plan.Package] == nil {
		out.Unchanged = true
		return out, nil
	}
	if err := n.openChannels(ctx, d, func(route string) (uint64, error) { return n.taken(ctx, route) }); err != nil {
		return Deployed{}, err
	}
	n.deployments.Add(d)
	was := planNote{Shares: n.shares[d.Plan.Package]}
	if active := n.deployments.Active(d.Plan.Package); active != nil {
		was.Digest = active.Digest
	}
	shares, err := n.sharesFor(d, was)
	if err != nil {
		return Deployed{}, err
	}
	n.shares[d.Plan.Package] = shares
	n.learnNeed()
	if err := n.move(d); err != nil {
		if n.unfinished[d.Plan.Package] == nil {
			n.shares[d.Plan.Package] = was.Shares
		}
		n.finishLater()
		return Deployed{}, err
	}
	n.moved(d)
	return out, nil
}

// BeginWith is Activate for a node that begins: a plan whose rollout was rolled back, and
// after which no other was activated, stays where it is, or every restart would roll it
// out once more. The plan that is active is given then. As Open does, it waits for servers of others. Errors: as Activate's.
func (n *Node) BeginWith(ctx context.Context, encoded []byte) (Deployed, error) {
	p, err := plan.Decode(encoded)
	if err != nil {
		return Deployed{}, err
	}
	digest := plan.Digest(encoded)
	note, back := n.rolledBack(p.Package, digest)
	if !back {
		var out Deployed
		err := n.options.awaitServers(ctx, true, func() (err error) { // those that lost their leader since Open gave the journals
			out, err = n.Activate(ctx, encoded)
			return err
		})
		return out, err
	}
	out := Deployed{Package: p.Package, Digest: note.Digest, Unchanged: true, RolledBack: digest}
	if n.cluster == nil {
		return out, nil
	}
	n.cluster.wake()
	return out, n.awaitPlan(ctx, p.Package, note)
}

// taken is the highest position that a shard has of a route.
func (n *Node) taken(ctx context.Context, route string) (highest uint64, err error) {
	for _, s := range n.held() {
		at, err := s.position(ctx, route)
		if err != nil {
			return 0, err
		}
		highest = max(highest, at)
	}
	return highest, nil
}

// move activates a plan on one shard after the other, the first one first. It
// leaves the plan in unfinished where some shards may have it and others do not.
// The caller holds activation.
func (n *Node) move(d *deployment.Deployment) error {
	ctx, cancel := context.WithTimeout(n.work, durable)
	defer cancel()
	n.moving.Lock()
	defer n.moving.Unlock()
	pkg := d.Plan.Package
	for _, s := range n.held() {
		if err := n.give(ctx, s, d); err != nil {
			return fmt.Errorf("giving the plan of %s to shard %d: %w", pkg, s.number, err)
		}
	}
	for i, s := range n.held() {
		_, err := s.processor.Submit(ctx, record.ActivatePlan{Package: pkg, Digest: d.Digest, Rollouts: n.rollouts(d)})
		var refused *record.Rejection
		switch {
		case err == nil:
		case i == 0 && errors.As(err, &refused):
			return fmt.Errorf("activating the plan of %s on shard %d: %w", pkg, s.number, err)
		default:
			n.unfinished[pkg] = d
			return fmt.Errorf("activating the plan of %s on shard %d; it goes on as soon as that shard can write: %w", pkg, s.number, err)
		}
	}
	delete(n.unfinished, pkg)
	n.deployments.Activate(d)
	return nil
}

// give makes a plan known to a shard, with those of its rollouts.
func (n *Node) give(ctx context.Context, s *ownedShard, d *deployment.Deployment) error {
	for _, r := range n.rollouts(d) {
		for _, digest := range []string{r.Older, r.Newer} {
			if other := n.deployments.Find(digest); other != nil {
				if err := s.processor.AddProgram(ctx, other.Program); err != nil {
					return err
				}
			}
		}
	}
	return s.processor.AddProgram(ctx, d.Program)
}

// moved lets everything follow a plan that all shards have. The caller holds
// activation.
func (n *Node) moved(d *deployment.Deployment) {
	n.watchHealth()
	n.adjustReaders()
	n.tidy()
	n.log.Info("plan activated", "package", d.Plan.Package, "digest", d.Digest)
}

// finishLater finishes the activations that could not be finished, as soon as
// the shards take them. The caller holds activation.
func (n *Node) finishLater() {
	if n.finishing || len(n.unfinished) == 0 {
		return
	}
	n.finishing = true
	n.workers.Go(func() {
		for done := false; !done; {
			pause(n.work, stalledPause)
			done = n.finish()
		}
	})
}

// finish tries once, and is true when nothing is left to do.
func (n *Node) finish() bool {
	n.activation.Lock()
	defer n.activation.Unlock()
	if n.work.Err() != nil {
		return true // the next Open finishes
	}
	for _, d := range n.unfinished {
		if err := n.move(d); err == nil {
			n.moved(d)
		}
	}
	n.finishing = len(n.unfinished) > 0
	return !n.finishing
}
