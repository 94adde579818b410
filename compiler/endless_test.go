package compiler_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/lint"
	"github.com/cob-lang/cob/lang/diag"
)

// withoutEnd gives the messages about what never ends in a package.
func withoutEnd(t *testing.T, text string) []string {
	t.Helper()
	r := compile(t, fstest.MapFS{"a.cob": {Data: []byte("package p\n\n" + text)}}, compiler.Options{})
	if r.Failed() {
		t.Fatalf("%s\n%s", text, diag.OneLines(r.Diagnostics))
	}
	var out []string
	for _, d := range r.Diagnostics {
		if d.Code == lint.CodeForever || d.Code == lint.CodeOwnChannel || d.Code == lint.CodeGoesRound {
			out = append(out, d.Message)
		}
	}
	return out
}

const tellers = `event Told { n: int }
event Heard { n: int }
channel rejected: queue of json
channel intake: queue of Told { dead_letter: rejected }
`

func TestWhatNeverEndsIsTold(t *testing.T) {
	const one = "every instance of P calls one more, without end"
	for name, c := range map[string]struct{ text, want string }{
		"a call":                         {"process P(n: int) {\n  call P(n + 1)\n}\n", one},
		"a call with a result":           {"process P(n: int) -> int {\n  let x = call P(n + 1)\n  return x\n}\n", one},
		"a call that is assigned":        {"process P(n: int) -> int {\n  let x = 0\n  x = call P(n + 1)\n  return x\n}\n", one},
		"two calls":                      {"process P(n: int) -> int {\n  let x = call P(n + 1)\n  let y = call P(n + 2)\n  return x + y\n}\n", one},
		"a call in a scope":              {"process P(n: int) {\n  scope work {\n    call P(n + 1)\n  }\n}\n", one},
		"a call in a branch":             {"process P(n: int) {\n  parallel {\n    branch a { call P(n + 1) }\n    branch b { wait 1m }\n  }\n}\n", one},
		"a call behind another one":      {"process Q(n: int) -> int { return n }\nprocess P(n: int) {\n  let x = call Q(n)\n  call P(x)\n}\n", one},
		"a call under an if that is not": {"process P(n: int) {\n  if n > 3 { progress \"late\" }\n  call P(n + 1)\n}\n", one},
		"calls in a circle":              {"process P(n: int) {\n  call Q(n + 1)\n}\nprocess Q(n: int) {\n  call R(n + 1)\n}\nprocess R(n: int) {\n  wait 1m\n  call P(n + 1)\n}\n", "these call each other without end: P to Q to R to P"},
		"a call and a start":             {"process P(n: int) {\n  call Q(n + 1)\n}\nprocess Q(n: int) {\n  spawn P(n + 1)\n}\n", "these start and call each other without end: P to Q to P"},
		"children that are awaited":      {"process P(n: int) -> int {\n  let h = start Q(n + 1)\n  let x = await h\n  return x\n}\nprocess Q(n: int) -> int {\n  let h = start P(n + 1)\n  let x = await h\n  return x\n}\n", "these start each other without end: P to Q to P"},
		"a start":                        {"process P(n: int) {\n  wait 1m\n  spawn P(n + 1)\n}\n", "every instance of P starts one more, without end"},
		"its own event":                  {tellers + "route echo {\n  from Told as t\n  publish Told { n: t.n + 1 }\n}\n", "every event is answered with another one of its kind, without end"},
		"its own channel":                {tellers + "route echo {\n  from intake as t\n  send intake(t)\n}\n", "every message goes back to the channel it came from, without end"},
		"events in a circle":             {tellers + "route a {\n  from Told as t\n  publish Heard { n: t.n }\n}\nroute b {\n  from Heard as t\n  publish Told { n: t.n }\n}\n", "every message goes round for ever: Heard to Told to Heard"},
		"an event and a channel":         {tellers + "route a {\n  from Told as t\n  send intake(Told { n: t.n })\n}\nroute b {\n  from intake as t\n  publish Told { n: t.n }\n}\n", "every message goes round for ever: Told to intake to Told"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := withoutEnd(t, c.text); !slices.Equal(got, []string{c.want}) {
				t.Errorf("%s\ngives %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func TestWhatEndsIsNotTold(t *testing.T) {
	for name, text := range map[string]string{
		"a call under an if":             "process P(n: int) {\n  if n > 0 { call P(n - 1) }\n}\n",
		"a call behind a return":         "process P(n: int) -> int {\n  if n == 0 { return 0 }\n  let x = call P(n - 1)\n  return x\n}\n",
		"a start behind a return":        "process P(n: int) {\n  if n == 0 { return }\n  spawn P(n - 1)\n}\n",
		"a call behind a fault":          "fault Deep { n: int }\nprocess P(n: int) raises Deep {\n  if n == 0 { fail Deep { n: n } }\n  call P(n - 1)\n}\n",
		"a call under a match":           "process P(n: int) {\n  match n {\n    0 => progress \"done\"\n    else => call P(n - 1)\n  }\n}\n",
		"a call for each of a list":      "type Tree { below: [string] }\nprocess P(t: Tree) {\n  for x in t.below { call P(Tree { below: [] }) }\n}\n",
		"a call in a branch that may be": "process P(n: int) {\n  parallel {\n    branch a when n > 0 { call P(n - 1) }\n    branch b { wait 1m }\n  }\n}\n",
		"a call that goes on at a fault": "fault Deep { n: int }\nprocess Q(n: int) raises Deep {\n  if n == 0 { fail Deep { n: n } }\n}\nprocess P(n: int) raises Deep {\n  call Q(n)\n  call P(n - 1) { catch Deep { return } }\n}\n",
		"a circle with an if":            "process P(n: int) {\n  call Q(n - 1)\n}\nprocess Q(n: int) {\n  if n > 0 { call P(n - 1) }\n}\n",
		"a circle with a return":         "process P(n: int) {\n  call Q(n - 1)\n}\nprocess Q(n: int) {\n  if n == 0 { return }\n  call P(n - 1)\n}\n",
		"a start that a fault may end":   "fault Deep { n: int }\nprocess C(n: int) raises Deep {\n  if n == 0 { fail Deep { n: n } }\n}\nprocess P(n: int) raises Deep {\n  call C(n)\n  spawn Q(n - 1)\n}\nprocess Q(n: int) raises Deep {\n  call C(n)\n  spawn P(n - 1)\n}\n",
		"its own event behind a filter":  tellers + "route echo {\n  from Told as t\n  filter t.n < 3\n  publish Told { n: t.n + 1 }\n}\n",
		"its own event behind a dedupe":  tellers + "route echo {\n  from Told as t\n  dedupe by \"${t.n}\" within 1h\n  publish Told { n: 1 }\n}\n",
		"its own event under an if":      tellers + "route echo {\n  from Told as t\n  if t.n < 3 { publish Told { n: t.n + 1 } }\n}\n",
		"another event":                  tellers + "route echo {\n  from Told as t\n  publish Heard { n: t.n }\n}\n",
		"events with a filter between":   tellers + "route a {\n  from Told as t\n  publish Heard { n: t.n }\n}\nroute b {\n  from Heard as t\n  filter t.n < 3\n  publish Told { n: t.n + 1 }\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			if got := withoutEnd(t, text); len(got) > 0 {
				t.Errorf("%s\ngives %q", text, got)
			}
		})
	}
}

// TestACircleComesAndGoesWithTheEdit looks whether a workspace, which remembers what each
// process calls, notices the edit of one of two processes that closes or opens a circle.
func TestACircleComesAndGoesWithTheEdit(t *testing.T) {
	const open = "package p\n\nprocess Q(n: int) {\n  key: \"${n}\"\n  wait 1m\n}\n"
	const closed = "package p\n\nprocess Q(n: int) {\n  key: \"${n}\"\n  call P(n + 1)\n}\n"
	disk := fstest.MapFS{
		"p.cob": {Data: []byte("package p\n\nprocess P(n: int) {\n  key: \"${n}\"\n  call Q(n + 1)\n}\n")},
		"q.cob": {Data: []byte(open)},
	}
	w, err := compiler.NewWorkspace(disk, compiler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n, text := range []string{open, closed, open, closed, "package p\n\n// moved\n" + closed[len("package p\n\n"):]} {
		w.Edit("q.cob", text)
		c, err := w.Check()
		if err != nil {
			t.Fatal(err)
		}
		told := slices.ContainsFunc(c.Diagnostics, func(d diag.Diagnostic) bool { return d.Code == lint.CodeForever })
		if want := strings.Contains(text, "call P"); told != want {
			t.Errorf("edit %d: a circle is told: %t, want %t:\n%s", n, told, want, diag.OneLines(c.Diagnostics))
		}
	}
}
