package compiler_test

import (
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
)

// What a newcomer gets wrong first, and the way out that the diagnostic names.
func TestHelpNamesTheWayOut(t *testing.T) {
	for text, want := range map[string]string{
		"type Guest { name: string @personal }\n\nprocess P(g: Guest) { key: \"1\" }\n": "declare it: label personal",
		"process P(price: money) { if price > 100 { return } }\n":                       "an amount has a currency, such as 100 EUR",
		"process P(price: money) { if 2.5 < price { return } }\n":                       "an amount has a currency, such as 100 EUR",
	} {
		r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte("package p\n\n" + text)}}, compiler.Options{})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, d := range r.Diagnostics {
			found = found || d.Help == want
		}
		if !found {
			t.Errorf("%s gives %v, want the help %q", text, r.Diagnostics, want)
		}
	}
}
