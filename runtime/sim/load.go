package sim

import (
	"maps"
	"strings"
)

// largeWorlds says that one of so many worlds has much to carry: it takes thirty
// times as long as another.
const largeWorlds = 32

// loadOf is the load that a seed chooses.
func loadOf(seed uint64) *Load {
	l := randomLoad(seed)
	if mix(seed, "load")%2 == 0 {
		l = ordersLoad(seed)
	}
	if mix(seed, "large")%largeWorlds == 0 {
		l.weighDown(seed)
	}
	return l
}

// sizes are those of what is carried along, in bytes: mostly small, and up to
// what may enter an instance at all.
var sizes = [...]int{1, 1, 1, 1, 1, 1, 100, 100, 5_000, 5_000, 20_000, 100_000, 450_000, 900_000}

// weighDown adds to what comes in something that nobody reads, so that commits
// come near to what a journal takes.
func (l *Load) weighDown(seed uint64) {
	heavy := func(fields map[string]any, of string) map[string]any {
		if fields == nil {
			return nil
		}
		fields = maps.Clone(fields)
		fields["ballast"] = strings.Repeat("x", sizes[mix(seed, of+" size")%uint64(len(sizes))])
		return fields
	}
	for i := range l.Starts {
		s := &l.Starts[i]
		if order, ok := s.Input["order"].(map[string]any); ok {
			s.Input = map[string]any{"order": heavy(order, s.Key)}
		}
	}
	for i := range l.Events {
		l.Events[i].Payload = heavy(l.Events[i].Payload, l.Events[i].ID)
	}
	behave := l.Behave
	l.Behave = func(a Ask) Answer {
		out, of := behave(a), a.Cloud+" "+a.Key
		out.Fields = heavy(out.Fields, of)
		if value, ok := out.Value.(map[string]any); ok {
			out.Value = heavy(value, of)
		}
		return out
	}
}
