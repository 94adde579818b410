package check

import (
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// then reads one assertion.
func (p *phrase) then(t *plan.Then) bool {
	if !p.begun {
		p.tooEarly()
		return false
	}
	if p.take("never") {
		t.Never = true
		return p.happened(t)
	}
	switch {
	case p.take("returns"):
		return p.ends("returns") && p.returns(t)
	case p.take("fails"):
		return p.ends("fails") && p.failsWith(t)
	case p.take("cancelled"):
		t.Kind = plan.ThenCancelled
		return p.ends("cancelled")
	case p.take("waits"):
		t.Kind = plan.ThenWaits
		return p.ends("waits") && p.whereabouts(t)
	case p.take("incident"):
		t.Kind = plan.ThenIncident
		return p.ends("incident") && p.whereabouts(t)
	case p.take("order"):
		return p.order(t)
	case p.take("task"):
		return p.taskOpen(t)
	case p.take("progress"):
		t.Kind = plan.ThenProgress
		return p.said(t)
	case p.take("audit"):
		t.Kind = plan.ThenAudit
		return p.said(t)
	case p.take("report"):
		return p.reported(t)
	case p.take("within"):
		t.Kind = plan.ThenWithin
		var ok bool
		t.WithinNs, ok = p.duration(true)
		return ok && p.about("how long it took")
	case p.take("cost"):
		return p.costs(t)
	case p.take("refused"):
		return p.refused(t)
	}
	return p.happened(t)
}

// assertions are the words that begin an assertion.
var assertions = []string{
	"returns", "fails", "cancelled", "waits", "incident", "called", "never", "order", "undone", "published", "sent", "started", "task", "progress",
	"audit", "report", "within", "cost", "ran", "refused",
}

// tooEarly reports an assertion before anything was done, unless the test has no
// when at all, which is said of the test.
func (p *phrase) tooEarly() {
	if !p.does {
		return
	}
	p.report(diag.Errorf(CodeTestOrder, p.step.Span(), "nothing was done yet that this could be said of").WithHelp("put it behind the when that it is about"))
}

// happened reads an assertion that may also be turned round with never.
func (p *phrase) happened(t *plan.Then) bool {
	switch {
	case p.take("called"):
		return p.calledThen(t)
	case p.take("published"):
		t.Kind = plan.ThenPublished
		e := p.next("an event")
		if e == nil {
			return false
		}
		var ok bool
		t.Event, t.Expr, ok = p.eventValue(e, false)
		return ok && p.counted(t)
	case p.take("sent"):
		return p.sentThen(t)
	case p.take("started"):
		return p.startedThen(t)
	case p.take("ran"):
		t.Kind = plan.ThenRan
		s, ok := p.stepName()
		if ok {
			t.Steps = append(t.Steps, *s)
		}
		return ok && p.counted(t)
	case p.take("undone"):
		t.Kind = plan.ThenUndone
		if t.Never && !p.left() {
			return true
		}
		return p.stepNames(t)
	}
	if t.Never {
		return p.unknown("called", "published", "sent", "started", "ran", "undone")
	}
	return p.unknown(assertions...)
}

// ends says whether an assertion of how things stand is the only one at its place.
func (p *phrase) ends(word string) bool {
	if !p.about("what became of it") {
		return false
	}
	at := p.step.Span()
	for other, first := range p.ended {
		if other != word {
			p.report(diag.Errorf(CodeTestEnds, at, "it cannot do both").WithNote(first, "the other one").
				WithHelp("leave one of the two lines out").WithFix(at.Alone(), "").AsDraft())
			return false
		}
	}
	p.ended[word] = at
	return true
}

// about reports an assertion on an instance where none was started by a line of
// the test.
func (p *phrase) about(what string) bool {
	if p.process != "" {
		return true
	}
	if !p.failed { // otherwise what is wrong with the start has been said
		p.report(diag.Errorf(CodeTestOrder, p.step.Span(), "no process was started yet, so nobody knows %s", what).WithHelp("start one before: when Process(arguments)"))
	}
	return false
}

func (p *phrase) returns(t *plan.Then) bool {
	t.Kind = plan.ThenReturns
	e := p.next("a value")
	if e == nil {
		return false
	}
	x := p.signature(p.process)
	if x.Result.Kind == types.Void {
		p.errorf(CodeNoValue, e.Span(), "%s gives nothing back", p.short(x.Name))
		return false
	}
	t.Type = x.Result
	t.Expr = p.fixed(e, x.Result)
	return t.Expr != nil
}

func (p *phrase) failsWith(t *plan.Then) bool {
	t.Kind = plan.ThenFails
	e := p.next("a fault")
	if e == nil {
		return false
	}
	var is bool
	if t.Fault, t.Expr, is = p.technicalFault(e); !is {
		t.Fault, t.Expr = p.faultValue(e)
	}
	return t.Fault != ""
}

// whereabouts reads `at STEP`.
func (p *phrase) whereabouts(t *plan.Then) bool {
	if !p.take("at") {
		return !p.left() || p.unknown("at")
	}
	s, ok := p.stepName()
	if ok {
		t.Steps = append(t.Steps, *s)
	}
	return ok
}

func (p *phrase) calledThen(t *plan.Then) bool {
	t.Kind = plan.ThenCalled
	call, ok := p.operation()
	if !ok {
		return false
	}
	if !t.Never && p.take("before") {
		then, ok := p.operation()
		if !ok {
			return false
		}
		t.Kind, t.Calls = plan.ThenOrder, []plan.CallMatch{call.match(), then.match()}
		return true
	}
	match := call.match()
	t.Call = &match
	if t.Cloud, ok = p.cloud(call.endpoint); !ok || !p.counted(t) {
		return false
	}
	if t.Cloud == "" {
		t.Cloud, ok = p.cloud(call.endpoint)
	}
	return ok
}

func (t *target) match() plan.CallMatch {
	return plan.CallMatch{CallName: plan.CallName{Endpoint: t.endpoint.Name, Operation: t.operation.Name}, Args: t.args, WithArgs: t.withArgs}
}

// operation reads an operation of an endpoint.
func (p *phrase) operation() (target, bool) {
	e := p.next("an operation")
	if e == nil {
		return target{}, false
	}
	if path := pathOf(e); path != nil && len(path.Parts) == 1 {
		if s := p.Info.Lookup(path.Parts[0].Text); s == nil || s.Kind != resolve.Endpoint {
			p.wrong(e.Span(), "an operation is wanted here, such as payments.charge")
			return target{}, false
		}
	}
	return p.called(e, resolve.Endpoint)
}

// counted reads how often something happened. What never happened has no number.
func (p *phrase) counted(t *plan.Then) bool {
	if !p.left() {
		return true
	}
	at := p.step.Terms[p.at].Span()
	n, given, ok := p.times()
	if given && t.Never {
		p.errorf(CodeTest, at, "what never happens happens no number of times")
		return false
	}
	t.Times = n
	return ok
}

func (p *phrase) order(t *plan.Then) bool {
	t.Kind = plan.ThenOrder
	for p.left() {
		call, ok := p.operation()
		if !ok {
			return false
		}
		t.Calls = append(t.Calls, call.match())
	}
	if len(t.Calls) < 2 {
		p.wrong(p.step.Span(), "an order is one of at least two operations")
		return false
	}
	return true
}

func (p *phrase) sentThen(t *plan.Then) bool {
	t.Kind = plan.ThenSent
	e := p.next("a channel")
	if e == nil {
		return false
	}
	name := e
	call, with := e.(*syntax.CallExpr)
	if with {
		name = call.Func
	}
	channel, ok := p.channel(name)
	if !ok {
		return false
	}
	t.Channel = channel.Name
	if with {
		v, ok := p.message(call, channel)
		if !ok {
			return false
		}
		t.WithArgs, t.Args = true, []expression.Tree{*v}
	}
	return p.counted(t)
}

func (p *phrase) startedThen(t *plan.Then) bool {
	t.Kind = plan.ThenStarted
	e := p.next("a process")
	if e == nil {
		return false
	}
	x, ok := p.called(e, resolve.Process)
	if !ok {
		return false
	}
	t.Process, t.Args, t.WithArgs = x.process.Name, x.args, x.withArgs
	return p.counted(t)
}

func (p *phrase) taskOpen(t *plan.Then) bool {
	t.Kind = plan.ThenTask
	var step *plan.StepName
	if _, ok := p.task(&t.Task, &step); !ok {
		return false
	}
	if step != nil {
		t.Steps = append(t.Steps, *step)
	}
	t.Past = p.take("was")
	if !t.Past && !p.take("is") {
		p.wrong(p.step.Span(), "what about the task %s?", t.Task)
		return false
	}
	return p.take("open") || p.unknown("open")
}

// said reads a text that an instance is to have told.
func (p *phrase) said(t *plan.Then) bool {
	var ok bool
	t.Text, ok = p.text("a text")
	return ok
}

// refused reads that who acted on a task on the line before was not let, and perhaps
// a part of the reason.
func (p *phrase) refused(t *plan.Then) bool {
	t.Kind = plan.ThenRefused
	if !p.acts {
		if !p.wrongBefore {
			p.report(diag.Errorf(CodeTestRefused, p.step.Span(), "nobody acts on a task on the line before, so nobody can be refused").
				WithHelp("put it right behind the line it is about: when complete task name { } by \"user\", or when claim task name by \"user\""))
		}
		return false
	}
	return !p.left() || p.said(t)
}

func (p *phrase) reported(t *plan.Then) bool {
	t.Kind = plan.ThenReport
	t.Text = p.word()
	if e := p.next("the name of a report"); e == nil || t.Text == "" {
		if e != nil {
			p.wrong(e.Span(), "the name of a report is wanted here")
		}
		return false
	}
	if !p.reportNamed(t.Text) {
		return false
	}
	if !p.left() {
		return true
	}
	if !p.take("includes") {
		return p.unknown("includes")
	}
	e := p.next("what it includes")
	if e == nil {
		return false
	}
	t.Expr = p.fixed(e, none)
	return t.Expr != nil
}

func (p *phrase) costs(t *plan.Then) bool {
	t.Kind = plan.ThenCost
	if !p.take("at", "most") {
		p.wrong(p.step.Span(), "how much may it cost?")
		return false
	}
	e := p.next("an amount")
	if e == nil {
		return false
	}
	lit, ok := e.(*syntax.Literal)
	if !ok || lit.Kind != syntax.MoneyLiteral {
		p.report(diag.Errorf(CodeTestAmount, e.Span(), "an amount of money is wanted here, such as 0.05 EUR"))
		return false
	}
	amount, err := types.ParseAmount(strings.ReplaceAll(lit.Raw, "_", ""))
	if err != nil {
		p.errorf(CodeLiteral, e.Span(), "%s", err)
		return false
	}
	t.Cost = amount.String()
	return true
}
