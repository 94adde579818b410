package health

import "slices"

const (
	// Measured is how many of the latest real calls of a binding are measured.
	Measured = 100
	// MinMeasured is how many it takes before anything follows from them.
	MinMeasured = 20
	// measureEvery is how many calls go by before quantiles are worked out again.
	measureEvery = 10
)

// percents are the quantiles that are worked out.
var percents = [...]int{50, 90, 95, 99}

// quantiles are times in nanoseconds, one for each of percents; all 0 where too
// little was measured.
type quantiles [len(percents)]int64

// at is the quantile of a percentage, 0 where it is not known.
func (q quantiles) at(percent int) int64 {
	if i := slices.Index(percents[:], percent); i >= 0 {
		return q[i]
	}
	return 0
}

// sample holds the latest real calls of a binding.
type sample struct {
	calls  [Measured]measured // a ring
	n      int                // that it ever took
	failed uint32             // of those in it
	known  quantiles
}

type measured struct {
	tookNs int64 // 0: it failed, or nobody knows
	failed bool
}

func (s *sample) add(m measured) {
	at := &s.calls[s.n%Measured]
	if s.n >= Measured && at.failed {
		s.failed--
	}
	if m.failed {
		m.tookNs = 0
		s.failed++
	}
	*at = m
	s.n++
	if s.n%measureEvery == 0 {
		s.known = s.quantiles()
	}
}

// of is how many calls count, 0 where they are too few.
func (s *sample) of() uint32 {
	if s.n < MinMeasured {
		return 0
	}
	return uint32(min(s.n, Measured))
}

func (s *sample) quantiles() (q quantiles) {
	times := make([]int64, 0, Measured)
	for _, m := range s.calls[:min(s.n, Measured)] {
		if m.tookNs > 0 {
			times = append(times, m.tookNs)
		}
	}
	if len(times) < MinMeasured {
		return q
	}
	slices.Sort(times)
	for i, p := range percents {
		q[i] = times[(len(times)*p+99)/100-1]
	}
	return q
}
