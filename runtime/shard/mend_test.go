package shard_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// tripping makes the engine panic at a stage of the instance with the key "bad".
func tripping(stage engine.Stage) func(*shard.Options) {
	return func(o *shard.Options) {
		o.State.Plant(func(at engine.Stage, key string) {
			if at == stage && key == "bad" {
				panic([]int{}[len(key)]) //nolint // an index out of range, on purpose
			}
		})
	}
}

func stateOf(t *testing.T, p *shard.Processor, key string) engine.Details {
	t.Helper()
	var d engine.Details
	err := p.Query(t.Context(), func(s *engine.State) { d, _ = s.Instance(record.InstanceID("p.Echo", key)) })
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A bug that is met while an instance is run is an incident of that instance; its
// neighbours in the same shard go on, also after a restart, and a program without
// the bug goes on with it.
func TestABugIsAnIncidentOfItsInstance(t *testing.T) {
	store, program := journal.NewStore("p", journal.StoreOptions{}), echo(t, true)
	p := openWith(t, store, program, tripping(engine.StageDecide))
	activate(t, p, program)
	for _, key := range []string{"a", "bad", "b"} {
		if reply, err := startEcho(t.Context(), p, key); err != nil || reply.Instance == "" {
			t.Fatalf("the start of %s: %+v, %v", key, reply, err)
		}
	}
	bad := record.InstanceID("p.Echo", "bad")
	check := func(p *shard.Processor) {
		t.Helper()
		if d := stateOf(t, p, "bad"); d.State != record.Incident || !strings.Contains(d.Blocked, "index out of range") || !strings.Contains(d.Blocked, "mend_test.go") {
			t.Fatalf("it is %+v", d.Summary)
		}
		if a, b := stateOf(t, p, "a"), stateOf(t, p, "b"); a.State != record.Waiting || b.State != record.Waiting {
			t.Fatalf("its neighbours are %s and %s", a.State, b.State)
		}
		_, err := p.Submit(t.Context(), record.SkipStep{Instance: bad, Activation: 1})
		var no *record.Rejection
		if !errors.As(err, &no) || no.Code != record.Poisoned {
			t.Fatalf("a command for it: %v", err)
		}
	}
	check(p)
	// Retry meets the bug again, and leaves it as it was.
	_, err := p.Submit(t.Context(), record.RetryInstance{Instance: bad, By: "olga"})
	var no *record.Rejection
	if !errors.As(err, &no) || no.Code != record.Poisoned || !strings.Contains(no.Detail, "RetryInstance") {
		t.Fatalf("retry: %v", err)
	}
	check(p)
	p.Close()
	p = openWith(t, store, program, tripping(engine.StageDecide))
	check(p)
	p.Close()
	p = openWith(t, store, program, nil)
	check(p)
	if _, err := p.Submit(t.Context(), record.RetryInstance{Instance: bad, By: "olga"}); err != nil {
		t.Fatal(err)
	}
	if d := stateOf(t, p, "bad"); d.State != record.Waiting {
		t.Fatalf("after retry it is %+v", d)
	}
}

// Whatever the bug, terminate ends the instance.
func TestAnInstanceWithABugCanBeTerminated(t *testing.T) {
	for _, stage := range []engine.Stage{engine.StageDecide, engine.StageEvolve} {
		store, program := journal.NewStore("p", journal.StoreOptions{}), echo(t, true)
		p := openWith(t, store, program, tripping(stage))
		activate(t, p, program)
		if _, err := startEcho(t.Context(), p, "bad"); err != nil {
			t.Fatal(err)
		}
		p.Close()
		for range 2 {
			p = openWith(t, store, program, tripping(stage))
			if _, err := p.Submit(t.Context(), record.TerminateInstance{Instance: record.InstanceID("p.Echo", "bad"), By: "olga"}); err != nil {
				t.Fatalf("%s: %v", stage, err)
			}
			if d := stateOf(t, p, "bad"); d.State != record.Cancelled || d.Detail != "terminated by olga" {
				t.Fatalf("%s: it is %+v", stage, d)
			}
			p.Close()
		}
	}
}

// An event that the engine trips over in a fold sets its instance aside: the shard
// opens, the others live, and a program without the bug has the instance again, from
// the journal and from a snapshot.
func TestAnEventThatCannotBeFoldedSetsItsInstanceAside(t *testing.T) {
	store, program := journal.NewStore("p", journal.StoreOptions{}), echo(t, true)
	p := openWith(t, store, program, nil)
	activate(t, p, program)
	for _, key := range []string{"a", "bad", "b"} {
		if _, err := startEcho(t.Context(), p, key); err != nil {
			t.Fatal(err)
		}
	}
	want := stateOf(t, p, "bad")
	p.Close()
	for round, neighbour := range []string{"a", "b"} {
		p = openWith(t, store, program, tripping(engine.StageEvolve))
		if d := stateOf(t, p, "bad"); d.State != record.Incident || !strings.Contains(d.Blocked, "set it aside") || d.Process != "p.Echo" || d.Key != "bad" {
			t.Fatalf("round %d: it is %+v", round, d.Summary)
		}
		if d := stateOf(t, p, neighbour); d.State != record.Waiting {
			t.Fatalf("its neighbour is %s", d.State)
		}
		var no *record.Rejection
		_, err := p.Submit(t.Context(), record.CancelInstance{Instance: want.Instance})
		if !errors.As(err, &no) || no.Code != record.Poisoned {
			t.Fatalf("a command for it: %v", err)
		}
		if reply, err := startEcho(t.Context(), p, "bad"); err != nil || !reply.Existing {
			t.Fatalf("its key again: %+v, %v", reply, err)
		}
		if _, err := p.Submit(t.Context(), record.CancelInstance{Instance: record.InstanceID("p.Echo", neighbour)}); err != nil {
			t.Fatal(err)
		}
		if round == 1 {
			if err := p.Snapshot(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		p.Close()
	}
	p = openWith(t, store, program, tripping(engine.StageEvolve)) // from the snapshot
	if d := stateOf(t, p, "bad"); d.State != record.Incident {
		t.Fatalf("from the snapshot it is %+v", d.Summary)
	}
	p.Close()
	p = openWith(t, store, program, nil)
	if d := stateOf(t, p, "bad"); d.State != want.State || len(d.Waits) != 1 || d.Waits[0].Due != want.Waits[0].Due {
		t.Fatalf("it is %+v, want %+v", d, want)
	}
}

// A look at one instance that meets a bug does not keep the others from being seen,
// and a look that fails as a whole ends nothing.
func TestALookThatMeetsABug(t *testing.T) {
	store, program := journal.NewStore("p", journal.StoreOptions{}), echo(t, true)
	p := openWith(t, store, program, tripping(engine.StageView))
	activate(t, p, program)
	for _, key := range []string{"a", "bad"} {
		if _, err := startEcho(t.Context(), p, key); err != nil {
			t.Fatal(err)
		}
	}
	if d := stateOf(t, p, "bad"); d.State != record.Incident || !strings.Contains(d.Detail, "while it was looked at") {
		t.Fatalf("it is %+v", d)
	}
	var all []engine.Summary
	if err := p.Query(t.Context(), func(s *engine.State) { all = s.Instances(nil) }); err != nil || len(all) != 2 {
		t.Fatalf("%d instances, %v", len(all), err)
	}
	if err := p.Query(t.Context(), func(*engine.State) { panic("sprung") }); err == nil || strings.Contains(err.Error(), "sprung") {
		t.Fatalf("got %v", err)
	}
	if d := stateOf(t, p, "a"); d.State != record.Waiting {
		t.Fatalf("the neighbour is %s", d.State)
	}
}
