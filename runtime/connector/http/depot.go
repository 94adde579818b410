package httpconnector

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// sweepEvery is how often kept connections are looked at, if IdleFor is not shorter.
const sweepEvery = time.Second

// depots keep the lines of a Connector that nobody uses, by where they lead.
type depots struct {
	lines   *lines
	options *Options
	most    int // lines that one depot keeps
	every   time.Duration
	armed   atomic.Bool // a sweep will come

	mu sync.Mutex
	by map[string]*depot
}

// depot keeps the lines to one address. The one used last is used next, so that those
// there are too many of grow old.
type depot struct {
	of      *depots
	address string // host and port

	mu   sync.Mutex
	kept []*line
}

func newDepots(o *Options, l *lines) *depots {
	return &depots{lines: l, options: o, most: o.MaxConcurrent, every: min(sweepEvery, o.IdleFor), by: map[string]*depot{}}
}

// to is the depot of an address, which all bindings that lead there share.
func (s *depots) to(address string) *depot {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.by[address]
	if d == nil {
		d = &depot{of: s, address: address}
		s.by[address] = d
	}
	return d
}

// run sends a request and reads the answer, its body into buf. It is sent again in two
// cases: when a kept connection did not take all of its head, and when one that did died
// without a byte of an answer and sending twice is sending once. A *notSent error says
// that the request did not leave; after any other the target may have it.
func (d *depot) run(ctx context.Context, x *exchange, deadline time.Time, buf []byte) (head, []byte, error) {
	o := d.of.options
	for earlier := false; ; {
		l, kept, err := d.take(ctx, deadline)
		if err != nil {
			return head{}, nil, failed(ctx, err, earlier, o)
		}
		h, body, err := l.ask(ctx, x, deadline, buf, o)
		if err == nil {
			d.keep(l)
			return h, body, nil
		}
		_ = l.Close() // what went wrong with it is told
		over := ctx.Err() != nil || isTimeout(err)
		switch {
		case kept && !over && !l.left:
			continue
		case kept && !over && !l.heard && x.again:
			earlier = true
			continue
		}
		return head{}, nil, failed(ctx, err, earlier || l.left, o)
	}
}

// failed is how an exchange ended without an answer.
func failed(ctx context.Context, err error, left bool, o *Options) error {
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if !left {
		return &notSent{err}
	}
	return told(err, o)
}

// take gives a line to the address, and whether it was used before.
func (d *depot) take(ctx context.Context, deadline time.Time) (l *line, kept bool, err error) {
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	for l := d.last(); l != nil; l = d.last() {
		if l.alive() {
			return l, true, nil
		}
		_ = l.Close() // nothing is under way on it
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	c, err := d.of.lines.connect(ctx, "tcp", d.address)
	if err != nil {
		return nil, false, err
	}
	return newLine(c), false, nil
}

// last takes out the line that was used last, nil where there is none.
func (d *depot) last() *line {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.kept)
	if n == 0 {
		return nil
	}
	l := d.kept[n-1]
	d.kept[n-1], d.kept = nil, d.kept[:n-1]
	return l
}

// keep puts a line back that can carry another exchange, and closes any other.
func (d *depot) keep(l *line) {
	if !l.reusable || !d.put(l) {
		_ = l.Close() // its answer is here
		return
	}
	if !d.of.armed.Load() {
		d.of.arm()
	}
}

func (d *depot) put(l *line) bool {
	l.since = time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.kept) >= d.of.most {
		return false
	}
	d.kept = append(d.kept, l)
	return true
}

// arm lets a sweep come, one at a time.
func (s *depots) arm() {
	if s.armed.CompareAndSwap(false, true) {
		time.AfterFunc(s.every, s.sweep)
	}
}

// sweep closes the lines that were not used for IdleFor, and those that the target has
// closed, and comes again while any are left.
func (s *depots) sweep() {
	s.armed.Store(false) // a line that is kept from here on is seen by the next one
	s.mu.Lock()
	all := make([]*depot, 0, len(s.by))
	for _, d := range s.by {
		all = append(all, d)
	}
	s.mu.Unlock()
	left := 0
	for _, d := range all {
		left += d.sweep(time.Now().Add(-s.options.IdleFor))
	}
	if left > 0 {
		s.arm()
	}
}

// sweep closes what was not used since a time or cannot be used, and says how many are
// left.
func (d *depot) sweep(since time.Time) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	left := d.kept[:0]
	for _, l := range d.kept {
		if l.since.After(since) && l.alive() {
			left = append(left, l)
			continue
		}
		_ = l.Close() // nothing is under way on it
	}
	clear(d.kept[len(left):])
	d.kept = left
	return len(left)
}
