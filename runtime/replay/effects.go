package replay

import (
	"encoding/json"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

func (p *player) stepOf(activation uint32) *plan.Step {
	if s := p.program.Step(p.flow, p.steps[activation]); s != nil {
		return s
	}
	return &plan.Step{ID: "dead_letter"}
}

// note remembers what was decided.
func (p *player) note(e record.Event) {
	if record.About(e) != record.InstanceID(p.then.Process, p.then.Key) {
		return
	}
	ran := func(step uint32) {
		if s := p.program.Step(p.flow, step); s != nil {
			p.ran = append(p.ran, s.ID)
		}
	}
	undone := func(activation, step uint32) {
		p.steps[activation] = step
		p.undone = append(p.undone, p.stepOf(activation).ID)
	}
	switch e := e.(type) {
	case record.StepPassed:
		ran(e.Step)
	case record.StepEntered:
		p.steps[e.Activation] = e.Step
		ran(e.Step)
	case record.WorkBegun:
		p.steps[e.Activation] = e.Step
		ran(e.Step)
	case record.SettlementOwed:
		p.steps[e.Activation] = e.Step
	case record.ChildRecalled:
		p.steps[e.Activation] = e.Step
	case record.CompensationStarted:
		undone(e.Activation, e.Step)
	case record.UndoStarted:
		undone(e.Activation, e.Step)
	case record.Told:
		ran(e.Step)
	case record.Returned:
		ran(e.Step)
	case record.Continued:
		p.flow = e.Process
		p.ran = append(p.ran, "continue with "+e.Process)
	case record.EventTaken:
		p.took = append(p.took, e.ID)
	case record.MessageTaken:
		p.took = append(p.took, e.Message)
	case record.InstanceTerminated:
		if p.ended == nil {
			p.ended = &End{At: at(e.At), State: string(record.Cancelled)}
		}
	case record.InstanceEnded:
		p.end(e)
	}
}

func (p *player) end(e record.InstanceEnded) {
	p.ended = &End{At: at(e.At), State: string(e.State), Fault: e.Fault}
	if e.Fault != "" {
		p.ended.Fields = p.encode(e.Fields, types.Ref(e.Fault), nil)
	}
	if f := p.process(p.flow); f != nil && e.State == record.Completed && f.Result.Kind != types.Void {
		p.ended.Result = p.encode(e.Result, f.Result, nil)
	}
}

// effect answers what the instance asks for as it was answered then.
func (p *player) effect(e engine.Effect) {
	t := e.Of()
	ask, again := p.open[t.Activation]
	if !again {
		step := p.stepOf(t.Activation)
		now, asks := AskOf(p.program, p.flow, step, e, p.encode)
		if !asks {
			p.answer(t, 0, record.AttemptEnded{Outcome: record.Succeeded})
			return
		}
		p.asked = append(p.asked, now)
		ask = p.match(&now)
		p.open[t.Activation] = ask
	}
	switch {
	case ask == nil && again:
		p.answer(t, 0, record.AttemptEnded{Outcome: record.Succeeded})
		return
	case ask == nil:
		p.unknown(e)
		return
	}
	n := int(t.Attempt) - 1
	if n >= len(ask.Attempts) {
		n = len(ask.Attempts) - 1 // it answers as it did last
	}
	if n < 0 || ask.Attempts[n].Outcome == "" {
		return // it was not answered then either
	}
	p.reply(e, ask, &ask.Attempts[n])
}

// match finds the ask of then that an ask of now is, and compares the two.
func (p *player) match(now *Ask) *Ask {
	found := -1
	for i := range p.then.Asks {
		a := &p.then.Asks[i]
		if p.used[i] || a.Kind != now.Kind || a.Step != now.Step || a.Target != now.Target {
			continue
		}
		if equalArgs(a.Args, now.Args) {
			found = i
			break
		}
		if found < 0 {
			found = i
		}
	}
	if found < 0 {
		return nil
	}
	p.used[found] = true
	then := &p.then.Asks[found]
	if !equalArgs(then.Args, now.Args) {
		p.differs("call", now.Step, "%s %s with %s and would be with %s", now.Target, verb(now.Kind), text(then.Args), text(now.Args))
	}
	return then
}

func verb(kind string) string {
	switch kind {
	case "start":
		return "was started"
	case "send":
		return "was sent a message"
	case "publish":
		return "was published"
	case "settlement":
		return "was asked again"
	}
	return "was called"
}

// unknown is an ask that was not there then. What gives nothing back is done; of
// another one nobody knows the answer, and what follows.
func (p *player) unknown(e engine.Effect) {
	now := &p.asked[len(p.asked)-1]
	p.differs("call", now.Step, "it would ask %s with %s, which it did not", now.Target, text(now.Args))
	answers := true
	switch e := e.(type) {
	case engine.Call:
		op := operation(p.program, e.Endpoint, e.Operation)
		answers = op == nil || op.Result.Kind != types.Void
	case engine.Start:
		answers = e.Watch != (record.Watch{})
	case engine.Send, engine.Publish:
		answers = false
	}
	if answers {
		p.lost = true
		return
	}
	p.answer(e.Of(), 0, record.AttemptEnded{Outcome: record.Succeeded})
}

// reply answers with an attempt of then.
func (p *player) reply(e engine.Effect, ask *Ask, a *Attempt) {
	ended := record.AttemptEnded{Outcome: record.Outcome(a.Outcome), Detail: a.Detail}
	var result types.Type
	switch e := e.(type) {
	case engine.Call:
		if op := operation(p.program, e.Endpoint, e.Operation); op != nil {
			result = op.Result
		}
		if a.Cloud != "" && e.Cloud != a.Cloud {
			p.differs("call", ask.Step, "%s was asked on %s and would be on %s", ask.Target, a.Cloud, e.Cloud)
		}
	case engine.Start:
		p.child(e, ask, a)
		return
	}
	var err error
	switch {
	case a.Fault != "":
		ended.Fault = a.Fault
		var v types.Value
		v, err = p.read(a.Fields, types.Ref(a.Fault), "")
		ended.Fields, _ = v.(map[string]types.Value)
	case len(a.Value) > 0 && result.Kind != types.Void && result.Kind != types.Invalid:
		ended.Value, err = p.read(a.Value, result, ask.Target)
	case ended.Outcome == record.Succeeded && result.Kind != types.Void && result.Kind != types.Invalid && result.Kind != types.Optional:
		p.lost = true // the answer was not used then, so nobody kept it
		p.differs("call", ask.Step, "the answer of %s was not kept, as nothing used it", ask.Target)
		return
	}
	if err != nil {
		p.differs("call", ask.Step, "the answer of %s would be refused: %v", ask.Target, err)
		p.lost = true
		return
	}
	p.answer(e.Of(), a.TookNs, ended)
}

// child answers a start: it is there, and where the instance waits for its end, that
// comes when it came then.
func (p *player) child(e engine.Start, ask *Ask, a *Attempt) {
	if e.Watch == (record.Watch{}) || a.Outcome != string(record.Succeeded) && a.Outcome != string(record.Raised) {
		p.answer(e.Target, a.TookNs, record.AttemptEnded{Outcome: record.Outcome(a.Outcome), Detail: a.Detail})
		return
	}
	news := record.ChildEnded{Watch: e.Watch, Child: record.InstanceID(e.Process, e.Business)}
	news.State = record.Completed
	var err error
	switch f := p.process(e.Process); {
	case a.Fault != "":
		news.State, news.Fault = record.Faulted, a.Fault
		var v types.Value
		v, err = p.read(a.Fields, types.Ref(a.Fault), "")
		news.Fields, _ = v.(map[string]types.Value)
	case len(a.Value) > 0 && f != nil:
		news.Result, err = p.read(a.Value, f.Result, "")
	}
	if err != nil {
		p.differs("call", ask.Step, "what %s gave would be refused: %v", ask.Target, err)
		p.lost = true
		return
	}
	p.answer(e.Target, 0, record.AttemptEnded{Outcome: record.Succeeded})
	p.later(p.now+record.Instant(a.TookNs), func() { p.send(news) })
}

func (p *player) answer(t engine.Target, took int64, a record.AttemptEnded) {
	a.Instance, a.Activation, a.Attempt, a.TookNs = t.Instance, t.Activation, t.Attempt, took
	p.later(p.now+record.Instant(took), func() { p.send(a) })
}

// text is what an ask holds, for a person.
func text(args map[string]json.RawMessage) string {
	if len(args) == 0 {
		return "nothing"
	}
	b, err := json.Marshal(args)
	if err != nil {
		return "what cannot be shown"
	}
	return string(b)
}
