package lint

import (
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// itself remarks a process that starts or calls itself whatever happens: one
// instance makes another one without end.
func (p *pass) itself(d *syntax.ProcessDecl) {
	for _, st := range everyRun(d.Body.Stmts) {
		target, calls := asked(st)
		if target != nil && target.String() == d.Name.Text {
			what, help := "starts", "start"
			if calls {
				what, help = "calls", "call"
			}
			p.report(diag.Warningf(CodeForever, target.Span(), "every instance of %s %s one more, without end", d.Name.Text, what).
				WithHelp("%s it under a condition", help))
			return
		}
		if mayEnd(st) {
			return
		}
	}
}

// Circles remembers between readings of a package what each of its processes starts or calls, so
// that an edit costs the reading of what it changed. The zero value knows nothing.
type Circles struct {
	known map[*check.Process][]way
}

// spareProcesses is how many processes of earlier texts are remembered at least before all are forgotten.
const spareProcesses = 256

// asks is what asks gives for each process, in their order.
func (c *Circles) asks(all []*check.Process) []way {
	if len(c.known) > 2*len(all)+spareProcesses {
		c.known = nil
	}
	if c.known == nil {
		c.known = make(map[*check.Process][]way, len(all))
	}
	var ways []way
	for _, x := range all {
		if x.Facts == nil {
			continue
		}
		of, read := c.known[x]
		if !read {
			of = asks(x)
			c.known[x] = of
		}
		ways = append(ways, of...)
	}
	return ways
}

// eachOther remarks processes that start or call each other whatever happens.
func (p *pass) eachOther(known *Circles) {
	ways := known.asks(p.Processes)
	for _, c := range rounds(ways, anyWay) {
		verb := "start"
		if slices.ContainsFunc(c, func(w way) bool { return w.calls }) {
			verb = "call"
			if slices.ContainsFunc(c, func(w way) bool { return !w.calls }) {
				verb = "start and call"
			}
		}
		d := diag.Warningf(CodeForever, c[len(c)-1].at, "these %s each other without end: %s", verb, names(c))
		for _, w := range c[:len(c)-1] {
			does := "starts"
			if w.calls {
				does = "calls"
			}
			d = d.WithNote(w.at, "%s %s %s here", short(w.from), does, short(w.to))
		}
		p.report(d.WithHelp("let one of them do it under a condition"))
	}
}

// asks are the ways to the processes that every instance of one starts or calls. What
// fails before a start ends the circle in peace; before a call it only makes all those
// fail that wait.
func asks(x *check.Process) []way {
	var out []way
	list := everyRun(x.Decl.Body.Stmts)
	passed, left := 0, false // only what stands before a start or call is looked into: most processes have none
	for n, st := range list {
		target, calls := asked(st)
		if target == nil {
			continue
		}
		to := x.Facts.Names[action(st)]
		if to == nil || to.Full == x.Name {
			continue
		}
		if slices.ContainsFunc(list[passed:n], mayEnd) {
			break
		}
		left = left || slices.ContainsFunc(list[passed:n], leavesFlow)
		passed = n
		if calls || !left {
			out = append(out, way{x.Name, to.Full, target.Span(), calls})
		}
	}
	return out
}

// everyRun are the statements of a list that run in every instance, so long as none before
// ends it, those in scopes and branches among them.
func everyRun(list []syntax.Stmt) []syntax.Stmt {
	var out []syntax.Stmt
	for _, st := range list {
		switch x := st.(type) {
		case *syntax.ScopeStmt:
			if len(x.Body.Clauses) == 0 {
				out = append(out, everyRun(x.Body.Stmts)...)
				continue
			}
		case *syntax.ParallelStmt:
			for _, b := range x.Branches.List {
				if b.When == nil && len(b.After) == 0 && len(b.Body.Clauses) == 0 {
					out = append(out, everyRun(b.Body.Stmts)...)
				}
			}
		}
		out = append(out, st)
	}
	return out
}

// mayEnd says whether a statement may end the instance in peace before what follows.
func mayEnd(st syntax.Stmt) bool {
	return has(st, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.ReturnStmt, *syntax.FailStmt, *syntax.EndStmt, *syntax.ContinueStmt, *syntax.CancelStmt:
			return true
		}
		return false
	})
}

// leavesFlow says whether a statement may end the flow before what follows, with a fault
// of what it asks for too: after it nothing happens in every run.
func leavesFlow(st syntax.Stmt) bool {
	return mayEnd(st) || has(st, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.CallStmt, *syntax.AwaitStmt:
			return true
		}
		return false
	})
}

func has(st syntax.Stmt, what func(syntax.Node) bool) bool {
	found := false
	syntax.Inspect(st, func(n syntax.Node) bool {
		found = found || what(n)
		return !found
	})
	return found
}

// action is what a statement does to have a value, or the statement itself.
func action(st syntax.Stmt) syntax.Stmt {
	switch st := st.(type) {
	case *syntax.LetStmt:
		if st.Action != nil {
			return st.Action
		}
	case *syntax.AssignStmt:
		if st.Action != nil {
			return st.Action
		}
	}
	return st
}

// asked is what a statement starts or calls, nil for the others and for a call that
// goes on when there is a fault.
func asked(st syntax.Stmt) (target *syntax.Path, calls bool) {
	switch st := action(st).(type) {
	case *syntax.StartStmt:
		return st.Target, false
	case *syntax.SpawnStmt:
		return st.Target, false
	case *syntax.CallStmt:
		if len(st.Body.Catches()) == 0 {
			return st.Target, true
		}
	}
	return nil, false
}
