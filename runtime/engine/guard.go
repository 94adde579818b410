package engine

import "github.com/cob-lang/cob/runtime/record"

// What looks at many instances must not fail for all of them where it trips over
// one: that one is shown as far as it can be.

func (s *State) summary(x *instance) (v Summary) {
	defer func() {
		if p := recover(); p != nil {
			v = x.bare(toldOf(p))
		}
	}()
	x = peek(x)
	s.passing(StageView, x.key)
	return x.summary()
}

func (s *State) details(x *instance) Details { return s.shown(x, (*instance).details) }
func (s *State) outline(x *instance) Details { return s.shown(x, (*instance).outline) }

func (s *State) shown(x *instance, by func(*instance) Details) (v Details) {
	defer func() {
		if p := recover(); p != nil {
			v = Details{Summary: x.bare(toldOf(p))}
			v.Detail = v.Blocked
		}
	}()
	x = peek(x)
	s.passing(StageView, x.key)
	return by(x)
}

// look is an open task.
func (s *State) look(ref taskRef) (t Task) {
	x := peek(s.instances[ref.instance])
	defer func() {
		if p := recover(); p != nil {
			t = Task{Instance: x.id, Process: x.flow.name, Key: x.key, Activation: ref.activation, Plan: x.flow.program.digest, Name: "cannot be shown: " + toldOf(p)}
		}
	}()
	s.passing(StageView, x.key)
	return x.task(x.find(ref.activation))
}

// bare is all that can be said of an instance without looking at what it holds.
func (x *instance) bare(bug string) Summary {
	return Summary{
		Instance: x.id, Process: x.flow.name, Key: x.key, Plan: x.flow.program.digest, State: record.Incident, Started: x.started,
		Route: x.flow.route != nil, Incidents: max(1, x.stuck), Blocked: "a bug of this program, met while it was looked at: " + bug,
	}
}
