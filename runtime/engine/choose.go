package engine

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// execSelect begins to wait, unless something fits that is there already.
func (d *decider) execSelect(x *instance, a *activation, index uint32, st *step) {
	items, ok := d.awaitedBy(x, a, index, st.sel)
	if !ok {
		return
	}
	e := record.StepEntered{Step: index, Items: items}
	if st.sel.elseArm >= 0 {
		d.selectNow(x, a, index, st, e)
		return
	}
	if st.sel.hasAfter {
		e.Due = d.now + record.Instant(st.sel.afterNs)
	}
	if !d.room(x, a, index, 1) {
		return
	}
	w := d.enter(x, a, e)
	if d.takeHandle(x, w) {
		return
	}
	d.takeKept(x, w)
	if w.due != 0 && w.due <= d.now && !w.frame() && !w.stuck {
		d.emit(record.TimerFired{At: d.now, Instance: x.id, Activation: w.id, Block: uint32(st.sel.afterArm) + 1})
		d.wake(w)
	}
}

// awaitedBy are per arm the value that an event's field has to have, or the handle
// that is waited for; nil where no arm has either.
func (d *decider) awaitedBy(x *instance, a *activation, index uint32, sel *selection) (items []types.Value, ok bool) {
	for i := range sel.on {
		asked := sel.on[i].equals
		if sel.on[i].handle != nil {
			asked = sel.on[i].handle
		}
		if asked == nil {
			continue
		}
		v, ok := d.value(x, a, index, asked)
		if !ok {
			return nil, false
		}
		if items == nil {
			items = make([]types.Value, len(sel.on))
		}
		items[i] = v
	}
	return items, true
}

// selectNow runs the arm that can go at once, or the else. It asks from the frame
// a, so that what goes wrong with a condition leaves the frame where it is.
func (d *decider) selectNow(x *instance, a *activation, index uint32, st *step, e record.StepEntered) {
	if _, _, ready := x.readyHandle(st.sel, e.Items); ready {
		if d.room(x, a, index, 1) {
			d.takeHandle(x, d.enter(x, a, e))
		}
		return
	}
	found, ok := d.findKept(x, a, index, st.sel, e.Items)
	switch {
	case !ok:
	case found == nil:
		d.into(x, a, index, true, uint32(st.sel.elseArm)+1)
	case d.room(x, a, index, 1):
		w := d.enter(x, a, e)
		d.taken(x, w, found.arm, found.event.id)
	}
}

// foundEvent is a kept event that fits an arm.
type foundEvent struct {
	event *keptEvent
	arm   uint32
}

// findKept looks for an event that came before: the oldest that fits, and of
// several arms the first. items are what the arms' fields have to be; a is where an
// incident is opened if a condition cannot be asked, and then ok is false.
func (d *decider) findKept(x *instance, a *activation, index uint32, sel *selection, items []types.Value) (found *foundEvent, ok bool) {
	var all []foundEvent
	for i := range sel.on {
		if sel.on[i].transient || sel.on[i].event == "" {
			continue
		}
		for _, k := range d.s.kept.by[awaited(&sel.on[i], items, i)] {
			if k.until > d.now && (k.instance == "" || k.instance == x.id) {
				all = append(all, foundEvent{k, uint32(i)})
			}
		}
	}
	slices.SortStableFunc(all, func(p, q foundEvent) int { return cmp.Compare(p.event.number, q.event.number) })
	for i := range all {
		if _, before := all[i].event.takenBy[x.id]; before {
			continue
		}
		holds, ok := d.fits(x, a, index, &sel.on[all[i].arm], all[i].event.payload)
		if !ok {
			return nil, false
		}
		if holds {
			return &all[i], true
		}
	}
	return nil, true
}

// takeKept gives a select that waits what came before.
func (d *decider) takeKept(x *instance, a *activation) {
	if found, ok := d.findKept(x, a, a.step, x.arms(a), a.items); ok && found != nil {
		d.taken(x, a, found.arm, found.event.id)
	}
}

// fits asks the condition of an arm; where that fails, an incident is open at a
// and ok is false.
func (d *decider) fits(x *instance, a *activation, step uint32, on *onArm, payload types.Value) (holds, ok bool) {
	if on.where == nil {
		return true, true
	}
	v, err := on.where.eval(d.s.env, x.variables(a), d.now, on.varOf, payload)
	if err != nil {
		d.incident(x, a, step, "the condition on "+on.event+": "+err.Error())
		return false, false
	}
	holds, _ = v.(bool)
	return holds, true
}

// take gives a kept event to an arm of a select, if its condition holds.
func (d *decider) take(x *instance, a *activation, arm uint32, id string, payload map[string]types.Value) bool {
	holds, ok := d.fits(x, a, a.step, &x.arms(a).on[arm], payload)
	if !holds || !ok {
		return false
	}
	d.taken(x, a, arm, id)
	return true
}

// taken lets the block of an arm run that took a kept event.
func (d *decider) taken(x *instance, a *activation, arm uint32, id string) {
	d.emit(record.EventTaken{At: d.now, Instance: x.id, Activation: a.id, ID: id, Arm: arm})
	d.wake(a)
}
