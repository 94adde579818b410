package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/types"
)

// Each runs a function for the numbers up to n, in any order and side by side if it
// likes.
type Each func(n int, do func(i int))

// InTurn is the Each that runs one after the other.
func InTurn(n int, do func(i int)) {
	for i := range n {
		do(i)
	}
}

// atOnce is how many declarations are worth being handed to another processor.
const atOnce = 24

// apart is a checker that knows what c knows so far and keeps what it finds to
// itself, so that several can be at work. Of the bytes that it is for it guesses how
// many names are used there.
func (c *checker) apart(bytes int) *checker {
	x, program := *c, *c.Program
	program.Info, program.Facts = c.Info.Apart(bytes), newFacts()
	program.Settings, program.Tests = nil, nil
	x.Program, x.ds, x.setting, x.know = &program, diag.List{}, map[string]bool{}, narrowing{}
	x.fielded = map[*resolve.Variable]types.Type{}
	return &x
}

// sideBySide checks declarations that need nothing of each other, by number, each
// with a checker that knows what c knew before. What is found stands in the order of
// the declarations, however they were spread.
func sideBySide[T any](c *checker, decls []T, check func(c *checker, i int)) {
	found := make([]*checker, (len(decls)+atOnce-1)/atOnce)
	c.each(len(found), func(p int) {
		x := c.apart(0)
		x.Refinements = nil
		for i := p * atOnce; i < min((p+1)*atOnce, len(decls)); i++ {
			check(x, i)
		}
		found[p] = x
	})
	uses := 0
	for _, x := range found {
		uses += len(x.Info.Uses)
	}
	c.Info.Uses = slices.Grow(c.Info.Uses, uses)
	for _, x := range found {
		c.ds.Add(x.ds.Sorted()...)
		c.Info.Add(&x.Info.Notes)
		c.Refinements = append(c.Refinements, x.Refinements...)
		for _, s := range x.Settings {
			c.need(s)
		}
	}
}
