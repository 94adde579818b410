package record

// Request names what somebody asks for who may ask twice: a command of the same ID is
// done once for its instance, however often it arrives. The zero Request is nobody's.
type Request struct {
	ID string // made by who asks
	// Of is a digest of what is asked for. The same ID for something else is refused.
	Of uint64
}

// Requested: what is asked for under this ID begins here. It stands before the events
// that come of it, in the same command.
type Requested struct {
	At       Instant
	Instance string
	Request
}

func (Requested) event() {}

const tagRequested byte = 183

// RequestOf is the instance that a command is about and the request that it answers,
// which is zero where the command can come twice without harm or has none.
func RequestOf(cmd Command) (instance string, r Request) {
	switch c := cmd.(type) {
	case CancelInstance:
		return c.Instance, c.Request
	case TerminateInstance:
		return c.Instance, c.Request
	case RetryInstance:
		return c.Instance, c.Request
	case ResumeInstance:
		return c.Instance, c.Request
	case ResetInstance:
		return c.Instance, c.Request
	case SkipStep:
		return c.Instance, c.Request
	case ClaimTask:
		return c.Instance, c.Request
	case ReleaseTask:
		return c.Instance, c.Request
	case DelegateTask:
		return c.Instance, c.Request
	}
	return "", Request{}
}

// Reused: the ID of a request was used for another one.
const Reused Code = "reused"

// writeRequest writes such an event, and says whether it was one.
func (c *coder) writeRequest(ev Event) bool {
	e, ok := ev.(Requested)
	if ok {
		c.buf = append(c.buf, tagRequested)
		e.code(c)
	}
	return ok
}

// weighRequest is the weight of the parts of such an event that have no bound.
func weighRequest(ev Event) int {
	e, _ := ev.(Requested)
	return len(e.ID)
}

func (e *Requested) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.raw(&e.ID)
	c.uint(&e.Of)
}
