package plan

import (
	"reflect"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/types"
)

// Way is how instances of a process get from an older plan to a newer one. It says
// of a process what Diff says of two plans, so that what is moved and what was told
// beforehand cannot disagree.
type Way struct {
	Process string
	// Declared says that the newer plan has a migration from the older one.
	Declared bool
	// Sets are the values that the migration gives to variables.
	Sets []NamedTree
	// Leads are by the id of a step of the older plan: where who stands at it goes
	// on. One that is missing leads nowhere.
	Leads map[string]Lead
	// Bars keep every instance where it is, migration or not; Unless keep it there
	// where there is no migration; Undone keep those that did something outside.
	Bars, Unless, Undone []string
	// Past are by the id of a step of the older plan: without a migration who has
	// begun it stays, and why.
	Past map[string]string

	broken map[string]bool // types whose data the newer plan cannot read
}

// Lead is the step of the newer plan that one of the older plan leads to.
type Lead struct {
	To string
	// Same says that both say the same, apart from the steps inside of them.
	Same bool
	// Undone says that both are undone alike, or not at all.
	Undone bool
}

// WayOf is the way of a process from one plan to another. ok is false where one of
// them does not have it.
func WayOf(older, newer *Plan, process string) (w *Way, ok bool) {
	find := func(p *Plan) *Process {
		i := slices.IndexFunc(p.Processes, func(d Process) bool { return d.Name == process })
		if i < 0 {
			return nil
		}
		return &p.Processes[i]
	}
	a, b := find(older), find(newer)
	if a == nil || b == nil {
		return nil, false
	}
	d := &differ{older: older, newer: newer}
	w = &Way{Process: process, Leads: map[string]Lead{}, Past: map[string]string{}, broken: map[string]bool{}}
	var moves map[string]string
	if m := d.migrationTo(process); m != nil {
		w.Declared, w.Sets, moves = true, m.Sets, movesIn(m)
	}
	w.lead(a.Flow, b.Flow, moves)
	w.changes(d, a, b)
	return w, true
}

// lead pairs the steps of two flows.
func (w *Way) lead(older, newer Flow, moves map[string]string) {
	to := placedSteps(newer)
	undoing, redoing := compensations(older), compensations(newer)
	for _, x := range placedSteps(older) {
		id, named := moves[x.id]
		if !named {
			id = x.id
		}
		i := slices.IndexFunc(to, func(y placed) bool { return y.id == id })
		if i < 0 {
			continue
		}
		y := to[i]
		w.Leads[x.id] = Lead{
			To: id, Same: x.kind == y.kind && reflect.DeepEqual(unnamed(x.own), unnamed(y.own)),
			Undone: same(undoing[x.id], redoing[id]),
		}
	}
}

// compensations are by the id of the step that they undo.
func compensations(f Flow) map[string]*Block {
	out := map[string]*Block{}
	Walk(f.Body, func(s *Step) {
		if s.Compensate != nil {
			out[s.ID] = s.Compensate
		}
	})
	return out
}

// unnamed is what a step says without its id.
func unnamed(own any) any {
	said, ok := own.(map[string]any)
	if !ok {
		return own
	}
	out := map[string]any{}
	for key, v := range said {
		if key != "id" {
			out[key] = v
		}
	}
	return out
}

// changes sorts what differs by whom it keeps where it is.
func (w *Way) changes(d *differ, a, b *Process) {
	if !same(a.Result, b.Result) {
		w.Bars = append(w.Bars, "it gave "+a.Result.String()+" and gives "+b.Result.String())
	}
	d.process(a, b)
	for _, c := range d.changes {
		switch {
		case c.Class == Safe:
		case c.step != "" || c.Past != "":
			step := c.step
			if step == "" {
				step = c.Past
			}
			if w.Past[step] == "" {
				w.Past[step] = c.What
			}
		default:
			w.Unless = append(w.Unless, c.What)
		}
	}
	data := &differ{older: d.older, newer: d.newer}
	data.definitions()
	data.refinements()
	for _, c := range data.changes {
		if c.Class == Incompatible {
			w.Unless = append(w.Unless, c.Where+": "+c.What)
			if _, name, named := strings.Cut(c.Where, " "); named {
				w.broken[name] = true
			}
		}
	}
	outside := &differ{older: d.older, newer: d.newer}
	outside.endpoints()
	outside.partners()
	outside.rest()
	for _, c := range outside.changes {
		if c.Class.Rank() >= NeedsMigrate.Rank() {
			w.Undone = append(w.Undone, c.Where+": "+c.What)
		}
	}
}

// Keeps says whether a value of a variable of the older plan is one of the newer
// plan's variable. u finds the types of the older plan.
func (w *Way) Keeps(older, newer types.Type, u *types.Universe) bool {
	return same(older, newer) && !w.reads(older, u, map[string]bool{})
}

// reads says whether data of a type holds some that the newer plan cannot read.
func (w *Way) reads(t types.Type, u *types.Universe, seen map[string]bool) bool {
	if t.Elem != nil && w.reads(*t.Elem, u, seen) {
		return true
	}
	fields := t.Fields
	if t.Name != "" {
		if w.broken[t.Name] {
			return true
		}
		if seen[t.Name] {
			return false
		}
		seen[t.Name] = true
		if d := u.Lookup(t.Name); d != nil {
			fields = append(slices.Clip(fields), d.Fields...)
		}
	}
	return slices.ContainsFunc(fields, func(f types.Field) bool { return w.reads(f.Type, u, seen) })
}
