package expression

import (
	"fmt"
	"slices"

	"github.com/cob-lang/cob/lang/types"
)

// Function is one function of the standard library. All are pure.
//
// A checker types a call in two steps, because a lambda's parameter has a type
// only once the arguments before it have: for each argument, LambdaParam says
// whether a lambda belongs there and what its parameter is; then Result takes
// all types, a lambda's being types.LambdaOf(its body's type).
type Function struct {
	Name string
	// Form is the signature as people read it: "map([T], T => U) -> [U]".
	Form string
	Doc  string
	// Min and Max bound how many arguments there may be.
	Min, Max int
	// Cost bounds the work of a call.
	Cost Cost
	// Fails are the failures that a call with arguments of the right types can
	// end with, beside those of a lambda of its own.
	Fails []Code

	shape  bool // reads how many there are or which keys, and nothing in them
	lambda int  // the argument that is a lambda; 0 where there is none
	result func(*call) types.Type
	make   func(tree *Tree) (runner, error)
}

// Cost is how the work of a call grows; n is the items, entries, code points or
// bytes of its arguments, which MaxItems and MaxText bound.
type Cost string

// The costs.
const (
	Fixed         Cost = "1"
	Linear        Cost = "n"
	Result        Cost = "items of the result"
	Sorted        Cost = "n log n"
	Pattern       Cost = "n × length of the pattern"
	PerItem       Cost = "n × the lambda"
	PerItemSorted Cost = "n × the lambda + n log n"
)

// ArgumentError says which argument of a call does not fit.
type ArgumentError struct {
	// Index is the argument, from 0; -1 is the number of arguments.
	Index   int
	Message string // what the function wants there
}

func (e *ArgumentError) Error() string { return e.Message }

// Lookup finds a function by its name.
func Lookup(name string) (*Function, bool) {
	f, ok := table[name]
	return f, ok
}

// Inside says whether what is in argument i, a list, a map or a record, can come
// out in another type than its own. What a lambda reads comes out through the
// lambda.
func (f *Function) Inside(i int) bool { return !f.shape && (f.lambda == 0 || i == f.lambda) }

// Names are the names of all functions, sorted.
func Names() []string {
	names := make([]string, 0, len(table))
	for name := range table {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// LambdaParam is the type of the parameter of the lambda that belongs at
// argument i, given the types of the arguments before it; ok is false where no
// lambda belongs there.
func (f *Function) LambdaParam(i int, before []types.Type) (param types.Type, ok bool) {
	if f.lambda == 0 || i != f.lambda {
		return types.Type{}, false
	}
	if len(before) == 0 {
		return types.Type{}, true
	}
	param, _ = elements(before[0])
	return param, true
}

// Result is the type of a call with arguments of the given types. An argument
// of the Invalid type fits everywhere. The error is nil where all fit.
func (f *Function) Result(u *types.Universe, args []types.Type) (types.Type, *ArgumentError) {
	if len(args) < f.Min || len(args) > f.Max {
		return types.Type{}, &ArgumentError{-1, fmt.Sprintf("%s takes %s: %s", f.Name, count(f.Min, f.Max), f.Form)}
	}
	for i, t := range args {
		if (t.Kind == types.Lambda) != (f.lambda > 0 && i == f.lambda) && t.Kind != types.Invalid {
			want := "a value"
			if t.Kind != types.Lambda {
				want = "a lambda such as x => x.price"
			}
			return types.Type{}, &ArgumentError{i, fmt.Sprintf("%s wants %s here: %s", f.Name, want, f.Form)}
		}
	}
	c := &call{f: f, u: u, args: args}
	t := f.result(c)
	if c.err != nil {
		return types.Type{}, c.err
	}
	return t, nil
}

func count(low, high int) string {
	switch {
	case low != high:
		return fmt.Sprintf("%d to %d arguments", low, high)
	case low == 1:
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", low)
}

// call is a call while it is typed.
type call struct {
	f    *Function
	u    *types.Universe
	args []types.Type
	err  *ArgumentError
}

// want notes the first argument that does not fit.
func (c *call) want(i int, fits bool, what string) {
	if !fits && c.err == nil && c.args[i].Kind != types.Invalid {
		c.err = &ArgumentError{i, fmt.Sprintf("%s wants %s here, not %s: %s", c.f.Name, what, c.args[i], c.f.Form)}
	}
}

func (c *call) kind(i int, kinds ...types.Kind) types.Type {
	what := ""
	for j, k := range kinds {
		if j > 0 {
			what += " or "
		}
		what += string(k)
	}
	c.want(i, slices.Contains(kinds, c.args[i].Kind), what)
	return c.args[i]
}

// list wants a list and gives its elements' type.
func (c *call) list(i int) types.Type {
	elem, ok := elements(c.args[i])
	c.want(i, ok, "a list")
	return elem
}

// body is what the lambda gives.
func (c *call) body(i int) types.Type {
	if t := c.args[i]; t.Elem != nil {
		return *t.Elem
	}
	return types.Type{}
}

// test wants a lambda that gives a bool.
func (c *call) test(i int) {
	b := c.body(i)
	c.want(i, b.Kind == types.Bool || b.Kind == types.Invalid, "a lambda that gives a bool")
}

// elements is the type of the items of a list; the items of json are json.
func elements(t types.Type) (types.Type, bool) {
	switch t.Kind {
	case types.List:
		return *t.Elem, true
	case types.JSON:
		return t, true
	}
	return types.Type{}, t.Kind == types.Invalid
}

// entries is the type of the values of a map.
func entries(t types.Type) (types.Type, bool) {
	switch t.Kind {
	case types.Map:
		return *t.Elem, true
	case types.JSON:
		return t, true
	}
	return types.Type{}, t.Kind == types.Invalid
}

// extreme types min and max: of a list, or of two and more values.
func (c *call) extreme() types.Type {
	if len(c.args) == 1 {
		elem := c.list(0)
		c.want(0, ordered(c.u, elem) || elem.Kind == types.Invalid, "a list of numbers, money, texts, timestamps or durations")
		return types.OptionalOf(elem)
	}
	result := c.args[0]
	for i, t := range c.args {
		c.want(i, ordered(c.u, t), "a number, money, a text, a timestamp or a duration")
		if o, ok := order(c.u, result, t); ok {
			result = o.Left
		} else {
			c.want(i, result.Kind == types.Invalid, result.String())
		}
	}
	return result
}

func (c *call) sum() types.Type {
	elem := c.list(0)
	switch elem.Kind {
	case types.Int, types.Decimal, types.Float, types.Money, types.Duration, types.Invalid:
	default:
		c.want(0, false, "a list of numbers, money or durations")
	}
	return elem
}

// contains types contains: a text in a text, an item in a list.
func (c *call) contains() types.Type {
	if c.args[0].Kind == types.String {
		c.kind(1, types.String)
		return types.Of(types.Bool)
	}
	elem, ok := elements(c.args[0])
	c.want(0, ok, "a string or a list")
	_, ok = Operator(c.u, Eq, c.args[1], elem)
	c.want(1, ok, elem.String())
	return types.Of(types.Bool)
}

func is(k types.Kind) types.Type { return types.Of(k) }

// texts types a function that takes texts only.
func texts(result types.Kind) func(*call) types.Type {
	return func(c *call) types.Type {
		for i := range c.args {
			c.kind(i, types.String)
		}
		return is(result)
	}
}

// instant types a function of one timestamp.
func instant(result types.Kind) func(*call) types.Type {
	return func(c *call) types.Type {
		c.kind(0, types.Timestamp)
		return is(result)
	}
}

// rounding types a function that keeps the kind of its number.
func rounding(kinds ...types.Kind) func(*call) types.Type {
	return func(c *call) types.Type {
		t := c.kind(0, kinds...)
		if len(c.args) > 1 {
			c.kind(1, types.Int)
		}
		return t
	}
}

// optionalItem types first, last and find.
func optionalItem(c *call) types.Type {
	elem := c.list(0)
	if len(c.args) > 1 {
		c.test(1)
	}
	return types.OptionalOf(elem)
}

// sameList types a function that gives a list of the same items.
func sameList(c *call) types.Type { return types.ListOf(c.list(0)) }

// table holds every function. TestFunctions holds it to its forms.
var table = byName(slices.Concat(listFunctions, shapeFunctions, textFunctions, numberFunctions, timeFunctions, convertFunctions))

func byName(all []Function) map[string]*Function {
	m := make(map[string]*Function, len(all))
	for i := range all {
		m[all[i].Name] = &all[i]
	}
	return m
}
