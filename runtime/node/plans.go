package node

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/health"
	"github.com/cob-lang/cob/runtime/record"
)

// Deployed is a plan that new instances start with.
type Deployed struct {
	Package   string   `json:"package"`
	Digest    string   `json:"digest"`
	Processes []string `json:"processes,omitempty"`
	Channels  []string `json:"channels,omitempty"`
	// Unchanged says that this plan was active already.
	Unchanged bool `json:"unchanged,omitempty"`
	// RolledBack is the plan that BeginWith was given and left where it is, by its digest:
	// it was rolled back.
	RolledBack string `json:"rolled_back,omitempty"`
}

func deployed(d *deployment.Deployment) Deployed {
	out := Deployed{Package: d.Plan.Package, Digest: d.Digest}
	for _, p := range d.Plan.Processes {
		out.Processes = append(out.Processes, p.Name)
	}
	for _, c := range d.Plan.Channels {
		out.Channels = append(out.Channels, c.Name)
	}
	return out
}

// learnPlans makes every plan of the store ready: instances may be pinned to any
// of them. The caller holds activation, or nobody else is there yet.
func (n *Node) learnPlans(ctx context.Context) ([]*deployment.Deployment, error) {
	digests, err := n.plans.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the stored plans: %w", err)
	}
	var all []*deployment.Deployment
	for _, digest := range digests {
		d, err := n.learnPlan(ctx, digest)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// learnPlan makes a stored plan ready here, also for the shards. A plan whose settings
// are missing is noted.
func (n *Node) learnPlan(ctx context.Context, digest string) (*deployment.Deployment, error) {
	d := n.deployments.Find(digest)
	if d != nil && (d.Sinks != nil || len(n.desk.clouds()) == 0) {
		return d, nil
	}
	encoded, err := n.plans.Get(ctx, digest)
	if err != nil {
		return nil, fmt.Errorf("reading the stored plan %.12s: %w", digest, err)
	}
	d, err = n.prepare(encoded)
	var missing *connector.SettingsError
	switch {
	case errors.As(err, &missing):
		n.unbound[digest] = missing
	case err != nil:
		return nil, fmt.Errorf("the stored plan %.12s: %w", digest, err)
	default:
		delete(n.unbound, digest)
	}
	return d, n.know(ctx, d)
}

func (n *Node) prepare(encoded []byte) (*deployment.Deployment, error) {
	return deployment.PrepareWithout(n.desk.clouds(), n.options.Pair != nil, encoded, n.options.Connectors, n.options.Settings)
}

// needed refuses to go on where an instance runs on a plan whose settings are
// missing. A plan that nobody runs on any more may miss what it likes.
func (n *Node) needed(states []*engine.State) error {
	for digest, missing := range n.unbound {
		pinned := 0
		for _, s := range states {
			pinned += s.Pinned(digest)
		}
		if pinned > 0 {
			return fmt.Errorf("the plan %.12s, on which instances still run (%d of them), misses settings: %w", digest, pinned, missing)
		}
	}
	return nil
}

// adoptActive activates what the first shard says is active, after a restart. A
// node that died while it activated a plan may have left other shards behind;
// those plans are given back.
func (n *Node) adoptActive(states []*engine.State, stored []*deployment.Deployment) (behind []*deployment.Deployment) {
	n.shares = sharesIn(states[0])
	for _, d := range stored {
		if states[0].Active(d.Plan.Package) != d.Digest || n.unbound[d.Digest] != nil {
			continue
		}
		n.deployments.Activate(d)
		if slices.ContainsFunc(states, func(s *engine.State) bool {
			return s.Active(d.Plan.Package) != d.Digest || n.rolledOtherwise(s, d)
		}) {
			behind = append(behind, d)
		}
	}
	n.watchHealth()
	return behind
}

// watchHealth watches the bindings of all active plans, by the failover settings
// of the calls that use them, and keeps their limits.
func (n *Node) watchHealth() {
	var watches []health.Watch
	var plans []*plan.Plan
	for _, d := range n.deployments.All() {
		watches = append(watches, health.WatchesOf(d.Plan)...)
		plans = append(plans, d.Plan)
	}
	n.health.Replace(watches)
	n.gates.Replace(plans)
	if n.desk != nil {
		n.desk.show()
	}
}

// Deployments are the active plans, by package.
func (n *Node) Deployments() []Deployed {
	list := []Deployed{}
	for _, d := range n.deployments.All() {
		list = append(list, deployed(d))
	}
	return list
}

// packageOf is the package of a qualified name.
func packageOf(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return name[:i]
		}
	}
	return ""
}

func notFound(format string, args ...any) error {
	return &record.Rejection{Code: record.NotFound, Detail: fmt.Sprintf(format, args...)}
}
