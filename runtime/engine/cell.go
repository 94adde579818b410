package engine

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// What a cell holds at most, and for how long.
const (
	// MaxGroup bounds the messages of a group that an aggregate gathers; together they
	// take Limits.BytesPerCommand at most.
	MaxGroup = plan.MaxGroup
	// MaxWaiting bounds the messages that wait for their turn in one sequence of a
	// resequence, and MaxWaitingBytes what they take.
	MaxWaiting      = 1000
	MaxWaitingBytes = 16 << 20
	// RememberAsked is how long it is remembered which messages a group has had, in case
	// that one comes again, behind the end of the group: while it gathers, it knows all
	// of its own. Beyond MaxAsked the oldest are forgotten, but none that came or whose
	// group ended within RememberAtLeast.
	RememberAsked   = record.Instant(600e9)
	RememberAtLeast = record.Instant(60e9)
	MaxAsked        = 100_000
	// KeepSequence is how long a sequence in which nothing comes any more is known.
	KeepSequence = record.Instant(24 * 3600e9)
)

// cell is what a word of a route keeps for one key. It lives in the shard that its
// name says, and so do the instances that come out of it.
type cell struct {
	id   string
	flow *flow // of the plan that used it last
	step uint32
	key  string
	due  record.Instant // when it is to be looked at, 0 for never
	// mark is, of a throttle, when the next message may go on; of a resequence the
	// number that comes next, where counts.
	mark   int64
	counts bool
	bytes  int
	values []types.Value // of the group that is gathered
	closes record.Instant
	asked  []asked // messages that were gathered, oldest first; the last ones are values
	known  map[string]struct{}
	held   []heldPart // by number, and then by arrival
	busy   string     // the instance whose turn it is
}

type asked struct {
	part string
	at   record.Instant // when it came, or its group went on
}

// heldPart is a message that waits for its turn.
type heldPart struct {
	part, key string
	number    int64
	vars      map[string]types.Value
	since     record.Instant
}

// holds says whether messages are in the cell.
func (c *cell) holds() bool { return len(c.values)+len(c.held) > 0 }

// gathering is how many of the messages that are remembered are in the group that is
// gathered: all of its own, but in snapshots of versions that forgot some.
func (c *cell) gathering() int { return min(len(c.values), len(c.asked)) }

// Holding is how many cells hold messages that have not gone on yet.
func (s *State) Holding() (n int) {
	for _, c := range s.cells {
		if c.holds() {
			n++
		}
	}
	return n
}

func (s *State) setCellDue(c *cell, due record.Instant) {
	if c.due == due {
		return
	}
	had := c.due != 0
	c.due = due
	if had {
		s.timers.forget(s.stale)
	}
	if due != 0 {
		s.timers.push(timer{due: due, cell: c})
	}
}

// applyCell applies what happens to cells, and says why it does not fit.
func (s *State) applyCell(ev record.Event) string {
	if e, opens := ev.(record.CellOpened); opens {
		return s.cellOpened(&e)
	}
	c := s.cells[cellOf(ev)]
	if c == nil {
		return "there is no cell " + cellOf(ev)
	}
	switch e := ev.(type) {
	case record.CellMarked:
		c.mark = e.Mark
		s.setCellDue(c, e.Due)
	case record.CellGathered:
		s.cellGathered(c, &e)
	case record.CellEmptied:
		for i := range c.gathering() {
			c.asked[len(c.asked)-1-i].at = e.At
		}
		c.values, c.bytes, c.closes = nil, 0, 0
		s.setCellDue(c, e.Due)
	case record.CellHeld:
		h := heldPart{e.Part, e.Key, e.Number, e.Vars, e.At}
		i, _ := slices.BinarySearchFunc(c.held, e.Number+1, func(o heldPart, n int64) int { return cmp.Compare(o.number, n) })
		c.held = slices.Insert(c.held, i, h)
		c.bytes += record.WeightOf(e.Vars)
		s.setCellDue(c, e.Due)
	case record.CellReleased:
		i := slices.IndexFunc(c.held, func(h heldPart) bool { return h.part == e.Part })
		if i < 0 {
			return "nothing of this name waits in the cell " + c.id
		}
		c.bytes -= record.WeightOf(c.held[i].vars)
		c.held = slices.Delete(c.held, i, i+1)
		c.mark, c.counts, c.busy = max(e.Number+1, c.mark), true, e.Part
		s.setCellDue(c, e.Due)
	case record.CellClosed:
		s.setCellDue(c, 0)
		delete(s.cells, c.id)
	}
	return ""
}

// cellOf is the cell that an event is about.
func cellOf(ev record.Event) string {
	switch e := ev.(type) {
	case record.CellMarked:
		return e.Cell
	case record.CellGathered:
		return e.Cell
	case record.CellEmptied:
		return e.Cell
	case record.CellHeld:
		return e.Cell
	case record.CellReleased:
		return e.Cell
	case record.CellClosed:
		return e.Cell
	}
	return ""
}

func (s *State) cellOpened(e *record.CellOpened) string {
	p := s.programs[e.Plan]
	if p == nil {
		return "the plan " + e.Plan + " is not here"
	}
	f := p.flows[e.Route]
	if f == nil || int(e.Step) >= len(f.steps) || f.steps[e.Step].word == nil {
		return "the plan has no such word in " + e.Route
	}
	c := s.cells[e.Cell]
	if c == nil {
		c = &cell{id: e.Cell, known: map[string]struct{}{}}
		s.cells[e.Cell] = c
	}
	c.flow, c.step, c.key = f, e.Step, e.Key
	return ""
}

func (s *State) cellGathered(c *cell, e *record.CellGathered) {
	old, past := 0, len(c.asked)-c.gathering()
	for old < past && (c.asked[old].at+RememberAsked <= e.At || len(c.asked)-old >= MaxAsked) {
		delete(c.known, c.asked[old].part)
		old++
	}
	if old > 0 {
		c.asked = append([]asked(nil), c.asked[old:]...)
	}
	c.asked = append(c.asked, asked{e.Part, e.At})
	c.known[e.Part] = struct{}{}
	c.values = append(c.values, e.Value)
	c.bytes += record.WeightOf(e.Value)
	c.closes = e.Due
	s.setCellDue(c, e.Due)
}

// partBegan lets an instance begin behind the word that handed its message on.
func (s *State) partBegan(e *record.PartBegan) string {
	x := s.get(e.Instance)
	if x == nil {
		return "there is no instance " + e.Instance
	}
	if int(e.Step) >= len(x.flow.steps) || x.flow.steps[e.Step].word == nil || len(x.acts) != 1 {
		return "its flow has no such word, or it is on its way"
	}
	x.part, x.cell = e.Step+1, e.Cell
	x.acts[0].next = x.flow.steps[e.Step].word.place
	return ""
}

// partOver notes that the turn of an instance is over.
func (s *State) partOver(x *instance) {
	if c := s.cells[x.cell]; c != nil && c.busy == x.id {
		c.busy = ""
	}
}

// cellsOf is how many cells belong to a plan.
func (s *State) cellsOf(digest string) (n int) {
	for _, c := range s.cells {
		if c.flow.program.digest == digest {
			n++
		}
	}
	return n
}
