package engine

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/cob-lang/cob/runtime/record"
)

// InstanceDigest names the state of an instance: equal states have equal ones. It is ""
// where there is no such instance.
func (s *State) InstanceDigest(id string) string {
	x := peek(s.instances[id])
	if x == nil {
		return ""
	}
	c := snapper{buf: []byte(x.flow.program.digest + "\x00" + x.flow.name + "\x00"), writing: true, version: SnapshotVersion}
	c.body(x)
	sum := sha256.Sum256(c.buf)
	return hex.EncodeToString(sum[:])
}

// takeSurplus takes what another cloud has of an instance.
func (d *decider) takeSurplus(c *record.TakeSurplus) record.Reply {
	if d.s.InstanceDigest(c.Instance) != c.Before {
		return reject(record.WrongState, "the instance %s has gone on here", c.Instance)
	}
	for i, ev := range c.Events {
		if why := d.foreign(c, i, ev); why != "" {
			return reject(record.Invalid, "of the instance %s: %s", c.Instance, why)
		}
	}
	for _, ev := range c.Events {
		d.emit(ev)
	}
	if x := d.s.get(c.Instance); x != nil {
		d.sendAgain(x)
	}
	return record.Reply{Instance: c.Instance}
}

// foreign says why an event of another cloud cannot be taken, "" where it can: it
// belongs to more than its instance.
func (d *decider) foreign(c *record.TakeSurplus, i int, ev record.Event) string {
	if record.About(ev) != c.Instance {
		return "an event of another instance"
	}
	switch e := ev.(type) {
	case record.InstanceStarted:
		switch {
		case i > 0 || c.Before != "":
			return "it starts twice"
		case e.Channel != "":
			return "a message of a channel started it, and starts it here when the channel brings it"
		case d.s.programs[e.Plan] == nil:
			return "its plan is not here"
		}
	case record.EventTaken:
		if e.Payload == nil {
			return "it took an event that was kept in the other cloud"
		}
	case record.MessageTaken, record.PartBegan, record.CellOpened, record.CellMarked, record.CellGathered, record.CellEmptied, record.CellHeld,
		record.CellReleased, record.CellClosed:
		return "it took part in a route, which takes the messages again that its channel brings"
	}
	return ""
}
