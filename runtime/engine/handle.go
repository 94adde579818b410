package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// MaxTaken bounds the results of an instance that were awaited and are remembered
// in case that they are awaited again; the oldest are forgotten first.
const MaxTaken = 64

// outcome is what came of work that was begun.
type outcome struct {
	value  types.Value
	fault  string // "" where it succeeded
	fields map[string]types.Value
	detail string
	taken  bool // somebody has had it
}

// handle names what an activation does, for whoever will await it.
func (x *instance) handle(activation uint32) string {
	return x.id + "#" + strconv.FormatUint(uint64(activation), 10)
}

// HandleOf is the activation that a handle stands for; ok is false where it is no
// handle of the instance.
func HandleOf(instance string, v types.Value) (activation uint32, ok bool) {
	text, isText := v.(string)
	digits, mine := strings.CutPrefix(text, instance+"#")
	n, err := strconv.ParseUint(digits, 10, 32)
	return uint32(n), isText && mine && err == nil
}

// work is what a handle stands for, nil where it is not there any more.
func (x *instance) work(v types.Value) *activation {
	id, ok := HandleOf(x.id, v)
	if !ok {
		return nil
	}
	if a := x.find(id); a != nil && a.role == roleWork {
		return a
	}
	return nil
}

// execBegin begins a call or a child and goes on.
func (d *decider) execBegin(x *instance, a *activation, index uint32, st *step) {
	values, w, ok := d.wished(x, a, index, st)
	if !ok {
		return
	}
	d.emit(record.WorkBegun{At: d.now, Instance: x.id, Activation: x.last + 1, Parent: a.id, Step: index, Items: values})
	d.attempt(x, x.acts[len(x.acts)-1], &w)
}

// valuesOf evaluates what a step is made of; ok is false where an incident is open.
func (d *decider) valuesOf(x *instance, a *activation, index uint32, exprs []*expr) (values []types.Value, ok bool) {
	values = make([]types.Value, len(exprs))
	for i, e := range exprs {
		if values[i], ok = d.value(x, a, index, e); !ok {
			return nil, false
		}
	}
	return values, true
}

// execAwait waits for what a handle stands for, or takes what came of it already.
func (d *decider) execAwait(x *instance, a *activation, index uint32, st *step) {
	v, ok := d.value(x, a, index, st.expr)
	if !ok {
		return
	}
	w := x.work(v)
	if w == nil {
		d.incident(x, a, index, fmt.Sprintf("awaits what is no handle of this instance, or what was awaited before %d others, the limit: keep the result in a variable", MaxTaken))
		return
	}
	if !d.room(x, a, index, 1) {
		return
	}
	waits := d.enter(x, a, record.StepEntered{Step: index, Items: []types.Value{v}})
	if w.x.result != nil {
		d.receive(x, waits, w)
	}
}

// receive gives an await what came of its work.
func (d *decider) receive(x *instance, a, work *activation) {
	r := work.x.result
	if r.fault != "" {
		d.raise(x, a, a.step, r.fault, r.fields, r.detail)
		return
	}
	e := record.StepLeft{At: d.now, Instance: x.id, Activation: a.id, Cloud: work.x.cloud}
	if x.flow.steps[a.step].slot >= 0 {
		e.Bound, e.Value = true, r.value
	}
	parent := x.find(a.parent)
	d.emit(e)
	d.wake(parent)
}

// workEnded notes what came of what was begun, and gives it to all who wait for it.
func (d *decider) workEnded(x *instance, a *activation, e record.WorkEnded) {
	e.At, e.Instance, e.Activation = d.now, x.id, a.id
	if st := &x.flow.steps[a.step]; st.call != nil {
		d.settle(x, a, e.Cloud, e.Fault != "")
	}
	d.emit(e)
	for _, o := range slices.Clone(x.acts) {
		if o.dead || o.role != roleStep || o.frame() || o.stuck {
			continue
		}
		switch x.flow.steps[o.step].kind {
		case plan.Await:
			if x.work(o.items[0]) == a {
				d.receive(x, o, a)
			}
		case plan.Select, plan.Machine:
			d.takeHandle(x, o)
		}
	}
}

// readyHandle is the first arm whose handle has its result, ok is false where none
// has.
func (x *instance) readyHandle(sel *selection, items []types.Value) (arm uint32, work *activation, ok bool) {
	for i := range sel.on {
		if sel.on[i].handle == nil || i >= len(items) {
			continue
		}
		if w := x.work(items[i]); w != nil && w.x.result != nil {
			return uint32(i), w, true
		}
	}
	return 0, nil, false
}

// takeHandle gives a select that waits the result of a handle, and says whether
// there was one.
func (d *decider) takeHandle(x *instance, a *activation) bool {
	arm, w, ok := x.readyHandle(x.arms(a), a.items)
	if !ok {
		return false
	}
	if r := w.x.result; r.fault != "" {
		d.raise(x, a, a.step, r.fault, r.fields, r.detail)
		return true
	}
	d.emit(record.HandleTaken{At: d.now, Instance: x.id, Activation: a.id, Arm: arm, Value: w.x.result.value})
	d.wake(a)
	return true
}

// giveUpWork withdraws what was begun by the chosen activations and has not been
// awaited.
func (d *decider) giveUpWork(x *instance, chosen func(*activation) bool) {
	if x.works == 0 && !x.flow.hasChildren {
		return
	}
	for _, a := range slices.Clone(x.acts) {
		switch {
		case a.dead:
		case a.role == roleWork:
			if o := x.owner(a); o != nil && chosen(o) {
				d.dropWork(x, a)
			}
		case a.role == roleStep && !a.frame() && x.flow.steps[a.step].kind == plan.Child && x.scope(a) == nil && chosen(a):
			d.recallChild(x, a)
		}
	}
}

// dropAllWork withdraws what was begun and never awaited, as the instance ends.
func (d *decider) dropAllWork(x *instance) {
	if x.works == 0 {
		return
	}
	for _, a := range slices.Clone(x.acts) {
		if !a.dead && a.role == roleWork {
			d.dropWork(x, a)
		}
	}
}

// dropWork ends what was begun: a call is settled as one that is given up, and
// where it was done already, what its await would have undone is undone; a child
// is cancelled.
func (d *decider) dropWork(x *instance, a *activation) {
	st := &x.flow.steps[a.step]
	switch r := a.x.result; {
	case r == nil && st.call != nil:
		d.settle(x, a, "", true)
	case r == nil:
		d.recallChild(x, a)
	case st.call != nil && r.fault == "" && !r.taken && st.undoer >= 0:
		d.emit(record.SettlementOwed{At: d.now, Instance: x.id, Activation: x.last + 1, Of: a.id, Step: a.step, Attempt: a.attempt, Cloud: a.x.cloud})
		settlement := x.acts[len(x.acts)-1]
		d.close(x, settlement, record.Succeeded, "it was done at "+a.x.cloud+" and nobody awaited it; it is undone there", true, r.value)
		d.wake(settlement)
	}
	d.emit(record.StepLeft{At: d.now, Instance: x.id, Activation: a.id})
}

// owner is who began the work: the innermost branch or flow around it that still
// runs.
func (x *instance) owner(work *activation) *activation {
	if o := x.find(work.x.of); o != nil {
		return o
	}
	return x.root()
}
