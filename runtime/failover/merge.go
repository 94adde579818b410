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

// Note notes what became of an instance. The loser may say it twice; what was found
// first counts, for then the survivor has it.
func (r *Report) Note(m Merged) {
	if !slices.ContainsFunc(r.Merged, func(old Merged) bool { return old.Instance == m.Instance && old.Verdict != Agreed }) {
		r.Merged = append(slices.DeleteFunc(r.Merged, func(old Merged) bool { return old.Instance == m.Instance }), m)
	}
}
