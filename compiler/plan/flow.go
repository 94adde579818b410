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

	Begin      Kind = "begin"      // starts Call and does not wait; Var is its handle
	Child      Kind = "child"      // starts Start.Process and waits for its result, in Var
	Await      Kind = "await"      // waits for the handle Expr; its result is in Var
	Publish    Kind = "publish"    // publishes Expr, an event of the type Type
	Race       Kind = "race"       // all Blocks at once; the first that succeeds cancels the rest
	Each       Kind = "each"       // Blocks[0] for every item of Expr, in Var, several at once: Each
	Try        Kind = "try"        // Blocks[0], with Try
	Scope      Kind = "scope"      // Blocks[0], with Scope
	Critical   Kind = "critical"   // Blocks[0], alone among all steps of this kind and Name in the instance
	Interleave Kind = "interleave" // all Blocks, one at a time, each after those in its After
	Milestone  Kind = "milestone"  // Name holds from here to the end of the block
	During     Kind = "during"     // Blocks[0] while the milestone Name holds, else Blocks[1] if there
	Cancel     Kind = "cancel"     // withdraws what Name is: the id of a step, "id/branch", or "" for the instance
	End        Kind = "end"        // completes the instance with Expr, whatever else runs
	Machine    Kind = "machine"    // states: Machine
	Goto       Kind = "goto"       // goes on in the state Name of the innermost machine
	Continue   Kind = "continue"   // the instance begins again as Start says, with a fresh history
	Progress   Kind = "progress"   // shows the text Expr
	Audit      Kind = "audit"      // keeps the text Expr in the audit log
	Report     Kind = "report"     // makes a report: Report, and Call where it is sent

	Dedupe     Kind = "dedupe"     // ends the flow for a message whose key Expr was there before: Stream
	Split      Kind = "split"      // the rest of the flow for every item of Expr, in Var
	Aggregate  Kind = "aggregate"  // gathers messages by Expr; the rest of the flow once per group: Stream
	Resequence Kind = "resequence" // goes on in the order of Expr: Stream
	Throttle   Kind = "throttle"   // goes on so often at most: Stream
	Delay      Kind = "delay"      // goes on later: Wait
	Sample     Kind = "sample"     // goes on for a part of the messages: Stream
	Tap        Kind = "tap"        // as Send, and its failure does not stop the flow
	Claim      Kind = "claim"      // stores Expr; Var is a handle by which it is had again
	Slip       Kind = "slip"       // sends the message along the channels that Expr names: Slip
	Reply      Kind = "reply"      // sends Expr to where the message wants its answer
)

// Kinds are all kinds of steps.
func Kinds() []Kind {
	return []Kind{
		Let, Call, Start, Send, Task, Select, Wait, If, For, While, Match, Parallel, Filter, Fail, Return,
		Begin, Child, Await, Publish, Race, Each, Try, Scope, Critical, Interleave, Milestone, During, Cancel, End,
		Machine, Goto, Continue, Progress, Audit, Report,
		Dedupe, Split, Aggregate, Resequence, Throttle, Delay, Sample, Tap, Claim, Slip, Reply,
	}
}

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
	// Name is the critical section, milestone, state, report or step that the kind
	// speaks of.
	Name    string       `json:"name,omitempty"`
	Each    *EachStep    `json:"each,omitempty"`
	Try     *TryStep     `json:"try,omitempty"`
	Scope   *ScopeStep   `json:"scope,omitempty"`
	Machine *MachineStep `json:"machine,omitempty"`
	Report  *ReportStep  `json:"report,omitempty"`
	Stream  *StreamStep  `json:"stream,omitempty"`
	Slip    []string     `json:"slip,omitempty" to:"channel"` // qualified channels, in the author's order
	Await   *AwaitStep   `json:"await,omitempty"`
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
	// After are the names of the blocks beside this one that have to end before it
	// begins, in the author's order.
	After []string `json:"after,omitempty"`
}

// CallStep asks an endpoint.
type CallStep struct {
	Endpoint  string            `json:"endpoint" to:"endpoint"` // qualified
	Operation string            `json:"operation"`
	Args      []expression.Tree `json:"args,omitempty"`                   // in the order of the operation's parameters
	Labels    []string          `json:"labels,omitempty"`                 // of all data that leaves with the call, sorted
	Failover  string            `json:"failover,omitempty" to:"failover"` // qualified; "" is the default failover
	Policy    string            `json:"policy,omitempty" to:"policy"`     // qualified
	// Candidates are all bindings with what the compiler could decide of the
	// policy, in the author's order.
	Candidates []Candidate `json:"candidates"`
	// SameCloudAs is the ID of the step whose cloud this call has to go to: the
	// step that a compensation undoes, where both ask the same endpoint.
	SameCloudAs string `json:"same_cloud_as,omitempty"`
	// Catch are the blocks that handle faults, by qualified fault.
	Catch []Catch `json:"catch,omitempty"`
	// TimeoutNs bounds one attempt, Retry says how often, Key names the effect at the
	// target; where they are not set the operation and the failover decide.
	TimeoutNs int64            `json:"timeout_ns,omitempty"`
	Retry     *Retry           `json:"retry,omitempty"`
	Key       *expression.Tree `json:"key,omitempty"`
}

// Retry is how often a call is attempted in all, and how long it pauses between
// two attempts.
type Retry struct {
	Tries        int   `json:"tries"`
	BackoffMinNs int64 `json:"backoff_min_ns,omitempty"`
	BackoffMaxNs int64 `json:"backoff_max_ns,omitempty"`
}

// Candidate is a binding seen by a policy.
type Candidate struct {
	Cloud   string  `json:"cloud" to:"cloud"`
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
	Fault string `json:"fault" to:"type?"` // qualified; "" is every fault that no other block handles
	Var   string `json:"var,omitempty"`
	Block Block  `json:"block"`
}

// StartStep starts a process.
type StartStep struct {
	Process string            `json:"process" to:"process"` // qualified
	Args    []expression.Tree `json:"args,omitempty"`
}

// SendStep puts a message into a channel.
type SendStep struct {
	Channel string `json:"channel" to:"channel"` // qualified
}

// TaskStep asks a person. The step's Type is the form.
type TaskStep struct {
	Name string `json:"name"`
	Role string `json:"role" to:"role"` // qualified
	// Args are what the person is shown, under the names in Shows.
	Args  []expression.Tree `json:"args,omitempty"`
	Shows []string          `json:"shows,omitempty"`
	DueNs int64             `json:"due_ns,omitempty"` // 0: never
	Else  *Block            `json:"else,omitempty"`   // when nobody decided in time
	// RemindNs is how often the role is reminded; 0: never.
	RemindNs int64 `json:"remind_ns,omitempty"`
	// EscalateNs is when the task is shown to the role EscalateTo as well; 0: never.
	EscalateNs int64  `json:"escalate_ns,omitempty"`
	EscalateTo string `json:"escalate_to,omitempty" to:"role"` // qualified
	// Labels are those of each of Args beside the ones that its type says, sorted;
	// none where no argument has any.
	Labels [][]string `json:"labels,omitempty"`
	// Users and Groups, where they are set, are lists of strings: who may do the task
	// beside those of the role.
	Users  *expression.Tree `json:"users,omitempty"`
	Groups *expression.Tree `json:"groups,omitempty"`
	// Priority is from 0 to 100: the more urgent the higher.
	Priority int `json:"priority,omitempty"`
}

// SelectStep waits for the first of its arms.
type SelectStep struct {
	On    []OnArm    `json:"on,omitempty"`
	After []AfterArm `json:"after,omitempty"`
	// Else runs when none of the arms can go at once.
	Else *Block `json:"else,omitempty"`
}

// OnArm waits for an event, a message of a channel or of an endpoint, or a
// handle: exactly one of Event, Channel, Receive and Handle is set. What comes
// matches when its field Path equals Equals, and Where holds, which reads it in
// Var. A nil Equals matches by Where alone.
type OnArm struct {
	Event   string           `json:"event,omitempty" to:"type"`      // qualified
	Channel string           `json:"channel,omitempty" to:"channel"` // qualified
	Receive string           `json:"receive,omitempty"`              // "shop.ward.readings": an endpoint and what it receives
	Handle  *expression.Tree `json:"handle,omitempty"`
	// Transient says that only what comes while the arm waits counts.
	Transient bool `json:"transient,omitempty"`

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

// WaitStep waits for DelayNs, or for For, a duration, or until Until, a timestamp.
// What is negative or over does not wait.
type WaitStep struct {
	DelayNs int64            `json:"delay_ns,omitempty"`
	For     *expression.Tree `json:"for,omitempty"`
	Until   *expression.Tree `json:"until,omitempty"`
}

// Join says when a parallel step goes on.
type Join struct {
	// Need is how many branches have to finish; 0 means all.
	Need int `json:"need,omitempty"`
	// Keep lets the others run on; otherwise they are cancelled.
	Keep bool `json:"keep,omitempty"`
	// Count is Need where it is known only at run time; When is asked whenever a
	// branch has ended, and its being true is enough.
	Count *expression.Tree `json:"count,omitempty"`
	When  *expression.Tree `json:"when,omitempty"`
}
