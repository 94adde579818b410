package report

import (
	"encoding/json"
	"strings"

	"github.com/cob-lang/cob/lang/types"
)

// Sees says whether data with these labels is shown to whoever asks. A nil Sees
// hides all that has a label.
type Sees func(labels []string) bool

func (s Sees) shows(labels []string) bool {
	if s == nil {
		return len(labels) == 0
	}
	return s(labels)
}

// Encode is a value as JSON, with the names of the labels in place of what is not
// seen. labels are those of the whole value beside the ones that its type says.
func Encode(u *types.Universe, v types.Value, t types.Type, labels []string, sees Sees) json.RawMessage {
	if !sees.shows(labels) {
		return types.AppendJSON(nil, redacted(labels))
	}
	return u.EncodeJSON(nil, redact(u, v, t, sees), redactedType(t))
}

// redactedType keeps wire names where the type is still that of the value.
func redactedType(t types.Type) types.Type {
	if t.Kind == types.Invalid {
		return types.Of(types.JSON)
	}
	return t
}

// Hidden stands for what is not shown and has no label that says why.
const Hidden = "(hidden)"

// Text is a text made of data with these labels, as it is seen.
func Text(text string, labels []string, sees Sees) string {
	if sees.shows(labels) {
		return text
	}
	return redacted(labels)
}

// redacted stands for a value with these labels.
func redacted(labels []string) string {
	if len(labels) == 0 {
		return Hidden
	}
	return "(" + strings.Join(labels, ", ") + ")"
}

// redact is v with every labelled field that is not seen replaced by the names of
// its labels.
func redact(u *types.Universe, v types.Value, t types.Type, sees Sees) types.Value {
	switch t.Kind {
	case types.Optional:
		return redact(u, v, *t.Elem, sees)
	case types.List:
		items, _ := v.([]types.Value)
		out := make([]types.Value, len(items))
		for i := range items {
			out[i] = redact(u, items[i], *t.Elem, sees)
		}
		return out
	case types.Map:
		m, ok := v.(map[string]types.Value)
		if !ok {
			return v
		}
		out := make(map[string]types.Value, len(m))
		for k := range m {
			out[k] = redact(u, m[k], *t.Elem, sees)
		}
		return out
	}
	fields, ok := partsOf(u, t)
	m, isRecord := v.(map[string]types.Value)
	if !ok || !isRecord {
		return v
	}
	out := make(map[string]types.Value, len(m))
	for _, f := range fields {
		switch value, present := m[f.Name]; {
		case !present:
		case len(f.Labels) > 0 && !sees.shows(f.Labels):
			out[f.Name] = redacted(f.Labels)
		default:
			out[f.Name] = redact(u, value, f.Type, sees)
		}
	}
	return out
}

// partsOf are the fields of a record or the cases of a union.
func partsOf(u *types.Universe, t types.Type) (fields []types.Field, ok bool) {
	if d := u.Lookup(t.Name); t.Kind == types.Named && d != nil && d.Kind == types.UnionDefinition {
		return d.Fields, true
	}
	return u.FieldsOf(t)
}
