package sim

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// traceless are the kinds of steps of which the journal tells what follows from
// them, and not that they were reached. One is reached when the block begins whose
// first step it is, or when the step before it is done.
var traceless = []plan.Kind{plan.Return, plan.Goto, plan.Continue}

// walked is which ways instances have gone.
type walked struct {
	acts    map[activationName]uint32 // activations: their steps
	states  map[activationName]uint32 // machines: their states
	entered map[*plan.Block]int
	began   map[string]int        // flows
	done    map[plan.StepName]int // steps that are done
	places  map[plan.StepName][]stand
}

type activationName struct {
	instance   string
	activation uint32
}

// stand is where a step stands: in a block, nil for the body of its flow, behind
// another step, "" for none.
type stand struct {
	block *plan.Block
	after string
}

func newWalked(p *plan.Plan) walked {
	w := walked{acts: map[activationName]uint32{}, states: map[activationName]uint32{}, entered: map[*plan.Block]int{}, began: map[string]int{},
		done: map[plan.StepName]int{}, places: map[plan.StepName][]stand{}}
	w.locateAll(p)
	return w
}

// locateAll notes where the traceless steps of a plan stand.
func (w *walked) locateAll(p *plan.Plan) {
	for i := range p.Processes {
		x := &p.Processes[i]
		w.locate(x.Name, nil, x.Flow.Body)
		for _, b := range []*plan.Block{x.OnCancel, x.OnBreach} {
			if b != nil {
				w.locate(x.Name, b, b.Steps)
			}
		}
	}
	for i := range p.Routes {
		w.locate(p.Routes[i].Name, nil, p.Routes[i].Flow.Body)
	}
}

// locate notes where the traceless steps of a list stand, and those inside of it.
func (w *walked) locate(flow string, block *plan.Block, steps []plan.Step) {
	after := ""
	for i := range steps {
		s := &steps[i]
		if slices.Contains(traceless, s.Kind) {
			w.stands(plan.StepName{Flow: flow, Step: s.ID}, stand{block, after})
		}
		after = s.ID
		for _, b := range s.Inner() {
			w.locate(flow, b, b.Steps)
		}
	}
}

// stands notes a place of a step, which versions of a plan may have at several. What
// counts the same in two of them is one.
func (w *walked) stands(s plan.StepName, at stand) {
	if at.after != "" {
		at.block = nil
	}
	if !slices.Contains(w.places[s], at) {
		w.places[s] = append(w.places[s], at)
	}
}

// times is how often a traceless step was reached; ok is false for all others.
func (w *walked) times(s plan.StepName) (n int, ok bool) {
	for _, at := range w.places[s] {
		switch {
		case at.after != "":
			n += w.done[plan.StepName{Flow: s.Flow, Step: at.after}]
		case at.block == nil:
			n += w.began[s.Flow]
		default:
			n += w.entered[at.block]
		}
	}
	return n, len(w.places[s]) > 0
}

// ran is how often a step was reached.
func (b *bench) ran(s plan.StepName) int {
	if n, ok := b.walked.times(s); ok {
		return n
	}
	return b.result.Ran[s]
}

// noteWay remembers which way an instance goes.
func (b *bench) noteWay(e record.Event) {
	switch e := e.(type) {
	case record.InstanceStarted:
		b.began[e.Process]++
	case record.StepPassed:
		b.noteDone(e.Instance, e.Step)
	case record.Told:
		b.noteDone(e.Instance, e.Step)
	case record.Reported:
		b.noteDone(e.Instance, e.Step)
	case record.WorkBegun:
		b.noteDone(e.Instance, e.Step)
	case record.StepEntered:
		b.acts[activationName{e.Instance, e.Activation}] = e.Step
		b.enters(e.Instance, e.Step, e.Block)
	case record.BranchEntered: // that it has ended is not the end of its parallel
		b.enters(e.Instance, b.acts[activationName{e.Instance, e.Parent}], e.Block)
	case record.LoopAdvanced:
		b.enters(e.Instance, b.acts[activationName{e.Instance, e.Activation}], 1)
	case record.TimerFired:
		b.enters(e.Instance, b.acts[activationName{e.Instance, e.Activation}], e.Block)
	case record.BlockEntered:
		b.enters(e.Instance, b.acts[activationName{e.Instance, e.Activation}], e.Block)
	case record.FaultCaught:
		b.enters(e.Instance, b.acts[activationName{e.Instance, e.Activation}], e.Block)
	case record.EventTaken:
		b.takes(activationName{e.Instance, e.Activation}, e.Arm)
	case record.MessageTaken:
		b.takes(activationName{e.Instance, e.Activation}, e.Arm)
	case record.HandleTaken:
		b.takes(activationName{e.Instance, e.Activation}, e.Arm)
	case record.StateEntered:
		b.states[activationName{e.Instance, e.Activation}] = e.State
		b.entersState(activationName{e.Instance, e.Activation})
	case record.StepLeft:
		if step, ok := b.acts[activationName{e.Instance, e.Activation}]; ok {
			b.noteDone(e.Instance, step)
		}
	}
}

func (b *bench) noteDone(instance string, index uint32) {
	flow := b.flows[instance]
	if s := b.on(instance).Step(flow, index); s != nil {
		b.done[plan.StepName{Flow: flow, Step: s.ID}]++
	}
}

func (b *bench) enters(instance string, step, block uint32) {
	if x := b.on(instance).Block(b.flows[instance], step, block); x != nil {
		b.entered[x]++
	}
}

// machine is the machine of an activation, nil where it is another step.
func (b *bench) machine(a activationName) *plan.MachineStep {
	if s := b.on(a.instance).Step(b.flows[a.instance], b.acts[a]); s != nil {
		return s.Machine
	}
	return nil
}

func (b *bench) entersState(a activationName) {
	if m := b.machine(a); m != nil && int(b.states[a]) < len(m.States) {
		b.entered[&m.States[b.states[a]].Enter]++
	}
}

// takes notes that an arm of a select, or of a state, goes on.
func (b *bench) takes(a activationName, arm uint32) {
	s := b.on(a.instance).Step(b.flows[a.instance], b.acts[a])
	if s == nil {
		return
	}
	on := []plan.OnArm(nil)
	switch {
	case s.Select != nil:
		on = s.Select.On
	case s.Machine != nil && int(b.states[a]) < len(s.Machine.States):
		on = s.Machine.States[b.states[a]].On
	}
	if int(arm) < len(on) {
		b.entered[&on[arm].Block]++
	}
}
