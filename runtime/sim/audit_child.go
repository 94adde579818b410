package sim

import "github.com/cob-lang/cob/runtime/record"

// begun checks the records about what was begun and about children.
func (a *audit) begun(ev record.Event) {
	switch e := ev.(type) {
	case record.WorkBegun:
		a.still(e.Instance)
		a.enter(e.Instance, e.Activation, 0)
		a.past(e.At)
	case record.TaskNudged:
		p := place{e.Instance, e.Activation}
		a.fired(p, e.At)
		a.due[p] = e.Due
		a.past(e.At)
	case record.Stopped:
		a.world.figures.Stopped++
	case record.Continued:
		a.world.figures.Continued++
		a.enter(e.Instance, e.Activation, 0)
		a.past(e.At)
		for _, d := range a.completed[e.Instance] { // nothing of it is undone any more
			if !a.scopes.units[d] {
				a.stands = append(a.stands, d)
			}
		}
		a.completed[e.Instance] = nil
	case record.WatcherAdded:
		a.enter(e.Instance, e.Activation, 0)
	case record.ChildRecalled:
		a.enter(e.Instance, e.Activation, 0)
	case record.WorkEnded:
		p := place{e.Instance, e.Activation}
		a.once(!a.leftBy[p] && !a.over[p], "the work %v ended", p)
		a.over[p] = true
		delete(a.due, p)
	case record.ChildStarted:
		p := place{e.Instance, e.Activation}
		a.once(!a.over[p], "the child of %v started", p)
		a.world.figures.Children++
		delete(a.due, p)
	}
}
