package engine

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// Step is a step of a process or route by the number that events use, nil where
// there is none.
func (p *Program) Step(flow string, index uint32) *plan.Step {
	f := p.flows[flow]
	if f == nil || int(index) >= len(f.steps) {
		return nil
	}
	return f.steps[index].plan
}

// Block is a block of a step by the number that events use, which is one more
// than its place; nil where there is none.
func (p *Program) Block(flow string, step, block uint32) *plan.Block {
	s := p.Step(flow, step)
	if s == nil || block == 0 {
		return nil
	}
	if all := blocksOf(s); int(block) <= len(all) {
		return all[block-1]
	}
	return nil
}

// Key is the key that a process declares for an input; declared is false where
// it declares none. Errors: the expression fails for this input.
func (p *Program) Key(process string, input map[string]types.Value) (key string, declared bool, err error) {
	f := p.flows[process]
	if f == nil || f.key == nil {
		return "", false, nil
	}
	v, err := f.key.run.eval(input)
	if err != nil {
		return "", true, err
	}
	return expression.Text(v), true, nil
}

// Subscribers says whom an event can concern. Where every select of the plan
// that takes the event names the instance by its key, these instances are
// targets; otherwise all is true and every shard has to hear of it.
func (p *Program) Subscribers(event string, payload map[string]types.Value) (targets []string, all bool) {
	for i := range p.plan.Processes {
		process := &p.plan.Processes[i]
		f := p.flows[process.Name]
		for s := range f.steps {
			for _, arm := range armsOf(f.steps[s].plan) {
				switch {
				case arm.Event != event:
				case !arm.ByKey:
					return nil, true
				default:
					if key, ok := at(payload, strings.Join(arm.Path, ".")); ok {
						for _, begun := range p.beginnings(process.Name) {
							targets = appendNew(targets, record.InstanceID(begun, expression.Text(key)))
						}
					}
				}
			}
		}
	}
	return targets, false
}

// armsOf are the arms of a select, or of all states of a machine.
func armsOf(s *plan.Step) []plan.OnArm {
	var out []plan.OnArm
	if s.Select != nil {
		out = s.Select.On
	}
	if s.Machine != nil {
		for i := range s.Machine.States {
			out = append(out, s.Machine.States[i].On...)
		}
	}
	return out
}

// beginnings are the processes that an instance may have begun as that runs as this
// one now.
func (p *Program) beginnings(process string) []string {
	out := []string{process}
	for i := 0; i < len(out); i++ {
		for j := range p.plan.Processes {
			if f := p.flows[p.plan.Processes[j].Name]; f.continues && f.continuesWith(out[i]) {
				out = appendNew(out, f.name)
			}
		}
	}
	return out
}

func (f *flow) continuesWith(process string) bool {
	for i := range f.steps {
		if f.steps[i].kind == plan.Continue && f.steps[i].plan.Start.Process == process {
			return true
		}
	}
	return false
}

func appendNew(list []string, name string) []string {
	for _, known := range list {
		if known == name {
			return list
		}
	}
	return append(list, name)
}

// Task is the open task of an activation; ok is false where there is none.
func (s *State) Task(instance string, activation uint32) (t Task, ok bool) {
	x := peek(s.instances[instance])
	if x == nil {
		return Task{}, false
	}
	if _, open := s.tasks[taskRef{instance, activation}]; !open {
		return Task{}, false
	}
	return x.task(x.find(activation)), true
}

// Labels are the labels of a flow's variables as a whole, sorted, by variable:
// those of parameters, and those that follow from what a step computes. Labels
// of fields are in the types.
func (p *Program) Labels(flow string) map[string][]string {
	labels := map[string][]string{}
	f := p.flows[flow]
	if f == nil {
		return labels
	}
	if f.process != nil {
		for _, param := range f.process.Params {
			if len(param.Labels) > 0 {
				labels[param.Name] = param.Labels
			}
		}
	}
	if f.route != nil && len(f.route.Labels) > 0 {
		labels[f.route.Var] = f.route.Labels
	}
	for i := range f.steps {
		s := f.steps[i].plan
		if s.Var == "" || len(s.Labels) == 0 {
			continue
		}
		all := append(slices.Clone(labels[s.Var]), s.Labels...)
		slices.Sort(all)
		labels[s.Var] = slices.Compact(all)
	}
	return labels
}
