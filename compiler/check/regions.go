package check

import (
	"slices"
	"strconv"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// Part is what only some kinds of statements have.
type Part struct {
	Call   *Call       // of a start of an operation, of a report that is sent
	Target syntax.Node // of a cancel: a statement or a branch; nil is the instance
	Report *plan.ReportStep
	Stream *plan.StreamStep
	Wait   *plan.WaitStep
	Slip   []string
}

// regions are the names that cancel, during and after may mean.
type regions struct {
	named      map[string]syntax.Node // statements and branches
	milestones map[string]syntax.Name
}

// regionsOf reads the names of a body before it is checked: a cancel may stand
// before what it withdraws.
func regionsOf(b *syntax.Block) regions {
	r := regions{map[string]syntax.Node{}, map[string]syntax.Name{}}
	note := func(n syntax.Name, what syntax.Node) {
		if _, seen := r.named[n.Text]; !seen && n.Given() {
			r.named[n.Text] = what
		}
	}
	syntax.Inspect(b, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Branch:
			note(n.Name, n)
		case *syntax.ScopeStmt:
			note(n.Name, n)
		case *syntax.MachineStmt:
			note(n.Name, n)
		case *syntax.LetStmt:
			if n.Action != nil {
				note(n.Name, n)
			}
		case *syntax.MilestoneStmt:
			if _, seen := r.milestones[n.Name.Text]; !seen {
				r.milestones[n.Name.Text] = n.Name
			}
		}
		if st, ok := n.(syntax.Stmt); ok {
			note(st.ExplicitID(), st)
		}
		_, value := n.(syntax.Expr)
		return !value // in which no statement stands
	})
	return r
}

// cancel checks that there is something of that name; it says whether the flow
// ends here, because the statement withdraws what it stands in.
func (f *flow) cancel(st *syntax.CancelStmt) bool {
	if f.in.compensation {
		f.errorf(CodePlace, st.Span(), "a compensation cannot withdraw anything")
	}
	f.Parts[st] = &Part{}
	if st.Name.Text == "process" {
		f.canFail()
		return true
	}
	target := f.regions.named[st.Name.Text]
	if target == nil {
		var names []string
		for name := range f.regions.named {
			names = append(names, name)
		}
		slices.Sort(names)
		f.report(resolve.Unknown(st.Name.At, "step, scope or branch", st.Name.Text, names))
		return false
	}
	f.Parts[st].Target = target
	at := target.Span()
	if in := st.Span(); at.Start() <= in.Start() && in.End() <= at.End() {
		if f.left == nil {
			f.left = map[syntax.Node]bool{}
		}
		f.left[target] = true
		return true
	}
	return false
}

// critical checks a critical section.
func (f *flow) critical(s *resolve.Scope, st *syntax.CriticalStmt) bool {
	if first, ok := f.inside[st.Name.Text]; ok {
		f.report(diag.Errorf(CodeDeadlock, st.Name.At, "this waits for itself to leave the section %s", st.Name.Text).
			WithNote(first.At, "it is entered here").WithHelp("leave the inner critical away, or give it another name"))
	}
	outer := f.inside
	f.inside = map[string]syntax.Name{st.Name.Text: st.Name}
	for name, at := range outer {
		f.inside[name] = at
	}
	ends := f.block(s, st.Body)
	f.inside = outer
	return ends
}

// during checks a block that runs while a milestone holds.
func (f *flow) during(s *resolve.Scope, st *syntax.DuringStmt) bool {
	if _, ok := f.regions.milestones[st.Milestone.Text]; !ok {
		var names []string
		for name := range f.regions.milestones {
			names = append(names, name)
		}
		slices.Sort(names)
		f.report(resolve.Unknown(st.Milestone.At, "milestone", st.Milestone.Text, names))
	}
	k := f.fork()
	ends := f.along(k, func() bool { return f.block(s, st.Body) })
	if st.Else != nil {
		ends = f.along(k, func() bool { return f.block(s, st.Else) }) && ends
	}
	f.meet(k, true)
	return ends && st.Else != nil
}

// race checks branches of which one wins. What the others set is forgotten, so
// they may set the same variables.
func (f *flow) race(s *resolve.Scope, st *syntax.RaceStmt) {
	if n := branchesOf(st.Branches); n < 2 {
		f.errorf(CodeJoin, st.Span(), "a race has at least two branches, this has %d", n)
		return
	}
	f.branches(s, st.Branches, nil)
	f.alone(st.Branches)
}

// alone reports an order of branches that run at once.
func (f *flow) alone(b *syntax.Branches) {
	for _, x := range b.List {
		if len(x.After) > 0 {
			f.report(diag.Errorf(CodePlace, x.After[0].At, "branches that run at once have no order").WithHelp("write interleave instead, or one statement after the other"))
		}
	}
}

func branchesOf(b *syntax.Branches) int {
	if b == nil {
		return 0
	}
	return len(b.List)
}

// branches checks blocks that run side by side or one at a time; set notes which
// of them set which variable, nil where that does not matter.
func (f *flow) branches(s *resolve.Scope, b *syntax.Branches, set map[*resolve.Variable]*syntax.Branch) {
	outer := f.in
	f.in.branch, f.in.confined = true, true
	names := map[string]syntax.Name{}
	f.together(s, b, func() {
		f.again(func() {
			for _, br := range b.List {
				f.branch(s, br, names, set)
			}
		})
	})
	f.in = outer
}

// interleave checks branches that run one at a time.
func (f *flow) interleave(s *resolve.Scope, st *syntax.InterleaveStmt) {
	if branchesOf(st.Branches) == 0 {
		f.errorf(CodeJoin, st.Span(), "interleave has no branch")
		return
	}
	f.branches(s, st.Branches, nil)
	after := map[string][]syntax.Name{}
	var names []string
	for _, b := range st.Branches.List {
		after[b.Name.Text] = b.After
		names = append(names, b.Name.Text)
	}
	for _, b := range st.Branches.List {
		for _, n := range b.After {
			if !slices.Contains(names, n.Text) {
				f.report(resolve.Unknown(n.At, "branch", n.Text, names))
			} else if reaches(after, n.Text, b.Name.Text, nil) {
				f.report(diag.Errorf(CodeDeadlock, n.At, "%s waits for %s, and that waits for %s", b.Name.Text, n.Text, b.Name.Text).
					WithHelp("one of them has to come first"))
				return
			}
		}
	}
}

// reaches says whether a branch comes after another, directly or not.
func reaches(after map[string][]syntax.Name, from, to string, seen []string) bool {
	if from == to {
		return true
	}
	if slices.Contains(seen, from) {
		return false
	}
	return slices.ContainsFunc(after[from], func(n syntax.Name) bool { return reaches(after, n.Text, to, append(seen, from)) })
}

// each checks a loop whose rounds run at once.
func (f *flow) each(s, inner *resolve.Scope, st *syntax.ForStmt) {
	if st.Width != nil {
		t := f.value(s, st.Width, types.Of(types.Int))
		f.tree(st.Width, t)
		f.width(&t, st.Width)
	}
	outer := f.in
	f.in.branch, f.in.confined = true, true
	f.rounds(inner, st.Body)
	f.in = outer
	f.gathers(s, st)
	f.Joins[st] = f.join(s, st.Join, 0)
}

// join checks how many of the branches are waited for; 0 branches are rounds of a
// loop, of which nobody knows how many there are.
func (f *flow) join(s *resolve.Scope, st *syntax.Join, branches int) plan.Join {
	var j plan.Join
	if st == nil {
		return j
	}
	word := ""
	lit, number := st.Count.(*syntax.Literal)
	id, named := st.Count.(*syntax.Ident)
	switch {
	case st.When != nil:
		if t := f.value(s, st.When, types.Of(types.Bool)); !t.invalid() {
			j.When = &t.Tree
		}
		word = "all"
	case number && lit.Kind == syntax.IntLiteral:
		n, err := strconv.Atoi(lit.Raw)
		if err != nil || n < 1 || branches > 0 && n > branches {
			limit := "at least 1"
			if branches > 0 {
				limit = "from 1 to " + strconv.Itoa(branches)
			}
			f.report(diag.Errorf(CodeJoin, lit.Span(), "a join needs %s branches", limit).
				WithFix(lit.Span(), strconv.Itoa(max(1, min(n, branches)))).AsDraft())
		}
		j.Need, word = n, "all"
	case named:
		word = id.Name
	}
	switch word {
	case "all":
	case "any":
		j.Need = 1
	default:
		f.counted(s, st, branches, &j)
	}
	switch st.Rest.Text {
	case "", "cancel":
	case "keep":
		j.Keep = true
	}
	if branches > 0 && j.Need == branches {
		j.Need = 0
	}
	return j
}

// counted checks a join whose number is known only when it is reached.
func (f *flow) counted(s *resolve.Scope, st *syntax.Join, branches int, j *plan.Join) {
	if branches > 0 || st.Count == nil {
		f.errorf(CodeJoin, st.Span(), "a join is all, any or a number of branches")
		return
	}
	if t := f.value(s, st.Count, types.Of(types.Int)); !t.invalid() {
		j.Count = &t.Tree
	}
}

// gathers reports variables that rounds set in a way in which the rounds would
// overwrite each other. Adding to what is there is no such way.
func (f *flow) gathers(s *resolve.Scope, st *syntax.ForStmt) {
	outside := func(n syntax.Node) (a *syntax.AssignStmt, v *resolve.Variable) {
		if a, _ = n.(*syntax.AssignStmt); a != nil {
			v = f.Targets[a]
		}
		if v == nil || s.Find(v.Name) != v {
			return nil, nil
		}
		return a, v
	}
	syntax.Inspect(st.Body, func(n syntax.Node) bool {
		if race, ok := n.(*syntax.RaceStmt); ok {
			// Who wins sets it to what it was when the race began, and more.
			syntax.Inspect(race, func(n syntax.Node) bool {
				if a, v := outside(n); v != nil {
					f.report(diag.Errorf(CodeRace, a.Target.Span(), "several rounds set %s at once", v.Name).WithNote(v.At, "declared here").
						WithHelp("set a variable of the round in the race, and add it to %s behind the race", v.Name))
				}
				return true
			})
			return false
		}
		a, v := outside(n)
		if v == nil {
			return true
		}
		if sum, ok := a.Value.(*syntax.BinaryExpr); ok && sum.Op == "+" {
			if id, ok := sum.X.(*syntax.Ident); ok && id.Name == v.Name {
				return true
			}
		}
		f.report(diag.Errorf(CodeRace, a.Target.Span(), "several rounds set %s at once", v.Name).WithNote(v.At, "declared here").
			WithHelp("add to it: %s = %s + ...; for a list %s + [x]", v.Name, v.Name, v.Name))
		return true
	})
}

// ends checks `end`, which completes the instance from wherever it stands.
func (f *flow) ends(s *resolve.Scope, st *syntax.EndStmt) {
	if f.in.compensation || f.in.final {
		f.errorf(CodePlace, st.Span(), "what tidies up cannot end the process")
		return
	}
	if f.route {
		if st.Value != nil {
			f.errorf(CodePlace, st.Value.Span(), "a route gives nothing back")
		}
		return
	}
	f.complete(s, st, st.Value)
}

// continues checks `continue with P(args)`.
func (f *flow) continues(s *resolve.Scope, st *syntax.ContinueStmt) {
	switch {
	case f.route:
		f.errorf(CodePlace, st.Span(), "a route handles one message and does not go on")
	case f.in.compensation || f.in.final:
		f.errorf(CodePlace, st.Span(), "what tidies up cannot go on as another process")
	case f.in.branch:
		f.report(diag.Errorf(CodePlace, st.Span(), "a branch cannot go on as another process").WithHelp("set a variable in the branch, and go on behind the join"))
	}
	f.start(s, st, st.Target, st.Args, nil)
	sym := f.Names[st]
	if sym == nil || f.signature(sym.Full) == nil {
		return
	}
	p := f.signature(sym.Full)
	if !f.route && !f.Universe.Assignable(p.Result, f.result) && p.Result.Kind != f.result.Kind {
		f.report(f.mismatch(p.Result, f.result, st.Target.Span()))
	}
	for _, fault := range p.Raises {
		f.raise(fault, st.Target.Parts[0], st.Target.String()+" raises")
	}
}
