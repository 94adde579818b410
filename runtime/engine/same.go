package engine

import (
	"errors"
	"fmt"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// linkChannels prepares what is computed of the messages of channels.
func (p *Program) linkChannels() error {
	p.same = map[string]*evaluator{}
	var wrong []error
	for i := range p.plan.Channels {
		c := &p.plan.Channels[i]
		p.channels[c.Name] = c
		if c.Dedupe == nil {
			continue
		}
		run, err := compile(&c.Dedupe.By, p.universe)
		if err != nil {
			wrong = append(wrong, &LinkError{c.Name, c.At, fmt.Sprintf("dedupe_by: %v", err)})
			continue
		}
		p.same[c.Name] = run
	}
	return errors.Join(wrong...)
}

// Same is the text that messages of a channel have in common which are the same
// message, "" where only the ID says it: where the channel has no dedupe_by, and
// where that gives nothing for this message.
func (p *Program) Same(channel string, message types.Value) string {
	run := p.same[channel]
	if run == nil {
		return ""
	}
	v, err := run.eval(map[string]types.Value{"message": message})
	if err != nil || v == nil {
		return ""
	}
	return expression.Text(v)
}
