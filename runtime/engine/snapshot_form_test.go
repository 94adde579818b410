package engine_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// TestSnapshotsOfTheFormsBeforeAreRead restores what form 2 wrote, form 8, the last
// without a list of flows, and form 9, the last without requests: an order that waits for a person, one whose charge is in
// doubt, one that was cancelled in flight, and an event that is kept. All of them come
// to their ends.
func TestSnapshotsOfTheFormsBeforeAreRead(t *testing.T) {
	for _, form := range []byte{2, 8, 9} {
		t.Run(fmt.Sprint(form), func(t *testing.T) { readForm(t, form) })
	}
}

func readForm(t *testing.T, form byte) {
	old, err := os.ReadFile(fmt.Sprintf("testdata/snapshot_%d.bin", form))
	if err != nil || old[0] != form {
		t.Fatalf("form %v: %v", old[:min(1, len(old))], err)
	}
	w := newWorld(t, plans["order"](), storyLimits())
	w.careful = false
	if err := w.state.Restore(old); err != nil {
		t.Fatal(err)
	}
	again := newState(t, storyLimits(), w.prog)
	if err := again.Restore(w.state.Snapshot(nil)); err != nil || again.Digest() != w.state.Digest() {
		t.Fatalf("written anew it is another state: %v", err)
	}
	order := func(key string) { w.inst = record.InstanceID("p.P", key) }
	order("k1")
	w.do(record.CompleteTask{Instance: w.inst, Activation: 3, By: "ann", Groups: managers, Form: map[string]types.Value{"approved": false}})
	w.run("answer 6 1 succeeded null")
	order("k2")
	w.tick(w.now + 1e9)
	w.run(`answer 2 2 succeeded {"id":"c2"}`)
	w.tick(w.now + 1e9)
	w.run(`answer 3 2 raised p.Declined {}`)
	order("k3")
	w.run(`answer 1 1 raised p.Declined {}`)
	for key, want := range map[string]record.State{"k1": record.Faulted, "k2": record.Completed, "k3": record.Cancelled} {
		if d, _ := w.state.Instance(record.InstanceID("p.P", key)); d.State != want || d.Settlements != 0 {
			t.Errorf("%s is %s and waits for %+v, want %s", key, d.State, d.Waits, want)
		}
	}
	if counts := w.state.Counts(); counts != (engine.Counts{Ended: 3, Kept: 1}) {
		t.Errorf("left: %+v", counts)
	}
}
