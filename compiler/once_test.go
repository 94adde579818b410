package compiler_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
)

// TestOneMistakeIsToldOnce compiles texts with one mistake each. There is one diagnostic,
// of that code, and its words say what is meant.
func TestOneMistakeIsToldOnce(t *testing.T) {
	const streams = "type Reading { patient: string, rate: int }\nchannel readings: topic of Reading\nevent High { patient: string }\n"
	for text, want := range map[string]string{
		// A declaration that cannot be read is not missed where it is mentioned.
		strings.Replace(streams, "rate: int", "rate int", 1) +
			"pattern high over readings by patient within 5m {\n  every a = Reading where rate > 9\n  then b = Reading where rate > a.rate\n  emit High { patient }\n}\n": "COB1010 expected `:`",
		strings.Replace(streams, "type Reading", "type", 1) +
			"window w over readings by patient where rate > 1 every 1m {\n  emit High { patient } when avg(rate) > 2\n}\n": "COB1010 expected a name",
		"use openapi \"a.yaml\" as ]\n\ntype T { a: api.X, b: api.Y }\nprocess P(a: api.X) -> api.Y {\n  return a\n}\n": "COB1010 expected a name",
		"enum { open }\n\nprocess P() -> bool {\n  return Status.open == Status.open\n}\n":                              "COB1010 expected a name",
		"channel q: queue of int\n\nroute r { to q }\n":                                                                 "COB4020 does not say where its messages come from",
		"type O { n: int }\n\nprocess P() -> O {\n  let o = O { n: 1 }\n  o.n = 2\n  return o\n}\n":                     "COB4008 a field cannot be set",
		"process P() -> int {\n  total = 1\n  if total > 0 { total = 2 }\n  return total\n}\n":                          "COB2001 begins with let",
		"fault F\n\nprocess P() raises G {\n  fail F\n}\n":                                                              "COB2001 no fault is called G",
		"process P() -> int {\n  return totl + totl\n}\n":                                                               "COB2001 here too",
		// What is meant is said.
		"process P() -> string {\n  return env.NAME\n}\n":                                                        "COB2001 on paris { url: env.",
		"process P() -> string {\n  return secret.name\n}\n":                                                     "COB2001 no process sees it",
		"process P() -> int {\n  let x = 1\n  x += 1\n  return x\n}\n":                                           "COB1013 x = x + 1",
		"process P() -> int {\n  let x = 1\n  x++\n  return x\n}\n":                                              "COB1013 x = x + 1",
		"type T { a: string @default(\"x\") }\n\nprocess P(t: T) -> string { return t.a }\n":                     "COB2001 a field has no default",
		"type T { a: string @jsn(\"x\") }\n\nprocess P(t: T) -> string { return t.a }\n":                         "COB2001 did you mean json?",
		"label personal\n\nprocess P(n: string, who: string @personal) {\n  key: n\n  search: { who: who }\n}\n": "COB3020 found by is shown",
		"process P(a: int, a: int) -> int {\n  return a\n}\n":                                                    "COB2002 the parameter a is declared twice",
		"process P(x: int, n: int) -> decimal {\n  return x / (n - n)\n}\n":                                      "COB3021 division by zero",
		"process P() -> int {\n  let a = b\n  let b = 1\n  return a + b\n}\n":                                    "COB2001 declared later, in line 5",
		"process P() -> int {\n  return x + 1\n}\n":                                                              "COB2001 no variable is called x",
		"const limit = 3\n\nprocess P() -> int { return 3 }\n":                                                   "COB1012 outside of a body there are no values",
		"process P(c: bool) -> int {\n  let r = c ? {} : {a: 1}\n  return r.a\n}\n":                              "COB3004 needs a",
		"type O { n: int }\n\nprocess P(o: O) {\n  o.n + 1\n}\n":                                                 "COB1013 no statement begins with `o`",
		"process P() {\n  deadline: 0s\n}\n":                                                                     "COB5003 deadline has to be from",
		"cloud c { }\nendpoint e: http {\n  operation o(a: int) { get \"/${a}\" }\n  on c { url: env.U }\n}\nprocess P() {\n  call e.o(1) { idempotency_key: [1] }\n}\n": "COB3001 string is wanted",
	} {
		r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte("package p\n\n" + text)}}, compiler.Options{})
		if err != nil {
			t.Fatal(err)
		}
		code, words, _ := strings.Cut(want, " ")
		if len(r.Diagnostics) != 1 || string(r.Diagnostics[0].Code) != code || !strings.Contains(whole(r.Diagnostics[0]), words) {
			t.Errorf("%s\ngives\n%s%v\nwant one: %s", text, diag.OneLines(r.Diagnostics), helps(r.Diagnostics), want)
		}
	}
}

// whole is all words of a diagnostic.
func whole(d diag.Diagnostic) string {
	out := d.Message + "\n" + d.Help + "\n" + d.Primary.Text()
	for _, n := range d.Secondary {
		out += "\n" + n.Text
	}
	return out
}

func helps(ds []diag.Diagnostic) (out []string) {
	for _, d := range ds {
		out = append(out, d.Help)
	}
	return out
}

// A list that begins with empty ones is of what the others are of.
func TestEmptyListsTakeTheTypeOfTheOthers(t *testing.T) {
	r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte("package p\n\nprocess P(x: int) -> [[int]] {\n  let l = [[], [x]]\n  return l\n}\n")}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Errorf("%v %v", err, diag.OneLines(r.Diagnostics))
	}
}

// A guess of a name waits for a person: only capitals are mended unasked.
func TestGuessesOfNamesAreDrafts(t *testing.T) {
	for text, draft := range map[string]bool{
		"process P(total: int) -> int {\n  return totl\n}\n":                            true,
		"process P(total: int) -> int {\n  return Total\n}\n":                           false,
		"type Order { n: int }\n\nprocess P(o: order) -> int {\n  return o.n\n}\n":      false,
		"type Order { n: int }\n\nprocess P(o: Ordr) -> int {\n  return o.n\n}\n":       true,
		"type Order { note: int }\n\nprocess P(o: Order) -> int {\n  return o.noe\n}\n": true,
	} {
		r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte("package p\n\n" + text)}}, compiler.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Diagnostics) != 1 || len(r.Diagnostics[0].Fixes) == 0 || r.Diagnostics[0].Draft != draft {
			t.Errorf("%s gives %+v, want a fix that is a draft: %v", text, r.Diagnostics, draft)
		}
	}
	r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte("package p\n\nprocess P(amount: money, amounts: int) -> int {\n  let n: int = amountz\n  return n + amounts + len(string(amount))\n}\n")}}, compiler.Options{})
	if err != nil || len(r.Diagnostics) != 1 || r.Diagnostics[0].Help != "did you mean amounts?" {
		t.Errorf("the guess does not fit the place: %v %+v", err, r.Diagnostics)
	}
}
