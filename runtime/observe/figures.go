package observe

import (
	"slices"
	"sort"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// maxSamples bounds how many completion times are kept per process and shard to
// tell percentiles; beyond it every second sample is dropped and from then on
// every second one is taken, and so on.
const maxSamples = 1 << 16

// Figures are what a process did so far.
type Figures struct {
	Process     string           `json:"process"`
	Started     int              `json:"started"`
	Outcomes    map[string]int   `json:"outcomes"` // "completed", a fault's name, "cancelled"
	Completion  Completion       `json:"completion"`
	Calls       []CallFigures    `json:"calls,omitempty"` // by endpoint and cloud
	Failovers   []FailoverFigure `json:"failovers,omitempty"`
	Settlements int              `json:"settlements,omitempty"`
	Cost        string           `json:"cost,omitempty"` // "12.345 EUR", over all calls
}

// Completion is how long instances took from start to end, against the promise.
type Completion struct {
	N        int           `json:"n"`
	P50      time.Duration `json:"p50_ns"`
	P90      time.Duration `json:"p90_ns"`
	P99      time.Duration `json:"p99_ns"`
	Max      time.Duration `json:"max_ns"`
	Within   time.Duration `json:"within_ns,omitempty"` // the objective
	Ratio    string        `json:"ratio,omitempty"`     // of all that are promised to be within
	Met      int           `json:"met"`                 // how many were within
	Attained float64       `json:"attained_ratio"`      // Met / N
	SLA      string        `json:"sla,omitempty"`       // its name
}

// CallFigures are the attempts of one endpoint at one cloud.
type CallFigures struct {
	Endpoint  string        `json:"endpoint"`
	Cloud     string        `json:"cloud"`
	Attempts  int           `json:"attempts"`
	Succeeded int           `json:"succeeded"`
	Raised    int           `json:"raised"` // answered with a declared fault
	Failed    int           `json:"failed"`
	Mean      time.Duration `json:"mean_ns"`
	Cost      string        `json:"cost,omitempty"`
}

// FailoverFigure is how often calls moved from one cloud to another, and how
// long that took from the start of the failed attempt to the start of the next.
type FailoverFigure struct {
	Endpoint string        `json:"endpoint"`
	From     string        `json:"from"`
	To       string        `json:"to"`
	N        int           `json:"n"`
	Mean     time.Duration `json:"mean_ns"`
	Max      time.Duration `json:"max_ns"`
}

type callKey struct{ endpoint, cloud string }
type moveKey struct{ endpoint, from, to string }

type callSums struct {
	attempts, succeeded, raised, failed int
	took                                time.Duration
	cost                                types.Amount
}

type moveSums struct {
	n        int
	sum, max time.Duration
}

// figures is the fold behind Figures, for one process on one shard.
type figures struct {
	process     string
	started     int
	outcomes    map[string]int
	sla         *plan.SLA
	n, met      int
	max         time.Duration
	samples     []time.Duration
	every, seen int
	calls       map[callKey]*callSums
	moves       map[moveKey]*moveSums
	settlements int
}

func newFigures(process string) *figures {
	return &figures{process: process, outcomes: map[string]int{}, every: 1, calls: map[callKey]*callSums{}, moves: map[moveKey]*moveSums{}}
}

func (v *View) of(x *entry) *figures {
	f := v.figures[x.process]
	if f == nil {
		f = newFigures(x.process)
		v.figures[x.process] = f
	}
	if f.sla == nil {
		f.sla = v.plans.SLA(x.plan, x.process)
	}
	return f
}

func (v *View) entered(x *entry, e record.StepEntered) {
	v.opened(x, e.Activation, e.Step)
}

// opened remembers a call until it ends.
func (v *View) opened(x *entry, activation, step uint32) {
	if s := v.plans.Step(x.plan, x.process, step); s != nil && s.Call != nil {
		m := x.own()
		m.calls = append(m.calls, openCall{activation: activation, endpoint: s.Call.Endpoint})
	}
}

func (x *entry) call(activation uint32) *openCall {
	for i := range x.calls {
		if x.calls[i].activation == activation {
			return &x.calls[i]
		}
	}
	return nil
}

func (v *View) attempted(x *entry, e record.AttemptStarted) {
	c := x.call(e.Activation)
	if c == nil {
		return
	}
	f := v.of(x)
	sums := f.sums(c.endpoint, e.Cloud)
	sums.attempts++
	if price, ok := v.plans.CostPerCall(x.plan, c.endpoint, e.Cloud); ok {
		sums.charge(price)
	}
	if c.failedFrom != "" && c.failedFrom != e.Cloud {
		f.moved(moveKey{c.endpoint, c.failedFrom, e.Cloud}, time.Duration(e.At-c.failedAt))
	}
	c.cloud, c.started, c.inFlight = e.Cloud, e.At, true
}

func (v *View) attemptFailed(x *entry, e record.AttemptFailed) {
	c := x.call(e.Activation)
	if c == nil {
		return
	}
	sums := v.of(x).sums(c.endpoint, c.cloud)
	if e.Outcome == record.Raised {
		sums.raised++
	} else {
		sums.failed++
	}
	c.failedFrom, c.failedAt, c.inFlight = c.cloud, c.started, false
}

func (v *View) left(x *entry, e record.StepLeft) {
	for i := range x.calls {
		c := x.calls[i]
		if c.activation != e.Activation {
			continue
		}
		if c.cloud != "" && e.Cloud != "" {
			sums := v.of(x).sums(c.endpoint, c.cloud)
			sums.succeeded++
			sums.took += time.Duration(e.TookNs)
		}
		x.calls = slices.Delete(x.calls, i, i+1)
		x.slim()
		return
	}
}

// forget drops a call that is not waited for any more.
func (x *entry) forget(activation uint32) {
	if len(x.calls) > 0 {
		x.calls = slices.DeleteFunc(x.calls, func(c openCall) bool { return c.activation == activation })
		x.slim()
	}
}

func (f *figures) sums(endpoint, cloud string) *callSums {
	k := callKey{endpoint, cloud}
	s := f.calls[k]
	if s == nil {
		s = &callSums{}
		f.calls[k] = s
	}
	return s
}

// charge adds a price. A sum that would overflow or mix currencies keeps what it
// has: the compiler refuses endpoints priced in two currencies.
func (s *callSums) charge(price types.Amount) {
	if s.cost.Currency == "" {
		s.cost = price
		return
	}
	if sum, err := s.cost.Add(price); err == nil {
		s.cost = sum
	}
}

func (f *figures) moved(k moveKey, took time.Duration) {
	m := f.moves[k]
	if m == nil {
		m = &moveSums{}
		f.moves[k] = m
	}
	m.n++
	m.sum += took
	m.max = max(m.max, took)
}

func (f *figures) end(x *entry) {
	outcome := string(x.state)
	if x.fault != "" && x.state == record.Faulted {
		outcome = x.fault
	}
	f.outcomes[outcome]++
	took := time.Duration(x.ended - x.started)
	f.n++
	f.max = max(f.max, took)
	if f.sla != nil && f.sla.Completion.WithinNs > 0 && took <= time.Duration(f.sla.Completion.WithinNs) {
		f.met++
	}
	f.sample(took)
}

func (f *figures) sample(took time.Duration) {
	f.seen++
	if f.seen%f.every != 0 {
		return
	}
	f.samples = append(f.samples, took)
	if len(f.samples) < maxSamples {
		return
	}
	for i := range maxSamples / 2 {
		f.samples[i] = f.samples[2*i]
	}
	f.samples = f.samples[:maxSamples/2]
	f.every *= 2
}

// Report joins the figures of several shards, by process.
func Report(views []*View) []Figures {
	joined := map[string]*figures{}
	for _, v := range views {
		v.mu.RLock()
		for name, f := range v.figures {
			if joined[name] == nil {
				joined[name] = newFigures(name)
			}
			joined[name].join(f)
		}
		v.mu.RUnlock()
	}
	reports := make([]Figures, 0, len(joined))
	for _, f := range joined {
		reports = append(reports, f.report())
	}
	sort.Slice(reports, func(i, j int) bool { return reports[i].Process < reports[j].Process })
	return reports
}

func (f *figures) join(o *figures) {
	f.started += o.started
	f.n += o.n
	f.met += o.met
	f.max = max(f.max, o.max)
	f.settlements += o.settlements
	f.samples = append(f.samples, o.samples...)
	if f.sla == nil {
		f.sla = o.sla
	}
	for k, n := range o.outcomes {
		f.outcomes[k] += n
	}
	for k, s := range o.calls {
		t := f.sums(k.endpoint, k.cloud)
		t.attempts += s.attempts
		t.succeeded += s.succeeded
		t.raised += s.raised
		t.failed += s.failed
		t.took += s.took
		if s.cost.Currency != "" {
			t.charge(s.cost)
		}
	}
	for k, m := range o.moves {
		t := f.moves[k]
		if t == nil {
			t = &moveSums{}
			f.moves[k] = t
		}
		t.n += m.n
		t.sum += m.sum
		t.max = max(t.max, m.max)
	}
}

func (f *figures) report() Figures {
	r := Figures{Process: f.process, Started: f.started, Outcomes: f.outcomes, Settlements: f.settlements}
	r.Completion = f.completion()
	var total callSums
	for k, s := range f.calls {
		c := CallFigures{Endpoint: k.endpoint, Cloud: k.cloud, Attempts: s.attempts, Succeeded: s.succeeded, Raised: s.raised, Failed: s.failed}
		if s.succeeded > 0 {
			c.Mean = s.took / time.Duration(s.succeeded)
		}
		if s.cost.Currency != "" {
			c.Cost = s.cost.String()
			total.charge(s.cost)
		}
		r.Calls = append(r.Calls, c)
	}
	sort.Slice(r.Calls, func(i, j int) bool {
		a, b := r.Calls[i], r.Calls[j]
		return a.Endpoint < b.Endpoint || a.Endpoint == b.Endpoint && a.Cloud < b.Cloud
	})
	for k, m := range f.moves {
		r.Failovers = append(r.Failovers, FailoverFigure{k.endpoint, k.from, k.to, m.n, m.sum / time.Duration(m.n), m.max})
	}
	sort.Slice(r.Failovers, func(i, j int) bool {
		a, b := r.Failovers[i], r.Failovers[j]
		return a.Endpoint+a.From+a.To < b.Endpoint+b.From+b.To
	})
	if total.cost.Currency != "" {
		r.Cost = total.cost.String()
	}
	return r
}

func (f *figures) completion() Completion {
	c := Completion{N: f.n, Met: f.met, Max: f.max}
	sort.Slice(f.samples, func(i, j int) bool { return f.samples[i] < f.samples[j] })
	if n := len(f.samples); n > 0 {
		at := func(q float64) time.Duration { return f.samples[int(q*float64(n-1)+0.5)] }
		c.P50, c.P90, c.P99 = at(0.50), at(0.90), at(0.99)
	}
	if f.sla != nil && f.sla.Completion.WithinNs > 0 {
		c.SLA, c.Within, c.Ratio = f.sla.Name, time.Duration(f.sla.Completion.WithinNs), f.sla.Completion.Ratio
		if f.n > 0 {
			c.Attained = float64(f.met) / float64(f.n)
		}
	}
	return c
}
