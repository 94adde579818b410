package sim

import (
	"fmt"

	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// crew are the people who do tasks. Whoever has one may be any of them.
var crew = [...]string{"ada", "bob", "cleo"}

// people look at the tasks that a commit brought.
func (w *world) people(a *audit) {
	if w.load.Answer == nil || a.state.Counts().Tasks == 0 {
		return
	}
	for _, t := range a.state.Tasks() {
		p := place{t.Instance, t.Activation}
		if a.tasks[p] {
			continue
		}
		a.tasks[p] = true
		w.figures.Tasks++
		form, does := w.load.Answer(t)
		if !does {
			continue
		}
		wait := w.random.between(100*millisecond, 20*second)
		if w.random.chance(100) {
			wait += w.random.between(day, 3*day)
		}
		if ends := nanos(t.Due-birth) - w.agenda.now; t.Due != 0 && w.random.chance(300) {
			wait = max(0, ends+w.random.between(-50*millisecond, 50*millisecond)) // at the last moment
			w.figures.LastMoment++
		}
		w.agenda.after(wait, func() { w.person(a.shard, t, form) })
	}
}

// person completes a task, which several may want, claim, give back and hand on
// meanwhile.
func (w *world) person(s int, t engine.Task, form any) {
	if w.random.chance(400) {
		w.quarrel(s, t, form)
	}
	// Whoever has it has to do it.
	either := func(try int) record.Command { return w.completion(s, t, crew[try%len(crew)], form) }
	w.persist(s, either, func(r record.Reply) bool {
		if w.options.Plant == LateAnswers && r.Rejected != nil && r.Rejected.Code == record.NotFound {
			r.Rejected = nil
		}
		if r.Rejected == nil {
			w.said(s, answerOf(place{t.Instance, t.Activation}, "somebody"))
		}
		return r.Rejected == nil || r.Rejected.Code != record.AlreadyTaken && r.Rejected.Code != record.Poisoned
	})
	if w.random.chance(100) {
		w.offer(s, record.ClaimTask{Instance: t.Instance, Activation: t.Activation, By: "bob", Groups: t.Groups}, nil)
	}
}

// completion is the answer of somebody to a task.
func (w *world) completion(s int, t engine.Task, by string, form any) record.Command {
	if w.options.Plant == ClaimsBindNobody {
		if has := w.audits[s].claims[place{t.Instance, t.Activation}]; has != "" {
			by = has
		}
	}
	return record.CompleteTask{Instance: t.Instance, Activation: t.Activation, By: by, Groups: t.Groups, Form: form}
}

// quarrel is what people do about a task at once: one claims it, another one
// answers, hands it on or takes it away.
func (w *world) quarrel(s int, t engine.Task, form any) {
	p := place{t.Instance, t.Activation}
	anybody := func() string { return crew[w.random.below(len(crew))] }
	for range 1 + w.random.below(5) {
		by, to := anybody(), anybody()
		w.wishes++
		asked := wished(w.wishes)
		var cmd func() record.Command
		var words string
		switch w.random.below(6) {
		case 0, 1:
			cmd, words = once(record.ClaimTask{Instance: t.Instance, Activation: t.Activation, By: by, Groups: t.Groups, Request: asked}), had(p, by)
		case 2:
			cmd = once(record.ReleaseTask{Instance: t.Instance, Activation: t.Activation, By: by, Groups: t.Groups, Force: w.random.chance(300), Request: asked})
		case 3, 4:
			cmd, words = once(record.DelegateTask{Instance: t.Instance, Activation: t.Activation, By: by, To: to, Groups: t.Groups, Request: asked}), had(p, to)
		default:
			cmd, words = func() record.Command { return w.completion(s, t, by, form) }, answerOf(p, by)
		}
		w.figures.Quarrels++
		say := func() {
			w.offer(s, cmd(), func(r record.Reply, err error) {
				if err == nil && r.Rejected == nil && words != "" {
					w.said(s, words)
				}
			})
		}
		w.agenda.after(w.random.between(0, 2*second), say)
		if w.stormy() && w.random.chance(300) { // it arrives again, when others have said something
			w.figures.Doubled++
			w.agenda.after(w.random.between(0, 5*second), say)
		}
	}
}

func once(cmd record.Command) func() record.Command { return func() record.Command { return cmd } }

// had and answerOf are what a journal said when somebody had a task, and when
// somebody answered it.
func had(p place, by string) string      { return fmt.Sprint("had ", p, by) }
func answerOf(p place, by string) string { return fmt.Sprint("answered ", p, by) }

// said holds what a person was told against what the journal of a shard says.
func (w *world) said(s int, words string) {
	if !w.audits[s].said[words] {
		w.fail(promiseSaid, "shard %d: nothing is written of: %s", s, words)
	}
}
