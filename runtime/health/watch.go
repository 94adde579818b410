package health

import (
	"cmp"
	"slices"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
)

// Rules say when a binding counts as unhealthy and when it is healthy again.
type Rules struct {
	Failures  int   // so many ...
	WindowNs  int64 // ... within this time make it unhealthy
	ProbeNs   int64 // between two probes
	RecoverNs int64 // of good signs only make it healthy again; 0: the first one does
	// Breaker closes an unhealthy one off, and makes it so for reasons of its own; nil:
	// it is still asked where nothing else is left.
	Breaker *BreakerRules
	// Active: it is probed while it is well, too, where real calls say nothing for the
	// time between two probes.
	Active bool
}

// DefaultRules hold where no failover says otherwise.
var DefaultRules = Rules{
	Failures: 5, WindowNs: int64(30 * time.Second),
	ProbeNs: int64(time.Second), RecoverNs: int64(30 * time.Second),
}

// MaxFailures bounds Rules.Failures: so many times are remembered per binding.
const MaxFailures = 1000

// Watch is one binding to keep an eye on.
type Watch struct {
	Endpoint string // qualified
	Cloud    string
	Rules    Rules
}

// WatchesOf are the bindings of a plan with the rules of the calls that use
// them, by endpoint and then in the author's order. Where a call has a choice, the
// places among which it chooses are watched actively, and no others.
func WatchesOf(p *plan.Plan) []Watch {
	rules := map[string]Rules{}
	chosen := map[key]bool{}
	failovers := map[string]plan.Failover{}
	for _, f := range p.Failovers {
		failovers[f.Name] = f
	}
	visit := func(call *plan.CallStep) {
		next := DefaultRules
		if f, ok := failovers[call.Failover]; ok {
			next = rulesOf(f)
		}
		if known, ok := rules[call.Endpoint]; ok {
			next = known.careful(next)
		}
		rules[call.Endpoint] = next
		if places := choice(call); len(places) > 1 {
			for _, cloud := range places {
				chosen[key{call.Endpoint, cloud}] = true
			}
		}
	}
	for i := range p.Processes {
		visitCalls(p.Processes[i].Flow.Body, visit)
	}
	for i := range p.Routes {
		visitCalls(p.Routes[i].Flow.Body, visit)
	}
	var watches []Watch
	for _, e := range p.Endpoints {
		r, ok := rules[e.Name]
		if !ok {
			r = DefaultRules
		}
		for _, b := range e.Bindings {
			r.Active = chosen[key{e.Name, b.Cloud}]
			watches = append(watches, Watch{e.Name, b.Cloud, r})
		}
	}
	slices.SortStableFunc(watches, func(a, b Watch) int { return cmp.Compare(a.Endpoint, b.Endpoint) })
	return watches
}

// choice are the clouds among which a call may choose: not where the policy always
// forbids it, and none where it goes to the place of what it undoes.
func choice(call *plan.CallStep) (clouds []string) {
	if call.SameCloudAs != "" {
		return nil
	}
	for _, c := range call.Candidates {
		if c.Verdict != plan.Deny {
			clouds = append(clouds, c.Cloud)
		}
	}
	return clouds
}

// rulesOf takes what a failover says; what it leaves open is the default.
func rulesOf(f plan.Failover) Rules {
	r := DefaultRules
	if f.UnhealthyFailures > 0 && f.UnhealthyWindowNs > 0 {
		r.Failures, r.WindowNs = min(f.UnhealthyFailures, MaxFailures), f.UnhealthyWindowNs
	}
	if f.ProbeEveryNs > 0 {
		r.ProbeNs = f.ProbeEveryNs
	}
	if f.UnhealthyFailures > 0 || f.FailbackAfterNs > 0 {
		r.RecoverNs = f.FailbackAfterNs
	}
	r.Breaker = breakerOf(f.Breaker)
	return r
}

func (r Rules) careful(o Rules) Rules {
	return Rules{
		Failures: min(r.Failures, o.Failures), WindowNs: max(r.WindowNs, o.WindowNs),
		ProbeNs: min(r.ProbeNs, o.ProbeNs), RecoverNs: max(r.RecoverNs, o.RecoverNs),
		Breaker: r.Breaker.careful(o.Breaker), Active: r.Active || o.Active,
	}
}

// visitCalls visits every call in steps, at any depth.
func visitCalls(steps []plan.Step, visit func(*plan.CallStep)) {
	inBlock := func(b *plan.Block) {
		if b != nil {
			visitCalls(b.Steps, visit)
		}
	}
	for i := range steps {
		s := &steps[i]
		if s.Call != nil {
			visit(s.Call)
			for j := range s.Call.Catch {
				inBlock(&s.Call.Catch[j].Block)
			}
		}
		for j := range s.Blocks {
			inBlock(&s.Blocks[j])
		}
		inBlock(s.Compensate)
		if s.Task != nil {
			inBlock(s.Task.Else)
		}
		if s.Select != nil {
			for j := range s.Select.On {
				inBlock(&s.Select.On[j].Block)
			}
			for j := range s.Select.After {
				inBlock(&s.Select.After[j].Block)
			}
		}
	}
}
