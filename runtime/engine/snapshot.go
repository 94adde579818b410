package engine

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// SnapshotVersion is the form that Snapshot writes.
const SnapshotVersion = 11

// oldestSnapshot is the first form that Restore reads. A form adds what the one
// before could not hold.
const oldestSnapshot = 2

// SnapshotError says why bytes are no snapshot that this program can restore.
type SnapshotError struct {
	Offset int // in bytes
	Reason string
}

func (e *SnapshotError) Error() string {
	return fmt.Sprintf("the snapshot cannot be restored (byte %d): %s", e.Offset, e.Reason)
}

// Snapshot appends the whole state. The same state gives the same bytes.
func (s *State) Snapshot(to []byte) []byte {
	c := &snapper{buf: append(to, SnapshotVersion), writing: true, version: SnapshotVersion}
	c.texts(s.active)
	names := sortedKeys(s.positions)
	c.size(len(names))
	for _, name := range names {
		position := s.positions[name]
		c.text(&name)
		c.uint(&position)
	}
	c.uint(&s.kept.last)
	events := s.kept.inOrder()
	c.size(len(events))
	for _, e := range events {
		c.keptEvent(e)
	}
	c.listFlows(s)
	ids := s.ids()
	c.buf = slices.Grow(c.buf, s.atLeast())
	c.size(len(ids))
	for _, id := range ids {
		c.instance(s, s.instances[id])
	}
	c.graveyard(&s.ended)
	c.receivers(s)
	c.cells(s)
	c.asides(s)
	c.rollouts(s)
	return c.buf
}

// atLeast bounds what the instances take in a snapshot from below, in bytes, so that a
// large one is not moved again and again as it grows.
func (s *State) atLeast() (n int) {
	for _, x := range s.instances {
		n += len(x.id) + len(x.packed)
	}
	return n
}

// Digest is the SHA-256 of the snapshot: equal states, equal digests.
func (s *State) Digest() [32]byte { return sha256.Sum256(s.Snapshot(nil)) }

// Restore replaces the state by a snapshot. The plans that its instances are
// pinned to have to be known. Errors: *SnapshotError, and then the state is
// empty.
func (s *State) Restore(from []byte) error {
	s.reset()
	c := &snapper{buf: from}
	if len(from) == 0 || from[0] < oldestSnapshot || from[0] > SnapshotVersion {
		return &SnapshotError{0, "it has another form: use a newer cob"}
	}
	c.at, c.version = 1, from[0]
	c.texts(s.active)
	for range c.size(0) {
		var name string
		var position uint64
		c.text(&name)
		c.uint(&position)
		s.positions[name] = position
	}
	c.uint(&s.kept.last)
	for range c.size(0) {
		e := &keptEvent{}
		c.keptEvent(e)
		if c.err != nil {
			break
		}
		s.kept.add(e)
		if e.next != "" {
			s.kept.parted = append(s.kept.parted, e)
		}
	}
	if c.version > 8 {
		c.listFlows(s)
	}
	for range c.size(0) {
		x := &instance{}
		c.instance(s, x)
		if c.err != nil {
			break
		}
		s.adopt(x)
	}
	if c.err == nil {
		c.graveyard(&s.ended)
	}
	if c.err == nil && c.version > 4 {
		c.receivers(s)
	}
	if c.err == nil && c.version > 5 {
		c.cells(s)
	}
	if c.err == nil && c.version > 6 {
		c.asides(s)
	}
	if c.err == nil && c.version > 10 {
		c.rollouts(s)
	}
	if c.err == nil && c.at != len(from) {
		c.err = errors.New("there is text after it")
	}
	if c.err != nil {
		at := c.at
		s.reset()
		return &SnapshotError{at, c.err.Error()}
	}
	return nil
}

// adopt takes in an instance that was read.
func (s *State) adopt(x *instance) {
	s.instances[x.id] = x
	x.count()
	if x.stuck > 0 || x.poison != nil {
		s.stuck++
	}
	if x.poison != nil {
		s.poisoned++
	} else {
		s.enlist(x)
	}
	if !s.pack(x, 0) {
		s.awake = append(s.awake, x)
	}
}

// count finds again what follows from the activations of an instance.
func (x *instance) count() {
	for _, a := range x.acts {
		x.alive++
		if a.role == roleWork {
			x.works++
		}
		if a.stuck {
			x.stuck++
		}
		if a.parent != none {
			if p := x.find(a.parent); p != nil {
				p.children++
			}
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// snapper writes or reads: what is kept is listed once, for both directions.
// The first error of reading stays.
type snapper struct {
	buf     []byte
	at      int
	writing bool
	version byte // of the form
	err     error
	flows   []pinned // of the instances, nil where each names its own
	scratch []byte
	owned   bool // the bytes are its own, and were checked
}

// pinned is a flow of a plan that instances run.
type pinned struct{ digest, name string }

// listFlows writes or reads the flows of the instances, once each.
func (c *snapper) listFlows(s *State) {
	c.flows = []pinned{}
	if c.writing {
		found := map[pinned]bool{}
		for _, x := range s.instances {
			if p := (pinned{x.flow.program.digest, x.flow.name}); !found[p] {
				found[p] = true
				c.flows = append(c.flows, p)
			}
		}
		slices.SortFunc(c.flows, pinned.compare)
	}
	for i := range c.size(len(c.flows)) {
		if !c.writing {
			c.flows = append(c.flows, pinned{})
		}
		c.text(&c.flows[i].digest)
		c.text(&c.flows[i].name)
	}
}

func (p pinned) compare(o pinned) int {
	return cmp.Or(strings.Compare(p.digest, o.digest), strings.Compare(p.name, o.name))
}

// flowNumber is the place of a flow in the list, 0 for none.
func (c *snapper) flowNumber(f *flow) uint32 {
	if f == nil {
		return 0
	}
	n, _ := slices.BinarySearchFunc(c.flows, pinned{f.program.digest, f.name}, pinned.compare)
	return uint32(n)
}

func (c *snapper) fail(reason string) {
	if c.err == nil {
		c.err = errors.New(reason)
	}
}

func (c *snapper) uint(v *uint64) {
	if c.writing {
		c.buf = binary.AppendUvarint(c.buf, *v)
		return
	}
	if c.err != nil {
		return
	}
	n, size := binary.Uvarint(c.buf[c.at:])
	if size <= 0 {
		c.fail("it ends too early")
		return
	}
	*v = n
	c.at += size
}

// size writes or reads a number of things of at least one byte each.
func (c *snapper) size(n int) int {
	v := uint64(n)
	c.uint(&v)
	if !c.writing && v > uint64(len(c.buf)-c.at) {
		c.fail("it ends too early")
	}
	if c.err != nil {
		return 0
	}
	return int(v)
}

func (c *snapper) u32(v *uint32) {
	n := uint64(*v)
	c.uint(&n)
	*v = uint32(n)
}

func (c *snapper) when(v *record.Instant) {
	n := uint64(*v)
	c.uint(&n)
	*v = record.Instant(n)
}

// bits packs flags into one number.
func (c *snapper) bits(flags ...*bool) {
	var n uint64
	for i, f := range flags {
		if *f {
			n |= 1 << i
		}
	}
	c.uint(&n)
	for i, f := range flags {
		*f = n>>i&1 == 1
	}
}

func (c *snapper) text(v *string) {
	n := c.size(len(*v))
	if c.writing {
		c.buf = append(c.buf, *v...)
		return
	}
	if c.err == nil {
		*v = string(c.buf[c.at : c.at+n])
		c.at += n
	}
}

func (c *snapper) texts(m map[string]string) {
	if c.writing {
		keys := sortedKeys(m)
		c.size(len(keys))
		for _, k := range keys {
			v := m[k]
			c.text(&k)
			c.text(&v)
		}
		return
	}
	for range c.size(0) {
		var k, v string
		c.text(&k)
		c.text(&v)
		m[k] = v
	}
}

func (c *snapper) value(v *types.Value) {
	if c.writing {
		c.buf = record.AppendValue(c.buf, *v)
		return
	}
	if c.err != nil {
		return
	}
	got, rest, err := record.ReadValue(c.buf[c.at:])
	if err != nil {
		c.err = err
		return
	}
	*v = got
	c.at = len(c.buf) - len(rest)
}

// record is a map that may be absent.
func (c *snapper) record(m *map[string]types.Value) {
	var v types.Value
	if *m != nil {
		v = *m
	}
	c.value(&v)
	if !c.writing {
		*m, _ = v.(map[string]types.Value)
	}
}

// list is a list that may be absent.
func (c *snapper) list(l *[]types.Value) {
	var v types.Value
	if *l != nil {
		v = *l
	}
	c.value(&v)
	if !c.writing {
		*l, _ = v.([]types.Value)
	}
}
