package observe

import (
	"cmp"
	"fmt"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// MaxHistory bounds the entries of one history; the oldest are kept.
const MaxHistory = 10_000

// MaxHistoryBytes bounds how much of a journal is read for one history.
const MaxHistoryBytes = 256 << 20

// Entry is one thing that happened to an instance.
type Entry struct {
	At     *time.Time `json:"at,omitempty"` // absent where it happened together with the entry before
	What   string     `json:"what"`
	Step   string     `json:"step,omitempty"`
	Cloud  string     `json:"cloud,omitempty"`
	Detail string     `json:"detail,omitempty"`
	Source string     `json:"source,omitempty"` // place in the .cob file
}

// Teller tells the history of one instance from the events of its shard.
type Teller struct {
	// Shown is a text that a step of a process told, as who asks sees it; nil: as it
	// is. The step is nil where the plan is not here.
	Shown func(process string, step *plan.Step, text string) string

	plans    Plans
	instance Instance
	steps    map[uint32]uint32 // activation to step
	entries  []Entry
	more     string // why the entries are not all, "" when they are
	bytes    int
}

// NewTeller tells the history of i.
func NewTeller(plans Plans, i Instance) *Teller {
	return &Teller{plans: plans, instance: i, steps: map[uint32]uint32{}}
}

// Entries are what was told so far, oldest first.
func (t *Teller) Entries() []Entry {
	if t.more != "" {
		return append(t.entries, Entry{What: "truncated", Detail: t.more})
	}
	return t.entries
}

func (t *Teller) add(at record.Instant, e Entry) {
	if len(t.entries) >= MaxHistory {
		t.more = fmt.Sprintf("there is more; a history shows %d entries", MaxHistory)
		return
	}
	if at != 0 {
		moment := instant(at)
		e.At = &moment
	}
	t.entries = append(t.entries, e)
}

func (t *Teller) at(step uint32, e Entry) Entry {
	if s := t.plans.Step(t.instance.Plan, t.instance.Process, step); s != nil {
		e.Step, e.Source = s.ID, string(s.At)
	}
	return e
}

func (t *Teller) of(activation uint32, e Entry) Entry {
	if step, ok := t.steps[activation]; ok {
		return t.at(step, e)
	}
	return e
}

// Read hears how many bytes of the journal are about to be told, and is false
// when the history is as long as it may get.
func (t *Teller) Read(bytes int) bool {
	if t.bytes += bytes; t.bytes > MaxHistoryBytes && t.more == "" {
		t.more = fmt.Sprintf("%d bytes of the journal were searched; what came later is not shown", MaxHistoryBytes)
	}
	return t.more == ""
}

// Tell adds the events that concern the instance, in their order.
func (t *Teller) Tell(events []record.Event) {
	for _, e := range events {
		t.tell(e)
	}
}

func (t *Teller) tell(e record.Event) {
	id := t.instance.ID
	switch e := e.(type) {
	case record.InstanceStarted:
		if e.Instance == id {
			t.instance.Process, t.instance.Plan = e.Process, e.Plan
			t.add(e.At, Entry{What: "started", Detail: fmt.Sprintf("plan %.12s", e.Plan)})
		}
	case record.StepPassed:
		if e.Instance == id {
			t.add(0, t.at(e.Step, Entry{What: "passed"}))
		}
	case record.StepEntered:
		if e.Instance == id {
			t.steps[e.Activation] = e.Step
			t.add(e.At, t.at(e.Step, Entry{What: "entered"}))
		}
	case record.LoopAdvanced:
		if e.Instance == id {
			t.add(0, t.of(e.Activation, Entry{What: "round", Detail: fmt.Sprint(e.Round)}))
		}
	case record.StepLeft:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "done", Cloud: e.Cloud}))
		}
	case record.EventTaken:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "event taken", Detail: e.ID}))
		}
	case record.MessageTaken:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "message taken", Detail: e.Message}))
		}
	case record.TimerFired:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "timer fired"}))
		}
	case record.TaskClaimed:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "task claimed", Detail: "by " + e.By}))
		}
	case record.TaskCompleted:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "task completed", Detail: "by " + e.By}))
		}
	default:
		t.tellPeople(e)
		t.tellTrouble(e)
		t.tellBegun(e)
		t.tellVerb(e)
	}
}

func (t *Teller) tellTrouble(e record.Event) {
	id := t.instance.ID
	switch e := e.(type) {
	case record.AttemptStarted:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: fmt.Sprintf("attempt %d", e.Attempt), Cloud: e.Cloud, Detail: e.Why}))
		}
	case record.AttemptFailed:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: fmt.Sprintf("attempt %d %s", e.Attempt, e.Outcome), Detail: e.Detail}))
		}
	case record.SettlementOwed:
		if e.Instance == id {
			t.steps[e.Activation] = e.Step
			t.add(e.At, t.at(e.Step, Entry{What: "settlement owed", Cloud: e.Cloud, Detail: "what was done there is not known"}))
		}
	case record.SettlementClosed:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "settlement " + string(e.Outcome), Detail: e.Detail}))
		}
	case record.FaultRaised:
		if e.Instance == id {
			what := "fault " + e.Fault
			if e.Cancelled {
				what = "cancelled"
			}
			t.add(e.At, t.at(e.Step, Entry{What: what, Detail: e.Detail}))
		}
	case record.FaultCaught:
		if e.Instance == id {
			t.add(e.At, t.of(e.Activation, Entry{What: "fault caught"}))
		}
	case record.CompensationStarted:
		if e.Instance == id {
			t.steps[e.Activation] = e.Step
			t.add(e.At, t.at(e.Step, Entry{What: "compensating"}))
		}
	case record.IncidentOpened:
		if e.Instance == id {
			t.add(e.At, t.at(e.Step, Entry{What: "incident", Detail: e.Detail}))
		}
	case record.IncidentResolved:
		if e.Instance == id {
			t.add(e.At, Entry{What: "incident resolved", Detail: "by " + e.By})
		}
	case record.InstanceEnded:
		if e.Instance == id {
			t.add(e.At, Entry{What: string(e.State), Detail: cmp.Or(e.Fault, e.Detail)})
		}
	default:
		t.tellRegion(e)
	}
}
