package engine_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/placement"
	"github.com/cob-lang/cob/runtime/record"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the stories give into their files")

const dawn = record.Instant(1_795_255_200_000_000_000) // 2026-11-21T10:00:00Z

// world runs one shard and checks at every step that the state is the fold of
// its journal, also from a snapshot.
type world struct {
	t        tester
	prog     *engine.Program
	versions []*engine.Program // others of the same package
	state    *engine.State
	shadow   *engine.State // folds the journal only
	limits   engine.Limits
	now      record.Instant
	health   sick
	journal  []record.Event
	inst     string
	names    map[string]string
	out      strings.Builder
	careful  bool
	position uint64
}

// tester is a test, or a try of a property.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

type sick map[string]bool

func (s sick) Of(endpoint, cloud string) placement.Health {
	if s[endpoint+"@"+cloud] {
		return placement.Health{Status: placement.Unhealthy}
	}
	return placement.Health{}
}

func newState(t tester, limits engine.Limits, prog *engine.Program) *engine.State {
	s, err := engine.NewState(limits)
	if err != nil {
		t.Fatal(err)
	}
	s.AddProgram(prog)
	s.PackFrom(0)
	return s
}

func newWorld(t tester, p *plan.Plan, limits engine.Limits) *world {
	prog, err := engine.Link(p, "plan-1")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, prog: prog, limits: limits, now: dawn, health: sick{}, names: map[string]string{}, careful: true}
	w.state, w.shadow = newState(t, limits, prog), newState(t, limits, prog)
	w.do(record.ActivatePlan{Package: "p", Digest: "plan-1"})
	w.out.Reset()
	return w
}

// version makes another plan known, under the digest plan-N.
func (w *world) version(p *plan.Plan) string {
	digest := fmt.Sprint("plan-", len(w.versions)+2)
	prog, err := engine.Link(p, digest)
	if err != nil {
		w.t.Fatal(err)
	}
	w.versions = append(w.versions, prog)
	w.state.AddProgram(prog)
	w.shadow.AddProgram(prog)
	return digest
}

func (w *world) do(cmd record.Command) ([]record.Event, []engine.Effect, record.Reply) {
	before := [32]byte{}
	if w.careful {
		before = w.state.Digest()
	}
	events, effects, reply := w.state.Decide(cmd, engine.Facts{Now: w.now, Health: w.health})
	w.journal = append(w.journal, events...)
	if w.careful {
		w.check(before, events, reply)
	}
	for _, e := range events {
		fmt.Fprintf(&w.out, "  %s\n", w.event(e))
	}
	for _, e := range effects {
		fmt.Fprintf(&w.out, "  -> %s\n", w.effect(e))
	}
	switch {
	case reply.Rejected != nil:
		fmt.Fprintf(&w.out, "  rejected %s: %s\n", reply.Rejected.Code, w.short(reply.Rejected.Detail))
	case reply.Existing:
		fmt.Fprintf(&w.out, "  existing\n")
	}
	return events, effects, reply
}

// check holds the state against the fold of its journal, through the codec, and
// against its own snapshot.
func (w *world) check(before [32]byte, events []record.Event, reply record.Reply) {
	w.t.Helper()
	if reply.Rejected != nil && len(events) > 0 {
		w.t.Fatal("a rejected command gave events")
	}
	if len(events) == 0 && w.state.Digest() != before {
		w.t.Fatal("the state changed without an event")
	}
	read, err := record.ReadEvents(record.AppendEvents(nil, events))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range read {
		if err := w.shadow.Evolve(e); err != nil {
			w.t.Fatal(err)
		}
	}
	if w.state.Digest() != w.shadow.Digest() {
		w.t.Fatalf("the state is not the fold of its journal after %v", events)
	}
	restored := newState(w.t, w.limits, w.prog)
	for _, p := range w.versions {
		restored.AddProgram(p)
	}
	if err := restored.Restore(w.state.Snapshot(nil)); err != nil {
		w.t.Fatal(err)
	}
	if restored.Digest() != w.state.Digest() {
		w.t.Fatal("a restored state is another state")
	}
	if got, want := fmt.Sprint(restored.Pending()), fmt.Sprint(w.state.Pending()); got != want {
		w.t.Fatalf("restored, %s is pending instead of %s", got, want)
	}
	a, okA := restored.NextDue()
	if b, okB := w.state.NextDue(); a != b || okA != okB {
		w.t.Fatalf("restored, the next timer is at %d instead of %d", a, b)
	}
	if got, want := fmt.Sprint(restored.Tasks()), fmt.Sprint(w.state.Tasks()); got != want {
		w.t.Fatalf("restored, the tasks are %s instead of %s", got, want)
	}
	if restored.Counts() != w.state.Counts() {
		w.t.Fatalf("restored, it holds %+v instead of %+v", restored.Counts(), w.state.Counts())
	}
	// What is decided next must not depend on having been restored.
	if len(w.journal)%3 == 0 {
		w.state = restored
	}
}

func (w *world) short(s string) string {
	for id, name := range w.names {
		s = strings.ReplaceAll(s, id, name)
	}
	return s
}

func (w *world) event(e record.Event) string {
	name := strings.TrimPrefix(fmt.Sprintf("%T", e), "record.")
	text := fmt.Sprintf("%+v", e)
	text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
	var kept []string
	for _, part := range fieldsOfText(text) {
		k, v, _ := strings.Cut(part, ":")
		switch {
		case v == "" || v == "0" || v == "<nil>" || v == "map[]" || v == "[]" || v == "false":
		case k == "At" || k == "Instance" || k == "Plan":
		case k == "Due" || k == "Retry" || k == "Until":
			n, _ := strconv.ParseInt(v, 10, 64)
			kept = append(kept, k+":+"+time.Duration(n-int64(w.now)).String())
		default:
			kept = append(kept, part)
		}
	}
	return w.short(name + " " + strings.Join(kept, " "))
}

// fieldsOfText cuts "A:1 B:map[x:1 y:2]" at the spaces outside brackets that a
// field's name follows.
func fieldsOfText(text string) []string {
	var out []string
	depth, from := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case ' ':
			if depth == 0 && i+1 < len(text) && text[i+1] >= 'A' && text[i+1] <= 'Z' && strings.Contains(text[i+1:min(len(text), i+14)], ":") {
				out = append(out, text[from:i])
				from = i + 1
			}
		}
	}
	return append(out, text[from:])
}

func (w *world) effect(e engine.Effect) string {
	t := e.Of()
	head := fmt.Sprintf("a%d try %d key %s", t.Activation, t.Attempt, w.short(t.Key))
	switch x := e.(type) {
	case engine.Call:
		text := fmt.Sprintf("call %s.%s in %s %v %s", x.Endpoint, x.Operation, x.Cloud, x.Args, head)
		if x.Until != 0 {
			text += fmt.Sprintf(" within %v", time.Duration(x.Until-w.now))
		}
		if x.Settlement {
			text += " (settlement)"
		}
		return text
	case engine.Start:
		if x.Deadline != 0 {
			head += fmt.Sprintf(" within %v", time.Duration(x.Deadline-w.now))
		}
		if x.Watch.Instance != "" {
			head += fmt.Sprintf(", for a%d", x.Watch.Activation)
		}
		return fmt.Sprintf("start %s %q %v %s", x.Process, x.Business, x.Input, head)
	case engine.Send:
		return fmt.Sprintf("send %s %v %s", x.Channel, x.Payload, head)
	case engine.Tell:
		return fmt.Sprintf("tell %s a%d %s %v %s", w.short(x.News.Instance), x.News.Activation, x.News.State, x.News.Result, head)
	case engine.Recall:
		return fmt.Sprintf("recall %s %q for a%d %s", x.Order.Process, x.Order.Key, x.Order.By.Activation, head)
	case engine.Publish:
		return fmt.Sprintf("publish %s %v %s", x.Event, x.Payload, head)
	}
	return "?"
}

func (w *world) json(text string) types.Value {
	v, err := types.ReadJSON([]byte(text))
	if err != nil {
		w.t.Fatalf("%s: %v", text, err)
	}
	return v
}

// run does one line of a story.
func (w *world) run(line string) {
	fmt.Fprintf(&w.out, "%s\n", line)
	f := strings.Fields(line)
	rest := func(n int) string { return strings.Join(f[min(n, len(f)):], " ") }
	number := func(n int) uint32 {
		v, err := strconv.ParseUint(f[n], 10, 32)
		if err != nil {
			w.t.Fatalf("%s: %v", line, err)
		}
		return uint32(v)
	}
	switch f[0] {
	case "start":
		order := map[string]types.Value{"id": f[1], "total": w.json(rest(2))}
		w.inst = record.InstanceID("p.P", f[1])
		w.names[w.inst] = f[1]
		w.do(record.StartInstance{Process: "p.P", Key: f[1], Input: map[string]types.Value{"order": order}})
	case "call", "over", "recall":
		w.child(f[0], f[1:])
	case "of":
		w.inst = record.InstanceID("p.Q", f[1])
	case "message", "broken":
		w.position++
		w.inst = record.InstanceID("p.in", f[1])
		w.names[w.inst] = f[1]
		m := record.DeliverMessage{Route: "p.in", Channel: "p.intake", Position: w.position, After: w.position - 1, Message: f[1], Payload: w.json(rest(2))}
		if f[0] == "broken" {
			m.Problem = "total: missing (want int)"
		}
		w.do(m)
	case "again":
		w.do(record.DeliverMessage{Route: "p.in", Channel: "p.intake", Position: w.position, After: w.position - 1, Message: f[1], Payload: w.json("1")})
	case "answer":
		c := record.AttemptEnded{Instance: w.inst, Activation: number(1), Attempt: number(2), Outcome: record.Outcome(f[3]), TookNs: 1e6}
		switch c.Outcome {
		case record.Succeeded:
			c.Value = w.json(rest(4))
		case record.Raised:
			c.Fault = f[4]
			c.Fields, _ = w.json(rest(5)).(map[string]types.Value)
		default:
			c.Detail = rest(4)
		}
		w.do(c)
	case "event":
		payload, _ := w.json(rest(3)).(map[string]types.Value)
		w.do(record.DeliverEvent{Type: "p." + f[1], ID: f[2], Payload: payload, Until: w.now + 3600e9})
	case "transient":
		payload, _ := w.json(rest(3)).(map[string]types.Value)
		w.do(record.DeliverEvent{Type: "p." + f[1], ID: f[2], Payload: payload})
	case "tick":
		d, err := time.ParseDuration(f[1])
		if err != nil {
			w.t.Fatal(err)
		}
		w.tick(w.now + record.Instant(d))
	case "claim":
		w.do(record.ClaimTask{Instance: w.inst, Activation: number(1), By: f[2], Groups: managers})
	case "complete":
		w.do(record.CompleteTask{Instance: w.inst, Activation: number(1), By: f[2], Groups: managers, Form: w.json(rest(3))})
	case "cancel":
		w.do(record.CancelInstance{Instance: w.inst, By: f[1], Reason: rest(2)})
	case "retry":
		w.do(record.RetryInstance{Instance: w.inst, By: f[1]})
	case "terminate", "skip", "skip_undone", "resume", "back", "poison":
		w.operate(f[0], f[1:])
	case "down":
		w.health[f[1]] = true
	case "up":
		delete(w.health, f[1])
	case "show":
		w.show()
	default:
		w.t.Fatalf("no such command: %s", line)
	}
}

// tick goes on to a time and decides every timer on the way at its own time.
func (w *world) tick(to record.Instant) {
	for {
		next, ok := w.state.NextDue()
		if !ok || next > to {
			break
		}
		w.now = max(w.now, next)
		for _, c := range w.state.Due(w.now, 10) {
			fmt.Fprintf(&w.out, "  timer %s a%d after %s\n", w.short(c.Instance), c.Activation, time.Duration(w.now-dawn))
			w.do(c)
		}
	}
	w.now = to
}

func (w *world) show() {
	v, ok := w.state.Instance(w.inst)
	if !ok {
		fmt.Fprintf(&w.out, "  not known\n")
		return
	}
	fmt.Fprintf(&w.out, "  %s %s", v.State, v.Process)
	if v.Result != nil {
		fmt.Fprintf(&w.out, " result=%v", v.Result)
	}
	if v.Fault != "" {
		fmt.Fprintf(&w.out, " fault=%s%v", v.Fault, v.Fields)
	}
	if v.Detail != "" {
		fmt.Fprintf(&w.out, " detail=%q", v.Detail)
	}
	if v.Progress != "" {
		fmt.Fprintf(&w.out, " progress=%q", v.Progress)
	}
	fmt.Fprintln(&w.out)
	for _, x := range v.Waits {
		fmt.Fprintf(&w.out, "  waits a%d %s %s cloud=%q try=%d events=%v role=%q by=%q incident=%q\n", x.Activation, x.Kind, x.Step, x.Cloud, x.Attempt, x.Events, x.Role, x.ClaimedBy, x.Incident)
	}
	for _, x := range v.Settled {
		fmt.Fprintf(&w.out, "  settlement a%d %s in %s open=%v %s %q\n", x.Activation, x.Step, x.Cloud, x.Open, x.Outcome, x.Detail)
	}
	for _, x := range v.Completed {
		fmt.Fprintf(&w.out, "  would undo %s in %s\n", x.Step, x.Cloud)
	}
}

// TestStories runs testdata/*.txtar. Each file names a plan of build_test.go in
// its comment; "do" are the commands, "want" is what they give: events, effects
// (->) and replies that are no plain success.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d stories: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.Fields(strings.TrimPrefix(string(a.Comment), "plan "))[0]
			build := plans[name]
			if build == nil {
				t.Fatalf("no plan %q", name)
			}
			w := newWorld(t, build(), storyLimits())
			for _, line := range strings.Split(strings.TrimSpace(string(a.Files[0].Data)), "\n") {
				w.run(line)
			}
			if *update {
				a.Files = append(a.Files[:1], txtar.File{Name: "want", Data: []byte(w.out.String())})
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got, want := w.out.String(), string(a.Files[1].Data); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func storyLimits() engine.Limits {
	l := engine.DefaultLimits()
	l.StepsPerCommand, l.Attempts = 24, 4
	return l
}
