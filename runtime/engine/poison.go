package engine

import (
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/cob-lang/cob/runtime/record"
)

// poison is why nothing happens to an instance: this program has a bug in what it
// would have done with a command.
type poison struct {
	at              record.Instant
	command, detail string
}

func (p *poison) String() string {
	return record.InstancePoisoned{Command: p.command, Detail: p.detail}.Why()
}

// A Stage is where Plant lets a test step in.
type Stage string

// The stages: while an instance is run, while an event of the journal is folded,
// and while somebody looks at it.
const (
	StageDecide Stage = "decide"
	StageEvolve Stage = "evolve"
	StageView   Stage = "view"
)

// Plant lets a test make this package panic where it works on the instance with a
// key, to see what a bug does to the neighbours; nil takes it away.
func (s *State) Plant(at func(stage Stage, key string)) { s.plant = at }

func (s *State) passing(stage Stage, key string) {
	if s.plant != nil {
		s.plant(stage, key)
	}
}

// Empty is a shard with nothing in it and the same limits and plans, for folding
// the journal again.
func (s *State) Empty() *State {
	out := &State{limits: s.limits, programs: s.programs, plant: s.plant, packFrom: s.packFrom}
	out.reset()
	for _, p := range s.programs {
		for _, arm := range p.arms {
			out.kept.lookFor(arm)
		}
	}
	return out
}

// toldOf is what a panic says, without what may be data: the words of Go's own
// runtime and of this package; of anything else only its type. Behind it is the
// place.
func toldOf(p any) string {
	text := fmt.Sprintf("a panic with a %T", p)
	var own runtime.Error
	switch p := p.(type) {
	case error:
		if errors.As(p, &own) {
			text = own.Error()
		}
	case string:
		if strings.HasPrefix(p, "engine: ") {
			text = p
		}
	}
	if at := placeOfPanic(); at != "" {
		text += " (" + at + ")"
	}
	return clip(text)
}

// placeOfPanic is the file and line that panicked, "" where that cannot be told.
func placeOfPanic() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for past := false; ; {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			past = true
		case past && !strings.HasPrefix(f.Function, "runtime."):
			return fmt.Sprintf("%s:%d", path.Base(f.File), f.Line)
		}
		if !more {
			return ""
		}
	}
}

// Instead is the command to decide in the place of the one that met the bug: it
// leaves the instance alone, or ends it where that is what was asked for. ok is
// false where the bug was met on no instance.
func (e *BugError) Instead() (cmd record.Command, ok bool) {
	leave := record.PoisonInstance{Instance: e.Instance, Command: e.kind(), Detail: e.Panic}
	switch c := e.Command.(type) {
	case record.StartInstance:
		leave.Cause = c
	case record.DeliverMessage:
		if c.Problem == "" {
			leave.Cause = c
		}
	case record.StartPart:
		leave.Cause = c
	case record.TimerDue:
		if c.Instance != e.Instance { // of a cell, which makes an instance
			leave.Cause = c
		}
	case record.TerminateInstance:
		c.Bare = true
		return c, true
	case record.PoisonInstance:
		return nil, false
	}
	return leave, leave.Instance != ""
}

func (e *BugError) kind() string {
	return strings.TrimPrefix(fmt.Sprintf("%T", e.Command), "record.")
}

// Others says that the command concerns more than the instance that it met the bug
// on, so that it has to be decided again for them.
func (e *BugError) Others() bool {
	switch c := e.Command.(type) {
	case record.DeliverEvent, record.OfferMessage:
		return true
	case record.TimerDue:
		return c.Instance == ""
	}
	return false
}

// barred refuses what would happen to an instance that is left alone. A way out is
// always open.
func (d *decider) barred(cmd record.Command) (no record.Reply, barred bool) {
	if d.s.poisoned == 0 && len(d.s.aside) == 0 {
		return no, false
	}
	id := instanceOf(cmd)
	if _, event := cmd.(record.DeliverEvent); event {
		return no, false // it is kept until the instance goes on
	}
	if a := d.s.aside[id]; a != nil {
		switch c := cmd.(type) {
		case record.StartInstance:
			if c.Watch == (record.Watch{}) {
				return record.Reply{Instance: id, Existing: true}, true
			}
		case record.TerminateInstance:
			return record.Reply{}, false
		}
		return reject(record.Poisoned, "the instance %s has an incident: %s; a program without that bug goes on with it, terminate ends it", id, a.why), true
	}
	x := d.s.get(id)
	if x == nil || x.poison == nil {
		return no, false
	}
	switch cmd.(type) {
	case record.StartInstance, record.RetryInstance, record.TerminateInstance, record.CancelInstance, record.ResetInstance, record.PoisonInstance:
		return no, false
	}
	return record.Reply{Rejected: x.poison.rejection(id)}, true
}

func (p *poison) rejection(id string) *record.Rejection {
	return &record.Rejection{Code: record.Poisoned, Detail: fmt.Sprintf("the instance %s has an incident: %s; retry lets it go on, cancel and terminate end it", id, p)}
}

// Rejection answers the command that met the bug, after its instance is left alone.
func (e *BugError) Rejection() *record.Rejection {
	return (&poison{command: e.kind(), detail: e.Panic}).rejection(e.Instance)
}

// poisonInstance notes that an instance is left alone. One that the command would
// have made is made, and left alone at its beginning.
func (d *decider) poisonInstance(c *record.PoisonInstance) record.Reply {
	if x := d.s.instances[c.Instance]; x != nil {
		d.emit(record.InstancePoisoned{At: d.now, Instance: c.Instance, Command: c.Command, Detail: clip(c.Detail)})
		return record.Reply{Instance: x.id}
	}
	d.halt = c
	switch cause := c.Cause.(type) {
	case record.StartInstance:
		return d.startInstance(&cause)
	case record.DeliverMessage:
		return d.deliverMessage(&cause)
	case record.StartPart:
		return d.startPart(&cause)
	case record.TimerDue:
		return d.timerDue(&cause)
	}
	return reject(record.NotFound, "there is no instance %s here", c.Instance)
}

// lift resolves every incident of an instance, and lets one that was left alone go on
// where it is. Those that had an incident stand still until they are tried again.
func (d *decider) lift(x *instance, by string) (again []*activation) {
	for _, a := range x.acts {
		if !a.dead && a.stuck {
			again = append(again, a)
		}
	}
	d.emit(record.IncidentResolved{At: d.now, Instance: x.id, By: by})
	return again
}

// tryAgain lets those go on whose incidents were resolved, where nothing else has
// ended them or made them go on.
func (d *decider) tryAgain(x *instance, again []*activation) {
	for _, a := range again {
		if !a.dead && !a.inflight {
			d.resume(x, a)
		}
	}
}

// wakeLifted lets everything go on that stood still while the instance was left
// alone: what was never run, and events that came meanwhile.
func (d *decider) wakeLifted(x *instance) {
	for _, a := range slices.Clone(x.acts) {
		switch {
		case a.dead || a.stuck:
		case a.frame() && a.children == 0:
			d.wake(a)
		case a.role == roleStep && !a.frame() && a.exit() == nil && x.arms(a) != nil:
			d.takeKept(x, a)
		}
	}
}

// sendAgain lets the effects leave once more whose outcomes were turned away while
// the instance was left alone.
func (d *decider) sendAgain(x *instance) {
	leaving := map[Target]bool{}
	of := func(e Effect) Target {
		t := e.Of()
		return Target{Instance: t.Instance, Activation: t.Activation, Attempt: t.Attempt}
	}
	for _, e := range d.effects {
		leaving[of(e)] = true
	}
	for _, a := range slices.Clone(x.acts) {
		if a.dead || !a.inflight {
			continue
		}
		e, err := d.s.remake(x, a)
		switch {
		case err != nil:
			d.incident(x, a, a.step, "cannot be sent again: "+err.Error())
		case !leaving[of(e)]:
			d.effects = append(d.effects, e)
		}
	}
}

func (s *State) instancePoisoned(e *record.InstancePoisoned) string {
	x := s.get(e.Instance)
	if x == nil {
		return "there is no instance " + e.Instance
	}
	if x.poison == nil {
		s.delist(x)
		s.poisoned++
		s.noteTrouble(x)
		if x.stuck == 0 {
			s.stuck++
		}
	}
	x.poison = &poison{e.At, e.Command, e.Detail}
	return ""
}

func (s *State) unpoison(x *instance) {
	if x.poison == nil {
		return
	}
	x.poison = nil
	s.poisoned--
	if x.stuck == 0 {
		s.stuck--
	}
	s.enlist(x)
}

// delist takes an instance out of everything that finds it but its name. It reads
// nothing of what the instance holds, for that may be broken.
func (s *State) delist(x *instance) {
	s.dropTimers(x)
	for key, list := range s.waiting {
		list = slices.DeleteFunc(list, func(w waiter) bool { return w.inst == x })
		if len(list) == 0 {
			delete(s.waiting, key)
		} else {
			s.waiting[key] = list
		}
	}
	for ref := range s.tasks {
		if ref.instance == x.id {
			delete(s.tasks, ref)
		}
	}
}

// dropTimers forgets the timers of an instance.
func (s *State) dropTimers(x *instance) {
	t := &s.timers
	seen := map[uint32]bool{} // a time that was taken back and set again is there twice
	t.heap = slices.DeleteFunc(t.heap, func(e timer) bool {
		if e.inst == x && !seen[e.act] && !s.stale(e) {
			seen[e.act] = true
			t.live--
		}
		return e.inst == x
	})
	for i := len(t.heap)/2 - 1; i >= 0; i-- {
		t.sink(i)
	}
}

// enlist puts an instance where its timers, arms and tasks are looked for.
func (s *State) enlist(x *instance) {
	for _, a := range x.acts {
		if a.dead {
			continue
		}
		if a.due != 0 {
			s.timers.push(timer{due: a.due, inst: x, act: a.id})
		}
		if a.role == roleStep && !a.frame() {
			if x.arms(a) != nil && a.exit() == nil {
				s.await(x, a)
			}
			if x.flow.steps[a.step].plan.Task != nil {
				s.tasks[taskRef{x.id, a.id}] = struct{}{}
			}
		}
	}
}
