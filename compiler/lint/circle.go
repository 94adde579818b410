package lint

import (
	"cmp"
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
	calls    bool // between processes: it waits for the other one's end
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
		if from := readBy(r); from != "" && r.Facts != nil {
			ways = append(ways, onward(r, from)...)
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

// readBy is the channel or the event that a route reads, "" where it reads neither.
func readBy(r *check.Route) string { return cmp.Or(r.From, r.Event) }

// onward are the channels and events to which a route passes every message on.
func onward(r *check.Route, from string) []way {
	var out []way
	for _, st := range r.Decl.Body.Stmts {
		switch st.(type) {
		case *syntax.ToStmt, *syntax.SendStmt, *syntax.TapStmt, *syntax.PublishStmt:
			if to := r.Facts.Names[st]; to != nil && to.Full != from { // that one has its own remark
				out = append(out, way{from: from, to: to.Full, at: st.Span()})
			}
		}
		if holdsBack(st) {
			return out
		}
	}
	return out
}

// holdsBack says whether a word of a route may let a message go no further.
func holdsBack(st syntax.Stmt) bool {
	switch st.(type) {
	case *syntax.FilterStmt, *syntax.DedupeStmt, *syntax.SampleStmt, *syntax.AggregateStmt, *syntax.SplitStmt, *syntax.SlipStmt, *syntax.FailStmt, *syntax.EndStmt:
		return true
	}
	return false
}
