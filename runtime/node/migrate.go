package node

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

const (
	// atOnce is how many instances of a shard are migrated at a time: they share commits.
	atOnce = 64
	// MaxNamed is how many instances a MigrateGroup names.
	MaxNamed = 10
)

// Migrating says which instances go on with another plan.
type Migrating struct {
	Process string // qualified
	// From is how the digest of their plan begins, "" for any; To how that of the other
	// one does, "" for the active one.
	From, To   string
	By, Reason string
	// Dry says that nothing is done.
	Dry bool
}

// Migrated is what came of it, or would.
type Migrated struct {
	Process string `json:"process"`
	To      string `json:"to"` // digest
	Moved   int    `json:"moved"`
	Stay    int    `json:"stay"`
	// Places are where those go on that move, and Reasons why the others stay; the most
	// instances first.
	Places  []MigrateGroup `json:"places"`
	Reasons []MigrateGroup `json:"reasons"`
}

// MigrateGroup are instances of which the same is said.
type MigrateGroup struct {
	What      string   `json:"what"`
	Count     int      `json:"count"`
	Instances []string `json:"instances"` // the first MaxNamed
}

// Plus is what came of it on two nodes.
func (m Migrated) Plus(o Migrated) Migrated {
	m.Moved, m.Stay = m.Moved+o.Moved, m.Stay+o.Stay
	m.Places, m.Reasons = plusGroups(m.Places, o.Places), plusGroups(m.Reasons, o.Reasons)
	return m
}

func plusGroups(a, b []MigrateGroup) []MigrateGroup {
	out := append([]MigrateGroup{}, a...)
	for _, g := range b {
		i := slices.IndexFunc(out, func(o MigrateGroup) bool { return o.What == g.What })
		if i < 0 {
			out = append(out, g)
			continue
		}
		out[i].Count += g.Count
		named := slices.Sorted(slices.Values(slices.Concat(out[i].Instances, g.Instances)))
		out[i].Instances = named[:min(len(named), MaxNamed)]
	}
	slices.SortFunc(out, func(a, b MigrateGroup) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.What, b.What)) })
	return out
}

// Migrate moves the instances of a process that the shards of this node have, one by
// one: each in one commit, or not at all. Errors: *record.Rejection where there is no
// such plan; the context's, and then some have been moved.
func (n *Node) Migrate(ctx context.Context, m Migrating) (Migrated, error) {
	to, err := n.planNamed(m.Process, m.To)
	if err != nil {
		return Migrated{}, err
	}
	out := Migrated{Process: m.Process, To: to, Places: []MigrateGroup{}, Reasons: []MigrateGroup{}}
	var (
		lock sync.Mutex
		errs []error
		all  sync.WaitGroup
	)
	for _, s := range n.held() {
		all.Go(func() {
			one, err := n.migrateShard(ctx, s, m, to)
			lock.Lock()
			defer lock.Unlock()
			out, errs = out.Plus(one), append(errs, err)
		})
	}
	all.Wait()
	return out, errors.Join(errs...)
}

// planNamed is the plan of a process whose digest begins so, or the active one.
func (n *Node) planNamed(process, digest string) (string, error) {
	if active := n.deployments.Active(packageOf(process)); digest == "" && active != nil {
		return active.Digest, nil
	}
	var found []string
	for _, d := range n.deployments.Of(packageOf(process)) {
		if _, has := d.Process(process); has && digest != "" && strings.HasPrefix(d.Digest, digest) {
			found = append(found, d.Digest)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", notFound("no plan %s of %s is known here; cob deployments lists them", cmp.Or(digest, "active"), process)
	}
	return "", &record.Rejection{Code: record.Invalid, Detail: "the digest " + digest + " begins several plans: give more of it"}
}

// migrateShard moves the instances of one shard.
func (n *Node) migrateShard(ctx context.Context, s *ownedShard, m Migrating, to string) (Migrated, error) {
	d := n.deployments.Find(to)
	if d == nil {
		return Migrated{}, notFound("the plan %.12s is not stored here any more", to)
	}
	if err := s.processor.AddProgram(ctx, d.Program); err != nil {
		return Migrated{}, err
	}
	var ids []string
	var dry Migrated // the shard's own, for a look that outlives its caller
	err := s.processor.Query(ctx, func(state *engine.State) {
		ids = state.On(m.Process, m.From, to)
		if m.Dry {
			for _, id := range ids {
				where, err := state.Migratable(id, to, clock())
				dry.add(id, where, err)
			}
		}
	})
	if err != nil || m.Dry {
		return dry, err
	}
	return n.migrateAll(ctx, s, ids, m, to)
}

func (n *Node) migrateAll(ctx context.Context, s *ownedShard, ids []string, m Migrating, to string) (out Migrated, err error) {
	var (
		lock  sync.Mutex
		all   sync.WaitGroup
		slots = make(chan struct{}, atOnce)
		errs  []error
	)
	for _, id := range ids {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			reply, err := s.processor.Submit(ctx, record.MigrateInstance{Instance: id, Plan: to, By: m.By, Reason: m.Reason})
			lock.Lock()
			defer lock.Unlock()
			var no *record.Rejection
			switch {
			case err == nil && reply.Stays != "":
				out.add(id, "", errors.New(reply.Stays))
			case err == nil || errors.As(err, &no):
				out.add(id, "moved", err)
			default:
				errs = append(errs, err)
			}
		})
	}
	all.Wait()
	if len(errs) > 0 {
		err = errs[0] // the others say the same
	}
	return out, err
}

// add counts one instance.
func (m *Migrated) add(id, where string, err error) {
	if err == nil {
		m.Moved++
		m.Places = plusGroups(m.Places, []MigrateGroup{{where, 1, []string{id}}})
		return
	}
	m.Stay++
	why := strings.TrimPrefix(err.Error(), "the instance "+id+" stays on its plan: ")
	m.Reasons = plusGroups(m.Reasons, []MigrateGroup{{why, 1, []string{id}}})
}
