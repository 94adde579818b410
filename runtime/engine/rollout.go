package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"math/bits"
	"slices"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
)

// rollout lets a share of the new instances of a process start with one plan and the
// others with another one, and counts how both end.
type rollout struct {
	newer, older string
	share        uint32
	since        record.Instant
	ended        [2]Measure // on the newer one, on the older one
	// troubled are the living instances that needed a person since it began.
	troubled map[string]bool
}

// Measure is how instances of one plan ended while a rollout ran.
type Measure struct {
	Instances uint64 `json:"instances"`
	Faulted   uint64 `json:"faulted"`
	Troubled  uint64 `json:"troubled"` // that needed a person
	// Took are how many took how long, by the number of their bucket; see bucketOf.
	Took map[uint16]uint64 `json:"took,omitempty"`
}

// Plus is the sum of the measures of two shards.
func (m Measure) Plus(o Measure) Measure {
	sum := Measure{m.Instances + o.Instances, m.Faulted + o.Faulted, m.Troubled + o.Troubled, maps.Clone(m.Took)}
	for bucket, n := range o.Took {
		if sum.Took == nil {
			sum.Took = map[uint16]uint64{}
		}
		sum.Took[bucket] += n
	}
	return sum
}

// bucketBits is how finely durations are told apart: a bucket is at most an eighth of
// its durations wide.
const bucketBits = 3

// bucketOf numbers durations in nanoseconds, shorter ones first.
func bucketOf(ns int64) uint16 {
	n := uint64(max(ns, 0))
	exponent := bits.Len64(n)
	if exponent <= bucketBits {
		return uint16(n)
	}
	fraction := n >> (exponent - 1 - bucketBits) & (1<<bucketBits - 1)
	return uint16(exponent)<<bucketBits | uint16(fraction)
}

// bucketFrom is the shortest duration of a bucket.
func bucketFrom(bucket uint16) int64 {
	exponent, fraction := int(bucket>>bucketBits), int64(bucket&(1<<bucketBits-1))
	if exponent == 0 {
		return int64(bucket)
	}
	return (1<<bucketBits | fraction) << (exponent - 1 - bucketBits)
}

// Middle is how long the instance in the middle took, in nanoseconds, to an eighth; 0
// where there is none.
func (m Measure) Middle() int64 {
	seen := uint64(0)
	for _, bucket := range slices.Sorted(maps.Keys(m.Took)) {
		if seen += m.Took[bucket]; 2*seen >= m.Instances {
			return bucketFrom(bucket)
		}
	}
	return 0
}

// Rollout is a rollout as one shard knows it.
type Rollout struct {
	Process      string
	Newer, Older string // digests
	Share        uint32 // of record.FullShare
	Since        record.Instant
	New, Old     Measure
}

// Rollouts are those that run, by process.
func (s *State) Rollouts() []Rollout {
	var list []Rollout
	for _, process := range sortedKeys(s.rollouts) {
		r := s.rollouts[process]
		list = append(list, Rollout{process, r.newer, r.older, r.share, r.since, r.ended[0].Plus(Measure{}), r.ended[1].Plus(Measure{})})
	}
	return list
}

// partOf is which part of FullShare a value belongs to: the same one for ever, on every
// shard. A larger share so keeps what a smaller one had.
func partOf(newer, process string, v types.Value) uint32 {
	sum := sha256.Sum256([]byte(newer + "\x00" + process + "\x00" + correlation(v)))
	part, _ := bits.Mul64(binary.BigEndian.Uint64(sum[:]), record.FullShare)
	return uint32(part)
}

// planFor is the digest of the plan that a new instance starts with, "" for the
// active one. A value that cannot be computed goes the way that is known.
func (s *State) planFor(process string, input map[string]types.Value) string {
	r := s.rollouts[process]
	if r == nil {
		return ""
	}
	p := s.programs[r.newer]
	if p == nil || p.shares[process] == nil || s.programs[r.older] == nil || s.programs[r.older].flows[process] == nil {
		return ""
	}
	v, err := p.shares[process].eval(maps.Clone(input))
	if err == nil && partOf(r.newer, process, v) < r.share {
		return r.newer
	}
	return r.older
}

// setRollout changes a rollout, or begins or ends one.
func (d *decider) setRollout(c *record.SetRollout) record.Reply {
	if no := d.s.unready(c); no != nil {
		return record.Reply{Rejected: no}
	}
	now := d.s.rollouts[c.Process]
	switch {
	case c.Over && now == nil, !c.Over && now != nil && now.newer == c.Newer && now.older == c.Older && now.share == c.Share:
		return record.Reply{Existing: true}
	}
	d.emit(record.RolloutSet{At: d.now, Process: c.Process, Newer: c.Newer, Older: c.Older, Share: c.Share, Over: c.Over, By: c.By})
	return record.Reply{}
}

// unready says why a rollout cannot be, nil where it can.
func (s *State) unready(c *record.SetRollout) *record.Rejection {
	missing := ""
	switch {
	case c.Share > record.FullShare:
		return reject(record.Invalid, "a share is at most %d, not %d", record.FullShare, c.Share).Rejected
	case !s.HasProgram(c.Newer):
		missing = c.Newer
	case !c.Over && !s.HasProgram(c.Older):
		missing = c.Older
	default:
		return tooLong("name of the person", c.By)
	}
	return reject(record.UnknownPlan, "the plan %s is not stored here: deploy it first", missing).Rejected
}

// onlyRollouts lets those of an activation run, and no other one of its package.
func (d *decider) onlyRollouts(c *record.ActivatePlan) {
	for _, process := range sortedKeys(d.s.rollouts) {
		wanted := slices.ContainsFunc(c.Rollouts, func(r record.SetRollout) bool { return r.Process == process })
		if r := d.s.rollouts[process]; !wanted && packageOf(process) == c.Package {
			d.emit(record.RolloutSet{At: d.now, Process: process, Newer: r.newer, Older: r.older, Share: r.share, Over: true})
		}
	}
	for i := range c.Rollouts {
		d.setRollout(&c.Rollouts[i])
	}
}

func (s *State) rolloutSet(e *record.RolloutSet) {
	now := s.rollouts[e.Process]
	switch {
	case e.Over:
		delete(s.rollouts, e.Process)
	case now != nil && now.newer == e.Newer && now.older == e.Older:
		now.share = e.Share
	default:
		s.rollouts[e.Process] = &rollout{newer: e.Newer, older: e.Older, share: e.Share, since: e.At, troubled: map[string]bool{}}
	}
}

// endRollouts ends those of a package, of which another plan is active now.
func (s *State) endRollouts(pkg string) {
	maps.DeleteFunc(s.rollouts, func(process string, _ *rollout) bool { return packageOf(process) == pkg })
}

// side is which of the two plans of its rollout an instance runs on.
func (s *State) side(x *instance) (r *rollout, m *Measure) {
	if r = s.rollouts[x.flow.name]; r == nil {
		return nil, nil
	}
	switch x.flow.program.digest {
	case r.newer:
		return r, &r.ended[0]
	case r.older:
		return r, &r.ended[1]
	}
	return nil, nil
}

// noteTrouble notes that an instance needs a person.
func (s *State) noteTrouble(x *instance) {
	if r, _ := s.side(x); r != nil {
		r.troubled[x.id] = true
	}
}

// noteEnd counts an instance that ended.
func (s *State) noteEnd(x *instance, at record.Instant, state record.State) {
	r, m := s.side(x)
	if r == nil {
		return
	}
	m.Instances++
	if state == record.Faulted {
		m.Faulted++
	}
	if r.troubled[x.id] {
		m.Troubled++
		delete(r.troubled, x.id)
	}
	if m.Took == nil {
		m.Took = map[uint16]uint64{}
	}
	m.Took[bucketOf(int64(at-x.started))]++
}

func (c *snapper) rollouts(s *State) {
	names := sortedKeys(s.rollouts)
	for i := range c.size(len(names)) {
		var name string
		r := &rollout{troubled: map[string]bool{}}
		if c.writing {
			name = names[i]
			r = s.rollouts[name]
		}
		c.text(&name)
		c.text(&r.newer)
		c.text(&r.older)
		c.u32(&r.share)
		c.when(&r.since)
		c.names(r.troubled)
		for side := range r.ended {
			c.measure(&r.ended[side])
		}
		if c.err == nil && !c.writing {
			s.rollouts[name] = r
		}
	}
}

func (c *snapper) names(set map[string]bool) {
	list := sortedKeys(set)
	for i := range c.size(len(list)) {
		var name string
		if c.writing {
			name = list[i]
		}
		c.text(&name)
		set[name] = true
	}
}

func (c *snapper) measure(m *Measure) {
	c.uint(&m.Instances)
	c.uint(&m.Faulted)
	c.uint(&m.Troubled)
	buckets := slices.Sorted(maps.Keys(m.Took))
	for i := range c.size(len(buckets)) {
		var bucket uint32
		var n uint64
		if c.writing {
			bucket = uint32(buckets[i])
			n = m.Took[buckets[i]]
		}
		c.u32(&bucket)
		c.uint(&n)
		if !c.writing {
			if m.Took == nil {
				m.Took = map[uint16]uint64{}
			}
			m.Took[uint16(bucket)] = n
		}
	}
}

// linkRollouts compiles what decides who belongs to the share of a rollout.
func (p *Program) linkRollouts() error {
	p.shares = map[string]*evaluator{}
	for i := range p.plan.Rollouts {
		r := &p.plan.Rollouts[i]
		run, err := compile(&r.By, p.universe)
		if err != nil {
			return &LinkError{r.Process, r.At, err.Error()}
		}
		p.shares[r.Process] = run
	}
	return nil
}
