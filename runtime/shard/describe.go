package shard

import (
	"fmt"

	"github.com/cob-lang/cob/runtime/record"
)

// describe names a command for an operator: its kind and whom it concerns, never
// what it carries, which may be labelled.
func describe(cmd record.Command) string {
	switch c := cmd.(type) {
	case nil:
		return "what was committed or asked for"
	case record.StartInstance:
		return fmt.Sprintf("the start of %s, instance %s", c.Process, record.InstanceID(c.Process, c.Key))
	case record.DeliverMessage:
		return fmt.Sprintf("message %d of %s for the route %s", c.Position, c.Channel, c.Route)
	case record.DeliverEvent:
		return fmt.Sprintf("the event %s of type %s", c.ID, c.Type)
	case record.AttemptEnded:
		return fmt.Sprintf("the outcome of attempt %d of activation %d of instance %s", c.Attempt, c.Activation, c.Instance)
	case record.TimerDue:
		if c.Instance == "" {
			return "the timer of kept events"
		}
		return fmt.Sprintf("the timer of activation %d of instance %s", c.Activation, c.Instance)
	case record.ClaimTask:
		return fmt.Sprintf("the claim of task %d of instance %s", c.Activation, c.Instance)
	case record.ReleaseTask:
		return fmt.Sprintf("the release of task %d of instance %s", c.Activation, c.Instance)
	case record.DelegateTask:
		return fmt.Sprintf("the delegation of task %d of instance %s", c.Activation, c.Instance)
	case record.CompleteTask:
		return fmt.Sprintf("the answer to task %d of instance %s", c.Activation, c.Instance)
	case record.CancelInstance:
		return "the cancelling of instance " + c.Instance
	case record.RetryInstance:
		return "the retry of instance " + c.Instance
	case record.TerminateInstance:
		return "the end of instance " + c.Instance
	case record.SkipStep:
		return "the skipping of a step of instance " + c.Instance
	case record.ResumeInstance:
		return "the resuming of instance " + c.Instance
	case record.ResetInstance:
		return "the reset of instance " + c.Instance
	case record.TakeSurplus:
		return "what another cloud has of instance " + c.Instance
	case record.ActivatePlan:
		return fmt.Sprintf("the activation of plan %.12s of %s", c.Digest, c.Package)
	}
	return fmt.Sprintf("a command of kind %T", cmd)
}
