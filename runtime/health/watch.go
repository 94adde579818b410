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
	ProbeNs   int64 // between two probes while it is unhealthy
	RecoverNs int64 // of good signs only make it healthy again; 0: the first one does
}

// DefaultRules hold where no failover says otherwise.
var DefaultRules = Rules{
	Failures: 5, WindowNs: int64(30 * time.Second),
	ProbeNs: int64(5 * time.Second), RecoverNs: int64(30 * time.Second),
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
// them, by endpoint and then in the author's order.
func WatchesOf(p *plan.Plan) []Watch {
	rules := map[string]Rules{}
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
			watches = append(watches, Watch{e.Name, b.Cloud, r})
		}
	}
	slices.SortStableFunc(watches, func(a, b Watch) int { return cmp.Compare(a.Endpoint, b.Endpoint) })
	return watches
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
	return r
}

func (r Rules) careful(o Rules) Rules {
	return Rules{
		Failures: min(r.Failures, o.Failures), WindowNs: max(r.WindowNs, o.WindowNs),
		ProbeNs: min(r.ProbeNs, o.ProbeNs), RecoverNs: max(r.RecoverNs, o.RecoverNs),
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
