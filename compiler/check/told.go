package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

var reportSettings = []Setting{
	{Name: "format", Form: "<one of json html pdf>", Default: "json", Doc: "what it is written as"},
	{Name: "include", Form: "<expression>", Default: "everything", Doc: "a list of data, path, clouds, cost and sla"},
	{Name: "title", Form: "<expression>", Default: "the name of the report", Doc: "what stands above it, a string"},
	{Name: "to", Form: "<expression>", Default: "it is kept with the instance", Doc: "an operation that takes the report, such as archive.put"},
}

// reportParts are what a report may include.
var reportParts = []string{"data", "path", "clouds", "cost", "sla"}

// tells checks a text that people read.
func (f *flow) tells(s *resolve.Scope, e syntax.Expr, where string) {
	t := f.value(s, e, types.Of(types.String))
	f.tree(e, t)
	f.keeps(&t, 0, spanOf(e), where)
}

// publish checks that what is published is an event.
func (f *flow) publish(s *resolve.Scope, st *syntax.PublishStmt) {
	name, fields := faultParts(st.Event)
	if name == nil {
		f.report(diag.Errorf(CodeEvent, spanOf(st.Event), "an event is wanted here, such as Shipped { order: order.id }"))
		return
	}
	f.occurrence(s, st, st.Event, name, fields, resolve.Event)
}

// occurrence checks the fault or the event that a statement makes, and gives what
// declares it; nil where what is wrong has been said.
func (f *flow) occurrence(s *resolve.Scope, st syntax.Stmt, e syntax.Expr, name *syntax.Path, fields []*syntax.FieldInit, kind resolve.Kind) *resolve.Symbol {
	sym := f.only(name, string(kind), kind)
	if sym == nil {
		for _, i := range fields {
			f.expr(s, i.Value, none)
		}
		return nil
	}
	f.Names[st] = sym
	rec, ok := e.(*syntax.RecordExpr)
	if !ok {
		rec = &syntax.RecordExpr{Place: syntax.Place{At: name.Span()}, Type: name}
	}
	t := f.record(s, rec, none)
	f.tree(e, t)
	f.keeps(&t, 0, e.Span(), "the "+string(kind)+" "+sym.Name)
	return sym
}

// reports checks what a report includes and where it goes.
func (f *flow) reports(s *resolve.Scope, st *syntax.ReportStmt) {
	r := &plan.ReportStep{Format: "json"}
	f.Parts[st] = &Part{Report: r}
	b := f.settings("a report", reportSettings, list(st.Settings), st.Name.At)
	if v, ok := b.first("format"); ok {
		r.Format = v.text
	}
	if v, ok := b.first("include"); ok {
		r.Include = f.parts(v.expr)
	}
	if len(r.Include) == 0 || slices.Contains(r.Include, "data") {
		s.UseAll()
	}
	var labels labelSet
	if v, ok := b.first("title"); ok {
		t := f.value(s, v.expr, types.Of(types.String))
		if !t.invalid() {
			r.Title, labels = &t.Tree, f.all(&t)
			f.keeps(&t, 0, v.expr.Span(), "the title of a report, which is shown as it is,")
		}
	}
	if v, ok := b.first("to"); ok {
		f.reportTo(v.expr, f.Parts[st], f.labels.list(f.labels.closed(labels)))
	}
}

func (f *flow) parts(e syntax.Expr) []string {
	var out []string
	l, ok := e.(*syntax.ListExpr)
	if !ok {
		f.report(diag.Errorf(CodeSettingValue, e.Span(), "a report includes a list of its parts").WithHelp("write include: [data, cost]"))
		return nil
	}
	for _, x := range l.Items {
		id, ok := x.(*syntax.Ident)
		if !ok || !slices.Contains(reportParts, id.Name) {
			d := diag.Errorf(CodeSettingValue, spanOf(x), "a report has no such part")
			if ok {
				d = resolve.Unknown(x.Span(), "part of a report", id.Name, reportParts)
			}
			f.report(d)
			continue
		}
		out = append(out, id.Name)
	}
	return out
}

// reportTo checks that an operation can take the report. What is labelled does not
// leave in it, but for its title, whose labels decide where it may go.
func (f *flow) reportTo(e syntax.Expr, part *Part, labels []string) {
	r := part.Report
	m, ok := e.(*syntax.MemberExpr)
	id, named := syntax.Expr(nil), false
	if ok {
		id, named = m.X, true
	}
	first, simple := id.(*syntax.Ident)
	if !named || !simple {
		f.report(diag.Errorf(CodeSettingValue, e.Span(), "a report goes to an operation").WithHelp("write to: archive.put"))
		return
	}
	p := &syntax.Path{Place: syntax.Place{At: e.Span()}, Parts: []syntax.Name{{Text: first.Name, At: first.At}, m.Name}}
	ep, op, _ := f.target(p)
	if op == nil {
		return
	}
	takes := types.Of(types.String)
	switch r.Format {
	case "json":
		takes = types.Of(types.JSON)
	case "pdf":
		takes = types.Of(types.Bytes)
	}
	if len(op.Params) == 0 || required(op.Params) > 1 || !f.Universe.Assignable(takes, op.Params[0].Type) {
		f.report(diag.Errorf(CodeArguments, e.Span(), "%s does not take a report: its one argument would be %s", p, takes))
		return
	}
	part.Call = &Call{Endpoint: ep, Operation: op, Labels: labels, Failover: f.failover, Policy: f.policy}
	f.candidates(e.Span(), part.Call)
}
