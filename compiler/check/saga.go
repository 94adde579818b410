package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// handler is a try or a scope around the statement that is being checked: the
// faults that its catches take.
type handler struct {
	outer *handler
	takes []string // qualified; "" takes every fault
	// came are those of them that were raised inside.
	came map[string]bool
	// undoes says that what was done inside is undone before the catch runs, from is
	// what was open before.
	undoes bool
	from   []*syntax.CallStmt
}

// handles finds the innermost handler that takes a fault, and notes that it came.
func (f *flow) handles(fault string) *handler {
	for h := f.handler; h != nil; h = h.outer {
		if slices.Contains(h.takes, fault) || slices.Contains(h.takes, "") {
			h.came[fault] = true
			return h
		}
	}
	return nil
}

// caught says whether a try or a scope of the flow takes a fault, which then does
// not leave the process.
func (f *flow) caught(fault string) bool {
	h := f.handles(fault)
	if h == nil {
		return false
	}
	if h.undoes {
		outside := f.open
		f.open = slices.DeleteFunc(slices.Clone(outside), func(c *syntax.CallStmt) bool { return slices.Contains(h.from, c) })
		f.tellOpen()
		f.open = outside
	}
	return true
}

// within checks a body whose faults the catches take, then the catches, and says
// whether all of them end.
func (f *flow) within(s *resolve.Scope, catches []*syntax.CatchClause, undoes bool, body func() bool) bool {
	h := &handler{outer: f.handler, came: map[string]bool{}, undoes: undoes, from: slices.Clone(f.open)}
	symbols := make([]*resolve.Symbol, len(catches))
	for i, cl := range catches {
		if cl.Fault == nil {
			h.takes = append(h.takes, "")
		} else if symbols[i] = f.fault(cl); symbols[i] != nil {
			h.takes = append(h.takes, symbols[i].Full)
		}
	}
	f.handler = h
	k := f.fork()
	ends := f.along(k, body)
	f.handler = h.outer
	before := union(slices.Clone(k.before), f.open)
	for i, cl := range catches {
		f.open = slices.Clone(before)
		fork := &fork{before: f.open}
		ends = f.along(fork, func() bool { return f.handling(s, cl, symbols[i], h) }) && ends
		k.after = union(k.after, fork.after)
	}
	f.meet(k, false)
	return ends
}

// aFault is what a variable holds that a catch declares.
const aFault = "a fault"

// fault is the fault that a catch names.
func (f *flow) fault(cl *syntax.CatchClause) *resolve.Symbol {
	sym := f.only(cl.Fault, "fault", resolve.Fault)
	if sym != nil {
		f.Names[cl] = sym
	}
	return sym
}

// handling checks the block of a catch.
func (f *flow) handling(s *resolve.Scope, cl *syntax.CatchClause, sym *resolve.Symbol, h *handler) bool {
	inner := s.Inner()
	if sym != nil && !h.came[sym.Full] {
		f.report(diag.Warningf(CodeNeverCaught, cl.Fault.Span(), "nothing in here raises %s", sym.Name))
	}
	if cl.As.Given() {
		v := &resolve.Variable{Name: cl.As.Text, At: cl.As.At, Fixed: aFault}
		if sym != nil {
			v.Type = f.declared(sym)
		}
		f.declareIn(inner, cl, v)
	}
	return f.block(inner, cl.Body)
}

// try checks a try. What its block did stays done.
func (f *flow) try(s *resolve.Scope, st *syntax.TryStmt) bool {
	var catches []*syntax.CatchClause
	if st.Catches != nil {
		catches = st.Catches.List
	}
	if len(catches) == 0 && st.Finally == nil {
		f.report(diag.Errorf(CodeTry, st.Span().First(len("try")), "this try neither catches anything nor ends with finally").
			WithHelp("add catch Fault as f { ... } behind its block, or leave the try out").
			WithFix(st.Span().First(st.Body.Span().Start()+1-st.Span().Start()), "").WithFix(st.Body.Span().Last(1), "").AsDraft())
	}
	f.unsettled(s, st.Body)
	ends := f.within(s, catches, false, func() bool { return f.block(s, st.Body) })
	if st.Finally != nil {
		outer := f.in
		f.in.final, f.in.confined = true, true
		f.block(s, st.Finally)
		f.in = outer
	}
	return ends
}

// scope checks a unit of work that is undone as a whole.
func (f *flow) scope(s *resolve.Scope, st *syntax.ScopeStmt) bool {
	b := st.Body
	for _, x := range b.Settings {
		f.report(unknownSetting("a scope", nil, x))
	}
	var late, withdrawn *syntax.Block
	for _, cl := range b.Clauses {
		switch cl := cl.(type) {
		case *syntax.WithinClause:
			f.duration(cl.Limit)
			late = cl.Else
		case *syntax.OnClause:
			withdrawn = cl.Body
			if cl.What.Text != "cancel" {
				f.report(diag.Errorf(CodeOn, cl.What.At, "a scope has no on %s", cl.What.Text).WithHelp("it has on cancel { ... }"))
			}
		}
	}
	before := slices.Clone(f.open)
	inner := s.Inner()
	f.unsettled(s, b)
	timed := f.timed
	f.timed = f.timed && clauseOf[*syntax.WithinClause](b) == nil
	ends := f.within(s, b.Catches(), true, func() bool { return f.statements(inner, b.Stmts) })
	f.timed = timed
	if undo := b.Compensate(); undo != nil {
		f.compensation(inner, undo)
		f.open = slices.DeleteFunc(slices.Clone(f.open), func(c *syntax.CallStmt) bool { return !slices.Contains(before, c) })
	}
	if withdrawn != nil {
		f.compensation(s, withdrawn)
	}
	if late != nil {
		k := f.fork()
		ends = f.along(k, func() bool { return f.block(s, late) }) && ends
		f.meet(k, true)
	} else if clauseOf[*syntax.WithinClause](b) != nil {
		ends = false
	}
	return ends && !f.left[st]
}

// compensation checks a block that undoes something.
func (f *flow) compensation(s *resolve.Scope, b *syntax.Block) {
	if f.in.compensation {
		f.errorf(CodePlace, b.Span(), "a compensation is not compensated")
		return
	}
	outer, handler := f.in, f.handler
	f.in.compensation, f.in.confined, f.handler = true, true, nil
	f.block(s, b)
	f.in, f.handler = outer, handler
}

// clauseOf is the first clause of a kind, or nil.
func clauseOf[T syntax.Clause](b *syntax.Block) (found T) {
	for _, c := range b.Clauses {
		if c, ok := c.(T); ok {
			return c
		}
	}
	return found
}
