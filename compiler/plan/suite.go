package plan

import (
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// Suite holds the test blocks of a package. It is compiled beside the plan and
// is no part of the plan's digest: a test never changes what runs.
type Suite struct {
	Tests []Test `json:"tests,omitempty"`
}

// Test is one test block. All expressions are constant.
type Test struct {
	Name  string     `json:"name"`
	At    Place      `json:"at"`
	Steps []TestStep `json:"steps,omitempty"` // in the author's order
}

// TestStep is one line of a test: exactly one of Given, When and Then is set.
type TestStep struct {
	At    Place  `json:"at"`
	Given *Given `json:"given,omitempty"`
	When  *When  `json:"when,omitempty"`
	Then  *Then  `json:"then,omitempty"`
}

// GivenKind is what the world of a test is told to do.
type GivenKind string

// What can be given. All but Down, Partitioned and Now are answers.
const (
	GivenReturns GivenKind = "returns"
	GivenRaises  GivenKind = "raises"
	GivenFails   GivenKind = "fails"   // it cannot be reached; certainly nothing was done
	GivenRejects GivenKind = "rejects" // it will never do it
	GivenSilent  GivenKind = "silent"  // it did it, and nobody hears of it
	GivenGarbage GivenKind = "garbage" // what it answers cannot be read
	GivenDown    GivenKind = "down"    // the endpoint, or the whole cloud, cannot be reached
	// GivenPartitioned: what is sent to the endpoint, or to the whole cloud, does not arrive,
	// and neither does what comes back; who calls cannot know which.
	GivenPartitioned GivenKind = "partitioned"
	GivenNow         GivenKind = "now" // what the clock says
)

// Given says how a mocked operation or process answers, that a place is down, or
// what time it is.
type Given struct {
	Kind      GivenKind `json:"kind"`
	Endpoint  string    `json:"endpoint,omitempty"`
	Operation string    `json:"operation,omitempty"`
	Process   string    `json:"process,omitempty"` // that is mocked instead of an operation
	Cloud     string    `json:"cloud,omitempty"`   // "": everywhere
	// Args, where WithArgs, are those that a call has to have.
	Args     []expression.Tree `json:"args,omitempty"`
	WithArgs bool              `json:"with_args,omitempty"`
	Returns  *expression.Tree  `json:"returns,omitempty"`
	Raises   string            `json:"raises,omitempty"`
	Fields   *expression.Tree  `json:"fields,omitempty"`
	Reason   string            `json:"reason,omitempty"`   // of GivenRejects
	TakesNs  int64             `json:"takes_ns,omitempty"` // until the answer
	Times    int               `json:"times,omitempty"`    // how many calls it answers; 0: all, until the next
	// AfterCalls is how many calls a place still answers before it is down, ForNs how
	// long it is down then; 0: for ever.
	AfterCalls int    `json:"after_calls,omitempty"`
	ForNs      int64  `json:"for_ns,omitempty"`
	NowNs      *int64 `json:"now_ns,omitempty"` // since 1970 UTC
}

// WhenKind is what somebody does.
type WhenKind string

// What can be done in a test.
const (
	WhenStart    WhenKind = "start"    // of a process
	WhenPublish  WhenKind = "publish"  // of an event
	WhenSend     WhenKind = "send"     // of a message to a channel
	WhenComplete WhenKind = "complete" // of a task
	WhenClaim    WhenKind = "claim"    // of a task
	WhenAdvance  WhenKind = "advance"  // time goes on
	WhenCancel   WhenKind = "cancel"   // of the latest instance of a process
	WhenRetry    WhenKind = "retry"    // of a step that waits for a person
	WhenCrash    WhenKind = "crash"    // now, or where Step is reached the next time
	WhenReload   WhenKind = "reload"   // the same plan is activated once more, or another version
)

// When is something that somebody does.
type When struct {
	Kind    WhenKind          `json:"kind"`
	Process string            `json:"process,omitempty"`
	Args    []expression.Tree `json:"args,omitempty"`
	Event   string            `json:"event,omitempty"`
	Channel string            `json:"channel,omitempty"`
	Value   *expression.Tree  `json:"value,omitempty"` // the event, the message or the form
	Task    string            `json:"task,omitempty"`
	By      string            `json:"by,omitempty"`
	// As is the role, qualified, that who acts on a task has, and no other one; Groups are
	// those of the role. "": whoever acts has the groups of the task.
	As      string    `json:"as,omitempty"`
	Groups  []string  `json:"groups,omitempty"`
	ForNs   int64     `json:"for_ns,omitempty"`   // of WhenAdvance
	UntilNs *int64    `json:"until_ns,omitempty"` // of WhenAdvance, instead
	Step    *StepName `json:"step,omitempty"`
	Before  bool      `json:"before,omitempty"` // of WhenCrash: before the step is durable
	// With is, of WhenReload, the directory of another version of the package, from that of
	// the package on; "" for the same plan.
	With string `json:"with,omitempty"`
}

// StepName names a step of a process or a route.
type StepName struct {
	Flow string `json:"flow"` // qualified
	Step string `json:"step"`
}

// ThenKind is what an assertion is about.
type ThenKind string

// What can be asserted.
const (
	ThenReturns   ThenKind = "returns"
	ThenFails     ThenKind = "fails"
	ThenCancelled ThenKind = "cancelled"
	ThenWaits     ThenKind = "waits"
	ThenIncident  ThenKind = "incident"
	ThenCalled    ThenKind = "called"
	ThenOrder     ThenKind = "order" // Calls, one after the other
	ThenUndone    ThenKind = "undone"
	ThenPublished ThenKind = "published"
	ThenSent      ThenKind = "sent"
	ThenStarted   ThenKind = "started"
	ThenTask      ThenKind = "task"
	ThenProgress  ThenKind = "progress"
	ThenAudit     ThenKind = "audit"
	ThenReport    ThenKind = "report"
	ThenWithin    ThenKind = "within"
	ThenCost      ThenKind = "cost"
	ThenRan       ThenKind = "ran"
	ThenRefused   ThenKind = "refused" // who acted on a task on the line before might not
)

// Then is one assertion. Never turns it round.
type Then struct {
	Kind  ThenKind `json:"kind"`
	Never bool     `json:"never,omitempty"`
	// Fault of fails, qualified.
	Fault string `json:"fault,omitempty"`
	// Expr is the value of returns, the fields of fails, published and report where
	// given.
	Expr    *expression.Tree `json:"expr,omitempty"`
	Type    types.Type       `json:"type,omitzero"`
	Call    *CallMatch       `json:"call,omitempty"`
	Calls   []CallMatch      `json:"calls,omitempty"`
	Process string           `json:"process,omitempty"`
	Event   string           `json:"event,omitempty"`
	Channel string           `json:"channel,omitempty"`
	// Args, where WithArgs, are those that a start or a message has to have.
	Args     []expression.Tree `json:"args,omitempty"`
	WithArgs bool              `json:"with_args,omitempty"`
	Times    int               `json:"times,omitempty"` // 0: at least once
	Cloud    string            `json:"cloud,omitempty"`
	Steps    []StepName        `json:"steps,omitempty"` // of waits, incident, undone, ran
	Task     string            `json:"task,omitempty"`
	Past     bool              `json:"past,omitempty"` // of task: at any time
	Text     string            `json:"text,omitempty"` // of progress and audit; the name of a report; a part of the reason of refused
	WithinNs int64             `json:"within_ns,omitempty"`
	Cost     string            `json:"cost,omitempty"` // "0.05 EUR"
}

// CallName names an operation of an endpoint.
type CallName struct {
	Endpoint  string `json:"endpoint"` // qualified
	Operation string `json:"operation"`
}

// CallMatch is fitted by the calls of an operation; where WithArgs, by those with
// these arguments.
type CallMatch struct {
	CallName
	Args     []expression.Tree `json:"args,omitempty"`
	WithArgs bool              `json:"with_args,omitempty"`
}

// Operations are all operations that a test names.
func (t *Test) Operations() []CallName {
	var out []CallName
	for i := range t.Steps {
		s := &t.Steps[i]
		if s.Given != nil && s.Given.Operation != "" {
			out = append(out, CallName{s.Given.Endpoint, s.Given.Operation})
		}
		if s.Then != nil {
			for _, c := range s.Then.Calls {
				out = append(out, c.CallName)
			}
			if s.Then.Call != nil {
				out = append(out, s.Then.Call.CallName)
			}
		}
	}
	return out
}
