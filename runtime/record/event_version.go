package record

import "github.com/cob-lang/cob/lang/types"

// FullShare is the share of a rollout whose plan all new instances start with.
const FullShare = 1_000_000

// MigrateInstance moves an instance to another plan of its package, between two of
// its commits.
type MigrateInstance struct {
	Instance string
	Plan     string // digest
	By       string
	Reason   string
}

// SetRollout lets a share of the new instances of a process start with Newer, the
// others with Older.
type SetRollout struct {
	Process      string // qualified
	Newer, Older string // digests
	Share        uint32 // of FullShare
	// Over says that all start with Newer from now on, and nothing is counted any more.
	Over bool
	By   string
}

func (MigrateInstance) command() {}
func (SetRollout) command()      {}

// InstanceMigrated: the instance goes on with another plan. Places says where each of
// its activations is in it; what is Gone begins anew there. Done are the steps of what
// it has completed, in that order, as the other plan counts them.
type InstanceMigrated struct {
	At       Instant
	Instance string
	Plan     string
	Places   []Moved
	Gone     []uint32
	Done     []uint32
	Set      map[string]types.Value
	By       string
	Reason   string
}

// Moved is an activation in another plan. Block is one more than the number of the
// flow's block, 0 for none.
type Moved struct{ Activation, Step, Block, Next uint32 }

// MigrationFailed: a value that a migration gives cannot be computed for this
// instance, which goes on with the plan that it has.
type MigrationFailed struct {
	At       Instant
	Instance string
	Plan     string // that it was to go on with
	Detail   string
	By       string
}

// RolloutSet: from now on Share of the new instances of the process start with
// Newer. Where Over, all do.
type RolloutSet struct {
	At           Instant
	Process      string
	Newer, Older string
	Share        uint32
	Over         bool
	By           string
}

func (InstanceMigrated) event() {}
func (MigrationFailed) event()  {}
func (RolloutSet) event()       {}

const (
	tagInstanceMigrated byte = 220
	tagMigrationFailed  byte = 221
	tagRolloutSet       byte = 222
)

// writeVersion writes such an event, and says whether it was one.
func (c *coder) writeVersion(ev Event) bool {
	switch e := ev.(type) {
	case InstanceMigrated:
		c.buf = append(c.buf, tagInstanceMigrated)
		e.code(c)
	case MigrationFailed:
		c.buf = append(c.buf, tagMigrationFailed)
		e.code(c)
	case RolloutSet:
		c.buf = append(c.buf, tagRolloutSet)
		e.code(c)
	default:
		return false
	}
	return true
}

// weighVersion is the weight of the parts of such an event that have no bound.
func weighVersion(ev Event) int {
	const number = 5 // a number of 32 bits
	switch e := ev.(type) {
	case InstanceMigrated:
		return len(e.Plan) + len(e.By) + len(e.Reason) + number*(4*len(e.Places)+len(e.Gone)+len(e.Done)) + weighFields(e.Set)
	case MigrationFailed:
		return len(e.Plan) + len(e.Detail) + len(e.By)
	case RolloutSet:
		return len(e.Process) + len(e.Newer) + len(e.Older) + len(e.By)
	}
	return 0
}

func (e *InstanceMigrated) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.text(&e.Plan)
	n := c.sized(len(e.Places), 4)
	if !c.writing && n > 0 {
		e.Places = make([]Moved, n)
	}
	for i := range e.Places {
		p := &e.Places[i]
		for _, v := range []*uint32{&p.Activation, &p.Step, &p.Block, &p.Next} {
			c.u32(v)
		}
	}
	c.numbers(&e.Gone)
	c.numbers(&e.Done)
	c.record(&e.Set)
	c.raw(&e.By)
	c.raw(&e.Reason)
}

// sized writes or reads how many things of at least size bytes follow.
func (c *coder) sized(n, size int) int {
	if c.writing {
		v := uint64(n)
		c.uint(&v)
		return n
	}
	return c.count(size)
}

func (c *coder) numbers(list *[]uint32) {
	n := c.sized(len(*list), 1)
	if !c.writing && n > 0 {
		*list = make([]uint32, n)
	}
	for i := range *list {
		c.u32(&(*list)[i])
	}
}

func (e *MigrationFailed) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.text(&e.Plan)
	c.raw(&e.Detail)
	c.raw(&e.By)
}

func (e *RolloutSet) code(c *coder) {
	c.when(&e.At)
	c.text(&e.Process)
	c.text(&e.Newer)
	c.text(&e.Older)
	c.u32(&e.Share)
	c.bool(&e.Over)
	c.raw(&e.By)
}
