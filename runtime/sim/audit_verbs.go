package sim

import (
	"maps"
	"slices"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// spoken is what an audit knows of what people and operators said.
type spoken struct {
	said       map[string]bool
	claims     map[place]string // who has a task
	answers    map[place]bool   // tasks that were done
	steps      map[place]uint32 // at which activations stand
	calls      map[place]engine.Call
	terminated map[string]bool
	lenient    map[string]bool // instances of which something was given up
	goingBack  map[string]bool
}

func newSpoken() spoken {
	return spoken{
		said: map[string]bool{}, claims: map[place]string{}, answers: map[place]bool{}, steps: map[place]uint32{},
		calls: map[place]engine.Call{}, terminated: map[string]bool{}, lenient: map[string]bool{},
		goingBack: map[string]bool{},
	}
}

// verb checks the records of what operators said.
func (a *audit) verb(ev record.Event) {
	f := &a.world.figures
	switch e := ev.(type) {
	case record.InstanceTerminated:
		f.Terminated++
		a.once(!a.terminated[e.Instance], "the instance %s was terminated", e.Instance)
		a.terminated[e.Instance], a.lenient[e.Instance] = true, true
		a.said[terminatedWords(e.Instance)] = true
		if a.ended[e.Instance] == "" {
			a.ended[e.Instance] = record.Cancelled
		}
		for p := range a.due {
			if p.instance == e.Instance {
				delete(a.due, p)
			}
		}
	case record.StepSkipped:
		f.Skipped++
		if !a.said["resume "+e.Reason] { // which skips all that have incidents
			a.once(!a.said["skip "+e.Reason], "a step was skipped for %s", e.Reason)
			a.said["skip "+e.Reason] = true
		}
		a.skipped(e)
	case record.InstanceReset:
		a.once(!a.said["back "+e.Reason], "the instance %s went back for %s", e.Instance, e.Reason)
		a.said["back "+e.Reason] = true
		a.goingBack[e.Instance] = true
	case record.WentBack:
		f.WentBack++
		delete(a.goingBack, e.Instance)
	case record.Requested:
		name := "request " + e.Instance + " " + e.ID
		a.once(!a.said[name], "the %s was done", name)
		a.said[name] = true
	case record.Operated:
		a.once(!a.said[e.Verb+" "+e.Reason], "%s was said of %s for %s", e.Verb, e.Instance, e.Reason)
		a.said[e.Verb+" "+e.Reason] = true
		if e.Verb == "resume" {
			f.Resumed++
			a.lenient[e.Instance] = true
		}
	case record.GivenUp:
		f.GivenUp++
		a.lenient[e.Instance] = true
	}
}

// skipped notes a step that an operator took as done, and does it.
func (a *audit) skipped(e record.StepSkipped) {
	p := place{e.Instance, e.Activation}
	if at, ok := a.steps[p]; !ok || at != e.Step {
		return // the block in front of it had the incident
	}
	a.once(!a.leftBy[p], "the activation %v was left", p)
	a.leftBy[p] = true
	delete(a.due, p)
	if c, ok := a.calls[p]; ok {
		a.world.byHand(c, e)
		if e.Undoable {
			a.completed[e.Instance] = append(a.completed[e.Instance], done{a.keys[p], e.Cloud})
		}
	}
}

// task checks the records of who has a task and who does it.
func (a *audit) task(ev record.Event) {
	holds := func(p place, by string) {
		if has := a.claims[p]; a.answers[p] || a.leftBy[p] || has != "" && by != "" && has != by {
			a.world.fail(promiseTask, "shard %d commit %d: %T by %s for %v, which %q has and which was done: %t", a.shard, a.last, ev, by, p, has, a.answers[p] || a.leftBy[p])
		}
	}
	switch e := ev.(type) {
	case record.TaskClaimed:
		p := place{e.Instance, e.Activation}
		holds(p, e.By)
		a.claims[p] = e.By
		a.said[had(p, e.By)] = true
	case record.TaskReleased:
		p := place{e.Instance, e.Activation}
		holds(p, "") // it may be taken away from somebody
		delete(a.claims, p)
	case record.TaskDelegated:
		p := place{e.Instance, e.Activation}
		holds(p, e.By)
		a.claims[p] = e.To
		a.said[had(p, e.To)] = true
		a.world.figures.Delegated++
	case record.TaskAnswered:
		p := place{e.Instance, e.Activation}
		holds(p, e.By)
		a.answers[p] = true
		a.said[answerOf(p, e.By)], a.said[answerOf(p, "somebody")] = true, true
	}
}

// still holds that nothing goes on in an instance that was terminated.
func (a *audit) still(instance string) {
	if a.terminated[instance] {
		a.world.fail(promiseStill, "shard %d commit %d: %s was terminated, and goes on", a.shard, a.last, instance)
	}
}

// undoesBack says that an effect undoes something because its instance goes back.
func (a *audit) undoesBack(t engine.Target) bool {
	return a.goingBack[t.Instance] && a.scopes.undoing[place{t.Instance, t.Activation}]
}

// untold says how many units that nobody undid are not named by the instances that
// they belong to. Those of an instance where nothing was given up must not be there.
func (a *audit) untold(standing map[string][]string, excused map[string]bool) {
	owners := map[string][]string{} // keys by instance
	for p, key := range a.keys {
		if len(standing[key]) > 0 && !slices.Contains(owners[p.instance], key) {
			owners[p.instance] = append(owners[p.instance], key)
		}
	}
	for _, instance := range slices.Sorted(maps.Keys(owners)) {
		keys := owners[instance]
		slices.Sort(keys)
		if !a.lenient[instance] {
			continue
		}
		told := map[string]int{}
		v, _ := a.state.Instance(instance)
		for _, s := range v.Settled {
			if s.Outcome == record.Unknown || s.Outcome == record.Succeeded {
				told[s.Cloud]++
			}
		}
		for _, key := range keys {
			excused[key] = true
			for _, cloud := range standing[key] {
				if told[cloud]--; told[cloud] < 0 {
					a.world.fail(promiseTold, "%s stands at %s, and %s says nothing of it: %+v", key, cloud, instance, v.Settled)
				}
			}
		}
	}
}
