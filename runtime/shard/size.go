package shard

import (
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// plainEvent is about what an event takes without its values.
const plainEvent = 64

// weight is about how many bytes an event takes in the journal.
func weight(ev record.Event) int {
	n := plainEvent
	switch e := ev.(type) {
	case record.InstanceStarted:
		n += weightOf(e.Vars)
	case record.StepPassed:
		n += weightOf(e.Value)
	case record.StepEntered:
		n += weightOf(e.Items)
	case record.LoopAdvanced:
		n += weightOf(e.Value)
	case record.AttemptFailed:
		n += len(e.Detail)
	case record.SettlementOwed:
		n += weightOf(e.Args) + weightOf(e.Vars)
	case record.SettlementClosed:
		n += weightOf(e.Value) + len(e.Detail)
	case record.StepLeft:
		n += weightOf(e.Value)
	case record.EventKept:
		n += weightOf(e.Payload)
	case record.EventTaken:
		n += weightOf(e.Payload)
	case record.FaultCaught:
		n += weightOf(e.Fields)
	case record.FaultRaised:
		n += weightOf(e.Fields) + len(e.Detail)
	case record.IncidentOpened:
		n += len(e.Detail)
	case record.Returned:
		n += weightOf(e.Result)
	case record.InstanceEnded:
		n += weightOf(e.Result) + weightOf(e.Fields) + len(e.Detail)
	}
	return n
}

func weightOf(v types.Value) int {
	switch x := v.(type) {
	case string:
		return len(x) + 3
	case []byte:
		return len(x) + 3
	case []types.Value:
		n := 3
		for _, item := range x {
			n += weightOf(item)
		}
		return n
	case map[string]types.Value:
		n := 3
		for key, item := range x {
			n += len(key) + 1 + weightOf(item)
		}
		return n
	}
	return 16
}
