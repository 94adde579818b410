package picture

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/syntax"
)

// pattern is the picture of a pattern: its stages one below the other, in a frame
// that says what bounds a match.
func pattern(d *syntax.PatternDecl) Flow {
	begin := Node{Style: Begin, Tag: "pattern", Title: d.Name.Text, At: place(d.Name.At)}
	var sources []string
	for _, x := range d.Over {
		sources = append(sources, textOf(x))
	}
	begin.Detail = "over " + strings.Join(sources, ", ")
	var bounds []string
	if d.Within != nil {
		bounds = append(bounds, "within "+textOf(d.Within))
	}
	stages := []Node{}
	var stage []*syntax.PatternStep
	add := func() {
		if len(stage) > 0 {
			stages = append(stages, stageOf(stage))
		}
		stage = nil
	}
	for _, st := range d.Body.Steps {
		switch st.How.Text {
		case "without":
			bounds = append(bounds, textOf(st))
			continue
		case "and", "or":
		default:
			add()
		}
		stage = append(stage, st)
	}
	add()
	if len(bounds) > 0 {
		stages = []Node{{Style: Frame, Title: strings.Join(bounds, ", "), Lanes: []Lane{{Nodes: stages}}, At: place(d.Body.At)}}
	}
	nodes := append([]Node{begin}, stages...)
	for _, e := range d.Body.Emits {
		n := Node{Style: Message, Tag: "emit", Title: shortValue(e.Value), At: place(e.At)}
		if e.To != nil {
			n.Title = "to " + textOf(e.To)
		}
		if e.When != nil {
			n.Detail = "when " + textOf(e.When)
		}
		nodes = append(nodes, n)
	}
	return Flow{Name: d.Name.Text, Kind: "pattern", Head: d.Name.Text, Doc: d.Doc,
		Nodes: append(nodes, Node{Style: End, Title: "end", Ends: true, At: place(d.Body.At)})}
}

// stageOf is one step, or the steps that belong together beside each other.
func stageOf(steps []*syntax.PatternStep) Node {
	if len(steps) == 1 {
		return comes(steps[0])
	}
	fork := Node{Style: Fork, Tag: steps[0].How.Text, Join: "all", At: place(steps[0].At)}
	choice := slices.ContainsFunc(steps, func(st *syntax.PatternStep) bool { return st.How.Text == "or" })
	if choice {
		fork.Join = "any"
	}
	for _, st := range steps {
		n := comes(st)
		if choice && st.How.Text == "and" { // what belongs together stands in one lane
			last := &fork.Lanes[len(fork.Lanes)-1]
			last.Nodes = append(last.Nodes, n)
			continue
		}
		fork.Lanes = append(fork.Lanes, Lane{Nodes: []Node{n}})
	}
	return fork
}

// comes is one line of a pattern.
func comes(st *syntax.PatternStep) Node {
	n := Node{Style: Message, Tag: st.How.Text, Title: textOf(st.Source), At: place(st.At)}
	if st.Source.Not.Given() {
		n.Style = Time
	}
	for _, part := range []struct {
		word string
		of   syntax.Expr
	}{{"times", st.Times}, {"for", st.For}, {"within", st.Within}} {
		if part.of != nil {
			n.Title += " " + part.word + " " + textOf(part.of)
		}
	}
	if st.Where != nil {
		n.Detail = "where " + textOf(st.Where)
	}
	return n
}

// watching adds the patterns, windows and schedules of a plan to its map.
func (m *Map) watching(p *plan.Plan, add func(key string, b mapBox)) {
	for i := range p.Patterns {
		x := &p.Patterns[i]
		add("pattern "+x.Name, mapBox{style: Choice, kind: "pattern", name: m.short(x.Name), detail: m.short(x.Emit.Event)})
	}
	for i := range p.Windows {
		x := &p.Windows[i]
		add("window "+x.Name, mapBox{style: Time, kind: "window", name: m.short(x.Name), detail: m.short(x.Emit.Event)})
	}
	for i := range p.Schedules {
		add("schedule "+p.Schedules[i].Name, mapBox{style: Time, kind: "schedule", name: m.short(p.Schedules[i].Name)})
	}
}

// streams joins what is watched to who watches, and that to where what it emits
// goes.
func (m *Map) streams(p *plan.Plan, join func(from, to string)) {
	watches := func(to string, sources []plan.Stream, emit *plan.Emit) {
		for i := range sources {
			join("channel "+sources[i].Channel, to)
		}
		join(to, "channel "+emit.Channel)
		for i := range p.Routes {
			if r := &p.Routes[i]; r.Event != "" && r.Event == emit.Event {
				join(to, "route "+r.Name)
			}
		}
	}
	for i := range p.Patterns {
		watches("pattern "+p.Patterns[i].Name, p.Patterns[i].Sources, &p.Patterns[i].Emit)
	}
	for i := range p.Windows {
		watches("window "+p.Windows[i].Name, []plan.Stream{p.Windows[i].Source}, &p.Windows[i].Emit)
	}
}
