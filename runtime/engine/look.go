package engine

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

func (s *State) ids() []string {
	ids := make([]string, 0, len(s.instances))
	for id := range s.instances {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Counts says how much a shard holds.
type Counts struct {
	Instances int `json:"instances"` // not over, or with an open settlement
	Ended     int `json:"ended"`     // remembered
	Incidents int `json:"incidents"` // instances with an incident
	Tasks     int `json:"tasks"`     // open
	Kept      int `json:"kept"`      // events
	Timers    int `json:"timers"`    // of instances
}

// Plus is the sum of the counts of two shards.
func (c Counts) Plus(o Counts) Counts {
	return Counts{c.Instances + o.Instances, c.Ended + o.Ended, c.Incidents + o.Incidents, c.Tasks + o.Tasks, c.Kept + o.Kept, c.Timers + o.Timers}
}

// Counts says how much the shard holds.
func (s *State) Counts() Counts {
	return Counts{len(s.instances), len(s.ended.byID), s.stuck, len(s.tasks), len(s.kept.byID), s.timers.live}
}

// InUse says how many living instances are pinned to a plan.
func (s *State) InUse(digest string) int {
	n := s.cellsOf(digest)
	for _, x := range s.instances {
		if x.flow.program.digest == digest {
			n++
		}
	}
	return n
}

// Position is that of the last message of a route, or a receiver, that was taken, 0
// for none.
func (s *State) Position(reader string) uint64 {
	if low, taken := s.Received(reader); len(taken) > 0 {
		return taken[len(taken)-1]
	} else if low > 0 {
		return low
	}
	return s.positions[reader]
}

// Plans adds the digests of the plans that instances run or ran on, or that a rollout
// starts some with.
func (s *State) Plans(digests map[string]bool) {
	for _, r := range s.rollouts {
		digests[r.newer], digests[r.older] = true, true
	}
	for _, x := range s.instances {
		digests[x.flow.program.digest] = true
	}
	for _, a := range s.aside {
		digests[a.plan] = true
	}
	for id := range s.ended.byID {
		digests[s.ended.find(id).plan] = true
	}
}

// Running is how many instances of a process or route run on a plan.
type Running struct {
	Process   string
	Plan      string // digest
	Instances int
}

// Running are those that are not over, by process and plan.
func (s *State) Running() []Running {
	counts := map[*flow]int{}
	for _, x := range s.instances {
		counts[x.flow]++
	}
	var list []Running
	for f, n := range counts {
		list = append(list, Running{f.name, f.program.digest, n})
	}
	slices.SortFunc(list, func(a, b Running) int {
		return cmp.Or(strings.Compare(a.Process, b.Process), strings.Compare(a.Plan, b.Plan))
	})
	return list
}

// On are the living instances of a process on other plans than one, by name. from is
// how the digest of their plan begins.
func (s *State) On(process, from, except string) (ids []string) {
	for id, x := range s.instances {
		if d := x.flow.program.digest; x.flow.name == process && d != except && strings.HasPrefix(d, from) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Pinned is how many instances still run on a plan, those included that are over
// but for an outcome that is not known yet.
func (s *State) Pinned(digest string) int {
	n := s.cellsOf(digest)
	for _, x := range s.instances {
		if x.flow.program.digest == digest {
			n++
		}
	}
	return n
}

// Instances are the instances that keep lets through, by name: the living ones
// and the ended ones that are remembered. A nil keep lets all through.
func (s *State) Instances(keep func(Summary) bool) []Summary {
	var out []Summary
	add := func(v Summary) {
		if keep == nil || keep(v) {
			out = append(out, v)
		}
	}
	for _, x := range s.instances {
		add(s.summary(x))
	}
	for _, a := range s.aside {
		add(a.summary())
	}
	for id := range s.ended.byID {
		add(s.ended.find(id).summary())
	}
	slices.SortFunc(out, func(a, b Summary) int { return strings.Compare(a.Instance, b.Instance) })
	return out
}

// Outlines are all instances, in no order, without the variables and the steps that
// would be undone.
func (s *State) Outlines(yield func(Details) bool) {
	for _, x := range s.instances {
		if !yield(s.outline(x)) {
			return
		}
	}
	for _, a := range s.aside {
		if !yield(a.details()) {
			return
		}
	}
	for id := range s.ended.byID {
		if !yield(s.epitaph(s.ended.find(id))) {
			return
		}
	}
}

func (x *instance) summary() Summary {
	v := Summary{
		Instance: x.id, Process: x.flow.name, Key: x.key, Plan: x.flow.program.digest, State: x.state(),
		Started: x.started, Route: x.flow.route != nil, Incidents: x.stuck,
	}
	if x.phase == finished {
		v.Ended = x.over.at
	}
	if x.poison != nil {
		v.Incidents++
		v.Blocked = x.poison.String()
	}
	for _, a := range x.acts {
		if !a.dead && (a.role == roleSettlement || a.role == roleUndo && a.x.of != 0) {
			v.Settlements++
		}
	}
	return v
}

func (x *instance) state() record.State {
	if x.phase == finished {
		return x.over.state
	}
	if x.stuck > 0 || x.poison != nil {
		return record.Incident
	}
	for _, a := range x.acts {
		if !a.dead && a.role != roleSettlement && a.inflight {
			return record.Running
		}
	}
	return record.Waiting
}

func (t *tombstone) summary() Summary {
	return Summary{
		Instance: t.id, Process: t.name, Key: t.key, Plan: t.plan, State: t.end.state,
		Started: t.started, Ended: t.end.at, Route: t.route,
	}
}

// Instance is everything about one instance; ok is false where it is not known
// here (any more).
func (s *State) Instance(id string) (v Details, ok bool) {
	if x := s.instances[id]; x != nil {
		return s.details(x), true
	}
	if a := s.aside[id]; a != nil {
		return a.details(), true
	}
	if t := s.ended.find(id); t != nil {
		return s.epitaph(t), true
	}
	return Details{}, false
}

func (a *aside) details() Details { return Details{Summary: a.summary(), Detail: a.blocked()} }

// epitaph is all that is remembered of an instance that is over.
func (s *State) epitaph(t *tombstone) Details {
	v := Details{Summary: t.summary(), Result: t.result, Search: found(t.search)}
	v.ends(&t.end)
	var f *flow
	if p := s.programs[t.plan]; p != nil {
		f = p.flows[t.name]
	}
	if f != nil && f.process != nil {
		v.ResultType = f.process.Result
	}
	for i := range t.settled {
		v.Settled = append(v.Settled, t.settled[i].view(f))
	}
	return v
}

func (v *Details) ends(e *ending) {
	v.Fault, v.Fields, v.Detail, v.Cancelled = e.fault, e.fields, e.detail, e.cancelled
}

func (c *closedSettlement) view(f *flow) Settlement {
	v := Settlement{Activation: c.activation, Cloud: c.cloud, Since: c.since, Outcome: c.outcome, Detail: c.detail}
	if f != nil && (c.step != none || f.route != nil) {
		v.Step = f.stepID(c.step)
		v.Endpoint, v.Operation = f.asks(c.step)
	}
	return v
}

// asks are the endpoint and operation of a call.
func (f *flow) asks(index uint32) (endpoint, operation string) {
	if int(index) < len(f.steps) && f.steps[index].call != nil {
		c := f.steps[index].call
		return c.endpoint.Name, c.operation.Name
	}
	return "", ""
}

func (x *instance) details() Details {
	v := x.outline()
	for i := range x.done {
		v.Completed = append(v.Completed, Done{x.flow.stepID(x.done[i].step), x.done[i].cloud})
	}
	for i, value := range x.glance() {
		if value != nil {
			v.Vars = append(v.Vars, Var{x.flow.vars[i].name, x.flow.vars[i].typ, value})
		}
	}
	return v
}

// outline are the details without what was done and the variables.
func (x *instance) outline() Details {
	v := Details{Summary: x.summary(), Result: x.result, Compensating: x.phase == undoing, Progress: x.progress, Search: found(x.search)}
	if x.flow.process != nil {
		v.ResultType = x.flow.process.Result
	}
	if x.over != nil {
		v.ends(x.over)
	}
	for i := range x.settled {
		v.Settled = append(v.Settled, x.settled[i].view(x.flow))
	}
	for _, a := range x.acts {
		if a.dead {
			continue
		}
		if a.role == roleSettlement {
			v.Settled = append(v.Settled, x.openSettlement(a))
		}
		if a.x != nil && a.role == roleStep {
			for _, o := range a.x.doubts {
				v.Settled = append(v.Settled, x.doubtful(a, o))
			}
		}
		if (!a.frame() && a.exit() == nil || a.stuck) && !a.quiet() {
			v.Waits = append(v.Waits, x.wait(a))
		}
	}
	return v
}

// quiet says that nothing is expected of an activation now: who will be told of
// the end, and results that nobody has awaited yet.
func (a *activation) quiet() bool {
	return a.role == roleTell && a.attempt == 0 || a.role == roleWork && a.x.result != nil
}

func (x *instance) openSettlement(a *activation) Settlement {
	v := Settlement{
		Activation: a.id, Step: x.flow.stepID(a.step), Cloud: a.x.cloud, Since: a.since, Open: true,
		Due: a.due, Outcome: record.Unknown, Detail: a.x.detail,
	}
	v.Endpoint, v.Operation = x.flow.asks(a.step)
	return v
}

// doubtful is what an attempt of a call that still tries may have done.
func (x *instance) doubtful(a *activation, o doubt) Settlement {
	v := Settlement{Activation: a.id, Step: x.flow.stepID(a.step), Cloud: o.cloud, Since: a.since, Open: true, Outcome: record.Unknown, Detail: "the step still tries"}
	v.Endpoint, v.Operation = x.flow.asks(a.step)
	return v
}

func (x *instance) wait(a *activation) Wait {
	v := Wait{Activation: a.id, Step: x.flow.stepID(a.step), Kind: "send", Since: a.since, Due: a.due, At: x.flow.at(a.step), Attempt: a.attempt}
	index := a.step
	if a.frame() { // an incident at the next step of the block
		if steps := x.flow.blocks[a.block].steps; int(a.next) < len(steps) {
			index = steps[a.next]
			v.Step, v.At = x.flow.stepID(index), x.flow.at(index)
		}
	}
	if a.x != nil {
		v.Incident, v.ClaimedBy = a.x.incident, a.x.by
		if a.x.outcome != "" {
			v.Last = strings.TrimSuffix(string(a.x.outcome)+": "+a.x.detail, ": ")
		}
		if a.inflight {
			v.Cloud = a.x.cloud
		}
	}
	if a.role == roleTell {
		v.Kind, v.Step = "tell", ""
	}
	if index == none {
		return v
	}
	st := &x.flow.steps[index]
	v.Kind = string(st.kind)
	v.Endpoint, v.Operation = x.flow.asks(index)
	switch st.kind {
	case plan.Select:
		v.Events = st.sel.eventList
	case plan.Machine:
		v.Events = x.stateOf(a).sel.eventList
	case plan.Task:
		v.Role = st.plan.Task.Role
		if v.Due = 0; st.plan.Task.DueNs > 0 {
			v.Due = a.since + record.Instant(st.plan.Task.DueNs)
		}
	}
	return v
}

// Tasks are the open tasks, the oldest first.
func (s *State) Tasks() []Task {
	out := make([]Task, 0, len(s.tasks))
	for ref := range s.tasks {
		out = append(out, s.look(ref))
	}
	slices.SortFunc(out, func(a, b Task) int {
		return cmp.Or(cmp.Compare(a.Since, b.Since), strings.Compare(a.Instance, b.Instance), cmp.Compare(a.Activation, b.Activation))
	})
	return out
}

// task is the open task of an activation.
func (x *instance) task(a *activation) Task {
	w := x.wait(a)
	st := &x.flow.steps[a.step]
	t := Task{
		Instance: x.id, Process: x.flow.name, Key: x.key, Activation: a.id, Step: st.id, Name: st.plan.Task.Name,
		Role: st.plan.Task.Role, Form: st.plan.Type, Plan: x.flow.program.digest, Since: a.since, Due: w.Due,
		ClaimedBy: w.ClaimedBy, Data: slices.Clone(a.items[:len(st.shows)]), Shows: st.plan.Task.Shows, DataTypes: typesOf(st.shows),
	}
	if a.escalated() {
		t.AlsoRole = st.plan.Task.EscalateTo
	}
	t.Labels, t.Priority = st.plan.Task.Labels, st.plan.Task.Priority
	t.Users, t.Groups = x.candidates(a, st)
	t.Groups = append(x.roleGroups(a, st), t.Groups...)
	return t
}

func typesOf(list []*expr) []types.Type {
	out := make([]types.Type, len(list))
	for i, e := range list {
		out[i] = e.run.prog.Type()
	}
	return out
}
