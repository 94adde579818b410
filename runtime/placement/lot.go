package placement

import (
	"hash/fnv"
	"math"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
)

// Lot is what decides where a preference draws: the same lot draws the same, in
// every cloud and after every crash.
type Lot struct {
	Instance string // the ID of who calls
	Call     uint32 // which of its calls it is
	Key      string // the key of the instance
}

func drawn(p plan.Preference) bool { return p == plan.Weighted || p == plan.Sticky }

// draw orders candidates so that each is before the others as often as its weight
// says. Each has a lot of its own (the weighted form of highest random weight), so
// a binding that comes or goes moves no calls between the others. Those without
// weight keep the author's order, behind.
func (l Lot) draw(endpoint string, all []Candidate, prefer plan.Preference) {
	type ticket struct {
		candidate Candidate
		score     float64
	}
	tickets := make([]ticket, len(all))
	for i, c := range all {
		tickets[i] = ticket{candidate: c}
		if c.Weight > 0 {
			tickets[i].score = float64(c.Weight) / -math.Log(l.share(endpoint, c.Cloud, prefer))
		}
	}
	slices.SortStableFunc(tickets, func(a, b ticket) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	for i := range tickets {
		all[i] = tickets[i].candidate
	}
}

// share is a number between 0 and 1, neither included, that looks as if it had
// been drawn.
func (l Lot) share(endpoint, cloud string, prefer plan.Preference) float64 {
	h := fnv.New64a()
	part := func(s string) {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	part(endpoint)
	part(cloud)
	if prefer == plan.Sticky {
		part(l.Key)
	} else {
		part(l.Instance)
		h.Write([]byte{byte(l.Call), byte(l.Call >> 8), byte(l.Call >> 16), byte(l.Call >> 24)})
	}
	return (float64(mix(h.Sum64())>>11) + 0.5) / (1 << 53)
}

// mix spreads what FNV leaves alike: texts that differ at their end only.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
