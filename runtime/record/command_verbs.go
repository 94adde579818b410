package record

import "github.com/cob-lang/cob/lang/types"

// TerminateInstance ends an instance at once. Nothing is undone; what is under way
// is left as a doubt.
type TerminateInstance struct {
	Instance string
	By       string
	Reason   string
	// Bare ends it without a look at what it holds, so that whoever watches it is
	// not told. It is for an instance on which this program has a bug.
	Bare    bool
	Request Request
}

// SkipStep takes a step that waits, or that has an incident, as done.
type SkipStep struct {
	Instance string
	// Activation is the one that waits, or whose next step has the incident.
	Activation uint32
	Step       uint32 // of the flow; another one there by now is left alone
	// Value goes into the step's variable, where it has one; it was checked against
	// its type.
	Value types.Value
	// Undone says that nothing was done, so that nothing is undone later.
	Undone  bool
	By      string
	Reason  string
	Request Request
}

// ResumeInstance lets an instance go on behind its incidents, giving up what
// could not be done there.
type ResumeInstance struct {
	Instance string
	By       string
	Reason   string
	Request  Request
}

// ResetInstance lets an instance go back to an earlier step of its body. What
// completed from there on is undone first.
type ResetInstance struct {
	Instance string
	Step     uint32 // of the flow
	// Set are variables that have another value from there on; they were checked
	// against their types.
	Set     map[string]types.Value
	By      string
	Reason  string
	Request Request
}

// PoisonInstance says that this program has a bug in what it would do with a
// command: the instance is left as it is until a person says what to do.
type PoisonInstance struct {
	Instance string
	Command  string // its kind
	Detail   string // the bug, without data
	// Cause is the command where it is one that makes the instance, else nil.
	Cause Command
}

func (TerminateInstance) command() {}
func (SkipStep) command()          {}
func (ResumeInstance) command()    {}
func (ResetInstance) command()     {}
func (PoisonInstance) command()    {}

// Poisoned: the instance was left as it was, because of a bug of this program;
// it takes only what gets it out of there.
const Poisoned Code = "incident"
