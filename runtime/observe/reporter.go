package observe

import (
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/report"
)

// Reporter makes the report of one instance from the events of its shard.
type Reporter struct {
	plans    Plans
	instance Instance
	path     report.Path
	steps    map[uint32]uint32 // activation to step
	vars     map[string]types.Value
	made     map[string]string
	bytes    int
}

// NewReporter reports on i.
func NewReporter(plans Plans, i Instance) *Reporter {
	return &Reporter{plans: plans, instance: i, steps: map[uint32]uint32{}, vars: map[string]types.Value{}, made: map[string]string{}}
}

// Read hears how many bytes of the journal are about to be told, and is false when
// that is more than a report reads.
func (r *Reporter) Read(bytes int) bool {
	r.bytes += bytes
	return r.bytes <= MaxHistoryBytes
}

// Made is the latest report that a statement of this name made, in JSON; ok is false
// where none did.
func (r *Reporter) Made(name string) (text string, ok bool) {
	text, ok = r.made[name]
	return text, ok
}

// Value is what a variable was set to last, nil where it was not.
func (r *Reporter) Value(name string) types.Value { return r.vars[name] }

// Path is the way of the instance.
func (r *Reporter) Path() *report.Path { return &r.path }

// Step is a step of the instance's process, or nil.
func (r *Reporter) Step(index uint32) *plan.Step {
	return r.plans.Step(r.instance.Plan, r.instance.Process, index)
}

// Tell adds the events that concern the instance, in their order.
func (r *Reporter) Tell(events []record.Event) {
	for _, e := range events {
		if id, ok := instanceOf(e); ok && id == r.instance.ID {
			r.tell(e)
		}
	}
}

// instanceOf is the instance of an event that a report reads.
func instanceOf(e record.Event) (string, bool) {
	switch e := e.(type) {
	case record.InstanceStarted:
		return e.Instance, true
	case record.Continued:
		return e.Instance, true
	case record.InstanceMigrated:
		return e.Instance, true
	case record.StepPassed:
		return e.Instance, true
	case record.StepEntered:
		return e.Instance, true
	case record.StepLeft:
		return e.Instance, true
	case record.WorkBegun:
		return e.Instance, true
	case record.WorkEnded:
		return e.Instance, true
	case record.Reported:
		return e.Instance, true
	case record.AttemptStarted:
		return e.Instance, true
	case record.FaultCaught:
		return e.Instance, true
	case record.TimerFired:
		return e.Instance, true
	case record.EventTaken:
		return e.Instance, true
	}
	return "", false
}

func (r *Reporter) tell(e record.Event) {
	r.path.Note(e, func(activation uint32) *plan.Step {
		if step, ok := r.steps[activation]; ok {
			return r.Step(step)
		}
		return nil
	}, r.Step)
	switch e := e.(type) {
	case record.InstanceStarted:
		r.instance.Plan = e.Plan
		r.begins(e.Process, e.Vars)
	case record.InstanceMigrated:
		r.migrated(e)
	case record.Continued:
		r.begins(e.Process, e.Vars)
	case record.StepPassed:
		r.sets(e.Step, e.Bound, e.Value)
	case record.WorkBegun:
		r.steps[e.Activation] = e.Step
	case record.StepEntered:
		r.steps[e.Activation] = e.Step
		if s := r.Step(e.Step); s != nil && s.Kind == plan.Report && len(e.Items) == 1 {
			r.made[s.Name], _ = e.Items[0].(string)
		}
	case record.StepLeft:
		if step, ok := r.steps[e.Activation]; ok {
			r.sets(step, e.Bound, e.Value)
			delete(r.steps, e.Activation)
		}
	case record.Reported:
		if s := r.Step(e.Step); s != nil {
			r.made[s.Name] = e.Text
		}
	}
}

// begins forgets what came before the process that the instance is now.
func (r *Reporter) begins(process string, vars map[string]types.Value) {
	r.instance.Process = process
	clear(r.steps)
	clear(r.vars)
	for name, v := range vars {
		r.vars[name] = v
	}
}

func (r *Reporter) sets(step uint32, bound bool, v types.Value) {
	if s := r.Step(step); bound && s != nil && s.Var != "" {
		r.vars[s.Var] = v
	}
}

// Subject is the instance as it stands at a time, for report.Make; the variables are
// the caller's, who knows their types.
func (r *Reporter) Subject(at time.Time) report.Subject {
	i := &r.instance
	s := report.Subject{
		Title: "Instance " + i.ID, Process: i.Process, Instance: i.ID, Key: i.Key, Digest: i.Plan, State: string(i.State),
		Started: record.Instant(i.Started.UnixNano()), At: record.Instant(at.UnixNano()), Path: &r.path,
	}
	if i.Ended != nil {
		s.Ended = record.Instant(i.Ended.UnixNano())
	}
	return s
}
