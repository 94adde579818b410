package check

import (
	"strconv"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// once is what is known of variables that a let sets and nothing sets again, by their
// names in the plan.
type once struct {
	set     map[string]bool // names that some assignment of the body sets
	numbers map[string]int64
	lengths map[string]int // of lists whose items are written out
}

func onceOf(d syntax.Decl) once {
	f := once{map[string]bool{}, map[string]int64{}, map[string]int{}}
	syntax.Inspect(d, func(n syntax.Node) bool {
		if a, ok := n.(*syntax.AssignStmt); ok {
			f.set[a.Target.Parts[0].Text] = true
		}
		return true
	})
	return f
}

// note keeps what is known of a variable that was just declared with a value.
func (f *once) note(c *checker, v *resolve.Variable, t *expression.Tree) {
	if f.set == nil || f.set[v.Name] || v.Plan == "" {
		return
	}
	if n, ok := c.whole(t); ok {
		f.numbers[v.Plan] = n
	}
	if n, ok := c.length(t); ok {
		f.lengths[v.Plan] = n
	}
}

// number is whole, also of a variable that is the same in every run.
func (c *checker) number(t *expression.Tree) (int64, bool) {
	if t.Op == expression.Var {
		n, ok := c.once.numbers[t.Name]
		return n, ok
	}
	return c.whole(t)
}

// length is how many items a list has in every run.
func (c *checker) length(t *expression.Tree) (int, bool) {
	switch {
	case t.Op == expression.Var:
		n, ok := c.once.lengths[t.Name]
		return n, ok
	case t.Op == expression.ListOf:
		return len(t.Args), true
	case t.Type.Kind != types.List || !isConstant(t):
		return 0, false
	}
	list, ok := c.valueOf(t).([]types.Value)
	return len(list), ok
}

// behindEnd reports an index behind the last item of a list whose length is the same in
// every run.
func (c *checker) behindEnd(e *syntax.IndexExpr, x, i *typed) bool {
	if x.Type.Kind != types.List || isConstant(&x.Tree) && isConstant(&i.Tree) {
		return false // computed tells that there is no value
	}
	n, known := c.number(&i.Tree)
	length, counted := c.length(&x.Tree)
	if !known || !counted || n < int64(length) {
		return false
	}
	d := diag.Errorf(CodeCut, e.Index.Span(), "%s has %d items in every run, and none with the number %d", e.X.Span().Text(), length, n)
	switch length {
	case 0:
		d = d.WithHelp("it is empty, and nothing sets it again")
	case 1:
		d.Message = e.X.Span().Text() + " has one item in every run"
		d = d.WithHelp("items are counted from 0: it is %s[0]", e.X.Span().Text()).WithFix(e.Index.Span(), "0").AsDraft()
	default:
		d = d.WithHelp("items are counted from 0: the last one is %s[%d]", e.X.Span().Text(), length-1).
			WithFix(e.Index.Span(), strconv.Itoa(length-1)).AsDraft()
	}
	c.report(d)
	return true
}
