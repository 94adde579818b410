package lint

import (
	"slices"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
)

// sameEvent remarks two branches that wait for one event: an instance takes it once,
// so one of them waits in vain. Of a channel each message is one for itself.
func (p *pass) sameEvent(st *syntax.ParallelStmt) {
	if st.Branches == nil {
		return
	}
	var before []*syntax.OnArm
	for _, b := range st.Branches.List {
		arms := eventArms(b.Body)
		for _, on := range arms {
			if i := slices.IndexFunc(before, func(x *syntax.OnArm) bool { return p.sameArm(x, on) }); i >= 0 {
				p.report(diag.Warningf(CodeSameEvent, on.Source.Span(), "another branch waits for the same %s, and only one of them gets it", on.Source).
					WithNote(before[i].Source.Span(), "this one").
					WithHelp("wait for it once, in front of the branches, or tell the two apart with where"))
			}
		}
		before = append(before, arms...)
	}
}

// eventArms are the arms in a block.
func eventArms(b *syntax.Block) []*syntax.OnArm {
	var out []*syntax.OnArm
	syntax.Inspect(b, func(n syntax.Node) bool {
		if on, ok := n.(*syntax.OnArm); ok {
			out = append(out, on)
		}
		return true
	})
	return out
}

// sameArm says whether two arms wait for the same event under the same condition.
func (p *pass) sameArm(a, b *syntax.OnArm) bool {
	if p.Names[a] == nil || p.Names[a] != p.Names[b] || p.channel(p.Names[a].Full) != nil {
		return false
	}
	return check.Alike(p.where(a), variable(p, a), p.where(b), variable(p, b))
}

func (p *pass) where(on *syntax.OnArm) *expression.Tree {
	if on.Where == nil {
		return nil
	}
	return p.Trees[on.Where]
}

// entered is a critical section that is entered while another one is held, and where
// that happens: each statement around it that does several things at once, and which of
// those it is.
type entered struct {
	way
	branches []syntax.Node
}

// locks remarks sections that branches enter in opposite orders: each may hold what
// the other one waits for.
func (p *pass) locks(d *syntax.ProcessDecl) {
	var all []entered
	sections(d.Body, nil, nil, &all)
	ways := make([]way, len(all))
	for i := range all {
		ways[i] = all[i].way
	}
	of := func(w way) *entered { return &all[slices.Index(ways, w)] }
	circles := rounds(ways, func(before []way, next way) bool {
		return !slices.ContainsFunc(before, func(w way) bool { return !atOnce(of(w), of(next)) })
	})
	for _, c := range circles {
		last := c[len(c)-1]
		w := diag.Warningf(CodeLocks, last.at, "%s is entered while %s is held, and elsewhere the other way round: each may wait for the other one for ever", last.to, last.from)
		for _, x := range c[:len(c)-1] {
			w = w.WithNote(x.at, "%s is entered while %s is held", x.to, x.from)
		}
		p.report(w.WithHelp("enter them in the same order everywhere"))
	}
}

// atOnce says whether two places may be reached at the same time: they stand in
// different branches of one statement, or in rounds of one loop that run at once.
func atOnce(a, b *entered) bool {
	for i := 0; i+1 < len(a.branches) && i+1 < len(b.branches) && a.branches[i] == b.branches[i]; i += 2 {
		if _, loop := a.branches[i].(*syntax.ForStmt); loop || a.branches[i+1] != b.branches[i+1] {
			return true
		}
	}
	return false
}

// sections collects the sections that are entered in other ones.
func sections(n syntax.Node, held []string, branches []syntax.Node, to *[]entered) {
	switch n := n.(type) {
	case syntax.Expr:
		return
	case *syntax.CriticalStmt:
		for _, h := range held {
			if h != n.Name.Text {
				*to = append(*to, entered{way{from: h, to: n.Name.Text, at: n.Name.At}, branches})
			}
		}
		held = append(slices.Clip(held), n.Name.Text)
	case *syntax.ForStmt:
		if n.Parallel {
			branches = append(slices.Clip(branches), n, n)
		}
	case *syntax.ParallelStmt:
		if n.Branches != nil {
			for _, b := range n.Branches.List {
				sections(b.Body, held, append(slices.Clip(branches), n, b), to)
			}
		}
		return
	case *syntax.RaceStmt:
		if n.Branches != nil {
			for _, b := range n.Branches.List {
				sections(b.Body, held, append(slices.Clip(branches), n, b), to)
			}
		}
		return
	}
	syntax.Children(n, func(c syntax.Node) { sections(c, held, branches, to) })
}
