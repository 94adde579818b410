package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/syntax"
)

// states is a machine while its states are checked.
type states struct {
	names []string
	gone  map[string][]string // to which states each state goes
	here  string
}

var machineSettings = []Setting{
	{Name: "limit", Form: "<int 1..1000000>", Default: "1000", Doc: "how many states it enters at most; beyond that it is an incident"},
}

// machine checks the states, and says whether the machine never ends.
func (f *flow) machine(s *resolve.Scope, st *syntax.MachineStmt) bool {
	f.settings("a machine", machineSettings, st.Body.Settings, st.Span().First(len("machine")))
	list := st.Body.States
	if len(list) == 0 {
		f.report(diag.Errorf(CodeNoArms, st.Span().First(len("machine")), "this machine has no state").WithHelp("add state a { ... }"))
		return false
	}
	m := &states{gone: map[string][]string{}}
	first := map[string]syntax.Name{}
	for _, x := range list {
		if at, ok := first[x.Name.Text]; ok {
			f.report(diag.Errorf(resolve.CodeDuplicate, x.Name.At, "two states are named %s", x.Name.Text).WithNote(at.At, "the first one"))
			continue
		}
		first[x.Name.Text] = x.Name
		m.names = append(m.names, x.Name.Text)
	}
	outer, in := f.states, f.in
	f.states, f.in.confined = m, false
	f.unsettled(s, nodeBlock(st))
	k, over := f.fork(), false
	f.again(func() {
		for _, x := range list {
			m.here = x.Name.Text
			f.along(k, func() bool {
				if f.state(s, x) {
					return true
				}
				over = true
				return false
			})
		}
	})
	f.states, f.in = outer, in
	f.meet(k, false)
	reached := m.reached()
	for _, x := range list {
		if x.Name.Given() && !slices.Contains(reached, x.Name.Text) {
			f.report(diag.Warningf(CodeUnreachable, x.Name.At, "no goto leads to the state %s", x.Name.Text))
		}
	}
	return !over && !f.left[st]
}

// nodeBlock is all states of a machine as one block.
func nodeBlock(st *syntax.MachineStmt) *syntax.Block {
	all := &syntax.Block{Place: st.Body.Place}
	for _, x := range st.Body.States {
		all.Stmts = append(all.Stmts, x.Body.Stmts...)
		all.Clauses = append(all.Clauses, x.Body.Clauses...)
	}
	return all
}

// state checks one state, and says whether the machine goes on after it.
func (f *flow) state(s *resolve.Scope, st *syntax.State) bool {
	inner := s.Inner()
	ends := f.statements(inner, st.Body.Stmts)
	waits, bounded := false, false
	for _, cl := range st.Body.Clauses {
		if ends && !waits {
			f.report(diag.Warningf(CodeUnreachable, cl.Span(), "this is never waited for: the state has been left"))
		}
		waits = true
		k := f.fork()
		switch cl := cl.(type) {
		case *syntax.OnArm:
			f.along(k, func() bool { return f.on(inner, cl) })
		case *syntax.AfterArm:
			bounded = true
			f.duration(cl.Delay)
			f.along(k, func() bool { return f.body(inner, cl.Body, cl.Goto) })
		}
		f.meet(k, true)
	}
	if waits && !bounded && f.timed {
		f.report(diag.Errorf(CodeUnbounded, st.Name.At, "this state may last for ever, and the sla promises completion").
			WithHelp("add an arm: after 7d goto ..."))
	}
	return ends || waits
}

// body checks the block of an arm, or where it goes.
func (f *flow) body(s *resolve.Scope, b *syntax.Block, to syntax.Name) bool {
	if to.Given() {
		f.goes(to)
		return true
	}
	return f.block(s, b)
}

// goes checks a goto.
func (f *flow) goes(to syntax.Name) {
	switch m := f.states; {
	case m == nil:
		f.report(diag.Errorf(CodePlace, to.At, "a goto leads to a state, and this stands in no machine").
			WithHelp("write loops with for and while, or machine { state %s { ... } }", to.Text))
	case f.in.confined:
		f.errorf(CodePlace, to.At, "a goto cannot leave a branch or what tidies up")
	case !slices.Contains(m.names, to.Text):
		f.report(resolve.Unknown(to.At, "state", to.Text, m.names))
	default:
		m.gone[m.here] = append(m.gone[m.here], to.Text)
	}
}

// reached are the states to which a way leads from the first.
func (m *states) reached() []string {
	out := []string{m.names[0]}
	for i := 0; i < len(out); i++ {
		for _, next := range m.gone[out[i]] {
			if !slices.Contains(out, next) {
				out = append(out, next)
			}
		}
	}
	return out
}
