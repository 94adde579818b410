package engine

import (
	"slices"

	"github.com/cob-lang/cob/runtime/record"
)

// aside is an instance whose events this program cannot fold: the instance as it
// was before the one that it trips over, and all events from there on. A program
// that can fold them has the instance again.
type aside struct {
	id, key, process, plan, why string
	started                     record.Instant
	before                      []byte // as in a snapshot; empty where its first event is among the rest
	rest                        []record.Event
}

// SetAside takes an instance out of the shard before the next of its events, which
// this program cannot fold, because of why; that event and the later ones are kept
// with it. Where there is no such instance, its first event is that one.
func (s *State) SetAside(instance, why string) {
	if s.aside[instance] != nil {
		return
	}
	a := &aside{id: instance, why: clip(why)}
	if x := s.get(instance); x != nil {
		a.key, a.process, a.plan, a.started = x.key, x.flow.name, x.flow.program.digest, x.started
		c := snapper{buf: []byte{SnapshotVersion}, writing: true, version: SnapshotVersion}
		c.instance(s, x)
		a.before = c.buf
		s.removeWhole(x)
	}
	s.aside[instance] = a
}

// Discard takes an instance out of a shard that is to be folded again: what it
// trips over may have left it broken.
func (s *State) Discard(instance string) {
	if x := s.get(instance); x != nil {
		s.removeWhole(x)
	}
	s.aside[instance] = &aside{id: instance}
}

// Clear empties the shard but for its plans.
func (s *State) Clear() { s.reset() }

// removeWhole takes an instance out of the shard, whatever state it is in.
func (s *State) removeWhole(x *instance) {
	s.delist(x)
	if x.stuck > 0 || x.poison != nil {
		s.stuck--
	}
	if x.poison != nil {
		s.poisoned--
	}
	delete(s.instances, x.id)
}

// keepAside keeps an event of an instance that is set aside, and says whether it
// was one.
func (s *State) keepAside(ev record.Event) bool {
	a := s.aside[record.About(ev)]
	if a == nil {
		return false
	}
	switch e := ev.(type) {
	case record.InstanceStarted:
		a.key, a.process, a.plan, a.started = e.Key, e.Process, e.Plan, e.At
		if e.Channel != "" {
			s.positions[e.Process] = e.Position
		}
	case record.MessageTaken:
		s.receive(e.Receiver, e.Position, e.Low)
	case record.InstanceTerminated:
		if e.Bare {
			return false // which ends it
		}
	}
	a.rest = append(a.rest, ev)
	return true
}

// keyOf is the key of the instance that an event is about, as far as it is known.
func (s *State) keyOf(ev record.Event) string {
	if e, first := ev.(record.InstanceStarted); first {
		return e.Key
	}
	if x := s.get(record.About(ev)); x != nil {
		return x.key
	}
	return ""
}

// Aside are the instances that are set aside, by name.
func (s *State) Aside() []Summary {
	out := make([]Summary, 0, len(s.aside))
	for _, id := range sortedKeys(s.aside) {
		out = append(out, s.aside[id].summary())
	}
	return out
}

func (a *aside) summary() Summary {
	return Summary{Instance: a.id, Process: a.process, Key: a.key, Plan: a.plan, State: record.Incident, Started: a.started, Incidents: 1, Blocked: a.blocked()}
}

func (a *aside) blocked() string {
	return "this program cannot go on with it, and set it aside: " + a.why
}

// asides writes or reads the instances that are set aside. One that this program
// can fold is an instance again.
func (c *snapper) asides(s *State) {
	if c.writing {
		names := sortedKeys(s.aside)
		c.size(len(names))
		for _, id := range names {
			c.oneAside(s.aside[id])
		}
		return
	}
	for range c.size(0) {
		a := &aside{}
		c.oneAside(a)
		if c.err != nil {
			return
		}
		if trial := s.Empty(); trial.revive(a) == nil && s.revive(a) == nil {
			continue
		}
		s.aside[a.id] = a
	}
}

func (c *snapper) oneAside(a *aside) {
	before := string(a.before)
	rest := ""
	if c.writing {
		rest = string(record.AppendEvents(nil, a.rest))
	}
	for _, text := range []*string{&a.id, &a.key, &a.process, &a.plan, &a.why, &before, &rest} {
		c.text(text)
	}
	c.when(&a.started)
	if c.writing || c.err != nil {
		return
	}
	a.before = []byte(before)
	var err error
	if a.rest, err = record.ReadEvents([]byte(rest)); err != nil {
		c.err = err
	}
}

// revive folds what is kept of an instance. Errors: this program cannot, and then
// the state is of no use any more.
func (s *State) revive(a *aside) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &SnapshotError{0, toldOf(p)}
		}
	}()
	if len(a.before) > 0 {
		c := snapper{buf: a.before, at: 1, version: a.before[0]}
		x := &instance{}
		if c.instance(s, x); c.err != nil {
			return c.err
		}
		s.adopt(x)
	}
	for _, ev := range slices.Clone(a.rest) {
		if err := s.Evolve(ev); err != nil {
			return err
		}
	}
	return nil
}

// poison writes or reads why an instance is left alone.
func (c *snapper) poison(x *instance) {
	is := x.poison != nil
	c.bits(&is)
	if !is {
		return
	}
	if x.poison == nil {
		x.poison = &poison{}
	}
	c.when(&x.poison.at)
	c.text(&x.poison.command)
	c.text(&x.poison.detail)
}

// originOf says what an instance that is set aside is one of.
func (s *State) originOf(a *aside) origin {
	o := origin{name: a.process, plan: a.plan}
	if p := s.programs[a.plan]; p != nil && p.flows[a.process] != nil {
		o.route = p.flows[a.process].route != nil
	}
	return o
}
