package engine

import (
	"fmt"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// exec runs one step in the frame a.
func (d *decider) exec(x *instance, a *activation, index uint32) {
	st := &x.flow.steps[index]
	if st.absent != "" {
		d.incident(x, a, index, "this version of cob compiles "+st.absent+" and cannot run it yet")
		return
	}
	switch st.kind {
	case plan.Let:
		if v, ok := d.value(x, a, index, st.expr); ok {
			d.emit(record.StepPassed{Instance: x.id, Parent: a.id, Step: index, Bound: st.slot >= 0, Value: v})
		}
	case plan.If:
		d.execIf(x, a, index, st)
	case plan.Match:
		d.execMatch(x, a, index, st)
	case plan.For:
		d.execFor(x, a, index, st)
	case plan.While:
		if holds, ok := d.truth(x, a, index, st.expr); ok {
			d.into(x, a, index, holds, 1)
		}
	case plan.Parallel, plan.Race:
		d.execParallel(x, a, index, st)
	case plan.Filter:
		if holds, ok := d.truth(x, a, index, st.expr); ok && holds {
			d.pass(x, a, index)
		} else if ok {
			d.complete(x, a, index, nil)
		}
	case plan.Fail:
		d.execFail(x, a, index, st)
	case plan.Return:
		d.execReturn(x, a, index, st)
	case plan.Wait, plan.Delay:
		d.execWait(x, a, index, st)
	case plan.Task:
		d.execTask(x, a, index, st)
	case plan.Select:
		d.execSelect(x, a, index, st)
	case plan.Dedupe, plan.Split, plan.Aggregate, plan.Resequence, plan.Throttle, plan.Sample:
		d.execWord(x, a, index, st)
	case plan.Slip:
		d.execSlip(x, a, index, st)
	case plan.Call, plan.Send, plan.Tap, plan.Publish, plan.Child:
		d.execEffect(x, a, index, st)
	case plan.Start:
		if st.slot >= 0 {
			d.execBegin(x, a, index, st)
		} else {
			d.execEffect(x, a, index, st)
		}
	case plan.Report:
		d.execReport(x, a, index, st)
	case plan.Progress, plan.Audit:
		d.execTell(x, a, index, st)
	case plan.Continue:
		d.execContinue(x, a, index, st)
	case plan.Begin:
		d.execBegin(x, a, index, st)
	case plan.Await:
		d.execAwait(x, a, index, st)
	default:
		d.execRegion(x, a, index, st)
	}
}

// pass goes over a step that does nothing.
func (d *decider) pass(x *instance, a *activation, index uint32) {
	d.emit(record.StepPassed{Instance: x.id, Parent: a.id, Step: index})
}

// enter makes an activation of a step and gives it.
func (d *decider) enter(x *instance, a *activation, e record.StepEntered) *activation {
	e.At, e.Instance, e.Activation, e.Parent = d.now, x.id, x.last+1, a.id
	d.emit(e)
	return x.acts[len(x.acts)-1]
}

// into runs a block of a step, or passes it.
func (d *decider) into(x *instance, a *activation, index uint32, runs bool, block uint32) {
	if !runs {
		d.pass(x, a, index)
		return
	}
	if d.room(x, a, index, 1) {
		d.wake(d.enter(x, a, record.StepEntered{Step: index, Block: block}))
	}
}

func (d *decider) execIf(x *instance, a *activation, index uint32, st *step) {
	holds, ok := d.truth(x, a, index, st.expr)
	if !ok {
		return
	}
	if holds {
		d.into(x, a, index, true, 1)
		return
	}
	d.into(x, a, index, len(st.plan.Blocks) > 1, 2)
}

func (d *decider) execMatch(x *instance, a *activation, index uint32, st *step) {
	for i, arm := range st.arms {
		holds, ok := true, true
		if arm != nil {
			holds, ok = d.truth(x, a, index, arm)
		}
		if !ok {
			return
		}
		if holds {
			d.into(x, a, index, true, uint32(i)+1)
			return
		}
	}
	d.pass(x, a, index)
}

// items are what a loop goes through.
func (d *decider) items(x *instance, a *activation, index uint32, st *step) (items []types.Value, ok bool) {
	v, ok := d.value(x, a, index, st.expr)
	if !ok {
		return nil, false
	}
	if items, ok = v.([]types.Value); !ok {
		d.incident(x, a, index, "can only go through a list, not "+types.Describe(v))
	}
	return items, ok
}

func (d *decider) execFor(x *instance, a *activation, index uint32, st *step) {
	items, ok := d.items(x, a, index, st)
	if !ok {
		return
	}
	if len(items) == 0 {
		d.pass(x, a, index)
		return
	}
	if d.room(x, a, index, 1) {
		d.wake(d.enter(x, a, record.StepEntered{Step: index, Block: 1, Items: items}))
	}
}

func (d *decider) execParallel(x *instance, a *activation, index uint32, st *step) {
	n := len(st.plan.Blocks)
	if n == 0 {
		d.pass(x, a, index)
		return
	}
	if !d.room(x, a, index, n+1) {
		return
	}
	p := d.enter(x, a, record.StepEntered{Step: index})
	if !x.lingers(p) {
		d.spread(x, p)
	}
}

func (d *decider) execFail(x *instance, a *activation, index uint32, st *step) {
	fields := map[string]types.Value{}
	if st.expr != nil {
		v, ok := d.value(x, a, index, st.expr)
		if !ok {
			return
		}
		if m, isRecord := v.(map[string]types.Value); isRecord {
			fields = m
		}
	}
	d.raise(x, a, index, st.plan.Type.Name, fields, "")
}

func (d *decider) execReturn(x *instance, a *activation, index uint32, st *step) {
	var v types.Value
	if st.expr != nil {
		var ok bool
		if v, ok = d.value(x, a, index, st.expr); !ok {
			return
		}
	}
	d.complete(x, a, index, v)
}

func (d *decider) execWait(x *instance, a *activation, index uint32, st *step) {
	due := d.now + record.Instant(st.plan.Wait.DelayNs)
	if st.until != nil {
		v, ok := d.value(x, a, index, st.until)
		if !ok {
			return
		}
		switch v := v.(type) {
		case time.Time:
			due = instantOf(v)
		case time.Duration:
			due = later(d.now, v)
		default:
			d.incident(x, a, index, "can only wait for a duration or until a timestamp, not "+types.Describe(v))
			return
		}
	}
	if due <= d.now {
		d.pass(x, a, index)
		return
	}
	if d.room(x, a, index, 1) {
		d.enter(x, a, record.StepEntered{Step: index, Due: due})
	}
}

// later is a time behind another one; beyond the range it is the end of it.
func later(t record.Instant, by time.Duration) record.Instant {
	if sum := t + record.Instant(by); by < 0 || sum >= t {
		return sum
	}
	return 1<<63 - 1
}

// instantOf is a time as an Instant; a time beyond the range is its end.
func instantOf(t time.Time) record.Instant {
	switch year := t.Year(); {
	case year < 1678:
		return -1 << 63
	case year > 2261:
		return 1<<63 - 1
	}
	return record.Instant(t.UnixNano())
}

func (d *decider) execTask(x *instance, a *activation, index uint32, st *step) {
	e := record.StepEntered{Step: index}
	for _, shown := range st.shows {
		v, ok := d.value(x, a, index, shown)
		if !ok {
			return
		}
		e.Items = append(e.Items, v)
	}
	more, ok := d.valuesOf(x, a, index, st.candidates)
	if !ok {
		return
	}
	e.Items = append(e.Items, more...)
	e.Due = st.nextNudge(d.now, d.now, false)
	if d.room(x, a, index, 1) {
		d.enter(x, a, e)
	}
}

// execEffect enters a call, a start or a send and makes its first attempt.
func (d *decider) execEffect(x *instance, a *activation, index uint32, st *step) {
	values, w, ok := d.wished(x, a, index, st)
	if !ok {
		return
	}
	e := record.StepEntered{Step: index}
	if x.flow.storesArgs {
		e.Items = values
	}
	d.attempt(x, d.enter(x, a, e), &w)
}

// wished is what an effect of a step is made of. It is evaluated before the step is
// entered, so that an incident there leaves the frame where it is; ok is false then,
// and where there is no room for the step.
func (d *decider) wished(x *instance, a *activation, index uint32, st *step) (values []types.Value, w wish, ok bool) {
	if values, ok = d.valuesOf(x, a, index, effectExprs(st)); !ok {
		return nil, w, false
	}
	w, err := d.s.wanted(x, st, values)
	if err != nil {
		d.incident(x, a, index, err.Error())
		return nil, w, false
	}
	return values, w, d.room(x, a, index, 1)
}

func effectExprs(st *step) []*expr {
	switch {
	case st.kind == plan.Report:
		return nil // it has its Items
	case st.call != nil:
		return st.call.exprs
	case st.start != nil:
		return st.start.args
	case st.word != nil:
		return st.word.exprs
	}
	return []*expr{st.expr}
}

// wish is what an effect is made of, whichever attempt it is.
type wish struct {
	args map[string]types.Value // of a call or start
	key  string                 // that the target declares; "" is the step's own
	load types.Value            // of a send; of a word what its expressions give
	// channel is that of a slip.
	channel string
}

func (s *State) wanted(x *instance, st *step, values []types.Value) (wish, error) {
	var w wish
	var key *evaluator
	var params []types.Field
	switch {
	case st.call != nil:
		key, params = st.call.key, st.call.operation.Params
	case st.start != nil:
		key, params = st.start.key, st.start.target.Params
	case st.kind == plan.Slip:
		w.channel, _ = values[0].(string)
		w.load = values[1]
		return w, nil
	case st.word != nil:
		w.load = values
		return w, nil
	default:
		w.load = values[0]
		return w, nil
	}
	w.args = make(map[string]types.Value, len(params))
	if st.kind == plan.Report {
		v, err := rendered(st, values)
		if err != nil {
			return w, err
		}
		w.args[params[0].Name], params = v, nil
	}
	for i := range params {
		w.args[params[i].Name] = values[i]
	}
	if st.call != nil && st.call.ownKey != nil {
		var err error
		w.key, err = st.call.keyOf(values)
		return w, err
	}
	if key == nil {
		return w, nil
	}
	v, err := key.eval(w.args)
	if err != nil {
		return w, fmt.Errorf("the key: %w", err)
	}
	w.key = textOf(v)
	return w, nil
}

// again is the wish of an activation that exists.
func (s *State) again(x *instance, a *activation) (wish, error) {
	switch a.role {
	case roleLetter:
		return wish{load: letterOf(x)}, nil
	case roleTell, roleRecall:
		return wish{}, nil // it is all in the activation
	}
	st := &x.flow.steps[a.step]
	values, err := s.ingredients(x, a, st)
	if err != nil {
		return wish{}, err
	}
	return s.wanted(x, st, values)
}

// ingredients are the values that the effect of an activation is made of, as they
// were when its step began.
func (s *State) ingredients(x *instance, a *activation, st *step) ([]types.Value, error) {
	if a.items != nil {
		return a.items, nil
	}
	exprs := effectExprs(st)
	values := make([]types.Value, len(exprs))
	vars := x.variables(a)
	for i, e := range exprs {
		v, err := e.eval(s.env, vars, a.since, "", nil)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}
