package node

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// judgeEvery is how often rollouts are looked at.
const judgeEvery = time.Second

// shareNote is a rollout that runs. It begins with the activation of its plan.
type shareNote struct {
	Older string `json:"older"` // digest
	// Newer is the plan that was rolled back, by its digest: Older is active since. "" of
	// a rollout to the active plan, which runs.
	Newer string    `json:"newer,omitempty"`
	Share uint32    `json:"share"` // of record.FullShare
	Since time.Time `json:"since"`
	// Judged is what was found when it was judged and a person has to decide; "" before.
	Judged string `json:"judged,omitempty"`
	By     string `json:"by,omitempty"` // who set the share last
}

// back says that it was rolled back: it does not run, and is remembered for a node that
// begins with the plan once more.
func (s shareNote) back() bool { return s.Newer != "" }

// RolloutStatus is a rollout with how the instances of both plans ended.
type RolloutStatus struct {
	Process string         `json:"process"`
	Newer   string         `json:"newer"` // digest
	Older   string         `json:"older"`
	Share   float64        `json:"share"` // a ratio
	Since   time.Time      `json:"since"`
	Judged  string         `json:"judged,omitempty"`
	New     engine.Measure `json:"new"`
	Old     engine.Measure `json:"old"`
}

// sharesFor are the rollouts that begin when a plan takes the place of another one.
// What is not promoted yet is no plan to fall back to.
func (n *Node) sharesFor(d *deployment.Deployment, was planNote) (map[string]shareNote, error) {
	if was.Digest == d.Digest {
		return was.Shares, nil
	}
	shares := map[string]shareNote{}
	for i := range d.Plan.Rollouts {
		r := &d.Plan.Rollouts[i]
		older := was.Digest
		if s, runs := was.Shares[r.Process]; runs && !s.back() {
			older = s.Older
		}
		o := n.deployments.Find(older)
		if o == nil || older == d.Digest {
			continue
		}
		if _, has := o.Process(r.Process); !has {
			continue
		}
		share, err := deployment.ShareOf(r.Share)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.At, err)
		}
		shares[r.Process] = shareNote{Older: older, Share: share, Since: time.Now().UTC()}
	}
	return shares, nil
}

// rollouts are what the shards have to know of the rollouts of a plan.
func (n *Node) rollouts(d *deployment.Deployment) (list []record.SetRollout) {
	shares := n.shares[d.Plan.Package]
	for _, process := range slices.Sorted(maps.Keys(shares)) {
		s := shares[process]
		list = append(list, record.SetRollout{Process: process, Newer: cmp.Or(s.Newer, d.Digest), Older: s.Older, Share: s.Share, By: s.By})
	}
	return list
}

// sharesIn are the rollouts that a shard knows, by package and process.
func sharesIn(state *engine.State) map[string]map[string]shareNote {
	all := map[string]map[string]shareNote{}
	for _, r := range state.Rollouts() {
		pkg := packageOf(r.Process)
		if all[pkg] == nil {
			all[pkg] = map[string]shareNote{}
		}
		s := shareNote{Older: r.Older, Share: r.Share, Since: time.Unix(0, int64(r.Since)).UTC()}
		if r.Newer != state.Active(pkg) {
			s.Newer = r.Newer
		}
		all[pkg][r.Process] = s
	}
	return all
}

// rolledOtherwise says whether a shard knows other rollouts to a plan than run.
func (n *Node) rolledOtherwise(state *engine.State, d *deployment.Deployment) bool {
	wanted := n.rollouts(d)
	for _, r := range state.Rollouts() {
		if packageOf(r.Process) != d.Plan.Package {
			continue
		}
		i := slices.IndexFunc(wanted, func(w record.SetRollout) bool {
			return w.Process == r.Process && w.Newer == r.Newer && w.Older == r.Older && w.Share == r.Share
		})
		if i < 0 {
			return true
		}
		wanted = slices.Delete(wanted, i, i+1)
	}
	return len(wanted) > 0
}

// rolloutsHere are the rollouts as the shards of this node know them, and how many
// shards these are.
func (n *Node) rolloutsHere(ctx context.Context) (said rolloutsSaid, err error) {
	for _, s := range n.held() {
		var list []engine.Rollout // the shard's own, for a look that outlives its caller
		if err := s.processor.Query(ctx, func(state *engine.State) { list = state.Rollouts() }); err != nil {
			return said, err
		}
		said.Rollouts = append(said.Rollouts, list...)
		said.Shards++
	}
	return said, nil
}

// rolloutsSaid is what a node says of its shards.
type rolloutsSaid struct {
	Rollouts []engine.Rollout
	Shards   int
}

// Rollouts are the rollouts that run, by process. whole is false where not all shards
// have answered.
func (n *Node) Rollouts(ctx context.Context) (list []RolloutStatus, whole bool, err error) {
	said, err := n.rolloutsHere(ctx)
	if err != nil {
		return nil, false, err
	}
	if n.cluster != nil {
		_ = n.cluster.all(ctx, []byte{askRollouts}, func(_ other, answer []byte) error {
			var one rolloutsSaid
			if err := json.Unmarshal(answer, &one); err != nil {
				return err
			}
			said.Rollouts = append(said.Rollouts, one.Rollouts...)
			said.Shards += one.Shards
			return nil
		})
	}
	n.activation.Lock()
	defer n.activation.Unlock()
	list = []RolloutStatus{}
	for _, d := range n.deployments.All() {
		shares := n.shares[d.Plan.Package]
		for _, process := range slices.Sorted(maps.Keys(shares)) {
			s := shares[process]
			if s.back() {
				continue
			}
			one := RolloutStatus{Process: process, Newer: d.Digest, Older: s.Older, Share: float64(s.Share) / record.FullShare, Since: s.Since, Judged: s.Judged}
			for _, r := range said.Rollouts {
				if r.Process == process && r.Newer == d.Digest && r.Older == s.Older {
					one.New, one.Old = one.New.Plus(r.New), one.Old.Plus(r.Old)
				}
			}
			list = append(list, one)
		}
	}
	return list, said.Shards == n.count(), nil
}

// Reshare changes which share of the new instances of a process starts with the newer
// plan, of record.FullShare. The full share promotes it. Errors: *record.Rejection
// where no rollout runs, ErrNotReady.
func (n *Node) Reshare(ctx context.Context, process string, share uint32, by string) error {
	return n.turnRollout(ctx, process, func(note *planNote, s shareNote) {
		if share >= record.FullShare {
			delete(note.Shares, process)
			return
		}
		s.Share, s.By, s.Judged = share, by, ""
		note.Shares[process] = s
	})
}

// RollBack lets all new instances of the package start with the plan that the rollout
// began from. That is remembered until another plan is activated, see BeginWith. Errors: as
// Reshare's.
func (n *Node) RollBack(ctx context.Context, process string) error {
	return n.turnRollout(ctx, process, func(note *planNote, s shareNote) {
		back := shareNote{Older: s.Older, Newer: note.Digest, Since: time.Now().UTC(), By: s.By}
		note.Digest, note.Shares = s.Older, map[string]shareNote{process: back}
	})
}

// rolledBack is the note of a package whose latest plan was rolled back, where that was
// the plan of a digest.
func (n *Node) rolledBack(pkg, digest string) (note planNote, back bool) {
	note = n.noteOf(pkg)
	for _, s := range note.Shares {
		back = back || s.Newer == digest
	}
	return note, back
}

// noteOf is which plan of a package is active, and its rollouts.
func (n *Node) noteOf(pkg string) planNote {
	if n.cluster != nil {
		note, _ := n.cluster.planOf(pkg)
		return note
	}
	n.activation.Lock()
	defer n.activation.Unlock()
	note := planNote{Shares: maps.Clone(n.shares[pkg])}
	if active := n.deployments.Active(pkg); active != nil {
		note.Digest = active.Digest
	}
	return note
}

// turnRollout changes what is known of a rollout, on all nodes.
func (n *Node) turnRollout(ctx context.Context, process string, turn func(*planNote, shareNote)) error {
	pkg := packageOf(process)
	change := func(was planNote) (planNote, error) {
		s, runs := was.Shares[process]
		if !runs || s.back() {
			return was, notFound("no rollout of %s runs; cob rollout lists those that do", process)
		}
		was.Shares = maps.Clone(was.Shares)
		turn(&was, s)
		return was, nil
	}
	if n.cluster != nil {
		note, err := n.cluster.activate(ctx, pkg, change)
		if err != nil {
			return err
		}
		n.cluster.wake()
		return n.awaitPlan(ctx, pkg, note)
	}
	n.activation.Lock()
	defer n.activation.Unlock()
	active := n.deployments.Active(pkg)
	if active == nil || n.work.Err() != nil {
		return fmt.Errorf("%w: no plan of %s is active", ErrNotReady, pkg)
	}
	note, err := change(planNote{Digest: active.Digest, Shares: n.shares[pkg]})
	if err != nil {
		return err
	}
	d := n.deployments.Find(note.Digest)
	if d == nil {
		return notFound("the plan %.12s is not stored here any more", note.Digest)
	}
	n.shares[pkg] = note.Shares
	if err := n.move(d); err != nil {
		n.finishLater()
		return err
	}
	n.moved(d)
	return nil
}

// judgeRollouts judges the rollouts whose time has come, as long as the node works.
// The node that has the first shard does it.
func (n *Node) judgeRollouts() {
	for n.work.Err() == nil {
		pause(n.work, judgeEvery)
		if n.at(0) == nil {
			continue
		}
		if err := n.judge(n.work, time.Now()); err != nil && n.work.Err() == nil {
			n.log.Warn("a rollout could not be judged; trying again", "error", err)
		}
	}
}

// judge judges what is due at a time.
func (n *Node) judge(ctx context.Context, now time.Time) error {
	if !n.rolloutDue(now) {
		return nil
	}
	list, whole, err := n.Rollouts(ctx)
	if err != nil || !whole {
		return err // a shard is on its way to another node
	}
	var errs []error
	for _, r := range list {
		errs = append(errs, n.judgeOne(ctx, r, now))
	}
	return errors.Join(errs...)
}

// rolloutDue says whether a rollout is to be judged.
func (n *Node) rolloutDue(now time.Time) bool {
	n.activation.Lock()
	defer n.activation.Unlock()
	for pkg, shares := range n.shares {
		d := n.deployments.Active(pkg)
		for process, s := range shares {
			if d != nil && !s.back() && due(d, process, s.Since, s.Judged, now) {
				return true
			}
		}
	}
	return false
}

func due(d *deployment.Deployment, process string, since time.Time, judged string, now time.Time) bool {
	r := d.Rollout(process)
	return r != nil && r.Promote != nil && judged == "" && !now.Before(since.Add(time.Duration(r.PromoteAfterNs)))
}

func (n *Node) judgeOne(ctx context.Context, r RolloutStatus, now time.Time) error {
	d := n.deployments.Find(r.Newer)
	if d == nil || !due(d, r.Process, r.Since, r.Judged, now) {
		return nil
	}
	declared := d.Rollout(r.Process)
	promote, err := d.Judge(declared, r.New, r.Old)
	found := fmt.Sprintf("%d instances, %d faulted, %d with an incident; on the older plan %d, %d and %d",
		r.New.Instances, r.New.Faulted, r.New.Troubled, r.Old.Instances, r.Old.Faulted, r.Old.Troubled)
	if err != nil {
		found += "; the condition has no answer: " + err.Error()
	}
	decided := Decision{At: now.UTC(), Process: r.Process, Newer: r.Newer, Older: r.Older, Found: found}
	switch {
	case promote && err == nil:
		return n.settled("promoted", decided, func() error { return n.Reshare(ctx, r.Process, record.FullShare, "") })
	case declared.RollBack:
		return n.settled("rolled back", decided, func() error { return n.RollBack(ctx, r.Process) })
	}
	return n.settled("waits for a person", decided, func() error {
		return n.turnRollout(ctx, r.Process, func(note *planNote, s shareNote) {
			s.Judged = found
			note.Shares[r.Process] = s
		})
	})
}
