package engine

import (
	"errors"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/record"
	"github.com/cob-lang/cob/runtime/report"
)

func (l *linker) reporting(p *plan.Step, s *step) {
	if p.Report == nil {
		return
	}
	s.expr, l.flow.reports = l.expr(p.Report.Title, p.At), true
	if p.Call != nil {
		s.call = l.call(p)
	}
}

// execReport makes the record of the instance up to here. It stays in the journal;
// where it goes to an operation, the step waits until that has taken it.
func (d *decider) execReport(x *instance, a *activation, index uint32, st *step) {
	title := ""
	if st.expr != nil {
		v, ok := d.value(x, a, index, st.expr)
		if !ok {
			return
		}
		title = textOf(v)
	}
	text := x.document(d.now, a, st, title)
	if why := d.s.limits.tooMuch(text); why != "" {
		d.incident(x, a, index, "the report "+why)
		return
	}
	d.values += record.WeightOf(text)
	if st.call == nil {
		d.emit(record.Reported{At: d.now, Instance: x.id, Activation: x.last + 1, Parent: a.id, Step: index, Text: text})
		return
	}
	values := []types.Value{text}
	w, err := d.s.wanted(x, st, values)
	if err != nil {
		d.incident(x, a, index, err.Error())
		return
	}
	if d.room(x, a, index, 1) {
		d.attempt(x, d.enter(x, a, record.StepEntered{Step: index, Items: values}), &w)
	}
}

// document is the record of the instance as the branch of a sees it.
func (x *instance) document(now record.Instant, a *activation, st *step, title string) string {
	r := st.plan.Report
	s := report.Subject{
		Report: st.plan.Name, Title: title, Process: x.flow.name, Instance: x.id, Key: x.key, Digest: x.flow.program.digest,
		Started: x.started, At: now, Path: x.path, Include: r.Include, Vars: x.flow.program.Vars(x.flow.name),
	}
	if s.Path == nil {
		s.Path = &report.Path{}
	}
	for i, v := range x.variables(a) {
		s.Vars[i].Value = v
	}
	return report.Make(x.flow.program.plan, x.flow.program.universe, &s, x.flow.planStep).JSON()
}

// planStep is a step of the plan, nil where there is none of this number.
func (f *flow) planStep(index uint32) *plan.Step {
	if int(index) < len(f.steps) {
		return f.steps[index].plan
	}
	return nil
}

// rendered is a report in the form that its operation takes.
func rendered(st *step, values []types.Value) (types.Value, error) {
	if len(values) != 1 {
		return nil, errors.New("its report is not there")
	}
	text, _ := values[0].(string)
	switch st.plan.Report.Format {
	case "html", "pdf":
		d, err := report.Parse(text)
		if err != nil {
			return nil, err
		}
		if st.plan.Report.Format == "pdf" {
			return d.PDF(), nil
		}
		return d.HTML(), nil
	}
	return types.ReadJSON([]byte(text))
}

// reported passes a step that made a report.
func (s *State) reported(x *instance, a *activation, e *record.Reported) string {
	switch {
	case int(e.Step) >= len(x.flow.steps):
		return "its flow has no such step"
	case e.Activation <= x.last:
		return usedBefore
	}
	x.last = e.Activation
	a.next++
	x.steps++
	return ""
}

// follow keeps the path of an instance whose flow makes reports. It runs before the
// event is applied, where what the event ends is still there.
func (s *State) follow(ev record.Event) {
	x := s.get(followed(ev))
	if x == nil || !x.flow.reports && x.path == nil {
		return
	}
	if x.path == nil {
		x.path = &report.Path{}
	}
	x.path.Note(ev, func(activation uint32) *plan.Step {
		if a := x.find(activation); a != nil {
			return x.flow.planStep(a.step)
		}
		return nil
	}, x.flow.planStep)
}

// followed is the instance of an event that belongs to a path, "" for others.
func followed(ev record.Event) string {
	switch e := ev.(type) {
	case record.StepEntered:
		return e.Instance
	case record.WorkBegun:
		return e.Instance
	case record.Reported:
		return e.Instance
	case record.AttemptStarted:
		return e.Instance
	case record.StepLeft:
		return e.Instance
	case record.WorkEnded:
		return e.Instance
	case record.FaultCaught:
		return e.Instance
	case record.TimerFired:
		return e.Instance
	case record.EventTaken:
		return e.Instance
	}
	return ""
}

func (c *snapper) path(x *instance) {
	if !c.writing {
		x.path = &report.Path{}
	}
	p := x.path
	n := c.size(len(p.Stages))
	if !c.writing {
		p.Stages = make([]report.Stage, n)
	}
	for i := range n {
		s := &p.Stages[i]
		c.u32(&s.Activation)
		c.u32(&s.Step)
		c.when(&s.Begun)
		c.when(&s.Ended)
		c.text(&s.Cloud)
		c.u32(&s.Attempts)
		c.text(&s.How)
	}
	c.u32(&p.More)
	n = c.size(len(p.Calls))
	if !c.writing {
		p.Calls = make([]report.Calls, n)
	}
	for i := range n {
		k := &p.Calls[i]
		c.text(&k.Endpoint)
		c.text(&k.Cloud)
		c.u32(&k.Attempts)
		c.u32(&k.Done)
	}
}

// Vars are the variables of a process or a route with their types and labels, without
// values.
func (p *Program) Vars(name string) []report.Var {
	f := p.flows[name]
	if f == nil {
		return nil
	}
	labels := p.Labels(name)
	out := make([]report.Var, len(f.vars))
	for i, v := range f.vars {
		out[i] = report.Var{Name: v.name, Type: v.typ, Labels: labels[v.name]}
	}
	return out
}
