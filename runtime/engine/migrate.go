package engine

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// way is how the instances of a flow get to another plan, looked up.
type way struct {
	*plan.Way
	from, to *flow
	ids      map[string]uint32 // of the steps of to
	spots    []spot            // of the steps of to
	sets     map[string]*expr
	// carries are by variable of to the slot of from that has its value.
	carries map[int32]int32
}

// spot is where a step stands.
type spot struct{ block, position uint32 }

// ways are those that were looked up. They follow from the programs alone.
type ways map[[3]string]*way

// MaxWays bounds the ways that a shard keeps looked up.
const MaxWays = 16

// wayOf is the way of a flow to the plan of a digest; no says why there is none.
func (s *State) wayOf(f *flow, digest string) (w *way, no *record.Rejection) {
	name := [3]string{f.program.digest, digest, f.name}
	if w = s.ways[name]; w != nil {
		return w, nil
	}
	p := s.programs[digest]
	switch {
	case p == nil:
		return nil, &record.Rejection{Code: record.UnknownPlan, Detail: fmt.Sprintf("the plan %s is not stored here: deploy it first", digest)}
	case f.process == nil:
		return nil, &record.Rejection{Code: record.Invalid, Detail: f.name + " is a route: its messages end on the plan that they began with"}
	case p.flows[f.name] == nil || p.flows[f.name].process == nil:
		return nil, &record.Rejection{Code: record.WrongState, Detail: fmt.Sprintf("the plan %.12s has no process %s", digest, f.name)}
	}
	between, ok := plan.WayOf(f.program.plan, p.plan, f.name)
	if !ok {
		return nil, &record.Rejection{Code: record.WrongState, Detail: f.name + " runs as another package has it, and is moved with that package"}
	}
	w = &way{Way: between, from: f, to: p.flows[f.name]}
	if err := w.look(); err != nil {
		return nil, &record.Rejection{Code: record.Invalid, Detail: err.Error()}
	}
	if len(s.ways) >= MaxWays {
		clear(s.ways)
	}
	if s.ways == nil {
		s.ways = ways{}
	}
	s.ways[name] = w
	return w, nil
}

// look finds by number what the plans say by name.
func (w *way) look() error {
	w.ids, w.spots, w.carries = map[string]uint32{}, make([]spot, len(w.to.steps)), map[int32]int32{}
	for i := range w.to.steps {
		w.ids[w.to.steps[i].id] = uint32(i)
	}
	for b := range w.to.blocks {
		for at, step := range w.to.blocks[b].steps {
			w.spots[step] = spot{uint32(b), uint32(at)}
		}
	}
	l := linker{flow: w.to, ruled: ruled{program: w.to.program}}
	w.sets = map[string]*expr{}
	for i := range w.Sets {
		w.sets[w.Sets[i].Name] = l.expr(&w.Sets[i].Expr, "")
	}
	for slot, v := range w.to.vars {
		if old, there := w.from.slots[v.name]; there && w.Keeps(w.from.vars[old].typ, v.typ, w.from.program.universe) {
			w.carries[int32(slot)] = old
		}
	}
	return errors.Join(l.wrong...)
}

// leadOf is the step that one of the older plan leads to.
func (w *way) leadOf(step uint32) (to uint32, lead plan.Lead, ok bool) {
	lead, ok = w.Leads[w.from.steps[step].id]
	if ok {
		to, ok = w.ids[lead.To]
	}
	return to, lead, ok
}

// same says whether a step is the same in both, with what it asks outside.
func (w *way) same(step, to uint32, lead plan.Lead) bool {
	a, b := &w.from.steps[step], &w.to.steps[to]
	switch {
	case !lead.Same || len(a.blocks) != len(b.blocks):
		return false
	case a.call == nil && !a.isEffect():
		return true
	}
	// The name of the step is in the key of what left.
	return a.id == b.id && len(w.Undone) == 0 && w.from.storesArgs == w.to.storesArgs
}

// migrateInstance moves an instance to another plan, or says why it stays.
func (d *decider) migrateInstance(c *record.MigrateInstance) record.Reply {
	x, _, no := d.living(c.Instance)
	if x == nil {
		return no
	}
	if no := tooLong("name of the person", c.By); no != nil {
		return record.Reply{Rejected: no}
	}
	if x.flow.program.digest == c.Plan {
		return record.Reply{Instance: x.id, Existing: true}
	}
	m, faulty, stays := d.move(x, c.Plan)
	switch {
	case faulty != "":
		faulty = clip(faulty)
		d.emit(record.MigrationFailed{At: d.now, Instance: x.id, Plan: c.Plan, Detail: faulty, By: c.By})
		return record.Reply{Instance: x.id, Stays: faulty}
	case stays != nil:
		return record.Reply{Rejected: stays}
	}
	m.out.At, m.out.By, m.out.Reason = d.now, c.By, clip(c.Reason)
	d.emit(m.out)
	if values := x.flow.index(x.params()); values != nil || x.search != nil {
		d.emit(record.Indexed{Instance: x.id, Values: values})
	}
	for _, id := range m.wake {
		if a := x.find(id); a != nil {
			d.wake(a)
		}
	}
	d.run(x)
	return record.Reply{Instance: x.id}
}

// params are the parameters of an instance as they are now.
func (x *instance) params() map[string]types.Value {
	out := map[string]types.Value{}
	for i := range x.flow.process.Params {
		name := x.flow.process.Params[i].Name
		if v := x.values()[x.flow.slots[name]]; v != nil {
			out[name] = v
		}
	}
	return out
}

// Migratable says what a migration of an instance to another plan would do: where it
// would go on. Errors: *record.Rejection with the reason why it would stay.
func (s *State) Migratable(instance, digest string, now record.Instant) (where string, err error) {
	d := decider{s: s, now: now}
	x := peek(s.instances[instance])
	if x == nil {
		_, _, no := d.living(instance)
		return "", no.Rejected
	}
	if x.flow.program.digest == digest {
		return "it runs on that plan", nil
	}
	m, faulty, stays := d.move(x, digest)
	switch {
	case faulty != "":
		return "", &record.Rejection{Code: record.WrongState, Detail: faulty}
	case stays != nil:
		return "", stays
	}
	return m.told(), nil
}

// move plans the migration of an instance. faulty is what kept a value from being
// computed, stays why it goes nowhere for another reason.
func (d *decider) move(x *instance, digest string) (m *mover, faulty string, stays *record.Rejection) {
	w, no := d.s.wayOf(x.flow, digest)
	if no != nil {
		return nil, "", no
	}
	m = &mover{way: w, x: x, begun: map[uint32]bool{}, out: record.InstanceMigrated{Instance: x.id, Plan: digest}}
	m.whole()
	m.everything()
	m.completed()
	if m.why == "" {
		faulty = m.values(d)
	}
	if m.why != "" {
		return m, "", &record.Rejection{Code: record.WrongState, Detail: fmt.Sprintf("the instance %s stays on its plan: %s", x.id, m.why)}
	}
	return m, faulty, nil
}

// instanceMigrated puts an instance where the event says.
func (s *State) instanceMigrated(e *record.InstanceMigrated) string {
	x := s.get(e.Instance)
	if x == nil {
		return "there is no instance " + e.Instance
	}
	p := s.programs[e.Plan]
	if p == nil {
		return "the plan " + e.Plan + " is not here"
	}
	to := p.flows[x.flow.name]
	if to == nil {
		return "the plan has no process " + x.flow.name
	}
	w, no := s.wayOf(x.flow, e.Plan)
	if no != nil {
		return no.Detail
	}
	if why := fitting(x, to, e); why != "" {
		return why
	}
	for _, id := range slices.Backward(e.Gone) {
		if a := x.find(id); a != nil {
			s.kill(x, a)
		}
	}
	x.pack()
	x.move(w, e)
	return ""
}

// fitting says what of the event the plan does not have.
func fitting(x *instance, to *flow, e *record.InstanceMigrated) string {
	if len(e.Done) != len(x.done) {
		return fmt.Sprintf("it completed %d steps, not %d", len(x.done), len(e.Done))
	}
	for _, step := range e.Done {
		if int(step) >= len(to.steps) {
			return "its plan has no such step"
		}
	}
	for _, p := range e.Places {
		switch {
		case x.find(p.Activation) == nil:
			return fmt.Sprintf("the instance %s has no activation %d", x.id, p.Activation)
		case p.Step != none && int(p.Step) >= len(to.steps) || int(p.Block) > len(to.blocks):
			return "its plan has no such step"
		}
	}
	return ""
}

// move gives an instance its other flow. Variables keep their values by name.
func (x *instance) move(w *way, e *record.InstanceMigrated) {
	from := x.values()
	vars := make([]types.Value, len(w.to.vars))
	for slot, old := range w.carries {
		vars[slot] = from[old]
	}
	for name, v := range e.Set {
		if slot, ok := w.to.slots[name]; ok {
			vars[slot] = v
		}
	}
	x.vars = vars
	for i := range x.done {
		x.done[i].step = e.Done[i]
	}
	for i := range x.settled {
		if c := &x.settled[i]; c.step != none {
			if to, _, ok := w.leadOf(c.step); ok {
				c.step = to
			} else {
				c.detail, c.step = clip(w.from.stepID(c.step)+": "+c.detail), none
			}
		}
	}
	for _, p := range e.Places {
		a := x.find(p.Activation)
		a.step, a.block, a.next = p.Step, p.Block-1, p.Next // 0 becomes none
		if l := a.layer(); l != nil {
			slots := make([]int32, len(l.slots)) // the layer's own are the program's
			for i, slot := range l.slots {
				slots[i] = w.to.slots[w.from.vars[slot].name]
			}
			l.slots = slots
		}
	}
	if x.path != nil {
		x.path.Move(func(step uint32) (uint32, bool) { to, _, ok := w.leadOf(step); return to, ok })
	}
	x.flow = w.to
}
