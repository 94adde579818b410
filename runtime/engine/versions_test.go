package engine_test

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"pgregory.net/rapid"
)

// steady is a world that answers the same to the same: what an instance does in it
// follows from its plan alone.
type steady struct {
	*world
	seen     []string        // what it asked for, and how it ended
	answered map[string]bool // effects, by what and which attempt
	watched  []record.ChildEnded
	quiet    int
}

// maxSteady bounds the commands of one run.
const maxSteady = 250

// luck is a number that what is asked decides.
func luck(of string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(of))
	return h.Sum64() >> 7
}

// askedOf is an effect as its target sees it.
func askedOf(e engine.Effect) string {
	t := e.Of()
	switch x := e.(type) {
	case engine.Call:
		return fmt.Sprintf("call %s.%s %v key %s try %d undo %t", x.Endpoint, x.Operation, x.Args, t.Key, t.Attempt, x.Settlement)
	case engine.Start:
		return fmt.Sprintf("start %s %q %v key %s", x.Process, x.Business, x.Input, t.Key)
	case engine.Send:
		return fmt.Sprintf("send %s %v key %s", x.Channel, x.Payload, t.Key)
	case engine.Publish:
		return fmt.Sprintf("publish %s %v key %s", x.Event, x.Payload, t.Key)
	}
	return fmt.Sprintf("%T", e)
}

func (s *steady) send(cmd record.Command) record.Reply {
	_, effects, reply := s.do(cmd)
	for _, e := range effects {
		s.seen = append(s.seen, askedOf(e))
		if x, ok := e.(engine.Start); ok && x.Watch.Instance != "" {
			news := record.ChildEnded{Watch: x.Watch, Child: record.InstanceID(x.Process, x.Business)}
			news.State, news.Result = record.Completed, "done"
			s.watched = append(s.watched, news)
		}
	}
	return reply
}

// step lets one thing happen, the same one in the same state; false where nothing can.
func (s *steady) step() bool {
	for _, e := range s.state.Pending() {
		what := fmt.Sprint(e.Of().Activation, " ", askedOf(e))
		if s.answered[what] {
			continue
		}
		s.answered[what] = true
		t := e.Of()
		a := record.AttemptEnded{Instance: t.Instance, Activation: t.Activation, Attempt: t.Attempt, Outcome: record.Succeeded,
			Value: map[string]types.Value{"id": fmt.Sprint("x", luck(what)%1000), "approved": true}}
		if c, ok := e.(engine.Call); ok && !strings.HasPrefix(c.Operation, "re") && luck(what)%5 == 0 {
			a.Outcome, a.Value, a.Fault, a.Fields = record.Raised, nil, "p.Declined", map[string]types.Value{"reason": "by chance"}
		}
		s.send(a)
		return true
	}
	if len(s.watched) > 0 {
		news := s.watched[0]
		s.watched = s.watched[1:]
		s.send(news)
		return true
	}
	s.quiet++
	if tasks := s.state.Tasks(); len(tasks) > 0 && s.quiet%2 == 0 {
		s.send(record.CompleteTask{Instance: tasks[0].Instance, Activation: tasks[0].Activation, By: "ann", Groups: managers, Form: map[string]types.Value{"approved": true}})
		return true
	}
	if s.quiet%3 == 0 {
		s.send(record.DeliverEvent{Type: "p.Shipped", ID: fmt.Sprint("e", s.quiet), Until: s.now + 1, Payload: map[string]types.Value{"order": "k", "carrier": fmt.Sprint("c", s.quiet)}})
		return s.state.Counts().Instances > 0
	}
	if next, ok := s.state.NextDue(); ok {
		s.now = max(s.now, next)
		for _, due := range s.state.Due(s.now, 1) {
			s.send(due)
		}
		return true
	}
	return len(s.state.Tasks()) > 0
}

// moved is what came of moving the instance at a point of its way.
type moved struct {
	refused string
	over    bool // it had ended before
}

// outcome runs an instance on the first plan and moves it to the second one after so many
// commands; with one plan it ends on that. whole is false where it never ends.
func outcome(t tester, plans []*plan.Plan, after int) (seen []string, m moved, whole bool) {
	limits := storyLimits()
	limits.StepsPerCommand = 200
	s := &steady{world: newWorld(t, plans[0], limits), answered: map[string]bool{}}
	s.careful = false
	if len(plans) > 1 {
		s.version(plans[1])
	}
	r := s.send(record.StartInstance{Process: "p.P", Key: "k", Input: map[string]types.Value{"order": map[string]types.Value{"id": "k", "total": int64(0)}}})
	s.inst = r.Instance
	for n := 0; ; n++ {
		if n > maxSteady {
			return nil, m, false
		}
		if n == after && len(plans) > 1 {
			v, _ := s.state.Instance(s.inst)
			if m.over = over(v.State); !m.over {
				r := s.send(record.MigrateInstance{Instance: s.inst, Plan: "plan-2"})
				if r.Rejected != nil {
					m.refused = strings.TrimPrefix(r.Rejected.Detail, "the instance "+s.inst+" stays on its plan: ")
				}
			}
			if m.over || m.refused != "" {
				return nil, m, true
			}
		}
		if !s.step() {
			m.over = n < after && len(plans) > 1
			break
		}
	}
	v, _ := s.state.Instance(s.inst)
	if !over(v.State) { // it needs a person, or waits for ever
		var at []string
		for _, x := range v.Waits {
			at = append(at, x.Step+" "+x.Incident)
		}
		return append(s.seen, fmt.Sprint("stands at ", at)), m, true
	}
	return append(s.seen, fmt.Sprintf("%s %v %s %v", v.State, v.Result, v.Fault, v.Fields)), m, true
}

func over(s record.State) bool {
	return s == record.Completed || s == record.Faulted || s == record.Cancelled
}

// otherwise is a copy of a plan with random changes anywhere in its process.
func otherwise(t *rapid.T, g *grower, p *plan.Plan) *plan.Plan {
	text, err := plan.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	out := &plan.Plan{}
	if err := json.Unmarshal(text, out); err != nil {
		t.Fatal(err)
	}
	for range rapid.IntRange(1, 2).Draw(t, "edits") {
		lists := listsOf(&out.Processes[0].Flow.Body)
		list := lists[rapid.IntRange(0, len(lists)-1).Draw(t, "list")]
		if rapid.IntRange(0, 15).Draw(t, "the process") == 0 {
			out.Processes[0].DeadlineNs = []int64{0, 5e9, 50e9}[rapid.IntRange(0, 2).Draw(t, "deadline")]
			continue
		}
		at := rapid.IntRange(0, len(*list)).Draw(t, "at")
		if list == lists[0] {
			at = min(at, len(*list)-1) // the return is the last one
		}
		switch edit := rapid.IntRange(0, 5).Draw(t, "edit"); {
		case edit < 2 || at >= len(*list)-1:
			*list = slices.Insert(*list, at, g.step(rapid.IntRange(0, 1).Draw(t, "depth")))
		case edit == 2:
			*list = slices.Delete(*list, at, at+1)
		case edit == 3 && at+2 < len(*list):
			(*list)[at], (*list)[at+1] = (*list)[at+1], (*list)[at]
		default:
			other(&(*list)[at])
		}
	}
	return placed(out)
}

// listsOf are all lists of steps under one, itself first.
func listsOf(list *[]plan.Step) []*[]plan.Step {
	all := []*[]plan.Step{list}
	for i := range *list {
		for _, b := range (*list)[i].Inner() {
			all = append(all, listsOf(&b.Steps)...)
		}
	}
	return all
}

// other lets a step say something else.
func other(s *plan.Step) {
	switch {
	case s.Wait != nil:
		s.Wait.DelayNs += 1e9
	case s.Join != nil && s.Join.Need == 0 && len(s.Blocks) > 1:
		s.Join.Need = 1
	case s.Scope != nil:
		s.Scope.WithinNs += 2e9
	case s.Call != nil && len(s.Call.Args) == 1:
		s.Call.Args[0] = op(expression.Concat, stringT, s.Call.Args[0], str("+"))
	case s.Kind == plan.Let:
		s.Expr = ptr(num("41"))
	case s.Kind == plan.If:
		s.Expr = ptr(yes("false"))
	}
}

// pairs are two versions of a plan.
var pairs = rapid.Custom(func(t *rapid.T) [2]*plan.Plan {
	g := &grower{t: t}
	older := placed(family(append(g.block(2), give(num("1")))...))
	return [2]*plan.Plan{older, otherwise(t, g, older)}
})

// TestWhatIsSafeIsSafe: an instance that may move to a newer plan, wherever it stands,
// does from there on what one does that began with the newer plan; and where all
// that changes is safe it may move. COB_PAIRS says of how many pairs.
func TestWhatIsSafeIsSafe(t *testing.T) {
	count := 300
	if n, err := strconv.Atoi(os.Getenv("COB_PAIRS")); err == nil {
		count = n
	}
	var went, stayed int
	for seed := range count {
		pair := pairs.Example(seed)
		if _, err := engine.Link(pair[1], "x"); err != nil {
			continue // a step that others name is gone
		}
		want, _, whole := outcome(t, pair[1:], 0)
		if !whole {
			continue // it never ends
		}
		changes := plan.Diff(pair[0], pair[1])
		for after := seed % 3; after < 60; after += 1 + seed%4 {
			got, m, whole := outcome(t, pair[:], after)
			switch {
			case m.over:
				after = 60
			case m.refused != "":
				stayed++
				expected(t, seed, changes, m.refused)
			case !whole || !slices.Equal(got, want):
				t.Fatalf("pair %d: moved after %d commands it did\n  %s\nand one that began with the newer plan\n  %s\nthe difference is %s", seed, after, strings.Join(got, "\n  "), strings.Join(want, "\n  "), said(changes))
			default:
				went++
			}
		}
	}
	t.Logf("%d moved, %d stayed", went, stayed)
	if went < count/10 || stayed < count/10 {
		t.Errorf("%d moved and %d stayed: it shows little", went, stayed)
	}
}

// where an instance stays whatever the plans are: how such reasons begin or what they have.
var anyhow = []string{"it undoes what it did", "it has its result", "branches that were kept", "it is not settled yet", "it closes", "closes or undoes something", "several things run inside of", "it stands at the end of"}

// expected fails where the difference said that every instance may go on, and one stays.
func expected(t *testing.T, seed int, changes []plan.Change, why string) {
	t.Helper()
	if slices.ContainsFunc(anyhow, func(part string) bool { return strings.Contains(why, part) }) {
		return
	}
	if plan.Worst(changes) != plan.Safe {
		return
	}
	t.Fatalf("pair %d: it stays, for %q, and the difference is %s", seed, why, said(changes))
}

func said(changes []plan.Change) string {
	var list []string
	for _, c := range changes {
		list = append(list, fmt.Sprintf("%s %s: %s", c.Class, c.Past, c.What))
	}
	return strings.Join(list, " | ")
}
