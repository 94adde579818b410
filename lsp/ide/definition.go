package ide

import (
	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/types"
)

// Definition is where the name at an offset is declared; the declaration of a
// name is its own definition. Empty where nothing is known.
func (s *Snapshot) Definition(path string, offset int) []Place {
	n := s.names()
	for _, r := range n.at(path, offset) {
		if p, ok := n.declaration(&r.target); ok {
			return []Place{p}
		}
	}
	return nil
}

// TypeDefinition is where the type of the name at an offset is declared. Of a
// list, map or optional it is the type of what is in it.
func (s *Snapshot) TypeDefinition(path string, offset int) []Place {
	n := s.names()
	for _, r := range n.at(path, offset) {
		t := n.typeOf(&r.target)
		for t.Elem != nil {
			t = *t.Elem
		}
		if t.Kind != types.Named {
			continue
		}
		if owner := n.owner(t.Name); owner != nil {
			return []Place{placeOf(owner.At)}
		}
		if owner := n.owner(beforeDot(t.Name)); owner != nil {
			return []Place{placeOf(owner.At)}
		}
	}
	return nil
}

func beforeDot(full string) string {
	for i := len(full) - 1; i >= 0; i-- {
		if full[i] == '.' {
			return full[:i]
		}
	}
	return ""
}

// typeOf is the type of what a name means, Invalid where it has none.
func (n *names) typeOf(t *target) types.Type {
	switch {
	case t.variable != nil:
		return t.variable.Type
	case t.shape != nil:
		if f := types.FieldNamed(t.shape.Fields, t.name); f != nil {
			return f.Type
		}
	case t.of != "":
		if f, ok := n.field(t); ok {
			return f.Type
		}
		if op := n.operation(t); op != nil {
			return op.Result
		}
	case t.symbol != nil:
		return n.symbolType(t.symbol)
	}
	return types.Type{}
}

func (n *names) symbolType(s *resolve.Symbol) types.Type {
	switch s.Kind {
	case resolve.Type, resolve.Enum, resolve.Union, resolve.Fault, resolve.Event:
		return types.Ref(s.Full)
	case resolve.Process:
		if p := n.process(s); p != nil {
			return p.Result
		}
	case resolve.Channel:
		for i := range n.program.Channels {
			if c := &n.program.Channels[i]; c.Name == s.Full {
				return c.Type
			}
		}
	}
	return types.Type{}
}

func (n *names) process(s *resolve.Symbol) *check.Process {
	for _, p := range n.program.Processes {
		if p.Name == s.Full {
			return p
		}
	}
	return nil
}

// field is the field or case that a target names.
func (n *names) field(t *target) (types.Field, bool) {
	if d := n.program.Universe.Lookup(t.of); d != nil {
		return d.Field(t.name)
	}
	return types.Field{}, false
}
