package report

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// MaxStages bounds the stages of a path; what comes after them is counted only.
const MaxStages = 1000

// Path is the way of an instance so far. The zero Path is at the beginning.
type Path struct {
	Stages []Stage
	More   uint32 // stages that are not among them
	Calls  []Calls
}

// Stage is one step that took time or left the instance.
type Stage struct {
	Activation, Step uint32
	Begun            record.Instant
	Ended            record.Instant // 0: not yet, or it was withdrawn
	Cloud            string         // that did it, or was asked last
	Attempts         uint32
	How              string // it ended: "" done, else caught, timer, event
}

// Calls are how often an endpoint was asked at a cloud.
type Calls struct {
	Endpoint, Cloud string
	Attempts        uint32
	Done            uint32
}

// staged are the kinds of steps that are stages.
var staged = []plan.Kind{
	plan.Call, plan.Begin, plan.Child, plan.Start, plan.Send, plan.Publish, plan.Task, plan.Select, plan.Wait, plan.Await, plan.Report,
}

// Note folds one event of the instance into its path. of is the step of a living
// activation, and step the one with a number; nil where there is none.
func (p *Path) Note(ev record.Event, of func(activation uint32) *plan.Step, step func(index uint32) *plan.Step) {
	switch e := ev.(type) {
	case record.StepEntered:
		p.begin(Stage{Activation: e.Activation, Step: e.Step, Begun: e.At}, step(e.Step))
	case record.WorkBegun:
		p.begin(Stage{Activation: e.Activation, Step: e.Step, Begun: e.At}, step(e.Step))
	case record.Reported:
		p.begin(Stage{Step: e.Step, Begun: e.At, Ended: e.At}, step(e.Step))
	case record.AttemptStarted:
		if s := p.at(e.Activation); s != nil {
			s.Cloud = e.Cloud
			s.Attempts++
		}
		if c := p.calls(of(e.Activation), e.Cloud); c != nil {
			c.Attempts++
		}
	case record.StepLeft:
		p.end(e.Activation, e.At, e.Cloud, "")
		if c := p.calls(of(e.Activation), e.Cloud); c != nil {
			c.Done++
		}
	case record.WorkEnded:
		p.end(e.Activation, e.At, e.Cloud, "")
		if c := p.calls(of(e.Activation), e.Cloud); c != nil && e.Fault == "" {
			c.Done++
		}
	case record.FaultCaught:
		p.end(e.Activation, e.At, "", "caught")
	case record.TimerFired:
		p.end(e.Activation, e.At, "", "timer")
	case record.EventTaken:
		p.end(e.Activation, e.At, "", "event")
	case record.Continued:
		*p = Path{}
	}
}

func (p *Path) begin(s Stage, of *plan.Step) {
	switch {
	case of == nil || !slices.Contains(staged, of.Kind):
	case len(p.Stages) < MaxStages:
		p.Stages = append(p.Stages, s)
	default:
		p.More++
	}
}

// at is the stage of an activation, nil where it has none. Activations count up.
func (p *Path) at(activation uint32) *Stage {
	i, ok := slices.BinarySearchFunc(p.Stages, activation, func(s Stage, id uint32) int {
		switch {
		case s.Activation < id:
			return -1
		case s.Activation > id:
			return 1
		}
		return 0
	})
	if !ok {
		return nil
	}
	return &p.Stages[i]
}

func (p *Path) end(activation uint32, at record.Instant, cloud, how string) {
	s := p.at(activation)
	if s == nil || s.Ended != 0 && how == "" && cloud == "" { // the block that followed is over
		return
	}
	s.Ended, s.How = at, how
	if cloud != "" {
		s.Cloud = cloud
	}
}

// calls are those of the endpoint of a step at a cloud; nil where the step calls
// none.
func (p *Path) calls(of *plan.Step, cloud string) *Calls {
	if of == nil || of.Call == nil || cloud == "" {
		return nil
	}
	for i := range p.Calls {
		if p.Calls[i].Endpoint == of.Call.Endpoint && p.Calls[i].Cloud == cloud {
			return &p.Calls[i]
		}
	}
	p.Calls = append(p.Calls, Calls{Endpoint: of.Call.Endpoint, Cloud: cloud})
	return &p.Calls[len(p.Calls)-1]
}

// Move counts the steps of a path as another plan does; a stage without a step there is
// counted only.
func (p *Path) Move(to func(step uint32) (uint32, bool)) {
	p.Stages = slices.DeleteFunc(p.Stages, func(s Stage) bool {
		_, ok := to(s.Step)
		if !ok {
			p.More++
		}
		return !ok
	})
	for i := range p.Stages {
		p.Stages[i].Step, _ = to(p.Stages[i].Step)
	}
}
