package check

import (
	"strconv"
	"strings"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// routing checks the words of routes.
func (f *flow) routing(s *resolve.Scope, st syntax.Stmt) {
	part := &Part{Stream: &plan.StreamStep{}}
	f.Parts[st] = part
	switch st := st.(type) {
	case *syntax.EnrichStmt:
		f.let(s, &syntax.LetStmt{StmtHead: st.StmtHead, Name: st.Name, Type: st.Type, Action: st.Action, Value: st.Value}, st)
		return
	case *syntax.TapStmt:
		f.send(s, st, st.Target, st.Args)
		return
	case *syntax.DetourStmt:
		f.tree(st.When, f.value(s, st.When, types.Of(types.Bool)))
		k := f.fork()
		f.along(k, func() bool { return f.taken(s, st.When, st.Body) })
		f.meet(k, true)
		return
	case *syntax.ClaimStmt:
		t := f.something(s, st.Value)
		f.tree(st.Value, t)
		v := &resolve.Variable{Name: st.As.Text, At: st.As.At, Labels: t.labels, Fixed: "a claim"}
		if !t.invalid() {
			v.Type = types.HandleOf(t.Type)
		}
		f.declareIn(s, st, v)
		return
	case *syntax.ReplyStmt:
		t := f.something(s, st.Value)
		f.noFault(st, &t)
		f.tree(st.Value, t)
		f.keeps(&t, 0, spanOf(st.Value), "the reply")
		return
	case *syntax.MilestoneStmt:
		return // its name is known; there is nothing else
	}
	if f.nested > 0 {
		f.report(diag.Errorf(CodeStream, st.Span(), "this stands in a block, and concerns everything that follows in the route").
			WithHelp("put it into the body of the route itself, or send the message to another route"))
		outer := f.in.message
		defer func() { f.in.message, f.gathered = outer, source.Span{} }()
	}
	f.streaming(s, st, part)
}

// streaming checks the words that concern everything that follows in a route.
func (f *flow) streaming(s *resolve.Scope, st syntax.Stmt, part *Part) {
	stream := part.Stream
	switch st := st.(type) {
	case *syntax.DedupeStmt:
		if f.insteadOf(st.By, "within", "in") {
			return
		}
		f.keyed(s, st.By)
		stream.WithinNs = f.remembers(st, st.Within, "dedupe remembers every key for ever")
	case *syntax.ResequenceStmt:
		t := f.value(s, st.By, types.Of(types.Int))
		f.tree(st.By, t)
		f.keyed(s, st.Per)
		stream.WithinNs = f.remembers(st, st.Within, "a number that never comes is waited for for ever")
	case *syntax.ThrottleStmt:
		stream.Rate, stream.WithinNs = f.rate(st.Rate)
		f.keyed(s, st.By)
	case *syntax.SampleStmt:
		f.share(st.Share, stream)
		f.keyed(s, st.By)
	case *syntax.DelayStmt:
		f.duration(st.For)
		d, _ := DurationOf(st.For)
		part.Wait = &plan.WaitStep{DelayNs: int64(d)}
	case *syntax.SplitStmt:
		f.split(s, st)
	case *syntax.WrapStmt:
		f.becomes(s, st, st.Value, st.As)
	case *syntax.UnwrapStmt:
		f.becomes(s, st, st.Value, st.As)
	case *syntax.AggregateStmt:
		f.aggregate(s, st, stream)
	case *syntax.SlipStmt:
		f.slip(s, st, part)
	}
}

// keyed checks a key by which messages are told apart; nil is none.
func (f *flow) keyed(s *resolve.Scope, e syntax.Expr) {
	if e == nil {
		return
	}
	t := f.value(s, e, none)
	f.tree(e, t)
	if !t.invalid() && !f.printable(t.Type) {
		d := diag.Errorf(CodeMismatch, spanOf(e), "%s has no text form for a key", f.show(t.Type))
		switch t.Type.Kind {
		case types.Optional:
			d = d.WithHelp("say what the key is when it is absent: %s ?? \"\"", spanOf(e).Text())
		case types.List:
			d = d.WithHelp("a key of several values is a text: \"${order.id}/${order.customer.id}\"")
		default:
			d = d.WithHelp("take the field that names it")
		}
		f.report(d)
	}
}

// remembers is how long something is kept, which has to have an end.
func (f *flow) remembers(st syntax.Stmt, within syntax.Expr, otherwise string) int64 {
	if within == nil {
		f.report(diag.Errorf(CodeStream, st.Span(), "%s", otherwise).WithHelp("add within 10m, or however long it may matter").
			WithFix(st.Span().After(), " within 10m").AsDraft())
		return 0
	}
	f.duration(within)
	d, _ := DurationOf(within)
	return int64(d)
}

// rate is `100/s`: how many, and in which time.
func (f *flow) rate(e syntax.Expr) (int64, int64) {
	lit, ok := e.(*syntax.Literal)
	if !ok || lit.Kind != syntax.RateLiteral {
		f.report(diag.Errorf(CodeStream, spanOf(e), "a rate is wanted here").WithHelp("write 100/s, 100/m, 100/h or 100/d"))
		return 0, 0
	}
	n, per, ok := rateOf(lit)
	if !ok || n < 1 {
		f.errorf(CodeStream, lit.Span(), "a rate is a whole number above 0")
	} else if int64(per)/n < int64(time.Microsecond) {
		f.report(diag.Errorf(CodeLimit, lit.Span(), "this is more than one message in a microsecond, which nothing keeps up with").
			WithHelp("leave the throttle out, or write less than 1000000/s"))
	}
	return n, int64(per)
}

// rateOf reads 100/s; ok is false where the number is none or too large.
func rateOf(lit *syntax.Literal) (n int64, per time.Duration, ok bool) {
	count, unit, _ := strings.Cut(lit.Raw, "/")
	n, err := strconv.ParseInt(strings.ReplaceAll(count, "_", ""), 10, 64)
	return n, durationUnits[unit], err == nil
}

// share is the part of the messages that go on: a ratio, or one in a time.
func (f *flow) share(e syntax.Expr, to *plan.StreamStep) {
	if lit, ok := e.(*syntax.Literal); ok {
		switch lit.Kind {
		case syntax.RatioLiteral:
			if r, ok := parseRatio(lit.Raw); ok {
				to.Share = r.String()
				f.shares(lit, r)
				return
			}
		case syntax.DurationLiteral:
			f.duration(lit)
			d, _ := DurationOf(lit)
			to.WithinNs = int64(d)
			return
		}
	}
	f.report(diag.Errorf(CodeStream, spanOf(e), "a sample is a ratio or a duration").WithHelp("write sample 5%%, or sample 1m for one message a minute"))
}

// theMessage is what the variable of a route is that holds its message.
const theMessage = "the message"

// message makes a variable the message of all that follows.
func (f *flow) message(s *resolve.Scope, st syntax.Stmt, as syntax.Name, t types.Type, labels labelSet) *resolve.Variable {
	v := &resolve.Variable{Name: as.Text, At: as.At, Type: t, Labels: labels, Fixed: theMessage}
	if !as.Given() {
		v.Name, v.At, v.Used = "message", st.Span(), true
	}
	f.declareIn(s, st, v)
	f.in.message = v
	return v
}

func (f *flow) split(s *resolve.Scope, st *syntax.SplitStmt) {
	if f.insteadOf(st.List, "as", "in") {
		f.message(s, st, st.As, types.Type{}, 0)
		return
	}
	t := f.value(s, st.List, none)
	f.tree(st.List, t)
	item := types.Type{}
	switch t.Type.Kind {
	case types.List:
		item = *t.Type.Elem
	case types.JSON:
		item = t.Type
	case types.Invalid:
	default:
		f.errorf(CodeMismatch, spanOf(st.List), "a list is wanted and this is %s", f.show(t.Type))
	}
	f.message(s, st, st.As, item, t.labels)
}

// becomes checks a wrap or an unwrap.
func (f *flow) becomes(s *resolve.Scope, st syntax.Stmt, e syntax.Expr, as syntax.Name) {
	if f.insteadOf(e, "as", "in") {
		f.message(s, st, as, types.Type{}, 0)
		return
	}
	t := f.something(s, e)
	f.tree(e, t)
	f.message(s, st, as, t.Type, t.labels)
}

// aggregate checks how messages are gathered. What follows sees only what comes
// of a group.
func (f *flow) aggregate(s *resolve.Scope, st *syntax.AggregateStmt, stream *plan.StreamStep) {
	f.keyed(s, st.By)
	stream.WithinNs = f.remembers(st, st.Within, "a group that is never complete is kept for ever")
	inner := resolve.NewScope()
	group := &resolve.Variable{Name: st.As.Text, At: st.As.At, Fixed: "the messages of a group"}
	if !st.As.Given() {
		group.Name, group.At, group.Used = "messages", st.Span(), true
	}
	if m := f.in.message; m != nil {
		m.Used = true
		if m.Type.Kind != types.Invalid {
			group.Type = types.ListOf(m.Type)
		}
		group.Labels = m.Labels
		stream.Message = &expression.Tree{Op: expression.Var, Type: m.Type, Name: m.Plan}
	}
	f.declare(inner, group)
	stream.Group, stream.GroupType = group.Plan, group.Type
	if st.Until != nil {
		f.tree(st.Until, f.value(inner, st.Until, types.Of(types.Bool)))
	}
	t := f.value(inner, st.Emit, none)
	f.tree(st.Emit, t)
	f.gathered = st.Span()
	f.message(s, st, st.Into, t.Type, t.labels)
}

// slip checks the channels along which a message may go.
func (f *flow) slip(s *resolve.Scope, st *syntax.SlipStmt, part *Part) {
	list := f.value(s, st.List, types.ListOf(types.Of(types.String)))
	f.tree(st.List, list)
	for _, p := range st.Targets {
		sym := f.only(p, "channel", resolve.Channel)
		if sym == nil {
			continue
		}
		part.Slip = append(part.Slip, sym.Full)
		if ch, m := f.Channel(sym.Full), f.in.message; ch != nil && m != nil && !f.Universe.Assignable(m.Type, ch.Type) {
			f.report(f.mismatch(m.Type, ch.Type, p.Span()))
		}
	}
	f.listed(&list, st, len(part.Slip))
	if f.in.message != nil {
		f.in.message.Used = true
	}
}
