package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

func (d *differ) processes() {
	each(d.older.Processes, d.newer.Processes, func(p *Process) string { return p.Name }, func(a, b *Process) {
		switch {
		case b == nil:
			d.add(Incompatible, "process "+a.Name, a.At, "it is gone, for who starts it and for the instances that run")
		case a == nil:
			d.add(Safe, "process "+b.Name, b.At, "it is new")
		default:
			d.process(a, b)
		}
	})
}

func (d *differ) process(a, b *Process) {
	where := "process " + b.Name
	d.fields(where, "parameter", a.Params, b.Params)
	if !same(a.Result, b.Result) {
		d.add(Incompatible, where, b.At, "it gave %s and gives %s", a.Result, b.Result)
	}
	for _, f := range b.Raises {
		if !slices.Contains(a.Raises, f) {
			d.add(Incompatible, where, b.At, "it may fail with %s, which nobody expects", f)
		}
	}
	for _, f := range a.Raises {
		if !slices.Contains(b.Raises, f) {
			d.add(Safe, where, b.At, "it does not fail with %s any more", f)
		}
	}
	if !same(a.Key, b.Key) {
		d.add(NeedsMigrate, where, b.At, "its key is another one, and the instances that run have the old one")
	}
	d.moves = d.movesOf(b.Name)
	d.flow(where, a.Flow, b.Flow)
	if first := placedSteps(a.Flow); a.DeadlineNs != b.DeadlineNs && len(first) > 0 {
		d.before(where, first[0].past(), b.At, "its deadline is another one, and an instance that runs keeps the one that it began with")
	}
	x, y := *a, *b
	for _, p := range []*Process{&x, &y} {
		p.DeadlineNs = 0
		p.Params, p.Result, p.Raises, p.Key, p.Flow, p.Doc = nil, a.Result, nil, nil, Flow{}, ""
	}
	if !same(x, y) {
		d.add(Safe, where, b.At, "its settings change")
	}
}

func (d *differ) routes() {
	each(d.older.Routes, d.newer.Routes, func(r *Route) string { return r.Name }, func(a, b *Route) {
		if a != nil && b != nil {
			d.held(a, b)
		}
		switch {
		case b == nil:
			d.add(Safe, "route "+a.Name, a.At, "it is gone: the messages of %s stay there", a.From)
		case a == nil:
			d.add(Safe, "route "+b.Name, b.At, "it is new")
		case a.From != b.From:
			d.add(Safe, "route "+b.Name, b.At, "it reads %s, not %s", b.From, a.From)
		case !same(a, b):
			d.add(Safe, "route "+b.Name, b.At, "it does something else with the messages that come from now on")
		}
	})
}

// placed is a step of a flow as data: what it says itself, and the list it is in.
// Reading it from JSON finds the steps of every kind, whatever holds them.
type placed struct {
	id, kind string
	at       Place
	list     string // names the list of steps: the id around it and the way from there
	own      any    // without the steps inside
	waits    bool   // an instance may stand at it or inside it
	undoes   string // the step whose compensation it is a part of
	around   int    // the number of the step that holds it, -1 for none
}

// past names the step behind which a change of p counts: an instance that has
// not done what p undoes will do all of it the new way.
func (p placed) past() string {
	if p.undoes != "" {
		return p.undoes
	}
	return p.id
}

// elsewhere are parts of steps that follow from other declarations, whose
// changes are told there.
var elsewhere = []string{"candidates", "by_key", "reads"}

// Kinds at which no instance stands, because they end at once, and kinds at which
// one does although they may hold steps. Of the others, those that hold steps are
// stood at where these are, and those that hold none are taken to wait.
var (
	instant = []Kind{Let, Start, Send, Publish, Fail, Return, Filter, Milestone, Cancel, End, Goto, Continue, Progress, Audit, Claim, Tap, Reply, Dedupe}
	waiting = []Kind{Call, Child, Await, Task, Select, Wait}
)

// onward are kinds that are over when a block of theirs is, and end with it: what
// follows them follows the block.
var onward = []Kind{If, Match, Call, Await, Task}

type reader struct {
	steps  []placed
	undoes string
	around int
}

// placedSteps are the steps of a flow in the order of the text.
func placedSteps(f Flow) []placed {
	r := reader{around: -1}
	text, err := json.Marshal(f.Body)
	if err != nil {
		panic("plan: a part of a plan cannot fail to encode: " + err.Error())
	}
	var body []any
	if err := json.Unmarshal(text, &body); err != nil {
		panic("plan: what was encoded cannot fail to decode: " + err.Error())
	}
	r.list(body, "")
	return r.steps
}

func textOf(v any) string {
	s, _ := v.(string)
	return s
}

func isSteps(list []any) bool {
	if len(list) == 0 {
		return false
	}
	first, ok := list[0].(map[string]any)
	return ok && textOf(first["id"]) != "" && textOf(first["kind"]) != "" && textOf(first["at"]) != ""
}

// list reads a list of steps and says whether an instance may stand in it.
func (r *reader) list(steps []any, name string) (waits bool) {
	if of, undo := strings.CutSuffix(name, ".compensate.steps"); undo {
		outer := r.undoes
		r.undoes = of
		defer func() { r.undoes = outer }()
	}
	for _, item := range steps {
		s := item.(map[string]any)
		at := len(r.steps)
		r.steps = append(r.steps, placed{id: textOf(s["id"]), kind: textOf(s["kind"]), at: Place(textOf(s["at"])), list: name, undoes: r.undoes, around: r.around})
		outer := r.around
		r.around = at
		own, inner := r.own(s, textOf(s["id"]))
		r.around = outer
		p := &r.steps[at]
		leaf := len(r.steps) == at+1
		p.own = own
		p.waits = inner || slices.Contains(waiting, Kind(p.kind)) || leaf && !slices.Contains(instant, Kind(p.kind))
		waits = waits || p.waits
	}
	return waits
}

// own is what a value says without the steps in it, which are read apart.
func (r *reader) own(v any, way string) (own any, waits bool) {
	switch v := v.(type) {
	case []any:
		if isSteps(v) {
			return nil, r.list(v, way)
		}
		out := make([]any, len(v))
		for i := range v {
			item, w := r.own(v[i], fmt.Sprintf("%s[%d]", way, i))
			out[i], waits = item, waits || w
		}
		return out, waits
	case map[string]any:
		out := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if _, place := v[key].(string); place && key == "at" || slices.Contains(elsewhere, key) {
				continue
			}
			item, w := r.own(v[key], way+"."+key)
			out[key], waits = item, waits || w
		}
		return out, waits
	}
	return v, false
}

// flow compares steps by their ids, which survive edits.
func (d *differ) flow(where string, older, newer Flow) {
	a, b := placedSteps(older), placedSteps(newer)
	find := func(list []placed, id string) int {
		return slices.IndexFunc(list, func(p placed) bool { return p.id == id })
	}
	for _, x := range a {
		i := find(b, x.id)
		if i < 0 {
			d.gone(where, x)
			continue
		}
		to, moved := d.moves[x.id]
		switch y := b[i]; {
		case moved && x.waits && (x.kind != y.kind || x.list != y.list):
			d.add(Safe, where, y.at, "the step %s is another one, and who waits at it goes on at %s", x.id, to)
		case x.kind != y.kind && x.waits:
			d.stoodAt(x, where, y.at, "the step %s was %s and is %s, and an instance may stand at it", x.id, article(x.kind), article(y.kind))
		case x.list != y.list && x.waits:
			d.stoodAt(x, where, y.at, "the step %s stands in another block, and an instance may stand at it", x.id)
		case x.kind != y.kind || x.list != y.list || !reflect.DeepEqual(x.own, y.own):
			d.before(where, x.past(), y.at, "the step %s does something else", x.id)
		}
	}
	d.reordered(where, a, b)
	fresh := func(i int) bool { return i >= 0 && find(a, b[i].id) < 0 }
	for i, y := range b {
		if !fresh(i) || fresh(y.around) || fresh(beside(b, i, -1)) {
			continue // known, or told with the one around it or before it
		}
		if past := newPast(b, i, fresh); past != "" {
			d.before(where, past, y.at, "the step %s is new", y.id)
		} else {
			d.add(Safe, where, y.at, "the step %s is new, behind all that were there", y.id)
		}
	}
}

// beside is the number of the step that stands directly before one in its list, for -1,
// or behind it, for 1; -1 where there is none.
func beside(steps []placed, i, way int) int {
	for j := i + way; j >= 0 && j < len(steps); j += way {
		if steps[j].list == steps[i].list {
			return j
		}
	}
	return -1
}

// newPast is the step that an instance has begun which is past the place of a new one,
// "" where such an instance has nothing left to do. What follows in the text may be beside
// it, in another branch, or behind a round of a loop that runs again: then it is the step
// before the new one, which an instance may well stand at.
func newPast(steps []placed, i int, fresh func(int) bool) string {
	next := func(j int) int {
		for j = beside(steps, j, 1); fresh(j); {
			j = beside(steps, j, 1)
		}
		return j
	}
	y := steps[i]
	if y.undoes != "" {
		return y.undoes
	}
	for j := i; ; j = steps[j].around {
		if n := next(j); n >= 0 {
			return steps[n].past()
		}
		around := steps[j].around
		if around < 0 {
			return ""
		}
		if !slices.Contains(onward, Kind(steps[around].kind)) {
			break
		}
	}
	if before := beside(steps, i, -1); before >= 0 {
		return steps[before].past()
	}
	return steps[y.around].past()
}

func (d *differ) gone(where string, x placed) {
	to, moved := d.moves[x.id]
	switch {
	case moved && x.waits && x.undoes == "":
		d.add(Safe, where, x.at, "the step %s is gone, and who waits at it goes on at %s", x.id, to)
		return
	case x.waits && x.undoes == "":
		d.stoodAt(x, where, x.at, "the step %s is gone, and an instance may stand at it", x.id)
		return
	}
	d.before(where, x.past(), x.at, "the step %s is gone", x.id)
}

// stoodAt tells of a step that has no place in the newer plan, and at which an
// instance may stand.
func (d *differ) stoodAt(x placed, where string, at Place, what string, args ...any) {
	d.changes = append(d.changes, Change{Class: NeedsMigrate, step: x.id, Where: where, At: at, What: fmt.Sprintf(what, args...)})
}

func (d *differ) before(where, step string, at Place, what string, args ...any) {
	d.changes = append(d.changes, Change{Class: SafeBefore, Past: step, Where: where, At: at, What: fmt.Sprintf(what, args...)})
}

// reordered tells of the first step of a list that changed places with others.
func (d *differ) reordered(where string, a, b []placed) {
	order := func(steps, others []placed) map[string][]placed {
		out := map[string][]placed{}
		for _, s := range steps {
			if slices.ContainsFunc(others, func(o placed) bool { return o.id == s.id && o.list == s.list }) {
				out[s.list] = append(out[s.list], s)
			}
		}
		return out
	}
	before, after := order(a, b), order(b, a)
	for _, list := range slices.Sorted(maps.Keys(before)) {
		for i, x := range before[list] {
			if y := after[list][i]; x.id != y.id {
				d.before(where, x.past(), y.at, "the step %s stands before %s now", y.id, x.id)
				break
			}
		}
	}
}
