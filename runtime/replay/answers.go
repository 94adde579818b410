package replay

import (
	"encoding/json"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// AskOf is what an effect asks for; asks is false where it is the engine's own news
// between instances.
func AskOf(program *engine.Program, flow string, step *plan.Step, effect engine.Effect, encode Encode) (a Ask, asks bool) {
	a = Ask{Step: step.ID, Args: map[string]json.RawMessage{}, Attempts: []Attempt{}}
	put := func(values map[string]types.Value, params []types.Field, labels func(i int) []string) {
		for i, p := range params {
			if v, there := values[p.Name]; there {
				a.Args[p.Name] = encode(v, p.Type, append(labels(i), p.Labels...))
			}
		}
	}
	trees := step.Trees()
	ofTree := func(i int) []string {
		if i < len(trees) {
			return program.LabelsOf(flow, trees[i])
		}
		return nil
	}
	switch e := effect.(type) {
	case engine.Call:
		a.Kind, a.Target = "call", e.Endpoint+"."+e.Operation
		if e.Settlement {
			a.Kind = "settlement"
		}
		if op := operation(program, e.Endpoint, e.Operation); op != nil {
			put(e.Args, op.Params, func(i int) []string {
				if step.Call != nil && i < len(step.Call.Args) {
					return program.LabelsOf(flow, &step.Call.Args[i])
				}
				return nil
			})
		}
	case engine.Start:
		a.Kind, a.Target = "start", e.Process
		for _, p := range program.Plan().Processes {
			if p.Name == e.Process {
				put(e.Input, p.Params, func(i int) []string {
					if step.Start != nil && i < len(step.Start.Args) {
						return program.LabelsOf(flow, &step.Start.Args[i])
					}
					return nil
				})
			}
		}
	case engine.Send:
		a.Kind, a.Target = "send", e.Channel
		for _, c := range program.Plan().Channels {
			if c.Name == e.Channel {
				a.Args["message"] = encode(e.Payload, c.Type, ofTree(0))
			}
		}
	case engine.Publish:
		a.Kind, a.Target = "publish", e.Event
		a.Args["event"] = encode(e.Payload, types.Ref(e.Event), ofTree(0))
	default:
		return a, false
	}
	return a, true
}

func operation(program *engine.Program, endpoint, name string) *plan.Operation {
	for i := range program.Plan().Endpoints {
		e := &program.Plan().Endpoints[i]
		for j := range e.Operations {
			if e.Name == endpoint && e.Operations[j].Name == name {
				return &e.Operations[j]
			}
		}
	}
	return nil
}

// latest is the latest attempt of the ask of an activation, nil where it has none.
func (r *Recorder) latest(activation uint32) *Attempt {
	i, ok := r.open[activation]
	if !ok || len(r.out.Asks[i].Attempts) == 0 {
		return nil
	}
	return &r.out.Asks[i].Attempts[len(r.out.Asks[i].Attempts)-1]
}

// resultType is the type of what the ask of an activation gives.
func (r *Recorder) resultType(activation uint32) types.Type {
	s := r.step(r.steps[activation])
	switch {
	case s.Call != nil:
		if op := operation(r.program, s.Call.Endpoint, s.Call.Operation); op != nil {
			return op.Result
		}
	case s.Start != nil:
		for _, p := range r.program.Plan().Processes {
			if p.Name == s.Start.Process {
				return p.Result
			}
		}
	}
	return types.Of(types.Void)
}

func (r *Recorder) succeeded(activation uint32, value types.Value, when record.Instant) {
	a := r.latest(activation)
	if a == nil || a.Outcome != "" && a.Outcome != string(record.Succeeded) {
		return
	}
	a.TookNs = int64(when - r.leftAt[r.open[activation]])
	a.Outcome = string(record.Succeeded)
	if t := r.resultType(activation); t.Kind != types.Void && value != nil {
		a.Value = r.encode(value, t, r.step(r.steps[activation]).Labels)
	}
}

// raised notes the fault that the latest unanswered ask of a step raised.
func (r *Recorder) raised(i int, fault string, fields map[string]types.Value, when record.Instant) {
	ask := &r.out.Asks[i]
	a := &ask.Attempts[len(ask.Attempts)-1]
	switch record.Outcome(a.Outcome) {
	case record.Raised, "":
	case record.Succeeded: // a child was started, and this is how it ended
		if ask.Kind != "start" {
			return
		}
	default:
		return
	}
	if a.Fault != "" {
		return
	}
	a.Outcome, a.Fault, a.Fields = string(record.Raised), fault, r.encode(fields, types.Ref(fault), nil)
	a.TookNs = int64(when - r.leftAt[i])
}

// answered notes how attempts ended.
func (r *Recorder) answered(e record.Event) {
	switch e := e.(type) {
	case record.AttemptFailed:
		if a := r.latest(e.Activation); a != nil {
			a.Outcome, a.Detail, a.TookNs = string(e.Outcome), e.Detail, int64(e.At-r.leftAt[r.open[e.Activation]])
		}
	case record.ChildStarted:
		r.succeeded(e.Activation, nil, e.At)
	case record.WorkEnded:
		i, asked := r.open[e.Activation]
		switch {
		case !asked:
		case e.Fault == "":
			r.succeeded(e.Activation, e.Value, e.At)
		default:
			r.raised(i, e.Fault, e.Fields, e.At)
		}
	case record.SettlementClosed:
		if a := r.latest(e.Activation); a != nil && a.Outcome == "" {
			a.Outcome, a.Detail, a.TookNs = string(e.Outcome), e.Detail, int64(e.At-r.leftAt[r.open[e.Activation]])
			if e.Undo {
				a.Value = r.encode(e.Value, r.resultType(e.Activation), nil)
			}
		}
	case record.FaultCaught:
		if i, asked := r.open[e.Activation]; asked {
			r.raised(i, e.Fault, e.Fields, e.At)
		}
	case record.FaultRaised:
		r.raisedAt(e.Step, e.Fault, e.Fields, e.At)
	case record.Stopped:
		r.raisedAt(e.Step, e.Fault, e.Fields, e.At)
	}
}

func (r *Recorder) raisedAt(step uint32, fault string, fields map[string]types.Value, when record.Instant) {
	if i, asked := r.byStep[step]; asked && fault != "" {
		r.raised(i, fault, fields, when)
	}
}

// left notes the answer of what was waited for: of an ask, or of a person.
func (r *Recorder) left(e record.StepLeft) {
	step := r.step(r.steps[e.Activation])
	if step.Kind == plan.Task && len(r.out.Inputs) > 0 {
		i := &r.out.Inputs[len(r.out.Inputs)-1]
		if i.Kind == "task" && i.Step == step.ID && i.Form == nil {
			i.Form = json.RawMessage("null")
			if e.Bound {
				i.Form = r.encode(e.Value, step.Type, step.Labels)
			}
		}
		return
	}
	if _, asked := r.open[e.Activation]; asked {
		r.succeeded(e.Activation, e.Value, e.At)
		delete(r.open, e.Activation)
		delete(r.byStep, r.steps[e.Activation])
	}
}
