package record

import (
	"time"

	"github.com/cob-lang/cob/lang/types"
)

// eventWeight is more than any event takes besides its values and texts.
const eventWeight = 96

// Weight bounds the bytes that AppendEvents needs for events, from above and
// without writing them: what closes a batch before it grows past a commit.
func Weight(events []Event) int {
	total := 0
	for _, e := range events {
		total += WeightOfEvent(e)
	}
	return total
}

// WeightOfEvent is the share of one event in Weight.
func WeightOfEvent(e Event) int { return eventWeight + weigh(e) }

// weigh is the weight of the parts of an event that have no bound.
func weigh(e Event) int {
	switch e := e.(type) {
	case InstanceStarted:
		return len(e.Process) + len(e.Plan) + len(e.Key) + len(e.Channel) + weighFields(e.Vars)
	case MessageSkipped:
		return len(e.Route) + len(e.Channel)
	case PlanActivated:
		return len(e.Package) + len(e.Digest)
	case StepPassed:
		return weighValue(e.Value)
	case StepEntered:
		return weighList(e.Items)
	case LoopAdvanced:
		return weighValue(e.Value)
	case StepLeft:
		return len(e.Cloud) + weighValue(e.Value)
	case AttemptStarted:
		return len(e.Cloud) + len(e.Why)
	case AttemptFailed:
		return len(e.Detail)
	case SettlementOwed:
		return len(e.Cloud) + weighList(e.Args)
	case SettlementClosed:
		return len(e.Detail) + weighValue(e.Value)
	case EventKept:
		return len(e.Type) + len(e.ID) + weighFields(e.Payload)
	case EventTaken:
		return len(e.ID) + weighFields(e.Payload)
	case EventHanded:
		return len(e.Type) + len(e.ID) + len(e.Next)
	case EventExpired:
		return len(e.Type) + len(e.ID)
	case FaultCaught:
		return len(e.Fault) + weighFields(e.Fields)
	case FaultRaised:
		return len(e.Fault) + len(e.Detail) + weighFields(e.Fields)
	case TaskClaimed:
		return len(e.By)
	case TaskCompleted:
		return len(e.By)
	case IncidentOpened:
		return len(e.Detail)
	case IncidentResolved:
		return len(e.By)
	case Returned:
		return weighValue(e.Result)
	case InstanceEnded:
		return len(e.Fault) + len(e.Detail) + weighValue(e.Result) + weighFields(e.Fields)
	}
	return weighRegion(e) + weighChild(e) + weighTold(e) + weighReport(e) + weighRoute(e) + weighPeople(e) + weighVerb(e) + weighRequest(e) + weighVersion(e)
}

// WeightOf bounds the bytes that a value takes, from above and closely.
func WeightOf(v types.Value) int { return weighValue(v) }

// Measure gives WeightOf(v) and how many lists and records stand around the
// innermost value of v. It stops going down, with a depth beyond it, at
// MaxNesting.
func Measure(v types.Value) (bytes, depth int) {
	m := meter{}
	m.value(v, 0)
	return m.bytes, m.depth
}

// numberWeight bounds a tag and a number or a count of 64 bits.
const numberWeight = 11

// textWeight bounds a text with its length, and whether it is written out.
func textWeight(s string) int {
	switch n := len(s); {
	case n < 1<<7:
		return n + 2
	case n < 1<<14:
		return n + 3
	}
	return len(s) + 7
}

func weighValue(v types.Value) int {
	m := meter{}
	m.value(v, 0)
	return m.bytes
}

func weighList(list []types.Value) int {
	m := meter{}
	m.list(list, 0)
	return m.bytes
}

func weighFields(fields map[string]types.Value) int {
	m := meter{}
	m.fields(fields, 0)
	return m.bytes
}

// meter measures values. It never goes deeper than what can be written.
type meter struct{ bytes, depth int }

func (m *meter) value(v types.Value, depth int) {
	m.depth = max(m.depth, depth)
	if depth > MaxNesting {
		return
	}
	switch v := v.(type) {
	case nil, bool:
		m.bytes++
	case int64:
		m.bytes += intWeight(v)
	case string:
		m.bytes += 1 + textWeight(v)
	case []byte:
		m.bytes += numberWeight + len(v)
	case types.Exact:
		m.bytes += 1 + textWeight(v.Compact())
	case types.Amount:
		m.bytes += 1 + textWeight(v.Value.Compact()) + max(textWeight(v.Currency), 3)
	case time.Time:
		m.bytes += 2 * numberWeight
	case []types.Value:
		m.list(v, depth)
	case map[string]types.Value:
		m.fields(v, depth)
	default:
		m.bytes += numberWeight
	}
}

func intWeight(n int64) int {
	if n >= -64 && n < 64 {
		return 2
	}
	if n >= -8192 && n < 8192 {
		return 3
	}
	return numberWeight
}

func (m *meter) list(list []types.Value, depth int) {
	m.bytes += countWeight(len(list))
	for _, v := range list {
		m.value(v, depth+1)
	}
}

// countWeight bounds a tag and how many follow, one more of them too.
func countWeight(n int) int {
	if n < 127 {
		return 2
	}
	return 6
}

func (m *meter) fields(fields map[string]types.Value, depth int) {
	m.bytes += countWeight(len(fields))
	for k, v := range fields {
		// A name that was written before is a number below maxInterned.
		m.bytes += max(textWeight(k), 3)
		m.value(v, depth+1)
	}
}
