package contract

import "github.com/cob-lang/cob/lang/types"

// Value is the value of an enum that an author writes as name: the very one, else
// the first that is no name of the language and becomes this one when it is
// spelled as one: on_hold for "on hold".
func Value(d *types.Definition, name string) (value string, ok bool) {
	for _, v := range d.Values {
		if v == name {
			return v, true
		}
	}
	for _, v := range d.Values {
		if identifier(v) == name {
			return v, true
		}
	}
	return "", false
}

// Spellings are the names under which the values of an enum are written.
func Spellings(d *types.Definition) []string {
	out := make([]string, len(d.Values))
	for i, v := range d.Values {
		out[i] = identifier(v)
	}
	return out
}
