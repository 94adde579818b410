package failover

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/cob-lang/cob/runtime/record"
)

// A Fact is something that an instance learned, by a name under which the other cloud
// learns the same, and what it was.
type Fact struct {
	Name  string
	Value string // equal facts have equal ones
	// Outside: it came from people or other systems by themselves, so a cloud that
	// lacks it does not ask for it.
	Outside bool
	// Cloud is where an outcome came from, "" for none; Shared says that the attempt
	// was under way where the two clouds parted, so both know of it.
	Cloud  string
	Shared bool
}

// FactsOf are the facts among the events of one instance.
//
// A kept event and a message of a channel are no facts from outside: they are in both
// clouds, or are brought as such.
func FactsOf(events []record.Event) (facts []Fact) {
	begun := map[uint32]bool{} // attempts of which one cloud alone may know
	for _, ev := range events {
		switch e := ev.(type) {
		case record.AttemptStarted:
			begun[e.Activation] = true
		case record.InstanceStarted:
			outside := e.Channel == ""
			e.At, e.Position = 0, 0
			facts = append(facts, Fact{Name: "the start", Value: digest(e), Outside: outside})
		case record.StepLeft:
			cloud := e.Cloud
			e.At, e.TookNs, e.Cloud = 0, 0, ""
			facts = append(facts, Fact{Name: fmt.Sprintf("the outcome of activation %d", e.Activation), Value: digest(e) + "@" + cloud, Cloud: cloud, Shared: !begun[e.Activation]})
		case record.TaskAnswered:
			e.At = 0
			facts = append(facts, Fact{Name: fmt.Sprintf("the answer to task %d", e.Activation), Value: digest(e), Outside: true})
		case record.TaskCompleted:
			e.At = 0
			facts = append(facts, Fact{Name: fmt.Sprintf("the answer to task %d", e.Activation), Value: digest(e), Outside: true})
		case record.EventTaken:
			facts = append(facts, Fact{Name: "the event " + e.ID, Value: e.ID})
		case record.InstanceEnded:
			facts = append(facts, Fact{Name: "the end", Value: string(e.State)})
		case record.InstanceTerminated, record.StepSkipped, record.InstanceReset, record.Operated:
			facts = append(facts, Fact{Name: fmt.Sprintf("what an operator did (%T)", ev), Value: digest(ev), Outside: true})
		}
	}
	return facts
}

func digest(ev record.Event) string {
	sum := sha256.Sum256(record.AppendEvents(nil, []record.Event{ev}))
	return hex.EncodeToString(sum[:8])
}

// Compare says what becomes of the facts of the loser where both clouds went on with an
// instance. A fact that the survivor will ask for itself, because it still runs, need
// not be brought: the key is the same in both clouds, so is the answer. Nor does an
// outcome count that the survivor had from another cloud while it knew of the attempt
// that the loser had it from: such an attempt is one whose outcome is unknown, and is
// settled there.
func Compare(loser, survivor []Fact, runs bool) (verdict string, odd []Fact) {
	for _, f := range loser {
		at := slices.IndexFunc(survivor, func(s Fact) bool { return s.Name == f.Name })
		same := at >= 0 && survivor[at].Value == f.Value
		later := at < 0 && !f.Outside && runs
		settled := at >= 0 && f.Shared && f.Cloud != "" && f.Cloud != survivor[at].Cloud
		if !same && !later && !settled {
			odd = append(odd, f)
		}
	}
	if len(odd) > 0 {
		return Differs, odd
	}
	return Agreed, nil
}
