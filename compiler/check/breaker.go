package check

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// What holds of a breaker and of hedging where nothing is set, as the table says.
const (
	defaultTrials = 3
	defaultHedged = "0.1"
)

// breaker reads when nobody asks a cloud any more.
func (c *checker) breaker(b block, f *plan.Failover) *plan.Breaker {
	v, ok := b.get("breaker")
	if !ok {
		return nil
	}
	out := &plan.Breaker{Rate: v[0][0].text, Calls: int(v[0][1].int), WindowNs: int64(v[0][2].low), Trials: defaultTrials}
	if v.has(1) {
		out.SlowRate, out.SlowNs = v[1][0].text, int64(v[1][1].low)
		if out.SlowNs >= f.EachNs {
			c.report(diag.Errorf(CodeNeverSlow, b.span("breaker"), "no call takes %s: an attempt is given up after %s", types.FormatDuration(v[1][1].low), types.FormatDuration(time.Duration(f.EachNs))).
				WithHelp("call slow what takes less than that, or give the attempts of tries more time"))
		}
	}
	if v.has(2) {
		out.Trials = int(v[2][0].int)
	}
	return out
}

// hedge reads when a call is sent a second time.
func hedge(b block) *plan.Hedge {
	v, ok := b.get("hedge")
	if !ok {
		return nil
	}
	percent, _ := strconv.Atoi(strings.TrimPrefix(v[0][0].text, "p"))
	out := &plan.Hedge{AfterPercent: percent, AtMost: defaultHedged}
	if v.has(1) {
		out.AtMost = v[1][0].text
	}
	return out
}

// failoverNamed is the failover of that qualified name, nil where nothing is known
// of it.
func (c *checker) failoverNamed(name string) *plan.Failover {
	for _, p := range c.everywhere() {
		if i := slices.IndexFunc(p.Failovers, func(f plan.Failover) bool { return f.Name == name }); i >= 0 {
			return &p.Failovers[i]
		}
	}
	return nil
}

// fits reports what a failover asks for and a call cannot give. own is where the
// call itself names the failover, nowhere if it does not.
func (f *flow) fits(st *syntax.CallStmt, own source.Span, call *Call) {
	used := f.failoverNamed(call.Failover)
	if used == nil {
		return
	}
	if own.Known() {
		of, settings := "the route "+f.name, []*syntax.Setting(nil)
		if f.process != nil {
			of, settings = "the process "+f.name, f.process.Decl.Body.Settings
		}
		f.sticks(call.Failover, of, settings, own)
	}
	if used.Prefer == plan.Weighted && weightless(call) {
		f.report(diag.Errorf(CodeWeights, st.Target.Span(), "the failover %s draws a cloud by weights, and of those where %s may go none has any", f.short(used.Name), f.short(call.Endpoint.Name)).
			WithHelp("give one of them a weight: on %s { weight: 1 }", call.Endpoint.Bindings[0].Cloud))
	}
	f.hedges(used, own, st, call)
}

// weightless says whether no cloud where a call may go has a weight.
func weightless(call *Call) bool {
	some := false
	for _, cand := range call.Candidates {
		i := slices.IndexFunc(call.Endpoint.Bindings, func(b plan.Binding) bool { return b.Cloud == cand.Cloud })
		if i < 0 || cand.Verdict == plan.Deny {
			continue
		}
		if w := call.Endpoint.Bindings[i].Weight; w == nil || *w > 0 {
			return false
		}
		some = true
	}
	return some
}

// sticks reports a failover that keeps the calls of a key together, where there is
// none. settings are those of the process, or of the route.
func (c *checker) sticks(failover, of string, settings []*syntax.Setting, at source.Span) {
	used := c.failoverNamed(failover)
	if used == nil || used.Prefer != plan.Sticky || slices.ContainsFunc(settings, func(s *syntax.Setting) bool { return s.Name.Text == "key" }) {
		return
	}
	c.report(diag.Errorf(CodeNoStickyKey, at, "the failover %s keeps the calls of a key together, and %s has no key", c.short(used.Name), of).
		WithHelp("a process has one with a setting such as key: order.id; prefer: weighted draws for every call"))
}
