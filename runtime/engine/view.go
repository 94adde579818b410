package engine

import (
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// Summary is one line about an instance.
type Summary struct {
	Instance string
	Process  string // or route, qualified
	Key      string
	Plan     string // digest
	State    record.State
	Started  record.Instant
	Ended    record.Instant // 0 while it is not over
	Route    bool
	// Settlements counts the unknown outcomes that are still open.
	Settlements int
	// Incidents counts the places where a person has to help; also after its end,
	// where a settlement is stuck.
	Incidents int
	// Blocked says why nothing happens to it, where this program has a bug in what it
	// would do; "" elsewhere.
	Blocked string
}

// Details is everything about an instance that a person may want to know.
// Whoever shows it redacts what is labelled: every value comes with its type.
type Details struct {
	Summary
	Waits      []Wait
	Settled    []Settlement
	Completed  []Done // steps that a compensation would undo, oldest first
	Vars       []Var
	Result     types.Value
	ResultType types.Type
	Fault      string // that ended it, or that it compensates for
	Fields     map[string]types.Value
	Detail     string
	// Compensating says that it undoes what it did.
	Compensating bool
	Cancelled    bool
	// Progress is what it said last about how far it is.
	Progress string
	// Search are the values under which it is found, by name.
	Search map[string]types.Value
}

// Wait is one thing an instance waits for.
type Wait struct {
	Activation uint32
	Step       string // ID
	Kind       string // call, start, send, task, select, wait, or the kind of the step with an incident
	At         string // place in the source
	Since      record.Instant
	Due        record.Instant // of its timer, 0 for none
	Endpoint   string
	Operation  string
	Cloud      string   // of the attempt in flight
	Attempt    uint32   // of a call, start or send
	Events     []string // of a select
	Role       string   // of a task
	ClaimedBy  string
	Incident   string // why it cannot go on
	Last       string // how the latest attempt ended that failed
}

// Settlement is an outcome that was unknown.
type Settlement struct {
	Activation uint32
	Step       string
	Endpoint   string
	Operation  string
	Cloud      string
	Since      record.Instant
	Open       bool
	Due        record.Instant
	Outcome    record.Outcome // of a closed one; Unknown where nobody asks any more
	Detail     string
}

// Done is a completed step that can be undone.
type Done struct {
	Step  string
	Cloud string
}

// Var is a variable with its value. The type is Invalid where the plan does not
// say it.
type Var struct {
	Name  string
	Type  types.Type
	Value types.Value
}

// Task is a piece of work for a person.
type Task struct {
	Instance   string
	Process    string
	Key        string
	Activation uint32
	Step       string
	Name       string
	Role       string // qualified
	AlsoRole   string // that it was escalated to, qualified
	// Groups and Users may do it: those of its roles, and those that it names.
	Groups    []string
	Users     []string
	Priority  int
	Form      types.Type
	Plan      string
	Since     record.Instant
	Due       record.Instant // 0: never
	ClaimedBy string
	// Data is what the person is shown, with its names and types.
	Data      []types.Value
	Shows     []string
	DataTypes []types.Type
	// Labels are those of each of Data beside the ones that its type says.
	Labels [][]string
}
