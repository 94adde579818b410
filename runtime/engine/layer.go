package engine

import "github.com/cob-lang/cob/lang/types"

// layer are variables that one branch has for itself: those of a round of a
// parallel loop, and what a branch of a race sets before it has won.
type layer struct {
	slots []int32 // in the order of vals
	vals  []types.Value
}

// newLayer gives the slots their values as they are at a.
func (x *instance) newLayer(slots []int32, a *activation) *layer {
	return &layer{slots, capture(x.variables(a), slots)}
}

func (l *layer) set(slot int32, v types.Value) bool {
	for i, own := range l.slots {
		if own == slot {
			l.vals[i] = v
			return true
		}
	}
	return false
}

// onto writes the layer over the variables.
func (l *layer) onto(vars []types.Value) {
	for i, slot := range l.slots {
		vars[slot] = l.vals[i]
	}
}

func (a *activation) layer() *layer {
	if a.x == nil {
		return nil
	}
	return a.x.layer
}

// variables are those that a reads. Where a stands in a layer they are a copy.
func (x *instance) variables(a *activation) []types.Value {
	if !x.flow.layered {
		if u := x.scope(a); u != nil {
			return u.x.vars
		}
		return x.values()
	}
	var over []*layer
	base := []types.Value(nil)
	for base == nil {
		if l := a.layer(); l != nil {
			over = append(over, l)
		}
		up := x.above(a)
		switch {
		case a.role == roleUndo:
			base = a.x.vars
		case up == nil:
			base = x.values()
		}
		a = up
	}
	if len(over) == 0 {
		return base
	}
	flat := append([]types.Value(nil), base...)
	for i := len(over) - 1; i >= 0; i-- {
		over[i].onto(flat)
	}
	return flat
}

// above is the parent of an activation, nil where it has none.
func (x *instance) above(a *activation) *activation {
	if a.parent == none {
		return nil
	}
	return x.find(a.parent)
}

// set gives a variable its value, where a sees it.
func (x *instance) set(a *activation, slot int32, v types.Value, bound bool) {
	if !bound || slot < 0 {
		return
	}
	for o := a; o != nil && x.flow.layered; o = x.above(o) {
		if o.role == roleUndo {
			break
		}
		if l := o.layer(); l != nil && l.set(slot, v) {
			return
		}
	}
	if u := x.scope(a); u != nil {
		u.x.vars[slot] = v
		return
	}
	x.values()[slot] = v
}

func (l *layer) has(slot int32) bool {
	for _, own := range l.slots {
		if own == slot {
			return true
		}
	}
	return false
}
