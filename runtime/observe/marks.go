package observe

import (
	"sort"
	"time"

	"github.com/cob-lang/cob/runtime/record"
)

// maxMarks bounds the marks of a view.
const maxMarks = 1024

// clockSlack is how far a clock may have been set back without a mark misleading.
const clockSlack = record.Instant(time.Minute)

// settleSlack is how long after its end an instance's last settlement is looked
// for.
const settleSlack = record.Instant(time.Hour)

// A mark says that a commit was made at a time.
type mark struct {
	Commit uint64
	At     record.Instant
}

// marks tell roughly which commits were made when, so that the history of an
// instance that a snapshot restored is not looked for in the whole journal.
type marks struct {
	All    []mark // by commit
	Stride uint64 // commits between two marks, at least
}

// note hears of a commit.
func (m *marks) note(commit uint64, at record.Instant) {
	if n := len(m.All); n > 0 && commit < m.All[n-1].Commit+max(1, m.Stride) {
		return
	}
	m.All = append(m.All, mark{commit, at})
	if len(m.All) < maxMarks {
		return
	}
	// Every second one is kept, the first one included.
	for i := range len(m.All) / 2 {
		m.All[i] = m.All[2*i]
	}
	m.All = m.All[:len(m.All)/2]
	m.Stride = max(1, m.Stride) * 2
}

// between are commits that surely enclose what was made from a time to another
// one, with upTo where that is not known. An end of 0 is none yet.
func (m *marks) between(started, ended record.Instant, upTo uint64) (first, last uint64) {
	first, last = 1, upTo
	i := sort.Search(len(m.All), func(i int) bool { return m.All[i].At >= started-clockSlack })
	if i > 0 {
		first = m.All[i-1].Commit
	}
	if ended == 0 {
		return first, last
	}
	i = sort.Search(len(m.All), func(i int) bool { return m.All[i].At > ended+settleSlack })
	if i < len(m.All) {
		last = m.All[i].Commit
	}
	return first, last
}
