package record

// The tags of events about blocks that stand around others.
const (
	tagStopped       byte = 40
	tagFaultPassed   byte = 41
	tagStepWithdrawn byte = 42
	tagBlockEntered  byte = 43
	tagUndoStarted   byte = 44
	tagRoundsPlanned byte = 45
	tagStateEntered  byte = 46
	tagArmsAwaited   byte = 47
)

// writeRegion writes such an event, and says whether it was one.
func (c *coder) writeRegion(ev Event) bool {
	switch e := ev.(type) {
	case Stopped:
		c.buf = append(c.buf, tagStopped)
		e.code(c)
	case FaultPassed:
		c.buf = append(c.buf, tagFaultPassed)
		e.code(c)
	case StepWithdrawn:
		c.buf = append(c.buf, tagStepWithdrawn)
		e.code(c)
	case BlockEntered:
		c.buf = append(c.buf, tagBlockEntered)
		e.code(c)
	case UndoStarted:
		c.buf = append(c.buf, tagUndoStarted)
		e.code(c)
	case RoundsPlanned:
		c.buf = append(c.buf, tagRoundsPlanned)
		e.code(c)
	case StateEntered:
		c.buf = append(c.buf, tagStateEntered)
		e.code(c)
	case ArmsAwaited:
		c.buf = append(c.buf, tagArmsAwaited)
		e.code(c)
	default:
		return false
	}
	return true
}

// weighRegion is the weight of the parts of such an event that have no bound.
func weighRegion(ev Event) int {
	switch e := ev.(type) {
	case Stopped:
		return len(e.Fault) + len(e.Detail) + weighFields(e.Fields) + weighValue(e.Value)
	case FaultPassed:
		return len(e.Fault)
	case ArmsAwaited:
		return weighList(e.Items)
	}
	return 0
}

func (e *Stopped) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	exit := uint32(e.Exit)
	c.u32(&exit)
	e.Exit = Exit(exit)
	c.u32(&e.Block)
	c.u32(&e.Step)
	c.text(&e.Fault)
	c.record(&e.Fields)
	c.text(&e.Detail)
	c.value(&e.Value, 0)
}

func (e *FaultPassed) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.From)
	c.bool(&e.Whole)
	c.u32(&e.To)
	c.u32(&e.Block)
	c.text(&e.Fault)
}

func (e *StepWithdrawn) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
}

func (e *BlockEntered) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Block)
}

func (e *UndoStarted) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Scope)
	c.u32(&e.Step)
}

func (e *RoundsPlanned) code(c *coder) {
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Width)
	c.u32(&e.Need)
}

func (e *StateEntered) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.State)
}

func (e *ArmsAwaited) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.list(&e.Items)
	c.due(&e.Due)
}
