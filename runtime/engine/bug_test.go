package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
)

// trap is a fact that panics when it is looked at.
type trap struct{}

func (trap) Of(string, string) placement.Health { panic("sprung") }

func TestABugIsAnErrorThatNamesTheCommand(t *testing.T) {
	w := newWorld(t, plans["call"](), storyLimits())
	w.run("start k1 1")
	before := w.state.Digest()

	var bug *engine.BugError
	input := map[string]types.Value{"order": map[string]types.Value{"id": "k2", "total": int64(1)}}
	_, _, _, err := w.state.TryDecide(record.StartInstance{Process: "p.P", Key: "k2", Input: input}, engine.Facts{Now: w.now, Health: trap{}})
	if !errors.As(err, &bug) {
		t.Fatalf("a panic gives %v", err)
	}
	if !bug.Spoiled || bug.Instance != record.InstanceID("p.P", "k2") || !strings.Contains(bug.Error(), "record.StartInstance") || !strings.Contains(bug.Stack, "trap") {
		t.Errorf("got %+v", bug)
	}
	fold := newState(t, storyLimits(), w.prog)
	for _, e := range w.journal {
		if err := fold.Evolve(e); err != nil {
			t.Fatal(err)
		}
	}
	if fold.Digest() != before {
		t.Fatal("the state folded again is not the one before the bug")
	}

	w.state = fold
	// A bug before anything was applied leaves the state as it is.
	w.run("start k3 1")
	w.run("answer 1 1 unknown cut")
	before = w.state.Digest()
	at, _ := w.state.NextDue()
	due := w.state.Due(at, 1)[0]
	_, _, _, err = w.state.TryDecide(due, engine.Facts{Now: at, Health: trap{}})
	if !errors.As(err, &bug) || bug.Spoiled || bug.Instance != w.inst || w.state.Digest() != before {
		t.Fatalf("got %v, %+v", err, bug)
	}
	if events, _, _, err := w.state.TryDecide(due, engine.Facts{Now: at}); err != nil || len(events) == 0 {
		t.Fatalf("the command after it: %v, %v", events, err)
	}
}

// TestWhatCannotBeSentAgainAsksAPerson: a journal written by a program that
// evaluated an argument differently must not keep a shard from opening.
func TestWhatCannotBeSentAgainAsksAPerson(t *testing.T) {
	w := newWorld(t, plans["call"](), storyLimits())
	w.run("start k1 1")
	s := newState(t, storyLimits(), w.prog)
	for _, e := range w.journal {
		if started, ok := e.(record.InstanceStarted); ok {
			started.Vars = map[string]types.Value{"order": "no record"}
			e = started
		}
		if err := s.Evolve(e); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Pending(); len(got) != 0 {
		t.Fatalf("pending %v", got)
	}
	lost := s.Unmade()
	if len(lost) != 1 || lost[0].Outcome != record.Unknown || !strings.Contains(lost[0].Detail, "cannot be sent again") {
		t.Fatalf("unmade %+v", lost)
	}
	s.Decide(lost[0], engine.Facts{Now: w.now})
	for range 5 {
		due, ok := s.NextDue()
		if !ok {
			break
		}
		for _, c := range s.Due(due, 10) {
			s.Decide(c, engine.Facts{Now: due})
		}
	}
	if v, _ := s.Instance(w.inst); v.State != record.Incident {
		t.Fatalf("the instance is %+v", v.Summary)
	}
	if len(s.Unmade()) != 0 {
		t.Error("it is still under way")
	}
}
