package record_test

import (
	"encoding/hex"
	"reflect"
	"testing"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// TestWhatWasWrittenIsReadForEver: these bytes are in journals that exist.
func TestWhatWasWrittenIsReadForEver(t *testing.T) {
	for _, c := range []struct {
		event record.Event
		bytes string
	}{
		{record.WorkBegun{At: 5, Instance: "a", Activation: 3, Parent: 1, Step: 2, Items: []types.Value{"x"}}, "0101400a0100016103010202050178"},
		{record.WorkEnded{At: 5, Instance: "a", Activation: 3, Value: int64(7), Fault: "p.F", Fields: map[string]types.Value{"r": "no"}, Detail: "d", Cloud: "paris", TookNs: 9}, "0101410a0100016103030e0003702e46010100017205026e6f0001640005706172697312"},
		{record.ChildStarted{At: 5, Instance: "a", Activation: 3, Child: "b", TookNs: 9}, "0101420a010001610300016212"},
		{record.ChildRecalled{At: 5, Instance: "a", Activation: 4, Of: 3, Step: 2, Process: "p.Q", Key: "k"}, "0101430a010001610403020003702e51016b"},
		{record.HandleTaken{At: 5, Instance: "a", Activation: 4, Arm: 1, Value: true}, "0101440a01000161040102"},
		{record.WatcherAdded{At: 5, Instance: "a", Activation: 4, Watcher: "b", Of: 3, Parent: true}, "0101450a01000161040001620301"},
		{record.Told{At: 5, Instance: "a", Parent: 1, Step: 2, Telling: record.TellAudit, Text: "t"}, "0101460a010001610102020174"},
		{record.Continued{At: 5, Instance: "a", Activation: 4, Process: "p.Q", Vars: map[string]types.Value{"n": int64(1)}}, "0101470a01000161040003702e51010100016e0302"},
		{record.TaskAnswered{At: 5, Instance: "a", Activation: 4, By: "ada", Form: 300}, "0101600a01000161040003616461ac02"},
		{record.TaskReleased{At: 5, Instance: "a", Activation: 4, By: "ada", Reason: "ill"}, "0101610a010001610400036164610003696c6c"},
		{record.TaskDelegated{At: 5, Instance: "a", Activation: 4, By: "ada", To: "bob", Reason: "ill"}, "0101620a010001610400036164610003626f620003696c6c"},
		{record.TaskNudged{At: 5, Instance: "a", Activation: 4, Escalated: true, Due: 8}, "0101480a0100016104010106"},
	} {
		readForEver(t, c.event, c.bytes)
	}
}

// readForEver holds an event to the bytes it has in journals that exist.
func readForEver(t *testing.T, e record.Event, text string) {
	t.Helper()
	if got := hex.EncodeToString(record.AppendEvents(nil, []record.Event{e})); got != text {
		t.Errorf("%T is written as %s, and was %s", e, got, text)
	}
	bytes, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := record.ReadEvents(bytes); err != nil || !reflect.DeepEqual(got, []record.Event{e}) {
		t.Errorf("%s is read as %+v, %v", text, got, err)
	}
}
