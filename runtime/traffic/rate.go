package traffic

import "github.com/cob-lang/cob/compiler/plan"

// rate says when the next call may leave. It is pure; times are nanoseconds and
// never go back.
type rate struct {
	count, per int64
	step       int64 // between two calls, on average, rounded up
	allowance  int64 // how far ahead of the average a burst may be
	due        int64 // when the next call would be due if all came evenly
	// latest are the times of the latest calls, at most count of them: a ring, the
	// oldest at next where it is full.
	latest []int64
	next   int
}

func newRate(l plan.Limit) *rate {
	burst := l.Burst
	if burst <= 0 || burst > l.Count {
		burst = l.Count
	}
	step := (l.PerNs + l.Count - 1) / l.Count
	return &rate{count: l.Count, per: l.PerNs, step: step, allowance: (burst - 1) * step}
}

// at is when the next call may leave, not before now.
func (r *rate) at(now int64) int64 {
	at := max(now, r.due-r.allowance)
	if int64(len(r.latest)) == r.count {
		at = max(at, r.latest[r.next]+r.per)
	}
	return at
}

// take counts a call that leaves now.
func (r *rate) take(now int64) {
	r.due = max(r.due, now) + r.step
	if int64(len(r.latest)) < r.count {
		r.latest = append(r.latest, now)
		return
	}
	r.latest[r.next] = now
	r.next = (r.next + 1) % len(r.latest)
}
