package record

import "github.com/cob-lang/cob/lang/types"

// Exit is why what an activation holds was stopped, and so what follows when the
// last of it has ended.
type Exit uint32

// The exits. A number is never used for anything else.
const (
	// ExitFault: a fault is on its way. Where Block of the event is not 0 it is taken
	// here, else it goes on outwards.
	ExitFault Exit = 1
	// ExitWithdrawn: what stands around it goes on without it.
	ExitWithdrawn Exit = 2
	// ExitLate: the time of a scope is over.
	ExitLate Exit = 3
	// ExitMissed: the milestone that a step needs is over.
	ExitMissed Exit = 4
	// ExitJoined: enough branches have ended.
	ExitJoined Exit = 5
	// ExitReturn: the flow has its result, in Value.
	ExitReturn Exit = 6
	// ExitEnd: the instance completes, with Value as its result.
	ExitEnd Exit = 7
	// ExitState: a machine goes on in the state of the number Block.
	ExitState Exit = 8
	// ExitContinue: the instance begins again, with Value as the arguments of the step.
	ExitContinue Exit = 9
)

// Stopped: everything under an activation ends, but for what has to be closed
// first: a finally block, and scopes, which are undone. What Exit says follows.
type Stopped struct {
	At         Instant
	Instance   string
	Activation uint32
	Exit       Exit
	Block      uint32 // one more than the step's block that takes the fault, or the state
	// Of a fault: the step that raised it.
	Step   uint32
	Fault  string
	Fields map[string]types.Value
	Detail string
	Value  types.Value
}

// FaultPassed: the fault that an activation held back leaves it, after what had to
// be closed there. The activation ends. The fault stops what is under To, as
// Stopped does; where Whole, it leaves the flow, as FaultRaised does.
type FaultPassed struct {
	At       Instant
	Instance string
	From     uint32
	Whole    bool
	To       uint32
	Block    uint32 // as in Stopped
	Fault    string
}

// StepWithdrawn: an activation ends without having completed.
type StepWithdrawn struct {
	At         Instant
	Instance   string
	Activation uint32
}

// BlockEntered: a block of an activation runs that waited, or that was stopped.
type BlockEntered struct {
	At         Instant
	Instance   string
	Activation uint32
	Block      uint32 // as in StepEntered
}

// UndoStarted: the handler of a completed step of a scope runs, with the variables
// as they were, because the scope is undone.
type UndoStarted struct {
	At         Instant
	Instance   string
	Activation uint32 // a new one
	Scope      uint32 // the activation of the scope
	Step       uint32
}

// RoundsPlanned: how many rounds of a parallel loop run at a time, and how many
// have to end.
type RoundsPlanned struct {
	Instance   string
	Activation uint32
	Width      uint32 // 0: as many as there is room for
	Need       uint32 // as the plan says, where 0
}

// StateEntered: a machine goes on in another state; its statements run.
type StateEntered struct {
	At         Instant
	Instance   string
	Activation uint32
	State      uint32
}

// ArmsAwaited: a state of a machine waits for one of its arms. Items are per arm
// the value that the event's field has to have.
type ArmsAwaited struct {
	At         Instant
	Instance   string
	Activation uint32
	Items      []types.Value
	Due        Instant
}

func (Stopped) event()       {}
func (FaultPassed) event()   {}
func (StepWithdrawn) event() {}
func (BlockEntered) event()  {}
func (UndoStarted) event()   {}
func (RoundsPlanned) event() {}
func (StateEntered) event()  {}
func (ArmsAwaited) event()   {}
