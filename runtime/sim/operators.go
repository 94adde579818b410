package sim

import (
	"fmt"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// patient is how many of 1000 operators let an instance with an incident simply try
// again.
const patient = 550

// operator does something about an instance with an incident, and in the end lets it
// try again.
func (w *world) operator(instance string) {
	w.figures.Incidents++
	wait := w.random.between(second, minute)
	if w.load.Operated && !w.random.chance(patient) {
		w.agenda.after(wait, func() { w.meddle(instance) })
		wait += w.random.between(second, minute)
	}
	w.agenda.after(wait, func() {
		w.wishes++
		w.verb(instance, "", record.RetryInstance{Instance: instance, By: "olga", Request: wished(w.wishes)})
	})
}

// maxStrolls is how many looks operators take at a world, and one more.
const maxStrolls = 6

// stroll is an operator who looks at some instance of a shard and does something
// about it.
func (w *world) stroll() {
	s := w.random.below(len(w.audits))
	living := w.audits[s].state.Instances(func(v engine.Summary) bool { return v.Ended == 0 || v.Settlements > 0 })
	if len(living) > 0 {
		w.meddle(living[w.random.below(len(living))].Instance)
	}
}

// meddle is what an operator does with an instance, with or without need.
func (w *world) meddle(instance string) {
	w.wishes++
	why, asked := fmt.Sprint("wish ", w.wishes), wished(w.wishes)
	if len(w.load.Programs) > 1 && w.random.chance(400) {
		if w.random.chance(200) {
			w.reshare()
		}
		w.migrate(instance, why)
		return
	}
	switch w.random.below(10) {
	case 0:
		bare := w.options.Plant == BareTerminate
		w.verb(instance, terminatedWords(instance), record.TerminateInstance{Instance: instance, By: "olga", Reason: why, Bare: bare, Request: asked})
	case 1, 2, 3:
		w.skip(instance, why, asked)
	case 4, 5:
		w.verb(instance, "resume "+why, record.ResumeInstance{Instance: instance, By: "olga", Reason: why, Request: asked})
	case 6, 7, 8:
		w.goBack(instance, why, asked)
	default:
		w.verb(instance, "retry "+why, record.RetryInstance{Instance: instance, By: "olga", Reason: why, Request: asked})
	}
}

// wished is the request of a wish.
func wished(n int) record.Request { return record.Request{ID: fmt.Sprint("wish ", n), Of: uint64(n)} }

func terminatedWords(instance string) string { return "ended " + instance }

// verb tells a shard what an operator wants until there is an answer. words are
// what its journal says once the answer is yes, "" for nothing in particular.
func (w *world) verb(instance, words string, cmd record.Command) {
	w.verbAnew(instance, words, always(cmd))
}

func (w *world) verbAnew(instance, words string, command func(try int) record.Command) {
	s := w.shardOf(instance)
	if w.options.Plant == VerbsWithoutNames {
		named := command
		command = func(try int) record.Command { return nameless(named(try)) }
	}
	w.persist(s, command, func(r record.Reply) bool {
		if w.options.Plant == VerbsForgotten && r.Rejected != nil {
			r.Rejected = nil
		}
		if r.Rejected == nil {
			w.figures.Verbs++
			if words != "" {
				w.said(s, words)
			}
		}
		return true
	})
}

// nameless is a verb as somebody says it who does not say which request it is.
func nameless(cmd record.Command) record.Command {
	switch c := cmd.(type) {
	case record.SkipStep:
		c.Request = record.Request{}
		return c
	case record.ResumeInstance:
		c.Request = record.Request{}
		return c
	case record.ResetInstance:
		c.Request = record.Request{}
		return c
	case record.RetryInstance:
		c.Request = record.Request{}
		return c
	}
	return cmd
}

// goBack lets an instance go back to a statement of its body.
func (w *world) goBack(instance, why string, asked record.Request) {
	a := w.audits[w.shardOf(instance)]
	v, ok := a.state.Instance(instance)
	if !ok {
		return
	}
	var targets []engine.ResetTarget
	for _, step := range w.stepsOf(v.Process) {
		if t, err := a.state.Resettable(instance, step); err == nil {
			targets = append(targets, t)
		}
	}
	if len(targets) > 0 {
		t := targets[w.random.below(len(targets))]
		w.verb(instance, "back "+why, record.ResetInstance{Instance: instance, Step: t.Step, By: "olga", Reason: why, Request: asked})
	}
}

// stepsOf are the statements of the body of a process or route, in any version.
func (w *world) stepsOf(name string) (ids []string) {
	for _, p := range w.load.Programs {
		for i := range p.Plan().Processes {
			if d := &p.Plan().Processes[i]; d.Name == name {
				for j := range d.Flow.Body {
					ids = append(ids, d.Flow.Body[j].ID)
				}
			}
		}
	}
	return ids
}

// skip takes a step as done that waits or has an incident. What was to be done there
// the operator does by hand, as the commit says so; what cannot be done by hand is
// said to be undone.
func (w *world) skip(instance, why string, asked record.Request) {
	a := w.audits[w.shardOf(instance)]
	v, ok := a.state.Instance(instance)
	if !ok || len(v.Waits) == 0 {
		return
	}
	wait := v.Waits[w.random.below(len(v.Waits))]
	wish := func(activation uint32) (record.SkipStep, bool) {
		t, err := a.state.Skippable(instance, "", activation)
		if err != nil {
			return record.SkipStep{}, false
		}
		cmd := record.SkipStep{Instance: instance, Activation: t.Activation, Step: t.Step, Undone: true, By: "olga", Reason: why, Request: asked}
		if t.Wants {
			cmd.Value = madeUp(t.Type)
		}
		c, asked := a.calls[place{instance, t.Activation}]
		switch {
		case !asked && wait.Kind == "call":
			return cmd, false // nobody knows what to do by hand
		case !asked:
		case w.outside.clouds(c.Endpoint) == 1:
			if out := w.load.Behave(askOf(c)); out.Unit != "" {
				cmd.Undone = false
				if t.Wants {
					cmd.Value = out.Value
				}
			}
		}
		return cmd, true
	}
	cmd, can := wish(wait.Activation)
	if !can {
		return
	}
	w.verbAnew(instance, "skip "+why, func(try int) record.Command {
		if w.options.Plant == SkipWhatComesNext && try > 0 {
			if again, can := wish(0); can {
				again.Request = record.Request{}
				return again
			}
		}
		return cmd
	})
}

// madeUp is a value of a type.
func madeUp(t types.Type) types.Value {
	switch t.Kind {
	case types.Int:
		return int64(1)
	case types.Bool:
		return true
	case types.Record:
		fields := map[string]types.Value{}
		for _, f := range t.Fields {
			fields[f.Name] = madeUp(f.Type)
		}
		return fields
	}
	return "made up"
}

func askOf(c engine.Call) Ask {
	return Ask{Endpoint: c.Endpoint, Operation: c.Operation, Cloud: c.Cloud, Key: c.Key, Args: c.Args}
}

// clouds counts where an endpoint can be asked.
func (o *outside) clouds(endpoint string) int {
	for _, e := range o.world.load.Programs[0].Plan().Endpoints {
		if e.Name == endpoint {
			return len(e.Bindings)
		}
	}
	return 0
}

// byHand is what an operator does in place of a step that is skipped: the same work
// under the same key.
func (w *world) byHand(c engine.Call, e record.StepSkipped) {
	s := w.outside.service(c.Endpoint, c.Cloud)
	known := w.load.Behave(askOf(c))
	if e.Undoable || known.Undoes != "" {
		w.trace("olga asks %s.%s at %s by hand, key %s", c.Endpoint, c.Operation, c.Cloud, c.Key)
		w.outside.serve(s, askOf(c))
	}
}
