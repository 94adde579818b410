package record

import "github.com/cob-lang/cob/lang/types"

// WorkBegun: a call or a child was begun that its step does not wait for. The
// step is passed; its variable is the handle of Activation.
type WorkBegun struct {
	At         Instant
	Instance   string
	Activation uint32
	Parent     uint32
	Step       uint32
	Items      []types.Value // what the call or start is made of
}

// WorkEnded: what was begun has its result, or, where Fault is set, its fault,
// until somebody takes it. Cloud is where a call was done.
type WorkEnded struct {
	At         Instant
	Instance   string
	Activation uint32
	Value      types.Value
	Fault      string
	Fields     map[string]types.Value
	Detail     string
	Cloud      string
	TookNs     int64
}

// ChildStarted: the instance exists that the activation waits for the end of.
type ChildStarted struct {
	At         Instant
	Instance   string
	Activation uint32
	Child      string // instance
	TookNs     int64
}

// ChildRecalled: a child is not wanted any more; that leaves for its shard, from a
// new activation.
type ChildRecalled struct {
	At         Instant
	Instance   string
	Activation uint32
	Of         uint32 // the activation that waited for it
	Step       uint32
	Process    string
	Key        string
}

// HandleTaken: an arm of a select took the result of what was begun; its block
// runs with the result in its variable.
type HandleTaken struct {
	At         Instant
	Instance   string
	Activation uint32
	Arm        uint32
	Value      types.Value
}

// WatcherAdded: another instance waits for the end of this one. Parent says that
// it started it, so that this one is cancelled with it.
type WatcherAdded struct {
	At         Instant
	Instance   string
	Activation uint32 // a new one, from which the end will be told
	Watcher    string // instance
	Of         uint32 // its activation
	Parent     bool
}

func (WorkBegun) event()     {}
func (WorkEnded) event()     {}
func (ChildStarted) event()  {}
func (ChildRecalled) event() {}
func (HandleTaken) event()   {}
func (WatcherAdded) event()  {}

// The tags of events about what was begun.
const (
	tagWorkBegun     byte = 64
	tagWorkEnded     byte = 65
	tagChildStarted  byte = 66
	tagChildRecalled byte = 67
	tagHandleTaken   byte = 68
	tagWatcherAdded  byte = 69
)

// writeChild writes such an event, and says whether it was one.
func (c *coder) writeChild(ev Event) bool {
	switch e := ev.(type) {
	case WorkBegun:
		c.buf = append(c.buf, tagWorkBegun)
		e.code(c)
	case WorkEnded:
		c.buf = append(c.buf, tagWorkEnded)
		e.code(c)
	case ChildStarted:
		c.buf = append(c.buf, tagChildStarted)
		e.code(c)
	case ChildRecalled:
		c.buf = append(c.buf, tagChildRecalled)
		e.code(c)
	case HandleTaken:
		c.buf = append(c.buf, tagHandleTaken)
		e.code(c)
	case WatcherAdded:
		c.buf = append(c.buf, tagWatcherAdded)
		e.code(c)
	default:
		return false
	}
	return true
}

// weighChild is the weight of the parts of such an event that have no bound.
func weighChild(ev Event) int {
	switch e := ev.(type) {
	case WorkBegun:
		return weighList(e.Items)
	case WorkEnded:
		return weighValue(e.Value) + len(e.Fault) + weighFields(e.Fields) + len(e.Detail) + len(e.Cloud)
	case ChildStarted:
		return len(e.Child)
	case ChildRecalled:
		return len(e.Process) + len(e.Key)
	case HandleTaken:
		return weighValue(e.Value)
	case WatcherAdded:
		return len(e.Watcher)
	}
	return 0
}

func (e *WorkBegun) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Parent)
	c.u32(&e.Step)
	c.list(&e.Items)
}

func (e *WorkEnded) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.value(&e.Value, 0)
	c.text(&e.Fault)
	c.record(&e.Fields)
	c.text(&e.Detail)
	c.text(&e.Cloud)
	c.int(&e.TookNs)
}

func (e *ChildStarted) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.text(&e.Child)
	c.int(&e.TookNs)
}

func (e *ChildRecalled) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Of)
	c.u32(&e.Step)
	c.text(&e.Process)
	c.raw(&e.Key)
}

func (e *HandleTaken) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Arm)
	c.value(&e.Value, 0)
}

func (e *WatcherAdded) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.text(&e.Watcher)
	c.u32(&e.Of)
	c.bool(&e.Parent)
}
