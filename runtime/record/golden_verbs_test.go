package record_test

import (
	"encoding/hex"
	"reflect"
	"testing"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// TestWhatOperatorsDidIsReadForEver: these bytes are in journals that exist.
func TestWhatOperatorsDidIsReadForEver(t *testing.T) {
	for _, c := range []struct {
		event record.Event
		bytes string
	}{
		{record.InstancePoisoned{At: 5, Instance: "a", Command: "TimerDue", Detail: "d"}, "0101500a01000161000854696d65724475650164"},
		{record.StepSkipped{At: 5, Instance: "a", Activation: 3, Step: 2, Bound: true, Value: int64(7), Undoable: true, Cloud: "paris", By: "olga", Reason: "r"}, "0101510a01000161030201030e0100057061726973046f6c67610172"},
		{record.InstanceTerminated{At: 5, Instance: "a", Bare: true, By: "olga", Reason: "r"}, "0101520a0100016101046f6c67610172"},
		{record.InstanceReset{At: 5, Instance: "a", Step: 2, Set: map[string]types.Value{"n": int64(1)}, By: "olga", Reason: "r"}, "0101530a0100016102010100016e0302046f6c67610172"},
		{record.WentBack{At: 5, Instance: "a"}, "0101540a01000161"},
		{record.Operated{At: 5, Instance: "a", Verb: "retry", By: "olga", Reason: "r"}, "0101550a0100016100057265747279046f6c67610172"},
		{record.GivenUp{At: 5, Instance: "a", Activation: 3}, "0101560a0100016103"},
	} {
		if got := hex.EncodeToString(record.AppendEvents(nil, []record.Event{c.event})); got != c.bytes {
			t.Errorf("%T is written as %s, and was %s", c.event, got, c.bytes)
		}
		bytes, err := hex.DecodeString(c.bytes)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := record.ReadEvents(bytes); err != nil || !reflect.DeepEqual(got, []record.Event{c.event}) {
			t.Errorf("%s is read as %+v, %v", c.bytes, got, err)
		}
		if record.About(c.event) != "a" {
			t.Errorf("%T is about %q", c.event, record.About(c.event))
		}
	}
	if about := record.About(record.EventKept{Instance: "a"}); about != "" {
		t.Errorf("an event that is kept happens to %q", about)
	}
}
