package lower

import (
	"cmp"
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// withdrawal is a cancel whose target has its id only when all is lowered.
type withdrawal struct {
	step   *plan.Step
	target syntax.Node
}

// settle fills in the targets of all cancels.
func (f *flow) settle() {
	for _, w := range f.cancels {
		w.step.Name = f.regions[w.target]
	}
}

// invocation is the checked call as a step has it.
func invocation(c *check.Call) *plan.CallStep {
	return &plan.CallStep{Endpoint: c.Endpoint.Name, Operation: c.Operation.Name, Args: padded(c.Args, c.Operation.Params),
		Labels: c.Labels, Failover: c.Failover, Policy: c.Policy, Candidates: c.Candidates,
		TimeoutNs: c.TimeoutNs, Retry: c.Retry, Key: c.Key}
}

// catches are the handlers by fault; the one for every fault comes last.
func (f *flow) catches(list []*syntax.CatchClause) []plan.Catch {
	var out []plan.Catch
	for _, cl := range list {
		k := plan.Catch{}
		if sym := f.Names[cl]; sym != nil {
			k.Fault = sym.Full
		}
		if v := f.Variables[cl]; v != nil {
			k.Var = v.Plan
		}
		k.Block = f.block(cl.Body)
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b plan.Catch) int {
		if (a.Fault == "") != (b.Fault == "") {
			return -cmp.Compare(a.Fault, b.Fault)
		}
		return cmp.Compare(a.Fault, b.Fault)
	})
	return out
}

// starts lowers a start: of a process, or of an operation whose answer is awaited
// later.
func (f *flow) starts(s *plan.Step, st *syntax.StartStmt, id string) {
	if id == "" {
		id = f.id(st, st.Target.String())
	}
	if p := f.Parts[st]; p != nil && p.Call != nil {
		s.Kind, s.ID, s.Call = plan.Begin, id, invocation(p.Call)
		return
	}
	f.start(s, st, id, st.Target, st.Args)
}

// child lowers the call of a process.
func (f *flow) child(s *plan.Step, st *syntax.CallStmt, id string) {
	f.start(s, st, id, st.Target, st.Args)
	s.Kind = plan.Child
	if catches := f.catches(st.Body.Catches()); len(catches) > 0 {
		s.Await = &plan.AwaitStep{Catch: catches}
	}
	f.undo(s, st.Body)
}

func (f *flow) await(s *plan.Step, st *syntax.AwaitStmt, id string) {
	s.Kind, s.ID, s.Expr = plan.Await, id, f.tree(st.Handle)
	s.Await = &plan.AwaitStep{Catch: f.catches(st.Body.Catches())}
	f.undo(s, st.Body)
}

// telling lowers the statements that say or end something, and says whether it
// was one.
func (f *flow) telling(s *plan.Step, st syntax.Stmt) bool {
	switch st := st.(type) {
	case *syntax.PublishStmt:
		s.Kind, s.ID, s.Expr = plan.Publish, f.id(st, "publish "+f.Names[st].Name), f.tree(st.Event)
		s.Type = types.Ref(f.Names[st].Full)
	case *syntax.ProgressStmt:
		s.Kind, s.ID, s.Expr = plan.Progress, f.id(st, "progress"), f.tree(st.Text)
	case *syntax.AuditStmt:
		s.Kind, s.ID, s.Expr = plan.Audit, f.id(st, "audit"), f.tree(st.Text)
	case *syntax.ReportStmt:
		s.Kind, s.ID, s.Name, s.Report = plan.Report, f.id(st, st.Name.Text), st.Name.Text, f.Parts[st].Report
		if c := f.Parts[st].Call; c != nil {
			s.Call = invocation(c)
			s.Call.Args = nil // the report
		}
	case *syntax.EndStmt:
		s.Kind, s.ID, s.Expr = plan.End, f.id(st, "end"), f.tree(st.Value)
	case *syntax.ContinueStmt:
		f.start(s, st, f.id(st, "continue"), st.Target, st.Args)
		s.Kind = plan.Continue
	case *syntax.GotoStmt:
		s.Kind, s.ID, s.Name = plan.Goto, f.id(st, "goto "+st.State.Text), st.State.Text
	case *syntax.CancelStmt:
		s.Kind, s.ID = plan.Cancel, f.id(st, "cancel "+st.Name.Text)
		if target := f.Parts[st].Target; target != nil {
			f.cancels = append(f.cancels, withdrawal{s, target})
		}
	case *syntax.MilestoneStmt:
		s.Kind, s.ID, s.Name = plan.Milestone, f.id(st, "milestone "+st.Name.Text), st.Name.Text
	default:
		return false
	}
	return true
}

// region lowers the statements that hold others, and says whether it was one.
func (f *flow) region(s *plan.Step, st syntax.Stmt) bool {
	switch st := st.(type) {
	case *syntax.RaceStmt:
		s.Kind, s.ID = plan.Race, f.id(st, "race")
		s.Blocks = f.branches(s, st.Branches)
	case *syntax.InterleaveStmt:
		s.Kind, s.ID = plan.Interleave, f.id(st, "interleave")
		s.Blocks = f.branches(s, st.Branches)
	case *syntax.CriticalStmt:
		s.Kind, s.ID, s.Name = plan.Critical, f.id(st, "critical "+st.Name.Text), st.Name.Text
		s.Blocks = []plan.Block{f.block(st.Body)}
	case *syntax.DuringStmt:
		s.Kind, s.ID, s.Name = plan.During, f.id(st, "during "+st.Milestone.Text), st.Milestone.Text
		s.Blocks = []plan.Block{f.block(st.Body)}
		if st.Else != nil {
			s.Blocks = append(s.Blocks, f.block(st.Else))
		}
	case *syntax.TryStmt:
		f.try(s, st)
	case *syntax.ScopeStmt:
		f.scope(s, st)
	case *syntax.MachineStmt:
		f.machine(s, st)
	default:
		return false
	}
	return true
}

func (f *flow) try(s *plan.Step, st *syntax.TryStmt) {
	s.Kind, s.ID, s.Try = plan.Try, f.id(st, "try"), &plan.TryStep{}
	s.Blocks = []plan.Block{f.block(st.Body)}
	if st.Catches != nil {
		s.Try.Catch = f.catches(st.Catches.List)
	}
	if st.Finally != nil {
		b := f.block(st.Finally)
		s.Try.Finally = &b
	}
}

func (f *flow) scope(s *plan.Step, st *syntax.ScopeStmt) {
	s.Kind, s.ID, s.Scope = plan.Scope, f.id(st, st.Name.Text), &plan.ScopeStep{}
	f.regions[st] = s.ID
	s.Blocks = []plan.Block{f.block(st.Body)}
	s.Scope.Catch = f.catches(st.Body.Catches())
	for _, cl := range st.Body.Clauses {
		switch cl := cl.(type) {
		case *syntax.WithinClause:
			s.Scope.WithinNs = delay(cl.Limit)
			if cl.Else != nil {
				b := f.block(cl.Else)
				s.Scope.Late = &b
			}
		case *syntax.OnClause:
			b := f.block(cl.Body)
			s.Scope.OnCancel = &b
		}
	}
	f.undo(s, st.Body)
}

// machineLimit is how many states a machine enters at most where it does not say.
const machineLimit = 1000

func (f *flow) machine(s *plan.Step, st *syntax.MachineStmt) {
	name := "machine"
	if st.Name.Given() {
		name = st.Name.Text
	}
	s.Kind, s.ID, s.Machine = plan.Machine, f.id(st, name), &plan.MachineStep{Limit: machineLimit}
	for _, x := range st.Body.Settings {
		if lit, ok := x.Expr().(*syntax.Literal); ok && x.Name.Text == "limit" {
			s.Machine.Limit = number(lit.Raw)
		}
	}
	for _, x := range st.Body.States {
		state := plan.State{Name: x.Name.Text, Enter: f.block(x.Body)}
		for _, cl := range x.Body.Clauses {
			switch cl := cl.(type) {
			case *syntax.OnArm:
				state.On = append(state.On, f.on(cl))
			case *syntax.AfterArm:
				state.After = append(state.After, f.after(cl))
			}
		}
		s.Machine.States = append(s.Machine.States, state)
	}
}

// number reads the digits of a whole number that the checker has bounded.
func number(raw string) int {
	n := 0
	for _, c := range raw {
		if c >= '0' && c <= '9' {
			n = 10*n + int(c-'0')
		}
	}
	return n
}

// word lowers the words of routes, and says whether it was one.
func (f *flow) word(s *plan.Step, st syntax.Stmt) bool {
	part := f.Parts[st]
	kinds := func(kind plan.Kind, id string, e syntax.Expr) {
		s.Kind, s.ID, s.Expr = kind, f.id(st, id), f.tree(e)
	}
	stateful := func(per syntax.Expr) {
		s.Stream = part.Stream
		s.Stream.Per = f.tree(per)
	}
	switch st := st.(type) {
	case *syntax.EnrichStmt:
		v := f.Variables[st]
		f.binds(s, v)
		f.assign(s, st, v.Plan, st.Action, st.Value)
	case *syntax.DedupeStmt:
		kinds(plan.Dedupe, "dedupe", st.By)
		stateful(nil)
	case *syntax.ResequenceStmt:
		kinds(plan.Resequence, "resequence", st.By)
		stateful(st.Per)
	case *syntax.ThrottleStmt:
		kinds(plan.Throttle, "throttle", nil)
		stateful(st.By)
	case *syntax.SampleStmt:
		kinds(plan.Sample, "sample", nil)
		stateful(st.By)
	case *syntax.DelayStmt:
		kinds(plan.Delay, "delay", nil)
		s.Wait = part.Wait
	case *syntax.SplitStmt:
		kinds(plan.Split, "split", st.List)
		f.becomes(s, st)
	case *syntax.WrapStmt:
		kinds(plan.Let, "wrap", st.Value)
		f.becomes(s, st)
	case *syntax.UnwrapStmt:
		kinds(plan.Let, "unwrap", st.Value)
		f.becomes(s, st)
	case *syntax.AggregateStmt:
		kinds(plan.Aggregate, "aggregate", st.By)
		s.Stream = part.Stream
		s.Stream.Until, s.Stream.Emit = f.tree(st.Until), f.tree(st.Emit)
		f.becomes(s, st)
	case *syntax.TapStmt:
		f.send(s, st, st.Target, st.Args)
		s.Kind = plan.Tap
	case *syntax.DetourStmt:
		kinds(plan.If, "detour", st.When)
		s.Blocks = []plan.Block{f.block(st.Body)}
	case *syntax.ClaimStmt:
		kinds(plan.Claim, "claim", st.Value)
		f.binds(s, f.Variables[st])
	case *syntax.SlipStmt:
		kinds(plan.Slip, "slip", st.List)
		s.Slip = part.Slip
		s.Arms = []*expression.Tree{f.carried()}
	case *syntax.ReplyStmt:
		kinds(plan.Reply, "reply", st.Value)
	default:
		return false
	}
	return true
}

// becomes says that a step makes the message of all that follows it.
func (f *flow) becomes(s *plan.Step, st syntax.Stmt) {
	v := f.Variables[st]
	f.binds(s, v)
	f.message, f.carries = v.Plan, v.Type
}

// carried is the message as it is at this place of a route.
func (f *flow) carried() *expression.Tree {
	return &expression.Tree{Op: expression.Var, Type: f.carries, Name: f.message}
}
