package check

import (
	"maps"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// narrowing is what is known, at the present place, of values that may be absent
// elsewhere: `x != null` makes of a T? a T where it holds.
type narrowing struct {
	facts []fact
	// set counts the assignments to a variable: a fact says nothing about the value that comes after one.
	set map[*resolve.Variable]int
	// unsure are the variables that something beside this place may set at any time.
	unsure map[*resolve.Variable]bool
	// compared is an expression that stands beside null: what is known of it is
	// not used there, or asking twice would be a mistake.
	compared syntax.Expr
}

// fact says that a variable, or a field of one, is there.
type fact struct {
	of   *resolve.Variable
	path string // ".customer.name"; "" is the variable itself
	set  int
}

// mark is a place to come back to with forget.
func (n *narrowing) mark() int { return len(n.facts) }

// forget drops what was learnt since the mark.
func (n *narrowing) forget(mark int) { n.facts = n.facts[:mark] }

// learn adds what follows of a condition that holds, or that does not.
func (c *checker) learn(s *resolve.Scope, cond syntax.Expr, holds bool) {
	c.know.facts = c.follows(s, cond, holds, c.know.facts)
}

// follows adds to facts what a condition says.
func (c *checker) follows(s *resolve.Scope, cond syntax.Expr, holds bool, to []fact) []fact {
	switch e := cond.(type) {
	case *syntax.UnaryExpr:
		if e.Op == "!" {
			return c.follows(s, e.X, !holds, to)
		}
	case *syntax.BinaryExpr:
		switch {
		case e.Op == "&&" && holds, e.Op == "||" && !holds:
			return c.follows(s, e.Y, holds, c.follows(s, e.X, holds, to))
		case e.Op == "!=" && holds, e.Op == "==" && !holds:
			if isNull(e.Y) {
				return c.isThere(s, e.X, to)
			}
			if isNull(e.X) {
				return c.isThere(s, e.Y, to)
			}
		case e.Op == "==" && holds:
			if isGiven(e.Y) {
				return c.isThere(s, e.X, to)
			}
			if isGiven(e.X) {
				return c.isThere(s, e.Y, to)
			}
		}
	}
	return to
}

// isGiven says that an expression is a literal other than null.
func isGiven(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.Literal:
		return e.Kind != syntax.NullLiteral
	case *syntax.StringExpr:
		return true
	}
	return false
}

// isThere adds that a value is there, and with it everything it was reached
// through.
func (c *checker) isThere(s *resolve.Scope, e syntax.Expr, to []fact) []fact {
	for {
		if v, path, ok := reached(s, e); ok && !c.know.unsure[v] {
			to = append(to, fact{v, path, c.know.set[v]})
		}
		m, ok := e.(*syntax.MemberExpr)
		if !ok {
			return to
		}
		e = m.X
	}
}

// reached is the variable from which an expression reads fields, and those.
func reached(s *resolve.Scope, e syntax.Expr) (v *resolve.Variable, path string, ok bool) {
	switch e := e.(type) {
	case *syntax.Ident:
		v = s.Find(e.Name)
		return v, "", v != nil
	case *syntax.MemberExpr:
		v, path, ok = reached(s, e.X)
		return v, path + "." + e.Name.Text, ok
	}
	return nil, "", false
}

// narrowed is the type of an expression at this place, where t is the one that
// was declared.
func (c *checker) narrowed(s *resolve.Scope, e syntax.Expr, t types.Type) types.Type {
	if t.Kind != types.Optional || len(c.know.facts) == 0 || c.know.compared == e {
		return t
	}
	v, path, ok := reached(s, e)
	if !ok {
		return t
	}
	for _, f := range c.know.facts {
		if f.of == v && !c.know.unsure[v] && f.path == path && f.set == c.know.set[v] {
			return *t.Elem
		}
	}
	return t
}

// assigned notes that a variable has another value from here on, which is there
// or may not be.
func (c *checker) assigned(v *resolve.Variable, there bool) {
	if c.know.set == nil {
		c.know.set = map[*resolve.Variable]int{}
	}
	c.know.set[v]++
	if there && !c.know.unsure[v] {
		c.know.facts = append(c.know.facts, fact{of: v, set: c.know.set[v]})
	}
}

// gives says that an expression of type t is certainly there.
func gives(t types.Type) bool {
	switch t.Kind {
	case types.Optional, types.Null, types.JSON, types.Invalid, types.Void:
		return false
	}
	return true
}

// unsettled forgets what is known of variables that a piece of a flow sets,
// which may run more than once or at the same time as what reads them.
func (f *flow) unsettled(s *resolve.Scope, body syntax.Node) {
	if len(f.know.facts) == 0 {
		return
	}
	syntax.Inspect(body, func(n syntax.Node) bool {
		if a, ok := n.(*syntax.AssignStmt); ok {
			if v := s.Find(a.Target.Parts[0].Text); v != nil {
				f.assigned(v, false)
			}
		}
		return true
	})
}

// together checks what runs at the same time as itself or as something beside it:
// of the variables that are set in there nothing is known, in any part of it.
func (f *flow) together(s *resolve.Scope, body syntax.Node, check func()) {
	outer := f.know.unsure
	f.know.unsure = maps.Clone(outer)
	syntax.Inspect(body, func(n syntax.Node) bool {
		if a, ok := n.(*syntax.AssignStmt); ok {
			if v := s.Find(a.Target.Parts[0].Text); v != nil {
				if f.know.unsure == nil {
					f.know.unsure = map[*resolve.Variable]bool{}
				}
				f.know.unsure[v] = true
			}
		}
		return true
	})
	check()
	f.know.unsure = outer
	f.unsettled(s, body)
}
