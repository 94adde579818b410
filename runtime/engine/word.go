package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"math"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// MaxHandedOn bounds how many items of a split leave at a time.
const MaxHandedOn = 100

// word is what a step of a route hands messages on with.
type word struct {
	exprs   []*expr // the key, where there is one, and then what is gathered, the number or the list
	keyed   bool    // the first of exprs is the key
	until   *expr
	emit    *expr
	group   int32   // slot, -1 for none
	carries []int32 // what the rest of the route reads
	letter  int32   // the slot of the message, as a dead letter has it
	place   uint32  // in the body of the route
	within  record.Instant
	rate    int64
	share   uint64 // of 1<<32, 0 where it is one in a time
	path    []string
}

// word looks up what a word of a route needs.
func (l *linker) word(p *plan.Step) *word {
	w := &word{group: -1}
	add := func(t *expression.Tree, key bool) {
		if t != nil {
			w.exprs, w.keyed = append(w.exprs, l.expr(t, p.At)), w.keyed || key
		}
	}
	switch {
	case l.flow.route == nil:
		l.fail(p.At, "the step %s (%s) stands in a process", p.ID, p.Kind)
		return w
	case p.Kind == plan.Slip && (p.Expr == nil || len(p.Arms) != 1 || p.Arms[0] == nil):
		l.fail(p.At, "the step %s (slip) has no list", p.ID)
		return w
	case p.Kind == plan.Slip:
		w.path = slipPath(p.Expr, p.Arms[0])
		return w
	case p.Kind == plan.Split:
		add(p.Expr, false)
		return w
	case p.Stream == nil:
		l.fail(p.At, "the step %s (%s) does not say what it keeps", p.ID, p.Kind)
		return w
	}
	w.within, w.rate = record.Instant(p.Stream.WithinNs), p.Stream.Rate
	switch p.Kind {
	case plan.Resequence:
		add(p.Stream.Per, true)
		add(p.Expr, false)
	case plan.Aggregate:
		add(p.Expr, true)
		add(p.Stream.Message, false)
		w.until, w.emit, w.group = l.expr(p.Stream.Until, p.At), l.expr(p.Stream.Emit, p.At), l.slot(p.Stream.Group)
		if w.emit == nil || w.group < 0 || len(w.exprs) != 2 {
			l.fail(p.At, "the step %s (aggregate) does not say what it gathers", p.ID)
		}
	case plan.Dedupe:
		add(p.Expr, true)
	default: // throttle, sample
		add(p.Stream.Per, true)
		if share, err := strconv.ParseFloat(p.Stream.Share, 64); err == nil {
			w.share = max(1, uint64(math.Round(share*(1<<32))))
		}
	}
	if p.Kind == plan.Throttle && (w.rate < 1 || w.within < 1) {
		l.fail(p.At, "the step %s (throttle) has no rate", p.ID)
	}
	return w
}

// handOver finds out what the words of a route's body have to take along.
func (l *linker) handOver(body []plan.Step) {
	letter := l.slot(l.flow.route.Var)
	for i, index := range l.flow.blocks[0].steps {
		st := &l.flow.steps[index]
		if st.word == nil {
			continue
		}
		if st.kind == plan.Split || st.kind == plan.Aggregate {
			letter = st.slot
		}
		st.word.place, st.word.letter = uint32(i), letter
		if st.kind == plan.Aggregate {
			continue
		}
		read := map[string]bool{l.flow.vars[letter].name: true}
		plan.Walk(body[i+1:], func(s *plan.Step) {
			for _, t := range s.Trees() {
				for _, name := range expression.Reads(t) {
					read[name] = true
				}
			}
		})
		for slot, v := range l.flow.vars {
			if read[v.name] && int32(slot) != st.slot {
				st.word.carries = append(st.word.carries, int32(slot))
			}
		}
	}
	for i := range l.flow.steps {
		if w := l.flow.steps[i].word; w != nil && (int(w.place) >= len(l.flow.blocks[0].steps) || l.flow.blocks[0].steps[w.place] != uint32(i)) {
			l.fail(l.flow.steps[i].plan.At, "the step %s stands in a block, and concerns all that follows", l.flow.steps[i].id)
		}
	}
}

// Hand brings messages to where the words of their route go on with them. It
// Succeeded when all of the shards have decided; Busy and UnknownPlan are Refused,
// other rejections Rejected.
type Hand struct {
	Target
	Parts []record.StartPart
}

// handed is the effect of a word.
func (x *instance) handed(a *activation, t Target, w *wish) Hand {
	st := &x.flow.steps[a.step]
	values, _ := w.load.([]types.Value)
	vars := map[string]types.Value{}
	all := x.variables(a)
	for _, slot := range st.word.carries {
		if all[slot] != nil {
			vars[x.flow.vars[slot].name] = all[slot]
		}
	}
	part := record.StartPart{Route: x.flow.name, Plan: x.flow.program.digest, Step: a.step, Key: x.key, Vars: vars}
	where := x.flow.name + "/" + st.id
	if st.kind == plan.Split {
		return Hand{t, x.items(st, a, part, values[0])}
	}
	if st.word.keyed {
		part.CellKey, values = short(textOf(values[0])), values[1:]
	}
	part.Cell = record.InstanceID(where, part.CellKey)
	part.Part = record.PartID(part.Cell, x.id)
	switch st.kind {
	case plan.Resequence:
		part.Number, _ = values[0].(int64)
	case plan.Aggregate:
		part.Value = values[0]
	}
	return Hand{t, []record.StartPart{part}}
}

// items are the next messages of a split.
func (x *instance) items(st *step, a *activation, like record.StartPart, list types.Value) []record.StartPart {
	items, _ := list.([]types.Value)
	var out []record.StartPart
	for i := int(a.round); i < min(int(a.round)+MaxHandedOn, len(items)); i++ {
		part := like
		part.Vars = maps.Clone(like.Vars)
		part.Vars[st.plan.Var] = items[i]
		part.Key = short(x.key + "/" + strconv.Itoa(i+1))
		part.Part = record.InstanceID(x.flow.name+"/"+st.id, x.id+"/"+strconv.Itoa(i+1))
		out = append(out, part)
	}
	return out
}

// short is a text that can be a key: a long one is its digest.
func short(text string) string {
	if len(text) <= MaxKey {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// execWord hands the message on, or goes on with one that came here.
func (d *decider) execWord(x *instance, a *activation, index uint32, st *step) {
	switch {
	case x.part == index+1:
		d.arrived(x, a, index, st)
	case st.kind == plan.Sample && st.word.share > 0:
		d.sample(x, a, index, st)
	case st.kind == plan.Split:
		if items, ok := d.items(x, a, index, st); ok && len(items) == 0 {
			d.complete(x, a, index, nil)
		} else if ok {
			d.execEffect(x, a, index, st)
		}
	default:
		d.execEffect(x, a, index, st)
	}
}

// arrived goes on behind the word that the message was handed on by.
func (d *decider) arrived(x *instance, a *activation, index uint32, st *step) {
	if st.kind != plan.Aggregate {
		d.pass(x, a, index)
		return
	}
	if v, ok := d.value(x, a, index, st.word.emit); ok {
		d.emit(record.StepPassed{Instance: x.id, Parent: a.id, Step: index, Bound: st.slot >= 0, Value: v})
	}
}

// sample goes on with a part of the messages, chosen by their names.
func (d *decider) sample(x *instance, a *activation, index uint32, st *step) {
	name := x.key
	if st.word.keyed {
		v, ok := d.value(x, a, index, st.word.exprs[0])
		if !ok {
			return
		}
		name = textOf(v)
	}
	sum := sha256.Sum256([]byte(x.flow.name + "/" + st.id + "\x00" + name))
	if uint64(binary.BigEndian.Uint32(sum[:4])) < st.word.share {
		d.pass(x, a, index)
		return
	}
	d.complete(x, a, index, nil)
}

// handedOn goes on with the next items of a split, or ends the instance: its message
// is elsewhere now.
func (d *decider) handedOn(x *instance, a *activation, st *step) {
	if st.kind == plan.Split {
		values, err := d.s.ingredients(x, a, st)
		if err != nil {
			d.incident(x, a, a.step, err.Error())
			return
		}
		if items, _ := values[0].([]types.Value); int(a.round)+MaxHandedOn < len(items) {
			d.emit(record.LoopAdvanced{Instance: x.id, Activation: a.id, Round: a.round + MaxHandedOn})
			d.attempt(x, a, nil)
			return
		}
	}
	d.complete(x, x.find(a.parent), a.step, nil)
}

// letterSlot is the variable that holds the message, as a dead letter has it.
func (x *instance) letterSlot() int32 {
	if x.part > 0 {
		return x.flow.steps[x.part-1].word.letter
	}
	return 0
}

// execSlip sends the message to the first channel of the list.
func (d *decider) execSlip(x *instance, a *activation, index uint32, st *step) {
	list, ok := d.items(x, a, index, st)
	if !ok {
		return
	}
	if len(list) == 0 {
		d.pass(x, a, index)
		return
	}
	message, ok := d.value(x, a, index, st.arms[0])
	if !ok {
		return
	}
	name, _ := list[0].(string)
	for _, channel := range st.plan.Slip {
		if channel == name || channel[strings.LastIndexByte(channel, '.')+1:] == name {
			if !d.room(x, a, index, 1) {
				return
			}
			w := wish{load: replaced(message, st.word.path, list[1:]), channel: channel}
			d.attempt(x, d.enter(x, a, record.StepEntered{Step: index, Items: []types.Value{channel, w.load}}), &w)
			return
		}
	}
	reason := "the slip names " + strconv.Quote(name) + ", which is none of the channels behind to"
	d.raise(x, a, index, Refusal, map[string]types.Value{"endpoint": x.flow.name, "operation": "slip", "reason": reason}, reason)
}

// replaced is a record with another value at a path; without a path it is v.
func replaced(v types.Value, path []string, by types.Value) types.Value {
	m, isRecord := v.(map[string]types.Value)
	if len(path) == 0 || !isRecord {
		return v
	}
	m = maps.Clone(m)
	if len(path) == 1 {
		m[path[0]] = by
	} else {
		m[path[0]] = replaced(m[path[0]], path[1:], by)
	}
	return m
}

// slipPath is where the list of a slip stands in the message, nil where it is no
// field of it.
func slipPath(list, message *expression.Tree) (path []string) {
	for list.Op == expression.Field {
		path = append([]string{list.Name}, path...)
		list = &list.Args[0]
	}
	if message == nil || list.Op != expression.Var || message.Op != expression.Var || list.Name != message.Name {
		return nil
	}
	return path
}
