package check

import (
	"slices"
	"strconv"
	"time"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// branching checks the statements that have blocks.
func (f *flow) branching(s *resolve.Scope, st syntax.Stmt) bool {
	switch st := st.(type) {
	case *syntax.IfStmt:
		return f.ifs(s, st)
	case *syntax.ForStmt:
		f.loop(s, st)
	case *syntax.WhileStmt:
		f.unsettled(s, st.Body)
		f.tree(st.Cond, f.value(s, st.Cond, types.Of(types.Bool)))
		mark := f.know.mark()
		f.learn(s, st.Cond, true)
		f.rounds(s, st.Body)
		f.know.forget(mark)
		f.learn(s, st.Cond, false)
		return always(st.Cond)
	case *syntax.MatchStmt:
		return f.match(s, st)
	case *syntax.ParallelStmt:
		f.parallel(s, st)
	case *syntax.SelectStmt:
		return f.selects(s, st)
	case *syntax.RaceStmt:
		f.race(s, st)
	case *syntax.TryStmt:
		return f.try(s, st)
	case *syntax.ScopeStmt:
		return f.scope(s, st)
	case *syntax.CriticalStmt:
		return f.critical(s, st)
	case *syntax.InterleaveStmt:
		f.interleave(s, st)
	case *syntax.DuringStmt:
		return f.during(s, st)
	case *syntax.MachineStmt:
		return f.machine(s, st)
	default:
		f.routing(s, st)
	}
	return false
}

func (f *flow) ifs(s *resolve.Scope, st *syntax.IfStmt) bool {
	k, mark := f.fork(), f.know.mark()
	f.tree(st.Cond, f.value(s, st.Cond, types.Of(types.Bool)))
	holds := f.follows(s, st.Cond, true, nil)
	ends := f.along(k, func() bool { return f.taken(s, st.Cond, st.Then) })
	f.learn(s, st.Cond, false)
	for _, e := range st.ElseIfs {
		holds = nil
		f.tree(e.Cond, f.value(s, e.Cond, types.Of(types.Bool)))
		ends = f.along(k, func() bool { return f.taken(s, e.Cond, e.Then) }) && ends
		f.learn(s, e.Cond, false)
	}
	var behind []fact // what is known where the paths meet
	if ends {
		behind = slices.Clone(f.know.facts[mark:])
	}
	if st.Else != nil {
		if f.along(k, func() bool { return f.block(s, st.Else) }) {
			behind = append(behind, holds...)
		} else {
			ends = false
		}
	}
	f.know.forget(mark)
	f.know.facts = append(f.know.facts, behind...)
	f.meet(k, st.Else == nil)
	return ends && st.Else != nil
}

// taken checks a condition, and the block that runs where it holds.
func (f *flow) taken(s *resolve.Scope, cond syntax.Expr, then *syntax.Block) bool {
	mark := f.know.mark()
	f.learn(s, cond, true)
	ends := f.block(s, then)
	f.know.forget(mark)
	return ends
}

func (f *flow) loop(s *resolve.Scope, st *syntax.ForStmt) {
	var items typed
	if r, ok := st.In.(*syntax.RangeExpr); ok {
		items = f.between(s, r)
		f.countable(&items, r)
	} else {
		items = f.value(s, st.In, none)
	}
	f.tree(st.In, items)
	v := &resolve.Variable{Name: st.Var.Text, At: st.Var.At, Labels: items.labels, Fixed: "the item of a loop"}
	switch items.Type.Kind {
	case types.List:
		v.Type = *items.Type.Elem
	case types.JSON:
		v.Type = items.Type
	case types.Invalid:
	default:
		f.errorf(CodeMismatch, st.In.Span(), "a list is wanted and this is %s", f.show(items.Type))
	}
	inner := s.Inner()
	f.declareIn(inner, st, v)
	f.unsettled(s, st.Body)
	if st.Parallel {
		f.each(s, inner, st)
		return
	}
	if st.Join != nil {
		f.report(diag.Errorf(CodeJoin, st.Join.Span(), "the rounds of this loop come one after the other, and there is nothing to join").
			WithHelp("write for %s in ... parallel { ... }", st.Var.Text))
	}
	f.rounds(inner, st.Body)
}

// rounds checks the body of a loop.
func (f *flow) rounds(s *resolve.Scope, body *syntax.Block) {
	k := f.fork()
	f.again(func() { f.along(k, func() bool { return f.block(s, body) }) })
	f.meet(k, true)
}

// always says that a loop has no end: nothing leaves it but return and fail.
func always(cond syntax.Expr) bool {
	lit, ok := cond.(*syntax.Literal)
	return ok && lit.Kind == syntax.BoolLiteral && lit.Raw == "true"
}

func (f *flow) parallel(s *resolve.Scope, st *syntax.ParallelStmt) {
	n := branchesOf(st.Branches)
	if n == 0 {
		f.errorf(CodeJoin, st.Span(), "parallel has no branch")
		return
	}
	f.branches(s, st.Branches, map[*resolve.Variable]*syntax.Branch{})
	f.Joins[st] = f.join(s, st.Join, n)
	f.alone(st.Branches)
}

func (f *flow) branch(s *resolve.Scope, b *syntax.Branch, names map[string]syntax.Name, set map[*resolve.Variable]*syntax.Branch) (ends bool) {
	if first, ok := names[b.Name.Text]; ok && b.Name.Given() {
		f.report(diag.Errorf(resolve.CodeDuplicate, b.Name.At, "two branches are named %s", b.Name.Text).WithNote(first.At, "the first one"))
	}
	names[b.Name.Text] = b.Name
	if b.When != nil {
		f.tree(b.When, f.value(s, b.When, types.Of(types.Bool)))
	}
	mark := f.know.mark()
	if b.When != nil {
		f.learn(s, b.When, true)
	}
	ends = f.block(s, b.Body)
	f.know.forget(mark)
	if set != nil {
		f.races(s, b, set)
	}
	return ends
}

// races reports a variable that two branches set: which value is left would
// depend on which of them is faster.
func (f *flow) races(s *resolve.Scope, b *syntax.Branch, set map[*resolve.Variable]*syntax.Branch) {
	syntax.Inspect(b.Body, func(n syntax.Node) bool {
		a, ok := n.(*syntax.AssignStmt)
		if !ok {
			return true
		}
		v := f.Targets[a]
		if v == nil || s.Find(v.Name) != v {
			return true
		}
		if first := set[v]; first != nil && first != b {
			f.report(diag.Errorf(CodeRace, a.Target.Span(), "two branches set %s", v.Name).
				WithNote(first.Name.At, "this branch does so too").WithNote(v.At, "declared here").
				WithHelp("give each branch a variable of its own"))
		}
		set[v] = b
		return true
	})
}

// duration checks that a delay is a duration that is known before anything runs.
func (f *flow) duration(e syntax.Expr) {
	if _, ok := DurationOf(e); !ok {
		f.errorf(CodeDuration, spanOf(e), "a duration is wanted here, such as 5m")
	}
}

// DurationOf is the length of a duration literal.
func DurationOf(e syntax.Expr) (time.Duration, bool) {
	lit, ok := e.(*syntax.Literal)
	if !ok || lit.Kind != syntax.DurationLiteral {
		return 0, false
	}
	return parseDuration(lit.Raw)
}

func (f *flow) wait(s *resolve.Scope, st *syntax.WaitStmt) {
	if _, known := DurationOf(st.For); known {
		return
	}
	if st.Until != nil {
		f.tree(st.Until, f.value(s, st.Until, types.Of(types.Timestamp)))
	} else {
		t := f.value(s, st.For, types.Of(types.Duration))
		f.tree(st.For, t)
		f.ahead(&t, st.For)
	}
	if f.timed {
		f.report(diag.Errorf(CodeUnbounded, st.Span(), "nobody knows how long this waits, and the sla promises completion").
			WithHelp("wait for a duration that is written out, or in a select with after"))
	}
}

// task checks a human work item; form is the type of what it gives.
func (f *flow) task(s *resolve.Scope, st *syntax.TaskStmt, form types.Type, bound bool) {
	f.Forms[st] = form
	if f.in.compensation {
		f.errorf(CodePlace, st.Span(), "a compensation cannot wait for a person")
	}
	asked := &Asked{}
	f.Asked[st] = asked
	if st.Args != nil {
		for _, a := range st.Args.List {
			t := f.value(s, a, none)
			f.tree(a, t)
			asked.shows(f, &t)
		}
	}
	var b block
	if st.Body != nil {
		b = f.settings("a task", taskSettings, st.Body.Settings, st.Name.At)
	} else {
		b = f.settings("a task", taskSettings, nil, st.Name.At)
	}
	if v, ok := b.first("role"); ok {
		f.Names[st] = v.symbol
	}
	asked.settings(f, s, b)
	due := b.at("due") != nil
	f.onlyUndoes(st.Body)
	otherwise := st.Body.Else()
	switch {
	case due && otherwise == nil:
		d := diag.Errorf(CodeNoElse, st.Name.At, "the task does not say what happens when nobody decides in time").WithHelp("add else { ... }")
		if f.result.Kind == types.Void && f.nested == 0 && !f.in.compensation {
			d = extended(d, st.Span(), st.Body, "else { return }")
		}
		f.report(d)
	case !due && otherwise != nil:
		f.report(diag.Errorf(CodeSettingMissing, st.Name.At, "the else of the task never runs without due").WithHelp("add due: 2d"))
	case !due && f.timed:
		f.report(diag.Errorf(CodeUnbounded, st.Name.At, "this may wait for ever, and the sla promises completion").
			WithHelp("add due: 2d and else { ... }"))
	}
	if otherwise != nil {
		k := f.fork()
		ends := f.along(k, func() bool { return f.block(s, otherwise) })
		f.meet(k, true)
		if !ends && bound {
			f.report(diag.Errorf(CodeUnassigned, otherwise.Span(), "nothing was decided when this block ends, and what follows needs the decision").
				WithHelp("end the block with return or fail"))
		}
	}
}

// onlyUndoes reports the catches of a task, which raises nothing.
func (f *flow) onlyUndoes(b *syntax.Block) {
	if b == nil {
		return
	}
	for _, cl := range b.Clauses {
		if c, ok := cl.(*syntax.CatchClause); ok {
			f.report(diag.Errorf(CodePlace, c.Span(), "a task raises nothing that could be caught").
				WithHelp("what the person decides is the value of the task: let d: Decision = task ...; what happens when nobody does stands in else { ... }"))
		}
	}
}

func (f *flow) start(s *resolve.Scope, st syntax.Stmt, target *syntax.Path, args *syntax.Args, body *syntax.Block) {
	if body != nil && len(body.Settings)+len(body.Clauses) > 0 {
		f.report(diag.Errorf(CodePlace, body.Span(), "the start of a process has no settings and catches nothing").
			WithHelp("write catch and compensate into the await: let x = await h { ... }"))
	}
	sym := f.only(target, "process", resolve.Process)
	if sym == nil {
		f.argsQuietly(s, args)
		return
	}
	f.Names[st] = sym
	if p := f.signature(sym.Full); p != nil {
		list := f.arguments(s, target, args, p.Params)
		f.lawfulArgs(p.Name, args, p.Params, list)
		for i, t := range list {
			f.keeps(&t, f.labels.of(p.Params[i].Labels), args.List[i].Span(), "the parameter "+p.Params[i].Name)
		}
	}
}

func (f *flow) argsQuietly(s *resolve.Scope, args *syntax.Args) {
	if args != nil {
		for _, a := range args.List {
			f.expr(s, a, lost)
		}
	}
}

// arguments checks arguments against parameters and keeps their trees.
func (c *checker) arguments(s *resolve.Scope, target syntax.Node, args *syntax.Args, params []types.Field) []typed {
	var list []syntax.Expr
	if args != nil {
		list = args.List
	}
	if len(list) > len(params) || len(list) < required(params) {
		d := diag.Errorf(CodeArguments, target.Span(), "%s takes %s and gets %d", target.Span().Text(), arity(params), len(list)).
			WithHelp("%s", signature(c, target.Span().Text(), params))
		c.report(c.counted(d, args, params))
		for _, a := range list {
			c.expr(s, a, lost)
		}
		return nil
	}
	out := make([]typed, 0, len(list))
	for i, a := range list {
		t := c.valueFor(s, a, wanted(params[i].Type), params[i].Name)
		if !t.invalid() {
			tree := t.Tree
			c.Trees[a] = &tree
		}
		out = append(out, t)
	}
	return out
}

// arity says how many arguments parameters take: "1 argument", "1 to 3 arguments".
func arity(params []types.Field) string {
	if least := required(params); least < len(params) {
		return strconv.Itoa(least) + " to " + counted(len(params), "argument")
	}
	return counted(len(params), "argument")
}

// required is how many parameters have to be given: the optional ones at the end
// may be left out.
func required(params []types.Field) int {
	n := len(params)
	for n > 0 && params[n-1].Type.Kind == types.Optional {
		n--
	}
	return n
}

func signature(c *checker, name string, params []types.Field) string {
	out := name + "("
	for i, p := range params {
		if i > 0 {
			out += ", "
		}
		out += p.Name + ": " + c.show(p.Type)
	}
	return out + ")"
}

func (f *flow) send(s *resolve.Scope, st syntax.Stmt, target *syntax.Path, args *syntax.Args) {
	sym := f.only(target, "channel", resolve.Channel)
	if sym == nil {
		f.argsQuietly(s, args)
		return
	}
	f.Names[st] = sym
	ch := f.Channel(sym.Full)
	if ch == nil {
		return
	}
	if args == nil && f.route && f.in.message == nil {
		return // what is missing is where messages come from
	}
	if args == nil && f.in.message != nil {
		f.in.message.Used = true
		message := expression.Tree{Op: expression.Var, Type: f.in.message.Type}
		t := f.fit(typed{message, f.in.message.Labels}, ch.Type, target.Span())
		f.keeps(&t, 0, target.Span(), "the channel "+sym.Name)
		return
	}
	for _, t := range f.arguments(s, target, args, []types.Field{{Name: "message", Type: ch.Type}}) {
		f.keeps(&t, 0, args.Span(), "the channel "+sym.Name)
	}
}
