package replay

import (
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// channelOf is a channel of the program, nil where there is none.
func channelOf(program *engine.Program, name string) *plan.Channel {
	for i := range program.Plan().Channels {
		if c := &program.Plan().Channels[i]; c.Name == name {
			return c
		}
	}
	return nil
}

// messageTaken notes a message that the instance took out of a channel.
func (r *Recorder) messageTaken(e *record.MessageTaken) {
	for _, from := range r.program.Receivers() {
		if from.Name != e.Receiver {
			continue
		}
		if c := channelOf(r.program, from.Channel); c != nil {
			r.input(Input{At: at(e.At), Kind: "message", Event: c.Name, ID: e.Message, Payload: r.encode(e.Payload, c.Type, nil)})
			return
		}
	}
	r.partial("a message of the receiver " + e.Receiver)
}

// message offers a message of a channel at the time when it was taken.
func (p *player) message(in *Input) {
	c := channelOf(p.program, in.Event)
	if c == nil {
		p.differs("event", "", "it took a message of %s, and there is no such channel", in.Event)
		return
	}
	payload, err := p.read(in.Payload, c.Type, c.Name)
	if err != nil {
		p.differs("event", "", "the message %s of %s would be refused: %v", in.ID, in.Event, err)
		return
	}
	for _, to := range p.program.Receivers() {
		if to.Flow == p.flow && to.Channel == c.Name {
			p.offered++
			p.send(record.OfferMessage{Receiver: to.Name, Position: p.offered, Low: p.offered - 1, Message: in.ID, Payload: payload})
		}
	}
}
