package record

import "github.com/cob-lang/cob/lang/types"

// MessageTaken: an instance took a message of a channel; the block of the arm runs
// with the message in its variable.
type MessageTaken struct {
	At         Instant
	Receiver   string // that reads the channel
	Position   uint64
	Low        uint64 // every message up to this one was taken, here or on another shard
	Message    string // its ID
	Instance   string
	Activation uint32
	Arm        uint32
	Payload    types.Value
}

// MessagePassed: a receiver goes over a message that nobody will take: it is among
// the dead letters.
type MessagePassed struct {
	Receiver string
	Position uint64
	Low      uint64
}

// PartBegan: the instance that was started last goes on where a word of its route
// handed a message on. Step is that word.
type PartBegan struct {
	Instance string
	Step     uint32
	Cell     string // in which the word keeps what it knows of the message's key, "" for none
}

// CellOpened: a word of a route keeps something for a key; the same cell again is of
// another plan from now on.
type CellOpened struct {
	At    Instant
	Cell  string
	Route string
	Plan  string // digest
	Step  uint32
	Key   string
}

// CellMarked: a cell has another number and another time at which it is due. What
// the number means is up to the word.
type CellMarked struct {
	At   Instant
	Cell string
	Mark int64
	Due  Instant // 0 for none
}

// CellGathered: a message is part of a group. Part is the name under which it came.
type CellGathered struct {
	At    Instant
	Cell  string
	Part  string
	Value types.Value
	Due   Instant
}

// CellEmptied: the group went on as an instance.
type CellEmptied struct {
	At   Instant
	Cell string
	Due  Instant
}

// CellHeld: a message waits for those before it.
type CellHeld struct {
	At     Instant
	Cell   string
	Part   string // the instance that it will be
	Key    string // of that instance
	Number int64
	Vars   map[string]types.Value
	Due    Instant
}

// CellReleased: a message has its turn. It is held no more, and the next one has its
// turn when the instance is over.
type CellReleased struct {
	At     Instant
	Cell   string
	Part   string
	Number int64
	Due    Instant
}

// CellClosed: a cell is forgotten.
type CellClosed struct{ Cell string }

func (MessageTaken) event()  {}
func (MessagePassed) event() {}
func (PartBegan) event()     {}
func (CellOpened) event()    {}
func (CellMarked) event()    {}
func (CellGathered) event()  {}
func (CellEmptied) event()   {}
func (CellHeld) event()      {}
func (CellReleased) event()  {}
func (CellClosed) event()    {}

const (
	tagMessageTaken  byte = 128
	tagMessagePassed byte = 129
	tagPartBegan     byte = 130
	tagCellOpened    byte = 131
	tagCellMarked    byte = 132
	tagCellGathered  byte = 133
	tagCellEmptied   byte = 134
	tagCellHeld      byte = 135
	tagCellReleased  byte = 136
	tagCellClosed    byte = 137
)

// writeRoute writes such an event, and says whether it was one.
func (c *coder) writeRoute(ev Event) bool {
	switch e := ev.(type) {
	case MessageTaken:
		c.buf = append(c.buf, tagMessageTaken)
		e.code(c)
	case MessagePassed:
		c.buf = append(c.buf, tagMessagePassed)
		e.code(c)
	case PartBegan:
		c.buf = append(c.buf, tagPartBegan)
		e.code(c)
	case CellOpened:
		c.buf = append(c.buf, tagCellOpened)
		e.code(c)
	case CellMarked:
		c.buf = append(c.buf, tagCellMarked)
		e.code(c)
	case CellGathered:
		c.buf = append(c.buf, tagCellGathered)
		e.code(c)
	case CellEmptied:
		c.buf = append(c.buf, tagCellEmptied)
		e.code(c)
	case CellHeld:
		c.buf = append(c.buf, tagCellHeld)
		e.code(c)
	case CellReleased:
		c.buf = append(c.buf, tagCellReleased)
		e.code(c)
	case CellClosed:
		c.buf = append(c.buf, tagCellClosed)
		e.code(c)
	default:
		return false
	}
	return true
}

// weighRoute is the weight of the parts of such an event that have no bound.
func weighRoute(ev Event) int {
	switch e := ev.(type) {
	case MessageTaken:
		return len(e.Receiver) + len(e.Message) + len(e.Instance) + weighValue(e.Payload)
	case MessagePassed:
		return len(e.Receiver)
	case PartBegan:
		return len(e.Instance) + len(e.Cell)
	case CellOpened:
		return len(e.Cell) + len(e.Route) + len(e.Plan) + len(e.Key)
	case CellMarked:
		return len(e.Cell)
	case CellGathered:
		return len(e.Cell) + len(e.Part) + weighValue(e.Value)
	case CellEmptied:
		return len(e.Cell)
	case CellHeld:
		return len(e.Cell) + len(e.Part) + len(e.Key) + weighFields(e.Vars)
	case CellReleased:
		return len(e.Cell) + len(e.Part)
	case CellClosed:
		return len(e.Cell)
	}
	return 0
}

func (e *MessageTaken) code(c *coder) {
	c.when(&e.At)
	c.text(&e.Receiver)
	c.uint(&e.Position)
	c.uint(&e.Low)
	c.raw(&e.Message)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Arm)
	c.value(&e.Payload, 0)
}

func (e *MessagePassed) code(c *coder) {
	c.text(&e.Receiver)
	c.uint(&e.Position)
	c.uint(&e.Low)
}

func (e *PartBegan) code(c *coder) {
	c.id(&e.Instance)
	c.u32(&e.Step)
	c.text(&e.Cell)
}

func (e *CellOpened) code(c *coder) {
	c.when(&e.At)
	c.text(&e.Cell)
	c.text(&e.Route)
	c.text(&e.Plan)
	c.u32(&e.Step)
	c.raw(&e.Key)
}

func (e *CellMarked) code(c *coder) {
	c.when(&e.At)
	c.text(&e.Cell)
	c.int(&e.Mark)
	c.due(&e.Due)
}

func (e *CellGathered) code(c *coder) {
	c.when(&e.At)
	c.text(&e.Cell)
	c.raw(&e.Part)
	c.value(&e.Value, 0)
	c.due(&e.Due)
}

func (e *CellEmptied) code(c *coder) {
	c.when(&e.At)
	c.text(&e.Cell)
	c.due(&e.Due)
}

func (e *CellHeld) code(c *coder) {
	c.when(&e.At)
	c.text(&e.Cell)
	c.raw(&e.Part)
	c.raw(&e.Key)
	c.int(&e.Number)
	c.record(&e.Vars)
	c.due(&e.Due)
}

func (e *CellReleased) code(c *coder) {
	c.when(&e.At)
	c.text(&e.Cell)
	c.raw(&e.Part)
	c.int(&e.Number)
	c.due(&e.Due)
}

func (e *CellClosed) code(c *coder) { c.text(&e.Cell) }
