package replay

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// MaxRounds bounds the decisions of one replay: what an instance that never ends
// needs to be noticed.
const MaxRounds = 100_000

// keepEvents is how long an event waits for an instance that asks for it later than it
// did then.
const keepEvents = time.Hour

// MaxDifferences bounds how many are told of one recording.
const MaxDifferences = 100

// Difference is something that the present source would do otherwise.
type Difference struct {
	// Kind is one of input, call, order, step, people, event, undo, end.
	Kind string `json:"kind"`
	Step string `json:"step,omitempty"`
	What string `json:"what"` // one sentence
}

func (d Difference) String() string {
	if d.Step == "" {
		return d.What
	}
	return d.Step + ": " + d.What
}

// ReadError says why a text is no recording that can be replayed.
type ReadError struct{ Reason string }

func (e *ReadError) Error() string { return e.Reason }

// Read reads recordings: one, or a list of them. Errors: *ReadError.
func Read(text []byte) ([]Recording, error) {
	var list []Recording
	if trimmed := bytes.TrimSpace(text); len(trimmed) == 0 || trimmed[0] != '[' {
		list = make([]Recording, 1)
		if err := json.Unmarshal(text, &list[0]); err != nil {
			return nil, &ReadError{"it is no recording: " + err.Error()}
		}
	} else if err := json.Unmarshal(text, &list); err != nil {
		return nil, &ReadError{"it is no list of recordings: " + err.Error()}
	}
	for i := range list {
		switch r := &list[i]; {
		case r.Format > Format:
			return nil, &ReadError{fmt.Sprintf("it has form %d, and this program reads %d: use a newer cob", r.Format, Format)}
		case r.Format < 1 || r.Process == "":
			return nil, &ReadError{"it is no recording; cob record ID writes one"}
		}
	}
	return list, nil
}

// Replay runs a recorded instance against a program and says what would differ, none
// where nothing does.
func Replay(program *engine.Program, r *Recording) []Difference {
	p := &player{program: program, then: r, now: record.Instant(r.Started.UnixNano()), used: make([]bool, len(r.Asks)), steps: map[uint32]uint32{}, open: map[uint32]*Ask{}}
	p.encode = func(v types.Value, t types.Type, _ []string) json.RawMessage {
		return program.Universe().EncodeJSON(nil, v, t)
	}
	p.run()
	return p.found
}

// player is the world of one replay.
type player struct {
	program *engine.Program
	then    *Recording
	encode  Encode
	state   *engine.State
	check   *expression.Checker
	flow    string
	now     record.Instant
	agenda  []event // by time, those of one time in the order of their making
	made    int
	used    []bool          // asks of the recording
	open    map[uint32]*Ask // what each activation asked for, nil for what it did not ask for then
	steps   map[uint32]uint32
	ran     []string
	undone  []string
	took    []string // IDs of events and messages
	offered uint64   // messages
	asked   []Ask    // now
	ended   *End
	lost    bool // an ask has no answer, so what follows is not known
	found   []Difference
}

type event struct {
	at     record.Instant
	number int
	do     func()
}

func (p *player) differs(kind, step, format string, args ...any) {
	if len(p.found) < MaxDifferences {
		p.found = append(p.found, Difference{kind, step, fmt.Sprintf(format, args...)})
	}
}

func (p *player) later(at record.Instant, do func()) {
	p.put(event{max(at, p.now), p.made, do})
}

func (p *player) put(e event) {
	p.made++
	p.agenda = append(p.agenda, e)
	slices.SortFunc(p.agenda, func(a, b event) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.number, b.number)) })
}

func (p *player) run() {
	if p.then.Partial != "" {
		p.differs("input", "", "the recording is not whole and cannot be replayed: it lacks %s", p.then.Partial)
		return
	}
	var err error
	if p.state, err = engine.NewState(engine.DefaultLimits()); err == nil {
		p.check, err = expression.NewChecker(p.program.Universe(), p.program.Plan().Refinements)
	}
	if err != nil {
		p.differs("input", "", "%v", err)
		return
	}
	p.state.AddProgram(p.program)
	p.send(record.ActivatePlan{Package: p.program.Plan().Package, Digest: p.program.Digest()})
	if !p.begin() {
		return
	}
	p.schedule()
	p.play()
	p.compare()
}

// process is a process of the program, nil where there is none.
func (p *player) process(name string) *plan.Process {
	for i := range p.program.Plan().Processes {
		if x := &p.program.Plan().Processes[i]; x.Name == name {
			return x
		}
	}
	return nil
}

// read reads a value of the recording by a type of the program.
func (p *player) read(text json.RawMessage, t types.Type, owner string) (types.Value, error) {
	v, err := p.program.Universe().DecodeJSON(text, t, types.Strict)
	if err != nil {
		return nil, err
	}
	if problems := p.check.CheckAs(owner, v, t); len(problems) > 0 {
		return nil, problems
	}
	return v, nil
}

func (p *player) begin() bool {
	process := p.process(p.then.Process)
	if process == nil {
		p.differs("input", "", "there is no process %s", p.then.Process)
		return false
	}
	v, err := p.read(p.then.Input, types.RecordOf(process.Params...), process.Name)
	if err != nil {
		p.differs("input", "", "the input would be refused: %v", err)
		return false
	}
	input, _ := v.(map[string]types.Value)
	key, declared, err := p.program.Key(process.Name, input)
	if err != nil {
		p.differs("input", "", "the key cannot be computed: %v", err)
		return false
	}
	if declared && key != p.then.Key && !hiddenIn(key) && !hiddenIn(p.then.Key) {
		p.differs("input", "", "its key was %q and would be %q", p.then.Key, key)
	}
	p.flow = process.Name
	return p.send(record.StartInstance{Process: process.Name, Key: p.then.Key, Input: input}) == nil
}

// send lets the engine decide, and carries out what follows.
func (p *player) send(c record.Command) *record.Rejection {
	if p.made++; p.made > MaxRounds {
		p.lost = true
		return nil
	}
	events, effects, reply := p.state.Decide(c, engine.Facts{Now: p.now})
	for _, e := range events {
		p.note(e)
	}
	for _, e := range effects {
		p.effect(e)
	}
	return reply.Rejected
}

// schedule lets happen again what reached the instance from outside.
func (p *player) schedule() {
	for i := range p.then.Inputs {
		in := &p.then.Inputs[i]
		// Answers that came at the same moment came before.
		p.put(event{record.Instant(in.At.UnixNano()), MaxRounds + i, func() { p.input(in) }})
	}
}

// play goes on from one thing that happens to the next until nothing does any more, or
// the recording is over.
func (p *player) play() {
	for !p.lost && p.ended == nil && p.made < MaxRounds {
		due, timer := p.state.NextDue()
		switch {
		case len(p.agenda) > 0 && (!timer || p.agenda[0].at <= due):
			e := p.agenda[0]
			p.agenda = p.agenda[1:]
			p.now = e.at
			e.do()
		case timer && !p.state.OnlyReminders() && p.timeGoesOn(due):
			p.now = max(p.now, due)
			for _, c := range p.state.Due(p.now, 1) {
				p.send(c)
			}
		default:
			return
		}
	}
}

// timeGoesOn says whether time goes on to a timer: an instance that had not ended is
// followed as far as its recording goes.
func (p *player) timeGoesOn(due record.Instant) bool {
	if p.then.End != nil {
		return true
	}
	last := p.then.Started
	for i := range p.then.Asks {
		if a := p.then.Asks[i].At; a.After(last) {
			last = a
		}
	}
	for i := range p.then.Inputs {
		if a := p.then.Inputs[i].At; a.After(last) {
			last = a
		}
	}
	return due <= record.Instant(last.UnixNano())
}

func (p *player) input(in *Input) {
	id := record.InstanceID(p.then.Process, p.then.Key)
	switch in.Kind {
	case "event":
		p.event(in)
	case "message":
		p.message(in)
	case "task":
		p.task(in)
	case "cancel":
		if no := p.send(record.CancelInstance{Instance: id, Reason: in.Reason}); no != nil {
			p.differs("people", "", "it was cancelled, and could not be: %s", no.Detail)
		}
	case "retry":
		if no := p.send(record.RetryInstance{Instance: id, By: in.By}); no != nil {
			p.differs("people", "", "its incident was retried, and there would be none")
		}
	default:
		p.operate(id, in)
	}
}

func (p *player) event(in *Input) {
	v, err := p.read(in.Payload, types.Ref(in.Event), "")
	if err != nil {
		p.differs("event", "", "the event %s would be refused: %v", in.Event, err)
		return
	}
	payload, _ := v.(map[string]types.Value)
	p.send(record.DeliverEvent{Type: in.Event, ID: in.ID, Payload: payload, Until: p.now + record.Instant(keepEvents)})
}

func (p *player) task(in *Input) {
	var open *engine.Task
	for _, t := range p.state.Tasks() {
		if t.Step == in.Step && open == nil {
			open = &t
		}
	}
	if open == nil {
		p.differs("people", in.Step, "%s answered the task, and it would not be open then", who(in.By))
		p.lost = true
		return
	}
	form, err := p.read(in.Form, open.Form, "")
	if err != nil {
		p.differs("people", in.Step, "the answer of %s would be refused: %v", who(in.By), err)
		p.lost = true
		return
	}
	// The groups of then are not known: whoever did it had a right to.
	groups := open.Groups
	if no := p.send(record.CompleteTask{Instance: open.Instance, Activation: open.Activation, By: in.By, Groups: groups, Form: form}); no != nil {
		p.differs("people", in.Step, "%s could not answer the task: %s", who(in.By), no.Detail)
		p.lost = true
	}
}

func who(by string) string {
	if by == "" {
		return "somebody"
	}
	return by
}
