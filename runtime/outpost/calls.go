package outpost

import (
	"context"
	"fmt"
	"time"

	"github.com/cob-lang/cob/runtime/agent"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/record"
)

// hear takes what a node says at the agent's place. Nothing waits here.
func (p *Outpost) hear(said []byte, reply func([]byte)) {
	if len(said) == 0 {
		return
	}
	switch said[0] {
	case agent.SayWelcome:
		p.welcome(said[1:])
	case agent.AskPresent:
		reply(nil)
	case agent.AskCall, agent.AskProbe:
		p.begin(said[0] == agent.AskProbe, said[1:], reply)
	case agent.SayCancel:
		if c, err := agent.ReadCall(said[1:]); err == nil {
			p.cancel(callKey{c.Node, c.Number})
		}
	}
}

// begin lets a call run where there is a place for it, and says so where there is none.
func (p *Outpost) begin(probe bool, text []byte, reply func([]byte)) {
	turnAway := func(how, format string, args ...any) {
		reply((&agent.Answer{How: how, Detail: fmt.Sprintf(format, args...)}).Append(nil))
	}
	c, err := agent.ReadCall(text)
	if err != nil {
		turnAway(agent.Unable, "%v", err)
		return
	}
	ctx, cancel := context.WithCancel(p.work)
	p.mu.Lock()
	left, known := p.clocks.Left(c, p.now())
	full := p.status.Running >= p.options.AtOnce && !probe
	switch {
	case !known:
		defer turnAway(agent.Unable, "the agent has not met the node yet")
	case left <= 0:
		defer turnAway(agent.Unable, "the call came when its time was over")
	case p.status.Leaving:
		defer turnAway(agent.Unable, "the agent is leaving")
	case c.Request.Cloud != p.options.Cloud:
		defer turnAway(agent.Unable, "the agent serves %s and not %s", p.options.Cloud, c.Request.Cloud)
	case full:
		p.status.Full++
		defer turnAway(agent.Full, "%d calls are under way, as many as it takes at once", p.options.AtOnce)
	default:
		if !probe {
			p.status.Running++
		}
		p.under[callKey{c.Node, c.Number}] = cancel
		p.calls.Add(1)
		p.mu.Unlock()
		go p.run(ctx, probe, c, left, reply)
		return
	}
	p.mu.Unlock()
	cancel()
}

func (p *Outpost) cancel(k callKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if cancel := p.under[k]; cancel != nil {
		cancel()
	}
}

// run carries a call out and answers it.
func (p *Outpost) run(ctx context.Context, probe bool, c *agent.Call, left time.Duration, reply func([]byte)) {
	defer p.calls.Done()
	until := time.Now().Add(left)
	answer := p.carry(ctx, probe, c, until)
	k := callKey{c.Node, c.Number}
	p.mu.Lock()
	p.under[k]()
	delete(p.under, k)
	if !probe {
		p.status.Running--
	}
	if answer.How == agent.Done {
		p.status.Done++
		p.note(c.Request.Endpoint, answer.Reply)
	}
	p.mu.Unlock()
	text := answer.Append(nil)
	if most := p.options.Bus.Largest(); len(text) > most {
		answer.Reply = connector.Reply{
			Outcome: record.Unknown, TookNs: answer.Reply.TookNs, Sign: answer.Reply.Sign,
			Detail: fmt.Sprintf("it was answered, but the answer has %d bytes on the way to the node, where at most %d go", len(text), most),
		}
		text = answer.Append(nil)
	}
	reply(text)
}

func (p *Outpost) carry(ctx context.Context, probe bool, c *agent.Call, until time.Time) *agent.Answer {
	ctx, cancel := context.WithDeadline(ctx, until.Add(agent.Travel/2)) // the connector keeps the time itself, and says more
	defer cancel()
	set, err := p.plans.sinks(ctx, c.Plan, c.Node)
	if err != nil {
		return &agent.Answer{How: agent.Unable, Detail: err.Error()}
	}
	q := c.Request
	if q.TimeoutNs = int64(time.Until(until)); q.TimeoutNs <= 0 {
		return &agent.Answer{How: agent.Unable, Detail: "the time of the call was over before its plan had come"}
	}
	if probe {
		return &agent.Answer{How: agent.Done, Reply: set.Probe(ctx, q.Endpoint, q.Cloud, q.TimeoutNs)}
	}
	return &agent.Answer{How: agent.Done, Reply: set.Do(ctx, q)}
}

// note keeps how an endpoint did. The caller holds mu.
func (p *Outpost) note(endpoint string, r connector.Reply) {
	if r.Sign == connector.Silent {
		return
	}
	e := p.ledger[endpoint]
	if e == nil {
		if len(p.ledger) >= agent.MaxTold {
			return
		}
		e = &agent.Endpoint{Endpoint: endpoint}
		p.ledger[endpoint] = e
		p.ordered = append(p.ordered, endpoint)
	}
	e.Last, e.At, e.Detail = r.Sign.String(), time.Now().UTC(), ""
	if r.Sign == connector.Alive {
		e.Good++
		return
	}
	e.Bad++
	e.Detail = r.Detail
}
