package observe

import (
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// savedSamples bounds the completion times that a snapshot keeps per process.
const savedSamples = 4096

// savedView is the form of what a view keeps beside a snapshot of the engine.
type savedView struct {
	Figures []saved
	Marks   marks
}

// saved is the form of a view's figures beside a snapshot of the engine, which
// knows the instances themselves.
type saved struct {
	Process     string
	Started     int
	Outcomes    map[string]int
	N, Met      int
	Max         time.Duration
	Samples     []time.Duration
	Calls       []savedCall
	Moves       []savedMove
	Settlements int
}

type savedCall struct {
	Endpoint, Cloud                     string
	Attempts, Succeeded, Raised, Failed int
	Took                                time.Duration
	Cost                                string
}

type savedMove struct {
	Endpoint, From, To string
	N                  int
	Sum, Max           time.Duration
}

// Save gives what has to be kept beside a snapshot of the engine's state.
func (v *View) Save() []byte {
	v.mu.RLock()
	defer v.mu.RUnlock()
	var all []saved
	for _, f := range v.figures {
		all = append(all, f.save())
	}
	text, err := json.Marshal(savedView{all, v.marks})
	if err != nil { // there is nothing in it that cannot be encoded
		return nil
	}
	return text
}

func (f *figures) save() saved {
	s := saved{
		Process: f.process, Started: f.started, Outcomes: f.outcomes, N: f.n, Met: f.met, Max: f.max,
		Settlements: f.settlements,
	}
	step := max(1, (len(f.samples)+savedSamples-1)/savedSamples)
	for i := 0; i < len(f.samples); i += step {
		s.Samples = append(s.Samples, f.samples[i])
	}
	for k, c := range f.calls {
		saved := savedCall{Endpoint: k.endpoint, Cloud: k.cloud, Attempts: c.attempts, Succeeded: c.succeeded, Raised: c.raised, Failed: c.failed, Took: c.took}
		if c.cost.Currency != "" {
			saved.Cost = c.cost.String()
		}
		s.Calls = append(s.Calls, saved)
	}
	for k, m := range f.moves {
		s.Moves = append(s.Moves, savedMove{k.endpoint, k.from, k.to, m.n, m.sum, m.max})
	}
	return s
}

// Load takes back what Save gave, with the instances that the engine restored.
// upTo is the commit of the snapshot. Errors: it is not what Save gave.
func (v *View) Load(upTo uint64, aside []byte, instances iter.Seq[engine.Details]) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	var all savedView
	if len(aside) > 0 {
		if err := json.Unmarshal(aside, &all); err != nil {
			return fmt.Errorf("reading the figures of the snapshot at commit %d: %w", upTo, err)
		}
	}
	v.marks = all.Marks
	for _, s := range all.Figures {
		f, err := s.figures()
		if err != nil {
			return fmt.Errorf("reading the figures of the snapshot at commit %d: %w", upTo, err)
		}
		v.figures[s.Process] = f
	}
	for i := range instances {
		v.seed(upTo, i)
	}
	v.sortByStart()
	return nil
}

func (s saved) figures() (*figures, error) {
	f := newFigures(s.Process)
	f.started, f.n, f.met, f.max, f.settlements = s.Started, s.N, s.Met, s.Max, s.Settlements
	f.samples = s.Samples
	for outcome, n := range s.Outcomes {
		f.outcomes[outcome] = n
	}
	if n := len(s.Samples); n > 0 {
		f.every = max(1, s.N/n)
	}
	for _, c := range s.Calls {
		sums := f.sums(c.Endpoint, c.Cloud)
		sums.attempts, sums.succeeded, sums.raised, sums.failed, sums.took = c.Attempts, c.Succeeded, c.Raised, c.Failed, c.Took
		if c.Cost == "" {
			continue
		}
		cost, err := types.ParseAmount(c.Cost)
		if err != nil {
			return nil, err
		}
		sums.cost = cost
	}
	for _, m := range s.Moves {
		f.moves[moveKey{m.Endpoint, m.From, m.To}] = &moveSums{m.N, m.Sum, m.Max}
	}
	return f, nil
}

// seed adds an instance that began before the snapshot. Which commits concern it
// is known only roughly any more.
func (v *View) seed(upTo uint64, i engine.Details) {
	first, last := v.marks.between(i.Started, i.Ended, upTo)
	x := &entry{
		id: i.Instance, key: i.Key, kind: v.kindOf(i.Process, i.Plan), state: i.State,
		started: i.Started, firstCommit: first, lastCommit: last,
		more: &more{ended: i.Ended, result: i.Result, fault: i.Fault, fields: i.Fields, detail: i.Detail, progress: i.Progress, search: i.Search},
	}
	if x.state == record.Waiting {
		x.state = record.Running // the calls under way tell waiting from running
	}
	for _, w := range i.Waits {
		if w.Endpoint != "" {
			x.calls = append(x.calls, openCall{activation: w.Activation, endpoint: w.Endpoint, cloud: w.Cloud, inFlight: w.Cloud != "", started: w.Since})
		}
	}
	x.slim()
	v.entries[x.id] = x
	v.order = append(v.order, x)
	if x.ended != 0 {
		v.ended++
	}
}
