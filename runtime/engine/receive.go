package engine

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// MaxAhead bounds how many positions beyond the oldest message that was not taken a
// receiver looks: so many positions at most a shard remembers for it.
const MaxAhead = 10_000

// Receiver reads a channel for the instances of a process or a route: a message is
// taken by one of those that wait for it.
type Receiver struct {
	Name    string
	Flow    string // process or route, qualified
	Channel string // qualified
}

func receiverOf(flow, channel string) Receiver {
	return Receiver{flow + "<-" + channel, flow, channel}
}

// Receivers are those of the plan, in the order of its flows.
func (p *Program) Receivers() []Receiver {
	var out []Receiver
	note := func(name string) {
		f := p.flows[name]
		if f == nil { // it cannot run yet, and nothing comes to it
			return
		}
		for i := range f.steps {
			for _, arm := range armsOf(f.steps[i].plan) {
				if r := receiverOf(name, arm.Channel); arm.Channel != "" && !slices.Contains(out, r) {
					out = append(out, r)
				}
			}
		}
	}
	for i := range p.plan.Processes {
		note(p.plan.Processes[i].Name)
	}
	for i := range p.plan.Routes {
		note(p.plan.Routes[i].Name)
	}
	return out
}

// Takers says which instances may take a message of a receiver. Where every arm that
// waits for it names the instance by its key, these are targets; otherwise all is
// true, and any shard may have one.
func (p *Program) Takers(r Receiver, message types.Value) (targets []string, all bool) {
	payload, _ := message.(map[string]types.Value)
	f := p.flows[r.Flow]
	if f == nil {
		return nil, true
	}
	for i := range f.steps {
		for _, arm := range armsOf(f.steps[i].plan) {
			switch {
			case arm.Channel != r.Channel:
			case !arm.ByKey:
				return nil, true
			default:
				if key, ok := at(payload, strings.Join(arm.Path, ".")); ok {
					for _, begun := range p.beginnings(r.Flow) {
						targets = appendNew(targets, record.InstanceID(begun, expression.Text(key)))
					}
				}
			}
		}
	}
	return targets, false
}

// Await says that an instance has begun to wait for messages of a receiver: what
// lies in the channel may be offered again. It is no attempt, and nobody is told how
// it ended.
type Await struct {
	Target   // of which only Instance is set
	Receiver string
}

// received is what the instances of a shard have taken of a channel: everything up to
// low was taken by some shard, and beyond it these positions by this one.
type received struct {
	low   uint64
	taken map[uint64]struct{}
}

func (r *received) has(position uint64) bool {
	if r == nil {
		return false
	}
	_, ok := r.taken[position]
	return ok || position <= r.low
}

// receive notes that a message was taken.
func (s *State) receive(receiver string, position, low uint64) {
	r := s.received[receiver]
	if r == nil {
		r = &received{taken: map[uint64]struct{}{}}
		s.received[receiver] = r
	}
	r.taken[position] = struct{}{}
	if low > r.low {
		r.low = low
		for p := range r.taken {
			if p <= low {
				delete(r.taken, p)
			}
		}
	}
}

// Received is how far a receiver is, as far as this shard knows: every message up to
// low was taken by some shard, and beyond it those at the positions by this one.
func (s *State) Received(receiver string) (low uint64, taken []uint64) {
	r := s.received[receiver]
	if r == nil {
		return 0, nil
	}
	for p := range r.taken {
		taken = append(taken, p)
	}
	slices.Sort(taken)
	return r.low, taken
}

// offerMessage gives a message to the instance that waits for it longest.
func (d *decider) offerMessage(c *record.OfferMessage) record.Reply {
	if no := tooLong("ID of message", c.Message); no != nil && !c.Passed {
		return record.Reply{Rejected: no}
	}
	switch r := d.s.received[c.Receiver]; {
	case r.has(c.Position):
		return record.Reply{Existing: true, Matched: 1}
	case c.Position <= c.Low || c.Position > c.Low+MaxAhead:
		return reject(record.Invalid, "message %d of %s is offered where %d were taken; at most %d beyond that are looked at", c.Position, c.Receiver, c.Low, MaxAhead)
	case c.Passed:
		d.emit(record.MessagePassed{Receiver: c.Receiver, Position: c.Position, Low: c.Low})
		return record.Reply{Matched: 1}
	}
	if why := d.s.limits.tooMuch(c.Payload); why != "" {
		return reject(record.Invalid, "message %d of %s %s", c.Position, c.Receiver, why)
	}
	for _, w := range d.s.takers(c) {
		x := w.inst
		d.s.rouse(x)
		a := x.find(w.act)
		if a == nil || a.frame() || a.stuck {
			continue
		}
		d.about = x.id
		if holds, ok := d.fits(x, a, a.step, &x.arms(a).on[w.arm], c.Payload); !holds || !ok {
			continue
		}
		d.emit(record.MessageTaken{At: d.now, Receiver: c.Receiver, Position: c.Position, Low: c.Low, Message: c.Message, Instance: x.id, Activation: a.id, Arm: w.arm, Payload: c.Payload})
		d.wake(a)
		d.run(x)
		return record.Reply{Instance: x.id, Matched: 1}
	}
	return record.Reply{}
}

// takers are the arms that a message may fit, those that wait longest first.
func (s *State) takers(c *record.OfferMessage) []waiter {
	payload, _ := c.Payload.(map[string]types.Value)
	out := s.candidates(&record.DeliverEvent{Type: c.Receiver, Payload: payload})
	slices.SortStableFunc(out, func(a, b waiter) int {
		return cmp.Compare(a.since, b.since)
	})
	return out
}

func (s *State) messageTaken(e *record.MessageTaken) string {
	x, a, why := s.locate(e.Instance, e.Activation)
	if why != "" {
		return why
	}
	sel := x.arms(a)
	if sel == nil || int(e.Arm) >= len(sel.on) {
		return "its step has no such arm"
	}
	s.receive(e.Receiver, e.Position, e.Low)
	s.unwait(x, a)
	x.set(a, sel.on[e.Arm].slot, e.Payload, true)
	s.runBlock(x, a, uint32(sel.first)+e.Arm+1)
	return ""
}

// awaitAgain notes that a select which had an incident may be offered messages again.
func (s *State) awaitAgain(x *instance, a *activation) {
	for i, on := range x.arms(a).on {
		if on.channel {
			s.awaiting = append(s.awaiting, awaited(&on, a.items, i))
		}
	}
}

// nowAwaited are the receivers for which an instance has begun to wait in the
// decision, and still does, as effects.
func (s *State) nowAwaited() []Effect {
	var out []Effect
	for i, k := range s.awaiting {
		if len(s.waiting[k]) > 0 && !slices.Contains(s.awaiting[:i], k) {
			out = append(out, Await{Target{Instance: s.waiting[k][0].inst.id}, k.event})
		}
	}
	s.awaiting = s.awaiting[:0]
	return out
}

// armName is the event, or the receiver, that an arm is looked up by.
func (l *linker) armName(on *plan.OnArm) string {
	if on.Channel != "" {
		return receiverOf(l.flow.name, on.Channel).Name
	}
	return on.Event
}
