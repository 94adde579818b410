package engine_test

import (
	"fmt"
	"testing"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/engine"
	"github.com/cob-lang/cob/runtime/record"
	"pgregory.net/rapid"
)

// grower makes random flows in which every step has its own name.
type grower struct {
	t *rapid.T
	n int
	// closing says that the block closes something: it must not fail.
	closing bool
}

func (g *grower) name(prefix string) string {
	g.n++
	return fmt.Sprintf("%s%d", prefix, g.n)
}

func (g *grower) block(depth int) []plan.Step {
	var out []plan.Step
	for range rapid.IntRange(0, 3).Draw(g.t, "steps") {
		out = append(out, g.step(depth))
	}
	return out
}

func (g *grower) step(depth int) plan.Step {
	kinds := []string{"let", "call", "call", "charge", "hold", "wait", "send", "publish", "start", "select", "task", "fail", "bad"}
	if depth > 0 {
		kinds = append(kinds, "if", "for", "while", "parallel", "match", "parallel", "region", "region", "region", "region", "others", "others")
	}
	name := g.name("s")
	kind := rapid.SampledFrom(kinds).Draw(g.t, "kind")
	s := g.leaf(kind, name)
	switch {
	case kind == "region":
		s = g.region(depth-1, name)
	case kind == "others":
		s = g.others(depth-1, name)
	case s.Kind == "":
		s = g.nest(depth-1, name)
	}
	s.ID = name
	return s
}

func (g *grower) leaf(kind, name string) plan.Step {
	switch kind {
	case "let":
		return let(name, intT, op(expression.Add, intT, total(), num("1")))
	case "call":
		s := ask(name, "catalog.get", id())
		if rapid.Bool().Draw(g.t, "catch") {
			s = catching(s, "p.Declined", "", g.leaf("wait", g.name("c")))
			s = catching(s, "", "", g.leaf("wait", g.name("c")))
		}
		return s
	case "charge":
		s := charge()
		s.Var = name
		s.Compensate = &plan.Block{Reads: []string{name}, Steps: steps(ask("", "payments.refund", of(stringT, name, "id")))}
		s.Compensate.Steps[0].ID = name + "_undo"
		s.Compensate.Steps[0].Call.SameCloudAs = name
		return s
	case "hold":
		s := ask(name, "warehouse.hold", id())
		return undo(s, steps(pause(name+"_undo", 1e9), sending("rejected", ref(name, jsonT))), name)
	case "wait":
		return pause(name, int64(rapid.IntRange(0, 3).Draw(g.t, "pause"))*1e9)
	case "send":
		return sending("rejected", ref("order", orderT))
	case "publish":
		return publishing()
	case "start":
		return starting()
	case "select":
		s := shipped()
		s.Select.On[0].Block.Steps = g.block(0)
		s.Select.After[0].Block.Steps = g.block(0)
		s.Select.On[0].Transient = rapid.Bool().Draw(g.t, "transient")
		if rapid.IntRange(0, 3).Draw(g.t, "else") == 0 {
			s.Select.Else = &plan.Block{Steps: g.block(0)}
		}
		return s
	case "task":
		s := approve()
		s.Var = name
		return s
	case "fail":
		if g.closing || rapid.IntRange(0, 3).Draw(g.t, "fails") > 0 {
			return let(name, intT, num("7"))
		}
		return failing("Declined", reason("by chance"))
	case "bad":
		if g.closing || rapid.IntRange(0, 3).Draw(g.t, "is bad") > 0 {
			return pause(name, 1e9)
		}
		return let(name, intT, op(expression.Div, intT, num("1"), op(expression.Sub, intT, total(), total())))
	}
	return plan.Step{}
}

func (g *grower) nest(depth int, name string) plan.Step {
	even := op(expression.Eq, boolT, op(expression.Rem, intT, total(), num("2")), num("0"))
	switch rapid.IntRange(0, 4).Draw(g.t, "nest") {
	case 0:
		return when(name, even, g.block(depth), g.block(depth))
	case 1:
		s := each(list(intT, num("1"), num("2")), g.block(depth)...)
		s.Var = name
		return s
	case 2:
		s := matching()
		s.Blocks = blocksFrom(g.block(depth), g.block(depth), g.block(depth))
		return s
	case 3:
		s := counting("2")[1]
		cond := op(expression.Lt, boolT, ref(name, intT), num("2"))
		s.Expr = &cond
		s.Blocks = blocksFrom(append(g.block(depth), let(name, intT, op(expression.Add, intT, ref(name, intT), num("1")))))
		// The counter begins in an if, so that one step holds both.
		return when(name+"_loop", yes("true"), steps(let(name, intT, num("0")), named(s, name+"_while")))
	}
	return parallel(rapid.IntRange(0, 2).Draw(g.t, "need"), rapid.Bool().Draw(g.t, "keep"), g.block(depth), g.block(depth))
}

// others begins a call or a child and awaits it, or calls a child.
func (g *grower) others(depth int, name string) plan.Step {
	if rapid.Bool().Draw(g.t, "calls") {
		s := named(calling(name+"_child"), name)
		if rapid.Bool().Draw(g.t, "catches") {
			s.Await = &plan.AwaitStep{Catch: []plan.Catch{{Block: plan.Block{Steps: g.block(depth)}}}}
		}
		return s
	}
	h := name + "_handle"
	begin, result := beginning(), awaiting(name+"_result", "h")
	if rapid.Bool().Draw(g.t, "starts") {
		begin, result = starting2(), awaiting(name+"_result", "k")
	}
	handle := ref(h, begin.Type)
	begin.ID, begin.Var, result.Expr = h, h, &handle
	if result.Compensate != nil {
		result.Compensate.Steps[0].ID = name + "_undo"
	}
	body := append(steps(begin), g.block(depth)...)
	if rapid.Bool().Draw(g.t, "awaits") {
		body = append(body, result)
	}
	return when(name, yes("true"), body)
}

func named(s plan.Step, name string) plan.Step {
	s.ID = name
	return s
}

// chaos sends random commands to a random plan.
type chaos struct {
	*world
	t    *rapid.T
	sent []record.Command
	keys map[string]string // effect key to what it names
	// children are those that somebody waits for.
	children []record.ChildEnded
}

func (c *chaos) send(cmd record.Command) {
	c.sent = append(c.sent, cmd)
	_, effects, _ := c.do(cmd)
	for _, e := range effects {
		c.note(e)
	}
	pending := map[string]bool{}
	for _, e := range c.state.Pending() {
		pending[fmt.Sprint(e)] = true
	}
	for _, e := range effects {
		if !pending[fmt.Sprint(engine.Again(e))] {
			c.Fatalf("the effect %v left and is not pending", e)
		}
	}
}

func (c *chaos) Fatalf(format string, args ...any) {
	c.t.Fatalf(format+"\n%s", append(args, c.out.String())...)
}

// note checks that a key names one thing.
func (c *chaos) note(e engine.Effect) {
	var what string
	switch x := e.(type) {
	case engine.Call:
		what = "call " + x.Endpoint + "." + x.Operation
	case engine.Start:
		what = "start " + x.Process
		if x.Watch.Instance != "" {
			c.children = append(c.children, record.ChildEnded{Watch: x.Watch, Child: record.InstanceID(x.Process, x.Business)})
		}
	case engine.Send:
		what = "send " + x.Channel
	case engine.Publish:
		what = "publish " + x.Event
	}
	key := e.Of().Instance + " " + e.Of().Key
	if before, ok := c.keys[key]; ok && before != what {
		c.Fatalf("the key %s names %q and %q", key, before, what)
	}
	c.keys[key] = what
}

func (c *chaos) answer(e engine.Effect, o record.Outcome) record.AttemptEnded {
	t := e.Of()
	out := record.AttemptEnded{Instance: t.Instance, Activation: t.Activation, Attempt: t.Attempt, Outcome: o, Detail: "by chance"}
	switch o {
	case record.Succeeded:
		out.Value = map[string]types.Value{"id": fmt.Sprint("x", len(c.sent)), "approved": true}
	case record.Raised:
		out.Fault, out.Fields = "p.Declined", map[string]types.Value{"reason": "by chance"}
	}
	return out
}

func (c *chaos) move() {
	pending := c.state.Pending()
	kind := rapid.IntRange(0, 11).Draw(c.t, "move")
	switch {
	case kind <= 5 && len(pending) > 0:
		e := rapid.SampledFrom(pending).Draw(c.t, "effect")
		o := rapid.SampledFrom([]record.Outcome{record.Succeeded, record.Succeeded, record.Raised, record.Refused, record.Unknown, record.Unknown, record.Rejected}).Draw(c.t, "outcome")
		c.send(c.answer(e, o))
	case kind == 6:
		c.now += record.Instant(rapid.Int64Range(0, 4e9).Draw(c.t, "later"))
		for _, due := range c.state.Due(c.now, 5) {
			c.send(due)
		}
	case kind == 11 && len(c.children) > 0:
		c.childEnds(rapid.SampledFrom(c.children).Draw(c.t, "child"))
	case kind == 7 && len(c.sent) > 0:
		c.send(rapid.SampledFrom(c.sent).Draw(c.t, "again"))
	case kind == 8:
		n := rapid.IntRange(0, 2).Draw(c.t, "event")
		c.send(record.DeliverEvent{Type: "p.Shipped", ID: fmt.Sprint("e", n), Until: c.now + 5e9,
			Payload: map[string]types.Value{"order": fmt.Sprint("k", n), "carrier": "dhl"}})
	case kind == 9:
		if tasks := c.state.Tasks(); len(tasks) > 0 {
			c.send(record.CompleteTask{Instance: tasks[0].Instance, Activation: tasks[0].Activation, By: "ann", Groups: managers, Form: map[string]types.Value{"approved": true}})
		}
	case kind == 10:
		v := rapid.SampledFrom(c.state.Instances(nil)).Draw(c.t, "instance")
		if rapid.IntRange(0, 3).Draw(c.t, "cancel") == 0 {
			c.send(record.CancelInstance{Instance: v.Instance, By: "ann"})
		} else {
			c.send(record.RetryInstance{Instance: v.Instance, By: "ann"})
		}
	default:
		n := rapid.IntRange(0, 2).Draw(c.t, "start")
		c.send(record.StartInstance{Process: "p.P", Key: fmt.Sprint("k", n), Input: map[string]types.Value{"order": map[string]types.Value{"id": fmt.Sprint("k", n), "total": int64(n)}}})
	}
}

// childEnds brings the news of the end of a child.
func (c *chaos) childEnds(news record.ChildEnded) {
	news.State = rapid.SampledFrom([]record.State{record.Completed, record.Faulted, record.Cancelled}).Draw(c.t, "ends as")
	switch news.State {
	case record.Completed:
		news.Result = "done"
	case record.Faulted:
		news.Fault, news.Fields = "p.Declined", map[string]types.Value{"reason": "by chance"}
	}
	c.send(news)
}

// settle lets the world be kind until nothing is left to do.
func (c *chaos) settle() {
	for round := 0; ; round++ {
		if round > 400 {
			c.Fatalf("it never comes to an end: %+v", c.state.Instances(nil))
		}
		for _, e := range c.state.Pending() {
			c.send(c.answer(e, record.Succeeded))
		}
		for _, child := range c.children {
			child.State = record.Completed
			c.send(child)
		}
		for _, task := range c.state.Tasks() {
			c.send(record.CompleteTask{Instance: task.Instance, Activation: task.Activation, By: "ann", Groups: managers, Form: map[string]types.Value{"approved": true}})
		}
		for _, v := range c.state.Instances(func(v engine.Summary) bool { return v.Incidents > 0 }) {
			if c.send(record.RetryInstance{Instance: v.Instance}); round%7 == 6 {
				c.send(record.CancelInstance{Instance: v.Instance}) // a division by zero stays one
			}
		}
		if next, ok := c.state.NextDue(); ok {
			c.now = max(c.now, next)
			for _, due := range c.state.Due(c.now, 100) {
				c.send(due)
			}
			continue
		}
		if c.state.Counts().Instances == 0 {
			return
		}
	}
}

// TestRandomPlans runs random plans under random commands: the state stays the
// fold of its journal and equal to its snapshot, every effect is pending until
// it is answered, a key names one thing, and in a kind world everything ends,
// with completed steps undone in reverse.
func TestRandomPlans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &grower{t: t}
		body := g.block(2)
		limits := storyLimits()
		limits.StepsPerCommand = 200
		p := family(append(body, give(num("1")))...)
		g.around(&p.Processes[0])
		w := newWorld(t, p, limits)
		c := &chaos{world: w, t: t, keys: map[string]string{}}
		c.send(record.StartInstance{Process: "p.P", Key: "k0", Input: map[string]types.Value{"order": map[string]types.Value{"id": "k0", "total": int64(0)}}})
		for range rapid.IntRange(0, 40).Draw(t, "moves") {
			c.move()
		}
		c.settle()
		c.undone()
	})
}
