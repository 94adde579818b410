package sim

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// playedChild is an instance of a mocked process: it is told how it ends, and
// nothing of it runs.
type playedChild struct {
	id      string
	process string
	ending  record.Ending
	due     nanos
	watches []record.Watch
}

// mocked is the answer that is given for a process that an instance starts, nil
// where the process itself runs. One that was started before is asked for again.
func (b *bench) mocked(e engine.Start) *playedChild {
	id := record.InstanceID(e.Process, e.Business)
	if c := b.played[id]; c != nil {
		return c
	}
	var args []types.Value
	for _, p := range b.own.Plan().Processes {
		for i := range p.Params {
			if p.Name == e.Process {
				args = append(args, e.Input[p.Params[i].Name])
			}
		}
	}
	r := b.choose(args, "", func(g *plan.Given) bool { return g.Process == e.Process })
	if r == nil {
		return nil
	}
	r.used++
	c := &playedChild{id: id, process: e.Process, due: b.now + nanos(r.TakesNs), ending: record.Ending{State: record.Completed}}
	if r.Kind == plan.GivenRaises {
		fields, _ := b.value(r.Fields).(map[string]types.Value)
		c.ending = record.Ending{State: record.Faulted, Fault: r.Raises, Fields: fields}
	} else {
		c.ending.Result = b.value(r.Returns)
	}
	b.played[id] = c
	b.begun = append(b.begun, happened{e.Process, e.Input})
	b.trace("%s started %s", short(b.flows[e.Instance]), short(e.Process)+list(args, "(", ")"))
	return c
}

// pretends lets a mocked instance begin, and end when its time has come.
func (b *bench) pretends(e engine.Start, c *playedChild) error {
	if e.Watch == (record.Watch{}) {
		return b.ended(e.Target, record.AttemptEnded{Outcome: record.Succeeded})
	}
	if c.due <= b.now {
		b.playOut(c)
		return refused(b.decide(record.ChildEnded{Watch: e.Watch, Child: c.id, Ending: c.ending}))
	}
	if !slices.Contains(c.watches, e.Watch) {
		c.watches = append(c.watches, e.Watch)
		b.playing = append(b.playing, c)
		b.plan(c)
	}
	return b.ended(e.Target, record.AttemptEnded{Outcome: record.Succeeded})
}

// plan lets the news of the end of a mocked instance reach those who wait, when
// its time has come.
func (b *bench) plan(c *playedChild) {
	b.later.after(c.due-b.now, func() {
		if !slices.Contains(b.playing, c) {
			return
		}
		b.playing = slices.DeleteFunc(b.playing, func(x *playedChild) bool { return x == c })
		b.playOut(c)
		for _, w := range c.watches {
			if err := refused(b.decide(record.ChildEnded{Watch: w, Child: c.id, Ending: c.ending})); err != nil {
				b.fail("a step forward", err.Error())
			}
		}
	})
}

// childrenAgain plans the ends of mocked instances after a crash: they run
// elsewhere, and know nothing of it.
func (b *bench) childrenAgain() {
	for _, c := range b.playing {
		b.plan(c)
	}
}

func (b *bench) playOut(c *playedChild) {
	if c.ending.State == record.Faulted {
		b.trace("%s raised %s %s, as given", short(c.process), short(c.ending.Fault), show(c.ending.Fields))
		return
	}
	b.trace("%s returned %s, as given", short(c.process), show(c.ending.Result))
}
