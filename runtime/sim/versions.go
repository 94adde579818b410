package sim

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// newerLab is a later version of the plan of the random load, with a migration or
// without: steps come, other ones wait longer, or have other names.
func newerLab(seed uint64, older *plan.Plan) *plan.Plan {
	older.Format = plan.Format
	text, err := plan.Encode(older)
	if err != nil {
		panic(err)
	}
	newer := &plan.Plan{}
	if err := json.Unmarshal(text, newer); err != nil {
		panic(err)
	}
	k := &sketch{random: random{mix(seed, "newer")}, steps: 10_000, calls: 10_000, clouds: []string{"paris"}}
	way := plan.Migration{Process: "lab.Try", From: plan.Digest(text), At: somewhere}
	body := &newer.Processes[tryOf(newer)].Flow.Body
	for range 1 + k.random.below(3) {
		at := k.random.below(len(*body) + 1)
		if at == len(*body) || k.random.chance(500) {
			*body = slices.Insert(*body, min(at, max(0, len(*body)-1)), k.leaf())
		}
	}
	plan.Walk(*body, func(s *plan.Step) {
		s.At = somewhere
		switch {
		case s.Kind == plan.Wait && k.random.chance(300):
			s.Wait.DelayNs += int64(second)
		case (s.Kind == plan.Task || s.Kind == plan.Wait) && k.random.chance(300):
			to := k.id("later")
			way.Moves = append(way.Moves, plan.Move{From: s.ID, To: to})
			s.ID = to
		}
	})
	if k.random.chance(700) {
		newer.Migrations = []plan.Migration{way}
	}
	newer.Rollouts = []plan.Rollout{{Process: "lab.Try", Share: "0.5", By: variable("n", intType), At: somewhere}}
	return newer
}

// somewhere is where all steps stand: a plan made in Go has no source.
const somewhere plan.Place = "lab.cob:1:1"

func tryOf(p *plan.Plan) int {
	return slices.IndexFunc(p.Processes, func(d plan.Process) bool { return d.Name == "lab.Try" })
}

// rollOut is what begins with a version of which not all instances are.
func (w *world) rollOut(p *engine.Program) []record.SetRollout {
	if len(p.Plan().Rollouts) == 0 {
		return nil
	}
	return []record.SetRollout{w.share(p, w.random.below(4)*record.FullShare/4)}
}

func (w *world) share(p *engine.Program, share int) record.SetRollout {
	return record.SetRollout{Process: "lab.Try", Newer: p.Digest(), Older: w.load.Programs[0].Digest(), Share: uint32(share), By: "olga"}
}

// reshare changes the share of a rollout, or ends it one way or the other. Every shard
// is told for itself, as on a cluster that has lost some of its nodes.
func (w *world) reshare() {
	if w.deployed < 2 || len(w.load.Programs[w.deployed-1].Plan().Rollouts) == 0 {
		return
	}
	older, p := w.load.Programs[0], w.load.Programs[w.deployed-1]
	var cmd record.Command = w.share(p, w.random.below(4)*record.FullShare/4)
	switch w.random.below(4) {
	case 0:
		over := w.share(p, record.FullShare)
		over.Over = true
		cmd = over
	case 1:
		cmd = record.ActivatePlan{Package: "lab", Digest: older.Digest()}
	}
	for s := range w.disks {
		w.persist(s, always(cmd), content)
	}
}

// known are the versions that a new owner knows.
func (w *world) known() []*engine.Program {
	if w.options.Plant == ForgottenVersions {
		return w.load.Programs[w.deployed-1 : w.deployed]
	}
	return w.load.Programs[:w.deployed]
}

// migrateAll moves whatever lives to the newest version, shard by shard.
func (w *world) migrateAll() {
	for _, a := range w.audits {
		for _, v := range a.state.Instances(func(v engine.Summary) bool { return v.Ended == 0 && !v.Route }) {
			w.wishes++
			w.migrateTo(v.Instance, fmt.Sprint("wish ", w.wishes), w.load.Programs[w.deployed-1].Digest())
		}
	}
}

// migrate moves an instance to another version of its process.
func (w *world) migrate(instance, why string) {
	w.migrateTo(instance, why, w.load.Programs[w.random.below(w.deployed)].Digest())
}

// migrateTo tells the shard until it answers. Once it says yes the journal has it, or
// had it before.
func (w *world) migrateTo(instance, why, to string) {
	s, cmd := w.shardOf(instance), record.MigrateInstance{Instance: instance, Plan: to, By: "olga", Reason: why}
	w.persist(s, always(cmd), func(r record.Reply) bool {
		if r.Rejected == nil && r.Stays == "" && !r.Existing {
			w.said(s, "migrate "+why)
		}
		return true
	})
}

// version checks the records of how versions replace each other.
func (a *audit) version(ev record.Event) {
	switch e := ev.(type) {
	case record.InstanceMigrated:
		a.world.figures.Migrated++
		a.once(a.plans[e.Instance] != e.Plan, "%s was migrated to %.8s", e.Instance, e.Plan)
		a.still(e.Instance)
		a.past(e.At)
		a.plans[e.Instance] = e.Plan
		a.said["migrate "+e.Reason] = true
		for _, p := range e.Places {
			a.steps[place{e.Instance, p.Activation}] = p.Step
		}
		for _, gone := range e.Gone {
			p := place{e.Instance, gone}
			a.once(!a.leftBy[p], "the activation %v was left", p)
			a.leftBy[p] = true
			delete(a.due, p)
		}
	case record.RolloutSet:
		a.world.figures.RolledOut++
	}
}
