package observe

import (
	"cmp"
	"fmt"

	"github.com/cob-lang/cob/runtime/record"
)

// foldVerb folds what operators did, and what a bug did.
func (v *View) foldVerb(commit uint64, e record.Event) {
	x := v.touch(record.About(e), commit)
	if x == nil {
		return
	}
	switch e := e.(type) {
	case record.InstanceMigrated:
		v.migrated(x, e)
	case record.InstancePoisoned:
		if x.ended == 0 {
			x.state, x.own().detail = record.Incident, e.Why()
		}
	case record.StepSkipped:
		x.forget(e.Activation)
		if x.ended == 0 && x.state == record.Incident {
			x.goesOn()
		}
	case record.Operated:
		if e.Verb == "resume" && x.ended == 0 && x.state == record.Incident {
			x.goesOn()
		}
	case record.InstanceReset:
		x.own().calls = nil
		if x.ended == 0 {
			x.goesOn()
		}
	case record.InstanceTerminated:
		x.own().calls = nil
		if x.ended == 0 {
			v.end(x, record.InstanceEnded{At: e.At, State: record.Cancelled, Detail: "terminated " + by(e.By, e.Reason)})
		}
	}
}

// SetAside says that the engine cannot go on with an instance.
func (v *View) SetAside(instance, why string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if x := v.entries[instance]; x != nil && x.ended == 0 {
		x.state, x.own().detail = record.Incident, why
	}
}

// foldOne folds one event. One that this room trips over must not stop the shard:
// its instance is then shown with that detail.
func (v *View) foldOne(commit uint64, e record.Event) {
	defer func() {
		if p := recover(); p != nil {
			if x := v.entries[record.About(e)]; x != nil {
				x.own().detail = fmt.Sprintf("not all of it is shown: a bug of this program, met at %T", e)
			}
		}
	}()
	v.fold(commit, e)
}

// tellVerb tells what operators did, and what a bug did.
func (t *Teller) tellVerb(e record.Event) {
	if record.About(e) != t.instance.ID {
		return
	}
	t.tellVersion(e)
	switch e := e.(type) {
	case record.InstancePoisoned:
		t.add(e.At, Entry{What: "incident", Detail: e.Why()})
	case record.StepSkipped:
		t.add(e.At, t.at(e.Step, Entry{What: "skipped", Cloud: e.Cloud, Detail: by(e.By, e.Reason)}))
	case record.InstanceTerminated:
		t.add(e.At, Entry{What: "terminated", Detail: by(e.By, e.Reason)})
	case record.InstanceReset:
		t.add(e.At, t.at(e.Step, Entry{What: "goes back", Detail: by(e.By, e.Reason)}))
	case record.WentBack:
		t.add(e.At, Entry{What: "went back"})
	case record.Operated:
		t.add(e.At, Entry{What: e.Verb, Detail: by(e.By, e.Reason)})
	case record.GivenUp:
		t.add(e.At, t.of(e.Activation, Entry{What: "given up"}))
	}
}

// by says who did something, and why.
func by(who, why string) string {
	text := "by " + cmp.Or(who, "somebody")
	if why != "" {
		text += ": " + why
	}
	return text
}
