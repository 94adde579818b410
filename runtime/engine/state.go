package engine

import (
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/report"
)

// Facts are what a decision may know besides the state.
type Facts struct {
	// Now is the time of the decision. It may stand still and never matters for
	// safety: timers compare it with what they were set to.
	Now record.Instant
	// Health is a picture of the clouds; nil knows nothing.
	Health placement.View
}

// State is one shard: its instances and what they wait for. It changes only by
// Evolve. One goroutine owns it.
type State struct {
	limits    Limits
	programs  map[string]*Program
	active    map[string]string    // package to digest
	instances map[string]*instance // to be reached by get, or by peek for a look
	ended     graveyard
	positions map[string]uint64 // by route
	timers    timers
	waiting   waitIndex
	kept      keptEvents
	tasks     map[taskRef]struct{}
	poisoned  int // instances that a bug of this program stopped
	aside     map[string]*aside
	plant     func(stage Stage, key string) // nil but in tests
	received  map[string]*received          // by receiver
	stuck     int                           // instances with an incident
	cells     map[string]*cell
	ways      ways
	rollouts  map[string]*rollout // by process

	// awake are the instances that are not packed, and some that are over; at packNext
	// of them those that wait for long are packed.
	awake              []*instance
	packFrom, packNext int
	packing            []byte // workspace of packing

	env       map[string]types.Value // workspace of evaluations
	reporting bool                   // a plan that is known makes reports
	deciding  bool                   // and not folding
	awaiting  []waitKey              // channels that somebody began to wait for in this decision
}

type taskRef struct {
	instance   string
	activation uint32
}

// instance is a process or a route that is not over, or that still has a
// settlement to close. Timers and arms point at it, so it stays where it is while it
// is packed.
type instance struct {
	id   string
	flow *flow
	*body
	packed string // what it is while body is nil
}

// body is what an instance has besides its name.
type body struct {
	key      string
	started  record.Instant
	position uint64 // of the message that started a route
	channel  string
	// part is one more than the word of a route that handed the message on, 0 where it
	// came from outside; cell is where the word keeps something for it, "" for nowhere.
	part uint32
	cell string

	// vars, and what the completed steps remember, are bytes until somebody asks.
	vars []types.Value
	raw  []byte
	// acts are ordered by id; dead ones stay until half of them are.
	acts  []*activation
	alive int
	last  uint32 // the highest activation number used
	steps uint32
	stuck int // activations with an incident
	works int // activations of what was begun
	// progress is what the instance said last about how far it is.
	progress string
	// people have completed a task of it, the first one first; answered are the
	// latest MaxAnswered of these tasks.
	people   []string
	answered []answered
	done     []doneStep
	path     *report.Path // of a flow that makes reports
	// backs are the highest activation numbers used whenever it had gone back: what
	// stands above has keys of its own.
	backs  []uint32
	search []byte // the values under which it is found, packed
	// depth is how many instances waited for it when it began, one for the other.
	depth uint32
	// requests are the latest MaxRequests that were done for it.
	requests []request
	poison   *poison // nothing happens to it while there is one

	phase   phase
	result  types.Value
	over    *ending
	settled []closedSettlement
}

// phase is how far an instance is.
type phase uint8

const (
	forward  phase = iota // the flow runs
	returned              // the result is there, kept branches run on
	undoing               // a fault left the flow or it was cancelled
	finished              // it is over; settlements may be open
)

// ending is why and how an instance does not run forward any more.
type ending struct {
	at        record.Instant
	state     record.State
	step      uint32
	fault     string
	fields    map[string]types.Value
	detail    string
	cancelled bool
}

// doneStep is a completed step that can be undone, with the variables that its
// compensation reads.
type doneStep struct {
	step  uint32
	cloud string
	vals  []types.Value
	scope uint32 // the activation of the scope that it is undone with, 0: the instance
}

// closedSettlement is an unknown outcome that nobody asks for any more.
type closedSettlement struct {
	activation, step uint32
	cloud            string
	since            record.Instant
	outcome          record.Outcome
	detail           string
}

// role is what an activation is to its parent.
type role uint8

const (
	roleRoot       role = iota // the body of the flow
	roleStep                   // a step that waits or whose block runs
	roleBranch                 // one branch of a parallel step
	roleUndo                   // a compensation
	roleSettlement             // an unknown outcome that is asked for
	roleLetter                 // a dead letter
	roleWork                   // what was begun and is not waited for, or what came of it
	roleTell                   // who is told of the end of the instance
	roleRecall                 // a child that is not wanted any more
	lastRole       = roleRecall
)

// none stands for no activation, no block.
const none = ^uint32(0)

// activation is a place where an instance is: a block that runs, or a step that
// waits.
type activation struct {
	id, parent, step uint32
	block            uint32 // of the flow, none where no block runs
	next             uint32 // which step of the block comes next
	round            uint32 // of a loop; finished branches of a parallel step
	children         uint32
	attempt          uint32
	role             role
	inflight         bool // an attempt is under way
	stuck            bool // an incident is open here
	detached         bool // a branch that runs on after its join
	dead             bool
	since, due       record.Instant
	items            []types.Value
	x                *extra
}

// extra is what few activations have.
type extra struct {
	cloud    string // of the attempt under way, or where the undone work was done
	vars     []types.Value
	tried    []tried
	base     uint32 // the attempt that the count of tries begins after
	by       string // who claimed a task
	incident string
	doubts   []doubt // of a settlement: those at its cloud that it took over
	of       uint32  // of a settlement: the activation of the step
	ofTry    uint32  // and its attempt
	adopted  bool    // the attempt under way is still the step's own
	outcome  record.Outcome
	detail   string   // why the last attempt failed
	result   *outcome // of work that has ended
	watch    *watch   // of who is told of the end
	child    string   // instance that is there and is waited for
	// escalated says that another role is asked to do the task, too.
	escalated bool
	layer     *layer // variables of its own
	exit      *exit  // what follows when all that it holds has ended
	// Of a parallel loop: how many rounds run at a time and how many have to end; 0
	// is as many as there is room for, and as the plan says.
	width, need uint32
	// Of a machine: the state it is in, and how many of its times are over.
	state, fired uint32
}

type tried struct {
	cloud string
	times uint32
}

// doubt is an attempt whose outcome is unknown, at a cloud.
type doubt struct {
	cloud   string
	attempt uint32
}

// NewState is an empty shard. Errors: *LimitError.
func NewState(limits Limits) (*State, error) {
	if err := limits.Validate(); err != nil {
		return nil, err
	}
	s := &State{limits: limits, programs: map[string]*Program{}, packFrom: DefaultAwake}
	s.reset()
	return s, nil
}

func (s *State) reset() {
	s.active = map[string]string{}
	s.instances = map[string]*instance{}
	s.ended = newGraveyard()
	s.positions = map[string]uint64{}
	s.timers = timers{}
	s.waiting = waitIndex{}
	s.kept.reset()
	s.tasks = map[taskRef]struct{}{}
	s.poisoned, s.aside = 0, map[string]*aside{}
	s.received = map[string]*received{}
	s.cells = map[string]*cell{}
	s.awaiting = nil
	s.rollouts = map[string]*rollout{}
	s.awake, s.packNext = nil, s.packFrom
	s.stuck = 0
	s.env = map[string]types.Value{}
}

// AddProgram makes a plan known, so that instances can be pinned to it. It has
// to be there before events of such instances are evolved or restored.
func (s *State) AddProgram(p *Program) {
	if s.programs[p.digest] == nil {
		s.programs[p.digest] = p
		for _, arm := range p.arms {
			s.kept.lookFor(arm)
		}
		for _, f := range p.flows {
			s.reporting = s.reporting || f.reports
		}
	}
}

// DropProgram forgets a plan that no package and no rollout starts instances with and
// no living instance is pinned to; it says whether it did. It looks at all instances.
func (s *State) DropProgram(digest string) bool {
	for _, active := range s.active {
		if active == digest {
			return false
		}
	}
	for _, r := range s.rollouts {
		if r.newer == digest || r.older == digest {
			return false
		}
	}
	if s.InUse(digest) > 0 {
		return false
	}
	delete(s.programs, digest)
	return true
}

// HasProgram says whether the plan of the digest is known.
func (s *State) HasProgram(digest string) bool { return s.programs[digest] != nil }

// Active is the digest of the plan that new instances of a package start with,
// "" for none.
func (s *State) Active(pkg string) string { return s.active[pkg] }

// place is where the activation is in acts, or would be.
func (x *instance) place(id uint32) int {
	lo, hi := 0, len(x.acts)
	for lo < hi {
		mid := (lo + hi) / 2
		if x.acts[mid].id < id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// find is a living activation, or nil.
func (x *instance) find(id uint32) *activation {
	if i := x.place(id); i < len(x.acts) && x.acts[i].id == id && !x.acts[i].dead {
		return x.acts[i]
	}
	return nil
}

func (a *activation) more() *extra {
	if a.x == nil {
		a.x = &extra{}
	}
	return a.x
}

// frame says whether a block runs in the activation.
func (a *activation) frame() bool { return a.block != none }

// scope is the compensation around a, or nil where the flow's own variables
// hold.
func (x *instance) scope(a *activation) *activation {
	for a != nil && a.role != roleRoot {
		if a.role == roleUndo {
			return a
		}
		if a.parent == none {
			return nil
		}
		a = x.find(a.parent)
	}
	return nil
}
