package engine

import (
	"fmt"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
)

// UnsupportedError says which parts of a plan this engine cannot run yet: the
// plan is correct, and nothing of it is activated.
type UnsupportedError struct {
	Parts []Unsupported // in the order of the plan, never empty
}

// Unsupported is one part of a plan that the engine cannot run.
type Unsupported struct {
	What string // "race", "the handle of start", "the setting deadline of a process"
	At   plan.Place
}

// What is told apart by those who ask whether it IsAbsent.
const (
	OnBreach  = "on breach"
	NoChannel = "a route from what is no channel"
	Priority  = "the priority of a channel"
)

// maxNamed is how many parts the message names.
const maxNamed = 5

func (e *UnsupportedError) Error() string {
	var parts []string
	for i, p := range e.Parts {
		if i == maxNamed {
			parts = append(parts, fmt.Sprintf("and %d more", len(e.Parts)-maxNamed))
			break
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", p.What, p.At))
	}
	return "this version of cob compiles and cannot run yet: " + strings.Join(parts, ", ")
}

// runs are the kinds of steps that the engine runs.
var runs = map[plan.Kind]bool{
	plan.Let: true, plan.Call: true, plan.Start: true, plan.Send: true, plan.Task: true, plan.Select: true, plan.Wait: true,
	plan.If: true, plan.For: true, plan.While: true, plan.Match: true, plan.Parallel: true, plan.Filter: true, plan.Fail: true,
	plan.Return: true, plan.Publish: true, plan.Begin: true, plan.Child: true,
	plan.Await: true, plan.Report: true, plan.Progress: true, plan.Audit: true, plan.Continue: true,
	plan.Each: true, plan.Try: true, plan.Scope: true, plan.Race: true, plan.Cancel: true, plan.End: true,
	plan.Dedupe: true, plan.Split: true, plan.Aggregate: true, plan.Resequence: true, plan.Throttle: true, plan.Delay: true,
	plan.Sample: true, plan.Tap: true, plan.Slip: true,
	plan.Machine: true, plan.Goto: true, plan.Critical: true, plan.Interleave: true, plan.Milestone: true, plan.During: true,
}

// unsupported finds everything in a plan that would be passed over in silence, or
// that has no step here.
func unsupported(p *plan.Plan) []Unsupported {
	var parts []Unsupported
	note := func(is bool, at plan.Place, what string) {
		if is {
			parts = append(parts, Unsupported{what, at})
		}
	}
	for i := range p.Endpoints {
		for _, r := range p.Endpoints[i].Receives {
			note(true, r.At, "receive")
		}
	}
	for i := range p.Processes {
		d := &p.Processes[i]
		note(d.OnBreach != nil, d.At, OnBreach)
		plan.Walk(d.Flow.Body, func(s *plan.Step) { refuseStep(s, note) })
	}
	for i := range p.Routes {
		d := &p.Routes[i]
		note(d.Receive != "", d.At, NoChannel)
		plan.Walk(d.Flow.Body, func(s *plan.Step) { refuseStep(s, note) })
	}
	refuseDeclarations(p, note)
	return parts
}

// refuseStep notes what a step of a kind that runs asks for besides.
func refuseStep(s *plan.Step, note func(is bool, at plan.Place, what string)) {
	if !runs[s.Kind] {
		note(true, s.At, string(s.Kind))
		return
	}
	for _, on := range armsOf(s) {
		note(on.Receive != "", s.At, "waiting for what an endpoint receives")
	}
}
