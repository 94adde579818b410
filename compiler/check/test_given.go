package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// given reads what the world of a test is told to do.
func (p *phrase) given(g *plan.Given) bool {
	if p.word() == "now" && len(p.step.Terms) > 1 && p.step.Word(1) == "" {
		return p.givenNow(g)
	}
	if p.step.Word(1) == "is" {
		return p.givenDown(g)
	}
	e := p.next("an operation")
	t, ok := p.called(e, resolve.Endpoint, resolve.Process)
	if !ok {
		return false
	}
	g.Args, g.WithArgs = t.args, t.withArgs
	if t.process != nil {
		g.Process = t.process.Name
		return p.answer(g, t) && p.circumstances(g, nil)
	}
	g.Endpoint, g.Operation = t.endpoint.Name, t.operation.Name
	return p.answer(g, t) && p.circumstances(g, t.endpoint)
}

func (p *phrase) givenNow(g *plan.Given) bool {
	at := p.step.Terms[0].Span()
	p.at++
	g.Kind = plan.GivenNow
	var ok bool
	if g.NowNs, ok = p.instant(); !ok {
		return false
	}
	if p.begun {
		p.report(diag.Errorf(CodeTestOrder, at, "the time of a test is set before anything happens in it").WithHelp("behind a when, time goes on with: when advance 2d"))
		return false
	}
	return true
}

// givenDown reads `is down on CLOUD after 3 calls for 10m`, of an endpoint or of a
// whole cloud, and `is partitioned` in the same way.
func (p *phrase) givenDown(g *plan.Given) bool {
	e := p.next("an endpoint")
	path := pathOf(e)
	if path == nil {
		return p.unknown()
	}
	sym := p.only(path, "endpoint or cloud", resolve.Endpoint, resolve.Cloud)
	if sym == nil {
		return false
	}
	switch {
	case p.take("is", "down"):
		g.Kind = plan.GivenDown
	case p.take("is", "partitioned"):
		g.Kind = plan.GivenPartitioned
	default:
		p.at++ // is
		return p.unknown("down", "partitioned")
	}
	ok := true
	if sym.Kind == resolve.Cloud {
		g.Cloud = sym.Name
	} else {
		end := p.endpoint(sym.Full)
		if end == nil {
			return false
		}
		g.Endpoint = end.Name
		if g.Cloud, ok = p.cloud(end); !ok {
			return false
		}
	}
	if p.take("after") {
		if !p.left() {
			p.next("a number")
			return false
		}
		if g.AfterCalls, ok = p.count(); !ok {
			return false
		}
		if !p.take("calls") && !p.take("call") {
			p.wrong(p.step.Span(), "after how many calls?")
			return false
		}
	}
	if p.take("for") {
		g.ForNs, ok = p.duration(true)
	}
	return ok
}

// answer reads how an operation or a process answers.
func (p *phrase) answer(g *plan.Given, t target) bool {
	mocks := p.step.Terms[0].Span()
	switch {
	case p.take("returns"):
		g.Kind = plan.GivenReturns
		return p.returned(g, t)
	case p.take("raises"):
		g.Kind = plan.GivenRaises
		return p.raised(g, t)
	case p.take("fails"):
		g.Kind = plan.GivenFails
	case p.take("rejects"):
		g.Kind = plan.GivenRejects
		if p.left() && p.word() == "" {
			if _, text := p.step.Terms[p.at].(*syntax.StringExpr); text {
				var ok bool
				if g.Reason, ok = p.text("a reason"); !ok {
					return false
				}
			}
		}
	case p.take("never", "answers"):
		g.Kind = plan.GivenSilent
	case p.take("answers", "garbage"):
		g.Kind = plan.GivenGarbage
	case p.word() == "takes" && t.result().Kind == types.Void:
		g.Kind = plan.GivenReturns // nothing, and that takes its time
	case !p.left():
		p.wrong(mocks, "how does %s answer?", mocks.Text())
		return false
	default:
		return p.unknown("returns", "raises", "fails", "rejects", "never", "answers", "is")
	}
	if t.process != nil && g.Kind != plan.GivenReturns {
		p.report(diag.Errorf(CodeTest, mocks, "a process gives a result or raises a fault").WithHelp("given %s returns ..., or raises ...", mocks.Text()))
		return false
	}
	return true
}

// gives is the name of what answers, the type of its result and the faults that
// it may raise.
func (t *target) gives() (string, types.Type, []string) {
	if t.process != nil {
		return t.process.Name, t.process.Result, t.process.Raises
	}
	return t.operation.Name, t.operation.Result, t.operation.Raises
}

func (t *target) result() types.Type {
	_, result, _ := t.gives()
	return result
}

func (p *phrase) returned(g *plan.Given, t target) bool {
	e := p.next("a value")
	if e == nil {
		return false
	}
	name, result, _ := t.gives()
	if result.Kind == types.Void {
		p.errorf(CodeNoValue, e.Span(), "%s gives nothing back", p.short(name))
		return false
	}
	g.Returns = p.lawful(e, result)
	return g.Returns != nil
}

func (p *phrase) raised(g *plan.Given, t target) bool {
	e := p.next("a fault")
	if e == nil {
		return false
	}
	name, _, raises := t.gives()
	g.Raises, g.Fields = p.faultValue(e)
	if g.Raises == "" {
		return false
	}
	if !slices.Contains(raises, g.Raises) {
		p.errorf(CodeTest, e.Span(), "%s never raises %s", p.short(name), p.short(g.Raises))
		return false
	}
	p.raisable(g, e)
	return true
}

// raisable checks that a fault which somebody is said to raise has its fields.
func (c *checker) raisable(g *plan.Given, e syntax.Expr) {
	d := c.Universe.Lookup(g.Raises)
	switch {
	case d == nil:
	case g.Fields != nil:
		c.obeys(g.Fields, types.Ref(g.Raises), e)
	default:
		if _, ok := e.(*syntax.Ident); ok {
			c.complete(resolve.NewScope(), &syntax.RecordExpr{Place: syntax.Place{At: e.Span()}, Type: &syntax.Path{Place: syntax.Place{At: e.Span()}}}, types.Ref(g.Raises), d.Fields)
		}
	}
}

// circumstances reads how long an answer takes, where it is given, and how often,
// in any order.
func (p *phrase) circumstances(g *plan.Given, e *plan.Endpoint) bool {
	seen := map[string]source.Span{}
	for p.left() {
		at := p.step.Terms[p.at].Span()
		what, ok := "", true
		switch {
		case p.word() == "on" && e == nil:
			p.errorf(CodeTest, at, "a process is on no cloud")
			return false
		case p.word() == "on":
			what = "on"
			g.Cloud, ok = p.cloud(e)
		case p.take("takes"):
			what = "takes"
			g.TakesNs, ok = p.duration(false)
		default:
			var given bool
			what = "times"
			if g.Times, given, ok = p.times(); !given {
				return p.unknown("takes", "on", "once", "times")
			}
		}
		if !ok {
			return false
		}
		if _, twice := seen[what]; twice {
			p.errorf(CodeTest, at, "this is said twice")
			return false
		}
		seen[what] = at
	}
	if _, takes := seen["takes"]; takes && g.Kind == plan.GivenSilent {
		p.errorf(CodeTest, seen["takes"], "what never answers takes no time")
		return false
	}
	return true
}
