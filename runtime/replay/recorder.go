package replay

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// Encode writes a value of a type as somebody sees it; labels are those of the whole
// value beside the ones that its type says.
type Encode func(v types.Value, t types.Type, labels []string) json.RawMessage

// MaxAsks bounds what one recording holds of asks, and of inputs.
const MaxAsks = 10_000

// Recorder makes a Recording of the events of one instance.
type Recorder struct {
	program *engine.Program
	encode  Encode
	state   *engine.State
	out     Recording
	flow    string                 // that it runs now
	steps   map[uint32]uint32      // activation to step
	open    map[uint32]int         // activation to its ask
	byStep  map[uint32]int         // step to its latest ask that has no answer
	leftAt  map[int]record.Instant // when the latest attempt of an ask left
	kept    map[string]kept        // events, by ID
	err     error
}

type kept struct {
	name    string
	payload map[string]types.Value
}

// NewRecorder records an instance that runs on a program. Errors: none but a bug's.
func NewRecorder(program *engine.Program, instance string, encode Encode) (*Recorder, error) {
	state, err := engine.NewState(engine.DefaultLimits())
	if err != nil {
		return nil, err
	}
	state.AddProgram(program)
	return &Recorder{
		program: program, encode: encode, state: state,
		out:   Recording{Format: Format, Instance: instance, Asks: []Ask{}, Inputs: []Input{}, Steps: []string{}, Undone: []string{}},
		steps: map[uint32]uint32{}, open: map[uint32]int{}, byStep: map[uint32]int{}, kept: map[string]kept{}, leftAt: map[int]record.Instant{},
	}, nil
}

// Recording is the story so far. Errors: the events do not fit the program, or the
// instance cannot be recorded.
func (r *Recorder) Recording() (*Recording, error) {
	if r.err == nil && r.out.Process == "" {
		r.err = fmt.Errorf("its beginning is not in the journal any more")
	}
	return &r.out, r.err
}

// Tell folds events of the shard, in their order; those of other instances are
// passed over.
func (r *Recorder) Tell(events []record.Event) {
	for _, e := range events {
		if r.err == nil {
			r.tell(e)
		}
	}
}

func at(t record.Instant) time.Time { return time.Unix(0, int64(t)).UTC() }

func (r *Recorder) tell(e record.Event) {
	if k, ok := e.(record.EventKept); ok {
		if _, twice := r.kept[k.ID]; !twice {
			r.kept[k.ID] = kept{k.Type, k.Payload}
			_ = r.state.Evolve(k) // whether this one is for the instance shows when it is taken
		}
		return
	}
	if record.About(e) != r.out.Instance {
		return
	}
	if s, ok := e.(record.InstanceStarted); ok {
		r.started(s)
	}
	if r.err != nil || r.out.Process == "" {
		return
	}
	if m, ok := e.(record.InstanceMigrated); ok {
		r.err = fmt.Errorf("it was migrated to the plan %.12s, and a recording is of one plan", m.Plan)
		return
	}
	r.before(e)
	if err := r.state.Evolve(e); err != nil {
		r.err = fmt.Errorf("the journal does not fit its plan: %w", err)
		return
	}
	r.after(e)
}

func (r *Recorder) started(e record.InstanceStarted) {
	var process *plan.Process
	for i := range r.program.Plan().Processes {
		if p := &r.program.Plan().Processes[i]; p.Name == e.Process {
			process = p
		}
	}
	if process == nil {
		r.err = fmt.Errorf("%s is a route: a message of its channel starts it again", e.Process)
		return
	}
	r.flow = e.Process
	r.out.Process, r.out.Key, r.out.Plan, r.out.Started = e.Process, e.Key, e.Plan, at(e.At)
	r.out.Input = r.encode(e.Vars, types.RecordOf(process.Params...), nil)
}

func (r *Recorder) step(index uint32) *plan.Step {
	if s := r.program.Step(r.flow, index); s != nil {
		return s
	}
	return &plan.Step{ID: "dead_letter"}
}

// before notes what an event says about the state before it.
func (r *Recorder) before(e record.Event) {
	switch e := e.(type) {
	case record.StepPassed:
		r.ran(e.Step)
	case record.StepEntered:
		r.steps[e.Activation] = e.Step
		r.ran(e.Step)
	case record.WorkBegun:
		r.steps[e.Activation] = e.Step
		r.ran(e.Step)
	case record.SettlementOwed:
		r.steps[e.Activation] = e.Step
	case record.ChildRecalled:
		r.steps[e.Activation] = e.Step
	case record.CompensationStarted:
		r.steps[e.Activation] = e.Step
		r.undone(e.Step)
	case record.UndoStarted:
		r.steps[e.Activation] = e.Step
		r.undone(e.Step)
	case record.Told:
		r.ran(e.Step)
	case record.Returned:
		r.ran(e.Step)
	case record.Continued:
		r.flow = e.Process
		r.out.Steps = append(r.out.Steps, "continue with "+e.Process)
	case record.MessageTaken:
		r.messageTaken(&e)
	case record.EventTaken:
		r.eventTaken(e)
	default:
		r.people(e)
		r.answered(e)
	}
	if l, ok := e.(record.StepLeft); ok {
		r.left(l)
	}
}

func (r *Recorder) ran(step uint32) { r.out.Steps = append(r.out.Steps, r.step(step).ID) }

func (r *Recorder) undone(step uint32) { r.out.Undone = append(r.out.Undone, r.step(step).ID) }

func (r *Recorder) partial(what string) {
	if r.out.Partial == "" {
		r.out.Partial = what
	}
}

func (r *Recorder) input(i Input) {
	if len(r.out.Inputs) >= MaxAsks {
		r.partial(fmt.Sprintf("more than %d events and answers of people", MaxAsks))
		return
	}
	r.out.Inputs = append(r.out.Inputs, i)
}

func (r *Recorder) eventTaken(e record.EventTaken) {
	k, known := r.kept[e.ID]
	if e.Payload != nil {
		k.payload = e.Payload
		if s := r.step(r.steps[e.Activation]); s.Select != nil && int(e.Arm) < len(s.Select.On) {
			k.name, known = s.Select.On[e.Arm].Event, true
		}
	}
	if !known {
		r.partial("the event " + e.ID)
		return
	}
	r.input(Input{At: at(e.At), Kind: "event", Event: k.name, ID: e.ID, Payload: r.encode(k.payload, types.Ref(k.name), nil)})
}

// people notes what people did.
func (r *Recorder) people(e record.Event) {
	task := func(when record.Instant, activation uint32, kind, by string) {
		r.input(Input{At: at(when), Kind: kind, Step: r.step(r.steps[activation]).ID, By: by})
	}
	switch e := e.(type) {
	case record.TaskAnswered:
		task(e.At, e.Activation, "task", e.By) // the answer follows with StepLeft
	case record.TaskCompleted:
		task(e.At, e.Activation, "task", e.By)
	case record.FaultRaised:
		if e.Cancelled {
			r.verb(Input{At: at(e.At), Kind: "cancel", Reason: e.Detail})
		}
	case record.IncidentResolved:
		r.input(Input{At: at(e.At), Kind: "retry", By: e.By})
	case record.InstanceEnded:
		r.ended(e)
	default:
		r.operated(e)
	}
}

func (r *Recorder) ended(e record.InstanceEnded) {
	end := &End{At: at(e.At), State: string(e.State), Fault: e.Fault}
	if e.Fault != "" {
		end.Fields = r.encode(e.Fields, types.Ref(e.Fault), nil)
	}
	for _, p := range r.program.Plan().Processes {
		if p.Name == r.flow && e.State == record.Completed && p.Result.Kind != types.Void {
			end.Result = r.encode(e.Result, p.Result, nil)
		}
	}
	r.out.End = end
}

// after notes what an event says about the state after it: what an attempt asks for
// is made of the state.
func (r *Recorder) after(e record.Event) {
	started, ok := e.(record.AttemptStarted)
	if !ok {
		return
	}
	for _, effect := range r.state.Pending() {
		if t := effect.Of(); t.Activation == started.Activation && t.Attempt == started.Attempt {
			r.asked(started, effect)
			return
		}
	}
	r.partial("what the step " + r.step(r.steps[started.Activation]).ID + " asked for")
}

func (r *Recorder) asked(e record.AttemptStarted, effect engine.Effect) {
	i, again := r.open[e.Activation]
	if !again {
		a, asks := AskOf(r.program, r.flow, r.step(r.steps[e.Activation]), effect, r.encode)
		if !asks {
			return // the news of an end is nobody's business here
		}
		if len(r.out.Asks) >= MaxAsks {
			r.partial(fmt.Sprintf("more than %d asks", MaxAsks))
			return
		}
		a.At = at(e.At)
		i = len(r.out.Asks)
		r.out.Asks = append(r.out.Asks, a)
		r.open[e.Activation] = i
	}
	r.byStep[r.steps[e.Activation]] = i
	r.leftAt[i] = e.At
	r.out.Asks[i].Attempts = append(r.out.Asks[i].Attempts, Attempt{Cloud: e.Cloud})
}
