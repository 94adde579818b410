package picture

import (
	"strings"

	"github.com/cob-lang/cob/lang/syntax"
)

// step is the node of a statement.
func step(s syntax.Stmt) Node {
	switch s := s.(type) {
	case *syntax.LetStmt:
		if s.Action != nil {
			return named(s.Name.Text, step(s.Action))
		}
		return Node{Style: Data, Tag: "let", Title: s.Name.Text, Detail: "= " + textOf(s.Value)}
	case *syntax.AssignStmt:
		if s.Action != nil {
			return named(s.Target.String(), step(s.Action))
		}
		return Node{Style: Data, Tag: "set", Title: s.Target.String(), Detail: "= " + textOf(s.Value)}
	case *syntax.FailStmt:
		n := Node{Style: Fault, Tag: "fail", Title: shortValue(s.Fault), Ends: true}
		if r, ok := s.Fault.(*syntax.RecordExpr); ok && len(r.Fields) > 0 {
			n.Detail = textOf(r.Fields[0])
		}
		return n
	case *syntax.ReturnStmt:
		n := Node{Style: End, Tag: "return", Title: "done", Ends: true}
		if s.Value != nil {
			n.Title = shortValue(s.Value)
		}
		return n
	case *syntax.WaitStmt:
		if s.Until != nil {
			return Node{Style: Time, Tag: "wait", Title: "until " + textOf(s.Until)}
		}
		return Node{Style: Time, Tag: "wait", Title: textOf(s.For)}
	}
	if n, ok := action(s); ok {
		return n
	}
	if n, ok := choice(s); ok {
		return n
	}
	if n, ok := frame(s); ok {
		return n
	}
	if n, ok := machine(s); ok {
		return n
	}
	if n, ok := routing(s); ok {
		return n
	}
	return plain(s)
}

// plain is the node of a statement that is its own best description.
func plain(s syntax.Stmt) Node {
	word, rest, _ := strings.Cut(textOf(s), " ")
	n := Node{Style: Note, Tag: word, Title: rest}
	switch s := s.(type) {
	case *syntax.ThrottleStmt, *syntax.DelayStmt:
		n.Style = Time
	case *syntax.DedupeStmt, *syntax.AggregateStmt, *syntax.ResequenceStmt, *syntax.SampleStmt,
		*syntax.ClaimStmt, *syntax.WrapStmt, *syntax.UnwrapStmt:
		n.Style = Data
	case *syntax.SlipStmt, *syntax.ReplyStmt, *syntax.ReportStmt:
		n.Style = Message
	case *syntax.CancelStmt:
		n.Ends = s.Name.Text == "process"
	case *syntax.EndStmt:
		n.Style, n.Ends = End, true
	case *syntax.GotoStmt:
		n.Style, n.Ends = End, true
	case *syntax.ContinueStmt:
		n.Style, n.Ends = Child, true
	}
	return n
}

func catches(c *syntax.Catches) []*syntax.CatchClause {
	if c == nil {
		return nil
	}
	return c.List
}

// otherwise is the label of what happens instead of a step.
const otherwise = "otherwise"

// named gives a step the name of the variable it sets.
func named(name string, n Node) Node {
	if n.Detail == "" {
		n.Detail = n.Title
	} else {
		n.Detail = n.Title + ", " + n.Detail
	}
	n.Title = name
	return n
}

// shortValue names a record by its type alone.
func shortValue(e syntax.Expr) string {
	if r, ok := e.(*syntax.RecordExpr); ok && r.Type != nil {
		return r.Type.String()
	}
	return textOf(e)
}

// action is the node of a statement that asks for something.
func action(s syntax.Stmt) (Node, bool) {
	switch s := s.(type) {
	case *syntax.CallStmt:
		return Node{Style: Call, Tag: "call", Title: s.Target.String(), Sides: sides(s.Body)}, true
	case *syntax.TaskStmt:
		n := Node{Style: Person, Tag: "task", Title: s.Name.Text, Sides: sides(s.Body)}
		for i := range n.Sides {
			if n.Sides[i].Label == otherwise {
				n.Sides[i].Label, n.Sides[i].how = "nobody did in time", late
				if due := s.Body.Find("due"); due != nil {
					n.Sides[i].what = textOf(due.Expr())
				}
			}
		}
		var words []string
		for _, name := range []string{"role", "due", "remind"} {
			if setting := s.Body.Find(name); setting != nil {
				words = append(words, text(setting.Span()))
			}
		}
		n.Detail = strings.Join(words, ", ")
		return n, true
	case *syntax.StartStmt:
		return Node{Style: Child, Tag: "start", Title: s.Target.String(), Sides: sides(s.Body)}, true
	case *syntax.SpawnStmt:
		return Node{Style: Child, Tag: "spawn", Title: s.Target.String()}, true
	case *syntax.AwaitStmt:
		return Node{Style: Child, Tag: "await", Title: textOf(s.Handle), Sides: sides(s.Body)}, true
	case *syntax.SendStmt:
		return Node{Style: Message, Tag: "send", Title: s.Target.String(), Sides: sides(s.Body)}, true
	case *syntax.PublishStmt:
		return Node{Style: Message, Tag: "publish", Title: shortValue(s.Event)}, true
	}
	return Node{}, false
}

// sides are the handlers of a step.
func sides(b *syntax.Block) []Lane {
	if b == nil {
		return nil
	}
	var out []Lane
	for _, c := range b.Clauses {
		switch c := c.(type) {
		case *syntax.CompensateClause:
			out = append(out, Lane{Label: "to undo it", Nodes: block(c.Body), how: undone})
		case *syntax.CatchClause:
			out = append(out, catch(c))
		case *syntax.OnClause:
			out = append(out, Lane{Label: "on " + c.What.Text, Nodes: block(c.Body), how: told, what: c.What.Text})
		case *syntax.WithinClause:
			out = append(out, Lane{Label: "not within " + textOf(c.Limit), Nodes: block(c.Else), Back: true, how: late, what: textOf(c.Limit)})
		case *syntax.ElseClause:
			out = append(out, Lane{Label: otherwise, Nodes: block(c.Body), Back: true, how: instead})
		}
	}
	return out
}

func catch(c *syntax.CatchClause) Lane {
	if c.Fault == nil {
		return Lane{Label: "any fault", Nodes: block(c.Body), Back: true, how: faulted}
	}
	return Lane{Label: "fault " + c.Fault.String(), Nodes: block(c.Body), Back: true, how: faulted, what: c.Fault.String()}
}

// choice is the node of a statement whose paths stand side by side.
func choice(s syntax.Stmt) (Node, bool) {
	switch s := s.(type) {
	case *syntax.IfStmt:
		n := Node{Style: Choice, Tag: "if", Title: textOf(s.Cond), Lanes: []Lane{{Label: "yes", Nodes: block(s.Then)}}}
		if len(s.ElseIfs) > 0 {
			n.Title, n.Lanes[0].Label = "which one holds first?", textOf(s.Cond)
		}
		for _, e := range s.ElseIfs {
			n.Lanes = append(n.Lanes, Lane{Label: textOf(e.Cond), Nodes: block(e.Then)})
		}
		label := "no"
		if len(s.ElseIfs) > 0 {
			label = "else"
		}
		n.Lanes = append(n.Lanes, Lane{Label: label, Nodes: block(s.Else)})
		return n, true
	case *syntax.MatchStmt:
		return match(s), true
	case *syntax.SelectStmt:
		return selection(s), true
	case *syntax.ParallelStmt:
		n := Node{Style: Fork, Tag: "parallel", Title: "all at once", Lanes: branches(s.Branches), Join: "join all"}
		if s.Join != nil {
			n.Join = "join " + text(s.Join.Span())
		}
		return n, true
	case *syntax.InterleaveStmt:
		return Node{Style: Fork, Tag: "one at a time", Title: "in any order", Lanes: branches(s.Branches), Join: "join all"}, true
	case *syntax.DuringStmt:
		return Node{Style: Choice, Tag: "during", Title: "does " + s.Milestone.Text + " still hold?",
			Lanes: []Lane{{Label: "yes", Nodes: block(s.Body)}, {Label: "no", Nodes: block(s.Else)}}}, true
	case *syntax.DetourStmt:
		return Node{Style: Choice, Tag: "detour", Title: textOf(s.When), Lanes: []Lane{{Label: "yes", Nodes: block(s.Body)}, {Label: "no"}}}, true
	case *syntax.RaceStmt:
		return Node{Style: Fork, Tag: "race", Title: "all at once", Lanes: branches(s.Branches), Join: "the first that succeeds"}, true
	}
	return Node{}, false
}

func match(s *syntax.MatchStmt) Node {
	n := Node{Style: Choice, Tag: "match", Title: "which one holds first?"}
	if s.Subject != nil {
		n.Title = textOf(s.Subject)
	}
	if s.Arms == nil {
		return n
	}
	open := s.Subject == nil
	for _, a := range s.Arms.List {
		label := "else"
		if a.Pattern != nil {
			label = textOf(a.Pattern)
		} else {
			open = false
		}
		n.Lanes = append(n.Lanes, Lane{Label: label, Nodes: block(a.Body)})
	}
	if open {
		n.Lanes = append(n.Lanes, Lane{Label: "else", Nodes: nil})
	}
	return n
}

func selection(s *syntax.SelectStmt) Node {
	n := Node{Style: Choice, Tag: "select", Title: "what comes first"}
	if s.Arms == nil {
		return n
	}
	for _, on := range s.Arms.Ons {
		n.Lanes = append(n.Lanes, onLane(on))
	}
	for _, a := range s.Arms.Afters {
		n.Lanes = append(n.Lanes, afterLane(a))
	}
	if s.Arms.Else != nil {
		n.Lanes = append(n.Lanes, Lane{Label: "else, at once", Nodes: block(s.Arms.Else), how: atOnce})
	}
	return n
}

func onLane(on *syntax.OnArm) Lane {
	label := "on " + on.Source.String()
	if on.Where != nil {
		label += " where " + textOf(on.Where)
	}
	return Lane{Label: label, Nodes: arm(on.Body, on.Goto), how: heard, what: on.Source.String()}
}

func afterLane(a *syntax.AfterArm) Lane {
	return Lane{Label: "after " + textOf(a.Delay), Nodes: arm(a.Body, a.Goto), how: late, what: textOf(a.Delay)}
}

// arm is what an arm of a select or a state does: its block, or where it goes.
func arm(b *syntax.Block, to syntax.Name) []Node {
	if to.Given() {
		return []Node{{Style: End, Tag: "goto", Title: to.Text, At: place(to.At), Ends: true}}
	}
	return block(b)
}

func branches(b *syntax.Branches) []Lane {
	var out []Lane
	if b == nil {
		return nil
	}
	for _, x := range b.List {
		label := x.Name.Text
		for i, a := range x.After {
			label += []string{" after ", ", "}[min(i, 1)] + a.Text
		}
		if x.When != nil {
			label += " when " + textOf(x.When)
		}
		out = append(out, Lane{Label: label, Nodes: block(x.Body), what: textOf(x.When)})
	}
	return out
}

// frame is the node of a statement that stands around others.
func frame(s syntax.Stmt) (Node, bool) {
	switch s := s.(type) {
	case *syntax.ForStmt:
		n := Node{Style: Frame, word: "for", Title: "for each " + s.Var.Text + " in " + textOf(s.In), Lanes: []Lane{{Nodes: block(s.Body)}}}
		if s.Parallel {
			n.word = "for parallel"
			n.Title += ", in parallel"
			if s.Width != nil {
				n.Title += " " + textOf(s.Width)
			}
		}
		if s.Join != nil {
			n.Title += ", join " + text(s.Join.Span())
		}
		return n, true
	case *syntax.WhileStmt:
		return Node{Style: Frame, word: "while", Title: "while " + textOf(s.Cond), Lanes: []Lane{{Nodes: block(s.Body)}}}, true
	case *syntax.CriticalStmt:
		nodes := block(s.Body)
		return Node{Style: Frame, word: "critical", Title: "critical " + s.Name.Text + ": never two at once", Lanes: []Lane{{Nodes: nodes}}, Ends: ends(nodes)}, true
	case *syntax.ScopeStmt:
		nodes := block(s.Body)
		return Node{Style: Frame, word: "scope", Title: "scope " + s.Name.Text, Lanes: []Lane{{Nodes: nodes}}, Sides: sides(s.Body), Ends: ends(nodes)}, true
	case *syntax.TryStmt:
		nodes := block(s.Body)
		n := Node{Style: Frame, word: "try", Title: "try", Lanes: []Lane{{Nodes: nodes}}, Ends: ends(nodes)}
		for _, c := range catches(s.Catches) {
			side := catch(c)
			n.Ends = n.Ends && ends(side.Nodes)
			n.Sides = append(n.Sides, side)
		}
		if s.Finally != nil {
			n.Sides = append(n.Sides, Lane{Label: "finally", Nodes: block(s.Finally), how: anyway})
		}
		return n, true
	}
	return Node{}, false
}

// machine is the node of a state machine: a frame with a frame for each state.
// Where an arm goes is written at its end, because lines between any two states
// would cross all others.
func machine(s syntax.Stmt) (Node, bool) {
	m, ok := s.(*syntax.MachineStmt)
	if !ok || m.Body == nil {
		return Node{}, false
	}
	n := Node{Style: Frame, word: "machine", Title: strings.TrimSpace("machine " + m.Name.Text), Lanes: []Lane{{}}}
	for _, state := range m.Body.States {
		nodes := block(state.Body)
		choice := Node{Style: Choice, Tag: "select", Title: "what comes first", At: place(state.Span())}
		for _, c := range state.Body.Clauses {
			switch c := c.(type) {
			case *syntax.OnArm:
				choice.Lanes = append(choice.Lanes, onLane(c))
			case *syntax.AfterArm:
				choice.Lanes = append(choice.Lanes, afterLane(c))
			}
		}
		if len(choice.Lanes) > 0 {
			nodes = append(nodes, choice)
		}
		n.Lanes[0].Nodes = append(n.Lanes[0].Nodes,
			Node{Style: Frame, word: "state", Title: "state " + state.Name.Text, Lanes: []Lane{{Nodes: nodes}}, At: place(state.Name.At), Ends: true})
	}
	return n, true
}

// routing is the node of a statement that only routes have.
func routing(s syntax.Stmt) (Node, bool) {
	switch s := s.(type) {
	case *syntax.FromStmt:
		return Node{Style: Message, Tag: "from", Title: s.Source.String()}, true
	case *syntax.EnrichStmt:
		if s.Action != nil {
			return named(s.Name.Text, step(s.Action)), true
		}
		return Node{Style: Data, Tag: "enrich", Title: s.Name.Text, Detail: "= " + textOf(s.Value)}, true
	case *syntax.TapStmt:
		return Node{Style: Message, Tag: "tap", Title: s.Target.String(), Detail: "a copy"}, true
	case *syntax.FilterStmt:
		return Node{Style: Choice, Tag: "filter", Title: textOf(s.Cond), Lanes: []Lane{{Label: "yes"},
			{Label: "no", Nodes: []Node{{Style: End, Title: "dropped", Ends: true, At: place(s.Span())}}}}}, true
	case *syntax.ToStmt:
		return Node{Style: Message, Tag: "to", Title: s.Target.String()}, true
	case *syntax.SplitStmt:
		return Node{Style: Data, Tag: "split", Title: textOf(s.List), Detail: "as " + s.As.Text}, true
	}
	return Node{}, false
}
