package sim

// random is splitmix64: small, fast, and the same everywhere.
type random struct{ state uint64 }

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is a number from 0 to n-1.
func (r *random) below(n int) int { return int(r.next() % uint64(n)) }

// chance is true in p of 1000 cases.
func (r *random) chance(p int) bool { return r.below(1000) < p }

// between is a time from lo to hi.
func (r *random) between(lo, hi nanos) nanos { return lo + nanos(r.next()%uint64(hi-lo+1)) }

// mix is a number that depends on a seed and a text and on nothing else: what a
// made-up service decides once and for all.
func mix(seed uint64, text string) uint64 {
	r := random{seed}
	h := r.next()
	for i := range len(text) {
		r.state = h ^ uint64(text[i])
		h = r.next()
	}
	return h
}
