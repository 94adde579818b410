package record

import "fmt"

// WireVersion is the form in which nodes send each other commands and replies.
const WireVersion = 1

// The tags of what goes from node to node. Like those of events they are never
// used for anything else.
const (
	tagStartInstance byte = 176
	tagDeliverEvent  byte = 177
	tagOfferMessage  byte = 178
	tagStartPart     byte = 179
	tagChildEnded    byte = 180
	tagRecallChild   byte = 181
	tagReply         byte = 182
	tagStartDeeper   byte = 184
)

// AppendCommand appends a command in its binary form, for another node. Those that
// never leave their node are a bug and panic: every other one may be sent twice and
// is done once.
func AppendCommand(to []byte, cmd Command) []byte {
	c := coder{buf: append(to, WireVersion), writing: true}
	switch e := cmd.(type) {
	case StartInstance:
		tag := tagStartInstance
		if e.Depth > 0 {
			tag = tagStartDeeper
		}
		c.buf = append(c.buf, tag)
		e.code(&c)
		if e.Depth > 0 {
			c.u32(&e.Depth)
		}
	case DeliverEvent:
		c.buf = append(c.buf, tagDeliverEvent)
		e.code(&c)
	case OfferMessage:
		c.buf = append(c.buf, tagOfferMessage)
		e.code(&c)
	case StartPart:
		c.buf = append(c.buf, tagStartPart)
		e.code(&c)
	case ChildEnded:
		c.buf = append(c.buf, tagChildEnded)
		e.code(&c)
	case RecallChild:
		c.buf = append(c.buf, tagRecallChild)
		e.code(&c)
	default:
		panic(fmt.Sprintf("record: %T stays on its node", cmd))
	}
	return c.buf
}

// ReadCommand reads what AppendCommand wrote. Errors: *DamageError.
func ReadCommand(from []byte) (Command, error) {
	c := coder{buf: from}
	cmd := c.command()
	return cmd, c.whole()
}

// begin reads the version and the tag.
func (c *coder) begin() (tag byte) {
	if c.byte() != WireVersion {
		c.fail(ErrVersion)
	}
	return c.byte()
}

// whole says whether all was read, and nothing is left.
func (c *coder) whole() error {
	if c.err == nil && c.at != len(c.buf) {
		c.err = ErrGarbage
	}
	if c.err != nil {
		return &DamageError{0, c.at, c.err}
	}
	return nil
}

func (c *coder) command() Command {
	switch c.begin() {
	case tagStartInstance:
		return read(c, (*StartInstance).code)
	case tagStartDeeper:
		return read(c, func(e *StartInstance, c *coder) {
			e.code(c)
			c.u32(&e.Depth)
		})
	case tagDeliverEvent:
		return read(c, (*DeliverEvent).code)
	case tagOfferMessage:
		return read(c, (*OfferMessage).code)
	case tagStartPart:
		return read(c, (*StartPart).code)
	case tagChildEnded:
		return read(c, (*ChildEnded).code)
	case tagRecallChild:
		return read(c, (*RecallChild).code)
	}
	c.fail(ErrGarbage)
	return nil
}

func read[T Command](c *coder, code func(*T, *coder)) Command {
	var e T
	code(&e, c)
	return e
}

// AppendReply appends the answer to a command in its binary form.
func AppendReply(to []byte, r Reply) []byte {
	c := coder{buf: append(to, WireVersion, tagReply), writing: true}
	r.code(&c)
	return c.buf
}

// ReadReply reads what AppendReply wrote. Errors: *DamageError.
func ReadReply(from []byte) (r Reply, err error) {
	c := coder{buf: from}
	if c.begin() != tagReply {
		c.fail(ErrGarbage)
	}
	r.code(&c)
	return r, c.whole()
}

func (e *StartInstance) code(c *coder) {
	c.raw(&e.Process)
	c.raw(&e.Key)
	c.record(&e.Input)
	c.raw(&e.Plan)
	e.Watch.code(c)
	c.when(&e.Deadline)
}

func (e *Watch) code(c *coder) {
	c.raw(&e.Instance)
	c.u32(&e.Activation)
}

func (e *DeliverEvent) code(c *coder) {
	c.raw(&e.Type)
	c.raw(&e.ID)
	c.record(&e.Payload)
	c.raw(&e.Instance)
	c.when(&e.Until)
}

func (e *OfferMessage) code(c *coder) {
	c.raw(&e.Receiver)
	c.uint(&e.Position)
	c.uint(&e.Low)
	c.raw(&e.Message)
	c.value(&e.Payload, 0)
	c.bool(&e.Passed)
}

func (e *StartPart) code(c *coder) {
	c.raw(&e.Route)
	c.raw(&e.Plan)
	c.u32(&e.Step)
	c.raw(&e.Part)
	c.raw(&e.Key)
	c.raw(&e.Cell)
	c.raw(&e.CellKey)
	c.record(&e.Vars)
	c.int(&e.Number)
	c.value(&e.Value, 0)
}

func (e *ChildEnded) code(c *coder) {
	e.Watch.code(c)
	c.raw(&e.Child)
	e.Ending.code(c)
}

func (e *Ending) code(c *coder) {
	c.state(&e.State)
	c.value(&e.Result, 0)
	c.raw(&e.Fault)
	c.record(&e.Fields)
	c.raw(&e.Detail)
}

func (e *RecallChild) code(c *coder) {
	c.raw(&e.Process)
	c.raw(&e.Key)
	e.By.code(c)
}

func (r *Reply) code(c *coder) {
	no := r.Rejected != nil
	if c.bool(&no); no {
		if !c.writing {
			r.Rejected = &Rejection{}
		}
		code := string(r.Rejected.Code)
		c.raw(&code)
		r.Rejected.Code = Code(code)
		c.raw(&r.Rejected.Detail)
	}
	c.raw(&r.Instance)
	c.bool(&r.Existing)
	matched := uint64(r.Matched)
	c.uint(&matched)
	r.Matched = int(matched)
	ended := r.Ended != nil
	if c.bool(&ended); ended {
		if !c.writing {
			r.Ended = &Ending{}
		}
		r.Ended.code(c)
	}
}
