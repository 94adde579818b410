package expression

import (
	"math"
	"strconv"
	"time"

	"github.com/cob-lang/cob/lang/types"
)

// MaxPlaces bounds the decimal places of round.
const MaxPlaces = types.MaxDecimalDigits

var numberFunctions = []Function{
	{Name: "abs", Form: "abs(T) -> T", Doc: "Without the sign: of a number, money or a duration.", Min: 1, Max: 1, Cost: Fixed, Fails: []Code{Overflow},
		result: rounding(types.Int, types.Decimal, types.Float, types.Money, types.Duration), make: one(abs)},
	{Name: "round", Form: "round(T) -> T | round(T, int) -> T", Doc: "To the given number of decimal places (0), half to even: of a decimal, a float or money.", Min: 1, Max: 2, Cost: Fixed, Fails: []Code{OutOfRange},
		result: rounding(types.Int, types.Decimal, types.Float, types.Money), make: makeRound},
	{Name: "floor", Form: "floor(T) -> T", Doc: "The greatest whole number that is not more.", Min: 1, Max: 1, Cost: Fixed,
		result: rounding(types.Int, types.Decimal, types.Float), make: one(toward(-1))},
	{Name: "ceil", Form: "ceil(T) -> T", Doc: "The least whole number that is not less.", Min: 1, Max: 1, Cost: Fixed,
		result: rounding(types.Int, types.Decimal, types.Float), make: one(toward(1))},
	{Name: "int", Form: "int(decimal | float | string) -> int", Doc: "As an int: a number loses its fraction, a text has to be a whole number.", Min: 1, Max: 1, Cost: Linear, Fails: []Code{Overflow, BadText},
		result: func(c *call) types.Type {
			c.kind(0, types.Int, types.Decimal, types.Float, types.String, types.JSON)
			return is(types.Int)
		}, make: one(toInt)},
	{Name: "decimal", Form: "decimal(int | float | string) -> decimal", Doc: "As a decimal: of a float, the shortest that reads back the same.", Min: 1, Max: 1, Cost: Linear, Fails: []Code{BadText},
		result: func(c *call) types.Type {
			c.kind(0, types.Int, types.Decimal, types.Float, types.String, types.JSON)
			return is(types.Decimal)
		}, make: one(toDecimal)},
}

func noNumber(v types.Value) error {
	return fail(WrongType, "want a number, not %s", types.Describe(v))
}

func abs(v types.Value) (types.Value, error) {
	negative := false
	switch x := v.(type) {
	case int64:
		negative = x < 0
	case float64:
		return math.Abs(x), nil
	case types.Exact:
		negative = x.Sign() < 0
	case types.Amount:
		negative = x.Value.Sign() < 0
	case time.Duration:
		negative = x < 0
	default:
		return nil, noNumber(v)
	}
	if negative {
		return neg(v)
	}
	return v, nil
}

func makeRound(tree *Tree) (runner, error) {
	if len(tree.Args) == 1 {
		return runner{one: func(v types.Value) (types.Value, error) { return round(v, int64(0)) }}, nil
	}
	return runner{two: round}, nil
}

func round(v, places types.Value) (types.Value, error) {
	n, ok := places.(int64)
	if !ok || n < 0 || n > MaxPlaces {
		return nil, fail(OutOfRange, "round to 0 to %d places", MaxPlaces)
	}
	switch x := v.(type) {
	case int64:
		return x, nil
	case float64:
		f, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', int(n), 64), 64)
		if err != nil {
			return nil, errFloat
		}
		return f, nil
	case types.Exact:
		return x.Round(int(n)), nil
	case types.Amount:
		return types.Amount{Value: x.Value.Round(int(n)), Currency: x.Currency}, nil
	}
	return nil, noNumber(v)
}

// toward makes floor (sign -1) or ceil (sign 1).
func toward(sign int) operation1 {
	return func(v types.Value) (types.Value, error) {
		switch x := v.(type) {
		case int64:
			return x, nil
		case float64:
			if sign < 0 {
				return math.Floor(x), nil
			}
			return math.Ceil(x), nil
		case types.Exact:
			if x.IsWhole() {
				return x, nil
			}
			t := x.Truncate()
			if x.Sign() == sign {
				return settle(t.Add(types.ExactInt(int64(sign))))
			}
			return t, nil
		}
		return nil, noNumber(v)
	}
}

func toInt(v types.Value) (types.Value, error) {
	switch x := v.(type) {
	case int64:
		return x, nil
	case float64:
		// Both bounds are exact as floats; the upper one itself does not fit.
		if x = math.Trunc(x); x < -(1<<63) || x >= 1<<63 {
			return nil, errInt
		}
		return int64(x), nil
	case types.Exact:
		return whole(x.Truncate().Int())
	case string:
		n, err := strconv.ParseInt(x, 10, 64)
		if err != nil {
			return nil, fail(BadText, "the text is no whole number of 64 bits")
		}
		return n, nil
	}
	return nil, noNumber(v)
}

func toDecimal(v types.Value) (types.Value, error) {
	switch x := v.(type) {
	case int64:
		return types.ExactInt(x), nil
	case types.Exact:
		return x, nil
	case float64:
		return settle(types.ParseExact(strconv.FormatFloat(x, 'g', -1, 64)))
	case string:
		e, err := types.ParseExact(x)
		if err != nil {
			return nil, fail(BadText, "the text is no decimal of %d digits", types.MaxDecimalDigits)
		}
		return e, nil
	}
	return nil, noNumber(v)
}
