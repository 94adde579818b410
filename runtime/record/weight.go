package record

import "github.com/cob-lang/cob/lang/types"

// eventWeight is more than any event takes besides its values and texts.
const eventWeight = 128

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
		return len(e.Cloud) + weighList(e.Args) + weighFields(e.Vars)
	case SettlementClosed:
		return len(e.Detail) + weighValue(e.Value)
	case EventKept:
		return len(e.Type) + len(e.ID) + weighFields(e.Payload)
	case EventTaken:
		return len(e.ID) + weighFields(e.Payload)
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
	return 0
}

// scalarWeight is more than a tag and any scalar but text and bytes take; an
// exact number has at most types.MaxDecimalText characters.
const scalarWeight = 24

// WeightOf bounds the bytes that a value takes, from above.
func WeightOf(v types.Value) int { return weighValue(v) }

func weighValue(v types.Value) int {
	switch v := v.(type) {
	case string:
		return scalarWeight + len(v)
	case []byte:
		return scalarWeight + len(v)
	case types.Exact:
		return scalarWeight + len(v.String())
	case types.Amount:
		return 2*scalarWeight + len(v.Value.String())
	case []types.Value:
		return scalarWeight + weighList(v)
	case map[string]types.Value:
		return scalarWeight + weighFields(v)
	}
	return scalarWeight
}

func weighList(list []types.Value) int {
	total := 0
	for _, v := range list {
		total += weighValue(v)
	}
	return total
}

func weighFields(m map[string]types.Value) int {
	total := 0
	for k, v := range m {
		total += scalarWeight + len(k) + weighValue(v)
	}
	return total
}
