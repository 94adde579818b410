package compiler_test

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cob-lang/cob/compiler"
)

// repeat joins what a function gives for the numbers below n.
func repeat(n int, each func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(each(i))
	}
	return b.String()
}

// repeated is repeat with one format that takes the number once or several times.
func repeated(n int, format string) string {
	return repeat(n, func(i int) string { return strings.ReplaceAll(format, "#", fmt.Sprint(i)) })
}

// shapes are packages that hold n of something.
var shapes = map[string]func(n int) string{
	"unknown types": func(n int) string { return repeated(n, "type Known#Name { x: Unknwn#Name }\n") },
	"unknown types in one": func(n int) string {
		return "type T {\n" + repeated(n, "  f#: Unknwn#Name\n") + "}\n"
	},
	"unknown variables": func(n int) string {
		return "process P(a: int) {\n" + repeated(n, "  let known#name = a\n  audit \"${unknwn#name}\"\n") + "}\n"
	},
	"unknown variable, same": func(n int) string {
		return "process P(a: int) {\n" + repeated(n, "  let _ = zz\n") + "}\n"
	},
	"unknown fields": func(n int) string {
		return "type T {\n" + repeated(n, "  field#name: int\n") + "}\nprocess P(a: T) {\n" + repeated(n, "  audit \"${a.feild#name}\"\n") + "}\n"
	},
	"unknown functions": func(n int) string {
		return "process P(a: int) {\n" + repeated(n, "  audit \"${nofunc#(a)}\"\n") + "}\n"
	},
	"unknown endpoints": func(n int) string {
		return "process P(a: int) {\n" + repeated(n, "  call nowhere#.get(a) { compensate { } }\n") + "}\n"
	},
	"unknown settings": func(n int) string {
		return "process P(a: int) {\n" + repeated(n, "  stting#: 5\n") + "}\n"
	},
	"lets": func(n int) string {
		return "process P(a: int) -> int {\n" + repeated(n, "  let x# = a + #\n") + "  return a\n}\n"
	},
	"lets in chain": func(n int) string {
		return "process P(x0: int) -> int {\n" + repeat(n, func(i int) string { return fmt.Sprintf("  let x%d = x%d + 1\n", i+1, i) }) + fmt.Sprintf("  return x%d\n}\n", n)
	},
	"same let": func(n int) string {
		return "process P(a: int) -> int {\n" + repeated(n, "  let x = a + #\n") + "  return a\n}\n"
	},
	"assignments": func(n int) string {
		return "process P(a: int) -> int {\n  let x = a\n" + repeated(n, "  x = x + #\n") + "  return x\n}\n"
	},
	"audits": func(n int) string { return "process P(a: int) {\n" + repeated(n, "  audit \"${a} and #\"\n") + "}\n" },
	"waits":  func(n int) string { return "process P(a: int) {\n" + repeated(n, "  wait 1m\n") + "}\n" },
	"calls": func(n int) string {
		return "cloud c\nendpoint e: http {\n  operation get(a: int) -> int { get \"/x/${a}\" }\n  on c { url: env.URL }\n}\nprocess P(a: int) {\n  key: string(a)\n" +
			repeated(n, "  let r# = call e.get(a) { compensate { } }\n") + "}\n"
	},
	"calls with compensations": func(n int) string {
		return "cloud c\nendpoint e: http {\n  operation get(a: int) -> int { get \"/x/${a}\" }\n  on c { url: env.URL }\n}\nprocess P(a: int) {\n  key: string(a)\n" +
			repeated(n, "  let r# = call e.get(a) { compensate { call e.get(r#) } }\n") + "}\n"
	},
	"ifs": func(n int) string {
		return "process P(a: int) {\n" + repeated(n, "  if a > # { audit \"x\" }\n") + "}\n"
	},
	"else ifs": func(n int) string {
		return "process P(a: int) {\n  if a > 0 { audit \"x\" }\n" + repeated(n, "  else if a == # { audit \"x\" }\n") + "}\n"
	},
	"returns": func(n int) string { return "process P(a: int) -> int {\n" + repeated(n, "  return #\n") + "}\n" },
	"fields": func(n int) string {
		return "type T {\n" + repeated(n, "  f#: int\n") + "}\nprocess P(a: T) -> T { return a }\n"
	},
	"record literal": func(n int) string {
		return "type T {\n" + repeated(n, "  f#: int\n") + "}\nprocess P(a: int) -> T { return T {\n" + repeated(n, "  f#: a,\n") + "} }\n"
	},
	"record literal, all missing": func(n int) string {
		return "type T {\n" + repeated(n, "  f#: int\n") + "}\nprocess P(a: int) -> T { return T { } }\n"
	},
	"fields, same": func(n int) string { return "type T {\n" + repeated(n, "  f: int\n") + "}\n" },
	"refined fields": func(n int) string {
		return "type T {\n" + repeated(n, "  f#: int where f# > 1 && f# < #0 + 5\n") + "}\nprocess P(a: T) -> T { return a }\n"
	},
	"enum members": func(n int) string {
		return "enum E { " + repeated(n, "m#, ") + "z }\nprocess P(a: E) -> bool { return a == E.z }\n"
	},
	"enum members, same": func(n int) string { return "enum E { " + repeated(n, "m, ") + "z }\n" },
	"enum match": func(n int) string {
		return "enum E { " + repeated(n, "m#, ") + "z }\nprocess P(a: E) -> int { match a {\n" + repeated(n, "  m# => return #,\n") + "  z => return 1 } }\n"
	},
	"enum match, none": func(n int) string {
		return "enum E { " + repeated(n, "m#, ") + "z }\nprocess P(a: E) -> int { match a {\n z => return 1 } }\n"
	},
	"union members": func(n int) string {
		return "type T { x: int }\nunion U { " + repeated(n, "m#: T, ") + "z: T }\nprocess P(a: U) -> int { match a {\n" + repeated(n, "  m# as t => return t.x,\n") + "  z => return 1 } }\n"
	},
	"int match": func(n int) string {
		return "process P(a: int) -> int { match a {\n" + repeated(n, "  # => return #,\n") + "  else => return 1 } }\n"
	},
	"string match": func(n int) string {
		return "process P(a: string) -> int { match a {\n" + repeated(n, "  \"s#\" => return #,\n") + "  else => return 1 } }\n"
	},
	"condition match": func(n int) string {
		return "process P(a: int) -> int { match {\n" + repeated(n, "  a == # => return #,\n") + "  else => return 1 } }\n"
	},
	"types": func(n int) string {
		return repeated(n, "type T# { x: int }\n") + "process P(a: T0) -> T0 { return a }\n"
	},
	"types, same": func(n int) string { return repeated(n, "type T { x: int }\n") },
	"type chain": func(n int) string {
		return repeat(n, func(i int) string { return fmt.Sprintf("type T%d { x: T%d? }\n", i, i+1) }) + fmt.Sprintf("type T%d { x: int }\nprocess P(a: T0) -> T0 { return a }\n", n)
	},
	"type chain, whole": func(n int) string {
		return repeat(n, func(i int) string { return fmt.Sprintf("type T%d { x: T%d }\n", i, i+1) }) + fmt.Sprintf("type T%d { x: int }\nprocess P(a: T0) -> T0 { return a }\n", n)
	},
	"type circle, infinite": func(n int) string {
		return repeat(n, func(i int) string { return fmt.Sprintf("type T%d { x: T%d }\n", i, (i+1)%n) }) + "process P(a: T0) -> T0 { return a }\n"
	},
	"type doubles": func(n int) string {
		return repeat(n, func(i int) string { return fmt.Sprintf("type T%d { x: T%d?, y: T%d? }\n", i, i+1, i+1) }) + fmt.Sprintf("type T%d { x: int }\nprocess P(a: T0) -> T0 { return a }\n", n)
	},
	"type doubles, whole": func(n int) string {
		return repeat(n, func(i int) string { return fmt.Sprintf("type T%d { x: T%d, y: T%d }\n", i, i+1, i+1) }) + fmt.Sprintf("type T%d { x: int }\nprocess P(a: T0) -> T0 { return a }\n", n)
	},
	"alias chain": func(n int) string {
		return repeat(n, func(i int) string { return fmt.Sprintf("type T%d = T%d\n", i, i+1) }) + fmt.Sprintf("type T%d = int\nprocess P(a: T0) -> T0 { return a }\n", n)
	},
	"alias chain, refined": func(n int) string {
		return repeat(n, func(i int) string { return fmt.Sprintf("type T%d = T%d where it > %d\n", i, i+1, i) }) + fmt.Sprintf("type T%d = int\nprocess P(a: T0) -> T0 { return a }\n", n)
	},
	"alias circle": func(n int) string {
		return repeat(n, func(i int) string { return fmt.Sprintf("type T%d = T%d\n", i, (i+1)%n) }) + "process P(a: T0) -> T0 { return a }\n"
	},
	"alias chain of lists": func(n int) string {
		return repeat(n, func(i int) string { return fmt.Sprintf("type T%d = [T%d]\n", i, i+1) }) + fmt.Sprintf("type T%d = int\nprocess P(a: T0) -> T0 { return a }\n", n)
	},
	"faults": func(n int) string {
		return repeated(n, "fault F# { x: int }\n") + "process P(a: int) raises F0" + repeated(n, ", F#") + " {\n" + repeated(n, "  if a == # { fail F# { x: a } }\n") + "}\n"
	},
	"faults, undeclared": func(n int) string {
		return repeated(n, "fault F# { x: int }\n") + "process P(a: int) {\n" + repeated(n, "  if a == # { fail F# { x: a } }\n") + "}\n"
	},
	"faults through processes": func(n int) string {
		return repeated(n, "fault F# { x: int }\n") + repeated(n, "process P#(a: int) raises F# { key: string(a), fail F# { x: a } }\n") + "process P(a: int) {\n" + repeated(n, "  call P#(a)\n") + "}\n"
	},
	"catches": func(n int) string {
		return repeated(n, "fault F# { x: int }\n") + "process Q(a: int) raises F0" + repeated(n, ", F#") + " {\n" + repeated(n, "  if a == # { fail F# { x: a } }\n") + "}\nprocess P(a: int) {\n  call Q(a) {\n" + repeated(n, "    catch F# { audit \"x\" }\n") + "  }\n}\n"
	},
	"events": func(n int) string {
		return repeated(n, "event E# { x: int }\n") + "process P(a: int) {\n" + repeated(n, "  publish E# { x: a }\n") + "}\n"
	},
	"selects": func(n int) string {
		return repeated(n, "event E# { x: int }\n") + "process P(a: int) {\n  key: string(a)\n  select {\n" + repeated(n, "    on E# as e where e.x == a { audit \"x\" }\n") + "  }\n}\n"
	},
	"labels": func(n int) string { return repeated(n, "label l#\n") + "type T { x: int }\n" },
	"labels on a field": func(n int) string {
		return repeated(64, "label l#\n") + "type T {\n" + repeated(n, "  x#: int @l1 @l2 @l3\n") + "}\nprocess P(a: T) -> T { return a }\n"
	},
	"annotations": func(n int) string {
		return "label l\ntype T { x: int " + repeated(n, "@l ") + "}\nprocess P(a: T) -> T { return a }\n"
	},
	"roles": func(n int) string { return repeated(n, "role r# { }\n") },
	"clouds": func(n int) string {
		return repeated(n, "cloud c# { region: \"x\" }\n") + "endpoint e: http {\n  operation get(a: int) -> int { get \"/x/${a}\" }\n" + repeated(n, "  on c# { url: env.URL# }\n") + "}\nprocess P(a: int) -> int {\n  key: string(a)\n  let r = call e.get(a) { compensate { } }\n  return r\n}\n"
	},
	"endpoints": func(n int) string {
		return "cloud c\n" + repeated(n, "endpoint e#: http {\n  operation get(a: int) -> int { get \"/x/${a}\" }\n  on c { url: env.URL }\n}\n") + "process P(a: int) {\n  key: string(a)\n" + repeated(n, "  let r# = call e#.get(a) { compensate { } }\n") + "}\n"
	},
	"operations": func(n int) string {
		return "cloud c\nendpoint e: http {\n" + repeated(n, "  operation get#(a: int) -> int { get \"/x#/${a}\" }\n") + "  on c { url: env.URL }\n}\nprocess P(a: int) {\n  key: string(a)\n" + repeated(n, "  let r# = call e.get#(a) { compensate { } }\n") + "}\n"
	},
	"operations, unknown": func(n int) string {
		return "cloud c\nendpoint e: http {\n" + repeated(n, "  operation get#thing(a: int) -> int { get \"/x#/${a}\" }\n") + "  on c { url: env.URL }\n}\nprocess P(a: int) {\n  key: string(a)\n" + repeated(n, "  let r# = call e.gte#thing(a) { compensate { } }\n") + "}\n"
	},
	"channels": func(n int) string {
		return "type T { x: int }\n" + repeated(n, "channel c#: queue of T\n") + "process P(a: T) {\n" + repeated(n, "  send c#(a)\n") + "}\n"
	},
	"routes": func(n int) string {
		return "type T { x: int }\nprocess P(a: T) { audit \"x\" }\n" + repeated(n, "channel c#: queue of T\nroute r# {\n  from c# as t\n  start P(t)\n}\n")
	},
	"dead letters in a ladder": func(n int) string {
		return repeat(n, func(i int) string {
			return fmt.Sprintf("channel c%d: queue of json { dead_letter: c%d, invalid: c%d }\n", i, i+1, i+2)
		}) + fmt.Sprintf("channel c%d: queue of json\nchannel c%d: queue of json\nroute r {\n  from c%d as t\n  publish E { x: t }\n}\nevent E { x: json }\n", n, n+1, n+1)
	},
	"routes in chain": func(n int) string {
		return "type T { x: int }\nchannel c0: queue of T\n" + repeat(n, func(i int) string {
			return fmt.Sprintf("channel c%d: queue of T\nroute r%d {\n  from c%d as t\n  send c%d(t)\n}\n", i+1, i, i, i+1)
		})
	},
	"processes": func(n int) string { return repeated(n, "process P#(a: int) -> int { return a + # }\n") },
	"processes in chain": func(n int) string {
		return "process P0(a: int) -> int { return a }\n" + repeat(n, func(i int) string {
			return fmt.Sprintf("process P%d(a: int) -> int {\n  let r = call P%d(a)\n  return r\n}\n", i+1, i)
		})
	},
	"parameters":       func(n int) string { return "process P(" + repeated(n, "a#: int, ") + "z: int) -> int { return z }\n" },
	"parameters, same": func(n int) string { return "process P(" + repeated(n, "a: int, ") + "z: int) -> int { return z }\n" },
	"arguments": func(n int) string {
		return "process Q(" + repeated(n, "a#: int, ") + "z: int) -> int { return z }\nprocess P(a: int) -> int {\n  let r = call Q(" + repeated(n, "a, ") + "a)\n  return r\n}\n"
	},
	"tests": func(n int) string {
		return "process P(a: int) -> int { return a }\n" + repeated(n, "test \"t#\" {\n  when P(#)\n  then returns #\n}\n")
	},
	"tests, same": func(n int) string {
		return "process P(a: int) -> int { return a }\n" + repeated(n, "test \"t\" {\n  when P(#)\n  then returns #\n}\n")
	},
	"list literal": func(n int) string { return "process P(a: int) -> [int] { return [" + repeated(n, "#, ") + "a] }\n" },
	"list of records": func(n int) string {
		return "type T { x: int, y: string }\nprocess P(a: int) -> [T] { return [" + repeated(n, "T { x: #, y: \"s#\" }, ") + "T { x: a, y: \"\" }] }\n"
	},
	"list of nameless": func(n int) string {
		return "process P(a: int) { let l = [" + repeated(n, "{ x: #, y: \"s#\" }, ") + "{ x: a, y: \"\" }]\n audit \"${l}\" }\n"
	},
	"list of all kinds": func(n int) string {
		return "process P(a: int) { let l = [" + repeated(n, "{ x#: # }, ") + "{ x: a, y: \"\" }]\n audit \"${l}\" }\n"
	},
	"nameless record": func(n int) string {
		return "process P(a: int) { let l = {" + repeated(n, "x#: #, ") + "y: a }\n audit \"${l}\" }\n"
	},
	"map literal": func(n int) string {
		return "process P(a: int) -> map<int> { return {" + repeated(n, "\"k#\": #, ") + "\"z\": a} }\n"
	},
	"map literal, same": func(n int) string {
		return "process P(a: int) -> map<int> { return {" + repeated(n, "\"k\": #, ") + "\"z\": a} }\n"
	},
	"interpolations": func(n int) string {
		return "process P(a: int) -> string { return \"" + repeated(n, "${a}x#") + "\" }\n"
	},
	"long text": func(n int) string {
		return "process P(a: int) -> string { return \"" + repeated(n, "xxxxxxxxxxxxxxx#") + "\" }\n"
	},
	"ands": func(n int) string {
		return "process P(a: int) -> bool { return a > 1" + repeated(min(n, 1900), " && a > #") + " }\n"
	},
	"sums": func(n int) string {
		return "process P(a: int) -> int { return a" + repeated(min(n, 1900), " + a") + " }\n"
	},
	"conditionals": func(n int) string {
		return "process P(a: int) -> int { return " + repeated(min(n, 150), "a == # ? # : ") + "a }\n"
	},
	"brackets": func(n int) string {
		return "process P(a: int) -> int { return " + strings.Repeat("(", min(n, 150)) + "a" + strings.Repeat(")", min(n, 150)) + " }\n"
	},
	"nested lists": func(n int) string {
		return "process P(a: int) { let l = " + strings.Repeat("[", min(n, 150)) + "a" + strings.Repeat("]", min(n, 150)) + "\n audit \"${l}\" }\n"
	},
	"nested ifs": func(n int) string {
		return "process P(a: int) {\n" + strings.Repeat("if a > 1 {\n", min(n, 180)) + "audit \"x\"\n" + strings.Repeat("}\n", min(n, 180)) + "}\n"
	},
	"uses, missing":    func(n int) string { return repeated(n, "use openapi \"c#.yaml\" as c#\n") },
	"uses, one":        func(n int) string { return repeated(n, "use openapi \"c.json\" as c#\n") },
	"imports, missing": func(n int) string { return repeated(n, "import \"./p#\" as p#\n") },
	"imports, std":     func(n int) string { return repeated(n, "import \"std/retry\" as p#\n") },
	"policies":         func(n int) string { return repeated(n, "policy p# {\n  allow call when true\n}\n") },
	"policy rules": func(n int) string {
		return "policy p {\n" + repeated(n, "  deny call when call.endpoint == \"e#\"\n") + "}\n"
	},
	"branches": func(n int) string {
		return "process P(a: int) {\n  parallel {\n" + repeated(n, "    branch b# { audit \"x\" }\n") + "  }\n}\n"
	},
	"branches that set": func(n int) string {
		return "process P(a: int) {\n" + repeated(n, "  let x# = 0\n") + "  parallel {\n" + repeated(n, "    branch b# { x# = # }\n") + "  }\n}\n"
	},
	"branches after": func(n int) string {
		return "process P(a: int) {\n  parallel {\n    branch b0 { audit \"x\" }\n" + repeat(n, func(i int) string { return fmt.Sprintf("    branch b%d after b%d { audit \"x\" }\n", i+1, i) }) + "  }\n}\n"
	},
	"states": func(n int) string {
		return "process P(a: int) {\n  machine m {\n" + repeat(n, func(i int) string { return fmt.Sprintf("    state s%d { goto s%d }\n", i, i+1) }) + fmt.Sprintf("    state s%d { end }\n", n) + "  }\n}\n"
	},
	"step names, same": func(n int) string { return "process P(a: int) {\n" + repeated(n, "  same: wait 1m\n") + "}\n" },
	"scopes":           func(n int) string { return "process P(a: int) {\n" + repeated(n, "  scope s# { wait 1m }\n") + "}\n" },
	"loops": func(n int) string {
		return "process P(a: [int]) {\n" + repeated(n, "  for x# in a { audit \"${x#}\" }\n") + "}\n"
	},
	"tries": func(n int) string {
		return "fault F { x: int }\nprocess P(a: int) {\n" + repeated(n, "  try { if a == # { fail F { x: a } } } catch F { audit \"x\" }\n") + "}\n"
	},
	"migrate": func(n int) string {
		return "process P(a: int) {\n" + repeated(n, "  s#: wait 1m\n") + "}\nmigrate P from \"0000000000000000000000000000000000000000000000000000000000000000\" {\n" + repeated(n, "  s# -> s#\n") + "}\n"
	},
	"garbage":                  func(n int) string { return repeated(n, "\x01 # ]\n") },
	"closers":                  func(n int) string { return strings.Repeat("}\n", n) },
	"openers":                  func(n int) string { return "process P(a: int) " + strings.Repeat("{\n", n) },
	"open texts":               func(n int) string { return "process P(a: int) {\n" + repeated(n, "  let x# = \"abc\n") + "}\n" },
	"open texts, interpolated": func(n int) string { return "process P(a: int) {\n" + repeated(n, "  let x# = \"abc ${\n") + "}\n" },
	"open long texts":          func(n int) string { return "process P(a: int) {\n" + repeated(n, "  let x# = \"\"\"abc\n") + "}\n" },
	"broken statements":        func(n int) string { return "process P(a: int) {\n" + repeated(n, "  let = #\n") + "}\n" },
	"broken declarations":      func(n int) string { return repeated(n, "proces P#(a: int) { }\n") },
	"comments":                 func(n int) string { return repeated(n, "// comment #\n") + "type T { x: int }\n" },
	"docs":                     func(n int) string { return repeated(n, "/// doc #\n") + "type T { x: int }\n" },
	"blank lines":              func(n int) string { return strings.Repeat("\n", n) + "type T { x: int }\n" },
	"packages":                 func(n int) string { return repeated(n, "package q#\n") },
	"semicolons":               func(n int) string { return "process P(a: int) { " + repeated(n, "let x# = #; ") + "}\n" },
	"patterns": func(n int) string {
		return "event E { x: int }\nchannel c: topic of E\n" + repeated(n, "pattern p# over c within 1h {\n  first a = c\n  then b = c\n  emit E { x: a.x }\n}\n")
	},
	"windows": func(n int) string {
		return "type E { x: int }\nchannel c: topic of E\n" + repeated(n, "window w# over c every 1h {\n  emit { n: count() }\n}\n")
	},
	"schedules": func(n int) string {
		return "process P(a: date) { audit \"x\" }\n" + repeated(n, "schedule s# { every: day at 02:30 in \"Europe/Paris\", start P(date(due)) }\n")
	},
	"samples": func(n int) string { return "type T { x: int }\n" + repeated(n, "sample s#: T { x: # }\n") },
	"tasks": func(n int) string {
		return "role r { }\ntype D { ok: bool }\nprocess P(a: int) {\n  key: string(a)\n" + repeated(n, "  let d#: D = task t#({ a }) { role: r, due: 3d, else { return } }\n") + "}\n"
	},
	"lambdas": func(n int) string {
		return "process P(a: [int]) {\n" + repeated(n, "  let x# = filter(a, y => y > #)\n") + "}\n"
	},
	"nullables": func(n int) string {
		return "type T { x: int? }\nprocess P(a: T) {\n" + repeated(n, "  if a.x != null && a.x > # { audit \"x\" }\n") + "}\n"
	},
	"narrowed": func(n int) string {
		return "process P(" + repeated(n, "a#: int?, ") + "z: int) {\n" + repeated(n, "  if a# == null { return }\n") + "  audit \"x\"\n}\n"
	},
	"long name": func(n int) string {
		return "type " + strings.Repeat("T", n) + " { x: int }\nprocess P(a: " + strings.Repeat("T", n) + ") {\n" + repeated(100, "  audit a.nope#\n") + "}\n"
	},
	"long unknown name": func(n int) string {
		return "type K { x: int }\nprocess P(a: " + strings.Repeat("T", n) + ") { audit \"x\" }\n"
	},
	"long number": func(n int) string {
		return "process P(a: decimal) -> decimal { return " + strings.Repeat("1", n) + "." + strings.Repeat("1", n) + " }\n"
	},
	"long pattern": func(n int) string {
		return "type T { x: string where matches(x, \"" + strings.Repeat("a?", n) + "\") }\n"
	},
}

// bounded are shapes whose work grows faster up to a limit, and which.
var bounded = map[string]string{
	"sums": "syntax.MaxChain", "ands": "syntax.MaxChain",
	"unknown types": "diag.MaxGuesses", "unknown types in one": "diag.MaxGuesses", "unknown variables": "diag.MaxGuesses",
	"unknown variable, same": "diag.MaxGuesses", "unknown fields": "diag.MaxGuesses", "operations, unknown": "check.MaxMembers",
	"operations": "check.MaxMembers", "clouds": "check.MaxMembers", "condition match": "check.MaxMembers", "int match": "check.MaxMembers", "string match": "check.MaxMembers",
	"nameless record": "check.MaxMembers", "list of nameless": "check.MaxMembers",
	"record literal": "check.MaxMembers", "fields": "check.MaxMembers",
	"routes in chain": "the steps of the search for circles",
}

// work is what compiling a package asks of memory, in bytes, how much it tells, and what it
// takes of the processors.
func work(t *testing.T, text string) (asked float64, told int, cpu time.Duration) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	begin := processorTime(t)
	r, err := compiler.Compile(fstest.MapFS{"a.cob": {Data: []byte("package p\n\n" + text)}}, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cpu = processorTime(t) - begin
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc), len(r.Diagnostics), cpu
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestWorkGrowsAtFullSize is TestWorkGrowsWithTheText with 8,000 and 32,000 of everything.
// It takes minutes, so it runs where COB_GROWTH is set, and prints what it measured; that
// the processors' time grows too is for the reader, the bytes are the assertion.
func TestWorkGrowsAtFullSize(t *testing.T) {
	if os.Getenv("COB_GROWTH") == "" {
		t.Skip("takes minutes: set COB_GROWTH=1 to compile every shape at 8,000 and 32,000")
	}
	const n, most = 8000, 6
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		t.Run(name, func(t *testing.T) { // so that one of them can be asked for, with a profile
			work(t, shapes[name](2)) // what is made once
			asked, told, cpu := work(t, shapes[name](n))
			asked4, told4, cpu4 := work(t, shapes[name](4*n))
			t.Logf("%8.1f MB, %6.1f MB at 4n (%.1f times); %6d ms, %6d ms (%.1f times); %d and %d diagnostics %s",
				asked/1e6, asked4/1e6, asked4/asked, cpu.Milliseconds(), cpu4.Milliseconds(), float64(cpu4)/float64(max(cpu, time.Millisecond)), told, told4, bounded[name])
			if asked4 > most*asked {
				t.Errorf("%.0f bytes became %.0f (%.1f times)", asked, asked4, asked4/asked)
			}
		})
	}
}

// TestWorkGrowsWithTheText compiles packages that hold n and 4n of something. What
// is asked of memory grows with the text, and so does what is told.
func TestWorkGrowsWithTheText(t *testing.T) {
	const n, most = 250, 8
	measure := func(text string) (asked float64, told int) {
		asked, told, _ = work(t, text)
		return asked, told
	}
	for name, shape := range shapes {
		if bounded[name] != "" {
			continue
		}
		measure(shape(2)) // what is made once
		asked, told := measure(shape(n))
		asked4, told4 := measure(shape(4 * n))
		if asked4 > most*asked {
			// The parser keeps a window of some thousand tokens for the next text. What
			// really grows too fast does so among texts that are longer, too.
			asked, told = measure(shape(24 * n))
			asked4, told4 = measure(shape(96 * n))
		}
		if asked4 > most*asked || told4 > 5*told+5 {
			t.Errorf("%s: %.0f bytes and %d diagnostics became %.0f (%.1f times) and %d", name, asked, told, asked4, asked4/asked, told4)
		}
	}
}
