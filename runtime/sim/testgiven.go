package sim

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// reply is a given answer, and how often it was used.
type reply struct {
	*plan.Given
	args []types.Value
	used int
}

// outage is a place that is down or partitioned, or will be after some calls.
type outage struct {
	*plan.Given
	calls int // that it has answered since
	since nanos
	began bool
}

func (b *bench) given(g *plan.Given) {
	switch g.Kind {
	case plan.GivenNow: // the world began then
	case plan.GivenDown, plan.GivenPartitioned:
		b.down = append(b.down, &outage{Given: g, since: b.now, began: g.AfterCalls == 0})
	default:
		b.answers = append(b.answers, &reply{Given: g, args: b.values(g.Args)})
	}
}

func (o *outage) concerns(endpoint, cloud string) bool {
	return (o.Endpoint == "" || o.Endpoint == endpoint) && (o.Cloud == "" || o.Cloud == cloud)
}

// is says whether a place is down, or partitioned, now.
func (b *bench) is(kind plan.GivenKind, endpoint, cloud string) bool {
	for _, o := range b.down {
		if o.Kind == kind && o.concerns(endpoint, cloud) && o.began && (o.ForNs == 0 || b.now < o.since+nanos(o.ForNs)) {
			return true
		}
	}
	return false
}

// keepsFrom says why a call does not reach a place, "" where it does, and counts the
// calls that the place answers before it cannot be reached.
func (b *bench) keepsFrom(endpoint, cloud string) plan.GivenKind {
	for _, kind := range []plan.GivenKind{plan.GivenDown, plan.GivenPartitioned} {
		if b.is(kind, endpoint, cloud) {
			return kind
		}
	}
	for _, o := range b.down {
		if o.concerns(endpoint, cloud) && !o.began {
			if o.calls++; o.calls == o.AfterCalls {
				o.began, o.since = true, b.now
			}
		}
	}
	return ""
}

// defaultPatience is how long a call waits for an answer where nobody says how
// long.
const defaultPatience = 30 * second

// answered is the answer to an attempt, and when it comes: an attempt that leaves again after
// a crash is the same request to the same service, which answers the same, and at
// the same time.
type answered struct {
	outcome record.AttemptEnded
	due     nanos
	until   nanos // nobody waits for it any longer
}

// call asks a mocked operation.
func (b *bench) call(e engine.Call) error {
	attempt := attempted(e)
	a, again := b.known[attempt]
	if !again || !e.Again {
		a = b.asked(e)
		b.known[attempt] = a
	}
	if a.due <= b.now {
		return b.ended(e.Target, a.outcome)
	}
	b.later.after(a.due-b.now, func() { b.comes(e, a) })
	return nil
}

// comes delivers an answer, unless the place is partitioned by then: who called hears
// of nothing, and gives up in time.
func (b *bench) comes(e engine.Call, a answered) {
	if b.is(plan.GivenPartitioned, e.Endpoint, e.Cloud) && a.due < a.until {
		b.trace("the answer of %s.%s on %s is lost", short(e.Endpoint), e.Operation, e.Cloud)
		took := nanos(a.outcome.TookNs) + a.until - a.due
		a.outcome, a.due = unheard(took), a.until
		b.known[attempted(e)] = a
		b.later.after(a.due-b.now, func() { b.comes(e, a) })
		return
	}
	if err := b.ended(e.Target, a.outcome); err != nil {
		b.fail("a step forward", err.Error())
	}
}

// attempted names an attempt.
func attempted(e engine.Call) string {
	return fmt.Sprintf("%s/%d/%d", e.Instance, e.Activation, e.Attempt)
}

// unheard is the outcome of a call for whose answer somebody has waited for so long.
func unheard(took nanos) record.AttemptEnded {
	return record.AttemptEnded{Outcome: record.Unknown, Detail: "no answer in time", TookNs: int64(took)}
}

// asked finds the answer to a call, and how long it takes: no longer than the call
// waits.
func (b *bench) asked(e engine.Call) answered {
	c := b.answer(e)
	patience := nanos(e.TimeoutNs)
	if patience == 0 {
		patience = defaultPatience
	}
	if e.Until != 0 {
		patience = max(min(patience, nanos(e.Until-b.clock())), 0)
	}
	silent := c.Outcome == record.Unknown && c.Detail == silence
	if !silent && nanos(c.TookNs) > patience {
		b.trace("%s.%s takes longer than the call waits, %s", short(e.Endpoint), e.Operation, span(patience))
		silent = true
	}
	if silent {
		c = unheard(patience)
	}
	return answered{c, b.now + nanos(c.TookNs), b.now + patience}
}

// silence is why the outcome of a call that is never answered is unknown.
const silence = "no answer"

// answer is what the world answers to a call.
func (b *bench) answer(e engine.Call) record.AttemptEnded {
	operation := b.operation(e.Endpoint, e.Operation)
	call := made{endpoint: e.Endpoint, operation: e.Operation, cloud: e.Cloud}
	for _, p := range operation.Params {
		call.args = append(call.args, e.Args[p.Name])
	}
	switch b.keepsFrom(e.Endpoint, e.Cloud) {
	case plan.GivenDown:
		return b.unreachable(call)
	case plan.GivenPartitioned:
		b.trace("%s on %s does not arrive", call, call.cloud)
		return record.AttemptEnded{Outcome: record.Unknown, Detail: silence}
	}
	r := b.choose(call.args, call.cloud, func(g *plan.Given) bool { return g.Endpoint == call.endpoint && g.Operation == call.operation })
	if r == nil {
		return b.otherwise(call, operation)
	}
	r.used++
	if r.Kind == plan.GivenFails {
		return b.unreachable(call)
	}
	c := record.AttemptEnded{TookNs: r.TakesNs}
	text := ""
	switch r.Kind {
	case plan.GivenRaises:
		fields, _ := b.value(r.Fields).(map[string]types.Value)
		c.Outcome, c.Fault, c.Fields = record.Raised, r.Raises, fields
		text = "raised " + short(r.Raises) + " " + show(fields)
	case plan.GivenRejects:
		c.Outcome, c.Detail = record.Rejected, r.Reason
		text = "was rejected: " + r.Reason
	case plan.GivenSilent:
		c.Outcome, c.Detail = record.Unknown, silence
		text = "was not answered"
	case plan.GivenGarbage:
		c.Outcome, c.Detail = record.Unknown, "the answer cannot be read"
		text = "was answered with garbage"
	default:
		c.Outcome, c.Value = record.Succeeded, b.value(r.Returns)
		text = "returned " + show(c.Value)
	}
	if r.TakesNs > 0 {
		text += " after " + span(nanos(r.TakesNs))
	}
	b.called(call, text)
	return c
}

// called notes a call that arrived.
func (b *bench) called(call made, text string) {
	b.calls = append(b.calls, call)
	b.result.Calls = append(b.result.Calls, call.String()+" "+text)
	b.trace("%s on %s %s", call, call.cloud, text)
}

func (b *bench) unreachable(call made) record.AttemptEnded {
	b.trace("%s on %s could not be reached", call, call.cloud)
	return record.AttemptEnded{Outcome: record.Refused, Detail: "cannot be reached"}
}

// otherwise answers a call of which the test says nothing.
func (b *bench) otherwise(call made, operation *plan.Operation) record.AttemptEnded {
	if operation.Result.Kind == types.Void {
		b.called(call, "was done")
		return record.AttemptEnded{Outcome: record.Succeeded}
	}
	at := b.at
	b.at = b.test.At
	b.fail("a given for every operation that is called and gives something back",
		call.String()+" is called, and nothing says what it answers; add: given "+short(call.endpoint)+"."+call.operation+" returns ...")
	b.at = at
	b.called(call, "was not given")
	return record.AttemptEnded{Outcome: record.Rejected, Detail: "the test says nothing of it"}
}

// choose finds the answer to a call: one for these arguments before one for any,
// one for this cloud before one for any, and of those the first that is not used
// up. The last one without a number of times stays.
func (b *bench) choose(args []types.Value, cloud string, about func(*plan.Given) bool) *reply {
	for _, class := range [4][2]bool{{true, true}, {true, false}, {false, true}, {false, false}} {
		var fit []*reply
		for _, r := range b.answers {
			if about(r.Given) && r.WithArgs == class[0] && (r.Cloud != "") == class[1] &&
				(r.Cloud == "" || r.Cloud == cloud) && (!r.WithArgs || types.Equal(r.args, args)) {
				fit = append(fit, r)
			}
		}
		if r := unused(fit); r != nil {
			return r
		}
	}
	return nil
}

// unused is the first of some answers that is not used up, nil where all are.
func unused(fit []*reply) *reply {
	for i, r := range fit {
		switch {
		case r.Times > 0 && r.used < r.Times, r.Times == 0 && (r.used == 0 || i == len(fit)-1):
			return r
		}
	}
	return nil
}

func (b *bench) operation(endpoint, name string) *plan.Operation {
	p := b.program.Plan()
	for i := range p.Endpoints {
		for j := range p.Endpoints[i].Operations {
			if p.Endpoints[i].Name == endpoint && p.Endpoints[i].Operations[j].Name == name {
				return &p.Endpoints[i].Operations[j]
			}
		}
	}
	return &plan.Operation{Name: name}
}
