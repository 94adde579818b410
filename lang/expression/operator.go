package expression

import "github.com/cob-lang/cob/lang/types"

// Operands says how an operator takes its operands: what they have to be
// widened to (by a Widen node, where it is not what they are) and what comes
// out.
type Operands struct{ Left, Right, Result types.Type }

// Operator types a binary operator: arithmetic, comparison, equality, in, and,
// or, coalesce. It is the one table of what operators mean for which types; ok
// is false where there is no meaning. An Invalid operand fits everything, so
// that one mistake does not become two.
func Operator(u *types.Universe, op Op, left, right types.Type) (o Operands, ok bool) {
	if left.Kind == types.Invalid || right.Kind == types.Invalid {
		return Operands{left, right, invalidResult(op)}, true
	}
	switch op {
	case And, Or:
		return Operands{left, right, types.Of(types.Bool)}, left.Kind == types.Bool && right.Kind == types.Bool
	case Eq, Ne:
		return equality(u, left, right)
	case Lt, Le, Gt, Ge:
		return order(u, left, right)
	case In:
		return membership(u, left, right)
	case Coalesce:
		return coalescing(u, left, right)
	}
	if o, ok := numeric(left, right); ok {
		return o, op != Rem || o.Result.Kind != types.Float
	}
	result, ok := mixed(u, op, left, right)
	return Operands{left, right, result}, ok
}

func invalidResult(op Op) types.Type {
	switch op {
	case And, Or, Eq, Ne, Lt, Le, Gt, Ge, In:
		return types.Of(types.Bool)
	}
	return types.Type{}
}

// numeric widens two numbers to one kind. A decimal and a float do not mix: one
// is exact and the other is not, so the author has to say which is meant.
func numeric(left, right types.Type) (Operands, bool) {
	if !isNumber(left) || !isNumber(right) {
		return Operands{}, false
	}
	both := left
	if left.Kind == types.Int {
		both = right
	}
	if right.Kind != types.Int && right.Kind != both.Kind {
		return Operands{}, false
	}
	return Operands{both, both, both}, true
}

func isNumber(t types.Type) bool {
	return t.Kind == types.Int || t.Kind == types.Decimal || t.Kind == types.Float
}

// mixed types arithmetic on what is no plain number.
func mixed(u *types.Universe, op Op, left, right types.Type) (types.Type, bool) {
	scalar := func(t types.Type) bool { return t.Kind == types.Int || t.Kind == types.Decimal }
	same := left.Kind == right.Kind
	switch l, r := left.Kind, right.Kind; op {
	case Add:
		switch {
		case same && (l == types.Money || l == types.Duration || l == types.String):
			return left, true
		case l == types.Timestamp && r == types.Duration:
			return left, true
		case same && l == types.List && u.Assignable(right, left):
			return left, true
		case same && l == types.List && u.Assignable(left, right):
			return right, true
		}
	case Sub:
		switch {
		case same && (l == types.Money || l == types.Duration):
			return left, true
		case same && l == types.Timestamp:
			return types.Of(types.Duration), true
		case l == types.Timestamp && r == types.Duration:
			return left, true
		}
	case Mul:
		switch {
		case l == types.Money && scalar(right), l == types.Duration && r == types.Int:
			return left, true
		case r == types.Money && scalar(left), r == types.Duration && l == types.Int:
			return right, true
		}
	case Div:
		switch {
		case l == types.Money && scalar(right), l == types.Duration && r == types.Int:
			return left, true
		case same && l == types.Money:
			return types.Of(types.Decimal), true
		}
	}
	return types.Type{}, false
}

func equality(u *types.Universe, left, right types.Type) (Operands, bool) {
	result := types.Of(types.Bool)
	if o, ok := numeric(left, right); ok {
		return Operands{o.Left, o.Right, result}, true
	}
	ok := u.Assignable(left, right) || u.Assignable(right, left) ||
		u.Assignable(bare(left), bare(right)) || u.Assignable(bare(right), bare(left))
	return Operands{left, right, result}, ok
}

// bare is t without its optional.
func bare(t types.Type) types.Type {
	if t.Kind == types.Optional {
		return *t.Elem
	}
	return t
}

func order(u *types.Universe, left, right types.Type) (Operands, bool) {
	result := types.Of(types.Bool)
	if o, ok := numeric(left, right); ok {
		return Operands{o.Left, o.Right, result}, true
	}
	return Operands{left, right, result}, left.Kind == right.Kind && ordered(u, left)
}

// ordered says whether values of t have an order. An enum has none: the order
// of its texts would rarely be the one meant.
func ordered(_ *types.Universe, t types.Type) bool {
	switch t.Kind {
	case types.Int, types.Decimal, types.Float, types.Money, types.String, types.Timestamp, types.Duration:
		return true
	}
	return false
}

// membership types in. The type of a range is the list of its numbers.
func membership(u *types.Universe, left, right types.Type) (Operands, bool) {
	o := Operands{left, right, types.Of(types.Bool)}
	switch right.Kind {
	case types.List:
		_, ok := equality(u, left, *right.Elem)
		return o, ok
	case types.Map, types.String:
		return o, left.Kind == types.String
	case types.JSON:
		return o, true
	}
	return o, false
}

// coalescing types left ?? right: what left is when it is there, and what right
// is otherwise.
func coalescing(u *types.Universe, left, right types.Type) (Operands, bool) {
	if left.Kind == types.Null {
		return Operands{left, right, right}, true
	}
	there := bare(left)
	if o, ok := numeric(there, bare(right)); ok {
		result := o.Result
		if right.Kind == types.Optional {
			result = types.OptionalOf(result)
		}
		return Operands{like(left, o.Result), like(right, o.Result), result}, true
	}
	switch {
	case right.Kind == types.Null:
		return Operands{left, right, types.OptionalOf(there)}, true
	case u.Assignable(right, there):
		return Operands{left, right, there}, true
	case u.Assignable(there, right):
		return Operands{left, right, right}, true
	}
	return Operands{}, false
}

// like is t, optional where the model is.
func like(model, t types.Type) types.Type {
	if model.Kind == types.Optional {
		return types.OptionalOf(t)
	}
	return t
}
