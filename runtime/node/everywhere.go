package node

import (
	"cmp"
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
		if n.work.Err() != nil || active != nil && active.Digest == plans[pkg].Digest && n.unfinished[pkg] == nil && n.followed[pkg] == plans[pkg].revision {
			continue
		}
		if err := n.turnTo(n.work, pkg, plans[pkg]); err != nil && n.work.Err() == nil {
			n.log.Error("the active plan cannot run on this node; trying again", "package", pkg, "error", err)
		}
	}
}

// turnTo lets the shards of this node start instances with a stored plan. The caller
// holds activation.
func (n *Node) turnTo(ctx context.Context, pkg string, note planNote) error {
	digest := note.Digest
	for _, s := range note.Shares {
		if _, err := n.learnPlan(ctx, cmp.Or(s.Newer, s.Older)); err != nil { // a plan that was rolled back had the active one before it
			return err
		}
	}
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
	n.shares[pkg] = note.Shares
	if err := n.move(d); err != nil {
		return err
	}
	n.followed[pkg] = note.revision
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

// activate writes down which plan of a package is active from now on, as change makes it
// of what is there: the latest who writes it decides. It gives the note. Errors: those of
// change.
func (c *cluster) activate(ctx context.Context, pkg string, change func(was planNote) (planNote, error)) (planNote, error) {
	for {
		was, _ := c.planOf(pkg)
		note, err := change(was)
		if err != nil {
			return planNote{}, err
		}
		text, err := json.Marshal(note)
		if err != nil {
			return planNote{}, err
		}
		note.revision, err = c.board.Write(ctx, notePlan+pkg, text, was.revision, 0)
		if err == nil {
			c.mu.Lock()
			c.plans = maps.Clone(c.plans)
			c.plans[pkg] = note
			c.mu.Unlock()
			c.tell()
			return note, nil
		}
		if !errors.Is(err, jetstream.ErrChanged) {
			return planNote{}, err
		}
		if err := c.look(ctx); err != nil {
			return planNote{}, err
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
	note, known := c.planOf(pkg)
	if known && note.Digest == digest {
		out.Unchanged = true
	} else {
		if err := c.all(ctx, append([]byte{askPrepare}, digest...), nil); err != nil {
			return Deployed{}, err
		}
		note, err = c.activate(ctx, pkg, func(was planNote) (planNote, error) {
			shares, err := n.sharesFor(d, was)
			return planNote{Digest: digest, Shares: shares}, err
		})
		if err != nil {
			return Deployed{}, fmt.Errorf("activating the plan of %s: %w", pkg, err)
		}
	}
	c.wake()
	return out, n.awaitPlan(ctx, pkg, note)
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
func (n *Node) awaitPlan(ctx context.Context, pkg string, note planNote) error {
	digest := note.Digest
	ctx, cancel := context.WithTimeout(ctx, durable)
	defer cancel()
	for {
		n.activation.Lock()
		active := n.deployments.Active(pkg)
		here := active != nil && active.Digest == digest && n.unfinished[pkg] == nil && n.followed[pkg] >= note.revision
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
