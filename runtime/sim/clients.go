package sim

import (
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/shard"
)

// persist asks a shard until an answer comes back. command is made anew for each
// try; done hears the answer once and says whether it is one to be content with.
func (w *world) persist(s int, command func(try int) record.Command, done func(record.Reply) bool) {
	over := false
	hear := func(r record.Reply, err error) {
		busy := r.Rejected != nil && r.Rejected.Code == record.Busy
		if err != nil || busy || over || w.lost() {
			return
		}
		w.agenda.after(w.network(), func() {
			if !over && done(r) {
				over = true
			}
		})
	}
	var ask func(try int)
	ask = func(try int) {
		if over {
			return
		}
		if !w.lost() {
			w.agenda.after(w.network(), func() { w.offer(s, command(try), hear) })
		}
		if w.stormy() && w.random.chance(60) {
			w.figures.Doubled++
			w.agenda.after(w.random.between(0, 5*second), func() { w.offer(s, command(try), hear) })
		}
		w.agenda.after(w.random.between(300*millisecond, 2*second), func() { ask(try + 1) })
	}
	ask(0)
}

func always(cmd record.Command) func(int) record.Command {
	return func(int) record.Command { return cmd }
}

func content(record.Reply) bool { return true }

// activate makes a plan the active one everywhere.
func (w *world) activate(p *engine.Program) {
	rollouts := w.rollOut(p)
	for s := range w.disks {
		w.persist(s, always(record.ActivatePlan{Package: p.Plan().Package, Digest: p.Digest(), Rollouts: rollouts}), func(r record.Reply) bool { return r.Rejected == nil })
	}
}

// unlucky is how many instances there are to one that a bug of the engine is said to
// be met on. Which it is depends on its name, so that it takes no random number.
const unlucky = 7

// client asks for one instance until it is acknowledged.
func (w *world) client(c Start) {
	id := record.InstanceID(c.Process, c.Key)
	w.wanted[id] = true
	s := w.shardOf(id)
	command := func(try int) record.Command {
		key := c.Key
		if w.options.Plant == NoDeduplication && try > 0 {
			key += "'"
			w.wanted[record.InstanceID(c.Process, key)] = true
		}
		return record.StartInstance{Process: c.Process, Key: key, Input: c.Input}
	}
	w.persist(s, command, func(r record.Reply) bool {
		if r.Rejected != nil {
			return false // no plan is active yet
		}
		w.acked(id)
		w.look(s)
		return true
	})
	if record.ShardOf(id, unlucky) == 0 {
		w.agenda.after(3*second, func() {
			w.persist(s, always(record.PoisonInstance{Instance: id, Command: "TimerDue", Detail: "made up"}), content)
		})
	}
	if c.Cancelled {
		w.agenda.after(w.random.between(second, nanos(w.options.Storm)), func() {
			w.persist(s, always(record.CancelInstance{Instance: id, By: "eve", Reason: "changed her mind", Request: record.Request{ID: "eve"}}), func(r record.Reply) bool {
				if r.Rejected == nil {
					w.figures.Verbs++
				}
				return r.Rejected == nil || r.Rejected.Code != record.NotFound
			})
		})
	}
}

// publish brings an event to the shards that it concerns.
func (w *world) publish(e Event) {
	cmd := record.DeliverEvent{Type: e.Type, ID: e.ID, Payload: e.Payload, Instance: e.Instance, Until: birth + record.Instant(w.agenda.now+hour)}
	w.begins(e.Type, e.ID, e.Payload)
	for s := range w.disks {
		if e.Instance == "" || w.shardOf(e.Instance) == s {
			w.persist(s, always(cmd), func(r record.Reply) bool { return r.Rejected == nil })
		}
	}
}

// maxHanded is how many messages a pump hands over at a time.
const maxHanded = 6

// pump moves the messages of a channel to the shards, in order, some at a time.
type pump struct {
	world   *world
	route   string
	channel string
	next    int // the message that comes next, from 0
	cursor  *shard.Cursor
	turn    int // counts up with every restart and every batch
	idle    bool
}

// resume learns from the shards how far they are.
func (p *pump) resume() {
	p.turn++
	p.idle = false
	if p.world.options.Plant == PumpOwnPosition && p.cursor != nil {
		p.next++
		p.step()
		return
	}
	at := make([]uint64, len(p.world.disks))
	missing, turn := len(at), p.turn
	for s := range at {
		asked := p.world.ask(s, shard.Request{
			Query: func(state *engine.State) {
				at[s] = state.Position(p.route)
				if missing--; missing == 0 && p.turn == turn {
					p.cursor = shard.NewCursor(at)
					p.next = int(p.cursor.Done())
					p.later(0, p.step)
				}
			},
			Refused: func(error) { p.later(100*millisecond, p.resume) },
		})
		if !asked {
			p.later(50*millisecond, p.resume)
			return
		}
	}
	p.later(2*second, p.resume)
}

// later does something unless the pump has begun something else by then.
func (p *pump) later(wait nanos, do func()) {
	turn := p.turn
	p.world.agenda.after(wait, func() {
		if p.turn == turn {
			do()
		}
	})
}

// step hands over the next messages and waits for the answers.
func (p *pump) step() {
	w := p.world
	c := w.outside.channels[p.channel]
	p.turn++
	if c == nil || p.next >= len(c.messages) {
		p.idle = true
		return
	}
	turn, missing, refused := p.turn, 0, false
	answer := func(r record.Reply, err error) {
		if p.turn != turn || w.lost() {
			return
		}
		refused = refused || err != nil || r.Rejected != nil
		if missing--; missing > 0 {
			return
		}
		p.turn++
		if refused {
			w.trace("the pump of %s begins again: %v %v", p.route, r.Rejected, err)
			p.later(100*millisecond, p.resume)
			return
		}
		p.later(w.network(), p.step)
	}
	for range 1 + w.random.below(maxHanded) {
		if p.next >= len(c.messages) {
			break
		}
		m := c.messages[p.next]
		p.next++
		id := record.InstanceID(p.route, m.ID)
		w.wanted[id] = true
		s := w.shardOf(id)
		after, wanted := p.cursor.Hand(s, uint64(p.next))
		if !wanted { // it had it before the restart
			continue
		}
		missing++
		if !w.lost() {
			w.offer(s, record.DeliverMessage{Route: p.route, Channel: p.channel, Position: uint64(p.next), After: after,
				Message: m.ID, Payload: m.Payload, Problem: m.Problem}, answer)
		}
	}
	if missing == 0 {
		p.later(0, p.step)
		return
	}
	p.later(2*second, p.resume)
}

// wake tells a pump that its channel has more.
func (p *pump) wake() {
	if p.idle {
		p.idle = false
		p.world.agenda.after(0, p.step)
	}
}
