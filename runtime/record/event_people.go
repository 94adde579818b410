package record

// ReleaseTask gives a claimed task back, so that others can claim it. Where Force,
// it is taken from whoever has it.
type ReleaseTask struct {
	Instance   string
	Activation uint32
	By         string
	Groups     []string
	Force      bool
	Reason     string
	Request    Request
}

// DelegateTask hands a task to another person.
type DelegateTask struct {
	Instance   string
	Activation uint32
	By         string
	Groups     []string
	To         string
	Reason     string
	Request    Request
}

func (ReleaseTask) command()  {}
func (DelegateTask) command() {}

// TaskAnswered: a person answered; a StepLeft follows. Form is a digest of the
// answer, by which the same answer that comes again is known. Journals from before
// it have TaskCompleted.
type TaskAnswered struct {
	At         Instant
	Instance   string
	Activation uint32
	By         string
	Form       uint64
}

// TaskReleased: nobody has the task any more. By is who gave it back or took it
// from whoever had it.
type TaskReleased struct {
	At         Instant
	Instance   string
	Activation uint32
	By         string
	Reason     string
}

// TaskDelegated: By handed the task to To.
type TaskDelegated struct {
	At         Instant
	Instance   string
	Activation uint32
	By         string
	To         string
	Reason     string
}

func (TaskAnswered) event()  {}
func (TaskReleased) event()  {}
func (TaskDelegated) event() {}

const (
	tagTaskAnswered  byte = 96
	tagTaskReleased  byte = 97
	tagTaskDelegated byte = 98
)

// writePeople writes such an event, and says whether it was one.
func (c *coder) writePeople(ev Event) bool {
	switch e := ev.(type) {
	case TaskAnswered:
		c.buf = append(c.buf, tagTaskAnswered)
		e.code(c)
	case TaskReleased:
		c.buf = append(c.buf, tagTaskReleased)
		e.code(c)
	case TaskDelegated:
		c.buf = append(c.buf, tagTaskDelegated)
		e.code(c)
	default:
		return false
	}
	return true
}

// weighPeople is the weight of the parts of such an event that have no bound.
func weighPeople(ev Event) int {
	switch e := ev.(type) {
	case TaskAnswered:
		return len(e.By)
	case TaskReleased:
		return len(e.By) + len(e.Reason)
	case TaskDelegated:
		return len(e.By) + len(e.To) + len(e.Reason)
	}
	return 0
}

func (e *TaskAnswered) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.text(&e.By)
	c.uint(&e.Form)
}

func (e *TaskReleased) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.text(&e.By)
	c.text(&e.Reason)
}

func (e *TaskDelegated) code(c *coder) {
	c.when(&e.At)
	c.id(&e.Instance)
	c.u32(&e.Activation)
	c.text(&e.By)
	c.text(&e.To)
	c.text(&e.Reason)
}
