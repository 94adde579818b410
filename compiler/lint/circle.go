package lint

import (
	"slices"
	"strings"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/source"
	"github.com/cob-lang/cob/lang/syntax"
)

// way leads from one channel, section or process to another.
type way struct {
	from, to string
	at       source.Span
}

// rounds gives the circles of at least two ways, each once and beginning with its
// least name. May says whether a way can follow another one in a circle.
func rounds(ways []way, may func(before []way, next way) bool) [][]way {
	var out [][]way
	var known []string
	steps := 0
	var walk func(path []way)
	walk = func(path []way) {
		if steps++; steps > maxSteps {
			return
		}
		last := path[len(path)-1]
		for _, next := range ways {
			if next.from != last.to || next.to < path[0].from || len(out) == maxCircles {
				continue
			}
			if slices.ContainsFunc(path, func(w way) bool { return w.from == next.from || w.to == next.to }) || !may(path, next) {
				continue
			}
			longer := append(slices.Clip(path), next)
			if next.to != path[0].from {
				walk(longer)
				continue
			}
			if name := names(longer); !slices.Contains(known, name) {
				known, out = append(known, name), append(out, longer)
			}
		}
	}
	for _, w := range ways {
		if w.from < w.to && len(ways) <= maxWays {
			walk([]way{w})
		}
	}
	return out
}

// Limits of the search for circles.
const (
	maxWays    = 1000
	maxCircles = 20
	// maxSteps bounds the search: between channels that all lead to each other there are
	// more ways round than anybody could look at.
	maxSteps = 5000
)

// names is a circle as text: a to b to a.
func names(circle []way) string {
	parts := []string{short(circle[0].from)}
	for _, w := range circle {
		parts = append(parts, short(w.to))
	}
	return strings.Join(parts, " to ")
}

func anyWay([]way, way) bool { return true }

// routesRound remarks messages that routes send round in a circle.
func (p *pass) routesRound() {
	var ways []way
	for _, r := range p.Routes {
		if r.From != "" && r.Facts != nil {
			ways = append(ways, onward(r)...)
		}
	}
	for _, c := range rounds(ways, anyWay) {
		d := diag.Warningf(CodeGoesRound, c[len(c)-1].at, "every message goes round for ever: %s", names(c))
		for _, w := range c[:len(c)-1] {
			d = d.WithNote(w.at, "%s goes on to %s here", short(w.from), short(w.to))
		}
		p.report(d.WithHelp("let one of the routes filter, or send it elsewhere"))
	}
}

// onward are the channels to which a route passes every message on.
func onward(r *check.Route) []way {
	var out []way
	for _, st := range r.Decl.Body.Stmts {
		switch st.(type) {
		case *syntax.ToStmt, *syntax.SendStmt, *syntax.TapStmt:
			if to := r.Facts.Names[st]; to != nil && to.Full != r.From { // that one has its own remark
				out = append(out, way{r.From, to.Full, st.Span()})
			}
		case *syntax.FilterStmt, *syntax.DedupeStmt, *syntax.SampleStmt, *syntax.AggregateStmt, *syntax.SplitStmt, *syntax.SlipStmt, *syntax.FailStmt, *syntax.EndStmt:
			return out
		}
	}
	return out
}

// startsRound remarks processes that start each other whatever happens.
func (p *pass) startsRound() {
	var ways []way
	for _, x := range p.Processes {
		passed := 0 // only what stands before a start is looked into: most processes have none
		for n, st := range x.Decl.Body.Stmts {
			target := started(st)
			if target == nil || x.Facts == nil {
				continue
			}
			if slices.ContainsFunc(x.Decl.Body.Stmts[passed:n], leavesFlow) {
				break
			}
			passed = n
			if to := x.Facts.Names[startOf(st)]; to != nil && to.Full != x.Name {
				ways = append(ways, way{x.Name, to.Full, target.Span()})
			}
		}
	}
	for _, c := range rounds(ways, anyWay) {
		d := diag.Warningf(CodeForever, c[len(c)-1].at, "these start each other without end: %s", names(c))
		for _, w := range c[:len(c)-1] {
			d = d.WithNote(w.at, "%s starts %s here", short(w.from), short(w.to))
		}
		p.report(d.WithHelp("start one of them under a condition"))
	}
}

// leavesFlow says whether a statement may end the flow before what follows: after it nothing
// happens in every run.
func leavesFlow(st syntax.Stmt) bool {
	found := false
	syntax.Inspect(st, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.ReturnStmt, *syntax.FailStmt, *syntax.EndStmt, *syntax.ContinueStmt, *syntax.CancelStmt, *syntax.CallStmt, *syntax.AwaitStmt:
			found = true
		}
		return !found
	})
	return found
}

// startOf is the statement that starts something, or the one itself.
func startOf(st syntax.Stmt) syntax.Stmt {
	if l, ok := st.(*syntax.LetStmt); ok && l.Action != nil {
		return l.Action
	}
	return st
}

// started is what a statement starts, nil for the others.
func started(st syntax.Stmt) *syntax.Path {
	switch st := startOf(st).(type) {
	case *syntax.StartStmt:
		return st.Target
	case *syntax.SpawnStmt:
		return st.Target
	}
	return nil
}
