package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// mover finds where the activations of one instance are in another plan. The first
// reason why it cannot go stays.
type mover struct {
	*way
	x      *instance
	out    record.InstanceMigrated
	wake   []uint32        // activations that run on
	begun  map[uint32]bool // steps of the older plan
	lands  []uint32        // steps of the newer one that it stands at, or in front of
	leaf   *activation     // one that waits
	places []string        // for a person
	why    string
}

// landing is what becomes of an activation: its step in the other plan, and whether
// that begins anew there.
type landing struct {
	step uint32
	anew bool
}

func (m *mover) stay(format string, args ...any) {
	if m.why == "" {
		m.why = fmt.Sprintf(format, args...)
	}
}

// told is where the instance goes on.
func (m *mover) told() string { return strings.Join(m.places, ", ") }

// whole looks at what keeps an instance where it is, wherever it stands.
func (m *mover) whole() {
	x, root := m.x, m.x.root()
	switch {
	case x.poison != nil:
		m.stay("this program has a bug with it: retry, cancel or terminate it")
	case x.phase == undoing:
		m.stay("it undoes what it did")
	case x.phase != forward || root == nil:
		m.stay("it has its result")
	case x.detached():
		m.stay("branches that were kept still run in it")
	case len(m.Bars) > 0:
		m.stay("%s", m.Bars[0])
	case !m.Declared && len(m.Unless) > 0:
		m.stay("%s, and there is no migration from its plan", m.Unless[0])
	}
}

// everything places all activations.
func (m *mover) everything() {
	for _, a := range m.x.acts {
		if a.dead || a.parent != none || m.why != "" {
			continue
		}
		switch a.role {
		case roleRoot:
			m.root(a)
		case roleTell:
		case roleWork:
			m.work(a)
		default:
			m.stay("it is not settled yet what %s did: try again later", m.from.stepID(a.step))
		}
	}
	slices.Sort(m.out.Gone)
	if m.Declared || m.why != "" {
		return
	}
	for i := range m.from.steps {
		id := m.from.steps[i].id
		if why := m.Past[id]; why != "" && m.begun[uint32(i)] {
			m.stay("it is past %s: %s, and there is no migration from its plan", id, why)
		}
	}
}

func (m *mover) root(a *activation) {
	if a.exit() != nil || m.x.closing(a) {
		m.stay("it closes what it began")
		return
	}
	next, out := m.body(a, 0)
	if out != nil {
		m.stay("%s stands inside of another step", m.to.steps[out.step].id)
	}
	m.put(a, none, 0, next)
}

// work is what was begun and is not waited for.
func (m *mover) work(a *activation) {
	st := &m.from.steps[a.step]
	to, lead, ok := m.leadOf(a.step)
	ok = ok && m.same(a.step, to, lead)
	if ok && st.undoer >= 0 {
		undoer, lead, led := m.leadOf(uint32(st.undoer))
		ok = led && lead.Same && lead.Undone && m.to.steps[to].undoer == int32(undoer)
	}
	if !ok {
		m.stay("what %s began would be another thing", st.id)
		return
	}
	m.put(a, to, none, a.next)
}

// put says where an activation is from now on.
func (m *mover) put(a *activation, step, block, next uint32) {
	m.out.Places = append(m.out.Places, record.Moved{Activation: a.id, Step: step, Block: block + 1, Next: next})
	if l := a.layer(); l != nil {
		for _, slot := range l.slots {
			if name := m.from.vars[slot].name; !m.keeps(name) {
				m.stay("its variable %s is gone, or of another type", name)
			}
		}
	}
}

func (m *mover) keeps(name string) bool {
	slot, there := m.to.slots[name]
	if there {
		_, there = m.carries[slot]
	}
	return there
}

// at says that the instance stands at a step of the newer plan, or in front of it.
func (m *mover) at(from, to uint32) {
	m.lands = append(m.lands, to)
	if a, b := m.from.stepID(from), m.to.stepID(to); a == b {
		m.places = append(m.places, "at "+a)
	} else {
		m.places = append(m.places, "from "+a+" to "+b)
	}
}

// under are the activations directly below one.
func (m *mover) under(a *activation) (list []*activation) {
	if a.children == 0 {
		return nil
	}
	for _, o := range m.x.acts {
		if !o.dead && o.parent == a.id {
			list = append(list, o)
		}
	}
	return list
}

// passed notes that a step, and all inside of it, may have been done.
func (m *mover) passed(step uint32) {
	m.begun[step] = true
	for _, b := range m.from.steps[step].blocks {
		for _, inner := range m.from.blocks[b].steps {
			m.passed(inner)
		}
	}
}

// body places what runs in a block, whose number in the other plan is given, and gives
// which step of it comes next. Where the instance goes on outside of that block, out
// says where.
func (m *mover) body(a *activation, block uint32) (next uint32, out *landing) {
	list, here := m.from.blocks[a.block].steps, int(a.next)
	inside := m.under(a)
	if len(inside) > 0 {
		here--
	}
	for _, step := range list[:min(max(here, 0), len(list))] {
		m.passed(step)
	}
	switch {
	case len(inside) > 1:
		m.stay("several things run inside of %s", m.from.stepID(a.step))
	case len(inside) == 1:
		l := m.step(inside[0])
		spot := m.spots[l.step]
		switch {
		case m.why != "":
		case spot.block == block && l.anew:
			m.wake = append(m.wake, a.id)
			return spot.position, nil
		case spot.block == block:
			return spot.position + 1, nil
		case l.anew:
			return 0, &l
		default:
			m.stay("the step %s stands in another block", m.to.steps[l.step].id)
		}
	case here < len(list):
		to, _, ok := m.leadOf(list[here])
		if !ok || m.spots[to].block != block {
			m.stay("it stands before %s, which is gone or stands in another block", m.from.stepID(list[here]))
			return 0, nil
		}
		m.at(list[here], to)
		return m.spots[to].position, nil
	default:
		m.stay("it stands at the end of %s", m.from.stepID(a.step))
	}
	return 0, nil
}

// step places an activation of a step, and all below it.
func (m *mover) step(a *activation) landing {
	st := &m.from.steps[a.step]
	m.begun[a.step] = true
	if st.again(a.block) {
		m.passed(a.step)
	}
	to, lead, ok := m.leadOf(a.step)
	switch {
	case a.role != roleStep || a.exit() != nil || m.x.closing(a):
		m.stay("it closes or undoes something at %s", st.id)
	case a.frame():
		return m.frame(a, st, to, lead, ok)
	case a.children > 0:
		m.branches(a, st, to, lead, ok)
		return landing{step: to}
	case ok && m.waitsOn(a, to, lead):
		m.put(a, to, none, a.next)
		m.at(a.step, to)
		m.leaf = a
		return landing{step: to}
	case ok && m.Declared && quiet(st.kind) && !a.inflight && !a.stuck:
		m.out.Gone = append(m.out.Gone, a.id)
		m.at(a.step, to)
		return landing{step: to, anew: true}
	case !ok:
		m.stay("it waits at %s, which leads nowhere in the newer plan", st.id)
	default:
		m.stay("%s is under way, and does something else in the newer plan", st.id)
	}
	return landing{}
}

// again says whether all that is inside of a step may have been done before, where one of
// its blocks runs, or it waits.
func (st *step) again(block uint32) bool {
	switch st.kind {
	case plan.For, plan.While, plan.Machine:
		return true
	case plan.Select:
		return slices.ContainsFunc(st.plan.Select.On, func(arm plan.OnArm) bool { return arm.Transient })
	case plan.Try, plan.Scope:
		return len(st.blocks) > 0 && block != none && block != st.blocks[0]
	}
	return false
}

// quiet says whether who waits at a step of a kind has asked nobody outside for
// anything, so that the waiting can begin anew elsewhere.
func quiet(k plan.Kind) bool { return k == plan.Task || k == plan.Wait || k == plan.Select }

// waitsOn says whether who waits at a step waits on at another one as if nothing had
// happened: a person keeps the task, and a time that runs goes on.
func (m *mover) waitsOn(a *activation, to uint32, lead plan.Lead) bool {
	from, now := &m.from.steps[a.step], &m.to.steps[to]
	switch {
	case m.same(a.step, to, lead):
		return true
	case from.kind != now.kind:
		return false
	case from.kind == plan.Wait:
		return true
	case from.kind != plan.Task || (from.slot < 0) != (now.slot < 0):
		return false
	}
	x, y := from.plan.Task, now.plan.Task
	return x.DueNs == y.DueNs && x.RemindNs == y.RemindNs && x.EscalateNs == y.EscalateNs && x.EscalateTo == y.EscalateTo &&
		(from.elseBlock < 0) == (now.elseBlock < 0) && m.Keeps(from.plan.Type, now.plan.Type, m.from.program.universe)
}

// frame places a step whose block runs. One that only chose its block may be left
// behind by what goes on elsewhere.
func (m *mover) frame(a *activation, st *step, to uint32, lead plan.Lead, ok bool) landing {
	fits := ok && st.kind == m.to.steps[to].kind && len(st.blocks) == len(m.to.steps[to].blocks) &&
		(lead.Same || st.kind == plan.If || st.kind == plan.While || st.kind == plan.Task)
	var out *landing
	if k := slices.Index(st.blocks, a.block); fits && k >= 0 {
		block := m.to.steps[to].blocks[k]
		var next uint32
		if next, out = m.body(a, block); out == nil {
			m.put(a, to, block, next)
			return landing{step: to}
		}
	} else if inside := m.under(a); len(inside) == 1 {
		if l := m.step(inside[0]); l.anew {
			out = &l
		}
	}
	if m.why != "" || out == nil || st.kind != plan.If && st.kind != plan.Match {
		m.stay("it is inside of %s, which is another thing in the newer plan", st.id)
		return landing{}
	}
	m.out.Gone = append(m.out.Gone, a.id)
	return *out
}

// branches places a step that runs several blocks at once.
func (m *mover) branches(a *activation, st *step, to uint32, lead plan.Lead, ok bool) {
	if !ok || !m.same(a.step, to, lead) {
		m.stay("it is inside of %s, which is another thing in the newer plan", st.id)
		return
	}
	m.put(a, to, none, a.next)
	living := map[uint32]bool{}
	for _, b := range m.under(a) {
		k := slices.Index(st.blocks, b.block)
		if b.role != roleBranch || k < 0 {
			m.stay("it closes or undoes something at %s", st.id)
			return
		}
		living[b.block] = st.kind != plan.Each
		block := m.to.steps[to].blocks[k]
		next, out := m.body(b, block)
		if out != nil {
			m.stay("%s stands outside of the branches of %s", m.to.steps[out.step].id, st.id)
		}
		m.put(b, to, block, next)
	}
	for _, b := range st.blocks {
		if living[b] {
			continue
		}
		for _, inner := range m.from.blocks[b].steps {
			m.passed(inner)
		}
	}
}

// completed counts what the instance has done as the other plan does. What can be
// undone has to be undone alike.
func (m *mover) completed() {
	if m.why == "" && len(m.Undone) > 0 && (len(m.x.done) > 0 || m.x.works > 0) {
		m.stay("%s", m.Undone[0])
	}
	for i := range m.x.done {
		old := m.x.done[i].step
		to, lead, ok := m.leadOf(old)
		if !ok || !lead.Undone || !slices.Equal(m.from.names(old), m.to.names(to)) {
			m.stay("it has done %s, which the newer plan does not undo in the same way", m.from.stepID(old))
			return
		}
		m.out.Done = append(m.out.Done, to)
	}
}

// names are the variables that the compensation of a step reads.
func (f *flow) names(step uint32) (list []string) {
	for _, slot := range f.steps[step].reads {
		list = append(list, f.vars[slot].name)
	}
	return list
}

// end is the number behind the last step inside of one.
func (f *flow) end(step uint32) uint32 {
	last := step + 1
	for _, b := range f.steps[step].blocks {
		if list := f.blocks[b].steps; len(list) > 0 {
			last = max(last, f.end(list[len(list)-1]))
		}
	}
	return last
}

// ahead is from where on steps may still run, and before which step they are passed.
func (m *mover) ahead() (from, landed uint32) {
	landed = uint32(len(m.to.steps))
	for _, to := range m.lands {
		landed = min(landed, to)
	}
	from = landed
	for i := range m.to.steps {
		switch m.to.steps[i].kind {
		case plan.For, plan.While, plan.Each, plan.Machine:
			for _, to := range m.lands {
				if uint32(i) < to && to < m.to.end(uint32(i)) {
					from = min(from, uint32(i))
				}
			}
		}
	}
	return from, landed
}
