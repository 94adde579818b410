package record

import "github.com/cob-lang/cob/lang/types"

// Reported: a step made a report, which goes nowhere else, and is done. Text is its
// document, in JSON. A report that is sent somewhere stands in the Items of its
// StepEntered instead.
type Reported struct {
	At         Instant
	Instance   string
	Activation uint32 // a number that is used for nothing else
	Parent     uint32
	Step       uint32
	Text       string
}

// Indexed: the values under which an instance is found, by name. It follows the
// start of the instance, and the beginning of another process in it.
type Indexed struct {
	Instance string
	Values   map[string]types.Value
}

// Forgotten: an instance that ended so long ago that its process does not want it to
// be kept any longer. Its key is free again.
type Forgotten struct {
	At       Instant
	Instance string
}

func (Reported) event()  {}
func (Indexed) event()   {}
func (Forgotten) event() {}

const (
	tagReported  byte = 112
	tagIndexed   byte = 113
	tagForgotten byte = 114
)

// writeReport writes such an event, and says whether it was one.
func (c *coder) writeReport(ev Event) bool {
	switch e := ev.(type) {
	case Reported:
		c.buf = append(c.buf, tagReported)
		e.code(c)
	case Indexed:
		c.buf = append(c.buf, tagIndexed)
		e.code(c)
	case Forgotten:
		c.buf = append(c.buf, tagForgotten)
		e.code(c)
	default:
		return false
	}
	return true
}

// weighReport is the weight of the parts of such an event that have no bound.
func weighReport(ev Event) int {
	switch e := ev.(type) {
	case Reported:
		return len(e.Text)
	case Indexed:
		return weighFields(e.Values)
	}
	return 0
}

func (e *Reported) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Parent)
	c.u32(&e.Step)
	c.raw(&e.Text)
}

func (e *Indexed) code(c *coder) {
	c.id(&e.Instance)
	c.record(&e.Values)
}

func (e *Forgotten) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
}
