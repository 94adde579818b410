package engine

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/policy"
	"github.com/cob-lang/cob/lang/types"
)

// Sight is what somebody may see of the instances of one process or route. It is
// used by one goroutine.
type Sight struct {
	flow  *flow
	rules *policy.Program // nil where nothing is said about viewing
	who   Person
	open  bool // labelled data is shown where nothing is said about viewing
	known map[string]bool
}

// Sight is what a person sees of a process or a route: what the rules of its policy
// about view say. Where it has none, what has a label is hidden.
func (p *Program) Sight(flow string, who Person) *Sight {
	return p.sight(flow, who, false)
}

// OpenSight is Sight for somebody whom the data is meant for: who may do a task, who
// gets the answer to a start. Where the policy says nothing about view, all is shown.
func (p *Program) OpenSight(flow string, who Person) *Sight {
	return p.sight(flow, who, true)
}

func (p *Program) sight(name string, who Person, open bool) *Sight {
	s := &Sight{flow: p.flows[name], who: who, open: open, known: map[string]bool{}}
	if s.flow != nil {
		if rules := s.flow.rules(); rules != nil && rules.Speaks("view") {
			s.rules = rules
		}
	}
	return s
}

// Sees says whether data with these labels is shown. A nil Sight hides all that
// has a label.
func (s *Sight) Sees(labels []string) bool {
	if s == nil || s.rules == nil {
		return len(labels) == 0 || s != nil && s.open
	}
	name := strings.Join(labels, " ")
	seen, known := s.known[name]
	if !known {
		seen = s.rules.Decide("view", s.flow.facts(s.who, s.flow.program.closed(labels))).Allowed
		s.known[name] = seen
	}
	return seen
}

// closed adds the labels that these imply, sorted.
func (p *Program) closed(labels []string) []string {
	out := slices.Clone(labels)
	for i := 0; i < len(out); i++ {
		for j := range p.plan.Labels {
			if p.plan.Labels[j].Name != out[i] {
				continue
			}
			for _, implied := range p.plan.Labels[j].Is {
				if !slices.Contains(out, implied) {
					out = append(out, implied)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// LabelsWithin are the labels of everything inside a value of a type, and those that
// they imply, sorted.
func (p *Program) LabelsWithin(t types.Type) []string {
	var out []string
	p.within(t, map[string]bool{}, &out)
	return p.closed(out)
}

func (p *Program) within(t types.Type, seen map[string]bool, out *[]string) {
	if t.Elem != nil {
		p.within(*t.Elem, seen, out)
	}
	fields, _ := p.universe.FieldsOf(t)
	if t.Name != "" { // a plan from outside may define a type without one
		if seen[t.Name] {
			return
		}
		seen[t.Name] = true
		if d := p.universe.Lookup(t.Name); d != nil {
			fields = d.Fields // also the cases of a union
		}
	}
	for i := range fields {
		*out = append(*out, fields[i].Labels...)
		p.within(fields[i].Type, seen, out)
	}
}

// LabelsOf are the labels of the value of an expression of a flow, beside those that
// its type says, sorted: those of the variables and fields that it is made of.
func (p *Program) LabelsOf(flow string, t *expression.Tree) []string {
	var out []string
	p.labelsOf(p.Labels(flow), t, &out)
	return p.closed(out)
}

func (p *Program) labelsOf(vars map[string][]string, t *expression.Tree, out *[]string) {
	switch t.Op {
	case expression.Var:
		*out = append(*out, vars[t.Name]...)
		return
	case expression.Field, expression.OptField:
		of := t.Args[0].Type
		if of.Kind == types.Optional {
			of = *of.Elem
		}
		fields, _ := p.universe.FieldsOf(of)
		if f := types.FieldNamed(fields, t.Name); f != nil {
			*out = append(*out, f.Labels...)
		}
		p.labelsOf(vars, &t.Args[0], out)
		return
	}
	for i := range t.Args {
		p.labelsOf(vars, &t.Args[i], out)
		if t.Op != expression.RecordOf && t.Op != expression.ListOf { // whose parts keep theirs
			*out = append(*out, p.LabelsWithin(t.Args[i].Type)...)
		}
	}
}
