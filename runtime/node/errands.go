package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/agent"
	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/journal"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/traffic"
)

// carryOut has a request carried out: by an agent where only agents reach its cloud,
// else by a connector of this node.
func (n *Node) carryOut(ctx context.Context, d *deployment.Deployment, q connector.Request) connector.Reply {
	switch {
	case n.desk != nil && n.desk.serves(q.Cloud):
		if q.TimeoutNs <= 0 {
			q.TimeoutNs = boundOf(d.Plan, q)
		}
		return n.desk.carry(ctx, d, q)
	case slices.Contains(d.Away, q.Cloud):
		return connector.Reply{Outcome: record.Refused, Detail: away(q.Cloud)}
	}
	return d.Sinks.Do(ctx, q)
}

// away says why a cloud whose agents were sent away is not reached.
func away(cloud string) string {
	return "no agent serves " + cloud + ", and this node has no settings for it"
}

// boundOf is how long a call may take where its caller does not say, in nanoseconds.
func boundOf(p *plan.Plan, q connector.Request) int64 {
	for i := range p.Endpoints {
		if e := &p.Endpoints[i]; e.Name == q.Endpoint {
			for j := range e.Operations {
				if op := &e.Operations[j]; op.Name == q.Operation && op.TimeoutNs > 0 {
					return op.TimeoutNs
				}
			}
		}
	}
	return int64(agent.DefaultTime)
}

// enter waits for an agent of a cloud that takes a call, and takes a place there.
// Errors: traffic.ErrFull; why none does; the end of ctx.
func (k *desk) enter(ctx context.Context, cloud, digest string, not map[string]bool) (id string, err error) {
	k.mu.Lock()
	if len(k.lines[cloud]) >= traffic.MaxWaiting {
		k.mu.Unlock()
		return "", traffic.ErrFull
	}
	w := &waiter{digest: digest, not: not, turn: make(chan struct{})}
	k.lines[cloud] = append(k.lines[cloud], w)
	k.next(cloud)
	k.mu.Unlock()
	select {
	case <-w.turn:
		return w.agent, w.err
	case <-ctx.Done():
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if w.agent != "" { // it came at the same moment, and is given back
		k.roster.Gave(w.agent)
	}
	k.lines[cloud] = slices.DeleteFunc(k.lines[cloud], func(o *waiter) bool { return o == w })
	k.next(cloud)
	return "", ctx.Err()
}

// next lets those go whose turn it is, in their order. The caller holds mu.
func (k *desk) next(cloud string) {
	line := k.lines[cloud]
	for len(line) > 0 {
		w := line[0]
		id, err := k.roster.Choose(cloud, w.digest, w.not, k.now())
		if errors.Is(err, agent.ErrFull) {
			break
		}
		if w.agent, w.err = id, err; err == nil {
			k.roster.Took(id)
		}
		close(w.turn)
		line[0] = nil
		line = line[1:]
	}
	if k.lines[cloud] = line; len(line) == 0 {
		delete(k.lines, cloud)
	}
}

// leave gives the place at an agent back.
func (k *desk) leave(cloud, id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.roster.Gave(id)
	k.next(cloud)
}

// carry has a request carried out by an agent of its cloud. Who turns it away has done
// nothing, so another one is asked.
func (k *desk) carry(ctx context.Context, d *deployment.Deployment, q connector.Request) connector.Reply {
	not := map[string]bool{}
	var said []string
	for {
		id, err := k.enter(ctx, q.Cloud, d.Digest, not)
		if err != nil {
			return connector.Reply{Outcome: record.Refused, Detail: strings.Join(append(said, err.Error()), "; ")}
		}
		answer := k.ask(ctx, id, agent.AskCall, agent.Call{Node: k.id, Plan: d.Digest, Request: q})
		k.leave(q.Cloud, id)
		switch answer.How {
		case agent.Done:
			return answer.Reply
		case agent.Full:
			k.full(id)
			continue
		}
		not[id] = true
		said = append(said, k.name(id)+" turned it away: "+answer.Detail)
	}
}

func (k *desk) full(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.roster.Full(id)
}

func (k *desk) name(id string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.roster.Name(id)
}

// probe asks an agent of a cloud whether a binding can be reached from there.
func (k *desk) probe(ctx context.Context, d *deployment.Deployment, endpoint, cloud string, timeoutNs int64) connector.Reply {
	k.mu.Lock()
	id, err := k.roster.Choose(cloud, d.Digest, nil, k.now())
	k.mu.Unlock()
	if err != nil {
		return connector.Reply{Outcome: record.Refused, Detail: err.Error()}
	}
	q := connector.Request{Endpoint: endpoint, Cloud: cloud, TimeoutNs: timeoutNs, Args: map[string]types.Value{}}
	answer := k.ask(ctx, id, agent.AskProbe, agent.Call{Node: k.id, Plan: d.Digest, Request: q})
	if answer.How != agent.Done {
		return connector.Reply{Outcome: record.Refused, Detail: answer.Detail}
	}
	return answer.Reply
}

// errLost ends the calls of an agent that is gone.
var errLost = errors.New("the agent is gone")

// ask asks an agent and waits until the time of the call is over. It always gives an
// answer: where none came, it is Done with the outcome that follows from that.
func (k *desk) ask(ctx context.Context, id string, kind byte, c agent.Call) *agent.Answer {
	begun := k.now()
	k.mu.Lock()
	k.numbers++
	c.Number, c.Sent = k.numbers, begun
	name, most := k.roster.Name(id), min(k.bus.Largest(), k.roster.Largest(id))
	ctx, end := context.WithCancelCause(ctx)
	if k.errands[id] == nil {
		k.errands[id] = map[int64]func(){}
	}
	k.errands[id][c.Number] = func() { end(errLost) }
	k.mu.Unlock()
	defer func() {
		end(nil)
		k.mu.Lock()
		defer k.mu.Unlock()
		if delete(k.errands[id], c.Number); len(k.errands[id]) == 0 {
			delete(k.errands, id)
		}
	}()
	question := c.Append([]byte{kind})
	if len(question) > most {
		return reply(record.Rejected, "cannot be sent: it has %d bytes on the way to the agent %s, where at most %d go", len(question), name, most)
	}
	timed, cancel := context.WithTimeout(ctx, time.Duration(c.Request.TimeoutNs)+agent.Travel)
	defer cancel()
	text, err := k.bus.Ask(timed, agent.Place(id), question)
	if err == nil {
		return understand(text, name, int64(k.now()-begun))
	}
	return k.unanswered(ctx, id, name, c, err)
}

// understand reads what an agent answered after a time.
func understand(text []byte, name string, tookNs int64) *agent.Answer {
	a, err := agent.ReadAnswer(text)
	if err != nil {
		return reply(record.Unknown, "the answer of the agent %s cannot be read: %v", name, err)
	}
	a.Reply.TookNs = max(a.Reply.TookNs, tookNs) // the way there belongs to it
	return a
}

// unanswered says what it means that no answer came.
func (k *desk) unanswered(ctx context.Context, id, name string, c agent.Call, err error) *agent.Answer {
	switch {
	case errors.Is(err, journal.ErrUnavailable):
		return &agent.Answer{How: agent.Unable, Detail: err.Error()}
	case errors.Is(err, jetstream.ErrNobody):
		k.nobody(id)
		return &agent.Answer{How: agent.Unable, Detail: "nobody is there any more"}
	case errors.Is(context.Cause(ctx), errLost):
		return reply(record.Unknown, "the agent %s, or the link to it, was lost after the call had gone there", name)
	}
	c.Request.Args = nil
	_ = k.bus.Tell(agent.Place(id), c.Append([]byte{agent.SayCancel})) // where it is lost, the agent ends by itself
	if ctx.Err() != nil {
		return reply(record.Unknown, "cut off while the agent %s carried it out", name)
	}
	k.mu.Lock()
	k.roster.Unanswered(id, c.Sent)
	k.mu.Unlock()
	k.show()
	return reply(record.Unknown, "the agent %s gave no answer in time", name)
}

// reply is an answer that nobody gave.
func reply(o record.Outcome, format string, args ...any) *agent.Answer {
	return &agent.Answer{How: agent.Done, Reply: connector.Reply{Outcome: o, Detail: fmt.Sprintf(format, args...)}}
}
