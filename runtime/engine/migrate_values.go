package engine

import (
	"fmt"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// values computes what the migration gives to variables, and looks whether all that is
// read from here on has a value. faulty is what could not be computed.
func (m *mover) values(d *decider) (faulty string) {
	known := slices.Clone(m.x.values())
	if m.leaf != nil {
		known = m.x.variables(m.leaf)
	}
	vars := make([]types.Value, len(m.to.vars))
	for slot, old := range m.carries {
		vars[slot] = known[old]
	}
	for i := range m.Sets {
		name := m.Sets[i].Name
		e, slot := m.sets[name], m.to.slots[name]
		v, err := e.eval(d.s.env, vars, d.now, "", nil)
		if err != nil {
			return fmt.Sprintf("the value of %s: %v", name, err)
		}
		if m.out.Set == nil {
			m.out.Set = map[string]types.Value{}
		}
		m.out.Set[name], vars[slot] = v, v
	}
	if why := d.s.limits.tooMuch(m.out.Set); why != "" {
		return "what the migration sets " + why
	}
	m.missing(vars)
	return ""
}

// missing says which variable is read from here on that was to get its value before.
func (m *mover) missing(vars []types.Value) {
	from, landed := m.ahead()
	early := m.boundBefore(landed)
	for i := from; i < uint32(len(m.to.steps)); i++ {
		for _, name := range readsOf(m.to.steps[i].plan) {
			slot, known := m.to.slots[name]
			if !known || vars[slot] != nil || !early[slot] {
				continue
			}
			if t := m.to.vars[slot].typ; t.Kind == types.Optional || t.Kind == types.Void {
				continue
			}
			m.stay("%s reads %s, which has no value there: give it one in the migration", m.to.steps[i].id, name)
		}
	}
}

// boundBefore are the variables that get a value before a step, parameters among them,
// and that this instance has not had its chance to get: what it has passed and was the
// same thing gave it a value, or is why it does without.
func (m *mover) boundBefore(landed uint32) map[int32]bool {
	early := map[int32]bool{}
	for i := range m.to.process.Params {
		early[m.to.slots[m.to.process.Params[i].Name]] = true
	}
	passed := map[uint32]bool{}
	for i := range m.from.steps {
		if to, lead, ok := m.leadOf(uint32(i)); ok && lead.Same && m.begun[uint32(i)] {
			passed[to] = true
		}
	}
	for i := range landed {
		if passed[i] {
			continue
		}
		for _, v := range m.to.program.bindings(m.to.steps[i].plan) {
			early[m.to.slots[v.name]] = true
		}
	}
	return early
}

// readsOf are the variables that a step reads, without those of its blocks.
func readsOf(s *plan.Step) (names []string) {
	for _, t := range s.Trees() {
		names = append(names, expression.Reads(t)...)
	}
	return names
}
