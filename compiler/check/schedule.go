package check

import (
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// Schedule is a checked schedule; Plan has no Flow yet.
type Schedule struct {
	Decl  *syntax.ScheduleDecl
	Plan  plan.Schedule
	Facts *Facts // of its body
}

// defaultCatchUp is how old an occasion may be that is made up for.
const defaultCatchUp = int64(24 * time.Hour)

func (c *checker) schedule(d *syntax.ScheduleDecl, out *Schedule, grown map[source.Span]labelSet) (more bool) {
	p := plan.Schedule{Name: c.qualified(d.Name.Text), Doc: d.Doc, Missed: plan.MissedLast, CatchUpNs: defaultCatchUp, At: c.place(d.Name.At)}
	b := c.settings("a schedule", scheduleSettings, d.Body.Settings, d.Name.At)
	if v, ok := b.first("every"); ok {
		p.EveryNs, p.Days, p.Zone = int64(v.low), v.days, v.text
	}
	c.missed(b, &p)
	c.clockChanges(b, &p)
	scope := resolve.NewScope()
	due := &resolve.Variable{Name: "due", Type: types.Of(types.Timestamp), Fixed: "when the occasion is", Used: true}
	scope.Offer(due)
	p.Due = due.Plan
	f := &flow{checker: c, route: true, name: d.Name.Text, raised: map[string]bool{}, ids: map[string]syntax.Name{}, grown: grown, regions: regionsOf(d.Body)}
	starts := f.does(scope.Inner(), d)
	if v, ok := b.first("overlap"); ok {
		p.Overlap = plan.Overlap(v.text)
		if !starts && len(d.Body.Stmts) == 1 {
			c.report(diag.Errorf(CodeOccasion, b.span("overlap"), "nothing is started here that could still run").WithHelp("leave overlap out"))
		}
	} else if starts {
		p.Overlap = plan.OverlapSkip
	}
	out.Plan = p
	return f.more
}

// does checks what happens on an occasion, and says whether it starts a process.
func (f *flow) does(s *resolve.Scope, d *syntax.ScheduleDecl) (starts bool) {
	for _, cl := range d.Body.Clauses {
		f.report(diag.Errorf(CodePlace, cl.Span(), "this clause has no meaning in a schedule").WithHelp("put the statements into a process, and start it"))
	}
	list := d.Body.Stmts
	if len(list) == 0 {
		f.report(diag.Errorf(CodeOccasion, d.Name.At, "nothing happens when the schedule %s is due", d.Name.Text).WithHelp("end it with: start Process(...), send channel(...) or publish Event { ... }"))
		return false
	}
	for i, st := range list {
		switch st.(type) {
		case *syntax.StartStmt:
			starts = true
		case *syntax.SendStmt, *syntax.PublishStmt:
		default:
			f.report(diag.Errorf(CodeOccasion, st.Span(), "a schedule starts a process, sends a message or publishes an event").WithHelp("put this into a process, and start it"))
			return starts
		}
		if i > 0 {
			f.report(diag.Errorf(CodeOccasion, st.Span(), "a schedule does one thing").WithNote(list[0].Span(), "here").WithHelp("write another schedule, or start a process that does both"))
			return starts
		}
	}
	f.statements(s, list)
	return starts
}

// missed reads which occasions are made up for.
func (c *checker) missed(b block, p *plan.Schedule) {
	if v, ok := b.get("missed"); ok {
		switch {
		case v.has(0) == v.has(1):
			c.report(diag.Errorf(CodeSettingValue, b.span("missed"), "missed is skip, run last or run all"))
		case v.has(0):
			p.Missed = plan.MissedSkip
		default:
			p.Missed = plan.Missed(v[1][0].text)
		}
	}
	if v, ok := b.first("catch_up"); ok {
		p.CatchUpNs = int64(v.low)
		if p.Missed == plan.MissedSkip {
			c.report(diag.Errorf(CodeOccasion, b.span("catch_up"), "nothing is made up for, because missed is skip").WithNote(b.span("missed"), "here"))
		}
	}
	if p.Missed == plan.MissedSkip {
		p.CatchUpNs = 0
	}
}

// clockChanges reads what becomes of occasions on days on which clocks are put
// forward or back.
func (c *checker) clockChanges(b block, p *plan.Schedule) {
	for _, name := range []string{"dst_gap", "dst_fold"} {
		v, ok := b.first(name)
		if !ok {
			continue
		}
		if b.at("every") != nil && (p.EveryNs > 0 || len(p.Days) > 0 && p.Zone == "UTC") {
			c.report(diag.Errorf(CodeOccasion, b.span(name), "no clock is put forward or back here: these times are UTC").
				WithHelp("leave %s out, or name a zone: day at 02:30 in \"Europe/Paris\"", name))
		}
		p.SkipGap = p.SkipGap || v.text == "skip"
		p.Twice = p.Twice || v.text == "both"
	}
}
