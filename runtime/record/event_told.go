package record

import "github.com/cob-lang/cob/lang/types"

// Telling is what a text of an instance is for.
type Telling uint8

// The tellings. A number is never used for anything else.
const (
	// TellProgress: how far the instance is; the latest one counts.
	TellProgress Telling = 1
	// TellAudit: for the audit log.
	TellAudit Telling = 2
)

// Told: a step said something about the instance, and is done.
type Told struct {
	At       Instant
	Instance string
	Parent   uint32
	Step     uint32
	Telling  Telling
	Text     string
}

// Continued: the instance begins again as Process, with these variables and without
// its past. Activation is its new root.
type Continued struct {
	At         Instant
	Instance   string
	Activation uint32
	Process    string
	Vars       map[string]types.Value
}

// TaskNudged: nobody has done a task yet, and its role is reminded, or, where
// Escalated, another role is asked as well. Due is the next time of the task's timer,
// 0 for none.
type TaskNudged struct {
	At         Instant
	Instance   string
	Activation uint32
	Escalated  bool
	Due        Instant
}

func (Told) event()       {}
func (Continued) event()  {}
func (TaskNudged) event() {}

const (
	tagTold       byte = 70
	tagContinued  byte = 71
	tagTaskNudged byte = 72
)

// writeTold writes such an event, and says whether it was one.
func (c *coder) writeTold(ev Event) bool {
	switch e := ev.(type) {
	case Told:
		c.buf = append(c.buf, tagTold)
		e.code(c)
	case Continued:
		c.buf = append(c.buf, tagContinued)
		e.code(c)
	case TaskNudged:
		c.buf = append(c.buf, tagTaskNudged)
		e.code(c)
	default:
		return false
	}
	return true
}

// weighTold is the weight of the parts of such an event that have no bound.
func weighTold(ev Event) int {
	switch e := ev.(type) {
	case Told:
		return len(e.Text)
	case Continued:
		return len(e.Process) + weighFields(e.Vars)
	}
	return 0
}

func (e *Told) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Parent)
	c.u32(&e.Step)
	telling := uint32(e.Telling)
	c.u32(&telling)
	e.Telling = Telling(telling)
	c.raw(&e.Text)
}

func (e *Continued) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.text(&e.Process)
	c.record(&e.Vars)
}

func (e *TaskNudged) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.bool(&e.Escalated)
	c.due(&e.Due)
}
