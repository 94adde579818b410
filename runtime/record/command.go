package record

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"github.com/cob-lang/cob/lang/types"
)

// Instant is a point in time: nanoseconds since 1970 UTC. It reaches the pure
// rooms only inside commands and events.
type Instant int64

// Command is a wish that one shard decides. The concrete types are below.
type Command interface{ command() }

// StartInstance asks for an instance of a process. The same process and key are
// the same instance, however often it is asked for.
type StartInstance struct {
	Process string // qualified
	Key     string
	Input   map[string]types.Value // by parameter; already checked against the types
	// Plan pins a plan digest; "" is the active plan of the package.
	Plan string
	// Watch, if set, is told when the instance ends. Where that starts it, the
	// instance is its child.
	Watch Watch
	// Deadline bounds how long the instance may take, beside the deadline of its
	// process; 0 is none.
	Deadline Instant
	// Depth is how many instances wait for it, one for the other; 0 for none.
	Depth uint32
}

// DeliverMessage hands a message of a channel to the route that reads it.
// Messages of one channel reach one shard in the order of Position.
type DeliverMessage struct {
	Route    string // qualified
	Channel  string
	Position uint64 // in the channel's stream
	// After is the Position of the message that this shard took before. Where
	// the shard took another one, the message is refused as out of order, so that
	// a message that was refused is never passed by its successors.
	After   uint64
	Message string // the message's ID; "" is named by its position
	Payload types.Value
	// Problem says why the payload does not fit the channel's type; Payload is
	// then the message as it came (json or a string). The message goes to the
	// dead letters, once.
	Problem string
}

// DeliverEvent hands an event to every instance of this shard that waits for
// it, and keeps it until Until for those that will.
type DeliverEvent struct {
	Type    string // qualified
	ID      string // the same ID twice is the same event
	Payload map[string]types.Value
	// Instance, if set, is the only instance that the event concerns.
	Instance string
	Until    Instant
}

// Outcome is how an attempt ended.
type Outcome string

// The outcomes of an attempt.
const (
	// Succeeded: the target did it; Value is its answer.
	Succeeded Outcome = "succeeded"
	// Raised: the target answered with a declared fault.
	Raised Outcome = "raised"
	// Refused: the target certainly did not do it (no connection, 429, 503 with
	// Retry-After), or doing it again does no harm.
	Refused Outcome = "refused"
	// Unknown: the target may have done it (cut off, timed out, garbage, other 5xx).
	Unknown Outcome = "unknown"
	// Rejected: the target will never do it (4xx, an answer that does not fit).
	Rejected Outcome = "rejected"
)

// AttemptEnded says how an attempt of a step's effect ended.
type AttemptEnded struct {
	Instance   string
	Activation uint32
	Attempt    uint32
	Outcome    Outcome
	Value      types.Value            // of Succeeded
	Fault      string                 // of Raised, qualified
	Fields     map[string]types.Value // of Raised
	Detail     string                 // for people; never holds labelled data
	TookNs     int64
	// Cloud is where the answer came from, where that is another one than was asked:
	// an idempotent call may be sent to a second one.
	Cloud string
}

// TimerDue says that the time of an activation's timer has come. Without an
// instance it says that kept events may be too old, or have not reached all yet.
type TimerDue struct {
	Instance   string
	Activation uint32
	Due        Instant // the time that was set; another one is stale
}

// ClaimTask reserves a task for one person. Groups are those that the identity
// provider says.
type ClaimTask struct {
	Instance   string
	Activation uint32
	By         string
	Groups     []string
	Request    Request
}

// CompleteTask answers a task. Form was checked against the task's type.
type CompleteTask struct {
	Instance   string
	Activation uint32
	By         string
	Groups     []string
	Form       types.Value
}

// CancelInstance stops an instance and compensates what it did.
type CancelInstance struct {
	Instance string
	By       string
	Reason   string
	Request  Request
}

// RetryInstance lets an instance in incident try again.
type RetryInstance struct {
	Instance string
	By       string
	Reason   string
	Request  Request
}

// ActivatePlan makes a plan the one that new instances start with. The plan
// itself has been stored before.
type ActivatePlan struct {
	Package string
	Digest  string
	// Rollouts are of processes of the package that not all start with it at once. All
	// others of the package end.
	Rollouts []SetRollout
}

func (StartInstance) command()  {}
func (DeliverMessage) command() {}
func (DeliverEvent) command()   {}
func (AttemptEnded) command()   {}
func (TimerDue) command()       {}
func (ClaimTask) command()      {}
func (CompleteTask) command()   {}
func (CancelInstance) command() {}
func (RetryInstance) command()  {}
func (ActivatePlan) command()   {}

// Code names a reason for which a command was rejected.
type Code string

// The reasons.
const (
	NotFound     Code = "not_found"     // no such instance, process, task
	WrongState   Code = "wrong_state"   // it exists, but not in a state for this
	Busy         Code = "busy"          // a limit is reached; try again later
	Forbidden    Code = "forbidden"     // a policy or role says no
	Invalid      Code = "invalid"       // the data does not fit
	UnknownPlan  Code = "unknown_plan"  // no plan of this digest here
	AlreadyTaken Code = "already_taken" // somebody else claimed the task
)

// Rejection says why a command changed nothing. It is also an error.
type Rejection struct {
	Code   Code
	Detail string // what, where and the way out
}

func (r *Rejection) Error() string { return r.Detail }

// Reply answers a command once its events are durable.
type Reply struct {
	Rejected *Rejection
	// Instance is the one that was started or acted on.
	Instance string
	// Existing says that it was there before: the command came twice.
	Existing bool
	// Matched counts the instances that took an event with this command. Where
	// very many wait for it, the others take it soon after.
	Matched int
	// Ended is how the instance ended that was to be watched and is over.
	Ended *Ending
	// Stays is why an instance that was to be migrated goes on with the plan that it
	// has, as the journal says, too; "" where it was migrated. It stays on its node.
	Stays string
}

// InstanceID is the name of the instance of a process with a key: the same
// everywhere and forever, so that whoever starts it twice starts it once.
func InstanceID(process, key string) string {
	sum := sha256.Sum256([]byte(process + "\x00" + key))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// ShardOf says which of n shards owns an instance, or a cell with the parts that
// belong to it.
func ShardOf(instance string, n int) int {
	owner, _, _ := strings.Cut(instance, ".")
	sum := sha256.Sum256([]byte(owner))
	return int(binary.BigEndian.Uint32(sum[:4]) % uint32(n))
}
