package engine

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// timer is one entry of the heap. It is stale when its activation has another
// time by now.
type timer struct {
	due  record.Instant
	inst *instance
	act  uint32
	cell *cell // instead of an activation
}

// timers is a heap by due time. Stale entries stay until they reach the top or
// are more than half.
type timers struct {
	heap []timer
	live int // entries that are not stale
}

func (t *timers) push(e timer) {
	t.live++
	t.heap = append(t.heap, e)
	for i := len(t.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if t.heap[up].due <= t.heap[i].due {
			break
		}
		t.heap[up], t.heap[i] = t.heap[i], t.heap[up]
		i = up
	}
}

func (t *timers) pop() {
	last := len(t.heap) - 1
	t.heap[0] = t.heap[last]
	t.heap[last] = timer{}
	t.heap = t.heap[:last]
	t.sink(0)
}

func (t *timers) sink(i int) {
	for {
		least := i
		for _, c := range [2]int{2*i + 1, 2*i + 2} {
			if c < len(t.heap) && t.heap[c].due < t.heap[least].due {
				least = c
			}
		}
		if least == i {
			return
		}
		t.heap[i], t.heap[least] = t.heap[least], t.heap[i]
		i = least
	}
}

// forget notes that one entry became stale.
func (t *timers) forget(stale func(timer) bool) {
	t.live--
	if len(t.heap) < 64 || t.live*2 > len(t.heap) {
		return
	}
	t.heap = slices.DeleteFunc(t.heap, stale)
	for i := len(t.heap)/2 - 1; i >= 0; i-- {
		t.sink(i)
	}
}

func (s *State) stale(e timer) bool {
	if e.cell != nil {
		return s.cells[e.cell.id] != e.cell || e.cell.due != e.due
	}
	return s.instances[e.inst.id] != e.inst || e.inst.dueOf(e.act) != e.due
}

// setDue gives an activation another time; 0 is none.
func (s *State) setDue(x *instance, a *activation, due record.Instant) {
	if a.due == due {
		return
	}
	had := a.due != 0
	a.due = due
	if had {
		s.timers.forget(s.stale)
	}
	if due != 0 {
		s.timers.push(timer{due: due, inst: x, act: a.id})
	}
}

// NextDue is the time of the next timer, and now or before where an event has not
// reached all that wait for it; ok is false where none is set.
func (s *State) NextDue() (at record.Instant, ok bool) {
	for len(s.timers.heap) > 0 && s.stale(s.timers.heap[0]) {
		s.timers.pop()
	}
	if len(s.kept.parted) > 0 {
		return s.kept.parted[0].handed, true
	}
	kept := s.ownDue()
	if len(s.timers.heap) == 0 {
		return kept, kept != 0
	}
	if at = s.timers.heap[0].due; kept != 0 && kept < at {
		at = kept
	}
	return at, true
}

// ownDue is when the shard forgets something next: a kept event, or an instance that
// ended; 0 for never.
func (s *State) ownDue() record.Instant {
	at, _ := s.outlived()
	return earlier(s.kept.soonest(), at)
}

// Due are the commands for at most limit timers whose time has come. A timer
// stays until its command was decided, so ask again after deciding.
func (s *State) Due(now record.Instant, limit int) []record.TimerDue {
	var out []record.TimerDue
	if len(s.kept.parted) > 0 && limit > 0 {
		out = append(out, record.TimerDue{Due: s.kept.parted[0].handed})
	} else if k := s.ownDue(); k != 0 && k <= now && limit > 0 {
		out = append(out, record.TimerDue{Due: k})
	}
	// The heap is walked from the top without taking anything out.
	var walk func(i int)
	walk = func(i int) {
		if i >= len(s.timers.heap) || s.timers.heap[i].due > now || len(out) >= limit {
			return
		}
		if e := s.timers.heap[i]; e.cell != nil && !s.stale(e) {
			out = append(out, record.TimerDue{Instance: e.cell.id, Activation: none, Due: e.due})
		} else if e.cell == nil && !s.stale(e) {
			out = append(out, record.TimerDue{Instance: e.inst.id, Activation: e.act, Due: e.due})
		}
		walk(2*i + 1)
		walk(2*i + 2)
	}
	walk(0)
	slices.SortFunc(out, func(a, b record.TimerDue) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), strings.Compare(a.Instance, b.Instance), cmp.Compare(a.Activation, b.Activation))
	})
	return slices.CompactFunc(out, func(a, b record.TimerDue) bool { return a == b })
}

// waitKey is what a select's arm waits for: an event whose field at the path has
// the value. An arm that looks at every event has an empty path and value.
type waitKey struct {
	armPath
	value string
}

// waiter is one arm of a select.
type waiter struct {
	inst *instance
	act  uint32
	arm  uint32
	// since is when its step was entered.
	since record.Instant
}

// waitIndex finds the arms that an event may fit.
type waitIndex map[waitKey][]waiter

func (w waitIndex) add(k waitKey, e waiter) { w[k] = append(w[k], e) }

func (w waitIndex) remove(k waitKey, x *instance, act uint32) {
	list := w[k]
	i := slices.IndexFunc(list, func(e waiter) bool { return e.inst == x && e.act == act })
	if i < 0 {
		return
	}
	if len(list) == 1 {
		delete(w, k)
		return
	}
	list[i] = list[len(list)-1]
	list[len(list)-1] = waiter{}
	w[k] = list[:len(list)-1]
}

// correlation is v as a key: equal values, equal keys.
func correlation(v types.Value) string {
	switch x := v.(type) {
	case string:
		return "s" + x
	case int64:
		return "n" + types.ExactInt(x).String()
	case types.Exact:
		return "n" + plainNumber(x.String())
	case types.Amount:
		return "m" + plainNumber(x.Value.String()) + x.Currency
	case time.Time:
		return "t" + x.UTC().Format(time.RFC3339Nano)
	}
	return "j" + string(types.AppendJSON(nil, v))
}

func plainNumber(text string) string {
	if strings.IndexByte(text, '.') < 0 {
		return text
	}
	text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	if text == "-0" || text == "" {
		return "0"
	}
	return text
}

// at is the value at a path of a record; ok is false where the path ends early.
func at(payload map[string]types.Value, path string) (v types.Value, ok bool) {
	if path == "" {
		return nil, false
	}
	var here types.Value = payload
	for rest := path; ; {
		name, more, deeper := strings.Cut(rest, ".")
		m, isRecord := here.(map[string]types.Value)
		if !isRecord {
			return nil, false
		}
		if here, ok = m[name]; !ok {
			return nil, false
		}
		if !deeper {
			return here, true
		}
		rest = more
	}
}

// queue is a first-in first-out list of names.
type queue struct {
	items []string
	head  int
}

func (q *queue) push(id string) { q.items = append(q.items, id) }
func (q *queue) len() int       { return len(q.items) - q.head }

func (q *queue) pop() string {
	id := q.items[q.head]
	q.items[q.head] = ""
	q.head++
	if q.head*2 > len(q.items) {
		q.items = append([]string(nil), q.items[q.head:]...)
		q.head = 0
	}
	return id
}

func (q *queue) all() []string { return q.items[q.head:] }
