package record

import (
	"reflect"

	"github.com/cob-lang/cob/lang/types"
)

// InstancePoisoned: this program has a bug in what it would have done with a
// command. The instance is as before it, and nothing happens to it until a person
// says what.
type InstancePoisoned struct {
	At       Instant
	Instance string
	Command  string // its kind
	Detail   string
}

// StepSkipped: a person took a step as done. Where Bound, Value is in its
// variable. Where Undoable, its compensation is remembered, for Cloud.
type StepSkipped struct {
	At         Instant
	Instance   string
	Activation uint32 // that waits, or whose next step it is
	Step       uint32
	Bound      bool
	Value      types.Value
	Undoable   bool
	Cloud      string
	By         string
	Reason     string
}

// InstanceTerminated: a person ended the instance. Nothing is undone, what was
// under way is in doubt. Where Bare, whoever watches it is not told.
type InstanceTerminated struct {
	At       Instant
	Instance string
	Bare     bool
	By       string
	Reason   string
}

// InstanceReset: a person lets the instance go back to a step of its body. All
// that runs is stopped, then what completed from there on is undone.
type InstanceReset struct {
	At       Instant
	Instance string
	Step     uint32
	Set      map[string]types.Value
	By       string
	Reason   string
}

// WentBack: all is undone that had to be, and the instance is at that step. Where
// Anew, what it does from there on is other work than before, also where it has the
// same key; journals from before that have it without.
type WentBack struct {
	At       Instant
	Instance string
	Anew     bool
}

// Operated: a person said what to do with the instance; the events behind it are
// what came of it.
type Operated struct {
	At       Instant
	Instance string
	Verb     string
	By       string
	Reason   string
}

// GivenUp: a compensation, or a block that closes something, ends where it stands.
type GivenUp struct {
	At         Instant
	Instance   string
	Activation uint32
}

func (InstancePoisoned) event()   {}
func (StepSkipped) event()        {}
func (InstanceTerminated) event() {}
func (InstanceReset) event()      {}
func (WentBack) event()           {}
func (Operated) event()           {}
func (GivenUp) event()            {}

// ExitBack: the instance goes back to a step of its body, with Value as what it
// sets. It goes with the exits of Stopped.
const ExitBack Exit = 80

const (
	tagWentBackAnew       byte = 50
	tagInstancePoisoned   byte = 80
	tagStepSkipped        byte = 81
	tagInstanceTerminated byte = 82
	tagInstanceReset      byte = 83
	tagWentBack           byte = 84
	tagOperated           byte = 85
	tagGivenUp            byte = 86
)

// About is the instance that an event happens to, "" for none.
func About(ev Event) string {
	if _, kept := ev.(EventKept); kept {
		return ""
	}
	f := reflect.ValueOf(ev).FieldByName("Instance")
	if !f.IsValid() || f.Kind() != reflect.String {
		return ""
	}
	return f.String()
}

// writeVerb writes such an event, and says whether it was one.
func (c *coder) writeVerb(ev Event) bool {
	switch e := ev.(type) {
	case InstancePoisoned:
		c.buf = append(c.buf, tagInstancePoisoned)
		e.code(c)
	case StepSkipped:
		c.buf = append(c.buf, tagStepSkipped)
		e.code(c)
	case InstanceTerminated:
		c.buf = append(c.buf, tagInstanceTerminated)
		e.code(c)
	case InstanceReset:
		c.buf = append(c.buf, tagInstanceReset)
		e.code(c)
	case WentBack:
		tag := tagWentBack
		if e.Anew {
			tag = tagWentBackAnew
		}
		c.buf = append(c.buf, tag)
		e.code(c)
	case Operated:
		c.buf = append(c.buf, tagOperated)
		e.code(c)
	case GivenUp:
		c.buf = append(c.buf, tagGivenUp)
		e.code(c)
	default:
		return false
	}
	return true
}

// weighVerb is the weight of the parts of such an event that have no bound.
func weighVerb(ev Event) int {
	switch e := ev.(type) {
	case InstancePoisoned:
		return len(e.Command) + len(e.Detail)
	case StepSkipped:
		return len(e.Cloud) + len(e.By) + len(e.Reason) + weighValue(e.Value)
	case InstanceTerminated:
		return len(e.By) + len(e.Reason)
	case InstanceReset:
		return len(e.By) + len(e.Reason) + weighFields(e.Set)
	case Operated:
		return len(e.Verb) + len(e.By) + len(e.Reason)
	}
	return 0
}

func (e *InstancePoisoned) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.text(&e.Command)
	c.raw(&e.Detail)
}

func (e *StepSkipped) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Step)
	c.bool(&e.Bound)
	if e.Bound {
		c.value(&e.Value, 0)
	}
	c.bool(&e.Undoable)
	c.text(&e.Cloud)
	c.raw(&e.By)
	c.raw(&e.Reason)
}

func (e *InstanceTerminated) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.bool(&e.Bare)
	c.raw(&e.By)
	c.raw(&e.Reason)
}

func (e *InstanceReset) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Step)
	c.record(&e.Set)
	c.raw(&e.By)
	c.raw(&e.Reason)
}

func (e *WentBack) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
}

func readWentBackAnew(c *coder) Event {
	e := WentBack{Anew: true}
	e.code(c)
	return e
}

func (e *Operated) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.text(&e.Verb)
	c.raw(&e.By)
	c.raw(&e.Reason)
}

func (e *GivenUp) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
}
