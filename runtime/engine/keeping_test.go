package engine_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cob-lang/cob/compiler"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

// written compiles a package p.
func written(t *testing.T, text string) *plan.Plan {
	t.Helper()
	r, err := compiler.Compile(fstest.MapFS{"p.cob": &fstest.MapFile{Data: []byte("package p\n" + text)}}, compiler.Options{})
	if err != nil || r.Failed() {
		t.Fatal(err, diag.OneLines(r.Diagnostics))
	}
	return r.Plan
}

const day = record.Instant(86_400_000_000_000)

const keeping = `
fault Bad { why: string }
process Kept(id: string, bad: bool, customer: string, tags: [string]) raises Bad {
  key:    id
  retain: 10d, on fault 30d
  search: { customer, first: tags[0], bad }
  if bad { fail Bad { why: "bad" } }
}
process Plain(id: string) { key: id }
`

func (w *world) starts(process, key string, input map[string]types.Value) record.Reply {
	w.t.Helper()
	_, _, reply := w.do(record.StartInstance{Process: process, Key: key, Input: input})
	return reply
}

func kept(bad bool, customer string, tags ...types.Value) map[string]types.Value {
	return map[string]types.Value{"id": "x", "bad": bad, "customer": customer, "tags": append([]types.Value{}, tags...)}
}

// TestRetain: an instance that ended is known for as long as its process says, one that
// failed for longer, and not a nanosecond more; then its key is free.
func TestRetain(t *testing.T) {
	w := newWorld(t, written(t, keeping), storyLimits())
	w.starts("p.Plain", "p", map[string]types.Value{"id": "p"})
	w.starts("p.Kept", "bad", kept(true, "ann"))
	w.now++
	w.starts("p.Kept", "good", kept(false, "ann"))
	known := func(process, key string) bool {
		_, ok := w.state.Instance(record.InstanceID(process, key))
		return ok
	}
	w.now = dawn + 1 + 10*day - 1
	w.due()
	if !known("p.Kept", "good") || !known("p.Kept", "bad") {
		t.Fatal("it was forgotten too early")
	}
	if at, ok := w.state.NextDue(); !ok || at != dawn+1+10*day {
		t.Fatalf("the next is due at %d, %v", at-dawn, ok)
	}
	if !w.starts("p.Kept", "good", kept(false, "ann")).Existing {
		t.Fatal("the key was free too early")
	}
	w.now++
	w.due()
	if known("p.Kept", "good") || !known("p.Kept", "bad") {
		t.Fatal("10 days are over for the one, and not for the one that failed")
	}
	if r := w.starts("p.Kept", "good", kept(false, "ann")); r.Existing || r.Rejected != nil {
		t.Fatalf("the key is not free: %+v", r)
	}
	w.now = dawn + 30*day
	w.due()
	if known("p.Kept", "bad") || known("p.Kept", "good") || !known("p.Plain", "p") {
		t.Fatal("after 30 days only what nobody limits is kept")
	}
	if _, ok := w.state.NextDue(); ok {
		t.Fatal("something is due still")
	}
}

// due carries out everything that is due.
func (w *world) due() {
	for {
		list := w.state.Due(w.now, 100)
		if len(list) == 0 {
			return
		}
		for _, c := range list {
			w.do(c)
		}
	}
}

// TestRetainYieldsToTheLimits: the oldest goes first where there is no room, however
// long its process wanted to keep it, and more than MaxForgotten take several commands.
func TestRetainYieldsToTheLimits(t *testing.T) {
	l := storyLimits()
	l.EndedProcesses, l.KeepEnded = 3, 0
	w := newWorld(t, written(t, keeping), l)
	for _, key := range []string{"a", "b", "c", "d"} {
		w.starts("p.Kept", key, kept(key == "a", "ann"))
		w.now++
	}
	for key, want := range map[string]bool{"a": false, "b": true, "c": true, "d": true} {
		if _, ok := w.state.Instance(record.InstanceID("p.Kept", key)); ok != want {
			t.Errorf("%s is remembered: %v", key, ok)
		}
	}
	w = newWorld(t, written(t, keeping), storyLimits())
	w.careful = false
	for i := range engine.MaxForgotten + 1 {
		w.starts("p.Kept", strings.Repeat("k", i+1), kept(false, "ann"))
	}
	w.now += 10 * day
	events, _, _ := w.do(w.state.Due(w.now, 1)[0])
	if len(events) != engine.MaxForgotten {
		t.Errorf("one command forgot %d instances", len(events))
	}
	w.due()
	if n := w.state.Counts().Ended; n != 0 {
		t.Errorf("%d are remembered", n)
	}
}

// TestSearchValues: an instance is found under the values of its process, also when it is
// over, and nothing fails where one has none.
func TestSearchValues(t *testing.T) {
	w := newWorld(t, written(t, keeping), storyLimits())
	find := func(key string) map[string]types.Value {
		v, _ := w.state.Instance(record.InstanceID("p.Kept", key))
		return v.Search
	}
	w.starts("p.Kept", "a", kept(false, "ann", "red", "green"))
	if got := find("a"); len(got) != 3 || got["customer"] != "ann" || got["first"] != "red" || got["bad"] != false {
		t.Errorf("found under %v", got)
	}
	w.starts("p.Kept", "b", kept(false, strings.Repeat("x", engine.MaxKey)))
	if got := find("b"); len(got) != 1 {
		t.Errorf("no first tag, and a text that is too long: found under %d values", len(got))
	}
	w.starts("p.Kept", "c", kept(false, strings.Repeat("x", engine.MaxKey-8)))
	if got := find("c"); len(got) != 2 {
		t.Errorf("a text that fits: found under %d values", len(got))
	}
	w.starts("p.Plain", "p", map[string]types.Value{"id": "p"})
}

const reporting = `
cloud here { jurisdiction: "FR", failure_domain: "f" }
fault Full { }
endpoint shelf: http {
  operation put(report: json) raises Full { post "/r", body: report
    error 409: Full { } }
  on here { url: "http://127.0.0.1:1", cost: 0.05 EUR per call }
}
process Reports(id: string) -> string {
  key: id
  wait 1m
  report filed { title: "of ${id}", to: shelf.put }
  report kept { include: [path, clouds, cost] }
  return id
}
process Endless(n: int) {
  if n > 0 {
    wait 1s
    report one { include: [path] }
    continue with Endless(n - 1)
  }
}
process Many(n: int) {
  for i in 1..n { wait 1ms }
  report all { }
}
`

func made(events []record.Event) string {
	text := ""
	for _, e := range events {
		if r, ok := e.(record.Reported); ok {
			text = r.Text
		}
	}
	return text
}

// TestReportIsNotGivenUp: whatever its receiver answers, nothing is undone because of a
// report; a person is asked.
func TestReportIsNotGivenUp(t *testing.T) {
	for what, answer := range map[string]record.AttemptEnded{
		"was rejected: no":                   {Outcome: record.Rejected, Detail: "no"},
		"was answered with the fault p.Full": {Outcome: record.Raised, Fault: "p.Full"},
	} {
		w := newWorld(t, written(t, reporting), storyLimits())
		w.starts("p.Reports", "a", map[string]types.Value{"id": "a"})
		w.inst = record.InstanceID("p.Reports", "a")
		w.now += 60e9
		_, effects, _ := w.do(w.state.Due(w.now, 1)[0])
		call, ok := effects[0].(engine.Call)
		if !ok || call.Endpoint != "p.shelf" || call.Cloud != "here" {
			t.Fatalf("the report leaves as %+v", effects)
		}
		doc, _ := call.Args["report"].(map[string]types.Value)
		if doc["title"] != "of a" || doc["process"] != "p.Reports" || len(doc["path"].([]types.Value)) != 1 {
			t.Fatalf("the report is %v", doc)
		}
		answer.Instance, answer.Activation, answer.Attempt = call.Instance, call.Activation, call.Attempt
		w.do(answer)
		if got := w.incident(); !strings.Contains(got, what) {
			t.Fatalf("%s: incident %q", what, got)
		}
		_, effects, _ = w.do(record.RetryInstance{Instance: w.inst, By: "ann"})
		call = effects[0].(engine.Call)
		events, _, _ := w.do(record.AttemptEnded{Instance: w.inst, Activation: call.Activation, Attempt: call.Attempt, Outcome: record.Succeeded})
		if text := made(events); !strings.Contains(text, `"clouds":[{"endpoint":"p.shelf","cloud":"here","attempts":2,"done":1}]`) || !strings.Contains(text, `"cost":["0.10 EUR"]`) || strings.Contains(text, `"data"`) {
			t.Fatalf("the second report is %s", text)
		}
		if v, _ := w.state.Instance(w.inst); v.State != record.Completed {
			t.Fatalf("it is %s", v.State)
		}
	}
}

// TestPathOfAReport: it begins anew with a continue, and more than MaxStages are counted.
func TestPathOfAReport(t *testing.T) {
	w := newWorld(t, written(t, reporting), storyLimits())
	w.starts("p.Endless", "a", map[string]types.Value{"n": int64(3)})
	var last string
	for range 3 {
		w.now += 1e9
		events, _, _ := w.do(w.state.Due(w.now, 1)[0])
		last = made(events)
		if strings.Count(last, `"step":"wait"`) != 1 {
			t.Fatalf("the path is %s", last)
		}
	}
	for n, want := range map[int64]string{1000: "", 1001: `"more_steps":1`} {
		w = newWorld(t, written(t, reporting), storyLimits())
		w.careful = false
		w.starts("p.Many", "a", map[string]types.Value{"n": n})
		text := ""
		for text == "" {
			w.now += 1e6
			events, _, _ := w.do(w.state.Due(w.now, 1)[0])
			text = made(events)
		}
		if strings.Count(text, `"kind":"wait"`) != 1000 || !strings.Contains(text, want) || want == "" && strings.Contains(text, "more_steps") {
			t.Errorf("%d waits: %d of them are told", n, strings.Count(text, `"kind":"wait"`))
		}
	}
}
