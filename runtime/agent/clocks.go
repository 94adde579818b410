package agent

import (
	"time"

	"github.com/cob-lang/cob/runtime/record"
)

// Clocks is what an agent knows of the clocks of the nodes. Times of the agent are
// those of a clock of its own that only goes forward, also while the process is
// stopped.
type Clocks struct {
	told  map[uint64]time.Duration // when a status was told, by its number
	nodes map[string]reading
	last  uint64
}

// reading says that the clock of a node showed now at the earliest at the time.
type reading struct {
	now record.Instant
	at  time.Duration
}

// remembered is how many numbers of a status an agent knows the time of.
const remembered = 64

// MaxNodes is how many nodes an agent knows.
const MaxNodes = 256

// NewClocks knows nothing yet.
func NewClocks() *Clocks {
	return &Clocks{told: map[uint64]time.Duration{}, nodes: map[string]reading{}}
}

// Told says that a status of the next number was told.
func (c *Clocks) Told(at time.Duration) (number uint64) {
	c.last++
	c.told[c.last] = at
	delete(c.told, c.last-remembered)
	return c.last
}

// Heard takes what a Welcome says of a clock: when its status was told, the node's
// clock showed less than that.
func (c *Clocks) Heard(w Welcome) {
	at, known := c.told[w.Number]
	if !known {
		return
	}
	old, met := c.nodes[w.Node]
	if !met && len(c.nodes) >= MaxNodes {
		clear(c.nodes) // those that are there say so again at once
	}
	if !met || at >= old.at {
		c.nodes[w.Node] = reading{w.Now, at}
	}
}

// Left is how much of its time a call still has, at most 0 where that is over, or
// might be. ok is false where the node is not known.
func (c *Clocks) Left(call *Call, now time.Duration) (left time.Duration, ok bool) {
	r, ok := c.nodes[call.Node]
	if !ok {
		return 0, false
	}
	latest := r.now + record.Instant(now-r.at)
	return time.Duration(call.Sent) + time.Duration(call.Request.TimeoutNs) - time.Duration(latest), true
}
