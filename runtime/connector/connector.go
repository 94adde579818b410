package connector

import (
	"context"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// Request is one attempt of one effect.
type Request struct {
	Endpoint  string // qualified
	Operation string
	Cloud     string                 // which binding
	Args      map[string]types.Value // by parameter; read, never changed
	// Key names the effect at the target: equal for every attempt of it.
	Key string
	// TimeoutNs bounds the attempt in nanoseconds, from when it has a place among
	// the calls of its binding; 0 is the operation's own bound, else the
	// connector's default.
	TimeoutNs int64

	// What the attempt belongs to: for the target's logs and for ours.
	Instance   string
	Activation uint32
	Attempt    uint32
}

// Sign is what a Reply says about the health of the target, apart from what it
// says about the request: a refused card comes from a service in good health.
type Sign uint8

// The signs.
const (
	// Silent: nothing was learned, for the request did not leave (a limit here,
	// an argument that cannot be sent, a node that stops).
	Silent Sign = iota
	// Alive: the target answered as a working service does.
	Alive
	// Failing: no connection, no answer, garbage, or an error of its own (5xx).
	Failing
)

func (s Sign) String() string {
	switch s {
	case Alive:
		return "alive"
	case Failing:
		return "failing"
	}
	return "silent"
}

// Reply is how an attempt ended.
type Reply struct {
	Outcome record.Outcome
	Value   types.Value            // of Succeeded; fits the operation's result
	Fault   string                 // of Raised, qualified
	Fields  map[string]types.Value // of Raised; fit the fault
	// Detail tells a person what happened. It holds addresses without
	// credentials, states and field paths, never data that was sent or received.
	Detail string
	TookNs int64 // of the attempt, without the wait for a place
	Sign   Sign
}

// Ended is the reply as the command that tells the engine.
func (r Reply) Ended(q Request) record.AttemptEnded {
	return record.AttemptEnded{
		Instance: q.Instance, Activation: q.Activation, Attempt: q.Attempt,
		Outcome: r.Outcome, Value: r.Value, Fault: r.Fault, Fields: r.Fields,
		Detail: r.Detail, TookNs: r.TookNs,
	}
}

// Sink carries out requests. It may be used by any number of goroutines.
type Sink interface {
	// Do carries out one attempt. A connector may let it wait for a place first,
	// which is no attempt and has no bound in time. From then on it always gives a
	// Reply when the request's time is over, and at any time when ctx ends or the
	// Connector is closed.
	Do(ctx context.Context, q Request) Reply
	// Probe asks whether the binding can be reached at all, without doing
	// anything there. Sign is Alive or Failing, or Silent where the protocol
	// cannot tell.
	Probe(ctx context.Context, endpoint, cloud string, timeoutNs int64) Reply
}

// Settings finds what the node's environment supplies; ok is false where it
// supplies nothing under this name.
type Settings func(name string, secret bool) (value string, ok bool)

// Connector is one protocol.
type Connector interface {
	// Name is the name that endpoints use: "http".
	Name() string
	// Bind prepares the endpoints of p that use this connector. What it shares
	// between plans (connections) outlives the Sink. Errors: *SettingsError and
	// *UnfitError, joined, with all that is wrong at once; what keeps it from
	// preparing anything.
	Bind(p *plan.Plan, settings Settings) (Sink, error)
	// Close ends everything that is under way: calls not answered yet end with
	// Refused or Unknown.
	Close() error
}
