package lower

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
)

// wires are the forms of the fields of the plan's types that contracts give.
func (r *reached) wires(out *plan.Plan) []plan.Wire {
	there := make(map[string]bool, len(out.Types))
	for i := range out.Types {
		there[out.Types[i].Name] = true
	}
	var list []plan.Wire
	for _, p := range append([]*check.Program{r.root}, r.root.Imports...) {
		for _, c := range p.Module.Contracts {
			for _, x := range c.XML {
				if there[x.Type] {
					list = append(list, plan.Wire{Type: x.Type, Field: x.Field, XML: &plan.XMLWire{Space: x.Space, Name: x.Name, Attribute: x.Attribute, Text: x.Text}})
				}
			}
			for _, x := range c.Proto {
				if there[x.Type] {
					list = append(list, plan.Wire{Type: x.Type, Field: x.Field, Proto: &plan.ProtoWire{Number: int64(x.Number), As: x.As, Of: x.Of, Key: x.Key, Packed: x.Packed}})
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b plan.Wire) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Field, b.Field))
	})
	return list
}
