package picture

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
)

// Map is the picture of a package: what sends to what, and where it runs.
type Map struct {
	Package string
	boxes   []mapBox
	links   []link
}

// mapBox is one declaration. Rows are the bindings of an endpoint.
type mapBox struct {
	style       Style
	kind, name  string
	detail      string
	rows        []string
	last, after bool // endpoints stand behind all else, clouds behind them
}

// link is an arrow between boxes; row is the row of from it leaves at, or -1.
type link struct {
	from, to int
	row      int
	class    string // cob-line, cob-dash or cob-never
	label    string
}

// MapOf is the picture of a plan.
func MapOf(p *plan.Plan) Map {
	m := Map{Package: p.Package}
	at := map[string]int{} // by kind and name
	add := func(key string, b mapBox) {
		at[key] = len(m.boxes)
		m.boxes = append(m.boxes, b)
	}
	for i := range p.Channels {
		c := &p.Channels[i]
		add("channel "+c.Name, mapBox{style: Message, kind: "channel", name: m.short(c.Name), detail: c.Kind + " of " + m.short(c.Type.String())})
	}
	for i := range p.Routes {
		add("route "+p.Routes[i].Name, mapBox{style: Data, kind: "route", name: m.short(p.Routes[i].Name)})
	}
	m.watching(p, add)
	for i := range p.Processes {
		x := &p.Processes[i]
		b := mapBox{style: Child, kind: "process", name: m.short(x.Name)}
		if x.SLA != "" {
			b.detail = "sla " + m.short(x.SLA)
		}
		add("process "+x.Name, b)
	}
	for i := range p.Endpoints {
		e := &p.Endpoints[i]
		b := mapBox{style: Call, kind: "endpoint", name: m.short(e.Name), detail: e.Connector, last: true}
		for _, on := range e.Bindings {
			b.rows = append(b.rows, bindingText(on))
		}
		add("endpoint "+e.Name, b)
	}
	for i := range p.Clouds {
		c := &p.Clouds[i]
		b := mapBox{style: Time, kind: "cloud", name: m.short(c.Name), after: true}
		for _, a := range c.Attributes {
			b.rows = append(b.rows, a.Name+" "+constant(a.Value))
		}
		add("cloud "+strings.TrimPrefix(c.Name, p.Package+"."), b)
	}
	m.connect(p, at)
	return m
}

// short is a name without the package that the map is of.
func (m Map) short(name string) string { return strings.ReplaceAll(name, m.Package+".", "") }

// bindingText is what the owner of an endpoint promises in a cloud.
func bindingText(b plan.Binding) string {
	out := []string{b.Cloud}
	if b.Availability != "" {
		out = append(out, percent(b.Availability))
	}
	if b.Latency.WithinNs > 0 {
		out = append(out, fmt.Sprintf("%s in %s", percent(b.Latency.Ratio), time.Duration(b.Latency.WithinNs)))
	}
	if b.CostPerCall != "" {
		out = append(out, b.CostPerCall)
	}
	return strings.Join(out, " · ")
}

// percent writes a ratio such as 0.9995 as 99.95%.
func percent(ratio string) string {
	whole, rest, ok := strings.Cut(ratio, ".")
	if !ok {
		return strings.TrimLeft(whole+"00", "0") + "%"
	}
	for len(rest) < 2 {
		rest += "0"
	}
	out := strings.TrimLeft(whole+rest[:2], "0")
	if out == "" {
		out = "0"
	}
	if tail := strings.TrimRight(rest[2:], "0"); tail != "" {
		out += "." + tail
	}
	return out + "%"
}

// constant writes the value of an attribute.
func constant(t expression.Tree) string {
	if t.Op == expression.ListOf {
		items := make([]string, len(t.Args))
		for i := range t.Args {
			items[i] = constant(t.Args[i])
		}
		return strings.Join(items, ", ")
	}
	return t.Text
}

func (m *Map) connect(p *plan.Plan, at map[string]int) {
	join := func(from, to string, row int, class, label string) {
		a, ok := at[from]
		b, known := at[to]
		if !ok || !known {
			return
		}
		l := link{a, b, row, class, label}
		if !slices.Contains(m.links, l) {
			m.links = append(m.links, l)
		}
	}
	verdicts := map[string]verdict{}
	flow := func(from string, f *plan.Flow) {
		visit(reflect.ValueOf(f), func(step any) {
			switch s := step.(type) {
			case plan.CallStep:
				join(from, "endpoint "+s.Endpoint, -1, "cob-line", "")
				if s.SameCloudAs != "" {
					return // it goes where the step went that it undoes
				}
				for _, c := range s.Candidates {
					v := verdicts[s.Endpoint+" "+c.Cloud]
					verdicts[s.Endpoint+" "+c.Cloud] = v.with(s.Operation, c)
				}
			case plan.StartStep:
				join(from, "process "+s.Process, -1, "cob-line", "")
			case plan.SendStep:
				join(from, "channel "+s.Channel, -1, "cob-line", "")
			}
		})
	}
	for i := range p.Routes {
		r := &p.Routes[i]
		join("channel "+r.From, "route "+r.Name, -1, "cob-line", "")
		flow("route "+r.Name, &r.Flow)
	}
	for i := range p.Processes {
		flow("process "+p.Processes[i].Name, &p.Processes[i].Flow)
	}
	for i := range p.Schedules {
		flow("schedule "+p.Schedules[i].Name, &p.Schedules[i].Flow)
	}
	m.streams(p, func(from, to string) { join(from, to, -1, "cob-line", "") })
	for i := range p.Channels {
		c := &p.Channels[i]
		join("channel "+c.Name, "channel "+c.DeadLetter, -1, "cob-dash", "what failed")
	}
	for i := range p.Endpoints {
		e := &p.Endpoints[i]
		for row, b := range e.Bindings {
			class, label := "cob-line", ""
			if v := verdicts[e.Name+" "+b.Cloud]; len(v.never) > 0 {
				label = "never for " + strings.Join(v.never, ", ")
				m.boxes[at["endpoint "+e.Name]].rows[row] += " · " + label
				if v.because != "" {
					label += ": " + v.because
				}
				if !v.legal {
					class = "cob-never"
				}
			}
			join("endpoint "+e.Name, "cloud "+b.Cloud, row, class, label)
		}
	}
}

// verdict is what policies say of the calls to an endpoint in a cloud.
type verdict struct {
	never   []string // operations that some call may never ask for there
	because string
	legal   bool // another call may
}

func (v verdict) with(operation string, c plan.Candidate) verdict {
	switch {
	case c.Verdict != plan.Deny:
		v.legal = true
	case !slices.Contains(v.never, operation):
		v.never = append(slices.Clip(v.never), operation)
		v.because = c.Because
	}
	return v
}

// visit calls f with every struct below a value of a plan, whatever kinds of
// steps there are; expressions hold none.
func visit(v reflect.Value, f func(any)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			visit(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), f)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[expression.Tree]() {
			return
		}
		f(v.Interface())
		for i := range v.NumField() {
			visit(v.Field(i), f)
		}
	}
}

func (m Map) graph() graph {
	g := graph{name: m.Package, right: true}
	for _, b := range m.boxes {
		lines := []string{b.kind + " " + b.name}
		if b.detail != "" {
			lines = append(lines, b.detail)
		}
		if b.last {
			lines = append(lines, b.rows...)
		}
		g.nodes = append(g.nodes, vertex{style: b.style, lines: lines})
	}
	for _, l := range m.links {
		g.edges = append(g.edges, edge{l.from, l.to, l.label, l.class != "cob-line"})
	}
	slices.SortStableFunc(g.edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	return g
}

// Mermaid is the map as a flowchart of Mermaid.
func (m Map) Mermaid() string { return m.graph().mermaid() }

// Dot is the map in the language of Graphviz.
func (m Map) Dot() string { return m.graph().dot() }
