package engine

import (
	"slices"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// ParkedFor is how long an instance has to wait at least before its variables
// are packed into bytes, which take a tenth of the memory. Packing shows nowhere:
// not in events, snapshots or views.
const ParkedFor = record.Instant(60e9)

// parkable bounds the activations of an instance that is worth packing: a larger
// one is seldom quiet, and looking through it would cost more than it saves.
const parkable = 64

// values are the variables of the flow.
func (x *instance) values() []types.Value {
	x.unpack()
	return x.vars
}

// park packs the variables of an instance that will wait for long.
func (x *instance) park(now record.Instant) {
	if x.packed != nil || x.phase == finished || x.alive > parkable {
		return
	}
	for _, a := range x.acts {
		if !a.dead && (a.inflight || a.due != 0 && a.due-now < ParkedFor) {
			return
		}
	}
	x.packed = slices.Clone(x.bytes()) // what it grew by while it was written is not kept for days
	x.vars = nil
	for i := range x.done {
		x.done[i].vals = nil
	}
}

// bytes are the variables, and what the completed steps remember, as one value.
func (x *instance) bytes() []byte {
	if x.packed != nil {
		return x.packed
	}
	all := make([]types.Value, 1+len(x.done))
	all[0] = x.vars
	for i := range x.done {
		all[1+i] = x.done[i].vals
	}
	return record.AppendValue(nil, all)
}

func (x *instance) unpack() {
	if x.packed == nil {
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
	x.packed = nil
}

// contents reads the packed variables; ok is false where they do not fit the
// instance.
func (x *instance) contents() (all []types.Value, ok bool) {
	v, rest, err := record.ReadValue(x.packed)
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
	if x.packed == nil {
		return x.vars
	}
	all, _ := x.contents()
	vars, _ := all[0].([]types.Value)
	return vars
}
