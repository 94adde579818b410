package engine

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
	"github.com/cob-lang/cob/runtime/placement"
)

// The failover of a call that names none.
var defaultFailover = plan.Failover{
	Prefer: plan.Listed, Tries: 3, EachNs: 30e9, BackoffMinNs: 100e6, BackoffMaxNs: 10e9,
}

// linker flattens one flow.
type linker struct {
	flow  *flow
	ruled ruled
	wrong []error // one of a place at most, and of a variable
	// undoing counts the compensations around the place.
	undoing int
	// undone counts the steps around it that something undoes, by themselves or as a whole.
	undone int
	// machines are those around the place, the innermost last.
	machines []*plan.Step
}

// maxLinkErrors is how many of the places of one flow are named that cannot be linked.
const maxLinkErrors = 20

func (l *linker) fail(at plan.Place, format string, args ...any) {
	e := &LinkError{l.flow.name, at, fmt.Sprintf(format, args...)}
	for _, known := range l.wrong {
		if k := known.(*LinkError); k.At == at || k.Reason == e.Reason {
			return
		}
	}
	if len(l.wrong) < maxLinkErrors {
		l.wrong = append(l.wrong, e)
	}
}

func (l *linker) finish(body []plan.Step, onCancel *plan.Block, at plan.Place) error {
	l.flow.bound = make([]int, len(l.flow.vars))
	for i := range l.flow.bound {
		l.flow.bound[i] = 1
	}
	declareAll(l.flow, body)
	if onCancel != nil {
		declareAll(l.flow, onCancel.Steps)
	}
	l.block("", body)
	if onCancel != nil {
		l.flow.onCancel, l.flow.closes = l.block("", onCancel.Steps), true
	}
	if l.flow.program.flows[l.flow.name] != nil {
		l.fail(at, "is declared twice")
	}
	if len(l.wrong) == 0 {
		l.flow.pairAwaits()
		if l.flow.route != nil {
			l.handOver(body)
		}
	}
	if len(l.wrong) > 0 {
		return errors.Join(l.wrong...)
	}
	l.flow.program.flows[l.flow.name] = l.flow
	return nil
}

// declareAll gives every variable its slot, in the order of the text.
func declareAll(f *flow, steps []plan.Step) {
	for i := range steps {
		s := &steps[i]
		switch s.Kind {
		case plan.Parallel, plan.Race, plan.Each:
			f.storesArgs = true
		case plan.Milestone:
			if f.marks[s.Name] == nil {
				f.marks[s.Name] = &mark{slot: f.declare(hidden(s.Name), types.Of(types.Bool))}
			}
		}
		for _, v := range f.program.bindings(s) {
			slot := f.declare(v.name, v.typ)
			for len(f.bound) < len(f.vars) {
				f.bound = append(f.bound, 0)
			}
			f.bound[slot]++
		}
		if s.Await != nil {
			for j := range s.Await.Catch {
				f.declare(s.Await.Catch[j].Var, types.Ref(s.Await.Catch[j].Fault))
			}
		}
		for _, b := range blocksOf(s) {
			declareAll(f, b.Steps)
		}
	}
}

// blocksOf are all blocks of a step, in the order that step.blocks has.
func blocksOf(s *plan.Step) []*plan.Block {
	var out []*plan.Block
	for i := range s.Blocks {
		out = append(out, &s.Blocks[i])
	}
	if s.Select != nil {
		for i := range s.Select.On {
			out = append(out, &s.Select.On[i].Block)
		}
		for i := range s.Select.After {
			out = append(out, &s.Select.After[i].Block)
		}
		if s.Select.Else != nil {
			out = append(out, s.Select.Else)
		}
	}
	if s.Call != nil {
		for i := range s.Call.Catch {
			out = append(out, &s.Call.Catch[i].Block)
		}
	}
	if s.Await != nil {
		for i := range s.Await.Catch {
			out = append(out, &s.Await.Catch[i].Block)
		}
	}
	if s.Task != nil && s.Task.Else != nil {
		out = append(out, s.Task.Else)
	}
	out = append(out, regionBlocks(s)...)
	if s.Compensate != nil {
		out = append(out, s.Compensate)
	}
	return out
}

func (l *linker) block(name string, steps []plan.Step) uint32 {
	index := uint32(len(l.flow.blocks))
	l.flow.blocks = append(l.flow.blocks, block{name: name})
	list := make([]uint32, 0, len(steps))
	for i := range steps {
		if m := l.flow.marks[steps[i].Name]; m != nil && steps[i].Kind == plan.Milestone {
			m.places = append(m.places, markPlace{index, uint32(i)})
		}
		list = append(list, l.step(&steps[i]))
	}
	l.flow.blocks[index].steps = list
	return index
}

func (l *linker) step(p *plan.Step) uint32 {
	index := uint32(len(l.flow.steps))
	l.flow.steps = append(l.flow.steps, step{})
	s := step{plan: p, id: p.ID, kind: p.Kind, slot: l.slot(p.Var), comp: -1, undoer: -1, elseBlock: -1}
	if len(l.flow.program.absent) > 0 {
		s.absent = absentIn(p)
	}
	s.expr = l.expr(p.Expr, p.At)
	for _, arm := range p.Arms {
		s.arms = append(s.arms, l.expr(arm, p.At))
	}
	if s.absent == "" {
		l.parts(p, &s)
	}
	l.catches(p, &s)
	if p.Compensate != nil {
		l.undone++
		defer func() { l.undone-- }()
	}
	s.undone = l.undone > 0
	if p.Kind == plan.Machine {
		l.machines = append(l.machines, p)
		defer func() { l.machines = l.machines[:len(l.machines)-1] }()
	}
	for _, b := range blocksOf(p) {
		undo := b == p.Compensate
		if undo {
			l.undoing++
			s.comp = int32(len(s.blocks))
			s.reads = l.reads(b.Reads)
		}
		s.blocks = append(s.blocks, l.block(b.Name, b.Steps))
		if undo {
			l.undoing--
		}
	}
	l.flow.steps[index] = s
	return index
}

// parts looks up what the kind of the step needs.
func (l *linker) parts(p *plan.Step, s *step) {
	need := func(ok bool, what string) bool {
		if !ok {
			l.fail(p.At, "the step %s (%s) has no %s", p.ID, p.Kind, what)
		}
		return ok
	}
	switch p.Kind {
	case plan.Let, plan.Filter:
		need(p.Expr != nil, "expression")
	case plan.If, plan.For, plan.While:
		need(p.Expr != nil && len(p.Blocks) > 0, "expression or no block")
	case plan.Fail:
		need(p.Type.Name != "", "fault")
	case plan.Match:
		need(len(p.Arms) == len(p.Blocks), "block for every arm")
	case plan.Parallel, plan.Race, plan.Each, plan.Try, plan.Scope, plan.Critical, plan.Interleave, plan.Milestone, plan.During, plan.Machine, plan.Goto:
		l.region(p, s)
	case plan.End, plan.Cancel:
	case plan.Return:
		if l.undoing > 0 {
			l.fail(p.At, "return stands in a compensation, which has nobody to return to")
		}
	case plan.Call, plan.Begin:
		if need(p.Call != nil, "call") {
			s.call = l.call(p)
		}
	case plan.Start, plan.Child, plan.Continue:
		if need(p.Start != nil, "process") {
			s.start = l.start(p)
			s.awaits = p.Kind == plan.Child
			l.flow.hasChildren = l.flow.hasChildren || s.awaits
			l.flow.continues = l.flow.continues || p.Kind == plan.Continue
		}
	case plan.Report, plan.Progress, plan.Audit:
		need(p.Expr != nil || p.Report != nil, "text or report")
		l.reporting(p, s)
	case plan.Await:
		need(p.Expr != nil && p.Await != nil, "handle")
	case plan.Dedupe, plan.Split, plan.Aggregate, plan.Resequence, plan.Throttle, plan.Sample, plan.Slip:
		s.word = l.word(p)
	case plan.Send, plan.Tap:
		if need(p.Send != nil && p.Expr != nil, "channel or no message") && l.flow.program.channels[p.Send.Channel] == nil {
			l.fail(p.At, "sends to the channel %s, which the plan does not have", p.Send.Channel)
		}
	case plan.Publish:
		need(p.Expr != nil && p.Type.Name != "", "event")
	case plan.Task, plan.Select, plan.Wait, plan.Delay:
		l.waiting(p, s, need)
	default:
		l.fail(p.At, "the step %s is a %q, which this engine cannot run", p.ID, p.Kind)
	}
}

// waiting looks up what a step that waits needs.
func (l *linker) waiting(p *plan.Step, s *step, need func(ok bool, what string) bool) {
	switch p.Kind {
	case plan.Task:
		if !need(p.Task != nil, "task") {
			return
		}
		if p.Task.Else != nil {
			s.elseBlock = 0
		}
		l.people(s, p)
	case plan.Select:
		if need(p.Select != nil && len(p.Select.On)+len(p.Select.After) > 0, "arm") {
			s.sel = l.selection(p)
		}
	case plan.Wait, plan.Delay:
		if need(p.Wait != nil, "time") {
			s.until = l.expr(cmp.Or(p.Wait.Until, p.Wait.For), p.At)
		}
	}
}

func (l *linker) slot(name string) int32 {
	if slot, ok := l.flow.slots[name]; ok && name != "" {
		return slot
	}
	return -1
}

func (l *linker) reads(names []string) []int32 {
	var out []int32
	for _, n := range names {
		if slot := l.slot(n); slot >= 0 {
			out = append(out, slot)
		}
	}
	return out
}

func (l *linker) expr(t *expression.Tree, at plan.Place) *expr {
	if t == nil {
		return nil
	}
	run, err := compile(t, l.flow.program.universe)
	if err != nil {
		l.fail(at, "%v", err)
		return nil
	}
	e := &expr{run: run}
	for _, name := range run.reads {
		if name == clock {
			e.now = true
			continue
		}
		slot := l.slot(name)
		if slot < 0 {
			l.fail(at, "reads %s, which nothing binds", name)
			return nil
		}
		e.reads = append(e.reads, read{name, slot})
	}
	return e
}

func (l *linker) exprs(trees []expression.Tree, at plan.Place) []*expr {
	out := make([]*expr, len(trees))
	for i := range trees {
		out[i] = l.expr(&trees[i], at)
	}
	return out
}

func (l *linker) call(p *plan.Step) *call {
	prog := l.flow.program
	c := &call{endpoint: prog.endpoints[p.Call.Endpoint], failover: &defaultFailover, sameCloud: p.Call.SameCloudAs}
	if c.endpoint == nil {
		l.fail(p.At, "calls the endpoint %s, which the plan does not have", p.Call.Endpoint)
		return c
	}
	for i := range c.endpoint.Operations {
		if c.endpoint.Operations[i].Name == p.Call.Operation {
			c.operation = &c.endpoint.Operations[i]
		}
	}
	if c.operation == nil {
		l.fail(p.At, "calls %s.%s, which the plan does not have", p.Call.Endpoint, p.Call.Operation)
		return c
	}
	switch takes := len(c.operation.Params); {
	case p.Kind == plan.Report && takes == 0:
		l.fail(p.At, "reports to %s.%s, which takes nothing", p.Call.Endpoint, p.Call.Operation)
		return c
	case p.Kind != plan.Report && len(p.Call.Args) != takes:
		l.fail(p.At, "calls %s.%s with %d arguments, which takes %d", p.Call.Endpoint, p.Call.Operation, len(p.Call.Args), len(c.operation.Params))
		return c
	}
	if p.Call.Failover != "" {
		if c.failover = prog.failovers[p.Call.Failover]; c.failover == nil {
			l.fail(p.At, "uses the failover %s, which the plan does not have", p.Call.Failover)
			return c
		}
	}
	c.args = l.exprs(p.Call.Args, p.At)
	c.key = l.evaluator(c.operation.Key, p.At)
	l.asking(p, c)
	l.candidates(p, c)
	return c
}

// candidates puts what the policy does not forbid in the order of the
// preference.
func (l *linker) candidates(p *plan.Step, c *call) {
	var legal []placement.Candidate
	for _, cand := range p.Call.Candidates {
		allowed := cand.Verdict == plan.Allow
		if cand.Verdict == plan.Decide {
			var err error
			if allowed, err = l.ruled.allows(p.Call.Policy, p.Call.Labels, cand.Cloud); err != nil {
				l.fail(p.At, "%v", err)
			}
		}
		if !allowed {
			c.never = append(c.never, l.flow.program.forbidden(p.Call, cand))
			continue
		}
		for _, b := range c.endpoint.Bindings {
			if b.Cloud == cand.Cloud {
				promise, err := placement.FromBinding(b)
				if err != nil {
					l.fail(p.At, "%v", err)
				}
				legal = append(legal, promise)
			}
		}
	}
	c.candidates = len(legal)
	c.order = placement.NewOrder(c.endpoint.Name, legal, c.failover.Prefer)
}

func (l *linker) evaluator(t *expression.Tree, at plan.Place) *evaluator {
	if t == nil {
		return nil
	}
	run, err := compile(t, l.flow.program.universe)
	if err != nil {
		l.fail(at, "%v", err)
	}
	return run
}

func (l *linker) start(p *plan.Step) *start {
	s := &start{args: l.exprs(p.Start.Args, p.At)}
	for i := range l.flow.program.plan.Processes {
		if d := &l.flow.program.plan.Processes[i]; d.Name == p.Start.Process {
			s.target = d
		}
	}
	if s.target == nil {
		l.fail(p.At, "starts the process %s, which the plan does not have", p.Start.Process)
		return s
	}
	if len(s.args) != len(s.target.Params) {
		l.fail(p.At, "starts %s with %d arguments, which takes %d", s.target.Name, len(s.args), len(s.target.Params))
	}
	s.key = l.evaluator(s.target.Key, p.At)
	return s
}

func (l *linker) selection(p *plan.Step) *selection {
	sel := &selection{afterArm: -1, elseArm: -1}
	for i := range p.Select.On {
		on := &p.Select.On[i]
		arm := onArm{armPath: armPath{event: l.armName(on)}, channel: on.Channel != "", slot: l.slot(on.Var), varOf: on.Var, transient: on.Transient}
		arm.where = l.expr(on.Where, p.At)
		if on.Equals != nil && len(on.Path) > 0 {
			arm.path = strings.Join(on.Path, ".")
			arm.equals = l.expr(on.Equals, p.At)
		}
		arm.handle = l.expr(on.Handle, p.At)
		sel.on = append(sel.on, arm)
		if arm.event != "" {
			sel.eventList = append(sel.eventList, cmp.Or(on.Event, on.Channel))
			l.flow.program.arms = append(l.flow.program.arms, arm.armPath)
		}
	}
	for i := range p.Select.After {
		if ns := p.Select.After[i].DelayNs; !sel.hasAfter || ns < sel.afterNs {
			sel.afterNs, sel.hasAfter, sel.afterArm = ns, true, int32(len(p.Select.On)+i)
		}
	}
	if p.Select.Else != nil {
		sel.elseArm = int32(len(p.Select.On) + len(p.Select.After))
	}
	return sel
}
