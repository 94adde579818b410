package syntaxtest

import (
	"strings"

	"github.com/cob-lang/cob/lang/syntax"
)

// statement changes what a statement is.
func (c *changer) statement(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.IfStmt:
		c.negate(s.Cond)
	case *syntax.WhileStmt:
		c.negate(s.Cond)
		c.put(s, "if "+s.Cond.Span().Text()+" "+s.Body.Span().Text(), "once instead of %s", brief(s))
	case *syntax.ForStmt:
		c.loop(s)
	case *syntax.ParallelStmt:
		c.inSequence(s, s.Branches)
		if s.Join == nil {
			end := s.Branches.Span().End()
			c.edit(end, end, " join any keep", "join any keep")
		}
	case *syntax.RaceStmt:
		c.inSequence(s, s.Branches)
		c.put(s, "parallel "+s.Branches.Span().Text(), "parallel instead of race")
	case *syntax.InterleaveStmt:
		c.put(s, "parallel "+withoutOrder(s.Branches), "parallel instead of interleave")
	case *syntax.CriticalStmt:
		c.put(s, inside(s.Body), "take %s away", brief(s))
	case *syntax.ScopeStmt:
		if len(s.Body.Clauses) == 0 {
			c.put(s, inside(s.Body), "take %s away", brief(s))
		}
	case *syntax.DuringStmt:
		c.put(s, inside(s.Body), "take %s away", brief(s))
		if s.Else != nil {
			c.exchange(s.Body, s.Else, "exchange the blocks of during")
		}
	case *syntax.TryStmt:
		if s.Finally != nil {
			c.put(s.Finally, "{ }", "drop finally")
		}
	case *syntax.SpawnStmt:
		c.word(s, "spawn", "call")
	case *syntax.CallStmt:
		c.word(s, "call", "spawn")
	case *syntax.StartStmt:
		c.word(s, "start", "call")
	case *syntax.CancelStmt:
		if s.Name.Text != "process" {
			c.edit(s.Name.At.Start(), s.Name.At.End(), "process", "cancel process")
		}
	case *syntax.MachineStmt:
		c.machine(s)
	}
}

func (c *changer) loop(s *syntax.ForStmt) {
	head := s.In.Span().End()
	if !s.Parallel {
		return
	}
	in := c.text[s.Span().Start():head]
	c.put(s, in+" "+s.Body.Span().Text(), "one after the other %s", brief(s))
	if s.Width != nil {
		c.edit(head, s.Body.Span().Start(), " parallel ", "all at once %s", brief(s))
		c.byOne(s.Width)
	}
	if s.Join == nil {
		end := s.Body.Span().End()
		c.edit(end, end, " join any keep", "join any keep")
	}
}

// inSequence lets branches follow each other.
func (c *changer) inSequence(s syntax.Stmt, branches *syntax.Branches) {
	var b strings.Builder
	for _, branch := range branches.List {
		if branch.When != nil {
			b.WriteString("if " + branch.When.Span().Text() + " " + branch.Body.Span().Text() + "\n")
			continue
		}
		b.WriteString(inside(branch.Body) + "\n")
	}
	c.put(s, b.String(), "one after the other %s", brief(s))
}

// withoutOrder are the branches without what they come after.
func withoutOrder(branches *syntax.Branches) string {
	var b strings.Builder
	b.WriteString("{\n")
	for _, branch := range branches.List {
		b.WriteString("branch " + branch.Name.Text + " " + branch.Body.Span().Text() + "\n")
	}
	return b.String() + "}"
}

// word puts another word in the place of the one that a statement begins with.
func (c *changer) word(s syntax.Stmt, old, word string) {
	if start := s.Span().Start(); strings.HasPrefix(c.text[start:], old) {
		c.edit(start, start+len(old), word, "%s instead of %s", word, brief(s))
	}
}

// machine lets each goto lead to another state, and begin with another one.
func (c *changer) machine(m *syntax.MachineStmt) {
	states := m.Body.States
	syntax.Inspect(m.Body, func(n syntax.Node) bool {
		var to syntax.Name
		switch n := n.(type) {
		case *syntax.GotoStmt:
			to = n.State
		case *syntax.OnArm:
			to = n.Goto
		case *syntax.AfterArm:
			to = n.Goto
		}
		for i, s := range states {
			if other := states[(i+1)%len(states)].Name.Text; to.Given() && s.Name.Text == to.Text && other != to.Text {
				c.edit(to.At.Start(), to.At.End(), other, "goto %s instead of %s", other, to.Text)
			}
		}
		return true
	})
	if len(states) > 1 {
		c.exchange(states[0], states[1], "begin with")
	}
}
