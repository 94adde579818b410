package sim

import (
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// dispatch sends effects into the world from an owner's worker, which may crash
// between any two of them.
func (w *world) dispatch(o *owner, effects []engine.Effect) {
	for _, e := range effects {
		if w.stormy() && w.random.chance(4) && o.alive() {
			w.figures.MidEffects++
			w.crash(o.worker)
			k := o.worker
			w.agenda.after(w.random.between(100*millisecond, 5*second), func() { w.restart(k) })
		}
		if !o.alive() {
			return
		}
		w.figures.Effects++
		w.audits[o.shard].left(o, e)
		switch e := e.(type) {
		case engine.Call:
			w.trace("%s asks %s.%s at %s, key %s, attempt %d.%d", o.worker.name, e.Endpoint, e.Operation, e.Cloud, e.Key, e.Activation, e.Attempt)
			w.call(o, e)
		case engine.Start:
			w.trace("%s starts %s with key %s", o.worker.name, e.Process, e.Business)
			w.start(o, e)
		case engine.Send:
			w.trace("%s sends to %s, key %s", o.worker.name, e.Channel, e.Key)
			w.send(o, e)
		case engine.Tell:
			w.trace("%s tells %.6s that %.6s ended", o.worker.name, e.News.Instance, e.News.Child)
			w.order(o, e.Target, w.shardOf(e.News.Instance), e.News)
		case engine.Recall:
			id := record.InstanceID(e.Order.Process, e.Order.Key)
			w.wanted[id] = true
			w.trace("%s withdraws %.6s", o.worker.name, id)
			w.order(o, e.Target, w.shardOf(id), e.Order)
		case engine.Hand:
			w.trace("%s hands %d messages on from %.6s", o.worker.name, len(e.Parts), e.Instance)
			w.hand(o, e)
		case engine.Await:
			for _, r := range w.receivers {
				if r.Name == e.Receiver {
					r.wake()
				}
			}
		case engine.Publish:
			w.trace("%s publishes %s, key %s", o.worker.name, e.Event, e.Key)
			w.announce(o, e)
		}
	}
}

// bring tells an owner how an attempt ended that left from it. What belongs to
// an earlier owner of the shard is dropped: the attempt left again since, and
// the two may differ.
func (w *world) bring(o *owner, t engine.Target, c record.AttemptEnded) {
	c.Instance, c.Activation, c.Attempt = t.Instance, t.Activation, t.Attempt
	if w.options.Plant != TrustRefusedAgain {
		c.Outcome = t.Outcome(c.Outcome)
	}
	if c.Outcome == record.Unknown {
		w.figures.Unknown++
	}
	w.trace("%s hears of attempt %d.%d of %.6s: %s %s%s", o.worker.name, t.Activation, t.Attempt, t.Instance, c.Outcome, c.Fault, c.Detail)
	w.accept(o, shard.Request{Command: c})
	if w.stormy() && w.random.chance(50) {
		w.on(o.worker, w.random.between(0, 3*second), func() { w.accept(o, shard.Request{Command: c}) })
	}
}

// flight is a request on its way: the first of its answer and its timeout ends
// it.
type flight struct {
	world *world
	owner *owner
	call  engine.Call
	over  bool
}

func (f *flight) end(c record.AttemptEnded) {
	if f.over {
		return
	}
	f.over = true
	f.world.bring(f.owner, f.call.Target, c)
}

// call carries out one attempt over a network that may lose, double and delay
// both the request and the answer.
func (w *world) call(o *owner, e engine.Call) {
	if w.options.Plant == NoSettlement && e.Settlement {
		w.on(o.worker, millisecond, func() {
			w.bring(o, e.Target, record.AttemptEnded{Outcome: record.Rejected, Detail: "not asked"})
		})
		return
	}
	f := &flight{world: w, owner: o, call: e}
	timeout := nanos(e.TimeoutNs)
	if timeout == 0 {
		timeout = 30 * second
	}
	w.on(o.worker, timeout, func() {
		f.end(record.AttemptEnded{Outcome: record.Unknown, Detail: "no answer in time", TookNs: int64(timeout)})
	})
	if w.lost() {
		return
	}
	w.agenda.after(w.network(), func() { f.arrive(false) })
	if w.stormy() && w.random.chance(30) {
		w.figures.Doubled++
		w.agenda.after(w.random.between(second, 20*second), func() { f.arrive(true) })
	}
}

// arrive is where the request reaches the service. A doubled request that comes
// late does its work, but its answer reaches nobody.
func (f *flight) arrive(double bool) {
	w := f.world
	s := w.outside.service(f.call.Endpoint, f.call.Cloud)
	ask := Ask{Endpoint: f.call.Endpoint, Operation: f.call.Operation, Cloud: f.call.Cloud, Key: f.call.Key, Args: f.call.Args}
	at := s.now(w)
	switch {
	case double && (at != well || !f.done(s)):
		return // the first copy certainly did nothing, or nobody is there
	case double:
		w.outside.serve(s, ask)
		return
	case w.options.Plant == BackWithoutUndo && w.audits[f.owner.shard].undoesBack(f.call.Target):
		f.answer(record.AttemptEnded{Outcome: record.Succeeded})
	case at == down:
		f.answer(record.AttemptEnded{Outcome: record.Refused, Detail: "nobody listens"})
	case at == busy:
		f.answer(record.AttemptEnded{Outcome: record.Refused, Detail: "is busy"})
	case at == silent:
		w.outside.serve(s, ask)
	case at == broken:
		if w.random.chance(500) {
			w.outside.serve(s, ask)
		}
		f.answer(record.AttemptEnded{Outcome: record.Unknown, Detail: "answered 500"})
	default:
		f.answer(outcome(w.outside.serve(s, ask)))
	}
}

// done says whether the request was taken before.
func (f *flight) done(s *service) bool {
	_, ok := s.decided[f.call.Operation+" "+f.call.Key]
	return ok
}

func (f *flight) answer(c record.AttemptEnded) {
	w := f.world
	if w.lost() && c.Outcome != record.Refused {
		return
	}
	w.on(f.owner.worker, w.network(), func() { f.end(c) })
}

// start asks for an instance, perhaps in another shard.
func (w *world) start(o *owner, e engine.Start) {
	cmd := record.StartInstance{Process: e.Process, Plan: e.Plan, Key: e.Business, Input: e.Input, Watch: e.Watch, Deadline: e.Deadline, Depth: e.Depth}
	id := record.InstanceID(e.Process, e.Business)
	w.wanted[id] = true
	over := false
	end := func(c record.AttemptEnded) {
		if !over {
			over = true
			w.bring(o, e.Target, c)
		}
	}
	w.on(o.worker, 10*second, func() { end(record.AttemptEnded{Outcome: record.Unknown, Detail: "no answer"}) })
	if w.lost() {
		return
	}
	w.agenda.after(w.network(), func() {
		w.offer(w.shardOf(id), cmd, func(r record.Reply, err error) {
			c := record.AttemptEnded{Outcome: record.Succeeded}
			switch {
			case err != nil:
				c = record.AttemptEnded{Outcome: record.Unknown, Detail: err.Error()}
			case r.Rejected != nil && (r.Rejected.Code == record.Busy || r.Rejected.Code == record.UnknownPlan || r.Rejected.Code == record.NotFound):
				c = record.AttemptEnded{Outcome: record.Refused, Detail: r.Rejected.Detail}
			case r.Rejected != nil:
				c = record.AttemptEnded{Outcome: record.Rejected, Detail: r.Rejected.Detail}
			}
			switch {
			case w.lost():
			case r.Ended != nil:
				over = true
				w.on(o.worker, w.network(), func() {
					w.accept(o, shard.Request{Command: record.ChildEnded{Watch: e.Watch, Child: id, Ending: *r.Ended}})
				})
			default:
				w.on(o.worker, w.network(), func() { end(c) })
			}
		})
	})
}

// send puts a message into a channel, whose own log takes an ID once.
func (w *world) send(o *owner, e engine.Send) {
	m := Message{Channel: e.Channel, ID: e.Key, Payload: e.Payload}
	answer := record.AttemptEnded{Outcome: record.Succeeded}
	switch {
	case w.stormy() && w.random.chance(50):
		answer = record.AttemptEnded{Outcome: record.Refused, Detail: "the channel is full"}
	case w.stormy() && w.random.chance(50):
		w.outside.put(m)
		answer = record.AttemptEnded{Outcome: record.Unknown, Detail: "the store did not answer"}
	default:
		w.outside.put(m)
	}
	w.on(o.worker, w.network(), func() { w.bring(o, e.Target, answer) })
}
