package record

import "github.com/cob-lang/cob/lang/types"

// Event is a fact in a shard's journal. Activation numbers count up within an
// instance and are never used again; 0 is the instance itself. Steps are named
// by their index in the linked flow of the plan that the instance is pinned to.
type Event interface{ event() }

// PlanActivated: new instances of the package start with this plan.
type PlanActivated struct {
	At      Instant
	Package string
	Digest  string
}

// InstanceStarted: an instance exists.
type InstanceStarted struct {
	At       Instant
	Instance string
	Process  string // or route
	Plan     string // digest
	Key      string
	Vars     map[string]types.Value
	// Channel and Position say which message started a route's instance.
	Channel  string
	Position uint64
	// Depth is how many instances waited for it when it began, one for the other.
	Depth uint32
}

// MessageSkipped: a message needed no instance; only its position counts.
type MessageSkipped struct {
	Route    string
	Channel  string
	Position uint64
}

// StepPassed: a step without waiting is done. Where Bound, Value is in the
// step's variable.
type StepPassed struct {
	Instance string
	Parent   uint32
	Step     uint32
	Bound    bool
	Value    types.Value
}

// StepEntered: an activation of a step exists: it waits, or its block runs.
type StepEntered struct {
	At         Instant
	Instance   string
	Activation uint32
	Parent     uint32
	Step       uint32
	// Block is one more than the number of the step's block that runs; 0 where
	// none does.
	Block uint32
	// Items are the items of a loop, the arguments of a call or start where they
	// could change while it waits, the message of a send, the data of a task, or
	// per arm of a select the value that an event's field has to have.
	Items []types.Value
	Due   Instant // of a timer, 0 for none
}

// BranchEntered: one branch of a parallel step runs.
type BranchEntered struct {
	Instance   string
	Activation uint32
	Parent     uint32
	Block      uint32 // as in StepEntered
}

// DeadLetterOwed: a route failed; its message leaves for the dead letters.
type DeadLetterOwed struct {
	At         Instant
	Instance   string
	Activation uint32
}

// TimerSet: the activation's timer has another time; 0 is none.
type TimerSet struct {
	Instance   string
	Activation uint32
	Due        Instant
}

// TimerFired: the time was over; this block of the step runs.
type TimerFired struct {
	At         Instant
	Instance   string
	Activation uint32
	Block      uint32 // as in StepEntered
}

// LoopAdvanced: the next round of a loop begins, with its item bound.
type LoopAdvanced struct {
	Instance   string
	Activation uint32
	Round      uint32
	Value      types.Value
}

// AttemptStarted: the effect of a step leaves for Cloud. It stands in the
// journal before it leaves, so that after a crash it leaves again with the same
// key.
type AttemptStarted struct {
	At         Instant
	Instance   string
	Activation uint32
	Attempt    uint32
	Cloud      string
	Why        string // why this cloud: "cheapest of paris, finland"
}

// AttemptFailed: an attempt did not give an answer that the step can use.
type AttemptFailed struct {
	At         Instant
	Instance   string
	Activation uint32
	Attempt    uint32
	Outcome    Outcome
	Detail     string
	TookNs     int64
	Retry      Instant // when the next attempt leaves, 0 for none
}

// SettlementOwed: an attempt's outcome at a cloud is unknown and the step went
// on elsewhere or was given up, so what may have been done there has to be found
// out and undone.
type SettlementOwed struct {
	At         Instant
	Instance   string
	Activation uint32 // a new one, which carries the settlement
	Of         uint32 // the activation of the step
	Step       uint32
	Attempt    uint32
	Cloud      string
	// Args are what the request is made of, where the state does not hold them: at
	// the step's activation, or at an earlier settlement of it. What its
	// compensation reads is taken from the variables.
	Args []types.Value
	// Due is when the cloud is asked again; 0 where the attempt is still in
	// flight.
	Due Instant
}

// SettlementClosed: it is known what was done, or nobody will ask any more. Where
// Undo, the step's compensation begins, with Value in the step's variable.
type SettlementClosed struct {
	At         Instant
	Instance   string
	Activation uint32
	Outcome    Outcome
	Detail     string
	Undo       bool
	Value      types.Value
}

// StepLeft: an activation is done. Where Bound, Value is in the step's
// variable. Cloud is where the work was done, Cost its price.
type StepLeft struct {
	At         Instant
	Instance   string
	Activation uint32
	Bound      bool
	Value      types.Value
	Cloud      string
	TookNs     int64
}

// TaskClaimed: a person took a task.
type TaskClaimed struct {
	At         Instant
	Instance   string
	Activation uint32
	By         string
}

// TaskCompleted: a person answered; a StepLeft follows.
type TaskCompleted struct {
	At         Instant
	Instance   string
	Activation uint32
	By         string
}

// EventKept: an event waits for instances that will ask for it.
type EventKept struct {
	At       Instant
	Type     string
	ID       string
	Payload  map[string]types.Value
	Instance string // "" concerns all
	Until    Instant
}

// EventTaken: an instance consumed an event; the block of the select's arm runs
// with the event in its variable.
type EventTaken struct {
	At         Instant
	Instance   string
	Activation uint32
	ID         string
	Arm        uint32
	// Payload is the event where it is not kept.
	Payload map[string]types.Value
}

// EventHanded: a kept event reached those that waited for it and whose instances
// come before Next in the order of their names; the others follow. Where Next is
// empty, all have it.
type EventHanded struct {
	At   Instant
	Type string
	ID   string
	Next string
}

// EventExpired: a kept event was too old.
type EventExpired struct{ Type, ID string }

// FaultCaught: a step's own handler takes a fault.
type FaultCaught struct {
	At         Instant
	Instance   string
	Activation uint32
	Block      uint32 // as in StepEntered
	Fault      string
	Fields     map[string]types.Value
}

// FaultRaised: a fault left the flow. All activations end; compensation begins
// with the last step that completed.
type FaultRaised struct {
	At       Instant
	Instance string
	Step     uint32
	Fault    string
	Fields   map[string]types.Value
	// Cancelled says that no fault but a person ended it, with Detail as reason.
	Cancelled bool
	Detail    string
}

// CompensationStarted: the handler of a completed step runs, with the variables
// as they were.
type CompensationStarted struct {
	At         Instant
	Instance   string
	Activation uint32
	Step       uint32
}

// IncidentOpened: the instance cannot go on without a person.
type IncidentOpened struct {
	At         Instant
	Instance   string
	Activation uint32
	Step       uint32
	Detail     string
}

// IncidentResolved: a person let the instance try again.
type IncidentResolved struct {
	At       Instant
	Instance string
	By       string
}

// Returned: the flow gave its result; branches that were kept run on.
type Returned struct {
	At       Instant
	Instance string
	Step     uint32
	Result   types.Value
}

// InstanceEnded: the instance is over.
type InstanceEnded struct {
	At       Instant
	Instance string
	State    State
	Result   types.Value
	Fault    string
	Fields   map[string]types.Value
	Detail   string
}

// State is what an instance does, in the words of the API.
type State string

// The states of an instance.
const (
	Running   State = "running"
	Waiting   State = "waiting"
	Completed State = "completed"
	Faulted   State = "faulted"
	Cancelled State = "cancelled"
	Incident  State = "incident"
)

func (PlanActivated) event()       {}
func (InstanceStarted) event()     {}
func (MessageSkipped) event()      {}
func (StepPassed) event()          {}
func (StepEntered) event()         {}
func (LoopAdvanced) event()        {}
func (AttemptStarted) event()      {}
func (AttemptFailed) event()       {}
func (SettlementOwed) event()      {}
func (StepLeft) event()            {}
func (TaskClaimed) event()         {}
func (TaskCompleted) event()       {}
func (EventKept) event()           {}
func (EventTaken) event()          {}
func (EventHanded) event()         {}
func (EventExpired) event()        {}
func (FaultRaised) event()         {}
func (CompensationStarted) event() {}
func (IncidentOpened) event()      {}
func (IncidentResolved) event()    {}
func (InstanceEnded) event()       {}
func (BranchEntered) event()       {}
func (DeadLetterOwed) event()      {}
func (TimerSet) event()            {}
func (TimerFired) event()          {}
func (SettlementClosed) event()    {}
func (FaultCaught) event()         {}
func (Returned) event()            {}
