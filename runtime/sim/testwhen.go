package sim

import (
	"fmt"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// somebody does what a test does without saying who.
const somebody = "test"

// when does a line of the test. Where the next line says that it is refused, a
// refusal is no failure.
func (b *bench) when(w *plan.When, refused bool) {
	wanted, err := b.act(w)
	b.outcome = err
	if refused && refusal(err) != nil {
		err = nil
	}
	if err == nil {
		err = b.settle()
	}
	if err != nil {
		if refusal(err) != nil {
			wanted = "somebody who may, or then refused on the next line"
		}
		b.fail(wanted, err.Error())
	}
}

// act does what the line says; wanted says what that is, for when it cannot be
// done.
func (b *bench) act(w *plan.When) (wanted string, err error) {
	switch w.Kind {
	case plan.WhenStart:
		return "an instance of " + short(w.Process), b.begin(w)
	case plan.WhenPublish:
		payload, _ := b.value(w.Value).(map[string]types.Value)
		b.publishes(w.Event, payload, "the test")
		return "the event " + short(w.Event), b.deliver(w.Event, string(b.at), payload)
	case plan.WhenSend:
		return "a message in " + short(w.Channel), b.sends(w.Channel, string(b.at), b.value(w.Value), "the test")
	case plan.WhenComplete, plan.WhenClaim:
		return "an open task " + w.Task, b.work(w)
	case plan.WhenAdvance:
		b.advance(w)
		return "", nil
	case plan.WhenCancel:
		return "an instance of " + short(w.Process) + " that runs", b.cancel(w)
	case plan.WhenRetry:
		return "an incident at " + w.Step.Step, b.retry(w)
	case plan.WhenCrash:
		if w.Step != nil {
			b.armed = append(b.armed, w)
			return "", nil
		}
		return "an instance that goes on after a crash", b.crash()
	case plan.WhenReload:
		return "a version that can be activated", b.reload(w.With)
	}
	return "a step of a test that this program knows", fmt.Errorf("%q: use a newer cob", w.Kind)
}

// begin starts an instance under its declared key, else under its place.
func (b *bench) begin(w *plan.When) error {
	input := b.input(w.Process, w.Args)
	key, declared, err := b.program.Key(w.Process, input)
	if err != nil {
		return err
	}
	if !declared {
		key = string(b.at)
	}
	b.last = record.InstanceID(w.Process, key)
	b.trace("the test started %s", short(w.Process))
	return b.decide(record.StartInstance{Process: w.Process, Plan: b.program.Digest(), Key: key, Input: input})
}

// input are arguments by parameter; those that are null are left out.
func (b *bench) input(process string, trees []expression.Tree) map[string]types.Value {
	input := map[string]types.Value{}
	args := b.values(trees)
	for _, p := range b.own.Plan().Processes {
		for i := range p.Params {
			if p.Name == process && i < len(args) && args[i] != nil {
				input[p.Params[i].Name] = args[i]
			}
		}
	}
	return input
}

// work claims or completes the oldest open task of a name.
func (b *bench) work(w *plan.When) error {
	task := b.openTask(w.Step.Flow, w.Task)
	if task == nil {
		return fmt.Errorf("there is none: %s", b.becameOf())
	}
	by, groups := w.By, task.Groups
	if by == "" {
		by = somebody
	}
	if w.As != "" {
		groups = w.Groups
	}
	if w.Kind == plan.WhenClaim {
		return b.tries(by, "claimed "+w.Task, "claim "+w.Task, record.ClaimTask{Instance: task.Instance, Activation: task.Activation, By: by, Groups: groups})
	}
	if w.By == "" && task.ClaimedBy != "" {
		by = task.ClaimedBy
	}
	form := b.value(w.Value)
	return b.tries(by, "completed "+w.Task+" with "+show(form), "complete "+w.Task,
		record.CompleteTask{Instance: task.Instance, Activation: task.Activation, By: by, Groups: groups, Form: form})
}

func (b *bench) openTask(flow, name string) *engine.Task {
	for _, t := range b.core.State().Tasks() {
		if t.Process == flow && t.Name == name {
			return &t
		}
	}
	return nil
}

func (b *bench) advance(w *plan.When) {
	until := b.now + nanos(w.ForNs)
	if w.UntilNs != nil {
		if until = nanos(record.Instant(*w.UntilNs) - b.start); until < b.now {
			b.fail("a time that is still to come", "it is already later")
			return
		}
	}
	b.run(until)
}

// latest is the latest instance of a process.
func (b *bench) latest(process string) (string, bool) {
	for i := len(b.instances) - 1; i >= 0; i-- {
		if b.flows[b.instances[i]] == process {
			return b.instances[i], true
		}
	}
	return "", false
}

func (b *bench) cancel(w *plan.When) error {
	id, ok := b.latest(w.Process)
	if !ok {
		return fmt.Errorf("none was started")
	}
	b.trace("the test cancelled %s", short(w.Process))
	return b.decide(record.CancelInstance{Instance: id, By: somebody, Reason: "the test says so"})
}

// retry lets the latest instance with an incident at a step try again.
func (b *bench) retry(w *plan.When) error {
	for i := len(b.instances) - 1; i >= 0; i-- {
		id := b.instances[i]
		if b.flows[id] != w.Step.Flow {
			continue
		}
		d, _ := b.core.State().Instance(id)
		for _, wait := range d.Waits {
			if wait.Incident != "" && wait.Step == w.Step.Step {
				b.trace("the test retried %s", w.Step.Step)
				return b.decide(record.RetryInstance{Instance: id, By: somebody})
			}
		}
	}
	return fmt.Errorf("there is none: %s", b.becameOf())
}
