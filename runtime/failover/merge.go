package failover

import (
	"cmp"
	"slices"
	"time"
)

// What becomes of what only the loser has of an instance.
const (
	// Imported: the survivor had not gone on with the instance, so it goes on from
	// where the loser was.
	Imported = "imported"
	// Agreed: both went on, and the survivor has every fact that the loser had.
	Agreed = "agreed"
	// Differs: both went on, and not alike. A person is asked.
	Differs = "differs"
)

// A Fact is something that an instance learned from outside, by the name under which
// it would be learned again, and what it was.
type Fact struct {
	Name  string // "start", the key of an attempt's effect, the id of an event, the name of a task
	Value string // in a form in which equal facts are equal
}

// Compare says what becomes of the facts that the loser has and the survivor may not
// have, where both went on with the instance. A fact that the survivor asks for itself, because it is on
// its way, need not be brought: the key is the same in both clouds, so is the answer.
func Compare(loser, survivor []Fact, pending []string) (verdict string, odd []Fact) {
	has := map[string]string{}
	for _, f := range survivor {
		has[f.Name] = f.Value
	}
	for _, f := range loser {
		value, known := has[f.Name]
		if known && value == f.Value || !known && slices.Contains(pending, f.Name) {
			continue
		}
		odd = append(odd, f)
	}
	if len(odd) > 0 {
		return Differs, odd
	}
	return Agreed, nil
}

// A Report says what a take-over meant, instance by instance.
type Report struct {
	Term uint64    `json:"term"`
	From string    `json:"from"` // the cloud that owned before
	To   string    `json:"to"`
	At   time.Time `json:"at"`
	Why  string    `json:"why"`
	// Bound is what may be missing until the other cloud returns.
	Bound string `json:"bound"`
	// Twice are the effects that were under way: they leave again, under the same key.
	Twice []Repeated `json:"twice"`
	// Merged is what the other cloud had and this one had not, once it is back.
	Merged []Merged `json:"merged"`
	// Back is when that was, nil while it is away.
	Back *time.Time `json:"back,omitempty"`
	// Kept is where the other cloud has put its store, for people to look at.
	Kept string `json:"kept,omitempty"`
}

// Repeated is an effect that may have happened twice.
type Repeated struct {
	Instance string `json:"instance"`
	Key      string `json:"key"` // the same in both clouds
	What     string `json:"what"`
}

// Merged is an instance of which the loser had more than the survivor.
type Merged struct {
	Instance string `json:"instance"`
	Verdict  string `json:"verdict"`
	Events   int    `json:"events"` // that only the loser had
	Detail   string `json:"detail,omitempty"`
}

// Sort puts a report into an order that does not depend on anything but what it says.
func (r *Report) Sort() {
	slices.SortFunc(r.Twice, func(a, b Repeated) int {
		return cmp.Or(cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.Key, b.Key))
	})
	slices.SortFunc(r.Merged, func(a, b Merged) int { return cmp.Compare(a.Instance, b.Instance) })
}
