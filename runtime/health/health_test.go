package health

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
	"pgregory.net/rapid"
)

const second = record.Instant(time.Second)

var rules = Rules{Failures: 3, WindowNs: int64(10 * second), ProbeNs: int64(5 * second), RecoverNs: int64(60 * second)}

func watched() *Tracker {
	return NewTracker([]Watch{{"shop.pay", "paris", rules}, {"shop.pay", "finland", rules}})
}

func sign(at record.Instant, says connector.Sign) Sign {
	return Sign{Endpoint: "shop.pay", Cloud: "paris", At: at, Says: says, TookNs: 1000, Detail: "connection refused"}
}

func status(t *Tracker) placement.Status { return t.View().Of("shop.pay", "paris").Status }

func TestUnhealthyAfterFailuresInAWindow(t *testing.T) {
	for _, c := range []struct {
		name string
		bad  []record.Instant
		want placement.Status
	}{
		{"one short of the number", []record.Instant{0, 1}, placement.Unknown},
		{"the number", []record.Instant{0, 1, 2}, placement.Unhealthy},
		{"the number in just the window", []record.Instant{1 * second, 2 * second, 11 * second}, placement.Unhealthy},
		{"the number in a moment more", []record.Instant{1 * second, 2 * second, 11*second + 1}, placement.Unknown},
		{"old ones do not count", []record.Instant{0, 20 * second, 21 * second}, placement.Unknown},
		{"the last ones count", []record.Instant{0, 20 * second, 21 * second, 22 * second}, placement.Unhealthy},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := watched()
			for _, at := range c.bad {
				tr.Observe(sign(at, connector.Failing))
			}
			if status(tr) != c.want {
				t.Errorf("got %s; want %s", status(tr), c.want)
			}
			if other := tr.View().Of("shop.pay", "finland").Status; other != placement.Unknown {
				t.Errorf("the other cloud is %s", other)
			}
		})
	}
}

func unhealthyAt(at record.Instant) *Tracker {
	tr := watched()
	tr.Observe(sign(at-2, connector.Alive))
	for i := range 3 {
		tr.Observe(sign(at-2+record.Instant(i), connector.Failing))
	}
	return tr
}

func TestWayBack(t *testing.T) {
	t0 := 100 * second
	tr := unhealthyAt(t0)
	if status(tr) != placement.Unhealthy {
		t.Fatal("not unhealthy at the beginning")
	}
	at, ok := tr.NextDue()
	if !ok || at != t0+5*second {
		t.Errorf("the first probe is due at %d, %v; want 5 s after the last failure", at-t0, ok)
	}
	if due := tr.Due(t0 + 5*second - 1); len(due) != 0 {
		t.Errorf("too early %v is due", due)
	}
	if due := tr.Due(t0 + 5*second); len(due) != 1 || due[0].Cloud != "paris" {
		t.Errorf("%v is due; want paris", due)
	}
	if due := tr.Due(t0 + 5*second); len(due) != 0 {
		t.Errorf("twice due: %v", due)
	}
	good := func(after record.Instant) {
		s := sign(t0+after, connector.Alive)
		s.Probe = true
		tr.Observe(s)
	}
	good(5 * second)
	good(60 * second)
	if status(tr) != placement.Unhealthy {
		t.Error("healthy after 55 s of good signs; want 60 s")
	}
	tr.Observe(sign(t0+61*second, connector.Failing)) // begins anew
	good(65 * second)
	good(125*second - 1)
	if status(tr) != placement.Unhealthy {
		t.Error("healthy a moment too early")
	}
	good(125 * second)
	if status(tr) != placement.Healthy {
		t.Error("not healthy after 60 s of good signs")
	}
	if _, ok := tr.NextDue(); ok {
		t.Error("a healthy binding is probed")
	}
	// The failures from before do not count any more.
	tr.Observe(sign(t0+126*second, connector.Failing))
	if status(tr) != placement.Healthy {
		t.Error("unhealthy by old failures")
	}
}

func TestOneGoodSignIsEnoughWithoutAFailbackTime(t *testing.T) {
	r := rules
	r.RecoverNs = 0
	tr := NewTracker([]Watch{{"shop.pay", "paris", r}})
	for i := range 3 {
		tr.Observe(sign(record.Instant(i), connector.Failing))
	}
	tr.Observe(sign(5, connector.Alive))
	if status(tr) != placement.Healthy {
		t.Errorf("got %s", status(tr))
	}
}

func TestWhatTeachesNothing(t *testing.T) {
	tr := watched()
	before := tr.View()
	tr.Observe(sign(1, connector.Silent))
	tr.Observe(Sign{Endpoint: "shop.pay", Cloud: "mars", At: 1, Says: connector.Failing})
	if tr.View() != before || tr.Entries()[0].Reason != "no call yet" {
		t.Errorf("something changed: %+v", tr.Entries())
	}
}

func TestReasons(t *testing.T) {
	tr := unhealthyAt(100)
	want := "3 failures within 10s; the last: connection refused; probed every 5s"
	if e := tr.Entries()[0]; e.Reason != want || e.Since != 100 || e.LastBad != 100 || e.LastGood != 98 || e.Good != 1 || e.Bad != 3 {
		t.Errorf("got %+v", e)
	}
	tr.Observe(sign(200, connector.Alive))
	want = "3 failures within 10s; the last: connection refused; it answers again and is preferred again after 1m of that"
	if e := tr.Entries()[0]; e.Reason != want {
		t.Errorf("got %q", e.Reason)
	}
	tr.Observe(sign(200+60*second, connector.Alive))
	if e := tr.Entries()[0]; e.Reason != "it answered for 1m without a failure" || e.Status != placement.Healthy {
		t.Errorf("got %q", e.Reason)
	}
}

func TestLatency(t *testing.T) {
	tr := watched()
	call := func(took int64) {
		s := sign(1, connector.Alive)
		s.TookNs = took
		tr.Observe(s)
	}
	shown := func() int64 { return tr.View().Of("shop.pay", "paris").P95Ns }
	for range MinMeasured - 1 {
		call(800)
	}
	if shown() != 0 {
		t.Errorf("after %d calls %d is shown; want nothing", MinMeasured-1, shown())
	}
	call(1600)
	if shown() != 800 || tr.View().Within("shop.pay", "paris", 99) != 1600 || tr.View().Within("shop.pay", "paris", 42) != 0 {
		t.Errorf("of 19 calls of 800 and one of 1600, 95%% took %d and 99%% %d", shown(), tr.View().Within("shop.pay", "paris", 99))
	}
	before := tr.View()
	for range 2 * measureEvery { // 900 at most: less than a fifth more
		call(900)
	}
	if tr.View() != before || tr.Entries()[0].P95Ns != 900 {
		t.Errorf("a small move makes a new view, or %d is no quantile", tr.Entries()[0].P95Ns)
	}
	for range Measured {
		call(1000)
	}
	if shown() != 1000 || before.Of("shop.pay", "paris").P95Ns != 800 || tr.Entries()[0].LatencyNs < 990 {
		t.Errorf("the view shows %d; want 1000, and the one before %d; want 800", shown(), before.Of("shop.pay", "paris").P95Ns)
	}
	probe := sign(2, connector.Alive)
	probe.TookNs, probe.Probe = 99999, true
	tr.Observe(probe)
	if e := tr.Entries()[0]; e.LatencyNs > 1000 || e.Good != 3*20+Measured-20 {
		t.Errorf("a probe counts as a call: %+v", e)
	}
}

func TestReplaceKeepsWhatIsKnown(t *testing.T) {
	tr := unhealthyAt(100)
	tr.Replace([]Watch{{"shop.new", "paris", rules}, {"shop.pay", "paris", Rules{Failures: 1, WindowNs: 1, ProbeNs: 1, RecoverNs: 1}}})
	if status(tr) != placement.Unhealthy || len(tr.Entries()) != 2 || tr.View().Of("shop.pay", "finland").Status != placement.Unknown {
		t.Errorf("got %+v", tr.Entries())
	}
	tr.Observe(sign(300, connector.Alive))
	tr.Observe(sign(301, connector.Alive))
	tr.Observe(sign(302, connector.Failing))
	if status(tr) != placement.Unhealthy {
		t.Errorf("the new rules do not hold: %s", status(tr))
	}
}

func TestFailuresAreBounded(t *testing.T) {
	tr := NewTracker([]Watch{{"shop.pay", "paris", Rules{Failures: MaxFailures + 5, WindowNs: int64(second)}}})
	for i := range MaxFailures {
		if status(tr) != placement.Unknown {
			t.Fatalf("unhealthy after %d failures", i)
		}
		tr.Observe(sign(record.Instant(i), connector.Failing))
	}
	if status(tr) != placement.Unhealthy {
		t.Errorf("not unhealthy after %d failures", MaxFailures)
	}
}

func TestWatchesOf(t *testing.T) {
	call := func(endpoint, failover string) plan.Step {
		return plan.Step{Kind: plan.Call, Call: &plan.CallStep{Endpoint: endpoint, Failover: failover, Candidates: []plan.Candidate{
			{Cloud: "z", Verdict: plan.Allow}, {Cloud: "y", Verdict: plan.Decide}, {Cloud: "x", Verdict: plan.Deny}}}}
	}
	in := func(steps ...plan.Step) plan.Block { return plan.Block{Steps: steps} }
	nested := plan.Step{Kind: plan.Select, Select: &plan.SelectStep{
		On:    []plan.OnArm{{Block: in(call("p.on", "p.slow"))}},
		After: []plan.AfterArm{{Block: in(call("p.after", "p.slow"))}},
	}}
	task := plan.Step{Kind: plan.Task, Task: &plan.TaskStep{Else: &plan.Block{Steps: []plan.Step{call("p.else", "p.slow")}}}}
	undone := call("p.a", "p.quick")
	undone.Compensate = &plan.Block{Steps: []plan.Step{call("p.comp", "p.slow")}}
	same := call("p.same", "p.slow")
	same.Call.SameCloudAs = "charge"
	one := call("p.one", "p.slow")
	one.Call.Candidates = one.Call.Candidates[1:]
	undone.Call.Catch = []plan.Catch{{Block: in(call("p.catch", "p.slow"))}}
	p := &plan.Plan{
		Failovers: []plan.Failover{
			{Name: "p.quick", UnhealthyFailures: 2, UnhealthyWindowNs: 10, ProbeEveryNs: 7, FailbackAfterNs: 3},
			{Name: "p.slow", UnhealthyFailures: 9, UnhealthyWindowNs: 99, ProbeEveryNs: 8, FailbackAfterNs: 5},
			{Name: "p.open", Tries: 3},
		},
		Processes: []plan.Process{{Flow: plan.Flow{Body: []plan.Step{undone, nested, task, same, one, {Kind: plan.If, Blocks: []plan.Block{in(call("p.both", "p.quick")), in(call("p.both", "p.slow"))}}}}}},
		Routes:    []plan.Route{{Flow: plan.Flow{Body: []plan.Step{call("p.route", "p.open")}}}},
	}
	for _, name := range []string{"unused", "route", "on", "else", "comp", "catch", "both", "after", "a", "same", "one"} {
		p.Endpoints = append(p.Endpoints, plan.Endpoint{Name: "p." + name, Bindings: []plan.Binding{{Cloud: "z"}, {Cloud: "y"}, {Cloud: "x"}}})
	}
	quick, slow := Rules{Failures: 2, WindowNs: 10, ProbeNs: 7, RecoverNs: 3, Active: true}, Rules{Failures: 9, WindowNs: 99, ProbeNs: 8, RecoverNs: 5, Active: true}
	open := DefaultRules
	open.Active = true
	want := map[string]Rules{"p.a": quick, "p.both": {Failures: 2, WindowNs: 99, ProbeNs: 7, RecoverNs: 5, Active: true}, "p.unused": DefaultRules, "p.route": open}
	watches := WatchesOf(p)
	if len(watches) != 33 || watches[0].Endpoint != "p.a" || watches[0].Cloud != "z" || watches[32].Endpoint != "p.unused" {
		t.Errorf("the order is %v", watches)
	}
	for _, w := range watches {
		expected, ok := want[w.Endpoint]
		if !ok {
			expected = slow
		}
		expected.Active = w.Cloud != "x" && w.Endpoint != "p.unused" && w.Endpoint != "p.same" && w.Endpoint != "p.one"
		if w.Rules != expected {
			t.Errorf("%s: got %+v; want %+v", w.Endpoint, w.Rules, expected)
		}
	}
}

// Whatever the signs: the status follows from the rule alone, told here a second
// time in the simplest way.
func TestTrackerAgainstTheRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rules{Failures: rapid.IntRange(1, 4).Draw(t, "failures"), WindowNs: rapid.Int64Range(1, 20).Draw(t, "window"), ProbeNs: 1, RecoverNs: rapid.Int64Range(0, 20).Draw(t, "recover")}
		tr := NewTracker([]Watch{{"shop.pay", "paris", r}})
		want := placement.Unknown
		var bad []record.Instant
		good := record.Instant(-1)
		now := record.Instant(1)
		for i := range rapid.IntRange(0, 60).Draw(t, "signs") {
			now += record.Instant(rapid.Int64Range(0, 8).Draw(t, fmt.Sprint("gap", i)))
			if rapid.Bool().Draw(t, fmt.Sprint("alive", i)) {
				tr.Observe(sign(now, connector.Alive))
				switch {
				case want == placement.Unknown:
					want = placement.Healthy
				case want == placement.Unhealthy && good < 0:
					good = now
				}
				if want == placement.Unhealthy && int64(now-good) >= r.RecoverNs {
					want, bad = placement.Healthy, nil
				}
			} else {
				tr.Observe(sign(now, connector.Failing))
				bad, good = append(bad, now), -1
				recent := 0
				for _, at := range bad {
					if int64(now-at) <= r.WindowNs {
						recent++
					}
				}
				if recent >= r.Failures && want != placement.Unhealthy {
					want = placement.Unhealthy
				}
			}
			if status(tr) != want {
				t.Fatalf("after sign %d: %s; want %s", i, status(tr), want)
			}
			if strings.TrimSpace(tr.Entries()[0].Reason) == "" {
				t.Fatal("no reason")
			}
		}
	})
}

func BenchmarkCalled(b *testing.B) {
	table := NewTable([]Watch{{"shop.pay", "paris", rules}, {"shop.pay", "finland", rules}})
	q := connector.Request{Endpoint: "shop.pay", Cloud: "paris"}
	r := connector.Reply{Sign: connector.Alive, TookNs: 1000}
	b.ReportAllocs()
	for b.Loop() {
		table.Called(q, r, Admission{}, 1)
		if table.View().Of("shop.pay", "paris").Status != placement.Healthy {
			b.Fatal("not healthy")
		}
	}
}
