package health

import (
	"fmt"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
)

// Sign is one observation of a binding.
type Sign struct {
	Endpoint string // qualified
	Cloud    string
	At       record.Instant
	Says     connector.Sign
	TookNs   int64  // counts towards the latency where Says is Alive and Probe is not set
	Detail   string // of a Failing one, without labelled data
	Probe    bool   // it comes from a probe, not from real traffic
}

// Entry is what is known of one binding, for people.
type Entry struct {
	Endpoint string
	Cloud    string
	Status   placement.Status
	// Since is when Status began; 0 while it is Unknown.
	Since record.Instant
	// Reason says in plain words why the status is what it is.
	Reason    string
	LatencyNs int64          // moving average of real calls, 0 where none was measured
	LastGood  record.Instant // 0: never
	LastBad   record.Instant // 0: never
	Good      uint64         // signs of real traffic, since the start
	Bad       uint64
}

// Tracker turns signs into health. It is pure: equal calls in equal order give
// equal answers. One goroutine owns it; Table guards one.
type Tracker struct {
	order    []key
	bindings map[key]*binding
	view     *View
}

type key struct{ endpoint, cloud string }

type binding struct {
	Entry
	rules     Rules
	failures  []record.Instant // the latest, oldest first; at most rules.Failures
	goodSince record.Instant   // of an unhealthy one: since when all signs are good; 0: not yet
	nextProbe record.Instant   // of an unhealthy one
	published int64            // the latency that the view shows
}

// NewTracker knows nothing yet about the given bindings.
func NewTracker(watches []Watch) *Tracker {
	t := &Tracker{bindings: map[key]*binding{}, view: &View{}}
	t.Replace(watches)
	return t
}

// Replace sets which bindings are watched: what was known of those that stay is
// kept. A plan that was activated or drained changes them.
func (t *Tracker) Replace(watches []Watch) {
	old := t.bindings
	t.order, t.bindings = nil, make(map[key]*binding, len(watches))
	for _, w := range watches {
		k := key{w.Endpoint, w.Cloud}
		if b, twice := t.bindings[k]; twice {
			b.rules = b.rules.careful(w.Rules)
			continue
		}
		b := old[k]
		if b == nil {
			b = &binding{Entry: Entry{Endpoint: w.Endpoint, Cloud: w.Cloud, Reason: "no call yet"}}
		}
		b.rules = w.Rules
		b.rules.Failures = min(max(b.rules.Failures, 1), MaxFailures)
		b.trim()
		t.bindings[k] = b
		t.order = append(t.order, k)
	}
	t.publish()
}

// View is the present picture. It does not change afterwards.
func (t *Tracker) View() *View { return t.view }

// Observe takes a sign. Signs of bindings that nobody watches, and Silent ones,
// change nothing.
func (t *Tracker) Observe(s Sign) {
	b := t.bindings[key{s.Endpoint, s.Cloud}]
	if b == nil || s.Says == connector.Silent {
		return
	}
	was := b.health()
	if s.Says == connector.Alive {
		b.good(s)
	} else {
		b.bad(s)
	}
	if now := b.health(); now.Status != was.Status || now.Back != was.Back || b.moved() {
		t.publish()
	}
}

// latencyShare is the weight of a new call in the moving average, 1/8: the last
// twenty calls or so decide.
const latencyShare = 8

func (b *binding) good(s Sign) {
	b.LastGood = s.At
	if !s.Probe {
		b.Good++
		switch {
		case s.TookNs <= 0:
		case b.LatencyNs == 0:
			b.LatencyNs = s.TookNs
		default:
			b.LatencyNs += (s.TookNs - b.LatencyNs) / latencyShare
		}
	}
	switch b.Status {
	case placement.Unknown:
		b.become(placement.Healthy, s.At, "it answers")
	case placement.Unhealthy:
		if b.goodSince == 0 {
			b.goodSince = s.At
		}
		if int64(s.At-b.goodSince) >= b.rules.RecoverNs {
			b.failures = b.failures[:0]
			b.become(placement.Healthy, s.At, "it answered for "+duration(int64(s.At-b.goodSince))+" without a failure")
		}
	}
}

func (b *binding) bad(s Sign) {
	b.LastBad, b.goodSince = s.At, 0
	if !s.Probe {
		b.Bad++
	}
	b.failures = append(b.failures, s.At)
	b.trim()
	full := len(b.failures) == b.rules.Failures
	if b.Status != placement.Unhealthy && full && int64(s.At-b.failures[0]) <= b.rules.WindowNs {
		plural := "failures"
		if b.rules.Failures == 1 {
			plural = "failure"
		}
		b.become(placement.Unhealthy, s.At, fmt.Sprintf("%d %s within %s; the last: %s", b.rules.Failures, plural, duration(b.rules.WindowNs), s.Detail))
		b.nextProbe = s.At + record.Instant(b.rules.ProbeNs)
	}
}

func (b *binding) trim() {
	if extra := len(b.failures) - b.rules.Failures; extra > 0 {
		b.failures = append(b.failures[:0], b.failures[extra:]...)
	}
}

func (b *binding) become(s placement.Status, at record.Instant, reason string) {
	b.Status, b.Since, b.Reason = s, at, reason
	b.goodSince = 0
}

// moved says whether the latency has moved by a fifth from what the view shows:
// less would make a new view for every call and change no order worth changing.
func (b *binding) moved() bool {
	d := b.LatencyNs - b.published
	return d > b.published/5 || -d > b.published/5
}

func (b *binding) health() placement.Health {
	return placement.Health{Status: b.Status, Back: b.goodSince != 0, LatencyNs: b.LatencyNs}
}

func (t *Tracker) publish() {
	v := &View{byKey: make(map[key]placement.Health, len(t.order))}
	for _, k := range t.order {
		b := t.bindings[k]
		b.published = b.LatencyNs
		v.byKey[k] = b.health()
	}
	t.view = v
}

// Due gives the bindings to probe now, in the order of the watches, and counts
// them as asked: the next is due a probe's time later.
func (t *Tracker) Due(now record.Instant) []Watch {
	var due []Watch
	for _, k := range t.order {
		b := t.bindings[k]
		if b.Status == placement.Unhealthy && b.nextProbe <= now {
			b.nextProbe = now + record.Instant(max(b.rules.ProbeNs, 1))
			due = append(due, Watch{k.endpoint, k.cloud, b.rules})
		}
	}
	return due
}

// NextDue is when the next probe is due; ok is false while nothing is unhealthy.
func (t *Tracker) NextDue() (at record.Instant, ok bool) {
	for _, k := range t.order {
		b := t.bindings[k]
		if b.Status == placement.Unhealthy && (!ok || b.nextProbe < at) {
			at, ok = b.nextProbe, true
		}
	}
	return at, ok
}

// Entries is what is known of every binding, in the order of the watches.
func (t *Tracker) Entries() []Entry {
	entries := make([]Entry, 0, len(t.order))
	for _, k := range t.order {
		b := t.bindings[k]
		e := b.Entry
		if e.Status == placement.Unhealthy {
			if b.goodSince != 0 {
				e.Reason += fmt.Sprintf("; it answers again and is preferred again after %s of that", duration(b.rules.RecoverNs))
			} else {
				e.Reason += fmt.Sprintf("; probed every %s", duration(b.rules.ProbeNs))
			}
		}
		entries = append(entries, e)
	}
	return entries
}

func duration(ns int64) string { return types.FormatDuration(time.Duration(ns)) }

// View is a picture of health. It never changes, so any number of goroutines may
// read it.
type View struct{ byKey map[key]placement.Health }

var _ placement.View = (*View)(nil)

// Of is the health of the endpoint (qualified) in the cloud.
func (v *View) Of(endpoint, cloud string) placement.Health { return v.byKey[key{endpoint, cloud}] }
