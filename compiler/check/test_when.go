package check

import (
	"path"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// when reads what somebody does.
func (p *phrase) when(w *plan.When) bool {
	if call, ok := p.step.Terms[0].(*syntax.CallExpr); ok {
		return p.starts(w, call)
	}
	switch {
	case p.take("publish"):
		return p.publishes(w)
	case p.take("send"):
		return p.sends(w)
	case p.take("complete", "task"):
		return p.completes(w)
	case p.take("claim", "task"):
		w.Kind = plan.WhenClaim
		var ok bool
		if _, ok = p.task(&w.Task, &w.Step); !ok {
			return false
		}
		if p.word() != "by" {
			p.wrong(p.step.Span(), "who claims the task?")
			return false
		}
		return p.by(w)
	case p.take("advance"):
		return p.advances(w)
	case p.take("cancel"):
		return p.cancels(w)
	case p.take("retry"):
		w.Kind = plan.WhenRetry
		var ok bool
		w.Step, ok = p.stepName()
		return ok && p.somethingBegan("be tried again")
	case p.take("crash"):
		return p.crashes(w)
	case p.take("reload"):
		return p.reloads(w)
	}
	return p.unknown("publish", "send", "complete", "claim", "advance", "cancel", "retry", "crash", "reload")
}

// starts reads the start of a process.
func (p *phrase) starts(w *plan.When, call *syntax.CallExpr) bool {
	p.at++
	t, ok := p.called(call, resolve.Process)
	if !ok {
		return false
	}
	w.Kind, w.Process, w.Args = plan.WhenStart, t.process.Name, t.args
	p.process = w.Process
	return true
}

func (p *phrase) publishes(w *plan.When) bool {
	e := p.next("an event")
	if e == nil {
		return false
	}
	w.Kind = plan.WhenPublish
	var ok bool
	w.Event, w.Value, ok = p.eventValue(e, true)
	return ok
}

func (p *phrase) sends(w *plan.When) bool {
	e := p.next("a channel")
	if e == nil {
		return false
	}
	w.Kind = plan.WhenSend
	call, ok := e.(*syntax.CallExpr)
	if !ok {
		p.wrong(e.Span(), "a channel with its message is wanted here, such as intake(order)")
		return false
	}
	channel, ok := p.channel(call.Func)
	if !ok {
		return false
	}
	w.Channel = channel.Name
	w.Value, ok = p.message(call, channel)
	return ok
}

// channel reads the name of a channel.
func (p *phrase) channel(e syntax.Expr) (*plan.Channel, bool) {
	path := pathOf(e)
	if path == nil {
		p.wrong(spanOf(e), "a channel is wanted here")
		return nil, false
	}
	sym := p.only(path, "channel", resolve.Channel)
	if sym == nil {
		return nil, false
	}
	c := p.Channel(sym.Full)
	return c, c != nil
}

// message reads the one argument of a channel. What does not obey its type may be
// sent: that is a test of what happens then.
func (p *phrase) message(call *syntax.CallExpr, channel *plan.Channel) (*expression.Tree, bool) {
	args, ok := p.constants(call.Func, call.Args, []types.Field{{Name: "message", Type: channel.Type}}, "")
	if !ok {
		return nil, false
	}
	return &args[0], true
}

func (p *phrase) completes(w *plan.When) bool {
	w.Kind = plan.WhenComplete
	form, ok := p.task(&w.Task, &w.Step)
	if !ok {
		return false
	}
	if p.left() && p.word() != "by" {
		e := p.next("a form")
		if form.Kind == types.Invalid {
			p.fixed(e, none) // the process has mistakes of its own, or the task has no form
		} else if w.Value = p.lawful(e, form); w.Value == nil {
			return false
		}
	} else if form.Kind != types.Invalid && form.Kind != types.Void {
		p.report(diag.Errorf(CodeTestTask, p.step.Span(), "the task %s gives %s, and nothing is filled in", w.Task, p.show(form)).
			WithHelp("write it behind the name of the task: { ... }"))
		return false
	}
	return p.by(w)
}

func (p *phrase) advances(w *plan.When) bool {
	w.Kind = plan.WhenAdvance
	var ok bool
	if p.take("until") {
		w.UntilNs, ok = p.instant()
		return ok
	}
	w.ForNs, ok = p.duration(false)
	return ok
}

func (p *phrase) cancels(w *plan.When) bool {
	w.Kind = plan.WhenCancel
	e := p.next("a process")
	if e == nil {
		return false
	}
	path := pathOf(e)
	if path == nil {
		p.wrong(e.Span(), "a process is wanted here")
		return false
	}
	sym := p.only(path, "process", resolve.Process)
	if sym == nil {
		return false
	}
	w.Process = sym.Full
	return p.somethingBegan("be cancelled")
}

func (p *phrase) crashes(w *plan.When) bool {
	w.Kind = plan.WhenCrash
	if w.Before = p.take("before"); !w.Before && !p.take("at") {
		return !p.left() || p.unknown("at", "before")
	}
	var ok bool
	w.Step, ok = p.stepName()
	return ok
}

// somethingBegan reports a line that is about something that has not begun.
func (p *phrase) somethingBegan(could string) bool {
	if p.begun {
		return true
	}
	p.report(diag.Errorf(CodeTestOrder, p.step.Span(), "nothing was done yet that could %s", could).WithHelp("start something before: when Process(arguments)"))
	return false
}

// reloads reads which version is activated: another one is in a directory of its own.
func (p *phrase) reloads(w *plan.When) bool {
	w.Kind = plan.WhenReload
	if !p.take("with") {
		return true
	}
	var ok bool
	if w.With, ok = p.text("the directory of another version"); !ok {
		return false
	}
	switch clean := path.Clean(w.With); {
	case path.IsAbs(w.With), strings.Contains(w.With, `\`):
		p.wrong(p.step.Terms[p.at-1].Span(), "%q is a place of one machine: name the directory of the other version from that of this package on, with /", w.With)
		return false
	case clean == ".":
		p.wrong(p.step.Terms[p.at-1].Span(), "%q is this package itself: write reload alone, or name the directory of another version", w.With)
		return false
	}
	return true
}
