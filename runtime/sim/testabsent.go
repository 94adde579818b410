package sim

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// What a test has reached that cob compiles and cannot run yet is a failure of the
// test that names it: what the test says about the rest would be worth nothing.

// whatRuns is what such a test wanted.
const whatRuns = "nothing but what this version of cob can run"

// cannotRun tells that a flow came to a step that cannot be run.
func (b *bench) cannotRun(e record.IncidentOpened) {
	flow := b.flows[e.Instance]
	if what := b.on(e.Instance).Absent(flow, e.Step); what != "" {
		b.fail(whatRuns, fmt.Sprintf("%s came to %s (%s)", short(flow), what, b.on(e.Instance).Step(flow, e.Step).At))
	}
}

// unheard tells that a route would have read an event and cannot.
func (b *bench) unheard(event string) {
	for i := range b.program.Plan().Routes {
		r := &b.program.Plan().Routes[i]
		if r.Event == event && b.program.IsAbsent(engine.NoChannel, r.At) {
			b.fail(whatRuns, fmt.Sprintf("the route %s reads the event %s (%s)", short(r.Name), short(event), r.At))
		}
	}
}

// ordered tells that a message went into a channel that would put it in an order and
// does not.
func (b *bench) ordered(channel string) {
	for i := range b.program.Plan().Channels {
		c := &b.program.Plan().Channels[i]
		if c.Name == channel && b.program.IsAbsent(engine.Priority, c.At) {
			b.fail(whatRuns, fmt.Sprintf("a message was sent to %s, whose priority (%s) is not kept", short(channel), c.At))
		}
	}
}

// late tells that an instance took longer than its process promises, and that what
// is to be done then cannot be done yet.
func (b *bench) late() {
	for _, id := range b.instances {
		p := b.process(b.flows[id])
		if p == nil || p.OnBreach == nil || !b.program.IsAbsent(engine.OnBreach, p.At) {
			continue
		}
		d, _ := b.core.State().Instance(id)
		end := d.Ended
		if end == 0 {
			end = b.clock()
		}
		if within := b.promised(p); within > 0 && end-d.Started > within {
			b.fail(whatRuns, fmt.Sprintf("%s took longer than its sla promises, and on breach (%s) is not carried out", short(p.Name), p.OnBreach.Steps[0].At))
		}
	}
}

func (b *bench) process(name string) *plan.Process {
	for i := range b.program.Plan().Processes {
		if p := &b.program.Plan().Processes[i]; p.Name == name {
			return p
		}
	}
	return nil
}

// promised is how long an instance of a process takes by its sla, 0 where that does
// not say.
func (b *bench) promised(p *plan.Process) record.Instant {
	for i := range b.program.Plan().SLAs {
		if x := &b.program.Plan().SLAs[i]; x.Name == p.SLA {
			return record.Instant(x.Completion.WithinNs)
		}
	}
	return 0
}
