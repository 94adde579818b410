package report

import (
	"strings"

	"github.com/cob-lang/cob/lang/types"
)

// Hidden stands for a value with these labels: "(health, personal)".
func Hidden(labels []string) string { return "(" + strings.Join(labels, ", ") + ")" }

// Redact is v, a value of type t, with every labelled field replaced by the names of
// its labels. Where the type is unknown it is v itself.
func Redact(u *types.Universe, v types.Value, t types.Type) types.Value {
	switch t.Kind {
	case types.Optional:
		return Redact(u, v, *t.Elem)
	case types.List:
		items, _ := v.([]types.Value)
		out := make([]types.Value, len(items))
		for i := range items {
			out[i] = Redact(u, items[i], *t.Elem)
		}
		return out
	case types.Map:
		m, ok := v.(map[string]types.Value)
		if !ok {
			return v
		}
		out := make(map[string]types.Value, len(m))
		for k := range m {
			out[k] = Redact(u, m[k], *t.Elem)
		}
		return out
	}
	fields, ok := u.FieldsOf(t)
	if d := u.Lookup(t.Name); t.Kind == types.Named && d != nil && d.Kind == types.UnionDefinition {
		fields, ok = d.Fields, true
	}
	m, isRecord := v.(map[string]types.Value)
	if !ok || !isRecord {
		return v
	}
	out := make(map[string]types.Value, len(m))
	for _, f := range fields {
		switch value, present := m[f.Name]; {
		case !present:
		case len(f.Labels) > 0:
			out[f.Name] = Hidden(f.Labels)
		default:
			out[f.Name] = Redact(u, value, f.Type)
		}
	}
	return out
}

// knownType keeps wire names where the type is still that of the value.
func knownType(t types.Type) types.Type {
	if t.Kind == types.Invalid {
		return types.Of(types.JSON)
	}
	return t
}

// EncodeRedacted appends a value of type t as JSON without what is labelled.
func EncodeRedacted(to []byte, u *types.Universe, v types.Value, t types.Type) []byte {
	return u.EncodeJSON(to, Redact(u, v, t), knownType(t))
}
