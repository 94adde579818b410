package engine

import (
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
	// answered are the tasks that were completed last.
	answered []answered
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
	processes, routes row
	scratch           []byte // that tombstones are written into
}

// row are tombstones in the order of their making.
type row struct {
	queue
	bytes int
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

func (g *graveyard) row(route bool) *row {
	if route {
		return &g.routes
	}
	return &g.processes
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
	g.put(t.id, t.route, append(make([]byte, 0, len(c.buf)), c.buf...))
}

func (g *graveyard) put(id string, route bool, b []byte) {
	g.byID[id] = b
	r := g.row(route)
	r.push(id)
	r.bytes += len(b) + tombstoneWeight
}

// oldest is when the first in the row ended.
func (g *graveyard) oldest(r *row) record.Instant { return g.find(r.items[r.head]).end.at }

func (g *graveyard) forget(r *row) {
	id := r.pop()
	r.bytes -= len(g.byID[id]) + tombstoneWeight
	delete(g.byID, id)
}

// crowded says whether there is no room for one more that has ended.
func (l *Limits) crowded(r *row, route bool) bool {
	if route {
		return r.len() > l.EndedRoutes || r.bytes > l.EndedBytes/4
	}
	return r.len() > l.EndedProcesses || r.bytes > l.EndedBytes
}

// makeRoom forgets the oldest beyond the limits. Of a process none that ended
// less than KeepEnded ago: rather than that, starts are refused. A route's key
// is needed for less: a message is known again by its position, and its ID only
// keeps a second publication from being a second message.
func (s *State) makeRoom(route bool, now record.Instant) {
	r := s.ended.row(route)
	for r.len() > 0 && s.limits.crowded(r, route) && (route || !s.young(r, now)) {
		s.ended.forget(r)
	}
}

// young says whether the oldest of a row has to be remembered.
func (s *State) young(r *row, now record.Instant) bool {
	return s.ended.oldest(r)+record.Instant(s.limits.KeepEnded) > now
}

// overcrowded says whether the next that ends would find no room.
func (d *decider) overcrowded() bool {
	r, l := &d.s.ended.processes, &d.s.limits
	full := r.len() >= l.EndedProcesses || r.bytes >= l.EndedBytes
	return full && r.len() > 0 && d.s.young(r, d.now)
}
