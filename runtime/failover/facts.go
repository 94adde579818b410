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
}

// FactsOf are the facts among the events of one instance.
func FactsOf(events []record.Event) (facts []Fact) {
	for _, ev := range events {
		switch e := ev.(type) {
		case record.InstanceStarted:
			e.At = 0
			facts = append(facts, Fact{"the start", digest(e), true})
		case record.StepLeft:
			e.At, e.TookNs = 0, 0
			facts = append(facts, Fact{fmt.Sprintf("the outcome of activation %d", e.Activation), digest(e), false})
		case record.TaskCompleted:
			e.At = 0
			facts = append(facts, Fact{fmt.Sprintf("the answer to task %d", e.Activation), digest(e), true})
		case record.EventTaken:
			facts = append(facts, Fact{"the event " + e.ID, e.ID, true})
		case record.InstanceEnded:
			facts = append(facts, Fact{"the end", string(e.State), false})
		case record.InstanceTerminated, record.StepSkipped, record.InstanceReset, record.Operated:
			facts = append(facts, Fact{fmt.Sprintf("what an operator did (%T)", ev), digest(ev), true})
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
// not be brought: the key is the same in both clouds, so is the answer.
func Compare(loser, survivor []Fact, runs bool) (verdict string, odd []Fact) {
	for _, f := range loser {
		at := slices.IndexFunc(survivor, func(s Fact) bool { return s.Name == f.Name })
		same := at >= 0 && survivor[at].Value == f.Value
		later := at < 0 && !f.Outside && runs
		if !same && !later {
			odd = append(odd, f)
		}
	}
	if len(odd) > 0 {
		return Differs, odd
	}
	return Agreed, nil
}
