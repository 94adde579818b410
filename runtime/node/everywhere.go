package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/jetstream"
)

// know makes a plan known to the node and its shards.
func (n *Node) know(ctx context.Context, d *deployment.Deployment) error {
	n.deployments.Add(d)
	for _, s := range n.held() {
		if err := s.processor.AddProgram(ctx, d.Program); err != nil && !moved(err) {
			return fmt.Errorf("giving the plan of %s to shard %d: %w", d.Plan.Package, s.number, err)
		}
	}
	return nil
}

// follow brings this node to the plans that are active on the board. What cannot be
// done now is done later.
func (c *cluster) follow() {
	n := c.node
	c.mu.Lock()
	plans := c.plans
	c.mu.Unlock()
	n.activation.Lock()
	defer n.activation.Unlock()
	for _, pkg := range slices.Sorted(maps.Keys(plans)) {
		active := n.deployments.Active(pkg)
		if n.work.Err() != nil || active != nil && active.Digest == plans[pkg].Digest && n.unfinished[pkg] == nil {
			continue
		}
		if err := n.turnTo(n.work, plans[pkg].Digest); err != nil && n.work.Err() == nil {
			n.log.Error("the active plan cannot run on this node; trying again", "package", pkg, "error", err)
		}
	}
}

// turnTo lets the shards of this node start instances with a stored plan. The caller
// holds activation.
func (n *Node) turnTo(ctx context.Context, digest string) error {
	d, err := n.learnPlan(ctx, digest)
	if err != nil {
		return err
	}
	if missing := n.unbound[digest]; missing != nil {
		return missing
	}
	if err := n.openChannels(ctx, d, func(route string) (uint64, error) { return n.taken(ctx, route) }); err != nil {
		return err
	}
	if err := n.move(d); err != nil {
		return err
	}
	n.moved(d)
	return nil
}

// planOf is the plan of a package that the board says is active.
func (c *cluster) planOf(pkg string) (planNote, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, known := c.plans[pkg]
	return p, known
}

// activate writes down which plan of a package is active from now on: the latest who
// writes it decides. It gives the note's revision.
func (c *cluster) activate(ctx context.Context, pkg, digest string) (uint64, error) {
	text, err := json.Marshal(planNote{Digest: digest})
	if err != nil {
		return 0, err
	}
	for {
		p, _ := c.planOf(pkg)
		revision, err := c.board.Write(ctx, notePlan+pkg, text, p.revision, 0)
		if err == nil {
			c.mu.Lock()
			c.plans = maps.Clone(c.plans)
			c.plans[pkg] = planNote{digest, revision}
			c.mu.Unlock()
			c.tell()
			return revision, nil
		}
		if !errors.Is(err, jetstream.ErrChanged) {
			return 0, err
		}
		if err := c.look(ctx); err != nil {
			return 0, err
		}
	}
}

// activateEverywhere is Activate on a cluster: every node that is there has to be able
// to run the plan, and has it when this returns.
func (n *Node) activateEverywhere(ctx context.Context, encoded []byte) (Deployed, error) {
	c := n.cluster
	digest := plan.Digest(encoded)
	d, err := n.readyHere(ctx, digest, encoded)
	if err != nil {
		return Deployed{}, err
	}
	out, pkg := deployed(d), d.Plan.Package
	if p, known := c.planOf(pkg); known && p.Digest == digest {
		out.Unchanged = true
	} else {
		if err := c.all(ctx, append([]byte{askPrepare}, digest...), nil); err != nil {
			return Deployed{}, err
		}
		if _, err := c.activate(ctx, pkg, digest); err != nil {
			return Deployed{}, fmt.Errorf("activating the plan of %s: %w", pkg, err)
		}
	}
	c.wake()
	return out, n.awaitPlan(ctx, pkg, digest)
}

// readyHere makes a plan ready and stores it.
func (n *Node) readyHere(ctx context.Context, digest string, encoded []byte) (*deployment.Deployment, error) {
	n.activation.Lock()
	defer n.activation.Unlock()
	if n.work.Err() != nil {
		return nil, fmt.Errorf("%w: it is closing", ErrNotReady)
	}
	d := n.deployments.Find(digest)
	if d == nil || d.Sinks == nil {
		var err error
		if d, err = n.prepare(encoded); err != nil {
			return nil, err
		}
		delete(n.unbound, digest)
	}
	if err := n.openChannels(ctx, d, func(route string) (uint64, error) { return n.taken(ctx, route) }); err != nil {
		return nil, err
	}
	if err := n.plans.Put(ctx, digest, encoded); err != nil {
		return nil, fmt.Errorf("storing the plan of %s: %w", d.Plan.Package, err)
	}
	return d, n.know(ctx, d)
}

// awaitPlan waits until every node that is there starts instances with a plan, or
// with a later one.
func (n *Node) awaitPlan(ctx context.Context, pkg, digest string) error {
	ctx, cancel := context.WithTimeout(ctx, durable)
	defer cancel()
	for {
		n.activation.Lock()
		active := n.deployments.Active(pkg)
		here := active != nil && active.Digest == digest && n.unfinished[pkg] == nil
		n.activation.Unlock()
		late := errors.New("this node has it not yet")
		if here {
			late = n.cluster.all(ctx, append([]byte{askActive}, pkg...), func(node other, answer []byte) error {
				if string(answer) != digest {
					return fmt.Errorf("the node %s has it not yet", node.name)
				}
				return nil
			})
		}
		if late == nil {
			return nil
		}
		if p, _ := n.cluster.planOf(pkg); p.Digest != digest {
			return nil // another one was activated meanwhile
		}
		if ctx.Err() != nil {
			return fmt.Errorf("activating the plan of %s; it goes on as soon as every node can: %w", pkg, late)
		}
		n.cluster.changed(ctx)
	}
}
