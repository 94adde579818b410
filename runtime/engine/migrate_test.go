package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"pgregory.net/rapid"
)

// placed gives every step a place, as the compiler does.
func placed(p *plan.Plan) *plan.Plan {
	plan.Walk(p.Processes[0].Flow.Body, func(s *plan.Step) { s.At = "p.cob:1:1" })
	return p
}

// leading is the newer plan with a migration from the older one.
func leading(older, newer *plan.Plan, sets []plan.NamedTree, moves ...string) *plan.Plan {
	text, err := plan.Encode(placed(older))
	if err != nil {
		panic(err)
	}
	m := plan.Migration{Process: "p.P", From: plan.Digest(text), Sets: sets}
	for i := 0; i < len(moves); i += 2 {
		m.Moves = append(m.Moves, plan.Move{From: moves[i], To: moves[i+1]})
	}
	newer.Migrations = []plan.Migration{m}
	return newer
}

// begun is a world in which an instance of the plan has begun.
func begun(t *testing.T, p *plan.Plan) *world {
	w := newWorld(t, placed(p), storyLimits())
	_, _, r := w.do(record.StartInstance{Process: "p.P", Key: "k", Input: map[string]types.Value{"order": map[string]types.Value{"id": "k", "total": int64(7)}}})
	w.inst = r.Instance
	return w
}

func where(w *world) string {
	d, _ := w.state.Instance(w.inst)
	out := []string{fmt.Sprint(d.Plan, " ", d.State)}
	for _, x := range d.Waits {
		out = append(out, x.Step)
	}
	return strings.Join(out, " ")
}

func sleepy(id string) plan.Step { return pause(id, 60e9) }

func TestWhereMigrationsLead(t *testing.T) {
	approved := give(of(boolT, "decision", "approved"))
	named := func(name string) plan.Step {
		s := approve()
		s.ID, s.Var = name, name
		return s
	}
	big := op(expression.Gt, boolT, total(), num("1"))
	for _, c := range []struct {
		name         string
		older, newer *plan.Plan
		sets         []plan.NamedTree
		moves        []string // "-" is a migration without moves
		want         string
	}{
		{"the same step", one(sleepy("a"), give(num("1"))), one(sleepy("a"), give(num("2"))), nil, nil, "plan-2 waiting a"},
		{"a new step behind it", one(sleepy("a"), give(num("1"))), one(sleepy("a"), sleepy("b"), give(num("1"))), nil, nil, "plan-2 waiting a"},
		{"a new step before it", one(sleepy("a"), give(num("1"))), one(let("n", intT, num("1")), sleepy("a"), give(ref("n", intT))), nil, nil,
			"plan-1 waiting a: it is past a: the step n is new, and there is no migration from its plan"},
		{"a value that it lacks", one(sleepy("a"), give(num("1"))), one(let("n", intT, num("1")), sleepy("a"), give(ref("n", intT))), nil, []string{"-"},
			"plan-1 waiting a: return reads n, which has no value there: give it one in the migration"},
		{"the value is given", one(sleepy("a"), give(num("1"))), one(let("n", intT, num("1")), sleepy("a"), give(ref("n", intT))), []plan.NamedTree{{Name: "n", Expr: total()}}, []string{"-"}, "plan-2 waiting a"},
		{"the value cannot be computed", one(sleepy("a"), give(num("1"))), one(let("n", intT, num("1")), sleepy("a"), give(ref("n", intT))), []plan.NamedTree{{Name: "n", Expr: op(expression.Div, intT, num("1"), op(expression.Sub, intT, total(), num("7")))}}, []string{"-"},
			"plan-1 waiting a: the value of n: division by zero (division_by_zero)"},
		{"gone", one(sleepy("a"), give(num("1"))), one(sleepy("b"), give(num("1"))), nil, nil,
			"plan-1 waiting a: it waits at a, which leads nowhere in the newer plan"},
		{"renamed", one(sleepy("a"), give(num("1"))), one(sleepy("b"), give(num("1"))), nil, []string{"a", "b"}, "plan-2 waiting b"},
		{"the task stays with who has it", one(approve(), approved), one(named("verdict"), give(of(boolT, "verdict", "approved"))), nil, []string{"decision", "verdict"}, "plan-2 waiting verdict"},
		{"another kind", one(sleepy("a"), give(num("1"))), one(named("a"), give(num("1"))), nil, []string{"a", "a"}, "plan-2 waiting a"},
		{"into the if", one(sleepy("a"), give(num("1"))), one(when("if", big, steps(sleepy("a"))), give(num("1"))), nil, []string{"-"},
			"plan-1 waiting a: the step a stands in another block"},
		{"out of the if", one(when("if", big, steps(approve())), give(num("1"))), one(sleepy("a"), give(num("1"))), nil, []string{"decision", "a"}, "plan-2 waiting a"},
		{"on a way to a call", one(ask("c", "catalog.get", id()), give(num("1"))), one(ask("c", "catalog.get", str("x")), give(num("1"))), nil, []string{"-"},
			"plan-1 running c: c is under way, and does something else in the newer plan"},
		{"the call is the same", one(ask("c", "catalog.get", id()), give(num("1"))), one(ask("c", "catalog.get", id()), sleepy("b"), give(num("2"))), nil, nil, "plan-2 running c"},
		{"a call under another name", one(ask("c", "catalog.get", id()), give(num("1"))), one(ask("d", "catalog.get", id()), give(num("1"))), nil, []string{"c", "d"},
			"plan-1 running c: c is under way, and does something else in the newer plan"},
		{"another result", one(sleepy("a"), give(num("1"))), func() *plan.Plan {
			p := one(sleepy("a"), give(num("1")))
			p.Processes[0].Result = intT
			return p
		}(), nil, []string{"-"}, "plan-1 waiting a: it gave json and gives int"},
		{"branches", one(parallel(0, false, steps(sleepy("a")), steps(sleepy("b"))), give(num("1"))), one(parallel(0, false, steps(sleepy("a")), steps(sleepy("b"), sleepy("c"))), give(num("1"))), nil, nil, "plan-1 waiting parallel a b: it is past b: the step c is new, and there is no migration from its plan"},
		{"a loop", one(each(list(intT, num("1"), num("2")), sleepy("a")), give(num("1"))), one(each(list(intT, num("1"), num("2")), sleepy("a"), sleepy("b")), give(num("1"))), nil, nil, "plan-1 waiting a: it is past a: the step b is new, and there is no migration from its plan"},
		{"a loop, with a migration", one(each(list(intT, num("1"), num("2")), sleepy("a")), give(num("1"))), one(each(list(intT, num("1"), num("2")), sleepy("a"), sleepy("b")), give(num("1"))), nil, []string{"-"}, "plan-2 waiting a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.moves != nil {
				c.newer = leading(c.older, c.newer, c.sets, c.moves[:len(c.moves)/2*2]...)
			}
			w := begun(t, c.older)
			digest := w.version(placed(c.newer))
			before := w.state.Digest()
			_, dry := w.state.Migratable(w.inst, digest, w.now)
			if w.state.Digest() != before {
				t.Fatal("a look changed something")
			}
			events, _, r := w.do(record.MigrateInstance{Instance: w.inst, Plan: digest, By: "olga", Reason: "r"})
			got := where(w)
			why := r.Stays
			if r.Rejected != nil {
				why = strings.TrimPrefix(r.Rejected.Detail, "the instance "+w.inst+" stays on its plan: ")
			}
			if why != "" {
				got += ": " + why
			}
			if got != c.want {
				t.Fatalf("it is %s\n    want %s\n%s", got, c.want, w.out.String())
			}
			if (dry == nil) != (why == "") || dry != nil && !strings.HasSuffix(dry.Error(), why) {
				t.Errorf("the dry run says %v, and it was %q", dry, why)
			}
			if _, failed := last(events).(record.MigrationFailed); failed != (r.Stays != "") {
				t.Errorf("it stays because of %q, and the journal has %v", r.Stays, events)
			}
			if _, _, again := w.do(record.MigrateInstance{Instance: w.inst, Plan: digest}); why == "" && !again.Existing {
				t.Error("what was done already is done again")
			}
		})
	}
}

func last(events []record.Event) record.Event {
	if len(events) == 0 {
		return nil
	}
	return events[len(events)-1]
}

// TestWhatWasDoneIsUndoneAsItWasDone: where the newer plan undoes a step otherwise, who
// has done it stays.
func TestWhatWasDoneIsUndoneAsItWasDone(t *testing.T) {
	other := charge()
	other.Compensate.Steps = steps(sending("rejected", of(jsonT, "charge", "id")))
	for _, c := range []struct {
		newer plan.Step
		want  string
	}{
		{charge(), ""},
		{other, "it has done charge, which the newer plan does not undo in the same way"},
	} {
		older := one(charge(), sleepy("a"), give(num("1")))
		w := begun(t, older)
		e := w.state.Pending()[0].Of()
		w.do(record.AttemptEnded{Instance: w.inst, Activation: e.Activation, Attempt: e.Attempt, Outcome: record.Succeeded, Value: map[string]types.Value{"id": "c1"}})
		digest := w.version(placed(leading(older, one(c.newer, sleepy("z"), sleepy("a"), failing("Declined", reason("r"))), nil)))
		_, _, r := w.do(record.MigrateInstance{Instance: w.inst, Plan: digest})
		if got := r.Rejected; (got == nil) != (c.want == "") || got != nil && !strings.HasSuffix(got.Detail, c.want) {
			t.Fatalf("%v, want %q", got, c.want)
		}
		if c.want != "" {
			continue
		}
		w.now += 61e9
		for _, due := range w.state.Due(w.now, 9) {
			w.do(due)
		}
		if p := w.state.Pending(); len(p) != 1 || p[0].(engine.Call).Operation != "refund" || p[0].(engine.Call).Args["id"] != "c1" {
			t.Errorf("undoing what the older plan did asks for %+v", p)
		}
	}
}

// edited is a copy of a plan with a random change.
func edited(t *rapid.T, g *grower, p *plan.Plan) *plan.Plan {
	text, err := plan.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	out := &plan.Plan{}
	if err := json.Unmarshal(text, out); err != nil {
		t.Fatal(err)
	}
	out.Migrations = nil
	body := &out.Processes[0].Flow.Body
	moves := []string{}
	for range rapid.IntRange(1, 3).Draw(t, "edits") {
		last := len(*body) - 1 // the return
		at := rapid.IntRange(0, last).Draw(t, "at")
		switch rapid.IntRange(0, 3).Draw(t, "edit") {
		case 0:
			*body = slices.Insert(*body, at, g.step(0))
		case 1:
			if at < last {
				*body = slices.Delete(*body, at, at+1)
			}
		case 2:
			if at < last && (*body)[at].Wait != nil {
				(*body)[at].Wait.DelayNs += 1e9
			}
		case 3:
			if k := (*body)[at].Kind; k == plan.Wait || k == plan.Task {
				id := g.name("r")
				moves = append(moves, (*body)[at].ID, id)
				(*body)[at].ID = id
			}
		}
	}
	if rapid.Bool().Draw(t, "declared") {
		leading(p, out, nil, moves...)
	}
	return placed(out)
}

// TestRandomPlansThatChange: whatever is migrated where in between, the state stays the
// fold of its journal and equal to its snapshot, no key means two things, and in a kind
// world everything ends.
func TestRandomPlansThatChange(t *testing.T) {
	migrated := 0
	rapid.Check(t, func(t *rapid.T) {
		g := &grower{t: t}
		limits := storyLimits()
		limits.StepsPerCommand = 200
		p := family(append(g.block(2), give(num("1")))...)
		g.around(&p.Processes[0])
		c := &chaos{world: newWorld(t, placed(p), limits), t: t, keys: map[string]string{}}
		for range 2 {
			next := edited(t, g, p)
			if _, err := engine.Link(next, "x"); err != nil {
				continue // a step that others name is gone
			}
			c.version(next)
			p = next
		}
		c.send(record.StartInstance{Process: "p.P", Key: "k0", Input: map[string]types.Value{"order": map[string]types.Value{"id": "k0", "total": int64(0)}}})
		for range rapid.IntRange(0, 40).Draw(t, "moves") {
			switch rapid.IntRange(0, 5).Draw(t, "operator") {
			case 0:
				c.operator()
			case 1, 2:
				v := rapid.SampledFrom(c.state.Instances(nil)).Draw(t, "instance")
				to := rapid.IntRange(1, len(c.versions)+1).Draw(t, "to")
				before := len(c.journal)
				c.send(record.MigrateInstance{Instance: v.Instance, Plan: fmt.Sprint("plan-", to)})
				if len(c.journal) > before {
					migrated++
				}
			default:
				c.move()
			}
		}
		c.settle()
	})
	if migrated == 0 {
		t.Error("nothing was ever migrated")
	}
	t.Logf("%d migrations", migrated)
}
