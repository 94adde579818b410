package sim

import (
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
)

// channel is the declaration of a channel, nil where the plan has none.
func (b *bench) channel(name string) *plan.Channel {
	list := b.program.Plan().Channels
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

// invalid is where a message goes that has a problem, and as what; "" where it
// stays in its channel.
func (b *bench) invalid(channel string, payload types.Value, problem string) (to string, letter types.Value) {
	c := b.channel(channel)
	if c == nil || c.Invalid == "" || problem == "" {
		return "", nil
	}
	return c.Invalid, map[string]types.Value{"reason": problem, "path": []types.Value{channel}, "message": b.asJSON(c, payload)}
}

// asJSON is a message as a letter holds it.
func (b *bench) asJSON(c *plan.Channel, payload types.Value) types.Value {
	message, err := types.ReadJSON(b.program.Universe().EncodeJSON(nil, payload, c.Type))
	if err != nil {
		return payload
	}
	return message
}

// repeats says whether a message is the same one as another that came within the
// time of the channel's dedupe_by, and remembers it where it is not.
func (b *bench) repeats(channel string, payload types.Value) bool {
	same, c := b.program.Same(channel, payload), b.channel(channel)
	if same == "" || c == nil {
		return false
	}
	name := channel + " " + same
	if at, ok := b.named[name]; ok && int64(b.clock()-at) < c.Dedupe.WithinNs {
		return true
	}
	b.named[name] = b.clock()
	return false
}
