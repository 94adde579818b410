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
		"cloud rome { x: IT }\n":                                                                                                          `text stands in double quotes: "IT"`,
		"process P() raises Late { key: \"1\" }\n":                                                                                        "declare it: fault Late { reason: string }",
		"role r { groups: \"a\" }\n":                                                                                                      `a list of one is written ["a"]`,
		"enum Kind { big, small }\n\nprocess P(k: Kind) { if k == big { wait 1m } }\n":                                                    "did you mean Kind.big?",
		"process P(n: int) -> int {\n  for i in 1..2 { let m = n + i }\n  return m\n}\n":                                                  "declare m before the block, and set it there: m = ...",
		"process P(n: string) -> int { return n.length }\n":                                                                               "how many there are says len(...)",
		"cloud paris { }\nendpoint bank: http {\n  operation ask(n: int) { put \"/n/${n}\", idempotency: n }\n  on paris { url: env.B }\n}\n": "did you mean idempotency_key?",
		"cloud paris { }\nendpoint bank: http { on paris { url: B } }\n":                                                                      "a value of the environment is written env.B",
		"cloud paris { }\nendpoint bank: http { on paris { url: env.B, availability: 99.9 } }\n":                                              "a ratio has a sign: 99.9%",
		"cloud paris { }\nendpoint bank: http { on paris { url: env.B, latency: 99% under 1s } }\n":                                           "did you mean within?",
		"cloud paris { }\nendpoint bank: http { on paris { url: env.B, latency: 99% within 1 } }\n":                                           "a duration has a unit: 1s",
		"cloud paris { }\nendpoint bank: http { on paris { url: env.B, cost: 1 per call } }\n":                                                "an amount has a currency: 1 EUR",
		"process P(n: int) { if n > 1 wait 1m }\n":                                                                                            "the statements of a body stand in braces: { ... }",
		"process P(n: int) -> money { return n EUR }\n":                                                                                       "an amount is a literal such as 10 EUR; a number becomes one by multiplying: x * 1 EUR",
		"channel a: queue of int\nroute r {\n  filter m > 0\n  from a as m\n}\n":                                                              "what stands before it has no message yet",
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
	if len(r.Diagnostics) != 1 || len(r.Diagnostics[0].Secondary) != 5 || len(r.Diagnostics[0].Also) != 2 || len(r.Diagnostics[0].Fixes) != 8 {
		t.Errorf("want one diagnostic with 5 more places, 2 beyond them and 8 edits, got %v", r.Diagnostics)
	}
}
