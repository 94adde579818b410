package engine

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// roundsShare is the part of an instance's activations that the rounds of a loop
// fill which says no number: one in so many. The rest is for what they do.
const roundsShare = 8

// branchBegun gives a new branch what it has for itself.
func (x *instance) branchBegun(parent, a *activation, st *step, block uint32) string {
	at := parent.next
	parent.next++
	switch st.kind {
	case plan.Race:
		a.more().layer = x.newLayer(st.region.own[block], parent)
	case plan.Each:
		if int(at) >= len(parent.items) {
			return "its loop has no such round"
		}
		a.more().layer = x.newLayer(st.region.own[0], parent)
		a.x.layer.set(st.slot, parent.items[at])
	}
	return ""
}

// won gives what the first branch of a race has set to what is around it.
func (x *instance) won(p, a *activation) {
	if l := a.layer(); l != nil && x.flow.steps[p.step].kind == plan.Race {
		for i, slot := range l.slots {
			x.set(p, slot, l.vals[i], true)
		}
	}
}

// runsOn says whether a parallel loop has rounds to run when it is not waited for
// any more.
func (x *instance) runsOn(a *activation) bool { return a.children > 0 || int(a.next) < len(a.items) }

// cutOff lets an activation run on without what is around it, with the variables
// that only that had.
func (x *instance) cutOff(a *activation) {
	p := x.find(a.parent)
	if x.flow.layered {
		all := &layer{}
		for o := p; o != nil && o.role != roleUndo; o = x.above(o) {
			if l := o.layer(); l != nil {
				for i, slot := range l.slots {
					if !all.has(slot) {
						all.slots, all.vals = append(all.slots, slot), append(all.vals, l.vals[i])
					}
				}
			}
		}
		if own := a.layer(); own != nil {
			for i, slot := range all.slots {
				if !own.has(slot) {
					own.slots, own.vals = append(own.slots[:len(own.slots):len(own.slots)], slot), append(own.vals, all.vals[i])
				}
			}
		} else if len(all.slots) > 0 {
			a.more().layer = all
		}
	}
	p.children--
	a.detached, a.parent = true, none
}

// execEach begins a loop whose rounds run at once.
func (d *decider) execEach(x *instance, a *activation, index uint32, st *step) {
	items, ok := d.items(x, a, index, st)
	if !ok {
		return
	}
	r := st.region
	width, ok := d.whole(x, a, index, r.width, "rounds at a time", 1)
	if !ok {
		return
	}
	need, ok := d.whole(x, a, index, r.count, "rounds to wait for", 0)
	if !ok {
		return
	}
	nobody := r.count != nil && need == 0
	if len(items) == 0 || nobody && !st.join.Keep {
		d.pass(x, a, index)
		return
	}
	if !d.room(x, a, index, 1) {
		return
	}
	p := d.enter(x, a, record.StepEntered{Step: index, Items: items})
	if width > 0 || need > 0 {
		d.emit(record.RoundsPlanned{Instance: x.id, Activation: p.id, Width: width, Need: need})
	}
	switch {
	case x.lingers(p):
	case nobody:
		d.spread(x, p)
		d.leave(x, p)
	default:
		d.spread(x, p)
	}
}

// whole evaluates a number of at least least; without an expression it is 0. More
// than a loop can have is as many as it can have.
func (d *decider) whole(x *instance, a *activation, index uint32, e *expr, what string, least int64) (n uint32, ok bool) {
	if e == nil {
		return 0, true
	}
	v, ok := d.value(x, a, index, e)
	if !ok {
		return 0, false
	}
	number, isInt := v.(int64)
	if !isInt || number < least && least > 0 {
		d.incident(x, a, index, fmt.Sprintf("the number of %s is too small: want %d or more", what, least))
		return 0, false
	}
	return uint32(min(max(number, 0), 1<<31)), true
}

// spread begins the branches of p: all of them, the next one of an interleave, or
// as many rounds of a loop as there is room for.
func (d *decider) spread(x *instance, p *activation) {
	st := &x.flow.steps[p.step]
	begin := func(block int) {
		d.emit(record.BranchEntered{Instance: x.id, Activation: x.last + 1, Parent: p.id, Block: uint32(block) + 1})
		d.wake(x.acts[len(x.acts)-1])
	}
	switch st.kind {
	case plan.Interleave:
		if d.room(x, p, p.step, 1) {
			begin(int(st.region.order[p.round]))
		}
	case plan.Each:
		for int(p.next) < len(p.items) && d.another(x, p) {
			if !d.room(x, p, p.step, 1) {
				return
			}
			begin(0)
		}
	default:
		for i := range st.plan.Blocks {
			begin(i)
		}
	}
}

// another says whether one more round of a loop may run beside those that do.
func (d *decider) another(x *instance, p *activation) bool {
	if p.children == 0 {
		return true
	}
	if p.x != nil && p.x.width > 0 {
		return p.children < p.x.width
	}
	return x.alive < d.s.limits.Activations/roundsShare
}

// branchOver goes on with p after one of its branches is over; ended says that it
// came to its end, and was not withdrawn.
func (d *decider) branchOver(x *instance, p *activation, ended bool) {
	st := &x.flow.steps[p.step]
	switch st.kind {
	case plan.Race:
		if ended || p.children == 0 {
			d.joined(x, p, st)
		}
		return
	case plan.Interleave:
		if p.children > 0 {
			return
		}
		if int(p.round) < len(st.region.order) {
			d.spread(x, p)
		} else {
			d.leave(x, p)
		}
		return
	}
	more := p.children > 0 || st.kind == plan.Each && int(p.next) < len(p.items)
	if more && !p.detached {
		enough, ok := d.enough(x, p, st)
		if !ok {
			return
		}
		more = !enough
	}
	switch {
	case more && st.kind == plan.Each:
		d.spread(x, p)
	case more:
	case p.detached:
		d.emit(record.StepWithdrawn{At: d.now, Instance: x.id, Activation: p.id})
		d.endReturned(x)
	default:
		d.joined(x, p, st)
	}
}

// enough says whether a join goes on although branches are left; where that cannot
// be asked, an incident is open.
func (d *decider) enough(x *instance, p *activation, st *step) (enough, ok bool) {
	need := uint32(st.join.Need)
	if p.x != nil && p.x.need > 0 {
		need = p.x.need
	}
	if need > 0 && p.round >= need {
		return true, true
	}
	if st.region.when == nil {
		return false, true
	}
	return d.truth(x, p, p.step, st.region.when)
}

// joined goes on behind branches.
func (d *decider) joined(x *instance, p *activation, st *step) {
	if !st.join.Keep {
		if x.holds(p, false) {
			d.stop(x, p, record.Stopped{Exit: record.ExitJoined, Step: p.step})
			return
		}
		d.abandon(x, func(o *activation) bool { return x.inside(o, p) })
	}
	d.leave(x, p)
	if !p.dead && st.kind == plan.Each {
		d.spread(x, p)
	}
}
