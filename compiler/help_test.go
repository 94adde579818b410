package compiler_test

import (
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
)

const bank = "cloud paris { }\nendpoint bank: http {\n  operation ask(n: int) -> int { get \"/n/${n}\" }\n  on paris { url: env.B }\n}\n"

// What a newcomer gets wrong first, and the way out that the diagnostic names.
func TestHelpNamesTheWayOut(t *testing.T) {
	for text, want := range map[string]string{
		"type Guest { name: string @personal }\n\nprocess P(g: Guest) { key: \"1\" }\n":                                                   "declare it: label personal",
		"process P(price: money) { if price > 100 { return } }\n":                                                                         "an amount has a currency: write 100 EUR",
		"process P(price: money) { if 2.5 < price { return } }\n":                                                                         "an amount has a currency: write 2.5 EUR",
		"process P(price: money, n: int) { if n < price { return } }\n":                                                                   "an amount has a currency, such as 100 EUR",
		"process P(n: int) -> string { return \"a\" + n }\n":                                                                              `put the value into the text: "... ${value}"`,
		"process P(n: integer) { key: \"1\" }\n":                                                                                          "write int",
		"process P(n: boolean) { key: \"1\" }\n":                                                                                          "write bool",
		"process P(n: number) { key: \"1\" }\n":                                                                                           "write decimal",
		"process P(n: string) -> int { return length(n) }\n":                                                                              "write len",
		"process P(n: string) -> int { return n.toInt() }\n":                                                                              "write int",
		"process P(n: string) -> bool { return n.startsWith(\"a\") }\n":                                                                   "write starts_with",
		bank + "process P(n: int) {\n  let x = bank.ask(n)\n}\n":                                                                          "an operation is invoked with call: let x = call bank.ask(...)",
		"cloud paris { }\nendpoint bank: http {\n  operation drop(id: string) { delete \"/rooms/{id}\" }\n  on paris { url: env.B }\n}\n": "write ${id}, which puts the value there",
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

// A name that nothing declares is one mistake, however often it is used; the
// diagnostic names the first place and five more, and its fix mends all.
func TestAMissingNameIsOneDiagnostic(t *testing.T) {
	text := "package p\n\ntype Amount { n: int }\ntype Line { x: Amuont, "
	for i := range 7 {
		text += fmt.Sprintf("x%d: Amuont, ", i)
	}
	r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte(text + "}\n")}}, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Diagnostics) != 1 || len(r.Diagnostics[0].Secondary) != 5 || len(r.Diagnostics[0].Fixes) != 8 {
		t.Errorf("want one diagnostic with 5 more places and 8 edits, got %v", r.Diagnostics)
	}
}
