package engine

import (
	"fmt"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/runtime/record"
)

// Outlook says what would happen to an instance on each verb, in one sentence. What
// is not possible begins with "not possible: ".
type Outlook struct {
	Retry     string
	Resume    string
	Cancel    string
	Terminate string
	// Skips are the places that can be skipped, or have an incident.
	Skips []Skip
	// Back is what going back to a step would do, where one was named.
	Back string
}

// Skip is what a skip of one place would do.
type Skip struct {
	Activation uint32
	Step       string
	At         string // place in the source
	Does       string
	Wants      string // the type of the value that it takes, "" for none
}

// MaxNamed bounds the steps that a sentence of an outlook names; of more it tells
// the number.
const MaxNamed = 10

const notPossible = "not possible: "

// Outlook is what would happen on each verb; ok is false where the instance is not
// known here (any more).
func (s *State) Outlook(id string) (o Outlook, ok bool) {
	if a := s.aside[id]; a != nil {
		no := notPossible + a.blocked()
		return Outlook{Retry: no, Resume: no, Cancel: no, Terminate: "ends it at once; nothing is undone, and what it did is seen in its history only"}, true
	}
	x := peek(s.instances[id])
	if x == nil {
		t := s.ended.find(id)
		if t == nil {
			return o, false
		}
		no := notPossible + "it is over: it is " + string(t.end.state)
		return Outlook{Retry: no, Resume: no, Cancel: no, Terminate: no}, true
	}
	defer func() {
		if p := recover(); p != nil {
			no := notPossible + "a bug of this program, met while it was looked at: " + toldOf(p)
			o, ok = Outlook{Retry: no, Resume: no, Cancel: no, Terminate: "ends it at once; nothing is undone"}, true
		}
	}()
	s.passing(StageView, x.key)
	o = Outlook{Retry: x.onRetry(), Resume: x.onResume(), Cancel: x.onCancel(), Terminate: x.onTerminate()}
	if x.poison != nil {
		return o, true
	}
	for _, a := range x.acts {
		if a.dead || !a.stuck && (a.frame() || a.quiet() || a.exit() != nil) {
			continue
		}
		if skip, shown := x.onSkip(a); shown {
			o.Skips = append(o.Skips, skip)
		}
	}
	return o, true
}

// OnBack says what going back to a step would do.
func (s *State) OnBack(id, step string) string {
	t, err := s.Resettable(id, step)
	if err != nil {
		return notPossible + err.Error()
	}
	x := peek(s.instances[id])
	var names []string
	for i := len(x.done) - 1; i >= 0; i-- {
		if x.flow.topOf(x.done[i].step) >= x.flow.topOf(t.Step) {
			names = append(names, x.doneName(i))
		}
	}
	if len(names) == 0 {
		return "goes back to " + step + "; nothing that completed since has to be undone"
	}
	return "undoes " + some(names) + ", then goes back to " + step
}

// some names a few and counts the rest.
func some(names []string) string {
	if n := len(names) - MaxNamed; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:MaxNamed], ", "), n)
	}
	return strings.Join(names, ", ")
}

func (x *instance) incidents() []*activation {
	var out []*activation
	for _, a := range x.acts {
		if !a.dead && a.stuck {
			out = append(out, a)
		}
	}
	return out
}

func (x *instance) places(list []*activation) string {
	var names []string
	for _, a := range list {
		names = append(names, x.wait(a).Step)
	}
	return some(names)
}

func (x *instance) onRetry() string {
	stuck := x.incidents()
	switch {
	case x.poison != nil:
		return "goes on where it was before the bug; a program that still has the bug leaves it alone again"
	case len(stuck) == 0:
		return notPossible + "it has no incident"
	}
	return "does again: " + x.places(stuck)
}

func (x *instance) onResume() string {
	stuck := x.incidents()
	switch {
	case x.poison != nil:
		return notPossible + "it met a bug of this program: retry, cancel or terminate it"
	case len(stuck) == 0:
		return notPossible + "it has no incident"
	}
	var up []string
	for _, a := range stuck {
		if a.role == roleTell {
			continue
		}
		if x.unpassable(a) != "" {
			return notPossible + "what follows " + x.wait(a).Step + " needs it: retry or skip it"
		}
		switch c := x.closer(a); {
		case a.role == roleSettlement:
			up = append(up, "finding out what "+x.flow.stepID(a.step)+" did")
		case a.role == roleStep && c.role == roleUndo:
			up = append(up, "undoing "+x.flow.stepID(c.step))
		case c != a && c.role == roleStep:
			up = append(up, "what closes "+x.flow.stepID(c.step))
		default:
			up = append(up, x.wait(a).Step)
		}
	}
	if len(up) == 0 {
		return notPossible + "who waits for it has to be told how it ended: retry tells it again"
	}
	return "goes on, and gives up " + some(up)
}

func (x *instance) onCancel() string {
	switch x.phase {
	case finished:
		return notPossible + "it is over: it is " + string(x.over.state)
	case undoing:
		return notPossible + "it already undoes what it did"
	}
	var names []string
	for i := len(x.done) - 1; i >= 0; i-- {
		names = append(names, x.doneName(i))
	}
	text := "undoes nothing, for nothing that completed can be undone"
	if len(names) > 0 {
		text = "undoes " + some(names)
	}
	if n := x.underWay(); n > 0 {
		text += fmt.Sprintf("; of %d under way it finds out what they did", n)
	}
	return text
}

func (x *instance) doneName(i int) string {
	name := x.flow.stepID(x.done[i].step)
	if x.done[i].cloud != "" {
		name += " (" + x.done[i].cloud + ")"
	}
	return name
}

func (x *instance) underWay() (n int) {
	for _, a := range x.acts {
		if !a.dead && a.inflight {
			n++
		}
	}
	return n
}

func (x *instance) onTerminate() string {
	left := x.leaves(0)
	if len(left) == 0 {
		return "ends it at once; it leaves nothing behind"
	}
	var done, doubt []string
	for _, l := range left {
		name := x.flow.stepID(l.step)
		if l.outcome == record.Succeeded {
			done = append(done, name)
		} else {
			doubt = append(doubt, name)
		}
	}
	text := "ends it at once"
	if len(done) > 0 {
		text += "; done and not undone: " + some(done)
	}
	if len(doubt) > 0 {
		text += "; not known whether done: " + some(doubt)
	}
	return text
}

// onSkip is what a skip of a place would do; shown is false where nothing is said
// of it.
func (x *instance) onSkip(a *activation) (v Skip, shown bool) {
	w := x.wait(a)
	v = Skip{Activation: a.id, Step: w.Step, At: w.At}
	t, why := x.skippable(a)
	if why != "" {
		v.Does = notPossible + why
		return v, a.stuck
	}
	st := &x.flow.steps[t.Step]
	v.Does = "takes " + t.ID + " as done"
	if t.Wants {
		v.Wants = t.Type.String()
	}
	switch {
	case st.comp >= 0 && x.scope(a) == nil:
		v.Does += ", so that it is undone later where the rest is"
	case st.kind == plan.Select:
		v.Does += ": none of its arms runs"
	}
	return v, true
}
