package sim

import (
	"slices"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// lying is a message that lies in a channel until a receiver has taken it.
type lying struct {
	position uint64
	id       string
	payload  types.Value
	at       nanos
}

// lies puts a message where the receivers of its channel find it. One that does not
// fit, or that nobody takes in its time, is a dead letter of each of them.
func (b *bench) lies(channel, id string, payload types.Value, problem string) error {
	m := lying{b.lengths[channel], id, payload, b.now}
	for _, r := range b.program.Receivers() {
		if r.Channel != channel {
			continue
		}
		b.lying[r.Name] = append(b.lying[r.Name], m)
		if problem != "" {
			if err := b.buries(r, m, engine.Invalid+": "+problem); err != nil {
				return err
			}
			continue
		}
		b.planExpiry(r, m)
		if err := b.offers(r.Name); err != nil {
			return err
		}
	}
	return nil
}

// offers offers what lies in a channel to those that wait.
func (b *bench) offers(receiver string) error {
	for _, m := range slices.Clone(b.lying[receiver]) {
		low := b.lowest(receiver)
		if m.position > low+engine.MaxAhead {
			return nil
		}
		reply, err := b.ask(record.OfferMessage{Receiver: receiver, Position: m.position, Low: low, Message: m.id, Payload: m.payload})
		if err != nil {
			return refused(err)
		}
		if reply.Matched > 0 {
			b.takeAway(receiver, m.position)
		}
	}
	return nil
}

// lowest is the position up to which everything was taken.
func (b *bench) lowest(receiver string) uint64 { return b.lying[receiver][0].position - 1 }

func (b *bench) takeAway(receiver string, position uint64) {
	b.lying[receiver] = slices.DeleteFunc(b.lying[receiver], func(m lying) bool { return m.position == position })
}

// buries makes a message a dead letter of a receiver.
func (b *bench) buries(r engine.Receiver, m lying, reason string) error {
	c := b.channel(r.Channel)
	if c.DeadLetter != "" {
		letter := map[string]types.Value{"reason": reason, "path": []types.Value{r.Flow}, "message": b.asJSON(c, m.payload)}
		if err := b.sends(c.DeadLetter, m.id+" "+r.Name, letter, short(r.Flow)); err != nil {
			return err
		}
	}
	low := b.lowest(r.Name)
	b.takeAway(r.Name, m.position)
	return b.decide(record.OfferMessage{Receiver: r.Name, Position: m.position, Low: low, Passed: true})
}

// planExpiry lets a message expire in its time.
func (b *bench) planExpiry(r engine.Receiver, m lying) {
	good := nanos(b.channel(r.Channel).ExpiresNs)
	if good == 0 {
		return
	}
	b.later.after(max(0, m.at+good-b.now), func() {
		if !slices.ContainsFunc(b.lying[r.Name], func(o lying) bool { return o.position == m.position }) {
			return
		}
		if err := b.buries(r, m, "it has expired: messages of "+r.Channel+" are good for "+time.Duration(good).String()); err != nil {
			b.fail("a message that expires", err.Error())
		}
	})
}

// expiriesAgain plans what a crash has made the world forget.
func (b *bench) expiriesAgain() {
	for _, r := range b.program.Receivers() {
		for _, m := range b.lying[r.Name] {
			b.planExpiry(r, m)
		}
	}
}

// offersAgain offers everything anew: who reads a channel begins again after a crash.
func (b *bench) offersAgain() (all []engine.Effect) {
	for _, r := range b.program.Receivers() {
		all = append(all, engine.Await{Receiver: r.Name})
	}
	return all
}
