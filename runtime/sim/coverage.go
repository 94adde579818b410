package sim

import (
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
)

// Coverage is which parts of a package's processes and routes its tests have
// reached.
type Coverage struct {
	Steps         []Part `json:"steps"`
	Branches      []Part `json:"branches"`
	Faults        []Part `json:"faults"`
	Compensations []Part `json:"compensations"`
}

// Part is something that a test can reach, and how often tests did.
type Part struct {
	Flow  string     `json:"flow"` // qualified
	Name  string     `json:"name"` // of the step; with the branch behind a blank; the fault
	At    plan.Place `json:"at"`
	Times int        `json:"times"`
}

// Cover adds up what tests have reached of a package. Without results nothing
// was. A block without steps is no branch.
func Cover(p *plan.Plan, results []TestResult) *Coverage {
	c := &covering{ran: map[plan.StepName]int{}, out: &Coverage{Steps: []Part{}, Branches: []Part{}, Faults: []Part{}, Compensations: []Part{}}}
	for i := range results {
		for name, n := range results[i].Ran {
			c.ran[name] += n
		}
	}
	for i := range p.Processes {
		x := &p.Processes[i]
		if !strings.HasPrefix(x.Name, p.Package+".") {
			continue
		}
		c.flow(x.Name, x.Flow.Body)
		for _, b := range []*plan.Block{x.OnCancel, x.OnBreach} {
			if b != nil {
				c.flow(x.Name, b.Steps)
			}
		}
		for _, fault := range x.Raises {
			n := 0
			for j := range results {
				for _, raised := range results[j].Raised[x.Name] {
					if raised == fault {
						n++
					}
				}
			}
			c.out.Faults = append(c.out.Faults, Part{x.Name, fault, x.At, n})
		}
	}
	for i := range p.Routes {
		c.flow(p.Routes[i].Name, p.Routes[i].Flow.Body)
	}
	return c.out
}

type covering struct {
	ran map[plan.StepName]int
	out *Coverage
}

func (c *covering) flow(flow string, steps []plan.Step) {
	plan.Walk(steps, func(s *plan.Step) {
		n := c.ran[plan.StepName{Flow: flow, Step: s.ID}]
		c.out.Steps = append(c.out.Steps, Part{flow, s.ID, s.At, n})
		c.choices(flow, s, n)
		if s.Compensate != nil {
			if n, at, ok := c.block(flow, s.Compensate); ok {
				c.out.Compensations = append(c.out.Compensations, Part{flow, s.ID, at, n})
			}
		}
	})
}

// block says how often a block was entered; ok is false where nobody can tell.
func (c *covering) block(flow string, b *plan.Block) (n int, at plan.Place, ok bool) {
	if len(b.Steps) == 0 {
		return 0, "", false
	}
	return c.ran[plan.StepName{Flow: flow, Step: b.Steps[0].ID}], b.Steps[0].At, true
}

// choices are the ways out of a step of which a run takes one, or none.
func (c *covering) choices(flow string, s *plan.Step, ran int) {
	way := func(name string, b *plan.Block) {
		if b == nil {
			return
		}
		if n, at, ok := c.block(flow, b); ok {
			c.out.Branches = append(c.out.Branches, Part{flow, s.ID + " " + name, at, n})
		}
	}
	switch s.Kind {
	case plan.If, plan.During:
		way("then", &s.Blocks[0])
		if len(s.Blocks) > 1 {
			way("else", &s.Blocks[1])
		} else if n, _, ok := c.block(flow, &s.Blocks[0]); ok {
			c.out.Branches = append(c.out.Branches, Part{flow, s.ID + " else", s.At, max(ran-n, 0)})
		}
	case plan.Match:
		for i := range s.Blocks {
			way("case "+ordinal(i), &s.Blocks[i])
		}
	case plan.Select:
		for i := range s.Select.On {
			way("on "+short(heard(&s.Select.On[i])), &s.Select.On[i].Block)
		}
		for i := range s.Select.After {
			way("after "+span(nanos(s.Select.After[i].DelayNs)), &s.Select.After[i].Block)
		}
		way("else", s.Select.Else)
	case plan.Task:
		way("else", s.Task.Else)
	}
	catches := s.Catches()
	for i := range catches {
		way(strings.TrimSpace("catch "+short(catches[i].Fault)), &catches[i].Block)
	}
	if s.Scope != nil {
		way("on cancel", s.Scope.OnCancel)
		way("late", s.Scope.Late)
	}
	if s.Machine != nil {
		for i := range s.Machine.States {
			st := &s.Machine.States[i]
			for j := range st.On {
				way(st.Name+" on "+short(heard(&st.On[j])), &st.On[j].Block)
			}
			for j := range st.After {
				way(st.Name+" after "+span(nanos(st.After[j].DelayNs)), &st.After[j].Block)
			}
		}
	}
}

func heard(on *plan.OnArm) string {
	switch {
	case on.Event != "":
		return on.Event
	case on.Channel != "":
		return on.Channel
	case on.Receive != "":
		return on.Receive
	}
	return "handle"
}

// ordinal counts from 1.
func ordinal(i int) string { return strconv.Itoa(i + 1) }
