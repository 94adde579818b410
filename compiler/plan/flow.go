package plan

import (
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// Flow is the body of a process or a route.
//
// Variables are named once per flow: the lowering renames a second variable of
// the same name to name#2, so one flat environment serves the whole flow.
type Flow struct {
	Body []Step `json:"body"`
}

// Kind is what a step does.
type Kind string

// The kinds of steps.
const (
	Let      Kind = "let"      // Var = Expr, also for assignment
	Call     Kind = "call"     // an operation of an endpoint
	Start    Kind = "start"    // starts a process and does not wait
	Send     Kind = "send"     // puts Expr into a channel
	Task     Kind = "task"     // waits for a person
	Select   Kind = "select"   // waits for the first of several things
	Wait     Kind = "wait"     // waits for a time
	If       Kind = "if"       // Blocks[0] when Expr, else Blocks[1] if there
	For      Kind = "for"      // Blocks[0] for every item of Expr, in Var
	While    Kind = "while"    // Blocks[0] while Expr
	Match    Kind = "match"    // the first of Arms whose condition holds
	Parallel Kind = "parallel" // all Blocks at once, joined as Join says
	Filter   Kind = "filter"   // ends a route's flow when Expr is false
	Fail     Kind = "fail"     // raises the fault Type with the fields Expr
	Return   Kind = "return"   // completes with Expr
)

// Step is one statement. Which parts are set depends on Kind.
type Step struct {
	// ID is unique in the flow and survives edits: the variable's name, else the
	// operation with its ordinal ("warehouse.hold#2"), else the kind with its
	// ordinal, else the author's own name for it.
	ID   string           `json:"id"`
	Kind Kind             `json:"kind"`
	At   Place            `json:"at"`
	Var  string           `json:"var,omitempty"`
	Type types.Type       `json:"type,omitzero"` // of Var, or the fault of Fail
	Expr *expression.Tree `json:"expr,omitempty"`
	// Labels are those of Var beside the ones that Type says, sorted: all that is
	// ever assigned to the variable has them, wherever in the flow.
	Labels []string `json:"labels,omitempty"`

	Call   *CallStep   `json:"call,omitempty"`
	Start  *StartStep  `json:"start,omitempty"`
	Send   *SendStep   `json:"send,omitempty"`
	Task   *TaskStep   `json:"task,omitempty"`
	Select *SelectStep `json:"select,omitempty"`
	Wait   *WaitStep   `json:"wait,omitempty"`
	Join   *Join       `json:"join,omitempty"`
	// Arms are the conditions of Match, one per block; the condition of an else
	// arm is nil.
	Arms   []*expression.Tree `json:"arms,omitempty"`
	Blocks []Block            `json:"blocks,omitempty"`
	// Compensate undoes the step once it has completed. It reads the variables
	// as they were when the step completed.
	Compensate *Block `json:"compensate,omitempty"`
}

// Block is a list of steps. Reads are the variables that it reads and does not
// declare itself, sorted: what a compensation has to remember.
type Block struct {
	Name  string   `json:"name,omitempty"` // of a parallel branch
	Steps []Step   `json:"steps"`
	Reads []string `json:"reads,omitempty"`
}

// CallStep asks an endpoint.
type CallStep struct {
	Endpoint  string            `json:"endpoint"` // qualified
	Operation string            `json:"operation"`
	Args      []expression.Tree `json:"args,omitempty"`     // in the order of the operation's parameters
	Labels    []string          `json:"labels,omitempty"`   // of all data that leaves with the call, sorted
	Failover  string            `json:"failover,omitempty"` // qualified; "" is the default failover
	Policy    string            `json:"policy,omitempty"`   // qualified
	// Candidates are all bindings with what the compiler could decide of the
	// policy, in the author's order.
	Candidates []Candidate `json:"candidates"`
	// SameCloudAs is the ID of the step whose cloud this call has to go to: the
	// step that a compensation undoes, where both ask the same endpoint.
	SameCloudAs string `json:"same_cloud_as,omitempty"`
	// Catch are the blocks that handle faults, by qualified fault.
	Catch []Catch `json:"catch,omitempty"`
}

// Candidate is a binding seen by a policy.
type Candidate struct {
	Cloud   string  `json:"cloud"`
	Verdict Verdict `json:"verdict"`
	Because string  `json:"because,omitempty"` // of the rule that decided
}

// Verdict is what a policy says before anything runs.
type Verdict string

// The verdicts. Decide means that the rule needs facts of the run.
const (
	Allow  Verdict = "allow"
	Deny   Verdict = "deny"
	Decide Verdict = "decide"
)

// Catch handles one fault.
type Catch struct {
	Fault string `json:"fault"` // qualified
	Var   string `json:"var,omitempty"`
	Block Block  `json:"block"`
}

// StartStep starts a process.
type StartStep struct {
	Process string            `json:"process"` // qualified
	Args    []expression.Tree `json:"args,omitempty"`
}

// SendStep puts a message into a channel.
type SendStep struct {
	Channel string `json:"channel"` // qualified
}

// TaskStep asks a person. The step's Type is the form.
type TaskStep struct {
	Name string `json:"name"`
	Role string `json:"role"` // qualified
	// Args are what the person is shown, under the names in Shows.
	Args  []expression.Tree `json:"args,omitempty"`
	Shows []string          `json:"shows,omitempty"`
	DueNs int64             `json:"due_ns,omitempty"` // 0: never
	Else  *Block            `json:"else,omitempty"`   // when nobody decided in time
}

// SelectStep waits for the first of its arms.
type SelectStep struct {
	On    []OnArm    `json:"on,omitempty"`
	After []AfterArm `json:"after,omitempty"`
}

// OnArm waits for an event. The event matches when its field Path equals Equals,
// and Where holds, which reads the event in Var. A nil Equals matches by Where
// alone.
type OnArm struct {
	Event  string           `json:"event"` // qualified
	Var    string           `json:"var,omitempty"`
	Path   []string         `json:"path,omitempty"`
	Equals *expression.Tree `json:"equals,omitempty"`
	// ByKey says that Equals is the key of the process, so that the event can be
	// sent to the one shard that owns the instance.
	ByKey bool             `json:"by_key,omitempty"`
	Where *expression.Tree `json:"where,omitempty"`
	Block Block            `json:"block"`
}

// AfterArm fires when the time is over.
type AfterArm struct {
	DelayNs int64 `json:"delay_ns"`
	Block   Block `json:"block"`
}

// WaitStep waits for DelayNs, or until Until, a timestamp.
type WaitStep struct {
	DelayNs int64            `json:"delay_ns,omitempty"`
	Until   *expression.Tree `json:"until,omitempty"`
}

// Join says when a parallel step goes on.
type Join struct {
	// Need is how many branches have to finish; 0 means all.
	Need int `json:"need,omitempty"`
	// Keep lets the others run on; otherwise they are cancelled.
	Keep bool `json:"keep,omitempty"`
}
