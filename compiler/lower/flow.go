package lower

import (
	"path"
	"slices"
	"strconv"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// flow lowers the body of one process or route.
type flow struct {
	*check.Program
	from  string         // the way to the package, where it was imported
	names map[string]int // step ids so far
	// regions are the ids of what a cancel may withdraw, cancels the steps whose
	// targets are filled in when all ids are known.
	regions map[syntax.Node]string
	cancels []withdrawal
	key     *expression.Tree
	message string     // the variable of a route that holds the message
	carries types.Type // of the message
	// undoes is the call whose compensation is being lowered.
	undoes *plan.Step
}

func (f *flow) place(s source.Span) plan.Place {
	return plan.Place(path.Join(f.from, f.Module.Place(s)))
}

// id gives a step its name.
func (f *flow) id(st syntax.Stmt, otherwise string) string {
	if n := st.ExplicitID(); n.Given() {
		otherwise = n.Text
	}
	return f.free(otherwise)
}

func (f *flow) free(name string) string {
	for {
		f.names[name]++
		n := f.names[name]
		if n == 1 {
			return name
		}
		if id := name + "#" + strconv.Itoa(n); f.names[id] == 0 {
			f.names[id] = 1
			return id
		}
	}
}

func (f *flow) steps(list []syntax.Stmt) []plan.Step {
	out := make([]plan.Step, len(list))
	for i, st := range list {
		f.step(&out[i], st)
	}
	return out
}

func (f *flow) block(b *syntax.Block) plan.Block {
	if b == nil {
		return plan.Block{Steps: []plan.Step{}}
	}
	return plan.Block{Steps: f.steps(b.Stmts)}
}

func (f *flow) tree(e syntax.Expr) *expression.Tree { return f.Trees[e] }

func (f *flow) trees(args *syntax.Args) []expression.Tree {
	var out []expression.Tree
	if args != nil {
		out = slices.Grow(out, len(args.List))
		for _, a := range args.List {
			out = append(out, *f.tree(a))
		}
	}
	return out
}

func (f *flow) step(s *plan.Step, st syntax.Stmt) {
	s.At = f.place(st.Span())
	defer func() { f.regions[st] = s.ID }()
	switch st := st.(type) {
	case *syntax.LetStmt:
		v := f.Variables[st]
		f.binds(s, v)
		f.assign(s, st, v.Plan, st.Action, st.Value)
	case *syntax.AssignStmt:
		v := f.Targets[st]
		f.binds(s, v)
		f.assign(s, st, "set "+v.Plan, st.Action, st.Value)
	case *syntax.CallStmt:
		f.call(s, st, f.id(st, st.Target.String()))
	case *syntax.TaskStmt:
		f.task(s, st, f.id(st, st.Name.Text))
	case *syntax.StartStmt:
		f.starts(s, st, "")
	case *syntax.SpawnStmt:
		f.start(s, st, f.id(st, st.Target.String()), st.Target, st.Args)
	case *syntax.AwaitStmt:
		f.await(s, st, f.id(st, "await"))
	case *syntax.SendStmt:
		f.send(s, st, st.Target, st.Args)
	case *syntax.ToStmt:
		f.send(s, st, st.Target, st.Args)
	case *syntax.FilterStmt:
		s.Kind, s.ID, s.Expr = plan.Filter, f.id(st, "filter"), f.tree(st.Cond)
	case *syntax.FailStmt:
		s.Kind, s.ID, s.Expr = plan.Fail, f.id(st, "fail"), f.tree(st.Fault)
		s.Type = s.Expr.Type
	case *syntax.ReturnStmt:
		s.Kind, s.ID = plan.Return, f.id(st, "return")
		if st.Value != nil {
			s.Expr = f.tree(st.Value)
		}
	case *syntax.WaitStmt:
		s.Kind, s.ID, s.Wait = plan.Wait, f.id(st, "wait"), &plan.WaitStep{}
		if _, known := check.DurationOf(st.For); known {
			s.Wait.DelayNs = delay(st.For)
		} else if st.Until != nil {
			s.Wait.Until = f.tree(st.Until)
		} else {
			s.Wait.For = f.tree(st.For)
		}
	default:
		if !f.telling(s, st) {
			f.branching(s, st)
		}
	}
}

// binds says which variable a step sets.
func (f *flow) binds(s *plan.Step, v *resolve.Variable) {
	s.Var, s.Type, s.Labels = v.Plan, v.Type, f.LabelNames(v)
}

func delay(e syntax.Expr) int64 {
	d, _ := check.DurationOf(e)
	return int64(d)
}

// assign lowers what stands to the right of =.
func (f *flow) assign(s *plan.Step, st syntax.Stmt, name string, action syntax.Action, value syntax.Expr) {
	s.ID = f.id(st, name)
	switch a := action.(type) {
	case nil:
		s.Kind, s.Expr = plan.Let, f.tree(value)
	case *syntax.CallStmt:
		f.call(s, a, s.ID)
	case *syntax.TaskStmt:
		f.task(s, a, s.ID)
	case *syntax.StartStmt:
		f.starts(s, a, s.ID)
	case *syntax.AwaitStmt:
		f.await(s, a, s.ID)
	}
}

func (f *flow) call(s *plan.Step, st *syntax.CallStmt, id string) {
	c := f.Calls[st]
	if c == nil {
		f.child(s, st, id)
		return
	}
	s.Kind, s.ID, s.Call = plan.Call, id, invocation(c)
	if s.Var != "" && s.Type.Kind == types.Invalid {
		s.Type = c.Operation.Result
	}
	if f.undoes != nil && f.undoes.Call.Endpoint == c.Endpoint.Name {
		s.Call.SameCloudAs = f.undoes.ID
	}
	s.Call.Catch = f.catches(st.Body.Catches())
	f.undo(s, st.Body)
}

// undo lowers the compensation of a call, an await or a scope.
func (f *flow) undo(s *plan.Step, body *syntax.Block) {
	undo := body.Compensate()
	if undo == nil {
		return
	}
	outer := f.undoes
	f.undoes = nil
	if s.Call != nil {
		f.undoes = s
	}
	b := f.block(undo)
	f.undoes = outer
	b.Reads = f.reads(&b, undo)
	s.Compensate = &b
}

// padded adds null for the optional parameters that were left out.
func padded(args []expression.Tree, params []types.Field) []expression.Tree {
	for len(args) < len(params) {
		args = append(args, expression.Tree{Op: expression.Literal, Type: types.Of(types.Null)})
	}
	return args
}

func (f *flow) task(s *plan.Step, st *syntax.TaskStmt, id string) {
	s.Kind, s.ID, s.Type = plan.Task, id, f.Forms[st]
	s.Task = &plan.TaskStep{Name: st.Name.Text, Role: f.Names[st].Full, Args: f.trees(st.Args)}
	if st.Args != nil {
		for i, a := range st.Args.List {
			s.Task.Shows = append(s.Task.Shows, shown(a, i))
		}
	}
	f.asked(s.Task, st)
	if due := st.Body.Find("due"); due != nil {
		s.Task.DueNs = delay(due.Expr())
	}
	if remind := st.Body.Find("remind"); remind != nil {
		s.Task.RemindNs = delay(remind.Phrases[0].Terms[1])
	}
	if escalate := st.Body.Find("escalate"); escalate != nil {
		p := escalate.Phrases[0] // to ROLE after TIME
		s.Task.EscalateTo, s.Task.EscalateNs = f.qualified(p.Terms[1]), delay(p.Terms[3])
	}
	if otherwise := st.Body.Else(); otherwise != nil {
		b := f.block(otherwise)
		s.Task.Else = &b
	}
}

// asked is what a task says beside its form and its role.
func (f *flow) asked(t *plan.TaskStep, st *syntax.TaskStmt) {
	a := f.Asked[st]
	t.Users, t.Groups, t.Priority = a.Users, a.Groups, a.Priority
	for _, list := range a.Labels {
		if len(list) > 0 {
			t.Labels = a.Labels
		}
	}
}

// qualified is the full name of a declaration that a setting names, of this package
// or behind the name of an import.
func (f *flow) qualified(e syntax.Expr) string {
	switch e := e.(type) {
	case *syntax.Ident:
		return f.Module.Package + "." + e.Name
	case *syntax.MemberExpr:
		if id, ok := e.X.(*syntax.Ident); ok {
			if s := f.Info.Lookup(id.Name); s != nil {
				return s.Full + "." + e.Name.Text
			}
		}
	}
	panic("lowering a name that the checker should have refused, at " + string(f.place(e.Span())))
}

// shown is the name under which a person sees an argument of a task.
func shown(e syntax.Expr, i int) string {
	switch e := e.(type) {
	case *syntax.Ident:
		return e.Name
	case *syntax.MemberExpr:
		return e.Name.Text
	}
	return "value" + strconv.Itoa(i+1)
}

func (f *flow) start(s *plan.Step, st syntax.Stmt, id string, target *syntax.Path, args *syntax.Args) {
	name := f.Names[st].Full
	s.Kind, s.ID = plan.Start, id
	s.Start = &plan.StartStep{Process: name, Args: f.trees(args)}
	if p := f.Signature(name); p != nil {
		s.Start.Args = padded(s.Start.Args, p.Params)
	}
}

func (f *flow) send(s *plan.Step, st syntax.Stmt, target *syntax.Path, args *syntax.Args) {
	s.Kind, s.ID = plan.Send, f.id(st, target.String())
	s.Send = &plan.SendStep{Channel: f.Names[st].Full}
	if list := f.trees(args); len(list) == 1 {
		s.Expr = &list[0]
		return
	}
	if c := f.Channel(s.Send.Channel); c != nil {
		s.Expr = &expression.Tree{Op: expression.Var, Type: c.Type, Name: f.message}
	}
}

// branching lowers the statements that have blocks.
func (f *flow) branching(s *plan.Step, st syntax.Stmt) {
	switch st := st.(type) {
	case *syntax.IfStmt:
		f.ifs(s, st)
	case *syntax.ForStmt:
		s.Kind, s.ID, s.Expr = plan.For, f.id(st, "for"), f.tree(st.In)
		if st.Parallel {
			j := f.Joins[st]
			s.Kind, s.Each, s.Join = plan.Each, &plan.EachStep{Width: f.tree(st.Width)}, &j
		}
		v := f.Variables[st]
		f.binds(s, v)
		s.Blocks = []plan.Block{f.block(st.Body)}
	case *syntax.WhileStmt:
		s.Kind, s.ID, s.Expr = plan.While, f.id(st, "while"), f.tree(st.Cond)
		s.Blocks = []plan.Block{f.block(st.Body)}
	case *syntax.MatchStmt:
		s.Kind, s.ID = plan.Match, f.id(st, "match")
		for _, arm := range st.Arms.List {
			var cond *expression.Tree
			if arm.Pattern != nil {
				cond = f.tree(arm.Pattern)
			}
			s.Arms = append(s.Arms, cond)
			s.Blocks = append(s.Blocks, f.armBlock(arm))
		}
	case *syntax.ParallelStmt:
		f.parallel(s, st)
	case *syntax.SelectStmt:
		f.selects(s, st)
	default:
		if !f.region(s, st) && !f.word(s, st) {
			panic("lowering a statement that the checker should have refused, at " + string(s.At))
		}
	}
}

// armBlock begins with the variable that the arm binds.
func (f *flow) armBlock(arm *syntax.MatchArm) plan.Block {
	v := f.Variables[arm]
	if v == nil {
		return f.block(arm.Body)
	}
	let := plan.Step{Kind: plan.Let, ID: f.free(v.Plan), At: f.place(arm.As.At), Expr: f.Bindings[arm]}
	f.binds(&let, v)
	return plan.Block{Steps: append([]plan.Step{let}, f.block(arm.Body).Steps...)}
}

// ifs lowers `else if` to an if in the else.
func (f *flow) ifs(s *plan.Step, st *syntax.IfStmt) {
	s.Kind, s.ID, s.Expr = plan.If, f.id(st, "if"), f.tree(st.Cond)
	s.Blocks = []plan.Block{f.block(st.Then)}
	last := s
	for _, e := range st.ElseIfs {
		inner := plan.Step{Kind: plan.If, ID: f.free("if"), At: f.place(e.Span()), Expr: f.tree(e.Cond), Blocks: []plan.Block{f.block(e.Then)}}
		last.Blocks = append(last.Blocks, plan.Block{Steps: []plan.Step{inner}})
		last = &last.Blocks[1].Steps[0]
	}
	if st.Else != nil {
		last.Blocks = append(last.Blocks, f.block(st.Else))
	}
}

// parallel lowers the condition of a branch to an if around it: a branch that is
// not taken is finished at once.
func (f *flow) parallel(s *plan.Step, st *syntax.ParallelStmt) {
	s.Kind, s.ID = plan.Parallel, f.id(st, "parallel")
	j := f.Joins[st]
	s.Join = &j
	s.Blocks = f.branches(s, st.Branches)
}

func (f *flow) branches(s *plan.Step, b *syntax.Branches) []plan.Block {
	var out []plan.Block
	for _, b := range b.List {
		block := plan.Block{Name: b.Name.Text}
		f.regions[b] = s.ID + "/" + b.Name.Text
		for _, n := range b.After {
			block.After = append(block.After, n.Text)
		}
		if b.When == nil {
			block.Steps = f.steps(b.Body.Stmts)
		} else {
			cond := plan.Step{Kind: plan.If, ID: f.free("if"), At: f.place(b.Span()), Expr: f.tree(b.When)}
			cond.Blocks = []plan.Block{f.block(b.Body)}
			block.Steps = []plan.Step{cond}
		}
		out = append(out, block)
	}
	return out
}

func (f *flow) selects(s *plan.Step, st *syntax.SelectStmt) {
	s.Kind, s.ID, s.Select = plan.Select, f.id(st, "select"), &plan.SelectStep{}
	for _, on := range st.Arms.Ons {
		s.Select.On = append(s.Select.On, f.on(on))
	}
	for _, a := range st.Arms.Afters {
		s.Select.After = append(s.Select.After, f.after(a))
	}
	if st.Arms.Else != nil {
		b := f.block(st.Arms.Else)
		s.Select.Else = &b
	}
}

func (f *flow) on(on *syntax.OnArm) plan.OnArm {
	arm := plan.OnArm{Transient: on.Transient, Handle: f.Handles[on]}
	if r := f.Receives[on]; r != nil {
		arm.Receive = r.Name
	}
	if sym := f.Names[on]; sym != nil && sym.Kind == resolve.Channel {
		arm.Channel = sym.Full
	} else if sym != nil {
		arm.Event = sym.Full
	}
	if v := f.Variables[on]; v != nil {
		arm.Var = v.Plan
	}
	if on.Where != nil {
		f.correlate(&arm, f.tree(on.Where))
	}
	arm.Block = f.arm(on.Body, on.Goto)
	return arm
}

func (f *flow) after(a *syntax.AfterArm) plan.AfterArm {
	return plan.AfterArm{DelayNs: delay(a.Delay), Block: f.arm(a.Body, a.Goto)}
}

// arm is the block of an arm, or a goto as a block.
func (f *flow) arm(b *syntax.Block, to syntax.Name) plan.Block {
	if !to.Given() {
		return f.block(b)
	}
	return plan.Block{Steps: []plan.Step{{Kind: plan.Goto, ID: f.free("goto " + to.Text), At: f.place(to.At), Name: to.Text}}}
}
