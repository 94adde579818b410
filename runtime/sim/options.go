package sim

import (
	"fmt"
	"strings"

	"github.com/cob-lang/cob/runtime/engine"
)

// Bounds of Options.
const (
	MaxOrders  = 10_000
	MaxShards  = 64
	MaxWorkers = 16
)

// Load is what the instances of a world run.
type Load struct {
	// Programs are versions of one package; the first is active from the
	// beginning, the others are deployed while it runs.
	Programs []*engine.Program
	// Starts are what clients ask for.
	Starts []Start
	// Messages go into channels in this order.
	Messages []Message
	// Events are published at some time by somebody.
	Events []Event
	// Answer gives the forms that people fill in: the value for a task. It must
	// depend on its arguments alone. Nil: nobody answers.
	Answer func(task engine.Task) (form any, does bool)
	// Behave is what the services of the outside decide. It must depend on its
	// arguments alone. A zero Answer is success without a value.
	Behave func(Ask) Answer
	// Operated says that operators meddle: they terminate, skip, resume, retry and let
	// instances go back, and not only where there is an incident.
	Operated bool
	// Jumps says that clocks jump, in one world of four. What is remembered for a time
	// only, such as the ID of an event, may be forgotten by that.
	Jumps bool
	// Judge says what is wrong with what everything came to, "" where nothing is. Nil:
	// only the promises of the engine count.
	Judge func(Story) string
}

// Story is what everything in a world came to.
type Story struct {
	Channels map[string][]Message // by channel, in their order
	Results  map[string]any       // of processes, by "package.Process key"
}

// Start is one wish for an instance.
type Start struct {
	Process string
	Key     string
	Input   map[string]any
	// Cancelled says that somebody cancels it at some time.
	Cancelled bool
}

// Message is one message in a channel.
type Message struct {
	Channel string
	ID      string
	Payload any
	Problem string
}

// Event is one event that happens.
type Event struct {
	Type    string
	ID      string
	Payload map[string]any
	// Instance is the one that it concerns, "" for all.
	Instance string
}

// Ask is a request as a service sees it.
type Ask struct {
	Endpoint, Operation, Cloud, Key string
	Args                            map[string]any
}

// Answer is what a service decides for a key, once and for all.
type Answer struct {
	// Fault is raised, with Fields; "" for none.
	Fault  string
	Fields map[string]any
	// Reject says that it will never do it.
	Reject bool
	// Value is the result.
	Value any
	// Unit names what was done, so that it can be undone; "" where nothing is
	// counted. Undoes names the unit that is undone.
	Unit, Undoes string
}

// Options describe one run.
type Options struct {
	Seed uint64
	// Load runs; nil is one that the seed chooses.
	Load *Load
	// Shards is a count, 1..MaxShards; 0 is 3.
	Shards int
	// Workers is a count, 1..MaxWorkers; 0 is 3.
	Workers int
	// Storm is how long faults happen, in nanoseconds of virtual time; 0 is 40 s,
	// negative is no faults at all.
	Storm int64
	// Plant is a bug that is built in on purpose.
	Plant Bug
	// Trace says that Result.Trace is wanted. It is always there after a failure.
	Trace bool
}

// OptionError says which option is outside its bounds.
type OptionError struct {
	Field    string
	Value    int
	Min, Max int
}

func (e *OptionError) Error() string {
	return fmt.Sprintf("simulation option %s is %d: want %d to %d", e.Field, e.Value, e.Min, e.Max)
}

// Validate says which option is outside its bounds, as an *OptionError.
func (o Options) Validate() error {
	for _, b := range []OptionError{
		{"Shards", o.Shards, 0, MaxShards},
		{"Workers", o.Workers, 0, MaxWorkers},
	} {
		if b.Value < b.Min || b.Value > b.Max {
			return &b
		}
	}
	if o.Load != nil && len(o.Load.Starts) > MaxOrders {
		return &OptionError{"Load.Starts", len(o.Load.Starts), 0, MaxOrders}
	}
	return nil
}

func (o Options) filled() Options {
	if o.Shards == 0 {
		o.Shards = 3
	}
	if o.Workers == 0 {
		o.Workers = 3
	}
	if o.Storm == 0 {
		o.Storm = int64(40 * second)
	}
	if o.Load == nil {
		o.Load = loadOf(o.Seed)
	}
	return o
}

// Bug is a mistake that is planted to see that the simulation finds it.
type Bug string

// The bugs.
const (
	NoBug               Bug = ""
	EffectsBeforeCommit Bug = "effects leave before the commit"
	AnswerBeforeCommit  Bug = "clients are answered before the commit"
	NoDeduplication     Bug = "a start asked for again is another instance"
	NoDispatchAgain     Bug = "effects under way are not sent again after a take-over"
	NoSettlement        Bug = "what an unknown attempt did is taken for nothing"
	TrustRefusedAgain   Bug = "a refusal is believed although the attempt left twice"
	EarlyTimers         Bug = "timers fire before their time"
	SnapshotOffByOne    Bug = "a snapshot claims one commit less than it holds"
	ForgetfulDisk       Bug = "the disk loses its last commit in a crash"
	PumpOwnPosition     Bug = "a pump trusts its own position after a restart"
	KeepAfterLoss       Bug = "an owner goes on after an append of unknown outcome"
	NoFence             Bug = "a fenced owner appends all the same"
	ReadsBeforeTheFence Bug = "a new owner reads the journal before it fences the old one"
	OldAnswers          Bug = "the answer to an append of an earlier owner counts for the present one"
	QueriesBeforeCommit Bug = "a query sees what is not durable"
	VerbsForgotten      Bug = "an operator is told yes, and nothing is written"
	BareTerminate       Bug = "a terminate says nothing of what it leaves"
	SkipWhatComesNext   Bug = "a skip asked for again skips what comes next"
	VerbsWithoutNames   Bug = "a verb that comes twice is another verb"
	BackWithoutUndo     Bug = "going back undoes nothing"
	ClaimsBindNobody    Bug = "an answer counts for whoever claimed the task"
	LateAnswers         Bug = "an answer is taken for good although the task is over"
	ForgottenVersions   Bug = "a new owner knows the newest version only"
	LostInTheJump       Bug = "a timer that is not due when its alarm rings is forgotten"
)

// Bugs are all that can be planted.
func Bugs() []Bug {
	return []Bug{
		EffectsBeforeCommit, AnswerBeforeCommit, NoDeduplication, NoDispatchAgain, NoSettlement, TrustRefusedAgain,
		EarlyTimers, SnapshotOffByOne, ForgetfulDisk, PumpOwnPosition, KeepAfterLoss,
		NoFence, ReadsBeforeTheFence, OldAnswers, QueriesBeforeCommit,
		VerbsForgotten, BareTerminate, SkipWhatComesNext, VerbsWithoutNames, BackWithoutUndo,
		ClaimsBindNobody, LateAnswers, LostInTheJump, ForgottenVersions,
	}
}

// Result is what a run showed.
type Result struct {
	Seed    uint64
	Trace   []string
	Failure *Failure // nil where every promise was kept
	Figures Figures
}

// Failure is a promise that was broken.
type Failure struct {
	Seed    uint64
	At      int64 // nanoseconds of virtual time
	Promise string
	Detail  string
	// Own says that the load was not the seed's, so that the seed alone does not
	// give the run again.
	Own bool
}

func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, %s: %s: %s\n", f.Seed, nanos(f.At), f.Promise, f.Detail)
	if f.Own {
		fmt.Fprintf(&b, "  again with: sim.Run(sim.Options{Seed: %d, Load: ...}), with the same load", f.Seed)
		return b.String()
	}
	fmt.Fprintf(&b, "  again with: COB_SIM_SEED=%d go test ./runtime/sim -run TestOneSeed -v", f.Seed)
	return b.String()
}
