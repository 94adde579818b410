package expression

import (
	"math"
	"math/bits"
	"time"

	"github.com/cob-lang/cob/lang/types"
)

func wrong(a, b types.Value, operator string) error {
	return fail(WrongType, "%s has no meaning for %s and %s", operator, types.Describe(a), types.Describe(b))
}

var (
	errInt      = fail(Overflow, "the result does not fit an int of 64 bits")
	errFloat    = fail(Overflow, "the result is no finite float")
	errDuration = fail(Overflow, "the result does not fit a duration of 292 years")
	errTime     = fail(Overflow, "the result does not fit a timestamp of the years 1 to 9999")
	errZero     = fail(DivisionByZero, "division by zero")
)

func finite(f float64) (types.Value, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errFloat
	}
	return f, nil
}

func addInts(a, b int64) (int64, bool) {
	c := a + b
	return c, (c > a) == (b > 0)
}

func subInts(a, b int64) (int64, bool) {
	c := a - b
	return c, (c < a) == (b > 0)
}

func mulInts(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if (a < 0) != (b < 0) {
		return -int64(lo), hi == 0 && lo <= 1<<63
	}
	return int64(lo), hi == 0 && lo < 1<<63
}

// magnitude is |n|, also for the smallest int.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func whole(n int64, ok bool) (types.Value, error) {
	if !ok {
		return nil, errInt
	}
	return n, nil
}

func span(n int64, ok bool) (types.Value, error) {
	if !ok {
		return nil, errDuration
	}
	return time.Duration(n), nil
}

// exacts gives both numbers as decimals where at least one is a decimal and no
// one is a float.
func exacts(a, b types.Value) (x, y types.Exact, ok bool) {
	x, okX := exactOf(a)
	y, okY := exactOf(b)
	return x, y, okX && okY
}

func exactOf(v types.Value) (types.Exact, bool) {
	switch x := v.(type) {
	case types.Exact:
		return x, true
	case int64:
		return types.ExactInt(x), true
	}
	return types.Exact{}, false
}

func floats(a, b types.Value) (x, y float64, ok bool) {
	x, okX := floatOf(a)
	y, okY := floatOf(b)
	return x, y, okX && okY
}

func floatOf(v types.Value) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int64:
		return float64(x), true
	}
	return 0, false
}

// settle turns a typed result and its error into a value: an interface that
// holds a zero value on failure would pass for a result.
func settle[T any](v T, err error) (types.Value, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

func add(a, b types.Value) (types.Value, error) {
	switch x := a.(type) {
	case int64:
		if y, ok := b.(int64); ok {
			return whole(addInts(x, y))
		}
	case types.Amount:
		if y, ok := b.(types.Amount); ok {
			return settle(x.Add(y))
		}
	case string:
		if y, ok := b.(string); ok {
			if len(x)+len(y) > MaxText {
				return nil, tooLong()
			}
			return x + y, nil
		}
	case time.Duration:
		if y, ok := b.(time.Duration); ok {
			return span(addInts(int64(x), int64(y)))
		}
	case time.Time:
		if y, ok := b.(time.Duration); ok {
			return moved(x, y)
		}
	case []types.Value:
		if y, ok := b.([]types.Value); ok {
			if len(x)+len(y) > MaxItems {
				return nil, tooMany()
			}
			return append(append(make([]types.Value, 0, len(x)+len(y)), x...), y...), nil
		}
	}
	if x, y, ok := exacts(a, b); ok {
		return settle(x.Add(y))
	}
	if x, y, ok := floats(a, b); ok {
		return finite(x + y)
	}
	return nil, wrong(a, b, "+")
}

// moved is t later by d. A Go time holds far more years than RFC 3339 can
// write, so the bound is here.
func moved(t time.Time, d time.Duration) (types.Value, error) {
	r := t.Add(d)
	if y := r.Year(); y < 1 || y > 9999 {
		return nil, errTime
	}
	return r, nil
}

func sub(a, b types.Value) (types.Value, error) {
	switch x := a.(type) {
	case int64:
		if y, ok := b.(int64); ok {
			return whole(subInts(x, y))
		}
	case types.Amount:
		if y, ok := b.(types.Amount); ok {
			return settle(x.Sub(y))
		}
	case time.Duration:
		if y, ok := b.(time.Duration); ok {
			return span(subInts(int64(x), int64(y)))
		}
	case time.Time:
		switch y := b.(type) {
		case time.Time:
			d := x.Sub(y)
			// Sub saturates instead of failing.
			if d == math.MaxInt64 || d == math.MinInt64 {
				return nil, errDuration
			}
			return d, nil
		case time.Duration:
			if y == math.MinInt64 {
				return nil, errTime
			}
			return moved(x, -y)
		}
	}
	if x, y, ok := exacts(a, b); ok {
		return settle(x.Sub(y))
	}
	if x, y, ok := floats(a, b); ok {
		return finite(x - y)
	}
	return nil, wrong(a, b, "-")
}

func mul(a, b types.Value) (types.Value, error) {
	switch y := b.(type) {
	case types.Amount:
		if n, ok := exactOf(a); ok {
			return settle(y.Mul(n))
		}
	case time.Duration:
		if n, ok := a.(int64); ok {
			return span(mulInts(n, int64(y)))
		}
	}
	switch x := a.(type) {
	case int64:
		if y, ok := b.(int64); ok {
			return whole(mulInts(x, y))
		}
	case types.Amount:
		if n, ok := exactOf(b); ok {
			return settle(x.Mul(n))
		}
	case time.Duration:
		if n, ok := b.(int64); ok {
			return span(mulInts(int64(x), n))
		}
	}
	if x, y, ok := exacts(a, b); ok {
		return settle(x.Mul(y))
	}
	if x, y, ok := floats(a, b); ok {
		return finite(x * y)
	}
	return nil, wrong(a, b, "*")
}

func div(a, b types.Value) (types.Value, error) {
	switch x := a.(type) {
	case int64:
		if y, ok := b.(int64); ok {
			return divInts(x, y)
		}
	case types.Amount:
		if n, ok := exactOf(b); ok {
			return settle(x.Div(n))
		}
		if y, ok := b.(types.Amount); ok {
			if x.Currency != y.Currency {
				return nil, types.ErrCurrency
			}
			return settle(x.Value.Div(y.Value))
		}
	case time.Duration:
		if n, ok := b.(int64); ok {
			if n == 0 {
				return nil, errZero
			}
			return span(int64(x)/n, x != math.MinInt64 || n != -1)
		}
	}
	if x, y, ok := exacts(a, b); ok {
		return settle(x.Div(y))
	}
	if x, y, ok := floats(a, b); ok {
		if y == 0 {
			return nil, errZero
		}
		return finite(x / y)
	}
	return nil, wrong(a, b, "/")
}

func divInts(x, y int64) (types.Value, error) {
	if y == 0 {
		return nil, errZero
	}
	return whole(x/y, x != math.MinInt64 || y != -1)
}

func rem(a, b types.Value) (types.Value, error) {
	if x, ok := a.(int64); ok {
		if y, ok := b.(int64); ok {
			if y == 0 {
				return nil, errZero
			}
			return x % y, nil
		}
	}
	if x, y, ok := exacts(a, b); ok {
		return settle(x.Rem(y))
	}
	return nil, wrong(a, b, "%")
}

func neg(a types.Value) (types.Value, error) {
	switch x := a.(type) {
	case int64:
		return whole(-x, x != math.MinInt64)
	case float64:
		return -x, nil
	case types.Exact:
		return x.Neg(), nil
	case types.Amount:
		return x.Neg(), nil
	case time.Duration:
		return span(-int64(x), x != math.MinInt64)
	}
	return nil, fail(WrongType, "- has no meaning for %s", types.Describe(a))
}

// widen gives an int as the kind of number that is wanted; anything else, null
// too, stays as it is.
func widen(v types.Value, to types.Type) types.Value {
	n, ok := v.(int64)
	if !ok {
		return v
	}
	if to.Kind == types.Optional {
		to = *to.Elem
	}
	switch to.Kind {
	case types.Decimal:
		return types.ExactInt(n)
	case types.Float:
		return float64(n)
	}
	return v
}
