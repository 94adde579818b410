package engine

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// eventName tells events apart.
type eventName struct{ typ, id string }

// keptEvent is an event that waits for instances which will ask for it. What
// concerned one instance and was taken keeps its ID only, so that a second
// delivery is known.
type keptEvent struct {
	number uint64 // in the order of arrival
	eventName
	payload  map[string]types.Value
	instance string
	until    record.Instant
	takenBy  map[string]struct{} // instances
	// next is the first instance that it has not reached yet, "" where it reached
	// all; handed is when it reached the one before.
	next   string
	handed record.Instant
}

// keptEvents finds kept events by ID, by age, and by what selects look for.
type keptEvents struct {
	byID  map[eventName]*keptEvent
	last  uint64
	paths map[string][]string // by event type: the paths that selects look at
	by    map[waitKey][]*keptEvent
	age   []*keptEvent // a heap by until
	// parted are those that have not reached all yet, oldest first.
	parted []*keptEvent
}

func (k *keptEvents) reset() {
	if k.paths == nil {
		k.paths = map[string][]string{}
	}
	k.byID, k.by = map[eventName]*keptEvent{}, map[waitKey][]*keptEvent{}
	k.last, k.age, k.parted = 0, nil, nil
}

// lookFor makes events findable by another path.
func (k *keptEvents) lookFor(arm armPath) {
	if k.paths == nil {
		k.paths = map[string][]string{}
	}
	if slices.Contains(k.paths[arm.event], arm.path) {
		return
	}
	paths := append(k.paths[arm.event], arm.path)
	slices.Sort(paths)
	k.paths[arm.event] = paths
	for _, e := range k.inOrder() {
		if e.typ == arm.event {
			k.index(e, arm.path)
		}
	}
}

func (k *keptEvents) index(e *keptEvent, path string) {
	if key, ok := keyAt(e.typ, e.payload, path); ok {
		k.by[key] = append(k.by[key], e)
	}
}

// keyAt is what an arm that looks at the path has to wait for to get the event.
func keyAt(typ string, payload map[string]types.Value, path string) (waitKey, bool) {
	if path == "" {
		return waitKey{armPath{typ, ""}, ""}, true
	}
	v, ok := at(payload, path)
	if !ok {
		return waitKey{}, false
	}
	return waitKey{armPath{typ, path}, correlation(v)}, true
}

func (k *keptEvents) add(e *keptEvent) {
	k.byID[e.eventName] = e
	if e.payload != nil {
		for _, path := range k.paths[e.typ] {
			k.index(e, path)
		}
	}
	k.age = append(k.age, e)
	for i := len(k.age) - 1; i > 0; {
		up := (i - 1) / 2
		if !older(k.age[i], k.age[up]) {
			break
		}
		k.age[up], k.age[i] = k.age[i], k.age[up]
		i = up
	}
}

// part notes how far an event has come.
func (k *keptEvents) part(e *keptEvent, next string, at record.Instant) {
	known := e.next != ""
	e.next, e.handed = next, at
	switch {
	case next == "":
		e.handed = 0
		k.parted = slices.DeleteFunc(k.parted, func(o *keptEvent) bool { return o == e })
	case !known:
		k.parted = append(k.parted, e)
	}
}

func older(a, b *keptEvent) bool {
	return a.until < b.until || a.until == b.until && a.number < b.number
}

// hollow forgets the payload of an event that nobody else may take.
func (k *keptEvents) hollow(e *keptEvent) {
	k.unindex(e)
	e.payload = nil
}

func (k *keptEvents) unindex(e *keptEvent) {
	if e.payload == nil {
		return
	}
	for _, path := range k.paths[e.typ] {
		key, ok := keyAt(e.typ, e.payload, path)
		if !ok {
			continue
		}
		k.by[key] = slices.DeleteFunc(k.by[key], func(o *keptEvent) bool { return o == e })
		if len(k.by[key]) == 0 {
			delete(k.by, key)
		}
	}
}

// expire forgets an event. It is nearly always the oldest.
func (k *keptEvents) expire(name eventName) {
	e := k.byID[name]
	if e == nil {
		return
	}
	delete(k.byID, name)
	k.unindex(e)
	k.part(e, "", 0)
	i := 0
	if k.age[0] != e {
		i = slices.Index(k.age, e)
	}
	last := len(k.age) - 1
	k.age[i] = k.age[last]
	k.age[last] = nil
	k.age = k.age[:last]
	if i == 0 {
		k.sink(0)
		return
	}
	for j := len(k.age)/2 - 1; j >= 0; j-- {
		k.sink(j)
	}
}

func (k *keptEvents) sink(i int) {
	for {
		least := i
		for _, c := range [2]int{2*i + 1, 2*i + 2} {
			if c < len(k.age) && older(k.age[c], k.age[least]) {
				least = c
			}
		}
		if least == i {
			return
		}
		k.age[i], k.age[least] = k.age[least], k.age[i]
		i = least
	}
}

// soonest is when the first kept event is too old, 0 where none is kept.
func (k *keptEvents) soonest() record.Instant {
	if len(k.age) == 0 {
		return 0
	}
	return k.age[0].until
}

func (k *keptEvents) inOrder() []*keptEvent {
	out := make([]*keptEvent, 0, len(k.byID))
	for _, e := range k.byID {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b *keptEvent) int {
		if a.number != b.number {
			if a.number < b.number {
				return -1
			}
			return 1
		}
		return strings.Compare(a.id, b.id)
	})
	return out
}
