package sim

import (
	"fmt"

	"github.com/cob-lang/cob/runtime/record"
)

// nanos is virtual time: nanoseconds since the world began.
type nanos int64

const (
	millisecond nanos = 1e6
	second            = 1000 * millisecond
	minute            = 60 * second
	hour              = 60 * minute
	day               = 24 * hour
)

// birth is when the world begins, as the engine sees it: 2026-01-01.
const birth = record.Instant(1767225600e9)

func (n nanos) String() string {
	d, rest := n/day, n%day
	return fmt.Sprintf("%dd %02d:%02d:%02d.%03d", d, rest/hour, rest%hour/minute, rest%minute/second, rest%second/millisecond)
}

// happening is something that will be done at a time.
type happening struct {
	at     nanos
	number uint64
	do     func()
}

// agenda is what will happen, by time and then by the order in which it was
// planned.
type agenda struct {
	now  nanos
	last uint64
	heap []happening
}

func (a *agenda) before(i, j int) bool {
	p, q := &a.heap[i], &a.heap[j]
	return p.at < q.at || p.at == q.at && p.number < q.number
}

// after plans something for a time from now.
func (a *agenda) after(wait nanos, do func()) {
	a.last++
	a.heap = append(a.heap, happening{a.now + max(wait, 0), a.last, do})
	for i := len(a.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if !a.before(i, up) {
			break
		}
		a.heap[i], a.heap[up] = a.heap[up], a.heap[i]
		i = up
	}
}

// step does what comes next; false where nothing does.
func (a *agenda) step() bool {
	if len(a.heap) == 0 {
		return false
	}
	h := a.heap[0]
	last := len(a.heap) - 1
	a.heap[0] = a.heap[last]
	a.heap[last] = happening{}
	a.heap = a.heap[:last]
	for i := 0; ; {
		least := i
		for _, c := range [2]int{2*i + 1, 2*i + 2} {
			if c < len(a.heap) && a.before(c, least) {
				least = c
			}
		}
		if least == i {
			break
		}
		a.heap[i], a.heap[least] = a.heap[least], a.heap[i]
		i = least
	}
	a.now = h.at
	h.do()
	return true
}
