package contract

import (
	"slices"

	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// valueName is what the condition of an item, an entry or a result calls its value.
const valueName = "value"

// owned is what the refinements belong to that are being gathered: a field of a
// type, or a parameter or the result of an operation.
type owned struct {
	of, field string
	to        *[]expression.Refinement
}

// add keeps the constraints of a schema for the values at a way within the owner.
func (r *reader) add(o owned, name string, t types.Type, n []*node, within []string) {
	before := len(r.Refinements)
	if !r.refine(o.of, types.Field{Name: name, Type: t}, t, n) {
		return
	}
	x := r.Refinements[before]
	x.Field, x.Within = o.field, slices.Clone(within)
	r.Refinements = r.Refinements[:before]
	*o.to = append(*o.to, x)
}

// below keeps the constraints of what is in a value of type t that a schema
// describes: of items, of entries, and of the fields of a record without a name.
// A named type has its own.
func (s *schemas) below(o owned, t types.Type, n *node, within []string) {
	t = there(t)
	target, _ := s.resolve(n)
	if target == nil || target.shape != object || t.Kind != types.List && t.Kind != types.Map && t.Kind != types.Record {
		return
	}
	s.part(target.at())
	if w := s.wrapped(target); w != nil {
		s.below(o, t, w, within)
		return
	}
	switch t.Kind {
	case types.List:
		s.inside(o, *t.Elem, target.get("items"), append(slices.Clip(within), expression.EachItem))
	case types.Map:
		values := target.get("additionalProperties")
		if patterns := target.get("patternProperties"); patterns != nil && len(patterns.items) == 1 && (values == nil || values.shape == boolean) {
			values = patterns.items[0]
		}
		s.inside(o, *t.Elem, values, append(slices.Clip(within), expression.EachValue))
	case types.Record:
		f := s.factsOf(target)
		for i := range t.Fields {
			if i >= len(f.schemas) {
				return
			}
			way := append(slices.Clip(within), "."+t.Fields[i].Name)
			if schema, _ := s.resolve(f.schemas[i]); schema != nil {
				s.add(o, t.Fields[i].Name, there(t.Fields[i].Type), s.said(schema), way)
			}
			s.below(o, t.Fields[i].Type, f.schemas[i], way)
		}
	}
}

// inside keeps the constraints of values that have no name of their own, and of what
// is in them.
func (s *schemas) inside(o owned, t types.Type, n *node, within []string) {
	target, _ := s.resolve(n)
	if target == nil || target.shape != object {
		return
	}
	s.add(o, valueName, there(t), s.said(target), within)
	s.below(o, t, n, within)
}

// there is t without its optional.
func there(t types.Type) types.Type {
	if t.Kind == types.Optional {
		return *t.Elem
	}
	return t
}

// ofParam keeps the constraints of a parameter of an operation.
func (s *schemas) ofParam(op *Operation, p types.Field, schema *node) {
	o := owned{"", p.Name, &op.Refinements}
	if target, _ := s.resolve(schema); target != nil {
		s.add(o, p.Name, there(p.Type), s.said(target), nil)
	}
	s.below(o, p.Type, schema, nil)
}

// ofResult keeps the constraints of what an operation gives.
func (s *schemas) ofResult(op *Operation, schema *node) {
	s.inside(owned{"", "", &op.Refinements}, op.Result, schema, nil)
}
