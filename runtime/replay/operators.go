package replay

import (
	"encoding/json"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// operated notes what operators said, before the state follows it. What came of it at
// the same moment is no news of its own.
func (r *Recorder) operated(e record.Event) {
	switch e := e.(type) {
	case record.StepSkipped:
		r.skipped(&e)
	case record.InstanceReset:
		r.reset(&e)
	case record.InstanceTerminated:
		r.verb(Input{At: at(e.At), Kind: "terminate", By: e.By, Reason: e.Reason})
		if r.out.End == nil {
			r.out.End = &End{At: at(e.At), State: string(record.Cancelled)}
		}
	case record.Operated:
		if e.Verb == "resume" {
			r.verb(Input{At: at(e.At), Kind: "resume", By: e.By, Reason: e.Reason})
		}
	case record.InstancePoisoned:
		r.partial("what a bug of the program kept it from")
	}
}

// verb notes what an operator said. The incidents that it lifted are lifted again by it.
func (r *Recorder) verb(i Input) {
	if n := len(r.out.Inputs); n > 0 && r.out.Inputs[n-1].Kind == "retry" && r.out.Inputs[n-1].At.Equal(i.At) {
		r.out.Inputs = r.out.Inputs[:n-1]
	}
	r.input(i)
}

func (r *Recorder) skipped(e *record.StepSkipped) {
	if n := len(r.out.Inputs); n > 0 && r.out.Inputs[n-1].Kind == "resume" && r.out.Inputs[n-1].At.Equal(at(e.At)) {
		return // going on behind incidents skips what has them
	}
	step := r.step(e.Step)
	i := Input{At: at(e.At), Kind: "skip", Step: step.ID, By: e.By, Reason: e.Reason, Undone: !e.Undoable && step.Compensate != nil}
	target, err := r.state.Skippable(r.out.Instance, step.ID, e.Activation)
	switch {
	case err != nil:
		r.partial("what an operator did with the step " + step.ID)
		return
	case target.Wants && e.Bound:
		i.Form = r.encode(e.Value, target.Type, step.Labels)
	}
	r.verb(i)
}

func (r *Recorder) reset(e *record.InstanceReset) {
	step := r.step(e.Step)
	i := Input{At: at(e.At), Kind: "reset", Step: step.ID, By: e.By, Reason: e.Reason}
	target, err := r.state.Resettable(r.out.Instance, step.ID)
	if err != nil {
		r.partial("how an operator let it go back to " + step.ID)
		return
	}
	labels := r.program.Labels(r.flow)
	for name, v := range e.Set {
		if i.Set == nil {
			i.Set = map[string]json.RawMessage{}
		}
		i.Set[name] = r.encode(v, target.Vars[name], labels[name])
	}
	r.verb(i)
}

// operate lets an operator say again what was said then.
func (p *player) operate(id string, in *Input) {
	var no *record.Rejection
	switch in.Kind {
	case "terminate":
		no = p.send(record.TerminateInstance{Instance: id, By: in.By, Reason: in.Reason})
	case "resume":
		no = p.send(record.ResumeInstance{Instance: id, By: in.By, Reason: in.Reason})
	case "skip":
		p.skip(id, in)
	case "reset":
		p.goBack(id, in)
	}
	if no != nil {
		p.differs("people", "", "%s said %s, and could not: %s", who(in.By), in.Kind, no.Detail)
		p.lost = true
	}
}

// cannot tells that what an operator said of a step has no meaning any more.
func (p *player) cannot(in *Input, why error) {
	p.differs("people", in.Step, "%s said %s, and could not: %v", who(in.By), in.Kind, why)
	p.lost = true
}

func (p *player) skip(id string, in *Input) {
	target, err := p.state.Skippable(id, in.Step, 0)
	if err != nil {
		p.cannot(in, err)
		return
	}
	c := record.SkipStep{Instance: id, Activation: target.Activation, Step: target.Step, Undone: in.Undone, By: in.By, Reason: in.Reason}
	if target.Wants && len(in.Form) > 0 {
		if c.Value, err = p.read(in.Form, target.Type, ""); err != nil {
			p.cannot(in, err)
			return
		}
	}
	if no := p.send(c); no != nil {
		p.cannot(in, no)
	}
}

func (p *player) goBack(id string, in *Input) {
	target, err := p.state.Resettable(id, in.Step)
	if err != nil {
		p.cannot(in, err)
		return
	}
	c := record.ResetInstance{Instance: id, Step: target.Step, By: in.By, Reason: in.Reason}
	for name, text := range in.Set {
		v, err := p.read(text, target.Vars[name], "")
		if err != nil {
			p.cannot(in, err)
			return
		}
		if c.Set == nil {
			c.Set = map[string]types.Value{}
		}
		c.Set[name] = v
	}
	if no := p.send(c); no != nil {
		p.cannot(in, no)
	}
}
