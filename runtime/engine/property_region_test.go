package engine_test

import (
	"fmt"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
	"pgregory.net/rapid"
)

func (g *grower) chance(what string) bool { return rapid.Bool().Draw(g.t, what) }

// closed is a block that closes something: nothing in it fails for good.
func (g *grower) closed() []plan.Step {
	outer := g.closing
	g.closing = true
	defer func() { g.closing = outer }()
	out := []plan.Step{}
	for range rapid.IntRange(0, 2).Draw(g.t, "closing steps") {
		name := g.name("f")
		out = append(out, step(name, g.leaf(rapid.SampledFrom([]string{"call", "wait", "let"}).Draw(g.t, "closing kind"), name)))
	}
	return out
}

func (g *grower) handlers(depth int) []plan.Catch {
	var out []plan.Catch
	if g.chance("catches the fault") {
		out = append(out, taking("p.Declined", g.name("v"), g.block(depth)...))
	}
	if g.chance("catches all") {
		out = append(out, taking("", "", g.block(depth)...))
	}
	return out
}

// around gives the process a deadline and an on cancel.
func (g *grower) around(p *plan.Process) {
	if g.chance("deadline") {
		p.DeadlineNs = 30e9
	}
	if g.chance("on cancel of the process") {
		p.OnCancel = &plan.Block{Steps: g.closed()}
	}
}

// region is a random step that stands around others.
func (g *grower) region(depth int, name string) plan.Step {
	kind := rapid.SampledFrom([]string{"each", "race", "try", "try", "scope", "scope", "critical", "during", "interleave", "machine", "cancel", "end", "milestone"}).Draw(g.t, "region")
	switch kind {
	case "each":
		join := plan.Join{Need: rapid.IntRange(0, 3).Draw(g.t, "need"), Keep: g.chance("keep")}
		s := rounds(numbers("1", "2", "3"), join, nil, g.block(depth)...)
		if g.chance("width") {
			s.Each.Width = ptr(num("2"))
		}
		if g.chance("when") {
			s.Join.When = ptr(yes("false"))
		}
		s.Var = name
		return s
	case "race":
		return race(g.block(depth), g.block(depth))
	case "try":
		s := try(g.block(depth), nil, g.handlers(depth)...)
		if g.chance("finally") {
			s.Try.Finally = &plan.Block{Steps: g.closed()}
		}
		return s
	case "scope":
		return g.scope(depth, name)
	case "critical":
		return critical(rapid.SampledFrom([]string{"a", "b"}).Draw(g.t, "section"), g.block(0)...)
	case "during":
		// The milestone is there in every flow that has one of these.
		return parallel(0, false, steps(step(name+"_mark", milestone(name+"m")), step(name+"_open", g.leaf("wait", name+"_open"))),
			steps(step(name+"_during", during(name+"m", g.block(depth), g.block(0)))))
	case "interleave":
		s := namedBlocks(plan.Step{Kind: plan.Interleave, Blocks: blocksFrom(g.block(depth), g.block(depth))})
		s.Blocks[0].After = []string{"b"}
		return s
	case "machine":
		return g.machine(depth, name)
	case "cancel":
		target := fmt.Sprintf("s%d", rapid.IntRange(1, g.n).Draw(g.t, "target"))
		if g.chance("a branch") {
			target += "/"
		}
		if rapid.IntRange(0, 9).Draw(g.t, "of the process") == 0 {
			target = ""
		}
		return cancelling(target)
	case "end":
		return ending(num("2"))
	}
	return milestone(name)
}

func (g *grower) scope(depth int, name string) plan.Step {
	s := scope(name, g.block(depth), func(s *plan.ScopeStep) {
		s.Catch = g.handlers(depth)
		if g.chance("on cancel") {
			s.OnCancel = &plan.Block{Steps: g.closed()}
		}
		if g.chance("within") {
			s.WithinNs = 3e9
		}
		if s.WithinNs > 0 && g.chance("late") {
			s.Late = &plan.Block{Steps: g.block(depth)}
		}
	})
	if g.chance("compensates") {
		s = undo(s, steps(step(name+"_undo", pause(name+"_undo", 1e9))))
	}
	return s
}

func (g *grower) machine(depth int, name string) plan.Step {
	right := id()
	to := func(state string) []plan.Step { return steps(step(g.name("g"), going(state))) }
	arm := func(state string) plan.Block {
		out := g.block(0)
		if g.chance("goes") {
			out = append(out, to(state)...)
		}
		return plan.Block{Steps: out}
	}
	wayOut := try(to("b"), nil)
	if g.chance("finally") {
		wayOut.Try.Finally = &plan.Block{Steps: g.closed()}
	}
	inner := scope(name+"_inner", append(g.block(0), step(name+"_way", wayOut)), nil)
	return plan.Step{Kind: plan.Machine, Machine: &plan.MachineStep{Limit: 6, States: []plan.State{
		{Name: "a", Enter: plan.Block{Steps: g.block(depth)},
			On:    []plan.OnArm{{Event: "p.Shipped", Var: name + "_e", Path: []string{"order"}, Equals: &right, ByKey: true, Block: arm("b")}},
			After: []plan.AfterArm{{DelayNs: 1e9, Block: arm("a")}, {DelayNs: 2e9, Block: plan.Block{Steps: steps(step(name+"_inner", inner))}}}},
		{Name: "b", Enter: plan.Block{Steps: g.block(depth)}},
	}}}
}

// model is what an instance has done, from its events alone.
type model struct {
	steps, parents         map[uint32]uint32
	undoing, caught, ended map[uint32]bool // activations
	done                   []undoable
	raised                 bool
}

// undoable is a completed step with the scopes that stood around it, the innermost
// first.
type undoable struct {
	step   uint32
	scopes []uint32
}

func newModel() *model {
	return &model{steps: map[uint32]uint32{}, parents: map[uint32]uint32{}, undoing: map[uint32]bool{}, caught: map[uint32]bool{}, ended: map[uint32]bool{}}
}

func (m *model) entered(act, parent, step uint32) {
	m.steps[act], m.parents[act] = step, parent
	m.undoing[act] = m.undoing[parent]
}

// unit is the scope that a completed step is undone with, 0 for the instance.
func (m *model) unit(u undoable) uint32 {
	for _, s := range u.scopes {
		if !m.ended[s] {
			return s
		}
	}
	return 0
}

const nobody = ^uint32(0)

func (c *chaos) scopesAround(m *model, act uint32) []uint32 {
	var out []uint32
	for up, ok := m.parents[act]; ok && up != nobody; up, ok = m.parents[up] {
		if s := c.prog.Step("p.P", m.steps[up]); up != 0 && s != nil && s.Kind == plan.Scope && !m.caught[up] {
			out = append(out, up)
		}
	}
	return out
}

// left notes that an activation completed.
func (c *chaos) left(m *model, act uint32) {
	index, isStep := m.steps[act]
	if !isStep {
		return
	}
	s := c.prog.Step("p.P", index)
	complete := !m.undoing[act] && !m.caught[act]
	around := c.scopesAround(m, act)
	m.ended[act] = true
	if complete && s.Kind == plan.Scope && s.Compensate != nil {
		m.done = slices.DeleteFunc(m.done, func(u undoable) bool { return slices.Contains(u.scopes, act) && m.unitOf(u, act) })
	}
	if complete && c.prog.Undoable("p.P", index) && m.parents[act] != nobody {
		m.done = append(m.done, undoable{index, around})
	}
	if s.Join != nil && s.Join.Keep {
		for child, parent := range m.parents {
			if parent == act && !m.ended[child] {
				m.parents[child] = nobody
			}
		}
		m.parents[act] = nobody
	}
}

// unitOf says whether a step was undone with the scope until the scope ended.
func (m *model) unitOf(u undoable, scope uint32) bool {
	for _, s := range u.scopes {
		if s == scope {
			return true
		}
		if !m.ended[s] {
			return false
		}
	}
	return false
}

// undone checks that whatever was undone, an instance or a scope, compensated the
// steps it had completed in reverse order, and all of them.
func (c *chaos) undone() {
	all := map[string]*model{}
	for _, ev := range c.journal {
		c.follow(all, ev)
	}
}

func (c *chaos) follow(all map[string]*model, ev record.Event) {
	switch e := ev.(type) {
	case record.InstanceStarted:
		all[e.Instance] = newModel()
		all[e.Instance].parents[0] = nobody
	case record.StepEntered:
		all[e.Instance].entered(e.Activation, e.Parent, e.Step)
	case record.BranchEntered:
		m := all[e.Instance]
		m.parents[e.Activation], m.undoing[e.Activation] = e.Parent, m.undoing[e.Parent]
	case record.SettlementClosed:
		all[e.Instance].undoing[e.Activation] = true
	case record.FaultCaught:
		all[e.Instance].caught[e.Activation] = true
	case record.StepLeft:
		c.left(all[e.Instance], e.Activation)
	case record.StepWithdrawn:
		all[e.Instance].ended[e.Activation] = true
	case record.StateEntered:
		m := all[e.Instance]
		for act := range m.steps {
			if slices.Contains(m.line(act), e.Activation) {
				m.ended[act] = true
			}
		}
	case record.BlockEntered:
		m := all[e.Instance]
		if s := c.prog.Step("p.P", m.steps[e.Activation]); e.Activation > 0 && s.Kind == plan.Scope && s.Scope.Late != nil && int(e.Block) == len(c.blocks(s)) {
			c.allUndone(e.Instance, m, e.Activation)
			m.caught[e.Activation] = true
		}
	case record.FaultRaised:
		all[e.Instance].raised = true
	case record.FaultPassed:
		m := all[e.Instance]
		m.raised = m.raised || e.Whole
		c.allUndone(e.Instance, m, e.From)
		m.ended[e.From] = true
	case record.UndoStarted:
		m := all[e.Instance]
		m.undoing[e.Activation] = true
		for i := len(m.done) - 1; i >= 0; i-- {
			if m.unit(m.done[i]) != e.Scope {
				continue
			}
			if m.done[i].step != e.Step {
				c.Fatalf("step %d of the scope %d of %s is undone, where %v were completed", e.Step, e.Scope, e.Instance, m.done)
			}
			m.done = slices.Delete(m.done, i, i+1)
			return
		}
		c.Fatalf("step %d of the scope %d of %s is undone, which never completed", e.Step, e.Scope, e.Instance)
	case record.CompensationStarted:
		m := all[e.Instance]
		n := len(m.done)
		if n == 0 || m.done[n-1].step != e.Step {
			c.Fatalf("step %d of %s is undone, where %v were completed", e.Step, e.Instance, m.done)
		}
		m.done, m.undoing[e.Activation] = m.done[:n-1], true
	case record.InstanceEnded:
		m := all[e.Instance]
		if m.raised && len(m.done) > 0 {
			c.Fatalf("%s ended and %v were never undone", e.Instance, m.done)
		}
		if m.raised == (e.State == record.Completed) {
			c.Fatalf("%s ended as %s", e.Instance, e.State)
		}
	}
}

// allUndone checks that nothing of a scope is left when it goes on.
func (c *chaos) allUndone(instance string, m *model, scope uint32) {
	for _, u := range m.done {
		if m.unit(u) == scope && scope != 0 {
			c.Fatalf("the scope %d of %s goes on and %v is not undone", scope, instance, u)
		}
	}
}

// line are the activations above one.
func (m *model) line(act uint32) []uint32 {
	var out []uint32
	for up, ok := m.parents[act]; ok && up != nobody; up, ok = m.parents[up] {
		out = append(out, up)
	}
	return out
}

// blocks are all blocks of a step that stands around others, as events count them;
// a compensation comes last and is none of them.
func (c *chaos) blocks(s *plan.Step) []*plan.Block {
	var out []*plan.Block
	for _, b := range s.Inner() {
		if b != s.Compensate {
			out = append(out, b)
		}
	}
	return out
}
