package engine

import (
	"cmp"
	"fmt"
	"runtime/debug"

	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
)

// BugError says that deciding a command panicked.
type BugError struct {
	Command  record.Command
	Instance string // that it was about, "" for none
	Panic    string // without what may be data, and the place
	Stack    string
	// Spoiled says that the decision had begun to change the state, so that it has
	// to be built again from the journal. Where it had not, the state is as before,
	// and the command may be refused and the next one decided.
	Spoiled bool
}

func (e *BugError) Error() string {
	about := ""
	if e.Instance != "" {
		about = " of the instance " + e.Instance
	}
	return fmt.Sprintf("deciding the command %T%s hit a bug in this program: %s", e.Command, about, e.Panic)
}

// TryDecide is Decide where a bug must not take the process with it. Errors:
// *BugError, and then there are no events, effects or reply.
func (s *State) TryDecide(cmd record.Command, facts Facts) (events []record.Event, effects []Effect, reply record.Reply, err error) {
	if facts.Health == nil {
		facts.Health = placement.AllUnknown{}
	}
	d := decider{s: s, facts: facts, now: facts.Now}
	defer func() {
		if p := recover(); p != nil {
			events, effects, reply = nil, nil, record.Reply{}
			err = &BugError{Command: cmd, Instance: cmp.Or(d.about, instanceOf(cmd)), Panic: toldOf(p), Stack: string(debug.Stack()), Spoiled: d.begun}
		}
	}()
	events, effects, reply = d.all(cmd)
	return events, effects, reply, nil
}

// instanceOf is the instance that a command is about, "" for none.
func instanceOf(cmd record.Command) string {
	switch c := cmd.(type) {
	case record.StartInstance:
		return record.InstanceID(c.Process, c.Key)
	case record.DeliverEvent:
		return c.Instance
	case record.AttemptEnded:
		return c.Instance
	case record.TakeSurplus:
		return c.Instance
	case record.TimerDue:
		return c.Instance
	case record.ChildEnded:
		return c.Instance
	case record.RecallChild:
		return record.InstanceID(c.Process, c.Key)
	case record.ClaimTask:
		return c.Instance
	case record.ReleaseTask:
		return c.Instance
	case record.DelegateTask:
		return c.Instance
	case record.CompleteTask:
		return c.Instance
	case record.CancelInstance:
		return c.Instance
	case record.RetryInstance:
		return c.Instance
	case record.TerminateInstance:
		return c.Instance
	case record.SkipStep:
		return c.Instance
	case record.ResumeInstance:
		return c.Instance
	case record.ResetInstance:
		return c.Instance
	case record.PoisonInstance:
		return c.Instance
	}
	return ""
}
