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
	Trial    uint64 // of the Admission that let the call leave
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
	P95Ns     int64          // 95% of the latest real calls took at most this, 0 where too few were measured
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
	cuts     map[key]cut
	view     *View
}

type key struct{ endpoint, cloud string }

type binding struct {
	Entry
	rules     Rules
	failures  []record.Instant // the latest, oldest first; at most rules.Failures
	goodSince record.Instant   // of an unhealthy one: since when all signs are good; 0: not yet
	nextProbe record.Instant   // not before this
	refused   int              // probes that failed, in a row
	probeTook int64            // moving average of probes that were answered
	sample    sample
	published gist // as the view shows it
	cut       cut

	// Of a breaker: what it counts, and its trials. round is 0 where none may leave.
	tally                 tally
	rounds, round         uint64
	trialsOut, trialsGood int
}

// gist is what orders depend on of a sample.
type gist struct {
	p95Ns  int64
	of     uint32
	failed uint32
}

func (b *binding) gist() gist {
	return gist{b.sample.known.at(95), b.sample.of(), b.sample.failed}
}

const unhealthy = placement.Unhealthy

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
			b.take(b.rules.careful(w.Rules))
			continue
		}
		b := old[k]
		if b == nil {
			b = &binding{Entry: Entry{Endpoint: w.Endpoint, Cloud: w.Cloud, Reason: "no call yet"}}
		}
		b.take(w.Rules)
		b.cut = t.cuts[k]
		t.bindings[k] = b
		t.order = append(t.order, k)
	}
	t.publish()
}

// take makes rules those of a binding. Another breaker begins to count anew.
func (b *binding) take(r Rules) {
	if !b.rules.Breaker.same(r.Breaker) {
		b.tally, b.round = tally{}, 0
	}
	b.rules = r
	b.rules.Failures = min(max(b.rules.Failures, 1), MaxFailures)
	b.trim()
}

// View is the present picture. It does not change afterwards.
func (t *Tracker) View() *View { return t.view }

// Observe takes a sign. Signs of bindings that nobody watches, and Silent ones,
// change nothing but that a trial is over.
func (t *Tracker) Observe(s Sign) {
	b := t.bindings[key{s.Endpoint, s.Cloud}]
	if b == nil {
		return
	}
	was := b.health()
	mine := b.tried(s)
	switch s.Says {
	case connector.Silent:
		b.silent(s)
	case connector.Alive:
		b.good(s, mine)
	default:
		b.bad(s, mine)
	}
	if now := b.health(); now.Status != was.Status || now.Back != was.Back || now.Trial != was.Trial || now.Why != was.Why || b.moved() {
		t.publish()
	}
}

// silent is a probe that cannot tell. Behind a breaker nobody else asks, so after
// its time a call has to find out.
func (b *binding) silent(s Sign) {
	if s.Probe && b.Status == unhealthy && b.rules.Breaker != nil && int64(s.At-b.LastBad) >= b.rules.RecoverNs {
		b.begin()
	}
}

const (
	// ProbesFailed is how many probes in a row have to fail before a binding that is
	// well counts as unhealthy.
	ProbesFailed = 2
	// ProbeAgainNs is how long after a failed probe the next one follows, in
	// nanoseconds.
	ProbeAgainNs = int64(50 * time.Millisecond)
	// ProbeTimeoutNs bounds one probe, in nanoseconds, and ProbeTimeoutMinNs the same
	// where probes are usually answered quickly.
	ProbeTimeoutNs    = int64(2 * time.Second)
	ProbeTimeoutMinNs = int64(400 * time.Millisecond)
	probePatience     = 4

	latencyShare = 8
)

func (b *binding) good(s Sign, trial bool) {
	b.LastGood, b.refused = s.At, 0
	opens, slow := "", false
	if s.Probe {
		b.probeTook = moving(b.probeTook, s.TookNs)
	} else {
		b.Good++
		b.LatencyNs = moving(b.LatencyNs, s.TookNs)
		b.sample.add(measured{tookNs: s.TookNs})
		opens, slow = b.counted(s, false)
	}
	switch {
	case b.Status == unhealthy && trial && slow:
		b.become(unhealthy, s.At, "a trial took "+duration(s.TookNs))
	case b.Status == unhealthy:
		b.recovering(s, trial)
	case opens != "":
		b.become(unhealthy, s.At, opens)
	case b.Status == placement.Unknown:
		b.become(placement.Healthy, s.At, "it answers")
	}
}

// recovering takes a good sign of an unhealthy one.
func (b *binding) recovering(s Sign, trial bool) {
	breaker := b.rules.Breaker
	if b.stale(s) {
		return
	}
	if b.goodSince == 0 {
		b.goodSince = s.At
	}
	if trial {
		b.trialsGood++
	}
	back := int64(s.At - b.goodSince)
	switch {
	case back < b.rules.RecoverNs:
	case breaker == nil:
		b.become(placement.Healthy, s.At, "it answered for "+duration(back)+" without a failure")
	case b.round == 0:
		b.begin()
	case b.trialsGood >= breaker.Trials:
		b.become(placement.Healthy, s.At, counted(breaker.Trials, "trial")+" succeeded")
	}
}

// stale says whether a call left before its breaker opened: it tells how things
// were then.
func (b *binding) stale(s Sign) bool {
	return b.rules.Breaker != nil && s.At-record.Instant(s.TookNs) < b.Since
}

func (b *binding) bad(s Sign, trial bool) {
	since := b.goodSince
	b.LastBad, b.goodSince = s.At, 0
	opens := ""
	if s.Probe {
		b.refused++
		b.nextProbe = s.At + record.Instant(ProbeAgainNs)
	} else {
		b.Bad++
		b.sample.add(measured{failed: true})
		if opens, _ = b.counted(s, true); opens != "" {
			opens += "; the last: " + s.Detail
		}
	}
	b.failures = append(b.failures, s.At)
	b.trim()
	full := len(b.failures) == b.rules.Failures
	switch {
	case b.Status == unhealthy && trial:
		b.become(unhealthy, s.At, "a trial failed: "+s.Detail)
	case b.Status == unhealthy && b.stale(s):
		b.goodSince = since
	case b.Status == unhealthy:
		b.round = 0
		if s.Probe {
			b.nextProbe = s.At + record.Instant(b.rules.ProbeNs)
		}
	case full && int64(s.At-b.failures[0]) <= b.rules.WindowNs:
		b.become(unhealthy, s.At, fmt.Sprintf("%s within %s; the last: %s", counted(b.rules.Failures, "failure"), duration(b.rules.WindowNs), s.Detail))
	case opens != "":
		b.become(unhealthy, s.At, opens)
	case b.refused >= ProbesFailed:
		b.become(unhealthy, s.At, fmt.Sprintf("%s in a row failed; the last: %s", counted(b.refused, "probe"), s.Detail))
	}
}

// counted counts a real call for the breaker and says why that opens, "" where it
// does not.
func (b *binding) counted(s Sign, failed bool) (opens string, slow bool) {
	r := b.rules.Breaker
	if r == nil {
		return "", false
	}
	slow = r.SlowNs > 0 && s.TookNs >= r.SlowNs
	if b.Status == unhealthy {
		return "", slow
	}
	return b.tally.add(r, tallied{s.At, failed, slow}), slow
}

func (b *binding) trim() {
	if extra := len(b.failures) - b.rules.Failures; extra > 0 {
		b.failures = append(b.failures[:0], b.failures[extra:]...)
	}
}

func (b *binding) become(s placement.Status, at record.Instant, reason string) {
	if b.Status == unhealthy {
		b.failures = b.failures[:0]
	}
	b.Status, b.Since, b.Reason = s, at, reason
	b.goodSince, b.round, b.refused = 0, 0, 0
	if s == unhealthy {
		b.tally = tally{} // what is counted next is what happens after it is well again
		b.nextProbe = at + record.Instant(b.rules.ProbeNs)
	}
}

// moving is the moving average of a time, where a new one counts for an eighth: the
// last twenty or so decide.
func moving(average, took int64) int64 {
	switch {
	case took <= 0:
		return average
	case average == 0:
		return took
	}
	return average + (took-average)/latencyShare
}

// moved says whether what was measured has moved by a fifth, or the failures by a
// twentieth of the calls, from what the view shows: less would make a new view for
// every call and change no order worth changing.
func (b *binding) moved() bool {
	now, was := b.gist(), b.published
	d, f := now.p95Ns-was.p95Ns, int(now.failed)-int(was.failed)
	return d > was.p95Ns/5 || -d > was.p95Ns/5 || (now.of == 0) != (was.of == 0) || f >= Measured/20 || -f >= Measured/20
}

func (b *binding) health() placement.Health {
	h := placement.Health{Status: b.Status, Back: b.goodSince != 0, P95Ns: b.sample.known.at(95), Of: b.sample.of()}
	if h.Of > 0 {
		h.Failed = b.sample.failed
	}
	if b.Status == unhealthy {
		h.Why = b.Reason
		h.Shut = b.rules.Breaker != nil
		h.Trial = h.Shut && b.tryable()
	}
	return b.cut.overlaid(h)
}

func (t *Tracker) publish() {
	v := &View{byKey: make(map[key]shown, len(t.order))}
	for _, k := range t.order {
		b := t.bindings[k]
		b.published = b.gist()
		v.byKey[k] = shown{b.health(), b.sample.known}
	}
	t.view = v
}

// Asked is a binding that is to be probed.
type Asked struct {
	Endpoint  string
	Cloud     string
	TimeoutNs int64
}

// Due gives the bindings to probe now, in the order of the watches, and counts
// them as asked: the next is due a probe's time later.
func (t *Tracker) Due(now record.Instant) []Asked {
	var due []Asked
	for _, k := range t.order {
		b := t.bindings[k]
		if at, ok := b.due(); ok && at <= now {
			b.nextProbe = now + record.Instant(max(b.rules.ProbeNs, 1))
			due = append(due, Asked{k.endpoint, k.cloud, b.patience()})
		}
	}
	return due
}

// due is when the binding is to be probed; ok is false where it is not. Real calls
// say more than a probe, so it waits until they have said nothing for a while.
func (b *binding) due() (at record.Instant, ok bool) {
	switch {
	case b.cut.why != "":
		return 0, false
	case b.Status == unhealthy, b.rules.Active && b.refused > 0:
		return b.nextProbe, true
	case b.rules.Active:
		heard := max(b.LastGood, b.LastBad)
		if heard > 0 {
			heard += record.Instant(b.rules.ProbeNs)
		}
		return max(b.nextProbe, heard), true
	}
	return 0, false
}

// patience is how long a probe is waited for: a multiple of what probes there
// usually take.
func (b *binding) patience() int64 {
	if b.probeTook == 0 {
		return ProbeTimeoutNs
	}
	return min(max(probePatience*b.probeTook, ProbeTimeoutMinNs), ProbeTimeoutNs)
}

// NextDue is when the next probe is due; ok is false while there is none.
func (t *Tracker) NextDue() (at record.Instant, ok bool) {
	for _, k := range t.order {
		if due, is := t.bindings[k].due(); is && (!ok || due < at) {
			at, ok = due, true
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
		e.P95Ns = b.sample.known.at(95)
		switch {
		case b.cut.why != "":
			e.Status, e.Since, e.Reason = unhealthy, b.cut.since, b.cut.why
		case e.Status == unhealthy:
			e.Reason += "; " + b.outlook()
		}
		entries = append(entries, e)
	}
	return entries
}

// outlook says how an unhealthy one becomes healthy.
func (b *binding) outlook() string {
	switch {
	case b.round != 0:
		return fmt.Sprintf("it answers again and takes trials, of which %d of %d succeeded", b.trialsGood, b.rules.Breaker.Trials)
	case b.goodSince != 0 && b.rules.Breaker != nil:
		return fmt.Sprintf("it answers again and is tried after %s of that", duration(b.rules.RecoverNs))
	case b.goodSince != 0:
		return fmt.Sprintf("it answers again and is preferred again after %s of that", duration(b.rules.RecoverNs))
	}
	return fmt.Sprintf("probed every %s", duration(b.rules.ProbeNs))
}

func duration(ns int64) string { return types.FormatDuration(time.Duration(ns)) }

// View is a picture of health. It never changes, so any number of goroutines may
// read it.
type View struct{ byKey map[key]shown }

type shown struct {
	health placement.Health
	times  quantiles
}

var _ placement.View = (*View)(nil)

// Of is the health of the endpoint (qualified) in the cloud.
func (v *View) Of(endpoint, cloud string) placement.Health {
	return v.byKey[key{endpoint, cloud}].health
}

// Within is the time in nanoseconds within which so many percent of the latest
// calls were answered (50, 90, 95 or 99); 0 where too few were measured.
func (v *View) Within(endpoint, cloud string, percent int) int64 {
	return v.byKey[key{endpoint, cloud}].times.at(percent)
}
