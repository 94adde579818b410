package check

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/types"
)

// Outcome is how a condition can come out: true, false or both; neither where what is
// given cannot be. What cannot be told counts as possible.
type Outcome struct{ True, False bool }

// Decided says that the condition comes out the same way in every run.
func (o Outcome) Decided() bool { return o.True != o.False }

// Limits of one question about outcomes. Beyond them everything counts as possible.
const (
	// MaxAsked is how many comparisons a condition may have.
	MaxAsked = 64
	// maxWorlds is how many cases are told apart at once.
	maxWorlds = 32
	// maxListed is how many whole numbers of a range are looked at one by one.
	maxListed = 64
)

// OutcomeOf says how a condition can come out where the conditions of given hold.
// It knows what comparisons of one value with constants say of each other:
// `n > 5 && n < 3` is never true. Two values are the same one where they are
// written alike.
func OutcomeOf(cond *expression.Tree, u *types.Universe, given ...Given) Outcome {
	r := reasoning{u: u}
	asked := r.comparisons(cond)
	for i := range given {
		asked += r.comparisons(&given[i].Cond)
	}
	if asked > MaxAsked {
		return Outcome{true, true}
	}
	worlds := []world{{}}
	for i := range given {
		worlds = r.hold(worlds, &given[i].Cond, given[i].Holds)
	}
	return Outcome{len(r.hold(worlds, cond, true)) > 0, len(r.hold(worlds, cond, false)) > 0}
}

// Given is a condition that is known to hold, or not to.
type Given struct {
	Cond  expression.Tree
	Holds bool
}

// reasoning goes through the cases of a condition.
type reasoning struct{ u *types.Universe }

// world is what is known of values in one case, by what they are written like. It
// is never changed after it was made.
type world []known

type known struct {
	key string
	domain
}

// domain are the values that one expression may have.
type domain struct {
	low, high           types.Value   // nil: no bound
	lowOpen, highOpen   bool          // the bound itself is not among them
	only                []types.Value // where listed
	not                 []types.Value
	listed, whole, null bool // whole numbers; null is among the values
}

// comparisons counts what a condition asks.
func (r *reasoning) comparisons(t *expression.Tree) int {
	switch t.Op {
	case expression.And, expression.Or, expression.Not, expression.Cond:
		n := 0
		for i := range t.Args {
			n += r.comparisons(&t.Args[i])
		}
		return n
	case expression.In:
		return 1 + len(t.Args[1].Args)
	}
	return 1
}

// hold gives the cases among worlds in which a condition comes out as wanted.
func (r *reasoning) hold(worlds []world, t *expression.Tree, want bool) []world {
	if len(worlds) == 0 {
		return nil
	}
	switch t.Op {
	case expression.Literal:
		if (t.Text == "true") != want {
			return nil
		}
		return worlds
	case expression.Not:
		return r.hold(worlds, &t.Args[0], !want)
	case expression.And, expression.Or:
		if (t.Op == expression.And) == want {
			return r.hold(r.hold(worlds, &t.Args[0], want), &t.Args[1], want)
		}
		first := r.hold(worlds, &t.Args[0], want)
		return either(worlds, first, r.hold(r.hold(worlds, &t.Args[0], !want), &t.Args[1], want))
	case expression.Cond:
		then := r.hold(r.hold(worlds, &t.Args[0], true), &t.Args[1], want)
		return either(worlds, then, r.hold(r.hold(worlds, &t.Args[0], false), &t.Args[2], want))
	case expression.Eq, expression.Ne:
		return r.equal(worlds, t, (t.Op == expression.Eq) == want)
	case expression.Lt, expression.Le, expression.Gt, expression.Ge:
		return r.ordered(worlds, t, want)
	case expression.In:
		return r.among(worlds, t, want)
	}
	return r.refine(worlds, t, func(d *domain) { d.keep(want) })
}

// either are the cases of both, or all where those are too many.
func either(all, a, b []world) []world {
	if len(a)+len(b) > maxWorlds {
		return all
	}
	return slices.Concat(a, b)
}

// sides gives what a comparison compares with which constant. The operator is the one
// with the constant to the right.
func (r *reasoning) sides(t *expression.Tree) (of *expression.Tree, op expression.Op, v types.Value, ok bool) {
	of, other, op := &t.Args[0], &t.Args[1], t.Op
	if isConstant(of) {
		of, other = other, of
		op = map[expression.Op]expression.Op{expression.Lt: expression.Gt, expression.Le: expression.Ge,
			expression.Gt: expression.Lt, expression.Ge: expression.Le}[op]
		if op == "" {
			op = t.Op
		}
	}
	if isConstant(of) || !isConstant(other) || of.Type.Kind == types.JSON {
		return nil, "", nil, false
	}
	v, ok, err := expression.Constant(other, r.u)
	return of, op, v, ok && err == nil
}

func (r *reasoning) equal(worlds []world, t *expression.Tree, want bool) []world {
	of, _, v, ok := r.sides(t)
	if !ok {
		return r.opaque(worlds, t, want)
	}
	return r.refine(worlds, of, func(d *domain) {
		if want {
			d.among([]types.Value{v})
		} else {
			d.not = append(slices.Clip(d.not), v)
		}
	})
}

// opaque takes a comparison as a value of its own: it is true or false. The two
// directions of == and != are one.
func (r *reasoning) opaque(worlds []world, t *expression.Tree, want bool) []world {
	x := *t
	if x.Op == expression.Ne {
		x.Op, want = expression.Eq, !want
	}
	return r.refine(worlds, &x, func(d *domain) { d.keep(want) })
}

var negations = map[expression.Op]expression.Op{expression.Lt: expression.Ge, expression.Le: expression.Gt,
	expression.Gt: expression.Le, expression.Ge: expression.Lt}

func (r *reasoning) ordered(worlds []world, t *expression.Tree, want bool) []world {
	of, op, v, ok := r.sides(t)
	if !ok || v == nil {
		return r.opaque(worlds, t, want)
	}
	if !want {
		// Of two floats, or amounts in two currencies, neither need be the greater one.
		if k := unwidened(of).Type.Kind; k == types.Float || k == types.Money {
			return r.opaque(worlds, t, want)
		}
		op = negations[op]
	}
	return r.refine(worlds, of, func(d *domain) { d.bound(op, v) })
}

func (r *reasoning) among(worlds []world, t *expression.Tree, want bool) []world {
	of, in := &t.Args[0], &t.Args[1]
	if isConstant(of) || of.Type.Kind == types.JSON {
		return r.opaque(worlds, t, want)
	}
	switch in.Op {
	case expression.Range:
		low, okLow := r.constant(&in.Args[0])
		high, okHigh := r.constant(&in.Args[1])
		if !okLow || !okHigh {
			return r.opaque(worlds, t, want)
		}
		if want {
			return r.refine(worlds, of, func(d *domain) { d.bound(expression.Ge, low); d.bound(expression.Le, high) })
		}
		below := r.refine(worlds, of, func(d *domain) { d.bound(expression.Lt, low) })
		return either(worlds, below, r.refine(worlds, of, func(d *domain) { d.bound(expression.Gt, high) }))
	case expression.ListOf:
		values := make([]types.Value, 0, len(in.Args))
		for i := range in.Args {
			v, ok := r.constant(&in.Args[i])
			if !ok {
				return r.opaque(worlds, t, want)
			}
			values = append(values, v)
		}
		return r.refine(worlds, of, func(d *domain) {
			if want {
				d.among(values)
			} else {
				d.not = slices.Concat(d.not, values)
			}
		})
	}
	return r.opaque(worlds, t, want)
}

func (r *reasoning) constant(t *expression.Tree) (types.Value, bool) {
	if !isConstant(t) {
		return nil, false
	}
	v, ok, err := expression.Constant(t, r.u)
	return v, ok && err == nil
}

// refine narrows what an expression may be in every case, and drops the cases in
// which nothing is left.
func (r *reasoning) refine(worlds []world, of *expression.Tree, narrow func(d *domain)) []world {
	of = unwidened(of)
	key := spelled(of)
	out := make([]world, 0, len(worlds))
	for _, w := range worlds {
		i := slices.IndexFunc(w, func(k known) bool { return k.key == key })
		d := domain{}
		if i >= 0 {
			d = w[i].domain
		} else {
			d = r.domainOf(of)
		}
		narrow(&d)
		if !d.possible() {
			continue
		}
		next := slices.Clone(w)
		if i >= 0 {
			next[i].domain = d
		} else {
			next = append(next, known{key, d})
		}
		out = append(out, next)
	}
	return out
}

// domainOf are the values that the type of an expression has.
func (r *reasoning) domainOf(t *expression.Tree) domain {
	d := domain{null: t.Type.Kind == types.Optional || t.Type.Kind == types.JSON}
	is := present(t.Type)
	switch is.Kind {
	case types.Bool:
		d.only, d.listed = []types.Value{true, false}, true
	case types.Int:
		d.whole = true
		if t.Op == expression.Call && t.Name == "len" {
			d.low = int64(0)
		}
	case types.Named:
		if x := r.u.Lookup(is.Name); x != nil && x.Kind == types.EnumDefinition {
			d.listed = true
			for _, v := range x.Values {
				d.only = append(d.only, v)
			}
		}
	}
	if d.listed && d.null {
		d.only = append(d.only, nil)
	}
	return d
}

// keep leaves one of true and false.
func (d *domain) keep(v bool) { d.among([]types.Value{v}) }

func (d *domain) among(values []types.Value) {
	if d.listed {
		kept := make([]types.Value, 0, len(values))
		for _, v := range values {
			if holds(d.only, v) {
				kept = append(kept, v)
			}
		}
		values = kept
	}
	d.only, d.listed = values, true
}

func holds(list []types.Value, v types.Value) bool {
	return slices.ContainsFunc(list, func(x types.Value) bool { return types.Equal(x, v) })
}

// bound narrows by an order. What has an order is there.
func (d *domain) bound(op expression.Op, v types.Value) {
	open := op == expression.Lt || op == expression.Gt
	if op == expression.Gt || op == expression.Ge {
		if tighter(d.low, v, 1, open && !d.lowOpen) {
			d.low, d.lowOpen = v, open
		}
	} else if tighter(d.high, v, -1, open && !d.highOpen) {
		d.high, d.highOpen = v, open
	}
	d.null = false
}

// tighter says whether a bound leaves less than the one that is there.
func tighter(was, v types.Value, sign int, alike bool) bool {
	if was == nil {
		return true
	}
	c, err := types.Compare(v, was)
	return err == nil && (c == sign || c == 0 && alike)
}

// possible says whether a value is left.
func (d *domain) possible() bool {
	if d.listed {
		return slices.ContainsFunc(d.only, d.has)
	}
	if d.low == nil || d.high == nil {
		return true
	}
	if d.whole {
		return d.wholePossible()
	}
	c, err := types.Compare(d.low, d.high)
	switch {
	case err != nil || c < 0:
		return true
	case c > 0 || d.lowOpen || d.highOpen:
		return false
	}
	return !holds(d.not, d.low)
}

// has says whether a listed value is not excluded.
func (d *domain) has(v types.Value) bool {
	if holds(d.not, v) {
		return false
	}
	if v == nil {
		return d.low == nil && d.high == nil
	}
	within := func(bound types.Value, open bool, sign int) bool {
		if bound == nil {
			return true
		}
		c, err := types.Compare(v, bound)
		return err != nil || c == sign || c == 0 && !open
	}
	return within(d.low, d.lowOpen, 1) && within(d.high, d.highOpen, -1)
}

// wholePossible looks at the whole numbers between the bounds.
func (d *domain) wholePossible() bool {
	low, okLow := ceiling(d.low, d.lowOpen)
	high, okHigh := floor(d.high, d.highOpen)
	if !okLow || !okHigh {
		return true
	}
	if low > high {
		return false
	}
	if high-low < 0 || high-low >= maxListed || len(d.not) == 0 {
		return true
	}
	for n := low; n <= high; n++ {
		if !holds(d.not, n) {
			return true
		}
	}
	return false
}

// ceiling is the least whole number above a bound; ok is false where that is not
// known.
func ceiling(v types.Value, open bool) (n int64, ok bool) {
	n, exact, ok := wholeOf(v)
	if !ok {
		return 0, false
	}
	if c, err := types.Compare(n, v); !exact && err == nil && c > 0 {
		return n, true
	}
	if (open || !exact) && n+1 > n {
		n++
	}
	return n, true
}

// floor is the greatest whole number below a bound.
func floor(v types.Value, open bool) (n int64, ok bool) {
	n, exact, ok := wholeOf(v)
	if !ok {
		return 0, false
	}
	if c, err := types.Compare(n, v); !exact && err == nil && c < 0 {
		return n, true
	}
	if (open || !exact) && n-1 < n {
		n--
	}
	return n, true
}

// wholeOf is a number without its fraction; exact says that it has none.
func wholeOf(v types.Value) (n int64, exact, ok bool) {
	switch v := v.(type) {
	case int64:
		return v, true, true
	case types.Exact:
		n, ok = v.Truncate().Int()
		return n, v.IsWhole(), ok
	}
	return 0, false, false
}

func unwidened(t *expression.Tree) *expression.Tree {
	for t.Op == expression.Widen {
		t = &t.Args[0]
	}
	return t
}

// spelled is the text by which a value is recognised in another place.
func spelled(t *expression.Tree) string {
	var b strings.Builder
	spell(&b, t)
	return b.String()
}

func spell(b *strings.Builder, t *expression.Tree) {
	t = unwidened(t)
	b.WriteString(string(t.Op))
	if t.Op == expression.Literal {
		b.WriteString(string(t.Type.Kind))
	}
	for _, s := range append([]string{t.Name, t.Text}, t.Keys...) {
		b.WriteString(" " + strconv.Quote(s))
	}
	b.WriteByte('(')
	for i := range t.Args {
		spell(b, &t.Args[i])
	}
	b.WriteByte(')')
}

// Promised are the refinements of the fields that a condition reads, and of the
// parameters of owner, a process, about what they are read from, each with its text.
func (p *Program) Promised(owner string, cond *expression.Tree) (given []Given, texts []string) {
	seen := map[string]bool{}
	cond.Walk(func(t *expression.Tree) bool {
		if t.Op == expression.Lambda {
			return false // what it binds has a name only there
		}
		of := types.Ref(owner)
		if t.Op == expression.Field {
			of = t.Args[0].Type
		}
		if t.Op != expression.Field && t.Op != expression.Var || seen[spelled(t)] {
			return true
		}
		seen[spelled(t)] = true
		for _, r := range p.refinementsOf(of, t.Name) {
			if reads := expression.Reads(&r.Test); len(reads) == 1 && len(r.Within) == 0 {
				given, texts = append(given, Given{replaced(r.Test, reads[0], *t), true}), append(texts, r.Text)
			}
		}
		return true
	})
	return given, texts
}

// refinementsOf are those of a field, and of what is in it.
func (p *Program) refinementsOf(of types.Type, field string) []plan.Refinement {
	if of.Kind != types.Named {
		return nil
	}
	var out []plan.Refinement
	for _, x := range p.everywhere() {
		i, _ := slices.BinarySearchFunc(x.Refinements, field, func(r plan.Refinement, field string) int {
			return cmp.Or(cmp.Compare(r.Type, of.Name), cmp.Compare(r.Field, field))
		})
		for ; i < len(x.Refinements) && x.Refinements[i].Type == of.Name && x.Refinements[i].Field == field; i++ {
			out = append(out, x.Refinements[i])
		}
	}
	return out
}

// replaced is a tree with something else in the place of a variable.
func replaced(t expression.Tree, name string, by expression.Tree) expression.Tree {
	if t.Op == expression.Var && t.Name == name {
		return by
	}
	args := make([]expression.Tree, len(t.Args))
	for i := range t.Args {
		args[i] = replaced(t.Args[i], name, by)
	}
	t.Args = args
	return t
}

// Alike says whether two conditions ask the same, where the variable a of the first
// stands for the variable b of the second. No condition is like no condition.
func Alike(x *expression.Tree, a string, y *expression.Tree, b string) bool {
	if x == nil || y == nil {
		return x == nil && y == nil
	}
	mark := expression.Tree{Op: expression.Var}
	first, second := replaced(*x, a, mark), replaced(*y, b, mark)
	return spelled(&first) == spelled(&second)
}
