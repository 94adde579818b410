package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
)

func limited(t *testing.T, name string, set func(*engine.Limits)) *world {
	l := storyLimits()
	set(&l)
	return newWorld(t, plans[name](), l)
}

func (w *world) incident() string {
	v, _ := w.state.Instance(w.inst)
	for _, x := range v.Waits {
		if x.Incident != "" {
			return x.Incident
		}
	}
	return ""
}

func TestInstancesLimit(t *testing.T) {
	w := limited(t, "wait", func(l *engine.Limits) { l.Instances = 2 })
	w.run("start k1 1")
	w.run("start k2 1")
	order := map[string]types.Value{"order": map[string]types.Value{"id": "k3", "total": int64(1)}}
	_, _, reply := w.do(record.StartInstance{Process: "p.P", Key: "k3", Input: order})
	if reply.Rejected == nil || reply.Rejected.Code != record.Busy {
		t.Fatalf("the third of two instances: %+v", reply)
	}
	w.run("start k1 1") // an old key is answered though it is full
	w.run("cancel ann")
	if _, _, reply = w.do(record.StartInstance{Process: "p.P", Key: "k3", Input: order}); reply.Rejected != nil {
		t.Fatalf("there is room again: %v", reply.Rejected)
	}
}

func TestRouteWaitsWhereTheShardIsFull(t *testing.T) {
	w := limited(t, "route", func(l *engine.Limits) { l.Instances = 1 })
	w.run(`message m1 {"id":"a","total":1}`)
	cmd := record.DeliverMessage{Route: "p.in", Channel: "p.intake", Position: 2, After: 1, Message: "m2", Payload: map[string]types.Value{"id": "b", "total": int64(1)}}
	if _, _, reply := w.do(cmd); reply.Rejected == nil || reply.Rejected.Code != record.Busy || w.state.Position("p.in") != 1 {
		t.Fatalf("a full shard took the message: %+v, position %d", reply, w.state.Position("p.in"))
	}
	w.run("answer 1 1 succeeded null")
	if _, _, reply := w.do(cmd); reply.Rejected != nil || w.state.Position("p.in") != 2 {
		t.Fatalf("there is room again: %+v", reply)
	}
}

func TestActivationsLimit(t *testing.T) {
	// The flow, the parallel step, its two branches and what they wait for.
	for limit, fits := range map[int]bool{6: true, 5: false} {
		w := limited(t, "all", func(l *engine.Limits) { l.Activations = limit })
		w.run("start k1 1")
		if got := w.incident() == ""; got != fits {
			t.Errorf("with %d activations: incident %q", limit, w.incident())
		}
	}
}

func TestStepsPerCommandLimit(t *testing.T) {
	build := func(n string) *plan.Plan { return one(append(counting(n), give(num("1")))...) }
	for n, fits := range map[string]bool{"4": true, "40": false} {
		l := storyLimits()
		l.StepsPerCommand = 16
		w := newWorld(t, build(n), l)
		w.run("start k1 1")
		if got := w.incident() == ""; got != fits {
			t.Errorf("%s rounds: incident %q", n, w.incident())
		}
		if !fits && !strings.Contains(w.incident(), "while") {
			t.Errorf("the incident does not name the place: %q", w.incident())
		}
	}
}

func TestBytesPerCommandLimit(t *testing.T) {
	// Each round writes a few hundred bytes, so the many rounds write too much.
	build := func(n string) *plan.Plan { return one(append(counting(n), give(num("1")))...) }
	for n, fits := range map[string]bool{"4": true, "100": false} {
		l := storyLimits()
		l.BytesPerCommand, l.StepsPerCommand = 4096, 100_000
		w := newWorld(t, build(n), l)
		w.run("start k1 1")
		if got := w.incident() == ""; got != fits {
			t.Errorf("%s rounds: incident %q", n, w.incident())
		}
		if !fits && !strings.Contains(w.incident(), "4096 bytes without ever waiting") {
			t.Errorf("the incident does not name the limit: %q", w.incident())
		}
	}
	for size, fits := range map[int]bool{3000: true, 5000: false} {
		l := storyLimits()
		l.BytesPerCommand = 4096
		w := newWorld(t, one(give(str(strings.Repeat("x", size)))), l)
		w.run("start k1 1")
		if got := w.incident() == ""; got != fits {
			t.Errorf("a value of %d bytes: incident %q", size, w.incident())
		}
	}
}

func TestStepsPerInstanceLimit(t *testing.T) {
	w := limited(t, "endless", func(l *engine.Limits) { l.StepsPerInstance, l.StepsPerCommand = 16, 1000 })
	w.run("start k1 1")
	if !strings.Contains(w.incident(), "16 steps in its life") {
		t.Errorf("incident %q", w.incident())
	}
}

func TestKeptLimit(t *testing.T) {
	w := limited(t, "wait", func(l *engine.Limits) { l.Kept = 1 })
	event := func(id string) record.Reply {
		_, _, reply := w.do(record.DeliverEvent{Type: "p.Shipped", ID: id, Until: w.now + 1e9, Payload: map[string]types.Value{}})
		return reply
	}
	if r := event("e1"); r.Rejected != nil {
		t.Fatal(r.Rejected)
	}
	if r := event("e2"); r.Rejected == nil || r.Rejected.Code != record.Busy {
		t.Fatalf("the second of one event: %+v", r)
	}
	w.tick(w.now + 1e9)
	if r := event("e2"); r.Rejected != nil {
		t.Fatalf("there is room again: %v", r.Rejected)
	}
}

func TestEndedAreForgottenOldestFirst(t *testing.T) {
	w := limited(t, "match", func(l *engine.Limits) { l.EndedProcesses, l.KeepEnded = 2, 0 })
	for i := range 3 {
		w.run(fmt.Sprintf("start k%d 1", i))
	}
	for i, known := range []bool{false, true, true} {
		if _, ok := w.state.Instance(record.InstanceID("p.P", fmt.Sprint("k", i))); ok != known {
			t.Errorf("k%d is known: %v", i, ok)
		}
	}
}

// TestAKeyIsRememberedForItsTime: where there is no room, starts are refused
// rather than a key forgotten that somebody may send again.
func TestAKeyIsRememberedForItsTime(t *testing.T) {
	for name, set := range map[string]func(*engine.Limits){
		"count": func(l *engine.Limits) { l.EndedProcesses = 3 },
		"bytes": func(l *engine.Limits) { l.EndedBytes = 1 << 20 },
	} {
		w := limited(t, "match", func(l *engine.Limits) { l.KeepEnded = time.Hour; set(l) })
		w.careful = false
		start := func(i int) record.Reply {
			text := fmt.Sprint("k", i, strings.Repeat("x", 400))
			_, _, r := w.do(record.StartInstance{Process: "p.P", Key: text, Input: map[string]types.Value{"order": map[string]types.Value{"id": text, "total": int64(1)}}})
			return r
		}
		n := 0
		for ; start(n).Rejected == nil; n++ {
			if n > 10_000 {
				t.Fatalf("%s: nothing is refused", name)
			}
		}
		r := start(n)
		if r.Rejected.Code != record.Busy || !strings.Contains(r.Rejected.Detail, "within 1h") {
			t.Fatalf("%s: %+v", name, r.Rejected)
		}
		for i := range n {
			if r := start(i); !r.Existing {
				t.Fatalf("%s: key %d of %d is forgotten: %+v", name, i, n, r)
			}
		}
		w.now += 3600e9 - 1
		if r := start(n); r.Rejected == nil {
			t.Fatalf("%s: a key was forgotten before its time", name)
		}
		w.now++
		w.careful = true
		w.shadow = newState(t, w.limits, w.prog)
		w.check([32]byte{}, w.journal, record.Reply{})
		if r := start(n); r.Rejected != nil {
			t.Fatalf("%s: there is room again: %v", name, r.Rejected)
		}
		if ended := w.state.Counts().Ended; ended > n || ended < n-1 {
			t.Fatalf("%s: %d are remembered, want about %d", name, ended, n)
		}
	}
}

func TestLimitsAreChecked(t *testing.T) {
	l := engine.DefaultLimits()
	l.Attempts = 0
	var limit *engine.LimitError
	if _, err := engine.NewState(l); !errors.As(err, &limit) || limit.Field != "Attempts" {
		t.Errorf("no attempts: %v", err)
	}
	if err := engine.DefaultLimits().Validate(); err != nil {
		t.Error(err)
	}
}

func TestLinkNamesThePlace(t *testing.T) {
	unknown := let("a", intT, ref("nobody", intT))
	unknown.At = "p.cob:3:1"
	lost := ask("", "payments.steal")
	lost.At = "p.cob:5:1"
	back := undo(ask("held", "warehouse.hold", id()), steps(give(num("1"))))
	for text, p := range map[string]*plan.Plan{
		"p.cob:3:1: p.P: reads nobody, which nothing binds":                     one(unknown),
		"p.cob:5:1: p.P: calls p.payments.steal, which the plan does not have":  one(lost),
		": p.P: return stands in a compensation, which has nobody to return to": one(back),
		"sends to the channel p.nowhere, which the plan does not have":          one(sending("nowhere", num("1"))),
		"p.P: calls p.catalog.get with 0 arguments, which takes 1":              one(ask("", "catalog.get")),
		"the step let (let) has no expression":                                  one(plan.Step{ID: "let", Kind: plan.Let}),
	} {
		_, err := engine.Link(p, "d")
		var link *engine.LinkError
		if !errors.As(err, &link) || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %s", err, text)
		}
	}
}

// TestLinkNamesEveryPlace links a process that is wrong in three places, one of them
// because of another, and one that is wrong in more than are named.
func TestLinkNamesEveryPlace(t *testing.T) {
	at := func(s plan.Step, line int) plan.Step {
		s.At = plan.Place(fmt.Sprintf("p.cob:%d:1", line))
		return s
	}
	_, err := engine.Link(one(at(let("a", intT, ref("nobody", intT)), 3), at(ask("", "payments.steal"), 4), at(let("b", intT, ref("nobody", intT)), 5)), "d")
	if got, want := fmt.Sprint(err), "p.cob:3:1: p.P: reads nobody, which nothing binds\np.cob:4:1: p.P: calls p.payments.steal, which the plan does not have"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var many []plan.Step
	for i := range 40 {
		many = append(many, at(let(fmt.Sprintf("v%d", i), intT, ref(fmt.Sprintf("n%d", i), intT)), i+3))
	}
	_, err = engine.Link(one(many...), "d")
	if got := strings.Count(fmt.Sprint(err), "which nothing binds"); got != 20 {
		t.Errorf("%d places are named, want 20", got)
	}
}

func TestWhatCannotRunYetIsNamedWithItsPlace(t *testing.T) {
	once := plan.Step{ID: "claim", Kind: plan.Claim, At: "p.cob:4:1"}
	late := plan.Step{ID: "reply", Kind: plan.Reply, At: "p.cob:5:1"}
	yes := num("1")
	both := one(plan.Step{ID: "if", Kind: plan.If, Expr: &yes, Blocks: []plan.Block{{Steps: []plan.Step{once, late}}}, At: "p.cob:3:1"})
	_, err := engine.Link(both, "d")
	var what *engine.UnsupportedError
	if !errors.As(err, &what) || len(what.Parts) != 2 || !strings.Contains(err.Error(), "claim (p.cob:4:1), reply (p.cob:5:1)") {
		t.Errorf("got %v", err)
	}
}

func TestDecideAtRunTimeAsksThePolicy(t *testing.T) {
	p := plans["call"]()
	str := func(s string) tree { return tree{Op: expression.Literal, Type: stringT, Text: s} }
	for i := range p.Clouds {
		at := map[string]string{"paris": "FR", "finland": "FI", "virginia": "US"}[p.Clouds[i].Name]
		p.Clouds[i].Attributes = []plan.Attribute{{Name: "jurisdiction", Value: str(at)}}
	}
	cloud := types.RecordOf(param("jurisdiction", stringT), param("name", stringT))
	field := tree{Op: expression.Field, Type: stringT, Name: "jurisdiction", Args: []tree{ref("cloud", cloud)}}
	p.Policies = []plan.Policy{{Name: "p.europe", Rules: []plan.Rule{
		{Effect: "deny", Point: "call", When: op(expression.Eq, boolT, field, str("US"))},
		{Effect: "deny", Point: "call", When: op(expression.Eq, boolT, field, str("FR"))},
	}}}
	call := p.Processes[0].Flow.Body[0].Call
	call.Policy = "p.europe"
	for i := range call.Candidates {
		call.Candidates[i].Verdict = plan.Decide
	}
	w := newWorld(t, p, storyLimits())
	w.run("start k1 1")
	if out := w.out.String(); !strings.Contains(out, "in finland") {
		t.Errorf("only finland is legal:\n%s", out)
	}
	for i := range call.Candidates {
		call.Candidates[i].Verdict = plan.Deny
	}
	w = newWorld(t, p, storyLimits())
	w.run("start k1 1")
	if v, _ := w.state.Instance(w.inst); v.Fault != engine.Denied {
		t.Errorf("no legal cloud gives %q", v.Fault)
	}
}

func TestASnapshotIsChecked(t *testing.T) {
	w := newWorld(t, plans["order"](), storyLimits())
	w.run("start k1 20")
	w.run(`answer 1 1 succeeded {"id":"h1"}`)
	w.run("event Shipped e1 {}")
	whole := w.state.Snapshot(nil)
	for n := range whole {
		if err := newState(t, storyLimits(), w.prog).Restore(whole[:n]); err == nil {
			t.Fatalf("a snapshot cut after %d of %d bytes was restored", n, len(whole))
		}
	}
	stranger, err := engine.NewState(storyLimits())
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Restore(whole); err == nil || !strings.Contains(err.Error(), "which is not here") {
		t.Errorf("without its plan: %v", err)
	}
	if err := stranger.Restore([]byte{99}); err == nil || !strings.Contains(err.Error(), "another form") {
		t.Errorf("another version: %v", err)
	}
}

func TestEvolveRefusesAStrangeJournal(t *testing.T) {
	w := newWorld(t, plans["wait"](), storyLimits())
	w.run("start k1 1")
	var strange *engine.EvolveError
	for _, e := range []record.Event{
		record.InstanceStarted{Instance: w.inst, Plan: "plan-1", Process: "p.P"},
		record.InstanceStarted{Instance: "x", Plan: "other", Process: "p.P"},
		record.InstanceStarted{Instance: "x", Plan: "plan-1", Process: "p.Q"},
		record.StepPassed{Instance: "x"},
		record.StepPassed{Instance: w.inst, Parent: 77},
		record.StepPassed{Instance: w.inst, Step: 77},
		record.StepEntered{Instance: w.inst, Step: 77},
		record.StepEntered{Instance: w.inst, Block: 9},
		record.CompensationStarted{Instance: w.inst, Step: 1},
		record.SettlementOwed{Instance: w.inst, Step: 77},
		record.EventTaken{Instance: w.inst, Activation: 1},
		nil,
	} {
		if err := w.shadow.Evolve(e); !errors.As(err, &strange) {
			t.Errorf("%#v was believed: %v", e, err)
		}
	}
}

func FuzzEvolve(f *testing.F) {
	w := newWorld(fuzzTester{f}, plans["order"](), storyLimits())
	w.run("start k1 20")
	w.run(`answer 1 1 unknown cut`)
	w.run("cancel ann")
	f.Add(record.AppendEvents(nil, w.journal))
	f.Fuzz(func(t *testing.T, b []byte) {
		events, err := record.ReadEvents(b)
		if err != nil {
			return
		}
		s := newState(t, storyLimits(), w.prog)
		for _, e := range events {
			if s.Evolve(e) != nil {
				return
			}
		}
		if err := newState(t, storyLimits(), w.prog).Restore(s.Snapshot(nil)); err != nil {
			t.Fatal(err)
		}
	})
}

type fuzzTester struct{ *testing.F }

func TestExpiredLimit(t *testing.T) {
	w := newWorld(t, plans["wait"](), storyLimits())
	w.careful = false
	for i := range engine.MaxExpired + 1 {
		w.do(record.DeliverEvent{Type: "p.Shipped", ID: fmt.Sprint("e", i), Until: w.now + 1, Payload: map[string]types.Value{}})
	}
	w.now++
	for _, left := range []int{1, 0} {
		for _, due := range w.state.Due(w.now, 10) {
			w.do(due)
		}
		if got := w.state.Counts().Kept; got != left {
			t.Fatalf("%d events are kept, want %d", got, left)
		}
	}
}

func TestAPlanInUseIsNotDropped(t *testing.T) {
	w := newWorld(t, plans["wait"](), storyLimits())
	w.run("start k1 1")
	next, err := engine.Link(plans["match"](), "plan-2")
	if err != nil {
		t.Fatal(err)
	}
	w.state.AddProgram(next)
	w.careful = false
	if w.state.DropProgram("plan-1") {
		t.Fatal("the active plan was dropped")
	}
	w.do(record.ActivatePlan{Package: "p", Digest: "plan-2"})
	if w.state.DropProgram("plan-1") {
		t.Fatal("a plan in use was dropped")
	}
	w.tick(w.now + 3*3600e9)
	if v, _ := w.state.Instance(w.inst); v.State != record.Completed || v.Plan != "plan-1" {
		t.Fatalf("the instance did not finish on its plan: %+v", v)
	}
	if !w.state.DropProgram("plan-1") || w.state.HasProgram("plan-1") {
		t.Fatal("a plan out of use was not dropped")
	}
	w.run("start k2 5")
	if v, _ := w.state.Instance(w.inst); v.Plan != "plan-2" || v.Result != "small" {
		t.Fatalf("a new instance did not take the new plan: %+v", v)
	}
}

func TestParkingShowsNowhere(t *testing.T) {
	w := newWorld(t, plans["order"](), storyLimits())
	for _, line := range []string{"start k1 20", `answer 1 1 succeeded {"id":"h1"}`, `answer 2 1 succeeded {"id":"c1"}`} {
		w.run(line)
	}
	before := w.state.Digest()
	v, _ := w.state.Instance(w.inst)
	if fmt.Sprint(v.Vars) == "" || len(v.Vars) != 3 || len(v.Completed) != 2 {
		t.Fatalf("a parked instance shows %+v", v)
	}
	if w.state.Digest() != before {
		t.Fatal("looking at a parked instance changed it")
	}
	w.run("cancel ann")
	if !strings.Contains(w.out.String(), "refund in paris map[id:c1]") {
		t.Fatalf("the refund does not know the charge:\n%s", w.out.String())
	}
}

func TestEventsOfTwoTypesMayShareAnID(t *testing.T) {
	w := newWorld(t, plans["wait"](), storyLimits())
	for _, typ := range []string{"p.Shipped", "p.Delivered", "p.Shipped"} {
		_, _, reply := w.do(record.DeliverEvent{Type: typ, ID: "1", Until: w.now + 1e9, Payload: map[string]types.Value{}})
		if known := typ == "p.Shipped" && w.state.Counts().Kept == 2; reply.Existing != known {
			t.Errorf("%s: existing %v", typ, reply.Existing)
		}
	}
	w.tick(w.now + 2e9)
	if n := w.state.Counts().Kept; n != 0 {
		t.Errorf("%d events are still kept", n)
	}
}

func TestDataThatDoesNotFitIsAnIncident(t *testing.T) {
	for name, total := range map[string]types.Value{"five": "a text", "order": nil} {
		w := newWorld(t, plans[name](), storyLimits())
		w.inst = record.InstanceID("p.P", "k1")
		w.do(record.StartInstance{Process: "p.P", Key: "k1", Input: map[string]types.Value{"order": map[string]types.Value{"id": "k1", "total": total}}})
		w.do(record.AttemptEnded{Instance: w.inst, Activation: 1, Attempt: 1, Outcome: record.Succeeded})
		if v, ok := w.state.Instance(w.inst); !ok || v.State != record.Incident || w.incident() == "" {
			t.Errorf("%s with a total that is no int: %+v", name, v)
		}
		w.run("start k2 5")
		if v, _ := w.state.Instance(w.inst); v.State == record.Incident {
			t.Errorf("the next instance suffers too: %+v", v)
		}
	}
}
