package engine

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
)

// asking puts what a call says itself over what its operation and its failover
// say: the bound of one attempt, how often it is attempted, and the key.
func (l *linker) asking(p *plan.Step, c *call) {
	c.exprs = c.args
	if c.ownKey = l.expr(p.Call.Key, p.At); c.ownKey != nil {
		c.exprs = append(c.args[:len(c.args):len(c.args)], c.ownKey)
	}
	c.timeoutNs = shorter(c.failover.EachNs, c.operation.TimeoutNs)
	if p.Call.TimeoutNs > 0 {
		c.timeoutNs = p.Call.TimeoutNs
	}
	r := p.Call.Retry
	if r == nil {
		return
	}
	own := *c.failover
	own.Tries = r.Tries
	if r.BackoffMinNs > 0 {
		own.BackoffMinNs, own.BackoffMaxNs = r.BackoffMinNs, max(r.BackoffMinNs, r.BackoffMaxNs)
	}
	c.failover = &own
}

func shorter(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// keyOf is the key that a call names itself, from the values of its exprs.
func (c *call) keyOf(values []types.Value) (string, error) {
	key := textOf(values[len(c.args)])
	if len(key) > MaxKey {
		return "", fmt.Errorf("the idempotency_key has %d bytes; at most %d are allowed", len(key), MaxKey)
	}
	return key, nil
}
