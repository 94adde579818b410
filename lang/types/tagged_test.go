package types_test

import (
	"testing"

	"github.com/cob-lang/cob/lang/types"
)

// TestTaggedUnions reads and writes unions as contracts have them: the case is a
// property of the object, which its record may or may not have as a field.
func TestTaggedUnions(t *testing.T) {
	str := types.Of(types.String)
	u := types.NewUniverse([]types.Definition{
		{Name: "p.Card", Kind: types.RecordDefinition, Fields: []types.Field{{Name: "kind", Type: str}, {Name: "a", Type: str}}},
		{Name: "p.Iban", Kind: types.RecordDefinition, Fields: []types.Field{{Name: "code", Wire: "no", Type: str}}},
		{Name: "p.Cash", Kind: types.RecordDefinition},
		{Name: "p.Pay", Kind: types.UnionDefinition, Tag: "kind", Fields: []types.Field{
			{Name: "card_1", Wire: "card-1", Type: types.Ref("p.Card")}, {Name: "iban", Type: types.Ref("p.Iban")}, {Name: "cash", Type: types.Ref("p.Cash")}}},
	})
	pay := types.Ref("p.Pay")
	for _, c := range []struct{ text, plain, again string }{
		{`{"kind":"card-1","a":"x"}`, `{"card_1":{"a":"x","kind":"card-1"}}`, `{"kind":"card-1","a":"x"}`},
		{`{"no":"7","kind":"iban"}`, `{"iban":{"code":"7"}}`, `{"kind":"iban","no":"7"}`},
		{`{"kind":"cash"}`, `{"cash":{}}`, `{"kind":"cash"}`},
	} {
		v, err := u.DecodeJSON([]byte(c.text), pay, types.Strict)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := string(types.AppendJSON(nil, v)); got != c.plain {
			t.Errorf("%s is %s, want %s", c.text, got, c.plain)
		}
		if got := string(u.EncodeJSON(nil, v, pay)); got != c.again {
			t.Errorf("%s is written as %s, want %s", c.text, got, c.again)
		}
	}
	for text, want := range map[string]string{
		`{"kind":"gold"}`:       `kind: "gold" is no case of p.Pay`,
		`{"a":"x"}`:             `kind: missing (want the case of p.Pay)`,
		`{"kind":"iban"}`:       `no: missing (want string)`,
		`{"kind":"cash","x":1}`: `x: no such field; there is `,
		`7`:                     `want an object whose kind is the case of p.Pay, not an int`,
	} {
		if _, err := u.DecodeJSON([]byte(text), pay, types.Strict); err == nil || err.Error() != want {
			t.Errorf("%s gives %v, want %s", text, err, want)
		}
	}
}
