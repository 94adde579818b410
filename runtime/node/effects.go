package node

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cob-lang/cob/runtime/connector"
	"github.com/cob-lang/cob/runtime/deployment"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/jetstream"
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
	"github.com/cob-lang/cob/runtime/traffic"
)

// dispatch sends the effects of a commit into the world. It runs on the shard's
// goroutine, so everything that can wait runs on another one.
func (n *Node) dispatch(from *ownedShard, effects []engine.Effect) {
	for _, e := range effects {
		if !n.mayDispatch(from) {
			return // the next owner sends them again
		}
		switch e := e.(type) {
		case engine.Call:
			n.workers.Add(1)
			n.callers.Go(func() {
				defer n.workers.Done()
				n.call(from, e)
			})
		case engine.Start:
			n.startElsewhere(from, e)
		case engine.Send:
			n.workers.Go(func() { n.send(from, e) })
		case engine.Tell:
			n.order(from, e.Target, e.News.Instance, e.News)
		case engine.Recall:
			n.order(from, e.Target, record.InstanceID(e.Order.Process, e.Order.Key), e.Order)
		case engine.Hand:
			n.hands(from, e)
		case engine.Await:
			n.wake(from, e.Receiver)
		case engine.Publish:
			n.workers.Go(func() { n.announce(from, e) })
		}
	}
}

// ended is how an attempt ended, as the engine has to take it: where the attempt
// had left before a crash, being refused now is no certainty.
func ended(t engine.Target, outcome record.Outcome, detail string) record.AttemptEnded {
	return record.AttemptEnded{Instance: t.Instance, Activation: t.Activation, Attempt: t.Attempt, Outcome: t.Outcome(outcome), Detail: detail}
}

// bring hands an outcome to the shard that waits for it. The inbox may be full
// for a moment; an outcome is worth waiting with.
func (n *Node) bring(to *ownedShard, outcome record.AttemptEnded) {
	_ = to.processor.Send(n.work, outcome, nil) // a node that closes asks again at the next Open
}

func (n *Node) call(from *ownedShard, e engine.Call) {
	d := n.deployments.Find(e.Plan)
	if d == nil {
		n.bring(from, ended(e.Target, record.Refused, "the plan "+e.Plan+" is not ready on this node"))
		return
	}
	request := connector.Request{
		Endpoint: e.Endpoint, Operation: e.Operation, Cloud: e.Cloud, Args: e.Args, Key: e.Key, TimeoutNs: e.TimeoutNs,
		Instance: e.Instance, Activation: e.Activation, Attempt: e.Attempt,
	}
	if e.Until > 0 {
		request.TimeoutNs = max(int64(time.Millisecond), min(request.TimeoutNs, int64(e.Until-clock())))
	}
	reply, elsewhere := n.hedged(from.work, d, request, e)
	if from.work.Err() != nil {
		return // the same attempt leaves again at the next owner of the shard
	}
	outcome := reply.Ended(request)
	outcome.Cloud = elsewhere
	outcome.Outcome = e.Target.Outcome(outcome.Outcome)
	n.bring(from, outcome)
}

// hedged carries a request out, and a second time where the failover says so and the
// first place is slower than it usually is. elsewhere is the other cloud where that
// one's answer is the reply.
func (n *Node) hedged(ctx context.Context, d *deployment.Deployment, q connector.Request, e engine.Call) (reply connector.Reply, elsewhere string) {
	view := n.health.View()
	after, second := int64(0), slices.IndexFunc(e.Elsewhere, func(cloud string) bool { return view.Of(e.Endpoint, cloud).Status != placement.Unhealthy })
	if e.Hedge != nil {
		n.budget.Called(e.Endpoint)
		after = view.Within(e.Endpoint, e.Cloud, e.Hedge.AfterPercent)
	}
	if after <= 0 || second < 0 {
		return n.admitted(ctx, d, q, e.Persistent), ""
	}
	other := q
	other.Cloud = e.Elsewhere[second]
	send := func(q connector.Request) traffic.Send {
		return func(ctx context.Context) connector.Reply { return n.admitted(ctx, d, q, false) }
	}
	may := func() bool { return n.budget.Spend(e.Endpoint, e.Hedge.AtMost) }
	reply, bySecond := traffic.Hedged(ctx, time.Duration(after), may, send(q), send(other))
	if bySecond && (reply.Outcome == record.Succeeded || reply.Outcome == record.Raised || reply.Outcome == record.Rejected) {
		return reply, other.Cloud
	}
	return reply, ""
}

// admitted carries a request out, when the limit of its binding has a place for it
// and if the breaker lets it leave.
// What must not be given up leaves always: it may go nowhere else.
func (n *Node) admitted(ctx context.Context, d *deployment.Deployment, q connector.Request, persistent bool) connector.Reply {
	if gate := n.gates.Of(q.Endpoint, q.Cloud); gate != nil {
		if err := gate.Enter(ctx); err != nil {
			return connector.Reply{Outcome: record.Refused, Detail: err.Error()}
		}
		defer gate.Leave()
	}
	a := n.health.Admit(q.Endpoint, q.Cloud)
	if a.Why != "" && !persistent {
		return connector.Reply{Outcome: record.Refused, Detail: a.Why}
	}
	reply := n.carryOut(ctx, d, q)
	if ctx.Err() != nil {
		reply.Sign = connector.Silent // it was cut off here
	}
	n.health.Called(q, reply, a, clock())
	return reply
}

// startElsewhere asks the shard that owns the new instance. Its answer comes on
// that shard's goroutine, where nothing may wait.
func (n *Node) startElsewhere(from *ownedShard, e engine.Start) {
	cmd := record.StartInstance{Process: e.Process, Plan: e.Plan, Key: e.Business, Input: e.Input, Watch: e.Watch, Deadline: e.Deadline, Depth: e.Depth}
	n.post(from, record.InstanceID(e.Process, e.Business), cmd, func(r record.Reply, err error) {
		outcome := ended(e.Target, record.Succeeded, "")
		switch {
		case errors.Is(err, shard.ErrClosed), errors.Is(err, shard.ErrLost):
			return // asked again at the next Open
		case err != nil:
			outcome.Outcome, outcome.Detail = record.Unknown, err.Error()
		case r.Rejected != nil && (r.Rejected.Code == record.Busy || r.Rejected.Code == record.UnknownPlan):
			outcome.Outcome, outcome.Detail = record.Refused, r.Rejected.Detail
		case r.Rejected != nil:
			outcome.Outcome, outcome.Detail = record.Rejected, r.Rejected.Detail
		case r.Ended != nil:
			n.hand(from, record.ChildEnded{Watch: e.Watch, Child: r.Instance, Ending: *r.Ended})
			return
		}
		outcome.Outcome = e.Target.Outcome(outcome.Outcome)
		n.hand(from, outcome)
	})
}

// hand gives a command to a shard from another one's goroutine, where nothing may
// wait.
func (n *Node) hand(to *ownedShard, cmd record.Command) {
	if !to.processor.TryDeliver(cmd) {
		n.workers.Go(func() { _ = to.processor.Send(n.work, cmd, nil) }) // as bring does
	}
}

// send puts a message into a channel. The effect's key is the message's ID, so
// that sending twice is sending once.
func (n *Node) send(from *ownedShard, e engine.Send) {
	_, err := n.publish(n.work, e.Plan, e.Channel, e.Key, e.Payload)
	switch {
	case err == nil:
		n.bring(from, ended(e.Target, record.Succeeded, ""))
	case errors.Is(err, context.Canceled) && n.work.Err() != nil:
		return
	case errors.Is(err, jetstream.ErrTooLarge), errors.Is(err, errNoChannel):
		n.bring(from, ended(e.Target, record.Rejected, err.Error()))
	case errors.Is(err, jetstream.ErrChannelFull), busy(err):
		n.bring(from, ended(e.Target, record.Refused, err.Error()))
	default:
		n.bring(from, ended(e.Target, record.Unknown, err.Error()))
	}
}

// probe asks whether a binding can be reached, through any plan that has it.
func (n *Node) probe(ctx context.Context, endpoint, cloud string, timeoutNs int64) connector.Reply {
	for _, d := range n.deployments.All() {
		for i := range d.Plan.Endpoints {
			if d.Plan.Endpoints[i].Name == endpoint {
				if n.desk != nil && n.desk.serves(cloud) {
					return n.desk.probe(ctx, d, endpoint, cloud, timeoutNs)
				}
				return d.Sinks.Probe(ctx, endpoint, cloud, timeoutNs)
			}
		}
	}
	return connector.Reply{Outcome: record.Rejected, Sign: connector.Silent, Detail: "no active plan has this endpoint"}
}
