package engine

import (
	"maps"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// startPart decides about a message that a word of a route handed on.
func (d *decider) startPart(c *record.StartPart) record.Reply {
	if d.s.known(c.Part) {
		return record.Reply{Instance: c.Part, Existing: true}
	}
	f, no := d.flowNamed(c.Route, c.Plan)
	if no != nil {
		return record.Reply{Rejected: no}
	}
	if f.route == nil || int(c.Step) >= len(f.steps) || f.steps[c.Step].word == nil {
		return reject(record.NotFound, "%s has no word of a route as its step %d", c.Route, c.Step)
	}
	if no := tooLong("name of a message that was handed on", c.Part, c.Key, c.Cell, c.CellKey); no != nil {
		return record.Reply{Rejected: no}
	}
	if why := d.s.limits.tooMuch([]types.Value{c.Vars, c.Value}); why != "" {
		return reject(record.Invalid, "what %s hands on %s", f.stepID(c.Step), why)
	}
	if d.full() {
		return reject(record.Busy, "this shard holds %d instances, its limit: try again later", d.s.limits.Instances)
	}
	if f.steps[c.Step].kind == plan.Split {
		d.beginPart(f, c.Step, "", c.Part, c.Key, c.Vars)
		return record.Reply{Instance: c.Part}
	}
	return d.intoCell(f, c)
}

// beginPart lets a message go on behind the word.
func (d *decider) beginPart(f *flow, step uint32, cell, part, key string, vars map[string]types.Value) *instance {
	d.emit(record.InstanceStarted{At: d.now, Instance: part, Process: f.name, Plan: f.program.digest, Key: key, Vars: vars})
	d.emit(record.PartBegan{Instance: part, Step: step, Cell: cell})
	x := d.s.get(part)
	d.wake(x.acts[0])
	d.run(x)
	return x
}

func (d *decider) intoCell(f *flow, c *record.StartPart) record.Reply {
	s, st := d.s, &f.steps[c.Step]
	k := s.cells[c.Cell]
	switch {
	case k == nil && len(s.cells) >= s.limits.Cells:
		return reject(record.Busy, "the words of routes keep something for %d keys on this shard, its limit: try again later", s.limits.Cells)
	case k != nil && (k.flow.name != f.name || k.flow.steps[k.step].kind != st.kind):
		return reject(record.Invalid, "the cell %s belongs to another word", c.Cell)
	}
	switch st.kind {
	case plan.Dedupe, plan.Sample:
		if k != nil && k.due > d.now {
			return record.Reply{Instance: c.Part, Existing: true} // it ends here
		}
		d.open(k, f, c)
		d.emit(record.CellMarked{At: d.now, Cell: c.Cell, Due: d.now + st.word.within})
		d.beginPart(f, c.Step, c.Cell, c.Part, c.Key, c.Vars)
	case plan.Throttle:
		d.throttle(k, f, c)
	case plan.Aggregate:
		return d.gather(k, f, c)
	case plan.Resequence:
		return d.inTurn(k, f, c)
	}
	return record.Reply{Instance: c.Part}
}

// open makes the cell of a message, or lets it belong to a newer plan.
func (d *decider) open(k *cell, f *flow, c *record.StartPart) *cell {
	if k == nil || k.flow != f || k.step != c.Step {
		d.emit(record.CellOpened{At: d.now, Cell: c.Cell, Route: f.name, Plan: f.program.digest, Step: c.Step, Key: c.CellKey})
	}
	return d.s.cells[c.Cell]
}

// throttle gives a message its time.
func (d *decider) throttle(k *cell, f *flow, c *record.StartPart) {
	w := f.steps[c.Step].word
	k = d.open(k, f, c)
	slot := max(d.now, record.Instant(k.mark))
	next := slot + max(1, w.within/record.Instant(w.rate))
	d.emit(record.CellMarked{At: d.now, Cell: k.id, Mark: int64(next), Due: next})
	if slot <= d.now {
		d.beginPart(f, c.Step, k.id, c.Part, c.Key, c.Vars)
		return
	}
	d.emit(record.InstanceStarted{At: d.now, Instance: c.Part, Process: f.name, Plan: f.program.digest, Key: c.Key, Vars: c.Vars})
	d.emit(record.PartBegan{Instance: c.Part, Step: c.Step, Cell: k.id})
	x := d.s.get(c.Part)
	d.enter(x, x.acts[0], record.StepEntered{Step: c.Step, Due: slot})
	d.run(x)
}

// gather adds a message to the group of its key, and lets the group go on where it
// is complete.
func (d *decider) gather(k *cell, f *flow, c *record.StartPart) record.Reply {
	w := f.steps[c.Step].word
	count, bytes, due := 1, record.WeightOf(c.Value), d.now+w.within
	if k != nil {
		if _, had := k.known[c.Part]; had {
			return record.Reply{Instance: c.Part, Existing: true}
		}
		count, bytes = len(k.values)+1, bytes+k.bytes
		if k.closes != 0 {
			due = k.closes
		}
		if len(k.asked) >= MaxAsked && k.asked[0].at+RememberAtLeast > d.now {
			return reject(record.Busy, "%d messages of one key came within %ds, the limit: try again later", MaxAsked, RememberAtLeast/1e9)
		}
	}
	if count > MaxGroup || bytes > d.s.limits.BytesPerCommand {
		return reject(record.Invalid, "the group of %s has %d messages of %d bytes; at most %d of %d are gathered", c.CellKey, count-1, bytes, MaxGroup, d.s.limits.BytesPerCommand)
	}
	complete := false
	if w.until != nil {
		vars := make([]types.Value, len(f.vars))
		group := []types.Value{c.Value}
		if k != nil {
			group = append(slices.Clone(k.values), c.Value)
		}
		vars[w.group] = group
		v, err := w.until.eval(d.s.env, vars, d.now, "", nil)
		if err != nil {
			return reject(record.Invalid, "the condition of %s: %v", f.stepID(c.Step), err)
		}
		complete, _ = v.(bool)
	}
	k = d.open(k, f, c)
	d.emit(record.CellGathered{At: d.now, Cell: k.id, Part: c.Part, Value: c.Value, Due: due})
	if complete {
		d.emitGroup(k)
	}
	return record.Reply{Instance: c.Part}
}

// emitGroup lets the group of a cell go on as an instance.
func (d *decider) emitGroup(k *cell) {
	last := k.asked[len(k.asked)-1]
	part := record.PartID(k.id, last.part)
	for d.s.known(part) { // the message was forgotten, and came again
		part = record.PartID(k.id, part)
	}
	vars := map[string]types.Value{k.flow.vars[k.flow.steps[k.step].word.group].name: slices.Clone(k.values)}
	d.emit(record.CellEmptied{At: d.now, Cell: k.id, Due: d.now + RememberAsked})
	d.beginPart(k.flow, k.step, k.id, part, short(k.key), vars)
}

// inTurn lets a message wait for those before it.
func (d *decider) inTurn(k *cell, f *flow, c *record.StartPart) record.Reply {
	if k != nil {
		switch {
		case slices.ContainsFunc(k.held, func(h heldPart) bool { return h.part == c.Part }):
			return record.Reply{Instance: c.Part, Existing: true}
		case k.counts && c.Number < k.mark:
			return reject(record.WrongState, "number %d came too late: %d is next", c.Number, k.mark)
		case len(k.held) >= MaxWaiting || k.bytes+record.WeightOf(c.Vars) > MaxWaitingBytes:
			return reject(record.Busy, "%d messages wait for their turn in this sequence; at most %d of %d bytes do: try again later", len(k.held), MaxWaiting, MaxWaitingBytes)
		}
	}
	k = d.open(k, f, c)
	d.emit(record.CellHeld{At: d.now, Cell: k.id, Part: c.Part, Key: c.Key, Number: c.Number, Vars: c.Vars, Due: k.due})
	d.turn(k)
	return record.Reply{Instance: c.Part}
}

// turn lets the messages of a sequence go on whose turn it is, one after the other:
// the next one when the one before is through.
func (d *decider) turn(k *cell) {
	if d.turning == k {
		return // further out
	}
	d.turning = k
	defer func() { d.turning = nil }()
	within := k.flow.steps[k.step].word.within
	for k.busy == "" && len(k.held) > 0 {
		h := k.held[0]
		// A sequence that is new begins with 1, or with 0.
		first := k.counts && h.number <= k.mark || !k.counts && h.number <= 1
		if !first && h.since+within > d.now {
			break
		}
		if d.total > d.s.limits.BytesPerCommand/2 { // the rest follows by a command of its own
			d.look(k, d.now)
			return
		}
		d.emit(record.CellReleased{At: d.now, Cell: k.id, Part: h.part, Number: h.number})
		d.beginPart(k.flow, k.step, k.id, h.part, h.key, maps.Clone(h.vars))
	}
	switch {
	case k.busy != "":
		d.look(k, 0)
	case len(k.held) > 0:
		d.look(k, k.held[0].since+within)
	default:
		d.look(k, d.now+KeepSequence)
	}
}

// look says when a cell is to be looked at.
func (d *decider) look(k *cell, due record.Instant) {
	if k.due != due {
		d.emit(record.CellMarked{At: d.now, Cell: k.id, Mark: k.mark, Due: due})
	}
}

// cellDue looks at a cell whose time has come.
func (d *decider) cellDue(k *cell) {
	switch k.flow.steps[k.step].kind {
	case plan.Aggregate:
		if len(k.values) > 0 {
			d.emitGroup(k)
			return
		}
	case plan.Resequence:
		if len(k.held) > 0 || k.busy != "" {
			d.turn(k)
			return
		}
	}
	d.emit(record.CellClosed{Cell: k.id})
}

// startOfEvent lets a route begin with an event.
func (d *decider) startOfEvent(c *record.StartInstance, f *flow) record.Reply {
	id := record.InstanceID(c.Process, c.Key)
	if no := tooLong("ID of the event", c.Key); no != nil {
		return record.Reply{Rejected: no}
	}
	payload := c.Input[f.route.Var]
	if why := d.s.limits.tooMuch(payload); why != "" {
		return reject(record.Invalid, "the event %s", why)
	}
	d.emit(record.InstanceStarted{At: d.now, Instance: id, Process: c.Process, Plan: f.program.digest, Key: c.Key, Vars: map[string]types.Value{f.route.Var: payload}})
	x := d.s.get(id)
	d.wake(x.acts[0])
	d.run(x)
	return record.Reply{Instance: id}
}
