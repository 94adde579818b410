package observe_test

import (
	"testing"

	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/observe"
	"github.com/cob-lang/cob/runtime/report"
)

func TestLabelledDataIsNotShown(t *testing.T) {
	text := types.Of(types.String)
	u := types.NewUniverse([]types.Definition{{Name: "p.Customer", Kind: types.RecordDefinition, Fields: []types.Field{
		{Name: "id", Type: text}, {Name: "name", Type: text, Labels: []string{"personal"}},
	}}, {Name: "p.Party", Kind: types.UnionDefinition, Fields: []types.Field{{Name: "person", Type: types.Ref("p.Customer")}, {Name: "firm", Type: text}}}})
	ada := map[string]types.Value{"id": "c-1", "name": "Ada"}
	var d observe.Details
	d.Explain(engine.Details{Vars: []engine.Var{
		{Name: "customer", Type: types.Ref("p.Customer"), Value: ada},
		{Name: "all", Type: types.ListOf(types.OptionalOf(types.Ref("p.Customer"))), Value: []types.Value{ada, nil}},
		{Name: "party", Type: types.Ref("p.Party"), Value: map[string]types.Value{"person": ada}},
		{Name: "greeting", Type: text, Value: "hi Ada"},
		{Name: "count", Type: types.Of(types.Int), Value: int64(2)},
	}}, u, map[string][]string{"greeting": {"health", "personal"}}, nil)
	for name, want := range map[string]string{
		"customer": `{"id":"c-1","name":"(personal)"}`,
		"all":      `[{"id":"c-1","name":"(personal)"},null]`,
		"party":    `{"person":{"id":"c-1","name":"(personal)"}}`,
		"greeting": `"(health, personal)"`,
		"count":    `2`,
	} {
		if got := string(d.Vars[name]); got != want {
			t.Errorf("%s is shown as %s, want %s", name, got, want)
		}
	}
}

// A labelled field in the case of a union is hidden, and what may be seen is shown.
func TestWhatMayBeSeenIsShown(t *testing.T) {
	text := types.Of(types.String)
	u := types.NewUniverse([]types.Definition{
		{Name: "p.Card", Kind: types.RecordDefinition, Fields: []types.Field{{Name: "number", Type: text, Labels: []string{"secret"}}, {Name: "owner", Type: text, Labels: []string{"personal"}}}},
		{Name: "p.Payment", Kind: types.UnionDefinition, Fields: []types.Field{{Name: "card", Type: types.Ref("p.Card")}}},
	})
	paid := map[string]types.Value{"card": map[string]types.Value{"number": "4111", "owner": "Ada"}}
	personal := func(labels []string) bool { return len(labels) == 0 || labels[0] == "personal" }
	nothing := func([]string) bool { return false }
	for _, c := range []struct {
		labels []string
		sees   report.Sees
		want   string
	}{
		{nil, nil, `{"card":{"number":"(secret)","owner":"(personal)"}}`},
		{nil, personal, `{"card":{"number":"(secret)","owner":"Ada"}}`},
		{[]string{"secret"}, personal, `"(secret)"`},
		{nil, nothing, `"(hidden)"`},
	} {
		if got := string(report.Encode(u, paid, types.Ref("p.Payment"), c.labels, c.sees)); got != c.want {
			t.Errorf("%v: %s, want %s", c.labels, got, c.want)
		}
	}
}
