package engine

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/cob-lang/cob/runtime/record"
)

// KeepTaken is how long at least an event is known that somebody may have taken, by the
// time of the command that brought it.
const KeepTaken = 10 * time.Minute

func (d *decider) deliverEvent(c *record.DeliverEvent) record.Reply {
	if c.Type == "" || c.ID == "" {
		return reject(record.Invalid, "an event needs a type and an id")
	}
	if no := tooLong("type or ID of the event", c.Type, c.ID, c.Instance); no != nil {
		return record.Reply{Rejected: no}
	}
	if why := d.s.limits.tooMuch(c.Payload); why != "" {
		return reject(record.Invalid, "the event %s %q %s", c.Type, c.ID, why)
	}
	if d.s.kept.byID[eventName{c.Type, c.ID}] != nil {
		return record.Reply{Existing: true}
	}
	arms := d.s.candidates(c)
	// One that comes after its time, as the clocks say it, is kept all the same where
	// somebody may take it: else it would be taken again when it comes again.
	until := c.Until
	if len(arms) > 0 {
		until = max(until, d.now+record.Instant(KeepTaken))
	}
	kept := until > d.now
	if kept && len(d.s.kept.byID) >= d.s.limits.Kept {
		return reject(record.Busy, "this shard keeps %d events, its limit: try again later", d.s.limits.Kept)
	}
	if kept {
		d.emit(record.EventKept{At: d.now, Type: c.Type, ID: c.ID, Payload: c.Payload, Instance: c.Instance, Until: until})
	}
	matched, next := d.hand(c, arms)
	if next != "" {
		d.emit(record.EventHanded{At: d.now, Type: c.Type, ID: c.ID, Next: next})
	}
	return record.Reply{Matched: matched}
}

// hand gives an event to those arms that it fits, until the command has written
// or looked at enough; next is then the first instance that is left.
func (d *decider) hand(c *record.DeliverEvent, arms []waiter) (matched int, next string) {
	served := ""
	for i, w := range arms {
		x := w.inst
		if i > 0 && x != arms[i-1].inst && (i >= MaxHanded || d.total > d.s.limits.BytesPerCommand) {
			return matched, x.id
		}
		if served == x.id || d.s.instances[x.id] != x {
			continue
		}
		d.s.rouse(x)
		a := x.find(w.act)
		if a == nil || a.frame() || a.stuck {
			continue
		}
		d.about = x.id
		if d.take(x, a, w.arm, c.ID, c.Payload) {
			served = x.id
			matched++
			d.run(x)
		}
	}
	return matched, ""
}

// handOn goes on with the oldest event that has not reached all yet.
func (d *decider) handOn() {
	k := d.s.kept.parted[0]
	c := record.DeliverEvent{Type: k.typ, ID: k.id, Payload: k.payload, Instance: k.instance, Until: k.until}
	arms := slices.DeleteFunc(d.s.candidates(&c), func(w waiter) bool {
		_, before := k.takenBy[w.inst.id]
		return before || w.inst.id < k.next
	})
	_, next := d.hand(&c, arms)
	d.emit(record.EventHanded{At: d.now, Type: k.typ, ID: k.id, Next: next})
}

// candidates are the arms that an event may fit, in an order that depends on
// nothing but the instances' names.
func (s *State) candidates(c *record.DeliverEvent) []waiter {
	var out []waiter
	for _, path := range s.kept.paths[c.Type] {
		key, ok := keyAt(c.Type, c.Payload, path)
		if !ok {
			continue
		}
		for _, w := range s.waiting[key] {
			if c.Instance == "" || c.Instance == w.inst.id {
				out = append(out, w)
			}
		}
	}
	slices.SortFunc(out, func(a, b waiter) int {
		return cmp.Or(strings.Compare(a.inst.id, b.inst.id), cmp.Compare(a.act, b.act), cmp.Compare(a.arm, b.arm))
	})
	return out
}
