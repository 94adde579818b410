package node

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/failover"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/record"
)

const resting = `

process Rest(id: string) -> string {
  key: id
  first: wait 100d
  second: wait 100d
  return id
}
`

func cloudAt(dir string) Options {
	return Options{
		Store: jetstream.Options{StoreDir: dir}, Shards: 2, Connectors: connector.NewRegistry(),
		Settings: func(string, bool) (string, bool) { return "", false },
	}
}

// rest starts an instance of Rest.
func rest(t *testing.T, n *Node, id string) string {
	t.Helper()
	r, err := n.Start(t.Context(), StartRequest{Process: "p.Rest", Input: fmt.Appendf(nil, `{"id":%q}`, id)})
	if err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// within runs a node for a while.
func within(t *testing.T, dir string, f func(n *Node)) {
	t.Helper()
	n, err := Open(context.Background(), cloudAt(dir))
	if err != nil {
		t.Fatal(err)
	}
	f(n)
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// TestWhatOnlyTheLoserHas is merged per instance: one that the survivor never had, one
// that it had not gone on with, one with which both went on alike, and two with which
// they did not.
func TestWhatOnlyTheLoserHas(t *testing.T) {
	london, rome := filepath.Join(t.TempDir(), "london"), filepath.Join(t.TempDir(), "rome")
	plan := planned(t, resting)
	ids := map[string]string{}
	skip := func(n *Node, name string) {
		t.Helper()
		if err := n.Skip(t.Context(), ids[name], Skipping{Saying: Saying{By: "ada"}, Step: "first"}); err != nil {
			t.Fatal(err)
		}
	}
	end := func(n *Node, name string) {
		t.Helper()
		if err := n.Terminate(t.Context(), ids[name], Saying{By: "ada"}); err != nil {
			t.Fatal(err)
		}
	}
	within(t, london, func(n *Node) {
		activatePlan(t, n, plan)
		for _, name := range []string{"ended", "skipped", "torn", "over"} {
			ids[name] = rest(t, n, name)
		}
	})
	if err := os.CopyFS(rome, os.DirFS(london)); err != nil {
		t.Fatal(err)
	}
	bases := map[string]uint64{}
	within(t, rome, func(n *Node) {
		for _, s := range n.held() {
			bases[s.journal.Stats().Name] = s.journal.Stats().Last - 1 // but for the take-over
		}
	})
	within(t, london, func(n *Node) {
		ids["new"] = rest(t, n, "new")
		end(n, "ended")
		skip(n, "skipped")
		end(n, "torn")
		end(n, "over")
	})
	parts, err := Surplus(t.Context(), cloudAt(london), bases)
	if err != nil {
		t.Fatal(err)
	}
	within(t, rome, func(n *Node) {
		skip(n, "torn")
		skip(n, "over")
		end(n, "over")
		merge := func() (verdicts map[string]string) {
			verdicts = map[string]string{}
			for _, part := range parts {
				merged, err := n.Merge(t.Context(), "london", part)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range merged {
					for name, id := range ids {
						if m.Instance == id {
							verdicts[name] = m.Verdict
						}
					}
				}
			}
			return verdicts
		}
		want := map[string]string{"new": failover.Imported, "ended": failover.Imported, "skipped": failover.Imported, "torn": failover.Differs, "over": failover.Differs}
		if got := merge(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the first time %v, want %v", got, want)
		}
		for name, state := range map[string]record.State{"new": record.Waiting, "ended": record.Cancelled, "skipped": record.Waiting, "torn": record.Incident, "over": record.Cancelled} {
			d, err := n.Instance(t.Context(), ids[name], Person{})
			if err != nil || d.State != state {
				t.Errorf("%s is %s (%s), want %s; %v", name, d.State, d.Detail, state, err)
			}
			if name == "torn" && (!strings.HasPrefix(d.Detail, "london had what an operator did") || strings.Contains(d.Detail, "bug")) {
				t.Errorf("a person is told %q", d.Detail)
			}
		}
		want = map[string]string{"new": failover.Agreed, "ended": failover.Agreed, "skipped": failover.Agreed, "torn": failover.Differs, "over": failover.Differs}
		if got := merge(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the second time %v, want %v", got, want)
		}
		if err := n.Retry(t.Context(), ids["torn"], Retrying{Saying: Saying{By: "ada"}}); err != nil {
			t.Error(err)
		}
		if d, err := n.Instance(t.Context(), ids["torn"], Person{}); err != nil || d.State != record.Waiting {
			t.Errorf("after a retry it is %s, %v", d.State, err)
		}
	})
	within(t, rome, func(n *Node) { // what was merged is in the journal
		if d, err := n.Instance(t.Context(), ids["new"], Person{}); err != nil || d.State != record.Waiting {
			t.Errorf("%s, %v", d.State, err)
		}
	})
}

const sailing = `

event Left    { id: string }
event Arrived { id: string }

process Sail(id: string) -> string {
  key: id
  select {
    on Left as l where l.id == id {}
  }
  select {
    on Arrived as a where a.id == id {}
  }
  return id
}
`

// TestEventsThatOnlyTheLoserTook: events that the loser had acknowledged reach the
// instances of the survivor, whether these have gone on or not or are unknown there, and
// their senders may repeat them before that and after it. Nobody is asked.
func TestEventsThatOnlyTheLoserTook(t *testing.T) {
	london, rome := filepath.Join(t.TempDir(), "london"), filepath.Join(t.TempDir(), "rome")
	plan, ids := planned(t, sailing), map[string]string{}
	start := func(n *Node, name string) {
		t.Helper()
		r, err := n.Start(t.Context(), StartRequest{Process: "p.Sail", Input: fmt.Appendf(nil, `{"id":%q}`, name)})
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = r.ID
	}
	publish := func(n *Node, event, name string) {
		t.Helper()
		if _, err := n.PublishEvent(t.Context(), "p."+event, event+name, fmt.Appendf(nil, `{"id":%q}`, name)); err != nil {
			t.Fatal(err)
		}
	}
	within(t, london, func(n *Node) {
		activatePlan(t, n, plan)
		start(n, "went on")
		start(n, "stood still")
	})
	if err := os.CopyFS(rome, os.DirFS(london)); err != nil {
		t.Fatal(err)
	}
	bases := map[string]uint64{}
	within(t, london, func(n *Node) {
		for _, s := range n.held() {
			bases[s.journal.Stats().Name] = s.journal.Stats().Last - 1 // but for the take-over
		}
		start(n, "new")
		for name := range ids {
			publish(n, "Left", name)
			publish(n, "Arrived", name)
		}
		publish(n, "Left", "nobody")
	})
	parts, err := Surplus(t.Context(), cloudAt(london), bases)
	if err != nil {
		t.Fatal(err)
	}
	within(t, rome, func(n *Node) {
		publish(n, "Left", "went on")
		for _, part := range parts {
			merged, err := n.Merge(t.Context(), "london", part)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range merged {
				if m.Verdict == failover.Differs {
					t.Errorf("%+v", m)
				}
			}
		}
		publish(n, "Arrived", "went on")
		start(n, "nobody")
		publish(n, "Arrived", "nobody")
		for name, id := range ids {
			if d, err := n.Instance(t.Context(), id, Person{}); err != nil || d.State != record.Completed {
				t.Errorf("%s is %s (%s), want %s; %v", name, d.State, d.Detail, record.Completed, err)
			}
		}
	})
}

// TestASurplusThatDoesNotFit is no command of anybody: nothing changes.
func TestASurplusThatDoesNotFit(t *testing.T) {
	within(t, filepath.Join(t.TempDir(), "rome"), func(n *Node) {
		activatePlan(t, n, planned(t, resting))
		id := rest(t, n, "a")
		for name, events := range map[string][]record.Event{
			"of another instance":        {record.TimerSet{Instance: "x"}},
			"a plan that is not here":    {record.InstanceStarted{Instance: "new", Process: "p.Rest", Plan: "unknown"}},
			"a message started it":       {record.InstanceStarted{Instance: "new", Process: "p.Rest", Channel: "p.c"}},
			"an event kept in the other": {record.EventTaken{Instance: "new", ID: "e"}},
		} {
			text, err := json.Marshal(surplus{Shard: record.ShardOf("new", n.count()), Instances: []surplusOfOne{{Instance: "new", Count: 1, Events: record.AppendEvents(nil, events)}}})
			if err != nil {
				t.Fatal(err)
			}
			merged, err := n.Merge(t.Context(), "london", text)
			if err != nil || len(merged) != 1 || merged[0].Verdict == failover.Imported {
				t.Errorf("%s: %+v %v", name, merged, err)
			}
		}
		if _, err := n.Merge(t.Context(), "london", []byte("{")); err == nil {
			t.Error("what is no surplus was taken")
		}
		if _, err := n.Merge(t.Context(), "london", []byte(`{"shard": 2}`)); err == nil {
			t.Error("a shard that is not there")
		}
		if d, err := n.Instance(t.Context(), id, Person{}); err != nil || d.State != record.Waiting {
			t.Errorf("%s, %v", d.State, err)
		}
	})
}
