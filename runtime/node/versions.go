package node

import (
	"cmp"
	"context"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/engine"
)

// Version is a plan of a package, with what runs on it.
type Version struct {
	Package string `json:"package"`
	Digest  string `json:"digest"`
	Active  bool   `json:"active,omitempty"`
	// RolledBack says that the latest rollout was of this plan, and it was rolled back.
	RolledBack bool `json:"rolled_back,omitempty"`
	// Processes are how many instances run on it, by process or route; those that have none
	// are left out.
	Processes []VersionCount `json:"processes"`
	Instances int            `json:"instances"`
}

// VersionCount is how many instances of a flow run.
type VersionCount struct {
	Process   string `json:"process"`
	Instances int    `json:"instances"`
}

// Versions are the plans that this node knows, by package, the active one first.
func (n *Node) Versions(ctx context.Context) ([]Version, error) {
	counts := []engine.Running{}
	for _, s := range n.held() {
		var own []engine.Running // the shard's own, for a look that outlives its caller
		if err := s.processor.Query(ctx, func(state *engine.State) { own = state.Running() }); err != nil {
			return nil, err
		}
		counts = append(counts, own...)
	}
	var list []Version
	for _, d := range n.deployments.Known() {
		list = append(list, Version{Package: d.Plan.Package, Digest: d.Digest, Active: n.deployments.Active(d.Plan.Package) == d, Processes: []VersionCount{}})
	}
	for i := range list {
		_, list[i].RolledBack = n.rolledBack(list[i].Package, list[i].Digest)
		for _, c := range counts {
			if c.Plan == list[i].Digest {
				list[i].count(c.Process, c.Instances)
			}
		}
	}
	return PlusVersions([]Version{}, list), nil
}

func (v *Version) count(process string, instances int) {
	v.Instances += instances
	i := slices.IndexFunc(v.Processes, func(c VersionCount) bool { return c.Process == process })
	if i >= 0 {
		v.Processes[i].Instances += instances
		return
	}
	v.Processes = append(v.Processes, VersionCount{process, instances})
	slices.SortFunc(v.Processes, func(a, b VersionCount) int { return cmp.Compare(a.Process, b.Process) })
}

// PlusVersions adds up what two nodes know.
func PlusVersions(a, b []Version) []Version {
	for _, v := range b {
		i := slices.IndexFunc(a, func(o Version) bool { return o.Digest == v.Digest })
		if i < 0 {
			a = append(a, v)
			continue
		}
		for _, c := range v.Processes {
			a[i].count(c.Process, c.Instances)
		}
	}
	slices.SortStableFunc(a, func(x, y Version) int {
		active := 0
		if x.Active != y.Active {
			if active = 1; x.Active {
				active = -1
			}
		}
		return cmp.Or(cmp.Compare(x.Package, y.Package), active, cmp.Compare(x.Digest, y.Digest))
	})
	return a
}

// Changes says what would change with a plan, compared with the active one of its
// package, whose digest comes with it; "" where none is active. Errors:
// *plan.FormatError.
func (n *Node) Changes(encoded []byte) (from string, changes []plan.Change, err error) {
	p, err := plan.Decode(encoded)
	if err != nil {
		return "", nil, err
	}
	changes = []plan.Change{}
	if active := n.deployments.Active(p.Package); active != nil {
		from, changes = active.Digest, append(changes, plan.Diff(active.Plan, p)...)
	}
	return from, changes, nil
}
