package engine

import (
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
)

// region is what a step that stands around others has besides its blocks. Where
// it names a block, that is one of the step's, and -1 is none.
type region struct {
	catches []caught
	// finally and onCancel are closed before what holds the step goes on; late runs
	// after a scope that took too long, and as the else of a during.
	finally, onCancel, late int32
	withinNs                int64
	// width and count bound the rounds of a loop, when is asked as they end.
	width, count, when *expr
	// own are per block the slots that a branch has for itself.
	own [][]int32
	// order is in which the branches of an interleave run.
	order  []uint32
	states []state
	target uint32 // of a goto
}

// state is one of a machine.
type state struct {
	name  string
	enter uint32 // of the step's blocks
	sel   *selection
	// afters are its times, the shortest first.
	afters []after
}

type after struct {
	ns    int64
	block uint32 // of the step
}

// mark is a milestone: where it stands, and the hidden variable that says that it
// was reached.
type mark struct {
	slot   int32
	places []markPlace
}

type markPlace struct{ block, position uint32 }

// regionBlocks are the blocks of a step that stands around others, behind those in
// Blocks.
func regionBlocks(s *plan.Step) []*plan.Block {
	var out []*plan.Block
	add := func(b *plan.Block) {
		if b != nil {
			out = append(out, b)
		}
	}
	if s.Try != nil {
		for i := range s.Try.Catch {
			add(&s.Try.Catch[i].Block)
		}
		add(s.Try.Finally)
	}
	if s.Scope != nil {
		for i := range s.Scope.Catch {
			add(&s.Scope.Catch[i].Block)
		}
		add(s.Scope.OnCancel)
		add(s.Scope.Late)
	}
	if s.Machine != nil {
		for i := range s.Machine.States {
			st := &s.Machine.States[i]
			add(&st.Enter)
			for j := range st.On {
				add(&st.On[j].Block)
			}
			for j := range st.After {
				add(&st.After[j].Block)
			}
		}
	}
	return out
}

// bindings are the variables that a step sets in its own flow, with their types.
func (p *Program) bindings(s *plan.Step) []variable {
	var out []variable
	add := func(name string, t types.Type) {
		if name != "" {
			out = append(out, variable{name: name, typ: t})
		}
	}
	if s.Kind == plan.For || s.Kind == plan.Each {
		add(s.Var, types.Type{})
	}
	add(s.Var, s.Type)
	if s.Stream != nil {
		add(s.Stream.Group, s.Stream.GroupType)
	}
	arms := func(on []plan.OnArm) {
		for i := range on {
			add(on[i].Var, p.armType(&on[i]))
		}
	}
	if s.Select != nil {
		arms(s.Select.On)
	}
	for _, c := range s.Catches() {
		t := types.Type{}
		if c.Fault != "" {
			t = types.Ref(c.Fault)
		}
		add(c.Var, t)
	}
	if s.Machine != nil {
		for i := range s.Machine.States {
			arms(s.Machine.States[i].On)
		}
	}
	return out
}

// region looks up what a step has that stands around others.
func (l *linker) region(p *plan.Step, s *step) {
	r := &region{finally: -1, onCancel: -1, late: -1}
	s.region = r
	if p.Join != nil {
		s.join = *p.Join
		r.count, r.when = l.expr(p.Join.Count, p.At), l.expr(p.Join.When, p.At)
	}
	switch p.Kind {
	case plan.Each:
		l.each(p, r)
	case plan.Race:
		l.flow.layered = true
		for i := range p.Blocks {
			r.own = append(r.own, l.slotsOf(p.Blocks[i].Steps, nil, false))
		}
	case plan.Try:
		l.try(p, r)
	case plan.Scope:
		l.scope(p, r)
	case plan.Interleave:
		r.order = l.order(p)
	case plan.Milestone:
		s.slot = l.slot(hidden(p.Name))
	case plan.During:
		l.during(p, r)
	case plan.Machine:
		l.machine(p, r)
	case plan.Goto:
		r.target = l.target(p)
	}
	if p.Kind == plan.Critical || p.Kind == plan.During || s.join.Keep {
		l.flow.gated = true
	}
	switch p.Kind {
	case plan.Race, plan.Try, plan.Scope, plan.Critical, plan.During, plan.Machine:
		l.flow.closes = true
		if len(p.Blocks) == 0 && p.Kind != plan.Machine {
			l.fail(p.At, "the step %s (%s) has no block", p.ID, p.Kind)
		}
	}
}

func (l *linker) caught(list []plan.Catch, first int) []caught {
	var out []caught
	for i := range list {
		out = append(out, caught{list[i].Fault, l.slot(list[i].Var), int32(first + i)})
	}
	return out
}

func (l *linker) each(p *plan.Step, r *region) {
	if p.Expr == nil || len(p.Blocks) == 0 {
		l.fail(p.At, "the step %s (%s) has no expression or no block", p.ID, p.Kind)
		return
	}
	l.flow.layered = true
	if p.Each != nil {
		r.width = l.expr(p.Each.Width, p.At)
	}
	r.own = [][]int32{l.slotsOf(p.Blocks[0].Steps, p, true)}
}

func (l *linker) try(p *plan.Step, r *region) {
	if p.Try == nil {
		l.fail(p.At, "the step %s has no handlers", p.ID)
		return
	}
	r.catches = l.caught(p.Try.Catch, len(p.Blocks))
	if p.Try.Finally != nil {
		r.finally = int32(len(p.Blocks) + len(p.Try.Catch))
	}
}

func (l *linker) scope(p *plan.Step, r *region) {
	if p.Scope == nil {
		l.fail(p.At, "the step %s has no scope", p.ID)
		return
	}
	r.catches, r.withinNs = l.caught(p.Scope.Catch, len(p.Blocks)), p.Scope.WithinNs
	next := int32(len(p.Blocks) + len(p.Scope.Catch))
	if p.Scope.OnCancel != nil {
		r.onCancel = next
		next++
	}
	if p.Scope.Late != nil {
		r.late = next
	}
}

// order puts the branches of an interleave behind those that they come after, and
// leaves them in the author's order where that says nothing.
func (l *linker) order(p *plan.Step) []uint32 {
	var out []uint32
	done := map[string]bool{}
	ready := func(b *plan.Block) bool {
		for _, name := range b.After {
			if !done[name] {
				return false
			}
		}
		return true
	}
	taken := make([]bool, len(p.Blocks))
	for range p.Blocks {
		for i := range p.Blocks {
			if !taken[i] && ready(&p.Blocks[i]) {
				taken[i], done[p.Blocks[i].Name] = true, true
				out = append(out, uint32(i))
				break
			}
		}
	}
	if len(out) != len(p.Blocks) {
		l.fail(p.At, "the branches of %s wait for each other", p.ID)
	}
	return out
}

// hidden is the name of the variable that remembers a milestone. No author can
// write it.
func hidden(milestone string) string { return "milestone " + milestone }

func (l *linker) during(p *plan.Step, r *region) {
	if l.flow.marks[p.Name] == nil {
		l.fail(p.At, "needs the milestone %s, which the flow does not have", p.Name)
	}
	if len(p.Blocks) > 1 {
		r.late = 1
	}
}

// slotsOf are the variables that steps set. With inside, of, the loop that they
// are the body of, sets its own too, and those are left out that are set outside
// of it.
func (l *linker) slotsOf(steps []plan.Step, of *plan.Step, inside bool) []int32 {
	here := map[int32]int{}
	count := func(s *plan.Step) {
		for _, v := range l.flow.program.bindings(s) {
			here[l.flow.slots[v.name]]++
		}
	}
	if of != nil {
		count(of)
	}
	plan.Walk(steps, count)
	var out []int32
	for slot := range int32(len(l.flow.vars)) {
		if n := here[slot]; n > 0 && (!inside || n == l.flow.bound[slot]) {
			out = append(out, slot)
		}
	}
	return out
}
