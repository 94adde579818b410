package observe

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

func TestAnIncidentAfterTheEndChangesNothing(t *testing.T) {
	v := New(deployment.NewTable())
	for commit, e := range []record.Event{
		record.InstanceStarted{At: 1, Instance: "i", Process: "p.P", Plan: "d"},
		record.InstanceEnded{At: 2, Instance: "i", State: record.Completed},
		record.IncidentOpened{At: 3, Instance: "i", Activation: 4, Detail: "cannot find out what was done at paris"},
		record.IncidentResolved{At: 4, Instance: "i"},
	} {
		v.Fold(uint64(commit+1), []record.Event{e})
		if i, _ := v.Find("i"); commit > 0 && (i.State != record.Completed || i.Detail != "") {
			t.Fatalf("after %T a completed instance is %s: %s", e, i.State, i.Detail)
		}
	}
}

func TestANamesakeOutlivesWhatIsForgotten(t *testing.T) {
	v := New(deployment.NewTable())
	start := record.InstanceStarted{At: 1, Instance: "i", Process: "p.P", Plan: "d"}
	v.Fold(1, []record.Event{start, record.InstanceEnded{At: 2, Instance: "i", State: record.Completed}, start})
	v.ended = MaxEnded
	v.forgetOldest()
	if i, ok := v.Find("i"); !ok || i.Ended != nil {
		t.Fatalf("the running one is %+v, %t", i, ok)
	}
	if list := v.List(Filter{}, Place{}, 10); len(list) != 1 {
		t.Fatalf("listed are %+v", list)
	}
}

// A list is right at the borders of the slices that it is walked in.
func TestAListLongerThanASlice(t *testing.T) {
	v := New(deployment.NewTable())
	const all = 2*listSlice + 1
	for i := range all {
		v.Fold(uint64(i+1), []record.Event{record.InstanceStarted{At: record.Instant(i + 1), Instance: fmt.Sprint(i), Process: "p.P", Plan: "d"}})
	}
	for _, limit := range []int{1, listSlice, listSlice + 1, all, all + 1} {
		list := v.List(Filter{}, Place{}, limit)
		if len(list) != min(limit, all) {
			t.Fatalf("%d of %d are listed", len(list), limit)
		}
		for i, x := range list {
			if x.ID != fmt.Sprint(all-1-i) {
				t.Fatalf("at %d is %s", i, x.ID)
			}
		}
	}
}

// After a restore the commits of an instance are enclosed, and not by much.
func TestCommitsAreKnownRoughlyAfterARestore(t *testing.T) {
	v := New(deployment.NewTable())
	const commits = 100_000
	at := func(commit int) record.Instant { return record.Instant(commit) * clockSlack }
	for c := 1; c <= commits; c++ {
		v.marks.note(uint64(c), at(c))
	}
	if len(v.marks.All) >= maxMarks {
		t.Fatalf("there are %d marks", len(v.marks.All))
	}
	w := New(deployment.NewTable())
	err := w.Load(commits, v.Save(), slices.Values([]engine.Details{
		{Summary: engine.Summary{Instance: "lives", Process: "p.P", Started: at(90_000)}},
		{Summary: engine.Summary{Instance: "ended", Process: "p.P", Started: at(50_000), Ended: at(50_010), State: record.Completed}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	near := uint64(3 * v.marks.Stride)
	first, last, _ := w.Commits("lives")
	if first > 90_000 || first+near < 90_000 || last != commits {
		t.Errorf("one that lives since 90000 is in %d to %d", first, last)
	}
	first, last, _ = w.Commits("ended")
	if first > 50_000 || first+near < 50_000 || last < 50_010 || last > 50_010+uint64(settleSlack/clockSlack)+near {
		t.Errorf("one of 50000 to 50010 is in %d to %d", first, last)
	}
}

func TestAHistoryIsBounded(t *testing.T) {
	teller := NewTeller(deployment.NewTable(), Instance{ID: "i"})
	for range MaxHistory {
		teller.Tell([]record.Event{record.TimerFired{At: 1, Instance: "i"}})
	}
	if !teller.Read(1) || len(teller.Entries()) != MaxHistory {
		t.Fatal("it ends before its bound")
	}
	teller.Tell([]record.Event{record.TimerFired{At: 1, Instance: "i"}})
	if n := len(teller.Entries()); teller.Read(1) || n != MaxHistory+1 {
		t.Fatalf("it goes on behind its bound: %d", n)
	}
	teller = NewTeller(deployment.NewTable(), Instance{ID: "i"})
	if !teller.Read(MaxHistoryBytes) || teller.Read(1) {
		t.Fatal("the bound in bytes is not kept")
	}
}
