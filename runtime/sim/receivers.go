package sim

import (
	"slices"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// hand lets messages go on in other shards where the words of their route take them.
func (w *world) hand(o *owner, e engine.Hand) {
	over := false
	end := func(c record.AttemptEnded) {
		if !over {
			over = true
			w.bring(o, e.Target, c)
		}
	}
	w.on(o.worker, 10*second, func() { end(record.AttemptEnded{Outcome: record.Unknown, Detail: "no answer"}) })
	missing := len(e.Parts)
	for _, part := range e.Parts {
		w.wanted[part.Part] = true
		s := w.shardOf(part.Part)
		answer := func(r record.Reply, err error) {
			switch {
			case w.lost():
			case err != nil:
				end(record.AttemptEnded{Outcome: record.Unknown, Detail: err.Error()})
			case r.Rejected != nil && (r.Rejected.Code == record.Busy || r.Rejected.Code == record.UnknownPlan):
				end(record.AttemptEnded{Outcome: record.Refused, Detail: r.Rejected.Detail})
			case r.Rejected != nil:
				end(record.AttemptEnded{Outcome: record.Rejected, Detail: r.Rejected.Detail})
			default:
				if missing--; missing == 0 {
					w.on(o.worker, w.network(), func() { end(record.AttemptEnded{Outcome: record.Succeeded}) })
				}
			}
		}
		if !w.lost() {
			w.agenda.after(w.network(), func() { w.offer(s, part, answer) })
		}
		if w.stormy() && w.random.chance(50) { // it comes twice, the second time late
			w.agenda.after(w.random.between(second, 20*second), func() { w.offer(s, part, nil) })
		}
	}
}

// receiver offers the messages of a channel to the instances that wait for them.
type receiver struct {
	engine.Receiver
	world *world
	low   uint64
	taken map[uint64]bool
	turn  int  // counts up with every restart and every offer
	idle  bool // everything was offered, and nobody wants the rest
	again bool // somebody waits since
}

// learn asks the shards what was taken. They answer behind the offers that they have
// not decided yet.
func (r *receiver) learn() {
	r.turn++
	r.idle, r.again = false, false
	r.low, r.taken = 0, map[uint64]bool{}
	missing, turn := len(r.world.disks), r.turn
	for s := range r.world.disks {
		asked := r.world.ask(s, shard.Request{
			Query: func(state *engine.State) {
				if r.turn != turn {
					return
				}
				low, taken := state.Received(r.Name)
				r.low = max(r.low, low)
				for _, at := range taken {
					r.taken[at] = true
				}
				if missing--; missing == 0 {
					r.turn++
					r.later(0, func() { r.from(r.low + 1) })
				}
			},
			Refused: func(error) { r.later(100*millisecond, r.learn) },
		})
		if !asked {
			r.later(50*millisecond, r.learn)
			return
		}
	}
	r.later(2*second, r.learn)
}

func (r *receiver) later(wait nanos, do func()) {
	turn := r.turn
	r.world.agenda.after(wait, func() {
		if r.turn == turn {
			do()
		}
	})
}

// from offers the next message at or behind a position that was not taken.
func (r *receiver) from(position uint64) {
	c := r.world.outside.channels[r.Channel]
	for r.taken[r.low+1] {
		r.low++
	}
	for position <= r.low || r.taken[position] {
		position++
	}
	switch {
	case c != nil && position <= uint64(len(c.messages)) && position <= r.low+engine.MaxAhead:
		r.offer(position, c.messages[position-1], 0)
	case r.again:
		r.again = false
		r.later(millisecond, func() { r.from(0) })
	default:
		r.idle = true
	}
}

// offer asks one shard after the other.
func (r *receiver) offer(position uint64, m Message, tried int) {
	w := r.world
	if tried == len(w.disks) {
		r.from(position + 1)
		return
	}
	r.turn++
	turn := r.turn
	s := (int(position) + tried) % len(w.disks)
	cmd := record.OfferMessage{Receiver: r.Name, Position: position, Low: r.low, Message: m.ID, Payload: m.Payload}
	if !w.lost() {
		w.offer(s, cmd, func(reply record.Reply, err error) {
			if r.turn != turn || w.lost() {
				return
			}
			r.turn++
			switch {
			case err != nil || reply.Rejected != nil:
				r.later(100*millisecond, r.learn)
			case reply.Matched > 0:
				r.taken[position] = true
				r.later(w.network(), func() { r.from(position + 1) })
			default:
				r.later(w.network(), func() { r.offer(position, m, tried+1) })
			}
		})
	}
	if r.turn == turn {
		r.later(2*second, r.learn)
	}
}

// wake tells a receiver that there is more, or that somebody waits.
func (r *receiver) wake() {
	r.again = true
	if r.idle {
		r.idle, r.again = false, false
		r.turn++
		r.later(0, func() { r.from(0) })
	}
}

// receiversOf are those of the programs of a load.
func (w *world) receiversOf() (all []*receiver) {
	var known []engine.Receiver
	for _, p := range w.load.Programs {
		for _, r := range p.Receivers() {
			if !slices.Contains(known, r) {
				known = append(known, r)
				all = append(all, &receiver{Receiver: r, world: w, idle: true})
			}
		}
	}
	return all
}

// begins lets the routes begin that read an event.
func (w *world) begins(event, id string, payload map[string]any) {
	for _, r := range w.load.Programs[0].Plan().Routes {
		if r.Event != event {
			continue
		}
		instance := record.InstanceID(r.Name, id)
		w.wanted[instance] = true
		cmd := record.StartInstance{Process: r.Name, Key: id, Input: map[string]any{r.Var: payload}}
		w.persist(w.shardOf(instance), always(cmd), func(r record.Reply) bool { return r.Rejected == nil })
	}
}
