package check

import (
	"slices"

	"github.com/cob-lang/cob/compiler/plan"
	"github.com/cob-lang/cob/compiler/resolve"
	"github.com/cob-lang/cob/lang/diag"
	"github.com/cob-lang/cob/lang/expression"
	"github.com/cob-lang/cob/lang/syntax"
	"github.com/cob-lang/cob/lang/types"
)

// Fold is a function that makes one value of the messages of a window. In what a
// window emits it stands where a function of the standard library could.
type Fold struct {
	Name string
	Form string // "avg(T) -> T"
	Doc  string
	// takes are the types of values that it takes; nil is all.
	takes []types.Kind
	// gives is the type of the result, given that of the values.
	gives func(types.Type) types.Type
	// whole says that a value that is absent counts like any other; elsewhere it is
	// left out, and where all are, so is the result.
	whole bool
}

var (
	numbers = []types.Kind{types.Int, types.Decimal, types.Float}
	amounts = append(slices.Clip(numbers), types.Money, types.Duration)
	ordered = append(slices.Clip(amounts), types.String, types.Timestamp)
	theSame = func(t types.Type) types.Type { return t }
	become  = func(k types.Kind) func(types.Type) types.Type {
		return func(types.Type) types.Type { return types.Of(k) }
	}
	averaged = func(t types.Type) types.Type {
		if t.Kind == types.Int {
			return types.Of(types.Decimal)
		}
		return t
	}
)

var folds = []Fold{
	{"all", "all(bool) -> bool", "Whether the condition holds for every message.", []types.Kind{types.Bool}, theSame, false},
	{"any", "any(bool) -> bool", "Whether the condition holds for a message.", []types.Kind{types.Bool}, theSame, false},
	{"avg", "avg(T) -> T", "The sum divided by how many there are: of numbers, money or durations; of ints a decimal.", amounts, averaged, false},
	{"collect", "collect(T) -> [T]", "The values in the order of the messages, as many as the setting messages says.", nil, types.ListOf, true},
	{"count", "count() -> int | count(bool) -> int", "How many messages there are, or for how many the condition holds.", []types.Kind{types.Bool}, become(types.Int), true},
	{"count_distinct", "count_distinct(T) -> int", "How many different values there are, of a type that has a text form.", nil, become(types.Int), true},
	{"first", "first(T) -> T", "The value of the first message.", nil, theSame, true},
	{"last", "last(T) -> T", "The value of the last message.", nil, theSame, true},
	{"max", "max(T) -> T", "The greatest value.", ordered, theSame, false},
	{"min", "min(T) -> T", "The least value.", ordered, theSame, false},
	{"stddev", "stddev(T) -> float", "The standard deviation of numbers, those of the window being all there are.", numbers, become(types.Float), false},
	{"sum", "sum(T) -> T", "The sum of numbers, money or durations.", amounts, theSame, false},
}

// Folds are the functions over the messages of a window, by name.
func Folds() []Fold { return slices.Clone(folds) }

// folding is what a window makes of its messages.
type folding struct {
	*checker
	keys   *resolve.Scope
	source *watched
	where  syntax.Expr
	emits  []*syntax.EmitClause
	known  map[string]typed // by the text
	list   []plan.Fold
}

// varies reports a field of the messages where a value for the whole window is
// wanted, and says whether the name is one.
func (f *folding) varies(e *syntax.Ident) bool {
	field := types.FieldNamed(f.messageFields(f.source.Type), e.Name)
	if field == nil && e.Name != plan.MessageVar {
		return false
	}
	d := diag.Errorf(CodeUngrouped, e.Span(), "%s is not the same in every message of the window", e.Name)
	name := ""
	for _, x := range f.emits {
		syntax.Inspect(x, func(n syntax.Node) bool {
			if i, ok := n.(*syntax.FieldInit); ok && i.Name.At.Compare(e.Span()) == 0 {
				name = e.Name + ": " // the field has the name of what it is given
			}
			return true
		})
	}
	f.report(d.WithHelp("say which: last(%s), or add it to the keys behind by", e.Name).
		WithFix(e.Span(), name+"last("+e.Name+")").AsDraft())
	return true
}

// fold checks a call of one of the Folds; ok is false where it is another call.
func (c *checker) fold(e *syntax.CallExpr, name syntax.Name, args []syntax.Expr) (t typed, ok bool) {
	i := slices.IndexFunc(folds, func(f Fold) bool { return f.Name == name.Text })
	if i < 0 || len(args) > 1 || len(args) == 0 && name.Text != "count" {
		return typed{}, false
	}
	in := c.folding
	c.folding = nil
	defer func() { c.folding = in }()
	if t, ok := in.known[e.Span().Text()]; ok {
		return t, true
	}
	t, bad := in.fold(&folds[i], args)
	if bad {
		return typed{}, true
	}
	in.known[e.Span().Text()] = t
	return t, true
}

// fold checks the argument of a function, over the fields of a message.
func (f *folding) fold(fn *Fold, args []syntax.Expr) (typed, bool) {
	out := plan.Fold{Function: fn.Name, Type: types.Of(types.Int)}
	var labels labelSet
	if len(args) == 1 {
		about := f.about(f.keys, f.source)
		mark := f.know.mark()
		if f.where != nil {
			f.learn(about, f.where, true)
		}
		v := f.value(about, args[0], none)
		f.know.forget(mark)
		if v.invalid() {
			return typed{}, true
		}
		t, ok := fn.result(v.Type)
		if ok && fn.Name == "count_distinct" {
			ok = f.printable(v.Type) && v.Type.Kind != types.JSON
		}
		if !ok {
			f.report(diag.Errorf(CodeAggregate, spanOf(args[0]), "%s has nothing to make of %s", fn.Name, f.show(v.Type)).WithHelp("%s: %s", fn.Form, fn.Doc))
			return typed{}, true
		}
		out.Type, out.Of = t, &v.Tree
		labels = v.labels | f.deep(v.Type)&^f.deep(t)
	}
	if len(f.list) == plan.MaxAggregates {
		f.errorf(CodeLimit, f.source.path.Span(), "a window has at most %d aggregates", plan.MaxAggregates)
		return typed{}, true
	}
	v := &resolve.Variable{Name: fn.Name}
	f.keys.Inner().Offer(v)
	out.Var = v.Plan
	f.list = append(f.list, out)
	return typed{expression.Tree{Op: expression.Var, Type: out.Type, Name: out.Var}, labels}, false
}

// result is the type of what comes of values of a type.
func (fn *Fold) result(t types.Type) (types.Type, bool) {
	inner, absent := t, false
	if !fn.whole && t.Kind == types.Optional {
		inner, absent = *t.Elem, true
	}
	if fn.takes != nil && !slices.Contains(fn.takes, inner.Kind) {
		return types.Type{}, false
	}
	out := fn.gives(inner)
	if absent {
		out = types.OptionalOf(out)
	}
	return out, true
}
