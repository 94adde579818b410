package engine

import "github.com/cob-lang/cob/runtime/record"

// overdueAt is when the else of a task runs, 0 for never.
func (st *step) overdueAt(since record.Instant) record.Instant {
	if st.plan.Task.DueNs == 0 || st.elseBlock < 0 {
		return 0
	}
	return since + record.Instant(st.plan.Task.DueNs)
}

// nextNudge is when something happens next to a task that nobody has done: its else,
// its escalation or a reminder; 0 for never.
func (st *step) nextNudge(since, now record.Instant, escalated bool) record.Instant {
	t := st.plan.Task
	next := st.overdueAt(since)
	if t.EscalateNs > 0 && !escalated {
		next = earlier(next, since+record.Instant(t.EscalateNs))
	}
	if every := record.Instant(t.RemindNs); every > 0 {
		next = earlier(next, since+every*((now-since)/every+1))
	}
	return next
}

// taskDue does what a task's time has come for.
func (d *decider) taskDue(x *instance, a *activation, st *step) {
	if due := st.overdueAt(a.since); due != 0 && due <= d.now {
		d.emit(record.TimerFired{At: d.now, Instance: x.id, Activation: a.id, Block: uint32(st.elseBlock) + 1})
		d.wake(a)
		return
	}
	escalated := a.escalated()
	e := record.TaskNudged{At: d.now, Instance: x.id, Activation: a.id}
	if ns := st.plan.Task.EscalateNs; ns > 0 && !escalated && a.since+record.Instant(ns) <= d.now {
		e.Escalated, escalated = true, true
	}
	e.Due = st.nextNudge(a.since, d.now, escalated)
	d.emit(e)
}

func (a *activation) escalated() bool { return a.x != nil && a.x.escalated }

func (s *State) taskNudged(x *instance, a *activation, e *record.TaskNudged) {
	if e.Escalated {
		a.more().escalated = true
	}
	s.setDue(x, a, e.Due)
}

// OnlyReminders says that whatever happens here by itself is a reminder of a task, for
// ever: time changes nothing any more until somebody does something. It looks at all
// timers.
func (s *State) OnlyReminders() bool {
	for _, e := range s.timers.heap {
		if s.stale(e) {
			continue
		}
		if e.cell != nil && e.cell.holds() || e.cell == nil && !remindsAlone(peek(e.inst), e.act) {
			return false
		}
	}
	return len(s.kept.parted) == 0
}

// remindsAlone says that the timer of an activation will do nothing but remind.
func remindsAlone(x *instance, act uint32) bool {
	a := x.find(act)
	if !x.asksAt(a) {
		return false
	}
	st := &x.flow.steps[a.step]
	return st.overdueAt(a.since) == 0 && (st.plan.Task.EscalateNs == 0 || a.escalated())
}
