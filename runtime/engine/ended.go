package engine

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// tombstone is what stays of an instance that is over.
type tombstone struct {
	id, key string
	origin
	started record.Instant
	result  types.Value
	end     ending
	settled []closedSettlement
	// keep is how long its process wants it to be kept, 0: as long as there is room.
	keep   record.Instant
	search []byte // the values under which it is found, packed
	// answered are the tasks that were completed last.
	answered []answered
	// requests are those that were done for it last.
	requests []request
}

// origin is what many tombstones have in common.
type origin struct {
	name, plan string
	route      bool
}

// tombstoneWeight is about what a tombstone takes in memory besides its bytes.
const tombstoneWeight = 110

// graveyard remembers instances that are over. There are millions, and hardly
// one is ever looked at, so each is kept as bytes.
type graveyard struct {
	byID    map[string][]byte
	origins []origin // in the order of their first use
	numbers map[origin]uint32
	// Of processes and of routes.
	processes, routes plot
	scratch           []byte // that tombstones are written into
}

// plot are tombstones in rows, one per time that they are kept, the shortest first:
// within a row the first is the first that may go.
type plot struct {
	rows  []*row
	n     int
	bytes int
}

// row are tombstones in the order of their making.
type row struct {
	queue
	keep record.Instant
	// since is when the first of them ended.
	since record.Instant
}

func newGraveyard() graveyard {
	return graveyard{byID: map[string][]byte{}, numbers: map[origin]uint32{}}
}

func (g *graveyard) number(o origin) uint32 {
	n, known := g.numbers[o]
	if !known {
		n = uint32(len(g.origins))
		g.origins = append(g.origins, o)
		g.numbers[o] = n
	}
	return n
}

func (g *graveyard) plot(route bool) *plot {
	if route {
		return &g.routes
	}
	return &g.processes
}

// row is the one of a time, a new one where there is none.
func (p *plot) row(keep record.Instant) *row {
	i, ok := slices.BinarySearchFunc(p.rows, keep, func(r *row, keep record.Instant) int { return cmp.Compare(r.keep, keep) })
	if !ok {
		p.rows = slices.Insert(p.rows, i, &row{keep: keep})
	}
	return p.rows[i]
}

// oldest is the row whose first ended before those of all others, nil where all are
// empty.
func (p *plot) oldest() *row {
	var first *row
	for _, r := range p.rows {
		if r.len() > 0 && (first == nil || r.since < first.since) {
			first = r
		}
	}
	return first
}

func (g *graveyard) known(id string) bool { return g.byID[id] != nil }

// find is what is remembered of an instance, nil for nothing.
func (g *graveyard) find(id string) *tombstone {
	b := g.byID[id]
	if b == nil {
		return nil
	}
	t, _ := g.read(b, SnapshotVersion) // Restore has checked it
	return t
}

func (g *graveyard) read(b []byte, version byte) (*tombstone, error) {
	c, t := snapper{buf: b, version: version}, &tombstone{}
	c.tombstone(g, t)
	if c.err == nil && c.at != len(b) {
		c.fail("there is text after an instance that is over")
	}
	return t, c.err
}

func (g *graveyard) add(t *tombstone) {
	c := snapper{writing: true, version: SnapshotVersion, buf: g.scratch[:0]}
	c.tombstone(g, t)
	if g.scratch = c.buf; cap(g.scratch) > 64<<10 {
		g.scratch = nil
	}
	g.put(t, append(make([]byte, 0, len(c.buf)), c.buf...))
}

func (g *graveyard) put(t *tombstone, b []byte) {
	g.byID[t.id] = b
	p := g.plot(t.route)
	r := p.row(t.keep)
	if r.len() == 0 {
		r.since = t.end.at
	}
	r.push(t.id)
	p.n++
	p.bytes += len(b) + tombstoneWeight
}

// forget drops the first of a row.
func (g *graveyard) forget(p *plot, r *row) {
	id := r.pop()
	p.n--
	p.bytes -= len(g.byID[id]) + tombstoneWeight
	delete(g.byID, id)
	if r.len() > 0 {
		r.since = g.find(r.items[r.head]).end.at
	}
}

// crowded says whether there is no room for one more that has ended.
func (l *Limits) crowded(p *plot, route bool) bool {
	if route {
		return p.n > l.EndedRoutes || p.bytes > l.EndedBytes/4
	}
	return p.n > l.EndedProcesses || p.bytes > l.EndedBytes
}

// makeRoom forgets the oldest beyond the limits. Of a process none that ended
// less than KeepEnded ago: rather than that, starts are refused. A route's key
// is needed for less: a message is known again by its position, and its ID only
// keeps a second publication from being a second message.
func (s *State) makeRoom(route bool, now record.Instant) {
	p := s.ended.plot(route)
	for r := p.oldest(); r != nil && s.limits.crowded(p, route) && (route || !s.young(r, now)); r = p.oldest() {
		s.ended.forget(p, r)
	}
}

// young says whether the first of a row has to be remembered for its key's sake.
func (s *State) young(r *row, now record.Instant) bool {
	return r.since+record.Instant(s.limits.KeepEnded) > now
}

// overcrowded says whether the next that ends would find no room.
func (d *decider) overcrowded() bool {
	p, l := &d.s.ended.processes, &d.s.limits
	if p.n < l.EndedProcesses && p.bytes < l.EndedBytes {
		return false
	}
	r := p.oldest()
	return r != nil && d.s.young(r, d.now)
}

// keeps is how long an instance of the flow that ended so is to be kept, 0: as long as
// there is room.
func (f *flow) keeps(state record.State) record.Instant {
	switch {
	case f.process == nil:
		return 0
	case state == record.Faulted && f.process.FaultNs > 0:
		return record.Instant(f.process.FaultNs)
	}
	return record.Instant(f.process.RetainNs)
}

// outlived is when the first instance that ended has been kept for as long as its
// process wants, 0 for never, and its row. Its key is remembered for KeepEnded in any
// case.
func (s *State) outlived() (at record.Instant, first *row) {
	for _, r := range s.ended.processes.rows {
		if r.keep == 0 || r.len() == 0 {
			continue
		}
		if until := r.since + max(r.keep, record.Instant(s.limits.KeepEnded)); at == 0 || until < at {
			at, first = until, r
		}
	}
	return at, first
}

// MaxForgotten bounds how many ended instances one command forgets.
const MaxForgotten = 64

// forgetOld forgets what has been kept for long enough.
func (d *decider) forgetOld() {
	for range MaxForgotten {
		at, r := d.s.outlived()
		if at == 0 || at > d.now {
			return
		}
		d.emit(record.Forgotten{At: d.now, Instance: r.items[r.head]})
	}
}

func (s *State) forgotten(e *record.Forgotten) string {
	t := s.ended.find(e.Instance)
	if t == nil {
		return "no instance " + e.Instance + " that ended is remembered"
	}
	p := s.ended.plot(t.route)
	r := p.row(t.keep)
	if r.items[r.head] != e.Instance {
		return "the instance " + e.Instance + " is not the next to be forgotten"
	}
	s.ended.forget(p, r)
	return ""
}
