package sim

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
)

// What the random load puts around other statements: scopes, handlers, races,
// gates and machines.

// region is a statement that stands around others.
func (k *sketch) region(depth int) plan.Step {
	switch k.random.below(10) {
	case 0, 1:
		return k.scope(depth)
	case 2, 3:
		return k.tried(depth)
	case 4:
		return k.rounds(depth)
	case 5:
		return plan.Step{ID: k.id("race"), Kind: plan.Race, Blocks: k.blocks(2+k.random.below(2), depth+1)}
	case 6:
		return k.machine(depth)
	case 7:
		return k.gate(depth)
	case 8:
		s := plan.Step{ID: k.id("interleave"), Kind: plan.Interleave, Blocks: k.blocks(2, depth+1)}
		s.Blocks[0].Name, s.Blocks[1].Name = "a", "b"
		s.Blocks[0].After = []string{"b"}
		return s
	}
	return k.stopping(depth)
}

// closing is a block that closes something: nobody in it says no.
func (k *sketch) closing() *plan.Block {
	tell := &plan.CallStep{Endpoint: "lab.bench", Operation: "tell", Args: []tree{variable("n", intType)}, Failover: continuity.Name, Candidates: everywhere(k.clouds)}
	b := &plan.Block{Steps: []plan.Step{{ID: k.id("tell"), Kind: plan.Call, Call: tell}}}
	if k.random.chance(300) {
		b.Steps = append(b.Steps, plan.Step{ID: k.id("wait"), Kind: plan.Wait, Wait: &plan.WaitStep{DelayNs: int64(k.random.between(millisecond, 5*second))}})
	}
	return b
}

func (k *sketch) handlers(depth int) []plan.Catch {
	var out []plan.Catch
	if k.random.chance(500) {
		out = append(out, plan.Catch{Fault: faultBroken, Var: k.id("caught"), Block: k.block(depth + 1)})
	}
	if k.random.chance(400) {
		out = append(out, plan.Catch{Block: k.block(depth + 1)})
	}
	return out
}

func (k *sketch) scope(depth int) plan.Step {
	s := plan.Step{ID: k.id("scope"), Kind: plan.Scope, Blocks: k.blocks(1, depth+1), Scope: &plan.ScopeStep{Catch: k.handlers(depth)}}
	if k.random.chance(300) {
		s.Scope.OnCancel = k.closing()
	}
	if k.random.chance(300) {
		s.Scope.WithinNs = int64(k.random.between(second, hour))
		if k.random.chance(500) {
			late := k.block(depth + 1)
			s.Scope.Late = &late
		}
	}
	return s
}

func (k *sketch) tried(depth int) plan.Step {
	s := plan.Step{ID: k.id("try"), Kind: plan.Try, Blocks: k.blocks(1, depth+1), Try: &plan.TryStep{Catch: k.handlers(depth)}}
	if k.random.chance(600) {
		s.Try.Finally = k.closing()
	}
	return s
}

// rounds is a loop whose rounds run at once.
func (k *sketch) rounds(depth int) plan.Step {
	items := []tree{literal("1", intType), literal("2", intType), literal("3", intType)}
	name := k.id("each")
	s := plan.Step{ID: name, Kind: plan.Each, Var: "item " + name, Type: intType, Each: &plan.EachStep{}, Join: &plan.Join{Keep: k.random.chance(200)},
		Expr: ref(operator(expression.ListOf, types.ListOf(intType), items...)), Blocks: k.blocks(1, depth+1)}
	if k.random.chance(400) {
		s.Each.Width = ref(literal(fmt.Sprint(1+k.random.below(3)), intType))
	}
	if k.random.chance(400) {
		s.Join.Count = ref(literal(fmt.Sprint(k.random.below(4)), intType))
	}
	if k.random.chance(200) {
		s.Join.When = k.coin()
	}
	return s
}

// gate is a section that two branches want, or a milestone that one needs.
func (k *sketch) gate(depth int) plan.Step {
	two := plan.Step{ID: k.id("parallel"), Kind: plan.Parallel, Join: &plan.Join{}}
	if k.random.chance(500) {
		for range 2 {
			section := plan.Step{ID: k.id("critical"), Kind: plan.Critical, Name: "desk", Blocks: []plan.Block{{Steps: []plan.Step{k.leaf()}}}}
			two.Blocks = append(two.Blocks, plan.Block{Steps: []plan.Step{section}})
		}
		return two
	}
	name := k.id("milestone")
	open := plan.Block{Steps: []plan.Step{{ID: name, Kind: plan.Milestone, Name: name}, k.leaf()}}
	change := plan.Step{ID: k.id("during"), Kind: plan.During, Name: name, Blocks: k.blocks(1+k.random.below(2), depth+1)}
	two.Blocks = []plan.Block{open, {Steps: []plan.Step{change}}}
	return two
}

// machine goes from its first state to its second, by a bell or in time.
func (k *sketch) machine(depth int) plan.Step {
	to := func() plan.Block {
		return plan.Block{Steps: []plan.Step{k.leaf(), {ID: k.id("goto"), Kind: plan.Goto, Name: "b"}}}
	}
	first := plan.State{Name: "a", Enter: k.block(depth + 1),
		On:    []plan.OnArm{{Event: "lab.Bell", Var: k.id("bell"), Path: []string{"n"}, Equals: ref(variable("n", intType)), Block: k.stay(depth + 1)}},
		After: []plan.AfterArm{{DelayNs: int64(k.random.between(second, minute)), Block: to()}},
	}
	if k.random.chance(500) {
		first.On[0].Block = to()
	}
	return plan.Step{ID: k.id("machine"), Kind: plan.Machine, Machine: &plan.MachineStep{Limit: 3, States: []plan.State{first, {Name: "b", Enter: k.block(depth + 1)}}}}
}

// stay is what a machine does when a bell leaves it in its state, where it hears the next one.
func (k *sketch) stay(depth int) plan.Block {
	k.stays++
	defer func() { k.stays-- }()
	return k.block(depth)
}

// stopping withdraws a branch of what stands around it, or ends the instance.
func (k *sketch) stopping(depth int) plan.Step {
	if k.random.chance(150) {
		return plan.Step{ID: k.id("end"), Kind: plan.End, Expr: ref(variable("n", intType))}
	}
	s := plan.Step{ID: k.id("parallel"), Kind: plan.Parallel, Join: &plan.Join{}, Blocks: k.blocks(2, depth+1)}
	target := s.ID + "/a"
	switch k.random.below(4) {
	case 0:
		target = fmt.Sprintf("work%d", 1+k.random.below(1+k.calls))
	case 1:
		target = s.ID
	}
	if k.random.chance(50) {
		target = ""
	}
	s.Blocks[0].Name, s.Blocks[1].Name = "a", "b"
	s.Blocks[1].Steps = append(s.Blocks[1].Steps, plan.Step{ID: k.id("cancel"), Kind: plan.Cancel, Name: target})
	return s
}

// bounded gives a process a deadline and something to do when it is cancelled.
func (k *sketch) bounded(p *plan.Process) {
	if k.random.chance(200) {
		p.DeadlineNs = int64(k.random.between(10*second, hour))
	}
	if k.random.chance(300) {
		p.OnCancel = k.closing()
	}
}

// byScope follows compensations that scopes begin, so that their units need not
// stand, and need not be undone with the rest.
type byScope struct {
	undoing map[place]bool
	units   map[done]bool
}

func newByScope() byScope { return byScope{map[place]bool{}, map[done]bool{}} }

func (b byScope) began(instance string, activation uint32) {
	b.undoing[place{instance, activation}] = true
}

func (b byScope) entered(instance string, activation, parent uint32) {
	if b.undoing[place{instance, parent}] {
		b.undoing[place{instance, activation}] = true
	}
}

// left notes what a call of such a compensation undoes.
func (b byScope) left(o *outside, c engine.Call) {
	id, _ := c.Args["id"].(string)
	if u := o.byName[id]; u != nil && b.undoing[place{c.Instance, c.Activation}] {
		b.units[done{u.key, u.cloud}] = true
	}
}
