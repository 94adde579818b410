package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"pgregory.net/rapid"
)

// operate does what an operator says: terminate BY WHY, resume BY WHY, skip
// STEP[@ACTIVATION]|- BY [VALUE], back STEP BY [VARIABLES], and poison WHY, which
// stands for a bug.
func (w *world) operate(verb string, f []string) {
	rest := func(n int) string { return strings.Join(f[min(n, len(f)):], " ") }
	value := func(n int) types.Value {
		if len(f) <= n {
			return nil
		}
		return w.json(rest(n))
	}
	switch verb {
	case "terminate":
		w.do(record.TerminateInstance{Instance: w.inst, By: f[0], Reason: rest(1)})
	case "resume":
		w.do(record.ResumeInstance{Instance: w.inst, By: f[0], Reason: rest(1)})
	case "poison":
		w.do(record.PoisonInstance{Instance: w.inst, Command: "TimerDue", Detail: rest(0)})
	case "skip", "skip_undone":
		name, number, _ := strings.Cut(strings.TrimPrefix(f[0], "-"), "@")
		activation := uint32(0)
		fmt.Sscan(number, &activation)
		t, err := w.state.Skippable(w.inst, name, activation)
		if err != nil {
			fmt.Fprintf(&w.out, "  cannot: %s\n", w.short(err.Error()))
			return
		}
		w.do(record.SkipStep{Instance: w.inst, Activation: t.Activation, Step: t.Step, By: f[1], Value: value(2), Undone: verb == "skip_undone"})
	case "back":
		t, err := w.state.Resettable(w.inst, f[0])
		if err != nil {
			fmt.Fprintf(&w.out, "  cannot: %s\n", w.short(err.Error()))
			return
		}
		set, _ := value(2).(map[string]types.Value)
		w.do(record.ResetInstance{Instance: w.inst, Step: t.Step, By: f[1], Set: set})
	}
}

// operator does a random thing to a random instance.
func (c *chaos) operator() {
	v := rapid.SampledFrom(c.state.Instances(nil)).Draw(c.t, "instance")
	id := v.Instance
	switch rapid.IntRange(0, 6).Draw(c.t, "verb") {
	case 0:
		if rapid.IntRange(0, 3).Draw(c.t, "terminates") == 0 {
			c.send(record.TerminateInstance{Instance: id, By: "olga", Reason: "by chance", Bare: rapid.Bool().Draw(c.t, "bare")})
		}
	case 1, 2:
		d, _ := c.state.Instance(id)
		if len(d.Waits) == 0 {
			return
		}
		w := rapid.SampledFrom(d.Waits).Draw(c.t, "wait")
		t, err := c.state.Skippable(id, "", w.Activation)
		if err != nil {
			return
		}
		cmd := record.SkipStep{Instance: id, Activation: t.Activation, Step: t.Step, By: "olga", Undone: rapid.Bool().Draw(c.t, "undone")}
		if t.Wants {
			cmd.Value = map[string]types.Value{"id": "made up", "approved": true}
		}
		c.send(cmd)
	case 3:
		c.send(record.ResumeInstance{Instance: id, By: "olga"})
	case 4, 5:
		at := uint32(rapid.IntRange(0, 12).Draw(c.t, "back to"))
		c.send(record.ResetInstance{Instance: id, Step: at, By: "olga", Set: map[string]types.Value{"order": map[string]types.Value{"id": v.Key, "total": int64(3)}}})
	case 6:
		c.send(record.PoisonInstance{Instance: id, Command: "TimerDue", Detail: "by chance"})
	}
}

// TestRandomPlansUnderOperators: whatever operators say in between, the state stays
// the fold of its journal and equal to its snapshot, in a kind world everything
// ends, and terminate ends everything at once.
func TestRandomPlansUnderOperators(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &grower{t: t}
		body := g.block(2)
		limits := storyLimits()
		limits.StepsPerCommand = 200
		p := family(append(body, give(num("1")))...)
		g.around(&p.Processes[0])
		c := &chaos{world: newWorld(t, p, limits), t: t, keys: map[string]string{}}
		c.send(record.StartInstance{Process: "p.P", Key: "k0", Input: map[string]types.Value{"order": map[string]types.Value{"id": "k0", "total": int64(0)}}})
		for range rapid.IntRange(0, 40).Draw(t, "moves") {
			if rapid.IntRange(0, 2).Draw(t, "operator") == 0 {
				c.operator()
			} else {
				c.move()
			}
		}
		if rapid.Bool().Draw(t, "terminates all") {
			for _, v := range c.state.Instances(func(v engine.Summary) bool { return v.Ended == 0 || v.Settlements > 0 }) {
				c.send(record.TerminateInstance{Instance: v.Instance, By: "olga"})
				if d, _ := c.state.Instance(v.Instance); d.Ended == 0 || d.Settlements > 0 || len(d.Completed) > 0 {
					t.Fatalf("terminated, and %+v\n%s", d, c.out.String())
				}
			}
		}
		c.settle()
	})
}

// TestThereIsAlwaysAWayOut: an incident in what closes an instance ends with resume.
func TestResumeEndsWhatRetryAndCancelCannot(t *testing.T) {
	for name, script := range map[string]string{
		"finally":      "finally_is_stuck: start k1 20; answer 2 1 rejected no; resume olga enough",
		"compensation": "saga: start k1 20; answer 1 1 succeeded {\"id\":\"h1\"}; answer 2 1 succeeded {\"id\":\"c1\"}; answer 4 1 rejected no; resume olga enough; answer 6 1 rejected no; resume olga enough",
		"settlement":   "charge: start k1 20; answer 1 1 unknown cut; cancel ann; tick 1h; answer 2 2 unknown cut; tick 1h; answer 2 3 unknown cut; tick 1h; answer 2 4 unknown cut; tick 1h; answer 2 5 unknown cut; resume olga enough",
		"dead letter":  "route: broken m1 1; answer 1 1 rejected no; resume olga enough",
		"on cancel":    "scope_withdrawn: start k1 20; answer 6 1 succeeded {\"id\":\"h1\"}; cancel ann; answer 8 1 rejected no; resume olga enough; answer 10 1 succeeded null",
	} {
		t.Run(name, func(t *testing.T) {
			of, lines, _ := strings.Cut(script, ": ")
			w := newWorld(t, plans[of](), storyLimits())
			for _, line := range strings.Split(lines, "; ") {
				w.run(line)
			}
			if v, _ := w.state.Instance(w.inst); v.Ended == 0 || v.Settlements != 0 {
				t.Errorf("it is %s\n%s", v.State, w.out.String())
			}
		})
	}
}

func TestVerbsSayWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ plan, script, want string }{
		{"match", "start k1 5; terminate olga", "is over: it is completed"},
		{"match", "start k1 5; resume olga", "is over: it is completed"},
		{"match", "start k1 5; skip - olga", "is over: it is completed"},
		{"match", "start k1 5; back match olga", "is over: it is completed"},
		{"wait", "start k1 5; terminate olga; terminate olga", "existing"},
		{"wait", "start k1 5; resume olga", "has no incident"},
		{"wait", "start k1 5; skip charge olga", `p.P has no step "charge"`},
		{"wait", "start k1 5; skip wait olga 7", "gives no value"},
		{"order", "start k1 5; skip select olga", "does not wait at select now"},
		{"order", "start k1 5; skip held olga", "skip it with a value"},
		{"order", "start k1 5; back charge olga", "has not come to charge yet"},
		{"order", "start k1 5; back held olga {\"nothing\": 1}", `no variable "nothing"`},
		{"order", "start k1 5; back nowhere olga", `no step "nowhere"`},
		{"all", "start k1 5; skip - olga", "say which"},
		{"all", "start k1 5; back wait olga", "stands inside parallel"},
		{"keep", "start k1 5; tick 2s; back parallel olga", "has its result"},
		{"saga", "start k1 5; answer 1 1 succeeded {\"id\":1}; answer 2 1 succeeded {\"id\":2}; back held olga", "undoes what it did"},
		{"overflow", "start k1 0; resume olga", "what follows needs it"},
		{"handles", "start k1 0; poison bug; skip - olga 1", "has an incident"},
		{"during", "start k1 5; back parallel olga", "has milestones"},
	} {
		w := newWorld(t, plans[c.plan](), storyLimits())
		for _, line := range strings.Split(c.script, "; ") {
			w.run(line)
		}
		if !strings.Contains(w.out.String(), c.want) {
			t.Errorf("%s: want %q in\n%s", c.script, c.want, w.out.String())
		}
	}
}

func TestVerbsAreBounded(t *testing.T) {
	long := strings.Repeat("x", engine.MaxKey+1)
	limits := storyLimits()
	limits.BytesPerCommand = 4096
	large := map[string]types.Value{"id": strings.Repeat("x", limits.BytesPerCommand)}
	w := newWorld(t, plans["charge"](), limits)
	w.run("start k1 5")
	for _, cmd := range []record.Command{
		record.TerminateInstance{Instance: w.inst, By: long}, record.ResetInstance{Instance: w.inst, By: long},
		record.SkipStep{Instance: w.inst, Activation: 1, By: long},
		record.SkipStep{Instance: w.inst, Activation: 1, Value: large}, record.ResetInstance{Instance: w.inst, Set: map[string]types.Value{"order": large}},
	} {
		if _, _, reply := w.do(cmd); reply.Rejected == nil || reply.Rejected.Code != record.Invalid {
			t.Errorf("%T: %+v", cmd, reply)
		}
	}
	events, _, reply := w.do(record.TerminateInstance{Instance: w.inst, By: long[1:], Reason: strings.Repeat("y", 5000)})
	if reply.Rejected != nil || len(events[0].(record.InstanceTerminated).Reason) > engine.MaxDetail {
		t.Errorf("%+v", reply)
	}
}

// A terminated instance names what nobody undid, up to MaxLeft of it.
func TestWhatATerminateLeavesIsBounded(t *testing.T) {
	body := steps()
	for i := range engine.MaxLeft + 2 {
		s := undo(let(fmt.Sprint("n", i), intT, num("1")), steps(pause(fmt.Sprint("u", i), 1e9)))
		body = append(body, s)
	}
	limits := storyLimits()
	limits.StepsPerCommand = 1000
	w := newWorld(t, one(append(body, pause("wait", 5e9))...), limits)
	w.run("start k1 5")
	w.run("terminate olga enough")
	d, _ := w.state.Instance(w.inst)
	if n := len(d.Settled); n != engine.MaxLeft+1 || !strings.Contains(d.Settled[n-1].Detail, "1 steps before it") || d.Settled[0].Step != fmt.Sprint("n", engine.MaxLeft+1) {
		t.Errorf("%d: %+v", len(d.Settled), d.Settled[len(d.Settled)-1])
	}
}

var _ = plan.Call
