package engine_test

import (
	"fmt"
	"testing"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// waitingOrders is a shard in which n orders wait for their carrier, after two calls.
func waitingOrders(t *testing.T, n int) (*engine.State, []record.Event) {
	w := newWorld(t, plans["order"](), engine.DefaultLimits())
	w.state.PackFrom(engine.DefaultAwake)
	journal := []record.Event{record.PlanActivated{At: dawn, Package: "p", Digest: w.prog.Digest()}}
	do := func(cmd record.Command) record.Reply {
		events, _, reply := w.state.Decide(cmd, engine.Facts{Now: dawn})
		journal = append(journal, events...)
		return reply
	}
	for i := range n {
		id := fmt.Sprint("o-", i)
		r := do(record.StartInstance{Process: "p.P", Key: id, Input: map[string]types.Value{"order": order(id)}})
		for act := uint32(1); act <= 2; act++ {
			do(record.AttemptEnded{Instance: r.Instance, Activation: act, Attempt: 1, Outcome: record.Succeeded, Value: map[string]types.Value{"id": "x-" + id}})
		}
	}
	return w.state, journal
}

// TestWhoWaitsForLongIsPacked looks at what stays awake: while instances are decided,
// folded and restored, and while somebody looks at them.
func TestWhoWaitsForLongIsPacked(t *testing.T) {
	const n = 5000
	s, journal := waitingOrders(t, n)
	if counts := s.Counts(); counts.Instances != n {
		t.Fatalf("%+v", counts)
	}
	if got := s.Awake(); got > 2*engine.DefaultAwake {
		t.Errorf("%d of %d are awake", got, n)
	}
	folded, restored := s.Empty(), s.Empty()
	for _, e := range journal {
		if err := folded.Evolve(e); err != nil {
			t.Fatal(err)
		}
	}
	if got := folded.Awake(); got > 2*engine.DefaultAwake {
		t.Errorf("%d of %d are awake after a fold", got, n)
	}
	if err := restored.Restore(s.Snapshot(nil)); err != nil || restored.Awake() != 0 {
		t.Fatalf("%d of %d are awake after a restore: %v", restored.Awake(), n, err)
	}
	if s.Digest() != folded.Digest() || s.Digest() != restored.Digest() {
		t.Error("the states differ")
	}
	id := record.InstanceID("p.P", "o-1")
	if list := restored.Instances(nil); len(list) != n || list[0].State != record.Waiting {
		t.Errorf("%d are listed, the first one as %+v", len(list), list[0])
	}
	if d, ok := restored.Instance(id); !ok || len(d.Vars) == 0 || len(d.Waits) == 0 || len(d.Completed) == 0 {
		t.Errorf("seen is %+v", d)
	}
	if o, ok := restored.Outlook(id); !ok || o.Cancel == "" {
		t.Errorf("the outlook is %+v", o)
	}
	for range restored.Outlines {
	}
	restored.NextDue()
	restored.Due(dawn+1000*engine.ParkedFor, n)
	restored.Pending()
	if got := restored.Awake(); got != 0 {
		t.Errorf("%d of %d woke when they were looked at", got, n)
	}
	restored.Decide(record.CancelInstance{Instance: id, By: "ann"}, engine.Facts{Now: dawn})
	if got := restored.Awake(); got != 1 {
		t.Errorf("%d are awake after one was cancelled", got)
	}
}
