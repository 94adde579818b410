package record_test

import (
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
		{record.WentBack{At: 5, Instance: "a", Anew: true}, "0101320a01000161"},
		{record.Operated{At: 5, Instance: "a", Verb: "retry", By: "olga", Reason: "r"}, "0101550a0100016100057265747279046f6c67610172"},
		{record.Requested{At: 5, Instance: "a", Request: record.Request{ID: "r1", Of: 300}}, "0101b70a01000161027231ac02"},
		{record.GivenUp{At: 5, Instance: "a", Activation: 3}, "0101560a0100016103"},
	} {
		readForEver(t, c.event, c.bytes)
		if record.About(c.event) != "a" {
			t.Errorf("%T is about %q", c.event, record.About(c.event))
		}
	}
	if about := record.About(record.EventKept{Instance: "a"}); about != "" {
		t.Errorf("an event that is kept happens to %q", about)
	}
}
