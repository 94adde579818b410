package compiler_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
)

// nonsense are the codes about what compiles and cannot be meant.
var nonsense = regexp.MustCompile(`^COB(43[89]\d|440\d|4245)$`)

func toldAsNonsense(t *testing.T, text string) []string {
	t.Helper()
	r := compile(t, fstest.MapFS{"a.cob": {Data: []byte("package p\n\n" + text)}}, compiler.Options{})
	var out []string
	for _, d := range r.Diagnostics {
		switch {
		case nonsense.MatchString(string(d.Code)):
			out = append(out, string(d.Code))
		case d.Severity == diag.Error:
			t.Fatalf("%s\n%s", text, diag.OneLines(r.Diagnostics))
		}
	}
	return out
}

// TestLegalTwins compiles what looks like nonsense and is not.
func TestLegalTwins(t *testing.T) {
	for name, text := range map[string]string{
		"the same name in JSON in two types":     "type A { a: string @json(\"x\") }\ntype B { b: string @json(\"x\") }\n",
		"a name in JSON swapped":                 "type A { a: string @json(\"b\"), b: string @json(\"a\") }\n",
		"a handle in a variable and a list":      "process C() -> int { return 1 }\nprocess P() -> int {\n  let hs: [handle<int>] = []\n  let h = start C()\n  hs = hs + [h]\n  let x = await hs[0]\n  return x\n}\n",
		"continue behind a call":                 "process C(id: string) -> string { return id }\nprocess P(id: string) {\n  let x = call C(id)\n  continue with P(x)\n}\n",
		"continue as another process":            "process Q(id: string) { progress id }\nprocess P(id: string) { continue with Q(id) }\n",
		"itself with another key":                "process P(id: string, n: int) {\n  key: \"${id}-${n}\"\n  wait 1h\n  if n > 0 { spawn P(id, n - 1) }\n}\n",
		"itself without a key":                   "process P(id: string) {\n  if id != \"\" { spawn P(\"\") }\n}\n",
		"a width that is computed":               "process P(l: [string], n: int) {\n  for x in l parallel n { progress x }\n}\n",
		"a slice with one bound":                 "process P(s: string) -> string { return s[3:] }\n",
		"an empty slice":                         "process P(s: string) -> string { return s[3:3] }\n",
		"a range of one":                         "process P() {\n  for i in 5..5 { progress \"${i}\" }\n}\n",
		"a wait that is computed":                "process P(t: timestamp) {\n  wait t - now\n  wait 10m - 5m\n}\n",
		"?? behind an item and a key":            "process P(l: [string], m: map<string>) -> string { return (l[0] ?? \"\") + (m[\"a\"] ?? \"\") }\n",
		"?? behind json":                         "process P(j: json) -> json { return j.a ?? \"none\" }\n",
		"?? where a condition has shown it":      "process P(s: string?) -> string {\n  if s != null { return s ?? \"\" }\n  return \"\"\n}\n",
		"?. where a condition has shown it":      "type A { a: string }\nprocess P(a: A?) -> string {\n  if a != null { return a?.a ?? \"\" }\n  return \"\"\n}\n",
		"?. of a field that may be absent":       "type A { a: string, b: { c: int }? }\nprocess P(a: A) -> int { return a.b?.c ?? 0 }\n",
		"a refinement with a narrow way":         "type A { n: int where n > 5 && n < 7, d: decimal where d > 5 && d < 6, s: string where s != \"a\" && s != \"b\" }\n",
		"refinements of what may be absent":      "type A { n: int? where n > 5, d: decimal? where d >= 0 }\n",
		"bounds that touch":                      "process P(n: int) -> bool { return n >= 5 && n <= 5 }\n",
		"two values":                             "process P(n: int, m: int) -> bool { return n > 5 && m < 3 }\n",
		"two currencies":                         "process P(m: money) -> bool { return m > 5 EUR || m <= 5 EUR }\n",
		"floats":                                 "process P(f: float) -> bool { return f > 5 || f <= 5 }\n",
		"an item that a lambda binds":            "process P(n: [int]) -> bool { return n.any(n => n > 5) && n.any(n => n < 3) }\n",
		"the last else if says it in full":       "process P(n: int) {\n  if n > 5 { progress \"a\" } else if n <= 5 { progress \"b\" }\n}\n",
		"an enum in full":                        "enum E { a, b }\nprocess P(e: E) -> int {\n  if e == E.a { return 1 } else if e == E.b { return 2 } else { return 3 }\n}\n",
		"set, read and set":                      "process P(s: string) -> string {\n  let x = \"\"\n  x = s\n  progress x\n  x = \"b\"\n  return x\n}\n",
		"set in a loop and read in the next":     "process P(s: [string]) {\n  let last = \"\"\n  for x in s {\n    progress last\n    last = x\n  }\n}\n",
		"set for the compensation of a scope":    "process P(s: string) {\n  let x = \"\"\n  scope work {\n    x = s\n    wait 1m\n    x = \"done\"\n    compensate { progress x }\n  }\n}\n",
		"set for finally":                        "process P(s: string) {\n  let x = \"\"\n  try {\n    x = s\n    wait 1m\n    x = \"done\"\n  } finally { progress x }\n}\n",
		"a wait in a race":                       "process P(s: string) {\n  deadline: 1h\n  race {\n    branch a { wait 2d }\n    branch b { wait 1m }\n  }\n  progress s\n}\n",
		"a wait in what comes too late":          "process P(s: string) {\n  scope a {\n    progress s\n    within 1h else { wait 2h }\n  }\n}\n",
		"a scope in a scope":                     "process P(s: string) {\n  scope a {\n    scope b {\n      wait 30m\n      within 1h else { progress s }\n    }\n    within 2h else { progress s }\n  }\n}\n",
		"a wait that only some come to":          "sla gold { completion: 99% within 1h }\nprocess P(s: string) {\n  sla: gold\n  if s == \"\" { wait 2h }\n}\n",
		"sections one behind the other":          "process P() {\n  critical a { critical b { wait 1m } }\n  critical b { critical a { wait 1m } }\n}\n",
		"sections in branches one at a time":     "process P() {\n  interleave {\n    branch x {\n      critical a { critical b { wait 1m } }\n    }\n    branch y {\n      critical b { critical a { wait 1m } }\n    }\n  }\n}\n",
		"a channel that two branches read":       "channel q: queue of json\nprocess P() {\n  parallel {\n    branch a {\n      select {\n        on q as m { progress \"a ${m}\" }\n        after 1m { }\n      }\n    }\n    branch b {\n      select {\n        on q as m { progress \"b ${m}\" }\n        after 1m { }\n      }\n    }\n  }\n}\n",
		"an event that two arms of a race await": "event E { id: string, kind: string }\nprocess P(id: string) {\n  parallel {\n    branch a {\n      select {\n        on E as e where e.id == id && e.kind == \"a\" { progress \"a\" }\n        after 1m { progress \"late\" }\n      }\n    }\n    branch b {\n      select {\n        on E as e where e.id == id && e.kind == \"b\" { progress \"b\" }\n        after 1m { progress \"late\" }\n      }\n    }\n  }\n}\n",
		"routes in a line":                       "channel a: queue of json\nchannel b: queue of json\nchannel c: queue of json\nroute r {\n  from a as m\n  to b(m)\n}\nroute s {\n  from b as m\n  to c(m)\n}\n",
		"a circle with a way out":                "channel a: queue of json\nchannel b: queue of json\nroute r {\n  from a as m\n  to b(m)\n}\nroute s {\n  from b as m\n  filter m.again == true\n  to a(m)\n}\n",
		"topics of every kind": "cloud c { jurisdiction: \"FR\" }\nendpoint m: mqtt {\n  receive a: json { topic: \"a/+/b/#\" }\n  receive b: json { topic: \"#\" }\n  receive d: json { topic: \"+/+\" }\n  receive e: json { topic: \"/a//b\" }\n  operation o(x: string) { publish \"a/${x}/b\" { payload: x } }\n  on c { url: env.A }\n}\n" +
			"endpoint n: nats {\n  receive a: json { subject: \"a.*.b.>\" }\n  receive b: json { subject: \">\" }\n  on c { url: env.A }\n}\nendpoint k: kafka {\n  receive a: json { topic: \"orders.v1_x-y\", group: \"g\" }\n  receive b: json { topic: \"^orders.*$\", group: \"g\" }\n  on c { brokers: \"a:9092\" }\n}\n",
	} {
		if got := toldAsNonsense(t, text); len(got) > 0 {
			t.Errorf("%s draws %v:\n%s", name, got, text)
		}
	}
}

// TestNonsense compiles variants of what the pages of the rules show.
func TestNonsense(t *testing.T) {
	for text, want := range map[string]string{
		"type A { a: string, b: string @json(\"a\") }\n":                                                      "COB4380",
		"process P(a: string, b: string @json(\"a\")) { progress a + b }\n":                                   "COB4380",
		"event E { h: handle }\n":                                                                             "COB4245",
		"fault F { h: handle<int> }\n":                                                                        "COB4245",
		"type T { h: handle<int> }\nchannel q: queue of [T]\n":                                                "COB4245",
		"process P() -> handle<int> {\n  let h = start Q()\n  return h\n}\nprocess Q() -> int { return 1 }\n": "COB4245",
		"union U { }\n": "COB4381",
		"process P(id: string) {\n  if id == \"\" { continue with P(\"a\") } else { continue with P(id) }\n}\n":                                                                                 "COB4382",
		"process P(id: string) {\n  match id {\n    \"\" => continue with P(\"a\")\n    else => continue with P(id)\n  }\n}\n":                                                                  "COB4382",
		"process P(l: [string]) {\n  for x in l parallel -1 { progress x }\n}\n":                                                                                                                "COB4383",
		"process P(s: string) -> string { return s[-1:] }\n":                                                                                                                                    "COB4385",
		"process P(s: [string]) -> string { return s[-1] }\n":                                                                                                                                   "COB4385",
		fmt.Sprintf("process P() {\n  for i in 1..%d { progress \"${i}\" }\n}\n", expression.MaxItems+1):                                                                                        "COB4386",
		fmt.Sprintf("process P() {\n  for i in 1..%d { progress \"${i}\" }\n}\n", expression.MaxItems):                                                                                          "",
		"process P() {\n  wait 5m - 10m\n}\n":                                                                                                                                                   "COB4394",
		"type A { a: string }\nprocess P(a: A) -> string { return a?.a }\n":                                                                                                                     "COB4395",
		"type A { n: int where n >= 5 || n < 5 }\n":                                                                                                                                             "COB4396",
		"process P(id: string) {\n  key: id\n  call P(id) { catch { } }\n}\n":                                                                                                                   "COB4399",
		"process P(id: string) -> int {\n  key: id\n  let h = start P(id)\n  let n = await h\n  return n\n}\n":                                                                                  "COB4399",
		"process P(n: int where n > 3) -> bool { return n < 2 }\n":                                                                                                                              "COB4397",
		"process P(s: string) -> bool { return len(s) < 0 }\n":                                                                                                                                  "COB4397",
		"enum E { a, b }\nprocess P(e: E) -> bool { return e != E.a && e != E.b }\n":                                                                                                            "COB4397",
		"process P(n: int) {\n  if n > 5 { progress \"a\" } else if n > 7 { progress \"b\" }\n}\n":                                                                                              "COB4397",
		"process P(n: int) {\n  match {\n    n > 5 => progress \"a\"\n    n > 7 => progress \"b\"\n  }\n}\n":                                                                                    "COB4397",
		"type A { n: int where n in 1..5 }\nprocess P(a: A) {\n  match a.n {\n    9 => progress \"a\"\n    else => progress \"b\"\n  }\n}\n":                                                    "COB4397",
		"process P(s: string) -> string {\n  let x = s\n  progress x\n  x = \"b\"\n  return s\n}\n":                                                                                             "COB4398",
		"process P() {\n  for x in [1, 2] parallel {\n    if x == 1 {\n      critical a { critical b { wait 1m } }\n    } else {\n      critical b { critical a { wait 1m } }\n    }\n  }\n}\n": "COB4387",
		"process P(s: string) {\n  deadline: 1h\n  select { after 2h { progress s } }\n}\n":                                                                                                     "COB4384",
		"sla gold { completion: 99% within 1h }\nprocess P(s: string) {\n  sla: gold\n  wait 2h\n  progress s\n}\n":                                                                             "COB4384",
		"test \"a\" { }\n": "COB4393",
	} {
		if got := strings.Join(toldAsNonsense(t, text), " "); got != want {
			t.Errorf("want %q and got %q:\n%s", want, got, text)
		}
	}
}

// TestTopics asks for what brokers refuse.
func TestTopics(t *testing.T) {
	for _, setting := range []string{
		`m: mqtt { receive a: json { topic: "a/#/b" }`, `m: mqtt { receive a: json { topic: "a#" }`, `m: mqtt { receive a: json { topic: "a+/b" }`,
		`m: mqtt { operation o(x: string) { publish "a/#" { payload: x } }`, `m: mqtt { operation o(x: string) { publish "+/${x}" { payload: x } }`,
		`m: nats { receive a: json { subject: "a.>.b" }`, `m: nats { receive a: json { subject: "a..b" }`,
		`m: nats { operation o(x: string) { publish "a.*" { body: x } }`,
		`m: kafka { receive a: json { topic: "a/b", group: "g" }`, `m: kafka { receive a: json { topic: "..", group: "g" }`,
		`m: kafka { receive a: json { topic: "` + strings.Repeat("a", 250) + `", group: "g" }`,
	} {
		text := "package p\n\ncloud c { jurisdiction: \"FR\" }\n\nendpoint " + strings.Replace(setting, "{ ", "{\n  ", 1) + "\n  on c { url: env.A }\n}\n"
		r := compile(t, fstest.MapFS{"a.cob": {Data: []byte(text)}}, compiler.Options{})
		found := 0
		for _, d := range r.Diagnostics {
			if d.Code == "COB4392" {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s\n%s", text, diag.OneLines(r.Diagnostics))
		}
	}
	if got := toldAsNonsense(t, "cloud c { jurisdiction: \"FR\" }\nendpoint k: kafka {\n  receive a: json { topic: \""+strings.Repeat("a", 249)+"\", group: \"g\" }\n  on c { brokers: \"a:9092\" }\n}\n"); len(got) > 0 {
		t.Errorf("249 characters draw %v", got)
	}
}

// TestNeverAbsentIsMended applies the fixes about what is never absent.
func TestNeverAbsentIsMended(t *testing.T) {
	for was, want := range map[string]string{
		`a.b ?? "x"`:               `a.b`,
		`(a.b + "y") ?? "x"`:       `(a.b + "y")`,
		`a?.b`:                     `a.b`,
		`"${a ?. b}"`:              `"${a . b}"`,
		`(a.b == "" ? a : a) ?. b`: `(a.b == "" ? a : a) . b`,
		`(a.b ?? "x") + "z"`:       `(a.b) + "z"`,
		`a.b ?? (a.b + "x")`:       `a.b`,
	} {
		source := func(e string) string {
			return "package p\n\ntype A { b: string }\n\nprocess P(a: A) -> string {\n  return " + e + "\n}\n"
		}
		r := compile(t, fstest.MapFS{"a.cob": {Data: []byte(source(was))}}, compiler.Options{})
		repairs := diag.Repairs(r.Diagnostics, false)
		if r.Failed() || len(repairs) != 1 {
			t.Errorf("%s: %s", was, diag.OneLines(r.Diagnostics))
			continue
		}
		got := repairs[0].Text
		if again := compile(t, fstest.MapFS{"a.cob": {Data: []byte(got)}}, compiler.Options{}); again.Failed() {
			t.Errorf("%s becomes %s, which does not compile: %s", was, got, diag.OneLines(again.Diagnostics))
		}
		if got != source(want) {
			t.Errorf("%s becomes\n%swant\n%s", was, got, source(want))
		}
	}
}
