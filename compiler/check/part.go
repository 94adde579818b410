package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/contract"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// contractPart finds what a contract declares under the second name of a path, as
// if the package had declared it. What is wrong has been reported when it is nil.
func (c *checker) contractPart(s *resolve.Symbol, p *syntax.Path, what string, kinds []resolve.Kind) (*resolve.Symbol, []syntax.Name) {
	c.Info.Use(s, p.Parts[0].At)
	if s.Contract == nil || s.Contract.Failed {
		return nil, nil
	}
	name := p.Parts[1]
	c.Info.PartOf(s, name.At)
	d := s.Contract.Definition(s.Full + "." + name.Text)
	if d == nil {
		c.report(resolve.Unknown(name.At, what+" of "+s.Name, name.Text, namesOf(s.Contract.Types, kinds)))
		return nil, nil
	}
	part := &resolve.Symbol{Name: s.Name + "." + name.Text, Full: d.Name, Kind: kindOf(d.Kind), At: s.At}
	if !slices.Contains(kinds, part.Kind) {
		c.wrongKind(name, part, what)
		return nil, nil
	}
	return part, p.Parts[2:]
}

// kindOf is the kind of declaration that makes such a type.
func kindOf(k types.DefinitionKind) resolve.Kind {
	switch k {
	case types.EnumDefinition:
		return resolve.Enum
	case types.UnionDefinition:
		return resolve.Union
	case types.FaultDefinition:
		return resolve.Fault
	case types.EventDefinition:
		return resolve.Event
	}
	return resolve.Type
}

// namesOf are the last names of the definitions of these kinds.
func namesOf(list []types.Definition, kinds []resolve.Kind) []string {
	var out []string
	for _, d := range list {
		if slices.Contains(kinds, kindOf(d.Kind)) {
			out = append(out, d.Name[strings.LastIndexByte(d.Name, '.')+1:])
		}
	}
	return out
}

// contractReceives are the channels of a contract from which messages come: an
// endpoint of the contract receives them under the names of the channels.
func (c *checker) contractReceives(e *plan.Endpoint, schema *Schema, from *contract.Contract, at plan.Place) {
	rows := schema.Parts["receive"]
	if len(rows) == 0 {
		return
	}
	for _, ch := range from.Channels {
		if !ch.Receives || len(ch.Messages) != 1 {
			continue
		}
		// The first setting says where messages come from; the contract does not know of others.
		options := []plan.Option{{Name: rows[0].Name, Text: plan.Text{Literal: ch.Address}}}
		options = append(options, c.options(resolve.NewScope(), rows[1:], block{rows, make([]given, len(rows))}, true)...)
		slices.SortFunc(options, func(a, b plan.Option) int { return cmp.Compare(a.Name, b.Name) })
		e.Receives = append(e.Receives, plan.Receive{Name: ch.Name, Type: ch.Messages[0], Options: options, At: at})
		for _, r := range ch.Refinements {
			r.Type = e.Name + "." + ch.Name + expression.Brings
			c.Refinements = append(c.Refinements, r)
		}
	}
	slices.SortFunc(e.Receives, func(a, b plan.Receive) int { return cmp.Compare(a.Name, b.Name) })
}
