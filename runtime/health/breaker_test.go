package health

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
	"pgregory.net/rapid"
)

var guarded = Rules{Failures: MaxFailures, WindowNs: int64(10 * second), ProbeNs: int64(second), RecoverNs: int64(5 * second),
	Breaker: &BreakerRules{Rate: millionth / 2, Calls: 4, WindowNs: int64(10 * second), SlowRate: 3 * millionth / 4, SlowNs: int64(2 * second), Trials: 2}}

// run plays signs of paris, one a second: g is a good call, s a slow one, b a bad
// one; G and B are probes, S a probe that cannot tell.
func run(tr *Tracker, now record.Instant, signs string) record.Instant {
	for _, c := range signs {
		now += second
		s := sign(now, connector.Alive)
		switch c {
		case 's':
			s.TookNs = int64(2 * second)
		case 'b', 'B':
			s.Says = connector.Failing
		case 'S':
			s.Says = connector.Silent
		}
		s.Probe = strings.ContainsRune("GBS", c)
		tr.Observe(s)
	}
	return now
}

func TestWhenABreakerOpens(t *testing.T) {
	for _, c := range []struct {
		signs string
		why   string // "" where it stays closed
	}{
		{"gggggggg", ""},
		{"bb", ""},
		{"gbg", ""},
		{"gbgb", "2 of the latest 4 calls within 10s failed; the last: connection refused"},
		{"bggggbg", ""},
		{"bbgg", "2 of the latest 4 calls within 10s failed"},
		{"sssg", "3 of the latest 4 calls within 10s took 2s or longer"},
		{"ssgs", "3 of the latest 4 calls within 10s took 2s or longer"},
		{"ssgg", ""},
		{"gGGgBGb", ""}, // probes are no calls
		{"gGGGGGGGgbb", "2 of the latest 4"},
		{"gGGGGGGGGgbb", ""}, // the first of the four is older than the window
	} {
		tr := NewTracker([]Watch{{"shop.pay", "paris", guarded}})
		run(tr, 100*second, c.signs)
		got := tr.View().Of("shop.pay", "paris")
		if (got.Status == placement.Unhealthy) != (c.why != "") || got.Shut != (c.why != "") || !strings.HasPrefix(got.Why, c.why) {
			t.Errorf("%s: %+v; want %q", c.signs, got, c.why)
		}
	}
}

// The life of a breaker: open, nobody is let through; back for its time, so many
// trials; closed when they succeed, open again when one does not.
func TestTrials(t *testing.T) {
	tr := NewTracker([]Watch{{"shop.pay", "paris", guarded}})
	if a := tr.Admit("shop.pay", "paris"); a != (Admission{}) {
		t.Errorf("a closed breaker says %+v", a)
	}
	now := run(tr, 100*second, "bbbb")
	shut := func(when string) {
		t.Helper()
		a := tr.Admit("shop.pay", "paris")
		h := tr.View().Of("shop.pay", "paris")
		if !strings.HasPrefix(a.Why, "the breaker is open: ") || a.Trial != 0 || !h.Shut || h.Trial {
			t.Fatalf("%s: %+v, %+v", when, a, h)
		}
	}
	shut("at once")
	now = run(tr, now, "GGGGG")
	shut("back for 4 s")
	now = run(tr, now, "G")
	if h := tr.View().Of("shop.pay", "paris"); !h.Trial {
		t.Fatalf("back for 5 s, and no trials: %+v", h)
	}
	one, two := tr.Admit("shop.pay", "paris"), tr.Admit("shop.pay", "paris")
	if one.Why+two.Why != "" || one.Trial == 0 || one != two {
		t.Fatalf("the trials are %+v and %+v", one, two)
	}
	shut("both trials are under way")
	ends := func(a Admission, says connector.Sign, took record.Instant) {
		now += took
		s := sign(now, says)
		s.Trial, s.TookNs = a.Trial, int64(took)+1
		tr.Observe(s)
	}
	ends(one, connector.Silent, 1) // it did not leave after all
	one = tr.Admit("shop.pay", "paris")
	ends(one, connector.Failing, 1)
	shut("a trial failed")
	ends(two, connector.Alive, 1)
	now = run(tr, now, "GGGGG")
	shut("back for 4 s after the failed trial: the late one counts for nothing")
	now = run(tr, now, "G")
	slow := tr.Admit("shop.pay", "paris")
	ends(slow, connector.Alive, 3*second)
	shut("a trial was slow")
	now = run(tr, now, "GGGGGG")
	one, two = tr.Admit("shop.pay", "paris"), tr.Admit("shop.pay", "paris")
	ends(one, connector.Alive, 1)
	if status(tr) != placement.Unhealthy {
		t.Error("one of two trials is enough")
	}
	ends(two, connector.Alive, 1)
	if h := tr.View().Of("shop.pay", "paris"); h.Status != placement.Healthy || h.Shut || tr.Entries()[0].Reason != "2 trials succeeded" {
		t.Errorf("after the trials: %+v", tr.Entries())
	}
	if run(tr, now, "b"); status(tr) != placement.Healthy {
		t.Error("what failed before the trials still counts")
	}
}

// Where the probe of a protocol cannot tell, a call has to find out.
func TestTrialsWithoutProbes(t *testing.T) {
	tr := NewTracker([]Watch{{"shop.pay", "paris", guarded}})
	now := run(tr, 100*second, "bbbbSSSS")
	if tr.View().Of("shop.pay", "paris").Trial {
		t.Error("a trial after 4 s; want 5 s")
	}
	run(tr, now, "S")
	if !tr.View().Of("shop.pay", "paris").Trial {
		t.Error("no trial after 5 s")
	}
}

func TestActiveProbes(t *testing.T) {
	active := DefaultRules
	active.Active = true
	tr := NewTracker([]Watch{{"shop.pay", "paris", active}, {"shop.one", "paris", DefaultRules}})
	t0 := 100 * second
	due := tr.Due(t0)
	if len(due) != 1 || due[0] != (Asked{"shop.pay", "paris", ProbeTimeoutNs}) {
		t.Fatalf("%v is due at first", due)
	}
	s := sign(t0+5e6, connector.Alive)
	s.Probe, s.TookNs = true, 5e6
	tr.Observe(s)
	if at, _ := tr.NextDue(); at != s.At+second {
		t.Errorf("the next probe is due after %d; want 1 s after the answer", at-s.At)
	}
	tr.Observe(sign(t0+second, connector.Alive))
	if due := tr.Due(t0 + 2*second - 1); len(due) != 0 {
		t.Errorf("%v is due though a call has just told", due)
	}
	if due := tr.Due(t0 + 2*second); len(due) != 1 || due[0].TimeoutNs != ProbeTimeoutMinNs {
		t.Errorf("%v is due; want paris, with the shortest patience", due)
	}
	s = sign(t0+2*second+record.Instant(ProbeTimeoutMinNs), connector.Failing)
	s.Probe = true
	tr.Observe(s)
	if status(tr) != placement.Healthy {
		t.Error("one probe is enough")
	}
	again, _ := tr.NextDue()
	if again != s.At+record.Instant(ProbeAgainNs) {
		t.Errorf("the second probe is due after %d", again-s.At)
	}
	tr.Due(again)
	s.At = again + record.Instant(ProbeTimeoutMinNs)
	tr.Observe(s)
	if e := tr.Entries()[0]; e.Status != placement.Unhealthy || !strings.HasPrefix(e.Reason, "2 probes in a row failed; the last: connection refused") {
		t.Errorf("after two: %+v", e)
	}
	// The promise of two seconds, in the worst case: it went away right after a sign.
	if worst := int64(second) + 2*ProbeTimeoutMinNs + ProbeAgainNs; worst >= int64(2*second) {
		t.Errorf("it may take %s", duration(worst))
	}
}

func TestBreakersOfTwoFailovers(t *testing.T) {
	a := breakerOf(&plan.Breaker{Rate: "0.5", Calls: 20, WindowNs: 10, Trials: 3})
	b := breakerOf(&plan.Breaker{Rate: "0.25", Calls: 40, WindowNs: 5, SlowRate: "0.8", SlowNs: 7, Trials: 1})
	want := BreakerRules{Rate: 250_000, Calls: 20, WindowNs: 10, SlowRate: 800_000, SlowNs: 7, Trials: 3}
	if got := a.careful(b); *got != want {
		t.Errorf("%+v; want %+v", *got, want)
	}
	if got := b.careful(a); *got != want {
		t.Errorf("the other way round %+v; want %+v", *got, want)
	}
	if a.careful(nil) != a || (*BreakerRules)(nil).careful(a) != a {
		t.Error("one breaker is not the one that there is")
	}
}

// model is the rule told a second time, over everything that ever happened.
type model struct {
	r       Rules
	signs   []Sign // real calls since it was last closed, oldest first
	fails   []record.Instant
	status  placement.Status
	since   record.Instant
	back    record.Instant // of an open one: the first good sign since the last bad one, -1 for none
	trying  bool
	out     int
	good    int
	probes  int // that failed in a row
	lastBad record.Instant
}

func (m *model) open(at record.Instant) {
	m.status, m.since, m.back, m.trying, m.signs, m.fails, m.probes = placement.Unhealthy, at, -1, false, nil, nil, 0
}

func (m *model) admits() (trial bool, ok bool) {
	if m.status != placement.Unhealthy {
		return false, true
	}
	return true, m.trying && m.out+m.good < m.r.Breaker.Trials
}

// share says whether the latest calls are enough, recent enough, and so often what
// is asked for.
func (m *model) share(now record.Instant, is func(Sign) bool, rate int) bool {
	n := m.r.Breaker.Calls
	if len(m.signs) < n {
		return false
	}
	count := 0
	for _, s := range m.signs[len(m.signs)-n:] {
		if int64(now-s.At) > m.r.Breaker.WindowNs {
			return false
		}
		if is(s) {
			count++
		}
	}
	return count*millionth >= rate*n
}

func (m *model) observe(s Sign, trial bool) {
	b := m.r.Breaker
	if trial = trial && m.trying; trial {
		m.out--
	}
	slow := func(s Sign) bool { return s.TookNs >= b.SlowNs }
	failed := func(s Sign) bool { return s.Says == connector.Failing }
	stale := m.status == placement.Unhealthy && s.At-record.Instant(s.TookNs) < m.since
	if m.status != placement.Unhealthy && !s.Probe && s.Says != connector.Silent {
		m.signs = append(m.signs, s)
	}
	switch {
	case s.Says == connector.Silent:
		if s.Probe && m.status == placement.Unhealthy && int64(s.At-m.lastBad) >= m.r.RecoverNs && !m.trying {
			m.trying, m.out, m.good = true, 0, 0
		}
	case s.Says == connector.Failing:
		m.lastBad = s.At
		if s.Probe {
			m.probes++
		}
		if m.status == placement.Unhealthy {
			switch {
			case trial:
				m.open(s.At)
			case !stale:
				m.back, m.trying = -1, false
			}
			return
		}
		m.fails = append(m.fails, s.At)
		recent := 0
		for _, at := range m.fails {
			if int64(s.At-at) <= m.r.WindowNs {
				recent++
			}
		}
		if recent >= m.r.Failures || !s.Probe && (m.share(s.At, failed, b.Rate) || m.share(s.At, slow, b.SlowRate)) || s.Probe && m.probes >= ProbesFailed {
			m.open(s.At)
		}
	case m.status != placement.Unhealthy:
		m.probes, m.status = 0, placement.Healthy
		if !s.Probe && (m.share(s.At, failed, b.Rate) || m.share(s.At, slow, b.SlowRate)) {
			m.open(s.At)
		}
	case trial && slow(s):
		m.open(s.At)
	case !stale:
		m.probes = 0
		if m.back < 0 {
			m.back = s.At
		}
		if trial {
			m.good++
		}
		switch {
		case int64(s.At-m.back) < m.r.RecoverNs:
		case !m.trying:
			m.trying, m.out, m.good = true, 0, 0
		case m.good >= b.Trials:
			m.status, m.signs, m.fails, m.trying = placement.Healthy, nil, nil, false
		}
	}
}

// Whatever happens, in whatever order: the breaker is as the model says.
func TestBreakerAgainstTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rules{Failures: rapid.IntRange(2, 8).Draw(t, "failures"), WindowNs: rapid.Int64Range(1, 30).Draw(t, "window"), ProbeNs: 1,
			RecoverNs: rapid.Int64Range(0, 10).Draw(t, "recover"),
			Breaker: &BreakerRules{Rate: rapid.IntRange(1, 4).Draw(t, "rate") * millionth / 4, Calls: rapid.IntRange(1, 6).Draw(t, "calls"),
				WindowNs: rapid.Int64Range(1, 40).Draw(t, "time"), SlowRate: rapid.IntRange(1, 3).Draw(t, "slow") * millionth / 3, SlowNs: 3, Trials: rapid.IntRange(1, 3).Draw(t, "trials")}}
		tr := NewTracker([]Watch{{"shop.pay", "paris", r}})
		m := &model{r: r, back: -1}
		type call struct {
			left  record.Instant
			trial uint64
			round bool // it is a trial of the round that goes on
		}
		var out []call
		now := record.Instant(100)
		for i := range rapid.IntRange(0, 150).Draw(t, "steps") {
			now += record.Instant(rapid.Int64Range(0, 4).Draw(t, fmt.Sprint("gap", i)))
			switch step := rapid.IntRange(0, 9).Draw(t, fmt.Sprint("step", i)); {
			case step < 4: // a call wants to leave
				a := tr.Admit("shop.pay", "paris")
				trial, ok := m.admits()
				if (a.Why == "") != ok || (a.Trial != 0) != (trial && ok) {
					t.Fatalf("step %d: admitted %+v; want %v, trial %v", i, a, ok, trial)
				}
				if ok {
					if trial {
						m.out++
					}
					out = append(out, call{now, a.Trial, trial})
				}
			case step < 8 && len(out) > 0: // one comes back
				at := rapid.IntRange(0, len(out)-1).Draw(t, fmt.Sprint("which", i))
				c := out[at]
				out = append(out[:at], out[at+1:]...)
				s := sign(now, rapid.SampledFrom([]connector.Sign{connector.Alive, connector.Alive, connector.Failing, connector.Silent}).Draw(t, fmt.Sprint("says", i)))
				s.TookNs, s.Trial = int64(now-c.left), c.trial
				tr.Observe(s)
				m.observe(s, c.round)
			default:
				s := sign(now, rapid.SampledFrom([]connector.Sign{connector.Alive, connector.Alive, connector.Failing, connector.Silent}).Draw(t, fmt.Sprint("probe", i)))
				s.Probe, s.TookNs = true, 0
				tr.Observe(s)
				m.observe(s, false)
			}
			if !m.trying {
				for j := range out { // their round is over
					out[j].round = false
				}
			}
			h := tr.View().Of("shop.pay", "paris")
			trial, ok := m.admits()
			if h.Status != m.status || h.Shut != (m.status == placement.Unhealthy) || h.Trial != (trial && ok) {
				t.Fatalf("step %d: %+v; want %s, trial %v", i, h, m.status, trial && ok)
			}
		}
	})
}
