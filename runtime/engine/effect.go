package engine

import (
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// Effect is something that has to happen outside the shard, once the events that
// ask for it are durable. The concrete types are those of this file. Whoever
// carries it out tells how it ended with record.AttemptEnded, naming Instance,
// Activation and Attempt of its Target.
//
// The same effect may leave more than once (after a crash, or from another
// cloud), always with the same Key.
type Effect interface {
	// Of says what the effect belongs to.
	Of() Target
}

// Target names one attempt of one effect.
type Target struct {
	Instance   string
	Activation uint32
	Attempt    uint32
	// Key names the effect at its target: equal for every attempt, after every
	// crash, and in every cloud.
	Key string
	// Again says that the attempt may have left before, from a process that died
	// or lost the shard, and that nobody knows what became of it then.
	Again bool
}

// Outcome is what an attempt has come to for the engine. Where it left twice,
// the second being refused says nothing about the first, which may be done.
func (t Target) Outcome(o record.Outcome) record.Outcome {
	if t.Again && o == record.Refused {
		return record.Unknown
	}
	return o
}

// Of is t itself.
func (t Target) Of() Target { return t }

// Call asks an endpoint.
type Call struct {
	Target
	Plan      string // digest of the plan that declares the endpoint
	Endpoint  string // qualified
	Operation string
	Cloud     string
	Args      map[string]types.Value // by parameter
	TimeoutNs int64                  // bound of this attempt
	// Until is when nobody waits for the answer any more, 0 for never.
	Until record.Instant
	// Settlement says that the attempt only finds out what an earlier one did.
	Settlement bool
	// Persistent says that it can go nowhere else and is not given up: a breaker lets
	// it pass.
	Persistent bool
	// Hedge says when it may be sent a second time, to one of Elsewhere, best first;
	// nil where sending it twice could do harm.
	Hedge     *plan.Hedge
	Elsewhere []string
}

// Start starts an instance, perhaps in another shard. It Succeeded when the
// instance exists, whether it did before or not; Rejection codes Busy and
// UnknownPlan are Refused, the others are Rejected.
type Start struct {
	Target
	Process  string                 // qualified
	Plan     string                 // digest; "" is the active plan of the process's package
	Business string                 // the key of the new instance
	Input    map[string]types.Value // by parameter
	// Watch is who waits for the end of the instance, if anybody. Where it is
	// over already (Reply.Ended), that is told with record.ChildEnded instead of how
	// the attempt ended.
	Watch record.Watch
	// Deadline is when the instance has to be over, 0 for never.
	Deadline record.Instant
	// Depth is how many instances wait for it, one for the other; 0 where nobody does.
	Depth uint32
}

// Send puts a message into a channel, under Key as the message's ID. The payload
// of a dead letter is the record {reason, path, message}.
type Send struct {
	Target
	Plan    string // digest of the plan that declares the channel
	Channel string // qualified
	Payload types.Value
}

// Publish hands an event, under Key as its ID, to all who wait for it or will,
// wherever they are.
type Publish struct {
	Target
	Plan    string // digest of the plan that publishes it
	Event   string // qualified
	Payload map[string]types.Value
}

// Tell brings the news of the end of an instance to one that waits for it. It
// Succeeded when the shard of the one that waits has decided the news.
type Tell struct {
	Target
	News record.ChildEnded
}

// Recall says that a child is not wanted any more. It Succeeded when the child's
// shard has decided that; rejected, it is Refused.
type Recall struct {
	Target
	Order record.RecallChild
}
