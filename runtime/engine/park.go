package engine

import (
	"encoding/binary"
	"slices"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// ParkedFor is how long an instance has to wait at least before it is packed: it is
// then the bytes that a snapshot has of it, a tenth of what it takes awake. Packing
// shows nowhere: not in events, snapshots or views. Time counts where commands are
// decided; while a journal is folded, whoever waits is packed.
const ParkedFor = record.Instant(60e9)

// parkable bounds the activations of an instance that is worth packing: a larger
// one is seldom quiet, and packing it would cost more than it saves.
const parkable = 64

// DefaultAwake is how many instances are awake at least before those of them that
// wait for long are packed.
const DefaultAwake = 256

// PackFrom makes the state pack its instances where n are awake, DefaultAwake unless
// told; with 0 whatever waits is packed before every command and event. It changes what
// the state takes, never what it does.
func (s *State) PackFrom(n int) { s.packFrom, s.packNext = n, n }

// get is an instance to work on, or nil. What it points at is good until the command
// is decided, or the event folded.
func (s *State) get(id string) *instance {
	x := s.instances[id]
	if x != nil {
		s.rouse(x)
	}
	return x
}

// rouse unpacks an instance.
func (s *State) rouse(x *instance) {
	if x.body == nil {
		x.body, x.packed = x.unpacked(), ""
		s.awake = append(s.awake, x)
	}
}

// peek is an instance to look at: one that is packed stays so.
func peek(x *instance) *instance {
	if x == nil || x.body != nil {
		return x
	}
	return &instance{id: x.id, flow: x.flow, body: x.unpacked()}
}

// lull packs the instances that wait for long, where many are awake. Nobody may be at
// work on one. As many again may wake before they are all looked at again.
func (s *State) lull(now record.Instant) {
	if len(s.awake) < s.packNext {
		return
	}
	if s.packFrom == 0 {
		now = 0
	}
	s.awake = slices.DeleteFunc(s.awake, func(x *instance) bool {
		return s.instances[x.id] != x || s.pack(x, now)
	})
	if s.packNext = s.packFrom; s.packFrom > 0 {
		s.packNext = max(s.packFrom, 2*len(s.awake))
	}
}

// pack packs an instance that will wait for long, and says whether it did.
func (s *State) pack(x *instance, now record.Instant) bool {
	if x.phase == finished || x.alive > parkable || x.part > 0 || x.cell != "" {
		return false
	}
	timed := 0
	for _, a := range x.acts {
		switch {
		case a.dead:
		case a.inflight, a.due != 0 && a.due-now < ParkedFor:
			return false
		case a.due != 0:
			timed++
		}
	}
	c := snapper{buf: binary.AppendUvarint(s.packing[:0], uint64(timed)), writing: true, version: SnapshotVersion}
	for _, a := range x.acts {
		if !a.dead && a.due != 0 {
			c.u32(&a.id)
			c.when(&a.due)
		}
	}
	c.body(x)
	x.packed, x.body, s.packing = string(c.buf), nil, c.buf
	if cap(s.packing) > 1<<20 { // one large instance does not hold as much for ever
		s.packing = nil
	}
	return true
}

// dueOf is the time of a living activation's timer, 0 for none.
func (x *instance) dueOf(act uint32) record.Instant {
	if x.body != nil {
		if a := x.find(act); a != nil {
			return a.due
		}
		return 0
	}
	due := record.Instant(0)
	x.timers(func(a uint32, at record.Instant) {
		if a == act {
			due = at
		}
	})
	return due
}

// timers tells the timers of a packed instance, and gives where they end. They stand
// in front, so that what the timers of a shard ask all the time unpacks nobody.
func (x *instance) timers(tell func(act uint32, due record.Instant)) (end int) {
	next := func() (n uint64) {
		for shift := 0; ; shift += 7 {
			b := x.packed[end]
			end++
			if n |= uint64(b&0x7f) << shift; b < 0x80 {
				return n
			}
		}
	}
	for range next() {
		act := uint32(next())
		tell(act, record.Instant(next()))
	}
	return end
}

// inSnapshot are the bytes that a snapshot has of a packed instance.
func (x *instance) inSnapshot() string {
	return x.packed[x.timers(func(uint32, record.Instant) {}):]
}

// unpacked is what the bytes of a packed instance say.
func (x *instance) unpacked() *body {
	c := snapper{buf: []byte(x.inSnapshot()), version: SnapshotVersion, owned: true}
	out := &instance{id: x.id, flow: x.flow, body: &body{}}
	if c.body(out); c.err != nil {
		panic("engine: the packed instance " + x.id + " cannot be read: " + c.err.Error())
	}
	out.count()
	return out.body
}

// values are the variables of the flow.
func (x *instance) values() []types.Value {
	x.unpack()
	return x.vars
}

// bytes are the variables, and what the completed steps remember, as one value.
func (x *instance) bytes() []byte {
	if x.raw != nil {
		return x.raw
	}
	all := make([]types.Value, 1+len(x.done))
	all[0] = x.vars
	for i := range x.done {
		all[1+i] = x.done[i].vals
	}
	return record.AppendValue(nil, all)
}

// unpack reads the variables, which stay bytes until somebody asks for them.
func (x *instance) unpack() {
	if x.raw == nil {
		return
	}
	all, ok := x.contents()
	if !ok {
		panic("engine: the packed variables of " + x.id + " cannot be read, which Restore has checked")
	}
	x.vars, _ = all[0].([]types.Value)
	for i := range x.done {
		x.done[i].vals, _ = all[1+i].([]types.Value)
	}
	x.raw = nil
}

// contents reads the packed variables; ok is false where they do not fit the
// instance.
func (x *instance) contents() (all []types.Value, ok bool) {
	v, rest, err := record.ReadValue(x.raw)
	all, isList := v.([]types.Value)
	if err != nil || len(rest) > 0 || !isList || len(all) != 1+len(x.done) {
		return nil, false
	}
	vars, isList := all[0].([]types.Value)
	if !isList || len(vars) != len(x.flow.vars) {
		return nil, false
	}
	for i := range x.done {
		vals, isList := all[1+i].([]types.Value)
		if !isList || len(vals) != len(x.flow.steps[x.done[i].step].reads) {
			return nil, false
		}
	}
	return all, true
}

// glance are the variables for a view, without unpacking them for good.
func (x *instance) glance() []types.Value {
	if x.raw == nil {
		return x.vars
	}
	all, _ := x.contents()
	vars, _ := all[0].([]types.Value)
	return vars
}
