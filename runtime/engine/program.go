package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/policy"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/placement"
)

// Program is a plan made quick to run. It is never changed after Link and may be
// used by several goroutines at once.
type Program struct {
	digest    string
	plan      *plan.Plan
	universe  *types.Universe
	flows     map[string]*flow
	endpoints map[string]*plan.Endpoint
	failovers map[string]*plan.Failover
	channels  map[string]*plan.Channel
	// refinements are those of the parameters of processes.
	refinements *expression.Checker
	same        map[string]*evaluator // of channels with dedupe_by
	// policies are the rules about people, by the name of the policy.
	policies map[string]*policy.Program
	// shares say by process what decides whether an instance belongs to the share of a
	// rollout.
	shares map[string]*evaluator
	// arms are all (event, path) pairs that its selects look for.
	arms []armPath
	// absent is what the plan has and nothing here runs.
	absent []Unsupported
}

// Digest is the name of the plan.
func (p *Program) Digest() string { return p.digest }

// Plan is the plan itself; it must not be changed.
func (p *Program) Plan() *plan.Plan { return p.plan }

// Universe finds the types of the plan.
func (p *Program) Universe() *types.Universe { return p.universe }

// flow is the body of a process or a route, flattened: steps and blocks are
// named by their place in a walk, parents first, so the same plan always gives
// the same numbers.
type flow struct {
	program     *Program
	name        string
	process     *plan.Process // or
	route       *plan.Route
	steps       []step
	blocks      []block // the first is the body
	vars        []variable
	slots       map[string]int32
	key         *expr // of the process, over its parameters
	hasChildren bool  // one of its steps calls a process
	continues   bool  // one of its steps lets the instance begin again
	reports     bool  // one of its steps makes a report
	search      []searched
	// storesArgs says that variables may change while a call waits, so the
	// arguments have to be remembered.
	storesArgs bool
	// layered says that branches have variables of their own; gated that a step may
	// wait for another of the instance; closes that a step may have to be closed when
	// it is stopped.
	layered, gated, closes bool
	marks                  map[string]*mark
	bound                  []int  // how often each variable is set; a parameter once more
	onCancel               uint32 // of blocks; none where there is nothing to do
	deadlineNs             int64  // 0 for none
}

type variable struct {
	name string
	typ  types.Type
}

type block struct {
	steps []uint32
	name  string
}

// step is a plan step with everything looked up. blocks are the flow's blocks
// that belong to it: Blocks, then the arms of a select (on, after), the catches
// of a call, the else of a task, and last the compensation.
type step struct {
	plan   *plan.Step
	id     string
	kind   plan.Kind
	slot   int32 // of Var, -1 for none
	expr   *expr
	blocks []uint32
	comp   int32 // which of blocks compensates, -1 for none
	// undoer is the step that awaits this one and says how to undo it, -1 for none;
	// undoes is the endpoint of what an await waits for.
	undoer int32
	undoes string
	undone bool // something may undo it, or it undoes something
	awaits bool // of a start: for the end of what it starts
	catch  []caught
	reads  []int32
	arms   []*expr
	call   *call
	start  *start
	sel    *selection
	until  *expr
	shows  []*expr // of a task: what the person sees
	// candidates are the users and the groups that a task names, each where it does.
	candidates []*expr
	about      []string // of a task: the labels of what it shows and asks for
	join       plan.Join
	// elseBlock is the block of a task that nobody did in time, -1 for none.
	elseBlock int32
	region    *region
	word      *word  // of a route
	absent    string // why it cannot be run
}

// call is a CallStep with its endpoint, operation and failover.
type call struct {
	endpoint   *plan.Endpoint
	operation  *plan.Operation
	args       []*expr
	key        *evaluator // over the parameters
	ownKey     *expr      // of this call, over the variables; it goes before key
	exprs      []*expr    // args, and ownKey where there is one
	failover   *plan.Failover
	order      *placement.Order    // of what the policy allows
	never      []placement.Ordered // what it forbids
	sameCloud  string
	candidates int
	timeoutNs  int64
}

type caught struct {
	fault string // "" is every fault that no block before it takes
	slot  int32
	block int32 // of the step
}

type start struct {
	target *plan.Process // nil where another package declares it
	args   []*expr
	key    *evaluator
}

type selection struct {
	on        []onArm
	afterNs   int64 // the shortest delay, 0 where there is none
	hasAfter  bool
	afterArm  int32 // which block of the step it runs
	elseArm   int32 // the same where no arm can go at once, -1: it waits
	eventList []string
	first     int32 // which block of the step its first arm runs
}

type onArm struct {
	armPath
	slot   int32
	equals *expr
	where  *expr
	handle *expr
	varOf  string
	// transient says that only what comes while it waits counts.
	transient bool
	channel   bool // it takes messages; event is then the receiver
}

// armPath is what a select looks an event or a message up by: its type, or the receiver, and the path of the
// field that has to fit, "" where every event is looked at.
type armPath struct{ event, path string }

// LinkError says which place of a plan this engine cannot run.
type LinkError struct {
	Flow   string
	At     plan.Place
	Reason string
}

func (e *LinkError) Error() string {
	return fmt.Sprintf("%s: %s: %s", e.At, e.Flow, e.Reason)
}

// Link makes a plan quick to run. Errors, joined where there are several:
// *UnsupportedError for what this engine cannot run yet; *LinkError for a step that
// names what the plan does not have, one of a place at most, and one that says the same.
func Link(p *plan.Plan, digest string) (*Program, error) {
	parts := unsupported(p)
	prog, err := link(p, digest, parts)
	if len(parts) > 0 {
		return nil, errors.Join(&UnsupportedError{parts}, err)
	}
	return prog, err
}

func link(p *plan.Plan, digest string, absent []Unsupported) (*Program, error) {
	prog := &Program{
		digest: digest, plan: p, absent: absent, universe: types.NewUniverse(p.Types),
		flows: map[string]*flow{}, endpoints: map[string]*plan.Endpoint{},
		failovers: map[string]*plan.Failover{}, channels: map[string]*plan.Channel{},
	}
	for i := range p.Endpoints {
		prog.endpoints[p.Endpoints[i].Name] = &p.Endpoints[i]
	}
	for i := range p.Failovers {
		prog.failovers[p.Failovers[i].Name] = &p.Failovers[i]
	}
	wrong := []error{prog.linkRefinements(), prog.linkChannels(), prog.linkPolicies()}
	for i := range p.Processes {
		wrong = append(wrong, prog.linkProcess(&p.Processes[i]))
	}
	for i := range p.Routes {
		wrong = append(wrong, prog.linkRoute(&p.Routes[i]))
	}
	wrong = append(wrong, prog.linkRollouts())
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return prog, nil
}

func (p *Program) linkProcess(d *plan.Process) error {
	f := &flow{program: p, name: d.Name, process: d, slots: map[string]int32{}, marks: map[string]*mark{}, onCancel: none}
	for _, param := range d.Params {
		f.declare(param.Name, param.Type)
	}
	l := linker{flow: f, ruled: ruled{program: p}}
	if d.Key != nil {
		f.key = l.expr(d.Key, d.At)
	}
	f.deadlineNs = d.DeadlineNs
	l.searchFields()
	return l.finish(d.Flow.Body, d.OnCancel, d.At)
}

func (p *Program) linkRoute(d *plan.Route) error {
	f := &flow{program: p, name: d.Name, route: d, slots: map[string]int32{}, marks: map[string]*mark{}, onCancel: none}
	channel := p.channels[d.From]
	switch {
	case d.Event != "":
		f.declare(d.Var, types.Ref(d.Event))
	case d.From == "" && len(p.absent) > 0:
		return nil // it reads what nothing here can give it
	case channel == nil:
		return &LinkError{d.Name, d.At, "reads the channel " + d.From + ", which the plan does not have"}
	}
	if channel != nil {
		f.declare(d.Var, channel.Type)
	}
	l := linker{flow: f, ruled: ruled{program: p}}
	return l.finish(p.runnable(d.Flow.Body), nil, d.At)
}

func (f *flow) declare(name string, t types.Type) int32 {
	if name == "" {
		return -1
	}
	if slot, ok := f.slots[name]; ok {
		return slot
	}
	slot := int32(len(f.vars))
	f.vars = append(f.vars, variable{name, t})
	f.slots[name] = slot
	return slot
}

// at is the place of a step in the source.
func (f *flow) at(step uint32) string {
	if int(step) < len(f.steps) {
		return string(f.steps[step].plan.At)
	}
	return ""
}

func (f *flow) stepID(step uint32) string {
	if int(step) < len(f.steps) {
		return f.steps[step].id
	}
	return "dead_letter"
}

// carries is the digest of the plan where it holds a process of another package: that
// one runs as it stands here, whether or not its package is active by itself.
func (p *Program) carries(process string) string {
	if f := p.flows[process]; f != nil && packageOf(process) != p.plan.Package {
		return p.digest
	}
	return ""
}

func packageOf(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[:i]
	}
	return ""
}
