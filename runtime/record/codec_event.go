package record

import "fmt"

// The tags of events. A number is never used for anything else.
const (
	tagPlanActivated       byte = 1
	tagInstanceStarted     byte = 2
	tagMessageSkipped      byte = 3
	tagStepPassed          byte = 4
	tagStepEntered         byte = 5
	tagBranchEntered       byte = 6
	tagLoopAdvanced        byte = 7
	tagAttemptStarted      byte = 8
	tagAttemptFailed       byte = 9
	tagSettlementOwed      byte = 10
	tagSettlementClosed    byte = 11
	tagStepLeft            byte = 12
	tagTaskClaimed         byte = 13
	tagTaskCompleted       byte = 14
	tagEventKept           byte = 15
	tagEventTaken          byte = 16
	tagEventExpired        byte = 17
	tagFaultRaised         byte = 18
	tagFaultCaught         byte = 19
	tagCompensationStarted byte = 20
	tagIncidentOpened      byte = 21
	tagIncidentResolved    byte = 22
	tagReturned            byte = 23
	tagInstanceEnded       byte = 24
	tagDeadLetterOwed      byte = 25
	tagTimerSet            byte = 26
	tagTimerFired          byte = 27
	tagEventHanded         byte = 28
)

// write writes one event.
func (c *coder) write(ev Event) {
	switch e := ev.(type) {
	case StepPassed:
		c.buf = append(c.buf, tagStepPassed)
		e.code(c)
	case StepEntered:
		c.buf = append(c.buf, tagStepEntered)
		e.code(c)
	case StepLeft:
		c.buf = append(c.buf, tagStepLeft)
		e.code(c)
	case AttemptStarted:
		c.buf = append(c.buf, tagAttemptStarted)
		e.code(c)
	case InstanceStarted:
		tag := tagInstanceStarted
		if e.Depth > 0 {
			tag = tagInstanceDeeper
		}
		c.buf = append(c.buf, tag)
		e.code(c)
		if e.Depth > 0 {
			c.u32(&e.Depth)
		}
	case InstanceEnded:
		c.buf = append(c.buf, tagInstanceEnded)
		e.code(c)
	case BranchEntered:
		c.buf = append(c.buf, tagBranchEntered)
		e.code(c)
	case LoopAdvanced:
		c.buf = append(c.buf, tagLoopAdvanced)
		e.code(c)
	case EventKept:
		c.buf = append(c.buf, tagEventKept)
		e.code(c)
	case EventTaken:
		c.buf = append(c.buf, tagEventTaken)
		e.code(c)
	case TimerFired:
		c.buf = append(c.buf, tagTimerFired)
		e.code(c)
	case MessageSkipped:
		c.buf = append(c.buf, tagMessageSkipped)
		e.code(c)
	default:
		c.writeSeldom(ev)
	}
}

func (c *coder) writeSeldom(ev Event) {
	switch e := ev.(type) {
	case PlanActivated:
		c.buf = append(c.buf, tagPlanActivated)
		e.code(c)
	case AttemptFailed:
		c.buf = append(c.buf, tagAttemptFailed)
		e.code(c)
	case SettlementOwed:
		c.buf = append(c.buf, tagSettlementOwed)
		e.code(c)
	case SettlementClosed:
		c.buf = append(c.buf, tagSettlementClosed)
		e.code(c)
	case TaskClaimed:
		c.buf = append(c.buf, tagTaskClaimed)
		e.code(c)
	case TaskCompleted:
		c.buf = append(c.buf, tagTaskCompleted)
		e.code(c)
	case EventHanded:
		c.buf = append(c.buf, tagEventHanded)
		e.code(c)
	case EventExpired:
		c.buf = append(c.buf, tagEventExpired)
		e.code(c)
	case FaultRaised:
		c.buf = append(c.buf, tagFaultRaised)
		e.code(c)
	case FaultCaught:
		c.buf = append(c.buf, tagFaultCaught)
		e.code(c)
	case CompensationStarted:
		c.buf = append(c.buf, tagCompensationStarted)
		e.code(c)
	case IncidentOpened:
		c.buf = append(c.buf, tagIncidentOpened)
		e.code(c)
	case IncidentResolved:
		c.buf = append(c.buf, tagIncidentResolved)
		e.code(c)
	case Returned:
		c.buf = append(c.buf, tagReturned)
		e.code(c)
	case DeadLetterOwed:
		c.buf = append(c.buf, tagDeadLetterOwed)
		e.code(c)
	case TimerSet:
		c.buf = append(c.buf, tagTimerSet)
		e.code(c)
	default:
		if !c.writeRegion(ev) && !c.writeChild(ev) && !c.writeTold(ev) && !c.writeReport(ev) && !c.writeRoute(ev) && !c.writePeople(ev) && !c.writeVerb(ev) && !c.writeRequest(ev) && !c.writeVersion(ev) {
			panic(fmt.Sprintf("record: %T is no event", ev))
		}
	}
}

// readers read the event after a tag.
var readers = [...]func(*coder) Event{
	tagPlanActivated:       readAs[PlanActivated],
	tagInstanceStarted:     readAs[InstanceStarted],
	tagMessageSkipped:      readAs[MessageSkipped],
	tagStepPassed:          readAs[StepPassed],
	tagStepEntered:         readAs[StepEntered],
	tagBranchEntered:       readAs[BranchEntered],
	tagLoopAdvanced:        readAs[LoopAdvanced],
	tagAttemptStarted:      readAs[AttemptStarted],
	tagAttemptFailed:       readAs[AttemptFailed],
	tagSettlementOwed:      readAs[SettlementOwed],
	tagSettlementClosed:    readAs[SettlementClosed],
	tagStepLeft:            readAs[StepLeft],
	tagTaskClaimed:         readAs[TaskClaimed],
	tagTaskCompleted:       readAs[TaskCompleted],
	tagEventKept:           readAs[EventKept],
	tagEventTaken:          readAs[EventTaken],
	tagEventExpired:        readAs[EventExpired],
	tagFaultRaised:         readAs[FaultRaised],
	tagFaultCaught:         readAs[FaultCaught],
	tagCompensationStarted: readAs[CompensationStarted],
	tagIncidentOpened:      readAs[IncidentOpened],
	tagIncidentResolved:    readAs[IncidentResolved],
	tagReturned:            readAs[Returned],
	tagInstanceEnded:       readAs[InstanceEnded],
	tagDeadLetterOwed:      readAs[DeadLetterOwed],
	tagTimerSet:            readAs[TimerSet],
	tagTimerFired:          readAs[TimerFired],
	tagEventHanded:         readAs[EventHanded],
	tagWorkBegun:           readAs[WorkBegun],
	tagWorkEnded:           readAs[WorkEnded],
	tagChildStarted:        readAs[ChildStarted],
	tagChildRecalled:       readAs[ChildRecalled],
	tagHandleTaken:         readAs[HandleTaken],
	tagWatcherAdded:        readAs[WatcherAdded],
	tagTold:                readAs[Told],
	tagContinued:           readAs[Continued],
	tagTaskNudged:          readAs[TaskNudged],
	tagReported:            readAs[Reported],
	tagIndexed:             readAs[Indexed],
	tagForgotten:           readAs[Forgotten],
	tagStopped:             readAs[Stopped],
	tagFaultPassed:         readAs[FaultPassed],
	tagStepWithdrawn:       readAs[StepWithdrawn],
	tagBlockEntered:        readAs[BlockEntered],
	tagUndoStarted:         readAs[UndoStarted],
	tagRoundsPlanned:       readAs[RoundsPlanned],
	tagStateEntered:        readAs[StateEntered],
	tagArmsAwaited:         readAs[ArmsAwaited],
	tagInstancePoisoned:    readAs[InstancePoisoned],
	tagStepSkipped:         readAs[StepSkipped],
	tagInstanceTerminated:  readAs[InstanceTerminated],
	tagInstanceReset:       readAs[InstanceReset],
	tagWentBack:            readAs[WentBack],
	tagWentBackAnew:        readWentBackAnew,
	tagOperated:            readAs[Operated],
	tagRequested:           readAs[Requested],
	tagInstanceDeeper:      readInstanceDeeper,
	tagGivenUp:             readAs[GivenUp],
	tagInstanceMigrated:    readAs[InstanceMigrated],
	tagMigrationFailed:     readAs[MigrationFailed],
	tagRolloutSet:          readAs[RolloutSet],
	tagTaskAnswered:        readAs[TaskAnswered],
	tagTaskReleased:        readAs[TaskReleased],
	tagTaskDelegated:       readAs[TaskDelegated],
	tagMessageTaken:        readAs[MessageTaken],
	tagMessagePassed:       readAs[MessagePassed],
	tagPartBegan:           readAs[PartBegan],
	tagCellOpened:          readAs[CellOpened],
	tagCellMarked:          readAs[CellMarked],
	tagCellGathered:        readAs[CellGathered],
	tagCellEmptied:         readAs[CellEmptied],
	tagCellHeld:            readAs[CellHeld],
	tagCellReleased:        readAs[CellReleased],
	tagCellClosed:          readAs[CellClosed],
}

func readAs[E Event, P interface {
	*E
	code(*coder)
}](c *coder) Event {
	var e E
	P(&e).code(c)
	return e
}

// read reads one event.
func (c *coder) read() Event {
	tag := c.byte()
	if int(tag) >= len(readers) || readers[tag] == nil {
		c.fail(ErrGarbage)
		return nil
	}
	return readers[tag](c)
}

// Each event lists its fields once, for writing and for reading.

func (e *PlanActivated) code(c *coder) {
	c.when(&e.At)
	c.text(&e.Package)
	c.text(&e.Digest)
}

func (e *InstanceStarted) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.text(&e.Process)
	c.text(&e.Plan)
	c.raw(&e.Key)
	c.record(&e.Vars)
	c.text(&e.Channel)
	c.uint(&e.Position)
}

func (e *MessageSkipped) code(c *coder) {
	c.text(&e.Route)
	c.text(&e.Channel)
	c.uint(&e.Position)
}

func (e *StepPassed) code(c *coder) {
	c.id(&e.Instance)
	c.u32(&e.Parent)
	c.u32(&e.Step)
	c.bool(&e.Bound)
	if e.Bound {
		c.value(&e.Value, 0)
	}
}

func (e *StepEntered) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Parent)
	c.u32(&e.Step)
	c.u32(&e.Block)
	c.list(&e.Items)
	c.due(&e.Due)
}

func (e *BranchEntered) code(c *coder) {
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Parent)
	c.u32(&e.Block)
}

func (e *LoopAdvanced) code(c *coder) {
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Round)
	c.value(&e.Value, 0)
}

func (e *AttemptStarted) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Attempt)
	c.text(&e.Cloud)
	c.text(&e.Why)
}

func (e *AttemptFailed) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Attempt)
	c.outcome(&e.Outcome)
	c.text(&e.Detail)
	c.int(&e.TookNs)
	c.due(&e.Retry)
}

func (e *SettlementOwed) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Of)
	c.u32(&e.Step)
	c.u32(&e.Attempt)
	c.text(&e.Cloud)
	c.list(&e.Args)
	c.due(&e.Due)
}

func (e *SettlementClosed) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.outcome(&e.Outcome)
	c.text(&e.Detail)
	c.bool(&e.Undo)
	c.value(&e.Value, 0)
}

func (e *StepLeft) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.bool(&e.Bound)
	if e.Bound {
		c.value(&e.Value, 0)
	}
	c.text(&e.Cloud)
	c.int(&e.TookNs)
}

func (e *TaskClaimed) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.text(&e.By)
}

func (e *TaskCompleted) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.text(&e.By)
}

func (e *EventKept) code(c *coder) {
	c.when(&e.At)
	c.text(&e.Type)
	c.raw(&e.ID)
	c.record(&e.Payload)
	c.text(&e.Instance)
	c.due(&e.Until)
}

func (e *EventTaken) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.text(&e.ID)
	c.u32(&e.Arm)
	c.record(&e.Payload)
}

func (e *EventHanded) code(c *coder) {
	c.when(&e.At)
	c.text(&e.Type)
	c.text(&e.ID)
	c.text(&e.Next)
}

func (e *EventExpired) code(c *coder) {
	c.text(&e.Type)
	c.raw(&e.ID)
}

func (e *FaultRaised) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Step)
	c.text(&e.Fault)
	c.record(&e.Fields)
	c.bool(&e.Cancelled)
	c.text(&e.Detail)
}

func (e *FaultCaught) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Block)
	c.text(&e.Fault)
	c.record(&e.Fields)
}

func (e *CompensationStarted) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Step)
}

func (e *IncidentOpened) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Step)
	c.text(&e.Detail)
}

func (e *IncidentResolved) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.text(&e.By)
}

func (e *Returned) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Step)
	c.value(&e.Result, 0)
}

func (e *InstanceEnded) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.state(&e.State)
	c.value(&e.Result, 0)
	c.text(&e.Fault)
	c.record(&e.Fields)
	c.text(&e.Detail)
}

func (e *DeadLetterOwed) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
}

func (e *TimerSet) code(c *coder) {
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.due(&e.Due)
}

func (e *TimerFired) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.u32(&e.Block)
}

// Tags are the first bytes of all events that there are or were, in their order: what a
// journal of any version may hold.
func Tags() (tags []byte) {
	for tag, read := range readers {
		if read != nil {
			tags = append(tags, byte(tag))
		}
	}
	return tags
}

const tagInstanceDeeper byte = 185

// readInstanceDeeper reads the start of an instance that others wait for; journals from
// before that have it without how many.
func readInstanceDeeper(c *coder) Event {
	e := InstanceStarted{}
	e.code(c)
	c.u32(&e.Depth)
	return e
}
