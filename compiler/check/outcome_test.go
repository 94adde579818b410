package check_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cob-lang/cob/compiler/check"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

var colours = types.Definition{Name: "p.Colour", Kind: types.EnumDefinition, Values: []string{"red", "green"}}

func literal(t types.Type, text string) expression.Tree {
	return expression.Tree{Op: expression.Literal, Type: t, Text: text}
}

func variable(name string, t types.Type) expression.Tree {
	return expression.Tree{Op: expression.Var, Type: t, Name: name}
}

func asked(op expression.Op, args ...expression.Tree) expression.Tree {
	return expression.Tree{Op: op, Type: types.Of(types.Bool), Args: args, At: "1:1"}
}

// condition makes one up over an int n, a bool b, a colour c and an optional text s.
func condition(r *rand.Rand, depth int) expression.Tree {
	n := func() expression.Tree { return literal(types.Of(types.Int), fmt.Sprint(r.IntN(7)-3)) }
	if depth > 0 && r.IntN(3) > 0 {
		switch r.IntN(4) {
		case 0:
			return asked(expression.Not, condition(r, depth-1))
		case 1:
			return asked(expression.And, condition(r, depth-1), condition(r, depth-1))
		case 2:
			return asked(expression.Or, condition(r, depth-1), condition(r, depth-1))
		}
		return asked(expression.Cond, condition(r, depth-1), condition(r, depth-1), condition(r, depth-1))
	}
	whole, colour, text := variable("n", types.Of(types.Int)), variable("c", types.Ref("p.Colour")), variable("s", types.OptionalOf(types.Of(types.String)))
	orders := []expression.Op{expression.Eq, expression.Ne, expression.Lt, expression.Le, expression.Gt, expression.Ge}
	equals := orders[:2]
	switch r.IntN(8) {
	case 0:
		return variable("b", types.Of(types.Bool))
	case 1:
		return asked(equals[r.IntN(2)], colour, literal(colour.Type, colours.Values[r.IntN(2)]))
	case 2:
		return asked(equals[r.IntN(2)], text, literal(types.Of(types.String), []string{"x", "y"}[r.IntN(2)]))
	case 3:
		return asked(equals[r.IntN(2)], text, literal(types.Of(types.Null), ""))
	case 4:
		ends := expression.Tree{Op: expression.Range, Type: types.ListOf(whole.Type), Args: []expression.Tree{n(), n()}}
		return asked(expression.In, whole, ends)
	case 5:
		list := expression.Tree{Op: expression.ListOf, Type: types.ListOf(whole.Type), Args: []expression.Tree{n(), n()}}
		return asked(expression.In, whole, list)
	case 6:
		return asked(orders[r.IntN(6)], n(), whole)
	}
	return asked(orders[r.IntN(6)], whole, n())
}

// TestOutcomesAreThoseThereAre tries conditions with every value of what they read:
// an outcome that comes must have been called possible. The other way round holds for
// most: beyond a number of cases, and of what is not compared with constants, nothing is
// said.
func TestOutcomesAreThoseThereAre(t *testing.T) {
	u := types.NewUniverse([]types.Definition{colours})
	r := rand.New(rand.NewPCG(1, 2))
	told, decided := 0, 0
	for range 3000 {
		cond, given := condition(r, 3), condition(r, 1)
		program, err := expression.Compile(cond, u)
		if err != nil {
			t.Fatal(err)
		}
		known, err := expression.Compile(given, u)
		if err != nil {
			t.Fatal(err)
		}
		var is check.Outcome
		for n := int64(-5); n <= 5; n++ {
			for bits := range 16 {
				env := map[string]types.Value{"n": n, "b": bits%2 == 1, "c": colours.Values[bits/2%2], "s": []types.Value{nil, "x", "y", "z"}[bits/4]}
				if holds, err := known.Eval(env); err != nil || holds != true {
					continue
				}
				v, err := program.Eval(env)
				if err != nil {
					t.Fatal(err)
				}
				is.True, is.False = is.True || v == true, is.False || v == false
			}
		}
		got := check.OutcomeOf(&cond, u, check.Given{Cond: given, Holds: true})
		if is.True && !got.True || is.False && !got.False {
			t.Fatalf("%+v where %+v comes out as %+v, and is said to be %+v", cond, given, is, got)
		}
		if is.Decided() {
			decided++
			if got == is {
				told++
			}
		}
	}
	if told*100 < decided*90 {
		t.Errorf("of %d conditions that come out one way only %d are told", decided, told)
	}
}

// TestOutcomeLimits asks as much as is looked at, and one more.
func TestOutcomeLimits(t *testing.T) {
	n := variable("n", types.Of(types.Int))
	cond := asked(expression.And, asked(expression.Gt, n, literal(n.Type, "5")), asked(expression.Lt, n, literal(n.Type, "3")))
	for asks := 2; asks < 64; asks++ {
		cond = asked(expression.And, cond, variable(fmt.Sprint("b", asks), types.Of(types.Bool)))
	}
	if check.OutcomeOf(&cond, nil).True {
		t.Error("64 comparisons are not looked at")
	}
	cond = asked(expression.And, cond, variable("one_more", types.Of(types.Bool)))
	if !check.OutcomeOf(&cond, nil).True {
		t.Error("65 comparisons are looked at")
	}
}
